"""Gathers the documents that the embedded model is trained on, as JSON Lines of {"id", "text"}.

    python3 assets/model/corpus.py OUT [--shared ../shared/data] [--problems assets/problems/train.jsonl]

OUT gets one file a source:

- stdlib.jsonl    the standard library of the interpreter that runs this script, whole files, without its tests
- contest.jsonl   programs for contest problems, nine problems in ten
- mbpp.jsonl      short functions with their task as a comment
- suite.jsonl     reference programs of this project's training problems
- held_out.jsonl  the contest programs of every tenth problem, by hash of the problem's id: never trained on

Two programs for one problem are always on the same side. Nothing is drawn at random.
"""

import argparse
import hashlib
import json
import sysconfig
from pathlib import Path

LEFT_OUT = {
    "__pycache__", "ensurepip", "idle_test", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tests",
    "turtledemo",
}


def clean(text):
    """Unix line ends, spaces for tabs in front, no trailing space, one newline at the end."""
    lines = [line.expandtabs(4).rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def stdlib():
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if LEFT_OUT.intersection(relative.parts) or relative.parts[0] == "encodings":
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


def is_held_out(question_id):
    return int(hashlib.sha256(question_id.encode()).hexdigest(), 16) % 10 == 0


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
    named = [(f"contest/{row['question_id']}/{row['model']}", row["question_id"], row["code"]) for row in contest]
    write(arguments.out / "contest.jsonl", ((name, code) for name, q, code in named if not is_held_out(q)))
    write(arguments.out / "held_out.jsonl", ((name, code) for name, q, code in named if is_held_out(q)))
    mbpp = rows(arguments.shared / "mbpp/mbpp.jsonl")
    write(arguments.out / "mbpp.jsonl", ((f"mbpp/{r['task_id']}", f"# {r['text']}\n{r['code']}") for r in mbpp))
    suite = rows(arguments.problems)
    write(
        arguments.out / "suite.jsonl",
        ((f"{r['question_id']}/{i}", text) for r in suite for i, text in enumerate(r["reference_programs"])),
    )
    write(arguments.out / "stdlib.jsonl", stdlib())


if __name__ == "__main__":
    main()
