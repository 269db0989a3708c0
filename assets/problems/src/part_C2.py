"""Part C of the problem suite, problems 08 to 13: harvests, couriers, vouchers, patrols, carpets, cycles.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, code, lines, statement

PROBLEMS = []


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
    return lines((size, rules), *spots, *pairs)


P09 = [
    lines((3, 1), (2, 0), (-1, 0), (4, 1), (3, 1)),
    lines((2, 2), (1, 1), (2, 2), (1, 2), (2, 1)),
    lines((1, 0), (0, 0)),
    lines((1, 0), (-7, 9)),
    lines((2, 1), (1, 0), (100, 0), (2, 1)),
    lines((4, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)),
    lines((3, 3), (1, 0), (2, 0), (3, 0), (1, 2), (2, 3), (3, 1)),
    lines((5, 4), (5, 5), (4, 4), (3, 3), (2, 2), (1, 1), (1, 2), (2, 3), (3, 4), (4, 5)),
    lines((3, 1), (5, 5), (5, 5), (0, 0), (2, 2)),
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
    "inputs": P09 + [lines((2, 1), (3, 4), (1, 1), (2, 2))],
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
    return lines((size, len(edges), vouchers), *edges)


P10 = [
    lines((4, 4, 2), (1, 2, 10), (2, 3, 10), (3, 4, 10), (1, 4, 26)),
    lines((3, 2, 1), (1, 2, 7), (2, 3, 9)),
    lines((2, 1, 0), (1, 2, 5)),
    lines((2, 1, 3), (1, 2, 5)),
    lines((2, 1, 1), (2, 1, 1)),
    lines((3, 1, 2), (1, 2, 4)),
    lines((3, 2, 2), (1, 2, 100), (2, 3, 100)),
    lines((4, 4, 2), (1, 2, 100), (2, 4, 100), (2, 3, 1), (3, 2, 1)),
    lines((5, 4, 2), (1, 2, 9), (2, 3, 1), (3, 4, 9), (4, 5, 8)),
    lines((4, 5, 1), (1, 2, 4), (1, 2, 3), (2, 4, 8), (1, 3, 2), (3, 4, 9)),
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
    return lines((ring, rng.randrange(ring), rng.randrange(ring)), *moves)


P11 = [
    lines((6, 0, 3), "++.+", "--++"),
    lines((5, 4, 0), "+-+-", "-+.."),
    lines((3, 0, 1), "+", "-"),
    lines((3, 1, 1), ".", "."),
    lines((3, 2, 2), "++-", "++-"),
    lines((4, 3, 0), "+", "."),
    lines((4, 0, 2), "+-", "+-"),
    lines((7, 6, 0), "+", "-"),
    lines((7, 0, 1), "+.", ".-"),
    lines((1000, 999, 1), "+++", "---"),
    patrol(1101, 5, 30),
    patrol(1102, 3, 60, "+-"),
    patrol(1103, 11, 300),
    patrol(1104, 8, 20000),
    lines((9, 2, 5), "+" * 500, "-" * 500),
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


# ---------------------------------------------------------------- C-12
def carpets(seed, width, height, count, size):
    rng = random.Random(seed)
    items = []
    for _ in range(count):
        x, y = rng.randrange(width), rng.randrange(height)
        items.append((x, y, min(width, x + rng.randint(1, size)), min(height, y + rng.randint(1, size))))
    return lines((width, height, count), *items)


P12 = [
    lines((5, 4, 3), (0, 0, 3, 2), (2, 1, 5, 3), (2, 1, 3, 4)),
    lines((3, 3, 1), (1, 1, 2, 2)),
    lines((1, 1, 1), (0, 0, 1, 1)),
    lines((4, 2, 2), (0, 0, 4, 2), (0, 0, 4, 2)),
    lines((2, 3, 2), (0, 0, 1, 3), (1, 0, 2, 3)),
    lines((6, 1, 3), (0, 0, 4, 1), (3, 0, 6, 1), (3, 0, 4, 1)),
    lines((1, 7, 2), (0, 2, 1, 7), (0, 0, 1, 4)),
    lines((4, 4, 4), (0, 0, 2, 2), (2, 2, 4, 4), (2, 0, 4, 2), (1, 1, 3, 3)),
    carpets(1201, 9, 6, 4, 5),
    carpets(1202, 20, 30, 15, 12),
    carpets(1203, 100, 100, 40, 25),
    carpets(1204, 100, 100, 300, 60),
]
PROBLEMS.append({
    "id": "emp-C-12",
    "title": "Carpets in the Great Hall",
    "kind": "stdin",
    "difficulty": "easy",
    "half": "eval",
    "statement": statement("""
The floor of a great hall is w metres wide and h metres deep, and is made of unit squares. Rectangular carpets are laid on it, edges along the squares. A carpet given by x1, y1, x2, y2 covers the squares between the lines x = x1 and x = x2 and between the lines y = y1 and y = y2. Carpets may lie on top of each other.

Count the squares without a carpet, the squares under exactly one carpet, and the largest number of carpets on any one square.

Input

The first line holds w, h and n (1 <= w, h <= 100, 1 <= n <= 300). Each of the next n lines holds x1, y1, x2 and y2 of a carpet (0 <= x1 < x2 <= w, 0 <= y1 < y2 <= h).

Output

One line with three integers: the number of bare squares, the number of squares with exactly one carpet, and the largest number of carpets on a square.
""", [(P12[0], "8 10 3"), (P12[1], "8 1 1")]),
    "inputs": P12,
    "reference_a": code('''
w, h, n = map(int, input().split())
layers = [[0] * w for _ in range(h)]
for _ in range(n):
    x1, y1, x2, y2 = map(int, input().split())
    for y in range(y1, y2):
        for x in range(x1, x2):
            layers[y][x] += 1

bare = single = highest = 0
for row in layers:
    bare += row.count(0)
    single += row.count(1)
    highest = max(highest, max(row))
print(bare, single, highest)
'''),
    "reference_b": code('''
import sys
from itertools import accumulate


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    w, h = numbers[0], numbers[1]
    change = [[0] * (w + 1) for _ in range(h + 1)]
    corners = iter(numbers[3:])
    for x1, y1, x2, y2 in zip(corners, corners, corners, corners):
        change[y1][x1] += 1
        change[y1][x2] -= 1
        change[y2][x1] -= 1
        change[y2][x2] += 1
    lines = [list(accumulate(line)) for line in change[:h]]
    columns = [list(accumulate(column)) for column in zip(*lines)][:w]
    squares = [layer for column in columns for layer in column]
    print(squares.count(0), squares.count(1), max(squares))


main()
'''),
})


# ---------------------------------------------------------------- C-13
def whisper(seed, size, tail, cycle):
    rng = random.Random(seed)
    order = list(range(size))
    rng.shuffle(order)
    tells = [rng.randrange(size) for _ in range(size)]
    for a, b in zip(order, order[1:tail + cycle]):
        tells[a] = b
    tells[order[tail + cycle - 1]] = order[tail]
    return args(tells, order[0])


P13 = [
    args([2, 0, 3, 4, 2], 1),
    args([1, 0, 1], 0),
    args([0], 0),
    args([1, 1], 0),
    args([0, 1, 2], 2),
    args([1, 2, 3, 4, 5, 5], 0),
    args([1, 2, 3, 4, 5, 0], 3),
    args([3, 3, 0, 0], 1),
    args([1, 2, 3, 1], 0),
    whisper(1301, 12, 5, 4),
    whisper(1302, 50, 1, 40),
    whisper(1303, 50, 45, 1),
    whisper(1304, 5000, 2400, 2500),
]
PROBLEMS.append({
    "id": "emp-C-13",
    "title": "An Endless Whisper",
    "kind": "functional",
    "func_name": "whisper",
    "starter_code": "class Solution:\n    def whisper(self, tells: List[int], first: int) -> List[int]:\n        ",
    "difficulty": "easy",
    "half": "train",
    "statement": statement("""
In a playground game, each child has picked one child to whisper to: child i whispers to child tells[i]. Children are numbered from 0, and a silly child may have picked itself. Child first knows a secret and whispers it. From then on, every child that hears the secret whispers it at once to the child of its choice, also if it has heard it before. So the secret runs on for ever.

Write the method whisper, which returns a list of two integers: how many children know the secret but are reached only once (child first counts as reached at the start of the game), and how many children are reached again and again.

Constraints: 1 <= len(tells) <= 5000; 0 <= tells[i], first < len(tells).

Example 1:

Input: tells = [2, 0, 3, 4, 2], first = 1
Output: [2, 3]

Example 2:

Input: tells = [1, 0, 1], first = 0
Output: [0, 2]
"""),
    "inputs": P13,
    "reference_a": code('''
from typing import List


class Solution:
    def whisper(self, tells: List[int], first: int) -> List[int]:
        turn = {}
        child = first
        while child not in turn:
            turn[child] = len(turn)
            child = tells[child]
        return [turn[child], len(turn) - turn[child]]
'''),
    "reference_b": code('''
class Solution:
    def whisper(self, tells, first):
        child = first
        for _ in tells:
            child = tells[child]
        circle = {child}
        while tells[child] not in circle:
            child = tells[child]
            circle.add(child)
        once = 0
        while first not in circle:
            first = tells[first]
            once += 1
        return [once, len(circle)]
'''),
})
