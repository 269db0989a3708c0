#!/usr/bin/env python3
"""Builds the problem suite: `train.jsonl` and `eval.jsonl` from `src/part_*.py`.

What it owns: the shape of a problem source, the expected outputs (they are what
`reference_a` prints, and `reference_b` must print the same), and the two files in
LiveCodeBench's eleven-field format plus `reference_programs`. What it refuses: a
problem with a missing field, a doubled id or title, too few tests, a reference that
fails, disagrees, is too long or untidy. Nothing is written unless everything passes.

    python3 build.py                 build all parts
    python3 build.py --part A        check part A only, write nothing
    python3 build.py --only emp-A-07

How strong the tests are is for `mutate.py`, how hard the problems are for `difficulty.py`.
The references are our own programs and run without a sandbox.
Needs a Unix system, Python 3.9 or later and its standard library.
"""

import argparse
import fcntl
import importlib.util
import json
import multiprocessing
import os
import re
import sys
import tempfile
from pathlib import Path

import runner

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
# `samples`: how many tests build.py shows behind the statement. `draw(random, size)`: a new small input, for mutate.py.
OPTIONAL_FIELDS = {"samples", "draw"}
MIN_TESTS = 10
N_PUBLIC = 2
MAX_INPUT_BYTES = 60_000
MAX_OUTPUT_BYTES = 20_000
MAX_REFERENCE_CHARS = 1_150
TIMEOUT_S = 10


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


def load_all(part=None):
    """Every (place, problem) of the sources, unchecked."""
    return [
        (f"{path.name}: {problem.get('id', f'entry {i}')}", problem)
        for path in source_files(part)
        for i, problem in enumerate(load(path), 1)
    ]


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
    unknown = set(problem) - set(FIELDS) - set(FUNCTIONAL_FIELDS) - OPTIONAL_FIELDS
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


def run_reference(problem, name):
    """(outputs, faults): what a reference prints on each input, as far as it came."""
    func_name = problem["func_name"] if problem["kind"] == "functional" else None
    inputs = problem["inputs"]
    result = runner.run(problem[name], func_name, inputs, [TIMEOUT_S] * len(inputs))
    outputs, faults = [], []
    for i, (output, error, _) in enumerate(result.runs, 1):
        where = f"{problem['id']}: {name} on input {i}"
        if error:
            faults.append(f"{where}: {error}")
        elif not output.strip():
            faults.append(f"{where}: printed nothing")
        elif len(output.encode()) > MAX_OUTPUT_BYTES:
            faults.append(f"{where}: printed {len(output.encode())} bytes, at most {MAX_OUTPUT_BYTES}")
        outputs.append(output)
    if result.end != "done":
        how = f"ran longer than {TIMEOUT_S} s" if result.end == "time" else "died"
        faults.append(f"{problem['id']}: {name} on input {len(result.runs) + 1}: {how}")
    return outputs, faults


def make_tests(problem):
    """Runs both references on every input. Returns (tests, faults, notes)."""
    tests, notes = [], []
    functional = problem["kind"] == "functional"
    ours, faults = run_reference(problem, "reference_a")
    theirs, more = run_reference(problem, "reference_b")
    faults += more
    for i, (text, output, other) in enumerate(zip(problem["inputs"], ours, theirs), 1):
        if output is None or other is None:
            continue
        if not runner.same_output(output, other, functional):
            faults.append(f"{problem['id']}: references differ on input {i}: {output[:120]!r} and {other[:120]!r}")
        if functional:
            text, output = text.rstrip("\n"), output.rstrip("\n")
        tests.append({"input": text, "output": output, "testtype": problem["kind"]})
    if tests and not faults:
        shown = words(content(problem, tests))
        if not functional:
            for what in ("input", "output"):
                if words(tests[0][what]) not in shown:
                    notes.append(f"{problem['id']}: the statement does not show the first sample's {what}")
        if len({t["output"] for t in tests}) < 3:
            notes.append(f"{problem['id']}: fewer than three different outputs over all tests")
    return tests, faults, notes


def content(problem, tests):
    """The statement; behind it, where the source leaves that to us, the first `samples` tests."""
    parts = [problem["statement"].strip()]
    for i, test in enumerate(tests[: problem.get("samples", 0)], 1):
        given, wanted = test["input"].rstrip(), test["output"].rstrip()
        if problem["kind"] == "functional":
            parts.append(f"Example {i}\nArguments, one a line:\n{given}\nReturns: {wanted}")
        else:
            parts.append(f"Sample Input {i}\n{given}\n\nSample Output {i}\n{wanted}")
    return "\n\n".join(parts)


def row(problem, tests):
    functional = problem["kind"] == "functional"
    return {
        "question_title": problem["title"],
        "question_content": content(problem, tests),
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


# ---- command -------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description="Builds the problem suite from src/part_*.py.")
    parser.add_argument("--part", help="check this part only (its letter) and write nothing")
    parser.add_argument("--only", help="check this problem id only and write nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="problems checked at once")
    args = parser.parse_args()

    sys.dont_write_bytecode = True
    if not source_files(args.part):
        print(f"error: no part_{args.part or '*'}.py in {SRC}", file=sys.stderr)
        return 1

    faults, problems, seen = [], [], {}
    for where, problem in load_all(args.part):
        if args.only not in (None, problem.get("id")):
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

    global PROBLEMS
    PROBLEMS = problems
    tests_of, notes = {}, []
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        for problem, (tests, found, said) in zip(problems, pool.imap(make_tests_of, range(len(problems)))):
            tests_of[problem["id"]] = tests
            faults += found
            notes += said

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

    if args.part is None and args.only is None:
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


def make_tests_of(number):
    """In a worker, which has the problems from forking: some of their fields do not pickle."""
    return make_tests(PROBLEMS[number])


if __name__ == "__main__":
    sys.exit(main())
