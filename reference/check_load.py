"""Opens a model folder with `transformers` and holds it against what `empower` says of it.

    python3 reference/check_load.py MODEL_DIR
    python3 reference/check_load.py MODEL_DIR --texts heldout.jsonl
    empower score --model MODEL_DIR heldout.jsonl --json > scores.jsonl
    python3 reference/check_load.py MODEL_DIR --texts heldout.jsonl --scores scores.jsonl

Prints one JSON object: parameter count; with `--texts` (rows `{"id", "text"}`) the held-out bits per token and per
byte; with `--scores` (rows `{"id", "token_ids", "token_logprobs"}`) the largest difference of a log-probability, and,
where both files are given, whether the tokenizers agree on every text. Exits 1 when a log-probability differs by more
than `--tolerance`, a tokenizer disagrees, or a row is missing.

Each document is scored on its own, behind the beginning-of-sequence token where the tokenizer has one; documents longer
than the model's context are cut there in bits per token, and an error in `--scores`. The default tolerance, 1e-3 nats,
is far above what the order of f32 sums does (some 1e-5 here) and far below what a wrong mask, position or norm does.
"""

import argparse
import json
import math
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise SystemExit(f"error: {path}:{number}: {error}")


@torch.inference_mode()
def logprobs_of(model, bos, token_ids):
    """Natural log-probability of every token; None for the first where there is no beginning-of-sequence token."""
    if not token_ids:
        return []
    ids = torch.tensor([([] if bos is None else [bos]) + token_ids])
    logits = model(input_ids=ids, use_cache=False).logits[0, :-1].float()
    given = logits.log_softmax(-1).gather(-1, ids[0, 1:, None])[:, 0].tolist()
    return given if bos is not None else [None] + given


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model_dir")
    parser.add_argument("--texts", help="JSON Lines with a text field")
    parser.add_argument("--text-field", default="text")
    parser.add_argument("--scores", help="JSON Lines printed by `empower score --json`")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(arguments.model_dir, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model_dir)
    bos, context = tokenizer.bos_token_id, model.config.max_position_embeddings
    report = {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabulary": model.config.vocab_size,
        "tokenizer": len(tokenizer),
        "bos": bos,
        "eos": tokenizer.eos_token_id,
    }
    faults = []

    def encode(text):
        # Special tokens' text stays text, as in `empower`.
        return tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    texts = {}
    if arguments.texts:
        nats = n_tokens = n_bytes = n_cut = 0
        for index, row in enumerate(rows_of(arguments.texts)):
            text = row[arguments.text_field]
            token_ids = encode(text)
            texts[row.get("id", index)] = token_ids
            if tokenizer.decode(token_ids, clean_up_tokenization_spaces=False) != text:
                faults.append(f"{row.get('id', index)}: decoding does not give the text back")
            fitting = token_ids[:context - (bos is not None)]
            if len(fitting) < len(token_ids):
                n_cut += 1
                text = tokenizer.decode(fitting, clean_up_tokenization_spaces=False)
            scored = [value for value in logprobs_of(model, bos, fitting) if value is not None]
            nats -= sum(scored)
            n_tokens += len(scored)
            n_bytes += len(text.encode())
        report |= {
            "texts": len(texts), "texts_cut": n_cut, "tokens": n_tokens, "bytes": n_bytes,
            "bits_per_token": nats / math.log(2) / max(n_tokens, 1),
            "bits_per_byte": nats / math.log(2) / max(n_bytes, 1),
        }

    if arguments.scores:
        largest, n_compared, seen = 0.0, 0, set()
        for row in rows_of(arguments.scores):
            name, token_ids, given = row["id"], row["token_ids"], row["token_logprobs"]
            seen.add(name)
            if name in texts and texts[name] != token_ids:
                faults.append(f"{name}: the tokenizers disagree")
            own = logprobs_of(model, bos, token_ids)
            if len(own) != len(given):
                faults.append(f"{name}: {len(given)} log-probabilities for {len(own)} tokens")
                continue
            for position, (ours, theirs) in enumerate(zip(own, given)):
                if (ours is None) != (theirs is None):
                    faults.append(f"{name}: token {position} is {theirs}, transformers says {ours}")
                elif ours is not None:
                    n_compared += 1
                    apart = abs(ours - theirs)
                    largest = apart if math.isnan(apart) else max(largest, apart)
        for name in texts.keys() - seen:
            faults.append(f"{name}: not in {arguments.scores}")
        if not largest <= arguments.tolerance:
            faults.append(f"log-probabilities differ by up to {largest}, more than {arguments.tolerance}")
        if n_compared == 0:
            faults.append(f"{arguments.scores}: nothing to compare")
        report |= {"compared": n_compared, "largest_difference": largest}

    print(json.dumps(report))
    for fault in faults[:20]:
        print(f"error: {fault}", file=sys.stderr)
    if len(faults) > 20:
        print(f"error: and {len(faults) - 20} more", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
