"""Tests of what builds and scores the suite: `runner.py`, `mutate.py`, `difficulty.py`.

    python3 -m unittest discover -s assets/problems -p 'test_*.py'
"""

import ast
import math
import unittest

import difficulty
import mutate
import runner
import suite

ECHO = "print(input())\n"


def names(text):
    return [name for name, _ in mutate.named_mutants(text)]


def ends(text, inputs, func_name=None):
    plan = mutate.measured(text, func_name, inputs)
    return {name: mutate.how_it_ended(tree, func_name, plan)[0] for name, tree in mutate.named_mutants(text)}


class Running(unittest.TestCase):
    def run_one(self, program, text="", limit=2.0, func_name=None):
        return runner.run(program, func_name, [text], [limit])

    def test_output_of_each_input_in_order(self):
        result = runner.run(ECHO, None, ["one\n", "two\n"], [1, 1])
        self.assertEqual([out for out, _, _ in result.runs], ["one\n", "two\n"])
        self.assertEqual(result.end, "done")

    def test_state_does_not_pass_from_one_input_to_the_next(self):
        program = "import sys\nsys.setrecursionlimit(150)\nx = globals().get('x', 0) + 1\nprint(x)\n"
        result = runner.run(program, None, ["a\n", "b\n"], [1, 1])
        self.assertEqual([out for out, _, _ in result.runs], ["1\n", "1\n"])

    def test_a_method_gets_json_arguments(self):
        program = "class Solution:\n    def add(self, a, b):\n        return [a + b]\n"
        self.assertEqual(self.run_one(program, "2\n3", func_name="add").runs[0][0], "[5]\n")

    def test_an_endless_loop_runs_out_of_time_though_it_catches_everything(self):
        program = "while True:\n    try:\n        pass\n    except BaseException:\n        pass\n"
        self.assertEqual(self.run_one(program, limit=0.2).end, "time")

    def test_a_long_call_into_c_runs_out_of_time(self):
        self.assertEqual(self.run_one("x = 3 ** (10 ** 9)\n", limit=0.2).end, "time")

    def test_errors_are_told_and_exit_0_is_none(self):
        self.assertIn("ZeroDivisionError", self.run_one("1 // 0\n").runs[0][1])
        self.assertIn("SystemExit", self.run_one("import sys\nsys.exit(3)\n").runs[0][1])
        self.assertIsNone(self.run_one("import sys\nsys.exit()\n").runs[0][1])
        self.assertIn("standard error", self.run_one("import sys\nprint(1, file=sys.stderr)\n").runs[0][1])

    def test_too_much_memory_is_an_error(self):
        self.assertIn("MemoryError", self.run_one("x = [0] * (1 << 30)\n").runs[0][1])

    def test_a_child_that_dies_is_a_crash(self):
        self.assertEqual(self.run_one("import os\nos._exit(3)\n").end, "crash")

    def test_with_wanted_it_stops_at_the_first_difference(self):
        result = runner.run(ECHO, None, ["a\n", "b\n", "c\n"], [1] * 3, ["a\n", "x\n", "c\n"])
        self.assertEqual([same for same, _, _ in result.runs], [True, False])

    def test_comparing(self):
        self.assertTrue(runner.same_output(" a \nb\n\n", "a\nb", None))
        self.assertFalse(runner.same_output("a\n\nb", "a\nb", None))
        self.assertTrue(runner.same_output("[1,  2]\n", "[1, 2]", "f"))
        self.assertFalse(runner.same_output("[1, 2", "[1, 2]", "f"))


class Mutating(unittest.TestCase):
    def test_every_kind_of_change(self):
        loop = "for i in range(n):\n    if i < 3 and i != n:\n        print(max(i, -1))\n        print(i)\n"
        found = names("n = int(input())\n" + loop)
        for wanted in [
            "2: range(n) => range(n + 1)",
            "2: range(n) => range(n - 1)",
            "3: i < 3 => i <= 3",
            "3: i < 3 => i > 3",
            "3: 3 => 4",
            "3: 3 => 2",
            "3: i != n => i == n",
            "3: i < 3 and i != n => i < 3 or i != n",
            "3: i < 3 and i != n => i < 3",
            "4: max(i, -1) => min(i, -1)",
            "4: -1 => 1",
            "4: print(max(i, -1)) => nothing",
            "3: if i < 3 and i != n: => if not (i < 3 and i != n):",
            "3: if i < 3 and i != n: => if i < 3 and i != n: without its body",
        ]:
            self.assertIn(wanted, found)

    def test_no_two_mutants_are_one_program_and_none_is_the_program(self):
        text = "x = 1\nx += 2\nprint(x + x - 1, sorted([x])[0], 'a'.strip())\n"
        programs = [ast.unparse(tree) for _, tree in mutate.named_mutants(text)]
        self.assertEqual(len(programs), len(set(programs)))
        self.assertNotIn(ast.unparse(ast.parse(text)), programs)
        self.assertEqual(len(names(text)), len(set(names(text))))

    def test_what_is_no_part_of_the_program_stays(self):
        text = '"""Doc."""\nimport sys\nfrom typing import List\nsys.setrecursionlimit(5000)\n'
        self.assertEqual(names(text + "def f(a: List[int]) -> int:\n    return None\n"), [])
        guarded = names('def main():\n    pass\n\n\nif __name__ == "__main__":\n    main()\n')
        self.assertEqual(guarded, [])

    def test_the_tree_is_whole_again_afterwards(self):
        text = "a = [1, 2]\nprint(a[0] if a else 3)\n"
        once, twice = names(text), names(text)
        self.assertEqual(once, twice)

    def test_killed_survived_and_out_of_time(self):
        text = "n = int(input())\nwhile n > 0:\n    print(n)\n    n -= 1\n"
        found = ends(text, ["2\n", "1\n"])
        self.assertEqual(found["2: n > 0 => n >= 0"], "wrong")
        self.assertEqual(found["4: n -= 1 => nothing"], "time")
        self.assertEqual(found["4: n -= 1 => n += 1"], "time")
        self.assertEqual(ends("x = int(input())\nprint(x > 3)\n", ["1\n", "9\n"])["2: 3 => 4"], "survived")
        self.assertEqual(ends("x = int(input())\nprint(x > 3)\n", ["1\n", "4\n"])["2: 3 => 4"], "wrong")

    def test_the_score_leaves_out_equivalents(self):
        self.assertEqual(mutate.score({"mutants": 12, "equivalent": 2, "survived": 1}), 0.9)

    def test_equivalents_are_read_once_each(self):
        classes, judged = mutate.read_equivalents()
        self.assertTrue(set(judged.values()) <= set(classes))


class Measuring(unittest.TestCase):
    def test_branches_and_depth(self):
        tree = ast.parse("for x in y:\n    if x and z or w:\n        print([a for a in x if a])\n")
        # for, if, the comprehension and its condition, and two more operands
        self.assertEqual(difficulty.branches(tree), 6)
        self.assertEqual(difficulty.depth(tree), 2)

    def test_rank_correlation(self):
        self.assertEqual(difficulty.ranks([5, 1, 5, 2]), [3.5, 1.0, 3.5, 2.0])
        self.assertTrue(math.isclose(difficulty.correlation([1, 2, 3], [2, 4, 6]), 1.0))
        self.assertTrue(math.isclose(difficulty.correlation([1, 2, 3], [3, 2, 1]), -1.0))


class Writing(unittest.TestCase):
    def test_lines_and_arguments(self):
        self.assertEqual(suite.lines((1, 2), "a b", 3), "1 2\na b\n3\n")
        self.assertEqual(suite.args([1], "x", True), '[1]\n"x"\ntrue')

    def test_drawn_inputs_follow_and_do_not_repeat(self):
        problems, add = suite.drawing("Z")
        add(7, "T", "easy", "story", lambda r, n: f"{n}\n", ["1\n", "2\n"], [2, 3], "print(1)", "print(2)")
        self.assertEqual(problems[0]["inputs"], ["1\n", "2\n", "3\n"])
        self.assertEqual(problems[0]["half"], "train")


if __name__ == "__main__":
    unittest.main()
