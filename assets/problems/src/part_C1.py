"""Part C of the problem suite, problems 01 to 11.

Grids, walks, graphs and bit patterns. Every story, statement, test and
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


# ---------------------------------------------------------------- C-01
def plough_log(seed, count, reach, turn=0.4):
    rng = random.Random(seed)
    log = []
    for _ in range(count):
        if rng.random() < turn:
            log.append(rng.choice("LR"))
        else:
            log.append(f"F {rng.randint(1, reach)}")
    return rows(count, *log)


P01 = [
    rows(6, "F 3", "R", "F 2", "R", "F 1", "L"),
    rows(9, "F 2", "L", "F 2", "L", "F 2", "L", "F 2", "L", "F 3"),
    rows(1, "L"),
    rows(1, "F 1"),
    rows(1, "F 50"),
    rows(4, "F 5", "L", "L", "F 9"),
    rows(4, "R", "F 4", "R", "F 4"),
    rows(5, "R", "R", "R", "R", "F 2"),
    rows(5, "L", "F 2", "R", "R", "F 1"),
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
    return rows((height, width), *("".join(rng.choice(alphabet) for _ in range(width)) for _ in range(height)))


P02 = [
    rows((3, 4), "ABAA", "BABB", "BBCC"),
    rows((2, 5), "AACCD", "AADDC"),
    rows((1, 1), "Q"),
    rows((1, 6), "ABABAB"),
    rows((5, 1), "A", "B", "A", "B", "A"),
    rows((2, 2), "XY", "XY"),
    rows((2, 2), "XY", "YX"),
    rows((2, 2), "XX", "XY"),
    rows((2, 2), "XX", "YZ"),
    rows((2, 2), "XX", "XX"),
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
    return rows((height, width), *("".join(line) for line in grid))


P05 = [
    rows((3, 5), "S*..T", ".#.#*", "..*.."),
    rows((2, 4), "S#.T", ".#*."),
    rows((1, 2), "ST"),
    rows((1, 3), "S*T"),
    rows((3, 1), "T", "*", "S"),
    rows((3, 3), "S#.", "##.", "..T"),
    rows((4, 4), "S***", "*##*", "*##*", "***T"),
    rows((5, 7), "S*T....", ".#####.", ".....#.", "####.#.", "......."),
    rows((5, 5), "S****", ".###.", ".#T*.", ".###.", "....."),
    rows((3, 6), ".....*", "S####T", "**.**."),
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
    return rows((tanks, events), [rng.randint(1, capacity) for _ in range(tanks)], *log)


P06 = [
    rows((3, 7), [5, 4, 10], "pour 1 3", "pour 2 6", "join 1 2", "ask 2", "pour 1 4", "ask 1", "ask 3"),
    rows((2, 4), [3, 3], "pour 1 3", "join 1 2", "pour 2 2", "ask 1"),
    rows((1, 1), [1], "ask 1"),
    rows((1, 3), [7], "pour 1 7", "join 1 1", "ask 1"),
    rows((1, 2), [7], "pour 1 8", "ask 1"),
    rows((3, 8), [2, 2, 2], "join 1 2", "join 2 1", "pour 1 5", "join 3 2", "ask 3", "pour 3 1", "pour 2 3", "ask 1"),
    rows((4, 6), [1, 2, 3, 4], "join 1 2", "join 3 4", "join 1 3", "pour 4 10", "pour 2 1", "ask 3"),
    rows((2, 2), [1000, 1000], "pour 1 1000000", "ask 2"),
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


# ---------------------------------------------------------------- C-08
def harvest(seed, steps, rules, release, duration, loop=False):
    rng = random.Random(seed)
    order = list(range(steps))
    rng.shuffle(order)
    pairs = []
    for _ in range(rules):
        i, j = sorted(rng.sample(range(steps), 2))
        pairs.append([order[i], order[j]])
    if loop:
        pairs += [[order[2], order[5]], [order[5], order[9]], [order[9], order[2]]]
        rng.shuffle(pairs)
    return args(
        [rng.randint(0, release) for _ in range(steps)],
        [rng.randint(1, duration) for _ in range(steps)],
        pairs,
    )


P08 = [
    args([0, 2, 0, 9], [3, 4, 1, 2], [[0, 1], [1, 2], [2, 3]]),
    args([0, 0], [1, 1], [[0, 1], [1, 0]]),
    args([5], [2], []),
    args([0, 0, 0], [4, 2, 7], []),
    args([0, 0, 6], [4, 5, 1], [[0, 2], [1, 2], [0, 2]]),
    args([0, 0, 0, 0], [5, 1, 1, 1], [[0, 3], [1, 2], [2, 3]]),
    args([1, 0, 0, 0], [1, 2, 3, 4], [[3, 2], [2, 1], [1, 0]]),
    args([0, 0, 0], [1, 1, 1], [[1, 2], [2, 2]]),
    args([3, 0, 20, 1], [2, 9, 1, 3], [[0, 1], [1, 2], [0, 3], [3, 2]]),
    harvest(801, 10, 14, 12, 6),
    harvest(802, 12, 16, 12, 6, loop=True),
    harvest(803, 60, 90, 100, 20),
    args([i * 7 % 500 for i in range(1000)], [i % 3 + 1 for i in range(1000)], [[i + 1, i] for i in range(999)]),
    harvest(804, 1000, 3000, 500, 50),
    harvest(805, 1000, 3000, 500, 50, loop=True),
]
PROBLEMS.append({
    "id": "emp-C-08",
    "title": "Harvest Festival Schedule",
    "kind": "functional",
    "func_name": "finishHours",
    "starter_code": "class Solution:\n    def finishHours(self, ready: List[int], length: List[int], rules: List[List[int]]) -> List[int]:\n        ",
    "difficulty": "medium",
    "half": "eval",
    "statement": statement("""
A village prepares its harvest festival. There are n jobs. Job i cannot start before hour ready[i], because its material arrives only then, and it takes length[i] hours without a break. Each rule [a, b] says that job b can start only when job a is finished; it may start in the very hour in which a finishes. There are enough helpers to work on any number of jobs at a time, and every job starts as early as it can.

Write the method finishHours, which returns the list of hours at which the jobs finish, in the order of the jobs. If the rules contradict each other, so that some job could never start, return an empty list.

Constraints: 1 <= n <= 1000; 0 <= ready[i] <= 500; 1 <= length[i] <= 50; at most 3100 rules with 0 <= a, b < n. A rule may be given twice, and a may equal b.

Example 1:

Input: ready = [0, 2, 0, 9], length = [3, 4, 1, 2], rules = [[0, 1], [1, 2], [2, 3]]
Output: [3, 7, 8, 11]

Example 2:

Input: ready = [0, 0], length = [1, 1], rules = [[0, 1], [1, 0]]
Output: []
"""),
    "inputs": P08,
    "reference_a": code('''
from collections import deque
from typing import List


class Solution:
    def finishHours(self, ready: List[int], length: List[int], rules: List[List[int]]) -> List[int]:
        n = len(ready)
        after = [[] for _ in range(n)]
        missing = [0] * n
        for a, b in rules:
            after[a].append(b)
            missing[b] += 1
        start = ready[:]
        queue = deque(i for i in range(n) if missing[i] == 0)
        done = 0
        while queue:
            job = queue.popleft()
            done += 1
            end = start[job] + length[job]
            for other in after[job]:
                start[other] = max(start[other], end)
                missing[other] -= 1
                if missing[other] == 0:
                    queue.append(other)
        if done < n:
            return []
        return [start[i] + length[i] for i in range(n)]
'''),
    "reference_b": code('''
import sys


class Solution:
    def finishHours(self, ready, length, rules):
        sys.setrecursionlimit(10000)
        before = {job: set() for job in range(len(ready))}
        for a, b in rules:
            before[b].add(a)
        finish = {}

        def solve(job):
            if job in finish:
                return finish[job] is not None
            finish[job] = None
            if not all([solve(other) for other in before[job]]):
                return False
            begin = max([ready[job]] + [finish[other] for other in before[job]])
            finish[job] = begin + length[job]
            return True

        if all(solve(job) for job in before):
            return [finish[job] for job in range(len(ready))]
        return []
'''),
})


# ---------------------------------------------------------------- C-09
def courier(seed, size, rules, span):
    rng = random.Random(seed)
    order = list(range(1, size + 1))
    rng.shuffle(order)
    pairs = [tuple(order[k] for k in sorted(rng.sample(range(size), 2))) for _ in range(rules)]
    spots = [(rng.randint(-span, span), rng.randint(-span, span)) for _ in range(size)]
    return rows((size, rules), *spots, *pairs)


P09 = [
    rows((3, 1), (2, 0), (-1, 0), (4, 1), (3, 1)),
    rows((2, 2), (1, 1), (2, 2), (1, 2), (2, 1)),
    rows((1, 0), (0, 0)),
    rows((1, 0), (-7, 9)),
    rows((2, 1), (1, 0), (100, 0), (2, 1)),
    rows((4, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)),
    rows((3, 3), (1, 0), (2, 0), (3, 0), (1, 2), (2, 3), (3, 1)),
    rows((5, 4), (5, 5), (4, 4), (3, 3), (2, 2), (1, 1), (1, 2), (2, 3), (3, 4), (4, 5)),
    rows((3, 1), (5, 5), (5, 5), (0, 0), (2, 2)),
    courier(901, 5, 2, 10),
    courier(902, 7, 6, 20),
    courier(903, 8, 0, 50),
    courier(904, 11, 8, 1000),
]
PROBLEMS.append({
    "id": "emp-C-09",
    "title": "Letters Before Parcels",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "train",
    "statement": statement("""
A bicycle courier starts at the depot at (0, 0) and has to visit n customers. Streets run only north-south and east-west, so riding from (x1, y1) to (x2, y2) takes |x1 - x2| + |y1 - y2| minutes. The day ends at the last customer; the courier does not ride back.

Some customers have to be served before others: a rule `a b` says that customer a must be visited before customer b. Every customer is visited exactly once. (Riding past a customer's door is not a visit.)

Find the shortest possible riding time.

Input

The first line holds n and m (1 <= n <= 11, 0 <= m <= 30). Each of the next n lines holds the coordinates x and y of a customer (-1000 <= x, y <= 1000), in the order of their numbers 1 to n. Each of the next m lines holds a rule: two numbers a and b (1 <= a, b <= n).

Output

One integer, the shortest riding time in minutes, or the word IMPOSSIBLE if no order obeys all the rules.
""", [(P09[0], "10"), (P09[1], "IMPOSSIBLE")]),
    "inputs": P09 + [rows((2, 1), (3, 4), (1, 1), (2, 2))],
    "reference_a": code('''
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m = data[0], data[1]
    spots = [(data[2 + 2 * i], data[3 + 2 * i]) for i in range(n)]
    need = [0] * n
    for i in range(m):
        a, b = data[2 + 2 * (n + i)], data[3 + 2 * (n + i)]
        need[b - 1] |= 1 << (a - 1)
    best = [[None] * n for _ in range(1 << n)]
    for i in range(n):
        if need[i] == 0:
            best[1 << i][i] = abs(spots[i][0]) + abs(spots[i][1])
    for mask in range(1, 1 << n):
        for i in range(n):
            if best[mask][i] is None:
                continue
            for j in range(n):
                if mask >> j & 1 or need[j] & ~mask:
                    continue
                ride = abs(spots[i][0] - spots[j][0]) + abs(spots[i][1] - spots[j][1])
                total = best[mask][i] + ride
                old = best[mask | 1 << j][j]
                if old is None or total < old:
                    best[mask | 1 << j][j] = total
    ends = [t for t in best[-1] if t is not None]
    print(min(ends) if ends else "IMPOSSIBLE")


main()
'''),
    "reference_b": code('''
from functools import lru_cache

n, m = map(int, input().split())
place = [tuple(map(int, input().split())) for _ in range(n)]
rules = {tuple(map(int, input().split())) for _ in range(m)}
before = [{a - 1 for a, b in rules if b == i + 1} for i in range(n)]


@lru_cache(maxsize=None)
def shortest(todo, x, y):
    if not todo:
        return 0
    return min(
        (
            abs(x - place[i][0]) + abs(y - place[i][1]) + shortest(todo - {i}, *place[i])
            for i in todo
            if not before[i] & todo
        ),
        default=float("inf"),
    )


answer = shortest(frozenset(range(n)), 0, 0)
print("IMPOSSIBLE" if answer == float("inf") else answer)
'''),
})


# ---------------------------------------------------------------- C-10
def roads(seed, size, count, vouchers, price):
    rng = random.Random(seed)
    edges = []
    for i in range(2, size + 1):
        edges.append((rng.randint(max(1, i - 4), i - 1), i, rng.randint(1, price)))
    while len(edges) < count:
        a, b = rng.sample(range(1, size + 1), 2)
        if abs(a - b) <= max(3, size // 8):
            edges.append((a, b, rng.randint(1, price)))
    rng.shuffle(edges)
    return rows((size, len(edges), vouchers), *edges)


P10 = [
    rows((4, 4, 2), (1, 2, 10), (2, 3, 10), (3, 4, 10), (1, 4, 26)),
    rows((3, 2, 1), (1, 2, 7), (2, 3, 9)),
    rows((2, 1, 0), (1, 2, 5)),
    rows((2, 1, 3), (1, 2, 5)),
    rows((2, 1, 1), (2, 1, 1)),
    rows((3, 1, 2), (1, 2, 4)),
    rows((3, 2, 2), (1, 2, 100), (2, 3, 100)),
    rows((4, 4, 2), (1, 2, 100), (2, 4, 100), (2, 3, 1), (3, 2, 1)),
    rows((5, 4, 2), (1, 2, 9), (2, 3, 1), (3, 4, 9), (4, 5, 8)),
    rows((4, 5, 1), (1, 2, 4), (1, 2, 3), (2, 4, 8), (1, 3, 2), (3, 4, 9)),
    roads(1001, 8, 14, 2, 30),
    roads(1002, 20, 40, 3, 50),
    roads(1003, 40, 45, 5, 99),
    roads(1004, 200, 700, 5, 10000),
    roads(1005, 200, 210, 4, 10000),
]
PROBLEMS.append({
    "id": "emp-C-10",
    "title": "Half-Price Vouchers",
    "kind": "stdin",
    "difficulty": "hard",
    "half": "eval",
    "statement": statement("""
A kingdom has n towns and m toll roads; every road can be used in both directions and as often as you like, for its full toll each time. You travel from town 1 to town n and own k vouchers. A voucher, handed over at the start of a road, halves the toll of that one ride (rounded down). The toll keepers are jealous of their income: after a ride with a voucher, the next ride must be paid in full; then a voucher may be used again.

Find the smallest total you have to pay. You need not use all the vouchers.

Input

The first line holds n, m and k (2 <= n <= 200, 1 <= m <= 1000, 0 <= k <= 5). Each of the next m lines holds a, b and t: a road between the different towns a and b with toll t (1 <= t <= 10000). There may be several roads between two towns.

Output

One integer, the smallest total, or -1 if town n cannot be reached.
""", [(P10[0], "13"), (P10[1], "11")]),
    "inputs": P10,
    "reference_a": code('''
import heapq


def main():
    n, m, k = map(int, input().split())
    roads = [[] for _ in range(n + 1)]
    for _ in range(m):
        a, b, toll = map(int, input().split())
        roads[a].append((b, toll))
        roads[b].append((a, toll))
    heap = [(0, 1, k, True)]
    seen = set()
    while heap:
        paid, town, left, allowed = heapq.heappop(heap)
        if town == n:
            print(paid)
            return
        if (town, left, allowed) in seen:
            continue
        seen.add((town, left, allowed))
        for other, toll in roads[town]:
            heapq.heappush(heap, (paid + toll, other, left, True))
            if allowed and left > 0:
                heapq.heappush(heap, (paid + toll // 2, other, left - 1, False))
    print(-1)


if __name__ == "__main__":
    main()
'''),
    "reference_b": code('''
import sys
from collections import deque
from math import inf

data = [int(token) for token in sys.stdin.read().split()]
n, m, k = data[:3]
near = {town: [] for town in range(1, n + 1)}
for i in range(3, 3 + 3 * m, 3):
    a, b, toll = data[i:i + 3]
    near[a].append((b, toll))
    near[b].append((a, toll))

best = {(1, 0, 0): 0}
queue = deque(best)
while queue:
    state = queue.popleft()
    town, used, rest = state
    paid = best[state]
    options = []
    for other, toll in near[town]:
        options.append(((other, used, 0), paid + toll))
        if used < k and not rest:
            options.append(((other, used + 1, 1), paid + toll // 2))
    for target, total in options:
        if total < best.get(target, inf):
            best[target] = total
            queue.append(target)
totals = [paid for (town, _, _), paid in best.items() if town == n]
print(min(totals, default=-1))
'''),
})


# ---------------------------------------------------------------- C-11
def patrol(seed, ring, length, alphabet="+-."):
    rng = random.Random(seed)
    moves = ["".join(rng.choice(alphabet) for _ in range(length)) for _ in range(2)]
    return rows((ring, rng.randrange(ring), rng.randrange(ring)), *moves)


P11 = [
    rows((6, 0, 3), "++.+", "--++"),
    rows((5, 4, 0), "+-+-", "-+.."),
    rows((3, 0, 1), "+", "-"),
    rows((3, 1, 1), ".", "."),
    rows((3, 2, 2), "++-", "++-"),
    rows((4, 3, 0), "+", "."),
    rows((4, 0, 2), "+-", "+-"),
    rows((7, 6, 0), "+", "-"),
    rows((7, 0, 1), "+.", ".-"),
    rows((1000, 999, 1), "+++", "---"),
    patrol(1101, 5, 30),
    patrol(1102, 3, 60, "+-"),
    patrol(1103, 11, 300),
    patrol(1104, 8, 20000),
    rows((9, 2, 5), "+" * 500, "-" * 500),
]
PROBLEMS.append({
    "id": "emp-C-11",
    "title": "Two Guards on a Ring Wall",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "train",
    "statement": statement("""
A round castle wall has n posts, numbered 0 to n - 1; post n - 1 is next to post 0. Two guards, Ada and Ben, walk along the wall. Every minute both act at the same moment: a guard goes to the next higher post (`+`, with n - 1 followed by 0), to the next lower post (`-`, with 0 followed by n - 1), or stays (`.`).

The guards greet each other at the end of a minute if they are then at the same post. They bump into each other during a minute if they swap places, that is, if each of them ends the minute at the post where the other began it, and these are two different posts.

Count the greetings and the bumps. Nothing is counted before the first minute.

Input

The first line holds n, Ada's first post and Ben's first post (3 <= n <= 1000). The second line holds Ada's actions, the third line Ben's; both lines have the same length, from 1 to 20000.

Output

One line with three integers: the greetings, the bumps, and the least number of steps along the wall between the guards after the last minute.
""", [(P11[0], "2 1 0"), (P11[1], "1 2 1")]),
    "inputs": P11,
    "reference_a": code('''
def main():
    n, ada, ben = map(int, input().split())
    ada_moves = input().strip()
    ben_moves = input().strip()
    change = {"+": 1, "-": -1, ".": 0}
    greetings = 0
    bumps = 0
    for first, second in zip(ada_moves, ben_moves):
        old_ada, old_ben = ada, ben
        ada = (ada + change[first]) % n
        ben = (ben + change[second]) % n
        if ada == ben:
            greetings += 1
        elif ada == old_ben and ben == old_ada:
            bumps += 1
    gap = abs(ada - ben)
    print(greetings, bumps, min(gap, n - gap))


main()
'''),
    "reference_b": code('''
from itertools import accumulate

n, a, b = map(int, input().split())


def walk(start, moves):
    steps = ((m == "+") - (m == "-") for m in moves)
    return [p % n for p in accumulate(steps, initial=start)]


ada = walk(a, input())
ben = walk(b, input())
same = [x == y for x, y in zip(ada, ben)]
swap = [
    ada[i] == ben[i + 1] and ben[i] == ada[i + 1] and not same[i]
    for i in range(len(ada) - 1)
]
print(sum(same[1:]), sum(swap), min((ada[-1] - ben[-1]) % n, (ben[-1] - ada[-1]) % n))
'''),
})
