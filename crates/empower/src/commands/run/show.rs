//! How far an experiment is, on standard error: in a terminal one bar for the whole and one for the stage at work;
//! elsewhere a line where a stage begins and ends, and one every half minute between.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Chosen: often enough to see that it lives, seldom enough for a log.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// The display.
pub struct Show {
    /// Bars, in a terminal.
    bars: Option<Bars>,
    n_stages: usize,
    begun: usize,
    label: String,
    last_line: Instant,
}

struct Bars {
    multi: MultiProgress,
    whole: ProgressBar,
    stage: ProgressBar,
}

impl Show {
    /// A display of `n_stages` stages that are to be done.
    pub fn new(n_stages: usize) -> Self {
        let bars = std::io::stderr().is_terminal().then(|| {
            let style = |template: &str| ProgressStyle::with_template(template).expect("the template is well formed");
            let multi = MultiProgress::new();
            let whole = multi.add(ProgressBar::new(n_stages as u64));
            whole.set_style(style("{prefix:>14} {wide_bar} {pos}/{len} stages, {elapsed}, {msg}"));
            whole.set_prefix("experiment");
            let stage = multi.add(ProgressBar::new(1000));
            stage.set_style(style("{prefix:>14} {wide_bar} {percent}% {msg} {eta} left"));
            Bars { multi, whole, stage }
        });
        Self { bars, n_stages, begun: 0, label: String::new(), last_line: Instant::now() }
    }

    /// A stage begins.
    pub fn begin(&mut self, kind: &str, label: &str) {
        self.begun += 1;
        self.label = format!("{kind} {label}");
        self.last_line = Instant::now();
        match &self.bars {
            Some(bars) => {
                bars.stage.reset();
                bars.stage.set_prefix(kind.to_owned());
                bars.stage.set_message(label.to_owned());
                bars.whole.set_message(self.label.clone());
            }
            None => eprintln!("[{}/{}] {}", self.begun, self.n_stages, self.label),
        }
    }

    /// The stage at work is so far, as a share.
    pub fn update(&mut self, share: f64, said: &str) {
        let percent = (share.clamp(0.0, 1.0) * 100.0).floor();
        match &self.bars {
            Some(bars) => {
                bars.stage.set_position((share.clamp(0.0, 1.0) * 1000.0) as u64);
                bars.stage.set_message(said.to_owned());
            }
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                eprintln!("[{}/{}] {}: {percent}%, {said}", self.begun, self.n_stages, self.label);
            }
            None => {}
        }
    }

    /// The stage ended.
    pub fn end(&mut self, said: &str) {
        if let Some(bars) = &self.bars {
            bars.whole.inc(1);
        }
        self.line(&format!("[{}/{}] {}: {said}", self.begun, self.n_stages, self.label));
    }

    /// A line above the bars.
    pub fn line(&self, text: &str) {
        match &self.bars {
            // Where standard error went away there is nobody to tell.
            Some(bars) => drop(bars.multi.println(text)),
            None => eprintln!("{text}"),
        }
    }

    /// Takes the bars away.
    pub fn close(&self) {
        if let Some(bars) = &self.bars {
            bars.stage.finish_and_clear();
            bars.whole.finish_and_clear();
        }
    }
}
