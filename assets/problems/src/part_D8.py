"""Part D of the problem suite, problems 57 to 64: parcels, balance, wires, guests, beads, a roster, shunting, coins.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 57: a table of prices
def parcels(r, n):
    count = r.randint(1, min(6, n))
    tops = sorted(r.sample(range(1, 6 * n), count))
    prices = sorted(r.sample(range(1, 100), count))
    heaviest = 3 * tops[-1]
    return lines((count, n, r.randint(0, 9)), *zip(tops, prices), [r.randint(1, heaviest) for _ in range(n)])


add(57, "Weighing Parcels", "easy", """
A post office has k classes of parcels. A parcel of class i weighs at most w_i and costs p_i; the weights grow from class
to class, and so do the prices. A parcel pays the price of the first class that it fits into. A parcel that is too heavy
for the last class is taken as a special one: it pays the price of the last class for each full w_k of its weight, and
the price of the class into which the rest fits, if there is a rest, and besides s coins for the trouble.

Input
The first line holds k, the number n of parcels, and s (1 <= k <= 50, 1 <= n <= 3000, 0 <= s <= 1000).
Each of the next k lines holds w_i and p_i (1 <= w_i, p_i <= 1000000).
The last line holds n weights from 1 to 1000000000.

Output
Print three numbers: what all parcels pay together, how many of them are special, and the number of the parcel that pays
most, counted from 1 (the first one if there are several).
""", parcels, [
    lines((3, 5, 4), (2, 3), (5, 6), (10, 8), (2, 3, 10, 11, 24)),
    lines((2, 3, 0), (10, 5), (20, 7), (20, 40, 21)),
    lines((1, 1, 1), (1, 1), (1,)),
    lines((1, 1, 1000), (1, 1), (1000000000,)),
    lines((1, 3, 0), (7, 2), (7, 8, 14)),
    lines((2, 4, 3), (4, 1), (9, 5), (4, 5, 9, 18)),
    lines((2, 4, 3), (4, 1), (9, 5), (13, 22, 14, 23)),
    lines((3, 3, 0), (1, 10), (2, 20), (3, 30), (9, 9, 8)),
], [3, 4, 6, 9, 60, 2500], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    k, n, extra = data[:3]
    limits = data[3:3 + 2 * k:2]
    prices = data[4:4 + 2 * k:2]
    total = 0
    special = 0
    highest = 0
    dearest = 0
    for number, weight in enumerate(data[3 + 2 * k:], 1):
        price = 0
        if weight > limits[-1]:
            special += 1
            price = extra + weight // limits[-1] * prices[-1]
            weight %= limits[-1]
        if weight > 0:
            i = 0
            while limits[i] < weight:
                i += 1
            price += prices[i]
        total += price
        if price > highest:
            highest = price
            dearest = number
    print(total, special, dearest)


main()
""", """
from bisect import bisect_left

k, n, extra = map(int, input().split())
classes = [tuple(map(int, input().split())) for _ in range(k)]
tops, costs = zip(*classes)


def price(weight):
    full, rest = divmod(weight, tops[-1])
    pay = full * costs[-1] + (costs[bisect_left(tops, rest)] if rest else 0)
    return pay + extra if weight > tops[-1] else pay


weights = list(map(int, input().split()))
paid = [price(weight) for weight in weights]
print(sum(paid), sum(weight > tops[-1] for weight in weights), paid.index(max(paid)) + 1)
""")


# 58: prefix and suffix
def plank(r, n):
    top = 4 if n < 10 else 50
    return args([r.randint(-1, top) if r.random() < 0.9 else 0 for _ in range(n)])


add(58, "Where the Plank Balances", "easy", """
Weights stand in a row on a plank, each one step from the next; balloons count as negative weights. The plank is put on a
support under the weight at place i. It leans to the side on which the sum of the weights is larger (the weight over the
support counts for neither side), and balances if both sums are equal.

Write `balance(weights)` that returns a list of two things: the list of all places i (from 0) at which the plank
balances, in rising order, and the place at which the difference of the two sums is as large as possible (the last such
place if there are several).

There are 1 to 10000 weights from -1000000 to 1000000.
""", plank, [
    args([3, 1, 5, 2, 2]),
    args([0, 0, 0]),
    args([7]),
    args([1, 2]),
    args([2, -2, 5]),
    args([-5, 5, 0, 5, -5]),
    args([4, 0, 0, 0]),
    args([0, 0, 0, 4]),
    args([1000000, -1000000, 1000000]),
    args([1, 2, 3, 0, 6]),
], [4, 5, 6, 8, 12, 60, 9000], """
from typing import List


class Solution:
    def balance(self, weights: List[int]) -> list:
        left = 0
        right = sum(weights)
        places = []
        largest = -1
        worst = 0
        for i, weight in enumerate(weights):
            right -= weight
            difference = abs(left - right)
            if difference == 0:
                places.append(i)
            if difference >= largest:
                largest = difference
                worst = i
            left += weight
        return [places, worst]
""", """
from itertools import accumulate
from typing import List


class Solution:
    def balance(self, weights: List[int]) -> list:
        total = sum(weights)
        through = list(accumulate(weights))
        # Left is through - weight, right is total - through.
        tilt = [abs(2 * t - w - total) for t, w in zip(through, weights)]
        places = [i for i, value in enumerate(tilt) if value == 0]
        return [places, max(range(len(tilt)), key=lambda i: (tilt[i], i))]
""", func="balance", signature="weights: List[int]) -> list")


# 59: sums of distances
def wires(r, n):
    top = 12 if n < 10 else 10**9
    return lines((n, r.randint(1, 3)), *((r.randint(0, top), r.randint(1, 3)) for _ in range(n)))


add(59, "A Wire for Every Pair", "medium", """
Along a straight road stand n houses. Each belongs to one of up to 1000 families; several houses can stand at the same
kilometre. Between any two houses of the same family a wire is to be laid along the road, as long as the distance between
them. A wire that is longer than 0 also needs f kilometres more for its fixing.

Input
The first line holds n and f (1 <= n <= 5000, 0 <= f <= 1000). Each of the next n lines holds the kilometre at which a
house stands (0 to 1000000000) and the number of its family (1 to 1000).

Output
Print the length of all wires with fixing together, and the number of the family that needs most (the smallest number, if
several need the same; families without a house do not count).
""", wires, [
    lines((5, 2), (4, 1), (10, 2), (1, 1), (10, 2), (9, 1)),
    lines((4, 0), (3, 7), (5, 8), (5, 7), (3, 8)),
    lines((1, 5), (1000000000, 1000)),
    lines((2, 1000), (6, 3), (6, 3)),
    lines((2, 1), (0, 9), (1000000000, 9)),
    lines((2, 1), (0, 9), (1000000000, 8)),
    lines((6, 1), (2, 1), (2, 1), (2, 1), (4, 1), (4, 1), (7, 1)),
], [3, 4, 5, 6, 8, 9, 60, 3000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, fixing = data[0], data[1]
    families = {}
    for i in range(2, 2 + 2 * n, 2):
        families.setdefault(data[i + 1], []).append(data[i])
    total = 0
    most = -1
    neediest = 0
    for family in sorted(families):
        places = sorted(families[family])
        length = 0
        sum_before = 0
        same = 0
        for i, place in enumerate(places):
            length += place * i - sum_before
            sum_before += place
            if i > 0 and place == places[i - 1]:
                same += 1
            else:
                same = 0
            length += (i - same) * fixing
        total += length
        if length > most:
            most = length
            neediest = family
    print(total, neediest)


main()
""", """
from collections import Counter, defaultdict

n, fixing = map(int, input().split())
houses = defaultdict(Counter)
for _ in range(n):
    place, family = map(int, input().split())
    houses[family][place] += 1
need = {}
for family, counts in houses.items():
    size = sum(counts.values())
    passed = 0
    previous = 0
    need[family] = 0
    for place in sorted(counts):
        # Every wire from a house behind us to one ahead of us covers this stretch.
        need[family] += passed * (size - passed) * (place - previous)
        need[family] += passed * counts[place] * fixing
        passed += counts[place]
        previous = place
print(sum(need.values()), min(need, key=lambda family: (-need[family], family)))
""")


# 60: an order with a heap
def guests(r, n):
    names = sorted({"".join(r.choice("abcde") for _ in range(r.randint(1, 4))) for _ in range(n)})
    order = names[:]
    r.shuffle(order)
    rules = []
    for _ in range(n if len(names) > 1 else 0):
        i, j = sorted(r.sample(range(len(order)), 2))
        rules.append((order[i], order[j]))
    if rules and r.random() < 0.3:
        rules.append(rules[-1][::-1])
    r.shuffle(names)
    return lines((len(names), len(rules)), *names, *rules)


add(60, "The Order of Arrival", "medium", """
At a reception the guests are announced one by one. For some pairs the protocol says who must be announced before whom.
Apart from that, the master of ceremonies announces at each moment the guest who is first in alphabetical order among
those whom the protocol allows.

If the protocol contradicts itself, there comes a moment at which nobody may be announced though there are still guests.
Then the master of ceremonies leaves the room.

Input
The first line holds the number n of guests and the number m of rules (1 <= n <= 1000, 0 <= m <= 3000).
Each of the next n lines holds a name of 1 to 10 small letters; all are different.
Each of the next m lines holds two different names: the first must be announced before the second. A rule may be there
more than once.

Output
Print the names of those who were announced, in this order, one a line. If there are guests who were not, print behind
them a line with their number and the word `waiting`.
""", guests, [
    lines((4, 3), "ria", "ben", "ola", "kim", ("ria", "ben"), ("kim", "ola"), ("ria", "kim")),
    lines((4, 3), "ada", "bo", "cy", "di", ("bo", "cy"), ("cy", "bo"), ("cy", "di")),
    lines((1, 0), "solo"),
    lines((2, 2), "b", "a", ("b", "a"), ("b", "a")),
    lines((2, 2), "b", "a", ("b", "a"), ("a", "b")),
    lines((3, 0), "c", "a", "b"),
    lines((5, 4), "e", "d", "c", "b", "a", ("e", "d"), ("d", "c"), ("c", "b"), ("b", "a")),
], [4, 5, 6, 8, 9, 9, 40, 1000], """
import heapq
import sys


def main():
    tokens = sys.stdin.read().split()
    n = int(tokens[0])
    names = tokens[2:2 + n]
    before = {name: 0 for name in names}
    after = {name: [] for name in names}
    rest = tokens[2 + n:]
    for first, second in zip(rest[::2], rest[1::2]):
        after[first].append(second)
        before[second] += 1
    ready = [name for name in names if before[name] == 0]
    heapq.heapify(ready)
    announced = 0
    while ready:
        name = heapq.heappop(ready)
        print(name)
        announced += 1
        for other in after[name]:
            before[other] -= 1
            if before[other] == 0:
                heapq.heappush(ready, other)
    if announced < n:
        print(n - announced, "waiting")


main()
""", """
n, m = map(int, input().split())
blockers = {input().strip(): set() for _ in range(n)}
for _ in range(m):
    first, second = input().split()
    blockers[second].add(first)

waiting = sorted(blockers)
while waiting:
    guest = next((name for name in waiting if not blockers[name]), None)
    if guest is None:
        print(f"{len(waiting)} waiting")
        break
    print(guest)
    waiting.remove(guest)
    for name in waiting:
        blockers[name].discard(guest)
""")


# 61: longest path in a tree
def beads(r, n):
    near = r.choice([1, 3, n])
    rows = [(i, r.randint(max(1, i - near), i - 1)) for i in range(2, n + 1)]
    r.shuffle(rows)
    colours = "".join(r.choice("RRB") if r.random() < 0.4 else "RB"[i % 2] for i in range(n))
    return lines(n, colours, *rows)


add(61, "Alternating Beads", "hard", """
The n beads of a branching necklace are connected by n - 1 threads so that there is exactly one way along the threads
between any two beads. Each bead is red or blue.

A chain is a way along threads that visits no bead twice, and on which red and blue beads follow each other in turn. A
single bead is a chain too. Find the largest number of beads in a chain, and the number of chains with that many beads. A
chain and the same chain walked backwards are one chain.

Input
The first line holds n (1 <= n <= 5000). The second line holds n letters `R` and `B`, the colours of the beads 1 to n.
Each of the next n - 1 lines holds two numbers: a thread between these two beads.

Output
Print the largest number of beads in a chain, and how many chains have it.
""", beads, [
    lines(6, "RBRRBB", (1, 2), (2, 3), (2, 4), (4, 5), (4, 6)),
    lines(3, "RRR", (1, 2), (2, 3)),
    lines(1, "B"),
    lines(2, "RB", (2, 1)),
    lines(2, "BB", (2, 1)),
    lines(5, "RBBBB", (1, 2), (1, 3), (1, 4), (1, 5)),
    lines(7, "RBRBRBR", *((i, i + 1) for i in range(1, 7))),
    lines(7, "RBBRRRR", (1, 2), (1, 3), (2, 4), (2, 5), (3, 6), (3, 7)),
], [4, 5, 6, 7, 8, 9, 9, 60, 5000], """
import sys


def main():
    tokens = sys.stdin.read().split()
    n, colours = int(tokens[0]), tokens[1]
    near = [[] for _ in range(n)]
    ends = [int(token) - 1 for token in tokens[2:]]
    for a, b in zip(ends[::2], ends[1::2]):
        near[a].append(b)
        near[b].append(a)
    order = [0]
    parent = [-1] * n
    for bead in order:
        for other in near[bead]:
            near[other].remove(bead)
            parent[other] = bead
            order.append(other)
    # The longest chains down from a bead, and their number.
    length = [1] * n
    count = [1] * n
    best, chains = 1, n
    for bead in reversed(order):
        top = parent[bead]
        if top < 0 or colours[top] == colours[bead]:
            continue
        joined = length[top] + length[bead]
        if joined > best:
            best, chains = joined, 0
        if joined == best:
            chains += count[top] * count[bead]
        down = length[bead] + 1
        if down > length[top]:
            length[top], count[top] = down, 0
        if down == length[top]:
            count[top] += count[bead]
    print(best, chains)


main()
""", """
from collections import defaultdict

n = int(input())
colour = input()
threads = defaultdict(set)
for _ in range(n - 1):
    a, b = map(int, input().split())
    if colour[a - 1] != colour[b - 1]:
        threads[a].add(b)
        threads[b].add(a)

# Peel the leaves; ways[bead] counts the chains by length that come up to a bead.
deepest = {bead: (1, 1) for bead in range(1, n + 1)}
found = defaultdict(int, {1: n})
leaves = [bead for bead in threads if len(threads[bead]) == 1]
while leaves:
    leaf = leaves.pop()
    if not threads[leaf]:
        continue
    above = threads[leaf].pop()
    threads[above].remove(leaf)
    length, count = deepest[leaf]
    other, ways = deepest[above]
    found[length + other] += count * ways
    if length + 1 > other:
        deepest[above] = (length + 1, count)
    elif length + 1 == other:
        deepest[above] = (other, ways + count)
    if len(threads[above]) == 1:
        leaves.append(above)
print(max(found), found[max(found)])
""")


# 62: orders as bit sets
def roster(r, n):
    people = max(2, min(n // 2 + 2, 12))
    top = 9 if n < 10 else 500
    costs = [[r.randint(1, top) for _ in range(people)] for _ in range(people)]
    pairs = [(a, b) for a in range(1, people + 1) for b in range(1, a)]
    feuds = r.sample(pairs, r.randint(0, len(pairs) // 2))
    return lines((people, len(feuds)), *costs, *feuds)


add(62, "The Night Watch", "hard", """
The n members of a night watch each take one of n nights. If member i takes night j, that costs c_ij coins. Some members
have quarrelled: two who have must not take nights that follow each other directly.

Find the least cost of a roster, and how many different rosters have that cost.

Input
The first line holds n and the number m of quarrels (1 <= n <= 12). Each of the next n lines holds the n costs of one
member for the nights 1 to n, integers from 1 to 1000. Each of the next m lines holds two different members who have
quarrelled; no pair is there twice.

Output
Print the least cost and the number of rosters with that cost, or `none` if there is no roster.
""", roster, [
    lines((3, 1), (4, 2, 7), (3, 5, 1), (6, 2, 2), (1, 2)),
    lines((2, 1), (1, 1), (1, 1), (2, 1)),
    lines((1, 0), (9,)),
    lines((2, 0), (5, 5), (5, 5)),
    lines((3, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 2), (1, 3)),
    lines((4, 3), *[(1, 1, 1, 1)] * 4, (1, 2), (2, 3), (3, 4)),
    lines((3, 0), (1, 9, 9), (9, 1, 9), (9, 9, 1)),
    lines((3, 1), (1, 9, 9), (9, 1, 9), (9, 9, 1), (2, 3)),
], [2, 3, 4, 5, 6, 7, 8, 22], """
import sys


def main():
    rows = [list(map(int, line.split())) for line in sys.stdin]
    n = rows[0][0]
    cost = rows[1:n + 1]
    feuds = set()
    for a, b in rows[n + 1:]:
        feuds |= {(a - 1, b - 1), (b - 1, a - 1)}
    # (members used, the last one): (least cost, rosters with that cost)
    best = {(1 << i, i): (cost[i][0], 1) for i in range(n)}
    for night in range(1, n):
        new = {}
        for (used, last), (paid, ways) in best.items():
            for member in range(n):
                if used >> member & 1 or (last, member) in feuds:
                    continue
                key = (used | 1 << member, member)
                total = paid + cost[member][night]
                least, count = new.get(key, (total, 0))
                if total == least:
                    new[key] = (total, count + ways)
                elif total < least:
                    new[key] = (total, ways)
        best = new
    if not best:
        print("none")
        return
    least = min(paid for paid, _ in best.values())
    print(least, sum(ways for paid, ways in best.values() if paid == least))


main()
""", """
from collections import Counter
from functools import lru_cache

n, m = map(int, input().split())
cost = [list(map(int, input().split())) for _ in range(n)]
quarrels = [frozenset(map(int, input().split())) for _ in range(m)]
friends = {i: {j for j in range(n) if {i + 1, j + 1} not in quarrels and i != j} for i in range(n)}


@lru_cache(maxsize=None)
def rosters(free, last):
    # The least cost of the nights that are left, with the number of ways.
    if not free:
        return 0, 1
    night = n - len(free)
    totals = Counter()
    for member in free & friends.get(last, free):
        price, ways = rosters(free - {member}, member)
        if ways:
            totals[price + cost[member][night]] += ways
    if not totals:
        return 0, 0
    return min(totals.items())


price, ways = rosters(frozenset(range(n)), None)
print(f"{price} {ways}" if ways else "none")
""")


# 63: sorting with a stack
def wagons(r, n):
    order = list(range(1, n + 1))
    if r.random() < 0.3:
        r.shuffle(order)
        return args(order)
    # What a stack makes of a sorted row, read backwards, can be sorted by a stack again.
    stack, out, following = [], [], 1
    while len(out) < n:
        if following <= n and (not stack or r.random() < 0.5):
            stack.append(following)
            following += 1
        else:
            out.append(stack.pop())
    place = {wagon: i + 1 for i, wagon in enumerate(out)}
    return args([place[i] for i in range(1, n + 1)])


add(63, "Shunting the Wagons", "medium", """
Wagons with the numbers 1 to n arrive in some order and shall leave in the order 1, 2, …, n. There is one siding, open at
one end only. The shunter can push the next wagon that arrives into the siding (`I`), or let the wagon that went in last
leave it (`O`). The shunter lets a wagon out as soon as it is the next one to leave, and pushes in another one otherwise.

Write `shunt(wagons)` that returns a list of two things: the moves as a text of `I` and `O`, and the largest number of
wagons that stood in the siding at one time. If the wagons cannot be sorted in this way, the text is empty, and the
number is how many wagons left before nothing more could be done.

There are 1 to 4000 wagons.
""", wagons, [
    args([2, 1, 4, 3]),
    args([2, 3, 1]),
    args([1]),
    args([1, 2]),
    args([2, 1]),
    args([3, 2, 1]),
    args([1, 3, 4, 2]),
    args([4, 1, 3, 2]),
    args([5, 4, 1, 2, 3]),
    args([2, 1, 5, 6, 3, 4]),
], [4, 5, 6, 7, 8, 9, 40, 4000], """
from typing import List


class Solution:
    def shunt(self, wagons: List[int]) -> list:
        siding = []
        moves = ""
        deepest = 0
        wanted = 1
        for wagon in wagons:
            siding.append(wagon)
            moves += "I"
            deepest = max(deepest, len(siding))
            while siding and siding[-1] == wanted:
                siding.pop()
                moves += "O"
                wanted += 1
        if siding:
            return ["", wanted - 1]
        return [moves, deepest]
""", """
from typing import List


class Solution:
    def shunt(self, wagons: List[int]) -> list:
        arriving = wagons[::-1]
        siding = []
        moves = []
        depths = []
        for wagon in range(1, len(wagons) + 1):
            while wagon not in siding[-1:]:
                if not arriving:
                    return ["", wagon - 1]
                siding.append(arriving.pop())
                moves.append("I")
                depths.append(len(siding))
            siding.pop()
            moves.append("O")
        return ["".join(moves), max(depths)]
""", func="shunt", signature="wagons: List[int]) -> list")


# 64: a game
def terrace(r, n):
    top = 3 if n < 5 else 7 if n < 10 else 1000
    coins = [r.randint(0, top) for _ in range(n)]
    if n > 1 and r.random() < 0.4:
        rest = 0
        for value in coins[2::2]:
            rest ^= value
        coins[0] = rest
    return args(coins)


add(64, "Coins on the Terrace", "hard", """
A terrace has n steps, numbered from 1 at the bottom, and there are coins on them. Two players move in turn. A move takes
one or more coins from one step and puts them on the step below; coins from step 1 go to the ground and are out of the
game. Whoever cannot move, because there are no coins on the steps, loses.

Write `openings(coins)`, where `coins[i]` is the number of coins on step i + 1. Return a list of two integers: the number
of first moves after which the player who made it can win whatever the other does, and the fewest coins that such a move
takes from its step. Moves differ if they take from different steps or take different numbers of coins. If no move wins,
return [0, 0].

There are 1 to 1000 steps with 0 to 1000 coins each.
""", terrace, [
    args([2, 1, 3]),
    args([1, 5, 1]),
    args([0]),
    args([4]),
    args([0, 3]),
    args([1, 1]),
    args([2, 2, 3, 1]),
    args([0, 0, 0, 7]),
    args([5, 3, 0, 6, 5]),
    args([1, 2, 3, 2, 1, 3]),
    args([2, 2, 0, 1]),
], [2, 3, 4, 5, 6, 7, 8, 9, 9, 40, 1000], """
from typing import List


class Solution:
    def openings(self, coins: List[int]) -> List[int]:
        # Only the odd steps matter: a move from an even step can be answered by moving the coins on.
        nim = 0
        for number in coins[::2]:
            nim ^= number
        if nim == 0:
            return [0, 0]
        takes = []
        for i, number in enumerate(coins):
            if i % 2 == 0:
                keep = number ^ nim
                if keep < number:
                    takes.append(number - keep)
            else:
                below = coins[i - 1] ^ nim
                more = below - coins[i - 1]
                if 0 < more <= number:
                    takes.append(more)
        return [len(takes), min(takes)]
""", """
from functools import reduce
from operator import xor
from typing import List


class Solution:
    def openings(self, coins: List[int]) -> List[int]:
        nim = reduce(xor, coins[::2])
        count = 0
        fewest = 0
        for step, number in enumerate(coins):
            # After the move, the numbers on the odd steps must cancel out.
            lower = step - step % 2
            others = nim ^ coins[lower]
            for taken in range(1, number + 1):
                left = coins[lower] - taken if step == lower else coins[lower] + taken
                if others ^ left == 0:
                    count += 1
                    fewest = min(fewest or taken, taken)
        return [count, fewest]
""", func="openings", signature="coins: List[int]) -> List[int]")
