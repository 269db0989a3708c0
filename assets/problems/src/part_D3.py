"""Part D of the problem suite, problems 17 to 24: lamps, pictures, ropes, headings, lectures, a fire, numerals, crumbs.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 17: multiples
def lamps(r, n):
    return lines((r.randint(1, 3 * n), r.randint(1, 2 + n), r.randint(1, 2 + n)))


add(17, "Lamps on the Long Stairs", "easy", """
A stairway has n steps, numbered from 1. Every a-th step (a, 2a, 3a, …) has a lamp on the left, every b-th step a lamp
on the right. A step with lamps on both sides is bright, a step with one lamp is dim, and a step without a lamp is dark.

Count the bright, dim and dark steps, and find the longest run of dark steps that follow each other.

Input
One line with n, a and b (1 <= n <= 100000, 1 <= a, b <= 100000).

Output
Print four integers: the number of bright steps, of dim steps, of dark steps, and the length of the longest run of dark
steps.
""", lamps, [
    lines((20, 4, 6)),
    lines((10, 3, 3)),
    lines((1, 1, 1)),
    lines((1, 2, 1)),
    lines((1, 2, 2)),
    lines((7, 9, 8)),
    lines((12, 12, 5)),
    lines((100000, 99999, 1000)),
    lines((100000, 6, 10)),
    lines((99991, 7, 11)),
], [4, 5, 6, 8, 12, 20, 30000], """
n, a, b = map(int, input().split())
bright = dim = dark = 0
run = 0
longest = 0
for step in range(1, n + 1):
    lamps = 0
    if step % a == 0:
        lamps += 1
    if step % b == 0:
        lamps += 1
    if lamps == 0:
        dark += 1
        run += 1
        longest = max(longest, run)
    else:
        run = 0
        if lamps == 1:
            dim += 1
        else:
            bright += 1
print(bright, dim, dark, longest)
""", """
from math import gcd


def main():
    n, a, b = map(int, input().split())
    both = n // (a * b // gcd(a, b))
    one = n // a + n // b - 2 * both
    lit = sorted({0, n + 1, *range(a, n + 1, a), *range(b, n + 1, b)})
    longest = max(y - x - 1 for x, y in zip(lit, lit[1:]))
    print(both, one, n - both - one, longest)


if __name__ == "__main__":
    main()
""")


# 18: turning a grid
def picture(r, n):
    height, width = r.randint(1, min(n, 60)), r.randint(1, min(n, 60))
    rows = ["".join(r.choice("abc.#") for _ in range(width)) for _ in range(height)]
    return args(rows, r.randint(-5, 5), r.random() < 0.5)


add(18, "Quarter Turns", "easy", """
A picture is a list of rows of the same length, from top to bottom; each character is one point.

Write `turned(picture, turns, mirrored)` that first mirrors the picture if `mirrored` is true (left and right change
sides), and then turns it by `turns` quarter turns clockwise. If `turns` is negative, it turns the other way. Return the
new picture as a list of rows.

The picture has 1 to 60 rows of 1 to 60 characters; -1000000000 <= turns <= 1000000000.
""", picture, [
    args(["abc", "d.."], 1, False),
    args(["abc", "d.."], -1, True),
    args(["x"], 3, True),
    args(["ab"], 0, False),
    args(["ab"], 0, True),
    args(["ab", "cd"], 2, False),
    args(["ab", "cd"], 1000000000, True),
    args(["ab", "cd"], -999999999, False),
    args(["a", "b", "c"], 5, False),
], [3, 4, 5, 6, 60], """
from typing import List


class Solution:
    def turned(self, picture: List[str], turns: int, mirrored: bool) -> List[str]:
        if mirrored:
            picture = [row[::-1] for row in picture]
        for _ in range(turns % 4):
            height = len(picture)
            width = len(picture[0])
            new = []
            for x in range(width):
                row = ""
                for y in range(height - 1, -1, -1):
                    row += picture[y][x]
                new.append(row)
            picture = new
        return picture
""", """
from typing import List


class Solution:
    def turned(self, picture: List[str], turns: int, mirrored: bool) -> List[str]:
        grid = [list(row) for row in picture]
        if mirrored:
            grid = [row[::-1] for row in grid]
        quarter = turns & 3
        if quarter >= 2:
            grid = [row[::-1] for row in reversed(grid)]
        if quarter % 2 == 1:
            grid = zip(*reversed(grid))
        return ["".join(row) for row in grid]
""", func="turned", signature="picture: List[str], turns: int, mirrored: bool) -> List[str]")


# 19: bisection
def ropes(r, n):
    top = 20 if n < 10 else 10**9
    return lines((n, r.randint(1, 3 * n)), [r.randint(1, top) for _ in range(n)])


add(19, "Equal Ropes for the Tents", "medium", """
A scout troop has n ropes. For its tents it needs m pieces that all have the same length, a whole number of centimetres
that should be as large as possible. Ropes can be cut but not joined. Of each rope as many pieces as possible are cut,
even if that makes more than m pieces in all.

Find the length of the pieces, the number of pieces that are cut, and the length of all remains together.

Input
The first line holds n and m (1 <= n <= 2000, 1 <= m <= 1000000). The second line holds n integers from 1 to 1000000000,
the lengths of the ropes in centimetres.

Output
Print the three numbers. If there cannot be m pieces of at least one centimetre, print `0 0` and the sum of the lengths.
""", ropes, [
    lines((3, 5), (10, 7, 4)),
    lines((2, 9), (3, 5)),
    lines((1, 1), (1,)),
    lines((1, 2), (1,)),
    lines((1, 1), (1000000000,)),
    lines((2, 8), (3, 5)),
    lines((3, 3), (5, 5, 5)),
    lines((3, 4), (5, 5, 5)),
    lines((4, 1000000), (1000000000, 999999999, 1, 2)),
], [3, 4, 5, 6, 8, 100, 2000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    m, ropes = data[1], data[2:]
    low = 0
    high = max(ropes)
    while low < high:
        middle = (low + high + 1) // 2
        pieces = 0
        for rope in ropes:
            pieces += rope // middle
        if pieces >= m:
            low = middle
        else:
            high = middle - 1
    if low == 0:
        print(0, 0, sum(ropes))
        return
    pieces = sum(rope // low for rope in ropes)
    print(low, pieces, sum(ropes) - pieces * low)


main()
""", """
n, m = map(int, input().split())
ropes = list(map(int, input().split()))


def pieces(length):
    return sum(rope // length for rope in ropes) if length else 0


# The bits of the answer, from the highest one down.
best = 0
for bit in reversed(range(30)):
    if pieces(best | 1 << bit) >= m:
        best |= 1 << bit
rest = sum(rope % best for rope in ropes) if best else sum(ropes)
print(best, pieces(best), rest)
""")


# 20: outline numbers
def outline(r, n):
    rows = []
    depth = 0
    for i in range(n):
        depth = r.choice([1, depth, depth + 1, depth + 1, depth + 2, max(1, depth - 1)]) if depth else r.choice([1, 1, 2])
        depth = min(depth, 8)
        rows.append("*" * depth + " " + r.choice(["Tea", "Old maps", "On glue", "Ice", "The long way"]))
    return lines(n, *rows)


add(20, "Numbered Headings", "medium", """
The headings of a manuscript are marked by stars: one star is a chapter, two stars a section of the chapter before, and
so on. For the printer they are to be numbered: chapters 1, 2, 3, the sections of chapter 2 are 2.1, 2.2, and the parts
of section 2.1 are 2.1.1, 2.1.2. After a heading of some depth, the counting of all deeper ones begins anew.

A heading may be at most one level deeper than the last good heading before it; the first one must be a chapter. A
heading that breaks this rule is bad: it gets the mark `?` in place of a number, and does not count for the headings
behind it.

Input
The first line holds n (1 <= n <= 2000). Each of the next n lines holds 1 to 8 stars, a space, and a title of 1 to 30
letters and spaces that begins and ends with a letter.

Output
For each heading print its number or `?`, a space and the title. On a last line print the number of bad headings.
""", outline, [
    lines(7, "* Tea", "** Green tea", "** Black tea", "*** Smoked tea", "* Coffee", "*** Beans", "** Mills"),
    lines(3, "** Foreword", "* Start", "** Middle"),
    lines(1, "* A"),
    lines(1, "******** A"),
    lines(8, *("*" * k + " Down" for k in range(1, 9))),
    lines(5, "* A", "** B", "* C", "** D", "*** E"),
    lines(6, "* A", "** B", "**** bad", "*** C", "**** D", "*** E"),
    lines(12, *["* Again"] * 12),
], [5, 8, 9, 9, 30, 900], """
import sys


def main():
    rows = sys.stdin.read().split("\\n")
    n = int(rows[0])
    counters = []
    bad = 0
    for row in rows[1:n + 1]:
        stars, title = row.split(" ", 1)
        depth = len(stars)
        if depth > len(counters) + 1:
            bad += 1
            print("?", title)
            continue
        if depth > len(counters):
            counters.append(0)
        while len(counters) > depth:
            counters.pop()
        counters[-1] += 1
        print(".".join(map(str, counters)), title)
    print(bad)


main()
""", """
numbers = {}
depth = bad = 0
for _ in range(int(input())):
    stars, _, title = input().partition(" ")
    level = len(stars)
    if level - depth > 1:
        label = "?"
        bad += 1
    else:
        numbers = {k: v for k, v in numbers.items() if k <= level}
        numbers[level] = numbers.get(level, 0) + 1
        label = ".".join(str(numbers[k]) for k in range(1, level + 1))
        depth = level
    print(f"{label} {title}")
print(bad)
""")


# 21: weighted intervals
def talks(r, n):
    span = 3 * n if n < 10 else 5000
    found = []
    for _ in range(n):
        start = r.randint(0, span)
        found.append([start, start + r.randint(1, max(2, span // 4)), r.randint(1, 9 if n < 10 else 1000)])
    return args(found, r.randint(0, 3))


add(21, "A Day of Lectures", "hard", """
At a festival of science every lecture has a beginning, an end and a value for a certain visitor, each a whole number.
The lectures are in different houses: between the end of one and the beginning of the next the visitor needs at least
`gap` minutes for the way. Lectures can only be heard from beginning to end.

Write `bestDay(talks, gap)`, where each talk is a list `[start, end, value]`. Return a list of two integers: the largest
sum of values, and the largest number of lectures with which that sum can be had.

There are 0 to 1000 talks, 0 <= start < end <= 1000000, 1 <= value <= 1000000, and 0 <= gap <= 1000.
""", talks, [
    args([[0, 30, 4], [20, 50, 7], [35, 60, 4], [65, 90, 3]], 5),
    args([[10, 20, 5], [20, 30, 5], [10, 30, 10]], 0),
    args([], 0),
    args([[0, 1, 1]], 1000),
    args([[10, 20, 5], [20, 30, 5], [10, 30, 9]], 1),
    args([[10, 20, 5], [21, 30, 5], [10, 30, 9]], 1),
    args([[0, 100, 50], [0, 100, 50], [0, 99, 49]], 1),
    args([[0, 10, 3], [10, 20, 3], [20, 30, 3], [0, 30, 9]], 0),
    args([[0, 10, 3], [10, 20, 3], [20, 30, 3], [0, 30, 10]], 0),
], [3, 5, 6, 7, 9, 9, 80, 1000], """
from bisect import bisect_right
from typing import List


class Solution:
    def bestDay(self, talks: List[List[int]], gap: int) -> List[int]:
        talks = sorted(talks, key=lambda talk: talk[1])
        ends = [talk[1] for talk in talks]
        best = [(0, 0)]
        for start, _, value in talks:
            earlier = bisect_right(ends, start - gap)
            total, count = best[earlier]
            with_it = (total + value, count + 1)
            best.append(max(best[-1], with_it))
        return list(best[-1])
""", """
from typing import List


class Solution:
    def bestDay(self, talks: List[List[int]], gap: int) -> List[int]:
        events = []
        for number, (start, end, _) in enumerate(talks):
            events.append((start, 1, number))
            events.append((end + gap, 0, number))
        best = (0, 0)
        through = {}
        # In the order of time; at one moment a talk is over before another begins.
        for _, begins, number in sorted(events):
            if begins:
                through[number] = (best[0] + talks[number][2], best[1] + 1)
            else:
                best = max(best, through[number])
        return list(best)
""", func="bestDay", signature="talks: List[List[int]], gap: int) -> List[int]")


# 22: two searches
def granary(r, n):
    height, width = r.randint(2, n + 1), r.randint(2, n + 1)
    wall = r.choice([0.1, 0.25, 0.35])
    cells = [["#" if r.random() < wall else "." for _ in range(width)] for _ in range(height)]
    for _ in range(r.randint(0, 1 + n // 8)):
        cells[r.randrange(height)][r.randrange(width)] = "F"
    # Near the middle, so that the way out is not always one step.
    cells[height // 2][width // 2] = "S"
    return lines((height, width), *("".join(row) for row in cells))


add(22, "Fire in the Granary", "hard", """
The plan of a granary is a grid: `#` is a wall, `.` is free, `F` burns, and `S` is where the keeper stands. The keeper
moves each minute to a free neighbouring cell (up, down, left, right) or waits; the fire spreads each minute from every
burning cell to its free neighbours. The keeper may never be in a cell that burns, not even in the minute in which it
begins to burn. From a cell at the border of the grid the keeper needs one more minute to be outside, and then is safe,
whatever happens to that cell.

How many minutes does it take to get out at best?

Input
The first line holds the height h and the width w (1 <= h, w <= 60). The next h lines hold w characters each. There is
exactly one `S`, and there may be any number of `F`.

Output
Print the least number of minutes, or `trapped`, and behind it, after a space, the number of cells that would be neither
wall nor burning at the end if the fire burned on for ever.
""", granary, [
    lines((5, 6), "######", "#..S.#", "#.##.#", "#....#", "#F##.#"),
    lines((3, 3), "###", "#S#", "###"),
    lines((1, 1), "S"),
    lines((1, 3), "FSF"),
    lines((3, 3), "#.#", "FS#", "###"),
    lines((4, 3), "#.#", "#.#", "#S#", "#F#"),
    lines((3, 5), "#####", "#FS..", "#####"),
    lines((4, 5), "##.##", "#F.##", "#.S##", "#####"),
    lines((3, 7), "#######", "#F...S#", "###.###"),
    lines((3, 7), "#######", "#F.S..#", "###.###"),
    lines((4, 7), "#######", "#F.S..#", "#####.#", "#####.#"),
    lines((4, 8), "########", "#F..S..#", "######.#", "######.#"),
    lines((5, 3), "..#", "...", ".S#", ".#.", "F##"),
], [3, 4, 5, 6, 7, 8, 8, 9, 59], """
from collections import deque


def around(cell):
    r, c = cell
    return (r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)


def spread(sources, free, fire=None):
    minute = dict.fromkeys(sources, 0)
    queue = deque(sources)
    while queue:
        cell = queue.popleft()
        now = minute[cell] + 1
        for other in around(cell):
            if other in free and other not in minute:
                if fire is None or now < fire.get(other, now + 1):
                    minute[other] = now
                    queue.append(other)
    return minute


def main():
    h, w = map(int, input().split())
    grid = [input() for _ in range(h)]
    cells = [(r, c) for r in range(h) for c in range(w)]
    free = {(r, c) for r, c in cells if grid[r][c] != "#"}
    fire = spread([(r, c) for r, c in cells if grid[r][c] == "F"], free)
    keeper = spread([(r, c) for r, c in cells if grid[r][c] == "S"], free, fire)
    exits = [keeper[r, c] for r, c in keeper if r in (0, h - 1) or c in (0, w - 1)]
    print(min(exits) + 1 if exits else "trapped", len(free) - len(fire))


main()
""", """
def around(cells):
    return {cell + step for cell in cells for step in (1, -1, 1j, -1j)}


h, w = map(int, input().split())
cells = {complex(x, y): ch for y in range(h) for x, ch in enumerate(input())}
free = {cell for cell, ch in cells.items() if ch != "#"}
border = {cell for cell in cells if cell.real in (0, w - 1) or cell.imag in (0, h - 1)}
fire = {cell for cell, ch in cells.items() if ch == "F"}
keeper = {cell for cell, ch in cells.items() if ch == "S"}

minutes = 0
answer = "trapped"
while True:
    if answer == "trapped" and keeper & border:
        answer = minutes + 1
    burning = fire | around(fire) & free
    moved = (keeper | around(keeper) & free) - burning
    if burning == fire and moved == keeper:
        break
    fire, keeper = burning, moved
    minutes += 1
print(answer, len(free - fire))
""")


# 23: reading from the right
def numerals(r, n):
    letters = r.sample("abcdefghijklmnopqrstuvwxyz", r.randint(2, 6))
    values = sorted(r.sample(range(1, 12 if n < 10 else 1000), len(letters)))
    words = ["".join(r.choice(letters) for _ in range(r.randint(1, 6 if n < 10 else 12))) for _ in range(n)]
    r.shuffle(letters)
    return lines((len(letters), n), *zip(letters, values), *words)


add(23, "Numerals of the Old Merchants", "medium", """
The merchants of an old town wrote numbers with letters. Each letter had its value, and all values were different. A
letter counted negative if a letter of larger value stood anywhere to the right of it, and positive otherwise. With the
values a = 1, b = 5 and c = 10, `bab` is 5 - 1 + 5 = 9, and `abac` is -1 - 5 - 1 + 10 = 3.

The values of the letters and a list of numerals are given. Find the value of each, and how many of them are no proper
numbers, because their value is not positive.

Input
The first line holds the number k of letters and the number n of numerals (1 <= k <= 26, 1 <= n <= 2000).
Each of the next k lines holds a small letter and its value from 1 to 1000000.
Each of the next n lines holds a numeral of 1 to 20 of these letters.

Output
Print the n values, one a line, and then the number of values that are not positive.
""", numerals, [
    lines((3, 4), ("a", 1), ("b", 5), ("c", 10), "bab", "abac", "cba", "aaaaaaaaaaaac"),
    lines((2, 3), ("x", 2), ("i", 1), "xiix", "iix", "iiix"),
    lines((1, 2), ("z", 1000000), "z", "zz"),
    lines((2, 2), ("p", 3), ("q", 4), "ppq", "qppp"),
    lines((2, 3), ("p", 1), ("q", 2), "pq", "ppq", "pppq"),
    lines((3, 3), ("a", 1), ("b", 2), ("c", 3), "abc", "acb", "cab"),
], [4, 6, 8, 9, 50, 2000], """
import sys


def main():
    tokens = sys.stdin.read().split()
    k, n = int(tokens[0]), int(tokens[1])
    value = {}
    for i in range(k):
        value[tokens[2 + 2 * i]] = int(tokens[3 + 2 * i])
    improper = 0
    for numeral in tokens[2 + 2 * k:]:
        total = 0
        largest = 0
        for letter in reversed(numeral):
            worth = value[letter]
            if worth < largest:
                total -= worth
            else:
                total += worth
                largest = worth
        print(total)
        if total <= 0:
            improper += 1
    print(improper)


main()
""", """
from itertools import accumulate

k, n = map(int, input().split())
value = dict(input().split() for _ in range(k))
totals = []
for _ in range(n):
    worths = [int(value[letter]) for letter in input()[::-1].strip()]
    peaks = accumulate(worths, max)
    totals.append(sum(x if x == peak else -x for x, peak in zip(worths, peaks)))
print(*totals, sum(total <= 0 for total in totals), sep="\\n")
""")


# 24: two pointers
def crumbs(r, n):
    pool = "abc" if n < 10 else "abcdefghij"
    text = "".join(r.choice(pool) for _ in range(2 * n))
    return args(text, "".join(r.choice(pool) for _ in range(r.randint(1, 4 if n < 10 else 40))))


add(24, "The Shortest Piece of Tape", "medium", """
A tape carries a long row of letters. A piece of the tape is useful if the letters of a certain word can be cut out of
it, each letter as often as it occurs in the word; their order does not matter.

Write `shortest(tape, word)` that returns the shortest useful piece of the tape. If there are several, return the one
that begins first. If no piece is useful, return an empty text.

The tape has 1 to 20000 small letters, the word 1 to 1000.
""", crumbs, [
    args("coldtealocatedlater", "late"),
    args("abcabb", "bb"),
    args("a", "a"),
    args("a", "b"),
    args("a", "aa"),
    args("aabba", "aab"),
    args("baab", "ab"),
    args("xyyzyzyx", "xyz"),
    args("banana", "nab"),
    args("abcde", "eabcd"),
], [4, 5, 6, 7, 8, 9, 60, 10000], """
from collections import Counter


class Solution:
    def shortest(self, tape: str, word: str) -> str:
        need = Counter(word)
        missing = len(word)
        best = ""
        start = 0
        for end, letter in enumerate(tape):
            if need[letter] > 0:
                missing -= 1
            need[letter] -= 1
            while missing == 0:
                piece = end - start + 1
                if best == "" or piece < len(best):
                    best = tape[start:end + 1]
                need[tape[start]] += 1
                if need[tape[start]] > 0:
                    missing += 1
                start += 1
        return best
""", """
from collections import Counter


class Solution:
    def shortest(self, tape: str, word: str) -> str:
        places = {letter: [] for letter in word}
        for place, letter in enumerate(tape):
            if letter in places:
                places[letter].append(place)
        need = list(Counter(word).items())
        used = dict.fromkeys(places, 0)
        best = (len(tape) + 1, 0)
        for start in range(len(tape)):
            ends = [used[x] + count - 1 for x, count in need]
            if any(end >= len(places[x]) for end, (x, _) in zip(ends, need)):
                break
            last = max(places[x][end] for end, (x, _) in zip(ends, need))
            best = min(best, (last + 1 - start, start))
            if tape[start] in used:
                used[tape[start]] += 1
        length, start = best
        return tape[start:start + length] if length <= len(tape) else ""
""", func="shortest", signature="tape: str, word: str) -> str")
