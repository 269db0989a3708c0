//! Programs that attack, run for real. Each prints the expected output if its attack works, so that a pass is harm.
//! After each, no process may be left and the thing attacked must be as it was.

mod support;

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use empower_judge::{Judge, JudgeSettings, Verdict, VerdictRow};
use support::{functional_tests, judge_one, open, processes_left, settings, stdin_tests};

static JUDGE: LazyLock<Judge> = LazyLock::new(|| open(settings()));

/// For attacks that end at the time limit, which each pays twice.
static HASTY: LazyLock<Judge> =
    LazyLock::new(|| open(JudgeSettings { time_limit: Duration::from_millis(2500), ..settings() }));

/// One attack at a time, so that any child process seen after one is its own.
static ONE: Mutex<()> = Mutex::new(());

const WORKED: &str = "the attack worked";

fn turn() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The judge is opened within the turn, because that too starts children.
fn attack_with(judge: &LazyLock<Judge>, body: &str) -> VerdictRow {
    let _turn = turn();
    let judge = LazyLock::force(judge);
    // With all of `os`, for brevity, and raw system calls for what Python does not offer.
    let program = format!(
        "import os, sys, ctypes\n\
         libc = ctypes.CDLL(None, use_errno=True)\n\
         def refused(action):\n\
         \x20   try:\n\
         \x20       action()\n\
         \x20   except OSError:\n\
         \x20       return\n\
         \x20   print({WORKED:?}, flush=True)\n\
         \x20   os._exit(0)\n\
         {body}\n"
    );
    let row = judge_one(judge, &program, &stdin_tests(&[("some input\n", WORKED)]));
    assert_ne!(row.verdict, Verdict::Pass, "{body}");
    assert_ne!(row.verdict, Verdict::Infrastructure, "{row:?}");
    assert_eq!(processes_left(judge.scratch()), Vec::<String>::new(), "{body}");
    let left: Vec<_> = fs::read_dir(judge.scratch()).expect("the judge lives").flatten().collect();
    assert!(left.is_empty(), "scratch folders are removed: {left:?}");
    row
}

fn attack(body: &str) -> VerdictRow {
    attack_with(&JUDGE, body)
}

/// The attack ends with an exception that names the refusal.
fn refused(body: &str) {
    let row = attack(&format!("{body}\nprint({WORKED:?})"));
    assert_eq!(row.verdict, Verdict::RuntimeError, "{row:?}");
    // A rename or link across Landlock's border is refused as one across devices.
    let refusals = ["PermissionError", "Operation not permitted", "Invalid cross-device link"];
    assert!(refusals.iter().any(|refusal| row.detail.contains(refusal)), "{row:?}");
}

#[test]
fn fork_bomb() {
    refused("while True: os.fork()");
    refused("import subprocess; subprocess.run(['/bin/true'])");
    refused("import multiprocessing as m; p = m.Process(target=print); p.start(); p.join()");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn fork_by_raw_system_calls() {
    // fork, vfork, clone(SIGCHLD), and the same by their x32 numbers; clone3 with room for its arguments.
    let row = attack(
        "for arguments in [(57,), (58,), (56, 17, 0, 0, 0, 0), (0x40000039,), (0x4000003a,), (0x40000038, 17, 0, 0, 0, 0)]:\n\
         \x20   if libc.syscall(*arguments) >= 0:\n\
         \x20       os.write(1, b'the attack worked'); os._exit(0)\n\
         block = (ctypes.c_uint64 * 11)(); block[4] = 17\n\
         if libc.syscall(435, ctypes.byref(block), 88) >= 0:\n\
         \x20   os.write(1, b'the attack worked'); os._exit(0)\n\
         sys.exit('all refused')",
    );
    assert!(row.detail.contains("all refused"), "{row:?}");
}

#[test]
fn thread_bomb() {
    let row = attack(
        "import threading, time\n\
         threading.stack_size(65536)\n\
         for _ in range(100000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n\
         print('the attack worked', flush=True)",
    );
    assert_eq!(row.verdict, Verdict::RuntimeError, "{row:?}");
}

#[test]
fn memory() {
    for body in ["x = bytearray(1 << 40)", "x = []\nwhile True: x.append(bytearray(1 << 20))", "x = 'a' * (1 << 33)"] {
        assert_eq!(attack(body).verdict, Verdict::MemoryLimit, "{body}");
    }
    // Neither raising the limit nor mapping past it works.
    let row = attack(
        "import resource\n\
         try:\n\
         \x20   resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n\
         except (ValueError, OSError):\n\
         \x20   import mmap\n\
         \x20   refused(lambda: mmap.mmap(-1, 1 << 32))\n\
         \x20   sys.exit('both refused')\n\
         print('the attack worked')",
    );
    assert!(row.detail.contains("both refused"), "{row:?}");
}

#[test]
fn endless_output() {
    for body in ["while True: print('x' * 1000)", "while True: print('x' * 1000, file=sys.stderr)"] {
        let started = Instant::now();
        let row = attack(body);
        assert_eq!(row.verdict, Verdict::OutputLimit, "{row:?}");
        // Ended by the limit of output, not by that of time.
        assert!(started.elapsed() < settings().time_limit, "{body}");
    }
}

#[test]
fn endless_loop() {
    let stubborn = "import signal\n\
                    for number in range(1, 32):\n\
                    \x20   try: signal.signal(number, signal.SIG_IGN)\n\
                    \x20   except OSError: pass\n\
                    while True: pass";
    for body in ["while True: pass", "import time; time.sleep(1000)", stubborn] {
        assert_eq!(attack_with(&HASTY, body).verdict, Verdict::TimeLimit, "{body}");
    }
}

#[test]
fn closing_the_pipes() {
    let looping = attack_with(&HASTY, "os.close(1); os.close(2)\nwhile True: pass");
    assert_eq!(looping.verdict, Verdict::TimeLimit);
    let ending = attack("os.close(1); os.close(2); os._exit(0)");
    assert_eq!(ending.verdict, Verdict::WrongAnswer);
    // Whatever else is open, the report pipe included.
    let row = attack("os.closerange(0, 1000); os._exit(0)");
    assert_eq!(row.verdict, Verdict::WrongAnswer);
}

#[test]
fn network() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let port = listener.local_addr().expect("bound").port();
    refused(&format!("import socket; socket.create_connection(('127.0.0.1', {port}))"));
    refused("import socket; socket.socket().bind(('127.0.0.1', 0))");
    refused("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))");
    refused("import socket; socket.socket(socket.AF_UNIX).connect('\\0anything')");
    refused("import socket; socket.socketpair(socket.AF_INET)");
    assert_eq!(listener.accept().expect_err("nobody connected").kind(), ErrorKind::WouldBlock);
}

#[test]
fn reading_outside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = folder.path().join("secret");
    fs::write(&secret, WORKED).expect("a temporary file");
    // Open to everyone by its mode: only the sandbox stands in between.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("own folder");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o666)).expect("own file");
    refused(&format!("print(open({secret:?}).read())"));
    refused(&format!("os.listdir({:?})", folder.path()));
    refused(&format!("os.link({secret:?}, 'mine'); print(open('mine').read())"));
    refused(&format!("os.symlink({secret:?}, 'mine')"));
    refused(&format!("os.execv(sys.executable, [sys.executable, '-S', '-c', 'print(open({secret:?}).read())'])"));
    let row = attack(
        "for path in ['/etc/passwd', '/proc/self/environ', '/proc/1/cmdline', '/proc/%d/mem' % os.getppid(), '/home', '/']:\n\
         \x20   if os.path.exists(path): refused(lambda: os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1))\n\
         sys.exit('all refused')",
    );
    assert!(row.detail.contains("all refused"), "{row:?}");
}

#[test]
fn writing_outside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("own folder");
    let victim = folder.path().join("victim");
    fs::write(&victim, "unharmed").expect("a temporary file");
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o666)).expect("own file");
    refused(&format!("open({victim:?}, 'w').write('harmed')"));
    refused(&format!("os.truncate({victim:?}, 0)"));
    refused(&format!("os.unlink({victim:?})"));
    refused(&format!("os.rename({victim:?}, 'mine')"));
    refused(&format!("open({:?}, 'w')", folder.path().join("new")));
    refused(&format!("os.mkdir({:?})", folder.path().join("new")));
    refused(&format!("os.symlink('/etc', {:?})", folder.path().join("new")));
    refused(&format!("os.mkfifo({:?})", folder.path().join("new")));
    refused("open(os.__file__, 'a')");
    refused("open('../run-0', 'w')");
    refused("open('/dev/shm/left', 'w')");
    assert_eq!(fs::read_to_string(&victim).expect("still there"), "unharmed");
    assert_eq!(fs::read_dir(folder.path()).expect("still there").count(), 1);
    assert!(!Path::new("/dev/shm/left").exists());
}

#[test]
fn changing_a_shared_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("own folder");
    let before = fs::metadata(folder.path()).expect("own folder");
    let row = attack(&format!(
        "path = {:?}\n\
         refused(lambda: os.chmod(path, 0o700))\n\
         refused(lambda: os.chown(path, 0, 0))\n\
         refused(lambda: os.utime(path, (0, 0)))\n\
         refused(lambda: os.setxattr(path, 'user.x', b'1'))\n\
         refused(lambda: os.chmod('.', 0o777))\n\
         refused(lambda: os.fchmod(os.open('.', os.O_RDONLY), 0o777))\n\
         refused(lambda: os.chroot(path))\n\
         sys.exit('all refused')",
        folder.path()
    ));
    assert!(row.detail.contains("all refused"), "{row:?}");
    let after = fs::metadata(folder.path()).expect("own folder");
    assert_eq!((before.mode(), before.uid(), before.mtime()), (after.mode(), after.uid(), after.mtime()));
}

#[test]
fn signals_to_the_parent() {
    refused("os.kill(os.getppid(), 9)");
    refused("os.kill(-1, 9)");
    refused("os.killpg(os.getpgid(os.getppid()), 9)");
    refused("import signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)");
}

#[test]
fn killing_the_harness_by_other_means() {
    let row = attack(
        "import resource\n\
         parent = os.getppid()\n\
         def ptrace():\n\
         \x20   if libc.ptrace(16, parent, 0, 0) < 0: raise OSError(ctypes.get_errno(), 'ptrace')\n\
         refused(lambda: resource.prlimit(parent, resource.RLIMIT_AS, (1 << 20, 1 << 20)))\n\
         refused(lambda: os.sched_setaffinity(parent, {0}))\n\
         refused(lambda: os.setpriority(os.PRIO_PROCESS, parent, 19))\n\
         refused(ptrace)\n\
         refused(lambda: os.setuid(0))\n\
         refused(lambda: os.setsid())\n\
         sys.exit('all refused')",
    );
    assert!(row.detail.contains("all refused"), "{row:?}");
}

#[test]
fn no_capability_is_left() {
    // capget(version 3): two records of effective, permitted, inheritable.
    let row = attack(
        "header = (ctypes.c_uint32 * 2)(0x20080522, 0); data = (ctypes.c_uint32 * 6)()\n\
         assert libc.capget(header, data) == 0\n\
         if any(data): print('the attack worked', list(data))\n\
         sys.exit('none held: ' + str(list(data)))",
    );
    assert!(row.detail.contains("none held: [0, 0, 0, 0, 0, 0]"), "{row:?}");
}

#[test]
fn filling_the_disk() {
    let many = "for number in range(10 ** 6): open('f%d' % number, 'wb').write(b'x' * 100000)";
    assert_eq!(attack(many).verdict, Verdict::OutputLimit);
    let empty =
        "import time\nfor number in range(3000): open('f%d' % number, 'wb')\ntime.sleep(1)\nprint('the attack worked')";
    assert_eq!(attack(empty).verdict, Verdict::OutputLimit);
    let large = attack("with open('f', 'wb') as f:\n    while True: f.write(b'x' * (1 << 20))");
    assert!(large.detail.contains("File too large"), "{large:?}");
    refused("os.mkdir('deep')");
}

#[test]
fn reading_the_expected_output() {
    // Made from two halves here, so that no program's text holds it.
    let (half, other) = ("expected-7f3a", "-never-told");
    let expected = format!("{half}{other}");
    let search = "import gc, os, sys\n\
         seen = [repr(sys.argv), repr(getattr(sys, 'orig_argv', '')), repr(dict(os.environ))]\n\
         for name in os.listdir('.'): seen.append(repr(open(name, 'rb').read()))\n\
         for fd in range(3, 64):\n\
         \x20   try: seen.append(repr(os.read(fd, 1 << 16)))\n\
         \x20   except OSError: pass\n\
         for path in ['/proc/self/cmdline', '/proc/%d/cmdline' % os.getppid(), '/proc/%d/mem' % os.getppid(), '..', '/tmp']:\n\
         \x20   try: seen.append(repr(open(path, 'rb').read()))\n\
         \x20   except OSError: pass\n\
         \x20   try: seen.append(repr(os.listdir(path)))\n\
         \x20   except OSError: pass\n\
         frame = sys._getframe()\n\
         while frame is not None:\n\
         \x20   seen.append(repr(frame.f_locals)); frame = frame.f_back\n\
         for thing in gc.get_objects():\n\
         \x20   try:\n\
         \x20       if isinstance(thing, (dict, list, tuple)): seen += [x for x in (thing.values() if isinstance(thing, dict) else thing) if isinstance(x, str)]\n\
         \x20   except Exception: pass\n\
         found = [text for text in seen if ''.join(['ted-7f3a', '-never']) in text]\n\
         assert len(seen) > 100\n";
    let _turn = turn();
    let as_script = format!("{search}print(found)");
    let row = judge_one(&JUDGE, &as_script, &stdin_tests(&[("input", &expected)]));
    assert_eq!(row.verdict, Verdict::WrongAnswer, "{row:?}");
    assert!(row.detail.contains(r#"got "[]""#), "it searched and found nothing: {row:?}");
    let as_function = format!("{search}def f(x): return found");
    let row = judge_one(&JUDGE, &as_function, &functional_tests("f", &[("1", &format!("[{expected:?}]"))]));
    assert_eq!(row.verdict, Verdict::WrongAnswer, "{row:?}");
    assert!(row.detail.contains("got []"), "it searched and found nothing: {row:?}");
}

#[test]
fn forging_a_result() {
    let _turn = turn();
    let tests = functional_tests("f", &[("1", "\"right\"")]);
    // A frame without the nonce, exit before returning, an object that claims to equal everything.
    for program in [
        "import os\ndef f(x):\n    for fd in range(3, 64):\n        try: os.write(fd, b'V 0 \"right\"\\n')\n        except OSError: pass\n    os._exit(0)",
        "import sys\ndef f(x): sys.exit(0)",
        "class Any(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\ndef f(x): return Any('wrong')",
        "class Any:\n    def __eq__(self, other): return True\ndef f(x): return Any()",
        "import builtins\nbuiltins.isinstance = lambda a, b: True\ndef f(x): return 'wrong'",
    ] {
        let row = judge_one(&JUDGE, program, &tests);
        assert!(matches!(row.verdict, Verdict::WrongAnswer | Verdict::RuntimeError), "{program}: {row:?}");
    }
    assert_eq!(processes_left(JUDGE.scratch()), Vec::<String>::new());
}

/// The test starts itself as another process that judges a sleeping program, kills that process, and looks for the
/// program.
#[test]
fn outliving_the_parent() {
    const HOST: &str = "EMPOWER_JUDGE_TEST_HOST";
    if std::env::var_os(HOST).is_some() {
        let judge = open(JudgeSettings { time_limit: Duration::from_secs(600), ..settings() });
        println!("scratch={}", judge.scratch().display());
        let program = "import ctypes, time\n\
                       libc = ctypes.CDLL(None)\n\
                       libc.prctl(1, 0, 0, 0, 0)\n\
                       open('asleep', 'w').close()\n\
                       time.sleep(600)";
        judge_one(&judge, program, &stdin_tests(&[("", "")]));
        return;
    }
    let _turn = turn();
    let mut host = std::process::Command::new(std::env::current_exe().expect("a running test"))
        .args(["outliving_the_parent", "--exact", "--nocapture"])
        .env(HOST, "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the test starts itself");
    use std::io::BufRead;
    let lines = std::io::BufReader::new(host.stdout.take().expect("piped")).lines();
    let scratch = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("scratch=").map(|(_, path)| path.to_owned()))
        .expect("the host names its scratch folder");
    let scratch = Path::new(&scratch);
    let patience = Instant::now() + Duration::from_secs(120);
    let within = |done: &dyn Fn() -> bool| {
        while !done() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(20));
        }
        done()
    };
    assert!(within(&|| scratch.join("run-0/asleep").exists()), "the program has come up and tried to stay");
    let lives = || {
        let in_scratch =
            |entry: fs::DirEntry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(scratch));
        fs::read_dir("/proc").expect("Linux").flatten().any(in_scratch)
    };
    assert!(lives(), "the program is seen while it runs");
    host.kill().expect("own child");
    host.wait().expect("own child");
    assert!(within(&|| !lives()), "the program ends with its judge");
    fs::remove_dir_all(scratch).expect("the host had no chance to");
}
