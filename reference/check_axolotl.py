"""Checks what `empower export axolotl` wrote against the format that axolotl documents for rows with token ids.

    empower export axolotl rows.jsonl --out runs/axolotl
    python reference/check_axolotl.py runs/axolotl [FOLDER OF AXOLOTL'S SOURCE]

Rows: read by `datasets` as axolotl reads them, `input_ids`, `attention_mask` and `labels` as lists of numbers of one
length, -100 and then the tokens themselves, the stop token last and a label. Configuration: plain YAML, `type` empty, no
packing; with the source at hand (an unpacked wheel will do), every key is a field of one of its schemas. It does not
train: axolotl needs a GPU and pins its own torch. Needs `datasets` and `pyyaml`.
"""

import pathlib
import re
import sys

import yaml
from datasets import load_dataset


def main():
    folder = pathlib.Path(sys.argv[1])
    config = yaml.safe_load((folder / "axolotl.yaml").read_text())
    assert config["datasets"][0]["type"] is None and config["datasets"][0]["ds_type"] == "json"
    assert config["sample_packing"] is False
    rows = load_dataset("json", data_files=config["datasets"][0]["path"])["train"]
    assert {"input_ids", "attention_mask", "labels"} <= set(rows.features), rows.features
    stops = set()
    for row in rows:
        ids, labels = row["input_ids"], row["labels"]
        assert len(ids) == len(labels) == len(row["attention_mask"]) <= config["sequence_len"]
        assert set(row["attention_mask"]) == {1}
        first = next(i for i, label in enumerate(labels) if label != -100)
        assert first > 0 and labels[first:] == ids[first:]
        stops.add(labels[-1])
    assert len(stops) == 1, stops
    print(f"{len(rows)} rows are as axolotl takes them; the stop token {stops.pop()} is a label in each")
    if len(sys.argv) > 2:
        schemas = pathlib.Path(sys.argv[2]) / "axolotl/utils/schemas"
        text = "\n".join(path.read_text() for path in schemas.glob("*.py"))
        fields = set(re.findall(r"^    (\w+):", text, re.MULTILINE))
        unknown = set(config) - fields
        assert not unknown, f"not in axolotl's schemas: {sorted(unknown)}"
        print(f"all {len(config)} keys are in axolotl's schemas")


main()
