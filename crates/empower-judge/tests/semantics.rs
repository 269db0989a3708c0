//! What a judged program may rely on: the rows of JUDGE's tables for mode `native`, each by a real run.

mod support;

use std::sync::{LazyLock, Mutex};

use empower_judge::{Judge, JudgeSettings, SandboxPolicy, Submission, Verdict};
use proptest::prelude::*;
use support::{functional_tests, judge_one, open, settings, stdin_tests};

static JUDGE: LazyLock<Judge> = LazyLock::new(|| open(settings()));

/// Judges many one-test programs at once: `(program, expected verdict)`.
#[track_caller]
fn check(tests: &empower_judge::Tests, programs: &[(&str, Verdict)]) {
    let submissions: Vec<_> = programs
        .iter()
        .enumerate()
        .map(|(index, (program, _))| Submission { question_id: "q", index, program, tests })
        .collect();
    let rows = JUDGE.judge(&submissions, &|_| {}).expect("well-formed tests");
    for (row, (program, verdict)) in rows.iter().zip(programs) {
        assert_eq!(row.verdict, *verdict, "{program}\n{row:?}");
    }
}

use Verdict::{Pass, RuntimeError, WrongAnswer};

#[test]
fn standard_input_is_what_a_person_would_see() {
    // The input has three lines; each program prints their sum.
    check(
        &stdin_tests(&[("1\n2\n3\n", "6")]),
        &[
            ("print(int(input()) + int(input()) + int(input()))", Pass),
            ("import sys\na = input()\nprint(int(a) + sum(map(int, sys.stdin.read().split())))", Pass),
            ("import sys\na = sys.stdin.readline()\nprint(int(a) + sum(map(int, sys.stdin.read().split())))", Pass),
            ("import sys\nx = sys.stdin.readlines()\nassert x[0] == '1\\n'\nprint(sum(map(int, x)))", Pass),
            ("import sys\nprint(sum(int(x) for x in sys.stdin))", Pass),
            ("import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))", Pass),
            ("import sys\nr = sys.stdin.buffer.readline\nprint(int(r()) + int(r()) + int(r()))", Pass),
            ("import sys\nprint(sum(map(int, sys.stdin.buffer.readlines())))", Pass),
            ("print(sum(map(int, open(0).read().split())))", Pass),
            ("print(sum(map(int, open('/dev/stdin').read().split())))", Pass),
            ("import os\nprint(sum(map(int, os.read(0, os.fstat(0).st_size).split())))", Pass),
            ("from sys import stdin\nassert stdin.readline() == '1\\n'\nprint(1 + sum(map(int, stdin)))", Pass),
            ("import sys\nassert sys.stdin.fileno() == 0\nprint(6)", Pass),
            ("t = 0\ntry:\n    while True: t += int(input())\nexcept EOFError:\n    print(t)", Pass),
            ("import fileinput\nprint(sum(map(int, fileinput.input())))", Pass),
            ("for _ in range(4): input()", RuntimeError),
        ],
    );
}

#[test]
fn standard_output_is_what_a_person_would_see() {
    check(
        &stdin_tests(&[("", "ok")]),
        &[
            ("import sys\nsys.stdout.buffer.write(b'ok')", Pass),
            ("from sys import stdout\nstdout.write('ok')", Pass),
            ("import os\nos.write(1, b'ok')", Pass),
            ("import sys\nsys.stdout = open(1, 'w')\nprint('ok')\nsys.stdout.flush()", Pass),
            (
                "import sys, io\nsys.stdout = io.StringIO()\nprint('ok')\nsys.__stdout__.write(sys.stdout.getvalue())",
                Pass,
            ),
            ("import sys\nprint('noise', file=sys.stderr)\nprint('ok')", Pass),
            ("import atexit\natexit.register(print, 'ok')", Pass),
            ("import threading\nthreading.Thread(target=print, args=('ok',)).start()", Pass),
            ("import sys\nsys.stdout.buffer.write(b'ok\\xff')", WrongAnswer),
            ("print('no')", WrongAnswer),
            ("", WrongAnswer),
        ],
    );
}

#[test]
fn a_program_is_a_plain_script() {
    check(
        &stdin_tests(&[("", "ok")]),
        &[
            ("def main():\n    print('ok')\nif __name__ == '__main__':\n    main()", Pass),
            ("if __name__ == '__main__': x = 'ok'\nprint(x)", Pass),
            ("x = 'ok'\ndef f():\n    global x\n    x = x\nf()\nprint(globals()['x'])", Pass),
            ("x = 'ok'\nprint([eval('x') for _ in range(1)][0])", Pass),
            ("from __future__ import annotations\nprint('ok')", Pass),
            ("try:\n    from math import *\nexcept ImportError: pass\nprint('ok' if gcd(4, 6) == 2 else '')", Pass),
            ("# -*- coding: latin-1 -*-\nprint('ok')", Pass),
            ("\u{feff}print('ok')", Pass),
            ("import sys\nprint('ok')\nsys.exit()", Pass),
            ("print('ok')\nexit()", Pass),
            ("print('ok')\nquit(0)", Pass),
            ("import sys\nprint('ok')\nsys.exit(3)", RuntimeError),
            ("import __main__\nx = 'ok'\nprint(__main__.x)", Pass),
            ("import pickle\nclass A: pass\npickle.dumps(A())\nprint('ok')", Pass),
            ("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: str\nprint(A('ok').x)", Pass),
            (
                "import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(1 << 26)\n\
              t = threading.Thread(target=print, args=('ok',)); t.start(); t.join()",
                Pass,
            ),
            ("import asyncio\nasync def main(): print('ok')\nasyncio.run(main())", Pass),
            ("open('note', 'w').write('ok')\nprint(open('note').read())", Pass),
            ("import tempfile\nf = tempfile.TemporaryFile('w+')\nf.write('ok'); f.seek(0); print(f.read())", Pass),
            ("import os.path\nprint('ok' if __file__.endswith('program.py') else '')", Pass),
            ("return", RuntimeError),
            ("nonlocal x", RuntimeError),
        ],
    );
}

#[test]
fn the_prelude_is_there_without_import() {
    check(
        &stdin_tests(&[("", "ok")]),
        &[
            ("x: List[int] = []\nd = defaultdict(list)\nheappush(x, 1)\nprint('ok' if gcd(4, 6) == 2 else '')", Pass),
            ("print('ok' if math.sqrt(4) == 2 and sys.getrecursionlimit() == 50000 else '')", Pass),
            // `datetime` is the module and `pow` the builtin, as after the whole prelude.
            ("print('ok' if datetime.date(2024, 1, 1).year == 2024 and pow(2, 3, 5) == 3 else '')", Pass),
            ("def f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint('ok' if f(20000) == 20000 else '')", Pass),
            ("def f(x: Optional[List[int]]): return 'ok'\nprint(f(None))", Pass),
            ("print('ok' if 'Counter' in globals() else '')", Pass),
            ("def Counter(x): return 'ok'\nprint(Counter(1))", Pass),
            ("print(no_such_name)", RuntimeError),
        ],
    );
}

#[test]
fn functions_are_found_called_and_compared() {
    check(
        &functional_tests("f", &[("[1, 2]\n3", "[3, 6]")]),
        &[
            ("def f(xs, k): return [x * k for x in xs]", Pass),
            (
                "class Solution:\n    def f(self, xs: List[int], k: int) -> List[int]:\n        return [x * k for x in xs]",
                Pass,
            ),
            ("def f(xs, k): return tuple(x * k for x in xs)", Pass),
            ("def f(xs, k): return [float(x * k) for x in xs]", Pass),
            ("from fractions import Fraction\ndef f(xs, k): return [Fraction(x * k) for x in xs]", Pass),
            ("import enum\nclass E(enum.IntEnum):\n    A = 3\ndef f(xs, k): return [E.A, 6]", Pass),
            ("def f(xs, k):\n    print('noise')\n    return [x * k for x in xs]", Pass),
            (
                "def f(xs, k):\n    import threading, time\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    return [3, 6]",
                Pass,
            ),
            ("def f(xs, k): return [3, 6, 9]", WrongAnswer),
            ("def f(xs, k): return {3, 6}", WrongAnswer),
            ("def f(xs, k): return deque([3, 6])", WrongAnswer),
            ("def f(xs, k): pass", WrongAnswer),
            ("def g(xs, k): return [3, 6]", RuntimeError),
            ("class Solution:\n    def g(self, xs, k): return [3, 6]", RuntimeError),
            ("def f(xs): return [3, 6]", RuntimeError),
            ("def f(xs, k): raise ValueError(k)", RuntimeError),
            ("def f(xs, k): exit()", RuntimeError),
            ("def f(xs, k", RuntimeError),
        ],
    );
    check(
        &functional_tests("f", &[("3", "[[1, 2], {\"a\": true}]")]),
        &[
            ("def f(n): return [[1, 2], {'a': 1}]", Pass),
            ("def f(n): return [[1, 2], defaultdict(int, a=1)]", Pass),
            ("def f(n): return [(1, 2), {'a': 1}]", WrongAnswer),
            ("def f(n): return [[1, 2], {'a': 'true'}]", WrongAnswer),
            ("def f(n): return [[1, 2], {1: 1}]", WrongAnswer),
            ("def f(n):\n    x = []\n    x.append(x)\n    return x", WrongAnswer),
        ],
    );
    let big = "9".repeat(60_000);
    check(&functional_tests("f", &[("60000", &big)]), &[("def f(n): return 10 ** n - 1", Pass)]);
    check(&functional_tests("f", &[("\"\\ud83d\\ude00\\n/\"", "\"😀\\n/\"")]), &[("def f(s): return s", Pass)]);
    check(
        &functional_tests("f", &[("", "0.5")]),
        &[("def f(): return 0.5", Pass), ("def f(): return 0.50001", WrongAnswer)],
    );
}

#[test]
fn a_failure_says_where() {
    let row = judge_one(&JUDGE, "x = 1\nprint(x\n  / 0)", &stdin_tests(&[("", "1")]));
    assert!(row.detail.contains("test 1") && row.detail.contains("ZeroDivisionError"), "{row:?}");
    assert!(row.detail.contains(r#"File "program.py", line 2"#), "{row:?}");
    assert!(
        !row.detail.contains("<string>") && !row.detail.contains("_empower"),
        "the driver stays out of it: {row:?}"
    );
    let row = judge_one(&JUDGE, "def f(:", &stdin_tests(&[("", "1")]));
    assert!(row.detail.contains("SyntaxError") && row.detail.contains("line 1"), "{row:?}");
    let row = judge_one(&JUDGE, "print(input())", &stdin_tests(&[("1", "1"), ("2", "3"), ("4", "4")]));
    assert_eq!((row.verdict, row.tests_run, row.passed), (WrongAnswer, 2, false), "it stops at the first failure");
    assert_eq!(row.detail, r#"test 2: line 1: expected "3", got "2""#);
}

#[test]
fn programs_do_not_meet_between_tests() {
    let program = "import os\nprint(os.path.exists('left'))\nopen('left', 'w').close()";
    let row = judge_one(&JUDGE, program, &stdin_tests(&[("", "False"), ("", "False")]));
    assert_eq!(row.verdict, Pass, "{row:?}");
}

#[test]
fn verdicts_do_not_depend_on_workers() {
    let tests = stdin_tests(&[("3", "3"), ("4", "4")]);
    // Includes what varies from run to run elsewhere: the order of a set of strings, and addresses.
    let programs =
        ["print(input())", "print(3)", "x", "print({'a', 'b', 'c', 'd', 'e'})", "raise ValueError(object())"];
    let submissions: Vec<_> = (0..20)
        .map(|index| Submission { question_id: "q", index, program: programs[index % programs.len()], tests: &tests })
        .collect();
    let calls = Mutex::new(Vec::new());
    let alone = open(JudgeSettings { workers: 1, ..settings() });
    let many = open(JudgeSettings { workers: 4, ..settings() });
    let first = alone.judge(&submissions, &|done| calls.lock().expect("no panic").push(done)).expect("good tests");
    let second = many.judge(&submissions, &|done| calls.lock().expect("no panic").push(done)).expect("good tests");
    assert_eq!(first, second);
    assert!(first.iter().enumerate().all(|(index, row)| row.index == index));
    let expected: Vec<usize> = (1..=20).chain(1..=20).collect();
    assert_eq!(*calls.lock().expect("no panic"), expected);
}

#[test]
fn a_failing_machine_is_no_wrong_answer() {
    let judge = open(settings());
    std::fs::remove_dir_all(judge.scratch()).expect("own folder");
    let row = judge_one(&judge, "print(1)", &stdin_tests(&[("", "1")]));
    assert_eq!((row.verdict, row.passed), (Verdict::Infrastructure, false), "{row:?}");
    assert!(row.detail.contains("scratch"), "{row:?}");
}

/// Processes that run in the judge's scratch folders, not those that wait beside them.
fn running_in(judge: &Judge) -> Vec<String> {
    let pid_if_inside = |entry: std::fs::DirEntry| {
        let inside = std::fs::read_link(entry.path().join("cwd"))
            .is_ok_and(|cwd| cwd.starts_with(judge.scratch()) && cwd != judge.scratch());
        inside.then(|| entry.file_name().to_string_lossy().into_owned())
    };
    std::fs::read_dir("/proc").expect("Linux").flatten().filter_map(pid_if_inside).collect()
}

/// Judges a program while another thread kills up to `kills` of its processes, as the kernel does when memory is short.
fn judge_while_killing(program: &str, kills: usize) -> empower_judge::VerdictRow {
    let judge = open(settings());
    std::thread::scope(|scope| {
        let judging = scope.spawn(|| judge_one(&judge, program, &stdin_tests(&[("", "ok")])));
        let mut killed = std::collections::BTreeSet::new();
        while !judging.is_finished() {
            for pid in running_in(&judge) {
                let up = std::fs::read_dir(judge.scratch())
                    .is_ok_and(|mut runs| runs.any(|run| run.is_ok_and(|run| run.path().join("up").exists())));
                if up && killed.len() < kills && killed.insert(pid.clone()) {
                    let status = std::process::Command::new("kill").args(["-9", &pid]).status();
                    assert!(status.is_ok_and(|status| status.success()));
                }
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(killed.len(), kills);
        judging.join().expect("judging does not panic")
    })
}

#[test]
fn a_program_killed_from_outside_is_tried_again() {
    let program = "import time\nopen('up', 'w').close()\ntime.sleep(3)\nprint('ok')";
    assert_eq!(judge_while_killing(program, 1).verdict, Pass);
    let row = judge_while_killing(program, 3);
    assert_eq!(row.verdict, Verdict::Infrastructure, "{row:?}");
}

#[test]
fn a_time_out_is_tried_again_before_it_counts() {
    let judge = open(JudgeSettings { time_limit: std::time::Duration::from_secs(5), ..settings() });
    // Hangs if it starts soon, and is done at once if it starts later: a machine that is slow for a while.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let program = format!("import time\nif time.time() < {}: time.sleep(60)\nprint('ok')", now + 2.0);
    let row = judge_one(&judge, &program, &stdin_tests(&[("", "ok")]));
    assert_eq!(row.verdict, Pass, "{row:?}");
}

#[test]
fn every_layer_is_reported() {
    let layers = JUDGE.layers();
    assert!(layers.iter().filter(|layer| layer.required).all(|layer| layer.present), "{layers:?}");
    assert!(layers.iter().all(|layer| layer.present == layer.hint.is_empty()), "{layers:?}");
    println!("interpreter: {} at {}", JUDGE.interpreter().version, JUDGE.interpreter().path.display());
    for layer in layers {
        println!("{:20} {} {}", layer.name, layer.present, layer.hint);
    }
}

#[test]
fn without_a_sandbox_programs_run_and_limits_hold() {
    let judge = open(JudgeSettings { sandbox: SandboxPolicy::None, ..settings() });
    assert!(judge.layers().iter().all(|layer| !layer.present));
    let tests = stdin_tests(&[("5", "5")]);
    assert_eq!(judge_one(&judge, "print(input())", &tests).verdict, Pass);
    assert_eq!(judge_one(&judge, "x = bytearray(1 << 40)", &tests).verdict, Verdict::MemoryLimit);
    assert_eq!(judge_one(&judge, "while True: print(1)", &tests).verdict, Verdict::OutputLimit);
    // Children are allowed here, and end with the program.
    let forking = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\nprint(input())";
    assert_eq!(judge_one(&judge, forking, &tests).verdict, Pass);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
    // A killed process takes a moment to go.
    while !running_in(&judge).is_empty() && std::time::Instant::now() < patience {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(running_in(&judge), Vec::<String>::new());
}

#[test]
fn odd_program_texts_get_a_verdict() {
    let nested = format!("x = {}{}", "(".repeat(50_000), ")".repeat(50_000));
    let huge = format!("x = '{}'\n", "é".repeat(2 << 20));
    let long = "x = 1\n".repeat(20_000);
    let odd = ["\0", "print(1)\0", "\r", "\t\n  x", "\u{202e}", "# coding: nonsense\n", &nested, &huge, &long];
    let tests = stdin_tests(&[("", "1")]);
    for program in odd {
        let row = judge_one(&JUDGE, program, &tests);
        assert!(
            matches!(row.verdict, WrongAnswer | RuntimeError | Verdict::MemoryLimit),
            "{:?}: {row:?}",
            program.chars().take(40).collect::<String>()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_gets_a_verdict(program in "(\\PC|[\n\t\0 ():=+x1'\"#])*") {
        let row = judge_one(&JUDGE, &program, &stdin_tests(&[("", "no program prints this")]));
        prop_assert!(matches!(row.verdict, WrongAnswer | RuntimeError), "{:?}", row);
    }
}
