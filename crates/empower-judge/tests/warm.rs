//! The warm interpreter: what one run does is not seen by the next, both ways of starting give the same verdicts, and
//! an interpreter that dies is replaced.

mod support;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use empower_judge::{Judge, JudgeSettings, Mode, Order, SandboxPolicy, Start, Submission, Task, Verdict, VerdictRow};
use support::{functional_tests, judge_one, open, processes_of, settings, stdin_tests};

/// One worker, so that each run follows another in the same interpreter.
fn one_worker(start: Start) -> Judge {
    let judge = open(JudgeSettings { workers: 1, start, ..settings() });
    assert_eq!(judge.start(), (start, None));
    judge
}

static WARM: LazyLock<Judge> = LazyLock::new(|| one_worker(Start::Warm));
static COLD: LazyLock<Judge> = LazyLock::new(|| one_worker(Start::Cold));

/// What a run can see of the state around it, printed as text: two runs of this in the same interpreter must agree,
/// whatever ran between them.
const LOOK: &str = r#"
import sys, os, gc, signal, resource, builtins, time, threading, random, math, json, locale, warnings, atexit, types
def members(module):
    return sorted((name, type(value).__name__, id(value)) for name, value in vars(module).items()
                  if name not in ("__builtins__", "last_value", "last_type", "last_traceback"))
def limits():
    return [(name, resource.getrlimit(getattr(resource, name))) for name in sorted(dir(resource)) if name.startswith("RLIMIT")]
def handlers():
    return [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())]
seen = {
    "modules": sorted(sys.modules),
    "builtins": members(builtins), "math": members(math), "json": members(json), "string": members(sys.modules["string"]),
    "os": members(os), "sys": sorted(vars(sys)),
    "path": sys.path, "argv": sys.argv, "meta_path": [str(x) for x in sys.meta_path], "hooks": len(sys.path_hooks),
    "environment": dict(os.environ), "cwd": os.path.basename(os.getcwd()), "files": sorted(os.listdir(".")),
    "limits": limits(), "handlers": handlers(), "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "timers": [signal.getitimer(kind) for kind in (0, 1, 2)],
    "umask": os.umask(0o077), "nice": os.getpriority(0, 0), "affinity": sorted(os.sched_getaffinity(0)),
    "recursion": sys.getrecursionlimit(), "switch": sys.getswitchinterval(), "digits": sys.get_int_max_str_digits(),
    "trace": [str(sys.gettrace()), str(sys.getprofile()), sys.excepthook is sys.__excepthook__],
    "threads": threading.active_count(), "gc": [gc.isenabled(), gc.get_threshold(), len(gc.garbage), len(gc.callbacks)],
    "streams": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    "filters": len(warnings.filters), "locale": locale.setlocale(locale.LC_ALL, None),
    "object": id(object()), "stdin": sys.stdin.read(),
    "folder": [os.stat(".").st_nlink, os.stat(".").st_size, os.stat(".").st_mode],
}
print(json.dumps(seen, default=str, sort_keys=True))
"#;

/// Each leaves as much behind as it can, then prints `done`.
const LEAVERS: [&str; 15] = [
    "import builtins\nbuiltins.print = None\nbuiltins.len = lambda x: 42\nbuiltins.left = 1\nbuiltins.__dict__.pop('sum')",
    "import math, json, random, string, os\nmath.pi = 3\njson.loads = None\njson.left = 1\nrandom.random = lambda: 0.5\nstring.left = 2\nos.getcwd = None",
    "import sys\nsys.modules.clear()",
    "import sys\nsys.path.insert(0, '/nowhere')\nsys.meta_path.clear()\nsys.argv.append('left')\nsys.path_hooks.clear()",
    "import os\nos.environ['LEFT'] = '1'\nos.environ.pop('HOME')\nos.putenv('ALSO', '2')",
    "import os\nfor n in range(200): open('left-%050d' % n, 'w').write('x' * 1000)\nos.umask(0)",
    "import os\nos.chdir('/')",
    "import signal\nfor n in signal.valid_signals():\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())",
    "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)\nsignal.setitimer(signal.ITIMER_VIRTUAL, 1000)\nsignal.setitimer(signal.ITIMER_PROF, 1000)",
    "import resource\nfor name in ('NOFILE', 'AS', 'STACK', 'NPROC', 'FSIZE'):\n    n = getattr(resource, 'RLIMIT_' + name)\n    try: resource.setrlimit(n, (resource.getrlimit(n)[0] // 2, resource.getrlimit(n)[0] // 2))\n    except (OSError, ValueError): pass",
    "import sys, gc\nsys.setrecursionlimit(77)\nsys.setswitchinterval(1)\ngc.disable()\ngc.set_threshold(1, 1, 1)\ngc.callbacks.append(print)\ngc.garbage.append(1)",
    "import sys, threading, time\nsys.settrace(lambda *a: None)\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
    "import sys, io, os\nsys.stdout = sys.stderr = sys.stdin = io.StringIO()\nos.close(0)",
    "import ctypes, sys\nctypes.memset(id(1234567890123) , 0, 0)\nctypes.pythonapi.PyList_Append(ctypes.py_object(sys.path), ctypes.py_object('left'))\nctypes.CDLL(None).setenv(b'LEFT', b'1', 1)",
    "import os, ctypes\nfor fd in range(3, 64):\n    try: os.write(fd, b'left'); os.close(fd)\n    except OSError: pass\nctypes.CDLL(None).prctl(15, b'left')",
];

#[test]
fn nothing_stays_from_run_to_run() {
    let judge = &*WARM;
    let tests = stdin_tests(&[("the input\n", "never printed")]);
    let look = || {
        let row = judge_one(judge, LOOK, &tests);
        assert_eq!(row.verdict, Verdict::WrongAnswer, "{row:?}");
        row.detail
    };
    // A detail shows the first 200 characters of a line, so the whole is looked at by its hash below; this one is for
    // the reader of a failure.
    let hashed = LOOK
        .replace("print(json.dumps(", "import hashlib\nprint(hashlib.sha256(json.dumps(")
        .replace("sort_keys=True))", "sort_keys=True).encode()).hexdigest())");
    let fingerprint = || judge_one(judge, &hashed, &tests).detail;
    let (shown, first) = (look(), fingerprint());
    assert!(first.contains("got \"") && first == fingerprint(), "the look repeats by itself: {first}");
    for leaver in LEAVERS {
        let row = judge_one(judge, leaver, &tests);
        assert!(matches!(row.verdict, Verdict::WrongAnswer | Verdict::RuntimeError), "{leaver}: {row:?}");
        assert_eq!((look(), fingerprint()), (shown.clone(), first.clone()), "{leaver}");
    }
    // Nor from a functional run, nor from one that is killed.
    for program in
        ["def f(x):\n    import builtins\n    builtins.left = x\n    return x", "def f(x): return bytearray(1 << 40)"]
    {
        judge_one(judge, program, &functional_tests("f", &[("1", "2")]));
        assert_eq!(fingerprint(), first, "{program}");
    }
    assert_eq!(processes_of(judge.scratch()), Vec::<String>::new());
    assert_eq!(std::fs::read_dir(judge.scratch()).expect("the judge lives").count(), 0);
}

#[test]
fn random_numbers_differ_from_run_to_run() {
    let tests = stdin_tests(&[("", "never printed")]);
    for program in [
        "import random\nprint(random.random())",
        "from random import *\nprint(getrandbits(64))",
        "print(randint(0, 1 << 64))",
    ] {
        let details: std::collections::BTreeSet<String> =
            (0..4).map(|_| judge_one(&WARM, program, &tests).detail).collect();
        assert_eq!(details.len(), 4, "{details:?}");
    }
}

/// Programs of every kind of ending, by what they end in; each is judged warm and cold.
const PROGRAMS: [&str; 44] = [
    "print(input())",
    "import sys\nprint(sys.stdin.read())",
    "print(sum(map(int, open(0).read().split())))",
    "import os\nprint(os.read(0, 100), os.fstat(0).st_size)",
    "print({'a', 'b', 'c', 'd', 'e'}, hash('x'))",
    "print(Counter('abracadabra').most_common())",
    "print([x for x in dir() if x[0] != '_'])",
    "print(sorted(globals()))",
    "import sys\nprint(sys.argv, sys.getrecursionlimit(), __name__, __file__)",
    "import sys\nprint(type(sys.stdin), sys.stdin.encoding, sys.stdin.errors, sys.stdout.errors, sys.stdout.line_buffering, sys.stdin.name)",
    "import sys\nprint(sys.stdin.buffer.raw.seekable(), sys.stdout.buffer.raw.seekable(), sys.stdin.isatty())",
    "print(1 / 0)",
    "raise ValueError('x')",
    "raise SystemExit",
    "raise SystemExit(0)",
    "raise SystemExit(256)",
    "raise SystemExit(-1)",
    "raise SystemExit(True)",
    "raise SystemExit(1 << 70)",
    "raise SystemExit('text')",
    "raise KeyboardInterrupt",
    "exit()",
    "quit(3)",
    "import os\nos._exit(0)",
    "import os\nos.abort()",
    "import atexit\natexit.register(print, 'at the end')\nprint('first')",
    "import atexit\natexit.register(lambda: 1 / 0)\nprint('first')",
    "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()\nprint('first')",
    "import threading\ndef f(): raise ValueError\nthreading.Thread(target=f).start()\nprint('first')",
    "class A:\n    def __del__(self): print('gone')\na = A()\nprint('first')",
    "class A:\n    def __del__(self): print('gone')\na = A()\na.self = a\nb = [a]\nprint('first')",
    "class A:\n    def __del__(self): print('gone')\na = A()\nraise ValueError",
    "def g():\n    try: yield 1\n    finally: print('closed')\nx = g()\nnext(x)",
    "f = open(1, 'w', closefd=False)\nf.write('unflushed')",
    "import os\nf = os.fdopen(1, 'w')\nf.write('unflushed')",
    "import sys\nsys.stdout.close()",
    "import os\nprint('x')\nos.close(1)",
    "import sys\nsys.stdout = None\nprint('x')",
    "import sys\ndel sys.stdout",
    "import sys, io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, write_through=False)\nprint('x')",
    "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, print, 'finalized')\nprint('first')",
    "import asyncio\nasync def main(): print('ok')\nasyncio.run(main())",
    "x = [0] * (1 << 30)",
    "def f(n): return n and 1 + f(n - 1)\nprint(f(30000))",
];

#[test]
fn warm_and_cold_agree() {
    // Expects what no program prints, so that each difference in output shows in the detail.
    let tests = stdin_tests(&[("12\n", "never printed")]);
    for program in PROGRAMS {
        let (warm, cold) = (judge_one(&WARM, program, &tests), judge_one(&COLD, program, &tests));
        assert_eq!(warm, cold, "{program}");
    }
    let tests = functional_tests("f", &[("[1, \"x\"]", "0")]);
    for program in [
        "def f(x): return x",
        "def f(x): return {'a': (1, 2)}",
        "class Solution:\n    def f(self, x: List) -> int: return len(x) + 0.5",
        "def f(x): return [input()]",
        "def f(x): exit(0)",
        "def f(x): return 10 ** 5000",
        "def f(x): return bytearray(1 << 40)",
    ] {
        let (warm, cold) = (judge_one(&WARM, program, &tests), judge_one(&COLD, program, &tests));
        assert_eq!(warm, cold, "{program}");
    }
}

#[test]
fn an_interpreter_that_dies_is_replaced() {
    let judge = one_worker(Start::Warm);
    let tests = stdin_tests(&[("1\n", "1")]);
    assert_eq!(judge_one(&judge, "print(input())", &tests).verdict, Verdict::Pass);
    // The one child of this process that waits in this judge's folder.
    let warm = std::fs::read_dir("/proc")
        .expect("Linux")
        .flatten()
        .find(|entry| std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == judge.scratch()));
    let pid = warm.expect("it waits").file_name().into_string().expect("a number");
    let killed = std::process::Command::new("kill").args(["-9", &pid]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    assert_eq!(judge_one(&judge, "print(input())", &tests).verdict, Verdict::Pass);
    assert_eq!(judge_one(&judge, "print(2)", &tests).verdict, Verdict::WrongAnswer);
}

#[test]
fn a_stopped_program_runs_out_of_time() {
    let judge = open(JudgeSettings { time_limit: Duration::from_millis(1500), workers: 1, ..settings() });
    let tests = stdin_tests(&[("", "")]);
    // It may not signal itself; a breakpoint without a tracer and a read that never ends are what is left.
    let stuck = "import os\nr, w = os.pipe()\nos.read(r, 1)";
    let deaf = "import signal\nfor n in signal.valid_signals():\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass";
    for program in [stuck, deaf] {
        assert_eq!(judge_one(&judge, program, &tests).verdict, Verdict::TimeLimit, "{program}");
    }
    assert_eq!(processes_of(judge.scratch()), Vec::<String>::new());
    assert_eq!(judge_one(&judge, "", &tests).verdict, Verdict::Pass);
}

#[test]
fn without_a_sandbox_every_run_starts_cold() {
    let judge = open(JudgeSettings { sandbox: SandboxPolicy::None, ..settings() });
    let (start, why) = judge.start();
    assert_eq!(start, Start::Cold);
    assert!(why.is_some());
}

/// Programs with every verdict, some of many tests.
fn batch() -> Vec<(&'static str, usize)> {
    let programs = [
        "print(int(input()) * 2)",
        "print(int(input()) * 2 if id(object()) else 0)",
        "n = int(input())\nprint(n * 2 if n < 7 else 0)",
        "n = int(input())\nprint(n * 2 if n < 3 else 1 // 0)",
        "n = int(input())\nx = bytearray(1 << 40) if n == 5 else 0\nprint(n * 2)",
        "print(input() * 10 ** 7)",
        "print({object() for _ in range(20)})",
        "print(int(input()) * 2, end='')",
    ];
    (0..48).map(|number| (programs[number * 5 % programs.len()], number)).collect()
}

#[test]
fn verdicts_are_the_same_for_any_number_of_workers_and_either_start() {
    let cases: Vec<(String, String)> = (0..10).map(|n| (format!("{n}\n"), format!("{}\n", n * 2))).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(input, output)| (input.as_str(), output.as_str())).collect();
    let (tests, other) = (stdin_tests(&cases), stdin_tests(&cases[..4]));
    let batch = batch();
    let submissions: Vec<Submission<'_>> = batch
        .iter()
        .map(|&(program, index)| {
            let (question_id, tests) = if index < 24 { ("q", &tests) } else { ("r", &other) };
            Submission { question_id, index, program, tests }
        })
        .collect();
    let mut passed = None;
    for order in [Order::AsGiven, Order::FailFast] {
        let mut first = None;
        for (workers, start) in [(1, Start::Warm), (2, Start::Warm), (5, Start::Warm), (2, Start::Cold)] {
            let judge = open(JudgeSettings { workers, start, order, ..settings() });
            let mut rows = judge.judge(&submissions, &|_| {}).expect("good tests");
            if start == Start::Cold {
                // Where objects lie depends on what was loaded before; it repeats within one way of starting.
                for (row, other) in rows.iter_mut().zip(first.as_ref().expect("warm comes first")) {
                    if batch[row.index].0.contains("object() for") {
                        row.detail = VerdictRow::clone(other).detail;
                    }
                }
            }
            assert_eq!(first.get_or_insert_with(|| rows.clone()), &rows, "{workers} workers, {start:?}, {order:?}");
        }
        let rows = first.expect("judged");
        let verdicts: std::collections::BTreeSet<String> =
            rows.iter().map(|row| format!("{:?}", row.verdict)).collect();
        assert!(verdicts.len() >= 5, "{verdicts:?}");
        // The order of tests changes which failure is reported, never whether a program passes.
        let passing: Vec<bool> = rows.iter().map(|row| row.passed).collect();
        assert_eq!(passed.get_or_insert_with(|| passing.clone()), &passing, "{order:?}");
        if order == Order::FailFast {
            let of = |program: &str| {
                let found =
                    rows.iter().zip(&batch).filter(|(row, (text, _))| *text == program && row.question_id == "q");
                found.map(|(row, _)| row.tests_run).collect::<Vec<_>>()
            };
            // It fails at test 8 at first, and at once when that test has been seen to fail.
            let runs = of("n = int(input())\nprint(n * 2 if n < 7 else 0)");
            assert!(runs.len() > 1 && runs.last() < runs.first(), "{runs:?}");
        }
    }
}

#[test]
fn a_stream_is_taken_as_it_is_judged() {
    let judge = open(JudgeSettings { workers: 2, ..settings() });
    let tests = std::sync::Arc::new(stdin_tests(&[("1\n", "1")]));
    let (given, done) = (std::sync::atomic::AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    let tasks = (0..30).map(|index| {
        let ahead = given.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        // Two at work, and one looked at to see whether it is of the same problem.
        assert!(ahead <= done.lock().expect("no panic").len() + 3, "no more than the workers need is taken");
        let program = if index % 3 == 0 { "print(2)" } else { "print(1)" };
        Task { question_id: "q".into(), index, program: program.into(), tests: tests.clone() }
    });
    judge
        .judge_stream(tasks, &|judged| done.lock().expect("no panic").push((judged.row.index, judged.row.passed)))
        .expect("good tests");
    let mut done = done.into_inner().expect("no panic");
    done.sort();
    assert_eq!(done, (0..30).map(|index| (index, index % 3 != 0)).collect::<Vec<_>>());

    let empty = std::sync::Arc::new(stdin_tests(&[]));
    let bad = Task { question_id: "empty".into(), index: 0, program: String::new(), tests: empty };
    let error = judge.judge_stream([bad].into_iter(), &|_| {}).expect_err("no tests");
    assert!(error.to_string().contains("empty"), "{error}");
}

#[test]
fn use_is_measured_per_test() {
    let judge = open(JudgeSettings { workers: 1, ..settings() });
    let tests = stdin_tests(&[("cpu", "ok"), ("sleep", "ok"), ("memory", "ok")]);
    let program = "import time\nkind = input()\nif kind == 'cpu':\n    while time.process_time() < 0.4: pass\n\
                   elif kind == 'sleep': time.sleep(0.5)\nelse: x = b'x' * (100 << 20)\nprint('ok')";
    let submission = Submission { question_id: "q", index: 0, program, tests: &tests };
    let judged = judge.judge_measured(&[submission], &|_| {}).expect("good tests").remove(0);
    assert!(judged.row.passed, "{:?}", judged.row);
    let [cpu, sleep, memory] = judged.tests[..] else { panic!("three tests: {:?}", judged.tests) };
    // Bounds that a slow machine cannot break: at least what was asked for, and sleeping is no computing.
    assert!(cpu.cpu >= Duration::from_millis(300) && cpu.wall >= Duration::from_millis(300), "{cpu:?}");
    assert!(sleep.wall >= Duration::from_millis(500) && sleep.cpu < sleep.wall, "{sleep:?}");
    let peak = memory.peak_memory.expect("known");
    assert!(peak > 100 << 20 && peak < 200 << 20, "{peak}");
    assert_eq!(judged.peak_memory, Some(peak));
    assert_eq!(judged.time_outs_disagreed, 0);
}

#[test]
fn a_time_out_that_does_not_repeat_is_marked() {
    let judge = open(JudgeSettings { time_limit: Duration::from_secs(5), ..settings() });
    for mode in [Mode::Native, Mode::Lcb] {
        let judge =
            if mode == Mode::Native { &judge } else { &open(JudgeSettings { mode, ..judge.settings().clone() }) };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
        // Hangs if it starts soon, and is done at once if it starts later: a machine that is slow for a while.
        let program = format!("import time\nif time.time() < {}: time.sleep(60)\nprint('ok')", now + 3.0);
        let tests = stdin_tests(&[("", "ok")]);
        let started = Instant::now();
        let submission = Submission { question_id: "q", index: 0, program: &program, tests: &tests };
        let judged = judge.judge_measured(&[submission], &|_| {}).expect("good tests").remove(0);
        assert!(judged.row.passed, "{:?} after {:?}", judged.row, started.elapsed());
        assert_eq!(judged.time_outs_disagreed, 1, "{mode:?}");
    }
}
