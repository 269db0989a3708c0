"""Part B of the problem suite, problems 01 to 08: sums, intervals, heaps, sequences, fences.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, numbered

problem = numbered("B")
PROBLEMS = []


# 01: prefix sums
def _meter(seed, n, q, top, cap):
    rng = random.Random(seed)
    rows = [(n, q), [rng.randint(0, top) for _ in range(n)]]
    for _ in range(q):
        left = rng.randint(1, n)
        rows.append((left, rng.randint(left, n), rng.randint(0, cap)))
    return lines(*rows)


PROBLEMS.append(problem(1, "Meter Audits", "easy", """
The caretaker of a lighthouse writes down how many units of current the lamp used on each of n days. Auditors then
send q letters. Each letter names a first day l, a last day r and an allowance b, and wants to know by how many
units the lamp went over the allowance during the days l to r, both included. If the lamp stayed within the
allowance, the answer to that letter is 0.

After the last letter the caretaker also reports how many letters had an answer greater than 0.

Input
The first line holds n and q (1 <= n, q <= 1000).
The second line holds n integers, the units used on days 1 to n, each between 0 and 1000000.
Each of the next q lines holds l, r and b (1 <= l <= r <= n, 0 <= b <= 1000000000).

Output
Print q lines with the answers in the order of the letters, then one line with the number of answers greater than 0.
""", [
    (lines((5, 3), (4, 0, 7, 2, 6), (1, 3, 10), (2, 5, 20), (5, 5, 6)), "1\n0\n0\n1\n"),
    (lines((1, 2), (9,), (1, 1, 3), (1, 1, 0)), "6\n9\n2\n"),
], [
    lines((1, 1), (0,), (1, 1, 0)),
    lines((3, 3), (1000000, 1000000, 1000000), (1, 3, 2999999), (1, 3, 3000000), (2, 3, 0)),
    lines((4, 4), (1, 10, 100, 1000), (1, 4, 0), (1, 1, 0), (4, 4, 0), (2, 3, 0)),
    lines((2, 1), (5, 5), (1, 2, 11)),
    _meter(1, 6, 8, 9, 20),
    _meter(2, 15, 20, 50, 300),
    _meter(3, 40, 40, 3, 40),
    _meter(4, 200, 100, 1000000, 100000000),
    _meter(5, 1000, 1000, 1000000, 1000000000),
], r'''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, q = data[0], data[1]
    prefix = [0] * (n + 1)
    for i in range(n):
        prefix[i + 1] = prefix[i] + data[2 + i]
    pos = 2 + n
    over = 0
    for _ in range(q):
        left, right, allowed = data[pos:pos + 3]
        pos += 3
        used = prefix[right] - prefix[left - 1]
        if used > allowed:
            print(used - allowed)
            over += 1
        else:
            print(0)
    print(over)


main()
''', r'''
from itertools import accumulate

n, q = map(int, input().split())
total = [0] + list(accumulate(map(int, input().split())))
answers = []
for _ in range(q):
    l, r, b = map(int, input().split())
    answers.append(max(0, total[r] - total[l - 1] - b))
print(*answers, sep="\n")
print(sum(a > 0 for a in answers))
'''))


# 02: intervals
def _visits(seed, count, low, high, longest, opening, closing):
    rng = random.Random(seed)
    visits = []
    for _ in range(count):
        start = rng.randint(low, high)
        visits.append([start, start + rng.randint(1, longest)])
    return args(visits, opening, closing)


PROBLEMS.append(problem(2, "Quiet Minutes in the Map Room", "easy", """
A library logs every visit to its map room as a pair [arrive, leave]: the visitor is present in the minutes
arrive, arrive + 1, ..., leave - 1. The restorer may only use the noisy press while the building is open and
nobody is in the map room. The building is open in the minutes opening, opening + 1, ..., closing - 1; some visitors
have their own key, so visits may begin before opening or last beyond closing.

Write the method quietMinutes, which returns the number of minutes in which the building is open and the map room
is empty.

Constraints
0 <= number of visits <= 1000
0 <= arrive < leave <= 10000
0 <= opening < closing <= 10000
""", [
    (args([[10, 20], [15, 30], [40, 45]], 5, 50), "20"),
    (args([[0, 8], [60, 90]], 6, 61), "52"),
], [
    args([], 0, 1),
    args([], 0, 10000),
    args([[0, 10000]], 0, 10000),
    args([[5, 6]], 5, 6),
    args([[5, 6]], 6, 7),
    args([[5, 6]], 4, 5),
    args([[3, 9], [4, 5], [9, 12]], 2, 14),
    args([[3, 9], [3, 5], [3, 7], [10, 12]], 0, 20),
    args([[90, 95], [1, 2], [30, 60], [59, 61]], 50, 100),
    _visits(21, 12, 0, 200, 15, 20, 180),
    _visits(22, 60, 0, 2000, 30, 100, 1900),
    _visits(23, 200, 0, 9000, 50, 0, 9500),
    _visits(24, 1000, 0, 9900, 12, 777, 9876),
], r'''
from typing import List


class Solution:
    def quietMinutes(self, visits: List[List[int]], opening: int, closing: int) -> int:
        change = [0] * 10002
        for arrive, leave in visits:
            change[arrive] += 1
            change[leave] -= 1
        quiet = 0
        present = 0
        for minute in range(closing):
            present += change[minute]
            if minute >= opening and present == 0:
                quiet += 1
        return quiet
''', r'''
from typing import List


class Solution:
    def quietMinutes(self, visits: List[List[int]], opening: int, closing: int) -> int:
        free_from = opening
        quiet = 0
        for arrive, leave in sorted(visits):
            start = min(arrive, closing)
            if start > free_from:
                quiet += start - free_from
            free_from = max(free_from, leave)
        return quiet + max(0, closing - free_from)
''', func="quietMinutes", signature="visits: List[List[int]], opening: int, closing: int) -> int"))


# 03: binary search on the answer
def _ovens(seed, count, start, period, target):
    rng = random.Random(seed)
    return args(
        [rng.randint(0, start) for _ in range(count)], [rng.randint(1, period) for _ in range(count)], target
    )


PROBLEMS.append(problem(3, "The Night Bakery", "medium", """
A bakery owns several ovens. Oven i is hot from minute starts[i] on, and from then on it finishes one loaf every
periods[i] minutes: the first loaf is ready at minute starts[i] + periods[i], the second at
starts[i] + 2 * periods[i], and so on. All ovens work independently and never stop.

Write the method earliestMinute, which returns the earliest minute by which at least target loaves are ready,
counting those that become ready in that very minute.

Constraints
1 <= number of ovens <= 500
starts and periods have the same length
0 <= starts[i] <= 1000000000
1 <= periods[i] <= 1000000000
1 <= target <= 1000000000000
""", [
    (args([0, 3], [5, 2], 4), "9"),
    (args([10], [7], 3), "31"),
], [
    args([0], [1], 1),
    args([1000000000], [1000000000], 1000000000000),
    args([0, 0, 0], [4, 4, 4], 3),
    args([0, 0, 0], [4, 4, 4], 4),
    args([100, 0], [1, 60], 2),
    args([100, 0], [1, 60], 40),
    args([5, 6, 7, 8], [1, 1, 1, 1], 7),
    _ovens(31, 5, 20, 9, 17),
    _ovens(32, 20, 1000, 100, 1234),
    _ovens(33, 100, 1000000, 5000, 999999999),
    _ovens(34, 500, 1000000000, 1000000000, 1000000000000),
    _ovens(35, 500, 1000000000, 1000000, 77777),
], r'''
from typing import List


class Solution:
    def earliestMinute(self, starts: List[int], periods: List[int], target: int) -> int:
        low = 0
        high = min(starts) + max(periods) * target
        while low < high:
            middle = (low + high) // 2
            loaves = 0
            for start, period in zip(starts, periods):
                if middle > start:
                    loaves += (middle - start) // period
            if loaves >= target:
                high = middle
            else:
                low = middle + 1
        return low
''', r'''
from typing import List


class Solution:
    def earliestMinute(self, starts: List[int], periods: List[int], target: int) -> int:
        def ready(minute: int) -> int:
            return sum(max(0, minute - s) // p for s, p in zip(starts, periods))

        too_early = 0
        step = 1 << 70
        while step:
            if ready(too_early + step) < target:
                too_early += step
            step //= 2
        return too_early + 1
''', func="earliestMinute", signature="starts: List[int], periods: List[int], target: int) -> int"))


# 04: priority queue with removals
def _standby(seed, count, points, most):
    rng = random.Random(seed)
    rows = []
    names = []
    gone = set()
    for i in range(count):
        kind = rng.random()
        if kind < 0.6 or not names:
            name = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3)) + f"{i}"
            names.append(name)
            rows.append(f"join {name} {rng.randint(0, points)}")
        elif kind < 0.8:
            rows.append(f"seat {rng.randint(1, most)}")
        else:
            name = rng.choice(names)
            if name in gone:
                rows.append("seat 1")
            else:
                gone.add(name)
                rows.append(f"leave {name}")
    return lines(len(rows), *rows)


PROBLEMS.append(problem(4, "Standby List", "medium", """
A small ferry keeps a standby list. Three kinds of events happen, one after the other:

join NAME POINTS - a passenger with that name and that many loyalty points starts waiting. Every name joins at most
once.
leave NAME - the passenger gives up. The name has joined before and has not left before. If the passenger already
got a seat, nothing changes; otherwise the passenger waits no longer.
seat K - K seats become free. The waiting passengers with the most points get them; among equal points the one who
joined earlier goes first. If fewer than K passengers wait, all of them get a seat and the rest stays empty. Empty
seats are not kept for later.

Input
The first line holds n, the number of events (1 <= n <= 2000). Each of the next n lines holds one event. Names
consist of 1 to 10 lower-case letters and digits, 0 <= POINTS <= 1000000, 1 <= K <= 2000.

Output
For every seat event print one line: the names of the passengers who get a seat, in the order in which they are
chosen, separated by single spaces, or a single - if nobody does. At the end print one more line with the number of
passengers still waiting.
""", [
    (lines(7, "join ana 30", "join bo 50", "join cy 30", "seat 2", "leave bo", "join di 30", "seat 1"),
     "bo ana\ncy\n1\n"),
    (lines(5, "seat 3", "join kim 0", "leave kim", "seat 1", "join lou 5"), "-\n-\n1\n"),
], [
    lines(1, "join a 1"),
    lines(1, "seat 1"),
    lines(4, "join a 1", "join b 2", "seat 5", "seat 1"),
    lines(6, "join z 7", "join y 7", "join x 7", "leave y", "seat 1", "seat 2"),
    lines(8, "join p 1", "join q 2", "join r 3", "leave r", "leave q", "seat 1", "leave p", "join s 9"),
    lines(7, "join p1 5", "seat 1", "leave p1", "join p2 4", "join p3 6", "seat 1", "seat 1"),
    _standby(41, 20, 3, 2),
    _standby(42, 60, 5, 4),
    _standby(43, 200, 1000, 3),
    _standby(44, 700, 20, 2),
    _standby(45, 2000, 1000000, 4),
], r'''
import heapq
import sys


def main():
    data = sys.stdin.read().split("\n")
    n = int(data[0])
    heap = []
    waiting = set()
    for i in range(1, n + 1):
        parts = data[i].split()
        if parts[0] == "join":
            heapq.heappush(heap, (-int(parts[2]), i, parts[1]))
            waiting.add(parts[1])
        elif parts[0] == "leave":
            waiting.discard(parts[1])
        else:
            seats = int(parts[1])
            chosen = []
            while heap and len(chosen) < seats:
                name = heapq.heappop(heap)[2]
                if name in waiting:
                    waiting.remove(name)
                    chosen.append(name)
            print(" ".join(chosen) if chosen else "-")
    print(len(waiting))


main()
''', r'''
from bisect import insort

queue = []
entry = {}
for order in range(int(input())):
    kind, *rest = input().split()
    if kind == "join":
        name, points = rest
        entry[name] = (-int(points), order, name)
        insort(queue, entry[name])
    elif kind == "leave":
        if entry[rest[0]] in queue:
            queue.remove(entry[rest[0]])
    else:
        k = int(rest[0])
        print(" ".join(name for _, _, name in queue[:k]) or "-")
        queue = queue[k:]
print(len(queue))
'''))


# 05: alignment with run costs
def _mosaic(seed, n, m, letters, setup, paint):
    rng = random.Random(seed)
    old = "".join(rng.choice(letters) for _ in range(n))
    new = list(old[:m]) + [rng.choice(letters) for _ in range(m - n)]
    for _ in range(max(1, m // 8)):
        new[rng.randrange(len(new))] = rng.choice(letters)
    cut = rng.randrange(len(new))
    new = new[cut:] + new[:cut] if rng.random() < 0.4 else new
    return lines((setup, paint), old, "".join(new))


PROBLEMS.append(problem(5, "The Mosaic Border", "hard", """
A mosaic border is a row of tiles, each with a colour written as a lower-case letter. A workshop has to turn the old
border into a new one. A plan pairs some tiles of the old border with tiles of the new border, from left to right
and without crossings: if an old tile is paired with a new tile, then old tiles further right can only be paired
with new tiles further right. Every tile is in at most one pair. Then

- a pair of equal colours costs nothing, a pair of different colours costs p, because the tile is repainted;
- old tiles without a partner are removed. A longest possible stretch of neighbouring removed tiles in the old border
  is one removal job and costs s plus 1 for each tile;
- new tiles without a partner are laid fresh. A longest possible stretch of neighbouring fresh tiles in the new
  border is one laying job and costs s plus 1 for each tile.

Find the smallest possible cost of a plan.

Input
The first line holds s and p (0 <= s, p <= 1000). The second line holds the old border, the third the new one. Both
have between 1 and 120 tiles.

Output
Print the smallest cost.
""", [
    (lines((3, 4), "abcde", "abxe"), "8\n"),
    (lines((1, 100), "aabbcc", "ccaabb"), "6\n"),
], [
    lines((0, 0), "a", "b"),
    lines((5, 5), "a", "a"),
    lines((5, 12), "a", "b"),
    lines((5, 13), "a", "b"),
    lines((2, 9), "zzzzzz", "z"),
    lines((2, 9), "q", "wqwwww"),
    lines((0, 1), "kitchen", "chickens"),
    lines((4, 3), "abcabcabc", "cbacbacba"),
    lines((2, 50), "axbxcxd", "abcd"),
    lines((7, 5), "mnopqrstuv", "mxxpqtuvyyy"),
    lines((1, 2), "aaaaabbbbb", "bbbbbaaaaa"),
    lines((0, 0), "a", "a" * 120),
    _mosaic(51, 30, 24, "ab", 2, 3),
    _mosaic(52, 40, 55, "abc", 6, 4),
    _mosaic(53, 90, 90, "abcd", 1, 2),
    _mosaic(54, 120, 117, "abc", 9, 5),
], r'''
import sys

INF = 10 ** 9


def main():
    setup, paint = map(int, sys.stdin.readline().split())
    old = sys.stdin.readline().strip()
    new = sys.stdin.readline().strip()
    n, m = len(old), len(new)
    pair = [[INF] * (m + 1) for _ in range(n + 1)]
    cut = [[INF] * (m + 1) for _ in range(n + 1)]
    lay = [[INF] * (m + 1) for _ in range(n + 1)]
    pair[0][0] = 0
    for i in range(n + 1):
        for j in range(m + 1):
            if i > 0 and j > 0:
                cost = 0 if old[i - 1] == new[j - 1] else paint
                before = min(pair[i - 1][j - 1], cut[i - 1][j - 1], lay[i - 1][j - 1])
                pair[i][j] = before + cost
            if i > 0:
                start = pair[i - 1][j] + setup
                cut[i][j] = min(cut[i - 1][j], start) + 1
            if j > 0:
                start = min(pair[i][j - 1], cut[i][j - 1]) + setup
                lay[i][j] = min(lay[i][j - 1], start) + 1
    print(min(pair[n][m], cut[n][m], lay[n][m]))


main()
''', r'''
from functools import lru_cache

s, p = map(int, input().split())
old = input()
new = input()


@lru_cache(maxsize=None)
def cost(i, j, last):
    if i == len(old) and j == len(new):
        return 0
    options = []
    if i < len(old) and j < len(new):
        options.append(cost(i + 1, j + 1, "pair") + p * (old[i] != new[j]))
    if i < len(old):
        options.append(cost(i + 1, j, "remove") + 1 + s * (last != "remove"))
    if j < len(new):
        options.append(cost(i, j + 1, "lay") + 1 + s * (last != "lay"))
    return min(options)


print(cost(0, 0, "pair"))
'''))


# 06: weighted increasing subsequence, one reset
def _hike(seed, n, top, prize):
    rng = random.Random(seed)
    return args([rng.randint(0, top) for _ in range(n)], [rng.randint(1, prize) for _ in range(n)])


PROBLEMS.append(problem(6, "One Night at Camp", "hard", """
A trail passes a row of viewpoints; viewpoint i lies at altitude heights[i] and has a stamp worth rewards[i]. Mira
walks the trail once, from the first viewpoint to the last, and decides at each viewpoint whether to collect its
stamp. She only collects a stamp if it lies strictly higher than the last stamp she collected. Once on the whole
walk, at any moment, she may sleep at a camp; the first stamp after that night may lie at any altitude, and from
then on the rule holds again. She does not have to camp.

Write the method bestHike, which returns the largest total worth of stamps Mira can collect.

Constraints
1 <= number of viewpoints <= 400
heights and rewards have the same length
0 <= heights[i] <= 1000000000
1 <= rewards[i] <= 1000000
""", [
    (args([3, 5, 2, 4, 1], [4, 1, 3, 6, 2]), "13"),
    (args([7, 7, 7], [1, 9, 5]), "14"),
], [
    args([0], [1]),
    args([1, 2], [5, 6]),
    args([2, 1], [5, 6]),
    args([3, 2, 1], [5, 6, 7]),
    args([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]),
    args([5, 5, 6, 6, 1, 1, 2], [2, 3, 4, 1, 10, 12, 3]),
    args([10, 1, 11, 2, 12, 3, 13], [1, 50, 1, 50, 1, 50, 1]),
    args([1000000000, 0, 1000000000, 0], [1000000, 1000000, 1000000, 1000000]),
    args([4, 9, 1, 5, 2, 6, 3, 7], [9, 1, 8, 2, 7, 3, 6, 4]),
    _hike(61, 12, 6, 9),
    _hike(62, 30, 10, 5),
    _hike(63, 80, 1000, 100),
    _hike(64, 200, 15, 1000),
    _hike(65, 400, 1000000000, 1000000),
], r'''
from typing import List


class Solution:
    def bestHike(self, heights: List[int], rewards: List[int]) -> int:
        n = len(heights)
        fresh = [0] * n
        rested = [0] * n
        for i in range(n):
            best_fresh = 0
            best_rested = 0
            for j in range(i):
                if heights[j] < heights[i]:
                    best_fresh = max(best_fresh, fresh[j])
                    best_rested = max(best_rested, rested[j])
                best_rested = max(best_rested, fresh[j])
            fresh[i] = best_fresh + rewards[i]
            rested[i] = best_rested + rewards[i]
        return max(rested)
''', r'''
from itertools import accumulate
from typing import List


class Solution:
    def bestHike(self, heights: List[int], rewards: List[int]) -> int:
        def chains(hs: List[int], ws: List[int]) -> List[int]:
            best = []
            for i, h in enumerate(hs):
                lower = [best[j] for j in range(i) if hs[j] < h]
                best.append(ws[i] + max(lower, default=0))
            return [0] + list(accumulate(best, max))

        before = chains(heights, rewards)
        after = chains([-h for h in reversed(heights)], rewards[::-1])
        return max(a + b for a, b in zip(before, reversed(after)))
''', func="bestHike", signature="heights: List[int], rewards: List[int]) -> int"))


# 07: gcd
def _posts(seed, n, unit, spread, shift):
    rng = random.Random(seed)
    return args([shift + unit * k for k in rng.sample(range(spread), n)])


PROBLEMS.append(problem(7, "Even Fence", "easy", """
A farmer finds old fence posts along a straight path at the given whole-number positions, in no particular order. The
fence is to be repaired so that the distance between neighbouring posts is the same everywhere. The old posts stay
where they are, the first and the last old post remain the two ends of the fence, and new posts may only stand at
whole-number positions between them.

Write the method extraPosts, which returns the smallest number of new posts the farmer needs.

Constraints
2 <= number of positions <= 1000
-1000000000 <= positions[i] <= 1000000000
All positions are different.
""", [
    (args([4, 16, 10]), "0"),
    (args([-3, 9, 1]), "1"),
], [
    args([0, 1]),
    args([5, -5]),
    args([0, 2, 3]),
    args([12, 0, 30]),
    args([1000000000, -1000000000, 0]),
    args([1000000000, -1000000000, 1]),
    args([10, 7, 1]),
    args([100, 40, 70, 10]),
    _posts(71, 5, 6, 10, -20),
    _posts(72, 20, 14, 60, 3),
    _posts(73, 100, 1000, 5000, -999999),
    _posts(74, 1000, 97, 100000, -5000000),
], r'''
from math import gcd
from typing import List


class Solution:
    def extraPosts(self, positions: List[int]) -> int:
        first = min(positions)
        last = max(positions)
        spacing = 0
        for position in positions:
            spacing = gcd(spacing, position - first)
        needed = (last - first) // spacing + 1
        return needed - len(positions)
''', r'''
from functools import reduce
from math import gcd
from typing import List


class Solution:
    def extraPosts(self, positions: List[int]) -> int:
        posts = sorted(positions)
        gaps = [b - a for a, b in zip(posts, posts[1:])]
        step = reduce(gcd, gaps)
        return sum(gap // step - 1 for gap in gaps)
''', func="extraPosts", signature="positions: List[int]) -> int"))


# 08: greedy with deadlines
def _letters(seed, n, start, last):
    rng = random.Random(seed)
    return lines((n, start), [rng.randint(1, last) for _ in range(n)])


PROBLEMS.append(problem(8, "Stamping Desk", "easy", """
A clerk stamps letters, exactly one an hour. The hours of the day are numbered from 1, and the clerk begins work in
hour h. Letter i is on time if it is stamped in an hour not later than its deadline d_i; letters whose deadline has
passed are not worth stamping any more. The clerk may take the letters in any order and works without pause.

Input
The first line holds n, the number of letters, and h (1 <= n <= 2000, 1 <= h <= 1000000).
The second line holds the n deadlines, each between 1 and 1000000.

Output
Print two numbers on one line: the largest number of letters that can be on time, and the number of letters that are
then left over.
""", [
    (lines((5, 3), (3, 4, 4, 9, 2)), "3 2\n"),
    (lines((3, 1), (1, 1, 1)), "1 2\n"),
], [
    lines((1, 1), (1,)),
    lines((1, 2), (1,)),
    lines((1, 1000000), (1000000,)),
    lines((4, 5), (8, 7, 6, 5)),
    lines((4, 5), (7, 7, 7, 7)),
    lines((6, 2), (9, 2, 9, 3, 3, 2)),
    lines((5, 10), (1, 2, 3, 4, 9)),
    _letters(81, 12, 3, 10),
    _letters(82, 50, 5, 60),
    _letters(83, 300, 40, 300),
    _letters(84, 2000, 900, 2600),
    _letters(85, 2000, 500000, 1000000),
], r'''
n, h = map(int, input().split())
deadlines = sorted(map(int, input().split()))
hour = h
stamped = 0
for deadline in deadlines:
    if hour <= deadline:
        hour += 1
        stamped += 1
print(stamped, n - stamped)
''', r'''
import sys
from collections import Counter


def solve():
    n, start, *deadlines = map(int, sys.stdin.read().split())
    due = Counter(deadlines)
    on_time = 0
    for deadline in sorted(due):
        hours = max(0, deadline - start + 1)
        on_time = min(on_time + due[deadline], hours)
    return on_time, n - on_time


if __name__ == "__main__":
    print(*solve())
'''))
