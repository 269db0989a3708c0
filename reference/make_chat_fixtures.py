"""Makes the fixtures of the chat templates: for four styles, what `transformers` makes of messages.

    python reference/make_chat_fixtures.py crates/empower-lm/tests/fixtures/chat

The templates are our own, small, and written in the manner of Llama 3, Qwen 2.5, Qwen 3 and Gemma 3: the same special
tokens, and the same means of the language, each stored where a model of that family has it.
"""

import datetime
import json
import pathlib
import sys

import transformers.utils.chat_template_utils as chat_template_utils
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

LLAMA = """{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\nToday: " + strftime_now("%d %b %Y") + "\\n\\n" + system + "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

QWEN2 = """{%- if messages[0]['role'] != 'system' %}
    {{- '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system") or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

QWEN3 = """{%- set ns = namespace(searching=true, last=messages | length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages | length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string and not (message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
        {%- set ns.searching = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == "assistant" %}
        {%- set content = message.content %}
        {%- if '</think>' in content %}
            {%- set thoughts = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or thoughts) %}
            {{- '<|im_start|>assistant\\n<think>\\n' + (thoughts or '').strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>assistant\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""

GEMMA = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- set first_user_prefix = messages[0]['content'] + '\\n\\n' -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("turns must alternate user/assistant/user/assistant") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- endif -%}
    {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{ '<start_of_turn>model\\n' }}
{%- endif -%}
"""

STYLES = {
    "llama3": {"template": LLAMA, "bos": "<|begin_of_text|>", "eos": "<|eot_id|>", "variables": {}},
    "qwen2": {"template": QWEN2, "bos": None, "eos": "<|im_end|>", "variables": {}},
    "qwen3": {"template": QWEN3, "bos": None, "eos": "<|im_end|>", "variables": {"enable_thinking": False}},
    "gemma3": {"template": GEMMA, "bos": "<bos>", "eos": "<end_of_turn>", "variables": {}},
}
SPECIAL = [
    "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|im_start|>", "<|im_end|>", "<bos>",
    "<start_of_turn>", "<end_of_turn>",
]
# As Qwen 3 has them: added tokens that are not special.
ADDED = ["<think>", "</think>"]

CODE = "def add(a, b):\n    # größer\n    return a"
CASES = [
    [("user", "Complete this.")],
    [("system", "  You type Python.\n"), ("user", f"```python\n{CODE}\n```"), ("assistant", f"```python\n{CODE} + b\n```\n"),
     ("user", "```python\nx = '\u00e9'\n    \n```  ")],
    [("user", "one"), ("assistant", "<think>\nhm\n</think>\n\ntwo"), ("user", "three"), ("assistant", "\n\nfour\n")],
    [("system", "s"), ("user", ""), ("assistant", "{{ bos_token }}{% if %}"), ("user", "tab\tand 'quotes' \"<b>\" & \\n")],
    [("user", "a"), ("user", "b")],
]


class FixedDay(datetime.datetime):
    """The day is ours to fix: that of `strftime_now` in crates/empower-lm/src/template.rs."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


chat_template_utils.datetime = FixedDay


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + 60, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator([CODE, "user assistant system model Today Complete this. ```python\n\n" * 3] * 3, trainer)
    made.add_special_tokens(SPECIAL)
    made.add_tokens([AddedToken(token, special=False, normalized=False) for token in ADDED])
    return made


def main():
    root = pathlib.Path(sys.argv[1])
    made = tokenizer()
    for name, style in STYLES.items():
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        made.save(str(folder / "tokenizer.json"))
        special = {"eos_token": style["eos"]} | ({"bos_token": style["bos"]} if style["bos"] else {})
        fast = PreTrainedTokenizerFast(tokenizer_object=made, chat_template=style["template"], **special)
        config = dict(special)
        # Each where a model of the family has it: a text, a list of named texts, a file.
        if name == "qwen2":
            other = {"name": "tool_use", "template": "{{ raise_exception('not this one') }}"}
            config["chat_template"] = [other, {"name": "default", "template": style["template"]}]
        elif name == "qwen3":
            (folder / "chat_template.jinja").write_text(style["template"])
        else:
            config["chat_template"] = style["template"]
        if name == "gemma3":
            config["bos_token"] = {"__type": "AddedToken", "content": style["bos"], "lstrip": False, "special": True}
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
        cases = []
        for turns in CASES:
            messages = [{"role": role, "content": content} for role, content in turns]
            for ask in [True, False]:
                case = {"messages": messages, "ask": ask, "text": None, "ids": None}
                try:
                    case["text"] = fast.apply_chat_template(
                        messages, add_generation_prompt=ask, tokenize=False, **style["variables"]
                    )
                    case["ids"] = fast(case["text"], add_special_tokens=False)["input_ids"]
                except Exception as error:
                    case["error"] = str(error)
                cases.append(case)
        expected = {"variables": style["variables"], "cases": cases}
        (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
        print(name, sum(case["text"] is not None for case in cases), "rendered of", len(cases))


main()
