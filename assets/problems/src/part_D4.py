"""Part D of the problem suite, problems 25 to 32: sprinklers, columns, a circle, a ledger, garlands, heirlooms, slabs.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 25: covered cells
def sprinklers(r, n):
    beds = 3 * n
    return lines((beds, n), *((r.randint(1, beds), r.choice([0, 0, 1, 1, 2, r.randint(0, 3)])) for _ in range(n)))


add(25, "Dry Beds", "easy", """
A nursery has n beds in a row, numbered from 1. A sprinkler at bed p with reach r waters the beds from p - r to p + r, as
far as they exist.

Count the beds that stay dry and the beds that are watered by two or more sprinklers, and find the first bed of the
longest run of dry beds.

Input
The first line holds the number n of beds and the number m of sprinklers (1 <= n <= 10000, 1 <= m <= 3000).
Each of the next m lines holds p and r (1 <= p <= n, 0 <= r <= 10000).

Output
Print three integers: the number of dry beds, the number of beds watered more than once, and the number of the first bed
of the longest dry run (of the first such run if there are several; 0 if no bed is dry).
""", sprinklers, [
    lines((12, 3), (3, 1), (5, 1), (10, 0)),
    lines((5, 2), (3, 4), (1, 0)),
    lines((1, 1), (1, 0)),
    lines((2, 1), (2, 0)),
    lines((2, 1), (1, 0)),
    lines((7, 1), (4, 0)),
    lines((8, 1), (4, 0)),
    lines((6, 3), (1, 10000), (6, 1), (6, 0)),
    lines((10000, 2), (1, 4000), (10000, 2000)),
], [3, 4, 5, 7, 9, 60, 2900], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m = data[0], data[1]
    change = [0] * (n + 2)
    for i in range(2, 2 + 2 * m, 2):
        place, reach = data[i], data[i + 1]
        change[max(1, place - reach)] += 1
        change[min(n, place + reach) + 1] -= 1
    water = 0
    dry = often = 0
    run = longest = first = 0
    for bed in range(1, n + 1):
        water += change[bed]
        if water == 0:
            dry += 1
            run += 1
            if run > longest:
                longest = run
                first = bed - run + 1
        else:
            run = 0
            if water >= 2:
                often += 1
    print(dry, often, first)


main()
""", """
from itertools import groupby

n, m = map(int, input().split())
once, twice = 0, 0
# Bit i - 1 of the masks stands for bed i.
for _ in range(m):
    place, reach = map(int, input().split())
    left, right = max(place - reach, 1), min(place + reach, n)
    mask = (1 << right) - (1 << left - 1)
    twice |= once & mask
    once |= mask
beds = f"{once:0{n}b}"[::-1]
runs = []
place = 1
for bit, group in groupby(beds):
    size = len(list(group))
    if bit == "0":
        runs.append((-size, place))
    place += size
print(beds.count("0"), bin(twice).count("1"), min(runs)[1] if runs else 0)
""")


# 26: columns up and down
def caterpillar(r, n):
    return args("".join(r.choice("abcdef ") for _ in range(r.randint(1, n))), r.randint(1, min(n, 50)))


add(26, "Caterpillar Writing", "easy", """
For a secret letter a text is written into columns of height h: the first column downwards, the second upwards, the
third downwards again, and so on. Places of the last column that are not filled hold a full stop. Then the grid is read
row by row from the top. With h = 3, the text `caterpillar` has the columns `cat`, `pre` (from the bottom: `erp`), `ill`
and `.ra` (from the bottom: `ar` and a full stop).

Write `hide(text, h)` that returns the rows from the top, one text each.

The text has 1 to 3000 small letters and spaces; 1 <= h <= 50.
""", caterpillar, [
    args("caterpillar", 3),
    args("wait for me", 4),
    args("a", 1),
    args("a", 3),
    args("ab", 1),
    args("abc", 3),
    args("abcd", 3),
    args("abcdefg", 3),
    args("abcdef", 2),
], [6, 8, 12, 20, 3000], """
from typing import List


class Solution:
    def hide(self, text: str, h: int) -> List[str]:
        rows = [[] for _ in range(h)]
        down = True
        for start in range(0, len(text), h):
            column = text[start:start + h]
            while len(column) < h:
                column += "."
            if not down:
                column = column[::-1]
            for row, letter in zip(rows, column):
                row.append(letter)
            down = not down
        return ["".join(row) for row in rows]
""", """
from typing import List


class Solution:
    def hide(self, text: str, h: int) -> List[str]:
        columns = -(-len(text) // h)
        text = text.ljust(columns * h, ".")
        rows = []
        for y in range(h):
            places = (x * h + (h - 1 - y if x % 2 else y) for x in range(columns))
            rows.append("".join(text[i] for i in places))
        return rows
""", func="hide", signature="text: str, h: int) -> List[str]")


# 27: a circle
def circle(r, n):
    top = 6 if n < 10 else 10**6
    return lines((n, r.randint(1, top)), [r.randint(1, top) for _ in range(n)])


add(27, "Counting Out with Cards", "medium", """
The people 1 to n stand in a circle, in this order clockwise. Each holds a card with a positive number, and the game
master holds one with the number s. Counting begins with person 1 as "one" and goes on clockwise up to s; the person on
whom it ends leaves the circle. From then on, the card of the person who left last is used: counting begins with the next
person clockwise, and goes up to the number on that card. This goes on until one person is left.

If the card of the one who leaves shows an even number, counting changes its direction from then on: the next count
begins with the neighbour on the other side and goes the other way round.

Who is left, and who was the last to leave?

Input
The first line holds n and s (2 <= n <= 3000, 1 <= s <= 1000000). The second line holds n integers from 1 to 1000000, the
cards of the persons 1 to n.

Output
Print the number of the person who is left, and of the one who left last.
""", circle, [
    lines((5, 3), (1, 4, 3, 2, 5)),
    lines((3, 4), (2, 1, 1)),
    lines((2, 1), (1, 1)),
    lines((2, 2), (1, 1)),
    lines((4, 1), (2, 2, 2, 2)),
    lines((4, 2), (1, 3, 5, 7)),
    lines((6, 1000000), (999999, 1000000, 7, 8, 9, 10)),
], [3, 4, 5, 6, 7, 8, 9, 9, 100, 3000], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    count = data[1]
    cards = data[2:]
    circle = list(range(len(cards)))
    at = 0
    step = 1
    while True:
        at = (at + step * (count - 1)) % len(circle)
        person = circle.pop(at)
        if len(circle) == 1:
            print(circle[0] + 1, person + 1)
            return
        count = cards[person]
        if count % 2 == 0:
            step = -step
        # Behind the gap stands the next one clockwise; on the other side, the one before it.
        if step == -1:
            at -= 1


main()
""", """
from collections import deque

n, count = map(int, input().split())
circle = deque(enumerate(map(int, input().split()), 1))
clockwise = True
while len(circle) > 1:
    # Whoever is to be counted "one" is at the left end, or at the right one.
    if clockwise:
        circle.rotate(1 - count)
        person, count = circle.popleft()
    else:
        circle.rotate(count - 1)
        person, count = circle.pop()
    if count % 2 == 0:
        clockwise = not clockwise
print(circle[0][0], person)
""")


# 28: values that depend on each other
def ledger(r, n):
    names = [f"{r.choice('abcxyz')}{i}" for i in range(n)]
    shuffled = names[:]
    r.shuffle(shuffled)
    rows = []
    for i, name in enumerate(shuffled):
        terms = []
        for _ in range(r.randint(1, 3)):
            pool = shuffled[max(0, i - 4) : i] if r.random() < 0.93 else names
            terms.append(r.choice(pool) if pool and r.random() < 0.7 else str(r.randint(0, 9)))
        text = terms[0]
        for term in terms[1:]:
            text += f" {r.choice('+-')} {term}"
        rows.append(f"{name} = {text}")
    r.shuffle(rows)
    return lines(n, *rows)


add(28, "A Ledger of References", "medium", """
Each line of a ledger gives a name to an amount: `milk = 12`, or `rent = house - milk + 30`. Right of the equals sign
there are terms, each a whole number or a name, with `+` or `-` between them. Each name is defined exactly once, perhaps
further down than it is used, and no name is used without a definition. A sign belongs to the term behind it, and one
works from left to right.

Sometimes a name needs, directly or through others, its own amount. Such names have no amount, and neither have those
that need one of them.

Input
The first line holds n (1 <= n <= 1000). Each of the next n lines holds a name, an equals sign, and 1 to 10 terms with
signs between them, all with single spaces between. A name has 1 to 10 small letters and digits and begins with a letter;
a number is from 0 to 1000.

Output
For each line of the ledger print the name, a space, and its amount modulo 1000003 (from 0 to 1000002), or `?` if it has
none, in the order of the ledger.
""", ledger, [
    lines(4, "rent = house - milk + 30", "milk = 12", "house = milk + milk", "tax = 1 - rent"),
    lines(5, "a = b + 1", "b = c", "c = b - 2", "d = 7 - 5 - 1", "e = d - a"),
    lines(1, "x = 0"),
    lines(1, "x = x"),
    lines(2, "x = 0 - 1", "y = x - x + x"),
    lines(3, "p = q + q", "q = r + r", "r = 1000"),
    lines(24, "v0 = 1", *(f"v{i} = v{i - 1} + v{i - 1} + {i}" for i in range(1, 24))),
], [3, 5, 7, 9, 9, 9, 40, 1000], """
import sys

sys.setrecursionlimit(10000)


def main():
    formulas = {}
    for row in sys.stdin.read().splitlines()[1:]:
        name, _, *terms = row.split()
        formulas[name] = ["+"] + terms
    amounts = {}

    def amount(name):
        if name not in amounts:
            amounts[name] = None
            total = 0
            terms = formulas[name]
            for sign, term in zip(terms[::2], terms[1::2]):
                value = int(term) if term.isdigit() else amount(term)
                if value is None:
                    return None
                total += value if sign == "+" else -value
            amounts[name] = total % 1000003
        return amounts[name]

    for name in formulas:
        value = amount(name)
        print(name, "?" if value is None else value)


main()
""", """
n = int(input())
waiting = {}
for _ in range(n):
    name, formula = input().split(" = ")
    waiting[name] = ("+ " + formula).split()
order = list(waiting)
known = {}
progress = True
while progress:
    progress = False
    for name, tokens in list(waiting.items()):
        pairs = list(zip(tokens[::2], tokens[1::2]))
        if all(term.isdigit() or term in known for _, term in pairs):
            total = 0
            for sign, term in pairs:
                value = known[term] if term in known else int(term)
                total += {"+": value, "-": -value}[sign]
            known[name] = total % 1000003
            del waiting[name]
            progress = True
for name in order:
    print(name, known.get(name, "?"))
""")


# 29: cutting a sequence
def garland(r, n):
    half = "".join(r.choice("rgb"[: r.randint(1, 3)]) for _ in range(n))
    return args(half + half[::-1] + "".join(r.choice("rg") for _ in range(r.randint(0, n))))


add(29, "Fewest Cuts in a Garland", "hard", """
A garland is a row of flags, each with a small letter for its colour. It shall be cut into pieces, and every piece must
read the same from both ends. A piece of one flag does.

Write `cuts(garland)` that returns a list of two integers: the least number of cuts, and in how many ways this number of
cuts can do it, modulo 1000000007. Ways differ if they do not cut at the same places.

The garland has 1 to 600 flags.
""", garland, [
    args("rggbgr"),
    args("aabaa"),
    args("a"),
    args("ab"),
    args("aa"),
    args("aab"),
    args("abaab"),
    args("abcdefg"),
    args("aabbaabb"),
    args("abab" * 5),
    args("abacabadabacaba"),
    args("aabab" * 100),
    args("".join(pair * 10 for pair in "ab cd ef gh ij kl mn op qr st uv wx yz".split())),
], [3, 4, 5, 6, 200], """
from typing import List


class Solution:
    def cuts(self, garland: str) -> List[int]:
        n = len(garland)
        pieces = [n] * (n + 1)
        ways = [0] * (n + 1)
        pieces[0] = 0
        ways[0] = 1
        same = [[False] * n for _ in range(n)]
        for end in range(n):
            for start in range(end + 1):
                if garland[start] != garland[end]:
                    continue
                if end - start > 2 and not same[start + 1][end - 1]:
                    continue
                same[start][end] = True
                count = pieces[start] + 1
                if count < pieces[end + 1]:
                    pieces[end + 1] = count
                    ways[end + 1] = ways[start]
                elif count == pieces[end + 1]:
                    ways[end + 1] += ways[start]
        return [pieces[n] - 1, ways[n] % (10 ** 9 + 7)]
""", """
from typing import List


class Solution:
    def cuts(self, garland: str) -> List[int]:
        n = len(garland)
        starts = [[] for _ in range(n + 1)]
        for middle in range(2 * n):
            left, right = (middle - 1) // 2, middle // 2
            if left == right:
                starts[right + 1].append(left)
                left, right = left - 1, right + 1
            while left >= 0 and right < n and garland[left] == garland[right]:
                starts[right + 1].append(left)
                left, right = left - 1, right + 1
        best = [(-1, 1)]
        for end in range(1, n + 1):
            fewest = min(best[i][0] for i in starts[end]) + 1
            ways = sum(best[i][1] for i in starts[end] if best[i][0] + 1 == fewest)
            best.append((fewest, ways % 1000000007))
        return list(best[n])
""", func="cuts", signature="garland: str) -> List[int]")


# 30: halves with equal numbers
def heirlooms(r, n):
    count = max(2, n)
    top = 12 if n < 10 else 2000
    return lines(count, [r.randint(1, top) for _ in range(count)])


add(30, "Splitting the Heirlooms", "hard", """
Two sisters divide n heirlooms. The numbers of pieces that they get may differ by at most one. Each piece has a value,
and the values that they get in all shall differ as little as possible.

Find that difference, and the value of the larger share (or of either, if they are equal).

Input
The first line holds n (2 <= n <= 40). The second line holds n integers from 1 to 5000, the values.

Output
Print the least difference and the value of the larger share.
""", heirlooms, [
    lines(4, (10, 1, 1, 1)),
    lines(5, (3, 9, 4, 8, 5)),
    lines(2, (1, 1)),
    lines(2, (1, 5000)),
    lines(3, (1, 1, 1)),
    lines(3, (5, 1, 1)),
    lines(6, (1, 2, 3, 4, 5, 6)),
    lines(8, (100, 1, 1, 1, 1, 1, 1, 1)),
    lines(7, (50, 40, 1, 1, 1, 1, 1)),
], [3, 4, 5, 6, 7, 8, 9, 21, 40], """
import sys


def main():
    values = list(map(int, sys.stdin.read().split()))[1:]
    n = len(values)
    total = sum(values)
    # sums[k]: what k of the pieces seen so far can be worth
    sums = [set() for _ in range(n // 2 + 1)]
    sums[0].add(0)
    for value in values:
        for k in range(n // 2, 0, -1):
            for old in sums[k - 1]:
                sums[k].add(old + value)
    best = total
    for share in sums[n // 2]:
        best = min(best, abs(total - 2 * share))
    print(best, (total + best) // 2)


main()
""", """
n = int(input())
values = list(map(int, input().split()))
total = sum(values)

# Bit s of masks[k] is set if k pieces can be worth s.
masks = [1] + [0] * n
for value in values:
    masks = [1] + [same | fewer << value for fewer, same in zip(masks, masks[1:])]
fair = masks[n // 2] | masks[n - n // 2]
larger = next(s for s in range((total + 1) // 2, total + 1) if fair >> s & 1)
print(2 * larger - total, larger)
""")


# 31: linear recurrences
def slabs(r, n):
    lengths = sorted(r.sample(range(1, 9), r.randint(1, 4)))
    return lines((r.randint(1, 3 * n if n < 10 else 10**15), len(lengths)), *((x, r.randint(1, 9)) for x in lengths))


add(31, "Slabs for a Very Long Path", "hard", """
A garden path of n metres is laid with slabs that follow each other without gaps. There are slabs of some lengths, a
whole number of metres each, and each length comes in some number of colours. Two paths are different if they differ in
the length or the colour of a slab somewhere.

How many different paths are there? Print the number modulo 1000000007.

Input
The first line holds n and the number k of lengths (1 <= n <= 1000000000000000, 1 <= k <= 8).
Each of the next k lines holds a length from 1 to 8 and the number of its colours (1 to 1000000). All lengths are
different.

Output
Print the number of paths modulo 1000000007.
""", slabs, [
    lines((3, 2), (1, 1), (2, 2)),
    lines((5, 1), (2, 3)),
    lines((1, 1), (1, 1)),
    lines((1, 1), (2, 1)),
    lines((7, 1), (8, 5)),
    lines((8, 1), (8, 5)),
    lines((16, 1), (8, 1000000)),
    lines((1000000000000000, 1), (1, 1)),
    lines((10**15, 8), *((x, 10**6 - x) for x in range(8, 0, -1))),
    lines((999999999999999, 2), (3, 7), (5, 11)),
], [3, 4, 5, 6, 7, 8, 9, 60], """
import sys

MOD = 1000000007


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, col)) % MOD for col in columns] for row in a]


def main():
    data = list(map(int, sys.stdin.read().split()))
    n = data[0]
    size = 8
    step = [[0] * size for _ in range(size)]
    for i in range(2, len(data), 2):
        step[0][data[i] - 1] = data[i + 1]
    for i in range(1, size):
        step[i][i - 1] = 1
    result = [[int(i == j) for j in range(size)] for i in range(size)]
    while n > 0:
        if n % 2 == 1:
            result = multiply(result, step)
        step = multiply(step, step)
        n //= 2
    print(result[0][0])


main()
""", """
n, k = map(int, input().split())
colours = [0] * 9
for _ in range(k):
    length, count = map(int, input().split())
    colours[length] = count
longest = max(length for length in range(9) if colours[length])
M = 10 ** 9 + 7


def times(p, q):
    # Products of polynomials, where x^longest is replaced by what the slabs say.
    product = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            product[i + j] += a * b
    while len(product) > longest:
        top = product.pop()
        for length in range(1, longest + 1):
            product[-length] += top * colours[length]
    return [value % M for value in product]


ways = [1]
for m in range(1, longest):
    ways.append(sum(colours[x] * ways[m - x] for x in range(1, m + 1)))
power = [1]
for bit in bin(n)[2:]:
    power = times(power, power)
    if bit == "1":
        power = times(power, [0, 1])
print(sum(a * b for a, b in zip(power, ways)) % M)
""")


# 32: union-find with parity
def register(r, n):
    n = max(2, n)
    truth = [r.random() < 0.5 for _ in range(n)]
    rows = []
    for _ in range(2 * n if n < 10 else n):
        a, b = r.sample(range(n), 2)
        same = (truth[a] == truth[b]) != (r.random() < 0.15)
        rows.append((a + 1, "same" if same else "other", b + 1))
    return lines((n, len(rows)), *rows)


add(32, "The Register of the Two Clans", "hard", """
Every inhabitant of an island belongs to one of two clans, but nobody says to which. A clerk hears testimonies of the
kind "a and b are of the same clan" or "a and b are of different clans". A testimony that contradicts those already in
the register is thrown away; every other one is written into the register.

Input
The first line holds the number n of inhabitants and the number m of testimonies (2 <= n <= 3000, 1 <= m <= 5000).
Each of the next m lines holds a, a word and b: the word is `same` or `other`, and a and b are different numbers from 1
to n.

Output
Print the numbers of the testimonies that were thrown away (the first one is 1) on one line with spaces between them, or
`none`. On a second line print in how many ways the inhabitants can belong to the clans so that the register is right,
modulo 1000000007.
""", register, [
    lines((4, 5), (1, "same", 2), (2, "other", 3), (1, "same", 3), (3, "other", 1), (4, "other", 2)),
    lines((3, 2), (1, "other", 2), (2, "same", 1)),
    lines((2, 1), (1, "same", 2)),
    lines((2, 2), (2, "other", 1), (1, "other", 2)),
    lines((3, 3), (1, "other", 2), (2, "other", 3), (3, "other", 1)),
    lines((3, 3), (1, "other", 2), (2, "other", 3), (3, "same", 1)),
    lines((6, 6), (1, "other", 2), (3, "other", 4), (1, "same", 3), (2, "other", 4), (5, "same", 4), (5, "other", 1)),
    lines((40, 1), (40, "other", 1)),
], [3, 4, 5, 6, 8, 9, 60, 3000], """
import sys


def main():
    tokens = sys.stdin.read().split()
    n, m = int(tokens[0]), int(tokens[1])
    parent = list(range(n + 1))
    differs = [0] * (n + 1)

    def find(x):
        side = 0
        while parent[x] != x:
            side ^= differs[x]
            x = parent[x]
        return x, side

    groups = n
    refused = []
    for i in range(m):
        a, word, b = tokens[2 + 3 * i:5 + 3 * i]
        wanted = 1 if word == "other" else 0
        root_a, side_a = find(int(a))
        root_b, side_b = find(int(b))
        if root_a != root_b:
            parent[root_a] = root_b
            differs[root_a] = side_a ^ side_b ^ wanted
            groups -= 1
        elif side_a ^ side_b != wanted:
            refused.append(i + 1)
    print(*refused or ["none"])
    print(pow(2, groups, 1000000007))


main()
""", """
n, m = map(int, input().split())
# Whoever joins a larger group may have to change sides.
group = {i: [i] for i in range(1, n + 1)}
home = {i: i for i in group}
side = dict.fromkeys(group, False)
thrown = []
for number in range(1, m + 1):
    a, word, b = input().split()
    a, b = int(a), int(b)
    fits = (side[a] != side[b]) == (word == "other")
    if home[a] == home[b]:
        if not fits:
            thrown.append(number)
        continue
    small, large = sorted((home[a], home[b]), key=lambda g: len(group[g]))
    for person in group.pop(small):
        home[person] = large
        side[person] ^= not fits
        group[large].append(person)
print(" ".join(map(str, thrown)) or "none")
print(2 ** len(group) % (10 ** 9 + 7))
""")
