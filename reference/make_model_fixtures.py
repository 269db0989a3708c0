"""Makes the tiny models that the engine's tests compare against, with the `transformers` library.

    python3 reference/make_model_fixtures.py             # rewrites crates/empower-engine/tests/fixtures
    python3 reference/make_model_fixtures.py gemma3-tiny # one of them

Random weights from a fixed seed, in Hugging Face layout:

- `llama-tiny`         output projection tied to the embedding; config.json as transformers 5 writes it
                       (`rope_parameters`)
- `llama-tiny-untied`  an output projection of its own; config.json with the older top-level `rope_theta`
- `llama3-tiny`        rotary scaling of type llama3, tied, config.json with the older `rope_scaling`
- `llama3-tiny-untied` the same untied, config.json with `rope_parameters`
- `qwen2-tiny`         biases on queries, keys and values; stored in f16
- `qwen3-tiny`         norms on the heads of queries and keys, a head width apart from width / heads, one local layer;
                       stored in bf16 in several files with an index
- `gemma3-tiny`        Gemma's norms, scaled embeddings, two local layers and a global one with rotary settings of their
                       own (the global one stretched), GeGLU; stored in bf16

Weights are first rounded to the type that they are stored in; the reference then computes in f32. Each folder holds
config.json, the weights and what the reference computes:

- expected.safetensors  `logits` (2, T, 97) and `grad.<parameter>` for every parameter, of the mean loss below; for
                        families after the first two also `padded_logits` (n, 97): rows of several lengths in one batch
                        padded on the left, the padding left out
- expected.json         token ids, losses, training losses, a greedy continuation (see `description` there)

Loss: mean cross-entropy in nats over the 2 x (T - 1) positions with a next token: logits[:, :-1] against ids[:, 1:].
Training (the first two): ten steps of torch.optim.AdamW, lr 1e-2, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on
*every* parameter, norms and embedding included; two batches in turn; the loss recorded is the one before that step's
update. Losses are given in f32 and from the same run in f64: their distance is what rounding alone does, and so a
yardstick for the tolerance of another f32 implementation.
"""

import argparse
import copy
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import (
    Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
    Qwen3ForCausalLM,
)

SEED = 0
VOCAB = 97
BATCH, TIME = 2, 16
STEPS = 10
PREFIX_LEN, NEW_TOKENS = 7, 24
LONG_TIME, LONG_NEW_TOKENS, WINDOW, PADDED = 40, 64, 8, (19, 7, 12)
ADAMW = dict(lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)


def make_model(tied: bool) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=tied,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=None,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).float().eval()
    # Far larger than the usual 0.02, so that the blocks outweigh the embedding (greedy text wanders instead of
    # repeating one token) and no gradient is lost in rounding; norms away from 1, so that they matter.
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_table = "embed_tokens" in name or "lm_head" in name
            parameter.copy_(1.0 + 0.1 * noise if "norm" in name else (0.08 if is_table else 0.25) * noise)
    return model


def loss_of(model, ids):
    logits = model(input_ids=ids, use_cache=False).logits  # (B, T, V)
    return logits, F.cross_entropy(logits[:, :-1].reshape(-1, VOCAB), ids[:, 1:].reshape(-1))


def train(model, batches):
    optimizer = torch.optim.AdamW(model.parameters(), **ADAMW)
    losses = []
    for ids in batches:
        optimizer.zero_grad()
        _, loss = loss_of(model, ids)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def greedy(model, prefix, n_new=NEW_TOKENS):
    """Token by token without a cache; also the smallest gap between best and second best, so that no tie decides."""
    ids, gap = list(prefix), float("inf")
    for _ in range(n_new):
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1]
        best = logits.topk(2)
        gap = min(gap, (best.values[0] - best.values[1]).item())
        ids.append(best.indices[0].item())
    return ids[len(prefix):], gap


def write_fixture(folder: Path, tied: bool):
    model = make_model(tied)
    generator = torch.Generator().manual_seed(SEED + 1)
    ids = torch.randint(0, VOCAB, (BATCH, TIME), generator=generator)
    pair = [torch.randint(0, VOCAB, (BATCH, TIME), generator=generator) for _ in range(2)]
    batches = [pair[step % 2] for step in range(STEPS)]

    logits, loss = loss_of(model, ids)
    loss.backward()
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    for name, gradient in gradients.items():
        assert gradient.abs().max() > 1e-6, f"{name} has no gradient worth comparing"
    for _ in range(200):  # a prefix whose continuation is varied, hangs on no near tie and does not stop (token 1)
        prefix = torch.randint(0, VOCAB, (PREFIX_LEN,), generator=generator).tolist()
        continuation, gap = greedy(model, prefix)
        if gap > 1e-2 and len(set(continuation)) >= 8 and 1 not in continuation:
            break
    else:
        raise SystemExit("no prefix with a varied, clear-cut continuation; change the seed")
    _, loss_f64 = loss_of(copy.deepcopy(model).double(), ids)
    losses_f64 = train(copy.deepcopy(model).double(), batches)
    losses = train(copy.deepcopy(model), batches)

    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if not tied:
        config = json.loads((folder / "config.json").read_text())
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        config["torch_dtype"] = config.pop("dtype", "float32")
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    tensors = {"logits": logits.detach().contiguous()}
    tensors |= {f"grad.{name}": gradient.contiguous() for name, gradient in gradients.items()}
    save_file(tensors, folder / "expected.safetensors", metadata={"format": "pt"})
    expected = {
        "description": "made by reference/make_model_fixtures.py; mean next-token cross-entropy in nats; AdamW with "
        "weight decay on every parameter; loss of step k is the one before update k",
        "input_ids": ids.tolist(),
        "loss": loss.item(),
        "loss_f64": loss_f64.item(),
        "training": {
            "optimizer": "AdamW",
            "lr": ADAMW["lr"],
            "beta1": ADAMW["betas"][0],
            "beta2": ADAMW["betas"][1],
            "eps": ADAMW["eps"],
            "weight_decay": ADAMW["weight_decay"],
            "weight_decay_on": "every parameter",
            "batches": [batch.tolist() for batch in batches],
            "losses": losses,
            "losses_f64": losses_f64,
        },
        "greedy": {"prefix": prefix, "continuation": continuation, "smallest_logit_gap": gap},
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")

    for path in folder.iterdir():
        path.chmod(0o644)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size < 200_000, f"{folder} holds {size} bytes"
    drift = max(abs(a - b) for a, b in zip(losses, losses_f64))
    print(f"{folder.name}: {size} bytes, loss {loss.item():.6f}, training {losses[0]:.4f} -> {losses[-1]:.4f}, "
          f"f32 against f64 at most {drift:.2e}, greedy gap {gap:.4f}, {len(set(continuation))} distinct tokens")


SHAPE = dict(
    vocab_size=VOCAB, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=[1, 2], pad_token_id=None,
    attn_implementation="eager",
)
# Waves of 6, 20, 63 .. positions around a context of 32: short, between and long ones.
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 32}


def llama3(tied):
    shape = SHAPE | dict(head_dim=16, num_attention_heads=2, num_key_value_heads=1)
    return LlamaForCausalLM(LlamaConfig(**shape, rope_parameters=LLAMA3, tie_word_embeddings=tied))


def qwen2():
    rope = {"rope_type": "default", "rope_theta": 1000000.0}
    return Qwen2ForCausalLM(Qwen2Config(**SHAPE, rms_norm_eps=1e-6, rope_parameters=rope, tie_word_embeddings=True))


def qwen3():
    rope = {"rope_type": "default", "rope_theta": 1000000.0}
    return Qwen3ForCausalLM(Qwen3Config(
        **SHAPE, head_dim=16, rms_norm_eps=1e-6, rope_parameters=rope, tie_word_embeddings=False,
        use_sliding_window=True, sliding_window=WINDOW, max_window_layers=1,
    ))


def gemma3():
    shape = SHAPE | dict(num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1)
    return Gemma3ForCausalLM(Gemma3TextConfig(
        **shape, head_dim=16, rms_norm_eps=1e-6, query_pre_attn_scalar=24, sliding_window=WINDOW,
        layer_types=["sliding_attention", "sliding_attention", "full_attention"],
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1000000.0},
        },
    ))


# Name, model, type that the weights are stored in, bytes of a file.
FAMILIES = {
    "llama3-tiny": (lambda: llama3(True), torch.float32, "1GB"),
    "llama3-tiny-untied": (lambda: llama3(False), torch.float32, "1GB"),
    "qwen2-tiny": (qwen2, torch.float16, "1GB"),
    "qwen3-tiny": (qwen3, torch.bfloat16, "20KB"),
    "gemma3-tiny": (gemma3, torch.bfloat16, "1GB"),
}


def write_family(folder: Path, make, dtype, shard_size):
    model = make().float().eval()
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_table = "embed_tokens" in name or "lm_head" in name
            # Gemma's norms are stored less one; its embeddings are scaled up, so that these are smaller.
            centre = 0.0 if "gemma" in folder.name else 1.0
            table = 0.04 if "gemma" in folder.name else 0.08
            value = centre + 0.1 * noise if "norm" in name else (table if is_table else 0.25) * noise
            parameter.copy_(value.to(dtype).float())

    ids = torch.randint(0, VOCAB, (BATCH, LONG_TIME), generator=generator)
    logits, loss = loss_of(model, ids)
    loss.backward()
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    for name, gradient in gradients.items():
        assert gradient.abs().max() > 1e-6, f"{name} has no gradient worth comparing"

    rows = [torch.randint(0, VOCAB, (length,), generator=generator) for length in PADDED]
    padded, mask = torch.zeros(len(PADDED), max(PADDED), dtype=torch.long), torch.zeros(len(PADDED), max(PADDED), dtype=torch.long)
    for i, row in enumerate(rows):
        padded[i, -len(row):], mask[i, -len(row):] = row, 1
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        padded_logits = model(input_ids=padded, attention_mask=mask, position_ids=positions, use_cache=False).logits
    padded_logits = torch.cat([padded_logits[i, -len(row):] for i, row in enumerate(rows)])

    for _ in range(400):
        prefix = torch.randint(0, VOCAB, (PREFIX_LEN,), generator=generator).tolist()
        continuation, gap = greedy(model, prefix, LONG_NEW_TOKENS)
        if gap > 2e-3 and len(set(continuation)) >= 16:
            break
    else:
        raise SystemExit("no prefix with a varied, clear-cut continuation; change the seed")
    _, loss_f64 = loss_of(copy.deepcopy(model).double(), ids)

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    copy.deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size=shard_size)
    if folder.name == "llama3-tiny":
        config = json.loads((folder / "config.json").read_text())
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = rope
        config["torch_dtype"] = config.pop("dtype")
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    tensors = {"logits": logits.detach().contiguous(), "padded_logits": padded_logits.contiguous()}
    tensors |= {f"grad.{name}": gradient.contiguous() for name, gradient in gradients.items()}
    save_file(tensors, folder / "expected.safetensors", metadata={"format": "pt"})
    expected = {
        "description": "made by reference/make_model_fixtures.py; mean next-token cross-entropy in nats",
        "input_ids": ids.tolist(),
        "padded_rows": [row.tolist() for row in rows],
        "loss": loss.item(),
        "loss_f64": loss_f64.item(),
        "greedy": {"prefix": prefix, "continuation": continuation, "smallest_logit_gap": gap},
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    for path in folder.iterdir():
        path.chmod(0o644)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size < 400_000, f"{folder} holds {size} bytes"
    files = len(list(folder.glob("model*.safetensors")))
    print(f"{folder.name}: {size} bytes, {files} files of weights, loss {loss.item():.6f} (f64 {loss_f64.item():.6f}), "
          f"greedy gap {gap:.4f}, {len(set(continuation))} distinct tokens")


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="fixtures to make; all by default")
    parser.add_argument("--out", type=Path, default=here.parent / "crates/empower-engine/tests/fixtures")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # one order of summation, so that the files come out the same again
    wanted = lambda name: not arguments.names or name in arguments.names
    for name, tied in {"llama-tiny": True, "llama-tiny-untied": False}.items():
        if wanted(name):
            write_fixture(arguments.out / name, tied)
    for name, (make, dtype, shard_size) in FAMILIES.items():
        if wanted(name):
            write_family(arguments.out / name, make, dtype, shard_size)


if __name__ == "__main__":
    main()
