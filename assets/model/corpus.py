"""Gathers the documents that the embedded model is trained on, as JSON Lines of {"id", "text"}.

    python3 assets/model/corpus.py OUT [--shared ../shared/data] [--problems assets/problems/train.jsonl]

OUT gets one file a source:

- stdlib.jsonl         the standard library of the interpreter that runs this script, whole files, without its tests
- stdlib_tests.jsonl   its tests
- contest.jsonl        programs for contest problems
- mbpp.jsonl           short functions with their task as a comment
- suite.jsonl          reference programs of this project's training problems
- held_out.jsonl       every contest program of every tenth problem: problems that the model never saw
- held_out_twins.jsonl one contest program of every other tenth problem, whose twin by another author is in
                       contest.jsonl: new programs for problems that it saw

Neither held-out file is trained on. Both are drawn by hash of the problem's id; nothing is drawn at random.
"""

import argparse
import hashlib
import json
import sysconfig
from pathlib import Path

# Tables rather than programs, and what is not of the library.
LEFT_OUT = {"__pycache__", "encodings", "ensurepip", "pydoc_data", "site-packages"}
TESTS = {"idle_test", "test", "tests"}
LARGEST = 300_000  # bytes; larger files are tables


def clean(text):
    """Unix line ends, spaces for tabs in front, no trailing space, one newline at the end."""
    lines = [line.expandtabs(4).rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def stdlib(tests):
    """Files of the standard library: its tests, or all but its tests."""
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if LEFT_OUT.intersection(relative.parts) or path.stat().st_size > LARGEST:
            continue
        if tests != bool(TESTS.intersection(relative.parts)):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if text.strip():
            yield f"stdlib/{relative.as_posix()}", text


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def tenth(text):
    """0 to 9 by hash."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10


def side(row, authors):
    """The file that a contest program goes to; `authors` are those of all programs for its problem."""
    match tenth(row["question_id"]):
        case 0:
            return "held_out"
        case 1 if len(authors) > 1 and row["model"] == sorted(authors)[tenth(row["question_id"] + "/twin") % 2]:
            return "held_out_twins"
    return "contest"


def write(path, documents):
    seen, count, size = set(), 0, 0
    with open(path, "w", encoding="utf-8") as out:
        for name, text in documents:
            text = clean(text)
            if text.strip() and text not in seen:
                seen.add(text)
                count += 1
                size += len(text.encode())
                out.write(json.dumps({"id": name, "text": text}) + "\n")
    print(f"{path.name}: {count} documents, {size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--problems", type=Path, default=Path("assets/problems/train.jsonl"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    contest = list(rows(arguments.shared / "livecodebench/programs_after_v1.jsonl"))
    authors = {}
    for row in contest:
        authors.setdefault(row["question_id"], set()).add(row["model"])
    for name in ["contest", "held_out", "held_out_twins"]:
        chosen = (row for row in contest if side(row, authors[row["question_id"]]) == name)
        write(
            arguments.out / f"{name}.jsonl",
            ((f"contest/{row['question_id']}/{row['model']}", row["code"]) for row in chosen),
        )
    mbpp = rows(arguments.shared / "mbpp/mbpp.jsonl")
    write(arguments.out / "mbpp.jsonl", ((f"mbpp/{r['task_id']}", f"# {r['text']}\n{r['code']}") for r in mbpp))
    suite = rows(arguments.problems)
    write(
        arguments.out / "suite.jsonl",
        ((f"{r['question_id']}/{i}", text) for r in suite for i, text in enumerate(r["reference_programs"])),
    )
    write(arguments.out / "stdlib.jsonl", stdlib(tests=False))
    write(arguments.out / "stdlib_tests.jsonl", stdlib(tests=True))


if __name__ == "__main__":
    main()
