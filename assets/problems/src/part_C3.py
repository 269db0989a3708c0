"""Part C of the problem suite, problems 14 to 20: shelves, games, distances, badges, mirrors, hills, hives.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, code, lines, statement

PROBLEMS = []


# ---------------------------------------------------------------- C-14
def shelves(seed, height, width, step, low, high):
    rng = random.Random(seed)
    return lines((height, width, step), *([rng.randint(low, high) for _ in range(width)] for _ in range(height)))


P14 = [
    lines((3, 4, 1), [1, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3]),
    lines((2, 3, 2), [4, 4, 0], [1, 1, 5]),
    lines((1, 1, 0), [7]),
    lines((1, 4, 3), [2, 9, 9, 1]),
    lines((4, 1, 5), [1], [2], [3], [4]),
    lines((3, 3, 3), [1, 2, 3], [4, 5, 6], [7, 8, 9]),
    lines((3, 3, 0), [1, 2, 3], [4, 5, 6], [7, 8, 10]),
    lines((2, 2, 7), [0, 0], [0, 0]),
    lines((3, 5, 1000000000), [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 6]),
    shelves(1401, 6, 7, 3, 0, 9),
    shelves(1402, 20, 13, 8, 0, 99),
    shelves(1403, 100, 100, 37, 0, 9999),
]
PROBLEMS.append({
    "id": "emp-C-14",
    "title": "Sliding Shelves",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
A tall cupboard has h shelves, one below the other, and every shelf holds w boxes side by side. The shelves slide: shelf i, counted from 0 at the top, is slid to the right by i * s places, and a box that is pushed over the right end comes back in at the left end of the same shelf.

After that, the boxes that stand one below the other form a stack. Find the total weight of each stack and the heaviest stack.

Input

The first line holds h, w and s (1 <= h, w <= 100, 0 <= s <= 10^9). Each of the next h lines holds the weights of the boxes on one shelf before sliding, from left to right, as integers from 0 to 9999.

Output

The first line holds the w total weights, from the leftmost stack to the rightmost. The second line holds the number of the heaviest stack, where the leftmost stack has number 1. If several stacks are the heaviest, give the smallest number.
""", [(P14[0], "11 10 18 12\n3"), (P14[1], "5 9 1\n2")]),
    "inputs": P14,
    "reference_a": code('''
def main():
    h, w, s = map(int, input().split())
    totals = [0] * w
    for i in range(h):
        shelf = [int(v) for v in input().split()]
        for j in range(w):
            totals[(j + i * s) % w] += shelf[j]
    print(*totals)
    best = 0
    for j in range(1, w):
        if totals[j] > totals[best]:
            best = j
    print(best + 1)


main()
'''),
    "reference_b": code('''
h, w, s = map(int, input().split())
slid = []
for i in range(h):
    shelf = list(map(int, input().split()))
    cut = w - i * s % w
    slid.append(shelf[cut:] + shelf[:cut])
stacks = [sum(stack) for stack in zip(*slid)]
print(" ".join(map(str, stacks)))
print(stacks.index(max(stacks)) + 1)
'''),
})


# ---------------------------------------------------------------- C-15
rng = random.Random(1500)
P15 = [
    lines((3, 6), [1, 2, 3], [0, 1, 2, 3, 4, 5]),
    lines((2, 5), [3, 5], [2, 3, 6, 8, 11]),
    lines((1, 3), [1], [0, 1, 2]),
    lines((1, 4), [7], [6, 7, 14, 15]),
    lines((2, 9), [1, 2], list(range(1, 10))),
    lines((2, 8), [2, 4], [0, 3, 4, 5, 6, 8, 9, 12]),
    lines((3, 20), [9, 4, 1], list(range(20))),
    lines((4, 30), [2, 3, 7, 10], list(range(5, 35))),
    lines((5, 50), [6, 5, 12, 1, 8], list(range(1, 51))),
    lines((8, 100), [4, 7, 9, 15, 22, 31, 58, 60], [rng.randint(0, 2000) for _ in range(100)]),
    lines((3, 100), [5, 10, 15], [rng.randint(1900, 2000) for _ in range(100)]),
    lines((2, 1), [1999, 2000], [2000]),
]
PROBLEMS.append({
    "id": "emp-C-15",
    "title": "No Echo",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
Two players share a pile of pebbles and take turns. A list of allowed numbers is agreed on before the game. On a turn, the player takes one of the allowed numbers of pebbles from the pile, but not the number that the other player took on the turn just before: echoing is rude. On the very first turn every allowed number may be taken. Who cannot make a move loses.

Both play perfectly. For several sizes of the pile, say who wins.

Input

The first line holds k, the count of allowed numbers, and q, the count of piles (1 <= k <= 8, 1 <= q <= 100). The second line holds the k different allowed numbers, from 1 to 2000. The third line holds the q sizes of the piles, from 0 to 2000.

Output

For each pile one line: if the player who begins can force a win, `FIRST m`, where m is the smallest number that this player can take on the first turn and still win; otherwise `SECOND`.
""", [(P15[0], "SECOND\nFIRST 1\nFIRST 1\nFIRST 3\nSECOND\nFIRST 1"), (P15[1], "SECOND\nFIRST 3\nFIRST 3\nSECOND\nFIRST 3")]),
    "inputs": P15,
    "reference_a": code('''
def main():
    k, q = map(int, input().split())
    allowed = sorted(map(int, input().split()))
    piles = list(map(int, input().split()))
    top = max(piles)
    # wins[last][size]: can the player to move win if `last` was just taken?
    wins = {last: [False] * (top + 1) for last in allowed}
    for size in range(top + 1):
        good = [m for m in allowed if m <= size and not wins[m][size - m]]
        for last in allowed:
            wins[last][size] = any(m != last for m in good)
    for size in piles:
        answer = "SECOND"
        for m in allowed:
            if m <= size and not wins[m][size - m]:
                answer = f"FIRST {m}"
                break
        print(answer)


main()
'''),
    "reference_b": code('''
import sys

k, q, *rest = map(int, sys.stdin.read().split())
moves, piles = rest[:k], rest[k:]
winning = []
for size in range(max(piles) + 1):
    winning.append({
        take
        for take in moves
        if take <= size and winning[size - take] <= {take}
    })
for size in piles:
    if winning[size]:
        print("FIRST", min(winning[size]))
    else:
        print("SECOND")
'''),
})


# ---------------------------------------------------------------- C-16
def bakery_map(seed, height, width, wall, bakeries):
    rng = random.Random(seed)
    grid = [["#" if rng.random() < wall else "." for _ in range(width)] for _ in range(height)]
    for letter in "AB" * bakeries:
        grid[rng.randrange(height)][rng.randrange(width)] = letter
    return lines((height, width), *("".join(line) for line in grid))


P16 = [
    lines((3, 6), "A....B", ".##.#.", "....#."),
    lines((2, 5), "A.#..", "..#.B"),
    lines((1, 1), "."),
    lines((1, 1), "A"),
    lines((2, 2), "##", "#."),
    lines((1, 5), "A...B"),
    lines((1, 6), "A....B"),
    lines((1, 8), "..B..A.."),
    lines((1, 7), "AB...A."),
    lines((4, 4), "A#.B", ".##.", "#..#", "B#.A"),
    lines((3, 3), "...", ".B.", "..."),
    bakery_map(1601, 7, 9, 0.3, 2),
    bakery_map(1602, 15, 15, 0.4, 4),
    bakery_map(1603, 100, 100, 0.3, 12),
    bakery_map(1604, 40, 60, 0.1, 1),
]
PROBLEMS.append({
    "id": "emp-C-16",
    "title": "The Nearest Bakery",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "eval",
    "statement": statement("""
Two bakery chains, A and B, supply a town with bread. On the map, `A` and `B` are bakeries of the two chains, `.` is a house and `#` is a wall. People walk from a cell to any of the four cells next to it, through houses and bakeries alike, but not through walls.

The people of a house buy at the chain whose nearest bakery can be reached in fewer steps. If both chains are equally near they cannot decide, and if neither can be reached they bake for themselves. A chain may have no bakery at all.

Input

The first line holds the height h and the width w of the map (1 <= h, w <= 100). Each of the next h lines holds w characters.

Output

One line with four integers: the number of houses that buy at chain A, the number that buy at chain B, the number that cannot decide, and the number that bake for themselves.
""", [(P16[0], "6 6 0 0"), (P16[1], "3 3 0 0")]),
    "inputs": P16,
    "reference_a": code('''
import sys
from collections import deque


def distances(grid, letter):
    steps = {}
    for r, line in enumerate(grid):
        for c, cell in enumerate(line):
            if cell == letter:
                steps[(r, c)] = 0
    queue = deque(steps)
    while queue:
        r, c = queue.popleft()
        for spot in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if spot not in steps and grid[spot[0]][spot[1]] != "#":
                steps[spot] = steps[(r, c)] + 1
                queue.append(spot)
    return steps


def main():
    lines = sys.stdin.read().split()[2:]
    edge = "#" * len(lines[0])
    grid = ["#" + line + "#" for line in [edge] + lines + [edge]]
    to_a = distances(grid, "A")
    to_b = distances(grid, "B")
    far = len(grid) * len(edge)
    counts = [0, 0, 0, 0]
    for r, line in enumerate(grid):
        for c, cell in enumerate(line):
            if cell == ".":
                a = to_a.get((r, c), far)
                b = to_b.get((r, c), far)
                counts[0 if a < b else 1 if a > b else 2 if a < far else 3] += 1
    print(*counts)


main()
'''),
    "reference_b": code('''
h, w = map(int, input().split())
cells = {complex(r, c): ch for r in range(h) for c, ch in enumerate(input())}
houses = {p for p, ch in cells.items() if ch == "."}
open_cells = {p for p, ch in cells.items() if ch != "#"}
fronts = [{p for p, ch in cells.items() if ch == letter} for letter in "AB"]
seen = [set(front) for front in fronts]
owner = {"A": 0, "B": 0, "both": 0}
left = set(houses)
while any(fronts):
    for i in (0, 1):
        near = {p + d for p in fronts[i] for d in (1, -1, 1j, -1j)}
        fronts[i] = near & open_cells - seen[i]
        seen[i] |= fronts[i]
    a, b = fronts[0] & left, fronts[1] & left
    owner["A"] += len(a - b)
    owner["B"] += len(b - a)
    owner["both"] += len(a & b)
    left -= a | b
print(owner["A"], owner["B"], owner["both"], len(left))
'''),
})


# ---------------------------------------------------------------- C-17
rng = random.Random(1700)
P17 = [
    args([1, 2, 3, 0, 3], 1),
    args([5, 9, 5, 5], 0),
    args([0], 0),
    args([0], 3),
    args([0, 1023], 10),
    args([0, 1023, 0, 1022], 10),
    args([512, 0, 256, 513, 768], 1),
    args([7, 7, 7, 7, 7, 7], 0),
    args([1, 2, 4, 8, 16, 32, 64, 128, 256, 512], 2),
    args([rng.randrange(16) for _ in range(40)], 2),
    args([rng.randrange(1024) for _ in range(100)], 5),
    args([rng.randrange(1024) for _ in range(100)], 9),
    args([rng.randrange(1024) for _ in range(6000)], 4),
]
PROBLEMS.append({
    "id": "emp-C-17",
    "title": "Punched Badges",
    "kind": "functional",
    "func_name": "countPairs",
    "starter_code": "class Solution:\n    def countPairs(self, badges: List[int], k: int) -> int:\n        ",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
Every guest of a ball wears a badge with ten spots, some of them punched. A badge is written as a number from 0 to 1023: bit b of the number is 1 if spot b is punched.

Two guests may dance together if their badges differ in exactly k spots, that is, in exactly k spots one of the two badges is punched and the other is not. Write the method countPairs, which returns the number of pairs of guests who may dance together. Guests with equal badges are different guests.

Constraints: 1 <= len(badges) <= 6000; 0 <= badges[i] <= 1023; 0 <= k <= 10.

Example 1:

Input: badges = [1, 2, 3, 0, 3], k = 1
Output: 6

Example 2:

Input: badges = [5, 9, 5, 5], k = 0
Output: 3
"""),
    "inputs": P17,
    "reference_a": code('''
from typing import List


class Solution:
    def countPairs(self, badges: List[int], k: int) -> int:
        masks = [mask for mask in range(1024) if bin(mask).count("1") == k]
        seen = [0] * 1024
        pairs = 0
        for badge in badges:
            for mask in masks:
                pairs += seen[badge ^ mask]
            seen[badge] += 1
        return pairs
'''),
    "reference_b": code('''
from collections import Counter
from itertools import combinations


class Solution:
    def countPairs(self, badges, k):
        guests = Counter(badges)
        if k == 0:
            return sum(n * (n - 1) // 2 for n in guests.values())
        total = 0
        for spots in combinations(range(10), k):
            flip = sum(1 << spot for spot in spots)
            total += sum(n * guests[badge ^ flip] for badge, n in list(guests.items()))
        return total // 2
'''),
})


# ---------------------------------------------------------------- C-18
def mirrors(seed, height, width, share, limit):
    rng = random.Random(seed)
    grid = ["".join(rng.choice("/\\") if rng.random() < share else "." for _ in range(width)) for _ in range(height)]
    return args(grid, rng.randrange(height), limit)


P18 = [
    args(["..\\", "...", "/./"], 0, 100),
    args([".\\", "\\/"], 0, 4),
    args(["."], 0, 1),
    args(["/"], 0, 9),
    args(["\\"], 0, 1),
    args(["....."], 0, 4),
    args(["....."], 0, 5),
    args(["....."], 0, 3),
    args(["/\\", "\\/"], 1, 50),
    args(["..\\..", "./.\\.", ".\\./.", "..\\.."], 0, 1000),
    args([".\\.", "...", ".\\.", ".//"], 0, 1000),
    mirrors(18169, 6, 8, 0.5, 1000),
    mirrors(18319, 10, 10, 0.3, 50),
    mirrors(18114, 12, 12, 0.9, 100000),
    mirrors(18114, 12, 12, 0.9, 41),
    mirrors(18255, 12, 12, 0.25, 1000),
    mirrors(18221, 20, 15, 0.7, 100000),
    mirrors(18060, 100, 100, 0.5, 100000),
]
PROBLEMS.append({
    "id": "emp-C-18",
    "title": "Hall of Turning Mirrors",
    "kind": "functional",
    "func_name": "trace",
    "starter_code": "class Solution:\n    def trace(self, hall: List[str], row: int, limit: int) -> List[int]:\n        ",
    "difficulty": "medium",
    "half": "eval",
    "statement": statement("""
The floor of a hall is a rectangle of cells. Some cells hold a two-sided mirror, drawn as `/` or `\\`; the other cells are drawn as `.`. A beam of light enters through the western wall into the leftmost cell of the given row and heads east.

The beam advances in steps. In a step, if the beam's cell holds a mirror, the beam is turned by a right angle as the mirror's drawing suggests (a beam heading east is turned north by `/` and south by `\\`, and so on), and right after that the mirror itself flips: `/` becomes `\\` and `\\` becomes `/`. Then the beam goes on to the next cell in its direction. If that would lead out of the hall, the beam leaves and everything ends; otherwise the next step follows. After limit steps the light is switched off, wherever the beam is.

Write the method trace, which returns a list of three integers: the row and the column of the last cell of the hall that the beam was in, and how often it was turned.

Rows are numbered from 0 in the north, columns from 0 in the west.

Constraints: 1 <= rows, columns <= 100; 0 <= row < number of rows; 1 <= limit <= 100000.

Example 1:

Input: hall = ["..\\\\", "...", "/./"], row = 0, limit = 100
Output: [2, 0, 3]

Example 2:

Input: hall = [".\\\\", "\\\\/"], row = 0, limit = 4
Output: [0, 0, 3]
"""),
    "inputs": P18,
    "reference_a": code(r'''
from typing import List


class Solution:
    def trace(self, hall: List[str], row: int, limit: int) -> List[int]:
        grid = [list(line) for line in hall]
        height, width = len(grid), len(grid[0])
        r, c = row, 0
        dr, dc = 0, 1
        turns = 0
        for _ in range(limit):
            cell = grid[r][c]
            if cell == "/":
                dr, dc = -dc, -dr
                grid[r][c] = "\\"
                turns += 1
            elif cell == "\\":
                dr, dc = dc, dr
                grid[r][c] = "/"
                turns += 1
            if not (0 <= r + dr < height and 0 <= c + dc < width):
                break
            r += dr
            c += dc
        return [r, c, turns]
'''),
    "reference_b": code(r'''
class Solution:
    def trace(self, hall, row, limit):
        cells = {
            (r, c): mark for r, line in enumerate(hall) for c, mark in enumerate(line)
        }
        turned = {"/": dict(zip("NESW", "ENWS")), "\\": dict(zip("NESW", "WSEN"))}
        step = {"N": (-1, 0), "E": (0, 1), "S": (1, 0), "W": (0, -1)}
        here, heading, count = (row, 0), "E", 0
        while limit > 0:
            mark = cells[here]
            if mark != ".":
                heading = turned[mark][heading]
                cells[here] = "/" if mark == "\\" else "\\"
                count += 1
            ahead = (here[0] + step[heading][0], here[1] + step[heading][1])
            if ahead not in cells:
                break
            here = ahead
            limit -= 1
        return [*here, count]
'''),
})


# ---------------------------------------------------------------- C-19
def hill_roads(seed, size, count, limit, height, reach):
    rng = random.Random(seed)
    label = list(range(1, size + 1))
    middle = label[1:-1]
    rng.shuffle(middle)
    label = [1, *middle, size]
    edges = [(label[i], label[rng.randint(max(0, i - reach), i - 1)]) for i in range(1, size)]
    while len(edges) < count:
        i, j = sorted(rng.sample(range(size), 2))
        if j - i <= 3 * reach:
            edges.append((label[i], label[j]))
    rng.shuffle(edges)
    return lines((size, len(edges), limit), [rng.randint(0, height) for _ in range(size)], *edges)


P19 = [
    lines((5, 6, 3), [3, 8, 5, 4, 6], (1, 2), (2, 5), (1, 3), (3, 4), (4, 5), (3, 5)),
    lines((4, 3, 2), [1, 2, 3, 4], (1, 2), (2, 3), (3, 4)),
    lines((2, 1, 1), [5, 5], (1, 2)),
    lines((2, 1, 1), [0, 10000], (2, 1)),
    lines((3, 1, 5), [1, 2, 3], (1, 2)),
    lines((4, 4, 2), [0, 9, 1, 10], (1, 3), (3, 2), (2, 4), (1, 4)),
    lines((4, 4, 3), [0, 8, 1, 9], (1, 3), (3, 2), (2, 4), (1, 4)),
    lines((5, 6, 4), [10, 0, 20, 15, 12], (1, 2), (2, 3), (3, 4), (4, 5), (1, 3), (2, 5)),
    lines((4, 3, 3), [7, 4, 2, 1], (1, 2), (2, 3), (3, 4)),
    lines((6, 5, 4), [7, 4, 2, 1, 3, 9], (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)),
    hill_roads(1901, 12, 24, 4, 30, 2),
    hill_roads(1902, 30, 70, 12, 100, 2),
    hill_roads(1905, 30, 70, 9, 100, 2),
    hill_roads(1903, 300, 1500, 60, 10000, 4),
    hill_roads(1904, 300, 1200, 300, 10000, 2),
]
PROBLEMS.append({
    "id": "emp-C-19",
    "title": "A Gentle Way Over the Hills",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "train",
    "statement": statement("""
Grandfather wants to walk from village 1 to village n. He has energy for at most k roads. Every road joins two villages and can be walked both ways; its steepness is the difference between the heights of its two villages, taken without sign. The hardship of a walk is the largest steepness among its roads.

Find the smallest hardship of a walk from village 1 to village n that uses at most k roads.

Input

The first line holds n, m and k (2 <= n <= 300, 1 <= m <= 1500, 1 <= k <= 300). The second line holds the heights of the n villages (0 to 10000). Each of the next m lines holds two different villages a and b that are joined by a road.

Output

One integer, the smallest hardship, or -1 if there is no such walk.
""", [(P19[0], "2"), (P19[1], "-1")]),
    "inputs": P19,
    "reference_a": code('''
import sys
from collections import deque


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, k = data[:3]
    height = [0] + data[3:3 + n]
    near = [[] for _ in range(n + 1)]
    for i in range(3 + n, 3 + n + 2 * m, 2):
        a, b = data[i], data[i + 1]
        near[a].append(b)
        near[b].append(a)

    def reachable(limit):
        steps = {1: 0}
        queue = deque([1])
        while queue:
            a = queue.popleft()
            for b in near[a]:
                if b not in steps and abs(height[a] - height[b]) <= limit:
                    steps[b] = steps[a] + 1
                    queue.append(b)
        return n in steps and steps[n] <= k

    low, high = 0, max(height) + 1
    while low < high:
        middle = (low + high) // 2
        if reachable(middle):
            high = middle
        else:
            low = middle + 1
    print(low if low <= max(height) else -1)


main()
'''),
    "reference_b": code('''
n, m, k = map(int, input().split())
height = list(map(int, input().split()))
roads = []
for _ in range(m):
    a, b = (int(v) - 1 for v in input().split())
    steep = abs(height[a] - height[b])
    roads += [(a, b, steep), (b, a, steep)]

FAR = 10 ** 9
hardship = [FAR] * n
hardship[0] = 0
for _ in range(k):
    following = hardship[:]
    for a, b, steep in roads:
        worst = max(hardship[a], steep)
        if worst < following[b]:
            following[b] = worst
    if following == hardship:
        break
    hardship = following
print(hardship[-1] if hardship[-1] < FAR else -1)
'''),
})


# ---------------------------------------------------------------- C-20
def garden(seed, height, width, pond, honey):
    rng = random.Random(seed)
    return lines((height, width), *(
        [0 if rng.random() < pond else rng.randint(1, honey) for _ in range(width)] for _ in range(height)
    ))


P20 = [
    lines((3, 3), [4, 1, 5], [2, 9, 2], [3, 1, 4]),
    lines((2, 4), [3, 3, 0, 2], [3, 0, 1, 2]),
    lines((1, 1), [6]),
    lines((1, 1), [0]),
    lines((2, 2), [0, 0], [0, 0]),
    lines((1, 5), [2, 3, 2, 1, 2]),
    lines((5, 1), [1], [5], [1], [5], [1]),
    lines((2, 2), [7, 7], [7, 7]),
    lines((3, 3), [1, 1, 1], [1, 0, 1], [1, 1, 1]),
    lines((4, 3), [1, 2, 1], [2, 1, 2], [1, 2, 1], [2, 1, 2]),
    lines((2, 3), [5, 9, 4], [1, 1, 1]),
    garden(2001, 4, 5, 0.2, 3),
    garden(2002, 6, 6, 0.3, 9),
    garden(2003, 10, 10, 0.1, 2),
    garden(2004, 10, 9, 0.2, 1000),
]
PROBLEMS.append({
    "id": "emp-C-20",
    "title": "Quiet Beehives",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "eval",
    "statement": statement("""
A garden is divided into square plots. A beehive may stand on a plot and then yields the amount of honey that is known for that plot; some plots are ponds, where no hive can stand. Bees need quiet: two hives may not stand on plots that share a side or a corner.

Find the largest total amount of honey, and the number of different ways to place the hives that reach this total. Placing no hive at all is also a way, with total 0.

Input

The first line holds the number of rows h and of columns w (1 <= h, w <= 10). Each of the next h lines holds w integers: the honey of a plot (1 to 1000), or 0 for a pond.

Output

One line with two integers: the largest total and the number of ways to reach it.
""", [(P20[0], "16 1"), (P20[1], "5 6")]),
    "inputs": P20,
    "reference_a": code('''
def main():
    h, w = map(int, input().split())
    masks = [mask for mask in range(1 << w) if mask & mask << 1 == 0]
    states = {0: (0, 1)}
    for _ in range(h):
        honey = [int(v) for v in input().split()]
        ponds = sum(1 << c for c in range(w) if honey[c] == 0)
        following = {}
        for mask in masks:
            if mask & ponds:
                continue
            gain = sum(honey[c] for c in range(w) if mask >> c & 1)
            blocked = mask | mask << 1 | mask >> 1
            best, ways = -1, 0
            for above, (total, count) in states.items():
                if above & blocked:
                    continue
                if total > best:
                    best, ways = total, count
                elif total == best:
                    ways += count
            following[mask] = (best + gain, ways)
        states = following
    top = max(total for total, _ in states.values())
    print(top, sum(count for total, count in states.values() if total == top))


main()
'''),
    "reference_b": code('''
import sys

h, w, *plots = map(int, sys.stdin.read().split())
# The key holds the last w + 1 plots, the newest in the lowest bit.
table = {0: {0: 1}}
for i, honey in enumerate(plots):
    column = i % w
    clash = 1 << w - 1
    if column > 0:
        clash |= 1 | 1 << w
    if column < w - 1:
        clash |= 1 << w - 2
    fresh = {}
    for key, ways in table.items():
        base = key << 1 & (2 << w) - 1
        choices = [(base, 0)]
        if honey > 0 and not key & clash:
            choices.append((base | 1, honey))
        for target, extra in choices:
            slot = fresh.setdefault(target, {})
            for total, count in ways.items():
                slot[total + extra] = slot.get(total + extra, 0) + count
    table = {}
    for key, ways in fresh.items():
        best = max(ways)
        table[key] = {best: ways[best]}
results = [pair for ways in table.values() for pair in ways.items()]
highest = max(results)[0]
print(highest, sum(count for total, count in results if total == highest))
'''),
})
