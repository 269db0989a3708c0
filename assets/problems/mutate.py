#!/usr/bin/env python3
"""Breaks each reference program in small ways and sees whether its problem's tests notice.

What it owns: the ways to change a program (`changes`), running every changed program
(mutant) on the tests until one fails, and the score a problem: of the mutants that are
not equivalent to the program, how many fail. What it refuses: to call a mutant
equivalent by itself. Only `equivalents.json` does that, mutant by mutant and with a
class of reasons; an entry there whose mutant is killed, or is no longer made, is an
error. Survivors that nobody has judged count as survivors.

    python3 mutate.py                        all problems; writes mutation.json
    python3 mutate.py --part D               one part; writes nothing
    python3 mutate.py --only emp-A-07 --survivors
                                             name each mutant that passes all tests
    python3 mutate.py --part D --try 300     also run survivors on 300 drawn inputs a
                                             problem (where its source can draw) and
                                             show the smallest that tells them apart

A mutant is killed by a test when its output differs, when it raises, dies or takes more
than 1 GiB, or when it needs more than 0.25 s plus twenty times what the program itself
needs (never more than the judge's 6 s). Tests are run cheapest first. Limits are
processor time, so that results do not depend on the load of the machine. All problems
take some 10 minutes of two cores; `--memory FILE` keeps what was found of a program, and
a later run asks the file first (its key is the program, its tests, mutants and limits).
"""

import argparse
import ast
import hashlib
import json
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path

import runner
from build import load_all

HERE = Path(__file__).resolve().parent
REPORT = HERE / "mutation.json"
EQUIVALENTS = HERE / "equivalents.json"
SEED = 20261101  # chosen: the suite's date; only --try draws
JUDGE_LIMIT_S = 6.0
SLACK_S = 0.25
SLOWER = 20

# ---- the changes -----------------------------------------------------------

COMPARE = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
# A function or method for its sibling.
SIBLINGS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "popleft": "pop",
    "appendleft": "append",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
    "bisect": "bisect_left",
    "insort": "append",
    "issubset": "issuperset",
    "startswith": "endswith",
    "endswith": "startswith",
    "find": "rfind",
    "index": "count",
}
# A function whose call is replaced by its argument, or a method whose call is replaced by its object.
UNWRAPPED = {"abs", "reversed", "sorted", "set", "strip", "rstrip", "lstrip", "lower", "upper"}
NO_STATEMENTS = {"main", "solve", "setrecursionlimit"}  # dropping the first two drops everything
BIG = 10**15  # from here on a constant is a marker or a modulus, and one up is enough


def called(node):
    """The name that a call calls: of the function, or of the method."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


class Site:
    """A place in the tree: `get` and `put` the node there."""

    def __init__(self, owner, field, index=None):
        self.owner, self.field, self.index = owner, field, index

    def get(self):
        held = getattr(self.owner, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node):
        if self.index is None:
            setattr(self.owner, self.field, node)
        else:
            getattr(self.owner, self.field)[self.index] = node


def sites(node):
    """Every place below `node` that a change may touch, outermost first.

    Annotations, imports, doc strings, the `__main__` guard and the recursion limit are no part of what a program does.
    """
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "names", "decorator_list"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.expr_context, ast.operator)):
                continue
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.Call) and called(child) == "setrecursionlimit":
                continue
            if is_guard(child):
                continue
            yield Site(node, field, index)
            yield from sites(child)


def is_guard(test):
    """The test of `if __name__ == "__main__"`."""
    return isinstance(test, ast.Compare) and getattr(test.left, "id", "") == "__name__"


def copy_of(node, **fields):
    """A shallow copy with some fields replaced; children are shared, which reading does not mind."""
    twin = type(node)(**dict(ast.iter_fields(node)))
    ast.copy_location(twin, node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def shifted(node, by):
    op = ast.Add() if by > 0 else ast.Sub()
    return ast.BinOp(left=node, op=op, right=ast.Constant(value=abs(by)))


def holds_constant(node):
    """Whether moving a constant inside already moves the whole by one."""
    return isinstance(node, ast.Constant) or any(
        isinstance(x, ast.Constant) and type(x.value) is int for x in ast.iter_child_nodes(node)
    )


def changes(site, assigned):
    """The nodes that may stand at `site` instead, each one small change away. `assigned` counts names' assignments."""
    node = site.get()
    if isinstance(node, ast.expr):
        yield from expression_changes(node)
    elif isinstance(node, ast.stmt):
        yield from statement_changes(node, assigned)
    elif isinstance(node, ast.comprehension) and node.ifs:
        for k in range(len(node.ifs)):
            yield copy_of(node, ifs=node.ifs[:k] + node.ifs[k + 1 :])
            yield copy_of(node, ifs=node.ifs[:k] + [negated(node.ifs[k])] + node.ifs[k + 1 :])
    elif isinstance(node, ast.keyword) and node.arg == "key":
        yield ast.keyword(arg="key", value=ast.Constant(value=None))


def negated(test):
    return ast.UnaryOp(op=ast.Not(), operand=test)


def worth_negating(test):
    """Not where another change says the same: == for !=, in for not in, a dropped `not`."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return isinstance(test.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE))
    return not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def expression_changes(node):
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            for new in COMPARE[type(op)]:
                yield copy_of(node, ops=node.ops[:k] + [new()] + node.ops[k + 1 :])
    elif isinstance(node, ast.BinOp):
        text = isinstance(node.left, (ast.Constant, ast.JoinedStr)) and not isinstance(
            getattr(node.left, "value", ""), (int, float)
        )
        if type(node.op) in ARITHMETIC and not text:
            yield copy_of(node, op=ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield copy_of(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for k in range(len(node.values)):
            rest = node.values[:k] + node.values[k + 1 :]
            yield rest[0] if len(rest) == 1 else copy_of(node, values=rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        if worth_negating(node.test):
            yield copy_of(node, test=negated(node.test))
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        value = node.value
        if type(value) is bool:
            yield ast.Constant(value=not value)
        elif type(value) is int:
            yield ast.Constant(value=value + 1)
            if abs(value) < BIG:
                yield ast.Constant(value=value - 1)
        elif type(value) is str and value.strip():
            yield ast.Constant(value="")
    elif isinstance(node, ast.Call):
        yield from call_changes(node)


def call_changes(node):
    name = called(node)
    if name in SIBLINGS and isinstance(node.func, ast.Name):
        yield copy_of(node, func=ast.Name(id=SIBLINGS[name], ctx=ast.Load()))
    elif name in SIBLINGS:
        yield copy_of(node, func=copy_of(node.func, attr=SIBLINGS[name]))
    if name == "range":
        for k, bound in enumerate(node.args[:2]):
            if not holds_constant(bound):
                for by in (1, -1):
                    yield copy_of(node, args=node.args[:k] + [shifted(bound, by)] + node.args[k + 1 :])
    keywords = {k.arg for k in node.keywords}
    if name in ("sorted", "sort") and "reverse" not in keywords:
        yield copy_of(node, keywords=node.keywords + [ast.keyword(arg="reverse", value=ast.Constant(value=True))])
    if name in UNWRAPPED:
        if isinstance(node.func, ast.Attribute) and not node.args:
            yield node.func.value
        elif isinstance(node.func, ast.Name) and len(node.args) == 1:
            inside = node.args[0]
            yield inside if name == "abs" else ast.Call(
                func=ast.Name(id="list", ctx=ast.Load()), args=[inside], keywords=[]
            )


def statement_changes(node, assigned):
    if isinstance(node, (ast.If, ast.While)) and not is_guard(node.test):
        if worth_negating(node.test):
            yield copy_of(node, test=negated(node.test))
        if not (len(node.body) == 1 and isinstance(node.body[0], (ast.Break, ast.Continue, ast.Pass))):
            yield copy_of(node, body=[ast.Pass()])
    if isinstance(node, (ast.If, ast.While, ast.For)) and node.orelse:
        yield copy_of(node, orelse=[])
    if isinstance(node, ast.AugAssign):
        if type(node.op) in ARITHMETIC:
            yield copy_of(node, op=ARITHMETIC[type(node.op)]())
        yield ast.Pass()
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield ast.Pass()
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    elif isinstance(node, ast.Expr):
        if not (isinstance(node.value, ast.Call) and called(node.value) in NO_STATEMENTS):
            yield ast.Pass()
    elif isinstance(node, ast.Assign):
        # Dropping the only assignment of a name says nothing: any run that reads it fails.
        names = [x.id for t in node.targets for x in ast.walk(t) if isinstance(x, ast.Name) and is_store(x)]
        if all(assigned.get(x, 0) > 1 for x in names):
            yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(value=ast.Constant(value=None))


def is_store(name):
    return isinstance(name.ctx, ast.Store)


def shown(node):
    if isinstance(node, ast.Pass):
        return "nothing"
    if isinstance(node, ast.comprehension):
        return "for …" + "".join(f" if {ast.unparse(x)}" for x in node.ifs)
    if isinstance(node, ast.keyword):
        return f"{node.arg}={ast.unparse(node.value)}"
    if isinstance(node, (ast.If, ast.While, ast.For)):
        kind = {ast.If: "if", ast.While: "while", ast.For: "for"}[type(node)]
        head = ast.unparse(node.target if isinstance(node, ast.For) else node.test)
        empty = " without its body" if len(node.body) == 1 and isinstance(node.body[0], ast.Pass) else ""
        return f"{kind} {head}:{empty}" + (" with else" if node.orelse else "")
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def mutants(text):
    """Yields (name, tree): the changed program, good until the next is asked for. A name says where and what.

    Two changes that give one program are one mutant.
    """
    tree = ast.parse(text)
    assigned = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and is_store(node):
            assigned[node.id] = assigned.get(node.id, 0) + 1
    seen = {ast.unparse(tree)}
    for site in list(sites(tree)):
        old = site.get()
        for new in list(changes(site, assigned)):
            site.put(new)
            try:
                program = ast.unparse(ast.fix_missing_locations(tree))
                if program not in seen:
                    seen.add(program)
                    line = getattr(old, "lineno", None) or getattr(getattr(old, "target", None), "lineno", 0) or (
                        old.value.lineno
                    )
                    yield f"{line}: {shown(old)} => {shown(new)}", tree
            finally:
                site.put(old)


def named_mutants(text):
    """`mutants`, with a number behind a name that came before (one change, twice on a line)."""
    seen = {}
    for name, tree in mutants(text):
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} (#{seen[name]})"), tree


# ---- running them ----------------------------------------------------------


def limit(seconds):
    return min(JUDGE_LIMIT_S, SLACK_S + SLOWER * seconds)


def measured(program, func_name, inputs):
    """Each input with the program's output and its time, cheapest first."""
    result = runner.run(program, func_name, inputs, [JUDGE_LIMIT_S] * len(inputs))
    if result.end != "done" or any(error for _, error, _ in result.runs):
        raise RuntimeError(f"a reference does not run: {result.end}, {[e for _, e, _ in result.runs if e]}")
    return sorted(((t, i, inputs[i], out) for i, (out, _, t) in enumerate(result.runs)), key=lambda x: (x[0], x[1]))


def how_it_ended(tree, func_name, plan):
    """`survived`, or how a mutant was killed: wrong, error, time or crash; and the input that did it."""
    inputs, wanted, limits = [p[2] for p in plan], [p[3] for p in plan], [limit(p[0]) for p in plan]
    result = runner.run(tree, func_name, inputs, limits, wanted)
    if result.end == "time":
        return "time", inputs[len(result.runs)]
    if result.end == "crash":
        return "crash", inputs[min(len(result.runs), len(inputs) - 1)]
    same, error, _ = result.runs[-1]
    if same:
        return "survived", None
    return ("error" if error else "wrong"), inputs[len(result.runs) - 1]


def examine(job):
    """One reference program: how each of its mutants ended. Runs in a worker."""
    problem, which, draws, known = job
    text = problem[f"reference_{which}"]
    func_name = problem["func_name"] if problem["kind"] == "functional" else None
    names = [name for name, _ in named_mutants(text)]
    about = [text, problem["inputs"], names, SLACK_S, SLOWER, JUDGE_LIMIT_S, draws if problem.get("draw") else 0]
    key = hashlib.sha256(json.dumps(about).encode()).hexdigest()
    if key in known:
        return problem["id"], which, key, *known[key]
    plan = measured(text, func_name, problem["inputs"])
    extra = []
    if draws and problem.get("draw"):
        r = random.Random(f"{SEED}/{problem['id']}")
        inputs = sorted({problem["draw"](r, r.randint(2, 9)) for _ in range(draws)} - set(problem["inputs"]), key=len)
        if inputs:
            extra = measured(text, func_name, inputs)
            extra.sort(key=lambda x: (len(x[2]), x[2]))
    ends, survivors = {}, []
    for name, tree in named_mutants(text):
        end, _ = how_it_ended(tree, func_name, plan)
        ends[name] = end
        if end == "survived" and extra:
            late, given = how_it_ended(tree, func_name, extra)
            if late != "survived":
                survivors.append((name, given))
    return problem["id"], which, key, ends, survivors


# ---- the report ------------------------------------------------------------


def read_equivalents():
    if not EQUIVALENTS.exists():
        return {}, {}
    data = json.loads(EQUIVALENTS.read_text("utf-8"))
    judged = {}
    for class_name, by_program in data["mutants"].items():
        if class_name not in data["classes"]:
            raise SystemExit(f"error: equivalents.json: class {class_name!r} has no reason")
        for program, names in by_program.items():
            for name in names:
                if (program, name) in judged:
                    raise SystemExit(f"error: equivalents.json: {program}: {name!r} is there twice")
                judged[program, name] = class_name
    return data["classes"], judged


def main():
    parser = argparse.ArgumentParser(description="Scores the suite's tests by mutants of the reference programs.")
    parser.add_argument("--part", help="this part only (its letter); writes nothing")
    parser.add_argument("--only", help="this problem only; writes nothing")
    parser.add_argument("--survivors", action="store_true", help="name the unjudged mutants that pass all tests")
    parser.add_argument("--try", dest="draws", type=int, default=0, metavar="N", help="run survivors on N drawn inputs")
    parser.add_argument("--memory", type=Path, metavar="FILE", help="keep results of programs here between runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    args = parser.parse_args()

    sys.dont_write_bytecode = True
    began = time.monotonic()
    problems = [p for _, p in load_all(args.part) if args.only in (None, p["id"])]
    problems.sort(key=lambda p: p["id"])
    if not problems:
        print("error: no such problem", file=sys.stderr)
        return 1
    classes, judged = read_equivalents()
    columns = ["mutants", "wrong", "error", "crash", "time", "equivalent", "survived"]
    table = {p["id"]: dict.fromkeys(columns, 0) for p in problems}
    survivors, told_apart, stale = [], [], set(k for k in judged if k[0].rsplit(" ", 1)[0] in table)
    faults = []
    # Functions that draw do not pickle, so the workers inherit the jobs by forking and are sent only numbers.
    global JOBS
    known = remembered(args.memory)
    JOBS = [(p, which, args.draws, known) for p in problems for which in "ab"]
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        for done, (name, which, key, ends, late) in enumerate(pool.imap_unordered(examine_number, range(len(JOBS))), 1):
            program = f"{name} {which}"
            if args.memory and key not in known:
                with args.memory.open("a", encoding="utf-8") as memory:
                    memory.write(json.dumps([key, ends, late]) + "\n")
            told_apart += [(program, mutant, given) for mutant, given in late]
            for mutant, end in ends.items():
                table[name]["mutants"] += 1
                stale.discard((program, mutant))
                if (program, mutant) in judged:
                    if end != "survived":
                        faults.append(f"{program}: {mutant!r} is judged equivalent, but a test notices it ({end})")
                    end = "equivalent"
                elif end == "survived":
                    survivors.append((program, mutant))
                table[name][end] += 1
            if sys.stderr.isatty() or done % 16 == 0:
                left = (time.monotonic() - began) / done * (len(JOBS) - done)
                print(f"{done} of {len(JOBS)} programs, {left:.0f} s left", file=sys.stderr)
    faults += [f"{program}: equivalents.json names {mutant!r}, which is not made" for program, mutant in sorted(stale)]

    fingerprint = {p["id"]: fingerprint_of(p) for p in problems}
    for name, row in table.items():
        row["score"] = score(row)
        row["of"] = fingerprint[name]
    weak = [name for name, row in table.items() if row["score"] < 0.9]
    total = {k: sum(row[k] for row in table.values()) for k in next(iter(table.values())) if k not in ("score", "of")}
    total["score"] = score(total)
    if args.survivors:
        for program, mutant in sorted(survivors):
            print(f"survived: {program}: {mutant}")
    for program, mutant, given in sorted(told_apart):
        print(f"told apart: {program}: {mutant}\n{given}")
    for name in weak:
        print(f"weak: {name}: {table[name]}")
    print(f"{len(problems)} problems, {len(weak)} of them under 0.9; all: {total}; {time.monotonic() - began:.0f} s")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if faults:
        return 1
    if args.part is None and args.only is None:
        write_report(table, total, weak)
    return 0


def remembered(path):
    """{key: (ends, told apart)} from a file of earlier runs; a last line that was cut off counts for nothing."""
    known = {}
    if path and path.exists():
        for line in path.read_text("utf-8").splitlines():
            try:
                key, ends, late = json.loads(line)
            except ValueError:
                continue
            known[key] = ends, [tuple(x) for x in late]
    return known


def fingerprint_of(problem):
    """Says which programs and tests a score is of; .ci/run works it out again from the built files."""
    about = [[problem["reference_a"], problem["reference_b"]], [text.rstrip("\n") for text in problem["inputs"]]]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]


def score(row):
    """Killed among those that are not judged equivalent, rounded to three places."""
    real = row["mutants"] - row["equivalent"]
    return round((real - row["survived"]) / real, 3) if real else 1.0


def examine_number(index):
    return examine(JOBS[index])


def write_report(table, total, weak):
    strong = 1 - len(weak) / len(table)
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    text = (
        "{\n"
        '  "command": "python3 assets/problems/mutate.py",\n'
        f'  "python": "{sys.version_info.major}.{sys.version_info.minor}",\n'
        f'  "limits": {json.dumps({"slack_s": SLACK_S, "slower": SLOWER, "at_most_s": JUDGE_LIMIT_S})},\n'
        f'  "problems": {len(table)},\n'
        f'  "share_of_problems_at_0.9_or_more": {strong:.4f},\n'
        f'  "total": {json.dumps(total)},\n'
        f'  "by_problem": {{\n{rows}\n  }}\n'
        "}\n"
    )
    REPORT.write_text(text, "utf-8")
    print(f"wrote {REPORT.name}: {strong:.1%} of the problems at 0.9 or more")


if __name__ == "__main__":
    sys.exit(main())
