"""Part A of the problem suite, problems 18 to 22: machines, clocks, logs, templates, near matches.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, hhmm, hhmmss, lines, part

PROBLEMS, add = part()

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
        "2\n05:00-10:00\n15:00-00:00\n",
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
