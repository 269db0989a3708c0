"""Part A, problems 01 to 16: text, small formats, simple devices, counting, sorting, windows.

A source of the problem suite, read by build.py. The expected outputs are not here:
they are what the references print.
"""

import json
import random

PROBLEMS = []


def add(**problem):
    for name in ("statement", "reference_a", "reference_b"):
        problem[name] = problem[name].strip("\n") + "\n"
    number = int(problem["id"].rsplit("-", 1)[1])
    problem["half"] = "train" if number % 2 else "eval"
    PROBLEMS.append(problem)


def lines(*parts):
    return "\n".join(str(p) for p in parts) + "\n"


def args(*values):
    return "\n".join(json.dumps(v) for v in values)


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

# 07 ------------------------------------------------------------------------


def letterpress(seed, n, stock, words):
    r = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"[:9]
    rows = []
    for _ in range(n):
        rows.append(" ".join("".join(r.choice(letters) for _ in range(r.randint(1, 5))) for _ in range(r.randint(1, words))))
    return lines("".join(r.choice(letters) for _ in range(stock)), n, *rows)


add(
    id="emp-A-07",
    title="Letterpress Stock",
    kind="stdin",
    difficulty="easy",
    statement="""
Ida prints posters with lead letters. A lead letter that was used for a poster stays in its frame, so it cannot be used again. Spaces need no lead.

The orders are handled one after another. If the letters that are left suffice for the whole poster, Ida prints it and the letters are used up; otherwise she refuses the order and keeps all her letters.

Input

The first line contains a string of 1 to 10000 small letters: the stock at the start, one character for each lead letter. The second line contains an integer n (1 <= n <= 500), the number of orders. Each of the next n lines contains the text of one poster: 1 to 60 characters, small letters and spaces, with at least one letter; it neither begins nor ends with a space.

Output

On the first line print how many posters were printed. On the second line print the numbers of the refused orders (numbered from 1) in increasing order, separated by spaces, or `none` if no order was refused. On the third line print the letters that are left, in alphabetical order and without spaces, or `empty` if there are none.

Sample Input 1:
aabbcdeest
4
best
see
bad
cat

Sample Output 1:
2
2 4
ace
""",
    inputs=[
        "aabbcdeest\n4\nbest\nsee\nbad\ncat\n",
        "abc\n3\na c\nb\nb\n",
        "z\n1\nz\n",
        "z\n1\ny\n",
        "aaaa\n3\naa a\naa\na\n",
        "aab\n2\naabb\nb a a\n",
        "theweathermapisold\n5\nwet map\nthe old\nthaw\nis her\nape\n",
        "zzzyyyxxx\n6\nx y z\nxx yy zz\nx\nz y\nxyz\ny\n",
        letterpress(71, 10, 40, 2),
        letterpress(72, 40, 300, 3),
        letterpress(73, 100, 900, 4),
        letterpress(74, 500, 10000, 8),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    stock = {}
    for ch in lines[0].strip():
        stock[ch] = stock.get(ch, 0) + 1
    n = int(lines[1])
    refused = []
    for i in range(1, n + 1):
        need = {}
        for ch in lines[i + 1]:
            if ch != " ":
                need[ch] = need.get(ch, 0) + 1
        enough = True
        for ch in need:
            if stock.get(ch, 0) < need[ch]:
                enough = False
                break
        if not enough:
            refused.append(i)
            continue
        for ch in need:
            stock[ch] -= need[ch]
    left = "".join(ch * stock[ch] for ch in sorted(stock))
    print(n - len(refused))
    print(*refused if refused else ["none"])
    print(left if left else "empty")


main()
""",
    reference_b="""
from collections import Counter

stock = Counter(input().strip())
n = int(input())
refused = []
for number in range(1, n + 1):
    poster = Counter("".join(input().split()))
    if poster - stock:
        refused.append(str(number))
    else:
        stock -= poster

print(n - len(refused))
print(" ".join(refused) or "none")
print("".join(sorted(stock.elements())) or "empty")
""",
)

# 08 ------------------------------------------------------------------------


def alley(seed, cap, n, cars):
    r = random.Random(seed)
    inside, rows = set(), []
    for _ in range(n):
        x = r.randint(1, cars)
        if x not in inside and r.random() < 0.85:
            rows.append(f"in {x}")
            if len(inside) < cap:
                inside.add(x)
        else:
            rows.append(f"out {x}")
            inside.discard(x)
    return lines(f"{cap} {n}", *rows)


add(
    id="emp-A-08",
    title="The Dead-End Alley",
    kind="stdin",
    difficulty="easy",
    statement="""
Cars are parked in a narrow alley that is closed at its far end, so they stand one behind another and only the car nearest to the entrance can leave freely. The alley has room for c cars.

The caretaker writes down what happens:

- `in x`: car x arrives. If the alley is full, the car is turned away and drives off. Otherwise it parks behind all the others, nearest to the entrance.
- `out x`: the owner of car x wants to leave. All cars between x and the entrance back out onto the street, x leaves, and the cars that backed out return, keeping their order. Each car that has to back out counts as one shuffle. If car x is not in the alley, nothing happens.

Input

The first line contains two integers c and n (1 <= c <= 200, 1 <= n <= 2000). Each of the next n lines contains one event; x is an integer from 1 to 1000. A car that stands in the alley never arrives again before it has left.

Output

On the first line print the total number of shuffles and the number of cars turned away. On the second line print the cars that are in the alley at the end, from the far end to the entrance, separated by spaces, or `none` if the alley is empty.

Sample Input 1:
3 7
in 5
in 2
in 9
in 4
out 5
in 4
out 9

Sample Output 1:
3 1
2 4
""",
    inputs=[
        "3 7\nin 5\nin 2\nin 9\nin 4\nout 5\nin 4\nout 9\n",
        "2 5\nin 1\nin 2\nin 3\nout 3\nout 2\n",
        "1 1\nout 7\n",
        "1 4\nin 7\nin 8\nout 7\nin 8\n",
        "4 8\nin 1\nin 2\nin 3\nin 4\nout 1\nout 2\nout 3\nout 4\n",
        "4 8\nin 1\nin 2\nin 3\nin 4\nout 4\nout 3\nout 2\nout 1\n",
        "2 9\nin 10\nin 11\nin 12\nout 12\nout 10\nin 12\nin 10\nout 11\nin 10\n",
        "200 3\nin 1000\nin 1\nout 1000\n",
        alley(81, 3, 20, 6),
        alley(82, 8, 100, 14),
        alley(83, 50, 600, 70),
        alley(84, 200, 2000, 320),
    ],
    reference_a="""
import sys


def main():
    data = sys.stdin.read().split()
    capacity = int(data[0])
    n = int(data[1])
    alley = []
    shuffles = 0
    turned_away = 0
    pos = 2
    for _ in range(n):
        action = data[pos]
        car = data[pos + 1]
        pos += 2
        if action == "in":
            if len(alley) == capacity:
                turned_away += 1
            else:
                alley.append(car)
        elif car in alley:
            street = []
            while alley[-1] != car:
                street.append(alley.pop())
            alley.pop()
            shuffles += len(street)
            while street:
                alley.append(street.pop())
    print(shuffles, turned_away)
    print(" ".join(alley) if alley else "none")


main()
""",
    reference_b="""
c, n = map(int, input().split())
alley, shuffles, away = [], 0, 0
for _ in range(n):
    action, car = input().split()
    if action == "out":
        if car in alley:
            i = alley.index(car)
            shuffles += len(alley) - i - 1
            del alley[i]
    elif len(alley) < c:
        alley.append(car)
    else:
        away += 1
print(shuffles, away)
print(*(alley or ["none"]))
""",
)

# 09 ------------------------------------------------------------------------


def clock(m):
    return f"{m // 60:02}:{m % 60:02}"


def ferry(seed, n, k):
    r = random.Random(seed)
    return args([clock(r.randrange(1440)) for _ in range(n)], [clock(r.randrange(1440)) for _ in range(k)])


add(
    id="emp-A-09",
    title="Waiting for the Night Ferry",
    kind="functional",
    difficulty="easy",
    func_name="ferryWaits",
    starter_code="class Solution:\n    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:\n        ",
    statement="""
A ferry leaves at the same times every day. All times are written as `HH:MM` on a 24-hour clock, from `00:00` to `23:59`. A passenger who arrives at the pier takes the next ferry: one that leaves at the very minute of the arrival can still be caught, and a passenger who comes after the last ferry of the day waits for the first one of the next day.

Write the method `ferryWaits(departures, arrivals)`. It returns a list of two integers: the sum of the waiting times of all passengers, in minutes, and the longest waiting time of a single passenger, in minutes. The departures are not given in any particular order, and may contain the same time twice.

Example 1:

Input: departures = ["08:30", "21:15"], arrivals = ["08:30", "08:31", "22:15"]
Output: [1379, 764]
Explanation: The passengers wait 0 minutes, 764 minutes (until 21:15) and 615 minutes (until 08:30 on the next day).

Constraints:

- 1 <= len(departures) <= 1000
- 1 <= len(arrivals) <= 2000
""",
    inputs=[
        args(["08:30", "21:15"], ["08:30", "08:31", "22:15"]),
        args(["12:00"], ["12:01", "11:59", "12:00"]),
        args(["00:00"], ["00:00"]),
        args(["00:00"], ["23:59", "00:01"]),
        args(["23:59", "00:00"], ["23:58", "23:59", "00:01"]),
        args(["10:10", "10:10", "09:50"], ["10:09", "10:11", "09:51", "10:00"]),
        args(["06:00", "18:00"], ["18:01"]),
        args(["19:05", "07:45", "13:00"], ["20:00", "00:00", "07:46", "13:00", "12:59"]),
        ferry(91, 3, 10),
        ferry(92, 12, 60),
        ferry(93, 100, 400),
        ferry(94, 1000, 2000),
    ],
    reference_a="""
from typing import List


class Solution:
    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:
        def minutes(clock):
            return int(clock[:2]) * 60 + int(clock[3:])

        day = 24 * 60
        leaves = [False] * day
        for clock in departures:
            leaves[minutes(clock)] = True
        wait = [0] * day
        current = day
        # two passes so that the first ferry of the next day is known
        for minute in range(2 * day - 1, -1, -1):
            if leaves[minute % day]:
                current = 0
            wait[minute % day] = current
            current += 1
        waits = [wait[minutes(clock)] for clock in arrivals]
        return [sum(waits), max(waits)]
""",
    reference_b="""
from bisect import bisect_left
from typing import List


class Solution:
    def ferryWaits(self, departures: List[str], arrivals: List[str]) -> List[int]:
        times = sorted(self.parse(d) for d in departures)
        times.append(times[0] + 1440)
        total = longest = 0
        for arrival in arrivals:
            now = self.parse(arrival)
            wait = times[bisect_left(times, now)] - now
            total += wait
            longest = max(longest, wait)
        return [total, longest]

    def parse(self, text: str) -> int:
        hours, mins = text.split(":")
        return int(hours) * 60 + int(mins)
""",
)

# 10 ------------------------------------------------------------------------


def pulses(seed, runs, high, letters="abxyz"):
    r = random.Random(seed)
    return args("".join(r.choice(letters) * r.randint(1, high) for _ in range(runs)))


add(
    id="emp-A-10",
    title="Packing the Pulses",
    kind="functional",
    difficulty="easy",
    func_name="packPulses",
    starter_code="class Solution:\n    def packPulses(self, signal: str) -> str:\n        ",
    statement="""
A telegraph station stores its signals, which are strings of small letters, in a packed form. The signal is read from left to right and cut into its runs (maximal stretches of the same letter). Each run is stored as follows:

- while more than 9 letters of the run are left, write the letter followed by the digit `9` and take 9 letters off the run;
- then, for the k letters that are left (1 <= k <= 9): if k is 1, write the letter alone; if k is 2, write the letter twice; otherwise write the letter followed by the digit k.

Write the method `packPulses(signal)`, which returns the packed form of the signal.

Example 1:

Input: signal = "abbcccc"
Output: "abbc4"

Example 2:

Input: signal = "zzzzzzzzzzz"
Output: "z9zz"
Explanation: A run of 11 letters is stored as 9 + 2.

Constraints:

- 0 <= len(signal) <= 20000
- the signal consists of small letters
- the packed form of the empty signal is the empty string
""",
    inputs=[
        args("abbcccc"),
        args("z" * 11),
        args(""),
        args("q"),
        args("qq"),
        args("qqqp"),
        args("a" * 9 + "b" * 10 + "c" * 18 + "d" * 19),
        args("x" * 27 + "y" + "x" * 20),
        args("abababab"),
        pulses(101, 12, 4),
        pulses(102, 60, 24),
        pulses(103, 300, 12, "ab"),
        pulses(104, 1500, 22),
        args("m" * 19999 + "n"),
    ],
    reference_a="""
class Solution:
    def packPulses(self, signal: str) -> str:
        packed = []
        i = 0
        while i < len(signal):
            j = i
            while j < len(signal) and signal[j] == signal[i]:
                j += 1
            run = j - i
            while run > 9:
                packed.append(signal[i] + "9")
                run -= 9
            if run <= 2:
                packed.append(signal[i] * run)
            else:
                packed.append(signal[i] + str(run))
            i = j
        return "".join(packed)
""",
    reference_b="""
from itertools import groupby


class Solution:
    def packPulses(self, signal: str) -> str:
        def pack(letter, k):
            nines, rest = divmod(k - 1, 9)
            rest += 1
            tail = letter * rest if rest < 3 else f"{letter}{rest}"
            return f"{letter}9" * nines + tail

        return "".join(pack(ch, len(list(run))) for ch, run in groupby(signal))
""",
)

# 11 ------------------------------------------------------------------------


def crates(seed, n, deep):
    r = random.Random(seed)
    out, depth, left = [], 0, n
    while left or depth:
        if depth == 0 or (left and r.random() < deep):
            if depth == 0 and out:
                break
            out.append(f"[{r.choice([1, 2, 3, 5, 8, r.randint(1, 1000)])}")
            depth += 1
            left -= 1
        else:
            out.append("]")
            depth -= 1
    return lines("".join(out) + "]" * depth)


add(
    id="emp-A-11",
    title="Crates within Crates",
    kind="stdin",
    difficulty="medium",
    statement="""
A shipping agent describes a packed crate on one line. A crate is written as `[`, then the weight of the empty crate, then the descriptions of the crates that lie directly inside it (perhaps none), then `]`. So `[3[2][1[5]]]` is a crate of weight 3 that holds a crate of weight 2 and a crate of weight 1, which in turn holds a crate of weight 5.

The gross weight of a crate is its own weight plus the gross weights of all crates directly inside it. A crate is called overloaded if the crates inside it (at any depth) together weigh more than twice its own empty weight.

Input

One line with the description of the outermost crate: at most 50000 characters, without spaces. Weights are integers from 1 to 1000. Crates may be nested up to 10000 deep.

Output

Print three integers on one line: the gross weight of the outermost crate, the greatest nesting depth (a crate with nothing inside has depth 1), and the number of overloaded crates.

Sample Input 1:
[3[2][1[5]]]

Sample Output 1:
11 3 2
""",
    inputs=[
        "[3[2][1[5]]]\n",
        "[4[1][2][3][2]]\n",
        "[7]\n",
        "[1[1[1[1]]]]\n",
        "[1[2]]\n",
        "[1[3]]\n",
        "[5[10]]\n",
        "[10[1[2][1]][20[30[11]]]]\n",
        "[1000[1000][1000][1]]\n",
        crates(111, 12, 0.6),
        crates(112, 60, 0.55),
        crates(113, 300, 0.7),
        crates(114, 8000, 0.75),
        "[1" * 9000 + "]" * 9000 + "\n",
    ],
    reference_a="""
import sys


def main():
    text = sys.stdin.readline().strip()
    own = []
    inside = []
    deepest = 0
    overloaded = 0
    gross = 0
    number = 0
    for i, ch in enumerate(text):
        if ch == "[":
            own.append(0)
            inside.append(0)
            deepest = max(deepest, len(own))
            number = 0
        elif ch == "]":
            weight = own.pop()
            content = inside.pop()
            if content > 2 * weight:
                overloaded += 1
            gross = weight + content
            if inside:
                inside[-1] += gross
        else:
            number = number * 10 + int(ch)
            own[-1] = number
    print(gross, deepest, overloaded)


main()
""",
    reference_b=r"""
import re

tokens = re.findall(r"\[\d+|\]", input())
before = []
running = depth = overloaded = 0
for token in tokens:
    if token == "]":
        weight, start = before.pop()
        if running - start > 3 * weight:
            overloaded += 1
    else:
        weight = int(token[1:])
        before.append((weight, running))
        running += weight
        depth = max(depth, len(before))
print(running, depth, overloaded)
""",
)

# 12 ------------------------------------------------------------------------


def calendar(seed, months, leap, extra, week, queries, far):
    r = random.Random(seed)
    lengths = [r.randint(1, 40) for _ in range(months)]
    rows = []
    for _ in range(queries):
        row = []
        for _ in range(2):
            y = r.randint(1, far)
            if r.random() < 0.5:
                y = max(1, y - y % leap)
            m = r.choice([extra, r.randint(1, months)])
            top = lengths[m - 1] + (1 if m == extra and y % leap == 0 else 0)
            row += [y, m, r.choice([1, top, r.randint(1, top)])]
        rows.append(" ".join(map(str, row)))
    return lines(f"{months} {leap} {extra} {week}", " ".join(map(str, lengths)), queries, *rows)


add(
    id="emp-A-12",
    title="The Island Calendar",
    kind="stdin",
    difficulty="medium",
    statement="""
Every island of an archipelago has its own calendar. It has M months with fixed lengths, except that in every year whose number is divisible by L, month E has one extra day at its end. A week has W days, numbered 0 to W - 1, which follow one another without interruption; the first day of month 1 of year 1 is day 0 of the week. There is no year 0.

For pairs of dates, find how many days lie between them and on which day of the week the later one falls.

Input

The first line contains four integers M, L, E and W (1 <= M <= 30, 1 <= L <= 1000, 1 <= E <= M, 1 <= W <= 30). The second line contains M integers from 1 to 100: the lengths of the months in ordinary years. The third line contains an integer q (1 <= q <= 500). Each of the next q lines contains six integers y1 m1 d1 y2 m2 d2: two valid dates (year, month, day). Years are between 1 and 10^9. The two dates may be in any order and may be equal.

Output

For each pair print one line with two integers: the number of days from the earlier date to the later one (0 if they are equal), and the day of the week of the later date.

Sample Input 1:
3 4 2 5
10 8 12
3
1 1 1 1 2 1
4 2 9 3 3 12
5 1 1 4 3 12

Sample Output 1:
10 0
19 3
1 1
""",
    inputs=[
        "3 4 2 5\n10 8 12\n3\n1 1 1 1 2 1\n4 2 9 3 3 12\n5 1 1 4 3 12\n",
        "2 2 1 7\n6 5\n4\n1 1 1 1 1 1\n2 1 7 2 2 1\n3 1 1 1 1 1\n2 1 6 1 1 6\n",
        "1 1 1 1\n1\n2\n1 1 1 1 1 2\n5 1 2 3 1 1\n",
        "1 1 1 3\n1\n3\n1 1 2 2 1 1\n1 1 1 1000000000 1 2\n7 1 2 7 1 1\n",
        "2 3 2 10\n5 5\n5\n3 2 6 4 1 1\n3 2 5 3 2 6\n6 2 6 3 2 6\n3 1 5 3 2 1\n2 2 5 3 1 1\n",
        "3 1000 3 7\n30 30 30\n3\n999 3 30 1000 1 1\n1000 3 31 1001 1 1\n1 1 1 1000000000 3 31\n",
        calendar(121, 4, 3, 2, 6, 8, 12),
        calendar(122, 12, 4, 12, 7, 30, 60),
        calendar(123, 30, 7, 30, 30, 60, 400),
        calendar(124, 5, 2, 5, 9, 100, 10**9),
        calendar(125, 12, 4, 2, 7, 500, 10**9),
        calendar(126, 7, 1000, 1, 11, 120, 5000),
    ],
    reference_a="""
import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    months, leap, extra, week = data[:4]
    lengths = data[4:4 + months]
    year_length = sum(lengths)
    pos = 4 + months

    def day_number(year, month, day):
        full_years = year - 1
        total = full_years * year_length + full_years // leap
        for m in range(1, month):
            total += lengths[m - 1]
            if m == extra and year % leap == 0:
                total += 1
        return total + day - 1

    queries = data[pos]
    pos += 1
    for _ in range(queries):
        first = day_number(*data[pos:pos + 3])
        second = day_number(*data[pos + 3:pos + 6])
        pos += 6
        if first > second:
            first, second = second, first
        print(second - first, second % week)


main()
""",
    reference_b="""
from itertools import accumulate

M, L, E, W = map(int, input().split())
lengths = list(map(int, input().split()))
plain = [0] + list(accumulate(lengths))
lengths[E - 1] += 1
leap = [0] + list(accumulate(lengths))
cycle = plain[-1] * (L - 1) + leap[-1]


def ordinal(y, m, d):
    blocks, rest = divmod(y - 1, L)
    table = leap if rest == L - 1 else plain
    return blocks * cycle + rest * plain[-1] + table[m - 1] + d


for _ in range(int(input())):
    q = list(map(int, input().split()))
    a, b = sorted([ordinal(*q[:3]), ordinal(*q[3:])])
    print(b - a, (b - 1) % W)
""",
)

# 13 ------------------------------------------------------------------------


def playlist(seed, n, kinds, wanted, rare=0.0):
    r = random.Random(seed)
    names = ["folk", "jazz", "rock", "soul", "funk", "punk", "ska", "dub"][:kinds]
    tracks = [names[-1] if r.random() < rare else r.choice(names[: max(1, kinds - 1)]) for _ in range(n)]
    return args(tracks, [r.choice(names) for _ in range(wanted)])


add(
    id="emp-A-13",
    title="One Stretch of the Playlist",
    kind="functional",
    difficulty="medium",
    func_name="shortestStretch",
    starter_code="class Solution:\n    def shortestStretch(self, genres: List[str], wanted: List[str]) -> List[int]:\n        ",
    statement="""
A radio host has a playlist; `genres[i]` is the genre of its track number i (numbered from 0). For tonight's show she wants to play one uninterrupted stretch of the playlist. The list `wanted` says what the stretch must contain: if a genre occurs k times in `wanted`, the stretch must hold at least k tracks of this genre. Other tracks may be in it too.

Write the method `shortestStretch(genres, wanted)`. It returns a list `[start, length]`: the position of the first track and the number of tracks of the shortest stretch that will do. If several shortest stretches exist, return the one that starts first. If there is none, return `[-1, 0]`.

Example 1:

Input: genres = ["jazz", "rock", "folk", "jazz", "rock", "rock"], wanted = ["rock", "jazz", "rock"]
Output: [3, 3]
Explanation: Tracks 3 to 5 are jazz, rock, rock.

Constraints:

- 1 <= len(genres) <= 5000
- 1 <= len(wanted) <= 100
- genres are strings of 1 to 8 small letters
""",
    inputs=[
        args(["jazz", "rock", "folk", "jazz", "rock", "rock"], ["rock", "jazz", "rock"]),
        args(["jazz", "folk", "jazz"], ["jazz", "soul"]),
        args(["a"], ["a"]),
        args(["a"], ["a", "a"]),
        args(["b", "a", "a"], ["a"]),
        args(["a", "b", "a", "b"], ["b", "a"]),
        args(["a", "a", "b", "c", "a", "c", "b", "a"], ["a", "b", "c"]),
        args(["x", "a", "x", "x", "a", "a", "x", "a", "a"], ["a", "a", "a"]),
        args(["b", "c", "c", "c", "b"], ["b", "b"]),
        args(["b", "a", "c", "d", "a", "b"], ["d", "c", "b", "a"]),
        playlist(131, 30, 3, 5, 0.2),
        playlist(132, 200, 4, 8, 0.1),
        playlist(133, 1000, 5, 40, 0.15),
        playlist(134, 5000, 6, 12, 0.003),
        playlist(135, 5000, 8, 100, 0.02),
    ],
    reference_a="""
from collections import Counter
from typing import List


class Solution:
    def shortestStretch(self, genres: List[str], wanted: List[str]) -> List[int]:
        need = Counter(wanted)
        missing = len(wanted)
        best = [-1, 0]
        left = 0
        for right, genre in enumerate(genres):
            if need[genre] > 0:
                missing -= 1
            need[genre] -= 1
            while missing == 0:
                length = right - left + 1
                if best[0] == -1 or length < best[1]:
                    best = [left, length]
                need[genres[left]] += 1
                if need[genres[left]] > 0:
                    missing += 1
                left += 1
        return best
""",
    reference_b="""
from typing import List


class Solution:
    def shortestStretch(self, genres: List[str], wanted: List[str]) -> List[int]:
        places = {name: [] for name in wanted}
        for i, name in enumerate(genres):
            if name in places:
                places[name].append(i)
        needs = [(places[name], wanted.count(name)) for name in set(wanted)]
        pointers = [0] * len(needs)
        answers = []
        for start in range(len(genres)):
            end = start
            for k, (spots, count) in enumerate(needs):
                while pointers[k] < len(spots) and spots[pointers[k]] < start:
                    pointers[k] += 1
                last = pointers[k] + count - 1
                if last >= len(spots):
                    return list(min(answers))[::-1] if answers else [-1, 0]
                end = max(end, spots[last])
            answers.append((end - start + 1, start))
        return list(min(answers))[::-1]
""",
)

# 14 ------------------------------------------------------------------------


def thermometer(seed, n, step, tol, start=0):
    r = random.Random(seed)
    x, out = start, []
    for _ in range(n):
        x += r.randint(-step, step)
        out.append(x)
    return args(out, tol)


add(
    id="emp-A-14",
    title="The Longest Steady Spell",
    kind="functional",
    difficulty="medium",
    func_name="longestSteady",
    starter_code="class Solution:\n    def longestSteady(self, readings: List[int], tolerance: int) -> List[int]:\n        ",
    statement="""
A weather station records the temperature once a minute, in tenths of a degree. A spell is a stretch of consecutive readings; it is steady if its highest and its lowest reading differ by at most `tolerance`.

Write the method `longestSteady(readings, tolerance)`. It returns a list of three integers: the position (from 0) of the first reading of the longest steady spell, its length, and the difference between its highest and lowest reading. If several spells have the greatest length, take the one that begins first.

Example 1:

Input: readings = [14, 17, 15, 19, 16, 16, 12], tolerance = 4
Output: [1, 5, 4]
Explanation: The readings 17, 15, 19, 16, 16 lie between 15 and 19. The first five readings span 14 to 19, which is too much.

Constraints:

- 1 <= len(readings) <= 8000
- -10000 <= readings[i] <= 10000
- 0 <= tolerance <= 20000
""",
    inputs=[
        args([14, 17, 15, 19, 16, 16, 12], 4),
        args([3, 3, 3, 9, 9, 9], 0),
        args([5], 0),
        args([10000, -10000], 20000),
        args([10000, -10000], 19999),
        args([1, 2, 3, 4, 5, 6, 7], 3),
        args([7, 6, 5, 4, 3, 2, 1], 2),
        args([0, 5, 0, 5, 10, 5, 10], 5),
        args([-4, -4, -3, -9, -8, -8, -3, -3, -4], 1),
        thermometer(141, 40, 3, 5),
        thermometer(142, 300, 4, 12),
        thermometer(143, 2000, 1, 6),
        thermometer(144, 8000, 6, 60, 400),
        thermometer(145, 8000, 2, 1000, -50),
    ],
    reference_a="""
from collections import deque
from typing import List


class Solution:
    def longestSteady(self, readings: List[int], tolerance: int) -> List[int]:
        high = deque()
        low = deque()
        left = 0
        best = [0, 0, 0]
        for right, value in enumerate(readings):
            while high and readings[high[-1]] <= value:
                high.pop()
            high.append(right)
            while low and readings[low[-1]] >= value:
                low.pop()
            low.append(right)
            while readings[high[0]] - readings[low[0]] > tolerance:
                left += 1
                if high[0] < left:
                    high.popleft()
                if low[0] < left:
                    low.popleft()
            length = right - left + 1
            if length > best[1]:
                best = [left, length, readings[high[0]] - readings[low[0]]]
        return best
""",
    reference_b="""
from bisect import bisect_left, insort
from typing import List


class Solution:
    def longestSteady(self, readings: List[int], tolerance: int) -> List[int]:
        window = []
        start = length = 0
        left = 0
        for right in range(len(readings)):
            insort(window, readings[right])
            if window[-1] - window[0] > tolerance:
                # the window never has to shrink below the best length
                window.pop(bisect_left(window, readings[left]))
                left += 1
            else:
                start, length = left, right - left + 1
        spell = readings[start:start + length]
        return [start, length, max(spell) - min(spell)]
""",
)

# 15 ------------------------------------------------------------------------


def profiles(seed, n, keys, queries):
    r = random.Random(seed)
    names = [f"p{i}" for i in range(n)]
    order = names[:]
    r.shuffle(order)
    rows = []
    for name in order + r.sample(names, max(1, n // 4)):
        head = f"[{name}]"
        if r.random() < 0.75:
            head = f"[{name} : {r.choice(names)}]"
        rows.append(head)
        for _ in range(r.randint(0, 3)):
            rows.append(f"k{r.randint(1, keys)}{r.choice([' = ', '=', '  ='])}{r.choice(['warm', 'cold', 'a=b', 'off', '7 7'])}")
        if r.random() < 0.3:
            rows.append(r.choice(["", "# k1 = never", "  # note [p0]"]))
    asked = [f"{r.choice(names + ['nobody'])} k{r.randint(1, keys)}" for _ in range(queries)]
    return lines(*rows, "---", *asked)


add(
    id="emp-A-15",
    title="Profiles for the Stage Lamps",
    kind="stdin",
    difficulty="medium",
    statement="""
The lamps of a theatre are set by profiles, written in a small configuration format. After removing the spaces at its ends, each line is one of these:

- empty, or a comment beginning with `#`: it is ignored;
- `[name]`: from here on, settings belong to the profile `name`;
- `[name : base]`: the same, and the profile `name` is now based on the profile `base`;
- `key = value`: a setting. The key is the text before the first `=`, the value is the text after it, both without the spaces at their ends. A later setting for the same key in the same profile replaces the earlier one.

A profile may be opened more than once. Its settings are then kept and added to; opening it as `[name]` leaves its base as it was, opening it as `[name : base]` replaces the base. A base may be described later than the profile that uses it, or not at all.

To look up a key in a profile, take its setting from this profile; if there is none, look in its base, then in the base of the base, and so on. If the chain ends, or comes back to a profile it has visited before, without any setting found, the answer is `unset`.

Input

First the configuration, then a line `---`, then the look-ups, one on each line until the end of the input: the name of a profile and a key, separated by one space. Names and keys consist of letters and digits; in section lines, the colon may have spaces around it. Values are not empty and do not contain `#`. The first setting comes after the first section line. There are at most 2000 lines in all, and at least one look-up.

Output

For each look-up print one line with the value or `unset`.

Sample Input 1:
# evening show
[base]
level = 40
[front : base]
colour = pale blue
level=75
[side : front]
---
side colour
side level
base colour

Sample Output 1:
pale blue
75
unset
""",
    inputs=[
        "# evening show\n[base]\nlevel = 40\n[front : base]\ncolour = pale blue\nlevel=75\n[side : front]\n---\nside colour\nside level\nbase colour\n",
        "[a : b]\nx = 1\n[b : a]\ny = 2\n---\na x\na y\nb x\nb z\nc x\n",
        "[p]\n---\np q\n",
        "[a:b]\n[b : c]\n[c]\nkey = v=w = u\n---\na key\nb key\nc key\nd key\n",
        "[a]\nx = 1\n[b]\nx = 2\n[c : a]\n[c : b]\n[c]\n---\nc x\na x\n",
        "[a]\nx = 1\n\n   # x = 9\n[b : a]\ny = 3\n[a]\nx = 4\nz = 5\n---\nb x\nb y\nb z\na y\n",
        "[s : s]\nk = me\n---\ns k\ns j\n",
        "  [ lamp :  ghost ]  \n  on   =   yes and no  \n---\nlamp on\nlamp off\nghost on\n",
        profiles(151, 4, 3, 10),
        profiles(152, 12, 4, 40),
        profiles(153, 60, 3, 150),
        profiles(154, 350, 8, 700),
    ],
    reference_a="""
import sys


def main():
    lines = [line.strip() for line in sys.stdin.read().split("\\n")]
    cut = lines.index("---")
    settings = {}
    base = {}
    current = ""
    for line in lines[:cut]:
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name, colon, parent = line[1:-1].partition(":")
            current = name.strip()
            settings.setdefault(current, {})
            if colon:
                base[current] = parent.strip()
        else:
            key, _, value = line.partition("=")
            settings[current][key.strip()] = value.strip()

    for line in lines[cut + 1:]:
        if not line:
            continue
        name, key = line.split()
        seen = set()
        answer = "unset"
        while name is not None and name not in seen:
            seen.add(name)
            if key in settings.get(name, {}):
                answer = settings[name][key]
                break
            name = base.get(name)
        print(answer)


main()
""",
    reference_b=r"""
import re
import sys

config, queries = re.split(r"(?m)^---$", sys.stdin.read())
value_of, parent = {}, {}
section = None
for line in map(str.strip, config.split("\n")):
    head = re.fullmatch(r"\[\s*(\w+)\s*(?::\s*(\w+)\s*)?\]", line)
    if head:
        section = head.group(1)
        if head.group(2):
            parent[section] = head.group(2)
    elif line and line[0] != "#":
        key, value = line.split("=", 1)
        value_of[section, key.strip()] = value.strip()


def look_up(name, key, steps):
    if (name, key) in value_of:
        return value_of[name, key]
    if name not in parent or steps == 0:
        return "unset"
    return look_up(parent[name], key, steps - 1)


sys.setrecursionlimit(5000)
for query in queries.split("\n"):
    if query:
        print(look_up(*query.split(), len(parent)))
""",
)

# 16 ------------------------------------------------------------------------


def quoted(r, text):
    if "," in text or '"' in text or r.random() < 0.2:
        return '"' + text.replace('"', '""') + '"'
    return text


def ledger(seed, n, names, high):
    r = random.Random(seed)
    rows = []
    for _ in range(n):
        note = r.choice(["", "cash", "rent, late", 'the "big" one', 'a,b,c', '""', ",", "tools"])
        rows.append(",".join([quoted(r, r.choice(names)), quoted(r, note), quoted(r, str(r.randint(-high, high)))]))
    return lines(n, *rows)


PEOPLE = ["Ann", "ann", "Bell, Joe", 'Al "Ace" Wu', "Zed", "Bell", "Ann Lee", "Q"]

add(
    id="emp-A-16",
    title="The Quoted Ledger",
    kind="stdin",
    difficulty="medium",
    statement='''
The ledger of a workshop is kept as lines of three fields separated by commas: a name, a note, and an amount in cents (an integer, negative for payments made).

A field may be written between double quotes. Inside the quotes, a comma belongs to the field, and two double quotes in a row stand for one double quote. A field that is not quoted contains neither commas nor double quotes. A quoted field begins right after the comma (or at the beginning of the line) and ends right before the next comma (or at the end of the line).

Add up the amounts for each name. Two names are the same if their text, without the enclosing quotes and with doubled quotes resolved, is equal; capital and small letters differ.

Input

The first line contains an integer n (1 <= n <= 1500). Each of the next n lines contains one entry. Names are not empty and do not begin or end with a space; notes may be empty. Amounts are between -100000 and 100000, and they may be quoted, too.

Output

Print one line for each name: the total, a space, and the name (without enclosing quotes, doubled quotes resolved). Order the lines by decreasing total; equal totals are ordered by name in the usual order of strings.

Sample Input 1:
5
Ann,rent,1200
"Bell, Joe","nails, screws",-350
Zed,,"50"
"Ann",refund,-1150
"Al ""Ace"" Wu","""gift""",75

Sample Output 1:
75 Al "Ace" Wu
50 Ann
50 Zed
-350 Bell, Joe
''',
    inputs=[
        '5\nAnn,rent,1200\n"Bell, Joe","nails, screws",-350\nZed,,"50"\n"Ann",refund,-1150\n"Al ""Ace"" Wu","""gift""",75\n',
        '3\nbo,x,5\nBo,x,5\n"b""o",x,5\n',
        '1\nA,,0\n',
        '2\n"A","",-1\nA,"""",1\n',
        '3\n",",",",10\n"""""","","20"\n"""",x,10\n',
        '4\nx,n,100000\ny,n,-100000\nx,n,100000\ny,n,-100000\n',
        '4\nb,1,3\na,2,3\nc,3,4\nd,"4,5",2\n',
        '3\n"a,b",c,1\na,"b,c",1\n"a","b",1\n',
        ledger(161, 12, PEOPLE[:4], 20),
        ledger(162, 60, PEOPLE, 9),
        ledger(163, 300, PEOPLE + [f"N{i}, Jr" for i in range(30)], 100),
        ledger(164, 1500, PEOPLE + [f"N{i}" for i in range(200)], 100000),
    ],
    reference_a="""
import sys


def parse(line):
    fields = []
    field = ""
    quoted = False
    i = 0
    while i < len(line):
        ch = line[i]
        if ch == '"':
            if quoted and line[i + 1:i + 2] == '"':
                field += '"'
                i += 1
            else:
                quoted = not quoted
        elif ch == "," and not quoted:
            fields.append(field)
            field = ""
        else:
            field += ch
        i += 1
    fields.append(field)
    return fields


def main():
    lines = sys.stdin.read().split("\\n")
    n = int(lines[0])
    totals = {}
    for line in lines[1:n + 1]:
        name, _, amount = parse(line)
        totals[name] = totals.get(name, 0) + int(amount)
    for name in sorted(totals, key=lambda k: (-totals[k], k)):
        print(totals[name], name)


main()
""",
    reference_b="""
import csv
from collections import defaultdict

rows = [input() for _ in range(int(input()))]
totals = defaultdict(int)
for name, note, amount in csv.reader(rows):
    totals[name] += int(amount)

by_name = sorted(totals.items())
by_name.sort(key=lambda item: item[1], reverse=True)
for name, total in by_name:
    print(f"{total} {name}")
""",
)
