//! A log written by a process that is really killed with SIGKILL: every row it reported stands, whole.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use empower_artifact::{JsonlWriter, read_jsonl};

const LOG: &str = "EMPOWER_TEST_KILL_LOG";

fn row(i: u64) -> (u64, String) {
    (i, "x".repeat((i * 37 % 5000) as usize))
}

/// Not a test by itself: the process that gets killed. Without the variable it has nothing to do.
#[test]
fn child() {
    let Some(path) = std::env::var_os(LOG) else { return };
    let mut writer = JsonlWriter::append(path.as_ref()).expect("opened");
    for i in 0.. {
        writer.write(&row(i)).expect("written");
        println!("wrote {i}");
    }
}

#[test]
fn rows_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("log.jsonl");
    let mut child = Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "child", "--nocapture"])
        .env(LOG, &path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut last = None;
    for line in lines.map_while(Result::ok) {
        // The harness prints its own words before the first row.
        if let Some(i) = line.rsplit("wrote ").next().and_then(|i| i.parse::<u64>().ok()) {
            last = Some(i);
            if i >= 500 {
                break;
            }
        }
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let last = last.expect("the child wrote something");
    assert!(last >= 500, "the child ended early, at row {last}");

    let mut writer = JsonlWriter::append(&path).expect("the lock went with its owner");
    writer.write(&row(0)).expect("written");
    let rows: Vec<(u64, String)> = read_jsonl(&path).expect("every line is whole");
    let n_old = rows.len() - 1;
    assert!(n_old as u64 > last, "row {last} was reported written, but only {n_old} rows stand");
    for (i, found) in rows[..n_old].iter().enumerate() {
        assert_eq!(*found, row(i as u64));
    }
}
