"""The Python twin of `empower bench`: how fast is torch on the same model, batch and machine?

    python3 reference/bench_torch.py                 # f32, the yardstick
    python3 reference/bench_torch.py --dtype bf16    # weights and arithmetic in bf16 (no f32 master weights)

Model: Llama, width 256, 6 layers, 8 heads of 32, 4 key-value heads, feed-forward 704, vocabulary 4096, tied embeddings
(5.5 million parameters). Measured, each as the median over `--repeats` after one warm-up:

- train_tokens_per_s   forward, backward and AdamW on 8 x 256 tokens
- score_tokens_per_s   log-probability of 8 x 256 given tokens, no gradient
- decode_tokens_per_s  greedy, batch 1, 128 new tokens after 32, with a key-value cache (tokens after the first only)

Everything runs through `transformers`, and through a bare torch model without its overhead (same weights, same
results, which is checked); each figure printed is the faster of the two, the others are beside it. torch is not
compiled: `torch.compile` needs a C++ compiler and minutes.
"""

import argparse
import json
import platform
import statistics
import time

import torch
import torch.nn.functional as F
import transformers
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

WIDTH, LAYERS, HEADS, KV_HEADS, FEED_FORWARD, VOCAB, CONTEXT = 256, 6, 8, 4, 704, 4096, 1024
HEAD_WIDTH = WIDTH // HEADS
EPS, THETA = 1e-5, 10000.0


def make_transformers_model(dtype):
    config = LlamaConfig(
        vocab_size=VOCAB, hidden_size=WIDTH, intermediate_size=FEED_FORWARD, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, max_position_embeddings=CONTEXT, rms_norm_eps=EPS,
        rope_parameters={"rope_type": "default", "rope_theta": THETA}, tie_word_embeddings=True,
        attn_implementation="sdpa", bos_token_id=0, eos_token_id=1,
    )
    torch.manual_seed(0)
    return LlamaForCausalLM(config).to(dtype)


class Bare(torch.nn.Module):
    """The same model on one screen: projections joined, rotary as a table, a cache filled in place."""

    def __init__(self, reference):
        super().__init__()
        parameters = dict(reference.named_parameters())
        take = lambda name: torch.nn.Parameter(parameters[name].detach().clone())
        join = lambda *names: torch.nn.Parameter(torch.cat([parameters[name].detach() for name in names]))
        self.embed = take("model.embed_tokens.weight")
        self.norm = take("model.norm.weight")
        self.layers = torch.nn.ModuleList()
        for i in range(LAYERS):
            at = f"model.layers.{i}."
            layer = torch.nn.Module()
            layer.attn_norm = take(at + "input_layernorm.weight")
            layer.qkv = join(*(at + f"self_attn.{x}_proj.weight" for x in "qkv"))
            layer.out = take(at + "self_attn.o_proj.weight")
            layer.ffn_norm = take(at + "post_attention_layernorm.weight")
            layer.gate_up = join(at + "mlp.gate_proj.weight", at + "mlp.up_proj.weight")
            layer.down = take(at + "mlp.down_proj.weight")
            self.layers.append(layer)
        angle = torch.outer(torch.arange(CONTEXT), THETA ** (-torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH))
        dtype = self.embed.dtype
        self.register_buffer("cos", torch.cat([angle.cos(), angle.cos()], -1).to(dtype))
        self.register_buffer("sin", torch.cat([-angle.sin(), angle.sin()], -1).to(dtype))

    def new_cache(self):
        return [torch.zeros(2, 1, KV_HEADS, CONTEXT, HEAD_WIDTH, dtype=self.embed.dtype) for _ in range(LAYERS)]

    def forward(self, ids, cache=None, start=0):
        batch, n = ids.shape
        cos, sin = self.cos[start:start + n], self.sin[start:start + n]
        rotate = lambda x: x * cos + x.roll(HEAD_WIDTH // 2, -1) * sin
        x = F.embedding(ids, self.embed)
        for i, layer in enumerate(self.layers):
            qkv = F.linear(F.rms_norm(x, (WIDTH,), layer.attn_norm, EPS), layer.qkv)
            qkv = qkv.view(batch, n, HEADS + 2 * KV_HEADS, HEAD_WIDTH).transpose(1, 2)
            q, k, v = qkv.split([HEADS, KV_HEADS, KV_HEADS], 1)
            q, k = rotate(q), rotate(k)
            if cache is not None:
                cache[i][0, :, :, start:start + n] = k
                cache[i][1, :, :, start:start + n] = v
                k, v = cache[i][0, :, :, :start + n], cache[i][1, :, :, :start + n]
            y = F.scaled_dot_product_attention(q, k, v, is_causal=n > 1, enable_gqa=True)
            x = x + F.linear(y.transpose(1, 2).reshape(batch, n, WIDTH), layer.out)
            gate, up = F.linear(F.rms_norm(x, (WIDTH,), layer.ffn_norm, EPS), layer.gate_up).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, layer.down)
        if cache is not None:
            x = x[:, -1:]
        return F.linear(F.rms_norm(x, (WIDTH,), self.norm, EPS), self.embed)


def measure(work, n_tokens, repeats):
    work()
    rates = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        rates.append(n_tokens / (time.perf_counter() - started))
    return statistics.median(rates)


def training_step(model, logits_of, ids):
    decay = dict(lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    try:
        optimizer = torch.optim.AdamW(model.parameters(), fused=True, **decay)
    except RuntimeError:
        optimizer = torch.optim.AdamW(model.parameters(), foreach=True, **decay)

    def step():
        logits = logits_of(ids)
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, VOCAB).float(), ids[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def scoring(logits_of, ids):
    @torch.inference_mode()
    def score():
        logits = logits_of(ids)[:, :-1].float()
        return -F.cross_entropy(logits.reshape(-1, VOCAB), ids[:, 1:].reshape(-1), reduction="none")

    return score


@torch.inference_mode()
def decode_transformers(model, prefix, n_new):
    cache = DynamicCache(config=model.config)
    ids, chosen, started = prefix, [], None
    for _ in range(n_new + 1):
        ids = model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1:].argmax(-1)
        started = started or time.perf_counter()
        chosen.append(ids.item())
    return n_new / (time.perf_counter() - started), chosen


@torch.inference_mode()
def decode_bare(model, prefix, n_new):
    cache, at = model.new_cache(), 0
    ids, chosen, started = prefix, [], None
    for _ in range(n_new + 1):
        logits = model(ids, cache, at)
        at += ids.shape[1]
        ids = logits[:, -1:].argmax(-1)
        started = started or time.perf_counter()
        chosen.append(ids.item())
    return n_new / (time.perf_counter() - started), chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--time", type=int, default=256, help="tokens a row")
    parser.add_argument("--new-tokens", type=int, default=128)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[arguments.dtype]

    library = make_transformers_model(dtype)
    bare = Bare(library)
    library_logits = lambda ids: library(input_ids=ids, use_cache=False).logits
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(2, VOCAB, (arguments.batch, arguments.time), generator=generator)
    prefix = torch.randint(2, VOCAB, (1, 32), generator=generator)
    n_tokens = ids.numel()

    with torch.inference_mode():
        apart = (library_logits(ids) - bare(ids)).abs().max().item()
    assert apart < (1e-3 if arguments.dtype == "f32" else 0.2), f"the two models differ by {apart}"
    decoded = {}
    for name, decode, model in [("transformers", decode_transformers, library), ("bare", decode_bare, bare)]:
        decode(model, prefix, 8)
        runs = [decode(model, prefix, arguments.new_tokens) for _ in range(arguments.repeats)]
        decoded[name] = statistics.median(rate for rate, _ in runs)
        if arguments.dtype == "f32":
            text = runs[0][1]
            assert text == decoded.setdefault("text", text), "the two models decode differently"
    decoded.pop("text", None)

    scored = {
        "transformers": measure(scoring(library_logits, ids), n_tokens, arguments.repeats),
        "bare": measure(scoring(bare, ids), n_tokens, arguments.repeats),
    }
    trained = {
        "transformers": measure(training_step(library, library_logits, ids), n_tokens, arguments.repeats),
        "bare": measure(training_step(bare, bare, ids), n_tokens, arguments.repeats),
    }
    rounded = lambda rates: {name: round(rate, 1) for name, rate in rates.items()}
    print(json.dumps({
        "train_tokens_per_s": round(max(trained.values()), 1),
        "score_tokens_per_s": round(max(scored.values()), 1),
        "decode_tokens_per_s": round(max(decoded.values()), 1),
        "by_implementation": {"train": rounded(trained), "score": rounded(scored), "decode": rounded(decoded)},
        "dtype": arguments.dtype,
        "threads": arguments.threads,
        "batch": arguments.batch,
        "time": arguments.time,
        "new_tokens": arguments.new_tokens,
        "repeats": arguments.repeats,
        "parameters": sum(parameter.numel() for parameter in library.parameters()),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
    }))


if __name__ == "__main__":
    main()
