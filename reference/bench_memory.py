"""Memory of `empower judge` with many programs queued: peak resident memory of the process itself (not of the programs
under judgement), sampled while it runs.

Usage: python reference/bench_memory.py --empower target/release/empower [--programs 10000] [--workers 2]

Writes problems and programs into a temporary folder: 100 problems, programs of some two kilobytes each.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--empower", default="target/release/empower")
    parser.add_argument("--programs", type=int, default=10000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    filling = "".join("# a line that a program of usual length might have, number %d\n" % n for n in range(30))
    with tempfile.TemporaryDirectory() as folder:
        rows, problems = [], 100
        with open(folder + "/problems.jsonl", "w") as out:
            for number in range(problems):
                tests = [{"input": "%d\n" % n, "output": "%d\n" % (n + number), "testtype": "stdin"} for n in range(2)]
                out.write(json.dumps({
                    "question_title": "add", "question_content": "", "platform": "empower", "question_id": "p%d" % number,
                    "contest_id": "c", "contest_date": "2025-01-01", "starter_code": "", "difficulty": "easy",
                    "public_test_cases": json.dumps(tests), "private_test_cases": "", "metadata": "{}"}) + "\n")
                each = arguments.programs // problems
                code = ["print(int(input()) + %d)\n%s# %d" % (number, filling, n) for n in range(each)]
                rows.append({"question_id": "p%d" % number, "code_list": code})
        with open(folder + "/programs.json", "w") as out:
            json.dump(rows, out)
        size = os.path.getsize(folder + "/programs.json")
        command = [arguments.empower, "judge", "--problems", folder + "/problems.jsonl", "--programs",
                   folder + "/programs.json", "--json", "--workers", str(arguments.workers), "--out", folder + "/out"]
        started = time.perf_counter()
        with open(os.devnull, "w") as null:
            process = subprocess.Popen(command, stdout=null, stderr=null)
            peak = 0
            while process.poll() is None:
                try:
                    with open("/proc/%d/status" % process.pid) as status:
                        for line in status:
                            if line.startswith("VmHWM:"):
                                peak = max(peak, int(line.split()[1]))
                except (FileNotFoundError, ProcessLookupError):
                    pass
                time.sleep(0.05)
        seconds = time.perf_counter() - started
        with open(folder + "/out/verdicts.jsonl") as verdicts:
            passed = sum(json.loads(line)["passed"] for line in verdicts)
        print("%d programs (%.1f MB), %d passed, %.0f s, peak resident memory %.1f MB"
              % (arguments.programs, size / 1e6, passed, seconds, peak / 1e3))


if __name__ == "__main__":
    main()
