"""Part A of the problem suite, problems 07 to 11: stock, stacks, waiting, packing, nesting.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, part

PROBLEMS, add = part()

# 07 ------------------------------------------------------------------------


def letterpress(seed, n, stock, words):
    r = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"[:9]
    rows = []
    for _ in range(n):
        rows.append(" ".join("".join(r.choice(letters) for _ in range(r.randint(1, 5))) for _ in range(r.randint(1, words))))
    return lines("".join(r.choice(letters) for _ in range(stock)), n, *rows)


add(
    id="emp-A-07",
    title="Letterpress Stock",
    kind="stdin",
    difficulty="easy",
    statement="""
Ida prints posters with lead letters. A lead letter that was used for a poster stays in its frame, so it cannot be used again. Spaces need no lead.

The orders are handled one after another. If the letters that are left suffice for the whole poster, Ida prints it and the letters are used up; otherwise she refuses the order and keeps all her letters.

Input

The first line contains a string of 1 to 10000 small letters: the stock at the start, one character for each lead letter. The second line contains an integer n (1 <= n <= 500), the number of orders. Each of the next n lines contains the text of one poster: 1 to 60 characters, small letters and spaces, with at least one letter; it neither begins nor ends with a space.

Output

On the first line print how many posters were printed. On the second line print the numbers of the refused orders (numbered from 1) in increasing order, separated by spaces, or `none` if no order was refused. On the third line print the letters that are left, in alphabetical order and without spaces, or `empty` if there are none.

Sample Input 1:
aabbcdeest
4
best
see
bad
cat

Sample Output 1:
2
2 4
ace
""",
    inputs=[
        "aabbcdeest\n4\nbest\nsee\nbad\ncat\n",
        "abc\n3\na c\nb\nb\n",
        "z\n1\nz\n",
        "z\n1\ny\n",
        "aaaa\n3\naa a\naa\na\n",
        "aab\n2\naabb\nb a a\n",
        "theweathermapisold\n5\nwet map\nthe old\nthaw\nis her\nape\n",
        "zzzyyyxxx\n6\nx y z\nxx yy zz\nx\nz y\nxyz\ny\n",
        letterpress(71, 10, 40, 2),
        letterpress(72, 40, 300, 3),
        letterpress(73, 100, 900, 4),
        letterpress(74, 500, 10000, 8),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    stock = {}
    for ch in lines[0].strip():
        stock[ch] = stock.get(ch, 0) + 1
    n = int(lines[1])
    refused = []
    for i in range(1, n + 1):
        need = {}
        for ch in lines[i + 1]:
            if ch != " ":
                need[ch] = need.get(ch, 0) + 1
        enough = True
        for ch in need:
            if stock.get(ch, 0) < need[ch]:
                enough = False
                break
        if not enough:
            refused.append(i)
            continue
        for ch in need:
            stock[ch] -= need[ch]
    left = "".join(ch * stock[ch] for ch in sorted(stock))
    print(n - len(refused))
    print(*refused if refused else ["none"])
    print(left if left else "empty")


main()
""",
    reference_b="""
from collections import Counter

stock = Counter(input().strip())
n = int(input())
refused = []
for number in range(1, n + 1):
    poster = Counter("".join(input().split()))
    if poster - stock:
        refused.append(str(number))
    else:
        stock -= poster

print(n - len(refused))
print(" ".join(refused) or "none")
print("".join(sorted(stock.elements())) or "empty")
""",
)

# 08 ------------------------------------------------------------------------


def alley(seed, cap, n, cars):
    r = random.Random(seed)
    inside, rows = set(), []
    for _ in range(n):
        x = r.randint(1, cars)
        if x not in inside and r.random() < 0.85:
            rows.append(f"in {x}")
            if len(inside) < cap:
                inside.add(x)
        else:
            rows.append(f"out {x}")
            inside.discard(x)
    return lines(f"{cap} {n}", *rows)


add(
    id="emp-A-08",
    title="The Dead-End Alley",
    kind="stdin",
    difficulty="easy",
    statement="""
Cars are parked in a narrow alley that is closed at its far end, so they stand one behind another and only the car nearest to the entrance can leave freely. The alley has room for c cars.

The caretaker writes down what happens:

- `in x`: car x arrives. If the alley is full, the car is turned away and drives off. Otherwise it parks behind all the others, nearest to the entrance.
- `out x`: the owner of car x wants to leave. All cars between x and the entrance back out onto the street, x leaves, and the cars that backed out return, keeping their order. Each car that has to back out counts as one shuffle. If car x is not in the alley, nothing happens.

Input

The first line contains two integers c and n (1 <= c <= 200, 1 <= n <= 2000). Each of the next n lines contains one event; x is an integer from 1 to 1000. A car that stands in the alley never arrives again before it has left.

Output

On the first line print the total number of shuffles and the number of cars turned away. On the second line print the cars that are in the alley at the end, from the far end to the entrance, separated by spaces, or `none` if the alley is empty.

Sample Input 1:
3 7
in 5
in 2
in 9
in 4
out 5
in 4
out 9

Sample Output 1:
3 1
2 4
""",
    inputs=[
        "3 7\nin 5\nin 2\nin 9\nin 4\nout 5\nin 4\nout 9\n",
        "2 5\nin 1\nin 2\nin 3\nout 3\nout 2\n",
        "1 1\nout 7\n",
        "1 4\nin 7\nin 8\nout 7\nin 8\n",
        "4 8\nin 1\nin 2\nin 3\nin 4\nout 1\nout 2\nout 3\nout 4\n",
        "4 8\nin 1\nin 2\nin 3\nin 4\nout 4\nout 3\nout 2\nout 1\n",
        "2 9\nin 10\nin 11\nin 12\nout 12\nout 10\nin 12\nin 10\nout 11\nin 10\n",
        "200 3\nin 1000\nin 1\nout 1000\n",
        alley(81, 3, 20, 6),
        alley(82, 8, 100, 14),
        alley(83, 50, 600, 70),
        alley(84, 200, 2000, 320),
    ],
    reference_a="""
import sys


def main():
    data = sys.stdin.read().split()
    capacity = int(data[0])
    n = int(data[1])
    alley = []
    shuffles = 0
    turned_away = 0
    pos = 2
    for _ in range(n):
        action = data[pos]
        car = data[pos + 1]
        pos += 2
        if action == "in":
            if len(alley) == capacity:
                turned_away += 1
            else:
                alley.append(car)
        elif car in alley:
            street = []
            while alley[-1] != car:
                street.append(alley.pop())
            alley.pop()
            shuffles += len(street)
            while street:
                alley.append(street.pop())
    print(shuffles, turned_away)
    print(" ".join(alley) if alley else "none")


main()
""",
    reference_b="""
c, n = map(int, input().split())
alley, shuffles, away = [], 0, 0
for _ in range(n):
    action, car = input().split()
    if action == "out":
        if car in alley:
            i = alley.index(car)
            shuffles += len(alley) - i - 1
            del alley[i]
    elif len(alley) < c:
        alley.append(car)
    else:
        away += 1
print(shuffles, away)
print(*(alley or ["none"]))
""",
)

# 09 ------------------------------------------------------------------------


def clock(m):
    return f"{m // 60:02}:{m % 60:02}"


def ferry(seed, n, k):
    r = random.Random(seed)
    return args([clock(r.randrange(1440)) for _ in range(n)], [clock(r.randrange(1440)) for _ in range(k)])


add(
    id="emp-A-09",
    title="Waiting for the Night Ferry",
    kind="functional",
    difficulty="easy",
    func_name="ferryWaits",
    starter_code="class Solution:\n    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:\n        ",
    statement="""
A ferry leaves at the same times every day. All times are written as `HH:MM` on a 24-hour clock, from `00:00` to `23:59`. A passenger who arrives at the pier takes the next ferry: one that leaves at the very minute of the arrival can still be caught, and a passenger who comes after the last ferry of the day waits for the first one of the next day.

Write the method `ferryWaits(departures, arrivals)`. It returns a list of two integers: the sum of the waiting times of all passengers, in minutes, and the longest waiting time of a single passenger, in minutes. The departures are not given in any particular order, and may contain the same time twice.

Example 1:

Input: departures = ["08:30", "21:15"], arrivals = ["08:30", "08:31", "22:15"]
Output: [1379, 764]
Explanation: The passengers wait 0 minutes, 764 minutes (until 21:15) and 615 minutes (until 08:30 on the next day).

Constraints:

- 1 <= len(departures) <= 1000
- 1 <= len(arrivals) <= 2000
""",
    inputs=[
        args(["08:30", "21:15"], ["08:30", "08:31", "22:15"]),
        args(["12:00"], ["12:01", "11:59", "12:00"]),
        args(["00:00"], ["00:00"]),
        args(["00:00"], ["23:59", "00:01"]),
        args(["23:59", "00:00"], ["23:58", "23:59", "00:01"]),
        args(["10:10", "10:10", "09:50"], ["10:09", "10:11", "09:51", "10:00"]),
        args(["06:00", "18:00"], ["18:01"]),
        args(["19:05", "07:45", "13:00"], ["20:00", "00:00", "07:46", "13:00", "12:59"]),
        ferry(91, 3, 10),
        ferry(92, 12, 60),
        ferry(93, 100, 400),
        ferry(94, 1000, 2000),
    ],
    reference_a="""
from typing import List


class Solution:
    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:
        def minutes(clock):
            return int(clock[:2]) * 60 + int(clock[3:])

        day = 24 * 60
        leaves = [False] * day
        for clock in departures:
            leaves[minutes(clock)] = True
        wait = [0] * day
        current = day
        # two passes so that the first ferry of the next day is known
        for minute in range(2 * day - 1, -1, -1):
            if leaves[minute % day]:
                current = 0
            wait[minute % day] = current
            current += 1
        waits = [wait[minutes(clock)] for clock in arrivals]
        return [sum(waits), max(waits)]
""",
    reference_b="""
from bisect import bisect_left
from typing import List


class Solution:
    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:
        times = sorted(self.parse(d) for d in departures)
        times.append(times[0] + 1440)
        total = longest = 0
        for arrival in arrivals:
            now = self.parse(arrival)
            wait = times[bisect_left(times, now)] - now
            total += wait
            longest = max(longest, wait)
        return [total, longest]

    def parse(self, text: str) -> int:
        hours, mins = text.split(":")
        return int(hours) * 60 + int(mins)
""",
)

# 10 ------------------------------------------------------------------------


def pulses(seed, runs, high, letters="abxyz"):
    r = random.Random(seed)
    return args("".join(r.choice(letters) * r.randint(1, high) for _ in range(runs)))


add(
    id="emp-A-10",
    title="Packing the Pulses",
    kind="functional",
    difficulty="easy",
    func_name="packPulses",
    starter_code="class Solution:\n    def packPulses(self, signal: str) -> str:\n        ",
    statement="""
A telegraph station stores its signals, which are strings of small letters, in a packed form. The signal is read from left to right and cut into its runs (maximal stretches of the same letter). Each run is stored as follows:

- while more than 9 letters of the run are left, write the letter followed by the digit `9` and take 9 letters off the run;
- then, for the k letters that are left (1 <= k <= 9): if k is 1, write the letter alone; if k is 2, write the letter twice; otherwise write the letter followed by the digit k.

Write the method `packPulses(signal)`, which returns the packed form of the signal.

Example 1:

Input: signal = "abbcccc"
Output: "abbc4"

Example 2:

Input: signal = "zzzzzzzzzzz"
Output: "z9zz"
Explanation: A run of 11 letters is stored as 9 + 2.

Constraints:

- 0 <= len(signal) <= 20000
- the signal consists of small letters
- the packed form of the empty signal is the empty string
""",
    inputs=[
        args("abbcccc"),
        args("z" * 11),
        args(""),
        args("q"),
        args("qq"),
        args("qqqp"),
        args("a" * 9 + "b" * 10 + "c" * 18 + "d" * 19),
        args("x" * 27 + "y" + "x" * 20),
        args("abababab"),
        pulses(101, 12, 4),
        pulses(102, 60, 24),
        pulses(103, 300, 12, "ab"),
        pulses(104, 1500, 22),
        args("m" * 19999 + "n"),
    ],
    reference_a="""
class Solution:
    def packPulses(self, signal: str) -> str:
        packed = []
        i = 0
        while i < len(signal):
            j = i
            while j < len(signal) and signal[j] == signal[i]:
                j += 1
            run = j - i
            while run > 9:
                packed.append(signal[i] + "9")
                run -= 9
            if run <= 2:
                packed.append(signal[i] * run)
            else:
                packed.append(signal[i] + str(run))
            i = j
        return "".join(packed)
""",
    reference_b="""
from itertools import groupby


class Solution:
    def packPulses(self, signal: str) -> str:
        def pack(letter, k):
            nines, rest = divmod(k - 1, 9)
            rest += 1
            tail = letter * rest if rest < 3 else f"{letter}{rest}"
            return f"{letter}9" * nines + tail

        return "".join(pack(ch, len(list(run))) for ch, run in groupby(signal))
""",
)

# 11 ------------------------------------------------------------------------


def crates(seed, n, deep):
    r = random.Random(seed)
    out, depth, left = [], 0, n
    while left or depth:
        if depth == 0 or (left and r.random() < deep):
            if depth == 0 and out:
                break
            out.append(f"[{r.choice([1, 2, 3, 5, 8, r.randint(1, 1000)])}")
            depth += 1
            left -= 1
        else:
            out.append("]")
            depth -= 1
    return lines("".join(out) + "]" * depth)


add(
    id="emp-A-11",
    title="Crates within Crates",
    kind="stdin",
    difficulty="medium",
    statement="""
A shipping agent describes a packed crate on one line. A crate is written as `[`, then the weight of the empty crate, then the descriptions of the crates that lie directly inside it (perhaps none), then `]`. So `[3[2][1[5]]]` is a crate of weight 3 that holds a crate of weight 2 and a crate of weight 1, which in turn holds a crate of weight 5.

The gross weight of a crate is its own weight plus the gross weights of all crates directly inside it. A crate is called overloaded if the crates inside it (at any depth) together weigh more than twice its own empty weight.

Input

One line with the description of the outermost crate: at most 50000 characters, without spaces. Weights are integers from 1 to 1000. Crates may be nested up to 10000 deep.

Output

Print three integers on one line: the gross weight of the outermost crate, the greatest nesting depth (a crate with nothing inside has depth 1), and the number of overloaded crates.

Sample Input 1:
[3[2][1[5]]]

Sample Output 1:
11 3 2
""",
    inputs=[
        "[3[2][1[5]]]\n",
        "[4[1][2][3][2]]\n",
        "[7]\n",
        "[1[1[1[1]]]]\n",
        "[1[2]]\n",
        "[1[3]]\n",
        "[5[10]]\n",
        "[10[1[2][1]][20[30[11]]]]\n",
        "[1000[1000][1000][1]]\n",
        crates(111, 12, 0.6),
        crates(112, 60, 0.55),
        crates(113, 300, 0.7),
        crates(114, 8000, 0.75),
        "[1" * 9000 + "]" * 9000 + "\n",
    ],
    reference_a="""
import sys


def main():
    text = sys.stdin.readline().strip()
    own = []
    inside = []
    deepest = 0
    overloaded = 0
    gross = 0
    number = 0
    for i, ch in enumerate(text):
        if ch == "[":
            own.append(0)
            inside.append(0)
            deepest = max(deepest, len(own))
            number = 0
        elif ch == "]":
            weight = own.pop()
            content = inside.pop()
            if content > 2 * weight:
                overloaded += 1
            gross = weight + content
            if inside:
                inside[-1] += gross
        else:
            number = number * 10 + int(ch)
            own[-1] = number
    print(gross, deepest, overloaded)


main()
""",
    reference_b=r"""
import re

tokens = re.findall(r"\[\d+|\]", input())
before = []
running = depth = overloaded = 0
for token in tokens:
    if token == "]":
        weight, start = before.pop()
        if running - start > 3 * weight:
            overloaded += 1
    else:
        weight = int(token[1:])
        before.append((weight, running))
        running += weight
        depth = max(depth, len(before))
print(running, depth, overloaded)
""",
)
