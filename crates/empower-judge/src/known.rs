//! Problems of LiveCodeBench that its authors list as unfit for judging by one expected output: several right answers,
//! interaction with the judge, wrong tests. Facts from the repository's list of errata at commit 28fef95, which names
//! LeetCode's problems by their title in the address and the others by id. Nothing is left out because of it unless
//! somebody asks.

use serde::Serialize;

/// Why a verdict on a problem's programs may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownIssue {
    /// More than one answer is right, and the tests know one.
    SeveralAnswers,
    /// The program is to talk with a judge, which the tests cannot.
    Interactive,
    /// A test is wrong or breaks the problem's own rules.
    WrongTest,
}

use KnownIssue::{Interactive, SeveralAnswers, WrongTest};

const ERRATA: [(&str, KnownIssue); 17] = [
    ("abc311_c", SeveralAnswers),
    ("abc326_d", SeveralAnswers),
    ("abc327_b", SeveralAnswers),
    ("abc333_e", SeveralAnswers),
    ("abc343_a", SeveralAnswers),
    ("abc343_e", SeveralAnswers),
    ("abc362_c", SeveralAnswers),
    ("arc185_c", SeveralAnswers),
    ("find-the-peaks", SeveralAnswers),
    ("find-words-containing-character", SeveralAnswers),
    ("generate-binary-strings-without-adjacent-zeros", SeveralAnswers),
    ("abc337_e", Interactive),
    ("abc355_e", Interactive),
    ("abc350_c", WrongTest),
    ("apply-operations-to-make-string-empty", WrongTest),
    ("arc189_a", WrongTest),
    ("most-frequent-ids", WrongTest),
];

/// What is known against a problem, by its id or its title as the data set has them.
pub fn known_issue(question_id: &str, title: &str) -> Option<KnownIssue> {
    ERRATA.iter().find(|(name, _)| *name == question_id || *name == title).map(|(_, issue)| *issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_known_by_id_and_by_title() {
        assert_eq!(known_issue("abc337_e", "Bad Juice"), Some(Interactive));
        assert_eq!(known_issue("2951", "find-the-peaks"), Some(SeveralAnswers));
        assert_eq!(known_issue("abc301_a", "Overall Winner"), None);
        let names: std::collections::BTreeSet<&str> = ERRATA.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), ERRATA.len());
    }
}
