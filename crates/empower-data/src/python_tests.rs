//! Functions found in small programs, and against CPython's own parser where an interpreter is at hand.

use super::*;
use std::fs;
use std::process::Command;

fn check(source: &str, expected: &[(&str, usize, &str)]) {
    let functions = python_functions(source).expect("everything is closed");
    let found: Vec<_> = functions.iter().map(|it| (it.name.as_str(), it.line, it.text.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn functions_methods_and_decorators() {
    check(
        "import os\n\ndef f(a,\n      b=')'):\n    # about\n    return a\n\n# after\nx = 1\n\nclass C:\n    '''doc'''\n    y = 2\n\n    @property\n    # between\n    @other(\n        1)\n    async def g(self): return 1\n    z = 3\n",
        &[
            ("f", 3, "def f(a,\n      b=')'):\n    # about\n    return a\n"),
            ("g", 15, "@property\n# between\n@other(\n    1)\nasync def g(self): return 1\n"),
        ],
    );
}

#[test]
fn inner_functions_stay_inside() {
    check(
        "def outer():\n    def inner():\n        return 1\n\n    return inner\ndef next():\n    pass\n",
        &[
            ("outer", 1, "def outer():\n    def inner():\n        return 1\n\n    return inner\n"),
            ("next", 6, "def next():\n    pass\n"),
        ],
    );
}

#[test]
fn strings_do_not_end_a_function() {
    check(
        "class A:\n    def f(self):\n        '''Doc\n\ndef not_one():\n        deep\n        '''\n        return '''\n''' % (\n1)\n\n    b = 1\n",
        &[("f", 2, "def f(self):\n    '''Doc\n\ndef not_one():\n    deep\n    '''\n    return '''\n''' % (\n1)\n")],
    );
}

#[test]
fn conditional_functions_and_lookalikes() {
    check(
        "if x:\n\tdef f():\n\t\treturn 1\nelse:\n    def  g (): pass\ndefine = 1\ndef_ = 2\nasync_def = 3\n@decorated\nclass C: pass\ndef h(): pass\n",
        &[("f", 2, "def f():\n\treturn 1\n"), ("g", 5, "def  g (): pass\n"), ("h", 11, "def h(): pass\n")],
    );
}

#[test]
fn windows_line_breaks_and_a_missing_last_one() {
    check(
        "def f():\r\n    return 1\r\n\r\ndef g():\r\n    return 2",
        &[("f", 1, "def f():\n    return 1\n"), ("g", 4, "def g():\n    return 2\n")],
    );
}

#[test]
fn unclosed_programs_are_refused() {
    assert_eq!(python_functions("def f():\n    x = (1,\n\ndef g(): pass\n"), Err(UnclosedPython { line: 2 }));
}

#[test]
fn a_library_is_read_filtered_and_sampled() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("created");
        fs::write(path, text).expect("written");
    };
    let function = |name: &str, n: usize| format!("def {name}():\n    return '{}'\n", "x".repeat(n));
    write("a.py", &(function("f", 40) + &function("short", 1) + &function("long", 2000)));
    write("pkg/b.py", &(function("f", 40) + &function("g", 50)));
    write("pkg/__init__.py", "");
    write("test/c.py", &function("tested", 50));
    let corpus = python_library_functions(folder.path(), &FunctionOptions::default()).expect("read");
    let ids: Vec<_> = corpus.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["a.py:1", "pkg/b.py:3"]);
    assert_eq!(corpus.duplicates.len(), 1);
    assert!(corpus.skipped.is_empty());

    let one = FunctionOptions { sample: Some(1), seed: 1, ..FunctionOptions::default() };
    assert_eq!(python_library_functions(folder.path(), &one).expect("read").documents.len(), 1);

    write("broken.py", "x = (\n");
    let error = python_library_functions(folder.path(), &FunctionOptions::default()).expect_err("broken.py");
    assert!(error.to_string().contains("broken.py, line 1"), "{error}");
    let skipping = FunctionOptions { skip_unreadable: true, ..FunctionOptions::default() };
    assert_eq!(python_library_functions(folder.path(), &skipping).expect("read").skipped.len(), 1);
    assert!(python_library_functions(&folder.path().join("none"), &skipping).is_err());
}

/// CPython's own parser agrees on where the functions of its standard library begin and end: nine modules, or with
/// `EMPOWER_TEST_ALL=1` all that parse.
#[test]
fn the_standard_library_is_cut_as_cpython_cuts_it() {
    let script = r#"
import ast, json, os, sys, sysconfig
lib = sysconfig.get_paths()["stdlib"]
names = ["textwrap", "tokenize", "inspect", "ast", "dataclasses", "typing", "json/decoder", "re/_parser", "argparse"]
paths = [os.path.join(lib, name + ".py") for name in names]
if sys.argv[1] == "all":
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(lib) if "-packages" not in folder
             for name in names if name.endswith(".py")]
def visit(node, found):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([child.lineno] + [d.lineno for d in child.decorator_list])
            found.append([child.name, first, child.end_lineno - first + 1])
        else:
            visit(child, found)
    return found
out = []
for path in paths:
    try:
        source = open(path, encoding="utf-8").read()
        tree = ast.parse(source)
    except (OSError, SyntaxError, UnicodeError, ValueError):
        continue
    if "\f" not in source:  # CPython's reader and the lines of a file differ on form feeds.
        out.append([path, sorted(visit(tree, []), key=lambda f: f[1])])
print(json.dumps(out))
"#;
    let all = std::env::var_os("EMPOWER_TEST_ALL").is_some();
    let output = Command::new("python3").args(["-I", "-c", script, if all { "all" } else { "some" }]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        println!("skipped: no python3 to compare with");
        return;
    };
    // Name, first line, number of lines.
    type Functions = Vec<(String, usize, usize)>;
    let modules: Vec<(String, Functions)> = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    assert!(!modules.is_empty(), "no module of the standard library was found");
    let mut n_functions = 0;
    for (path, expected) in &modules {
        let source = fs::read_to_string(path).expect("python3 just read it");
        let functions = python_functions(&source).unwrap_or_else(|unclosed| panic!("{path}: {unclosed}"));
        let found: Vec<_> = functions.into_iter().map(|it| (it.name, it.line, it.text.lines().count())).collect();
        for (mine, theirs) in found.iter().zip(expected) {
            assert_eq!(mine, theirs, "{path}");
        }
        assert_eq!(found.len(), expected.len(), "{path}");
        n_functions += found.len();
    }
    println!("{n_functions} functions of {} modules agree", modules.len());
}
