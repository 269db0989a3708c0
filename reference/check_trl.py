"""Trains a few steps with TRL's SFTTrainer on exported rows and holds its losses against those of `empower train`.

    python reference/check_trl.py target/release/empower assets/model rows.jsonl [STEPS]

Every step takes all rows, so that both see the same batch whatever their order; one forward and backward pass in f32,
a constant learning rate. The first loss says that rows, labels and division are the same, the later ones that the
optimiser is too. Rows must fit the model's context: of longer ones, the export keeps the end of the prefix, and
`empower train` has overlapping windows of it. Needs `trl` and `datasets` (see requirements.txt).
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

RATE = "1e-4"


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    program, model, rows = (pathlib.Path(path).resolve() for path in sys.argv[1:4])
    steps = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        run(program, "export", "trl", rows, "--model", model, "--out", folder / "trl", "--test-split", 0)
        counts = json.loads((folder / "trl/summary.json").read_text())["train"]
        if counts["shortened"] or counts["too_long"]:
            sys.exit(f"{counts['shortened'] + counts['too_long']} rows are longer than the model's context")
        options = {
            "num_train_epochs": steps,
            "per_device_train_batch_size": counts["examples"],
            "learning_rate": RATE,
            "lr_scheduler_type": "constant",
            "lr_scheduler_kwargs": "{}",
            "warmup_steps": 0,
            "use_cpu": "true",
            "bf16": "false",
            "gradient_checkpointing": "false",
            "save_strategy": "no",
        }
        run(sys.executable, folder / "trl/sft.py", *(part for pair in options.items() for part in ("--set", "%s=%s" % pair)))
        state = json.loads((folder / "trl/model/trainer_state.json").read_text())
        theirs = [entry["loss"] for entry in state["log_history"] if "loss" in entry]

        # The stop is a label and never an input. One token more would let a pass reach into the next epoch.
        inputs = counts["tokens"] - counts["examples"]
        run(
            program, "train", rows, "--model", model, "--out", folder / "ours", "--test-split", 0, "--epochs", steps,
            "--batch-tokens", inputs, "--learning-rate", RATE, "--warmup", 0, "--floor", 1, "--precision", "f32",
        )
        log = [json.loads(line) for line in (folder / "ours/metrics.jsonl").read_text().splitlines()]
        ours = [row["bits_per_token"] * math.log(2) for row in log if row["kind"] == "step"]

    print(f"{counts['examples']} rows, {counts['tokens']} tokens, {counts['targets']} of them targets; nats a target")
    for step, (a, b) in enumerate(zip(theirs, ours, strict=True), 1):
        print(f"step {step}: TRL {a:.6f}   empower {b:.6f}   difference {b - a:+.2e}")
    # f32 in another order of sums; TRL writes its loss with a few digits.
    worst = max(abs(a - b) for a, b in zip(theirs, ours))
    if worst > 1e-4 * max(theirs):
        sys.exit(f"the losses differ by {worst}")


main()
