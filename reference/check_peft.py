"""Loads an adapter that `empower` exported with the `peft` library, and holds its logits against ours.

    empower export peft --run runs/lora --out adapter --check check.json
    python3 reference/check_peft.py BASE_MODEL_DIR adapter check.json

`check.json` holds token ids (`input_ids`, one list) and the logits that the exporter computed for them in f32
(`logits`, a row of the vocabulary's size for every token). Prints one JSON object with the largest difference, and
exits 1 where it is above `--tolerance`, where PEFT would fill in a matrix that the file lacks, or where the adapter
changes nothing (PEFT only warns of missing keys and leaves B at zero).
"""

import argparse
import json
import sys
import warnings

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("adapter")
    parser.add_argument("check")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    with open(arguments.check, encoding="utf-8") as file:
        check = json.load(file)
    ids = torch.tensor([check["input_ids"]])
    ours = torch.tensor(check["logits"]).reshape(ids.shape[1], -1)
    base = AutoModelForCausalLM.from_pretrained(arguments.base, dtype=torch.float32).eval()
    with torch.inference_mode():
        plain = base(input_ids=ids, use_cache=False).logits[0].float()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(base, arguments.adapter).eval()
    missing = [str(warning.message) for warning in caught if "missing" in str(warning.message).lower()]
    with torch.inference_mode():
        theirs = model(input_ids=ids, use_cache=False).logits[0].float()
    report = {
        "tokens": ids.shape[1],
        "largest_difference": (ours - theirs).abs().max().item(),
        "largest_effect_of_the_adapter": (theirs - plain).abs().max().item(),
        "warnings_of_missing_keys": missing,
    }
    print(json.dumps(report))
    good = report["largest_difference"] <= arguments.tolerance and report["largest_effect_of_the_adapter"] > 0
    sys.exit(0 if good and not missing else 1)


if __name__ == "__main__":
    main()
