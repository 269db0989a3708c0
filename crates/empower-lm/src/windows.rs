//! Documents longer than a model's context, cut into windows that overlap: the one rule by which local and served models
//! score them, and by which they are trained on.

use std::ops::Range;

use serde::Serialize;

/// A piece of a long token stream: rows `inputs` go in, of which the rows `scored` are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRange {
    /// Rows of the stream that the window sees; at most the context.
    pub inputs: Range<usize>,
    /// Rows of the stream that count; the end of `inputs`.
    pub scored: Range<usize>,
}

/// Rows of a window that only give context, in every window but a document's first. Chosen: half, so that whatever counts
/// has at least half the context behind it, for twice the work.
fn overlap(context: usize) -> usize {
    context / 2
}

/// How a document that is longer than the context is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Windowing {
    /// Tokens of a window, at most.
    pub context: usize,
    /// Tokens of each window but the first that only give context.
    pub overlap: usize,
    /// Windows.
    pub windows: usize,
}

/// Cuts a stream of `rows` into windows of at most `context` rows, so that every row counts once. The first window
/// counts whole; each later one first sees the half context before what counts.
pub fn windows(rows: usize, context: usize) -> Vec<WindowRange> {
    let mut windows = Vec::new();
    let mut done = 0;
    while done < rows {
        let start = if done == 0 { 0 } else { done - overlap(context) };
        let end = (start + context).min(rows);
        windows.push(WindowRange { inputs: start..end, scored: done..end });
        done = end;
    }
    windows
}

impl Windowing {
    /// How a stream of `rows` is cut; `None` where it fits the context.
    pub fn of(rows: usize, context: usize) -> Option<Self> {
        let windowing = || Self { context, overlap: overlap(context), windows: windows(rows, context).len() };
        (rows > context).then(windowing)
    }
}
