"""Part C of the problem suite, problems 23 to 32.

Trees, orders, games, grids and integer points. Every story, statement, test and
reference program here was written for this suite. Inputs are literal or come
from a seeded generator, so the build is the same everywhere.
"""

import json
import random

PROBLEMS = []


def rows(*items):
    """Stdin text: one line an item, sequences joined by spaces."""
    out = []
    for item in items:
        out.append(" ".join(map(str, item)) if isinstance(item, (list, tuple)) else str(item))
    return "\n".join(out) + "\n"


def args(*values):
    """Functional test text: one JSON value a line, one line an argument."""
    return "\n".join(json.dumps(value) for value in values)


def code(text):
    return text.strip("\n") + "\n"


def statement(body, samples=()):
    """The prose, then each sample as input and output."""
    text = body.strip() + "\n"
    for i, (given, wanted) in enumerate(samples, 1):
        text += f"\nSample Input {i}\n\n{given.strip()}\n\nSample Output {i}\n\n{wanted.strip()}\n"
    return text


# ---------------------------------------------------------------- C-23
def valley(seed, size, reach, people, length):
    rng = random.Random(seed)
    label = list(range(1, size + 1))
    rng.shuffle(label)
    edges = [(label[i], label[rng.randint(max(0, i - reach), i - 1)], rng.randint(1, length)) for i in range(1, size)]
    rng.shuffle(edges)
    return rows(size, [rng.randint(0, people) for _ in range(size)], *edges)


P23 = [
    rows(4, [1, 2, 3, 4], (1, 2, 5), (2, 3, 1), (2, 4, 2)),
    rows(2, [3, 3], (1, 2, 7)),
    rows(1, [5]),
    rows(2, [0, 1], (2, 1, 100)),
    rows(3, [0, 0, 0], (1, 2, 3), (2, 3, 4)),
    rows(4, [2, 2, 2, 2], (1, 4, 1), (1, 2, 3), (2, 3, 1)),
    rows(5, [2, 1, 1, 1, 1], (1, 2, 1), (1, 3, 1), (3, 4, 9), (4, 5, 9)),
    rows(6, [1, 0, 0, 0, 0, 1], (6, 5, 2), (5, 4, 2), (4, 2, 2), (2, 3, 2), (3, 1, 2)),
    rows(4, [1, 1, 1, 3], (3, 4, 10), (3, 1, 1), (3, 2, 1)),
    rows(4, [1, 1, 1, 2], (4, 3, 10), (1, 3, 1), (3, 2, 1)),
    valley(2301, 10, 3, 6, 9),
    valley(2302, 40, 40, 2, 20),
    valley(2303, 41, 2, 1, 20),
    valley(2304, 2000, 3, 1000, 1000),
    valley(2305, 2000, 2000, 1000, 1000),
]
PROBLEMS.append({
    "id": "emp-C-23",
    "title": "The Valley Assembly",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
The n villages of a valley are connected by n - 1 paths, so that there is exactly one way between any two villages. Village i has p_i inhabitants, and path lengths are known. All inhabitants want to meet in one of the villages.

Choose the village for which the sum of the distances that all inhabitants have to walk is as small as possible.

Input

The first line holds n (1 <= n <= 2000). The second line holds p_1 ... p_n (0 <= p_i <= 1000). Each of the next n - 1 lines holds a, b and c: a path of length c joins villages a and b (1 <= c <= 1000).

Output

One line with two integers: the number of the best village and the sum of the distances. If several villages are equally good, give the smallest number.
""", [(P23[0], "2 16"), (P23[1], "1 21")]),
    "inputs": P23,
    "reference_a": code('''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n = data[0]
    people = [0] + data[1:n + 1]
    near = [[] for _ in range(n + 1)]
    for i in range(n + 1, len(data), 3):
        a, b, length = data[i:i + 3]
        near[a].append((b, length))
        near[b].append((a, length))
    parent = [0] * (n + 1)
    depth = [0] * (n + 1)
    order = [1]
    for a in order:
        for b, length in near[a]:
            if b != parent[a]:
                parent[b] = a
                depth[b] = depth[a] + length
                order.append(b)
    below = people[:]
    for a in reversed(order):
        below[parent[a]] += below[a]
    everyone = sum(people)
    total = [0] * (n + 1)
    total[1] = sum(p * d for p, d in zip(people, depth))
    for a in order[1:]:
        length = depth[a] - depth[parent[a]]
        total[a] = total[parent[a]] + (everyone - 2 * below[a]) * length
    best = min(range(1, n + 1), key=lambda a: total[a])
    print(best, total[best])


main()
'''),
    "reference_b": code('''
n = int(input())
people = dict(enumerate(map(int, input().split()), 1))
everyone = sum(people.values())
paths = {village: {} for village in people}
for _ in range(n - 1):
    a, b, length = map(int, input().split())
    paths[a][b] = paths[b][a] = length

# Cut off leaves one by one; a side with over half the people keeps the meeting.
good = set(people)
walked = 0
leaves = [a for a in paths if len(paths[a]) == 1]
while leaves:
    leaf = leaves.pop()
    if not paths[leaf]:
        continue
    (other, length), = paths[leaf].items()
    group = people[leaf]
    walked += length * min(group, everyone - group)
    if 2 * group < everyone:
        good.discard(leaf)
    if 2 * group > everyone:
        good.discard(other)
    people[other] += group
    del paths[leaf], paths[other][leaf]
    if len(paths[other]) == 1:
        leaves.append(other)
print(min(good), walked)
'''),
})


# ---------------------------------------------------------------- C-24
def tram_jobs(seed, stops, jobs, rules):
    rng = random.Random(seed)
    order = list(range(1, jobs + 1))
    rng.shuffle(order)
    pairs = []
    for _ in range(rules):
        i, j = sorted(rng.sample(range(jobs), 2))
        pairs.append((order[i], order[j]))
    return rows((stops, jobs, rules), [rng.randint(1, stops) for _ in range(jobs)], *pairs)


P24 = [
    rows((3, 4, 3), [1, 3, 2, 3], (2, 1), (1, 3), (3, 4)),
    rows((4, 3, 0), [4, 2, 4]),
    rows((1, 1, 0), [1]),
    rows((1, 3, 2), [1, 1, 1], (3, 2), (2, 1)),
    rows((5, 1, 0), [4]),
    rows((2, 4, 3), [1, 2, 1, 2], (1, 2), (2, 3), (3, 4)),
    rows((3, 3, 2), [1, 2, 3], (3, 2), (2, 1)),
    rows((10, 2, 1), [10, 9], (1, 2)),
    rows((4, 5, 4), [2, 2, 1, 3, 4], (1, 3), (2, 3), (3, 4), (1, 5)),
    tram_jobs(2401, 4, 8, 9),
    tram_jobs(2402, 6, 20, 30),
    tram_jobs(2403, 9, 60, 50),
    tram_jobs(2404, 10, 1000, 3000),
    tram_jobs(2405, 10, 1000, 300),
]
PROBLEMS.append({
    "id": "emp-C-24",
    "title": "The Workshop Tram",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "eval",
    "statement": statement("""
A mechanic travels on a small tram that runs in a circle past k workshops, numbered 1 to k. The tram goes in one direction only: from workshop i it goes to workshop i + 1, and from workshop k to workshop 1. She has n jobs to do; job i can only be done in workshop w_i. A rule `a b` says that job b can only be done after job a. While she is in a workshop, she may do any number of jobs there, in any order that the rules allow.

She may begin in any workshop she likes. Find the smallest number of tram rides (a ride leads from one workshop to the next) after which all jobs can be done.

Input

The first line holds k, n and m (1 <= k <= 10, 1 <= n <= 1000, 0 <= m <= 3000). The second line holds w_1 ... w_n. Each of the next m lines holds a rule with two different jobs a and b. The rules never contradict each other.

Output

One line with two integers: the smallest number of rides, and the workshop in which she has to begin. If several workshops are possible, give the smallest number.
""", [(P24[0], "3 3"), (P24[1], "2 2")]),
    "inputs": P24,
    "reference_a": code('''
def main():
    k, n, m = map(int, input().split())
    place = [int(v) - 1 for v in input().split()]
    after = [[] for _ in range(n)]
    needs = [0] * n
    for _ in range(m):
        a, b = map(int, input().split())
        after[a - 1].append(b - 1)
        needs[b - 1] += 1

    def rides_from(stop):
        missing = needs[:]
        ready = [[] for _ in range(k)]
        for job in range(n):
            if missing[job] == 0:
                ready[place[job]].append(job)
        done = rides = 0
        while True:
            while ready[stop]:
                job = ready[stop].pop()
                done += 1
                for other in after[job]:
                    missing[other] -= 1
                    if missing[other] == 0:
                        ready[place[other]].append(other)
            if done == n:
                return rides
            stop = (stop + 1) % k
            rides += 1

    rides = [rides_from(stop) for stop in range(k)]
    print(min(rides), rides.index(min(rides)) + 1)


main()
'''),
    "reference_b": code('''
import sys
from graphlib import TopologicalSorter

k, n, m, *numbers = map(int, sys.stdin.read().split())
place = numbers[:n]
before = {job: set() for job in range(1, n + 1)}
for a, b in zip(numbers[n::2], numbers[n + 1::2]):
    before[b].add(a)
order = list(TopologicalSorter(before).static_order())
plans = []
for first in range(1, k + 1):
    ride = {}
    for job in order:
        earliest = max((ride[other] for other in before[job]), default=0)
        ride[job] = earliest + (place[job - 1] - first - earliest) % k
    plans.append((max(ride.values()), first))
print(*min(plans))
'''),
})


# ---------------------------------------------------------------- C-25
def radio_tree(seed, size, reach, value):
    rng = random.Random(seed)
    label = list(range(size))
    rng.shuffle(label)
    parent = [-1] * size
    for i in range(1, size):
        parent[label[i]] = label[rng.randint(max(0, i - reach), i - 1)]
    return args(parent, [rng.randint(1, value) for _ in range(size)])


P25 = [
    args([-1, 0, 0, 1, 1, 2], [3, 2, 4, 5, 6, 7]),
    args([1, -1, 1, 2], [4, 5, 1, 3]),
    args([-1], [8]),
    args([-1, 0], [2, 3]),
    args([2, 0, -1], [5, 4, 5]),
    args([-1, 0, 1, 2], [5, 1, 1, 5]),
    args([-1, 0, 1, 2, 3, 4, 5], [1, 9, 9, 1, 9, 9, 1]),
    args([-1, 0, 0, 0, 0], [3, 1, 2, 4, 4]),
    args([-1, 0, 0, 0, 1, 2, 3], [10, 4, 4, 4, 5, 5, 5]),
    args([-1, 0, 0, 0, 1, 2, 3], [20, 9, 1, 1, 5, 5, 5]),
    args([3, 3, 3, -1, 0, 0, 1, 4, 6, 6], [6, 2, 8, 7, 3, 5, 4, 6, 9, 2]),
    radio_tree(2501, 12, 4, 9),
    radio_tree(2502, 30, 3, 20),
    radio_tree(2503, 60, 60, 20),
    radio_tree(2504, 1000, 12, 1000),
    args([*range(1, 301), -1], [i * i % 97 + 1 for i in range(301)]),
    radio_tree(2505, 1000, 1000, 1000),
]
PROBLEMS.append({
    "id": "emp-C-25",
    "title": "Quiet Radios",
    "kind": "functional",
    "func_name": "bestReach",
    "starter_code": "class Solution:\n    def bestReach(self, parent: List[int], listeners: List[int]) -> int:\n        ",
    "difficulty": "hard",
    "half": "train",
    "statement": statement("""
The hill stations of a country form a tree: station i has a direct link to station parent[i], and one station, the capital, has parent -1. A transmitter at station i would serve listeners[i] people.

All transmitters use the same frequency and disturb each other when they are near: between any two stations with a transmitter, the way along the links must have at least three links. (So two such stations are never linked directly, and they never have a common neighbour.)

Write the method bestReach, which returns the largest total number of listeners that can be served.

Constraints: 1 <= n <= 1000; 1 <= listeners[i] <= 1000; parent describes one tree; no station is more than 300 links away from the capital. A parent may have a larger index than its child.

Example 1:

Input: parent = [-1, 0, 0, 1, 1, 2], listeners = [3, 2, 4, 5, 6, 7]
Output: 13

Example 2:

Input: parent = [1, -1, 1, 2], listeners = [4, 5, 1, 3]
Output: 7
"""),
    "inputs": P25,
    "reference_a": code('''
from typing import List


class Solution:
    def bestReach(self, parent: List[int], listeners: List[int]) -> int:
        n = len(parent)
        children = [[] for _ in range(n)]
        for station, above in enumerate(parent):
            if above >= 0:
                children[above].append(station)
        order = [parent.index(-1)]
        for station in order:
            order.extend(children[station])
        sends = [0] * n  # the station has a transmitter
        child_sends = [0] * n  # one of its children has one
        silent = [0] * n  # neither
        for station in reversed(order):
            sends[station] = listeners[station]
            gain = float("-inf")
            for child in children[station]:
                without = max(child_sends[child], silent[child])
                sends[station] += silent[child]
                silent[station] += without
                gain = max(gain, sends[child] - without)
            child_sends[station] = silent[station] + gain
        root = order[0]
        return max(sends[root], child_sends[root], silent[root])
'''),
    "reference_b": code('''
import sys
from functools import lru_cache


class Solution:
    def bestReach(self, parent, listeners):
        sys.setrecursionlimit(20000)
        below = {i: [] for i in range(-1, len(parent))}
        for i, above in enumerate(parent):
            below[above].append(i)

        # wait: how many levels, from this station down, must stay silent
        @lru_cache(maxsize=None)
        def best(station, wait):
            if wait == 2:
                return sum(best(child, 1) for child in below[station])
            options = [sum(best(child, 1) for child in below[station])]
            for child in below[station]:
                options.append(options[0] - best(child, 1) + send(child))
            if wait == 0:
                options.append(send(station))
            return max(options)

        @lru_cache(maxsize=None)
        def send(station):
            return listeners[station] + sum(best(child, 2) for child in below[station])

        return best(below[-1][0], 0)
'''),
})

# ---------------------------------------------------------------- C-26
def ropes(seed, count, low, high):
    rng = random.Random(seed)
    return [rng.randint(low, high) for _ in range(count)]


P26 = [
    args([5, 4], 3),
    args([6, 6], 4),
    args([1], 1),
    args([2, 2, 2], 9),
    args([3], 1),
    args([4], 1),
    args([4], 2),
    args([7, 9, 9], 2),
    args([10], 400),
    args([38, 14, 18, 17], 2),
    args([33, 12, 8, 7], 4),
    args([27, 37, 9, 39], 5),
    args([35, 40, 15, 14], 11),
    args([30, 40, 39, 26], 37),
    args([22, 17, 29, 17], 400),
    args([400], 1),
    args(ropes(2602, 50, 1, 400), 37),
    args(ropes(2607, 20, 300, 400), 400),
    args(ropes(2607, 15, 100, 400), 8),
    args(ropes(2601, 50, 1, 400), 13),
]
PROBLEMS.append({
    "id": "emp-C-26",
    "title": "Rope Duel",
    "kind": "functional",
    "func_name": "winningCuts",
    "starter_code": "class Solution:\n    def winningCuts(self, ropes: List[int], d: int) -> int:\n        ",
    "difficulty": "hard",
    "half": "eval",
    "statement": statement("""
Two pirates duel with ropes. On a turn, a pirate picks one rope and cuts it into two pieces, both of which stay in the game. The lengths of the two pieces must be positive integers, they must be different, and they must not differ by more than d. The pirates take turns, and who cannot make a cut loses.

A first cut is winning if the pirate who makes it can win from then on, whatever the other one does. Cuts are different if they cut different ropes (also if these ropes have the same length) or if they give different pairs of lengths; which of the two pieces is the left one does not matter.

Write the method winningCuts, which returns the number of winning first cuts. If the pirate who begins must lose, that is 0.

Constraints: 1 <= len(ropes) <= 50; 1 <= ropes[i] <= 400; 1 <= d <= 400.

Example 1:

Input: ropes = [5, 4], d = 3
Output: 1

Example 2:

Input: ropes = [6, 6], d = 4
Output: 0
"""),
    "inputs": P26,
    "reference_a": code('''
from typing import List


class Solution:
    def winningCuts(self, ropes: List[int], d: int) -> int:
        grundy = [0] * (max(ropes) + 1)
        for length in range(3, len(grundy)):
            reached = set()
            for short in range(1, (length + 1) // 2):
                if length - 2 * short <= d:
                    reached.add(grundy[short] ^ grundy[length - short])
            while grundy[length] in reached:
                grundy[length] += 1

        total = 0
        for rope in ropes:
            total ^= grundy[rope]
        count = 0
        for rope in ropes:
            rest = total ^ grundy[rope]
            for short in range(1, (rope + 1) // 2):
                if rope - 2 * short <= d and grundy[short] ^ grundy[rope - short] == rest:
                    count += 1
        return count
'''),
    "reference_b": code('''
from functools import reduce
from itertools import count
from operator import xor


class Solution:
    def winningCuts(self, ropes, d):
        value = [0]
        results = [[]]
        for n in range(1, max(ropes) + 1):
            cuts = [(a, n - a) for a in range(1, n) if 0 < n - a - a <= d]
            results.append([value[a] ^ value[b] for a, b in cuts])
            value.append(next(v for v in count() if v not in results[n]))
        total = reduce(xor, (value[n] for n in ropes))
        return sum(results[n].count(total ^ value[n]) for n in ropes)
'''),
})


# ---------------------------------------------------------------- C-27
def sea_floor(seed, height, width, top, levels):
    rng = random.Random(seed)
    grid = [[rng.randint(0, top) for _ in range(width)] for _ in range(height)]
    return rows((height, width, len(levels)), *grid, levels)


P27 = [
    rows((3, 5, 4), [1, 3, 1, 2, 2], [3, 3, 1, 1, 2], [0, 1, 1, 4, 1], [0, 1, 2, 4]),
    rows((2, 2, 3), [5, 1], [1, 5], [0, 1, 5]),
    rows((1, 1, 1), [0], [0]),
    rows((1, 1, 2), [1], [1, 0]),
    rows((1, 6, 5), [2, 4, 1, 4, 3, 5], [3, 0, 2, 4, 1]),
    rows((5, 1, 3), [9], [9], [3], [9], [7], [3, 8, 3]),
    rows((3, 3, 3), [7, 7, 7], [7, 2, 7], [7, 7, 7], [1, 2, 7]),
    rows((3, 3, 2), [3, 1, 3], [1, 3, 1], [3, 1, 3], [1, 2]),
    rows((2, 3, 1), [1000, 0, 1000], [1000, 0, 1000], [999]),
    sea_floor(2701, 6, 8, 5, [2, 0, 5, 3, 4, 1]),
    sea_floor(2702, 12, 12, 20, [3, 7, 8, 9, 10, 12, 16]),
    sea_floor(2703, 50, 50, 1000, list(range(0, 1001, 50))),
    sea_floor(2704, 50, 50, 9, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 4, 4, 3]),
]
PROBLEMS.append({
    "id": "emp-C-27",
    "title": "Islands at High Tide",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "train",
    "statement": statement("""
A sandbank is mapped as a rectangle of cells with known heights. When the water stands at level t, exactly the cells with a height greater than t are dry. Dry cells that share a side belong to the same island.

For several water levels, find the number of islands and the number of cells of the largest island.

Input

The first line holds h, w and q (1 <= h, w <= 50, 1 <= q <= 30). Each of the next h lines holds w heights (0 to 1000). The last line holds the q water levels (0 to 1000), in any order.

Output

For each water level, in the order of the input, one line with two integers: the number of islands and the size of the largest one. If no cell is dry, print `0 0`.
""", [(P27[0], "1 14\n3 3\n2 3\n0 0"), (P27[1], "1 4\n2 1\n0 0")]),
    "inputs": P27,
    "reference_a": code('''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    h, w, q = data[:3]
    height = data[3:3 + h * w]
    levels = data[3 + h * w:]
    leader = {}
    size = {}

    def find(i):
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    cells = sorted(range(h * w), key=lambda i: height[i])
    islands = largest = 0
    answer = {}
    for level in sorted(levels, reverse=True):
        while cells and height[cells[-1]] > level:
            i = cells.pop()
            leader[i] = i
            size[i] = 1
            islands += 1
            around = [i - w, i + w]
            around += [i - 1] * (i % w > 0) + [i + 1] * (i % w < w - 1)
            for j in around:
                if j in leader and find(j) != find(i):
                    size[find(i)] += size[find(j)]
                    leader[find(j)] = find(i)
                    islands -= 1
            largest = max(largest, size[find(i)])
        answer[level] = (islands, largest)
    for level in levels:
        print(*answer[level])


main()
'''),
    "reference_b": code('''
h, w, q = map(int, input().split())
sand = {(r, c): int(v) for r in range(h) for c, v in enumerate(input().split())}


def explore(dry, start):
    dry.remove(start)
    edge, size = [start], 0
    while edge:
        r, c = edge.pop()
        size += 1
        near = {(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)} & dry
        dry -= near
        edge.extend(near)
    return size


for level in map(int, input().split()):
    dry = {cell for cell, height in sand.items() if height > level}
    sizes = []
    while dry:
        sizes.append(explore(dry, next(iter(dry))))
    print(len(sizes), max(sizes, default=0))
'''),
})


# ---------------------------------------------------------------- C-28
def meadow(seed, height, width, turns, wall, honey):
    rng = random.Random(seed)
    grid = [[-1 if rng.random() < wall else rng.randint(0, honey) for _ in range(width)] for _ in range(height)]
    grid[0][0] = rng.randint(0, honey)
    grid[-1][-1] = rng.randint(0, honey)
    return rows((height, width, turns), *grid)


P28 = [
    rows((3, 4, 2), [1, 9, 1, 1], [1, 9, 9, 9], [1, 1, 1, 2]),
    rows((3, 3, 1), [1, 2, -1], [2, -1, 3], [-1, 2, 1]),
    rows((1, 1, 0), [7]),
    rows((1, 5, 0), [1, 2, 3, 4, 5]),
    rows((4, 1, 3), [5], [0], [0], [2]),
    rows((1, 3, 4), [5, -1, 2]),
    rows((2, 3, 1), [0, 0, 0], [0, 0, 0]),
    rows((2, 2, 0), [1, 1], [1, 1]),
    rows((2, 2, 1), [1, 5], [6, 1]),
    rows((3, 3, 3), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    rows((3, 3, 2), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    rows((3, 3, 4), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    rows((2, 5, 10), [3, 0, 0, 0, -1], [4, -1, 2, 2, 2]),
    meadow(2801, 6, 7, 3, 0.1, 9),
    meadow(2802, 12, 10, 5, 0.15, 20),
    meadow(2806, 12, 12, 4, 0.1, 20),
    meadow(2803, 60, 60, 10, 0.05, 99),
    meadow(2804, 60, 50, 10, 0.0, 99),
]
PROBLEMS.append({
    "id": "emp-C-28",
    "title": "A Path with Few Bends",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "eval",
    "statement": statement("""
A heavy cart crosses a meadow that is divided into cells. It starts in the top left cell and has to reach the bottom right cell. It can only move one cell to the right or one cell down at a time. Each cell holds some flowers, which are picked when the cart comes through (also in the first and the last cell); some cells are swamp and cannot be entered.

Turning the cart is hard work: a bend is a move to the right right after a move down, or a move down right after a move to the right. The cart may make at most k bends. The direction of its first move is free.

Find the largest number of flowers that can be picked.

Input

The first line holds h, w and k (1 <= h, w <= 60, 0 <= k <= 10). Each of the next h lines holds w integers: the flowers of a cell (0 to 99), or -1 for swamp. The first and the last cell are not swamp.

Output

One integer, the largest number of flowers, or -1 if the cart cannot reach its goal.
""", [(P28[0], "31"), (P28[1], "-1")]),
    "inputs": P28,
    "reference_a": code('''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    h, w, k = data[:3]
    none = -10 ** 9
    # right[c][t]: best so far in column c, last move to the right, t bends made
    right = [[none] * (k + 1) for _ in range(w)]
    down = [[none] * (k + 1) for _ in range(w)]
    for r in range(h):
        for c in range(w):
            flowers = data[3 + r * w + c]
            for t in range(k, -1, -1):
                if r == 0 and c == 0:
                    right[0][t] = down[0][t] = flowers if t == 0 else none
                    continue
                above = left = none
                if r > 0:
                    above = max(down[c][t], right[c][t - 1] if t > 0 else none)
                if c > 0:
                    left = max(right[c - 1][t], down[c - 1][t - 1] if t > 0 else none)
                if flowers < 0:
                    above = left = none
                down[c][t] = above + flowers
                right[c][t] = left + flowers
    best = max(right[-1] + down[-1])
    print(best if best >= 0 else -1)


main()
'''),
    "reference_b": code('''
h, w, k = map(int, input().split())
meadow = [list(map(int, input().split())) for _ in range(h)]
start = meadow[0][0]
# (row, bends, last move) -> flowers, for all cells on one diagonal
states = {(0, 0, "D"): start, (0, 0, "R"): start}
for diagonal in range(1, h + w - 1):
    following = {}
    for (row, bends, last), flowers in states.items():
        for move in "DR":
            r = row + (move == "D")
            c = diagonal - r
            t = bends + (move != last)
            if t > k or r >= h or c >= w or meadow[r][c] < 0:
                continue
            key = (r, t, move)
            following[key] = max(following.get(key, 0), flowers + meadow[r][c])
    states = following
print(max(states.values(), default=-1))
'''),
})


# ---------------------------------------------------------------- C-29
def stakes(seed, count, span):
    rng = random.Random(seed)
    points = set()
    while len(points) < count:
        points.add((rng.randint(-span, span), rng.randint(-span, span)))
    points = sorted(points)
    rng.shuffle(points)
    return rows(count, *points)


def ring_of_stakes(radius):
    points = [(x, y) for x in range(-radius, radius + 1) for y in range(-radius, radius + 1)
              if radius * radius - 2 * radius < x * x + y * y <= radius * radius]
    random.Random(radius).shuffle(points)
    return rows(len(points), *points)


P29 = [
    rows(5, (0, 0), (4, 0), (4, 3), (0, 3), (2, 5)),
    rows(4, (0, 0), (6, 0), (0, 6), (1, 1)),
    rows(3, (0, 0), (1, 0), (0, 1)),
    rows(3, (0, 0), (1, 1), (5, 5)),
    rows(4, (0, 0), (0, 2), (2, 2), (2, 0)),
    rows(4, (-3, 0), (0, 0), (5, 0), (1, 7)),
    rows(6, (0, 0), (2, 0), (4, 0), (4, 4), (0, 4), (2, 4)),
    rows(5, (7, -7), (-7, 7), (0, 0), (3, -3), (-2, 2)),
    rows(5, (-1000, -1000), (1000, 1000), (1000, -1000), (-1000, 1000), (0, 0)),
    rows(7, (0, 0), (10, 0), (10, 10), (0, 10), (5, 11), (5, -1), (11, 5)),
    stakes(2901, 8, 6),
    stakes(2902, 12, 3),
    stakes(2903, 40, 50),
    stakes(2904, 120, 1000),
    ring_of_stakes(13),
]
PROBLEMS.append({
    "id": "emp-C-29",
    "title": "The Rubber Band",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "train",
    "statement": statement("""
Stakes stand on a field, all at different points with integer coordinates. A rubber band is stretched around all of them and lies tight. Now one stake has to be pulled out, and the band snaps tight around the remaining ones. It should enclose as little area as possible then.

Find twice the smallest area that the band can enclose after one stake was pulled out, and the number of stakes for which this happens. (If all the remaining stakes stand on one line, the band encloses the area 0.)

Input

The first line holds n (3 <= n <= 150). Each of the next n lines holds the coordinates x and y of a stake (-1000 <= x, y <= 1000).

Output

One line with two integers: twice the smallest area, which is always an integer, and the number of stakes whose removal leads to it.
""", [(P29[0], "20 2"), (P29[1], "6 2")]),
    "inputs": P29,
    "reference_a": code('''
def cross(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def double_area(points):
    hull = []
    for line in (points, points[::-1]):
        chain = []
        for p in line:
            while len(chain) >= 2 and cross(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        hull += chain[:-1]
    area = 0
    for i in range(len(hull)):
        x1, y1 = hull[i - 1]
        x2, y2 = hull[i]
        area += x1 * y2 - x2 * y1
    return area


def main():
    n = int(input())
    points = sorted(tuple(map(int, input().split())) for _ in range(n))
    areas = []
    for i in range(n):
        areas.append(double_area(points[:i] + points[i + 1:]))
    print(min(areas), areas.count(min(areas)))


main()
'''),
    "reference_b": code('''
import sys


def turn(o, p, q):
    return ((p - o).conjugate() * (q - o)).imag


def wrap(stakes):
    band = [min(stakes, key=lambda s: (s.real, s.imag))]
    while True:
        here = band[-1]
        ahead = stakes[0] if stakes[0] != here else stakes[1]
        for s in stakes:
            side = turn(here, ahead, s)
            if side < 0 or side == 0 and abs(s - here) > abs(ahead - here):
                ahead = s
        if ahead == band[0]:
            return band
        band.append(ahead)


def enclosed(stakes):
    band = wrap(stakes)
    return sum(turn(band[0], p, q) for p, q in zip(band, band[1:]))


numbers = iter(map(int, sys.stdin.read().split()[1:]))
stakes = [complex(x, y) for x, y in zip(numbers, numbers)]
corners = set(wrap(stakes))
whole = enclosed(stakes)
results = [
    enclosed([s for s in stakes if s != out]) if out in corners else whole
    for out in stakes
]
print(int(min(results)), results.count(min(results)))
'''),
})


# ---------------------------------------------------------------- C-30
def switchboard(seed, lamps, count, cost, free=0.3):
    rng = random.Random(seed)
    switches = []
    for _ in range(count):
        mask = 0
        for lamp in rng.sample(range(lamps), rng.randint(1, 3)):
            mask |= 1 << lamp
        switches.append([mask, -1 if rng.random() < free else rng.randrange(lamps), rng.randint(1, cost)])
    return args(lamps, rng.randrange(1 << lamps), rng.randrange(1 << lamps), switches)


P30 = [
    args(3, 1, 6, [[3, 0, 4], [6, 1, 5], [4, -1, 20], [1, 2, 1]]),
    args(2, 0, 3, [[1, 1, 2], [2, 0, 2]]),
    args(1, 0, 0, [[1, 0, 5]]),
    args(1, 0, 1, [[1, -1, 9]]),
    args(1, 1, 0, [[1, 0, 9], [1, -1, 8]]),
    args(2, 3, 0, [[3, 0, 10], [1, 1, 3], [2, 1, 4]]),
    args(3, 7, 0, [[1, -1, 1], [2, 0, 1], [4, 1, 1]]),
    args(3, 0, 7, [[1, -1, 1], [2, 0, 1], [4, 1, 1], [7, -1, 4]]),
    args(3, 0, 4, [[1, -1, 1], [2, 0, 1], [4, 1, 1], [7, -1, 4]]),
    switchboard(3028, 5, 5, 9),
    switchboard(3015, 5, 5, 9, 0.1),
    switchboard(3032, 6, 6, 20),
    switchboard(3003, 8, 8, 50, 0.15),
    switchboard(3004, 11, 11, 100, 0.1),
    switchboard(3005, 11, 20, 100),
    switchboard(3025, 11, 14, 100, 0.08),
    switchboard(3026, 11, 14, 100, 0.08),
]
PROBLEMS.append({
    "id": "emp-C-30",
    "title": "Guarded Switches",
    "kind": "functional",
    "func_name": "cheapest",
    "starter_code": (
        "class Solution:\n"
        "    def cheapest(self, n: int, start: int, goal: int, switches: List[List[int]]) -> int:\n        "
    ),
    "difficulty": "hard",
    "half": "eval",
    "statement": statement("""
An old theatre has n lamps, numbered 0 to n - 1. A lighting is written as a number: bit i is 1 if lamp i is on. The lighting now is start, and the director wants goal.

There are switches. Switch [mask, guard, cost] changes every lamp whose bit is set in mask: lamps that were on go off, lamps that were off go on. If guard is -1, the switch can always be used. Otherwise it can only be used at a moment when lamp guard is on (it does not matter whether the switch then turns that very lamp off). Each use of a switch costs cost coins, and a switch may be used any number of times.

Write the method cheapest, which returns the smallest number of coins that leads from start to goal, or -1 if there is no way.

Constraints: 1 <= n <= 11; 0 <= start, goal < 2^n; 1 <= len(switches) <= 20; 1 <= mask < 2^n; -1 <= guard < n; 1 <= cost <= 100.

Example 1:

Input: n = 3, start = 1, goal = 6, switches = [[3, 0, 4], [6, 1, 5], [4, -1, 20], [1, 2, 1]]
Output: 14

Example 2:

Input: n = 2, start = 0, goal = 3, switches = [[1, 1, 2], [2, 0, 2]]
Output: -1
"""),
    "inputs": P30,
    "reference_a": code('''
import heapq
from typing import List


class Solution:
    def cheapest(self, n: int, start: int, goal: int, switches: List[List[int]]) -> int:
        best = {start: 0}
        heap = [(0, start)]
        while heap:
            coins, lamps = heapq.heappop(heap)
            if lamps == goal:
                return coins
            if coins > best[lamps]:
                continue
            for mask, guard, cost in switches:
                if guard >= 0 and not lamps >> guard & 1:
                    continue
                target = lamps ^ mask
                total = coins + cost
                if target not in best or total < best[target]:
                    best[target] = total
                    heapq.heappush(heap, (total, target))
        return -1
'''),
    "reference_b": code('''
class Solution:
    def cheapest(self, n, start, goal, switches):
        price = [float("inf")] * (1 << n)
        price[start] = 0
        changed = {start}
        while changed:
            upcoming = set()
            for lamps in changed:
                for mask, guard, cost in switches:
                    usable = guard == -1 or lamps & (1 << guard)
                    if usable and price[lamps] + cost < price[lamps ^ mask]:
                        price[lamps ^ mask] = price[lamps] + cost
                        upcoming.add(lamps ^ mask)
            changed = upcoming
        return price[goal] if price[goal] < float("inf") else -1
'''),
})


# ---------------------------------------------------------------- C-31
def skyline(seed, count, width, height):
    """A simple polygon: a flat bottom and a jagged, slanted top, turned some way round."""
    rng = random.Random(seed)
    xs = sorted(rng.sample(range(width), count))
    points = [(x, rng.randint(1, height)) for x in xs]
    points += [(xs[-1], -rng.randint(0, height)), (xs[0], 0)]
    if seed % 2:
        points.reverse()
    shift = rng.randrange(len(points))
    points = points[shift:] + points[:shift]
    dx, dy = rng.randint(-width, 0), rng.randint(-height, height)
    return rows(len(points), *((x + dx, y + dy) for x, y in points))


P31 = [
    rows(4, (0, 0), (4, 0), (4, 3), (0, 3)),
    rows(3, (1, 1), (3, 7), (6, 2)),
    rows(3, (0, 0), (1, 0), (0, 1)),
    rows(3, (0, 0), (0, 1), (1, 0)),
    rows(4, (-1, 0), (0, -1), (1, 0), (0, 1)),
    rows(4, (0, 0), (2, 0), (4, 0), (0, 4)),
    rows(6, (0, 0), (5, 0), (5, 2), (2, 2), (2, 5), (0, 5)),
    rows(3, (-1000000, -1000000), (1000000, -1000000), (-1000000, 1000000)),
    rows(4, (0, 0), (6, 3), (0, 6), (2, 3)),
    rows(4, (1000000, 1000000), (-1000000, 1000000), (-1000000, -1000000), (1000000, -1000000)),
    skyline(3101, 5, 20, 12),
    skyline(3102, 30, 100, 60),
    skyline(3103, 998, 1000000, 900000),
    skyline(3104, 900, 2000, 12),
]
PROBLEMS.append({
    "id": "emp-C-31",
    "title": "Apple Trees Behind the Fence",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
In a huge orchard, an apple tree grows at every point with integer coordinates. A farmer has fenced off a part of it. The corners of the fence stand at integer points; between one corner and the next the fence runs straight, and from the last corner it runs back to the first. The fence does not cross or touch itself, and it goes right through the trees that stand on its line.

Count the trees on the line of the fence (corners included) and the trees strictly inside it.

Input

The first line holds n, the number of corners (3 <= n <= 1000). Each of the next n lines holds the coordinates x and y of a corner, in the order in which they follow each other along the fence, clockwise or anticlockwise. No coordinate is greater than 1000000 or less than -1000000. Three neighbouring corners may stand on one line.

Output

One line with two integers: the number of trees on the fence and the number of trees inside.
""", [(P31[0], "14 6"), (P31[1], "4 13")]),
    "inputs": P31,
    "reference_a": code('''
from math import gcd


def main():
    n = int(input())
    corners = []
    for _ in range(n):
        x, y = map(int, input().split())
        corners.append((x, y))
    doubled = 0
    border = 0
    for i in range(n):
        x1, y1 = corners[i]
        x2, y2 = corners[(i + 1) % n]
        doubled += x1 * y2 - x2 * y1
        border += gcd(abs(x2 - x1), abs(y2 - y1))
    # Pick: area = inside + border / 2 - 1
    inside = (abs(doubled) - border + 2) // 2
    print(border, inside)


main()
'''),
    "reference_b": code('''
import math
import sys

numbers = list(map(int, sys.stdin.read().split()))
xs, ys = numbers[1::2], numbers[2::2]
next_xs, next_ys = xs[1:] + xs[:1], ys[1:] + ys[:1]
steps = [(b - a, d - c) for a, b, c, d in zip(xs, next_xs, ys, next_ys)]
on_fence = sum(math.gcd(dx, dy) for dx, dy in steps)
area = sum((y + v) * dx for y, v, (dx, dy) in zip(ys, next_ys, steps))
print(on_fence, (abs(area) - on_fence) // 2 + 1)
'''),
})


# ---------------------------------------------------------------- C-32
def pucks(seed, width, height, count, seconds):
    rng = random.Random(seed)
    out = []
    for _ in range(count):
        direction = rng.choice(["NE", "NW", "SE", "SW"])
        out.append((rng.randint(1, width - 1), rng.randint(1, height - 1), direction, rng.randint(1, seconds)))
    return rows((width, height, count), *out)


P32 = [
    rows((5, 4, 3), (1, 2, "NE", 3), (4, 3, "NE", 1), (2, 2, "SW", 10)),
    rows((4, 4, 2), (2, 2, "NW", 2), (2, 2, "NW", 3)),
    rows((2, 2, 1), (1, 1, "SE", 1)),
    rows((2, 2, 4), (1, 1, "NE", 5), (1, 1, "NW", 5), (1, 1, "SE", 5), (1, 1, "SW", 5)),
    rows((2, 9, 2), (1, 4, "NE", 20), (1, 4, "SW", 21)),
    rows((50, 3, 3), (1, 1, "NW", 1), (49, 2, "SE", 2), (25, 1, "SE", 5)),
    rows((7, 5, 4), (3, 1, "NE", 4), (3, 1, "NE", 5), (3, 1, "SW", 3), (3, 1, "SW", 4)),
    pucks(3201, 6, 8, 8, 30),
    pucks(3202, 13, 3, 10, 100),
    pucks(3203, 97, 64, 12, 5000),
    pucks(3204, 1000, 1000, 20, 5000),
    pucks(3205, 3, 1000, 20, 5000),
]
PROBLEMS.append({
    "id": "emp-C-32",
    "title": "Puck on the Table",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
A puck slides over a rectangular table without losing speed. The table reaches from x = 0 in the west to x = w in the east, and from y = 0 in the south to y = h in the north. The puck starts strictly inside, at integer coordinates, and heads north-east (NE), north-west (NW), south-east (SE) or south-west (SW): every second, x changes by 1 and y changes by 1.

When the puck reaches the western or eastern edge, it bounces: from then on x changes the other way. When it reaches the southern or northern edge, y changes the other way from then on. In a corner both happen, which counts as two bounces.

For several pucks, each alone on the table, find the place after t seconds and the number of bounces so far. A puck that reaches an edge exactly at the end has already bounced there.

Input

The first line holds w, h and q (2 <= w, h <= 1000, 1 <= q <= 20). Each of the next q lines holds x, y, a direction and t for one puck (0 < x < w, 0 < y < h, 1 <= t <= 5000).

Output

For each puck one line with three integers: x and y after t seconds, and the number of bounces.
""", [(P32[0], "4 3 1\n5 4 2\n2 0 5"), (P32[1], "0 4 2\n1 3 2")]),
    "inputs": P32,
    "reference_a": code('''
def main():
    w, h, q = map(int, input().split())
    for _ in range(q):
        x, y, direction, t = input().split()
        x, y, t = int(x), int(y), int(t)
        dx = 1 if "E" in direction else -1
        dy = 1 if "N" in direction else -1
        bounces = 0
        for _ in range(t):
            x += dx
            y += dy
            if x == 0 or x == w:
                dx = -dx
                bounces += 1
            if y == 0 or y == h:
                dy = -dy
                bounces += 1
        print(x, y, bounces)


if __name__ == "__main__":
    main()
'''),
    "reference_b": code('''
import sys


def slide(position, forward, size, seconds):
    # Unfold the table: a straight slide over mirrored copies of it.
    begin = position if forward else 2 * size - position
    end = begin + seconds
    place = end % (2 * size)
    return min(place, 2 * size - place), end // size - begin // size


w, h, q = map(int, sys.stdin.readline().split())
for _ in range(q):
    x, y, direction, t = sys.stdin.readline().split()
    new_x, hits_x = slide(int(x), direction[1] == "E", w, int(t))
    new_y, hits_y = slide(int(y), direction[0] == "N", h, int(t))
    print(new_x, new_y, hits_x + hits_y)
'''),
})
