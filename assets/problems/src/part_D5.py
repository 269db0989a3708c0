"""Part D of the problem suite, problems 33 to 40: judges, streaks, a snail, plants, trades, a postman, knocks, coins.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 33: ranks
def judges(r, n):
    top = 6 if n < 10 else 10**4
    return lines(n, *((r.randint(0, top), r.randint(0, top)) for _ in range(n)))


add(33, "Two Judges", "easy", """
Two judges give points to n cakes. For each judge the cakes have ranks: the rank of a cake is one more than the number of
cakes that got more points from that judge, so that cakes with the same points share a rank.

Find the sum, over all cakes, of the differences between the two ranks, and the cake about which the judges disagree
most.

Input
The first line holds n (1 <= n <= 3000). Each of the next n lines holds the points of one cake from the first and from
the second judge, integers from 0 to 10000.

Output
Print the sum of the rank differences (each taken as positive), and the number of the cake, counted from 1, with the
largest difference. If several have it, print the last of them.
""", judges, [
    lines(4, (8, 3), (5, 9), (8, 7), (2, 1)),
    lines(3, (1, 3), (2, 2), (3, 1)),
    lines(1, (0, 0)),
    lines(2, (4, 4), (4, 4)),
    lines(2, (0, 10000), (10000, 0)),
    lines(5, (5, 1), (5, 2), (5, 3), (5, 4), (5, 5)),
    lines(4, (7, 7), (6, 5), (5, 6), (0, 0)),
], [3, 5, 7, 9, 40, 3000], """
import sys


def ranks(points):
    first = {}
    for place, value in enumerate(sorted(points, reverse=True), 1):
        if value not in first:
            first[value] = place
    return [first[value] for value in points]


def main():
    data = list(map(int, sys.stdin.read().split()))
    one = ranks(data[1::2])
    two = ranks(data[2::2])
    total = 0
    worst = -1
    cake = 0
    for i in range(len(one)):
        difference = abs(one[i] - two[i])
        total += difference
        if difference >= worst:
            worst = difference
            cake = i + 1
    print(total, cake)


main()
""", """
from bisect import bisect_left

cakes = [tuple(map(int, input().split())) for _ in range(int(input()))]
one, two = (sorted(-points for points in column) for column in zip(*cakes))
gaps = [abs(bisect_left(one, -a) - bisect_left(two, -b)) for a, b in cakes]
print(sum(gaps), max((gap, i) for i, gap in enumerate(gaps, 1))[1])
""")


# 34: runs
def streaks(r, n):
    level = 0
    values = []
    for _ in range(n):
        level += r.choice([-2, -1, 0, 1, 1, 2, 3])
        values.append(level)
    return args(values)


add(34, "Warming Up", "easy", """
A weather station writes down the temperature of each day, as a whole number. A warm spell is a run of days, each warmer
than the day before; a single day is a warm spell of length 1.

Write `spell(days)` that returns a list of three integers: the length of the longest warm spell, the day on which it
begins (days are counted from 0), and by how many degrees it got warmer in it. If there are several longest spells, take
the one with the greatest rise, and among those the first.

There are 1 to 10000 days with temperatures from -1000000 to 1000000.
""", streaks, [
    args([3, 5, 4, 6, 9, 9, 1, 2, 8]),
    args([5, 4, 3]),
    args([0]),
    args([1, 1]),
    args([1, 2]),
    args([-5, -1, -3, 4, 4, 5]),
    args([1, 2, 3, 3, 4, 5]),
    args([1, 2, 3, 1, 3, 5]),
    args([1, 5, 9, 1, 3, 5]),
    args([1, 2, 3, 1, 9]),
    args([-1000000, 1000000]),
], [6, 8, 12, 20, 60, 9000], """
from typing import List


class Solution:
    def spell(self, days: List[int]) -> List[int]:
        best_length = 0
        best_start = 0
        best_rise = 0
        start = 0
        for i, degrees in enumerate(days):
            if i > 0 and degrees <= days[i - 1]:
                start = i
            length = i - start + 1
            rise = degrees - days[start]
            if length > best_length or (length == best_length and rise > best_rise):
                best_length = length
                best_start = start
                best_rise = rise
        return [best_length, best_start, best_rise]
""", """
from typing import List


class Solution:
    def spell(self, days: List[int]) -> List[int]:
        cuts = [i for i in range(1, len(days)) if days[i] <= days[i - 1]]
        spells = zip([0] + cuts, cuts + [len(days)])
        return max(
            ([end - start, start, days[end - 1] - days[start]] for start, end in spells),
            key=lambda spell: (spell[0], spell[2]),
        )
""", func="spell", signature="days: List[int]) -> List[int]")


# 35: coordinates
def snail(r, n):
    reach = min(n, 100)
    rows = []
    for _ in range(n):
        if r.random() < 0.5:
            rows.append(f"at {r.randint(1, (2 * reach + 1) ** 2)}")
        else:
            rows.append(f"number {r.randint(-reach, reach)} {r.randint(-reach, reach)}")
    return lines(len(rows), *rows)


add(35, "The Snail's House Numbers", "medium", """
A snail numbers the squares of an endless floor. Square (0, 0) gets number 1. Then the snail goes in a spiral: one square
to the east (x grows), to (1, 0), which gets number 2; one square to the north (y grows), to (1, 1), number 3; two to the
west, two to the south, three to the east, three to the north, and so on, each square on the way getting the next number.

Answer questions of two kinds: `number x y` asks for the number of square (x, y), and `at k` asks where number k is.

Input
The first line holds the number q of questions (1 <= q <= 2000). Each of the next q lines holds a question, with
-100 <= x, y <= 100 and 1 <= k <= 40401.

Output
Print the answers, one a line: a number for `number`, and x and y with a space between for `at`.
""", snail, [
    lines(6, "number 1 1", "number 0 -1", "at 7", "at 2", "number 2 -1", "at 13"),
    lines(3, "at 1", "number 0 0", "at 10"),
    lines(1, "at 40401"),
    lines(4, "number 100 100", "number -100 100", "number -100 -100", "number 100 -100"),
    lines(4, "number 100 99", "number 99 100", "number -100 -99", "number -99 -100"),
    lines(8, *(f"at {k}" for k in (3, 4, 5, 6, 8, 9, 11, 12))),
    lines(25, *(f"at {k}" for k in range(1, 26))),
    lines(25, *(f"number {x} {y}" for x in range(-2, 3) for y in range(-2, 3))),
], [3, 5, 60, 2000], """
import sys


def main():
    number = {}
    place = {}
    x = y = 0
    dx, dy = 1, 0
    side = 1
    k = 1
    while k <= 40401:
        for _ in range(2):
            for _ in range(side):
                number[(x, y)] = k
                place[k] = (x, y)
                k += 1
                x += dx
                y += dy
            dx, dy = -dy, dx
        side += 1
    for row in sys.stdin.read().splitlines()[1:]:
        words = row.split()
        if words[0] == "number":
            print(number[(int(words[1]), int(words[2]))])
        else:
            print(*place[int(words[1])])


main()
""", """
from math import isqrt


def number(x, y):
    ring = max(abs(x), abs(y))
    corner = (2 * ring + 1) ** 2
    if y == -ring:
        return corner - ring + x
    if x == -ring:
        return corner - 3 * ring - y
    if y == ring:
        return corner - 5 * ring - x
    return corner - 7 * ring + y


def place(k):
    ring = (isqrt(k - 1) + 1) // 2
    sides = [(t, -ring) for t in range(-ring, ring + 1)]
    sides += [(-ring, t) for t in range(-ring, ring + 1)]
    sides += [(t, ring) for t in range(-ring, ring + 1)]
    sides += [(ring, t) for t in range(-ring, ring + 1)]
    return next(cell for cell in sides if number(*cell) == k)


for _ in range(int(input())):
    kind, *values = input().split()
    values = map(int, values)
    print(number(*values)) if kind == "number" else print(*place(*values))
""")


# 36: a heap
def plants(r, n):
    top = 12 if n < 10 else 10**6
    return lines((n, r.randint(1, 3 * n), r.randint(1, top // 2)), [r.randint(0, top) for _ in range(n)])


add(36, "The Thirstiest Plant", "medium", """
A gardener has m cans of water with c cups each, and n plants. Each plant is thirsty for some number of cups. The
gardener pours one can after the other, a whole can at a time, always onto the plant that is thirstiest at that moment;
among equally thirsty ones, onto the one with the smallest number. A plant gets less thirsty by c, but never less than 0:
water that it does not need is lost. When no plant is thirsty any more, the gardener stops.

Input
The first line holds n, m and c (1 <= n <= 3000, 1 <= m <= 20000, 1 <= c <= 1000000).
The second line holds n integers from 0 to 1000000, the thirst of the plants 1 to n.

Output
On the first line print the thirst of the plants in the end. On the second line print the number of cans poured, the cups
lost, and the number of the plant that got most cans (the smallest such number, 0 if no can was poured).
""", plants, [
    lines((4, 5, 3), (5, 9, 0, 6)),
    lines((3, 9, 4), (4, 6, 1)),
    lines((1, 1, 1), (0,)),
    lines((1, 1, 1000000), (1000000,)),
    lines((2, 3, 2), (3, 3)),
    lines((3, 3, 5), (5, 5, 5)),
    lines((3, 4, 5), (5, 5, 6)),
    lines((5, 7, 10), (0, 0, 30, 29, 31)),
], [3, 4, 6, 8, 9, 80, 2500], """
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, c = data[:3]
    thirst = data[3:]
    heap = [(-thirst[i], i) for i in range(n)]
    heapq.heapify(heap)
    poured = 0
    lost = 0
    cans = [0] * n
    while poured < m and heap[0][0] < 0:
        need, plant = heap[0]
        need = -need
        if need < c:
            lost += c - need
            need = 0
        else:
            need -= c
        thirst[plant] = need
        cans[plant] += 1
        poured += 1
        heapq.heapreplace(heap, (-need, plant))
    print(*thirst)
    most = max(cans)
    print(poured, lost, cans.index(most) + 1 if most else 0)


main()
""", """
n, m, c = map(int, input().split())
thirst = list(map(int, input().split()))

# Every moment at which a plant can get a can, the thirstiest first.
moments = [(-need, i) for i, start in enumerate(thirst) for need in range(start, max(0, start - m * c), -c)]
cans = [0] * n
lost = 0
for need, i in sorted(moments)[:m]:
    cans[i] += 1
    lost += max(0, c + need)
print(*(max(0, start - c * count) for start, count in zip(thirst, cans)))
best = max(range(n), key=cans.__getitem__)
print(sum(cans), lost, best + 1 if cans[best] else 0)
""")


# 37: states from day to day
def trades(r, n):
    top = 12 if n < 10 else 1000
    return args([r.randint(1, top) for _ in range(n)], r.randint(1, 4), r.randint(0, 3), r.randint(0, 2))


add(37, "Amber at the Harbour", "hard", """
A merchant knows the price of a sack of amber for each of the coming days. The store holds one sack only: it must be sold
before another one is bought. Each purchase costs the harbour fee on top of the price. After a sale, the merchant rests
for `rest` days, on which nothing can be bought; with rest = 0, a sack can be bought on the day of the sale. A sack
cannot be sold on the day on which it was bought.

Write `profit(prices, k, fee, rest)` that returns the largest profit with at most k purchases. A merchant who buys
nothing has a profit of 0. There is no use in a sack that is left over.

There are 1 to 1000 days, prices are from 1 to 1000000, 1 <= k <= 20, 0 <= fee <= 1000000 and 0 <= rest <= 1000.
""", trades, [
    args([3, 8, 2, 9, 4, 7], 2, 1, 0),
    args([3, 8, 2, 9, 4, 7], 3, 1, 1),
    args([5], 1, 0, 0),
    args([5, 6], 1, 1, 0),
    args([5, 7], 1, 1, 0),
    args([9, 7, 4, 1], 3, 0, 0),
    args([1, 5, 9], 2, 0, 0),
    args([1, 5, 1, 5, 1, 5], 3, 0, 1),
    args([1, 5, 2, 1, 5, 1, 5], 3, 0, 2),
    args([1, 5, 1, 5, 1, 5], 20, 0, 0),
], [4, 5, 6, 7, 8, 9, 9, 40, 1000], """
from typing import List


class Solution:
    def profit(self, prices: List[int], k: int, fee: int, rest: int) -> int:
        n = len(prices)
        # free[i]: the best with the sales of the first i days, for the purchases allowed so far
        free = [0] * (n + 1)
        for _ in range(k):
            new = [0] * (n + 1)
            holding = None
            for day, price in enumerate(prices):
                new[day + 1] = new[day]
                if holding is not None:
                    new[day + 1] = max(new[day + 1], holding + price)
                ready = day + 1 - rest
                bought = (free[ready] if ready > 0 else 0) - price - fee
                if holding is None or bought > holding:
                    holding = bought
            free = new
        return free[n]
""", """
from functools import lru_cache
from typing import List
import sys

sys.setrecursionlimit(10000)


class Solution:
    def profit(self, prices: List[int], k: int, fee: int, rest: int) -> int:
        @lru_cache(maxsize=None)
        def waiting(day, left):
            if day >= len(prices) or left == 0:
                return 0
            buy = holding(day + 1, left) - prices[day] - fee
            return max(buy, waiting(day + 1, left))

        @lru_cache(maxsize=None)
        def holding(day, left):
            if day == len(prices):
                return -(10 ** 9)
            sell = prices[day] + waiting(day + rest, left - 1)
            return max(sell, holding(day + 1, left))

        return waiting(0, k)
""", func="profit", signature="prices: List[int], k: int, fee: int, rest: int) -> int")


# 38: a walk over every edge
def lanes(r, n):
    places = max(2, n // 3 + 1)
    at = start = r.randint(1, places)
    walk = []
    for _ in range(n):
        new = r.randint(1, places)
        walk.append((at, new))
        at = new
    if r.random() < 0.25:
        walk[r.randrange(n)] = (r.randint(1, places), r.randint(1, places))
    r.shuffle(walk)
    return lines((places, n, start), *walk)


add(38, "Every Lane Once", "hard", """
A postman must walk through each of the m one-way lanes of a village exactly once. A lane leads from one square to
another, or back to the same one; there may be several lanes from one square to another. The walk begins on square s and
may end anywhere.

Find the sequence of squares of such a walk. If there are several, print the smallest one: at the first place where two
sequences differ, the smaller number is better.

Input
The first line holds the number n of squares, the number m of lanes, and s (1 <= n <= 1000, 1 <= m <= 3000,
1 <= s <= n). Each of the next m lines holds two numbers: a lane leads from the first square to the second.

Output
Print the m + 1 squares of the walk on one line, or `impossible`.
""", lanes, [
    lines((4, 6, 1), (1, 2), (2, 3), (3, 1), (1, 4), (4, 1), (2, 2)),
    lines((3, 2, 1), (1, 2), (1, 3)),
    lines((1, 1, 1), (1, 1)),
    lines((2, 1, 2), (1, 2)),
    lines((2, 1, 1), (1, 2)),
    lines((4, 4, 1), (1, 2), (2, 1), (3, 4), (4, 3)),
    lines((3, 3, 1), (1, 2), (1, 3), (3, 1)),
    lines((3, 5, 2), (2, 1), (1, 2), (2, 1), (1, 2), (2, 3)),
    lines((5, 6, 1), (1, 3), (3, 1), (1, 2), (2, 4), (4, 5), (5, 1)),
    lines((2, 3, 2), (1, 2), (2, 1), (1, 2)),
    lines((2, 4, 1), (1, 2), (2, 2), (2, 2), (1, 2)),
    lines((600, 600, 300), *((i, i % 600 + 1) for i in range(1, 601))),
], [3, 4, 5, 6, 7, 8, 9, 9, 60, 2900], """
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, start = data[:3]
    lanes = [[] for _ in range(n + 1)]
    for i in range(3, 3 + 2 * m, 2):
        heapq.heappush(lanes[data[i]], data[i + 1])
    stack = [start]
    walk = []
    while stack:
        square = stack[-1]
        if lanes[square]:
            stack.append(heapq.heappop(lanes[square]))
        else:
            walk.append(stack.pop())
    walk.reverse()
    used = sorted(zip(walk, walk[1:]))
    given = sorted(zip(data[3::2], data[4::2]))
    if used == given:
        print(*walk)
    else:
        print("impossible")


main()
""", """
import sys
from collections import Counter, defaultdict

sys.setrecursionlimit(10000)


def main():
    n, m, start = map(int, input().split())
    lanes = defaultdict(list)
    surplus = Counter()
    for _ in range(m):
        a, b = map(int, input().split())
        lanes[a].append(b)
        surplus[a] += 1
        surplus[b] -= 1
    for ways in lanes.values():
        ways.sort(reverse=True)
    walk = []

    def visit(square):
        while lanes[square]:
            visit(lanes[square].pop())
        walk.append(square)

    uneven = sorted((x, square) for square, x in surplus.items() if x)
    fits = not uneven or ([x for x, _ in uneven] == [-1, 1] and uneven[1][1] == start)
    visit(start)
    print(*walk[::-1] if fits and len(walk) == m + 1 else ["impossible"])


main()
""")


# 39: a table of letters
def knocks(r, n):
    height, width = r.randint(1, min(n, 9)), r.randint(1, min(n, 9))
    letters = [chr(33 + i) for i in range(90)]
    r.shuffle(letters)
    rows = ["".join(letters[y * width : y * width + width]) for y in range(height)]
    words = []
    for _ in range(min(n, 400)):
        cells = [(r.randint(1, height + (r.random() < 0.1)), r.randint(1, width)) for _ in range(r.randint(1, 6))]
        words.append(" ".join("." * y + "/" + "." * x for y, x in cells))
    return lines((height, width, len(words)), *rows, *words)


add(39, "Knocks in the Wall", "easy", """
Two neighbours knock messages on the wall between their rooms. They use a table of h rows with w characters each. A
character is knocked as its row, a short pause, and its column: `../....` is the fourth character of the second row. In
bad moments somebody miscounts, so that the table has no such row or column; such a character is read as `_`.

Input
The first line holds h, w and the number n of words (1 <= h, w <= 9, 1 <= n <= 400).
Each of the next h lines holds a row of the table: w characters, none of them a space; no character is there twice.
Each of the next n lines holds a word: 1 to 12 knocked characters with single spaces between. A character is 1 to 12
full stops, a slash, and 1 to 12 full stops.

Output
Print the n words, one a line, and on a last line the number of characters that were miscounted.
""", knocks, [
    lines((2, 4, 2), "tean", "srok", "./. ./.. ./...", "../.... ./.... ../... ../. .../."),
    lines((1, 2, 2), "no", "./. ./..", "./.... ./.."),
    lines((1, 1, 1), "x", "./."),
    lines((1, 1, 3), "x", "../.", "./..", "../.."),
    lines((2, 2, 1), "ab", "cd", "./. ./.. ../. ../.. .../... ./... .../."),
    lines((3, 1, 1), "p", "q", "r", ".../. ../. ./. ..../. ./.."),
], [3, 4, 6, 8, 9, 400], """
import sys


def main():
    lines = sys.stdin.read().splitlines()
    h, w, n = map(int, lines[0].split())
    table = lines[1:h + 1]
    wrong = 0
    for line in lines[h + 1:h + 1 + n]:
        word = ""
        for knock in line.split():
            row, column = knock.split("/")
            if len(row) > h or len(column) > w:
                word += "_"
                wrong += 1
            else:
                word += table[len(row) - 1][len(column) - 1]
        print(word)
    print(wrong)


main()
""", """
h, w, n = map(int, input().split())
code = {}
for y in range(1, h + 1):
    for x, character in enumerate(input().strip(), 1):
        code["." * y + "/" + "." * x] = character
knocked = [input().split() for _ in range(n)]
for word in knocked:
    print("".join(code.get(knock, "_") for knock in word))
print(sum(knock not in code for word in knocked for knock in word))
""")


# 40: greedy payment
def slot(r, n):
    values = sorted(r.sample(range(1, 12 if n < 10 else 500), r.randint(1, 5)), reverse=True)
    return args(r.randint(0, 6 * n), [[value, r.randint(0, 4)] for value in values])


add(40, "The Stubborn Coin Slot", "easy", """
A ticket machine pays back an amount with the coins that it has. It is simple-minded: it goes through its kinds of coins
once, from the most valuable to the least, and pays with as many coins of each kind as it has and as do not exceed what
is still to be paid. If something is still to be paid after the last kind, it takes all coins back and pays nothing.

Write `payBack(amount, coins)`. `coins` is a list of `[value, count]` in falling order of the values, all different.
Return the list of how many coins of each kind are left in the machine afterwards.

0 <= amount <= 1000000, there are 1 to 1000 kinds, 1 <= value <= 1000000 and 0 <= count <= 1000.
""", slot, [
    args(36, [[20, 2], [10, 1], [5, 0], [2, 5], [1, 1]]),
    args(6, [[4, 1], [3, 2]]),
    args(0, [[1, 0]]),
    args(1, [[1, 0]]),
    args(1, [[1, 1]]),
    args(5, [[5, 3], [1, 9]]),
    args(9, [[5, 3], [1, 3]]),
    args(9, [[5, 3], [1, 4]]),
    args(20, [[10, 1], [5, 1], [4, 2], [1, 1]]),
    args(1000000, [[1000 - i, 2] for i in range(1000)]),
], [3, 5, 8, 20, 200], """
from typing import List


class Solution:
    def payBack(self, amount: int, coins: List[List[int]]) -> List[int]:
        left = []
        for value, count in coins:
            while count > 0 and amount >= value:
                amount -= value
                count -= 1
            left.append(count)
        if amount > 0:
            return [count for _, count in coins]
        return left
""", """
from typing import List


class Solution:
    def payBack(self, amount: int, coins: List[List[int]]) -> List[int]:
        before = [count for _, count in coins]
        after = before[:]
        for i, (value, count) in enumerate(coins):
            used = min(count, amount // value)
            after[i] -= used
            amount -= used * value
        return before if amount else after
""", func="payBack", signature="amount: int, coins: List[List[int]]) -> List[int]")
