"""Part D of the problem suite, problems 49 to 56: digits, noise, a knight, loose steps, dolls, bridges, seeds, echoes.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 49: digits of numbers
def strips(r, n):
    a = r.randint(1, 10 ** min(5, 1 + n // 2))
    return lines((a, a + r.randint(0, 12 * n)))


add(49, "Tickets without Twins", "easy", """
Tram tickets carry the numbers from a to b. A conductor likes a number if no two neighbouring digits of it are the same,
and loves it if, besides, its digits go up and down in turn: each digit except the first and the last is larger than both
its neighbours or smaller than both. Numbers with one digit, or with two different digits, are loved too.

Input
One line with a and b (1 <= a <= b <= 200000).

Output
Print the number of tickets that the conductor likes, the number of those that are loved, and the largest loved number
(0 if there is none).
""", strips, [
    lines((98, 125)),
    lines((11, 11)),
    lines((1, 1)),
    lines((22, 23)),
    lines((9, 10)),
    lines((100, 101)),
    lines((120, 123)),
    lines((1, 1000)),
    lines((12340, 12399)),
    lines((98760, 99999)),
    lines((1, 200000)),
], [2, 3, 5, 7, 8, 60], """
def main():
    a, b = map(int, input().split())
    liked = loved = largest = 0
    for number in range(a, b + 1):
        digits = str(number)
        twins = False
        waves = True
        for i in range(1, len(digits)):
            if digits[i] == digits[i - 1]:
                twins = True
                break
            if i >= 2 and (digits[i] > digits[i - 1]) == (digits[i - 1] > digits[i - 2]):
                waves = False
        if twins:
            continue
        liked += 1
        if waves:
            loved += 1
            largest = number
    print(liked, loved, largest)


main()
""", """
a, b = map(int, input().split())


def grow(number, last, turn):
    if number > b:
        return
    yield number, turn != "none"
    for digit in range(10):
        if digit != last:
            way = "up" if digit > last else "down"
            good = turn not in (way, "none")
            yield from grow(10 * number + digit, digit, way if good else "none")


liked = [pair for first in range(1, 10) for pair in grow(first, first, "") if pair[0] >= a]
loved = [number for number, is_loved in liked if is_loved]
print(len(liked), len(loved), max(loved, default=0))
""")


# 50: blocks
def noise(r, n):
    top = 9 if n < 10 else 10**5
    return lines((2 * n, r.randint(1, n)), [r.randint(0, top) for _ in range(2 * n)])


add(50, "The Noise Meter", "easy", """
A noise meter on a market square writes down one reading a minute. The readings are looked at in blocks of k: the first k
readings, the next k, and so on; what is left over at the end makes a shorter block. The unrest of a block is its largest
reading minus its smallest one.

A block is an alarm if its unrest is larger than the unrest of the block before it and also larger than that of the block
behind it. (The first and the last block have only one neighbour, and only that one counts; a block without neighbours is
no alarm.)

Input
The first line holds the number n of readings and k (1 <= k <= n <= 10000). The second line holds n readings from 0 to
1000000.

Output
On the first line print the unrest of all blocks. On the second line print the numbers of the alarm blocks, counted from
1, or `quiet` if there is none.
""", noise, [
    lines((11, 3), (4, 9, 5, 3, 3, 4, 8, 2, 6, 1, 7)),
    lines((4, 4), (1, 7, 3, 9)),
    lines((1, 1), (5,)),
    lines((2, 1), (5, 8)),
    lines((4, 2), (1, 2, 5, 9)),
    lines((4, 2), (5, 9, 1, 2)),
    lines((6, 2), (1, 2, 4, 5, 7, 8)),
    lines((7, 2), (0, 3, 0, 4, 0, 4, 9)),
    lines((8, 2), (0, 4, 0, 3, 0, 3, 0, 4)),
    lines((4, 2), (6, 5, 3, 3)),
], [3, 4, 6, 8, 9, 60, 1400], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, k = data[0], data[1]
    readings = data[2:]
    unrest = []
    for start in range(0, n, k):
        block = readings[start:start + k]
        unrest.append(max(block) - min(block))
    alarms = []
    if len(unrest) > 1:
        for i in range(len(unrest)):
            if i > 0 and unrest[i - 1] >= unrest[i]:
                continue
            if i + 1 < len(unrest) and unrest[i + 1] >= unrest[i]:
                continue
            alarms.append(i + 1)
    print(*unrest)
    if alarms:
        print(*alarms)
    else:
        print("quiet")


main()
""", """
n, k = map(int, input().split())
readings = [int(word) for word in input().split()]
unrest = []
while readings:
    block, readings = sorted(readings[:k]), readings[k:]
    unrest.append(block[-1] - block[0])
padded = [-1] + unrest + [-1]
triples = zip(padded, unrest, padded[2:])
alarms = [str(i) for i, (before, here, after) in enumerate(triples, 1) if before < here > after]
if len(unrest) == 1:
    alarms = []
print(" ".join(map(str, unrest)))
print(" ".join(alarms) or "quiet")
""")


# 51: breadth first with a leaper
def board(r, n):
    height, width = r.randint(2, n + 1), r.randint(2, n + 1)
    holes = r.choice([0.1, 0.2, 0.4])
    cells = [["#" if r.random() < holes else "." for _ in range(width)] for _ in range(height)]
    cells[r.randrange(height)][r.randrange(width)] = "N"
    p = r.randint(1, 3)
    return lines((height, width, p, r.randint(0, 3)), *("".join(row) for row in cells))


add(51, "A Leaper on a Worn Board", "medium", """
A piece of an old board game, the leaper, moves by p squares along a row and q squares along a column, or by q squares
along a row and p squares along a column, in any direction. It leaps over everything between, but it must land on a
square of the board that is not worn out.

How many squares can it reach (its own one counts), how many moves does it take to the square that is farthest away, and
how many squares are that far away?

Input
The first line holds the height h, the width w, and p and q (1 <= h, w <= 60, 0 <= p, q <= 60, p + q >= 1).
The next h lines hold w characters each: `.` for a square, `#` for a worn one, and once `N`, where the leaper stands.

Output
Print three integers: the number of squares that can be reached, the largest number of moves that one of them needs, and
how many squares need that many.
""", board, [
    lines((4, 5, 1, 2), "N..#.", ".....", ".#...", "....."),
    lines((3, 3, 1, 1), "N..", "...", "..#"),
    lines((1, 1, 1, 0), "N"),
    lines((1, 4, 0, 1), "..N."),
    lines((4, 1, 1, 0), ".", "N", ".", "."),
    lines((2, 2, 60, 60), "N.", ".."),
    lines((3, 3, 2, 1), "...", ".N.", "..."),
    lines((1, 7, 0, 2), "N..#..."),
    lines((5, 5, 2, 2), "N....", ".....", ".....", ".....", "....."),
], [3, 4, 5, 6, 7, 8, 59], """
import sys
from collections import deque


def main():
    lines = sys.stdin.read().split("\\n")
    h, w, p, q = map(int, lines[0].split())
    grid = lines[1:h + 1]
    moves = set()
    for a, b in ((p, q), (q, p)):
        moves |= {(a, b), (a, -b), (-a, b), (-a, -b)}
    start = next((r, row.index("N")) for r, row in enumerate(grid) if "N" in row)
    distance = {start: 0}
    queue = deque([start])
    while queue:
        r, c = queue.popleft()
        for dr, dc in moves:
            y, x = r + dr, c + dc
            if 0 <= y < h and 0 <= x < w and grid[y][x] != "#" and (y, x) not in distance:
                distance[(y, x)] = distance[(r, c)] + 1
                queue.append((y, x))
    farthest = max(distance.values())
    count = 0
    for moves_needed in distance.values():
        if moves_needed == farthest:
            count += 1
    print(len(distance), farthest, count)


main()
""", """
h, w, p, q = map(int, input().split())
board = {complex(c, r): mark for r in range(h) for c, mark in enumerate(input())}
leaps = {complex(s * a, t * b) for a, b in [(p, q), (q, p)] for s in (1, -1) for t in (1, -1)}
left = {cell for cell, mark in board.items() if mark == "."}
fronts = [{cell for cell, mark in board.items() if mark == "N"}]
while fronts[-1]:
    left -= fronts[-1]
    fronts.append({cell + leap for cell in fronts[-1] for leap in leaps} & left)
fronts.pop()
print(sum(map(len, fronts)), len(fronts) - 1, len(fronts[-1]))
""")


# 52: ways over places
def loose(r, n):
    moves = sorted(r.sample(range(1, 6), r.randint(1, 3)))
    steps = 2 * n
    return args(steps, moves, sorted(r.sample(range(1, steps), r.randint(0, min(4, steps - 1)))))


add(52, "Stairs with Loose Steps", "medium", """
The stairs to an old tower have the steps 1 to n; one begins on the ground, at 0, and must arrive exactly on step n. One
may climb by any of the given numbers of steps at a time. Some steps are loose: one may tread on a loose step, but then
the next climb must be by the smallest of the given numbers. Nobody may tread on more than two loose steps in all.

Write `ways(n, moves, loose)` that returns the number of different ways up, modulo 1000000007.

1 <= n <= 5000; `moves` holds 1 to 10 different integers from 1 to 100; `loose` holds 0 to n - 1 different integers from
1 to n - 1.
""", loose, [
    args(5, [1, 2], [3]),
    args(6, [3, 2], [2, 4]),
    args(1, [1], []),
    args(1, [2], []),
    args(4, [1], [1, 2]),
    args(4, [1], [1, 2, 3]),
    args(6, [1, 3], [2, 3, 5]),
    args(7, [4, 1, 2], [1, 2, 4, 6]),
    args(5000, [1, 2, 3, 4, 5, 6, 7, 8, 9, 100], list(range(10, 5000, 10))),
], [3, 4, 5, 6, 7, 8, 9, 60], """
from typing import List


class Solution:
    def ways(self, n: int, moves: List[int], loose: List[int]) -> int:
        mod = 10 ** 9 + 7
        smallest = min(moves)
        is_loose = [False] * (n + 1)
        for step in loose:
            is_loose[step] = True
        # count[step][used]: ways to get there with so many loose steps trodden on
        count = [[0, 0, 0] for _ in range(n + 1)]
        count[0][0] = 1
        for step in range(n):
            allowed = [smallest] if is_loose[step] else moves
            for move in allowed:
                target = step + move
                if target > n:
                    continue
                for used in range(3):
                    after = used + is_loose[target]
                    if after <= 2:
                        count[target][after] += count[step][used]
                        count[target][after] %= mod
        return sum(count[n]) % mod
""", """
from collections import Counter
from typing import List


class Solution:
    def ways(self, n: int, moves: List[int], loose: List[int]) -> int:
        bad = set(loose)
        ways = Counter({(0, 0): 1})
        for step in range(1, n + 1):
            extra = step in bad
            for move in moves:
                below = step - move
                if below < 0 or (below in bad and move != min(moves)):
                    continue
                for used in range(3 - extra):
                    ways[step, used + extra] += ways[below, used]
            for used in range(3):
                ways[step, used] %= 1000000007
        return sum(ways[n, used] for used in range(3)) % 1000000007
""", func="ways", signature="n: int, moves: List[int], loose: List[int]) -> int")


# 53: longest chain
def dolls(r, n):
    top = 2 * n if n < 10 else 4000
    return args([[r.randint(1, top), r.randint(1, top)] for _ in range(n)])


add(53, "Nesting Dolls", "hard", """
A wooden doll is hollow, and another doll fits into it if that one is both thinner and shorter; a doll of the same width
or the same height does not fit. In each doll there can be one doll directly, which can have another one in it, and so
on.

Write `nest(dolls)`, where each doll is a list `[width, height]`. Return a list of two integers: the largest number of
dolls that can be put into each other (counting all of them), and the smallest possible width of the outermost doll of
such a set.

There are 1 to 1500 dolls; widths and heights are from 1 to 1000000.
""", dolls, [
    args([[3, 4], [5, 2], [6, 7], [4, 6], [8, 8]]),
    args([[2, 2], [2, 3], [3, 2]]),
    args([[1, 1]]),
    args([[4, 4], [4, 4]]),
    args([[1, 5], [2, 4], [3, 3]]),
    args([[1, 1], [2, 1], [2, 2], [1, 2]]),
    args([[5, 5], [6, 6], [1, 9], [2, 10]]),
    args([[9, 1], [1, 9], [5, 5]]),
    args([[1, 1], [2, 2], [3, 3], [4, 4]]),
], [3, 5, 6, 8, 9, 9, 60, 1500], """
from bisect import bisect_left
from typing import List


class Solution:
    def nest(self, dolls: List[List[int]]) -> List[int]:
        dolls = sorted(dolls, key=lambda doll: (doll[0], -doll[1]))
        # tails[k]: the smallest height in which a chain of k + 1 dolls can end
        tails = []
        width_of_best = 0
        for width, height in dolls:
            place = bisect_left(tails, height)
            if place == len(tails):
                tails.append(height)
                width_of_best = width
            else:
                tails[place] = height
        return [len(tails), width_of_best]
""", """
from typing import List


class Solution:
    def nest(self, dolls: List[List[int]]) -> List[int]:
        chain = {}
        for width, height in sorted(set(map(tuple, dolls))):
            inside = [count for (w, h), count in chain.items() if w < width and h < height]
            chain[width, height] = 1 + max(inside, default=0)
        longest = max(chain.values())
        return [longest, min(w for (w, _), count in chain.items() if count == longest)]
""", func="nest", signature="dolls: List[List[int]]) -> List[int]")


# 54: the second best tree
def cables(r, n):
    towns = max(3, n)
    top = 6 if n < 10 else 1000
    rows = [(i, r.randint(1, i - 1), r.randint(1, top)) for i in range(2, towns + 1)]
    rows += [(*r.sample(range(1, towns + 1), 2), r.randint(1, top)) for _ in range(r.randint(0, towns))]
    r.shuffle(rows)
    return lines((towns, len(rows)), *rows)


add(54, "The Spare Network", "hard", """
An island state wants to connect its n towns by telegraph lines, so that messages can pass from each town to each other
one. For some pairs of towns the price of a line is known. A plan is a set of lines that connects all towns and from
which no line can be left out.

The parliament asks for the price of the cheapest plan, and for the price of the cheapest plan that differs from it in at
least one line. The second price can be equal to the first.

Input
The first line holds n and the number m of possible lines (2 <= n <= 60, n - 1 <= m <= 250).
Each of the next m lines holds a, b and c (a and b different, 1 <= c <= 100000): a line between the towns a and b with
price c. There may be several lines between two towns. There is at least one plan.

Output
Print the two prices. If there is only one plan, print `none` for the second.
""", cables, [
    lines((4, 5), (1, 2, 3), (2, 3, 4), (3, 4, 2), (4, 1, 6), (1, 3, 9)),
    lines((3, 2), (1, 2, 5), (2, 3, 7)),
    lines((2, 1), (1, 2, 1)),
    lines((2, 2), (1, 2, 100000), (2, 1, 1)),
    lines((2, 3), (1, 2, 4), (2, 1, 4), (1, 2, 4)),
    lines((3, 3), (1, 2, 1), (2, 3, 2), (3, 1, 3)),
    lines((4, 4), (1, 2, 5), (2, 3, 1), (3, 1, 1), (3, 4, 9)),
    lines((5, 6), (1, 2, 1), (2, 3, 1), (3, 4, 1), (4, 5, 1), (1, 5, 4), (2, 4, 3)),
], [3, 4, 5, 6, 7, 8, 9, 60, 60], """
import sys


def plan(n, lines, without):
    parent = list(range(n + 1))

    def find(x):
        while parent[x] != x:
            x = parent[x]
        return x

    chosen = []
    for line in lines:
        a, b = find(line[1]), find(line[2])
        if line is not without and a != b:
            parent[a] = b
            chosen.append(line)
    return chosen if len(chosen) == n - 1 else None


def price(lines):
    return sum(line[0] for line in lines)


def main():
    data = list(map(int, sys.stdin.read().split()))
    n = data[0]
    lines = []
    for i in range(2, len(data), 3):
        lines.append((data[i + 2], data[i], data[i + 1], i))
    lines.sort()
    cheapest = plan(n, lines, None)
    second = None
    for line in cheapest:
        other = plan(n, lines, line)
        if other and (second is None or price(other) < second):
            second = price(other)
    print(price(cheapest), "none" if second is None else second)


main()
""", """
n, m = map(int, input().split())
rows = sorted((tuple(map(int, input().split())) for _ in range(m)), key=lambda row: row[2])
dearest = [[0] * (n + 1) for _ in range(n + 1)]
groups = {i: {i} for i in range(1, n + 1)}
total = 0
spare = []
for a, b, cost in rows:
    if groups[a] is groups[b]:
        # Lines come from cheap to dear: this one takes the place of the dearest on the way from a to b.
        spare.append(cost - dearest[a][b])
        continue
    total += cost
    for x in groups[a]:
        for y in groups[b]:
            dearest[x][y] = dearest[y][x] = cost
    merged = groups[a] | groups[b]
    for x in merged:
        groups[x] = merged
print(total, total + min(spare) if spare else "none")
""")


# 55: greedy with a heap
def seeds(r, n):
    top = 20 if n < 10 else 10**4
    return lines(
        (n, r.randint(1, n), r.randint(0, top // 4)), *((r.randint(0, top), r.randint(1, top // 3)) for _ in range(n))
    )


add(55, "Seed Money", "hard", """
A cooperative has c coins and time for at most k projects, one after the other. A project can be begun if the cooperative
has at least its seed money at that time; the seed money is not used up, and in the end the project brings its profit on
top. Each project can be done once.

Find the largest number of coins that the cooperative can have in the end, and the smallest number of projects with which
it can have that.

Input
The first line holds the number n of projects, k and c (1 <= k <= n <= 4000, 0 <= c <= 1000000).
Each of the next n lines holds the seed money (0 to 1000000000) and the profit (1 to 1000000) of a project.

Output
Print the number of coins in the end and the number of projects done.
""", seeds, [
    lines((5, 3, 2), (0, 1), (2, 3), (5, 4), (6, 9), (20, 50)),
    lines((3, 2, 0), (1, 5), (2, 6), (3, 7)),
    lines((1, 1, 0), (0, 1)),
    lines((1, 1, 4), (5, 9)),
    lines((1, 1, 5), (5, 9)),
    lines((4, 4, 1), (1, 1), (2, 1), (3, 1), (4, 1)),
    lines((4, 3, 1), (4, 100), (3, 1), (1, 2), (1, 1)),
    lines((3, 2, 10), (10, 4), (10, 4), (14, 4)),
], [3, 4, 6, 8, 9, 60, 4000], """
import heapq
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, k, coins = data[:3]
    projects = sorted(zip(data[3::2], data[4::2]))
    possible = []
    following = 0
    done = 0
    while done < k:
        while following < n and projects[following][0] <= coins:
            heapq.heappush(possible, -projects[following][1])
            following += 1
        if not possible:
            break
        coins -= heapq.heappop(possible)
        done += 1
    print(coins, done)


main()
""", """
from bisect import insort

n, k, coins = map(int, input().split())
waiting = sorted((tuple(map(int, input().split())) for _ in range(n)), reverse=True)
profits = []
begun = 0
for _ in range(k):
    while waiting and waiting[-1][0] <= coins:
        insort(profits, waiting.pop()[1])
    if profits:
        coins += profits.pop()
        begun += 1
print(coins, begun)
""")


# 56: repeated parts
def echoes(r, n):
    if n >= 10:
        part = "".join(r.choice("abc") for _ in range(n // 5))
        return lines("".join(part if r.random() < 0.3 else r.choice("abc") for _ in range(n))[: 3 * n])
    return lines("".join(r.choice("ab" if r.random() < 0.7 else "abc") for _ in range(r.randint(1, 2 * n))))


add(56, "Twice Told", "hard", """
An old storyteller repeats himself. His story is written as a row of small letters. A refrain is a part of the story that
occurs at least twice in it, at places that do not overlap.

Find the longest refrain. If there are several, print the one whose first occurrence begins first.

Input
One line with the story: 1 to 700 small letters.

Output
On the first line print the length of the longest refrain, or 0 if no letter occurs twice. On the second line print the
refrain, or `-` if there is none. On the third line print the largest number of times that it can be marked in the story
without overlap (0 if there is none).
""", echoes, [
    lines("tellmetellyoutell"),
    lines("banana"),
    lines("a"),
    lines("aa"),
    lines("abc"),
    lines("aaaa"),
    lines("aaaaa"),
    lines("abab"),
    lines("xyabzzabyx"),
    lines("abcdeabcdxabcdeabcd"),
], [3, 4, 5, 6, 8, 9, 40, 230], """
def main():
    story = input().strip()
    n = len(story)
    best = 0
    start = 0
    # common[j]: how long the parts that end before i and before j are equal
    common = [0] * (n + 1)
    for i in range(1, n + 1):
        for j in range(n, i, -1):
            if story[i - 1] == story[j - 1]:
                common[j] = common[j - 1] + 1
            else:
                common[j] = 0
            length = min(common[j], j - i)
            if length > best:
                best = length
                start = i - length
    refrain = story[start:start + best]
    print(best)
    print(refrain or "-")
    print(story.count(refrain) if best else 0)


main()
""", """
story = input().strip()


def repeated(length):
    \"\"\"Where the first part of this length begins that comes again behind its own end, or None.\"\"\"
    first = {}
    found = []
    for i in range(len(story) - length + 1):
        begin = first.setdefault(story[i:i + length], i)
        if i - begin >= length:
            found.append(begin)
    return min(found, default=None)


low, high = 0, len(story) // 2
while low < high:
    middle = (low + high + 1) // 2
    if repeated(middle) is None:
        high = middle - 1
    else:
        low = middle
if low:
    begin = repeated(low)
    refrain = story[begin:begin + low]
    print(low, refrain, len(story.split(refrain)) - 1, sep="\\n")
else:
    print("0\\n-\\n0")
""")
