#!/usr/bin/env python3
"""Builds `javascript.jsonl`, `rust.jsonl` and `english.jsonl` from the folders of the same names.

What it owns: the rows, `{"id", "half", "text"}`, one a document, in the order of the file
names. What it refuses: a text outside 400 to 1,500 characters, untidy white space, too
few documents, doubled numbers. Nothing is written unless everything passes.

    python3 assets/documents/build.py            check and write
    python3 assets/documents/build.py --check    only see that the files are up to date

Needs Python 3.9 or later and its standard library.
"""

import argparse
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# folder: (prefix of the ids, ending of the file names)
KINDS = {"javascript": ("js", ".js"), "rust": ("rs", ".rs"), "english": ("en", ".txt")}
MIN_DOCUMENTS = 12
MIN_CHARS, MAX_CHARS = 400, 1_500


def rows_of(folder, prefix, ending):
    """(rows, faults) of one folder."""
    rows, faults = [], []
    for path in sorted((HERE / folder).iterdir()):
        where = f"{folder}/{path.name}"
        match = re.fullmatch(r"(\d\d)-[a-z-]+" + re.escape(ending), path.name)
        if not match:
            faults.append(f"{where}: the name must look like 01-some-title{ending}")
            continue
        text = path.read_text("utf-8")
        if not MIN_CHARS <= len(text) <= MAX_CHARS:
            faults.append(f"{where}: {len(text)} characters, must be {MIN_CHARS} to {MAX_CHARS}")
        if not text.endswith("\n") or text.endswith("\n\n") or text != text.lstrip("\n"):
            faults.append(f"{where}: must begin with text and end in one newline")
        if "\t" in text or "\r" in text or re.search(r"[ ]\n", text):
            faults.append(f"{where}: tabs, carriage returns or white space at the end of a line")
        number = match[1]
        rows.append({"id": f"{prefix}-{number}", "half": "train" if int(number) % 2 else "eval", "text": text})
    ids = [row["id"] for row in rows]
    if len(set(ids)) < len(ids):
        faults.append(f"{folder}: a number is there twice")
    if len(rows) < MIN_DOCUMENTS:
        faults.append(f"{folder}: {len(rows)} documents, at least {MIN_DOCUMENTS} are needed")
    return rows, faults


def main():
    parser = argparse.ArgumentParser(description="Builds the documents in other languages.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    args = parser.parse_args()
    files, faults = {}, []
    for folder, (prefix, ending) in KINDS.items():
        rows, found = rows_of(folder, prefix, ending)
        faults += found
        files[HERE / f"{folder}.jsonl"] = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if not faults:
        for path, text in files.items():
            if args.check:
                if not path.exists() or path.read_text("utf-8") != text:
                    faults.append(f"{path.name} is not up to date; run assets/documents/build.py")
            else:
                path.write_text(text, "utf-8")
            print(f"{path.name}: {text.count(chr(10))} documents")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
