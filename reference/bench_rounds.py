"""Rounds a second of a simulation, beside a loop that prefills the whole context each turn with `transformers`.

Usage: python reference/bench_rounds.py [--empower target/release/empower] [--model assets/model] [--problems 16]

The program plays episodes of the embedded model under a stop rule, judging nothing. The loop then goes through the rounds
that were played: for each it calls `generate`, greedily, on the text so far, for as many tokens as the program generated
there (one more than it suggested, since a rule must see the token at which it stops). It is spared reading problems, the
human, and the text's encoding, which it is given. Both use float32 and the same number of threads.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--empower", default="target/release/empower")
    parser.add_argument("--model", default=str(ROOT / "assets/model"))
    parser.add_argument("--problems", type=int, default=16)
    parser.add_argument("--eta", default="1")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run([arguments.empower, "simulate", "--assistant", "stop-nll", "--eta", arguments.eta, "--no-judge",
                        "--model", arguments.model, "--limit", str(arguments.problems), "--out", folder + "/run"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ours = time.perf_counter() - started
        episodes = [json.loads(line) for line in open(folder + "/run/episodes.jsonl")]

    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(arguments.threads)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    turns = []
    for episode in episodes:
        written = ""
        for turn in episode["rounds"]:
            ids = [tokenizer.bos_token_id] + tokenizer(written, add_special_tokens=False)["input_ids"]
            turns.append((torch.tensor([ids[-700:]]), turn["suggestion_tokens"] + 1))
            written += (turn["suggestion"] if turn["decision"] == "accept" else "") + turn["typed"]
    started = time.perf_counter()
    with torch.no_grad():
        for ids, tokens in turns:
            model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, min_new_tokens=tokens,
                           do_sample=False, pad_token_id=tokenizer.eos_token_id)
    theirs = time.perf_counter() - started
    print("%d rounds: %.1f a second in %.1f s (start-up included), %.1f a second by the loop in %.1f s, ratio %.1f"
          % (len(turns), len(turns) / ours, ours, len(turns) / theirs, theirs, theirs / ours))


if __name__ == "__main__":
    main()
