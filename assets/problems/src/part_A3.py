"""Part A of the problem suite, problems 12 to 17: calendars, windows, profiles, quoting, an editor.

Owns statements, test inputs and reference programs. Inputs are literal or come from
a seeded generator; the expected outputs are what the references print (`build.py`).
"""

import random

from suite import args, lines, part

PROBLEMS, add = part()

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

# 17 ------------------------------------------------------------------------


def keys(seed, width, n, pool):
    r = random.Random(seed)
    return lines(width, "".join(r.choice(pool) for _ in range(n)))


add(
    id="emp-A-17",
    title="The One-Line Typewriter",
    kind="stdin",
    difficulty="medium",
    statement="""
An electronic typewriter edits a single line of at most W characters. It has a cursor, which stands between two characters or at an end of the line. At the start the line is empty and the capitals are off. These are the keys:

- a small letter: inserts this letter at the cursor (as a capital letter while the capitals are on), and the cursor moves behind it;
- `_`: inserts an underscore in the same way;
- `<` and `>`: move the cursor one character to the left or to the right;
- `^` and `$`: move the cursor to the beginning or to the end of the line;
- `#`: deletes the character to the left of the cursor;
- `*`: switches the capitals on if they are off, and off if they are on.

If a character is to be inserted while the line already holds W characters, nothing is inserted and a bell rings. If the cursor cannot move in the wanted direction, or there is no character to delete, nothing happens.

Input

The first line contains the integer W (1 <= W <= 2000). The second line contains the keys in the order in which they were struck, without spaces: at least 1 and at most 30000 characters.

Output

On the first line print the text, or `(blank)` if there is none. On the second line print the number of characters to the left of the cursor and the number of times the bell rang.

Sample Input 1:
6
cart<<#o^*s$e_x<#

Sample Output 1:
ScorE
4 2
""",
    inputs=[
        "6\ncart<<#o^*s$e_x<#\n",
        "3\nab##<#c>>d\n",
        "1\n#\n",
        "1\n*a*b#b_\n",
        "5\nabc^#>#$<#z\n",
        "4\n*ab*cd^e#f<<x>>>>y#z\n",
        "10\n_*_a*_^>>#<$#q\n",
        "2\na<b<c>>#d^^#>#e\n",
        "50\nthe_old_*t*own^>>>>####*a*$<<<#O".replace("O", "o") + "\n",
        keys(171, 5, 40, "abc_<>^$#*"),
        keys(172, 12, 200, "abcdexyz__<<>>^$#**"),
        keys(173, 300, 3000, "abcdefghij<<<>>^$##*"),
        keys(174, 2000, 30000, "abcdefghijkl_<<>^$###*"),
    ],
    reference_a="""
import sys


def main():
    lines = sys.stdin.read().split("\\n")
    width = int(lines[0])
    left = []
    right = []
    capitals = False
    bells = 0
    for key in lines[1].strip():
        if key == "<":
            if left:
                right.append(left.pop())
        elif key == ">":
            if right:
                left.append(right.pop())
        elif key == "^":
            while left:
                right.append(left.pop())
        elif key == "$":
            while right:
                left.append(right.pop())
        elif key == "#":
            if left:
                left.pop()
        elif key == "*":
            capitals = not capitals
        elif len(left) + len(right) == width:
            bells += 1
        else:
            left.append(key.upper() if capitals else key)
    text = "".join(left) + "".join(reversed(right))
    print(text or "(blank)")
    print(len(left), bells)


main()
""",
    reference_b="""
W = int(input())
text, cursor, upper, bells = "", 0, False, 0

for key in input().strip():
    if key == "*":
        upper = not upper
    elif key in "<>":
        step = 1 if key == ">" else -1
        cursor = min(max(cursor + step, 0), len(text))
    elif key in "^$":
        cursor = 0 if key == "^" else len(text)
    elif key == "#":
        if cursor > 0:
            text = text[:cursor - 1] + text[cursor:]
            cursor -= 1
    elif len(text) < W:
        text = text[:cursor] + (key.upper() if upper else key) + text[cursor:]
        cursor += 1
    else:
        bells += 1

print(text if text else "(blank)")
print(cursor, bells)
""",
)
