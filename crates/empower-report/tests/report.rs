//! The report as a whole: files, their agreement, safety of untrusted text, determinism.

#[path = "support/synthetic.rs"]
mod synthetic;

use empower_artifact::{Manifest, Seed};
use empower_report::{MethodKey, ReportError, ReportOptions, Run, TableRow, build_report, write_report, write_site};

fn options() -> ReportOptions {
    ReportOptions { resamples: 200, permutations: 500, ..ReportOptions::default() }
}

fn read(dir: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).expect("the file was written")
}

#[test]
fn files_say_the_same() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let manifest = Manifest::new("demo", serde_json::json!({"eta": 0.32})).seed("run", Seed::new(9));
    let report = write_report(dir.path(), &synthetic::episodes(24, 1), Some(&manifest), &options()).expect("written");
    assert_eq!(report.rows.len(), 15);
    let names: Vec<_> =
        std::fs::read_dir(dir.path()).expect("listed").map(|it| it.expect("entry").file_name()).collect();
    let expected = ["episodes.html", "report", "report.html", "table.csv", "table.json", "table.md"];
    assert_eq!(names.len(), expected.len(), "{names:?}");
    assert!(expected.iter().all(|name| names.iter().any(|it| it == name)), "{names:?}");
    let details: serde_json::Value = serde_json::from_str(&read(dir.path(), "report/details.json")).expect("JSON");
    assert_eq!(details["calibration"].as_array().map(Vec::len), Some(14), "every method but the human alone");
    assert_eq!(details["savings"].as_array().map(Vec::len), Some(14));
    assert_eq!(details["effort"].as_array().map(Vec::len), Some(15));

    let json: serde_json::Value = serde_json::from_str(&read(dir.path(), "table.json")).expect("JSON");
    let rows: Vec<TableRow> = serde_json::from_value(json["rows"].clone()).expect("rows");
    assert_eq!(rows, report.rows);
    assert!(json["headline"].as_str().is_some_and(|it| it.starts_with("Empower at 0.32 bits: DPR ")));

    let csv = read(dir.path(), "table.csv");
    assert_eq!(csv.lines().count(), 16);
    let dpr = csv.lines().nth(2).and_then(|line| line.split(',').nth(7)).and_then(|cell| cell.parse::<f64>().ok());
    assert_eq!(dpr, report.rows[1].dpr);

    let markdown = read(dir.path(), "table.md");
    assert_eq!(markdown.lines().filter(|line| line.starts_with("| human-alone |  |")).count(), 1);
    for text in [&csv, &markdown, &read(dir.path(), "report.html"), &json.to_string()] {
        // The page's own script asks `isNaN`.
        assert!(!text.replace("isNaN", "").contains("NaN"), "an undefined number was printed");
    }
}

#[test]
fn the_page_is_self_contained_and_safe() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut episodes = synthetic::episodes(24, 1);
    let attack = "</script><script>alert(1)</script><img src=http://x/ onerror=alert(1)>";
    for episode in &mut episodes {
        episode.question_id = format!("{attack}{}", episode.question_id);
        episode.verdict_detail = attack.into();
        episode.program.push_str(attack);
        for round in &mut episode.rounds {
            round.typed.push_str(attack);
        }
        if episode.method == "base" {
            episode.method = attack.into();
        }
    }
    let manifest = Manifest::new(attack, serde_json::json!({attack: attack}));
    let options = ReportOptions { title: attack.into(), ..options() };
    let report = write_report(dir.path(), &episodes, Some(&manifest), &options).expect("written");
    let page = read(dir.path(), "report.html");
    let viewer = read(dir.path(), "episodes.html");
    for page in [&page, &viewer] {
        // Two script elements, the data and ours, and nothing that a browser would fetch from elsewhere.
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script>").count(), 2);
        for forbidden in ["<img", "<link", "<iframe", "src=\"", "@import", "url(", "unsafe-inline", "<b onclick"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
    // Links lead to what was written beside the page, or to a place on it.
    for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next()) {
        assert!(link.is_empty() || dir.path().join(link).is_file(), "{link} leads nowhere");
    }
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));

    // The data block is the report.
    let block =
        page.split("id=\"empower-data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("there");
    let data: serde_json::Value = serde_json::from_str(block).expect("JSON");
    assert_eq!(data["report"], serde_json::to_value(&report).expect("JSON"));
    assert_eq!(data["manifests"][0][1]["command"], attack);
}

#[test]
fn markup_is_balanced() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    write_report(dir.path(), &synthetic::episodes(24, 1), None, &options()).expect("written");
    let page = read(dir.path(), "report.html");
    let body = page.split("<body>").nth(1).expect("a body");
    for tag in
        ["span", "details", "pre", "table", "tr", "td", "th", "figure", "svg", "g", "p", "h2", "h3", "ul", "li", "div"]
    {
        let opened = body.matches(&format!("<{tag}>")).count() + body.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, body.matches(&format!("</{tag}>")).count(), "<{tag}>");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_order_of_rows() {
    let page = |episodes: &[_]| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        write_report(dir.path(), episodes, None, &options()).expect("written");
        let names = ["report.html", "episodes.html", "report/details.json", "report/episodes-0003.js", "table.json"];
        names.map(|name| read(dir.path(), name))
    };
    let mut episodes = synthetic::episodes(12, 4);
    let first = page(&episodes);
    episodes.reverse();
    assert_eq!(first, page(&episodes));
}

#[test]
fn nothing_is_written_for_bad_input() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(write_report(dir.path(), &[], None, &options()), Err(ReportError::NoEpisodes)));
    let missing = ReportOptions { baseline: Some(MethodKey::new("base-99", None)), ..options() };
    let error = write_report(dir.path(), &synthetic::episodes(3, 1), None, &missing).expect_err("unknown");
    assert!(error.to_string().contains("base-99") && error.hint().is_some_and(|hint| hint.contains("base-10")));
    assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 0);
    let nowhere = dir.path().join("none");
    let error = write_report(&nowhere, &synthetic::episodes(3, 1), None, &options()).expect_err("no folder");
    assert!(matches!(error, ReportError::Artifact(_)));
}

#[test]
fn notes_say_what_was_left_out() {
    let report = build_report(&synthetic::episodes(24, 1), &options()).expect("built");
    assert!(report.notes.iter().any(|note| note.contains("base: 1")), "{:?}", report.notes);
    assert!(report.notes.iter().any(|note| note.contains("not judged on the same problems")), "{:?}", report.notes);
    let one = build_report(&synthetic::episodes(1, 1), &options()).expect("built");
    assert!(one.notes.iter().any(|note| note.contains("1 judged problems")), "{:?}", one.notes);
    assert!(one.rows.iter().all(|row| row.dpr_se.is_none() && row.dpr_interval.is_none()));
}

#[test]
fn a_smaller_report_leaves_no_episodes_of_a_larger_one() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let count = || {
        let names =
            std::fs::read_dir(dir.path().join("report")).expect("listed").map(|it| it.expect("read").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("episodes-")).count()
    };
    write_report(dir.path(), &synthetic::episodes(4, 1), None, &options()).expect("written");
    assert_eq!(count(), 15, "a file a method");
    let few: Vec<_> = synthetic::episodes(4, 1).into_iter().filter(|row| row.method == "human-alone").collect();
    write_report(dir.path(), &few, None, &options()).expect("written");
    assert_eq!(count(), 1);
}

#[test]
fn runs_of_other_conditions_and_seeds_find_their_places() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str, attention: f64, seed: u64| {
        let settings = serde_json::json!({"human": {"attention": attention}, "limits": {"max_rounds": 50}});
        let manifest = Manifest::new("simulate", settings).seed("run", Seed::new(seed));
        Run { name: name.into(), manifest: Some(manifest), episodes: synthetic::episodes(8, seed) }
    };
    let runs = vec![run("first", 0.9, 1), run("again", 0.9, 2), run("<weary>", 0.5, 3)];
    let report = write_site(dir.path(), runs, &options()).expect("written");
    assert!(report.notes.iter().any(|note| note.contains("2 runs (first, again)")), "{:?}", report.notes);
    let details: serde_json::Value = serde_json::from_str(&read(dir.path(), "report/details.json")).expect("JSON");
    assert_eq!(details["spread"][0]["draws"], 2);
    assert_eq!(details["conditions"][0]["setting"], "attention");
    let values = details["conditions"][0]["points"].as_array().expect("points").iter().map(|it| &it["value"]);
    assert_eq!(values.collect::<Vec<_>>(), [0.5, 0.9]);
    let page = read(dir.path(), "report.html");
    assert!(page.contains("id=\"conditions\"") && page.contains("id=\"seeds\"") && !page.contains("<weary>"));
    // The second seed's episodes count as repeats: twice as many, and no more problems.
    assert_eq!((report.rows[0].episodes, report.rows[0].problems), (16, 8));
}

/// Compares with a committed file; with EMPOWER_BLESS set, writes it.
fn golden(name: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("EMPOWER_BLESS").is_some() {
        std::fs::write(&path, found).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the golden file is there");
    assert!(found == expected, "{name} changed; look at it, then run with EMPOWER_BLESS=1. It is now:\n{found}");
}

#[test]
fn the_numbers_stay_what_they_are() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let few: Vec<_> = synthetic::episodes(10, 7)
        .into_iter()
        .filter(|row| ["empower", "sft-10", "human-alone"].contains(&row.method.as_str()))
        .collect();
    write_report(dir.path(), &few, None, &options()).expect("written");
    golden("table.md", &read(dir.path(), "table.md"));
    // Numbers of sections, to the digits that a page shows.
    let page = read(dir.path(), "report.html");
    let of = |id: &str| {
        let section = page.split(&format!("<section id=\"{id}\">")).nth(1).and_then(|it| it.split("</section>").next());
        let section = section.unwrap_or_else(|| panic!("the page has a section {id}"));
        section.replace("<tr", "\n<tr").split('<').filter_map(|it| it.split_once('>')).fold(
            String::new(),
            |text, it| {
                let words = it.1.trim();
                if words.is_empty() { text } else { text + words + "\n" }
            },
        )
    };
    golden("sections.txt", &["savings", "calibration", "weights"].map(of).join("\n"));
}
