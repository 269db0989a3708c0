#!/usr/bin/env python3
"""Measures how hard the problems are by their reference programs, beside what `difficulty` claims.

What it owns: the measures (lengths, branches, depth, bits), their means by claimed
difficulty, and the rank correlation of each with the claim. What it refuses: to change a
problem's `difficulty` from a measure; a person does that.

    python3 difficulty.py --programs programs.jsonl       write the programs as rows {"id", "text"}
    empower score programs.jsonl --json > scores.jsonl
    python3 difficulty.py --scores scores.jsonl           print the table, write difficulty.json

Without `--scores` the table has no bits, and nothing is written. Reads `train.jsonl` and
`eval.jsonl`. Needs Python 3.9 or later and its standard library.
"""

import argparse
import ast
import hashlib
import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT = HERE / "difficulty.json"
MODEL = HERE.parent / "model" / "model.safetensors"
LEVELS = ("easy", "medium", "hard")

BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.comprehension, ast.ExceptHandler)
BLOCKS = (ast.If, ast.For, ast.While, ast.FunctionDef, ast.ClassDef, ast.With, ast.Try)

# measure: what it is. Each is the mean of a problem's two programs.
MEASURES = {
    "statement_characters": "characters of the statement",
    "characters": "characters of a program",
    "lines": "lines that are not empty",
    "branches": "ifs, loops, comprehensions and their conditions, `and` / `or` operands after the first",
    "depth": "deepest nesting of blocks",
    "bits": "bits of a program under the model, evaluation half",
    "bits_per_character": "bits divided by characters, evaluation half",
    "surprising_tokens": "tokens of at least 8 bits, evaluation half",
}
# The embedded model may have been trained on the other half's programs.
EVALUATION_ONLY = {"bits", "bits_per_character", "surprising_tokens"}
SURPRISING_BITS = 8.0  # chosen: one in 256, what a person would have to type


def depth(node, now=0):
    below = [depth(child, now + isinstance(node, BLOCKS)) for child in ast.iter_child_nodes(node)]
    return max(below, default=now)


def branches(tree):
    count = 0
    for node in ast.walk(tree):
        count += isinstance(node, BRANCHES)
        if isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        if isinstance(node, ast.comprehension):
            count += len(node.ifs)
    return count


def measured(problem, scores):
    """{measure: value} of one problem, bits only where `scores` has both programs."""
    found = []
    for which, text in zip("ab", problem["reference_programs"]):
        tree = ast.parse(text)
        values = {
            "statement_characters": len(problem["question_content"]),
            "characters": len(text),
            "lines": sum(1 for line in text.split("\n") if line.strip()),
            "branches": branches(tree),
            "depth": depth(tree),
        }
        name = f"{problem['question_id']}/{which}"
        if scores is not None:
            if name not in scores:
                raise SystemExit(f"error: the scores have no row {name}; score what --programs writes")
            bits = [-x / math.log(2) for x in scores[name] if x is not None]
            values["bits"] = sum(bits)
            values["bits_per_character"] = sum(bits) / len(text)
            values["surprising_tokens"] = sum(x >= SURPRISING_BITS for x in bits)
        found.append(values)
    return {key: (found[0][key] + found[1][key]) / 2 for key in found[0]}


def ranks(values):
    """Ranks from 1, ties at their mean."""
    order = sorted(values)
    first, last = {}, {}
    for i, value in enumerate(order, 1):
        first.setdefault(value, i)
        last[value] = i
    return [(first[value] + last[value]) / 2 for value in values]


def correlation(xs, ys):
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    top = sum((x - mx) * (y - my) for x, y in zip(xs, ys))
    below = math.sqrt(sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys))
    return top / below


def main():
    parser = argparse.ArgumentParser(description="Measures the suite's difficulty by its reference programs.")
    parser.add_argument("--programs", type=Path, metavar="FILE", help="write the programs as rows to score, and stop")
    parser.add_argument("--scores", type=Path, metavar="FILE", help="what `empower score --json` printed for them")
    args = parser.parse_args()

    problems, half_of = [], {}
    for half in ("train", "eval"):
        rows = [json.loads(line) for line in (HERE / f"{half}.jsonl").read_text("utf-8").splitlines()]
        problems += rows
        half_of |= {row["question_id"]: half for row in rows}
    if args.programs:
        with args.programs.open("w", encoding="utf-8") as rows:
            for problem in problems:
                for which, text in zip("ab", problem["reference_programs"]):
                    rows.write(json.dumps({"id": f"{problem['question_id']}/{which}", "text": text}) + "\n")
        return 0

    scores = None
    if args.scores:
        rows = [json.loads(line) for line in args.scores.read_text("utf-8").splitlines() if line.strip()]
        scores = {row["id"]: row["token_logprobs"] for row in rows}
    values = {p["question_id"]: measured(p, scores) for p in problems}
    claims = {p["question_id"]: p["difficulty"] for p in problems}
    shown = [m for m in MEASURES if m in next(iter(values.values()))]
    summary = {}
    for m in shown:
        summary[m] = {"what": MEASURES[m]}
        counted = [name for name in values if m not in EVALUATION_ONLY or half_of[name] == "eval"]
        for level in LEVELS:
            these = [values[name][m] for name in counted if claims[name] == level]
            summary[m][level] = round(sum(these) / len(these), 3)
        levels = ranks([LEVELS.index(claims[name]) for name in counted])
        summary[m]["rank_correlation"] = round(correlation(levels, ranks([values[name][m] for name in counted])), 3)

    print(f"| mean of | {' | '.join(LEVELS)} | rank correlation |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for m in shown:
        cells = " | ".join(f"{summary[m][level]:.{2 if m == 'bits_per_character' else 1}f}" for level in LEVELS)
        print(f"| {MEASURES[m]} | {cells} | {summary[m]['rank_correlation']:.2f} |")
    if scores is not None:
        rows = ",\n".join(
            f'    "{name}": '
            + json.dumps({"half": half_of[name], "difficulty": claims[name]} | {m: round(v[m], 3) for m in shown})
            for name, v in sorted(values.items())
        )
        # What the bits are under, if the scores came from the embedded model.
        model = hashlib.sha256(MODEL.read_bytes()).hexdigest()
        text = (
            f'{{\n  "embedded_model_sha256": "{model}",\n'
            f'  "by_measure": {json.dumps(summary, indent=2)},\n'
            f'  "by_problem": {{\n{rows}\n  }}\n}}\n'
        )
        REPORT.write_text(text, "utf-8")
        print(f"wrote {REPORT.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
