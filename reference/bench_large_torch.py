"""The Python twin of `empower bench --shape`: torch, transformers and peft on the same model folder, batch and machine.

    python3 reference/bench_large_torch.py MODEL_DIR score --dtype f32
    python3 reference/bench_large_torch.py MODEL_DIR train --dtype bf16
    python3 reference/bench_large_torch.py MODEL_DIR decode --dtype f32

One measurement a process, so that its peak of memory is its own. `train` is a step of a LoRA adapter (rank 8 on the seven
linear maps, in f32, AdamW) beside frozen weights of the given type. Prints one JSON object: tokens a second (the median
over `--repeats` after one warm-up; of decoding, the tokens after the first) and the largest resident memory in bytes.
"""

import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, DynamicCache


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("work", choices=["score", "train", "decode"])
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--time", type=int, default=256)
    parser.add_argument("--new-tokens", type=int, default=32)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[arguments.dtype]
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=dtype, attn_implementation="sdpa")
    vocabulary = model.config.vocab_size
    rows = [[(i * 7919 + j * 104729) % vocabulary for j in range(arguments.time)] for i in range(arguments.batch)]
    ids = torch.tensor(rows)
    n_tokens = ids.numel()

    def logits_of(ids):
        return model(input_ids=ids, use_cache=False).logits

    if arguments.work == "train":
        from peft import LoraConfig, get_peft_model

        targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM"))
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        for parameter in trained:
            parameter.data = parameter.data.float()
        optimizer = torch.optim.AdamW(trained, lr=1e-4)
        mixed = torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.dtype == "bf16")

        def work():
            with mixed:
                logits = logits_of(ids)
            loss = F.cross_entropy(logits[:, :-1].reshape(-1, vocabulary).float(), ids[:, 1:].reshape(-1))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            return n_tokens, None
    elif arguments.work == "score":

        @torch.inference_mode()
        def work():
            logits = logits_of(ids)[:, :-1].float()
            F.cross_entropy(logits.reshape(-1, vocabulary), ids[:, 1:].reshape(-1), reduction="none")
            return n_tokens, None
    else:
        n_tokens = arguments.new_tokens

        @torch.inference_mode()
        def work():
            cache, step, started = DynamicCache(config=model.config), ids[:1, :16], None
            for _ in range(n_tokens + 1):
                out = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
                step = out.logits[:, -1:].argmax(-1)
                started = started or time.perf_counter()
            return n_tokens, started

    work()
    rates = []
    for _ in range(arguments.repeats):
        started = time.perf_counter()
        n, later = work()
        rates.append(n / (time.perf_counter() - (later or started)))
    print(json.dumps({
        "tokens_per_s": statistics.median(rates),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
