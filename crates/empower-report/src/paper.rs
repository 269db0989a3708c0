//! The paper's own figures, as data: tables 1 and 2 of arXiv 2510.13709 (PAPER section 7), on 554 LiveCodeBench problems.
//! They are printed to three decimals there; standard errors are given only as ranges.

use serde::Serialize;

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PaperRow {
    /// The base model, as the paper names it.
    pub model: &'static str,
    /// The method, as rows here name it.
    pub method: &'static str,
    /// Pass@1.
    pub pass_at_1: f64,
    /// Accept ratio.
    pub accept_ratio: f64,
    /// Discounted pass rate.
    pub dpr: f64,
}

/// A table of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PaperResults {
    /// `table 2`.
    pub name: &'static str,
    /// The model that played the human.
    pub human: &'static str,
    /// Problems.
    pub problems: usize,
    /// Its rows.
    pub rows: &'static [PaperRow],
}

/// The largest standard errors that the paper reports for pass@1, accept ratio and DPR; a row's own is not given.
pub const LARGEST_SE: [f64; 3] = [0.021, 0.024, 0.016];

/// The threshold of the paper's simulations, in bits.
pub const PAPER_ETA_BITS: f64 = 0.32;

const fn row(model: &'static str, method: &'static str, pass_at_1: f64, accept_ratio: f64, dpr: f64) -> PaperRow {
    PaperRow { model, method, pass_at_1, accept_ratio, dpr }
}

const QWEN_8: &str = "Qwen3-8B";
const LLAMA_8: &str = "Llama-3.1-8B-Instruct";
const QWEN_14: &str = "Qwen3-14B";

/// Gemma-3-27B-it as the human.
pub const TABLE_2: PaperResults = PaperResults {
    name: "table 2",
    human: "Gemma-3-27B-it",
    problems: 554,
    rows: &[
        row(QWEN_8, "empower", 0.178, 0.630, 0.156),
        row(QWEN_8, "sft-20", 0.086, 0.299, 0.072),
        row(QWEN_8, "sft-10", 0.101, 0.367, 0.086),
        row(QWEN_8, "base-10", 0.090, 0.582, 0.080),
        row(QWEN_8, "base", 0.092, 0.400, 0.083),
        row(LLAMA_8, "empower", 0.176, 0.670, 0.150),
        row(LLAMA_8, "sft-20", 0.070, 0.231, 0.057),
        row(LLAMA_8, "sft-10", 0.062, 0.268, 0.053),
        row(LLAMA_8, "base-10", 0.064, 0.649, 0.057),
        row(LLAMA_8, "base", 0.064, 0.383, 0.055),
        row(QWEN_14, "empower", 0.170, 0.659, 0.148),
        row(QWEN_14, "sft-20", 0.088, 0.381, 0.077),
        row(QWEN_14, "sft-10", 0.101, 0.461, 0.088),
        row(QWEN_14, "base-10", 0.062, 0.530, 0.055),
        row(QWEN_14, "base", 0.086, 0.312, 0.077),
    ],
};

/// Llama-3.3-70B-Instruct as the human.
pub const TABLE_1: PaperResults = PaperResults {
    name: "table 1",
    human: "Llama-3.3-70B-Instruct",
    problems: 554,
    rows: &[
        row(QWEN_8, "empower", 0.218, 0.488, 0.176),
        row(QWEN_8, "sft-20", 0.167, 0.192, 0.116),
        row(QWEN_8, "sft-10", 0.152, 0.299, 0.114),
        row(QWEN_8, "sft-rand-1-30", 0.156, 0.201, 0.109),
        row(QWEN_8, "base-10", 0.198, 0.592, 0.162),
        row(QWEN_8, "base", 0.183, 0.351, 0.143),
        row(LLAMA_8, "empower", 0.282, 0.317, 0.208),
        row(LLAMA_8, "sft-20", 0.097, 0.165, 0.066),
        row(LLAMA_8, "sft-10", 0.104, 0.257, 0.074),
        row(LLAMA_8, "sft-rand-1-30", 0.112, 0.184, 0.075),
        row(LLAMA_8, "base-10", 0.156, 0.537, 0.127),
        row(LLAMA_8, "base", 0.170, 0.297, 0.134),
        row(QWEN_14, "empower", 0.249, 0.459, 0.201),
        row(QWEN_14, "sft-20", 0.145, 0.188, 0.102),
        row(QWEN_14, "sft-10", 0.165, 0.292, 0.126),
        row(QWEN_14, "sft-rand-1-30", 0.145, 0.226, 0.106),
        row(QWEN_14, "base-10", 0.174, 0.597, 0.143),
        row(QWEN_14, "base", 0.161, 0.299, 0.127),
    ],
};

impl PaperResults {
    /// Rows of the base model named so, whatever case and dashes; all rows where the paper has no such model.
    pub fn rows_beside(&self, model: &str) -> Vec<PaperRow> {
        let plain = |name: &str| name.to_lowercase().replace(['-', '_', '.'], "");
        let own: Vec<PaperRow> = self.rows.iter().filter(|row| plain(row.model) == plain(model)).copied().collect();
        if own.is_empty() { self.rows.to_vec() } else { own }
    }

    /// The row of a model and method.
    pub fn row(&self, model: &str, method: &str) -> Option<&PaperRow> {
        self.rows.iter().find(|row| row.model == model && row.method == method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_their_rows() {
        assert_eq!((TABLE_1.rows.len(), TABLE_2.rows.len()), (18, 15));
        for table in [TABLE_1, TABLE_2] {
            // What the paper claims of its own tables: Empower has the highest DPR with every base model.
            for model in [QWEN_8, LLAMA_8, QWEN_14] {
                let best = table.rows.iter().filter(|row| row.model == model).max_by(|a, b| a.dpr.total_cmp(&b.dpr));
                assert_eq!(best.map(|row| row.method), Some("empower"));
            }
            assert!(table.rows.iter().all(|row| row.dpr <= row.pass_at_1));
        }
        assert_eq!(TABLE_2.rows_beside("qwen3-8b").len(), 5);
        assert_eq!(TABLE_2.rows_beside("embedded").len(), 15);
        assert_eq!(TABLE_2.row(LLAMA_8, "base").map(|row| row.dpr), Some(0.055));
    }
}
