"""Makes the LoRA adapter that the engine's tests compare against, with the `peft` library.

    python3 reference/make_adapter_fixture.py   # rewrites crates/empower-engine/tests/fixtures/qwen3-tiny-lora

On `qwen3-tiny` (made by make_model_fixtures.py): rank 8, alpha 24, all seven linear maps, both matrices random. The folder
holds what `save_pretrained` writes, and what the reference computes in f32, without dropout:

- expected.safetensors  `logits` (2, 24, 97), `merged_logits` (after merge_and_unload) and `grad.<parameter>` for both
                        matrices of every adapter, of the mean next-token cross-entropy
- expected.json         token ids and the loss
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

FIXTURES = Path(__file__).resolve().parent.parent / "crates/empower-engine/tests/fixtures"
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    base = AutoModelForCausalLM.from_pretrained(FIXTURES / "qwen3-tiny", dtype=torch.float32, attn_implementation="eager")
    config = LoraConfig(r=8, lora_alpha=24, lora_dropout=0.1, target_modules=TARGETS, task_type="CAUSAL_LM")
    model = get_peft_model(base, config).eval()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    ids = torch.randint(0, 97, (2, 24), generator=generator)
    logits = model(input_ids=ids, use_cache=False).logits
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, 97), ids[:, 1:].reshape(-1))
    loss.backward()
    tensors = {"logits": logits.detach().contiguous()}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            tensors["grad." + name.replace(".default", "")] = parameter.grad.clone().contiguous()
    folder = FIXTURES / "qwen3-tiny-lora"
    folder.mkdir(exist_ok=True)
    model.peft_config["default"].base_model_name_or_path = "qwen3-tiny"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    with torch.no_grad():
        tensors["merged_logits"] = model.merge_and_unload()(input_ids=ids, use_cache=False).logits.contiguous()
    save_file(tensors, folder / "expected.safetensors", metadata={"format": "pt"})
    description = "made by reference/make_adapter_fixture.py; mean next-token cross-entropy in nats"
    expected = {"description": description, "input_ids": ids.tolist(), "loss": loss.item()}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    for path in folder.iterdir():
        path.chmod(0o644)
    print(folder.name, sum(path.stat().st_size for path in folder.iterdir()), "bytes, loss", loss.item())


if __name__ == "__main__":
    main()
