"""Part B of the problem suite, problems 25 to 32: trays, rings, boats, ratios, ranking, near palindromes.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import lines, numbered

problem = numbered("B")
PROBLEMS = []


# 25: counting pairs and triples
def _jars(seed, n, kinds):
    rng = random.Random(seed)
    names = ["".join(rng.choice("aeioustrnmlp") for _ in range(rng.randint(2, 6))) + str(i) for i in range(kinds)]
    return lines(n, [rng.choice(names) for _ in range(n)])


PROBLEMS.append(problem(25, "Tasting Trays", "easy", """
A shop has n jars of jam. The label of every jar names its flavour; several jars may have the same flavour, but all
jars can be told apart. For a small tasting tray two jars of different flavours are put together, for a large tray
three jars of three different flavours. The order on the tray does not matter.

Count the possible small trays and the possible large trays.

Input
The first line holds n (1 <= n <= 2000). The second line holds n flavours separated by spaces; a flavour is a word of
lower-case letters and digits with at most 10 characters. There are at most 40 different flavours.

Output
Print the number of small trays and the number of large trays, separated by a space.
""", [
    (lines(5, "plum fig plum pear fig"), "8 4\n"),
    (lines(2, "plum plum"), "0 0\n"),
], [
    lines(1, "kiwi"),
    lines(2, "kiwi lime"),
    lines(3, "a b c"),
    lines(3, "a b a"),
    lines(4, "a b c d"),
    lines(7, "x x x y y y z"),
    lines(6, "ab a b ba ab b"),
    lines(8, "p q r s p q r s"),
    _jars(251, 12, 3),
    _jars(252, 50, 2),
    _jars(253, 400, 12),
    _jars(254, 2000, 40),
], r"""
import sys


def main():
    data = sys.stdin.read().split()
    amounts = {}
    for flavour in data[1:]:
        amounts[flavour] = amounts.get(flavour, 0) + 1
    singles = 0
    pairs = 0
    triples = 0
    for amount in amounts.values():
        triples += pairs * amount
        pairs += singles * amount
        singles += amount
    print(pairs, triples)


main()
""", r"""
from collections import Counter
from itertools import combinations

input()
amounts = list(Counter(input().split()).values())
small = sum(a * b for a, b in combinations(amounts, 2))
large = sum(a * b * c for a, b, c in combinations(amounts, 3))
print(small, large)
"""))


# 26: modular arithmetic
def _moves(seed, n, start, repeats, count, size):
    rng = random.Random(seed)
    return lines((n, start, repeats, count), [rng.randint(-size, size) for _ in range(count)])


PROBLEMS.append(problem(26, "Round the Tram Loop", "easy", """
A tram loop has n stops, numbered 0 to n - 1 in driving direction; after stop n - 1 comes stop 0 again. A tram starts
at stop s with its lap counter at 0. Whenever it drives forwards from stop n - 1 to stop 0, the counter goes up by 1;
whenever it drives backwards from stop 0 to stop n - 1, the counter goes down by 1.

The driver's sheet lists m moves. A move x > 0 means x stops forwards, a move x < 0 means -x stops backwards, and 0
means waiting. The whole sheet is driven r times.

Where is the tram in the end, and what does the lap counter show?

Input
The first line holds n, s, r and m (2 <= n <= 1000000000, 0 <= s < n, 0 <= r <= 1000000000000, 1 <= m <= 1000). The
second line holds the m moves, each between -1000000000 and 1000000000.

Output
Print the number of the final stop and the lap counter, separated by a space.
""", [
    (lines((10, 8, 1, 3), (5, -1, 9)), "1 2\n"),
    (lines((6, 2, 3, 2), (-4, 1)), "5 -2\n"),
], [
    lines((2, 0, 0, 1), (1,)),
    lines((2, 1, 0, 1), (-1,)),
    lines((2, 1, 1, 1), (1,)),
    lines((2, 0, 1, 1), (-1,)),
    lines((5, 3, 7, 1), (0,)),
    lines((7, 0, 1, 2), (14, -7)),
    lines((7, 0, 2, 2), (-14, 7)),
    lines((4, 2, 1, 2), (-3, 3)),
    lines((9, 4, 1000000000000, 1), (-1000000000,)),
    _moves(261, 13, 5, 4, 10, 20),
    _moves(262, 100, 99, 77, 60, 150),
    _moves(263, 999999937, 123456, 1000000000000, 1000, 1000000000),
], r"""
import sys


def main():
    n, s, r, m = map(int, sys.stdin.readline().split())
    moves = list(map(int, sys.stdin.readline().split()))
    end = s + r * sum(moves)
    print(end % n, end // n)


main()
""", r"""
n, stop, repeats, _ = map(int, input().split())
start = stop
shift = 0
for move in input().split():
    shift += int(move)
stop = (stop + shift % n * repeats) % n
laps = (start + shift * repeats - stop) // n
print(stop, laps)
"""))


# 27: fewest resources
def _rentals(seed, n, clean, day, longest):
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        s = rng.randint(0, day)
        rows.append((s, s + rng.randint(1, longest)))
    return lines((n, clean), *rows)


PROBLEMS.append(problem(27, "Boats for the Regatta", "medium", """
A boat house has n orders for boats. Order i uses one boat from minute s_i to minute e_i. After a boat comes back it
has to be cleaned for c minutes before the next order: a boat that is back at minute e may be used for an order that
starts at minute e + c or later.

The boats are numbered 1, 2, 3 and so on. The boat house hands them out in order of the starts, orders with equal starts
in the order of the input: each order gets the lowest-numbered boat that is ready, that is, one that was not used yet or
is back and clean.

Print how many different boats are used, and the total rental minutes of the boat that is rented for the most minutes
over the day.

Input
The first line holds n and c (1 <= n <= 1000, 0 <= c <= 1000000). Each of the next n lines holds s_i and e_i
(0 <= s_i < e_i <= 1000000000).

Output
Print the two numbers separated by a space.
""", [
    (lines((4, 5), (0, 10), (12, 20), (15, 30), (25, 40)), "2 25\n"),
    (lines((2, 0), (3, 8), (8, 9)), "1 6\n"),
], [
    lines((1, 1000000), (0, 1000000000)),
    lines((2, 1), (3, 8), (8, 9)),
    lines((2, 1), (3, 8), (9, 10)),
    lines((3, 0), (5, 6), (5, 9), (5, 7)),
    lines((3, 4), (20, 25), (0, 16), (10, 12)),
    lines((4, 2), (0, 5), (1, 3), (5, 9), (7, 8)),
    lines((5, 3), (0, 100), (1, 2), (5, 6), (9, 10), (13, 110)),
    _rentals(271, 12, 3, 60, 20),
    _rentals(272, 60, 0, 300, 30),
    _rentals(273, 300, 15, 5000, 400),
    _rentals(274, 1000, 1000000, 999000000, 1000000),
], r"""
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, clean = data[0], data[1]
    orders = [(data[2 + 2 * i], i, data[3 + 2 * i]) for i in range(n)]
    ready = []
    cleaning = []
    minutes = []
    for start, _, end in sorted(orders):
        while cleaning and cleaning[0][0] <= start:
            boat = heapq.heappop(cleaning)[1]
            heapq.heappush(ready, boat)
        if ready:
            boat = heapq.heappop(ready)
        else:
            boat = len(minutes)
            minutes.append(0)
        minutes[boat] += end - start
        heapq.heappush(cleaning, (end + clean, boat))
    print(len(minutes), max(minutes))


main()
""", r"""
n, c = map(int, input().split())
orders = [tuple(map(int, input().split())) for _ in range(n)]
orders.sort(key=lambda order: order[0])
free_at = []
out = []
for start, end in orders:
    for boat, ready in enumerate(free_at):
        if ready <= start:
            break
    else:
        boat = len(out)
        free_at.append(0)
        out.append(0)
    free_at[boat] = end + c
    out[boat] += end - start
print(len(out), max(out))
"""))


# 28: pairs with a given gcd
def _gears(seed, n, g, top):
    rng = random.Random(seed)
    return lines((n, g), [rng.randint(1, top) for _ in range(n)])


PROBLEMS.append(problem(28, "Gear Pairs", "medium", """
A clockmaker has n gears; gear i has a_i teeth. Two gears run quietly together if the greatest common divisor of
their numbers of teeth is exactly g. How many pairs of gears (the order of the two does not matter, gears with equal
numbers of teeth are still different gears) run quietly together?

Input
The first line holds n and g (1 <= n <= 1500, 1 <= g <= 20000). The second line holds the n numbers of teeth, each
between 1 and 20000.

Output
Print the number of pairs.
""", [
    (lines((5, 2), (4, 6, 2, 8, 3)), "5\n"),
    (lines((3, 5), (5, 5, 10)), "3\n"),
], [
    lines((1, 1), (1,)),
    lines((2, 1), (1, 1)),
    lines((2, 20000), (20000, 20000)),
    lines((4, 7), (14, 28, 42, 56)),
    lines((4, 3), (1, 2, 4, 5)),
    lines((6, 1), (6, 10, 15, 30, 7, 1)),
    lines((5, 4), (8, 12, 8, 20, 36)),
    lines((5, 12), (12, 24, 36, 60, 6)),
    lines((3, 9), (4, 8, 8)),
    _gears(281, 20, 1, 30),
    _gears(282, 100, 3, 120),
    _gears(283, 600, 2, 20000),
    _gears(284, 1500, 1, 20000),
    _gears(285, 1500, 6, 500),
], r"""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, g = data[0], data[1]
    teeth = data[2:2 + n]
    limit = max(teeth)
    count = [0] * (limit + 1)
    for a in teeth:
        count[a] += 1
    exact = [0] * (limit + 1)
    for d in range(limit, 0, -1):
        multiples = sum(count[d::d])
        exact[d] = multiples * (multiples - 1) // 2 - sum(exact[2 * d::d])
    print(exact[g] if g <= limit else 0)


main()
""", r"""
from itertools import combinations
from math import gcd

n, g = map(int, input().split())
usable = [a // g for a in map(int, input().split()) if a % g == 0]
print(sum(gcd(a, b) == 1 for a, b in combinations(usable, 2)))
"""))


# 29: unranking with a counting DP
PROBLEMS.append(problem(29, "The k-th Flag Signal", "hard", """
A ship signals with a row of flags of the three colours b, r and y. It owns x flags of colour b, v of colour r and w
of colour y, and every signal uses all of them, in such an order that no two neighbouring flags have the same colour.
The signal book lists all such rows, each once, in alphabetical order and numbers them from 1.

For each of q numbers k print the signal with that number.

Input
The first line holds x, v and w (0 <= x, v, w <= 12, x + v + w >= 1). The second line holds q (1 <= q <= 10). The third
line holds the q numbers k (1 <= k <= 10^18).

Output
Print one line a number: the signal, or the word none if the book has fewer than k signals.
""", [
    (lines((2, 1, 1), 4, (1, 3, 6, 7)), "brby\nbybr\nybrb\nnone\n"),
    (lines((3, 1, 0), 1, (1,)), "none\n"),
], [
    lines((1, 0, 0), 2, (1, 2)),
    lines((0, 0, 2), 1, (1,)),
    lines((0, 1, 2), 2, (1, 2)),
    lines((1, 1, 1), 7, (1, 2, 3, 4, 5, 6, 7)),
    lines((2, 2, 0), 3, (1, 2, 3)),
    lines((2, 2, 2), 10, (30, 1, 2, 10, 11, 12, 20, 21, 29, 31)),
    lines((0, 4, 4), 3, (2, 1, 3)),
    lines((5, 1, 3), 5, (1, 3, 4, 5, 1000000000000000000)),
    lines((4, 5, 3), 8, (1, 100, 500, 700, 900, 1000, 588, 1500)),
    lines((7, 9, 8), 6, (1, 77777, 1234567, 12345678, 987654, 1000000000000)),
    lines((12, 12, 12), 10, (1, 2, 1000, 123456789, 5000000000, 40000000000, 50000000000, 60000000000, 70000000000,
                             1000000000000000000)),
    lines((12, 3, 8), 6, (1, 2, 50, 200, 495, 496)),
], r"""
import sys
from functools import lru_cache


@lru_cache(maxsize=None)
def count(left, last):
    if sum(left) == 0:
        return 1
    return sum(count(take(left, c), c) for c in range(3) if left[c] > 0 and c != last)


def take(left, colour):
    return tuple(n - (c == colour) for c, n in enumerate(left))


def signal(left, k):
    if k > count(left, -1):
        return "none"
    row = ""
    last = -1
    while sum(left) > 0:
        for colour in range(3):
            if left[colour] == 0 or colour == last:
                continue
            rest = take(left, colour)
            ways = count(rest, colour)
            if k <= ways:
                break
            k -= ways
        row += "bry"[colour]
        left, last = rest, colour
    return row


def main():
    data = list(map(int, sys.stdin.read().split()))
    for k in data[4:]:
        print(signal(tuple(data[:3]), k))


main()
""", r"""
from itertools import product

x, v, w = map(int, input().split())
input()
starting = {(0, 0, 0): [1, 0, 0]}


def options(left):
    for c in range(3):
        if left[c]:
            rest = list(left)
            rest[c] -= 1
            yield c, tuple(rest)


def follow(rest, c):
    ways = starting[rest]
    return sum(ways) - (ways[c] if any(rest) else 0)


for left in product(range(x + 1), range(v + 1), range(w + 1)):
    if any(left):
        starting[left] = [0, 0, 0]
        for c, rest in options(left):
            starting[left][c] = follow(rest, c)


def find(left, last, k):
    for c, rest in options(left):
        if c != last:
            if k <= follow(rest, c):
                return "bry"[c] + find(rest, c, k)
            k -= follow(rest, c)
    return ""


for k in map(int, input().split()):
    print(find((x, v, w), -1, k) or "none")
"""))


# 30: common subsequence with tolerated matches
def _duet(seed, n, m, top, slack, times):
    rng = random.Random(seed)
    return lines((n, m, slack, times), [rng.randint(0, top) for _ in range(n)], [rng.randint(0, top) for _ in range(m)])


PROBLEMS.append(problem(30, "Almost a Duet", "hard", """
Two musicians have each written a melody, a sequence of pitches. For a duet both leave out notes until their melodies
have the same length; the notes that remain are then played at the same time, first with first, second with second,
and so on. Two notes played together are pure if their pitches are equal, and tolerable if their pitches are different
but differ by at most d. The duet may contain any number of pure pairs, at most t tolerable pairs and no other pairs.
Moreover two tolerable pairs must not follow each other directly.

What is the largest possible number of pairs in the duet?

Input
The first line holds n, m, d and t (1 <= n, m <= 70, 0 <= d <= 1000, 0 <= t <= 6). The second line holds the n pitches
of the first melody, the third the m pitches of the second. Pitches lie between 0 and 1000000.

Output
Print the largest number of pairs.
""", [
    (lines((5, 5, 1, 1), (4, 7, 2, 9, 5), (4, 6, 2, 8, 5)), "4\n"),
    (lines((3, 2, 2, 5), (10, 20, 30), (12, 31)), "1\n"),
], [
    lines((1, 1, 0, 0), (5,), (5,)),
    lines((1, 1, 3, 0), (5,), (6,)),
    lines((1, 1, 3, 1), (5,), (8,)),
    lines((1, 1, 3, 1), (5,), (9,)),
    lines((3, 3, 5, 6), (10, 20, 30), (11, 21, 31)),
    lines((5, 5, 1, 6), (1, 50, 3, 70, 5), (2, 50, 4, 70, 6)),
    lines((5, 5, 1, 2), (1, 50, 3, 70, 5), (2, 50, 4, 70, 6)),
    lines((4, 4, 0, 3), (1, 2, 3, 4), (4, 3, 2, 1)),
    lines((6, 6, 1, 2), (2, 2, 2, 2, 2, 2), (3, 2, 3, 2, 3, 3)),
    lines((1, 6, 2, 1), (4,), (9, 8, 7, 6, 1, 0)),
    lines((3, 9, 3, 4), (3, 0, 5), (2, 3, 7, 2, 4, 1, 5, 3, 6)),
    lines((3, 9, 1, 3), (6, 5, 1), (6, 5, 3, 3, 6, 2, 3, 5, 4)),
    lines((1, 2, 1, 2), (5,), (6, 0)),
    lines((3, 1, 1, 4), (6, 5, 1), (4,)),
    lines((6, 3, 3, 1), (2, 4, 2, 6, 1, 0), (6, 3, 7)),
    lines((7, 3, 1, 3), (2, 0, 2, 3, 0, 6, 3), (1, 2, 5)),
    _duet(301, 10, 12, 9, 2, 2),
    _duet(302, 25, 25, 30, 4, 4),
    _duet(303, 40, 30, 100, 5, 1),
    _duet(304, 50, 70, 60, 3, 3),
    _duet(305, 70, 70, 400, 12, 6),
], r"""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, d, t = data[:4]
    first = data[4:4 + n]
    second = data[4 + n:]
    free = [[[0] * (t + 1) for _ in range(m + 1)] for _ in range(n + 1)]
    pure = [[[0] * (t + 1) for _ in range(m + 1)] for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            gap = abs(first[i - 1] - second[j - 1])
            for k in range(t + 1):
                best = max(pure[i - 1][j][k], pure[i][j - 1][k])
                if gap == 0:
                    best = max(best, free[i - 1][j - 1][k] + 1)
                pure[i][j][k] = best
                best = max(best, free[i - 1][j][k], free[i][j - 1][k])
                if 0 < gap <= d and k > 0:
                    best = max(best, pure[i - 1][j - 1][k - 1] + 1)
                free[i][j][k] = best
    print(free[n][m][t])


main()
""", r"""
from functools import lru_cache

n, m, d, t = map(int, input().split())
a = list(map(int, input().split()))
b = list(map(int, input().split()))


@lru_cache(maxsize=None)
def pairs(i, j, left, may):
    if i == n or j == m:
        return 0
    best = max(pairs(i + 1, j, left, may), pairs(i, j + 1, left, may))
    gap = abs(a[i] - b[j])
    if gap == 0:
        best = max(best, 1 + pairs(i + 1, j + 1, left, True))
    elif gap <= d and left and may:
        best = max(best, 1 + pairs(i + 1, j + 1, left - 1, False))
    return best


print(pairs(0, 0, t, True))
"""))


# 31: lowest prefix sum
def _cash(seed, n, size, floor):
    rng = random.Random(seed)
    return lines((n, floor), [rng.randint(-size, size) for _ in range(n)])


PROBLEMS.append(problem(31, "Market Stall Float", "easy", """
A market stall starts the season with some whole number of coins in its cash box, at least f. Over n days the content
of the box changes by c_1, ..., c_n; a negative number means that coins were taken out. At the end of no day may the
box hold fewer than f coins.

Find the smallest possible number of coins at the start. Then also name the day at whose end the box holds the fewest
coins, the earliest such day if there are several, and the number of coins in the box after the last day.

Input
The first line holds n and f (1 <= n <= 2000, 0 <= f <= 1000000). The second line holds c_1, ..., c_n, each between
-1000000 and 1000000.

Output
Print the number of coins at the start, the day with the fewest coins (days are numbered from 1) and the number of
coins after the last day, separated by spaces.
""", [
    (lines((5, 3), (4, -6, -5, 8, -1)), "10 3 10\n"),
    (lines((3, 0), (2, 5, -1)), "0 1 6\n"),
], [
    lines((1, 0), (0,)),
    lines((1, 7), (-1,)),
    lines((1, 7), (1,)),
    lines((4, 5), (0, 0, 0, 0)),
    lines((4, 2), (-3, 3, -3, 3)),
    lines((4, 2), (1, -1, 1, -1)),
    lines((5, 1000000), (-1000000, -1000000, -1000000, -1000000, -1000000)),
    lines((6, 10), (5, -5, -2, 1, 1, -3)),
    lines((3, 4), (6, -4, 2)),
    _cash(311, 12, 10, 4),
    _cash(312, 80, 30, 0),
    _cash(313, 600, 1000, 250),
    _cash(314, 2000, 1000000, 999),
], r"""
n, f = map(int, input().split())
changes = list(map(int, input().split()))
total = 0
lowest = None
lowest_day = 0
for day, change in enumerate(changes, 1):
    total += change
    if lowest is None or total < lowest:
        lowest = total
        lowest_day = day
start = f
if lowest < 0:
    start -= lowest
print(start, lowest_day, start + total)
""", r"""
import sys
from itertools import accumulate


def main():
    n, f, *changes = map(int, sys.stdin.read().split())
    levels = list(accumulate(changes))
    lowest = min(levels)
    start = f + max(0, -lowest)
    print(start, levels.index(lowest) + 1, start + levels[-1])


if __name__ == "__main__":
    main()
"""))


# 32: repeated maximum
def _ice(seed, n, rounds, top):
    rng = random.Random(seed)
    return lines((n, rounds), [rng.randint(0, top) for _ in range(n)])


PROBLEMS.append(problem(32, "The Ice Carver", "easy", """
An ice carver has n blocks of ice; block i weighs w_i grams. In every round the carver takes the heaviest block and
carves a third of it away: a block of w grams loses w / 3 grams, rounded up, and is put back. After r rounds the carver
stops.

Print the total weight of all blocks in the end and the weight of the block that is then the heaviest.

Input
The first line holds n and r (1 <= n <= 2000, 0 <= r <= 3000). The second line holds w_1, ..., w_n, each between 0 and
1000000000.

Output
Print the total weight and the weight of the heaviest block, separated by a space.
""", [
    (lines((3, 3), (10, 4, 7)), "12 4\n"),
    (lines((2, 0), (5, 1)), "6 5\n"),
], [
    lines((1, 1), (0,)),
    lines((1, 1), (1,)),
    lines((1, 5), (1,)),
    lines((1, 1), (2,)),
    lines((1, 1), (3,)),
    lines((1, 3000), (1000000000,)),
    lines((4, 4), (9, 9, 9, 9)),
    lines((4, 6), (9, 9, 8, 9)),
    lines((5, 7), (100, 1, 50, 2, 75)),
    _ice(321, 8, 10, 30),
    _ice(322, 60, 150, 1000),
    _ice(323, 500, 3000, 1000000),
    _ice(324, 2000, 3000, 1000000000),
], r"""
import heapq
import sys


def main():
    n, rounds = map(int, sys.stdin.readline().split())
    weights = map(int, sys.stdin.readline().split())
    heap = [-w for w in weights]
    heapq.heapify(heap)
    for _ in range(rounds):
        heaviest = -heap[0]
        heaviest -= (heaviest + 2) // 3
        heapq.heapreplace(heap, -heaviest)
    print(-sum(heap), -heap[0])


main()
""", r"""
from bisect import insort

n, r = map(int, input().split())
blocks = sorted(map(int, input().split()))
for _ in range(r):
    insort(blocks, blocks.pop() * 2 // 3)
print(sum(blocks), blocks[-1])
"""))
