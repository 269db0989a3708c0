//! Which of the known differences between LiveCodeBench's grader and a plain run a program's text touches (JUDGE
//! section 2), for a person who reads a list of programs that the two modes judge differently. It looks at the text
//! alone, so it is a hint: a program may touch several, and none of them need be the cause.

use serde::Serialize;

use crate::TestKind;

/// A known difference that a program's text touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quirk {
    /// `from __future__`: the imports come after the prelude.
    FutureImport,
    /// `global` of a top-level name, which is a local of a function there.
    Global,
    /// `globals()` or `eval` and `exec`, which do not see a function's locals.
    GlobalsOrEval,
    /// A star-import inside a block, which a function may not have.
    StarImport,
    /// A top-level class or function named `Solution` in a program on standard input.
    ClassSolution,
    /// A guard `__name__ == "__main__"`: inlined if it stands last, else false.
    MainGuard,
    /// `sys.stdin.read()`, which always gives the whole input.
    StdinRead,
    /// `sys.stdin.readlines()`: no line breaks, and an empty string last.
    StdinReadlines,
    /// Iterating `sys.stdin`, or its `fileno`: an error.
    StdinIterated,
    /// `sys.stdin.buffer`: only the first line, or an error.
    StdinBuffer,
    /// `stdin` from the prelude or a star-import: no line breaks, `StopIteration` at the end.
    StdinByName,
    /// The input read as a file, which is empty there.
    InputAsFile,
    /// `sys.stdout.buffer`: an error.
    StdoutBuffer,
    /// `stdout` by name, or reassigned: lost.
    StdoutByName,
    /// `os.write`: lost.
    OsWrite,
    /// A function that the grader switches off: `quit`, `os.getcwd`, `resource`, …
    SwitchedOff,
    /// `exit` in a functional problem ends the grading process; a status is ignored otherwise.
    Exit,
    /// State kept at top level from test to test.
    SharedState,
}

/// The known differences that `program` touches, each once, in the order of the list.
pub fn quirks_of(program: &str, kind: &TestKind) -> Vec<Quirk> {
    let lines: Vec<&str> = program.lines().map(|line| line.split('#').next().unwrap_or("").trim_end()).collect();
    let text = lines.join("\n");
    let has = |needle: &str| text.contains(needle);
    let any = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let statement = |word: &str| lines.iter().any(|line| line.trim_start().starts_with(word));
    let stdin = *kind == TestKind::Stdin;
    let by_name = |name: &str| {
        let imported = lines.iter().any(|line| line.trim_start().starts_with("from sys import"));
        imported && text.contains(name)
    };
    let found = [
        (Quirk::FutureImport, statement("from __future__")),
        (Quirk::Global, stdin && statement("global ")),
        (Quirk::GlobalsOrEval, stdin && any(&["globals(", "eval(", "exec(", "vars("])),
        (
            Quirk::StarImport,
            stdin && lines.iter().any(|line| line.starts_with([' ', '\t']) && line.ends_with("import *")),
        ),
        (Quirk::ClassSolution, stdin && has("class Solution")),
        (Quirk::MainGuard, stdin && has("__name__")),
        (
            Quirk::StdinRead,
            stdin && any(&["stdin.read(", "stdin.read,", "stdin.read\n"]) || text.ends_with("stdin.read"),
        ),
        (Quirk::StdinReadlines, stdin && has("stdin.readlines")),
        (
            Quirk::StdinIterated,
            stdin && any(&["in sys.stdin", "in stdin", "(sys.stdin)", "(stdin)", "stdin.fileno", ", sys.stdin)"]),
        ),
        (Quirk::StdinBuffer, stdin && has("stdin.buffer")),
        (Quirk::StdinByName, stdin && by_name("stdin")),
        (Quirk::InputAsFile, stdin && any(&["open(0", "os.read(0", "/dev/stdin", "fdopen(0", "fileinput"])),
        (Quirk::StdoutBuffer, stdin && has("stdout.buffer")),
        (Quirk::StdoutByName, stdin && (by_name("stdout") || has("sys.stdout ="))),
        (Quirk::OsWrite, stdin && any(&["os.write(", "open(1"])),
        (
            Quirk::SwitchedOff,
            any(&[
                "quit(",
                "help(",
                "import resource",
                "resource.",
                "os.getcwd",
                "os.remove",
                "os.unlink",
                "os.kill",
                "os.rename",
            ]),
        ),
        (Quirk::Exit, any(&["exit("])),
        (Quirk::SharedState, !stdin && any(&["global ", "lru_cache", "@cache", "nonlocal "])),
    ];
    found.into_iter().filter_map(|(quirk, touched)| touched.then_some(quirk)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quirks_are_seen_in_code_and_not_in_comments() {
        let check = |program: &str, expected: &[Quirk]| {
            assert_eq!(quirks_of(program, &TestKind::Stdin), expected, "{program}");
        };
        check("print(input())", &[]);
        check("# sys.stdin.buffer\nprint(1)", &[]);
        check("import sys\nx = sys.stdin.read().split()", &[Quirk::StdinRead]);
        check("import sys\nfor line in sys.stdin: print(line)", &[Quirk::StdinIterated]);
        check("from sys import stdin\nx = stdin.readline()", &[Quirk::StdinByName]);
        check("n = 1\ndef f():\n    global n\nf()", &[Quirk::Global]);
        check("try:\n    from math import *\nexcept ImportError: pass", &[Quirk::StarImport]);
        check("import sys\nprint = sys.stdout.buffer.write", &[Quirk::StdoutBuffer]);
        let functional = TestKind::Functional { func_name: String::from("f") };
        assert_eq!(quirks_of("def f(): exit()", &functional), [Quirk::Exit]);
    }
}
