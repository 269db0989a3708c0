"""Part A, problems 17 to 32: editors, machines, clocks, templates, expressions, brackets, harder searches.

A source of the problem suite, read by build.py. The expected outputs are not here:
they are what the references print.
"""

import json
import random

PROBLEMS = []


def add(**problem):
    for name in ("statement", "reference_a", "reference_b"):
        problem[name] = problem[name].strip("\n") + "\n"
    number = int(problem["id"].rsplit("-", 1)[1])
    problem["half"] = "train" if number % 2 else "eval"
    PROBLEMS.append(problem)


def lines(*parts):
    return "\n".join(str(p) for p in parts) + "\n"


def args(*values):
    return "\n".join(json.dumps(v) for v in values)


def hhmm(m):
    return f"{m // 60:02}:{m % 60:02}"


def hhmmss(s):
    return f"{s // 3600:02}:{s % 3600 // 60:02}:{s % 60:02}"


# 17 ------------------------------------------------------------------------


def keys(seed, width, n, pool):
    r = random.Random(seed)
    return lines(width, "".join(r.choice(pool) for _ in range(n)))


add(
    id="emp-A-17",
    title="The One-Line Typewriter",
    kind="stdin",
    difficulty="medium",
    statement="""
An electronic typewriter edits a single line of at most W characters. It has a cursor, which stands between two characters or at an end of the line. At the start the line is empty and the capitals are off. These are the keys:

- a small letter: inserts this letter at the cursor (as a capital letter while the capitals are on), and the cursor moves behind it;
- `_`: inserts an underscore in the same way;
- `<` and `>`: move the cursor one character to the left or to the right;
- `^` and `$`: move the cursor to the beginning or to the end of the line;
- `#`: deletes the character to the left of the cursor;
- `*`: switches the capitals on if they are off, and off if they are on.

If a character is to be inserted while the line already holds W characters, nothing is inserted and a bell rings. If the cursor cannot move in the wanted direction, or there is no character to delete, nothing happens.

Input

The first line contains the integer W (1 <= W <= 2000). The second line contains the keys in the order in which they were struck, without spaces: at least 1 and at most 30000 characters.

Output

On the first line print the text, or `(blank)` if there is none. On the second line print the number of characters to the left of the cursor and the number of times the bell rang.

Sample Input 1:
6
cart<<#o^*s$e_x<#

Sample Output 1:
ScorE
4 2
""",
    inputs=[
        "6\ncart<<#o^*s$e_x<#\n",
        "3\nab##<#c>>d\n",
        "1\n#\n",
        "1\n*a*b#b_\n",
        "5\nabc^#>#$<#z\n",
        "4\n*ab*cd^e#f<<x>>>>y#z\n",
        "10\n_*_a*_^>>#<$#q\n",
        "2\na<b<c>>#d^^#>#e\n",
        "50\nthe_old_*t*own^>>>>####*a*$<<<#O".replace("O", "o") + "\n",
        keys(171, 5, 40, "abc_<>^$#*"),
        keys(172, 12, 200, "abcdexyz__<<>>^$#**"),
        keys(173, 300, 3000, "abcdefghij<<<>>^$##*"),
        keys(174, 2000, 30000, "abcdefghijkl_<<>^$###*"),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    width = int(lines[0])
    left = []
    right = []
    capitals = False
    bells = 0
    for key in lines[1].strip():
        if key == "<":
            if left:
                right.append(left.pop())
        elif key == ">":
            if right:
                left.append(right.pop())
        elif key == "^":
            while left:
                right.append(left.pop())
        elif key == "$":
            while right:
                left.append(right.pop())
        elif key == "#":
            if left:
                left.pop()
        elif key == "*":
            capitals = not capitals
        elif len(left) + len(right) == width:
            bells += 1
        else:
            left.append(key.upper() if capitals else key)
    text = "".join(left) + "".join(reversed(right))
    print(text or "(blank)")
    print(len(left), bells)


main()
""",
    reference_b="""
W = int(input())
text, cursor, upper, bells = "", 0, False, 0

for key in input().strip():
    if key == "*":
        upper = not upper
    elif key in "<>":
        step = 1 if key == ">" else -1
        cursor = min(max(cursor + step, 0), len(text))
    elif key in "^$":
        cursor = 0 if key == "^" else len(text)
    elif key == "#":
        if cursor > 0:
            text = text[:cursor - 1] + text[cursor:]
            cursor -= 1
    elif len(text) < W:
        text = text[:cursor] + (key.upper() if upper else key) + text[cursor:]
        cursor += 1
    else:
        bells += 1

print(text if text else "(blank)")
print(cursor, bells)
""",
)

# 18 ------------------------------------------------------------------------


def machine(seed, n, mod):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        k = r.random()
        d = r.choice([-5, -4, -3, -2, -1, 1, 2, 2, 3, 4])
        if k < 0.5:
            rows.append(f"add {r.choice('xy')} {r.randint(1, mod - 1)}")
        elif k < 0.65:
            rows.append("swap")
        elif k < 0.75:
            rows.append(f"jump {d}")
        else:
            rows.append(f"ifzero {r.choice('xy')} {d}")
    return lines(f"{n} {mod}", *rows)


add(
    id="emp-A-18",
    title="Will the Pocket Machine Stop?",
    kind="stdin",
    difficulty="medium",
    statement="""
A mechanical pocket machine has two wheels, x and y, each of which shows a number from 0 to M - 1. Its program has n lines, numbered from 1. The machine starts on line 1 with both wheels at 0. The instructions are:

- `add r k`: turn the wheel r (x or y) forward by k, that is, r becomes (r + k) mod M; go on with the next line;
- `swap`: exchange the numbers of x and y; go on with the next line;
- `jump d`: if this is line i, go on with line i + d;
- `ifzero r d`: if this is line i and the wheel r shows 0, go on with line i + d; otherwise go on with the next line.

The machine stops as soon as it would have to go on with a line that does not exist (a number less than 1 or greater than n). Find out whether it ever stops.

Input

The first line contains two integers n and M (1 <= n <= 40, 2 <= M <= 60). Each of the next n lines contains one instruction, with 1 <= k < M and -40 <= d <= 40, d not 0.

Output

If the machine stops, print three integers: the final numbers of x and y, and how many instructions were carried out. Otherwise print `forever`.

Sample Input 1:
5 4
add x 1
ifzero x 3
add y 3
jump -3
swap

Sample Output 1:
1 0 15
""",
    inputs=[
        "5 4\nadd x 1\nifzero x 3\nadd y 3\njump -3\nswap\n",
        "3 5\nadd y 2\nifzero x -1\nswap\n",
        "1 2\nswap\n",
        "1 2\njump -1\n",
        "1 2\nifzero y 40\n",
        "2 9\nadd x 8\nifzero y -1\n",
        "3 7\nadd x 3\nifzero x 2\njump -2\n",
        "6 60\nadd x 1\nifzero x 2\njump -2\nadd y 1\nifzero y 2\njump -5\n",
        "6 59\nadd x 7\nifzero x 2\njump -2\nadd y 11\nifzero y -4\njump -5\n",
        "7 60\nadd x 59\nifzero x 2\njump -2\nswap\nadd x 1\nifzero x 2\njump -6\n",
        "6 12\nadd x 5\nadd y 4\nifzero y 2\njump -3\nifzero x 2\njump -5\n",
        "4 10\nadd x 4\nifzero x 2\njump -2\nifzero y -4\n",
        machine(181, 8, 6),
        machine(1820, 12, 10),
        machine(1837, 20, 24),
        machine(1841, 30, 60),
        machine(1853, 40, 60),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().splitlines()
    n, mod = map(int, lines[0].split())
    program = [line.split() for line in lines[1:n + 1]]
    wheels = {"x": 0, "y": 0}
    line = 0
    steps = 0
    seen = set()
    while 0 <= line < n:
        state = (line, wheels["x"], wheels["y"])
        if state in seen:
            print("forever")
            return
        seen.add(state)
        op = program[line]
        steps += 1
        if op[0] == "add":
            wheels[op[1]] = (wheels[op[1]] + int(op[2])) % mod
            line += 1
        elif op[0] == "swap":
            wheels["x"], wheels["y"] = wheels["y"], wheels["x"]
            line += 1
        elif op[0] == "jump":
            line += int(op[1])
        elif wheels[op[1]] == 0:
            line += int(op[2])
        else:
            line += 1
    print(wheels["x"], wheels["y"], steps)


main()
""",
    reference_b="""
n, M = map(int, input().split())
program = [input().split() for _ in range(n)]
x = y = at = steps = 0
limit = n * M * M

while 0 <= at < n and steps <= limit:
    name, *rest = program[at]
    steps += 1
    move = 1
    if name == "swap":
        x, y = y, x
    elif name == "jump":
        move = int(rest[0])
    elif name == "add":
        if rest[0] == "x":
            x = (x + int(rest[1])) % M
        else:
            y = (y + int(rest[1])) % M
    elif (x if rest[0] == "x" else y) == 0:
        move = int(rest[1])
    at += move

print("forever" if steps > limit else f"{x} {y} {steps}")
""",
)

# 19 ------------------------------------------------------------------------


def shifts(seed, n, longest):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        a = r.randrange(1440)
        rows.append(f"{hhmm(a)}-{hhmm((a + r.randint(1, longest)) % 1440)}")
    return lines(n, *rows)


add(
    id="emp-A-19",
    title="Gaps in the Lighthouse Rota",
    kind="stdin",
    difficulty="medium",
    statement="""
The keepers of a lighthouse have agreed on shifts that repeat every day. A shift `HH:MM-HH:MM` begins at its first time and ends right before the second, so `06:00-06:03` covers the minutes 06:00, 06:01 and 06:02. If the second time is earlier than the first, the shift goes on past midnight. If both times are equal, the shift lasts the whole day. Shifts may overlap.

A gap is a longest possible stretch of minutes without any keeper. Since the shifts repeat every day, a gap may also go past midnight.

Find how many minutes of the day are covered by at least one shift, and the longest gap.

Input

The first line contains an integer n (1 <= n <= 500). Each of the next n lines contains one shift. All times are from 00:00 to 23:59.

Output

On the first line print the number of covered minutes of the day. On the second line print the length of the longest gap in minutes and the time when it begins as `HH:MM`; if several gaps have this length, print the one whose time of beginning is the earliest on the clock (counting from 00:00). If there is no gap, print `no gap` instead.

Sample Input 1:
3
22:30-04:00
06:00-12:15
11:00-20:00

Sample Output 1:
1170
150 20:00
""",
    inputs=[
        "3\n22:30-04:00\n06:00-12:15\n11:00-20:00\n",
        "2\n04:00-12:00\n16:00-22:00\n",
        "1\n13:13-13:13\n",
        "1\n00:00-23:59\n",
        "1\n23:59-00:00\n",
        "2\n00:00-12:00\n12:00-00:00\n",
        "4\n00:10-00:20\n06:00-06:10\n12:00-12:10\n18:00-18:10\n",
        "3\n01:00-02:00\n01:00-02:00\n01:30-01:45\n",
        "2\n23:00-01:00\n22:00-00:30\n",
        "3\n08:00-16:00\n00:00-00:00\n20:00-21:00\n",
        "2\n00:00-06:00\n12:00-18:00\n",
        "2\n02:00-10:00\n14:00-22:00\n",
        shifts(191, 5, 200),
        shifts(192, 30, 60),
        shifts(193, 120, 15),
        shifts(194, 500, 4),
        shifts(195, 500, 40),
    ],
    reference_a="""
import sys


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


def main():
    data = sys.stdin.read().split()
    covered = [False] * 1440
    for shift in data[1:]:
        start, end = map(minutes, shift.split("-"))
        if end <= start:
            end += 1440
        for m in range(start, end):
            covered[m % 1440] = True
    total = sum(covered)
    print(total)
    if total == 1440:
        print("no gap")
        return
    best = 0
    best_start = 0
    for m in range(1440):
        if covered[m - 1] and not covered[m]:
            length = 0
            while not covered[(m + length) % 1440]:
                length += 1
            if length > best:
                best = length
                best_start = m
    print(best, "%02d:%02d" % divmod(best_start, 60))


main()
""",
    reference_b="""
DAY = 24 * 60
intervals = []
for _ in range(int(input())):
    a, b = [60 * int(t[:2]) + int(t[3:]) for t in input().strip().split("-")]
    if a < b:
        intervals.append((a, b))
    else:
        intervals += [(a, DAY), (0, b)]
intervals.sort()

gaps = []
reach = 0
for a, b in intervals:
    if a > reach:
        gaps.append([reach, a - reach])
    reach = max(reach, b)
if reach < DAY:
    gaps.append([reach, DAY - reach])
print(DAY - sum(length for _, length in gaps))

if len(gaps) > 1 and gaps[0][0] == 0 and sum(gaps[-1]) == DAY:
    gaps[-1][1] += gaps.pop(0)[1]
if gaps:
    start, length = min(gaps, key=lambda g: (-g[1], g[0]))
    print(f"{length} {start // 60:02}:{start % 60:02}")
else:
    print("no gap")
""",
)

# 20 ------------------------------------------------------------------------


def swipes(seed, n, people, span):
    r = random.Random(seed)
    names = [r.choice("abcdefghij") + f"{i}" for i in range(people)]
    seen = set()
    while len(seen) < n:
        seen.add((r.choice(names), 30000 + r.randrange(span)))
    rows = [f"{hhmmss(t)} {name}" for name, t in sorted(seen)]
    r.shuffle(rows)
    return lines(n, *rows)


add(
    id="emp-A-20",
    title="The Shuffled Swipe Log",
    kind="stdin",
    difficulty="medium",
    statement="""
Everyone who enters or leaves a laboratory swipes a card at the door. The reader writes down the time and the name, but not the direction: the first swipe of a person is an entry, the next one is an exit, then comes an entry again, and so on. In the morning nobody was inside. Unfortunately the lines of the log were printed in no particular order.

The number of people inside is determined at the end of each second, when all the swipes of this second have been taken into account. Find the greatest number of people inside, the first second when this number was reached, and who is still inside after the last swipe.

Input

The first line contains an integer n (1 <= n <= 2000). Each of the next n lines contains a time `HH:MM:SS` (from 00:00:00 to 23:59:59) and a name (1 to 10 small letters and digits), separated by a space. Nobody swipes twice in the same second.

Output

On the first line print the greatest number of people inside and the first time when it was reached. On the second line print the names of the people who are still inside after the last swipe, in alphabetical order (the usual order of strings) and separated by spaces, or `nobody`.

Sample Input 1:
6
09:30:00 mia
08:15:10 mia
09:30:00 raj
08:40:00 tom
11:00:05 raj
12:00:00 ivy

Sample Output 1:
2 08:40:00
ivy tom
""",
    inputs=[
        "6\n09:30:00 mia\n08:15:10 mia\n09:30:00 raj\n08:40:00 tom\n11:00:05 raj\n12:00:00 ivy\n",
        "4\n10:00:00 a\n10:00:00 b\n10:00:01 b\n10:00:01 a\n",
        "1\n00:00:00 z9\n",
        "2\n23:59:59 q\n00:00:00 q\n",
        "5\n09:00:00 a\n10:00:00 a\n11:00:00 a\n10:00:00 b\n11:00:00 b\n",
        "6\n07:00:02 c\n07:00:01 b\n07:00:00 a\n07:00:03 a\n07:00:03 d\n07:00:04 e\n",
        "7\n12:00:00 bob\n09:00:00 ann\n10:00:00 bob\n11:00:00 ann\n11:00:00 cy\n10:30:00 dee\n10:30:00 ed\n",
        "3\n01:00:00 x10\n01:00:00 x9\n01:00:00 x1\n",
        swipes(201, 15, 5, 40),
        swipes(202, 80, 10, 60),
        swipes(203, 400, 60, 3000),
        swipes(204, 2000, 300, 1500),
    ],
    reference_a="""
import sys


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    events = []
    for i in range(n):
        events.append((data[2 * i + 1], data[2 * i + 2]))
    events.sort()
    inside = set()
    peak = 0
    peak_time = ""
    i = 0
    while i < n:
        time = events[i][0]
        while i < n and events[i][0] == time:
            name = events[i][1]
            if name in inside:
                inside.remove(name)
            else:
                inside.add(name)
            i += 1
        if len(inside) > peak:
            peak = len(inside)
            peak_time = time
    print(peak, peak_time)
    print(" ".join(sorted(inside)) if inside else "nobody")


main()
""",
    reference_b="""
from collections import defaultdict
from itertools import accumulate

swipes = defaultdict(list)
for _ in range(int(input())):
    time, name = input().split()
    swipes[name].append(time)

change = defaultdict(int)
for times in swipes.values():
    for k, time in enumerate(sorted(times)):
        change[time] += -1 if k % 2 else 1

moments = sorted(change)
levels = list(accumulate(change[m] for m in moments))
peak = max(levels)
print(peak, moments[levels.index(peak)])
print(*sorted(name for name in swipes if len(swipes[name]) % 2) or ["nobody"])
""",
)

# 21 ------------------------------------------------------------------------


def template(seed, n):
    r = random.Random(seed)
    names = ["who", "day", "town", "x", "up"]
    values = ["Mara Lind", "monday", "{x}", "", "9}} to 5"]
    out = []
    for _ in range(n):
        k = r.random()
        if k < 0.35:
            out.append(r.choice(["Dear ", " on ", ", ", "a|b", ". ", "2 "]))
        elif k < 0.5:
            out.append(r.choice(["{{", "}}"]))
        else:
            filters = "".join("|" + r.choice(["up", "rev", "len", "3", "0", "12", "1"]) for _ in range(r.choice([0, 0, 1, 2, 3])))
            out.append("{" + r.choice(names + ["none"]) + filters + "}")
    return args("".join(out), names, values)


add(
    id="emp-A-21",
    title="Letters from a Template",
    kind="functional",
    difficulty="medium",
    func_name="renderLetter",
    starter_code="class Solution:\n    def renderLetter(self, template: str, names: List[str], values: List[str]) -> str:\n        ",
    statement="""
A town hall writes its letters from templates. A template is read from left to right:

- two opening braces in a row, `{{`, stand for one opening brace, and two closing braces in a row, `}}`, stand for one closing brace;
- a single `{` begins a slot, which ends at the next `}`. Inside a slot stands a name, followed by any number of filters, each preceded by `|`, as in `{town|up}` or `{town|3|rev}`;
- all other characters stand for themselves.

A slot is replaced by the value of its name, or by `?` if the name is not known. Then its filters are applied to this text, from left to right:

- `up` turns all letters into capital letters;
- `rev` reverses the text;
- `len` replaces the text by its number of characters, written in decimal;
- a number k keeps only the first k characters (all of them if there are fewer).

The text that replaces a slot is not searched for braces again.

Write the method `renderLetter(template, names, values)`, which returns the finished text; the value of `names[i]` is `values[i]`.

Example 1:

Input: template = "Dear {who|up}, {{{town|rev|2}}} {age}", names = ["who", "town"], values = ["Ida", "Oslo"]
Output: "Dear IDA, {ol} ?"

Constraints:

- 0 <= len(template) <= 10000
- 0 <= len(names) = len(values) <= 50; the names are different
- names in `names` and in slots consist of 1 to 10 small letters; values have at most 30 characters
- numbers in filters are between 0 and 99
- every template is well-formed: at each point, reading from left to right as described, every slot has its closing brace and no single `}` appears outside a slot
""",
    inputs=[
        args("Dear {who|up}, {{{town|rev|2}}} {age}", ["who", "town"], ["Ida", "Oslo"]),
        args("{a|len|rev} of {a}{b|2|up}|up", ["a", "b"], ["hello, world", "xyz"]),
        args("", [], []),
        args("{z}{z|len}{z|up|rev}{z|0}", [], []),
        args("{{}}{{{{}}}}", ["a"], ["b"]),
        args("{{a}} {a} {{{a}}} {{{{a}}}}", ["a"], ["{b}"]),
        args("{a|2|len}{a|len|2}{a|5|rev|2}{a|rev|5|2}", ["a"], ["abcdefghijklm"]),
        args("{len|len}{up|up}{rev|rev}", ["len", "up", "rev"], ["four", "two", "Three"]),
        args("{e|up|len}-{e}-{e|rev|9}", ["e"], [""]),
        args("{a|99}{a|1}{b|10}", ["b", "a"], ["0123456789x", "qwerty"]),
        template(211, 12),
        template(212, 60),
        template(213, 300),
        template(214, 1000),
    ],
    reference_a="""
from typing import List


class Solution:
    def renderLetter(self, template: str, names: List[str], values: List[str]) -> str:
        known = dict(zip(names, values))
        out = []
        i = 0
        while i < len(template):
            pair = template[i:i + 2]
            if pair == "{{" or pair == "}}":
                out.append(pair[0])
                i += 2
            elif template[i] == "{":
                end = template.index("}", i)
                parts = template[i + 1:end].split("|")
                text = known.get(parts[0], "?")
                for name in parts[1:]:
                    text = self.apply(name, text)
                out.append(text)
                i = end + 1
            else:
                out.append(template[i])
                i += 1
        return "".join(out)

    def apply(self, name: str, text: str) -> str:
        if name == "up":
            return text.upper()
        if name == "rev":
            return text[::-1]
        if name == "len":
            return str(len(text))
        return text[:int(name)]
""",
    reference_b=r"""
import re
from functools import reduce
from typing import List


class Solution:
    def renderLetter(self, template: str, names: List[str], values: List[str]) -> str:
        filters = {
            "up": str.upper,
            "rev": lambda s: "".join(reversed(s)),
            "len": lambda s: f"{len(s)}",
        }

        def use(text, name):
            if name.isdigit():
                return text[:int(name)]
            return filters[name](text)

        def fill(match):
            if match.group() in ("{{", "}}"):
                return match.group()[0]
            name, *chain = match.group(1).split("|")
            value = values[names.index(name)] if name in names else "?"
            return reduce(use, chain, value)

        return re.sub(r"\{\{|\}\}|\{([^}]*)\}", fill, template)
""",
)

# 22 ------------------------------------------------------------------------


def dough(seed, n, m, k, letters):
    r = random.Random(seed)
    text = "".join(r.choice(letters) for _ in range(n))
    return args(text, "".join(r.choice(letters) for _ in range(m)), k)


add(
    id="emp-A-22",
    title="Almost the Same Beads",
    kind="functional",
    difficulty="medium",
    func_name="countNearMixes",
    starter_code="class Solution:\n    def countNearMixes(self, chain: str, sample: str, k: int) -> int:\n        ",
    statement="""
A long chain of beads is written as a string of small letters, one letter for each colour. A jeweller has a sample: another string of beads, whose order does not matter to her. She looks at all the pieces of the chain (runs of neighbouring beads) that have exactly as many beads as the sample. A piece is near the sample if she can turn it into the same collection of beads as the sample by replacing at most k of its beads with beads of other colours.

Write the method `countNearMixes(chain, sample, k)`, which returns the number of pieces that are near the sample. Pieces at different places are counted separately, even if they look alike.

Example 1:

Input: chain = "abcab", sample = "aab", k = 1
Output: 3
Explanation: `abc` needs one replacement (c by a), `bca` needs one, and `cab` needs one.

Constraints:

- 1 <= len(chain) <= 20000
- 1 <= len(sample) <= 20000 (the sample may be longer than the chain)
- 0 <= k <= 20000
""",
    inputs=[
        args("abcab", "aab", 1),
        args("abcab", "aab", 0),
        args("a", "a", 0),
        args("a", "b", 0),
        args("a", "b", 1),
        args("abc", "abcd", 4),
        args("aaaaabbbbb", "ab", 0),
        args("zzyxzyzzxy", "xyz", 0),
        args("zzyxzyzzxy", "zzzy", 1),
        args("abcdef", "ghijkl", 5),
        args("abcdef", "ghijkl", 6),
        dough(221, 60, 5, 2, "abc"),
        dough(222, 400, 12, 3, "abcdef"),
        dough(223, 3000, 40, 9, "abcdefghijklmnopqrstuvwxyz"),
        dough(224, 20000, 300, 22, "abcdefghij"),
        dough(225, 20000, 7, 0, "xyz"),
    ],
    reference_a="""
class Solution:
    def countNearMixes(self, chain: str, sample: str, k: int) -> int:
        m = len(sample)
        if m > len(chain):
            return 0
        # need[c] > 0: that many beads of colour c are missing in the window
        need = {}
        for c in chain + sample:
            need[c] = 0
        for c in sample:
            need[c] += 1
        missing = m
        count = 0
        for i, c in enumerate(chain):
            if need[c] > 0:
                missing -= 1
            need[c] -= 1
            if i >= m:
                old = chain[i - m]
                need[old] += 1
                if need[old] > 0:
                    missing += 1
            if i >= m - 1 and missing <= k:
                count += 1
        return count
""",
    reference_b="""
from collections import Counter


class Solution:
    def countNearMixes(self, chain: str, sample: str, k: int) -> int:
        size = len(sample)
        target = Counter(sample)
        window = Counter(chain[:size])
        near = 0
        for end in range(size, len(chain) + 1):
            shared = sum(min(window[c], target[c]) for c in target)
            if size - shared <= k:
                near += 1
            if end < len(chain):
                window[chain[end]] += 1
                window[chain[end - size]] -= 1
        return near
""",
)

# 23 ------------------------------------------------------------------------


def expression(r, budget):
    """Numbers whose (value + 1) multiply to at most 10^17, so no result can pass 10^18."""
    if budget < 2 or r.random() < 0.06:
        top = min(10**budget - 1, r.choice([1, 2, 3, 9, 30, 500]))
        return str(r.randint(0, max(1, int(top))))
    share = r.uniform(0.3, budget - 0.3) if budget < 3 else r.uniform(1, budget - 1)
    left, right = expression(r, share), expression(r, budget - share)
    text = left + r.choice("+-*<>") + right
    return f"({text})" if r.random() < 0.3 else text


def house(seed, q, budget, levels):
    r = random.Random(seed)
    level = [r.randint(1, levels) for _ in range(5)]
    side = {v: r.choice("LR") for v in level}
    return lines(" ".join(map(str, level)), " ".join(side[v] for v in level), q, *[expression(r, budget) for _ in range(q)])


add(
    id="emp-A-23",
    title="House Rules for Arithmetic",
    kind="stdin",
    difficulty="hard",
    statement="""
In the village of Umber, every household has its own rules for arithmetic. There are five operators, each between two operands: `+`, `-`, `*` with their usual meaning, `<` for the smaller and `>` for the larger of its two operands. What differs between the households is which operators bind more tightly.

Each operator has a level from 1 to 9. An operator with a higher level binds more tightly than one with a lower level. Operators with equal levels belong together and are grouped from the left (`L`: a-b-c means (a-b)-c) or from the right (`R`: a-b-c means a-(b-c)). Parentheses work as usual.

Evaluate some expressions by the rules of one household.

Input

The first line contains five integers from 1 to 9: the levels of `+`, `-`, `*`, `<` and `>`, in this order. The second line contains five letters, `L` or `R`, separated by spaces: the grouping of the same operators. Operators with equal levels have equal letters. The third line contains an integer q (1 <= q <= 300), and each of the next q lines contains an expression without spaces: non-negative integers, operators and parentheses, at most 300 characters. Parentheses are nested at most 50 deep. There is no sign in front of a number or a parenthesis. No value that appears during the evaluation exceeds 10^18 in absolute value.

Output

For each expression print its value on a line of its own.

Sample Input 1:
2 2 1 3 3
L L R R R
4
2*3+4
10-4-3
7-5<9-1
2*(8>3-1)

Sample Output 1:
14
3
1
14
""",
    inputs=[
        "2 2 1 3 3\nL L R R R\n4\n2*3+4\n10-4-3\n7-5<9-1\n2*(8>3-1)\n",
        "1 1 1 1 1\nR R R R R\n4\n10-4-3\n2*3-1\n5<3+1\n4-2-7>1\n",
        "1 1 1 1 1\nL L L L L\n5\n10-4-3\n2*3-1\n5<3+1\n4-2-7>1\n0\n",
        "9 9 9 9 9\nL L L L L\n3\n((((7))))\n(1)-(2)\n123456789*987654321\n",
        "1 2 3 4 5\nL L L L L\n4\n1+10-3-2*2-1\n9-2*3<2>1*4\n8<5>6-1\n(1+2)*(3-4)\n",
        "5 4 3 2 1\nR R R R R\n5\n1+10-3-2*2-1\n9-2*3<2>1*4\n8<5>6-1\n10-3-2-1\n2*(3-4-5)*2\n",
        "3 1 2 1 3\nL R L R L\n5\n9-3<4-1\n20-5-3-1\n2*3+4>5*2\n6<5-4<9\n(1-(2-(3-(4-5))))\n",
        "1 1 2 3 3\nR R L R R\n3\n" + "1-" * 100 + "1\n" + "(" * 50 + "3-1" + ")" * 50 + "-1-1\n" + "2<3>1<" * 20 + "4\n",
        house(231, 10, 6, 3),
        house(232, 30, 10, 9),
        house(233, 60, 14, 2),
        house(234, 120, 17, 4),
        house(235, 300, 17, 5),
        house(236, 200, 17, 1),
    ],
    reference_a="""
import sys
from operator import add, mul, sub


def main():
    lines = sys.stdin.read().split("\\n")
    level = dict(zip("+-*<>", map(int, lines[0].split())))
    side = dict(zip("+-*<>", lines[1].split()))
    action = dict(zip("+-*<>", (add, sub, mul, min, max)))

    def waits(top, op):
        if level[top] == level[op]:
            return side[op] == "R"
        return level[top] < level[op]

    for line in lines[3:3 + int(lines[2])]:
        values = []
        ops = ["("]
        number = ""
        for ch in line.strip() + ")":
            if ch.isdigit():
                number += ch
                continue
            if number:
                values.append(int(number))
                number = ""
            if ch == "(":
                ops.append(ch)
                continue
            while ops[-1] != "(" and (ch == ")" or not waits(ops[-1], ch)):
                b = values.pop()
                a = values.pop()
                values.append(action[ops.pop()](a, b))
            if ch == ")":
                ops.pop()
            else:
                ops.append(ch)
        print(values[0])


main()
""",
    reference_b=r"""
import operator
import re

ACTIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "<": min, ">": max}
LEVEL = dict(zip("+-*<>", map(int, input().split())))
SIDE = dict(zip("+-*<>", input().split()))


def atom(tokens):
    token = tokens.pop()
    if token != "(":
        return int(token)
    value = climb(tokens, 1)
    tokens.pop()
    return value


def climb(tokens, lowest):
    value = atom(tokens)
    while tokens and LEVEL.get(tokens[-1], 0) >= lowest:
        op = tokens.pop()
        nxt = LEVEL[op] + (SIDE[op] == "L")
        value = ACTIONS[op](value, climb(tokens, nxt))
    return value


for _ in range(int(input())):
    tokens = re.findall(r"\d+|[-+*<>()]", input())
    print(climb(tokens[::-1], 1))
""",
)

# 24 ------------------------------------------------------------------------


def size_of(text):
    stack, counts, number = [0], [], ""
    for ch in text:
        if ch.isdigit():
            number += ch
        elif ch == "(":
            counts.append(int(number))
            number = ""
            stack.append(0)
        elif ch == ")":
            inner = stack.pop()
            stack[-1] += counts.pop() * inner
        else:
            stack[-1] += 1
    return stack[0]


def beat(r, room, limit):
    """A pattern of about `room` characters whose length stays below `limit`."""
    out = []
    while room > 0:
        if room > 6 and limit > 8 and r.random() < 0.35:
            inner_room = r.randint(1, room - 4)
            k = r.randint(2, max(2, min(10**9, limit // 4)) if r.random() < 0.4 else 5)
            inner = beat(r, inner_room, max(1, limit // (2 * k)))
            if k * size_of(inner) <= limit:
                out.append(f"{k}({inner})")
                limit -= k * size_of(inner)
                room -= len(out[-1])
                continue
        out.append(r.choice("bdhkst"))
        limit -= 1
        room -= 1
    return "".join(out)


def drums(seed, room, q, limit=10**17):
    r = random.Random(seed)
    text = beat(r, room, limit)
    total = size_of(text)
    assert total <= 10**18
    spots = [1, total, total + 1] + [r.randint(1, max(2, total)) for _ in range(q - 3)]
    return lines(text, q, " ".join(map(str, spots)))


add(
    id="emp-A-24",
    title="The Patient Drum Machine",
    kind="stdin",
    difficulty="hard",
    statement="""
A drum machine plays a pattern. A pattern is a sequence of items, one after another without spaces; an item is either

- a small letter, which stands for one stroke on the drum of that name, or
- a number k (2 <= k <= 10^9) followed by a non-empty pattern in parentheses, which is played k times in a row.

For example, `b2(s3(h))d` is played as `bshhhshhhd`.

A patient listener wants to know which drum is struck at certain positions of the piece.

Input

The first line contains the pattern: at most 2000 characters, with parentheses nested at most 100 deep. The whole piece has at most 10^18 strokes. The second line contains an integer q (1 <= q <= 1000). The third line contains q integers from 1 to 2 * 10^18: positions in the piece, where 1 is the first stroke.

Output

Print one line with a string of q characters: for each position the letter of the drum that is struck there, or `-` if the piece has ended before.

Sample Input 1:
b2(s3(h))d
6
1 2 6 9 10 11

Sample Output 1:
bsshd-
""",
    inputs=[
        "b2(s3(h))d\n6\n1 2 6 9 10 11\n",
        "1000000000(a)1000000000(b)c\n6\n1000000000 1000000001 2000000000 2000000001 2000000002 1\n",
        "z\n2\n1 2\n",
        "2(a)\n4\n3 2 1 4\n",
        "10(ab)3(c12(d)e)f\n12\n1 2 19 20 21 22 33 34 35 62 63 64\n",
        "1000000000(1000000000(x))\n3\n1 1000000000000000000 2000000000000000000\n",
        "2(2(2(2(ab)c)d)e)f\n48\n" + " ".join(map(str, range(1, 49))) + "\n",
        "999999999(a999999999(b)c)d\n5\n1 1000000001 1000000002 999999999999999999 2\n",
        "a1000000000(xyz)b\n6\n1 2 3 4 3000000001 3000000002\n",
        "2(" * 50 + "ab" + ")" * 50 + "c\n5\n1 2 1125899906842624 2251799813685248 2251799813685249\n",
        drums(241, 30, 40, 60),
        drums(242, 120, 100),
        drums(243, 500, 200),
        drums(244, 1900, 500),
        drums(245, 1900, 500, 10**13),
    ],
    reference_a="""
import sys


def parse(text):
    # an item is (length of one round, rounds, content)
    stack = [[]]
    counts = []
    number = 0
    for ch in text:
        if ch.isdigit():
            number = number * 10 + int(ch)
        elif ch == "(":
            counts.append(number)
            number = 0
            stack.append([])
        elif ch == ")":
            items = stack.pop()
            length = sum(item[0] * item[1] for item in items)
            stack[-1].append((length, counts.pop(), items))
        else:
            stack[-1].append((1, 1, ch))
    return stack[0]


def find(items, k):
    for length, rounds, content in items:
        if k < length * rounds:
            if isinstance(content, str):
                return content
            return find(content, k % length)
        k -= length * rounds
    return "-"


def main():
    data = sys.stdin.read().split()
    piece = parse(data[0])
    print("".join(find(piece, int(k) - 1) for k in data[2:]))


main()
""",
    reference_b=r"""
import re

tokens = re.findall(r"\d+|[a-z]|\)", input())
input()
unit = {}
close = {}
opened = []
played = [0]
for i, token in enumerate(tokens):
    if token.isdigit():
        opened.append(i)
        played.append(0)
    elif token == ")":
        start = opened.pop()
        close[start] = i
        unit[start] = played.pop()
        played[-1] += unit[start] * int(tokens[start])
    else:
        played[-1] += 1


def drum_at(k):
    i = 0
    while i < len(tokens):
        if i not in unit:
            if k == 1:
                return tokens[i]
            k -= 1
        elif k > unit[i] * int(tokens[i]):
            k -= unit[i] * int(tokens[i])
            i = close[i]
        else:
            k = (k - 1) % unit[i] + 1
        i += 1
    return "-"


print(*map(drum_at, map(int, input().split())), sep="")
""",
)

# 25 ------------------------------------------------------------------------


def trail(seed, n, top, blank):
    r = random.Random(seed)
    height, out = 0, []
    for left in range(n, 0, -1):
        up = height < top and height < left - 1 and (height == 0 or r.random() < 0.55)
        height += 1 if up else -1
        out.append("?" if r.random() < blank else ("U" if up else "D"))
    return lines(top, "".join(out))


add(
    id="emp-A-25",
    title="The Smudged Trail Diary",
    kind="stdin",
    difficulty="hard",
    statement="""
A hiker kept a diary of her walk: a string with one letter for each hour, `U` if she went up by one hundred metres, `D` if she went down by one hundred metres. Rain has made some of the letters unreadable; they are written as `?`.

She remembers three things: the walk began and ended on the shore of a lake, she was never below the level of the lake, and the highest point of the walk was exactly H hundred metres above the lake.

In how many ways can the unreadable letters be filled in so that all of this is true?

Input

The first line contains the integer H (0 <= H <= 200). The second line contains the diary, a string of 1 to 400 characters `U`, `D` and `?`.

Output

Print the number of ways, modulo 1000000007.

Sample Input 1:
2
U???D?

Sample Output 1:
2
""",
    inputs=[
        "2\nU???D?\n",
        "1\n????????\n",
        "0\n??\n",
        "1\nUD\n",
        "1\nDU\n",
        "1\n?\n",
        "2\n????????\n",
        "4\n????????\n",
        "5\n????????\n",
        "3\nUUUDDDU?\n",
        "2\nUUUDDD\n",
        "3\n?U?D?U?D?U?D?U?D\n",
        trail(251, 20, 4, 0.7),
        trail(252, 60, 9, 0.8),
        "20\n" + "?" * 200 + "\n",
        trail(254, 400, 25, 0.9),
        "200\n" + "?" * 400 + "\n",
        "31\n" + "?" * 400 + "\n",
    ],
    reference_a="""
import sys

MOD = 1000000007


def count_below(diary, limit):
    if limit < 0:
        return 0
    ways = [0] * (limit + 1)
    ways[0] = 1
    for ch in diary:
        following = [0] * (limit + 1)
        for h in range(limit + 1):
            if ch != "D" and h < limit:
                following[h + 1] += ways[h]
            if ch != "U" and h > 0:
                following[h - 1] += ways[h]
        ways = [w % MOD for w in following]
    return ways[0]


def main():
    data = sys.stdin.read().split()
    top = int(data[0])
    diary = data[1]
    print((count_below(diary, top) - count_below(diary, top - 1)) % MOD)


main()
""",
    reference_b="""
from collections import Counter

MOD = 10 ** 9 + 7
H = int(input())
diary = input().strip()

# (height, whether the highest point was reached already) -> number of ways
states = Counter({(0, H == 0): 1})
for letter in diary:
    after = Counter()
    for (height, reached), ways in states.items():
        for name, step in (("U", 1), ("D", -1)):
            if letter not in (name, "?"):
                continue
            level = height + step
            if 0 <= level <= H:
                key = (level, reached or level == H)
                after[key] = (after[key] + ways) % MOD
    states = after

print(states[0, True])
""",
)

# 26 ------------------------------------------------------------------------


def garland(seed, n, high, pool="()[]{}"):
    r = random.Random(seed)
    return lines("".join(r.choice(pool) for _ in range(n)), " ".join(str(r.randint(1, high)) for _ in range(n)))


add(
    id="emp-A-26",
    title="Clearing the Bracket Frieze",
    kind="stdin",
    difficulty="hard",
    statement="""
Along the wall of an old library runs a frieze of carved brackets of the kinds `(`, `)`, `[`, `]`, `{` and `}`. The restorers want to chisel away some of them so that the rest is well matched: every opening bracket is closed by a bracket of its own kind, and pairs are properly nested or side by side. An empty frieze is well matched, too.

Chiselling away a bracket costs some money, which differs from bracket to bracket. The others stay in their order. What is the least possible total cost?

Input

The first line contains the frieze, a string of n brackets (1 <= n <= 100). The second line contains n integers from 1 to 10000: the cost of chiselling away each bracket.

Output

Print the least total cost.

Sample Input 1:
([)]}
4 2 3 9 1

Sample Output 1:
8
""",
    inputs=[
        "([)]}\n4 2 3 9 1\n",
        "{([])}()\n1 1 1 1 1 1 1 1\n",
        "(\n10000\n",
        ")(\n3 5\n",
        "(]\n7 8\n",
        "([)]\n5 1 5 1\n",
        "([)]\n1 5 1 5\n",
        "(()\n3 2 1\n",
        "{}{)(}[[]\n1 2 3 4 5 6 7 8 9\n",
        "(((((]]]]]\n1 1 1 1 1 1 1 1 1 1\n",
        "[{(])}[{(])}\n9 4 6 5 4 6 2 8 7 3 1 9\n",
        garland(261, 14, 9),
        garland(262, 30, 50),
        garland(263, 60, 9, "()[]"),
        garland(264, 100, 10000),
        garland(265, 100, 100, "()[[{]}"),
    ],
    reference_a="""
import sys


def main():
    data = sys.stdin.read().split()
    frieze = data[0]
    cost = list(map(int, data[1:]))
    n = len(frieze)
    pairs = {"(": ")", "[": "]", "{": "}"}
    # best[i][j]: least cost for the brackets i, ..., j - 1
    best = [[0] * (n + 1) for _ in range(n + 1)]
    for length in range(1, n + 1):
        for i in range(n - length + 1):
            j = i + length
            value = cost[i] + best[i + 1][j]
            want = pairs.get(frieze[i])
            for k in range(i + 1, j):
                if frieze[k] == want:
                    value = min(value, best[i + 1][k] + best[k + 1][j])
            best[i][j] = value
    print(best[0][n])


main()
""",
    reference_b="""
from functools import lru_cache

s = input().strip()
cost = [int(x) for x in input().split()]


@lru_cache(maxsize=None)
def kept(i, j):
    if j - i < 1:
        return 0
    best = max(kept(i + 1, j), kept(i, j - 1))
    if s[i] + s[j] in ("()", "[]", "{}"):
        best = max(best, cost[i] + cost[j] + kept(i + 1, j - 1))
    for k in range(i + 1, j - 1):
        best = max(best, kept(i, k) + kept(k + 1, j))
    return best


print(sum(cost) - kept(0, len(s) - 1))
""",
)

# 27 ------------------------------------------------------------------------


def masts(seed, n, low, high):
    r = random.Random(seed)
    return args([r.randint(low, high) for _ in range(n)])


add(
    id="emp-A-27",
    title="Rent for Rows of Masts",
    kind="functional",
    difficulty="hard",
    func_name="totalRent",
    starter_code="class Solution:\n    def totalRent(self, heights: List[int]) -> int:\n        ",
    statement="""
On a ridge stand n masts in a row; `heights[i]` is the height of mast i. A telephone company may rent any block of neighbouring masts. The rent of a block is the number of its masts multiplied by the height of its tallest mast.

For its price list, the owner wants the sum of the rents of all possible blocks (a single mast is a block, too).

Write the method `totalRent(heights)`, which returns this sum modulo 1000000007.

Example 1:

Input: heights = [2, 5, 3]
Output: 45
Explanation: The blocks of one mast cost 2 + 5 + 3 = 10, the blocks of two masts cost 10 + 10 = 20, and all three together cost 15.

Constraints:

- 1 <= len(heights) <= 8000
- 1 <= heights[i] <= 10^9
""",
    inputs=[
        args([2, 5, 3]),
        args([4, 4, 4]),
        args([1]),
        args([1000000000]),
        args([1000000000, 1000000000]),
        args([1, 2, 3, 4, 5]),
        args([5, 4, 3, 2, 1]),
        args([3, 1, 3, 1, 3]),
        args([1, 7, 7, 2, 7, 1, 1]),
        masts(271, 12, 1, 4),
        masts(272, 60, 1, 10**9),
        masts(273, 500, 1, 6),
        masts(274, 5000, 1, 10**9),
        args(list(range(1, 8001))),
        args(list(range(8000, 0, -1))),
        args([9] * 8000),
    ],
    reference_a="""
from typing import List


class Solution:
    def totalRent(self, heights: List[int]) -> int:
        n = len(heights)
        left = [-1] * n
        right = [n] * n
        stack = []
        for i in range(n):
            while stack and heights[stack[-1]] <= heights[i]:
                right[stack.pop()] = i
            if stack:
                left[i] = stack[-1]
            stack.append(i)
        total = 0
        for i in range(n):
            a = i - left[i]
            b = right[i] - i
            # sum of the lengths of all blocks in which mast i is the tallest
            lengths = b * a * (a + 1) // 2 + a * b * (b - 1) // 2
            total += heights[i] * lengths
        return total % 1000000007
""",
    reference_b="""
from typing import List


class Solution:
    def totalRent(self, heights: List[int]) -> int:
        groups = []  # (tallest, number of starts, sum of starts), tallest decreasing
        by_count = by_start = answer = 0
        for end, h in enumerate(heights, 1):
            count, starts = 1, end - 1
            while groups and groups[-1][0] <= h:
                g, c, s = groups.pop()
                by_count -= g * c
                by_start -= g * s
                count += c
                starts += s
            groups.append((h, count, starts))
            by_count += h * count
            by_start += h * starts
            answer += end * by_count - by_start
        return answer % (10 ** 9 + 7)
""",
)

# 28 ------------------------------------------------------------------------


def banner(seed, n, longest, width, penalty, letters):
    r = random.Random(seed)
    rest = "aeinorst"
    return args(
        [r.choice(letters) + "".join(r.choice(rest) for _ in range(r.randint(0, longest - 1))) for _ in range(n)],
        width,
        penalty,
    )


add(
    id="emp-A-28",
    title="Setting the Poem in Type",
    kind="functional",
    difficulty="hard",
    func_name="leastUgliness",
    starter_code="class Solution:\n    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:\n        ",
    statement="""
A typesetter breaks a text into lines of at most `width` characters. The words keep their order, each line holds one word or more, and neighbouring words in a line are separated by exactly one space. The ugliness of the result is the sum of

- the square of the number of unused characters, for every line except the last one, and
- `penalty` for every line (except the first one) whose first letter is the same as the first letter of the line right above it.

Write the method `leastUgliness(words, width, penalty)`, which returns the least possible ugliness.

Example 1:

Input: words = ["so", "a", "soft", "sea"], width = 7, penalty = 10
Output: 26
Explanation: The lines "so", "a soft", "sea" have ugliness 25 + 1, and no line begins with the letter of the line above it. The lines "so a", "soft", "sea" would have 9 + 9 and two penalties.

Constraints:

- 1 <= len(words) <= 150
- words consist of 1 to `width` small letters
- 1 <= width <= 80
- 0 <= penalty <= 10000
""",
    inputs=[
        args(["so", "a", "soft", "sea"], 7, 10),
        args(["so", "soft", "sound", "sea"], 8, 20),
        args(["so", "soft", "a", "sound"], 7, 5),
        args(["a"], 1, 0),
        args(["a"], 80, 10000),
        args(["a", "a", "a", "a"], 1, 7),
        args(["a", "b", "a", "b"], 1, 7),
        args(["aaa", "bb", "cc", "ddddd"], 6, 0),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 5, 1),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 5, 100),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 6, 3),
        banner(281, 10, 4, 8, 3, "ab"),
        banner(282, 25, 6, 14, 30, "abc"),
        banner(283, 60, 8, 30, 100, "ab"),
        banner(284, 150, 9, 40, 60, "abcd"),
        banner(285, 150, 5, 80, 10000, "ab"),
        banner(286, 150, 12, 16, 25, "abcde"),
    ],
    reference_a="""
from typing import List


class Solution:
    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:
        n = len(words)
        # best[i][c]: least cost of the words before i, if the last line begins with c
        best = [{} for _ in range(n + 1)]
        best[0][""] = 0
        for i in range(n):
            first = words[i][0]
            used = -1
            start = min(c + penalty * (k == first) for k, c in best[i].items())
            for j in range(i, n):
                used += len(words[j]) + 1
                if used > width:
                    break
                cost = start
                if j < n - 1:
                    cost += (width - used) ** 2
                if first not in best[j + 1] or cost < best[j + 1][first]:
                    best[j + 1][first] = cost
        return min(best[n].values())
""",
    reference_b="""
from functools import lru_cache
from typing import List


class Solution:
    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:
        @lru_cache(None)
        def rest(i, above):
            extra = penalty if words[i][0] == above else 0
            options = []
            for j in range(i + 1, len(words) + 1):
                free = width - len(" ".join(words[i:j]))
                if free < 0:
                    break
                if j == len(words):
                    options.append(0)
                else:
                    options.append(free * free + rest(j, words[i][0]))
            return extra + min(options)

        return rest(0, "")
""",
)

# 29 ------------------------------------------------------------------------


def printers(seed, n, pages, high):
    r = random.Random(seed)
    rows = [f"{r.randint(0, high)} {r.randint(1, high)} {r.randint(1, high)} {r.randint(0, high)}" for _ in range(n)]
    return lines(f"{n} {pages}", *rows)


add(
    id="emp-A-29",
    title="Printers That Need a Rest",
    kind="stdin",
    difficulty="hard",
    statement="""
A print shop has n old printers and an urgent order of N pages. All printers are switched on at the same moment. Printer i needs w seconds to warm up. Then it prints a page every s seconds, but after every b pages it must rest for r seconds before it begins the next page. (It cannot rest earlier, and a page counts when it is finished.)

The pages can be shared among the printers in any way. How many seconds after switching on can the order be ready at the earliest?

Input

The first line contains two integers n and N (1 <= n <= 1000, 1 <= N <= 10^12). Each of the next n lines contains four integers w, s, b and r of one printer (0 <= w, r <= 10^6 and 1 <= s, b <= 10^6).

Output

Print the smallest number of seconds after which at least N pages can be finished.

Sample Input 1:
2 7
3 2 3 5
0 4 10 1

Sample Output 1:
16
""",
    inputs=[
        "2 7\n3 2 3 5\n0 4 10 1\n",
        "1 6\n1 2 3 10\n",
        "1 1\n0 1 1 0\n",
        "1 1\n1000000 1000000 1 1000000\n",
        "1 4\n5 3 1 2\n",
        "2 2\n10 1 1 1\n0 11 5 0\n",
        "3 9\n0 2 2 3\n0 2 2 3\n4 1 1 0\n",
        "1 1000000000000\n1000000 1000000 1 1000000\n",
        "2 13\n0 1 4 100\n50 2 1 3\n",
        "1 8\n0 5 4 7\n",
        "1 9\n0 5 4 7\n",
        "2 3\n100 1 5 0\n0 10 9 0\n",
        "3 30\n7 2 3 0\n40 1 4 0\n900 3 1 1\n",
        printers(291, 5, 60, 9),
        printers(292, 30, 10**6, 50),
        printers(293, 200, 10**9, 1000),
        printers(294, 1000, 10**12, 10**6),
        printers(295, 1000, 12345, 10**6),
    ],
    reference_a="""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, pages = data[0], data[1]
    printers = []
    for i in range(n):
        printers.append(data[4 * i + 2:4 * i + 6])

    def enough(time):
        done = 0
        for w, s, b, r in printers:
            left = time - w
            if left <= 0:
                continue
            cycle = b * s + r
            done += left // cycle * b
            done += min(b, left % cycle // s)
        return done >= pages

    low = 0
    high = 1
    while not enough(high):
        high *= 2
    # not enough at low, enough at high
    while high - low > 1:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle
    print(high)


main()
""",
    reference_b="""
n, N = map(int, input().split())
shop = [tuple(map(int, input().split())) for _ in range(n)]


def finished(w, s, b, r, time):
    rounds, rest = divmod(max(time - w, 0), b * s + r)
    return rounds * b + min(rest // s, b)


# the greatest time at which the order is not ready yet, bit by bit
late = 0
for bit in reversed(range(63)):
    time = late + (1 << bit)
    if sum(finished(*printer, time) for printer in shop) < N:
        late = time
print(late + 1)
""",
)

# 30 ------------------------------------------------------------------------


def chimes(seed, n, span, where):
    r = random.Random(seed)
    times = [43200 + r.randrange(span) for _ in range(n)]
    pairs = n * (n - 1) // 2
    k = {"first": 1, "last": pairs}.get(where) or max(1, int(pairs * where))
    return lines(f"{n} {k}", *map(hhmmss, times))


add(
    id="emp-A-30",
    title="The K-th Closest Chimes",
    kind="stdin",
    difficulty="hard",
    statement="""
A collector records at which times of one day the bells of his town can be heard. From n recorded times he can form n(n-1)/2 pairs. The gap of a pair is the time between its two records; it is zero if both were made at the same second.

If the gaps of all pairs are listed in increasing order (equal gaps are listed as often as they occur), which gap is the k-th in the list?

Input

The first line contains two integers n and k (2 <= n <= 5000, 1 <= k <= n(n-1)/2). Each of the next n lines contains a time `HH:MM:SS` from 00:00:00 to 23:59:59. The times are in no particular order and need not be different.

Output

Print the k-th smallest gap as `HH:MM:SS`.

Sample Input 1:
4 4
12:00:00
11:58:30
12:00:45
12:30:00

Sample Output 1:
00:29:15
""",
    inputs=[
        "4 4\n12:00:00\n11:58:30\n12:00:45\n12:30:00\n",
        "3 1\n08:00:00\n09:00:00\n08:00:00\n",
        "2 1\n23:59:59\n00:00:00\n",
        "2 1\n10:10:10\n10:10:10\n",
        "2 1\n00:30:00\n23:30:00\n",
        "4 2\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "4 4\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "4 6\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "5 10\n00:00:00\n23:00:00\n05:00:00\n11:30:00\n23:59:59\n",
        "5 5\n00:00:00\n23:00:00\n05:00:00\n11:30:00\n23:59:59\n",
        "6 4\n07:07:07\n07:07:07\n07:07:07\n09:00:00\n09:00:00\n09:00:01\n",
        "6 5\n07:07:07\n07:07:07\n07:07:07\n09:00:00\n09:00:00\n09:00:01\n",
        chimes(301, 30, 200, 0.3),
        chimes(302, 200, 43200, 0.5),
        chimes(303, 1000, 3000, 0.02),
        chimes(304, 5000, 43200, 0.8),
        chimes(305, 5000, 43200, "last"),
    ],
    reference_a="""
import sys


def to_seconds(text):
    h, m, s = map(int, text.split(":"))
    return h * 3600 + m * 60 + s


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    k = int(data[1])
    times = sorted(to_seconds(t) for t in data[2:2 + n])

    def count(gap):
        pairs = 0
        left = 0
        for right in range(n):
            while times[right] - times[left] > gap:
                left += 1
            pairs += right - left
        return pairs

    low = 0
    high = times[-1] - times[0]
    while low < high:
        middle = (low + high) // 2
        if count(middle) >= k:
            high = middle
        else:
            low = middle + 1
    print("%02d:%02d:%02d" % (low // 3600, low // 60 % 60, low % 60))


main()
""",
    reference_b="""
from bisect import bisect_right

n, k = map(int, input().split())
clock = []
for _ in range(n):
    h, m, s = input().split(":")
    clock.append(3600 * int(h) + 60 * int(m) + int(s))
clock.sort()

gap = -1
for power in range(16, -1, -1):
    wider = gap + 2 ** power
    pairs = sum(bisect_right(clock, t + wider) - i - 1 for i, t in enumerate(clock))
    if pairs < k:
        gap = wider
gap += 1

minutes, seconds = divmod(gap, 60)
print(f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}")
""",
)

# 31 ------------------------------------------------------------------------


def jobs(seed, n, longest, early, late):
    r = random.Random(seed)
    return lines(n, *[f"{r.randint(1, longest)} {hhmm(r.randint(early, late))}" for _ in range(n)])


add(
    id="emp-A-31",
    title="A Day at the Repair Desk",
    kind="stdin",
    difficulty="hard",
    statement="""
The clockmaker opens her repair desk at 07:00. On the counter lie n clocks. For each she knows how many minutes the repair takes and until what time on this day it must be finished for the customer to pay. She repairs one clock at a time, without pauses and without interrupting a repair, in any order she likes. A clock that is finished exactly at its time is still in time; a clock that cannot be finished in time is not repaired at all.

She wants to repair as many clocks in time as possible and, among all the ways to do so, to be done as early as possible.

Input

The first line contains an integer n (1 <= n <= 500). Each of the next n lines contains the duration of a repair in minutes (an integer from 1 to 600) and the time `HH:MM` until which it must be finished (from 00:00 to 23:59).

Output

Print the greatest number of clocks that can be repaired in time, and the earliest time at which this many can be done, as `HH:MM` (07:00 if the number is 0).

Sample Input 1:
4
60 08:00
90 08:30
20 09:10
45 09:10

Sample Output 1:
3 09:05
""",
    inputs=[
        "4\n60 08:00\n90 08:30\n20 09:10\n45 09:10\n",
        "3\n30 07:30\n30 07:30\n1 06:59\n",
        "1\n1 07:00\n",
        "1\n1 07:01\n",
        "2\n60 08:00\n60 09:00\n",
        "2\n61 08:00\n60 09:00\n",
        "3\n100 09:00\n50 09:10\n60 09:10\n",
        "5\n600 23:59\n600 23:59\n419 23:59\n420 23:59\n10 00:00\n",
        "5\n200 11:00\n40 11:30\n40 11:30\n200 12:00\n50 11:20\n",
        "6\n10 07:25\n10 07:20\n10 07:15\n9 07:31\n2 07:32\n5 07:30\n",
        jobs(311, 10, 60, 420, 660),
        jobs(312, 40, 120, 400, 1200),
        jobs(313, 150, 60, 420, 1439),
        jobs(314, 500, 30, 380, 1439),
        jobs(315, 500, 600, 420, 1439),
        jobs(316, 500, 9, 420, 1439),
    ],
    reference_a="""
import heapq
import sys


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    jobs = []
    for i in range(n):
        duration = int(data[2 * i + 1])
        hours, minutes = data[2 * i + 2].split(":")
        jobs.append((int(hours) * 60 + int(minutes), duration))
    jobs.sort()
    chosen = []
    now = 7 * 60
    for deadline, duration in jobs:
        heapq.heappush(chosen, -duration)
        now += duration
        if now > deadline:
            # give up the longest repair so far
            now += heapq.heappop(chosen)
    print(len(chosen), "%02d:%02d" % (now // 60, now % 60))


if __name__ == "__main__":
    main()
""",
    reference_b="""
def parse(line):
    length, clock = line.split()
    return int(clock[:2]) * 60 + int(clock[3:]), int(length)


# ends[k]: the earliest end of k repairs in time, of the clocks seen so far
ends = [420]
for due, length in sorted(parse(input()) for _ in range(int(input()))):
    if ends[-1] + length <= due:
        ends.append(ends[-1] + length)
    for k in range(len(ends) - 1, 0, -1):
        end = ends[k - 1] + length
        if end <= due:
            ends[k] = min(ends[k], end)

print(len(ends) - 1, f"{ends[-1] // 60:02}:{ends[-1] % 60:02}")
""",
)

# 32 ------------------------------------------------------------------------


def dials(seed, blocked):
    r = random.Random(seed)
    start, target = (f"{r.randrange(1000):03}" for _ in range(2))
    shut = [f"{x:03}" for x in r.sample(range(1000), blocked)]
    return args(start, target, [x for x in shut if x != start])


def walled(start, target, gate):
    """All combinations whose first dial is two steps from the target's are blocked but those in gate."""
    wall = [(int(target[0]) + d) % 10 for d in (2, 8)]
    return args(start, target, [f"{w}{x:02}" for w in wall for x in range(100) if f"{w}{x:02}" not in gate])


add(
    id="emp-A-32",
    title="The Safe with Linked Dials",
    kind="functional",
    difficulty="hard",
    func_name="fewestTurns",
    starter_code="class Solution:\n    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:\n        ",
    statement="""
A safe has three dials in a row, each with the digits 0 to 9 in a circle. The dials are linked by gears. In one turn you choose a dial and a direction:

- turning the first dial one step forward moves the second dial one step backward, and the other way round;
- turning the second dial one step forward moves the third dial one step backward, and the other way round;
- turning the third dial moves nothing else.

Forward is from 0 to 1, from 1 to 2, ..., from 9 to 0. The safe has two more safeguards: you may not choose the same dial in two turns in a row (in either direction), and if the dials ever show one of the blocked combinations, the safe locks for good.

Write the method `fewestTurns(start, target, blocked)`. Combinations are strings of three digits. It returns the least number of turns that leads from `start` to `target` without ever showing a blocked combination, or -1 if this is impossible. If `start` and `target` are equal, the answer is 0.

Example 1:

Input: start = "000", target = "190", blocked = []
Output: 1
Explanation: Turn the first dial forward; the second moves from 0 to 9.

Example 2:

Input: start = "000", target = "002", blocked = []
Output: 4
Explanation: Third dial forward, first dial forward, third dial forward, first dial backward.

Constraints:

- 0 <= len(blocked) <= 999; the blocked combinations are different
- `start` is not blocked, `target` may be
""",
    inputs=[
        args("000", "190", []),
        args("000", "002", []),
        args("555", "555", ["000"]),
        args("123", "321", ["321"]),
        args("000", "910", ["001", "009"]),
        args("000", "555", []),
        args("907", "348", []),
        args("000", "001", ["001"]),
        args("000", "500", ["190", "910", "019", "091"]),
        args("000", "777", ["190", "910", "019", "091", "001", "009"]),
        walled("500", "000", ["200", "201"]),
        walled("531", "000", ["277", "268", "800"]),
        dials(321, 100),
        dials(322, 300),
        dials(323, 500),
        dials(325, 400),
        dials(326, 450),
        dials(3241, 550),
        args("000", "999", [f"{x:03}" for x in range(1, 1000)]),
    ],
    reference_a="""
from collections import deque
from typing import List


class Solution:
    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:
        bad = set(blocked)
        queue = deque([(start, -1, 0)])
        seen = {(start, -1)}
        while queue:
            shown, last, turns = queue.popleft()
            if shown == target:
                return turns
            for dial in range(3):
                if dial == last:
                    continue
                for step in (1, -1):
                    digits = [int(d) for d in shown]
                    digits[dial] = (digits[dial] + step) % 10
                    if dial < 2:
                        digits[dial + 1] = (digits[dial + 1] - step) % 10
                    text = "".join(map(str, digits))
                    if text in bad or (text, dial) in seen:
                        continue
                    seen.add((text, dial))
                    queue.append((text, dial, turns + 1))
        return -1
""",
    reference_b="""
from typing import List

MOVES = [(0, 1, 9, 0), (0, 9, 1, 0), (1, 0, 1, 9), (1, 0, 9, 1), (2, 0, 0, 1), (2, 0, 0, 9)]


class Solution:
    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:
        goal = tuple(map(int, target))
        bad = {tuple(map(int, combo)) for combo in blocked}
        level = {(tuple(map(int, start)), None)}
        seen = set(level)
        turns = 0
        while level:
            if any(shown == goal for shown, _ in level):
                return turns
            level = {
                (new, dial)
                for (a, b, c), last in level
                for dial, x, y, z in MOVES
                for new in [((a + x) % 10, (b + y) % 10, (c + z) % 10)]
                if dial != last and new not in bad
            } - seen
            seen |= level
            turns += 1
        return -1
""",
)
