"""Problems emp-B-12 to emp-B-22: counting, divisors, binary search, heaps, partitions, sweeps.

Owns statements, test inputs and reference programs; expected outputs are made by the build script.
"""

import json
import random


def args(*values):
    """One functional test input: a JSON value a line, one line an argument."""
    return "\n".join(json.dumps(value) for value in values)


def lines(*rows):
    """One stdin test input: every row is a string, a number or a sequence of numbers."""
    return "".join(
        (row if isinstance(row, str) else str(row) if isinstance(row, int) else " ".join(map(str, row))) + "\n"
        for row in rows
    )


def problem(number, title, difficulty, story, examples, more, reference_a, reference_b, func=None, signature=None):
    """Builds one entry; `examples` are (input, output) pairs shown in the statement and used as public tests."""
    parts = [story.strip()]
    for index, (given, expected) in enumerate(examples, 1):
        if func:
            parts.append(f"Example {index}:\nArguments, one a line:\n{given}\nReturns: {expected}")
        else:
            parts.append(f"Sample Input {index}\n{given.rstrip()}\n\nSample Output {index}\n{expected.rstrip()}")
    starter = f"class Solution:\n    def {func}(self, {signature}:\n        " if func else ""
    return {
        "id": f"emp-B-{number:02d}",
        "title": title,
        "statement": "\n\n".join(parts) + "\n",
        "kind": "functional" if func else "stdin",
        "func_name": func or "",
        "starter_code": starter,
        "difficulty": difficulty,
        "half": "train" if number % 2 else "eval",
        "inputs": [given for given, _ in examples] + more,
        "reference_a": reference_a.strip("\n") + "\n",
        "reference_b": reference_b.strip("\n") + "\n",
    }


PROBLEMS = []


# 12: bounded gaps, counted modulo a prime
PROBLEMS.append(problem(12, "Lit Windows", "hard", """
Every evening an office tower shows a pattern: in its single long row of windows exactly a windows are lit and
exactly b are dark. The neighbours complain when more than k lit windows stand directly next to each other, so such
patterns are not shown. For each of t evenings with its own a, b and k, count the patterns that may be shown. Two
patterns are different if some window is lit in one and dark in the other.

Input
The first line holds t (1 <= t <= 6). Each of the next t lines holds a, b and k (0 <= a, b <= 300, a + b >= 1,
1 <= k <= 300).

Output
For each evening print the number of patterns modulo 1000000007 on its own line.
""", [
    (lines(3, (3, 2, 2), (4, 1, 1), (2, 0, 2)), "7\n0\n1\n"),
    (lines(1, (5, 4, 1)), "1\n"),
], [
    lines(1, (0, 1, 1)),
    lines(2, (1, 0, 1), (0, 300, 7)),
    lines(2, (7, 0, 6), (7, 0, 7)),
    lines(3, (6, 3, 1), (6, 3, 2), (6, 3, 3)),
    lines(3, (6, 3, 5), (6, 3, 6), (6, 3, 300)),
    lines(6, (1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 1, 2), (1, 3, 1), (4, 4, 3)),
    lines(2, (50, 60, 1), (50, 49, 1)),
    lines(4, (30, 9, 3), (30, 10, 3), (31, 10, 3), (29, 10, 3)),
    lines(5, (100, 40, 5), (12, 200, 2), (80, 77, 80), (80, 77, 79), (64, 16, 8)),
    lines(4, (300, 300, 300), (300, 300, 1), (299, 300, 4), (300, 17, 30)),
    lines(6, (300, 100, 3), (300, 99, 3), (300, 60, 7), (150, 299, 1), (210, 13, 15), (211, 13, 15)),
], r"""
MOD = 10 ** 9 + 7


def patterns(lit, dark, limit):
    ways = [0] * (lit + 1)
    ways[0] = 1
    for _ in range(dark + 1):
        following = [0] * (lit + 1)
        window = 0
        for total in range(lit + 1):
            window += ways[total]
            if total > limit:
                window -= ways[total - limit - 1]
            following[total] = window % MOD
        ways = following
    return ways[lit]


def main():
    for _ in range(int(input())):
        lit, dark, limit = map(int, input().split())
        print(patterns(lit, dark, limit))


main()
""", r"""
import sys
from math import comb


def count(a, b, k):
    total = 0
    for broken in range(min(b + 1, a // (k + 1)) + 1):
        rest = a - broken * (k + 1)
        term = comb(b + 1, broken) * comb(rest + b, b)
        total += -term if broken % 2 else term
    return total % 1000000007


t, *values = map(int, sys.stdin.read().split())
for i in range(t):
    print(count(*values[3 * i:3 * i + 3]))
"""))


# 13: divisors in a range
def _gardens(seed, q, top):
    rng = random.Random(seed)
    rows = []
    for _ in range(q):
        x = rng.randint(1, 200) * rng.randint(1, 200) * rng.randint(1, max(1, top // 40000))
        a = rng.randint(1, 60)
        rows.append((x, a, rng.randint(a, x + a)))
    return lines(q, *rows)


PROBLEMS.append(problem(13, "Row Gardens", "easy", """
A gardener plants all her x tulips in rows of equal length, and no tulip may be left over. The garden has room for at
least a and at most b rows. In how many ways can she choose the number of rows?

Input
The first line holds q, the number of gardens (1 <= q <= 20). Each of the next q lines holds x, a and b
(1 <= x <= 1000000000, 1 <= a <= b <= 2000000000).

Output
For each garden print the number of possible row counts on its own line.
""", [
    (lines(3, (12, 2, 6), (7, 2, 6), (36, 1, 100)), "4\n0\n9\n"),
    (lines(1, (49, 7, 49)), "2\n"),
], [
    lines(1, (1, 1, 1)),
    lines(2, (1, 2, 5), (2, 1, 2)),
    lines(4, (16, 4, 4), (16, 5, 8), (16, 3, 7), (16, 16, 17)),
    lines(3, (1000000000, 1, 2000000000), (999999937, 2, 999999936), (999999937, 1, 999999937)),
    lines(5, (100, 10, 10), (100, 11, 100), (100, 1, 9), (100, 2, 50), (100, 3, 49)),
    lines(2, (735134400, 1, 735134400), (735134400, 27113, 27114)),
    lines(3, (999950884, 31622, 31622), (999950884, 31621, 31623), (999950884, 1, 31621)),
    lines(6, (6, 1, 1), (6, 2, 2), (6, 3, 3), (6, 6, 6), (6, 4, 5), (6, 7, 9)),
    _gardens(131, 8, 40000),
    _gardens(132, 15, 400000),
    _gardens(133, 20, 1000000000),
], r"""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    for i in range(data[0]):
        x, a, b = data[1 + 3 * i:4 + 3 * i]
        count = 0
        d = 1
        while d * d <= x:
            if x % d == 0:
                if a <= d <= b:
                    count += 1
                other = x // d
                if other != d and a <= other <= b:
                    count += 1
            d += 1
        print(count)


main()
""", r"""
def divisors(x):
    result = [1]
    p = 2
    while x > 1:
        if p * p > x:
            p = x
        powers = [1]
        while x % p == 0:
            x //= p
            powers.append(powers[-1] * p)
        result = [r * power for r in result for power in powers]
        p += 1
    return result


for _ in range(int(input())):
    x, a, b = map(int, input().split())
    print(sum(a <= d <= b for d in divisors(x)))
"""))


# 14: longest run
def _walk(seed, n, jump, tolerance):
    rng = random.Random(seed)
    readings = [rng.randint(-20, 20)]
    for _ in range(n - 1):
        readings.append(readings[-1] + rng.randint(-jump, jump))
    return args(readings, tolerance)


PROBLEMS.append(problem(14, "Steady Stretch", "easy", """
A weather balloon sends one reading a minute. A stretch of consecutive readings is called steady if any two
neighbouring readings in it differ by at most tolerance. A single reading is always a steady stretch.

Write the method longestSteady, which finds the longest steady stretch and returns a list of two numbers: the index
of its first reading (indices start at 0) and its length. If several stretches have the greatest length, take the
one that begins first.

Constraints
1 <= number of readings <= 2000
-1000000 <= readings[i] <= 1000000
0 <= tolerance <= 1000000
""", [
    (args([4, 5, 9, 8, 8, 2], 1), "[2, 3]"),
    (args([1, 3, 5, 7], 1), "[0, 1]"),
], [
    args([7], 0),
    args([7, 7], 0),
    args([7, 8], 0),
    args([1, 1, 5, 5, 9, 9], 0),
    args([1, 1, 5, 5, 5, 9, 9, 9], 3),
    args([0, 10, 20, 30], 10),
    args([0, -4, -9, -13, 2, 3], 4),
    args([9, 0, 1, 2, 3], 2),
    args([-1000000, 1000000, 0, 1000000], 1000000),
    _walk(141, 15, 3, 1),
    _walk(142, 60, 5, 3),
    _walk(143, 300, 10, 8),
    _walk(144, 2000, 50, 45),
], r"""
from typing import List


class Solution:
    def longestSteady(self, readings: List[int], tolerance: int) -> List[int]:
        best_start = 0
        best_length = 1
        start = 0
        for i in range(1, len(readings)):
            if abs(readings[i] - readings[i - 1]) > tolerance:
                start = i
            length = i - start + 1
            if length > best_length:
                best_start = start
                best_length = length
        return [best_start, best_length]
""", r"""
from typing import List


class Solution:
    def longestSteady(self, readings: List[int], tolerance: int) -> List[int]:
        n = len(readings)
        jumps = [i for i in range(1, n) if abs(readings[i] - readings[i - 1]) > tolerance]
        borders = [0] + jumps + [n]
        stretches = [[a, b - a] for a, b in zip(borders, borders[1:])]
        return max(stretches, key=lambda stretch: stretch[1])
""", func="longestSteady", signature="readings: List[int], tolerance: int) -> List[int]"))


# 15: prefix sums by remainder
def _blocks(seed, n, low, high, m):
    rng = random.Random(seed)
    return args([rng.randint(low, high) for _ in range(n)], m)


PROBLEMS.append(problem(15, "Honest Blocks", "medium", """
A toll booth writes down a balance change for every hour; a change may be negative. The inspector divides numbers by
m and looks only at the remainders. A block of one or more consecutive hours is honest if the sum of its changes and
the number of its hours differ by a multiple of m.

Write the method countBlocks, which returns the number of honest blocks. Blocks are different if they begin or end
at different hours.

Constraints
1 <= number of changes <= 2000
-1000000000 <= changes[i] <= 1000000000
1 <= m <= 1000000000
""", [
    (args([1, 4, 2, 3], 3), "6"),
    (args([0, 2, 0, 2], 5), "4"),
], [
    args([1], 7),
    args([2], 7),
    args([5], 1),
    args([8, -6], 7),
    args([1, 1, 1, 1, 1], 1000000000),
    args([-1, -1, -1, -1], 2),
    args([-1, -1, -1, -1], 3),
    args([1000000000, -1000000000, 1000000000, 1], 999999999),
    args([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], 4),
    _blocks(151, 20, -5, 5, 3),
    _blocks(152, 60, -100, 100, 8),
    _blocks(153, 400, 0, 50, 25),
    _blocks(154, 1600, -1000000000, 1000000000, 97),
], r"""
from typing import List


class Solution:
    def countBlocks(self, changes: List[int], m: int) -> int:
        seen = {0: 1}
        remainder = 0
        blocks = 0
        for change in changes:
            remainder = (remainder + change - 1) % m
            blocks += seen.get(remainder, 0)
            seen[remainder] = seen.get(remainder, 0) + 1
        return blocks
""", r"""
from collections import Counter
from itertools import accumulate
from typing import List


class Solution:
    def countBlocks(self, changes: List[int], m: int) -> int:
        sums = [0] + list(accumulate(changes))
        groups = Counter((total - i) % m for i, total in enumerate(sums))
        return sum(size * (size - 1) // 2 for size in groups.values())
""", func="countBlocks", signature="changes: List[int], m: int) -> int"))


# 16: binary search on the answer
def _scraps(seed, n, side, k):
    rng = random.Random(seed)
    return lines((n, k), *[(rng.randint(1, side), rng.randint(1, side)) for _ in range(n)])


PROBLEMS.append(problem(16, "Quilt Squares", "medium", """
A quilter has n rectangular scraps of cloth and wants to cut k squares from them, all of the same size. The side of
the squares has to be a whole number of millimetres, and all cuts run parallel to the sides of the scraps, so that a
scrap with sides w and h gives (w divided by s, rounded down) times (h divided by s, rounded down) squares of side s.

Find the largest side of which she can cut at least k squares.

Input
The first line holds n and k (1 <= n <= 1000, 1 <= k <= 1000000000000). Each of the next n lines holds the sides w
and h of a scrap (1 <= w, h <= 1000000000).

Output
Print the largest possible side, or 0 if even squares of side 1 are too few.
""", [
    (lines((2, 7), (10, 7), (5, 9)), "3\n"),
    (lines((1, 13), (3, 4)), "0\n"),
], [
    lines((1, 12), (3, 4)),
    lines((1, 1), (1, 1)),
    lines((1, 2), (1, 1)),
    lines((1, 1), (1000000000, 999999999)),
    lines((1, 1000000000000), (1000000000, 1000000000)),
    lines((3, 3), (8, 8), (8, 8), (8, 8)),
    lines((3, 4), (8, 8), (8, 8), (8, 8)),
    lines((2, 5), (100, 1), (1, 100)),
    lines((4, 6), (4, 100), (7, 30), (2, 1000), (12, 12)),
    _scraps(161, 6, 30, 20),
    _scraps(162, 40, 500, 300),
    _scraps(163, 300, 1000000, 123456),
    _scraps(164, 1000, 1000000000, 1000000000000),
], r"""
import sys


def enough(scraps, side, k):
    total = 0
    for w, h in scraps:
        total += (w // side) * (h // side)
    return total >= k


def main():
    n, k = map(int, sys.stdin.readline().split())
    scraps = []
    for _ in range(n):
        w, h = map(int, sys.stdin.readline().split())
        scraps.append((w, h))
    low = 0
    high = 10 ** 9
    while low < high:
        middle = (low + high + 1) // 2
        if enough(scraps, middle, k):
            low = middle
        else:
            high = middle - 1
    print(low)


main()
""", r"""
n, k = map(int, input().split())
scraps = [tuple(map(int, input().split())) for _ in range(n)]
side = 0
for bit in reversed(range(30)):
    larger = side + (1 << bit)
    if sum((w // larger) * (h // larger) for w, h in scraps) >= k:
        side = larger
print(side)
"""))


# 17: regret greedy with a heap
def _kites(seed, n, hours, last):
    rng = random.Random(seed)
    return lines(n, *[(rng.randint(1, hours), rng.randint(1, last)) for _ in range(n)])


PROBLEMS.append(problem(17, "Kites before the Festival", "hard", """
A workshop has n broken kites. Repairing kite i takes t_i hours without interruption, and its owner only pays if the
repair is finished at most d_i hours after the workshop opens. The workshop repairs one kite at a time and may refuse
any of them.

Find the largest number of kites that can be repaired in time, and the smallest total number of working hours with
which that number of kites can be reached.

Input
The first line holds n (1 <= n <= 500). Each of the next n lines holds t_i and d_i
(1 <= t_i <= 1000000, 1 <= d_i <= 100000000).

Output
Print the largest number of kites and the smallest total number of hours, separated by a space.
""", [
    (lines(4, (3, 4), (2, 5), (2, 6), (5, 9)), "3 9\n"),
    (lines(2, (4, 3), (7, 6)), "0 0\n"),
], [
    lines(1, (1, 1)),
    lines(1, (2, 1)),
    lines(3, (2, 2), (2, 4), (2, 6)),
    lines(3, (2, 2), (2, 4), (3, 6)),
    lines(4, (5, 5), (1, 5), (1, 5), (1, 5)),
    lines(5, (10, 10), (9, 12), (1, 12), (2, 12), (3, 20)),
    lines(3, (6, 8), (4, 9), (4, 8)),
    lines(6, (7, 30), (7, 30), (7, 30), (7, 30), (7, 30), (1, 3)),
    _kites(171, 10, 9, 30),
    _kites(172, 30, 20, 150),
    _kites(173, 100, 100, 3000),
    _kites(174, 250, 50, 1500),
    _kites(175, 500, 1000000, 100000000),
], r"""
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n = data[0]
    kites = []
    for i in range(n):
        kites.append((data[2 + 2 * i], data[1 + 2 * i]))
    kites.sort()
    accepted = []
    busy = 0
    for deadline, hours in kites:
        heapq.heappush(accepted, -hours)
        busy += hours
        if busy > deadline:
            longest = -heapq.heappop(accepted)
            busy -= longest
    print(len(accepted), busy)


main()
""", r"""
n = int(input())
kites = [tuple(map(int, input().split())) for _ in range(n)]
kites.sort(key=lambda kite: kite[1])
least = [0]
for hours, deadline in kites:
    least.append(float("inf"))
    for count in range(len(least) - 1, 0, -1):
        finish = least[count - 1] + hours
        if finish <= deadline:
            least[count] = min(least[count], finish)
    if least[-1] == float("inf"):
        least.pop()
print(len(least) - 1, least[-1])
"""))


# 18: partition into exactly k groups
def _choir(seed, n, low, high, rows):
    rng = random.Random(seed)
    return args([rng.randint(low, high) for _ in range(n)], rows)


PROBLEMS.append(problem(18, "Choir Platforms", "hard", """
The singers of a choir stand in a fixed order, and heights[i] is the height of singer i. For the photo the choir is
divided, in this order, into exactly rows groups; every group consists of at least one singer, and the singers of a
group stood next to each other in the choir. Within a group every singer is given a platform that lifts them to the
height of the tallest singer of that group.

Write the method lowestPlatforms, which returns the smallest possible sum of the heights of all platforms.

Constraints
1 <= rows <= number of singers <= 80
rows <= 20
1 <= heights[i] <= 1000000
""", [
    (args([5, 3, 4, 9, 8], 2), "4"),
    (args([1, 2, 3, 4], 1), "6"),
], [
    args([7], 1),
    args([1, 1000000], 1),
    args([1, 1000000], 2),
    args([6, 6, 6, 6, 6], 3),
    args([1, 9, 1, 9, 1, 9], 3),
    args([1, 9, 1, 9, 1, 9], 4),
    args([10, 1, 1, 1, 10, 1, 1, 10], 3),
    args([9, 8, 7, 6, 5, 4, 3, 2, 1], 4),
    args([2, 3, 9, 9, 4, 1, 1], 7),
    _choir(181, 12, 1, 20, 3),
    _choir(182, 25, 100, 200, 5),
    _choir(183, 50, 1, 1000000, 1),
    _choir(184, 60, 150, 200, 20),
    _choir(185, 80, 1, 1000000, 20),
], r"""
from typing import List


class Solution:
    def lowestPlatforms(self, heights: List[int], rows: int) -> int:
        n = len(heights)
        best = [float("inf")] * (n + 1)
        best[0] = 0
        for _ in range(rows):
            current = [float("inf")] * (n + 1)
            for end in range(1, n + 1):
                tallest = 0
                total = 0
                for start in range(end - 1, -1, -1):
                    tallest = max(tallest, heights[start])
                    total += heights[start]
                    lift = tallest * (end - start) - total
                    current[end] = min(current[end], best[start] + lift)
            best = current
        return best[n]
""", r"""
from functools import lru_cache
from typing import List


class Solution:
    def lowestPlatforms(self, heights: List[int], rows: int) -> int:
        n = len(heights)

        @lru_cache(maxsize=None)
        def lift(start: int, end: int) -> int:
            group = heights[start:end]
            return max(group) * len(group) - sum(group)

        @lru_cache(maxsize=None)
        def solve(start: int, left: int) -> int:
            if left == 1:
                return lift(start, n)
            ends = range(start + 1, n - left + 2)
            return min(lift(start, end) + solve(end, left - 1) for end in ends)

        return solve(0, rows)
""", func="lowestPlatforms", signature="heights: List[int], rows: int) -> int"))


# 19: greedy pairing
def _buckets(seed, n, d, top):
    rng = random.Random(seed)
    return lines((n, d), [rng.randint(1, top) for _ in range(n)])


PROBLEMS.append(problem(19, "Balanced Yokes", "easy", """
Water carriers bring n full buckets up a hill. A carrier takes either one bucket by hand or two buckets on a yoke,
but a yoke only works if the weights of its two buckets differ by at most d. Each carrier walks once.

How many carriers are needed at least?

Input
The first line holds n and d (1 <= n <= 2000, 0 <= d <= 1000000000). The second line holds the n weights of the
buckets, each between 1 and 1000000000.

Output
Print the smallest number of carriers.
""", [
    (lines((5, 2), (1, 9, 3, 4, 6)), "3\n"),
    (lines((4, 0), (5, 5, 5, 6)), "3\n"),
], [
    lines((1, 0), (1000000000,)),
    lines((2, 3), (4, 7)),
    lines((2, 3), (4, 8)),
    lines((3, 5), (1, 5, 9)),
    lines((4, 3), (1, 3, 6, 9)),
    lines((4, 4), (10, 2, 14, 6)),
    lines((6, 0), (2, 2, 2, 2, 2, 2)),
    lines((6, 1), (6, 5, 4, 3, 2, 1)),
    lines((4, 1000000000), (1, 1000000000, 1, 1000000000)),
    _buckets(191, 15, 3, 40),
    _buckets(192, 60, 10, 900),
    _buckets(193, 500, 400, 200000),
    _buckets(194, 2000, 300000, 1000000000),
], r"""
n, d = map(int, input().split())
weights = sorted(map(int, input().split()))
carriers = 0
i = 0
while i < n:
    if i + 1 < n and weights[i + 1] - weights[i] <= d:
        i += 2
    else:
        i += 1
    carriers += 1
print(carriers)
""", r"""
import sys


def main():
    n, d, *weights = map(int, sys.stdin.read().split())
    weights.sort()
    needed = [0, 1]
    for i in range(1, n):
        best = needed[i] + 1
        if weights[i] - weights[i - 1] <= d:
            best = min(best, needed[i - 1] + 1)
        needed.append(best)
    print(needed[n])


if __name__ == "__main__":
    main()
"""))


# 20: nearest element
def _signals(seed, n, q, span):
    rng = random.Random(seed)
    return lines((n, q), rng.sample(range(-span, span + 1), n), [rng.randint(-span - 5, span + 5) for _ in range(q)])


PROBLEMS.append(problem(20, "Nearest Signal Box", "easy", """
Along a railway line stand n signal boxes at different whole-number kilometre marks, listed in no particular order.
When a train stops at mark x, the nearest signal box has to be told. If two boxes are equally near, the one with the
smaller mark is told.

For every train print the mark of the box that is told and its distance from the train. At the end print the greatest
of all these distances.

Input
The first line holds n and q (1 <= n, q <= 1000). The second line holds the n marks of the boxes, the third line the
q marks at which trains stop. All marks lie between -1000000000 and 1000000000; train marks may repeat.

Output
Print q lines with two numbers each, then one line with the greatest distance.
""", [
    (lines((3, 4), (10, -2, 5), (6, 0, 100, -2)), "5 1\n-2 2\n10 90\n-2 0\n90\n"),
    (lines((2, 2), (8, 4), (6, 7)), "4 2\n8 1\n2\n"),
], [
    lines((1, 1), (3,), (3,)),
    lines((1, 3), (0,), (-1000000000, 1000000000, 1)),
    lines((2, 3), (-1000000000, 1000000000), (0, 1, -1)),
    lines((4, 5), (1, 3, 5, 7), (2, 4, 6, 0, 8)),
    lines((4, 4), (7, 5, 3, 1), (7, 1, 9, -5)),
    lines((2, 1), (-7, -3), (-5,)),
    _signals(201, 5, 12, 12),
    _signals(202, 12, 40, 40),
    _signals(203, 200, 150, 900),
    _signals(204, 900, 700, 999999990),
], r"""
import sys
from bisect import bisect_left


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, q = data[0], data[1]
    boxes = sorted(data[2:2 + n])
    greatest = 0
    for x in data[2 + n:2 + n + q]:
        i = bisect_left(boxes, x)
        if i == n or (i > 0 and x - boxes[i - 1] <= boxes[i] - x):
            i -= 1
        distance = abs(boxes[i] - x)
        greatest = max(greatest, distance)
        print(boxes[i], distance)
    print(greatest)


main()
""", r"""
input()
boxes = sorted(map(int, input().split()))
trains = list(map(int, input().split()))
found = [min((abs(box - x), box) for box in boxes) for x in trains]
for distance, box in found:
    print(box, distance)
print(max(found)[0])
"""))


# 21: capacity sweep
def _courts(seed, n, courts, opening, closing, need, longest):
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        s = rng.randint(max(0, opening - 20), closing)
        rows.append((s, min(10000, s + rng.randint(1, longest))))
    return lines((n, courts, opening, closing, need), *[row for row in rows if row[0] < row[1]])


PROBLEMS.append(problem(21, "One More Court", "medium", """
A tennis club has c courts and n bookings. Booking i occupies one court, no matter which, from minute s_i until just
before minute e_i; bookings may be made for times outside opening hours, and at some times there may even be more
bookings than courts. A player may switch courts while playing, so a game of m minutes that begins at minute t fits
if in each of the minutes t, t + 1, ..., t + m - 1 fewer than c bookings are active.

Find the earliest t at which a game fits that does not begin before the opening minute a and is over by the closing
minute b, that is, t >= a and t + m <= b.

Input
The first line holds n, c, a, b and m (1 <= n <= 100, 1 <= c <= 100, 0 <= a < b <= 10000, 1 <= m <= 10000). Each of
the next n lines holds s_i and e_i (0 <= s_i < e_i <= 10000).

Output
Print the earliest t, or -1 if there is none.
""", [
    (lines((4, 2, 10, 60, 8), (0, 25), (12, 20), (24, 40), (30, 45)), "40\n"),
    (lines((1, 1, 0, 10, 5), (3, 8)), "-1\n"),
], [
    lines((1, 1, 0, 1, 1), (0, 1)),
    lines((1, 1, 0, 2, 1), (0, 1)),
    lines((1, 2, 5, 9, 4), (0, 10000)),
    lines((1, 2, 5, 9, 5), (0, 10000)),
    lines((2, 1, 10, 30, 5), (0, 10), (15, 20)),
    lines((2, 1, 10, 30, 6), (0, 10), (15, 20)),
    lines((2, 1, 10, 30, 10), (0, 10), (15, 20)),
    lines((2, 1, 10, 30, 11), (0, 10), (15, 20)),
    lines((3, 2, 0, 50, 7), (0, 20), (5, 20), (5, 20)),
    lines((3, 3, 0, 50, 31), (0, 20), (5, 20), (5, 20)),
    lines((2, 1, 40, 50, 3), (30, 41), (44, 60)),
    lines((2, 1, 40, 50, 4), (30, 41), (44, 60)),
    lines((4, 2, 0, 90, 9), (0, 30), (30, 60), (5, 35), (38, 70)),
    _courts(211, 100, 4, 100, 900, 60, 60),
    _courts(212, 100, 50, 0, 10000, 2500, 9000),
    _courts(213, 100, 2, 500, 9500, 380, 250),
    _courts(214, 100, 1, 0, 10000, 390, 60),
], r"""
import sys


def main():
    n, courts, opening, closing, need = map(int, sys.stdin.readline().split())
    change = [0] * 10001
    for _ in range(n):
        start, end = map(int, sys.stdin.readline().split())
        change[start] += 1
        change[end] -= 1
    active = sum(change[:opening])
    run = 0
    for minute in range(opening, closing):
        active += change[minute]
        if active < courts:
            run += 1
        else:
            run = 0
        if run == need:
            print(minute - need + 1)
            return
    print(-1)


main()
""", r"""
n, c, a, b, m = map(int, input().split())
bookings = [tuple(map(int, input().split())) for _ in range(n)]


def active(minute):
    return sum(s <= minute < e for s, e in bookings)


def fits(t):
    moments = [t] + [s for s, _ in bookings if t < s < t + m]
    return t + m <= b and all(active(x) < c for x in moments)


candidates = sorted([a] + [e for _, e in bookings if e > a])
print(next((t for t in candidates if fits(t)), -1))
"""))


# 22: subsequence with bounded steps
def _terraces(seed, n, top, step):
    rng = random.Random(seed)
    return args([rng.randint(1, top) for _ in range(n)], step)


PROBLEMS.append(problem(22, "Stepping Terraces", "medium", """
A hillside has a row of terraces from west to east, with the given heights. A child walks from west to east and
steps on some of the terraces, skipping any others. From one chosen terrace to the next the child has to go up, but
by no more than step. The walk may begin on any terrace.

Write the method longestClimb, which returns the largest number of terraces the child can step on.

Constraints
1 <= number of terraces <= 600
1 <= heights[i] <= 1000000000
1 <= step <= 30
""", [
    (args([3, 1, 2, 6, 4, 9, 5], 2), "4"),
    (args([10, 10, 10], 5), "1"),
], [
    args([1], 1),
    args([5, 4, 3, 2, 1], 30),
    args([1, 2, 3, 4, 5], 1),
    args([1, 4, 7, 10, 13], 2),
    args([1, 4, 7, 10, 13], 3),
    args([1, 31, 61, 92], 30),
    args([999999999, 1, 1000000000, 2], 1),
    args([8, 1, 9, 2, 10, 3, 11, 4, 5], 1),
    args([5, 1, 3, 2, 6, 4, 8, 7, 9], 3),
    _terraces(221, 20, 12, 2),
    _terraces(222, 60, 60, 5),
    _terraces(223, 250, 700, 30),
    _terraces(224, 600, 200, 1),
    _terraces(225, 600, 3000, 25),
], r"""
from typing import List


class Solution:
    def longestClimb(self, heights: List[int], step: int) -> int:
        longest = [1] * len(heights)
        for i in range(len(heights)):
            for j in range(i):
                rise = heights[i] - heights[j]
                if 0 < rise <= step and longest[j] + 1 > longest[i]:
                    longest[i] = longest[j] + 1
        return max(longest)
""", r"""
from typing import List


class Solution:
    def longestClimb(self, heights: List[int], step: int) -> int:
        ending = {}
        for height in heights:
            previous = max(ending.get(height - up, 0) for up in range(1, step + 1))
            ending[height] = previous + 1
        return max(ending.values())
""", func="longestClimb", signature="heights: List[int], step: int) -> int"))
