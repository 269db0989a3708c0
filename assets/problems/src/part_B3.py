"""Part B of the problem suite, problems 17 to 24: deadlines, partitions, balance, windows, pairing.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, numbered

problem = numbered("B")
PROBLEMS = []


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
    lines((1, 1, 10, 30, 5), (0, 5)),
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


# 23: binary search on a value, prefix sums
def _levels(seed, n, top, minimum, percent):
    rng = random.Random(seed)
    return args([rng.randint(0, top) for _ in range(n)], minimum, percent)


PROBLEMS.append(problem(23, "A Reliable Block of Wind", "hard", """
A wind park records one wind speed an hour. A block of consecutive hours is reliable at level v if at least percent
per cent of the readings in it are v or more. Only blocks of at least minimum hours are considered.

Write the method bestLevel, which returns the largest v such that some considered block is reliable at level v.

Constraints
1 <= minimum <= number of readings <= 600
1 <= percent <= 100
0 <= readings[i] <= 1000000000
""", [
    (args([3, 8, 6, 9, 1], 3, 66), "8"),
    (args([4, 2, 7], 3, 100), "2"),
], [
    args([5], 1, 1),
    args([5], 1, 100),
    args([0, 0, 0, 0], 2, 50),
    args([1, 9, 1, 9, 1], 2, 50),
    args([1, 9, 1, 9, 1], 2, 51),
    args([9, 1, 1, 1, 1, 1, 1, 1, 1, 1], 10, 10),
    args([9, 1, 1, 1, 1, 1, 1, 1, 1, 1], 10, 11),
    args([2, 5, 3, 5, 4, 5, 1], 4, 75),
    args([2, 5, 3, 5, 4, 5, 1], 5, 60),
    args([2, 5, 3, 5, 4, 5, 1], 4, 60),
    args([1000000000, 0, 1000000000, 0, 1000000000], 4, 60),
    args([6, 6, 1, 6, 6, 1, 6, 6], 4, 75),
    args([10, 3, 8], 3, 67),
    args([6, 23, 15, 13, 21, 2, 13, 20], 4, 94),
    args([7, 1, 5, 4, 3, 9, 5, 2], 5, 59),
    _levels(231, 15, 30, 4, 70),
    _levels(232, 60, 1000, 20, 60),
    _levels(233, 200, 1000000000, 50, 37),
    _levels(234, 600, 1000000000, 100, 90),
    _levels(235, 600, 1000000, 33, 55),
], r"""
from typing import List


class Solution:
    def bestLevel(self, readings: List[int], minimum: int, percent: int) -> int:
        def reliable(level: int) -> bool:
            balance = [0]
            lowest = 0
            for i, reading in enumerate(readings, 1):
                gain = 100 - percent if reading >= level else -percent
                balance.append(balance[-1] + gain)
                if i >= minimum:
                    lowest = min(lowest, balance[i - minimum])
                    if balance[i] >= lowest:
                        return True
            return False

        levels = sorted(set(readings))
        low = 0
        high = len(levels) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if reliable(levels[middle]):
                low = middle
            else:
                high = middle - 1
        return levels[low]
""", r"""
from bisect import insort
from typing import List


class Solution:
    def bestLevel(self, readings: List[int], minimum: int, percent: int) -> int:
        best = 0
        for start in range(len(readings) - minimum + 1):
            block = []
            for reading in readings[start:]:
                insort(block, reading)
                size = len(block)
                if size >= minimum:
                    needed = (size * percent + 99) // 100
                    best = max(best, block[size - needed])
        return best
""", func="bestLevel", signature="readings: List[int], minimum: int, percent: int) -> int"))


# 24: two teams, heaps from both sides
def _crews(seed, n, m, p, top):
    rng = random.Random(seed)
    return lines((n, m, p), [rng.randint(0, top) for _ in range(n)], [rng.randint(0, top) for _ in range(n)])


PROBLEMS.append(problem(24, "Carvers and Polishers", "hard", """
A workshop for wooden figures has n applicants. Applicant i would carve a_i figures a day or polish b_i figures a
day. The workshop hires exactly m carvers and exactly p polishers among them, nobody for both jobs.

What is the largest possible sum of the daily figures of all hired people, each counted in the job they are hired for?

Input
The first line holds n, m and p (1 <= n <= 300, 0 <= m, p <= 30, 1 <= m + p <= n). The second line holds
a_1, ..., a_n, the third b_1, ..., b_n, each between 0 and 1000000000.

Output
Print the largest sum.
""", [
    (lines((4, 1, 2), (9, 8, 5, 1), (7, 2, 6, 3)), "21\n"),
    (lines((3, 2, 0), (4, 6, 5), (100, 100, 100)), "11\n"),
], [
    lines((1, 1, 0), (0,), (9,)),
    lines((1, 0, 1), (0,), (9,)),
    lines((2, 1, 1), (10, 9), (10, 1)),
    lines((2, 1, 1), (10, 9), (1, 10)),
    lines((4, 2, 2), (1, 2, 3, 4), (4, 3, 2, 1)),
    lines((4, 2, 2), (5, 5, 5, 5), (5, 5, 5, 5)),
    lines((5, 2, 1), (10, 10, 10, 1, 1), (12, 12, 12, 0, 0)),
    lines((5, 1, 3), (1000000000, 999999999, 0, 7, 8), (1000000000, 1000000000, 1, 7, 9)),
    lines((6, 2, 2), (8, 3, 9, 2, 7, 7), (9, 4, 9, 1, 5, 8)),
    _crews(241, 8, 3, 3, 20),
    _crews(242, 30, 15, 15, 100),
    _crews(243, 80, 10, 25, 1000),
    _crews(244, 300, 30, 30, 1000000000),
    _crews(245, 120, 30, 1, 60),
], r"""
import heapq
import sys


def best_sums(values, size):
    heap = []
    total = 0
    sums = [0]
    for value in values:
        heapq.heappush(heap, value)
        total += value
        if len(heap) > size:
            total -= heapq.heappop(heap)
        sums.append(total)
    return sums


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, p = data[:3]
    people = list(zip(data[3:3 + n], data[3 + n:]))
    people.sort(key=lambda person: person[0] - person[1], reverse=True)
    carve = best_sums([a for a, b in people], m)
    polish = best_sums([b for a, b in reversed(people)], p)
    best = 0
    for split in range(m, n - p + 1):
        best = max(best, carve[split] + polish[n - split])
    print(best)


main()
""", r"""
n, m, p = map(int, input().split())
carve = map(int, input().split())
polish = map(int, input().split())
best = [[float("-inf")] * (p + 1) for _ in range(m + 1)]
best[0][0] = 0
for a, b in zip(carve, polish):
    for i in range(m, -1, -1):
        for j in range(p, -1, -1):
            if i > 0:
                best[i][j] = max(best[i][j], best[i - 1][j] + a)
            if j > 0:
                best[i][j] = max(best[i][j], best[i][j - 1] + b)
print(best[m][p])
"""))
