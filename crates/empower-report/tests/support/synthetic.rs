//! Made-up episodes with the shape of real ones, for tests of the report and for looking at the page. They say nothing
//! about any method.

use empower_artifact::Seed;
use empower_artifact::rows::{Decision, Ending, EpisodeRow, RoundRow, Verdict};
use rand::Rng;

const PROGRAMS: [&str; 3] = [
    "n = int(input())\nvalues = list(map(int, input().split()))\nbest = values[0]\ntotal = 0\nfor value in values:\n    \
     total = max(value, total + value)\n    if total > best:\n        best = total\nprint(best)\n",
    "def count_pairs(values, limit):\n    values.sort()\n    left, right = 0, len(values) - 1\n    count = 0\n    while left \
     < right:\n        if values[left] + values[right] <= limit:\n            count += right - left\n            left += \
     1\n        else:\n            right -= 1\n    return count\n",
    "import sys\n\nwords = sys.stdin.read().split()\nseen = {}\nfor word in words[1:]:\n    seen[word] = seen.get(word, 0) + \
     1\nfor word, times in sorted(seen.items(), key=lambda item: (-item[1], item[0])):\n    print(word, times)\n",
];

/// `(method, eta, tokens suggested, probability that a suggestion is right, probability of silence)`.
const METHODS: [(&str, Option<f64>, usize, f64, f64); 15] = [
    ("empower", Some(0.1), 3, 0.98, 0.5),
    ("empower", Some(0.32), 5, 0.95, 0.35),
    ("empower", Some(1.0), 8, 0.86, 0.2),
    ("empower", Some(4.0), 14, 0.6, 0.05),
    ("stop-nll", Some(0.1), 3, 0.93, 0.55),
    ("stop-nll", Some(0.32), 4, 0.9, 0.4),
    ("stop-nll", Some(1.0), 7, 0.8, 0.25),
    ("stop-nll", Some(4.0), 12, 0.5, 0.1),
    ("sft-10", None, 10, 0.45, 0.0),
    ("sft-20", None, 20, 0.2, 0.0),
    ("sft-rand-1-30", None, 15, 0.35, 0.0),
    ("base", None, 60, 0.05, 0.0),
    ("base-10", None, 10, 0.3, 0.0),
    ("base-20", None, 20, 0.15, 0.0),
    ("human-alone", None, 0, 0.0, 1.0),
];

/// Episodes of every method on `n_problems` problems, the same for the same seed.
pub fn episodes(n_problems: usize, seed: u64) -> Vec<EpisodeRow> {
    let seed = Seed::new(seed);
    let mut rows = Vec::new();
    for (m, method) in METHODS.iter().enumerate() {
        for problem in 0..n_problems {
            rows.push(episode(method, problem, seed.index(m as u64).index(problem as u64)));
        }
    }
    rows
}

fn episode(method: &(&str, Option<f64>, usize, f64, f64), problem: usize, seed: Seed) -> EpisodeRow {
    let (name, eta_bits, length, right, silence) = *method;
    let mut rng = seed.rng();
    let mut chance = |p: f64| (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 <= p && p > 0.0;
    // About four characters a token.
    let plan: Vec<char> = PROGRAMS[problem % PROGRAMS.len()].chars().collect();
    let take =
        |from: usize, n_tokens: usize| plan[from..(from + 4 * n_tokens).min(plan.len())].iter().collect::<String>();
    let (mut at, mut rounds, mut program, mut derailed) = (0, Vec::new(), String::new(), false);
    while at < plan.len() && rounds.len() < 50 {
        let is_silent = chance(silence);
        let is_right = chance(right);
        let noticed = chance(0.9);
        let mut suggestion = if is_silent { String::new() } else { take(at, length) };
        if !is_right && !is_silent {
            suggestion = format!("{}\n    pass  # <b>{}</b>\n", suggestion.trim_end(), "x".repeat(length % 7));
        }
        let decision = match (is_silent, is_right || !noticed) {
            (true, _) => Decision::Silent,
            (_, true) => Decision::Accept,
            _ => Decision::Reject,
        };
        if decision == Decision::Accept {
            program.push_str(&suggestion);
            derailed |= !is_right;
            at = (at + 4 * length).min(plan.len());
        }
        let typed = take(at, 10);
        at = (at + 40).min(plan.len());
        program.push_str(&typed);
        let suggestion_tokens = suggestion.chars().count().div_ceil(4);
        rounds.push(RoundRow {
            suggestion_bits: vec![0.06; suggestion_tokens],
            suggestion_tokens,
            suggestion,
            decision,
            correct: (!is_silent).then_some(is_right),
            deleted_chars: 0,
            typed_tokens: typed.chars().count().div_ceil(4),
            typed,
            answer: None,
            human: None,
        });
    }
    let fails = derailed || problem % 11 == 7;
    EpisodeRow {
        method: name.into(),
        eta_bits,
        question_id: format!("suite_{problem:03}"),
        repeat: 0,
        seed: seed.value(),
        ending: if at < plan.len() { Ending::RoundLimit } else { Ending::Finished },
        tokens_read: rounds.iter().map(|round| round.suggestion_tokens).sum(),
        tokens_written: rounds.iter().map(|round| round.typed_tokens).sum(),
        rounds,
        program,
        verdict: match (fails, problem == 5 && name == "base") {
            (_, true) => Verdict::Infrastructure,
            (true, _) if derailed => Verdict::RuntimeError,
            (true, _) => Verdict::WrongAnswer,
            _ => Verdict::Pass,
        },
        verdict_detail: if fails {
            "test 2 of 8\ninput:    3\\n1 -2 3\nexpected: 3\nfound:    2 </pre><script>alert(1)</script>".into()
        } else {
            String::new()
        },
    }
}
