"""Writes the small Parquet and JSON Lines files that the tests of problem sources read.

    pip install pyarrow
    python3 reference/problem_fixtures.py crates/empower-data/tests/fixtures

The columns are those of the published data sets; the problems in them are made up. pyarrow writes what the data sets'
own files were written with: nested lists, Snappy, several row groups.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(sys.argv[1])

TEXTS = pa.list_(pa.string())
PAIRS = pa.struct([("input", TEXTS), ("output", TEXTS)])


def submissions():
    """Columns of Codeforces submissions: a row a submission, its problem's columns repeated in each."""
    double = {
        "contestId": 9001, "index": "A", "name": "Twice", "type": "PROGRAMMING", "rating": 800, "tags": ["math"],
        "title": "A. Twice", "time-limit": "1 second", "memory-limit": "256 megabytes",
        "problem-description": "Print twice the number.", "input-specification": "One number.",
        "output-specification": "Twice the number.", "demo-input": ["2\n"], "demo-output": ["4\n"],
        "note": None, "points": 500.0,
        "test_cases": [
            {"input": "2\r\n", "output": "4\r\n"},
            {"input": "21\r\n", "output": "42\r\n"},
            {"input": "1 1 1 1 1 1...", "output": "2"},
        ],
    }
    add = double | {
        "index": "B", "name": "Add", "title": "B. Add", "rating": 1900,
        "problem-description": "Print the sum.", "demo-input": ["1 2\n", "5 5\n"], "demo-output": ["3\n", "10\n"],
        "test_cases": [{"input": "7 8\n", "output": "15\n"}], "note": "Mind the order.",
    }
    cut = double | {
        "contestId": 9002, "rating": None, "name": "All cut", "demo-input": ["1 1 1 1..."], "demo-output": ["4"],
        "test_cases": [],
    }
    shout = double | {
        "contestId": 9003, "index": "C1", "rating": 1500, "name": "Shout", "demo-input": ["a\n"],
        "demo-output": ["A\n"], "test_cases": [{"input": "b\n", "output": "B\n"}],
    }
    practice = 2147483647
    rows = [
        (double, "GNU C++17", "OK", 1_700_000_500, 500, "int main() {}"),
        (double, "Python 3", "WRONG_ANSWER", 1_700_000_600, 600, "print(3)"),
        # The row that stands for the problem: the first accepted one in Python 3.
        (double, "PyPy 3-64", "OK", 1_700_009_000, practice, "print(2 * int(input()))\n"),
        (double, "Python 3", "OK", 1_700_009_900, practice, "x = int(input())\nprint(x + x)\n"),
        # A virtual contest, later than the real one.
        (double, "Python 2", "OK", 1_700_500_100, 100, "print 2 * input()"),
        (add, "GNU C++17", "OK", 1_700_000_900, 900, "int main() { return 0; }"),
        (cut, "Python 3", "OK", 1_700_100_000, practice, "print(4)"),
        (shout, "Python 3", "OK", 1_700_200_000, practice, "print(input().upper())\n"),
    ]
    return [
        problem | {
            "creationTimeSeconds": created, "relativeTimeSeconds": relative, "programmingLanguage": language,
            "verdict": verdict, "testset": "TESTS", "passedTestCount": 3, "timeConsumedMillis": 30,
            "memoryConsumedBytes": 0, "code": code, "prompt": "p", "response": "r", "score": 0.5, "id": 100 + number,
        }
        for number, (problem, language, verdict, created, relative, code) in enumerate(rows)
    ]


SUBMISSIONS = pa.schema([
    ("contestId", pa.int64()), ("index", pa.string()), ("name", pa.string()), ("type", pa.string()),
    ("rating", pa.float64()), ("tags", TEXTS), ("title", pa.string()), ("time-limit", pa.string()),
    ("memory-limit", pa.string()), ("problem-description", pa.string()), ("input-specification", pa.string()),
    ("output-specification", pa.string()), ("demo-input", TEXTS), ("demo-output", TEXTS), ("note", pa.string()),
    ("points", pa.float64()),
    ("test_cases", pa.list_(pa.struct([("input", pa.string()), ("output", pa.string())]))),
    ("creationTimeSeconds", pa.int64()), ("relativeTimeSeconds", pa.int64()), ("programmingLanguage", pa.string()),
    ("verdict", pa.string()), ("testset", pa.string()), ("passedTestCount", pa.int64()),
    ("timeConsumedMillis", pa.int64()), ("memoryConsumedBytes", pa.int64()), ("code", pa.string()),
    ("prompt", pa.string()), ("response", pa.string()), ("score", pa.float64()), ("id", pa.int64()),
])


def contests():
    """CodeContests' columns, as far as a reader can meet them."""
    def row(name, source, difficulty, **more):
        tests = {"input": ["1\n"], "output": ["1\n"]}
        return {
            "name": name, "description": f"About {name}.", "public_tests": tests,
            "private_tests": {"input": [], "output": []},
            "generated_tests": {"input": ["2\n", "3\n"], "output": ["2\n", "3\n"]},
            "source": source, "difficulty": difficulty,
            "solutions": {"language": [2, 3, 1, 3], "solution": ["int x;", "print(input())", "print 1", "print(int(input()))"]},
            "incorrect_solutions": {"language": [3], "solution": ["print(0)"]},
            "cf_contest_id": 0, "cf_index": "", "cf_points": 0.0, "cf_rating": 0, "cf_tags": [],
            "is_description_translated": False, "untranslated_description": "",
            "time_limit": {"seconds": 2, "nanos": 0}, "memory_limit_bytes": 256_000_000,
            "input_file": "", "output_file": "",
        } | more
    return [
        row("9001_A. Echo", 2, 7, cf_contest_id=9001, cf_index="A", cf_rating=800),
        row("echo", 1, 2, private_tests={"input": ["9\n"], "output": ["9\n"]}),
        row("9002_B. File", 2, 8, cf_contest_id=9002, cf_index="B", cf_rating=1300, input_file="input.txt"),
        row("p00001 Echo again", 6, 0, solutions={"language": [], "solution": []}, time_limit=None),
    ]


CONTESTS = pa.schema([
    ("name", pa.string()), ("description", pa.string()), ("public_tests", PAIRS), ("private_tests", PAIRS),
    ("generated_tests", PAIRS), ("source", pa.int64()), ("difficulty", pa.int64()),
    ("solutions", pa.struct([("language", pa.list_(pa.int64())), ("solution", TEXTS)])),
    ("incorrect_solutions", pa.struct([("language", pa.list_(pa.int64())), ("solution", TEXTS)])),
    ("cf_contest_id", pa.int64()), ("cf_index", pa.string()), ("cf_points", pa.float32()), ("cf_rating", pa.int32()),
    ("cf_tags", TEXTS), ("is_description_translated", pa.bool_()), ("untranslated_description", pa.string()),
    ("time_limit", pa.struct([("seconds", pa.int64()), ("nanos", pa.int64())])), ("memory_limit_bytes", pa.int64()),
    ("input_file", pa.string()), ("output_file", pa.string()),
])

OUT.mkdir(parents=True, exist_ok=True)
for name, schema, rows, group in [
    ("submissions", SUBMISSIONS, submissions(), 3),
    ("contests", CONTESTS, contests(), 3),
]:
    pq.write_table(pa.Table.from_pylist(rows, schema), OUT / f"{name}.parquet", compression="snappy", row_group_size=group)
    (OUT / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
