"""What the judge adds to a test: the time of one more test of a program that does next to nothing, less the time that the
program itself takes.

Usage: python reference/bench_overhead.py [--empower target/release/empower] [--tests 500] [--rounds 5]

One worker judges a program that echoes a line, once with one test and once with `--tests`, in turns; the difference by
test is the judge's and the program's time together. The program's own is measured by compiling and running it, in this
interpreter, as many times. Printed are medians of the rounds, with the least and the most. On a busy machine all of it
grows; `chrt -f 50` before the command keeps others away where it is allowed.
"""

import argparse
import contextlib
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = "print(input())"


def judged(arguments, folder, mode, n_tests):
    tests = [{"input": "%d\n" % n, "output": "%d\n" % n, "testtype": "stdin"} for n in range(n_tests)]
    row = {"question_title": "echo", "question_content": "", "platform": "empower", "question_id": "echo",
           "contest_id": "c", "contest_date": "2025-01-01", "starter_code": "", "difficulty": "easy",
           "public_test_cases": json.dumps(tests), "private_test_cases": "", "metadata": "{}"}
    with open(folder + "/problems.jsonl", "w") as out:
        out.write(json.dumps(row) + "\n")
    with open(folder + "/programs.json", "w") as out:
        json.dump([{"question_id": "echo", "code_list": [PROGRAM]}], out)
    command = [arguments.empower, "judge", "--problems", folder + "/problems.jsonl", "--programs",
               folder + "/programs.json", "--json", "--workers", "1", "--mode", mode, "--start", arguments.start]
    started = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    seconds = time.perf_counter() - started
    verdict = json.loads(output)
    if not verdict["passed"] or verdict["tests_run"] != n_tests:
        raise SystemExit("the program did not pass: %s" % verdict)
    return seconds


def own(n_times):
    real = sys.stdin
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for n in range(n_times):
            sys.stdin = io.StringIO("%d\n" % n)
            exec(compile(PROGRAM, "program.py", "exec"), {})
    seconds = time.perf_counter() - started
    sys.stdin = real
    return seconds / n_times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--empower", default="target/release/empower")
    parser.add_argument("--start", default="warm", choices=["warm", "cold"])
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    milliseconds = {"native": [], "lcb": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            for mode, each in milliseconds.items():
                more = judged(arguments, folder, mode, arguments.tests) - judged(arguments, folder, mode, 1)
                each.append((more / (arguments.tests - 1) - own(arguments.tests)) * 1e3)
    for mode, each in milliseconds.items():
        print("%-6s %6.2f ms a test beyond the program's own time (%.2f to %.2f in %d rounds)"
              % (mode, statistics.median(each), min(each), max(each), len(each)))


if __name__ == "__main__":
    main()
