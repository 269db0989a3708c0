//! Episodes to read: which are shown, and each as the program growing turn by turn. The choice follows a rule stated on
//! the page, so that it cannot flatter a method; what a round did is told by colour, border and marker together.

use std::fmt::Write;

use empower_artifact::rows::{Decision, Ending, EpisodeRow, RoundRow, Verdict};

use crate::escape::html;
use crate::metrics::{MethodKey, fault_name, is_shown};

/// Longer pieces of text are cut on the page, with a note.
///
/// chosen: four times the longest program of the project's own suite; an endless suggestion must not make an endless
/// page.
const MAX_CHARS: usize = 8000;

/// Characters of a human's thoughts that a tooltip shows; the rows have them whole. Chosen.
const MAX_THOUGHTS: usize = 600;

/// A problem to show, and why it was chosen.
pub(crate) struct Chosen<'a> {
    pub(crate) question_id: &'a str,
    pub(crate) why: String,
    pub(crate) episodes: Vec<&'a EpisodeRow>,
}

/// Chooses at most `limit` episodes: for each of `keys` the first repeat on the same few problems, which are the first
/// by id, the first that the first key failed, and the first that it passed and the second failed.
pub(crate) fn choose<'a>(episodes: &'a [EpisodeRow], keys: &[MethodKey], limit: usize) -> Vec<Chosen<'a>> {
    let find = |key: &MethodKey, question_id: &str| {
        let fits =
            |it: &&EpisodeRow| it.question_id == question_id && it.method == key.method && it.eta_bits == key.eta_bits;
        episodes.iter().filter(fits).min_by_key(|it| it.repeat)
    };
    let Some(first) = keys.first() else { return Vec::new() };
    let of_first = |it: &&EpisodeRow| it.method == first.method && it.eta_bits == first.eta_bits;
    let mut ids: Vec<&str> = episodes.iter().filter(of_first).map(|it| it.question_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let verdict = |key: &MethodKey, id: &str| find(key, id).map(|it| it.verdict);
    let failed = |key: &MethodKey, id: &str| {
        verdict(key, id).is_some_and(|it| !matches!(it, Verdict::Pass | Verdict::Infrastructure))
    };
    let mut picks: Vec<(&str, String)> = Vec::new();
    picks.extend(ids.first().map(|id| (*id, "the first problem by id".to_owned())));
    let lost = ids.iter().find(|id| failed(first, id));
    picks.extend(lost.map(|id| (*id, format!("the first that {} failed", first.spoken()))));
    if let Some(second) = keys.get(1) {
        let won = ids.iter().find(|id| verdict(first, id) == Some(Verdict::Pass) && failed(second, id));
        let why = || format!("the first that {} passed and {} failed", first.spoken(), second.spoken());
        picks.extend(won.map(|id| (*id, why())));
    }
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    let mut left = limit;
    for (question_id, why) in picks {
        if let Some(known) = chosen.iter_mut().find(|it| it.question_id == question_id) {
            known.why = format!("{}; {why}", known.why);
            continue;
        }
        let episodes: Vec<&EpisodeRow> = keys.iter().filter_map(|key| find(key, question_id)).take(left).collect();
        left -= episodes.len();
        if !episodes.is_empty() {
            chosen.push(Chosen { question_id, why, episodes });
        }
    }
    chosen
}

/// What a piece of text on the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Accepted,
    AcceptedWrong,
    Rejected,
    Typed,
}

/// A piece of text and what became of it.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    round: usize,
    kind: Kind,
    text: String,
    /// Deleted by the human in this or a later round.
    deleted: bool,
}

impl Piece {
    fn stands(&self) -> bool {
        self.kind != Kind::Rejected && !self.deleted
    }
}

/// Every piece of an episode in order, with deletions applied to what stood.
fn pieces(rounds: &[RoundRow]) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for (round, row) in rounds.iter().enumerate() {
        let mut push = |kind, text: &str| {
            if !text.is_empty() {
                all.push(Piece { round, kind, text: text.to_owned(), deleted: false });
            }
        };
        if is_shown(row) {
            let kind = match (row.decision, row.correct) {
                (Decision::Accept, Some(false)) => Kind::AcceptedWrong,
                (Decision::Accept, _) => Kind::Accepted,
                _ => Kind::Rejected,
            };
            push(kind, &row.suggestion);
        }
        delete(&mut all, row.deleted_chars);
        if !row.typed.is_empty() {
            all.push(Piece { round, kind: Kind::Typed, text: row.typed.clone(), deleted: false });
        }
    }
    all
}

/// Marks the last `n_chars` characters that stand as deleted, splitting the piece where they begin.
fn delete(pieces: &mut Vec<Piece>, mut n_chars: usize) {
    let mut i = pieces.len();
    while n_chars > 0 && i > 0 {
        i -= 1;
        if !pieces[i].stands() {
            continue;
        }
        let length = pieces[i].text.chars().count();
        if length > n_chars {
            let cut = pieces[i].text.char_indices().nth(length - n_chars).map_or(0, |(at, _)| at);
            let tail = Piece { text: pieces[i].text.split_off(cut), deleted: true, ..pieces[i].clone() };
            pieces.insert(i + 1, tail);
            return;
        }
        pieces[i].deleted = true;
        n_chars -= length;
    }
}

/// What stood before the first round; `None` where the rounds do not make up the program as it was judged.
pub(crate) fn given_text(episode: &EpisodeRow) -> Option<&str> {
    given_before(episode, &pieces(&episode.rounds))
}

fn given_before<'a>(episode: &'a EpisodeRow, pieces: &[Piece]) -> Option<&'a str> {
    let standing: String = pieces.iter().filter(|it| it.stands()).map(|it| it.text.as_str()).collect();
    episode.program.strip_suffix(standing.as_str())
}

/// A verdict for people.
pub(crate) fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓ passed",
        Verdict::WrongAnswer => "✗ wrong answer",
        Verdict::TimeLimit => "✗ time limit",
        Verdict::MemoryLimit => "✗ memory limit",
        Verdict::OutputLimit => "✗ output limit",
        Verdict::RuntimeError => "✗ runtime error",
        Verdict::Infrastructure => "– no verdict (infrastructure)",
    }
}

/// One episode as a foldable block.
pub(crate) fn render(episode: &EpisodeRow, is_open: bool) -> String {
    let key = MethodKey::new(episode.method.as_str(), episode.eta_bits);
    let passed = episode.verdict == Verdict::Pass;
    let ending = match episode.ending {
        Ending::Finished => "finished",
        Ending::RoundLimit => "stopped at the round limit",
    };
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<details class="episode"{}><summary><span class="name">{}</span> <span class="verdict {}">{}</span> <span class="facts">{} rounds · {} tokens read · {} written · {ending}</span></summary>"#,
        if is_open { " open" } else { "" },
        html(&key.to_string()),
        if passed { "pass" } else { "fail" },
        verdict_text(episode.verdict),
        episode.rounds.len(),
        episode.tokens_read,
        episode.tokens_written,
    );
    out.push_str(
        r#"<div class="steps" hidden><button type="button" data-step="-1" aria-label="one round back">‹</button><input type="range" min="0" aria-label="rounds shown"><button type="button" data-step="1" aria-label="one round on">›</button><output></output></div>"#,
    );
    let place = format!("m={}&p={}&r={}", anchor(&key.to_string()), anchor(&episode.question_id), episode.repeat);
    let _ =
        write!(out, r#"<p class="cap"><a href="episodes.html#{}">In the viewer, with the bits</a></p>"#, html(&place));
    out.push_str(r#"<pre class="program">"#);
    let all = pieces(&episode.rounds);
    let given = given_before(episode, &all);
    if let Some(given) = given.filter(|given| !given.is_empty()) {
        let _ = write!(out, r#"<span class="given" title="there from the start">{}</span>"#, cut(given));
    }
    for (i, row) in episode.rounds.iter().enumerate() {
        render_round(&mut out, i, row, all.iter().filter(|piece| piece.round == i));
    }
    out.push_str("</pre>");
    if given.is_none() {
        let _ = write!(
            out,
            r#"<p class="cap">The program as judged:</p><pre class="program">{}</pre>"#,
            cut(&episode.program)
        );
    }
    if !episode.verdict_detail.is_empty() {
        let label = if passed { "Detail" } else { "The first failing test" };
        let detail = cut(&episode.verdict_detail);
        let _ = write!(out, r#"<p class="cap">{label}:</p><pre class="detail">{detail}</pre>"#);
    }
    out.push_str("</details>");
    out
}

/// A value in the part of an address after `#`: percent-encoded, but for what is plain.
fn anchor(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn render_round<'a>(out: &mut String, i: usize, row: &RoundRow, pieces: impl Iterator<Item = &'a Piece>) {
    let (mark, said) = match (is_shown(row), row.decision, row.correct) {
        (false, ..) => ("○", "silent".to_owned()),
        (_, Decision::Accept, Some(false)) => ("⚠", "accepted, though not what the human had in mind".to_owned()),
        (_, Decision::Accept, _) => ("✓", "accepted".to_owned()),
        (_, Decision::Finish, _) => ("■", "left out: the human said that the program is complete".to_owned()),
        (_, _, Some(true)) => ("✗", "rejected, though it was what the human had in mind".to_owned()),
        _ => ("✗", "rejected".to_owned()),
    };
    let mut title = format!("round {}: {said}", i + 1);
    if is_shown(row) {
        let bits: f32 = row.suggestion_bits.iter().sum();
        let _ = write!(title, ", {} tokens, {bits:.2} bits", row.suggestion_tokens);
    }
    let _ = write!(title, "; typed {} tokens", row.typed_tokens);
    for fault in row.human.iter().flat_map(|human| &human.faults) {
        let _ = write!(title, "; {}", fault_name(*fault));
    }
    if let Some(thoughts) = row.human.as_ref().map(|human| human.thoughts.trim()).filter(|it| !it.is_empty()) {
        let _ = write!(title, "\nIt thought: {}", thoughts.chars().take(MAX_THOUGHTS).collect::<String>());
    }
    let _ = write!(out, r#"<span class="round" title="{}"><span class="mark">{}{mark}</span>"#, html(&title), i + 1);
    let mut deletion = (row.deleted_chars > 0).then(|| format!(r#"<span class="mark">⌫{}</span>"#, row.deleted_chars));
    for piece in pieces {
        let class = match piece.kind {
            Kind::Accepted => "acc",
            Kind::AcceptedWrong => "acc wrong",
            Kind::Rejected => "rej",
            Kind::Typed => "typ",
        };
        if piece.kind == Kind::Typed {
            out.extend(deletion.take());
        }
        let gone = if piece.deleted { " gone" } else { "" };
        let _ = write!(out, r#"<span class="{class}{gone}">{}</span>"#, cut(&piece.text));
    }
    out.extend(deletion.take());
    out.push_str("</span>");
}

/// Escaped text, cut where it is too long for a page.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => {
            let more = text[at..].chars().count();
            format!("{}<em>… {more} more characters</em>", html(&text[..at]))
        }
        None => html(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;

    fn round(suggestion: &str, decision: Decision, deleted_chars: usize, typed: &str) -> RoundRow {
        RoundRow {
            suggestion: suggestion.into(),
            suggestion_tokens: 1,
            suggestion_bits: vec![0.25],
            decision,
            correct: None,
            deleted_chars,
            typed: typed.into(),
            typed_tokens: 1,
            answer: None,
            human: None,
        }
    }

    fn standing(rounds: &[RoundRow]) -> String {
        pieces(rounds).iter().filter(|it| it.stands()).map(|it| it.text.as_str()).collect()
    }

    #[test]
    fn pieces_rebuild_the_program() {
        use Decision::{Accept, Reject, Silent};
        assert_eq!(
            standing(&[round("ab", Accept, 0, "c"), round("xx", Reject, 0, "d"), round("", Silent, 0, "é")]),
            "abcdé"
        );
        // Deletion reaches over a rejected suggestion, splits an accepted one, and stops at the start.
        let rounds = [round("añb", Accept, 0, "c"), round("xx", Reject, 3, "d")];
        assert_eq!(standing(&rounds), "ad");
        assert_eq!(
            pieces(&rounds).iter().filter(|it| it.deleted).map(|it| it.text.as_str()).collect::<Vec<_>>(),
            ["ñb", "c"]
        );
        assert_eq!(standing(&[round("ab", Accept, 99, "c")]), "c");
    }

    #[test]
    fn a_page_shows_untrusted_text_as_text() {
        let mut row = episode(("<img src=x>", None), "p", 0, "ar", Verdict::WrongAnswer);
        row.rounds[0].suggestion = "<script>alert(1)</script>".into();
        row.rounds[1].typed = "\"><b onclick='x'>".into();
        row.program = "</pre><script>2</script>".into();
        row.verdict_detail = "expected <i>1</i>".into();
        let page = render(&row, true);
        for attack in ["<script", "<img", "<b ", "<i>", "</pre><"] {
            let expected = usize::from(attack == "</pre><") * page.matches("</pre><").count();
            assert_eq!(page.matches(attack).count(), expected, "{attack}");
        }
        // The program is not what the rounds made, so it is shown beside them, whole and harmless.
        assert!(page.contains("The program as judged") && page.contains("&lt;/pre&gt;&lt;script&gt;2"));
    }

    #[test]
    fn what_was_there_from_the_start_is_told_apart() {
        let mut row = episode(("base", None), "p", 0, "a", Verdict::Pass);
        row.program = "def f():\nxyabc".into();
        let page = render(&row, false);
        assert!(page.contains(r#"<span class="given" title="there from the start">def f():"#), "{page}");
        assert!(!page.contains("as judged"));
    }

    #[test]
    fn long_text_is_cut_with_a_note() {
        let text = cut(&"é".repeat(MAX_CHARS + 7));
        assert!(text.ends_with("<em>… 7 more characters</em>"));
    }

    #[test]
    fn the_choice_follows_its_rule() {
        let ours = ("empower", Some(0.32));
        let rows: Vec<EpisodeRow> = [
            (ours, "p2", 0, Verdict::WrongAnswer),
            (ours, "p1", 1, Verdict::WrongAnswer),
            (ours, "p1", 0, Verdict::Pass),
            (ours, "p3", 0, Verdict::Pass),
            (("base", None), "p1", 0, Verdict::Pass),
            (("base", None), "p3", 0, Verdict::TimeLimit),
        ]
        .into_iter()
        .map(|(key, problem, repeat, verdict)| episode(key, problem, repeat, "a", verdict))
        .collect();
        let keys = [MethodKey::new("empower", Some(0.32)), MethodKey::new("base", None)];
        let chosen = choose(&rows, &keys, 9);
        let shown: Vec<(&str, usize)> = chosen.iter().map(|it| (it.question_id, it.episodes.len())).collect();
        assert_eq!(shown, [("p1", 2), ("p2", 1), ("p3", 2)]);
        assert_eq!(chosen[0].episodes[0].repeat, 0);
        assert!(chosen[2].why.contains("Base failed"));
        assert_eq!(choose(&rows, &keys, 3).iter().map(|it| it.episodes.len()).sum::<usize>(), 3);
        assert!(choose(&rows, &[], 3).is_empty());
    }
}
