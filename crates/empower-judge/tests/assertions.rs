//! Tests that are assertions, run for real: what passes, what fails and how, and programs that would rather not be
//! tested.

mod support;

use std::sync::LazyLock;

use empower_judge::{Judge, TestCase, TestKind, Tests, Verdict};
use support::{judge_one, open, settings};

static JUDGE: LazyLock<Judge> = LazyLock::new(|| open(settings()));

fn tests(assertions: &[&str]) -> Tests {
    let case = |input: &&str| TestCase { input: (*input).to_owned(), output: String::new() };
    Tests { kind: TestKind::Assertions, cases: assertions.iter().map(case).collect() }
}

#[track_caller]
fn check(assertions: &[&str], program: &str, expected: Verdict, detail: &str) {
    let row = judge_one(&JUDGE, program, &tests(assertions));
    assert_eq!(row.verdict, expected, "{program}\n{row:?}");
    assert!(row.detail.contains(detail), "{program}\n{row:?}");
}

use Verdict::{Pass, RuntimeError, WrongAnswer};

const DOUBLE: &str = "def double(x):\n    return 2 * x\n";

#[test]
fn assertions_decide() {
    let good = ["assert double(2) == 4", "x = double('ab')\nassert x == 'abab'\n"];
    check(&good, DOUBLE, Pass, "");
    check(&good, "def double(x):\r\n\treturn x + x", Pass, "");
    check(&good, "def double(x):\n    return 4", WrongAnswer, "test 2: failed: assert x == 'abab'");
    check(&["assert double(2) == 5, 'no five'"], DOUBLE, WrongAnswer, "assert double(2) == 5, 'no five': no five");
    // HumanEval's form.
    let form = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(3) == 6\n\ncheck(double)\n";
    check(&[form], DOUBLE, Pass, "");
    check(&[form], "def double(x):\n    return 2", WrongAnswer, "failed: assert candidate(3) == 6");
}

#[test]
fn other_exceptions_are_runtime_errors() {
    check(&["assert double(2) == 4"], "def twice(x): return 2 * x", RuntimeError, "NameError");
    check(&["assert double(2) == 4"], "def double(x): return 1 // 0", RuntimeError, "ZeroDivisionError");
    check(&["assert double(2) == 4"], "def double(x) return 2 * x", RuntimeError, "SyntaxError");
    check(&["assert double(2) == 4"], "raise ValueError('at once')", RuntimeError, "at once");
    // An assertion of the program itself, before any test.
    check(&["assert True"], "assert False, 'its own'", RuntimeError, "its own");
}

#[test]
fn programs_are_alone_with_python() {
    // No prelude: HumanEval has none, and its completions import what they need.
    check(&["assert floor(1.5) == 1"], "pass", RuntimeError, "NameError");
    check(&["assert f() == 1"], "def f(): return math.floor(1.5)", RuntimeError, "NameError");
    // Nor any name of ours.
    let names = "assert not [n for n in globals() if 'empower' in n or n in ('tests', 'marker', 'program', 'sys')]";
    check(&[names], "pass", Pass, "");
    check(&["assert Solution().f() == 1"], "class Solution:\n    def f(self): return 1", Pass, "");
    check(&["assert N == '__main__'"], "N = __name__", Pass, "");
    check(
        &["import pickle\nassert pickle.loads(pickle.dumps(P(3))).x == 3"],
        "class P:\n    def __init__(self, x): self.x = x",
        Pass,
        "",
    );
    // Each test starts anew.
    check(
        &["assert next_one() == 1", "assert next_one() == 1"],
        "n = 0\ndef next_one():\n    global n\n    n += 1\n    return n",
        Pass,
        "",
    );
}

#[test]
fn ending_early_is_no_pass() {
    let never = ["assert False, 'reached'"];
    for program in [
        "raise SystemExit",
        "raise SystemExit(0)",
        "exit()",
        "import sys\nsys.exit(0)",
        "import os\nos._exit(0)",
        "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit",
        "import threading, os\nthreading.Thread(target=os._exit, args=(0,)).start()\nimport time\ntime.sleep(60)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    ] {
        let row = judge_one(&JUDGE, program, &tests(&never));
        assert_eq!(row.verdict, RuntimeError, "{program}\n{row:?}");
    }
    // Ending while the assertions run is no pass either.
    check(&["assert f() == 1"], "def f(): raise SystemExit(0)", RuntimeError, "");
    check(&["assert f() == 1"], "import os\ndef f(): os._exit(0)", RuntimeError, "");
}

#[test]
fn tampering_with_builtins_is_no_pass() {
    let wrong = ["assert f() == 1"];
    for (program, expected) in [
        ("import builtins\nbuiltins.exec = lambda *a, **k: None\ndef f(): return 2", WrongAnswer),
        ("import builtins\nbuiltins.compile = lambda *a, **k: 'pass'\ndef f(): return 2", WrongAnswer),
        ("import builtins\nbuiltins.AssertionError = KeyError\ndef f(): return 2", WrongAnswer),
        ("AssertionError = KeyError\ndef f(): return 2", WrongAnswer),
        ("import sys\nsys.excepthook = lambda *a: None\ndef f(): return 2", WrongAnswer),
        ("import builtins\nbuiltins.str = lambda *a: 1 // 0\ndef f(): return 2", RuntimeError),
        ("def _empower_check(*a): return a[-1]\ndef f(): return 2", WrongAnswer),
        ("import sys\ndef f(): return 2\nsys.exit = lambda *a: None\nsys.stdout.write('\"passed\"')", WrongAnswer),
    ] {
        let row = judge_one(&JUDGE, program, &tests(&wrong));
        assert_eq!(row.verdict, expected, "{program}\n{row:?}");
    }
}
