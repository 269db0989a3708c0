"""Fine-tunes on the rows beside this file with TRL's SFTTrainer. Settings are in sft.json; `--set NAME=VALUE` changes one.

    pip install trl
    python sft.py
    python sft.py --set learning_rate=1e-4 --set bf16=true

The rows have token ids and labels, and TRL takes those as they are. (A row with a completion mask instead of labels would
be trained on whole: some versions of TRL ignore the mask of rows that are already tokenised.)
"""

import argparse
import json
import pathlib

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a field of SFTConfig")
    given = parser.parse_args().set
    settings = json.loads((HERE / "sft.json").read_text())
    for pair in given:
        name, value = pair.split("=", 1)
        try:
            settings[name] = json.loads(value)
        except json.JSONDecodeError:
            settings[name] = value
    settings = {name: value for name, value in settings.items() if value is not None}
    model_name = settings.pop("model")

    files = {"train": str(HERE / "train.jsonl")}
    if (HERE / "test.jsonl").stat().st_size > 0:
        files["test"] = str(HERE / "test.jsonl")
    rows = load_dataset("json", data_files=files)
    tokenizer = AutoTokenizer.from_pretrained(model_name)
    if tokenizer.pad_token is None:
        # Labels of padding are -100 whatever it is, and the stop tokens of the rows are labels of their own.
        tokenizer.pad_token = tokenizer.eos_token
    settings.setdefault("output_dir", str(HERE / "model"))
    settings.setdefault("logging_steps", 1)
    settings.setdefault("report_to", "none")
    if "test" in rows:
        settings.setdefault("eval_strategy", "epoch")
    # In f32 whatever the folder stores, as `transformers` 5 would not by itself: an update is smaller than what bf16 weights
    # resolve, and would be lost. Products are in bf16 where the settings say so.
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model_name, dtype="float32"),
        args=SFTConfig(**settings),
        train_dataset=rows["train"],
        eval_dataset=rows.get("test"),
        processing_class=tokenizer,
    )
    trainer.train()
    trainer.save_model()
    trainer.save_state()


if __name__ == "__main__":
    main()
