//! The state machine on hand-made suggestions, and against a twin that replays its rows character by character.

mod support;

use empower_artifact::rows::{Decision, Ending, EpisodeRow, RoundRow, Verdict};
use empower_lm::TokenId;
use empower_sim::{Editing, Episode, Fault, Judged, Limits, ReplayHuman, SimError, Suggestion, Task, TextCodec};
use proptest::prelude::*;
use support::{WordCodec, text_of, tokens};

const SURE: ReplayHuman = ReplayHuman { tokens_per_round: 10, attention: 1.0, editing: Editing::AppendOnly };
const BLIND: ReplayHuman = ReplayHuman { attention: 0.0, ..SURE };

fn suggest(text: &str) -> Suggestion {
    of_tokens(tokens(text))
}

fn of_tokens(tokens: Vec<TokenId>) -> Suggestion {
    let bits = vec![0.25; tokens.len()];
    Suggestion { tokens, bits, answer: None }
}

/// Plays `offers`, then silence, to the end.
fn play(task: &Task, human: ReplayHuman, max_rounds: usize, seed: u64, offers: &[&str]) -> EpisodeRow {
    let mut episode = Episode::new(task, human, Limits { max_rounds }, seed, &WordCodec).expect("a good start");
    let mut offers = offers.iter();
    while !episode.is_over() {
        episode.offer(offers.next().map_or(Suggestion::silent(), |text| suggest(text))).expect("played");
    }
    episode.into_row("hand-made", Some(0.5), Judged { verdict: Verdict::Pass, detail: String::new() })
}

/// `a` accepted, `r` rejected, `-` silent; `!` wrong; deleted characters; typed text.
fn line(round: &RoundRow) -> String {
    let decision = match round.decision {
        Decision::Accept => "a",
        Decision::Reject => "r",
        Decision::Silent => "-",
        Decision::Finish => "f",
    };
    let wrong = if round.correct == Some(false) { "!" } else { "" };
    let deleted = if round.deleted_chars > 0 { format!("del {} ", round.deleted_chars) } else { String::new() };
    format!("{decision}{wrong} {:?} {deleted}{:?}", round.suggestion, round.typed)
}

fn check(human: ReplayHuman, plan: &str, offers: &[&str], program: &str, expected: &[&str]) {
    let task = Task::new("p", 0, "", plan).expect("a good task");
    let row = play(&task, human, 50, 1, offers);
    assert_eq!(row.rounds.iter().map(line).collect::<Vec<_>>(), expected);
    assert_eq!(row.program, program);
    assert_eq!(row.ending, Ending::Finished);
}

#[test]
fn a_human_alone_types_ten_tokens_a_round() {
    // 24 tokens, the last of them the newline, which costs no round of its own.
    check(
        SURE,
        "abcdefghijklmoqrstuvwxy",
        &[],
        "abcdefghijklmoqrstuvwxy\n",
        &[r#"- "" "abcdefghij""#, r#"- "" "klmoqrstuv""#, r#"- "" "wxy\n""#],
    );
    check(SURE, "abcdefghijklmoqrstuv", &[], "abcdefghijklmoqrstuv", &[r#"- "" "abcdefghij""#, r#"- "" "klmoqrstuv""#]);
}

#[test]
fn what_is_right_is_taken_and_what_is_wrong_refused() {
    check(
        SURE,
        "abc = 1\nxyz = 22222222222\n",
        &["abc = 1\nx", "abc", "2222"],
        "abc = 1\nxyz = 22222222222\n",
        &[r#"a "abc = 1\nx" "yz = 2222222""#, r#"r! "abc" "2222\n""#],
    );
}

#[test]
fn a_suggestion_that_ends_the_plan_ends_the_episode() {
    check(SURE, "ab\n", &["ab"], "ab", &[r#"a "ab" """#]);
    check(SURE, "ab\n", &["ab\n\n  "], "ab\n\n  ", &[r#"a "ab\n\n  " """#]);
    check(SURE, "ab\n", &["ab\nc"], "ab\n", &[r#"r! "ab\nc" "ab\n""#]);
    check(BLIND, "ab\n", &["ab\nc"], "ab\nc", &[r#"a! "ab\nc" """#]);
}

#[test]
fn a_wrong_suggestion_once_taken_stands_and_the_human_goes_on_after_its_right_part() {
    check(BLIND, "abc = 12\nq\n", &["abc = 34\n"], "abc = 34\n12\nq\n", &[r#"a! "abc = 34\n" "12\nq\n""#]);
    check(
        BLIND,
        "abcdefghijklm\n",
        &["xy", "cdz", "klm"],
        "xyabcdefghijcdzklm\n",
        &[r#"a! "xy" "abcdefghij""#, r#"a! "cdz" "klm\n""#],
    );
}

#[test]
fn white_space_is_shown_and_nothing_is_silence() {
    check(SURE, "a\n    b\n", &["a\n    "], "a\n    b\n", &[r#"a "a\n    " "b\n""#]);
    let task = Task::new("p", 0, "", "ab").unwrap();
    let row = play(&task, SURE, 50, 1, &[" "]);
    assert_eq!((row.rounds[0].decision, row.tokens_read), (Decision::Reject, 1));
}

#[test]
fn the_round_limit_ends_what_is_not_finished() {
    let task = Task::new("p", 3, "ab", "abcdefghijklmo").unwrap();
    let limited = play(&task, SURE, 1, 9, &[]);
    assert_eq!((limited.ending, limited.program.as_str()), (Ending::RoundLimit, "abcdefghijkl"));
    assert_eq!((limited.method.as_str(), limited.eta_bits, limited.seed), ("hand-made", Some(0.5), 9));
    assert_eq!((limited.question_id.as_str(), limited.repeat), ("p", 3));
    assert_eq!(play(&task, SURE, 2, 9, &[]).ending, Ending::Finished);
    // Finishing in the last round allowed is finishing.
    assert_eq!(play(&task, SURE, 1, 9, &["cdef"]).ending, Ending::Finished);
}

#[test]
fn a_starter_that_is_the_plan_leaves_nothing_to_play() {
    let task = Task::new("p", 0, "ab\n", "ab\n\n").unwrap();
    let row = play(&task, SURE, 50, 1, &[]);
    assert_eq!((row.rounds.len(), row.ending, row.program.as_str()), (0, Ending::Finished, "ab\n"));
}

#[test]
fn a_human_who_may_delete_goes_back_to_the_last_right_character() {
    let task = Task::new("p", 0, "", "abcdefghijklmoqrstuvwxyzabcdefghijklmoqrst\n").unwrap();
    let human = ReplayHuman { attention: 0.5, editing: Editing::Deleting, tokens_per_round: 5 };
    let offers = ["abc = ", "", "", "fghz"];
    let seed = (0..10_000)
        .find(|&seed| {
            let rounds = play(&task, human, 50, seed, &offers).rounds;
            rounds[0].decision == Decision::Accept && rounds[1].deleted_chars == 0 && rounds[2].deleted_chars > 0
        })
        .expect("misses, misses again and notices in one seed of eight");
    let row = play(&task, human, 50, seed, &offers);
    // "abc = " is right in three characters; the human types on from there, and in round 2 deletes " = " and the ten
    // characters typed since.
    assert_eq!(
        row.rounds[..3].iter().map(line).collect::<Vec<_>>(),
        [r#"a! "abc = " "defgh""#, r#"- "" "ijklm""#, r#"- "" del 13 "defgh""#,]
    );
    // What follows the flaw is held against what the human believes: "fghz" is wrong after "…defgh".
    assert_eq!(row.rounds[3].correct, Some(false));
    // Under full attention nothing is ever let in, so nothing is ever deleted.
    let sure = play(&task, ReplayHuman { attention: 1.0, ..human }, 50, seed, &offers);
    assert!(sure.rounds.iter().all(|round| round.deleted_chars == 0));
}

#[test]
fn a_deletion_inside_a_token_keeps_the_tokens_before_it() {
    // The suggestion's last token is "range(", of which "ra" is right.
    let task = Task::new("p", 0, "", "xy = rabbit + something much longer than that\n").unwrap();
    let human = ReplayHuman { attention: 0.5, editing: Editing::Deleting, tokens_per_round: 2 };
    let mut seen = false;
    for seed in 0..64 {
        let mut episode = Episode::new(&task, human, Limits::default(), seed, &WordCodec).unwrap();
        episode.offer(suggest("xy = range(")).unwrap();
        let before = episode.prefix_tokens().to_vec();
        let round = episode.offer(Suggestion::silent()).unwrap().clone();
        if round.deleted_chars > 0 {
            seen = true;
            assert_eq!(round.deleted_chars, "nge(bb".len());
            assert_eq!(episode.text(), "xy = rabb");
            // "xy", " = ", and "ra" encoded again.
            let kept = tokens("xy = ").len();
            assert_eq!(episode.prefix_tokens()[..kept], before[..kept]);
            assert_eq!(episode.prefix_tokens()[kept..], tokens("rabb"));
        }
    }
    assert!(seen);
}

#[test]
fn half_a_character_is_never_shown_or_typed() {
    let task = Task::new("p", 0, "", "é→é→é\n").unwrap();
    let bytes = tokens("é→");
    assert_eq!(bytes.len(), 5);
    let offer = |n_tokens| {
        let mut episode = Episode::new(&task, SURE, Limits::default(), 1, &WordCodec).unwrap();
        let round = episode.offer(of_tokens(bytes[..n_tokens].to_vec())).unwrap().clone();
        assert_eq!(round.suggestion_tokens, round.suggestion_bits.len());
        (round.suggestion, round.suggestion_tokens, round.decision)
    };
    assert_eq!(offer(1), (String::new(), 0, Decision::Silent));
    assert_eq!(offer(2), ("é".into(), 2, Decision::Accept));
    assert_eq!(offer(4), ("é".into(), 2, Decision::Accept));
    assert_eq!(offer(5), ("é→".into(), 5, Decision::Accept));

    // Bytes that are no text at all: what comes before them is shown.
    let mut episode = Episode::new(&task, SURE, Limits::default(), 1, &WordCodec).unwrap();
    let broken = [tokens("é"), tokens("→")[1..].to_vec(), tokens("x")].concat();
    assert_eq!(episode.offer(of_tokens(broken)).unwrap().suggestion, "é");

    // Typing stops before a character that does not fit, and takes one that never would.
    let typed = |tokens_per_round| {
        let human = ReplayHuman { tokens_per_round, ..SURE };
        play(&task, human, 50, 1, &[]).rounds.into_iter().map(|round| round.typed).collect::<Vec<_>>()
    };
    assert_eq!(typed(4), ["é", "→", "é", "→", "é\n"]);
    assert_eq!(typed(1), ["é", "→", "é", "→", "é"]);
}

#[test]
fn tokens_without_text_are_silence() {
    let task = Task::new("p", 0, "", "ab\n").unwrap();
    let mut episode = Episode::new(&task, SURE, Limits::default(), 1, &WordCodec).unwrap();
    let round = episode.offer(of_tokens(vec![0, 1])).unwrap();
    assert_eq!((round.decision, round.suggestion_tokens), (Decision::Silent, 0));
    assert_eq!(text_of(episode.prefix_tokens()), "ab\n");
}

#[test]
fn a_bad_tokenizer_or_setting_is_an_error() {
    struct Lossy;
    impl TextCodec for Lossy {
        fn encode(&self, text: &str) -> Result<Vec<TokenId>, Fault> {
            WordCodec.encode(&text.to_lowercase())
        }
        fn token_bytes(&self, token: TokenId) -> Result<Vec<u8>, Fault> {
            WordCodec.token_bytes(token)
        }
    }
    let task = Task::new("p", 0, "", "ABC\n").unwrap();
    let mut episode = Episode::new(&task, SURE, Limits::default(), 1, &Lossy).unwrap();
    assert!(matches!(episode.offer(Suggestion::silent()), Err(SimError::LossyTokenizer { .. })));

    let mut episode = Episode::new(&task, SURE, Limits::default(), 1, &WordCodec).unwrap();
    let unknown = episode.offer(of_tokens(vec![99_999]));
    assert!(matches!(unknown, Err(SimError::Tokenizer { ref what, .. }) if what == "token 99999"), "{unknown:?}");

    let none = Limits { max_rounds: 0 };
    assert!(matches!(Episode::new(&task, SURE, none, 1, &WordCodec), Err(SimError::Setting { .. })));
}

/// Replays the rows character by character and returns the text that must stand. Knows nothing of bytes or tokens.
fn twin(task: &Task, human: ReplayHuman, rounds: &[RoundRow]) -> String {
    let plan: Vec<char> = task.plan().chars().collect();
    let mut text: Vec<char> = task.starter().chars().collect();
    let mut believed = text.len();
    for round in rounds {
        let shown: Vec<char> = round.suggestion.chars().collect();
        assert_eq!(shown.is_empty(), round.decision == Decision::Silent);
        if shown.is_empty() {
            assert_eq!((round.correct, round.suggestion_tokens), (None, 0));
        } else {
            let same = (0..shown.len()).take_while(|&i| plan.get(believed + i) == Some(&shown[i])).count();
            let all_of_it = plan[believed..].iter().collect::<String>();
            let padded =
                round.suggestion.trim_end() == all_of_it.trim_end() && !all_of_it.starts_with(&round.suggestion);
            let correct = same == shown.len() || padded;
            assert_eq!(round.correct, Some(correct), "{round:?}");
            assert!(!correct || round.decision == Decision::Accept);
            if round.decision == Decision::Accept {
                text.extend(&shown);
                believed = if padded { plan.len() } else { believed + same };
            }
        }
        if round.deleted_chars > 0 {
            assert_eq!(human.editing, Editing::Deleting);
            let right = (0..text.len()).take_while(|&i| plan.get(i) == Some(&text[i])).count();
            assert_eq!(text.len() - round.deleted_chars, right, "deletes to the first wrong character");
            text.truncate(right);
            believed = right;
        }
        let typed: Vec<char> = round.typed.chars().collect();
        assert!(plan[believed..].starts_with(&typed));
        assert!(round.typed_tokens <= human.tokens_per_round);
        text.extend(&typed);
        believed += typed.len();
    }
    text.into_iter().collect()
}

#[derive(Debug, Clone)]
enum Offer {
    Silent,
    /// This many tokens of the plan from where the text would be if it were right, then perhaps something else.
    Next(usize, &'static str),
    Junk(String),
}

fn offers() -> impl Strategy<Value = Vec<Offer>> {
    let offer = prop_oneof![
        1 => Just(Offer::Silent),
        3 => (1_usize..30, prop_oneof![3 => Just(""), 1 => Just("z"), 1 => Just(" \n"), 1 => Just("→")])
            .prop_map(|(n_tokens, tail)| Offer::Next(n_tokens, tail)),
        1 => "[abn é→\n]{1,6}".prop_map(Offer::Junk),
    ];
    prop::collection::vec(offer, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn episodes_are_what_their_rows_say(
        plan in "[abn ]{0,3}([abn=( é→\n]|for |total){1,60}x", starter_share in 0.0_f64..1.0, offers in offers(),
        attention in prop_oneof![Just(0.0), Just(1.0), Just(0.5)], deleting: bool, tokens_per_round in 4_usize..12,
        seed: u64,
    ) {
        let editing = if deleting { Editing::Deleting } else { Editing::AppendOnly };
        let human = ReplayHuman { attention, editing, tokens_per_round };
        let n_chars = (plan.chars().count() as f64 * starter_share) as usize;
        let task = Task::new("p", 0, plan.chars().take(n_chars).collect::<String>(), &plan).unwrap();
        let limits = Limits { max_rounds: 60 };
        let mut episode = Episode::new(&task, human, limits, seed, &WordCodec).unwrap();
        let mut offers = offers.iter().cycle().take(1000);
        let mut n_read = 0;
        let mut n_written = 0;
        while !episode.is_over() {
            let before = episode.prefix_tokens().to_vec();
            let suggestion = match offers.next() {
                None | Some(Offer::Silent) => Suggestion::silent(),
                Some(Offer::Junk(text)) => suggest(text),
                Some(Offer::Next(n_tokens, tail)) => {
                    let left: String = task.plan().chars().skip(episode.text().chars().count()).collect();
                    let mut next = tokens(&left);
                    next.truncate(*n_tokens);
                    next.extend(tokens(tail));
                    of_tokens(next)
                }
            };
            let round = episode.offer(suggestion.clone()).unwrap().clone();
            prop_assert!(suggestion.tokens.len() >= round.suggestion_tokens);
            prop_assert_eq!(text_of(&suggestion.tokens[..round.suggestion_tokens]), round.suggestion.clone());
            n_read += round.suggestion_tokens;
            n_written += round.typed_tokens;
            prop_assert_eq!(text_of(episode.prefix_tokens()), episode.text());
            if round.deleted_chars == 0 {
                // What stands is never tokenized anew; an accepted suggestion is appended as it was generated.
                let mut expected = before;
                if round.decision == Decision::Accept {
                    expected.extend(&suggestion.tokens[..round.suggestion_tokens]);
                }
                prop_assert_eq!(&episode.prefix_tokens()[..expected.len()], &expected[..]);
                prop_assert_eq!(episode.prefix_tokens().len(), expected.len() + round.typed_tokens);
            }
        }
        let row = episode.into_row("m", None, Judged { verdict: Verdict::Pass, detail: String::new() });
        prop_assert_eq!(&row.program, &twin(&task, human, &row.rounds));
        prop_assert_eq!((row.tokens_read, row.tokens_written), (n_read, n_written));
        if editing == Editing::AppendOnly {
            let taken = |round: &RoundRow| match round.decision {
                Decision::Accept => format!("{}{}", round.suggestion, round.typed),
                Decision::Reject | Decision::Silent | Decision::Finish => round.typed.clone(),
            };
            let joined: String = row.rounds.iter().map(taken).collect();
            prop_assert_eq!(&row.program, &format!("{}{joined}", task.starter()));
        }
        if attention == 1.0 {
            prop_assert_eq!(row.ending, Ending::Finished);
            prop_assert_eq!(row.program.trim_end(), task.plan().trim_end());
            prop_assert!(row.rounds.iter().all(|round| (round.correct != Some(false)) == (round.decision != Decision::Reject)));
        }
        if attention == 0.0 {
            prop_assert!(row.rounds.iter().all(|round| round.decision != Decision::Reject && round.deleted_chars == 0));
        }
    }
}
