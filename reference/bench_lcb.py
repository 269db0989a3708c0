"""Throughput beside LiveCodeBench's own grader, on the same programs and tests in one run.

Usage, with a checkout of LiveCodeBench/LiveCodeBench, a built `empower` and a Python that has numpy and tqdm:

    python reference/bench_lcb.py CHECKOUT PROBLEMS.jsonl --empower target/release/empower [--workers 2] [--limit 100]

PROBLEMS.jsonl has `solutions` beside LiveCodeBench's fields (public tests are used). Three ways take turns, so that a
busy machine is busy for all: the grader (`codegen_metrics` with as many processes), `empower judge --mode lcb`, and
`empower judge` in mode native. Printed: seconds, programs and tests a second, and the ratio to the grader, as the
median of the rounds; then whether the grader and mode `lcb` agree on each program. A program that runs into the time
limit in mode `native` is left out and named, unless `--with-endless` keeps it: there the seconds are the limit's, and
the grader may never reach the part that runs on.

The grader runs programs without protection: use it on programs that you trust, or in a container.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def load(arguments):
    """Problems with at most `--limit` programs in all, none slower upstream than a second if the file says so."""
    problems, n_programs = [], 0
    for line in pathlib.Path(arguments.problems).read_text().splitlines():
        row = json.loads(line)
        tests = json.loads(row["public_test_cases"])
        codes = []
        for solution in row.get("solutions", []):
            taken = solution.get("metadata") or {}
            taken = json.loads(taken) if isinstance(taken, str) else taken
            if taken.get("execution time", 0) <= arguments.longest and n_programs < arguments.limit:
                codes += [solution["code"]] * arguments.copies
                n_programs += 1
        if codes:
            problems.append((row, tests, codes))
    return problems


def grader(problems, workers, timeout):
    from lcb_runner.evaluation.compute_code_generation_metrics import codegen_metrics

    samples, generations = [], []
    for row, tests, codes in problems:
        pairs = {
            "inputs": [test["input"] for test in tests],
            "outputs": [test["output"] for test in tests],
            "fn_name": json.loads(row["metadata"]).get("func_name"),
        }
        # One program a sample, as its own list of generations must be of one length.
        for code in codes:
            samples.append({"input_output": json.dumps(pairs)})
            generations.append([code])
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null), contextlib.redirect_stderr(null):
        started = time.perf_counter()
        _, results, _ = codegen_metrics(samples, generations, k_list=[1], num_process_evaluate=workers, timeout=timeout)
        seconds = time.perf_counter() - started
    return seconds, [all(result > 0 for result in results[index][0]) for index in range(len(samples))]


def empower(arguments, folder, mode):
    command = [arguments.empower, "judge", "--problems", folder + "/problems.jsonl", "--programs"]
    command += [folder + "/programs.json", "--json", "--mode", mode, "--start", arguments.start]
    command += ["--workers", str(arguments.workers), "--timeout", str(arguments.timeout)]
    started = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    seconds = time.perf_counter() - started
    rows = [json.loads(line) for line in output.splitlines()]
    return seconds, [(row["passed"], row["verdict"]) for row in rows], sum(row["tests_run"] for row in rows)


def write(problems, folder):
    with open(folder + "/problems.jsonl", "w") as out:
        for row, _, _ in problems:
            out.write(json.dumps(dict(row, private_test_cases="")) + "\n")
    with open(folder + "/programs.json", "w") as out:
        json.dump([{"question_id": row["question_id"], "code_list": codes} for row, _, codes in problems], out)


def without_endless(problems, arguments, folder):
    """Without the programs that run into the time limit."""
    _, verdicts, _ = empower(arguments, folder, "native")
    verdicts, kept, n_programs = iter(verdicts), [], 0
    for row, tests, codes in problems:
        judged = [(code, next(verdicts)[1]) for code in codes]
        codes = [code for code, verdict in judged if verdict != "time_limit"]
        if len(codes) < len(judged):
            print("left out: %d of %s, out of time in mode native" % (len(judged) - len(codes), row["question_id"]))
        n_programs += len(codes)
        if codes:
            kept.append((row, tests, codes))
    return kept, n_programs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", help="folder of LiveCodeBench/LiveCodeBench")
    parser.add_argument("problems", help="problems with `solutions`")
    parser.add_argument("--empower", default="target/release/empower")
    parser.add_argument("--start", default="warm", choices=["warm", "cold"])
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=6)
    parser.add_argument("--limit", type=int, default=100, help="programs")
    parser.add_argument("--longest", type=float, default=1.0, help="leave out programs that took longer upstream, seconds")
    parser.add_argument("--copies", type=int, default=1, help="of each program, as if it were sampled so often")
    parser.add_argument("--with-endless", action="store_true", help="keep programs that run into the time limit")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sys.path.insert(0, os.path.abspath(arguments.checkout))
    problems = load(arguments)
    seconds = {"grader": [], "lcb": [], "native": []}
    with tempfile.TemporaryDirectory() as folder:
        write(problems, folder)
        if arguments.with_endless:
            n_programs = sum(len(codes) for _, _, codes in problems)
        else:
            problems, n_programs = without_endless(problems, arguments, folder)
            write(problems, folder)
        n_tests = 0
        for round_idx in range(arguments.rounds):
            taken, theirs = grader(problems, arguments.workers, arguments.timeout)
            seconds["grader"].append(taken)
            for mode in ("lcb", "native"):
                taken, verdicts, tests = empower(arguments, folder, mode)
                seconds[mode].append(taken)
                if mode == "lcb":
                    ours, n_tests = [passed for passed, _ in verdicts], tests
            print("round %d: %s" % (round_idx + 1, {name: round(all_[-1], 2) for name, all_ in seconds.items()}), flush=True)
    reference = statistics.median(seconds["grader"])
    print("%d programs, %d tests run, %d workers, %s start" % (n_programs, n_tests, arguments.workers, arguments.start))
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print("%-8s %8.2f s  %7.1f programs/s  %7.1f tests/s  %5.1f x the grader"
              % (name, median, n_programs / median, n_tests / median, reference / median))
    names = [row["question_id"] for row, _, codes in problems for _ in codes]
    for name, left, right in zip(names, theirs, ours):
        if left != right:
            print("%s: %s to the grader, %s in mode lcb" % (name, *("pass" if passed else "fail" for passed in (left, right))))
    same = sum(left == right for left, right in zip(theirs, ours))
    print("pass or fail agrees with the grader on %d of %d programs" % (same, n_programs))


if __name__ == "__main__":
    main()
