"""Part A of the problem suite, problems 27 to 32: rent, typesetting, cooling, distances, a day's plan, dials.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, hhmm, hhmmss, lines, part

PROBLEMS, add = part()

# 27 ------------------------------------------------------------------------


def masts(seed, n, low, high):
    r = random.Random(seed)
    return args([r.randint(low, high) for _ in range(n)])


add(
    id="emp-A-27",
    title="Rent for Rows of Masts",
    kind="functional",
    difficulty="hard",
    func_name="totalRent",
    starter_code="class Solution:\n    def totalRent(self, heights: List[int]) -> int:\n        ",
    statement="""
On a ridge stand n masts in a row; `heights[i]` is the height of mast i. A telephone company may rent any block of neighbouring masts. The rent of a block is the number of its masts multiplied by the height of its tallest mast.

For its price list, the owner wants the sum of the rents of all possible blocks (a single mast is a block, too).

Write the method `totalRent(heights)`, which returns this sum modulo 1000000007.

Example 1:

Input: heights = [2, 5, 3]
Output: 45
Explanation: The blocks of one mast cost 2 + 5 + 3 = 10, the blocks of two masts cost 10 + 10 = 20, and all three together cost 15.

Constraints:

- 1 <= len(heights) <= 8000
- 1 <= heights[i] <= 10^9
""",
    inputs=[
        args([2, 5, 3]),
        args([4, 4, 4]),
        args([1]),
        args([1000000000]),
        args([1000000000, 1000000000]),
        args([1, 2, 3, 4, 5]),
        args([5, 4, 3, 2, 1]),
        args([3, 1, 3, 1, 3]),
        args([1, 7, 7, 2, 7, 1, 1]),
        masts(271, 12, 1, 4),
        masts(272, 60, 1, 10**9),
        masts(273, 500, 1, 6),
        masts(274, 5000, 1, 10**9),
        args(list(range(1, 8001))),
        args(list(range(8000, 0, -1))),
        args([9] * 8000),
    ],
    reference_a="""
from typing import List


class Solution:
    def totalRent(self, heights: List[int]) -> int:
        n = len(heights)
        left = [-1] * n
        right = [n] * n
        stack = []
        for i in range(n):
            while stack and heights[stack[-1]] <= heights[i]:
                right[stack.pop()] = i
            if stack:
                left[i] = stack[-1]
            stack.append(i)
        total = 0
        for i in range(n):
            a = i - left[i]
            b = right[i] - i
            # sum of the lengths of all blocks in which mast i is the tallest
            lengths = b * a * (a + 1) // 2 + a * b * (b - 1) // 2
            total += heights[i] * lengths
        return total % 1000000007
""",
    reference_b="""
from typing import List


class Solution:
    def totalRent(self, heights: List[int]) -> int:
        groups = []  # (tallest, number of starts, sum of starts), tallest decreasing
        by_count = by_start = answer = 0
        for end, h in enumerate(heights, 1):
            count, starts = 1, end - 1
            while groups and groups[-1][0] <= h:
                g, c, s = groups.pop()
                by_count -= g * c
                by_start -= g * s
                count += c
                starts += s
            groups.append((h, count, starts))
            by_count += h * count
            by_start += h * starts
            answer += end * by_count - by_start
        return answer % (10 ** 9 + 7)
""",
)

# 28 ------------------------------------------------------------------------


def banner(seed, n, longest, width, penalty, letters):
    r = random.Random(seed)
    rest = "aeinorst"
    return args(
        [r.choice(letters) + "".join(r.choice(rest) for _ in range(r.randint(0, longest - 1))) for _ in range(n)],
        width,
        penalty,
    )


add(
    id="emp-A-28",
    title="Setting the Poem in Type",
    kind="functional",
    difficulty="hard",
    func_name="leastUgliness",
    starter_code="class Solution:\n    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:\n        ",
    statement="""
A typesetter breaks a text into lines of at most `width` characters. The words keep their order, each line holds one word or more, and neighbouring words in a line are separated by exactly one space. The ugliness of the result is the sum of

- the square of the number of unused characters, for every line except the last one, and
- `penalty` for every line (except the first one) whose first letter is the same as the first letter of the line right above it.

Write the method `leastUgliness(words, width, penalty)`, which returns the least possible ugliness.

Example 1:

Input: words = ["so", "a", "soft", "sea"], width = 7, penalty = 10
Output: 26
Explanation: The lines "so", "a soft", "sea" have ugliness 25 + 1, and no line begins with the letter of the line above it. The lines "so a", "soft", "sea" would have 9 + 9 and two penalties.

Constraints:

- 1 <= len(words) <= 150
- words consist of 1 to `width` small letters
- 1 <= width <= 80
- 0 <= penalty <= 10000
""",
    inputs=[
        args(["so", "a", "soft", "sea"], 7, 10),
        args(["so", "soft", "sound", "sea"], 8, 20),
        args(["so", "soft", "a", "sound"], 7, 5),
        args(["a"], 1, 0),
        args(["a"], 80, 10000),
        args(["a", "a", "a", "a"], 1, 7),
        args(["a", "b", "a", "b"], 1, 7),
        args(["aaa", "bb", "cc", "ddddd"], 6, 0),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 5, 1),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 5, 100),
        args(["ab", "ac", "bd", "ae", "af", "bg"], 6, 3),
        banner(281, 10, 4, 8, 3, "ab"),
        banner(282, 25, 6, 14, 30, "abc"),
        banner(283, 60, 8, 30, 100, "ab"),
        banner(284, 150, 9, 40, 60, "abcd"),
        banner(285, 150, 5, 80, 10000, "ab"),
        banner(286, 150, 12, 16, 25, "abcde"),
    ],
    reference_a="""
from typing import List


class Solution:
    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:
        n = len(words)
        # best[i][c]: least cost of the words before i, if the last line begins with c
        best = [{} for _ in range(n + 1)]
        best[0][""] = 0
        for i in range(n):
            first = words[i][0]
            used = -1
            start = min(c + penalty * (k == first) for k, c in best[i].items())
            for j in range(i, n):
                used += len(words[j]) + 1
                if used > width:
                    break
                cost = start
                if j < n - 1:
                    cost += (width - used) ** 2
                if first not in best[j + 1] or cost < best[j + 1][first]:
                    best[j + 1][first] = cost
        return min(best[n].values())
""",
    reference_b="""
from functools import lru_cache
from typing import List


class Solution:
    def leastUgliness(self, words: List[str], width: int, penalty: int) -> int:
        @lru_cache(None)
        def rest(i, above):
            extra = penalty if words[i][0] == above else 0
            options = []
            for j in range(i + 1, len(words) + 1):
                free = width - len(" ".join(words[i:j]))
                if free < 0:
                    break
                if j == len(words):
                    options.append(0)
                else:
                    options.append(free * free + rest(j, words[i][0]))
            return extra + min(options)

        return rest(0, "")
""",
)

# 29 ------------------------------------------------------------------------


def printers(seed, n, pages, high):
    r = random.Random(seed)
    rows = [f"{r.randint(0, high)} {r.randint(1, high)} {r.randint(1, high)} {r.randint(0, high)}" for _ in range(n)]
    return lines(f"{n} {pages}", *rows)


add(
    id="emp-A-29",
    title="Printers That Need a Rest",
    kind="stdin",
    difficulty="hard",
    statement="""
A print shop has n old printers and an urgent order of N pages. All printers are switched on at the same moment. Printer i needs w seconds to warm up. Then it prints a page every s seconds, but after every b pages it must rest for r seconds before it begins the next page. (It cannot rest earlier, and a page counts when it is finished.)

The pages can be shared among the printers in any way. How many seconds after switching on can the order be ready at the earliest?

Input

The first line contains two integers n and N (1 <= n <= 1000, 1 <= N <= 10^12). Each of the next n lines contains four integers w, s, b and r of one printer (0 <= w, r <= 10^6 and 1 <= s, b <= 10^6).

Output

Print the smallest number of seconds after which at least N pages can be finished.

Sample Input 1:
2 7
3 2 3 5
0 4 10 1

Sample Output 1:
16
""",
    inputs=[
        "2 7\n3 2 3 5\n0 4 10 1\n",
        "1 6\n1 2 3 10\n",
        "1 1\n0 1 1 0\n",
        "1 1\n1000000 1000000 1 1000000\n",
        "1 4\n5 3 1 2\n",
        "2 2\n10 1 1 1\n0 11 5 0\n",
        "3 9\n0 2 2 3\n0 2 2 3\n4 1 1 0\n",
        "1 1000000000000\n1000000 1000000 1 1000000\n",
        "2 13\n0 1 4 100\n50 2 1 3\n",
        "1 8\n0 5 4 7\n",
        "1 9\n0 5 4 7\n",
        "2 3\n100 1 5 0\n0 10 9 0\n",
        "3 30\n7 2 3 0\n40 1 4 0\n900 3 1 1\n",
        printers(291, 5, 60, 9),
        printers(292, 30, 10**6, 50),
        printers(293, 200, 10**9, 1000),
        printers(294, 1000, 10**12, 10**6),
        printers(295, 1000, 12345, 10**6),
    ],
    reference_a="""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, pages = data[0], data[1]
    printers = []
    for i in range(n):
        printers.append(data[4 * i + 2:4 * i + 6])

    def enough(time):
        done = 0
        for w, s, b, r in printers:
            left = time - w
            if left <= 0:
                continue
            cycle = b * s + r
            done += left // cycle * b
            done += min(b, left % cycle // s)
        return done >= pages

    low = 0
    high = 1
    while not enough(high):
        high *= 2
    # not enough at low, enough at high
    while high - low > 1:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle
    print(high)


main()
""",
    reference_b="""
n, N = map(int, input().split())
shop = [tuple(map(int, input().split())) for _ in range(n)]


def finished(w, s, b, r, time):
    rounds, rest = divmod(max(time - w, 0), b * s + r)
    return rounds * b + min(rest // s, b)


# the greatest time at which the order is not ready yet, bit by bit
late = 0
for bit in reversed(range(63)):
    time = late + (1 << bit)
    if sum(finished(*printer, time) for printer in shop) < N:
        late = time
print(late + 1)
""",
)

# 30 ------------------------------------------------------------------------


def chimes(seed, n, span, where):
    r = random.Random(seed)
    times = [43200 + r.randrange(span) for _ in range(n)]
    pairs = n * (n - 1) // 2
    k = {"first": 1, "last": pairs}.get(where) or max(1, int(pairs * where))
    return lines(f"{n} {k}", *map(hhmmss, times))


add(
    id="emp-A-30",
    title="The K-th Closest Chimes",
    kind="stdin",
    difficulty="hard",
    statement="""
A collector records at which times of one day the bells of his town can be heard. From n recorded times he can form n(n-1)/2 pairs. The gap of a pair is the time between its two records; it is zero if both were made at the same second.

If the gaps of all pairs are listed in increasing order (equal gaps are listed as often as they occur), which gap is the k-th in the list?

Input

The first line contains two integers n and k (2 <= n <= 5000, 1 <= k <= n(n-1)/2). Each of the next n lines contains a time `HH:MM:SS` from 00:00:00 to 23:59:59. The times are in no particular order and need not be different.

Output

Print the k-th smallest gap as `HH:MM:SS`.

Sample Input 1:
4 4
12:00:00
11:58:30
12:00:45
12:30:00

Sample Output 1:
00:29:15
""",
    inputs=[
        "4 4\n12:00:00\n11:58:30\n12:00:45\n12:30:00\n",
        "3 1\n08:00:00\n09:00:00\n08:00:00\n",
        "2 1\n23:59:59\n00:00:00\n",
        "2 1\n10:10:10\n10:10:10\n",
        "2 1\n00:30:00\n23:30:00\n",
        "4 2\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "4 4\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "4 6\n01:00:00\n01:00:01\n01:00:02\n01:00:03\n",
        "5 10\n00:00:00\n23:00:00\n05:00:00\n11:30:00\n23:59:59\n",
        "5 5\n00:00:00\n23:00:00\n05:00:00\n11:30:00\n23:59:59\n",
        "6 4\n07:07:07\n07:07:07\n07:07:07\n09:00:00\n09:00:00\n09:00:01\n",
        "6 5\n07:07:07\n07:07:07\n07:07:07\n09:00:00\n09:00:00\n09:00:01\n",
        chimes(301, 30, 200, 0.3),
        chimes(302, 200, 43200, 0.5),
        chimes(303, 1000, 3000, 0.02),
        chimes(304, 5000, 43200, 0.8),
        chimes(305, 5000, 43200, "last"),
    ],
    reference_a="""
import sys


def to_seconds(text):
    h, m, s = map(int, text.split(":"))
    return h * 3600 + m * 60 + s


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    k = int(data[1])
    times = sorted(to_seconds(t) for t in data[2:2 + n])

    def count(gap):
        pairs = 0
        left = 0
        for right in range(n):
            while times[right] - times[left] > gap:
                left += 1
            pairs += right - left
        return pairs

    low = 0
    high = times[-1] - times[0]
    while low < high:
        middle = (low + high) // 2
        if count(middle) >= k:
            high = middle
        else:
            low = middle + 1
    print("%02d:%02d:%02d" % (low // 3600, low // 60 % 60, low % 60))


main()
""",
    reference_b="""
from bisect import bisect_right

n, k = map(int, input().split())
clock = []
for _ in range(n):
    h, m, s = input().split(":")
    clock.append(3600 * int(h) + 60 * int(m) + int(s))
clock.sort()

gap = -1
for power in range(16, -1, -1):
    wider = gap + 2 ** power
    pairs = sum(bisect_right(clock, t + wider) - i - 1 for i, t in enumerate(clock))
    if pairs < k:
        gap = wider
gap += 1

minutes, seconds = divmod(gap, 60)
print(f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}")
""",
)

# 31 ------------------------------------------------------------------------


def jobs(seed, n, longest, early, late):
    r = random.Random(seed)
    return lines(n, *[f"{r.randint(1, longest)} {hhmm(r.randint(early, late))}" for _ in range(n)])


add(
    id="emp-A-31",
    title="A Day at the Repair Desk",
    kind="stdin",
    difficulty="hard",
    statement="""
The clockmaker opens her repair desk at 07:00. On the counter lie n clocks. For each she knows how many minutes the repair takes and until what time on this day it must be finished for the customer to pay. She repairs one clock at a time, without pauses and without interrupting a repair, in any order she likes. A clock that is finished exactly at its time is still in time; a clock that cannot be finished in time is not repaired at all.

She wants to repair as many clocks in time as possible and, among all the ways to do so, to be done as early as possible.

Input

The first line contains an integer n (1 <= n <= 500). Each of the next n lines contains the duration of a repair in minutes (an integer from 1 to 600) and the time `HH:MM` until which it must be finished (from 00:00 to 23:59).

Output

Print the greatest number of clocks that can be repaired in time, and the earliest time at which this many can be done, as `HH:MM` (07:00 if the number is 0).

Sample Input 1:
4
60 08:00
90 08:30
20 09:10
45 09:10

Sample Output 1:
3 09:05
""",
    inputs=[
        "4\n60 08:00\n90 08:30\n20 09:10\n45 09:10\n",
        "3\n30 07:30\n30 07:30\n1 06:59\n",
        "1\n1 07:00\n",
        "1\n1 07:01\n",
        "2\n60 08:00\n60 09:00\n",
        "2\n61 08:00\n60 09:00\n",
        "3\n100 09:00\n50 09:10\n60 09:10\n",
        "5\n600 23:59\n600 23:59\n419 23:59\n420 23:59\n10 00:00\n",
        "5\n200 11:00\n40 11:30\n40 11:30\n200 12:00\n50 11:20\n",
        "6\n10 07:25\n10 07:20\n10 07:15\n9 07:31\n2 07:32\n5 07:30\n",
        jobs(311, 10, 60, 420, 660),
        jobs(312, 40, 120, 400, 1200),
        jobs(313, 150, 60, 420, 1439),
        jobs(314, 500, 30, 380, 1439),
        jobs(315, 500, 600, 420, 1439),
        jobs(316, 500, 9, 420, 1439),
    ],
    reference_a="""
import heapq
import sys


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    jobs = []
    for i in range(n):
        duration = int(data[2 * i + 1])
        hours, minutes = data[2 * i + 2].split(":")
        jobs.append((int(hours) * 60 + int(minutes), duration))
    jobs.sort()
    chosen = []
    now = 7 * 60
    for deadline, duration in jobs:
        heapq.heappush(chosen, -duration)
        now += duration
        if now > deadline:
            # give up the longest repair so far
            now += heapq.heappop(chosen)
    print(len(chosen), "%02d:%02d" % (now // 60, now % 60))


if __name__ == "__main__":
    main()
""",
    reference_b="""
def parse(line):
    length, clock = line.split()
    return int(clock[:2]) * 60 + int(clock[3:]), int(length)


# ends[k]: the earliest end of k repairs in time, of the clocks seen so far
ends = [420]
for due, length in sorted(parse(input()) for _ in range(int(input()))):
    if ends[-1] + length <= due:
        ends.append(ends[-1] + length)
    for k in range(len(ends) - 1, 0, -1):
        end = ends[k - 1] + length
        if end <= due:
            ends[k] = min(ends[k], end)

print(len(ends) - 1, f"{ends[-1] // 60:02}:{ends[-1] % 60:02}")
""",
)

# 32 ------------------------------------------------------------------------


def dials(seed, blocked):
    r = random.Random(seed)
    start, target = (f"{r.randrange(1000):03}" for _ in range(2))
    shut = [f"{x:03}" for x in r.sample(range(1000), blocked)]
    return args(start, target, [x for x in shut if x != start])


def walled(start, target, gate):
    """All combinations whose first dial is two steps from the target's are blocked but those in gate."""
    wall = [(int(target[0]) + d) % 10 for d in (2, 8)]
    return args(start, target, [f"{w}{x:02}" for w in wall for x in range(100) if f"{w}{x:02}" not in gate])


add(
    id="emp-A-32",
    title="The Safe with Linked Dials",
    kind="functional",
    difficulty="hard",
    func_name="fewestTurns",
    starter_code="class Solution:\n    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:\n        ",
    statement="""
A safe has three dials in a row, each with the digits 0 to 9 in a circle. The dials are linked by gears. In one turn you choose a dial and a direction:

- turning the first dial one step forward moves the second dial one step backward, and the other way round;
- turning the second dial one step forward moves the third dial one step backward, and the other way round;
- turning the third dial moves nothing else.

Forward is from 0 to 1, from 1 to 2, ..., from 9 to 0. The safe has two more safeguards: you may not choose the same dial in two turns in a row (in either direction), and if the dials ever show one of the blocked combinations, the safe locks for good.

Write the method `fewestTurns(start, target, blocked)`. Combinations are strings of three digits. It returns the least number of turns that leads from `start` to `target` without ever showing a blocked combination, or -1 if this is impossible. If `start` and `target` are equal, the answer is 0.

Example 1:

Input: start = "000", target = "190", blocked = []
Output: 1
Explanation: Turn the first dial forward; the second moves from 0 to 9.

Example 2:

Input: start = "000", target = "002", blocked = []
Output: 4
Explanation: Third dial forward, first dial forward, third dial forward, first dial backward.

Constraints:

- 0 <= len(blocked) <= 999; the blocked combinations are different
- `start` is not blocked, `target` may be
""",
    inputs=[
        args("000", "190", []),
        args("000", "002", []),
        args("555", "555", ["000"]),
        args("123", "321", ["321"]),
        args("000", "910", ["001", "009"]),
        args("000", "555", []),
        args("907", "348", []),
        args("000", "001", ["001"]),
        args("000", "500", ["190", "910", "019", "091"]),
        args("000", "777", ["190", "910", "019", "091", "001", "009"]),
        walled("500", "000", ["200", "201"]),
        walled("531", "000", ["277", "268", "800"]),
        dials(321, 100),
        dials(322, 300),
        dials(323, 500),
        dials(325, 400),
        dials(326, 450),
        dials(3241, 550),
        args("000", "999", [f"{x:03}" for x in range(1, 1000)]),
    ],
    reference_a="""
from collections import deque
from typing import List


class Solution:
    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:
        bad = set(blocked)
        queue = deque([(start, -1, 0)])
        seen = {(start, -1)}
        while queue:
            shown, last, turns = queue.popleft()
            if shown == target:
                return turns
            for dial in range(3):
                if dial == last:
                    continue
                for step in (1, -1):
                    digits = [int(d) for d in shown]
                    digits[dial] = (digits[dial] + step) % 10
                    if dial < 2:
                        digits[dial + 1] = (digits[dial + 1] - step) % 10
                    text = "".join(map(str, digits))
                    if text in bad or (text, dial) in seen:
                        continue
                    seen.add((text, dial))
                    queue.append((text, dial, turns + 1))
        return -1
""",
    reference_b="""
from typing import List

MOVES = [(0, 1, 9, 0), (0, 9, 1, 0), (1, 0, 1, 9), (1, 0, 9, 1), (2, 0, 0, 1), (2, 0, 0, 9)]


class Solution:
    def fewestTurns(self, start: str, target: str, blocked: List[str]) -> int:
        goal = tuple(map(int, target))
        bad = {tuple(map(int, combo)) for combo in blocked}
        level = {(tuple(map(int, start)), None)}
        seen = set(level)
        turns = 0
        while level:
            if any(shown == goal for shown, _ in level):
                return turns
            level = {
                (new, dial)
                for (a, b, c), last in level
                for dial, x, y, z in MOVES
                for new in [((a + x) % 10, (b + y) % 10, (c + z) % 10)]
                if dial != last and new not in bad
            } - seen
            seen |= level
            turns += 1
        return -1
""",
)
