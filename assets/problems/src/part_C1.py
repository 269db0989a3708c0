"""Part C of the problem suite, problems 01 to 07: a plough, tiles, light, codes, ice, tanks, a mobile.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, code, lines, statement

PROBLEMS = []


# ---------------------------------------------------------------- C-01
def plough_log(seed, count, reach, turn=0.4):
    rng = random.Random(seed)
    log = []
    for _ in range(count):
        if rng.random() < turn:
            log.append(rng.choice("LR"))
        else:
            log.append(f"F {rng.randint(1, reach)}")
    return lines(count, *log)


P01 = [
    lines(6, "F 3", "R", "F 2", "R", "F 1", "L"),
    lines(9, "F 2", "L", "F 2", "L", "F 2", "L", "F 2", "L", "F 3"),
    lines(1, "L"),
    lines(1, "F 1"),
    lines(1, "F 50"),
    lines(4, "F 5", "L", "L", "F 9"),
    lines(4, "R", "F 4", "R", "F 4"),
    lines(5, "R", "R", "R", "R", "F 2"),
    lines(5, "L", "F 2", "R", "R", "F 1"),
    plough_log(101, 30, 4),
    plough_log(102, 200, 6, 0.6),
    plough_log(103, 2000, 50),
]
PROBLEMS.append({
    "id": "emp-C-01",
    "title": "The Snow Plough's Log",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "train",
    "statement": statement("""
After a night of snow, a plough drives over a square that is divided into unit cells. It starts in cell (0, 0) facing north, and the cell it stands in counts as cleared. North means that y grows, east means that x grows.

The driver's log has three kinds of entries:

- `F k`: drive k cells forward; every cell on the way is cleared;
- `L`: turn left by a quarter, without moving;
- `R`: turn right by a quarter, without moving.

Snow does not come back, so driving over a cleared cell changes nothing. Work out how many cells are clear at the end, and where the plough stands.

Input

The first line holds n, the number of entries (1 <= n <= 2000). Each of the next n lines holds one entry. In an entry `F k`, 1 <= k <= 50.

Output

One line with three integers: the number of cleared cells, then x and y of the plough's last cell.
""", [(P01[0], "7 2 2"), (P01[1], "9 0 3")]),
    "inputs": P01,
    "reference_a": code('''
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    count = int(lines[0])
    x = y = 0
    dx, dy = 0, 1
    cleared = {(0, 0)}
    for line in lines[1:count + 1]:
        parts = line.split()
        if parts[0] == "L":
            dx, dy = -dy, dx
        elif parts[0] == "R":
            dx, dy = dy, -dx
        else:
            for _ in range(int(parts[1])):
                x += dx
                y += dy
                cleared.add((x, y))
    print(len(cleared), x, y)


main()
'''),
    "reference_b": code('''
n = int(input())
position, heading = 0j, 1j
track = {position}
for _ in range(n):
    name, *steps = input().split()
    if name == "F":
        path = [position + heading * i for i in range(1, int(steps[0]) + 1)]
        track.update(path)
        position = path[-1]
    else:
        heading *= 1j if name == "L" else -1j
print(len(track), int(position.real), int(position.imag))
'''),
})


# ---------------------------------------------------------------- C-02
def letters(seed, height, width, alphabet):
    rng = random.Random(seed)
    return lines((height, width), *("".join(rng.choice(alphabet) for _ in range(width)) for _ in range(height)))


P02 = [
    lines((3, 4), "ABAA", "BABB", "BBCC"),
    lines((2, 5), "AACCD", "AADDC"),
    lines((1, 1), "Q"),
    lines((1, 6), "ABABAB"),
    lines((5, 1), "A", "B", "A", "B", "A"),
    lines((2, 2), "XY", "XY"),
    lines((2, 2), "XY", "YX"),
    lines((2, 2), "XX", "XY"),
    lines((2, 2), "XX", "YZ"),
    lines((2, 2), "XX", "XX"),
    letters(201, 6, 9, "AB"),
    letters(202, 12, 12, "KLM"),
    letters(203, 150, 200, "RGB"),
]
PROBLEMS.append({
    "id": "emp-C-02",
    "title": "Paired Tiles",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
A mosaic is a rectangle of square tiles, each with a capital letter for its colour. A window is a block of 2 x 2 neighbouring tiles. A window is called paired if it shows exactly two colours, each on exactly two of its four tiles. A paired window is called crossed if the tiles of one colour touch only at a corner, that is, if each diagonal of the window is of one colour.

Count the paired windows of the mosaic, and how many of these are crossed.

Input

The first line holds the height h and the width w of the mosaic (1 <= h, w <= 200). Each of the next h lines holds w capital letters.

Output

One line with two integers: the number of paired windows and the number of crossed windows.
""", [(P02[0], "4 2"), (P02[1], "2 1")]),
    "inputs": P02,
    "reference_a": code('''
def main():
    height, width = map(int, input().split())
    grid = [input() for _ in range(height)]
    paired = 0
    crossed = 0
    for r in range(height - 1):
        for c in range(width - 1):
            window = [grid[r][c], grid[r][c + 1], grid[r + 1][c], grid[r + 1][c + 1]]
            if len(set(window)) == 2 and window.count(window[0]) == 2:
                paired += 1
                if window[0] == window[3]:
                    crossed += 1
    print(paired, crossed)


if __name__ == "__main__":
    main()
'''),
    "reference_b": code('''
import sys

lines = sys.stdin.read().split()[2:]
windows = [
    top[i:i + 2] + low[i:i + 2]
    for top, low in zip(lines, lines[1:])
    for i in range(len(top) - 1)
]
paired = [w for w in windows if sorted(map(w.count, set(w))) == [2, 2]]
print(len(paired), sum(w[0] == w[3] for w in paired))
'''),
})


# ---------------------------------------------------------------- C-03
def towers(seed, height, width, low, high, slope=0):
    rng = random.Random(seed)
    return args([[rng.randint(low, high) + slope * (r + c) for c in range(width)] for r in range(height)])


P03 = [
    args([[3, 1, 4], [2, 5, 5], [6, 7, 4]]),
    args([[0, 2, 2], [1, 3, 0]]),
    args([[0]]),
    args([[5]]),
    args([[1, 2, 3, 3, 4]]),
    args([[4], [4], [5], [0], [6]]),
    args([[0, 0, 0], [0, 0, 0]]),
    args([[1, 2, 3], [2, 3, 4], [3, 4, 5]]),
    args([[9, 8, 7], [8, 9, 6], [7, 6, 10]]),
    towers(301, 5, 7, 0, 6),
    towers(302, 12, 12, 0, 4, 1),
    towers(303, 90, 90, 0, 300, 5),
]
PROBLEMS.append({
    "id": "emp-C-03",
    "title": "Sun from Two Sides",
    "kind": "functional",
    "func_name": "sunlitPerRow",
    "starter_code": "class Solution:\n    def sunlitPerRow(self, heights: List[List[int]]) -> List[int]:\n        ",
    "difficulty": "easy",
    "half": "train",
    "statement": statement("""
A town is laid out as a rectangle of lots. heights[r][c] is the height of the tower on the lot in row r and column c; 0 means that the lot is empty. Row 0 is the northern edge and column 0 is the western edge.

A solar panel is worth building on a tower that gets sun from the west and from the north. A tower gets sun from the west if it is strictly taller than every tower west of it in its row, and from the north if it is strictly taller than every tower north of it in its column. An empty lot gets no panel.

Write the method sunlitPerRow, which returns a list with one number for each row, from north to south: how many towers of that row get sun from both sides.

Constraints: 1 <= rows, columns <= 100; 0 <= heights[r][c] <= 10000.

Example 1:

Input: heights = [[3, 1, 4], [2, 5, 5], [6, 7, 4]]
Output: [2, 1, 2]

Example 2:

Input: heights = [[0, 2, 2], [1, 3, 0]]
Output: [1, 2]
"""),
    "inputs": P03,
    "reference_a": code('''
from typing import List


class Solution:
    def sunlitPerRow(self, heights: List[List[int]]) -> List[int]:
        north = [0] * len(heights[0])
        answer = []
        for row in heights:
            west = 0
            count = 0
            for c, height in enumerate(row):
                if height > west and height > north[c]:
                    count += 1
                west = max(west, height)
                north[c] = max(north[c], height)
            answer.append(count)
        return answer
'''),
    "reference_b": code('''
from itertools import accumulate


class Solution:
    def sunlitPerRow(self, heights):
        def records(line):
            best = [0] + list(accumulate(line, max))
            return [value > top for value, top in zip(line, best)]

        from_west = [records(row) for row in heights]
        from_north = zip(*[records(column) for column in zip(*heights)])
        return [
            sum(w and n for w, n in zip(west, north))
            for west, north in zip(from_west, from_north)
        ]
'''),
})


# ---------------------------------------------------------------- C-04
rng = random.Random(404)
P04 = [
    args([5, 2, 3, 9, 10]),
    args([1, 1, 0, 7, 4]),
    args([0]),
    args([1073741823, 1073741824, 536870912]),
    args([1431655765, 715827882, 357913941]),
    args([8, 4, 2, 1]),
    args([6, 6, 6]),
    args([3, 12, 15, 48, 21, 42]),
    args([20, 17, 80, 65, 5]),
    args(list(range(40, -1, -1))),
    args([rng.randrange(1 << 12) for _ in range(60)]),
    args([rng.randrange(1 << 31) for _ in range(800)]),
]
PROBLEMS.append({
    "id": "emp-C-04",
    "title": "Lopsided Codes",
    "kind": "functional",
    "func_name": "sortByLean",
    "starter_code": "class Solution:\n    def sortByLean(self, codes: List[int]) -> List[int]:\n        ",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
A balance has a left pan and a right pan. To weigh a code, write it in binary and number the bits from 0, starting at the lowest bit. Every one-bit at an even position puts a stone in the left pan, every one-bit at an odd position puts a stone in the right pan. The lean of a code is the difference between the numbers of stones in the two pans, taken without sign.

Write the method sortByLean, which returns the codes sorted by lean, largest lean first. Codes of equal lean are sorted by value, smallest first. A code that occurs several times is kept as often as it occurs.

Constraints: 1 <= len(codes) <= 1000; 0 <= codes[i] < 2^31.

Example 1:

Input: codes = [5, 2, 3, 9, 10]
Output: [5, 10, 2, 3, 9]

Example 2:

Input: codes = [1, 1, 0, 7, 4]
Output: [1, 1, 4, 7, 0]
"""),
    "inputs": P04,
    "reference_a": code('''
from typing import List


class Solution:
    def sortByLean(self, codes: List[int]) -> List[int]:
        def lean(code):
            balance = 0
            side = 1
            while code > 0:
                if code & 1:
                    balance += side
                side = -side
                code >>= 1
            return abs(balance)

        return sorted(codes, key=lambda code: (-lean(code), code))
'''),
    "reference_b": code('''
class Solution:
    def sortByLean(self, codes):
        result = []
        for code in codes:
            digits = bin(code)[2:][::-1]
            left = digits[::2].count("1")
            right = digits[1::2].count("1")
            result.append((abs(left - right), code))
        result.sort(key=lambda pair: pair[1])
        result.sort(key=lambda pair: pair[0], reverse=True)
        return [code for _, code in result]
'''),
})


# ---------------------------------------------------------------- C-05
def ice_map(seed, height, width, rock, ice):
    rng = random.Random(seed)
    grid = []
    for _ in range(height):
        line = []
        for _ in range(width):
            roll = rng.random()
            line.append("#" if roll < rock else "*" if roll < rock + ice else ".")
        grid.append(line)
    grid[rng.randrange(height)][0] = "S"
    grid[rng.randrange(height)][width - 1] = "T"
    return lines((height, width), *("".join(line) for line in grid))


P05 = [
    lines((3, 5), "S*..T", ".#.#*", "..*.."),
    lines((2, 4), "S#.T", ".#*."),
    lines((1, 2), "ST"),
    lines((1, 3), "S*T"),
    lines((3, 1), "T", "*", "S"),
    lines((3, 3), "S#.", "##.", "..T"),
    lines((4, 4), "S***", "*##*", "*##*", "***T"),
    lines((5, 7), "S*T....", ".#####.", ".....#.", "####.#.", "......."),
    lines((5, 5), "S****", ".###.", ".#T*.", ".###.", "....."),
    lines((3, 6), ".....*", "S####T", "**.**."),
    ice_map(514, 8, 10, 0.2, 0.4),
    ice_map(516, 15, 15, 0.35, 0.3),
    ice_map(504, 25, 40, 0.1, 0.6),
    ice_map(503, 80, 100, 0.25, 0.4),
]
PROBLEMS.append({
    "id": "emp-C-05",
    "title": "A Careful Icebreaker",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
A small icebreaker has to sail from its harbour S to a research station T. The bay is a rectangle of cells: `.` is open water, `*` is ice, `#` is rock. The ship moves from a cell to one of the four cells that share a side with it; it cannot enter rock or leave the map. It may enter ice, but breaking ice burns a lot of fuel.

The captain wants to break as few cells of ice as possible. Among all routes that break the fewest cells, she wants one with the fewest moves. The cells S and T hold no ice.

Input

The first line holds the height h and the width w of the map (1 <= h, w <= 100). Each of the next h lines holds w characters. S and T occur exactly once each.

Output

One line with two integers: the smallest number of ice cells on a route, and the smallest number of moves of a route with that many ice cells. If T cannot be reached, print -1.
""", [(P05[0], "1 4"), (P05[1], "-1")]),
    "inputs": P05,
    "reference_a": code('''
import heapq
import sys


def main():
    height, width, *grid = sys.stdin.read().split()
    height, width = int(height), int(width)
    for r in range(height):
        if "S" in grid[r]:
            start = (r, grid[r].index("S"))
    heap = [(0, 0, start)]
    seen = set()
    while heap:
        ice, moves, (r, c) = heapq.heappop(heap)
        if (r, c) in seen:
            continue
        seen.add((r, c))
        if grid[r][c] == "T":
            print(ice, moves)
            return
        for nr, nc in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
            if 0 <= nr < height and 0 <= nc < width and grid[nr][nc] != "#":
                extra = 1 if grid[nr][nc] == "*" else 0
                heapq.heappush(heap, (ice + extra, moves + 1, (nr, nc)))
    print(-1)


main()
'''),
    "reference_b": code('''
from collections import deque

h, w = map(int, input().split())
sea = "#" * (w + 2) + "".join("#" + input() + "#" for _ in range(h)) + "#" * (w + 2)
step = h * w + 1
cost = [step * step] * len(sea)
cost[sea.index("S")] = 0
queue = deque([sea.index("S")])
while queue:
    here = queue.popleft()
    for there in (here - 1, here + 1, here - w - 2, here + w + 2):
        if sea[there] == "#":
            continue
        price = cost[here] + 1 + step * (sea[there] == "*")
        if price < cost[there]:
            cost[there] = price
            queue.append(there)
best = cost[sea.index("T")]
print(-1 if best == step * step else "%d %d" % divmod(best, step))
'''),
})


# ---------------------------------------------------------------- C-06
def tank_events(seed, tanks, events, capacity, pour, weights):
    rng = random.Random(seed)
    log = []
    for _ in range(events):
        kind = rng.choices(["join", "pour", "ask"], weights)[0]
        if kind == "join":
            log.append(("join", rng.randint(1, tanks), rng.randint(1, tanks)))
        elif kind == "pour":
            log.append(("pour", rng.randint(1, tanks), rng.randint(1, pour)))
        else:
            log.append(("ask", rng.randint(1, tanks)))
    log[-1] = ("ask", 1)
    return lines((tanks, events), [rng.randint(1, capacity) for _ in range(tanks)], *log)


P06 = [
    lines((3, 7), [5, 4, 10], "pour 1 3", "pour 2 6", "join 1 2", "ask 2", "pour 1 4", "ask 1", "ask 3"),
    lines((2, 4), [3, 3], "pour 1 3", "join 1 2", "pour 2 2", "ask 1"),
    lines((1, 1), [1], "ask 1"),
    lines((1, 3), [7], "pour 1 7", "join 1 1", "ask 1"),
    lines((1, 2), [7], "pour 1 8", "ask 1"),
    lines((3, 8), [2, 2, 2], "join 1 2", "join 2 1", "pour 1 5", "join 3 2", "ask 3", "pour 3 1", "pour 2 3", "ask 1"),
    lines((4, 6), [1, 2, 3, 4], "join 1 2", "join 3 4", "join 1 3", "pour 4 10", "pour 2 1", "ask 3"),
    lines((2, 2), [1000, 1000], "pour 1 1000000", "ask 2"),
    tank_events(601, 6, 30, 20, 9, [3, 5, 4]),
    tank_events(602, 12, 60, 40, 30, [2, 5, 3]),
    tank_events(605, 12, 60, 40, 9, [1, 5, 3]),
    tank_events(603, 200, 1500, 100, 40, [3, 5, 2]),
    tank_events(604, 1000, 3000, 1000, 1000, [4, 4, 2]),
]
PROBLEMS.append({
    "id": "emp-C-06",
    "title": "Connected Rain Tanks",
    "kind": "stdin",
    "difficulty": "medium",
    "half": "eval",
    "statement": statement("""
A gardener owns n rain tanks, numbered from 1; tank i holds at most c_i litres, and all tanks start empty. Pipes can be laid between tanks. Tanks that are connected, directly or through others, form one system: its capacity is the sum of the capacities, and its water is shared.

Three kinds of events happen, in the given order:

- `join a b`: a pipe is laid between tanks a and b. Their systems become one, with the water of both. If they already belong to the same system (or a = b), nothing changes.
- `pour a x`: x litres run into the system of tank a. What does not fit is spilled and lost.
- `ask a`: report how many litres of water the system of tank a holds now.

Input

The first line holds n and q (1 <= n <= 1000, 1 <= q <= 3000). The second line holds the capacities c_1 ... c_n (1 <= c_i <= 1000). Each of the next q lines holds one event; 1 <= x <= 1000000. At least one event is an `ask`.

Output

For each `ask`, one line with the answer. After that, one line `spilled S`, where S is the total amount spilled in litres.
""", [(P06[0], "7\n9\n0\nspilled 4"), (P06[1], "5\nspilled 0")]),
    "inputs": P06,
    "reference_a": code('''
import sys


def main():
    read = sys.stdin.readline
    n, q = map(int, read().split())
    capacity = [0] + [int(v) for v in read().split()]
    water = [0] * (n + 1)
    parent = list(range(n + 1))

    def find(a):
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        return a

    spilled = 0
    for _ in range(q):
        event = read().split()
        a = find(int(event[1]))
        if event[0] == "join":
            b = find(int(event[2]))
            if a != b:
                parent[b] = a
                capacity[a] += capacity[b]
                water[a] += water[b]
        elif event[0] == "pour":
            level = water[a] + int(event[2])
            water[a] = min(level, capacity[a])
            spilled += level - water[a]
        else:
            print(water[a])
    print("spilled", spilled)


main()
'''),
    "reference_b": code('''
n, q = map(int, input().split())
room = list(map(int, input().split()))
system = {i: [i] for i in range(n)}
label = list(range(n))
held = [0] * n
poured = 0
for _ in range(q):
    kind, first, *rest = input().split()
    s = label[int(first) - 1]
    if kind == "ask":
        print(held[s])
    elif kind == "pour":
        poured += int(rest[0])
        held[s] = min(room[s], held[s] + int(rest[0]))
    else:
        t = label[int(rest[0]) - 1]
        if s == t:
            continue
        if len(system[s]) < len(system[t]):
            s, t = t, s
        for tank in system[t]:
            label[tank] = s
        system[s] += system.pop(t)
        room[s] += room[t]
        held[s] += held[t]
print("spilled", poured - sum(held[s] for s in system))
'''),
})


# ---------------------------------------------------------------- C-07
def shuffled_tree(seed, size, reach):
    """Parent list (-1 for the root) with shuffled labels; small `reach` makes it deep."""
    rng = random.Random(seed)
    label = list(range(size))
    rng.shuffle(label)
    parent = [-1] * size
    for i in range(1, size):
        parent[label[i]] = label[rng.randint(max(0, i - reach), i - 1)]
    return parent


def mobile(seed, size, reach, weight):
    rng = random.Random(seed * 7 + 1)
    return args(shuffled_tree(seed, size, reach), [rng.randint(0, weight) for _ in range(size)])


P07 = [
    args([-1, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6]),
    args([2, 2, -1, 1], [5, 1, 9, 4]),
    args([-1], [3]),
    args([-1, 0], [3, 8]),
    args([1, 2, 3, -1], [4, 3, 2, 1]),
    args([-1, 0, 0, 0, 0], [0, 6, 2, 9, 4]),
    args([3, 3, 3, -1, 0, 0, 1, 1], [0, 0, 5, 1, 2, 4, 7, 5]),
    args([4, 4, 0, 0, -1, 1, 1], [1, 1, 0, 2, 0, 2, 0]),
    mobile(701, 12, 4, 9),
    mobile(702, 40, 40, 30),
    mobile(703, 60, 3, 100),
    mobile(704, 3000, 2, 1000),
    mobile(705, 3000, 3000, 1000),
]
PROBLEMS.append({
    "id": "emp-C-07",
    "title": "The Crooked Mobile",
    "kind": "functional",
    "func_name": "tilt",
    "starter_code": "class Solution:\n    def tilt(self, parent: List[int], weight: List[int]) -> List[int]:\n        ",
    "difficulty": "medium",
    "half": "train",
    "statement": statement("""
A mobile is made of n hooks. Hook i has an ornament of weight weight[i] and hangs from hook parent[i]; the one hook with parent -1 is fixed to the ceiling. The load of a hook is its own weight plus the weight of everything that hangs below it, directly or not.

A hook from which at least two hooks hang directly has a tilt: the largest load among these hooks minus the smallest load among them. A hook with fewer than two hooks hanging from it has tilt 0.

Write the method tilt, which returns a list of two integers: the sum of the tilts of all hooks, and the index of the hook with the largest tilt. If several hooks share the largest tilt, give the smallest index.

Constraints: 1 <= n <= 3000; 0 <= weight[i] <= 1000; parent describes one tree. A parent may have a larger index than its child.

Example 1:

Input: parent = [-1, 0, 0, 1, 1, 1], weight = [1, 2, 3, 4, 5, 6]
Output: [16, 0]

Example 2:

Input: parent = [2, 2, -1, 1], weight = [5, 1, 9, 4]
Output: [0, 0]
"""),
    "inputs": P07,
    "reference_a": code('''
from typing import List


class Solution:
    def tilt(self, parent: List[int], weight: List[int]) -> List[int]:
        n = len(parent)
        children = [[] for _ in range(n)]
        for hook, above in enumerate(parent):
            if above >= 0:
                children[above].append(hook)
        order = [parent.index(-1)]
        for hook in order:
            order.extend(children[hook])
        load = weight[:]
        tilts = [0] * n
        for hook in reversed(order):
            below = [load[child] for child in children[hook]]
            if len(below) >= 2:
                tilts[hook] = max(below) - min(below)
            load[hook] += sum(below)
        return [sum(tilts), tilts.index(max(tilts))]
'''),
    "reference_b": code('''
from collections import Counter, defaultdict


class Solution:
    def tilt(self, parent, weight):
        waiting = Counter(parent)
        loads = defaultdict(list)
        ready = [i for i in range(len(parent)) if waiting[i] == 0]
        tilts = {}
        while ready:
            hook = ready.pop()
            hanging = sorted(loads[hook])
            tilts[hook] = hanging[-1] - hanging[0] if hanging else 0
            above = parent[hook]
            loads[above].append(weight[hook] + sum(hanging))
            waiting[above] -= 1
            if above != -1 and waiting[above] == 0:
                ready.append(above)
        worst = min(tilts, key=lambda i: (-tilts[i], i))
        return [sum(tilts.values()), worst]
'''),
})
