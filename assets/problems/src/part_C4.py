"""Part C of the problem suite, problems 21 to 26: paint, punch cards, trees, orders, radios, ropes.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, code, lines, statement

PROBLEMS = []


# ---------------------------------------------------------------- C-21
P21 = [
    lines((3, 5, 3), "AABBB", "ACCAB", "DCAAA"),
    lines((2, 3, 2), "XYX", "XYX"),
    lines((1, 1, 1), "Z"),
    lines((1, 1, 2), "Z"),
    lines((2, 2, 2), "AB", "BA"),
    lines((3, 3, 9), "QQQ", "QQQ", "QQQ"),
    lines((1, 7, 3), "CCCBBBA"),
    lines((2, 4, 1), "AABB", "CABD"),
    lines((3, 3, 1), "AAA", "BCC", "CCA"),
    lines((6, 1, 2), "M", "M", "L", "L", "M", "K"),
    lines((4, 6, 4), "ABBBBA", "ABAABA", "ABABBA", "AAABAA"),
    *(lambda make: [make(2101, 8, 9, 3, "AB"), make(2102, 20, 20, 4, "WXYZ"), make(2103, 150, 150, 5, "RGB"),
                    make(2104, 120, 140, 12, "HI")])(
        lambda seed, h, w, k, colours: (lambda rng: lines(
            (h, w, k), *("".join(rng.choice(colours) for _ in range(w)) for _ in range(h))
        ))(random.Random(seed))
    ),
]
PROBLEMS.append({
    "id": "emp-C-21",
    "title": "Spilled Paint",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "train",
    "statement": statement("""
Paint was spilled over a tiled floor, and now every tile has one colour, written as a capital letter. A puddle is a largest possible set of tiles of one colour that hang together by their sides: from any tile of the puddle one can step to any other, always to a tile above, below, to the left or to the right, without leaving the puddle.

Count the puddles that have at least k tiles, and find the largest puddle.

Input

The first line holds h, w and k (1 <= h, w <= 150, 1 <= k <= 22500). Each of the next h lines holds w capital letters.

Output

One line: the number of puddles with at least k tiles, the colour of the largest puddle and its number of tiles, separated by spaces. If several colours have a largest puddle of the same size, give the colour that comes first in the alphabet.
""", [(P21[0], "4 A 4"), (P21[1], "3 X 2")]),
    "inputs": P21,
    "reference_a": code('''
def main():
    h, w, k = map(int, input().split())
    floor = [list(input()) for _ in range(h)]
    seen = [[False] * w for _ in range(h)]
    large = 0
    best_size, best_colour = 0, ""
    for r in range(h):
        for c in range(w):
            if seen[r][c]:
                continue
            colour = floor[r][c]
            seen[r][c] = True
            stack = [(r, c)]
            size = 0
            while stack:
                y, x = stack.pop()
                size += 1
                for ny, nx in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                    if 0 <= ny < h and 0 <= nx < w and not seen[ny][nx]:
                        if floor[ny][nx] == colour:
                            seen[ny][nx] = True
                            stack.append((ny, nx))
            if size >= k:
                large += 1
            if size > best_size or size == best_size and colour < best_colour:
                best_size, best_colour = size, colour
    print(large, best_colour, best_size)


if __name__ == "__main__":
    main()
'''),
    "reference_b": code('''
import sys
from collections import Counter

tokens = sys.stdin.read().split()
h, w, k = map(int, tokens[:3])
tiles = "".join(tokens[3:])
leader = list(range(h * w))


def find(i):
    while leader[i] != i:
        leader[i] = leader[leader[i]]
        i = leader[i]
    return i


for i in range(h * w):
    if i % w and tiles[i] == tiles[i - 1]:
        leader[find(i)] = find(i - 1)
    if i >= w and tiles[i] == tiles[i - w]:
        leader[find(i)] = find(i - w)

sizes = Counter(map(find, range(h * w)))
size, colour = min((-size, tiles[i]) for i, size in sizes.items())
print(sum(s >= k for s in sizes.values()), colour, -size)
'''),
})


# ---------------------------------------------------------------- C-22
def cards(seed, specs):
    """Cards with even rows and columns, then `faults` random spots turned over."""
    rng = random.Random(seed)
    out = [len(specs)]
    for height, width, faults in specs:
        grid = [[rng.randint(0, 1) for _ in range(width)] for _ in range(height)]
        for line in grid:
            line[-1] = sum(line[:-1]) % 2
        for c in range(width):
            grid[-1][c] = sum(line[c] for line in grid[:-1]) % 2
        for spot in rng.sample(range(height * width), faults):
            grid[spot // width][spot % width] ^= 1
        out.append((height, width))
        out.extend("".join(map(str, line)) for line in grid)
    return lines(*out)


P22 = [
    lines(3, (2, 2), "11", "11", (2, 3), "110", "010", (3, 3), "100", "010", "000"),
    lines(2, (1, 1), "1", (3, 2), "10", "01", "11"),
    lines(1, (1, 1), "0"),
    lines(2, (1, 4), "0110", (4, 1), "1", "0", "0", "1"),
    lines(2, (1, 4), "0010", (4, 1), "0", "0", "0", "1"),
    lines(2, (1, 3), "111", (2, 2), "10", "01"),
    lines(2, (2, 2), "11", "00", (2, 2), "10", "10"),
    lines(1, (3, 3), "110", "101", "000"),
    lines(2, (3, 4), "1000", "1000", "1000", (4, 3), "110", "111", "110", "000"),
    cards(2201, [(3, 4, 0), (3, 4, 1), (4, 3, 1), (3, 4, 2), (5, 5, 3)]),
    cards(2202, [(6, 7, 1), (2, 9, 1), (8, 8, 2), (7, 6, 4), (5, 4, 0)]),
    cards(2203, [(2, 2, 1), (2, 2, 2), (2, 2, 3), (2, 2, 4)]),
    cards(2204, [(100, 100, 1), (100, 90, 0), (95, 100, 1), (100, 100, 3)]),
]
PROBLEMS.append({
    "id": "emp-C-22",
    "title": "Repairing Punch Cards",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
An old weaving loom reads its patterns from punch cards. A card is a rectangle of spots, 1 for a hole and 0 for none. The maker chose the patterns so that every row and every column of a card has an even number of holes. Dust and wear have damaged some cards since.

For each card, decide:

- `OK`: every row and every column has an even number of holes;
- `FIX r c`: the card is not OK, but it becomes OK when exactly one spot is changed, namely the spot in row r and column c (both counted from 1);
- `BROKEN`: everything else.

Input

The first line holds t, the number of cards (1 <= t <= 10). Each card begins with a line that holds its height h and width w (1 <= h, w <= 100); then follow h lines with w digits each, 0 or 1.

Output

For each card one line: `OK`, `FIX r c` or `BROKEN`.
""", [(P22[0], "OK\nFIX 2 1\nBROKEN"), (P22[1], "FIX 1 1\nBROKEN")]),
    "inputs": P22,
    "reference_a": code('''
import sys


def main():
    tokens = iter(sys.stdin.read().split())
    for _ in range(int(next(tokens))):
        h, w = int(next(tokens)), int(next(tokens))
        card = [next(tokens) for _ in range(h)]
        odd_rows = []
        for r in range(h):
            if card[r].count("1") % 2 == 1:
                odd_rows.append(r + 1)
        odd_columns = []
        for c in range(w):
            holes = 0
            for r in range(h):
                if card[r][c] == "1":
                    holes += 1
            if holes % 2 == 1:
                odd_columns.append(c + 1)
        if not odd_rows and not odd_columns:
            print("OK")
        elif len(odd_rows) == 1 and len(odd_columns) == 1:
            print("FIX", odd_rows[0], odd_columns[0])
        else:
            print("BROKEN")


main()
'''),
    "reference_b": code('''
from functools import reduce
from operator import xor

for _ in range(int(input())):
    h, w = map(int, input().split())
    card = [int(input(), 2) for _ in range(h)]
    odd = [r for r, line in enumerate(card, 1) if bin(line).count("1") & 1]
    columns = reduce(xor, card)
    if len(odd) == 1 and columns and columns & (columns - 1) == 0:
        print("FIX", odd[0], w - columns.bit_length() + 1)
    else:
        print("BROKEN" if odd or columns else "OK")
'''),
})


# ---------------------------------------------------------------- C-23
def valley(seed, size, reach, people, length):
    rng = random.Random(seed)
    label = list(range(1, size + 1))
    rng.shuffle(label)
    edges = [(label[i], label[rng.randint(max(0, i - reach), i - 1)], rng.randint(1, length)) for i in range(1, size)]
    rng.shuffle(edges)
    return lines(size, [rng.randint(0, people) for _ in range(size)], *edges)


P23 = [
    lines(4, [1, 2, 3, 4], (1, 2, 5), (2, 3, 1), (2, 4, 2)),
    lines(2, [3, 3], (1, 2, 7)),
    lines(1, [5]),
    lines(2, [0, 1], (2, 1, 100)),
    lines(3, [0, 0, 0], (1, 2, 3), (2, 3, 4)),
    lines(4, [2, 2, 2, 2], (1, 4, 1), (1, 2, 3), (2, 3, 1)),
    lines(5, [2, 1, 1, 1, 1], (1, 2, 1), (1, 3, 1), (3, 4, 9), (4, 5, 9)),
    lines(6, [1, 0, 0, 0, 0, 1], (6, 5, 2), (5, 4, 2), (4, 2, 2), (2, 3, 2), (3, 1, 2)),
    lines(4, [1, 1, 1, 3], (3, 4, 10), (3, 1, 1), (3, 2, 1)),
    lines(4, [1, 1, 1, 2], (4, 3, 10), (1, 3, 1), (3, 2, 1)),
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
    return lines((stops, jobs, rules), [rng.randint(1, stops) for _ in range(jobs)], *pairs)


P24 = [
    lines((3, 4, 3), [1, 3, 2, 3], (2, 1), (1, 3), (3, 4)),
    lines((4, 3, 0), [4, 2, 4]),
    lines((1, 1, 0), [1]),
    lines((1, 3, 2), [1, 1, 1], (3, 2), (2, 1)),
    lines((5, 1, 0), [4]),
    lines((2, 4, 3), [1, 2, 1, 2], (1, 2), (2, 3), (3, 4)),
    lines((3, 3, 2), [1, 2, 3], (3, 2), (2, 1)),
    lines((10, 2, 1), [10, 9], (1, 2)),
    lines((4, 5, 4), [2, 2, 1, 3, 4], (1, 3), (2, 3), (3, 4), (1, 5)),
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
