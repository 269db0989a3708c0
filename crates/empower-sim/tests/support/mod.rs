//! What the tests of this crate share: a tokenizer of one screen, problems, and models that know them badly.

#![allow(dead_code, reason = "each test binary uses its part")]

use empower_artifact::rows::EpisodeRow;
use empower_lm::TokenId;
use empower_lm::scripted::{Script, ScriptedModel};
use empower_sim::{Fault, Task, TextCodec};

/// Tokens of a few common words, and of single bytes: characters outside ASCII take several tokens each.
pub struct WordCodec;

const FIRST_BYTE: TokenId = 2;
const FIRST_WORD: TokenId = FIRST_BYTE + 256;
const WORDS: [&str; 16] = [
    "        ", "    ", "print(", "range(", "input()", "return ", "for ", "in ", "def ", "int(", " = ", " + ", "total",
    "):\n", "n", "\n",
];

/// Token ids of [`WordCodec`]: 0 begins a sequence, 1 stops it.
pub const VOCABULARY: usize = FIRST_WORD as usize + WORDS.len();

impl TextCodec for WordCodec {
    fn encode(&self, text: &str) -> Result<Vec<TokenId>, Fault> {
        let mut tokens = Vec::new();
        let mut rest = text.as_bytes();
        while let Some(first) = rest.first() {
            let word = (0..).zip(WORDS).find(|(_, word)| rest.starts_with(word.as_bytes()));
            let (token, length) = match word {
                Some((idx, word)) => (FIRST_WORD + idx, word.len()),
                None => (FIRST_BYTE + TokenId::from(*first), 1),
            };
            tokens.push(token);
            rest = &rest[length..];
        }
        Ok(tokens)
    }

    fn token_bytes(&self, token: TokenId) -> Result<Vec<u8>, Fault> {
        match token {
            0 | 1 => Ok(Vec::new()),
            FIRST_BYTE..FIRST_WORD => Ok(vec![(token - FIRST_BYTE) as u8]),
            _ => match WORDS.get((token - FIRST_WORD) as usize) {
                Some(word) => Ok(word.as_bytes().to_vec()),
                None => Err(format!("no token {token}").into()),
            },
        }
    }
}

pub fn tokens(text: &str) -> Vec<TokenId> {
    WordCodec.encode(text).expect("this tokenizer takes any text")
}

pub fn text_of(tokens: &[TokenId]) -> String {
    let bytes = tokens.iter().flat_map(|&token| WordCodec.token_bytes(token).expect("a known token")).collect();
    String::from_utf8(bytes).expect("whole characters")
}

/// Ten small programs, half of them with starter code, some with characters of several bytes.
pub fn tasks() -> Vec<Task> {
    (0..10_usize)
        .map(|i| {
            let name = format!("p{i}");
            let body = format!(
                "n = int(input())\ntotal = {i}\nfor i in range(n):\n    total = total + i * {}\n# sum é → {i}\nprint(total)\n",
                i * i + 3
            );
            if i % 2 == 0 {
                return Task::new(name, 0, "", &body).expect("a good task");
            }
            let starter = format!("def solve{i}(n):\n    ");
            let plan = format!("{starter}total = n + {i}\n    return total + {}\n", 7 * i);
            Task::new(name, i % 3, starter, &plan).expect("a good task")
        })
        .collect()
}

/// A model that has read programs like those of [`tasks`] and half of them, so that it is often right and often wrong.
pub fn reader(context: usize, bos: Option<TokenId>) -> ScriptedModel {
    let mut documents: Vec<Vec<TokenId>> =
        tasks().iter().filter(|task| task.question_id() < "p5").map(|task| tokens(task.plan())).collect();
    for i in 0..4 {
        documents.push(tokens(&format!("n = int(input())\nfor i in range(n):\n    print(i + {i})\n# sum é {i}\n")));
        documents.push(tokens(&format!("def solve(n):\n    return n + {i}\n")));
    }
    ScriptedModel::new(Script { documents, context, bos, order: 6, ..Script::blank(VOCABULARY) })
}

pub fn jsonl(rows: &[EpisodeRow]) -> String {
    rows.iter().map(|row| serde_json::to_string(row).expect("rows are plain data") + "\n").collect()
}
