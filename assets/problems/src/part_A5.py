"""Part A of the problem suite, problems 23 to 26: expressions, nested rhythms, diaries, brackets.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import lines, part

PROBLEMS, add = part()

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
