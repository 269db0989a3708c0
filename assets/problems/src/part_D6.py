"""Part D of the problem suite, problems 41 to 48: vowels, letters, calendars, bridges, sums, overtaking, frogs, words.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

from suite import args, drawing, lines

PROBLEMS, add = drawing("D")


# 41: classes of words
def harmony(r, n):
    vowels = r.sample("aeiouy", 6)
    cut = r.randint(1, 3)
    cut2 = r.randint(cut + 1, 5)
    words = ["".join(r.choice(r.choice(["aeiouy", "ktlmn"])) for _ in range(r.randint(1, 6))) for _ in range(n)]
    return lines("".join(vowels[:cut]), "".join(vowels[cut:cut2]), n, *words)


add(41, "Vowel Harmony", "easy", """
In a certain language some vowels are bright and some are dark, and all other letters are neutral. A word is bright if it
has bright vowels and no dark ones, dark if it has dark vowels and no bright ones, mixed if it has both, and plain if it
has neither. A suffix is put behind each word: `-ke` behind a bright one, `-ka` behind a dark one, and behind a mixed one
the suffix that fits its last vowel that is not neutral. A plain word takes the suffix of the word before it; at the
beginning that is `-ka`.

Input
The first line holds the bright vowels, the second the dark ones: each at least one small letter, and none in both.
The third line holds n (1 <= n <= 2000). Each of the next n lines holds a word of 1 to 20 small letters.

Output
Print the words with their suffixes, one a line. Then print four numbers on one line: how many words were bright, dark,
mixed and plain.
""", harmony, [
    lines("ei", "aou", 5, "kill", "talo", "metsuri", "ilona", "tnk"),
    lines("y", "u", 3, "nnn", "ty", "kkk"),
    lines("e", "a", 1, "b"),
    lines("e", "a", 4, "ea", "ae", "m", "eae"),
    lines("e", "a", 4, "a", "b", "e", "b"),
    lines("e", "a", 3, "ao", "eo", "o"),
    lines("e", "a", 6, "aee", "k", "eaa", "k", "eeee", "aaaa"),
], [5, 8, 9, 40, 1800], """
import sys


def main():
    bright, dark, _, *words = sys.stdin.read().split()
    counts = {"bright": 0, "dark": 0, "mixed": 0, "plain": 0}
    suffix = "-ka"
    for word in words:
        has_bright = has_dark = False
        for letter in word:
            if letter in bright:
                has_bright = True
                suffix = "-ke"
            elif letter in dark:
                has_dark = True
                suffix = "-ka"
        if has_bright and has_dark:
            counts["mixed"] += 1
        elif has_bright:
            counts["bright"] += 1
        elif has_dark:
            counts["dark"] += 1
        else:
            counts["plain"] += 1
        print(word + suffix)
    print(*counts.values())


main()
""", """
from collections import Counter

tone = dict.fromkeys(input().strip(), "e")
tone.update(dict.fromkeys(input().strip(), "a"))
kinds = Counter()
last = "a"
for _ in range(int(input())):
    word = input().strip()
    tones = [tone[letter] for letter in word if letter in tone]
    kinds["".join(sorted(set(tones)))] += 1
    last = (tones or [last])[-1]
    print(f"{word}-k{last}")
print(kinds["e"], kinds["a"], kinds["ae"], kinds[""])
""")


# 42: a subsequence
def strikes(r, n):
    pool = "abc" if n < 10 else "abcdefg"
    text = "".join(r.choice(pool + " ") for _ in range(2 * n))
    key = "".join(r.choice(pool) for _ in range(r.randint(1, max(1, n // 2))))
    return args(text, key)


add(42, "Letters Struck Out", "easy", """
A typesetter strikes letters out of a line: going through it from left to right, the first letter that equals the first
letter of a keyword is struck out, then the next letter behind it that equals the second letter of the keyword, and so
on, until the whole keyword has been found. If the line ends before that, nothing is struck out at all.

Write `strike(line, key)` that returns the line without the letters struck out. Other letters and spaces stay as they
are.

The line has 1 to 20000 small letters and spaces; the keyword has 1 to 10000 small letters.
""", strikes, [
    args("the long lane hides", "land"),
    args("short", "trot"),
    args("a", "a"),
    args("a", "b"),
    args("ab", "ba"),
    args("aaa", "aa"),
    args("abcabc", "cab"),
    args("ab ab", "aabb"),
    args("xyz", "xyzz"),
    args(" a b ", "b"),
], [4, 6, 8, 9, 60, 9000], """
class Solution:
    def strike(self, line: str, key: str) -> str:
        result = ""
        found = 0
        for letter in line:
            if found < len(key) and letter == key[found]:
                found += 1
            else:
                result += letter
        if found < len(key):
            return line
        return result
""", """
class Solution:
    def strike(self, line: str, key: str) -> str:
        kept = []
        start = 0
        for letter in key:
            place = line.find(letter, start)
            if place == -1:
                return line
            kept.append(line[start:place])
            start = place + 1
        return "".join(kept) + line[start:]
""", func="strike", signature="line: str, key: str) -> str")


# 43: two lists of intervals
def calendars(r, n):
    def one():
        cuts = sorted(r.sample(range(6 * n + 4), 2 * r.randint(0, n)))
        return [list(pair) for pair in zip(cuts[::2], cuts[1::2])]

    return args(one(), one(), r.randint(1, 3))


add(43, "Free Together", "medium", """
Two friends have written down when they are free: each as a list of spans `[start, end]` in minutes, in the order of
time, where each span ends before the next one starts. They want to meet for at least `least` minutes without a break.

Write `together(a, b, least)` that returns a list of two things: the list of all spans of at least `least` minutes in
which both are free (each as long as possible, in the order of time), and the sum of the lengths of these spans.

Each list has 0 to 1500 spans, 0 <= start < end <= 1000000, 1 <= least <= 1000000.
""", calendars, [
    args([[0, 60], [90, 120], [130, 200]], [[30, 100], [110, 180]], 10),
    args([[5, 15]], [[15, 25]], 1),
    args([], [[1, 2]], 1),
    args([[1, 2]], [[1, 2]], 1),
    args([[1, 2]], [[1, 2]], 2),
    args([[0, 100]], [[10, 20], [30, 35], [50, 70]], 10),
    args([[0, 10], [20, 30]], [[5, 25]], 5),
    args([[0, 10], [12, 30]], [[10, 12], [20, 40]], 1),
    args([[0, 5], [6, 9]], [[0, 9]], 3),
], [3, 4, 6, 8, 9, 60, 1300], """
from typing import List


class Solution:
    def together(self, a: List[List[int]], b: List[List[int]], least: int) -> list:
        spans = []
        total = 0
        i = j = 0
        while i < len(a) and j < len(b):
            start = max(a[i][0], b[j][0])
            end = min(a[i][1], b[j][1])
            if end - start >= least:
                spans.append([start, end])
                total += end - start
            if a[i][1] < b[j][1]:
                i += 1
            else:
                j += 1
        return [spans, total]
""", """
from typing import List


class Solution:
    def together(self, a: List[List[int]], b: List[List[int]], least: int) -> list:
        events = []
        for start, end in a + b:
            events.append((start, 1))
            events.append((end, -1))
        events.sort()
        free = 0
        spans = []
        for (time, change), (later, _) in zip(events, events[1:]):
            free += change
            if free == 2 and later - time >= least:
                spans.append([time, later])
        return [spans, sum(end - start for start, end in spans)]
""", func="together", signature="a: List[List[int]], b: List[List[int]], least: int) -> list")


# 44: backwards in time
def bridges(r, n):
    islands = max(2, n)
    found = set()
    for _ in range(int(1.4 * islands)):
        found.add(tuple(sorted(r.sample(range(1, islands + 1), 2))))
    found = list(found)
    r.shuffle(found)
    gone = r.sample(range(1, len(found) + 1), r.randint(1, len(found)))
    return lines((islands, len(found), len(gone)), *found, gone)


add(44, "The Year of the Floods", "medium", """
The n islands of an archipelago are connected by m bridges. In a year of floods q of the bridges break, one after the
other. A group is a set of islands between which one can still walk, as large as possible; an island without a bridge is
a group by itself.

For each broken bridge, find the number of groups and the number of islands in the largest group after it broke.

Input
The first line holds n, m and q (2 <= n <= 2000, 1 <= q <= m <= 3000).
Each of the next m lines holds two different islands: a bridge. The bridges have the numbers 1 to m in this order.
The last line holds q different numbers: the bridges in the order in which they broke.

Output
Print q lines with two numbers each: the groups, and the islands in the largest group.
""", bridges, [
    lines((5, 5, 3), (1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (2, 4, 1)),
    lines((3, 2, 2), (1, 2), (2, 3), (2, 1)),
    lines((2, 1, 1), (1, 2), (1,)),
    lines((2, 2, 1), (1, 2), (2, 1), (2,)),
    lines((2, 2, 2), (1, 2), (2, 1), (2, 1)),
    lines((6, 4, 2), (1, 2), (1, 3), (4, 5), (5, 6), (2, 3)),
    lines((4, 3, 1), (1, 2), (3, 4), (1, 3), (3,)),
], [3, 4, 5, 6, 8, 9, 40, 1900], """
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m, q = data[:3]
    bridges = [data[i:i + 2] for i in range(3, 3 + 2 * m, 2)]
    broken = [number - 1 for number in data[-q:]]
    parent = list(range(n + 1))
    size = [1] * (n + 1)
    groups = n
    largest = 1

    def find(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    gone = set(broken)
    order = [i for i in range(m) if i not in gone] + broken[::-1]
    answers = []
    for done, number in enumerate(order):
        if done >= m - q:
            answers.append((groups, largest))
        a, b = map(find, bridges[number])
        if a != b:
            parent[a] = b
            size[b] += size[a]
            groups -= 1
            largest = max(largest, size[b])
    for answer in reversed(answers):
        print(*answer)


main()
""", """
n, m, q = map(int, input().split())
bridges = [tuple(map(int, input().split())) for _ in range(m)]
broken = [bridges[int(word) - 1] for word in input().split()]
standing = list(bridges)
for bridge in broken:
    standing.remove(bridge)

group = {island: {island} for island in range(1, n + 1)}
count, largest = n, 1


def build(a, b):
    global count, largest
    if group[a] is group[b]:
        return
    small, large = sorted((group[a], group[b]), key=len)
    large |= small
    for island in small:
        group[island] = large
    count -= 1
    largest = max(largest, len(large))


for bridge in standing:
    build(*bridge)
report = []
for bridge in reversed(broken):
    report.append(f"{count} {largest}")
    build(*bridge)
print("\\n".join(reversed(report)))
""")


# 45: bisection over sums
def tables(r, n):
    top = 9 if n < 10 else 10**6
    a = [r.randint(-top, top) for _ in range(r.randint(1, n))]
    b = [r.randint(-top, top) for _ in range(r.randint(1, n))]
    return args(a, b, r.randint(1, len(a) * len(b)))


add(45, "The k-th Pairing", "hard", """
A dance teacher pairs each of the dancers in a first group with each of a second group. The rhythm of a pair is the sum
of the numbers of its two dancers. All pairs are sorted by rhythm, from the smallest to the largest.

Write `pairing(a, b, k)` that returns a list of two integers: the rhythm of the k-th pair (k = 1 is the smallest), and
the number of pairs whose rhythm is smaller than that.

Both groups have 1 to 2000 dancers, with numbers from -1000000 to 1000000 in no particular order, and
1 <= k <= len(a) * len(b).
""", tables, [
    args([1, 4, 2], [3, 0], 4),
    args([5, 5], [5, 5, 5], 3),
    args([7], [-7], 1),
    args([0, 1], [0, 1], 2),
    args([0, 1], [0, 1], 3),
    args([0, 1], [0, 1], 4),
    args([0, 1], [0, 1], 1),
    args([1000000], [1000000, -1000000], 2),
    args([-1000000], [-1000000, 1000000], 1),
    args([1, 1, 1, 9], [1, 1, 9], 8),
], [3, 4, 5, 6, 7, 9, 60, 1800], """
from typing import List


class Solution:
    def pairing(self, a: List[int], b: List[int], k: int) -> List[int]:
        a = sorted(a)
        b = sorted(b)

        def below(limit):
            \"\"\"How many pairs have a rhythm smaller than the limit.\"\"\"
            count = 0
            j = len(b)
            for x in a:
                while j > 0 and x + b[j - 1] >= limit:
                    j -= 1
                count += j
            return count

        low = a[0] + b[0]
        high = a[-1] + b[-1]
        while low < high:
            middle = (low + high + 1) // 2
            if below(middle) < k:
                low = middle
            else:
                high = middle - 1
        return [low, below(low)]
""", """
from bisect import bisect_left, bisect_right
from typing import List


class Solution:
    def pairing(self, a: List[int], b: List[int], k: int) -> List[int]:
        few, many = sorted([a, b], key=len)
        many = sorted(many)
        low, high = min(few) + many[0], max(few) + many[-1]
        while low < high:
            middle = (low + high) // 2
            if sum(bisect_right(many, middle - x) for x in few) >= k:
                high = middle
            else:
                low = middle + 1
        return [low, sum(bisect_left(many, low - x) for x in few)]
""", func="pairing", signature="a: List[int], b: List[int], k: int) -> List[int]")


# 46: inversions
def overtaking(r, n):
    order = list(range(1, n + 1))
    if r.random() < 0.5:
        r.shuffle(order)
    else:
        for _ in range(n):
            i = r.randint(0, n - 1)
            j = min(n - 1, i + r.randint(0, 3))
            order[i], order[j] = order[j], order[i]
    return lines(n, order)


add(46, "Who Overtook Whom", "hard", """
At a long-distance race the runners start one after the other, in the order of their numbers 1 to n. At the finish they
arrive in another order. Runner a has overtaken runner b if a started after b and arrived before b.

Find how many pairs there are in which one has overtaken the other, the runner who has overtaken most others, and the
runner who has been overtaken by most others.

Input
The first line holds n (1 <= n <= 7000). The second line holds the numbers of the runners in the order of their arrival.

Output
Print three numbers: the number of such pairs, the runner who overtook most, and the runner who was overtaken by most. If
there are several, print the one who arrived first among them.
""", overtaking, [
    lines(5, (3, 1, 5, 2, 4)),
    lines(3, (1, 2, 3)),
    lines(1, (1,)),
    lines(2, (2, 1)),
    lines(2, (1, 2)),
    lines(4, (4, 3, 2, 1)),
    lines(5, (5, 1, 2, 3, 4)),
    lines(5, (2, 3, 4, 5, 1)),
    lines(6, (2, 1, 4, 3, 6, 5)),
], [4, 5, 6, 7, 9, 9, 60, 7000], """
import sys


def main():
    order = list(map(int, sys.stdin.read().split()))[1:]
    n = len(order)
    tree = [0] * (n + 1)
    pairs = 0
    most_over = most_under = -1
    fast = slow = 0
    for arrived, runner in enumerate(order):
        # Of those who arrived before, how many have a smaller number?
        smaller = 0
        i = runner
        while i > 0:
            smaller += tree[i]
            i -= i & -i
        i = runner
        while i <= n:
            tree[i] += 1
            i += i & -i
        overtaken_by = arrived - smaller
        overtook = runner - 1 - smaller
        pairs += overtook
        if overtook > most_over:
            most_over = overtook
            fast = runner
        if overtaken_by > most_under:
            most_under = overtaken_by
            slow = runner
    print(pairs, fast, slow)


main()
""", """
from bisect import bisect_left, insort

n = int(input())
order = list(map(int, input().split()))
overtaken = {}
seen = []
for runner in order:
    overtaken[runner] = len(seen) - bisect_left(seen, runner)
    insort(seen, runner)
waiting = list(range(1, n + 1))
overtook = {}
for runner in order:
    place = bisect_left(waiting, runner)
    overtook[runner] = place
    del waiting[place]
print(sum(overtook.values()), max(order, key=overtook.get), max(order, key=overtaken.get))
""")


# 47: steps of one to three
def lilies(r, n):
    top = 9 if n < 10 else 1000
    heights = [r.randint(0, top) for _ in range(n)]
    rotten = "".join(r.choice("....x") for _ in range(n))
    return lines((n, r.randint(1, 4), r.randint(0, 3)), heights, "." + rotten[1:-1] + "." if n > 1 else ".")


add(47, "Over the Lily Pads", "medium", """
A frog wants to get from the first to the last of n lily pads in a row. A jump leads over at least one and at most k
places, forwards only. It costs the difference of the heights of the two pads, and c more for each pad that is jumped
over. Rotten pads do not bear the frog, but it can jump over them; the first and the last pad are sound.

Find the least cost, and among the ways with that cost the least number of jumps.

Input
The first line holds n, k and c (1 <= n <= 3000, 1 <= k <= 100, 0 <= c <= 1000).
The second line holds the n heights, integers from 0 to 100000.
The third line holds n characters: `.` for a sound pad and `x` for a rotten one.

Output
Print the least cost and the number of jumps, or `no way`.
""", lilies, [
    lines((6, 3, 1), (2, 5, 3, 9, 4, 4), "..x..."),
    lines((4, 2, 5), (1, 1, 1, 1), ".xx."),
    lines((1, 1, 0), (7,), "."),
    lines((2, 1, 9), (100000, 0), ".."),
    lines((3, 2, 0), (1, 2, 3), "..."),
    lines((3, 2, 0), (1, 2, 3), ".x."),
    lines((4, 3, 0), (5, 5, 5, 5), "...."),
    lines((4, 3, 1), (5, 5, 5, 5), "...."),
    lines((5, 4, 2), (0, 4, 0, 4, 0), "....."),
    lines((4, 3, 5), (1, 1, 1, 1), ".xx."),
], [4, 5, 6, 7, 8, 9, 9, 60, 3000], """
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    n, k, c = map(int, lines[0].split())
    heights = list(map(int, lines[1].split()))
    pads = lines[2]
    best = [None] * n
    best[0] = (0, 0)
    for i in range(1, n):
        if pads[i] == "x":
            continue
        for j in range(max(0, i - k), i):
            if best[j] is None:
                continue
            cost, jumps = best[j]
            cost += abs(heights[i] - heights[j]) + c * (i - j - 1)
            if best[i] is None or (cost, jumps + 1) < best[i]:
                best[i] = (cost, jumps + 1)
    if best[n - 1] is None:
        print("no way")
    else:
        print(*best[n - 1])


main()
""", """
import heapq

n, k, c = map(int, input().split())
height = list(map(int, input().split()))
sound = [mark == "." for mark in input()]

queue = [(0, 0, 0)]
done = set()
answer = "no way"
while queue:
    cost, jumps, pad = heapq.heappop(queue)
    if pad in done:
        continue
    done.add(pad)
    if pad == n - 1:
        answer = f"{cost} {jumps}"
        break
    for over in range(min(k, n - 1 - pad)):
        other = pad + over + 1
        if sound[other] and other not in done:
            price = abs(height[other] - height[pad]) + over * c
            heapq.heappush(queue, (cost + price, jumps + 1, other))
print(answer)
""")


# 48: sets as bits
def strangers(r, n):
    pool = "abcdef" if n < 10 else "abcdefghijklmnopqrst"
    return args(["".join(r.choice(pool) for _ in range(r.randint(1, 4 if n < 10 else 8))) for _ in range(n)])


add(48, "Words That Are Strangers", "medium", """
Two words are strangers if no letter occurs in both of them.

Write `strangers(words)` that returns a list of two integers: the number of pairs of places i < j in the list for which
`words[i]` and `words[j]` are strangers, and the largest number of letters that the two words of such a pair have
together (counting letters as often as they occur; 0 if there is no such pair).

There are 1 to 1000 words of 1 to 15 small letters; a word may be there several times.
""", strangers, [
    args(["tin", "oak", "elm", "clay", "hut"]),
    args(["aa", "ab", "ba"]),
    args(["a"]),
    args(["a", "a"]),
    args(["a", "b"]),
    args(["abc", "de", "de", "fgh", "a"]),
    args(["zzzzzzzzzzzzzzz", "a", "bz", "az"]),
    args(["ab", "cd", "ac", "bd", "efefef"]),
    args(["bb", "cdec", "b", "ac", "d"]),
    args(["eaa", "ee", "a", "fba", "abff", "c", "d", "bdde", "d"]),
], [4, 5, 6, 8, 9, 40, 700], """
from typing import List


class Solution:
    def strangers(self, words: List[str]) -> List[int]:
        masks = []
        for word in words:
            mask = 0
            for letter in word:
                mask |= 1 << (ord(letter) - ord("a"))
            masks.append(mask)
        pairs = 0
        longest = 0
        for i in range(len(words)):
            for j in range(i):
                if masks[i] & masks[j] == 0:
                    pairs += 1
                    longest = max(longest, len(words[i]) + len(words[j]))
        return [pairs, longest]
""", """
from collections import defaultdict
from itertools import combinations
from typing import List


class Solution:
    def strangers(self, words: List[str]) -> List[int]:
        lengths = defaultdict(list)
        for word in words:
            lengths[frozenset(word)].append(len(word))
        totals = [(0, 0)]
        for a, b in combinations(lengths, 2):
            if a.isdisjoint(b):
                x, y = lengths[a], lengths[b]
                totals.append((len(x) * len(y), max(x) + max(y)))
        counts, sums = zip(*totals)
        return [sum(counts), max(sums)]
""", func="strangers", signature="words: List[str]) -> List[int]")
