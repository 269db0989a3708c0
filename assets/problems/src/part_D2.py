"""Part D of the problem suite, problems 09 to 16: mirrors, socks, buses, versions, refrains, signals, lanterns, stones.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 09: clock arithmetic
def clocks(r, n):
    return lines(n, *(f"{r.randint(1, 12)}:{r.choice([0, 0, 30, r.randint(0, 59)]):02}" for _ in range(n)))


add(9, "The Clock in the Mirror", "easy", """
A barber's customers see the clock on the wall behind them in the mirror. The clock has two hands and no figures, so
that its mirror image looks like a clock too, only with another time: at 4:15 it shows 7:45, and at 12:00 or 6:00 it
shows the right time.

Given the times seen in the mirror, find the real times.

Input
The first line holds n (1 <= n <= 1000). Each of the next n lines holds a time seen in the mirror as `H:MM`, with H from
1 to 12 and MM from 00 to 59.

Output
For each time print the real time in the same notation, on a line of its own. On a last line print how many of the times
were right as they were seen.
""", clocks, [
    lines(3, "7:45", "6:00", "12:20"),
    lines(2, "1:05", "11:59"),
    lines(1, "12:00"),
    lines(1, "12:01"),
    lines(1, "11:59"),
    lines(4, "6:01", "5:59", "12:30", "12:59"),
    lines(5, "12:00", "6:00", "6:00", "1:00", "11:00"),
    lines(3, "10:10", "9:09", "3:51"),
], [3, 5, 9, 30, 1000], """
import sys


def main():
    times = sys.stdin.read().split()[1:]
    right = 0
    for seen in times:
        hours, minutes = map(int, seen.split(":"))
        total = (hours * 60 + minutes) % 720
        real = (720 - total) % 720
        if real == total:
            right += 1
        hour = real // 60
        if hour == 0:
            hour = 12
        print(f"{hour}:{real % 60:02d}")
    print(right)


main()
""", """
def mirrored(time):
    hours, minutes = time.split(":")
    if minutes == "00":
        return f"{12 - int(hours) or 12}:00"
    return f"{11 - int(hours) % 12 or 12}:{60 - int(minutes):02}"


seen = [input() for _ in range(int(input()))]
real = [mirrored(time) for time in seen]
print("\\n".join(real))
print(sum(a == b for a, b in zip(seen, real)))
""")


# 10: grouping and sorting
def socks(r, n):
    colours = ["red", "blue", "grey"] if n < 10 else ["red", "blue", "grey", "green", "white", "black", "lilac", "rose"]
    return args([f"{r.choice(colours)}-{r.choice('SML')}" for _ in range(n)])


add(10, "Odd Socks", "easy", """
After the wash every sock lies on the table by itself, written as its colour, a hyphen and its size, as in `red-M`. The
sizes are S, M and L. Two socks make a pair if colour and size are the same, and as many pairs as possible are made.

Write `leftover(socks)` that returns the socks that stay single: first those of size S, then M, then L, within a size by
colour in alphabetical order.

There are 0 to 2000 socks; a colour has 1 to 10 small letters.
""", socks, [
    args(["red-M", "blue-L", "red-M", "blue-S", "grey-M", "red-M"]),
    args(["tan-L", "tan-S", "ash-L", "tan-L"]),
    args([]),
    args(["red-S"]),
    args(["red-S", "red-S"]),
    args(["red-S", "red-M", "red-L"]),
    args(["b-L", "a-L", "b-M", "a-M", "b-S", "a-S"]),
    args(["red-S"] * 4 + ["pink-L"] * 3),
], [4, 6, 9, 30, 2000], """
from typing import List


class Solution:
    def leftover(self, socks: List[str]) -> List[str]:
        single = set()
        for sock in socks:
            if sock in single:
                single.remove(sock)
            else:
                single.add(sock)
        result = []
        for size in ["S", "M", "L"]:
            of_size = [sock for sock in single if sock[-1] == size]
            result.extend(sorted(of_size))
        return result
""", """
from collections import Counter
from typing import List


class Solution:
    def leftover(self, socks: List[str]) -> List[str]:
        count = Counter(tuple(sock.split("-")) for sock in socks)
        odd = [sock for sock in count if count[sock] % 2 == 1]
        odd.sort(key=lambda sock: ("SML".index(sock[1]), sock[0]))
        return ["-".join(sock) for sock in odd]
""", func="leftover", signature="socks: List[str]) -> List[str]")


# 11: breadth first over lines
def bus_lines(r, n):
    stops = 2 * n if n < 10 else 900
    routes = [r.sample(range(1, stops + 1), r.randint(2, 4 if n < 10 else 6)) for _ in range(n)]
    return lines((n, r.randint(1, stops), r.randint(1, stops)), *((len(route), *route) for route in routes))


add(11, "As Few Buses as Possible", "medium", """
Each bus line of a town serves some stops, up and down all day, so that one can ride from any stop of a line to any
other stop of it without leaving the bus. Where lines share a stop, one can change. Walking is out of the question.

On how many buses must a traveller ride at least to get from stop a to stop b, and how many other stops can be reached
from a by riding on at most as many buses as that?

Input
The first line holds the number n of lines and the stops a and b (1 <= n <= 300).
Each of the next n lines describes a bus line: the number k of its stops (2 <= k <= 50), then k different stops.
Stops are numbers from 1 to 100000. A stop need not be served by any line.

Output
Print two integers: the least number of buses, and the number of stops other than a that can be reached with at most
that many. If a and b are the same, print `0 0`. If b cannot be reached, print `-1` and the number of all stops other
than a that can be reached.
""", bus_lines, [
    lines((3, 1, 6), (3, 1, 2, 3), (2, 3, 4), (3, 4, 5, 6)),
    lines((2, 7, 1), (2, 1, 2), (3, 7, 8, 9)),
    lines((1, 5, 5), (2, 5, 6)),
    lines((1, 5, 6), (2, 5, 6)),
    lines((1, 4, 6), (2, 5, 6)),
    lines((1, 6, 4), (2, 5, 6)),
    lines((4, 1, 5), (2, 1, 2), (2, 2, 3), (3, 3, 4, 1), (3, 4, 5, 6)),
    lines((3, 100000, 1), (2, 1, 50), (3, 50, 99, 7), (3, 99, 100000, 8)),
], [3, 4, 5, 6, 7, 8, 9, 300, 300], """
import sys


def main():
    rows = [list(map(int, line.split())) for line in sys.stdin]
    _, start, goal = rows[0]
    routes = [row[1:] for row in rows[1:]]
    at_stop = {}
    for number, route in enumerate(routes):
        for stop in route:
            at_stop.setdefault(stop, []).append(number)
    reached = {start}
    used = set()
    front = [start]
    buses = 0
    while front and goal not in reached:
        buses += 1
        following = []
        for stop in front:
            for number in at_stop.get(stop, []):
                if number in used:
                    continue
                used.add(number)
                for other in routes[number]:
                    if other not in reached:
                        reached.add(other)
                        following.append(other)
        front = following
    print(buses if goal in reached else -1, len(reached) - 1)


main()
""", """
n, start, goal = map(int, input().split())
waiting = [set(map(int, input().split()[1:])) for _ in range(n)]
reached = {start}
buses = 0
while goal not in reached:
    ridden = [stops for stops in waiting if stops & reached]
    if not ridden:
        buses = -1
        break
    waiting = [stops for stops in waiting if not stops & reached]
    reached = reached.union(*ridden)
    buses += 1
print(buses, len(reached) - 1)
""")


# 12: sorting by a made-up key
def versions(r, n):
    def one():
        top = r.choice([2, 12])
        text = ".".join(str(r.randint(0, top)) for _ in range(r.randint(1, 4)))
        return text + r.choice(["", "", "-alpha", "-beta", "-rc"])

    def numbered(text):
        return text + str(r.randint(1, 11)) if text[-1].isalpha() else text

    return lines(n, *(numbered(one()) for _ in range(n)))


add(12, "Release Labels", "medium", """
A release label is a list of numbers with dots between them, as in `1.10.2`. Labels are compared number by number;
numbers that are not there count as 0, so that `2.0` and `2` are equally new. A label may end in a hyphen, one of the
words `alpha`, `beta` and `rc`, and a number, as in `1.4-beta2`: such a label is older than the label without that
ending. With the same numbers in front, alpha is older than beta, and beta is older than rc; with the same word, the
smaller number behind it is older.

Sort the labels from old to new. Labels that are equally new stay in the order in which they were given.

Input
The first line holds n (1 <= n <= 2000). Each of the next n lines holds a label. It has 1 to 4 numbers from 0 to 9999
without leading zeros; the number behind a word is from 1 to 99.

Output
Print the sorted labels, one a line.
""", versions, [
    lines(6, "1.10", "1.9.3", "1.10-rc1", "1.2", "1.10.0", "1.10-beta12"),
    lines(4, "2-alpha2", "2-alpha10", "2.0.1-alpha1", "2.0-alpha1"),
    lines(1, "0"),
    lines(3, "1.0.0.0", "1", "1.0"),
    lines(4, "0.0.1", "0-rc1", "0", "0.0.0.1"),
    lines(4, "3-rc1", "3-beta1", "3-alpha1", "2.9999.9999.9999"),
    lines(3, "1.2.10.1", "1.2.9.9999", "1.2.10"),
    lines(4, "5-alpha9", "5-beta2", "5-alpha10", "5-rc1"),
], [5, 7, 9, 40, 2000], """
import sys

WORDS = ["alpha", "beta", "rc"]


def age(label):
    numbers, _, ending = label.partition("-")
    key = [int(part) for part in numbers.split(".")]
    while len(key) < 4:
        key.append(0)
    if ending:
        for rank, word in enumerate(WORDS):
            if ending.startswith(word):
                key.append(rank)
                key.append(int(ending[len(word):]))
    else:
        key.append(len(WORDS))
    return key


def main():
    labels = sys.stdin.read().split()[1:]
    for label in sorted(labels, key=age):
        print(label)


main()
""", """
import re

pattern = re.compile(r"([\\d.]+)(?:-([a-z]+)(\\d+))?$")
keyed = []
for place in range(int(input())):
    label = input().strip()
    numbers, word, count = pattern.match(label).groups()
    parts = list(map(int, numbers.split(".")))
    while parts and parts[-1] == 0:
        parts.pop()
    # "stable" is behind "alpha", "beta" and "rc" in the alphabet, too.
    keyed.append((parts, word or "stable", int(count or 0), place, label))
print(*(entry[-1] for entry in sorted(keyed)), sep="\\n")
""")


# 13: three sequences
def refrains(r, n):
    pool = "ab" if n < 6 else "abc" if n < 20 else "abcd"
    return args(*("".join(r.choice(pool) for _ in range(r.randint(max(1, n - 2), n))) for _ in range(3)))


add(13, "The Common Refrain", "hard", """
Three villages sing the same old song, but each has added notes of its own. A common refrain is a sequence of notes that
can be had from each of the three songs by leaving out notes, without changing the order of the others.

Write `common(a, b, c)` that returns the length of the longest common refrain of three songs.

A song is a text of 1 to 45 small letters.
""", refrains, [
    args("cadence", "carefree", "decade"),
    args("abc", "cab", "bca"),
    args("a", "a", "a"),
    args("a", "b", "a"),
    args("a", "a", "b"),
    args("b", "a", "a"),
    args("abab", "baba", "aabb"),
    args("aaaa", "aa", "aaa"),
    args("abcde", "fghij", "klmno"),
], [4, 5, 6, 8, 10, 12, 45], """
class Solution:
    def common(self, a: str, b: str, c: str) -> int:
        best = [[[0] * (len(c) + 1) for _ in range(len(b) + 1)] for _ in range(len(a) + 1)]
        for i in range(1, len(a) + 1):
            for j in range(1, len(b) + 1):
                for k in range(1, len(c) + 1):
                    if a[i - 1] == b[j - 1] == c[k - 1]:
                        best[i][j][k] = best[i - 1][j - 1][k - 1] + 1
                    else:
                        best[i][j][k] = max(
                            best[i - 1][j][k],
                            best[i][j - 1][k],
                            best[i][j][k - 1],
                        )
        return best[-1][-1][-1]
""", """
from functools import lru_cache


class Solution:
    def common(self, a: str, b: str, c: str) -> int:
        notes = set(a) & set(b) & set(c)

        @lru_cache(maxsize=None)
        def longest(i, j, k):
            best = 0
            for note in notes:
                x, y, z = a.find(note, i), b.find(note, j), c.find(note, k)
                if min(x, y, z) >= 0:
                    best = max(best, 1 + longest(x + 1, y + 1, z + 1))
            return best

        return longest(0, 0, 0)
""", func="common", signature="a: str, b: str, c: str) -> int")


# 14: exclusive or
def signals(r, n):
    top = 15 if n < 10 else 2**30 - 1
    return lines(n, [r.randint(0, top) for _ in range(n)])


add(14, "Signal Lamps at Odds", "hard", """
Each ship in the harbour shows a row of 30 lamps. A lamp is on or off, and a row is written as a number: the sum of
2^i over all lamps i that are on (i from 0 to 29). The contrast of two ships is the number that belongs to the lamps in
which they differ. It is 0 if they show the same.

Find the largest contrast of two different ships, and how many pairs of ships have it.

Input
The first line holds n (2 <= n <= 5000). The second line holds n integers from 0 to 1073741823, the ships' rows.

Output
Print the largest contrast and the number of pairs.
""", signals, [
    lines(5, (3, 10, 5, 25, 2)),
    lines(4, (6, 6, 9, 9)),
    lines(2, (0, 0)),
    lines(2, (0, 1073741823)),
    lines(3, (7, 7, 7)),
    lines(2, (536870912, 1)),
    lines(4, (1, 2, 4, 8)),
    lines(6, (8, 7, 8, 7, 0, 15)),
], [2, 3, 4, 6, 9, 50, 5000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, rows = data[0], data[1:]
    best = 0
    for bit in range(29, -1, -1):
        prefixes = set(row >> bit for row in rows)
        wanted = best * 2 + 1
        if any(prefix ^ wanted in prefixes for prefix in prefixes):
            best = wanted
        else:
            best = best * 2
    if best == 0:
        print(0, n * (n - 1) // 2)
        return
    count = {}
    for row in rows:
        count[row] = count.get(row, 0) + 1
    pairs = 0
    for row in count:
        pairs += count[row] * count.get(row ^ best, 0)
    print(best, pairs // 2)


main()
""", """
from collections import Counter


def contrast(left, right, bit):
    \"\"\"The largest contrast of a row from the left with one from the right in the lamps up to `bit`.\"\"\"
    if bit < 0:
        return 0
    split = [[[row for row in rows if row >> bit & 1 == on] for on in (0, 1)] for rows in (left, right)]
    (dark, lit), (dark2, lit2) = split
    options = [(a, b) for a, b in ((dark, lit2), (lit, dark2)) if a and b]
    gain = 1 << bit
    if not options:
        options = [(a, b) for a, b in ((dark, dark2), (lit, lit2)) if a and b]
        gain = 0
    return gain + max(contrast(a, b, bit - 1) for a, b in options)


n = int(input())
count = Counter(map(int, input().split()))
best = contrast(list(count), list(count), 29)
if best == 0:
    pairs = n * (n - 1)
else:
    pairs = sum(count[row] * count[row ^ best] for row in list(count))
print(best, pairs // 2)
""")


# 15: a table turned round
def lanterns(r, n):
    count = r.randint(1, n)
    return args(count, r.randint(1, 10 ** (3 if count < 3 else n)))


add(15, "Fragile Lanterns", "hard", """
A workshop wants to know from which floors of a tower its lanterns may fall without breaking. The tower has the floors 1
to n. There is an unknown floor h (0 <= h <= n): a lantern dropped from floor h or below stays whole, and one dropped
from higher up breaks. A whole lantern can be dropped again, a broken one cannot.

Write `fewestTests(lanterns, floors)` that returns the number of drops that is enough to find h in every case, if there
are that many lanterns and the floors are chosen well. It must be as small as possible.

1 <= lanterns <= 50 and 1 <= floors <= 1000000000000; with a single lantern, floors <= 100000.
""", lanterns, [
    args(2, 10),
    args(1, 7),
    args(1, 1),
    args(50, 1),
    args(2, 1),
    args(2, 2),
    args(2, 3),
    args(2, 4),
    args(3, 7),
    args(3, 8),
    args(50, 1000000000000),
    args(2, 1000000),
    args(1, 100000),
    args(3, 25),
    args(3, 26),
    args(4, 1000000000000),
], [3, 4, 5, 6, 7, 12], """
class Solution:
    def fewestTests(self, lanterns: int, floors: int) -> int:
        # reach[k]: the highest tower that k lanterns can settle with the drops so far
        reach = [0] * (lanterns + 1)
        drops = 0
        while reach[lanterns] < floors:
            drops += 1
            for k in range(lanterns, 0, -1):
                reach[k] += reach[k - 1] + 1
        return drops
""", """
from math import comb


class Solution:
    def fewestTests(self, lanterns: int, floors: int) -> int:
        def reach(drops):
            return sum(comb(drops, broken) for broken in range(1, lanterns + 1))

        high = 1
        while reach(high) < floors:
            high *= 2
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            if reach(middle) < floors:
                low = middle
            else:
                high = middle
        return high
""", func="fewestTests", signature="lanterns: int, floors: int) -> int")


# 16: best jump within a window
def stones(r, n):
    top = 4 if n < 10 else 1000
    return lines((n, r.randint(1, min(n, 4) if n < 10 else 150)), [r.randint(-top, top - 1) for _ in range(n)])


add(16, "Stones with an Echo", "hard", """
A row of n stones leads across a pond. Whoever stands on a stone hears its echo, which is worth some points; they may be
negative. A walk begins on the first stone and ends on the last. Each jump leads forward by at least one and at most k
stones. The points of all stones stood on are added up.

Find the largest sum of points, and the smallest number of stones (the first and the last included) on a walk that has
this sum.

Input
The first line holds n and k (1 <= k <= n <= 6000). The second line holds n integers from -1000000 to 1000000, the
points.

Output
Print the largest sum and the smallest number of stones for it.
""", stones, [
    lines((7, 3), (1, -2, 0, 3, -5, -4, 2)),
    lines((4, 2), (-1, 0, -3, -2)),
    lines((1, 1), (-7,)),
    lines((2, 1), (5, 5)),
    lines((3, 2), (0, 0, 0)),
    lines((5, 1), (-1, -1, -1, -1, -1)),
    lines((5, 5), (-1, -1, -1, -1, -1)),
    lines((5, 4), (-1, -1, -1, -1, -1)),
    lines((6, 2), (1, -1, -1, -1, -1, 1)),
    lines((6, 3), (1, -1, 0, 0, -1, 1)),
], [4, 5, 6, 7, 8, 9, 60, 6000], """
import sys
from collections import deque


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, k = data[0], data[1]
    points = data[2:]
    best = [(points[0], -1)]
    window = deque([0])
    for i in range(1, n):
        if window[0] < i - k:
            window.popleft()
        total, stones = best[window[0]]
        best.append((total + points[i], stones - 1))
        while window and best[window[-1]] <= best[i]:
            window.pop()
        window.append(i)
    total, stones = best[-1]
    print(total, -stones)


main()
""", """
import heapq

n, k = map(int, input().split())
points = list(map(int, input().split()))

# The heap holds (minus the sum, stones, place), so the best walk is on top.
heap = [(-points[0], 1, 0)]
last = heap[0]
for place in range(1, n):
    while heap[0][2] < place - k:
        heapq.heappop(heap)
    loss, stones, _ = heap[0]
    last = (loss - points[place], stones + 1, place)
    heapq.heappush(heap, last)
print(-last[0], last[1])
""")
