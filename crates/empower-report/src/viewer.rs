//! The turn-by-turn viewer: a page with an index of every episode, and files with the episodes themselves, which it
//! loads as they are looked at. (A page opened from disk may not fetch data, but it may load scripts that hold some.)
//!
//! Text of programs is data throughout: the files hold one call with JSON, and the page's script only ever sets text,
//! never markup.

use std::fmt::Write;

use empower_artifact::rows::{Decision, Ending, EpisodeRow, RoundRow, Verdict};
use serde::Serialize;
use serde_json::json;

use crate::charts::family;
use crate::episodes::{given_text, verdict_text};
use crate::escape::{html, script_json};
use crate::html::{IN_FOLDER, KEY, head, nonce_of};
use crate::metrics::{MethodKey, fault_name, is_shown};

const CSS: &str = include_str!("page.css");
const VIEWER_CSS: &str = include_str!("viewer.css");
const JS: &str = include_str!("viewer.js");

/// A file of episodes is closed when it holds this much text. chosen: loads from disk without a pause.
const CHUNK_BYTES: usize = 600_000;

/// Positions of episodes that go into one file: all of one method.
pub(crate) type Chunk<'a> = Vec<&'a EpisodeRow>;

/// The episodes by method in table order, then by problem and repeat, in files of a bounded size.
pub(crate) fn chunks(episodes: &[EpisodeRow]) -> Vec<Chunk<'_>> {
    let mut rows: Vec<(MethodKey, &EpisodeRow)> =
        episodes.iter().map(|row| (MethodKey::new(row.method.as_str(), row.eta_bits), row)).collect();
    rows.sort_by(|a, b| {
        let place = |row: &EpisodeRow| (row.question_id.clone(), row.repeat);
        a.0.cmp(&b.0).then_with(|| place(a.1).cmp(&place(b.1)))
    });
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    let (mut bytes, mut last) = (0, None);
    for (key, row) in rows {
        let size = row.program.len()
            + row.rounds.iter().map(|it| it.suggestion.len() + it.typed.len() + thoughts(it).len() + 80).sum::<usize>();
        match chunks.last_mut().filter(|_| last.as_ref() == Some(&key) && bytes < CHUNK_BYTES) {
            Some(chunk) => {
                chunk.push(row);
                bytes += size;
            }
            None => {
                chunks.push(vec![row]);
                bytes = size;
            }
        }
        last = Some(key);
    }
    chunks
}

/// What a language-model human thought of a suggestion; empty where it did not.
fn thoughts(row: &RoundRow) -> &str {
    row.human.as_ref().map_or("", |human| human.thoughts.trim())
}

/// The name of a file of episodes.
pub(crate) fn chunk_name(i: usize) -> String {
    format!("episodes-{i:04}.js")
}

/// Its content.
pub(crate) fn chunk_text(i: usize, chunk: &Chunk<'_>) -> String {
    let rows: Vec<Shown<'_>> = chunk.iter().map(|row| Shown::of(row)).collect();
    let json = serde_json::to_string(&rows).expect("episodes are plain data");
    format!("\"use strict\";\nempowerEpisodes({i}, {});\n", script_json(&json))
}

/// An episode as the viewer reads it: short names, because there are many.
#[derive(Serialize)]
struct Shown<'a> {
    /// What stood before the first round.
    given: &'a str,
    rounds: Vec<ShownRound<'a>>,
    /// The program as judged, where the rounds do not make it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    detail: &'a str,
    finished: bool,
}

#[derive(Serialize)]
struct ShownRound<'a> {
    /// Suggested; empty where the assistant was silent.
    s: &'a str,
    /// Bits of each suggested token, to a thousandth.
    b: Vec<f64>,
    /// `a`ccepted, `r`ejected, left out because the human was `f`inished, or nothing shown.
    d: &'static str,
    /// Whether it was what the human had in mind.
    c: Option<bool>,
    /// Characters deleted.
    x: usize,
    /// Typed.
    t: &'a str,
    /// Tokens typed.
    n: usize,
    /// What a language-model human thought of the suggestion.
    #[serde(skip_serializing_if = "str::is_empty")]
    h: &'a str,
    /// How far the suggestion agreed with what it wrote unseen.
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<f64>,
    /// Where it failed to play its part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    f: Vec<&'static str>,
}

impl<'a> Shown<'a> {
    fn of(row: &'a EpisodeRow) -> Self {
        let given = given_text(row);
        let rounds = row.rounds.iter().map(|it| ShownRound {
            s: if is_shown(it) { &it.suggestion } else { "" },
            b: it.suggestion_bits.iter().map(|bits| (f64::from(*bits) * 1000.0).round() / 1000.0).collect(),
            d: match it.decision {
                _ if !is_shown(it) => "",
                Decision::Accept => "a",
                Decision::Finish => "f",
                _ => "r",
            },
            c: it.correct,
            x: it.deleted_chars,
            t: &it.typed,
            n: it.typed_tokens,
            h: thoughts(it),
            g: it.human.as_ref().and_then(|human| human.agreement),
            f: it.human.iter().flat_map(|human| &human.faults).map(|fault| fault_name(*fault)).collect(),
        });
        Self {
            given: given.unwrap_or_default(),
            rounds: rounds.collect(),
            program: given.is_none().then_some(row.program.as_str()),
            detail: &row.verdict_detail,
            finished: row.ending == Ending::Finished,
        }
    }
}

/// The viewer's page; `chunks` are those of [`chunks`] over the same episodes.
pub(crate) fn page(title: &str, episodes: &[EpisodeRow], chunks: &[Chunk<'_>]) -> String {
    let mut methods: Vec<MethodKey> = chunks
        .iter()
        .filter_map(|it| it.first())
        .map(|row| MethodKey::new(row.method.as_str(), row.eta_bits))
        .collect();
    methods.dedup();
    let mut problems: Vec<&str> = episodes.iter().map(|row| row.question_id.as_str()).collect();
    problems.sort_unstable();
    problems.dedup();
    let verdicts = [
        Verdict::Pass,
        Verdict::WrongAnswer,
        Verdict::TimeLimit,
        Verdict::MemoryLimit,
        Verdict::OutputLimit,
        Verdict::RuntimeError,
        Verdict::Infrastructure,
    ];
    let mut index = Vec::new();
    for (c, chunk) in chunks.iter().enumerate() {
        for (at, row) in chunk.iter().enumerate() {
            let key = MethodKey::new(row.method.as_str(), row.eta_bits);
            let method = methods.iter().position(|it| *it == key).unwrap_or_default();
            let problem = problems.binary_search(&row.question_id.as_str()).unwrap_or_default();
            let verdict = verdicts.iter().position(|it| *it == row.verdict).unwrap_or_default();
            let numbers =
                [method, problem, row.repeat, verdict, row.rounds.len(), row.tokens_read, row.tokens_written, c, at];
            index.push(numbers);
        }
    }
    let files: Vec<String> = (0..chunks.len()).map(|i| format!("{IN_FOLDER}{}", chunk_name(i))).collect();
    let data = json!({
        "methods": methods.iter().map(|key| json!([key.to_string(), key.spoken(), family(&key.method)])).collect::<Vec<_>>(),
        "problems": problems,
        "verdicts": verdicts.map(|it| json!([verdict_text(it), it == Verdict::Pass])),
        "files": files,
        "episodes": index,
    })
    .to_string();
    let nonce = nonce_of(&data);
    let title = format!("Episodes · {title}");
    let mut out = head(&title, &format!("{CSS}{VIEWER_CSS}"), &nonce);
    let _ = write!(
        out,
        r##"<main class="viewer">
<h1>{}</h1>
<p class="sub"><a href="report.html">Back to the report</a> · {} episodes · each program as it grew, turn by turn</p>
<noscript><p class="headline">This page needs its own script (nothing is loaded from elsewhere). A few episodes are shown without one in <a href="report.html#episodes">the report</a>; all are in <code>episodes.jsonl</code>.</p></noscript>
<form id="filters" class="filters" aria-label="which episodes">
<label>Method <select id="method"></select></label>
<label>Outcome <select id="outcome"></select></label>
<label>Problem <input id="problem" list="problems" placeholder="all" autocomplete="off"><datalist id="problems"></datalist></label>
<span id="count" class="facts" role="status"></span>
</form>
<div class="columns">
<nav id="list" class="list" aria-label="episodes"></nav>
<article id="episode" aria-live="off">
<h2 id="name" tabindex="-1">…</h2>
<p id="facts" class="facts"></p>
<div class="steps"><button type="button" id="back" aria-label="one round back">‹</button><input type="range" id="slider" min="0" aria-label="rounds shown"><button type="button" id="on" aria-label="one round on">›</button><output id="told" for="slider"></output></div>
{KEY}<pre id="program" class="program" tabindex="0" aria-label="the program"></pre>
<div id="round" class="round-box" role="status"></div>
<div id="judged"></div>
<p class="cap">Keys: ← → a round back and on, Home and End the first and last, ↑ ↓ the episode before and after. The address names episode and round: it can be kept and passed on.</p>
</article>
</div>
</main>
<script nonce="{nonce}" type="application/json" id="empower-index">{}</script>
<script nonce="{nonce}">
{JS}</script>
</body>
</html>"##,
        html(&title),
        episodes.len(),
        script_json(&data)
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use serde_json::Value;

    const ATTACK: &str = "</script><script>alert(1)</script><!--\u{2028}";

    fn attacked() -> Vec<EpisodeRow> {
        let mut rows = vec![
            episode((ATTACK, None), "p", 0, "ars", Verdict::WrongAnswer),
            episode(("empower", Some(0.32)), ATTACK, 0, "a", Verdict::Pass),
        ];
        for row in &mut rows {
            row.program = ATTACK.into();
            row.verdict_detail = ATTACK.into();
            row.rounds.iter_mut().for_each(|round| round.typed = ATTACK.into());
        }
        rows
    }

    fn json_of(text: &str, begins: &str) -> Value {
        let inner = text.trim_end().strip_suffix(");").and_then(|it| it.split_once(begins)).expect("one call").1;
        serde_json::from_str(inner).expect("JSON")
    }

    #[test]
    fn hostile_text_stays_data() {
        let rows = attacked();
        let chunks = chunks(&rows);
        assert_eq!(chunks.len(), 2, "a file is of one method");
        let page = page(ATTACK, &rows, &chunks);
        assert_eq!((page.matches("<script").count(), page.matches("</script>").count()), (2, 2));
        for (i, chunk) in chunks.iter().enumerate() {
            let text = chunk_text(i, chunk);
            assert!(!text.contains(['<', '>', '\u{2028}']), "{text}");
            let read = json_of(&text, &format!("empowerEpisodes({i}, "));
            assert_eq!(read[0]["detail"], ATTACK);
            assert_eq!(read[0]["rounds"][0]["t"], ATTACK);
        }
    }

    #[test]
    fn the_index_leads_to_each_episode() {
        let mut rows = Vec::new();
        for repeat in 0..300 {
            for method in [("empower", Some(0.32)), ("base", None)] {
                let mut row = episode(method, &format!("p{}", repeat % 7), repeat, "ars", Verdict::Pass);
                row.verdict_detail = format!("{} {repeat}", method.0);
                row.program = "x".repeat(5000);
                rows.push(row);
            }
        }
        let chunks = chunks(&rows);
        assert!(chunks.len() > 4, "{}", chunks.len());
        let text = page("t", &rows, &chunks);
        let block =
            text.split("id=\"empower-index\">").nth(1).and_then(|it| it.split("</script>").next()).expect("there");
        let index: Value = serde_json::from_str(block).expect("JSON");
        let entries = index["episodes"].as_array().expect("entries");
        assert_eq!((entries.len(), index["files"].as_array().map(Vec::len)), (600, Some(chunks.len())));
        for entry in entries {
            let number = |i: usize| entry[i].as_u64().expect("a number") as usize;
            let row = chunks[number(7)][number(8)];
            let key = MethodKey::new(row.method.as_str(), row.eta_bits).to_string();
            assert_eq!(index["methods"][number(0)][0], key.as_str());
            assert_eq!(index["problems"][number(1)], row.question_id.as_str());
            assert_eq!((number(2), number(4)), (row.repeat, 3));
            assert_eq!(row.verdict_detail, format!("{} {}", row.method, number(2)));
        }
        // Whatever the order of rows, the same bytes.
        let mut shuffled = rows.clone();
        shuffled.reverse();
        assert_eq!(page("t", &shuffled, &super::chunks(&shuffled)), text);
    }

    #[test]
    fn what_a_language_model_thought_is_there_to_read() {
        use empower_artifact::rows::{HumanFault, HumanTurn};
        let mut row = episode(("base", None), "p", 0, "ar", Verdict::Pass);
        let (thoughts, faults) = (format!(" {ATTACK} Is it right?\n"), vec![HumanFault::NoDecision]);
        row.rounds[0].human = Some(HumanTurn { thoughts, agreement: Some(0.75), faults });
        row.rounds[0].decision = Decision::Finish;
        let rows = [row];
        let read = json_of(&chunk_text(0, &chunks(&rows)[0]), "empowerEpisodes(0, ");
        let (first, second) = (&read[0]["rounds"][0], &read[0]["rounds"][1]);
        assert_eq!((&first["d"], &first["g"]), (&json!("f"), &json!(0.75)));
        assert_eq!(first["h"], format!("{ATTACK} Is it right?"));
        assert_eq!(first["f"], json!([fault_name(HumanFault::NoDecision)]));
        // Other humans have no such fields.
        assert!(second.get("h").is_none() && second.get("g").is_none() && second.get("f").is_none(), "{second}");
    }

    #[test]
    fn a_page_allows_its_own_scripts_alone() {
        let rows = attacked();
        let page = page("t", &rows, &chunks(&rows));
        assert!(
            page.contains("default-src 'none'")
                && !page.contains("unsafe")
                && !page.contains("http:")
                && !page.contains("https:"),
            "policy"
        );
        let nonce = page.split("script-src 'nonce-").nth(1).and_then(|it| it.split('\'').next()).expect("a nonce");
        assert_eq!(page.matches(&format!("<script nonce=\"{nonce}\"")).count(), 2);
        assert!(nonce.len() == 32 && !page.contains("innerHTML") && !page.contains("eval("));
    }
}
