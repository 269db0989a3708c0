"""What the problem sources in `src/` share: writing inputs, statements and entries.

Owns how an input's text is put together and the shape of an entry; refuses nothing
(`build.py` checks every entry). Sources import it by name: `build.py` and `mutate.py`
stand beside it, so it is on their path.
"""

import json
import random


def lines(*rows):
    """Standard input, a row a line: a text, a number, or a sequence joined by spaces."""
    return "".join((row if isinstance(row, str) else _joined(row)) + "\n" for row in rows)


def _joined(row):
    try:
        return " ".join(map(str, row))
    except TypeError:
        return str(row)


def args(*values):
    """A functional test's input: one JSON value a line, one line an argument."""
    return "\n".join(json.dumps(value) for value in values)


def code(text):
    """A program's text without blank lines around it."""
    return text.strip("\n") + "\n"


def half_of(number):
    return "train" if number % 2 else "eval"


def statement(body, samples=()):
    """The prose, then each sample as input and output."""
    text = body.strip() + "\n"
    for i, (given, wanted) in enumerate(samples, 1):
        text += f"\nSample Input {i}\n\n{given.strip()}\n\nSample Output {i}\n\n{wanted.strip()}\n"
    return text


def hhmm(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


def hhmmss(seconds):
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def part():
    """A part's list of problems and the function that adds one to it, its fields given by name."""
    problems = []

    def add(**problem):
        for name in ("statement", "reference_a", "reference_b"):
            problem[name] = code(problem[name])
        problem["half"] = half_of(int(problem["id"].rsplit("-", 1)[1]))
        problems.append(problem)

    return problems, add


def numbered(letter):
    """The function that makes an entry of part `letter` from its number, texts and inputs."""

    def problem(number, title, difficulty, story, examples, more, reference_a, reference_b, func=None, signature=None):
        """`examples` are (input, output) pairs shown in the statement and used as public tests."""
        parts = [story.strip()]
        for index, (given, expected) in enumerate(examples, 1):
            if func:
                parts.append(f"Example {index}:\nArguments, one a line:\n{given}\nReturns: {expected}")
            else:
                parts.append(f"Sample Input {index}\n{given.rstrip()}\n\nSample Output {index}\n{expected.rstrip()}")
        return {
            "id": f"emp-{letter}-{number:02d}",
            "title": title,
            "statement": "\n\n".join(parts) + "\n",
            "kind": "functional" if func else "stdin",
            "func_name": func or "",
            "starter_code": starter(func, signature) if func else "",
            "difficulty": difficulty,
            "half": half_of(number),
            "inputs": [given for given, _ in examples] + more,
            "reference_a": code(reference_a),
            "reference_b": code(reference_b),
        }

    return problem


def starter(func, signature):
    return f"class Solution:\n    def {func}(self, {signature}:\n        "


def drawing(letter):
    """A part's list of problems and the function that adds one whose inputs are mostly drawn.

    `draw(random, size)` makes one valid input, small for a small size. The tests are `inputs`, then one drawn for each
    of `sizes` (those that repeat are left out); `mutate.py --try` draws more. The first two tests are shown in the
    statement with the outputs that the references give.
    """
    problems = []

    def add(
        number, title, difficulty, story, draw, inputs, sizes, reference_a, reference_b, func=None, signature=None
    ):
        seeded = [draw(random.Random(f"{letter}-{number}/{i}"), size) for i, size in enumerate(sizes)]
        problem = {
            "id": f"emp-{letter}-{number:02d}",
            "title": title,
            "statement": code(story),
            "samples": 2,
            "kind": "functional" if func else "stdin",
            "difficulty": difficulty,
            "half": half_of(number),
            "inputs": list(dict.fromkeys(inputs + seeded)),
            "draw": draw,
            "reference_a": code(reference_a),
            "reference_b": code(reference_b),
        }
        if func:
            problem |= {"func_name": func, "starter_code": starter(func, signature)}
        problems.append(problem)

    return problems, add
