"""Part C of the problem suite, problems 27 to 32: tides, bends, hulls, switches, fences, a puck.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, code, lines, statement

PROBLEMS = []


# ---------------------------------------------------------------- C-27
def sea_floor(seed, height, width, top, levels):
    rng = random.Random(seed)
    grid = [[rng.randint(0, top) for _ in range(width)] for _ in range(height)]
    return lines((height, width, len(levels)), *grid, levels)


P27 = [
    lines((3, 5, 4), [1, 3, 1, 2, 2], [3, 3, 1, 1, 2], [0, 1, 1, 4, 1], [0, 1, 2, 4]),
    lines((2, 2, 3), [5, 1], [1, 5], [0, 1, 5]),
    lines((1, 1, 1), [0], [0]),
    lines((1, 1, 2), [1], [1, 0]),
    lines((1, 6, 5), [2, 4, 1, 4, 3, 5], [3, 0, 2, 4, 1]),
    lines((5, 1, 3), [9], [9], [3], [9], [7], [3, 8, 3]),
    lines((3, 3, 3), [7, 7, 7], [7, 2, 7], [7, 7, 7], [1, 2, 7]),
    lines((3, 3, 2), [3, 1, 3], [1, 3, 1], [3, 1, 3], [1, 2]),
    lines((2, 3, 1), [1000, 0, 1000], [1000, 0, 1000], [999]),
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
    return lines((height, width, turns), *grid)


P28 = [
    lines((3, 4, 2), [1, 9, 1, 1], [1, 9, 9, 9], [1, 1, 1, 2]),
    lines((3, 3, 1), [1, 2, -1], [2, -1, 3], [-1, 2, 1]),
    lines((1, 1, 0), [7]),
    lines((1, 5, 0), [1, 2, 3, 4, 5]),
    lines((4, 1, 3), [5], [0], [0], [2]),
    lines((1, 3, 4), [5, -1, 2]),
    lines((1, 4, 0), [5, -1, 99, 99]),
    lines((2, 3, 1), [0, 0, 0], [0, 0, 0]),
    lines((2, 2, 0), [1, 1], [1, 1]),
    lines((2, 2, 1), [1, 5], [6, 1]),
    lines((3, 3, 3), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    lines((3, 3, 2), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    lines((3, 3, 4), [0, 9, 0], [0, 9, 9], [9, 9, 0]),
    lines((2, 5, 10), [3, 0, 0, 0, -1], [4, -1, 2, 2, 2]),
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
    return lines(count, *points)


def ring_of_stakes(radius):
    points = [(x, y) for x in range(-radius, radius + 1) for y in range(-radius, radius + 1)
              if radius * radius - 2 * radius < x * x + y * y <= radius * radius]
    random.Random(radius).shuffle(points)
    return lines(len(points), *points)


P29 = [
    lines(5, (0, 0), (4, 0), (4, 3), (0, 3), (2, 5)),
    lines(4, (0, 0), (6, 0), (0, 6), (1, 1)),
    lines(3, (0, 0), (1, 0), (0, 1)),
    lines(3, (0, 0), (1, 1), (5, 5)),
    lines(4, (0, 0), (0, 2), (2, 2), (2, 0)),
    lines(4, (-3, 0), (0, 0), (5, 0), (1, 7)),
    lines(6, (0, 0), (2, 0), (4, 0), (4, 4), (0, 4), (2, 4)),
    lines(5, (7, -7), (-7, 7), (0, 0), (3, -3), (-2, 2)),
    lines(5, (-1000, -1000), (1000, 1000), (1000, -1000), (-1000, 1000), (0, 0)),
    lines(7, (0, 0), (10, 0), (10, 10), (0, 10), (5, 11), (5, -1), (11, 5)),
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
    return lines(len(points), *((x + dx, y + dy) for x, y in points))


P31 = [
    lines(4, (0, 0), (4, 0), (4, 3), (0, 3)),
    lines(3, (1, 1), (3, 7), (6, 2)),
    lines(3, (0, 0), (1, 0), (0, 1)),
    lines(3, (0, 0), (0, 1), (1, 0)),
    lines(4, (-1, 0), (0, -1), (1, 0), (0, 1)),
    lines(4, (0, 0), (2, 0), (4, 0), (0, 4)),
    lines(6, (0, 0), (5, 0), (5, 2), (2, 2), (2, 5), (0, 5)),
    lines(3, (-1000000, -1000000), (1000000, -1000000), (-1000000, 1000000)),
    lines(4, (0, 0), (6, 3), (0, 6), (2, 3)),
    lines(4, (1000000, 1000000), (-1000000, 1000000), (-1000000, -1000000), (1000000, -1000000)),
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
    return lines((width, height, count), *out)


P32 = [
    lines((5, 4, 3), (1, 2, "NE", 3), (4, 3, "NE", 1), (2, 2, "SW", 10)),
    lines((4, 4, 2), (2, 2, "NW", 2), (2, 2, "NW", 3)),
    lines((2, 2, 1), (1, 1, "SE", 1)),
    lines((2, 2, 4), (1, 1, "NE", 5), (1, 1, "NW", 5), (1, 1, "SE", 5), (1, 1, "SW", 5)),
    lines((2, 9, 2), (1, 4, "NE", 20), (1, 4, "SW", 21)),
    lines((50, 3, 3), (1, 1, "NW", 1), (49, 2, "SE", 2), (25, 1, "SE", 5)),
    lines((7, 5, 4), (3, 1, "NE", 4), (3, 1, "NE", 5), (3, 1, "SW", 3), (3, 1, "SW", 4)),
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
