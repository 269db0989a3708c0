//! Writes the report of made-up episodes into a folder, to look at the page:
//! `cargo run -p empower-report --example synthetic_report -- FOLDER`.

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::path::PathBuf;

use empower_artifact::{ContentHash, Manifest, Seed};
use empower_report::{ReportOptions, write_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: synthetic_report FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let settings = serde_json::json!({"problems": 30, "note": "made-up episodes"});
    let manifest = Manifest::new("report", settings)
        .input("episodes", ContentHash::of_bytes("made up"))
        .seed("run", Seed::new(3))
        .sandbox(vec!["landlock".into(), "seccomp".into()]);
    let options = ReportOptions { title: "Made-up episodes".into(), ..ReportOptions::default() };
    let report = write_report(&folder, &synthetic::episodes(30, 3), Some(&manifest), &options)?;
    print!("{}", report.to_terminal());
    Ok(())
}
