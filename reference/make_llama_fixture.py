"""Makes the tiny Llama models that the engine's tests compare against, with the `transformers` library.

    python3 reference/make_llama_fixture.py            # rewrites crates/empower-engine/tests/fixtures/llama-tiny*

Two variants in Hugging Face layout, random weights from a fixed seed:

- `llama-tiny`         output projection tied to the embedding; config.json as transformers 5 writes it
                       (`rope_parameters`)
- `llama-tiny-untied`  an output projection of its own; config.json with the older top-level `rope_theta`

Each folder holds config.json, model.safetensors (f32) and what the reference computes:

- expected.safetensors  `logits` (2, 16, 97) and `grad.<parameter>` for every parameter, of the mean loss below
- expected.json         token ids, losses, training losses, a greedy continuation (see `description` there)

Loss: mean cross-entropy in nats over the 2 x 15 positions with a next token: logits[:, :-1] against ids[:, 1:].
Training: ten steps of torch.optim.AdamW, lr 1e-2, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on *every* parameter,
norms and embedding included; two batches in turn; the loss recorded is the one before that step's update.
Losses are given in f32 and from the same run in f64: their distance is what rounding alone does, and so a yardstick
for the tolerance of another f32 implementation.
"""

import argparse
import copy
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

SEED = 0
VOCAB = 97
BATCH, TIME = 2, 16
STEPS = 10
PREFIX_LEN, NEW_TOKENS = 7, 24
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
def greedy(model, prefix):
    """Token by token without a cache; also the smallest gap between best and second best, so that no tie decides."""
    ids, gap = list(prefix), float("inf")
    for _ in range(NEW_TOKENS):
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
        "description": "made by reference/make_llama_fixture.py; mean next-token cross-entropy in nats; AdamW with "
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


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=here.parent / "crates/empower-engine/tests/fixtures")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # one order of summation, so that the files come out the same again
    write_fixture(arguments.out / "llama-tiny", tied=True)
    write_fixture(arguments.out / "llama-tiny-untied", tied=False)


if __name__ == "__main__":
    main()
