#!/usr/bin/env python3
"""Builds the problem suite: `train.jsonl` and `eval.jsonl` from `src/part_*.py`.

What it owns: the shape of a problem source, the expected outputs (they are what
`reference_a` prints, and `reference_b` must print the same), and the two files in
LiveCodeBench's eleven-field format plus `reference_programs`. What it refuses: a
problem with a missing field, a doubled id or title, too few tests, a reference that
fails, disagrees, is too long or untidy. Nothing is written unless everything passes.

    python3 build.py                     build all parts
    python3 build.py --part A            check part A only, write nothing
    python3 build.py --part A --mutants  also break the references in small ways and
                                         name each change that no test notices

The references are our own programs and run without a sandbox.
Needs Python 3.9 or later and its standard library.
"""

import argparse
import ast
import concurrent.futures
import copy
import fcntl
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SRC = HERE / "src"

FIELDS = {
    "id": str,
    "title": str,
    "statement": str,
    "kind": str,
    "difficulty": str,
    "half": str,
    "inputs": list,
    "reference_a": str,
    "reference_b": str,
}
FUNCTIONAL_FIELDS = {"func_name": str, "starter_code": str}
MIN_TESTS = 10
N_PUBLIC = 2
MAX_INPUT_BYTES = 60_000
MAX_OUTPUT_BYTES = 20_000
MAX_REFERENCE_CHARS = 1_150
TIMEOUT_S = 10

# Runs one functional test: program file and method name as arguments, one JSON
# argument a line on standard input, the result as JSON on standard output.
FUNCTIONAL_DRIVER = """
import json, sys
path, name = sys.argv[1], sys.argv[2]
with open(path) as f:
    text = f.read()
scope = {"__name__": "program"}
exec(compile(text, path, "exec"), scope)
args = [json.loads(line) for line in sys.stdin.read().split("\\n") if line]
print(json.dumps(getattr(scope["Solution"](), name)(*args)))
"""

# Runs one program on many tests in one process and prints the index of the first
# test whose result differs, or "survived". Only for --mutants.
MUTANT_DRIVER = """
import contextlib, io, json, sys
sys.setrecursionlimit(20000)
job = json.loads(sys.stdin.read())
code = compile(job["text"], "mutant", "exec")
real = sys.stdout

def run(text):
    if job["func_name"]:
        scope = {"__name__": "program"}
        exec(code, scope)
        args = [json.loads(line) for line in text.split("\\n") if line]
        return json.dumps(getattr(scope["Solution"](), job["func_name"])(*args))
    sys.stdin = io.StringIO(text)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(code, {"__name__": "__main__"})
        except SystemExit:
            pass
    return out.getvalue()

for i, (text, want) in enumerate(job["tests"]):
    try:
        same = run(text).strip() == want.strip()
    except BaseException:
        same = False
    if not same:
        real.write(str(i))
        sys.exit(0)
real.write("survived")
"""


class Fault(Exception):
    """One thing wrong with one problem; the text names both."""


def source_files(part):
    names = sorted(SRC.glob("part_*.py"))
    if part is None:
        return names
    return [p for p in names if re.fullmatch(rf"part_{re.escape(part)}\d*", p.stem)]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PROBLEMS


def words(text):
    return " ".join(text.split())


def check_shape(problem, where):
    """Everything that can be told without running a program. Returns faults."""
    faults = []
    need = dict(FIELDS)
    if problem.get("kind") == "functional":
        need.update(FUNCTIONAL_FIELDS)
    for name, kind in need.items():
        if name not in problem:
            faults.append(f"{where}: field `{name}` is missing")
        elif not isinstance(problem[name], kind) or not problem[name]:
            faults.append(f"{where}: field `{name}` must be a non-empty {kind.__name__}")
    unknown = set(problem) - set(FIELDS) - set(FUNCTIONAL_FIELDS)
    if unknown:
        faults.append(f"{where}: unknown fields {sorted(unknown)}")
    if faults:
        return faults

    match = re.fullmatch(r"emp-([A-Z]+)-(\d\d)", problem["id"])
    if not match:
        faults.append(f"{where}: id must look like emp-A-01")
    else:
        half = "train" if int(match[2]) % 2 else "eval"
        if problem["half"] != half:
            faults.append(f"{where}: half must be `{half}` (odd numbers train, even numbers eval)")
    if problem["kind"] not in ("stdin", "functional"):
        faults.append(f"{where}: kind must be stdin or functional")
    if problem["difficulty"] not in ("easy", "medium", "hard"):
        faults.append(f"{where}: difficulty must be easy, medium or hard")

    inputs = problem["inputs"]
    if len(inputs) < MIN_TESTS:
        faults.append(f"{where}: {len(inputs)} inputs, at least {MIN_TESTS} are needed")
    if len(set(inputs)) < len(inputs):
        twice = sorted({i + 1 for i, x in enumerate(inputs) if x in inputs[:i]})
        faults.append(f"{where}: inputs {twice} repeat earlier ones")
    for i, text in enumerate(inputs, 1):
        if len(text.encode()) > MAX_INPUT_BYTES:
            faults.append(f"{where}: input {i} has {len(text.encode())} bytes, at most {MAX_INPUT_BYTES}")
        if problem["kind"] == "stdin":
            if not text.endswith("\n"):
                faults.append(f"{where}: input {i} does not end in a newline")
        else:
            for line in text.rstrip("\n").split("\n"):
                try:
                    json.loads(line)
                except ValueError:
                    faults.append(f"{where}: input {i} holds a line that is not JSON: {line[:60]!r}")

    for name in ("reference_a", "reference_b"):
        text = problem[name]
        what = f"{where}: {name}"
        if len(text) > MAX_REFERENCE_CHARS:
            faults.append(f"{what} has {len(text)} characters, at most {MAX_REFERENCE_CHARS}")
        if not text.endswith("\n") or text.endswith("\n\n") or text.startswith("\n"):
            faults.append(f"{what} must start with code and end with one newline")
        if any(line != line.rstrip() for line in text.split("\n")) or "\t" in text:
            faults.append(f"{what} has trailing white space or tabs")
        if re.search(r"\bopen\(\s*0", text):
            faults.append(f"{what} uses open(0)")
        try:
            compile(text, name, "exec")
        except SyntaxError as e:
            faults.append(f"{what} does not compile: {e}")
    if problem["reference_a"] == problem["reference_b"]:
        faults.append(f"{where}: the two references are one text")
    if problem["kind"] == "functional":
        start = problem["starter_code"]
        if not start.startswith("class Solution:\n    def ") or f"def {problem['func_name']}(self" not in start:
            faults.append(f"{where}: starter_code must be `class Solution` with the method `{problem['func_name']}`")
    return faults


def run_reference(problem, text, folder, name):
    """The text that a reference prints on one input; raises Fault."""
    path = Path(folder) / f"{problem['id']}_{name}.py"
    if problem["kind"] == "stdin":
        command = [sys.executable, "-I", str(path)]
    else:
        command = [sys.executable, "-I", "-c", FUNCTIONAL_DRIVER, str(path), problem["func_name"]]
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIMEOUT_S, cwd=folder)
    except subprocess.TimeoutExpired:
        raise Fault(f"ran longer than {TIMEOUT_S} s") from None
    if done.returncode != 0:
        raise Fault(f"exited with {done.returncode}: {done.stderr.strip()[-400:]}")
    if done.stderr:
        raise Fault(f"wrote to standard error: {done.stderr.strip()[-400:]}")
    if not done.stdout.strip():
        raise Fault("printed nothing")
    if len(done.stdout.encode()) > MAX_OUTPUT_BYTES:
        raise Fault(f"printed {len(done.stdout.encode())} bytes, at most {MAX_OUTPUT_BYTES}")
    return done.stdout


def same_lines(a, b):
    """Equal once both texts and each of their lines are stripped (no numeric tolerance)."""
    return [x.strip() for x in a.strip().split("\n")] == [x.strip() for x in b.strip().split("\n")]


def make_tests(problem, folder):
    """Runs both references on every input. Returns (tests, faults, notes)."""
    faults, notes, tests = [], [], []
    for name in ("reference_a", "reference_b"):
        (Path(folder) / f"{problem['id']}_{name}.py").write_text(problem[name])
    for i, text in enumerate(problem["inputs"], 1):
        outputs = []
        for name in ("reference_a", "reference_b"):
            try:
                outputs.append(run_reference(problem, text, folder, name))
            except Fault as e:
                faults.append(f"{problem['id']}: {name} on input {i}: {e}")
        if len(outputs) < 2:
            continue
        if problem["kind"] == "functional":
            same = json.loads(outputs[0]) == json.loads(outputs[1])
            text, output = text.rstrip("\n"), outputs[0].rstrip("\n")
        else:
            same = same_lines(*outputs)
            output = outputs[0]
        if not same:
            faults.append(
                f"{problem['id']}: references differ on input {i}: {outputs[0][:120]!r} and {outputs[1][:120]!r}"
            )
        tests.append({"input": text, "output": output, "testtype": problem["kind"]})
    if tests and not faults:
        shown = words(problem["statement"])
        if problem["kind"] == "stdin":
            for what in ("input", "output"):
                if words(tests[0][what]) not in shown:
                    notes.append(f"{problem['id']}: the statement does not show the first sample's {what}")
        if len({t["output"] for t in tests}) < 3:
            notes.append(f"{problem['id']}: fewer than three different outputs over all tests")
    return tests, faults, notes


def row(problem, tests):
    functional = problem["kind"] == "functional"
    return {
        "question_title": problem["title"],
        "question_content": problem["statement"].strip(),
        "platform": "empower",
        "question_id": problem["id"],
        "contest_id": "empower-suite",
        "contest_date": "2026-11-01T00:00:00",
        "starter_code": problem["starter_code"] if functional else "",
        "difficulty": problem["difficulty"],
        "public_test_cases": json.dumps(tests[:N_PUBLIC], ensure_ascii=False),
        "private_test_cases": json.dumps(tests[N_PUBLIC:], ensure_ascii=False),
        "metadata": json.dumps({"func_name": problem["func_name"]} if functional else {}),
        "reference_programs": [problem["reference_a"], problem["reference_b"]],
    }


def write_rows(path, rows):
    """Whole file or nothing: written aside, then renamed."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            for r in rows:
                f.write(json.dumps(r, ensure_ascii=False) + "\n")
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        if os.path.exists(aside):
            os.unlink(aside)
        raise


# ---- mutants -------------------------------------------------------------

COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}


def changes(node):
    """The small ways to break one node: (what, function that changes it in place)."""
    found = []
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            if type(op) in COMPARE:
                new = COMPARE[type(op)]
                found.append((type(op).__name__, lambda n, k=k, new=new: n.ops.__setitem__(k, new())))
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        new = ARITHMETIC[type(node.op)]
        found.append((type(node.op).__name__, lambda n, new=new: setattr(n, "op", new())))
    elif isinstance(node, ast.BoolOp):
        new = ast.Or if isinstance(node.op, ast.And) else ast.And
        found.append((type(node.op).__name__, lambda n, new=new: setattr(n, "op", new())))
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        found.append(("constant + 1", lambda n: setattr(n, "value", n.value + 1)))
        if node.value < 1000:
            found.append(("constant - 1", lambda n: setattr(n, "value", n.value - 1)))
    elif isinstance(node, (ast.If, ast.While)):
        found.append(("body dropped", lambda n: setattr(n, "body", [ast.Pass()])))
        if node.orelse:
            found.append(("else dropped", lambda n: setattr(n, "orelse", [])))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        new = "max" if node.func.id == "min" else "min"
        found.append((node.func.id, lambda n, new=new: setattr(n.func, "id", new)))
    return found


def mutants(text):
    """Yields (line number, what changed, program)."""
    tree = ast.parse(text)
    for i, node in enumerate(ast.walk(tree)):
        for k, (what, _) in enumerate(changes(node)):
            twin = copy.deepcopy(tree)
            target = next(n for j, n in enumerate(ast.walk(twin)) if j == i)
            changes(target)[k][1](target)
            try:
                yield getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(twin))
            except ValueError:
                continue


def survives(problem, tests, program):
    job = {
        "text": program,
        "func_name": problem.get("func_name") if problem["kind"] == "functional" else None,
        "tests": [(t["input"], t["output"]) for t in tests],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", MUTANT_DRIVER],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.stdout == "survived"


def report_mutants(problems, tests_of, pool):
    total = 0
    survivors = []
    for problem in problems:
        for name in ("reference_a", "reference_b"):
            cases = list(mutants(problem[name]))
            total += len(cases)
            alive = pool.map(lambda c: survives(problem, tests_of[problem["id"]], c[2]), cases)
            for (line, what, _), lives in zip(cases, alive):
                if lives:
                    source = problem[name].split("\n")[line - 1].strip() if line else ""
                    survivors.append(f"  {problem['id']} {name} line {line}: {what}: {source}")
    print(f"{total} mutants, {len(survivors)} not noticed by any test (some change nothing that matters):")
    print("\n".join(survivors))


# ---- command -------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description="Builds the problem suite from src/part_*.py.")
    parser.add_argument("--part", help="check this part only (its letter) and write nothing")
    parser.add_argument("--only", help="with --part: check this problem id only")
    parser.add_argument("--mutants", action="store_true", help="report changes to references that no test notices")
    parser.add_argument("--jobs", type=int, default=2, help="references run at once (default 2)")
    args = parser.parse_args()

    sys.dont_write_bytecode = True
    files = source_files(args.part)
    if not files:
        print(f"error: no part_{args.part or '*'}.py in {SRC}", file=sys.stderr)
        return 1

    faults, problems, seen = [], [], {}
    for path in files:
        for i, problem in enumerate(load(path), 1):
            where = f"{path.name}: {problem.get('id', f'entry {i}')}"
            if args.only and problem.get("id") != args.only:
                continue
            found = check_shape(problem, where)
            faults += found
            if found:
                continue
            for field in ("id", "title"):
                key = (field, words(problem[field]).lower())
                if key in seen:
                    faults.append(f"{where}: {field} {problem[field]!r} is also in {seen[key]}")
                seen[key] = where
            problems.append(problem)
    problems.sort(key=lambda p: p["id"])

    tests_of, notes = {}, []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool, tempfile.TemporaryDirectory() as folder:
        for problem, made in zip(problems, pool.map(lambda p: make_tests(p, folder), problems)):
            tests, found, said = made
            tests_of[problem["id"]] = tests
            faults += found
            notes += said
        if args.mutants and not faults:
            report_mutants(problems, tests_of, pool)

    for line in notes:
        print(f"note: {line}")
    for line in faults:
        print(f"error: {line}", file=sys.stderr)
    if faults:
        print(f"error: {len(faults)} faults; nothing written", file=sys.stderr)
        return 1

    for what in ("half", "kind", "difficulty"):
        counts = {}
        for p in problems:
            counts[p[what]] = counts.get(p[what], 0) + 1
        print(f"{what}: " + ", ".join(f"{k} {counts[k]}" for k in sorted(counts)))
    lengths = [len(p[r]) for p in problems for r in ("reference_a", "reference_b")]
    n_tests = sum(len(t) for t in tests_of.values())
    mean = sum(lengths) / max(1, len(lengths))
    print(f"problems: {len(problems)}, tests: {n_tests}, mean reference: {mean:.0f} characters")

    if args.part is None:
        # The lock is on this file: builds at the same time take turns at writing.
        with open(__file__) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for half in ("train", "eval"):
                rows = [row(p, tests_of[p["id"]]) for p in problems if p["half"] == half]
                write_rows(HERE / f"{half}.jsonl", rows)
                print(f"wrote {half}.jsonl: {len(rows)} problems")
    else:
        print("checked only; nothing written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
