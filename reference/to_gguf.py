"""Writes a Hugging Face folder of the Llama family as GGUF in f32, for llama.cpp.

Usage: python reference/to_gguf.py MODEL OUT.gguf      (needs gguf and numpy)

llama.cpp's own converter knows tokenizers by a list of fingerprints and refuses a tokenizer of one's own. Here the
vocabulary goes over as it is, with GPT-2's way of cutting text before merging, which is not the model's: give the server
token ids, never text.
"""

import json
import pathlib
import sys

import gguf
import numpy


def tensors(path):
    # NumPy has no bfloat16: the file's bytes are its upper half.
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        raw = data[start:end]
        if entry["dtype"] == "BF16":
            values = (numpy.frombuffer(raw, "<u2").astype(numpy.uint32) << 16).view(numpy.float32)
        elif entry["dtype"] in ("F16", "F32"):
            values = numpy.frombuffer(raw, {"F16": "<f2", "F32": "<f4"}[entry["dtype"]]).astype(numpy.float32)
        else:
            raise SystemExit("%s: %s is stored as %s" % (path, name, entry["dtype"]))
        yield name, values.reshape(entry["shape"])


def interleaved(weight, heads):
    """Rows of a query or key projection in llama.cpp's order: the two halves of each head, row by row in turns."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
TOP = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
       "lm_head.weight": "output.weight"}


def gguf_name(name):
    if name in TOP:
        return TOP[name]
    _, _, layer, rest = name.split(".", 3)
    return "blk.%s.%s.weight" % (layer, NAMES[rest.removesuffix(".weight")])


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] != "llama" or config.get("rope_scaling"):
        raise SystemExit("%s: only plain Llama is written" % (folder / "config.json"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_name(folder.name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    special = {token["id"] for token in tokenizer["added_tokens"]}
    words = {number: text for text, number in tokenizer["model"]["vocab"].items()}
    words.update({token["id"]: token["content"] for token in tokenizer["added_tokens"]})
    numbers = range(config["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([words.get(number, "[unused%d]" % number) for number in numbers])
    kinds = gguf.TokenType
    writer.add_token_types([
        kinds.CONTROL if number in special else kinds.NORMAL if number in words else kinds.UNUSED for number in numbers
    ])
    merges = tokenizer["model"]["merges"]
    writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in merges])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)

    for name, weight in tensors(folder / "model.safetensors"):
        if name.endswith("q_proj.weight"):
            weight = interleaved(weight, config["num_attention_heads"])
        elif name.endswith("k_proj.weight"):
            weight = interleaved(weight, config["num_key_value_heads"])
        writer.add_tensor(gguf_name(name), numpy.ascontiguousarray(weight))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
