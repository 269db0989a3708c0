"""Part D of the problem suite, problems 01 to 08: candles, shelves, a ferry, growing words, digits, a caravan.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 01: repeated division
def candles(r, n):
    k = r.randint(2, 4 if n < 10 else 100)
    top = 12 if n < 10 else 10**9
    return lines((n, k), [r.randint(0, top) for _ in range(n)])


add(1, "Candle Stubs by Colour", "easy", """
A chandler has candles in n colours. One candle burns each night and leaves one stub. From k stubs of one colour the
chandler can cast one new candle of that colour; stubs of different colours cannot be mixed. New candles leave stubs
in their turn.

For how many nights is there light, and how many stubs are left in the end that cannot be cast any more?

Input
The first line holds n and k (1 <= n <= 1000, 2 <= k <= 100).
The second line holds n integers from 0 to 1000000000: the number of candles of each colour.

Output
Print two integers: the number of nights and the number of stubs left.
""", candles, [
    lines((2, 3), (5, 4)),
    lines((3, 2), (1, 0, 7)),
    lines((1, 2), (0,)),
    lines((1, 100), (100,)),
    lines((1, 100), (99,)),
    lines((2, 2), (1000000000, 999999999)),
    lines((4, 5), (4, 5, 24, 25)),
], [3, 4, 6, 8, 60, 1000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    k = data[1]
    nights = 0
    left = 0
    for candles in data[2:]:
        nights += candles
        stubs = candles
        while stubs >= k:
            new = stubs // k
            nights += new
            stubs = stubs % k + new
        left += stubs
    print(nights, left)


main()
""", """
n, k = map(int, input().split())
colours = [int(word) for word in input().split() if word != "0"]

# Each cast uses k stubs and gives one back later: k - 1 stubs are lost for good.
casts = [(candles - 1) // (k - 1) for candles in colours]
left = [candles - cast * (k - 1) for candles, cast in zip(colours, casts)]
print(sum(colours) + sum(casts), sum(left))
""")


# 02: runs in a text
def shelf(r, n):
    return args("".join(r.choice("|..") for _ in range(2 * n)), r.randint(1, 4))


add(2, "Widest Gap on the Shelf", "easy", """
A shelf is drawn as a text: `|` is a book, `.` an empty place. A gap is a run of one or more empty places with a book
directly on its left and a book directly on its right. Empty places at the ends of the shelf belong to no gap.

Write `gaps(shelf, k)` that returns a list of two integers: the width of the widest gap (0 if there is none), and the
number of gaps that are at least k places wide.

The text has 1 to 20000 characters, and 1 <= k <= 20000.
""", shelf, [
    args("..|.||...|..|.", 2),
    args("||...|.|...||", 3),
    args(".", 1),
    args("|", 1),
    args("....", 2),
    args("|....", 1),
    args("....|", 1),
    args("||||", 1),
    args("|.|", 1),
    args("|.|", 2),
    args("|" + "." * 19000 + "|", 19000),
], [4, 6, 8, 10, 15, 40, 9000], """
from typing import List


class Solution:
    def gaps(self, shelf: str, k: int) -> List[int]:
        widest = 0
        count = 0
        last = -1
        for place, mark in enumerate(shelf):
            if mark != "|":
                continue
            if last >= 0:
                width = place - last - 1
                widest = max(widest, width)
                if width >= k:
                    count += 1
            last = place
        return [widest, count]
""", """
from typing import List


class Solution:
    def gaps(self, shelf: str, k: int) -> List[int]:
        widths = [len(run) for run in shelf.split("|")[1:-1]]
        return [max(widths, default=0), sum(width >= k for width in widths)]
""", func="gaps", signature="shelf: str, k: int) -> List[int]")


# 03: simulation with a waiting place
def lanes(r, n):
    top = 9 if n < 10 else 1000
    length = r.randint(top // 2 + 1, 2 * top)
    return lines((length, n), [r.randint(1, min(top, length)) for _ in range(n)])


add(3, "The Two-Lane Ferry", "medium", """
Vehicles wait in a line for a ferry. Its deck has two lanes of L metres each. The loadmaster takes the vehicles in
order and sends each to the lane with more free room, to the left one if both have the same, and there it uses up its
length.

A vehicle that is longer than the free room of both lanes goes to the siding at the pier if the siding is empty, and
loading goes on with the next vehicle. If the siding is taken, the ferry leaves. The next ferry, with empty lanes, first
takes the vehicle from the siding, and then goes on with the vehicle that did not fit. When nobody is left in the line,
the ferry leaves, and if there is a vehicle on the siding, one more ferry comes for it.

Input
The first line holds L and the number n of vehicles (1 <= L <= 10000, 1 <= n <= 5000).
The second line holds the n lengths, each from 1 to L.

Output
Print the number of ferries, and the free metres that they had in all when they left.
""", lanes, [
    lines((10, 7), (6, 7, 5, 3, 4, 8, 2)),
    lines((5, 3), (5, 5, 5)),
    lines((1, 1), (1,)),
    lines((4, 2), (4, 4)),
    lines((4, 4), (3, 3, 2, 2)),
    lines((6, 6), (4, 4, 3, 2, 2, 5)),
    lines((10, 5), (4, 4, 6, 6, 1)),
    lines((10, 6), (9, 9, 2, 1, 1, 2)),
], [5, 6, 7, 8, 9, 9, 60, 5000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    length, vehicles = data[0], data[2:]
    ferries = 0
    wasted = 0
    left = right = length
    siding = 0
    for size in vehicles:
        if size > max(left, right):
            if siding == 0:
                siding = size
                continue
            ferries += 1
            wasted += left + right
            left, right = length - siding, length
            siding = 0
        if left >= right:
            left -= size
        else:
            right -= size
    ferries += 1
    wasted += left + right
    if siding:
        ferries += 1
        wasted += 2 * length - siding
    print(ferries, wasted)


main()
""", """
from collections import deque

length, n = map(int, input().split())
waiting = deque(map(int, input().split()))
total = sum(waiting)
ferries = 0
siding = []
while waiting or siding:
    ferries += 1
    free = [length, length]
    while siding:
        waiting.appendleft(siding.pop())
    while waiting:
        lane = free.index(max(free))
        if waiting[0] <= free[lane]:
            free[lane] -= waiting.popleft()
        elif not siding:
            siding.append(waiting.popleft())
        else:
            break
print(ferries, 2 * length * ferries - total)
""")


# 04: chains of words
def growing(r, n):
    words = set()
    letters = "ab" if n < 10 else "abcd"
    word = ""
    while len(words) < n:
        if r.random() < 0.3 or len(word) > 9:
            word = r.choice(letters)
        i = r.randint(0, len(word))
        word = word[:i] + r.choice(letters) + word[i:]
        words.add(word)
    words = sorted(words)
    r.shuffle(words)
    return lines(n, *words)


add(4, "A Word That Grows", "medium", """
In a children's game a word grows: the next word of a chain comes from the one before by putting in one letter, at the
beginning, at the end, or anywhere between. From `at` one may go on to `cat`, `art` or `ate`. All words of a chain must
be on a given list.

Find the largest number of words in a chain, and the last word of such a chain. If chains of this length end in
different words, print the one that is first in alphabetical order.

Input
The first line holds n (1 <= n <= 1000). Each of the next n lines holds a word of 1 to 16 small letters; all are
different.

Output
Print the number of words in the longest chain, a space, and the word.
""", growing, [
    lines(7, "at", "cat", "cart", "ate", "art", "carts", "plate"),
    lines(3, "zig", "zag", "zoo"),
    lines(1, "a"),
    lines(4, "b", "ab", "ba", "bb"),
    lines(5, "abc", "a", "xabc", "xabcy", "abcd"),
    lines(4, "a", "aa", "aaa", "aaaaa"),
    lines(5, "ab", "ba", "aba", "bab", "abba"),
    lines(2, "b", "aa"),
    lines(3, "b", "bc", "aaaa"),
], [5, 7, 9, 9, 20, 120, 1000], """
import sys


def main():
    words = sys.stdin.read().split()[1:]
    words.sort(key=lambda word: (len(word), word))
    chain = {}
    best_length = 0
    best_word = ""
    for word in words:
        length = 1
        for i in range(len(word)):
            shorter = word[:i] + word[i + 1:]
            if shorter in chain:
                length = max(length, chain[shorter] + 1)
        chain[word] = length
        if length > best_length or (length == best_length and word < best_word):
            best_length = length
            best_word = word
    print(best_length, best_word)


main()
""", """
from functools import lru_cache

words = {input().strip() for _ in range(int(input()))}


@lru_cache(maxsize=None)
def longest(word):
    if word not in words:
        return 0
    return 1 + max(longest(word[:i] + word[i + 1:]) for i in range(len(word)))


best = min(words, key=lambda word: (-longest(word), word))
print(longest(best), best)
""")


# 05: digits, one after the other
def gate(r, n):
    limit = r.randint(1, 10 ** min(n, 60))
    return args(str(limit), r.randint(1, 5 if n < 10 else 50), r.randint(0, 9))


add(5, "Numbers at the Gate", "hard", """
The gatekeeper lets a positive whole number pass if the sum of its digits is divisible by k and its decimal notation
(without leading zeros) does not contain the digit d.

Write `countPasses(limit, k, d)` that returns how many of the numbers from 1 to limit pass, modulo 1000000007.

`limit` is a text of 1 to 60 digits without leading zeros, its value at least 1; 1 <= k <= 50 and 0 <= d <= 9.
""", gate, [
    args("30", 3, 1),
    args("105", 5, 0),
    args("1", 1, 0),
    args("1", 1, 1),
    args("9", 9, 9),
    args("10", 1, 0),
    args("110", 2, 0),
    args("7000", 7, 7),
    args("99999", 45, 3),
    args("9" * 60, 50, 4),
    args("1" + "0" * 59, 7, 0),
], [2, 2, 3, 3, 3, 4, 4, 30, 60], """
class Solution:
    def countPasses(self, limit: str, k: int, d: int) -> int:
        mod = 10 ** 9 + 7
        counts = [0] * k
        on_edge = True
        edge_sum = 0
        for place, digit in enumerate(map(int, limit)):
            new = [0] * k
            for x in range(10):
                if x == d:
                    continue
                for rest in range(k):
                    new[(rest + x) % k] += counts[rest]
                if place > 0 and x > 0:
                    new[x % k] += 1
                if on_edge and x < digit and (place > 0 or x > 0):
                    new[(edge_sum + x) % k] += 1
            counts = [count % mod for count in new]
            edge_sum += digit
            if digit == d:
                on_edge = False
        if on_edge and edge_sum % k == 0:
            counts[0] += 1
        return counts[0] % mod
""", """
from functools import lru_cache


class Solution:
    def countPasses(self, limit: str, k: int, d: int) -> int:
        digits = [int(c) for c in limit]

        @lru_cache(maxsize=None)
        def ways(place, rest, tight, started):
            if place == len(digits):
                return int(started and rest == 0)
            total = 0
            top = digits[place] if tight else 9
            for x in range(top + 1):
                begun = started or x > 0
                if begun and x == d:
                    continue
                total += ways(place + 1, (rest + x) % k, tight and x == top, begun)
            return total

        return ways(0, 0, True, False) % 1000000007
""", func="countPasses", signature="limit: str, k: int, d: int) -> int")


# 06: shortest paths over (town, water)
def caravan(r, n):
    towns = max(2, n)
    capacity = r.randint(2, 6 if n < 10 else 20)
    roads = [(i, r.randint(max(1, i - 3), i - 1), r.randint(1, capacity)) for i in range(2, towns + 1)]
    roads += [(*r.sample(range(1, towns + 1), 2), r.randint(1, capacity + 1)) for _ in range(towns // 2)]
    r.shuffle(roads)
    prices = [r.choice([0, r.randint(1, 9), r.randint(1, 9)]) for _ in range(towns)]
    if r.random() < 0.9:
        prices[0] = prices[0] or 5
    return lines((towns, len(roads), capacity), prices, *roads)


add(6, "Water for the Caravan", "hard", """
A caravan wants to go from oasis 1 to oasis n. A road of d days uses d skins of water, and the caravan can carry at most
C skins. It starts without water. At an oasis with a well it may buy any number of skins, at that well's price for each;
a price of 0 says that the oasis has no well. Roads can be used both ways.

What is the least that the caravan has to pay for water?

Input
The first line holds n, the number m of roads, and C (2 <= n <= 60, 1 <= m <= 200, 1 <= C <= 20).
The second line holds n prices from 0 to 1000.
Each of the next m lines holds a, b and d (a and b different, 1 <= d <= 100): a road of d days.

Output
Print the least cost, or -1 if the caravan cannot reach oasis n.
""", caravan, [
    lines((4, 4, 5), (3, 1, 0, 9), (1, 2, 2), (2, 3, 3), (3, 4, 2), (1, 4, 6)),
    lines((3, 2, 4), (2, 0, 1), (1, 2, 3), (2, 3, 2)),
    lines((2, 1, 1), (0, 7), (1, 2, 1)),
    lines((2, 1, 1), (7, 0), (1, 2, 1)),
    lines((2, 1, 5), (7, 0), (1, 2, 6)),
    lines((2, 2, 9), (1000, 0), (1, 2, 9), (2, 1, 4)),
    lines((3, 3, 10), (5, 1, 0), (1, 2, 1), (2, 3, 10), (1, 3, 10)),
    lines((5, 4, 3), (9, 2, 5, 1, 0), (1, 2, 1), (2, 3, 2), (3, 4, 1), (4, 5, 3)),
], [3, 4, 5, 6, 7, 8, 9, 60, 60], """
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, capacity = data[:3]
    price = data[3:3 + n]
    roads = [[] for _ in range(n)]
    for i in range(3 + n, len(data), 3):
        a, b, days = data[i:i + 3]
        roads[a - 1].append((b - 1, days))
        roads[b - 1].append((a - 1, days))
    queue = [(0, 0, 0)]
    done = set()
    while queue:
        cost, town, water = heapq.heappop(queue)
        if town == n - 1:
            print(cost)
            return
        if (town, water) in done:
            continue
        done.add((town, water))
        if price[town] and water < capacity:
            heapq.heappush(queue, (cost + price[town], town, water + 1))
        for other, days in roads[town]:
            if days <= water:
                heapq.heappush(queue, (cost, other, water - days))
    print(-1)


main()
""", """
n, m, capacity = map(int, input().split())
price = [0] + list(map(int, input().split()))
roads = []
for _ in range(m):
    a, b, days = map(int, input().split())
    roads += [(a, b, days), (b, a, days)]

FAR = float("inf")
cost = [[FAR] * (capacity + 1) for _ in range(n + 1)]
cost[1][0] = 0
changed = True
while changed:
    changed = False
    for town in range(1, n + 1):
        if price[town]:
            for water in range(capacity):
                bought = cost[town][water] + price[town]
                cost[town][water + 1] = min(cost[town][water + 1], bought)
    for a, b, days in roads:
        for water in range(days, capacity + 1):
            if cost[a][water] < cost[b][water - days]:
                cost[b][water - days] = cost[a][water]
                changed = True
best = min(cost[n])
print(-1 if best == FAR else best)
""")


# 07: counting passengers
def bus(r, n):
    seats = r.randint(1, 8 if n < 10 else 60)
    inside = 0
    stops = []
    for _ in range(n):
        off = r.randint(0, inside)
        on = r.randint(0, seats)
        inside = min(seats, inside - off + on)
        stops.append((off, on))
    return lines((seats, n), *stops)


add(7, "Full Bus", "easy", """
A bus has places for c passengers and starts empty. At each of its n stops some passengers get off first; then the
waiting people get on, as long as there is a place. Whoever finds no place walks.

Find the largest number of passengers that were in the bus between two stops or after the last one, how many people had
to walk, and the stop at which most people had to walk.

Input
The first line holds c and n (1 <= c <= 1000, 1 <= n <= 5000).
Each of the next n lines holds two integers for one stop: how many passengers get off (never more than there are in the
bus), and how many people wait (at most 1000).

Output
Print three integers: the largest number of passengers, the number of people who walked, and the number of the stop
where most people walked, counted from 1. If several stops share that, print the first; if nobody walked, print 0.
""", bus, [
    lines((5, 4), (0, 3), (1, 4), (2, 1), (1, 5)),
    lines((10, 3), (0, 4), (4, 2), (0, 3)),
    lines((1, 1), (0, 0)),
    lines((1, 2), (0, 1), (0, 1)),
    lines((2, 3), (0, 4), (2, 4), (0, 2)),
    lines((3, 4), (0, 3), (3, 3), (1, 1), (3, 0)),
    lines((1000, 2), (0, 1000), (1000, 1000)),
    lines((4, 3), (0, 2), (2, 4), (1, 9)),
], [4, 6, 8, 9, 40, 4000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    places, n = data[0], data[1]
    inside = 0
    most = 0
    walked = 0
    worst_stop = 0
    worst = 0
    for stop in range(1, n + 1):
        off = data[2 * stop]
        waiting = data[2 * stop + 1]
        inside += waiting - off
        left_behind = max(0, inside - places)
        inside -= left_behind
        most = max(most, inside)
        walked += left_behind
        if left_behind > worst:
            worst = left_behind
            worst_stop = stop
    print(most, walked, worst_stop)


main()
""", """
places, n = map(int, input().split())
loads = [0]
walkers = [0]
for _ in range(n):
    off, waiting = map(int, input().split())
    free = places - loads[-1] + off
    boarding = min(free, waiting)
    walkers.append(waiting - boarding)
    loads.append(loads[-1] - off + boarding)
print(max(loads), sum(walkers), walkers.index(max(walkers)))
""")


# 08: digits
def grain(r, n):
    return args(r.randint(1, 10 ** min(18, 1 + n)))


add(8, "The Digit Mill", "easy", """
A digit mill turns a positive whole number into another one: it multiplies the largest digit of the number by the number
of its digits. It does so again with what comes out, until the number has only one digit. From 4071 it makes 7 * 4 = 28,
then 8 * 2 = 16, then 6 * 2 = 12, and last 2 * 2 = 4.

Write `mill(number)` that returns a list of two integers: how many turns the mill made, and the digit at the end. A
number of one digit needs no turn.

1 <= number <= 1000000000000000000
""", grain, [
    args(4071),
    args(305),
    args(1),
    args(9),
    args(10),
    args(11),
    args(99),
    args(1000000000000000000),
    args(999999999999999999),
    args(100000),
    args(59),
], [1, 2, 2, 3, 5, 17], """
from typing import List


class Solution:
    def mill(self, number: int) -> List[int]:
        turns = 0
        while number >= 10:
            largest = 0
            count = 0
            while number > 0:
                number, digit = divmod(number, 10)
                largest = max(largest, digit)
                count += 1
            number = largest * count
            turns += 1
        return [turns, number]
""", """
from typing import List


class Solution:
    def mill(self, number: int) -> List[int]:
        seen = [str(number)]
        while len(seen[-1]) > 1:
            text = seen[-1]
            seen.append(str(int(max(text)) * len(text)))
        return [len(seen) - 1, int(seen[-1])]
""", func="mill", signature="number: int) -> List[int]")
