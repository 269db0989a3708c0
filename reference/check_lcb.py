"""Asks LiveCodeBench's own grader what it says of programs.

Usage, with a checkout of LiveCodeBench/LiveCodeBench and a Python that has numpy and tqdm:

    python reference/check_lcb.py CHECKOUT probes [--timeout 2]
        runs every probe of crates/empower-judge/tests/lcb/probes.jsonl and lists those whose code differs from the table
    python reference/check_lcb.py CHECKOUT problems FILE.jsonl --out VERDICTS.jsonl
        grades the `solutions` of every problem by its public tests; one row a program:
        {"question_id", "index", "passed", "code"}

The grader runs programs without protection: use it on programs that you trust, or in a container.
"""

import argparse
import json
import os
import pathlib
import sys
from concurrent.futures import ProcessPoolExecutor


def sample_of(tests, func_name):
    pairs = {"inputs": [test[0] for test in tests], "outputs": [test[1] for test in tests], "fn_name": func_name}
    return {"input_output": json.dumps(pairs)}


def grade(job):
    """Results and code for one program; a pass has no code."""
    tests, func_name, program, timeout = job
    from lcb_runner.evaluation.compute_code_generation_metrics import evaluate_generations_by_problem

    results, metadata = evaluate_generations_by_problem(([program], sample_of(tests, func_name), False, timeout))
    passed = all(result > 0 for result in results[0])
    return passed, None if passed else metadata[0].get("error_code")


def probes(arguments):
    path = pathlib.Path(__file__).parent.parent / "crates/empower-judge/tests/lcb/probes.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    jobs = [(row["tests"], row.get("func_name"), row["program"], arguments.timeout) for row in rows]
    with ProcessPoolExecutor(arguments.workers) as pool:
        answers = list(pool.map(grade, jobs))
    differing = 0
    for row, (passed, code) in zip(rows, answers):
        said = "pass" if passed else code
        if said != row["lcb"]:
            differing += 1
            print("differs: %s: the table has %s, the grader says %s" % (row["row"], row["lcb"], said))
    print("%d probes, %d differ" % (len(rows), differing))
    return differing


def problems(arguments):
    rows = [json.loads(line) for line in pathlib.Path(arguments.file).read_text().splitlines()]
    names, jobs = [], []
    for row in rows:
        tests = [(test["input"], test["output"]) for test in json.loads(row["public_test_cases"])]
        func_name = json.loads(row["metadata"]).get("func_name")
        for index, solution in enumerate(row.get("solutions", [])):
            names.append((row["question_id"], index))
            jobs.append((tests, func_name, solution["code"], arguments.timeout))
    with ProcessPoolExecutor(arguments.workers) as pool, open(arguments.out, "w") as out:
        for (question_id, index), (passed, code) in zip(names, pool.map(grade, jobs)):
            row = {"question_id": question_id, "index": index, "passed": passed, "code": code}
            out.write(json.dumps(row) + "\n")
            out.flush()
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", help="folder of LiveCodeBench/LiveCodeBench")
    parser.add_argument("what", choices=["probes", "problems"])
    parser.add_argument("file", nargs="?", help="problems with `solutions`")
    parser.add_argument("--out", default="verdicts.jsonl")
    parser.add_argument("--timeout", type=int, default=6)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    sys.path.insert(0, os.path.abspath(arguments.checkout))
    # Programs write into the current folder.
    return {"probes": probes, "problems": problems}[arguments.what](arguments)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
