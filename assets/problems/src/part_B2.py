"""Part B of the problem suite, problems 09 to 16: sweeps, purses, congruences, counting, blocks.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, numbered

problem = numbered("B")
PROBLEMS = []


# 09: sweep over intervals
def _cameras(seed, n, k, top, longest):
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        a = rng.randint(0, top - 1)
        rows.append((a, min(top, a + rng.randint(1, longest))))
    return lines((n, k), *rows)


PROBLEMS.append(problem(9, "Overlapping Cameras", "medium", """
Along a straight tunnel stand n cameras. Camera i films the part of the tunnel from metre a_i to metre b_i. The
safety rules ask that as much of the tunnel as possible is filmed by at least k cameras at once.

Compute the total length of the tunnel that is filmed by at least k cameras, and the largest number of cameras that
film the same stretch of positive length.

Input
The first line holds n and k (1 <= k <= n <= 1500). Each of the next n lines holds a_i and b_i
(0 <= a_i < b_i <= 1000000000).

Output
Print the total length and the largest number of cameras, separated by a space.
""", [
    (lines((3, 2), (0, 10), (5, 15), (12, 20)), "8 2\n"),
    (lines((2, 2), (0, 5), (5, 9)), "0 1\n"),
], [
    lines((1, 1), (0, 1000000000)),
    lines((2, 1), (0, 5), (5, 9)),
    lines((3, 3), (2, 8), (2, 8), (2, 8)),
    lines((3, 2), (1, 4), (4, 6), (2, 5)),
    lines((4, 2), (0, 9), (3, 4), (6, 7), (8, 12)),
    lines((5, 3), (0, 100), (10, 90), (20, 80), (30, 70), (95, 99)),
    lines((4, 1), (7, 8), (0, 1), (3, 4), (3, 5)),
    _cameras(91, 8, 2, 20, 6),
    _cameras(92, 30, 3, 100, 12),
    _cameras(93, 200, 5, 1000, 50),
    _cameras(94, 600, 600, 1000000, 1000000),
    _cameras(95, 1500, 40, 1000000000, 50000000),
], r'''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, k = data[0], data[1]
    events = []
    for i in range(n):
        events.append((data[2 + 2 * i], 1))
        events.append((data[3 + 2 * i], -1))
    events.sort()
    total = 0
    most = 0
    active = 0
    previous = 0
    for place, change in events:
        if active >= k:
            total += place - previous
        active += change
        most = max(most, active)
        previous = place
    print(total, most)


main()
''', r'''
from collections import defaultdict
from itertools import accumulate

n, k = map(int, input().split())
delta = defaultdict(int)
for _ in range(n):
    a, b = map(int, input().split())
    delta[a] += 1
    delta[b] -= 1
points = sorted(delta)
cover = list(accumulate(delta[p] for p in points))
length = sum(q - p for p, q, c in zip(points, points[1:], cover) if c >= k)
print(length, max(cover))
'''))


# 10: bounded subset sums
def _purse(seed, kinds, value, count, low, high):
    rng = random.Random(seed)
    values = rng.sample(range(1, value + 1), kinds)
    return args(values, [rng.randint(0, count) for _ in values], low, high)


PROBLEMS.append(problem(10, "Token Purse", "medium", """
The trams of Oru only take tokens and give no change. Your purse holds counts[i] tokens of worth values[i], for
every i; the worths are all different. A fare can be paid if some of the tokens in the purse add up to exactly that
fare.

Write the method payableFares, which returns how many of the fares low, low + 1, ..., high can be paid (each fare on
its own, with the full purse).

Constraints
1 <= number of kinds of token <= 60
values and counts have the same length
1 <= values[i] <= 500
0 <= counts[i] <= 100
1 <= low <= high <= 5000
""", [
    (args([5, 2], [1, 2], 1, 10), "5"),
    (args([7], [3], 8, 20), "1"),
], [
    args([1], [0], 1, 5000),
    args([1], [1], 1, 1),
    args([3], [4], 12, 12),
    args([3], [4], 13, 20),
    args([4, 6, 10], [2, 3, 1], 1, 40),
    args([500, 499], [10, 10], 1, 5000),
    args([9, 5, 8], [0, 2, 1], 5, 18),
    args([2, 3], [100, 1], 3, 203),
    args([50, 1], [3, 4], 4, 154),
    _purse(101, 4, 30, 3, 1, 120),
    _purse(102, 6, 90, 5, 20, 700),
    _purse(103, 10, 500, 2, 1, 5000),
    _purse(104, 3, 500, 100, 100, 4990),
    _purse(105, 5, 400, 3, 200, 4000),
    _purse(106, 60, 500, 100, 1, 5000),
], r'''
from typing import List


class Solution:
    def payableFares(self, values: List[int], counts: List[int], low: int, high: int) -> int:
        payable = [False] * (high + 1)
        payable[0] = True
        for value, count in zip(values, counts):
            used = [0] * (high + 1)
            for fare in range(value, high + 1):
                if not payable[fare] and payable[fare - value] and used[fare - value] < count:
                    payable[fare] = True
                    used[fare] = used[fare - value] + 1
        return sum(payable[low:])
''', r'''
from typing import List


class Solution:
    def payableFares(self, values: List[int], counts: List[int], low: int, high: int) -> int:
        sums = 1
        mask = (1 << (high + 1)) - 1
        for value, count in zip(values, counts):
            for _ in range(count):
                sums |= sums << value & mask
        return bin(sums >> low).count("1")
''', func="payableFares", signature="values: List[int], counts: List[int], low: int, high: int) -> int"))


# 11: simultaneous congruences
PROBLEMS.append(problem(11, "Carousels in Step", "hard", """
A fair has several carousels. Carousel i needs periods[i] seconds for one turn, and its golden horse passes the gate
exactly at the seconds t for which t leaves the remainder offsets[i] when divided by periods[i]. A photographer who
arrives at second start wants a picture with all golden horses at the gate.

Write the method firstMeeting, which returns the smallest second t >= start at which all golden horses are at the
gate, or -1 if that never happens.

Constraints
1 <= number of carousels <= 12
periods and offsets have the same length
1 <= periods[i] <= 20000
0 <= offsets[i] < periods[i]
The least common multiple of all periods is at most 1000000000000.
0 <= start <= 1000000000000
""", [
    (args([4, 6], [1, 3], 10), "21"),
    (args([4, 6], [1, 2], 0), "-1"),
], [
    args([1], [0], 0),
    args([1], [0], 1000000000000),
    args([7], [3], 3),
    args([7], [3], 4),
    args([5, 5], [2, 2], 100),
    args([5, 5], [2, 3], 100),
    args([3, 5, 7], [2, 3, 2], 23),
    args([3, 5, 7], [2, 3, 2], 24),
    args([12, 18, 30], [10, 4, 22], 500),
    args([12, 18, 30], [10, 4, 23], 500),
    args([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096], [1, 3, 7, 7, 7, 7, 7, 7, 7, 519, 1543, 1543], 99999),
    args([19997, 19993, 1999], [11111, 2, 1998], 123456789012),
    args([19683, 16384, 3125], [19682, 16383, 3124], 0),
    args([10007, 9973, 9967], [0, 0, 0], 1),
    args([10007, 9973, 9967], [0, 0, 0], 0),
    args([20000, 16000, 12500, 18750], [19, 19, 19, 19], 20),
], r'''
from math import gcd
from typing import List


class Solution:
    def firstMeeting(self, periods: List[int], offsets: List[int], start: int) -> int:
        second = start
        step = 1
        for period, offset in zip(periods, offsets):
            tries = 0
            while second % period != offset:
                second += step
                tries += 1
                if tries == period:
                    return -1
            step = step // gcd(step, period) * period
        return second
''', r'''
from math import gcd
from typing import List


class Solution:
    def firstMeeting(self, periods: List[int], offsets: List[int], start: int) -> int:
        r, m = 0, 1
        for p, o in zip(periods, offsets):
            g = gcd(m, p)
            if (o - r) % g:
                return -1
            q = p // g
            turns = (o - r) // g * pow(m // g, -1, q) % q
            r += m * turns
            m *= q
        return start + (r - start) % m
''', func="firstMeeting", signature="periods: List[int], offsets: List[int], start: int) -> int"))


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
