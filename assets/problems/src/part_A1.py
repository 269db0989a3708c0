"""Part A of the problem suite, problems 01 to 06: devices, durations, formats, counting, ranks, codes.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, part

PROBLEMS, add = part()

# 01 ------------------------------------------------------------------------


def elevator(seed, top, n):
    r = random.Random(seed)
    moves = [r.choice(["U", "D", "U", "D", "U", "D", "R"]) for _ in range(n)]
    rows = [m if m == "R" else f"{m} {r.randint(1, max(1, min(100, top)))}" for m in moves]
    return lines(f"{top} {r.randint(0, top)}", n, *rows)


add(
    id="emp-A-01",
    title="The Elevator Logbook",
    kind="stdin",
    difficulty="easy",
    statement="""
The old elevator of the Hotel Meridian serves the floors 0 to F. Its logbook lists the commands it was given, in order:

- `U k`: go up k floors;
- `D k`: go down k floors;
- `R`: return to floor 0.

The elevator cannot leave its shaft. If a command would take it above floor F or below floor 0, it stops at floor F or at floor 0 instead, and the bell at the reception rings once.

Given the floor where the elevator starts, find the floor where it ends, how many floors it travelled in total, and how many times the bell rang.

Input

The first line contains two integers F and s (1 <= F <= 100, 0 <= s <= F): the top floor and the starting floor. The second line contains an integer n (1 <= n <= 3000), the number of commands. Each of the next n lines contains one command. In the commands `U k` and `D k`, k is an integer from 1 to 100.

Output

Print three integers on one line: the final floor, the number of floors travelled, and the number of times the bell rang.

Sample Input 1:
10 3
5
U 4
D 9
R
U 10
D 1

Sample Output 1:
9 22 1
""",
    inputs=[
        "10 3\n5\nU 4\nD 9\nR\nU 10\nD 1\n",
        "5 0\n3\nD 2\nU 5\nU 1\n",
        "1 0\n1\nR\n",
        "1 1\n1\nU 1\n",
        "1 1\n2\nD 1\nD 100\n",
        "100 50\n4\nU 50\nD 100\nU 100\nR\n",
        "7 7\n6\nR\nR\nU 3\nR\nU 8\nD 8\n",
        elevator(11, 20, 30),
        elevator(12, 3, 50),
        elevator(13, 100, 200),
        elevator(14, 100, 3000),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().splitlines()
    top, floor = map(int, lines[0].split())
    n = int(lines[1])
    travelled = 0
    bells = 0
    for line in lines[2:2 + n]:
        parts = line.split()
        if parts[0] == "R":
            target = 0
        elif parts[0] == "U":
            target = floor + int(parts[1])
        else:
            target = floor - int(parts[1])
        if target > top:
            target = top
            bells += 1
        elif target < 0:
            target = 0
            bells += 1
        travelled += abs(target - floor)
        floor = target
    print(floor, travelled, bells)


main()
""",
    reference_b="""
top, start = map(int, input().split())
commands = [input().split() for _ in range(int(input()))]

sign = {"U": 1, "D": -1}
visited = [start]
bells = 0
for command in commands:
    here = visited[-1]
    if len(command) == 1:
        wanted = 0
    else:
        wanted = here + sign[command[0]] * int(command[1])
    reached = min(max(wanted, 0), top)
    bells += reached != wanted
    visited.append(reached)

total = sum(abs(a - b) for a, b in zip(visited, visited[1:]))
print(visited[-1], total, bells)
""",
)

# 02 ------------------------------------------------------------------------


def durations(seed, n, big):
    r = random.Random(seed)
    rows = []
    while len(rows) < n:
        text = "".join(f"{r.randint(0, big)}{u}" for u in "hms" if r.random() < 0.6)
        if text:
            rows.append(text)
    return lines(n, *rows)


add(
    id="emp-A-02",
    title="Tea House Timers",
    kind="stdin",
    difficulty="easy",
    statement="""
A tea house notes how long every pot was left to steep. The notes are short: `1h20m` means one hour and twenty minutes, `45s` means 45 seconds, `2h5s` means two hours and five seconds. A note has at least one of the parts hours (`h`), minutes (`m`) and seconds (`s`), each at most once and always in this order. The number in front of a letter may be larger than 59, as in `90m`.

Find the total time of all notes and the note with the longest time.

Input

The first line contains an integer n (1 <= n <= 2000). Each of the next n lines contains one note. The numbers in the notes are integers from 0 to 999.

Output

On the first line print the total time as `H:MM:SS`, with as many digits for the hours as are needed, and exactly two digits for minutes and seconds (both less than 60). On the second line print the number of the note with the longest time (the notes are numbered from 1). If several notes share the longest time, print the smallest number.

Sample Input 1:
4
1h20m
45s
90m
2h5s

Sample Output 1:
4:50:50
4
""",
    inputs=[
        "4\n1h20m\n45s\n90m\n2h5s\n",
        "3\n60m\n1h\n900s\n",
        "1\n0s\n",
        "2\n0h0m0s\n0m\n",
        "3\n59s\n1m\n60s\n",
        "4\n999h999m999s\n999h\n999m\n999s\n",
        "2\n9m\n540s\n",
        "3\n10h\n9h60m\n8h119m60s\n",
        durations(21, 12, 90),
        durations(22, 60, 9),
        durations(23, 300, 999),
        durations(24, 2000, 999),
    ],
    reference_a="""
import sys


def seconds_of(note):
    total = 0
    number = 0
    for ch in note:
        if ch.isdigit():
            number = number * 10 + int(ch)
        else:
            if ch == "h":
                total += number * 3600
            elif ch == "m":
                total += number * 60
            else:
                total += number
            number = 0
    return total


def main():
    data = sys.stdin.read().split()
    n = int(data[0])
    total = 0
    best = -1
    best_index = 0
    for i in range(1, n + 1):
        value = seconds_of(data[i])
        total += value
        if value > best:
            best = value
            best_index = i
    hours = total // 3600
    minutes = total % 3600 // 60
    print("%d:%02d:%02d" % (hours, minutes, total % 60))
    print(best_index)


main()
""",
    reference_b=r"""
import re

UNITS = {"h": 3600, "m": 60, "s": 1}


def parse(note):
    return sum(int(k) * UNITS[u] for k, u in re.findall(r"(\d+)([hms])", note))


times = [parse(input()) for _ in range(int(input()))]
minutes, seconds = divmod(sum(times), 60)
hours, minutes = divmod(minutes, 60)
print(f"{hours}:{minutes:02}:{seconds:02}")
print(times.index(max(times)) + 1)
""",
)

# 03 ------------------------------------------------------------------------


def badge(r, good=True):
    letters = [r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(2)]
    digits = [r.randint(0, 9) for _ in range(4)]
    total = 3 * (ord(letters[0]) - 64) + 5 * (ord(letters[1]) - 64)
    total += sum(k * d for k, d in enumerate(digits, 1))
    check = total % 10 if good else (total + r.randint(1, 9)) % 10
    return "".join(letters) + "".join(map(str, digits)) + "-" + str(check)


def spoiled(r):
    text = badge(r)
    k = r.randrange(6)
    if k == 0:
        return text.lower()
    if k == 1:
        return text.replace("-", "")
    if k == 2:
        return text + "0"
    if k == 3:
        return text[1:]
    if k == 4:
        return text.replace("-", "_")
    i = r.randrange(len(text))
    return text[:i] + r.choice("AZ09-") + text[i + 1 :]


def badges(seed, n):
    r = random.Random(seed)
    return args([r.choice([badge, badge, spoiled, lambda x: badge(x, False)])(r) for _ in range(n)])


add(
    id="emp-A-03",
    title="Badges at the Museum Door",
    kind="functional",
    difficulty="easy",
    func_name="countValidBadges",
    starter_code="class Solution:\n    def countValidBadges(self, badges: List[str]) -> int:\n        ",
    statement="""
Each guard of a museum wears a badge with a code such as `CA1402-1`. A code is valid when all of the following hold:

- it has exactly 8 characters: two capital letters A to Z, four digits, a hyphen `-`, and one check digit;
- the check digit equals the last digit of 3 * p1 + 5 * p2 + 1 * d1 + 2 * d2 + 3 * d3 + 4 * d4, where p1 and p2 are the positions of the two letters in the alphabet (A is 1, B is 2, ..., Z is 26) and d1, d2, d3, d4 are the four digits in the order in which they are written.

Write the method `countValidBadges(badges)`, which takes a list of strings and returns how many of them are valid codes.

Example 1:

Input: badges = ["CA1402-1", "CA1402-3", "ca1402-1", "AB0000-3"]
Output: 2
Explanation: For `CA1402` the sum is 3 * 3 + 5 * 1 + 1 + 8 + 0 + 8 = 31, so only the check digit 1 is right. For `AB0000` the sum is 3 + 10 = 13. The third code has small letters.

Constraints:

- 0 <= len(badges) <= 1000
- 0 <= len(badges[i]) <= 12
- the strings consist of letters, digits, hyphens and underscores
""",
    inputs=[
        args(["CA1402-1", "CA1402-3", "ca1402-1", "AB0000-3"]),
        args(["ZZ9999-8", "AA0000-8", "AA0000-80", "AA0000"]),
        args([]),
        args([""]),
        args(["AA1000-9", "AA0100-0", "AA0010-1", "AA0001-2", "BA0000-1", "AB0000-3"]),
        args(["AA00008", "AA-0008-", "AAA000-8", "A10000-8", "1A0000-8", "AA000A-8", "AA0000_8", "AA0000-A"]),
        args(["CA1402-1", "CA1402-1", "CA1402-11", "_A1402-1", "cA1402-1", "Ca1402-1", "1CA402-1", "--------"]),
        args(["ZA0000-3", "AZ0000-3", "ZZ0000-8", "ZZ0000-9", "ZZ0000-0"]),
        badges(31, 20),
        badges(32, 60),
        badges(33, 200),
        badges(34, 1000),
    ],
    reference_a="""
from typing import List


class Solution:
    def countValidBadges(self, badges: List[str]) -> int:
        count = 0
        for code in badges:
            if self.isValid(code):
                count += 1
        return count

    def isValid(self, code: str) -> bool:
        if len(code) != 8 or code[6] != "-":
            return False
        for ch in code[:2]:
            if ch < "A" or ch > "Z":
                return False
        for ch in code[2:6] + code[7]:
            if ch < "0" or ch > "9":
                return False
        total = 3 * (ord(code[0]) - 64) + 5 * (ord(code[1]) - 64)
        for i in range(4):
            total += (i + 1) * int(code[i + 2])
        return total % 10 == int(code[7])
""",
    reference_b=r"""
import re
from typing import List


class Solution:
    def countValidBadges(self, badges: List[str]) -> int:
        pattern = re.compile(r"([A-Z])([A-Z])([0-9]{4})-([0-9])")
        alphabet = " ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        valid = 0
        for badge in badges:
            match = pattern.fullmatch(badge)
            if match is None:
                continue
            first, second, digits, check = match.groups()
            weighted = sum(w * int(d) for w, d in zip((1, 2, 3, 4), digits))
            weighted += 3 * alphabet.index(first) + 5 * alphabet.index(second)
            valid += str(weighted)[-1] == check
        return valid
""",
)

# 04 ------------------------------------------------------------------------


def labels(seed, n, names):
    r = random.Random(seed)
    out = []
    for _ in range(n):
        parts = []
        for w in r.choice(names).split():
            parts.append("".join(c.upper() if r.random() < 0.3 else c for c in w))
        text = parts[0]
        for w in parts[1:]:
            text += " " * r.randint(1, 3) + w
        out.append(" " * r.choice([0, 0, 0, 1, 2]) + text + " " * r.choice([0, 0, 0, 1]))
    return args(out)


SEEDS = ["sweet pea", "sweet peas", "pea", "leek", "red kale", "kale", "kale red", "giant onion", "onion", "beet"]
ROWS = [f"{a} {b}" for a in ["red", "blue", "late", "early", "tall", "dwarf"] for b in ["bean", "beet", "dill", "corn"]]

add(
    id="emp-A-04",
    title="Scarcest Seed Packets",
    kind="functional",
    difficulty="easy",
    func_name="scarcestLabels",
    starter_code="class Solution:\n    def scarcestLabels(self, labels: List[str]) -> List[str]:\n        ",
    statement="""
The members of a garden club wrote labels for their seed packets by hand. The same variety may be written with capital or small letters, with spaces before or after it, and with more than one space between its words. Two labels name the same variety if they become equal after

- turning all letters into small letters,
- removing the spaces at both ends, and
- replacing every run of spaces between words by a single space.

Write the method `scarcestLabels(labels)`. It returns the varieties that occur on the fewest packets (all varieties that share the smallest count), each in the cleaned form described above, in alphabetical order (the usual order of strings).

Example 1:

Input: labels = ["Leek", " sweet  PEA", "leek ", "Kale", "sweet pea", "onion"]
Output: ["kale", "onion"]
Explanation: "leek" and "sweet pea" are on two packets each, "kale" and "onion" on one.

Constraints:

- 1 <= len(labels) <= 1000
- each label has 1 to 30 characters, all of them letters or spaces, with at least one letter
""",
    inputs=[
        args(["Leek", " sweet  PEA", "leek ", "Kale", "sweet pea", "onion"]),
        args(["Beet", "beet", "BEET", "  bEEt  "]),
        args(["a"]),
        args(["b", "a", "B ", " A"]),
        args(["red kale", "redkale", "red  kale", "Red Kale", "RedKale"]),
        args(["zinnia", "aster", "Zinnia", "Aster", "mint", "mint ", "mint"]),
        args(["pea", "pea pea", "pea  pea", "pea pea pea", "pea", "pea   pea pea"]),
        args([" x y ", "x  y", "xy", "X Y", "y x", "Y  x", "xY"]),
        labels(41, 25, SEEDS),
        labels(42, 80, SEEDS),
        labels(43, 200, ROWS),
        labels(44, 1000, ROWS),
    ],
    reference_a="""
from typing import List


class Solution:
    def scarcestLabels(self, labels: List[str]) -> List[str]:
        counts = {}
        for label in labels:
            name = " ".join(label.lower().split())
            if name in counts:
                counts[name] += 1
            else:
                counts[name] = 1
        fewest = min(counts.values())
        result = []
        for name, count in counts.items():
            if count == fewest:
                result.append(name)
        result.sort()
        return result
""",
    reference_b=r"""
import re
from collections import Counter
from itertools import groupby
from typing import List


class Solution:
    def scarcestLabels(self, labels: List[str]) -> List[str]:
        clean = lambda s: re.sub(r" +", " ", s.strip()).lower()
        ranked = sorted((n, name) for name, n in Counter(map(clean, labels)).items())
        _, group = next(groupby(ranked, key=lambda pair: pair[0]))
        return [name for _, name in group]
""",
)

# 05 ------------------------------------------------------------------------


def race(seed, n, spread):
    r = random.Random(seed)
    bibs = r.sample(range(1, 10000), n)
    rows = []
    for i, bib in enumerate(bibs):
        t = 3540 + r.randint(0, spread)
        name = r.choice(["Ana", "Bo", "Chidi", "Dora", "Eske", "Femi", "Gus", "Hana"]) + r.choice("abcdefgh")
        if r.random() < 0.15:
            shown = "DNF"
        elif t >= 3600:
            shown = f"{t // 3600}:{t % 3600 // 60:02}:{t % 60:02}"
        else:
            shown = f"{t // 60}:{t % 60:02}"
        rows.append(f"{bib} {name} {shown}")
    return lines(n, *rows)


add(
    id="emp-A-05",
    title="Ranks on the Race Board",
    kind="stdin",
    difficulty="easy",
    statement="""
After the harbour run, the results must go up on the board. For every runner we know the bib number, the name, and the finishing time, written as `M:SS` or `MM:SS` (minutes, from 0 to 99, and seconds) or as `H:MM:SS` (hours, minutes and seconds), so that `75:10` and `1:15:10` are the same time. Runners who did not finish have `DNF` in place of the time.

Runners who finished come first, the faster ones before the slower ones. Runners with equal times share a rank and are listed by increasing bib number. The rank of a runner is one more than the number of runners who were strictly faster: if two runners share rank 1, the next rank is 3. Runners who did not finish come last, listed by increasing bib number, with `-` in place of the rank.

Input

The first line contains an integer n (1 <= n <= 1500). Each of the next n lines contains a bib number (an integer from 1 to 9999, all different), a name (1 to 10 letters) and a time or `DNF`, separated by single spaces. Seconds have two digits; minutes after hours have two digits.

Output

Print n lines, one for each runner in the order described above: the rank (or `-`), a space, and the name.

Sample Input 1:
5
17 Nils 58:20
4 Ada 1:02:05
31 Omar DNF
8 Lin 58:20
20 Eva 9:59

Sample Output 1:
1 Eva
2 Lin
2 Nils
4 Ada
- Omar
""",
    inputs=[
        "5\n17 Nils 58:20\n4 Ada 1:02:05\n31 Omar DNF\n8 Lin 58:20\n20 Eva 9:59\n",
        "4\n9 Ro DNF\n2 Sa 1:00:00\n7 Ti 59:59\n1 Um DNF\n",
        "1\n1 A DNF\n",
        "1\n9999 Zed 0:00\n",
        "4\n40 D 1:00\n30 C 1:00\n20 B 1:00\n10 A 1:00\n",
        "6\n1 A 2:00:00\n2 B 1:00:00\n3 C 59:00\n4 D 1:00:00\n5 E 59:00\n6 F 3:00\n",
        "5\n5 A 10:00\n4 B 9:00\n3 C 1:10:00\n2 D 1:09:00\n1 E 10:00:00\n",
        "3\n100 X 1:01:00\n99 Y 1:00:59\n1000 Z 1:00:59\n",
        "5\n11 A 1:15:10\n12 B 75:10\n10 C 75:11\n13 D 60:00\n9 E 1:00:00\n",
        race(51, 15, 8),
        race(52, 60, 120),
        race(53, 200, 60),
        race(54, 1500, 4000),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().splitlines()
    n = int(lines[0])
    finished = []
    missing = []
    for line in lines[1:n + 1]:
        bib, name, time = line.split()
        if time == "DNF":
            missing.append((int(bib), name))
            continue
        seconds = 0
        for part in time.split(":"):
            seconds = seconds * 60 + int(part)
        finished.append((seconds, int(bib), name))
    finished.sort()
    missing.sort()
    rank = 0
    previous = None
    for i, (seconds, _, name) in enumerate(finished):
        if seconds != previous:
            rank = i + 1
            previous = seconds
        print(rank, name)
    for _, name in missing:
        print("-", name)


if __name__ == "__main__":
    main()
""",
    reference_b="""
from bisect import bisect_left


def to_seconds(text):
    if text == "DNF":
        return 10 ** 9
    parts = [int(p) for p in text.split(":")]
    return sum(p * 60 ** k for k, p in enumerate(reversed(parts)))


runners = []
for _ in range(int(input())):
    bib, name, time = input().split()
    runners.append((to_seconds(time), int(bib), name))

runners.sort(key=lambda r: r[:2])
times = [r[0] for r in runners]
for time, bib, name in runners:
    rank = "-" if time == 10 ** 9 else bisect_left(times, time) + 1
    print(f"{rank} {name}")
""",
)

# 06 ------------------------------------------------------------------------


def shelf(seed, n, groups, high):
    r = random.Random(seed)
    seen = []
    for _ in range(n):
        zeros = "0" * r.choice([0, 0, 0, 1, 2])
        seen.append(r.choice(groups) + zeros + str(r.randint(1, high)) + r.choice(["", "", "a", "b", "z"]))
    return lines(n, *seen)


add(
    id="emp-A-06",
    title="Codes on the Shelf",
    kind="stdin",
    difficulty="easy",
    statement="""
A small archive marks its boxes with codes. A code consists of a group (1 to 3 capital letters), a number (1 to 6 digits, perhaps with leading zeros) and, sometimes, one small letter at the end, as in `K7`, `KA012`, `B40c`.

The boxes are put on the shelf in this order:

1. by group, in alphabetical order (a group comes before a longer group that begins with it: `K` before `KA`);
2. within a group, by the value of the number (`K7` before `K012`);
3. with equal groups and values, a code without a letter at the end comes first, then the others by that letter;
4. if all of this is equal, the code with fewer leading zeros comes first.

Input

The first line contains an integer n (1 <= n <= 3000). Each of the next n lines contains one code. Codes may occur more than once.

Output

Print the codes in the order of the shelf, one on each line, exactly as they were given.

Sample Input 1:
6
K012
KA3
K7
K7b
K007
B40c

Sample Output 1:
B40c
K7
K007
K7b
K012
KA3
""",
    inputs=[
        "6\nK012\nKA3\nK7\nK7b\nK007\nB40c\n",
        "5\nA10a\nA9z\nA10\nA010a\nA09\n",
        "1\nZZZ999999z\n",
        "3\nA000\nA0\nA00\n",
        "4\nAB2\nB1\nA3\nABC1\n",
        "6\nQ1b\nQ1a\nQ1\nQ01\nQ01a\nQ2\n",
        "5\nX100\nX20\nX3\nX020\nX20\n",
        "4\nC000001\nC1a\nC000000\nC000001a\n",
        shelf(61, 20, ["A", "AB", "B"], 12),
        shelf(62, 100, ["M", "MA", "MAN", "N"], 120),
        shelf(63, 400, ["X", "Y"], 40),
        shelf(64, 1900, ["A", "AA", "AAB", "AB", "B", "ZZ"], 999),
    ],
    reference_a="""
import sys


def split_code(code):
    i = 0
    while code[i].isupper():
        i += 1
    j = i
    while j < len(code) and code[j].isdigit():
        j += 1
    return code[:i], int(code[i:j]), code[j:], len(code)


def main():
    data = sys.stdin.read().split()
    codes = data[1:]
    codes.sort(key=split_code)
    print("\\n".join(codes))


main()
""",
    reference_b=r"""
import re

pattern = re.compile(r"([A-Z]+)(0*)(\d*)([a-z]?)$")
rows = []
for _ in range(int(input())):
    code = input().strip()
    group, zeros, digits, suffix = pattern.match(code).groups()
    # digits has no leading zero, so length and text order it by value
    rows.append((group, len(digits), digits, suffix, len(zeros), code))
rows.sort()
for row in rows:
    print(row[-1])
""",
)
