//! Charts as SVG written by hand: bars with error bars (the paper's figure 2) and lines over the threshold. Colours are
//! the page's CSS classes; every mark is also told apart by its label or its shape. Coordinates are CSS pixels at the
//! chart's natural width, chosen to be legible when a phone shows it at full width.

use std::fmt::Write;

use crate::escape::html;
use crate::metrics::{EMPOWER, HUMAN_ALONE, MethodKey, MethodMetrics};
use crate::statistics::Estimate;

/// The CSS class of a method's colour.
pub(crate) fn family(method: &str) -> &'static str {
    match method {
        EMPOWER => "c-empower",
        HUMAN_ALONE => "c-human",
        method if method.starts_with("stop-") => "c-stop",
        method if method.starts_with("utility-") => "c-utility",
        method if method.starts_with("empower-") => "c-empower",
        method if method.starts_with("sft-") => "c-sft",
        method if method == "base" || method.starts_with("base-") => "c-base",
        _ => "c-other",
    }
}

/// One bar.
pub(crate) struct Bar<'a> {
    pub(crate) key: &'a MethodKey,
    pub(crate) estimate: Estimate,
}

const BAR_WIDTH: f64 = 406.0;
const BAR_LEFT: f64 = 138.0;
const BAR_RIGHT: f64 = 354.0;
const ROW: f64 = 23.0;

/// Horizontal bars of rates in [0, 1] with error bars of one standard error, one row a method. `reference` draws a
/// dashed line, so that each bar can be held against it.
pub(crate) fn bar_chart(title: &str, bars: &[Bar<'_>], reference: Option<f64>) -> String {
    let x = |rate: f64| BAR_LEFT + rate.clamp(0.0, 1.0) * (BAR_RIGHT - BAR_LEFT);
    let bottom = 6.0 + bars.len() as f64 * ROW;
    let mut svg = open_svg(title, BAR_WIDTH, bottom + 22.0);
    for (rate, label) in [(0.0, "0"), (0.25, ""), (0.5, "0.5"), (0.75, ""), (1.0, "1")] {
        line(&mut svg, "grid", x(rate), 2.0, x(rate), bottom);
        text(&mut svg, "tick", "middle", x(rate), bottom + 15.0, label);
    }
    for (row, bar) in bars.iter().enumerate() {
        let middle = 6.0 + (row as f64 + 0.5) * ROW;
        let said = match (bar.estimate.value, bar.estimate.se) {
            (Some(value), Some(se)) => format!("{}: {value:.3} ± {se:.3}", bar.key),
            (Some(value), None) => format!("{}: {value:.3}", bar.key),
            (None, _) => format!("{}: n/a", bar.key),
        };
        let _ = write!(svg, "<g><title>{}</title>", html(&said));
        text(&mut svg, "label", "end", BAR_LEFT - 6.0, middle + 4.0, &shortened(&bar.key.to_string(), 20));
        match bar.estimate.value {
            Some(value) => {
                let _ = write!(
                    svg,
                    r#"<rect class="bar {}" x="{:.1}" y="{:.1}" width="{:.1}" height="13"/>"#,
                    family(&bar.key.method),
                    x(0.0),
                    middle - 6.5,
                    x(value) - x(0.0)
                );
                if let Some(se) = bar.estimate.se.filter(|se| *se > 0.0) {
                    let (low, high) = (x(value - se), x(value + se));
                    // The halo keeps the line apart from its bar, whose colour is near the ink's in the dark.
                    for class in ["error halo", "error"] {
                        line(&mut svg, class, low, middle, high, middle);
                        line(&mut svg, class, low, middle - 3.5, low, middle + 3.5);
                        line(&mut svg, class, high, middle - 3.5, high, middle + 3.5);
                    }
                }
                text(&mut svg, "value", "start", BAR_RIGHT + 8.0, middle + 4.0, &format!("{value:.3}"));
            }
            None => text(&mut svg, "none", "start", x(0.0) + 6.0, middle + 4.0, "n/a"),
        }
        svg.push_str("</g>");
    }
    if let Some(rate) = reference {
        line(&mut svg, "reference", x(rate), 2.0, x(rate), bottom);
    }
    svg.push_str("</svg>");
    svg
}

const LINE_WIDTH: f64 = 420.0;
const LINE_LEFT: f64 = 46.0;
const LINE_RIGHT: f64 = 404.0;
const LINE_TOP: f64 = 10.0;
const LINE_BOTTOM: f64 = 210.0;
/// Between the error bars of two lines at one threshold.
const SIDESTEP: f64 = 7.0;

/// DPR against the threshold, one line for each method with several thresholds, and a level for the human alone and
/// for the best method without a threshold. `None` where no method has several thresholds.
pub(crate) fn dpr_against_eta(metrics: &[MethodMetrics], best_level: Option<&MethodMetrics>) -> Option<String> {
    let mut series: Vec<(&str, Vec<Point>)> = Vec::new();
    for found in metrics {
        let (Some(eta), Some(dpr)) = (found.key.eta_bits, found.dpr.value) else { continue };
        let point = Point { eta, dpr, se: found.dpr.se.unwrap_or(0.0) };
        match series.iter_mut().find(|(method, _)| *method == found.key.method) {
            Some((_, points)) => points.push(point),
            None => series.push((&found.key.method, vec![point])),
        }
    }
    series.retain(|(_, points)| points.len() > 1);
    if series.is_empty() {
        return None;
    }
    let human = metrics.iter().find(|it| it.key.method == HUMAN_ALONE);
    let levels: Vec<(&MethodKey, f64)> =
        human.into_iter().chain(best_level).filter_map(|it| it.dpr.value.map(|dpr| (&it.key, dpr))).collect();

    let points = || series.iter().flat_map(|(_, points)| points);
    let across = Axis::over_thresholds(points().map(|point| point.eta));
    let values = points().flat_map(|point| [point.dpr - point.se, point.dpr + point.se]);
    let (low, high, step) = nice_range(values.chain(levels.iter().map(|level| level.1)));
    let y = |dpr: f64| LINE_BOTTOM - (dpr - low) / (high - low) * (LINE_BOTTOM - LINE_TOP);

    let n_entries = series.len() + levels.len();
    let mut svg = open_svg("DPR against eta", LINE_WIDTH, LINE_BOTTOM + 48.0 + 18.0 * n_entries as f64);
    let mut tick = low;
    while tick <= high + step / 2.0 {
        line(&mut svg, "grid", LINE_LEFT, y(tick), LINE_RIGHT, y(tick));
        text(&mut svg, "tick", "end", LINE_LEFT - 6.0, y(tick) + 4.0, &format!("{tick:.2}"));
        tick += step;
    }
    let mut ticks: Vec<f64> = points().map(|point| point.eta).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    for eta in ticks {
        line(&mut svg, "grid", across.x(eta), LINE_BOTTOM, across.x(eta), LINE_BOTTOM + 4.0);
        text(&mut svg, "tick", "middle", across.x(eta), LINE_BOTTOM + 17.0, &eta.to_string());
    }
    text(&mut svg, "tick", "middle", (LINE_LEFT + LINE_RIGHT) / 2.0, LINE_BOTTOM + 33.0, across.label);

    let mut entry_y = LINE_BOTTOM + 54.0;
    for (key, dpr) in &levels {
        let style =
            format!("level {} {}", stroke_of(&key.method), if key.method == HUMAN_ALONE { "dash" } else { "dots" });
        line(&mut svg, &style, LINE_LEFT, y(*dpr), LINE_RIGHT, y(*dpr));
        line(&mut svg, &style, LINE_LEFT, entry_y - 4.0, LINE_LEFT + 26.0, entry_y - 4.0);
        text(&mut svg, "label", "start", LINE_LEFT + 34.0, entry_y, &key.to_string());
        entry_y += 18.0;
    }
    for (shape, (method, points)) in series.iter().enumerate() {
        let aside = |shape: usize| SIDESTEP * (shape as f64 - (series.len() - 1) as f64 / 2.0);
        let path: Vec<String> =
            points.iter().map(|it| format!("{:.1},{:.1}", across.x(it.eta) + aside(shape), y(it.dpr))).collect();
        let _ = write!(svg, r#"<polyline class="line {}" points="{}"/>"#, stroke_of(method), path.join(" "));
        for point in points {
            let x = across.x(point.eta) + aside(shape);
            let said = format!("{method} at {} bits: {:.3} ± {:.3}", point.eta, point.dpr, point.se);
            let _ = write!(svg, r#"<g class="{}"><title>{}</title>"#, stroke_of(method), html(&said));
            line(&mut svg, "error whisker", x, y(point.dpr - point.se), x, y(point.dpr + point.se));
            marker(&mut svg, shape, family(method), x, y(point.dpr));
            svg.push_str("</g>");
        }
        line(
            &mut svg,
            &format!("line {}", stroke_of(method)),
            LINE_LEFT,
            entry_y - 4.0,
            LINE_LEFT + 26.0,
            entry_y - 4.0,
        );
        marker(&mut svg, shape, family(method), LINE_LEFT + 13.0, entry_y - 4.0);
        text(&mut svg, "label", "start", LINE_LEFT + 34.0, entry_y, method);
        entry_y += 18.0;
    }
    svg.push_str("</svg>");
    Some(svg)
}

struct Point {
    eta: f64,
    dpr: f64,
    se: f64,
}

/// The horizontal axis: logarithmic where every threshold is above 0.
struct Axis {
    low: f64,
    high: f64,
    is_log: bool,
    label: &'static str,
}

impl Axis {
    fn over_thresholds(etas: impl Iterator<Item = f64> + Clone) -> Self {
        let is_log = etas.clone().all(|eta| eta > 0.0);
        let scaled = etas.map(|eta| if is_log { eta.ln() } else { eta });
        let (low, high) = bounds(scaled);
        let label = if is_log { "eta in bits (logarithmic)" } else { "eta in bits" };
        Self { low, high, is_log, label }
    }

    fn x(&self, eta: f64) -> f64 {
        let scaled = if self.is_log { eta.ln() } else { eta };
        // A small margin, so that markers stand clear of the axis.
        let share = if self.high > self.low { (scaled - self.low) / (self.high - self.low) } else { 0.5 };
        LINE_LEFT + 16.0 + share * (LINE_RIGHT - LINE_LEFT - 32.0)
    }
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// Round bounds around the values, and the distance of the ticks between them.
pub(crate) fn nice_range(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let (low, high) = bounds(values);
    if !(low.is_finite() && high.is_finite()) {
        return (0.0, 1.0, 0.25);
    }
    let span = (high - low).max(0.02);
    let step = [0.01, 0.02, 0.05, 0.1, 0.2].into_iter().find(|step| span / step <= 5.5).unwrap_or(0.25);
    let low = ((low / step).floor() * step).max(0.0);
    // At least one step, also where all values are the same tick.
    let high = ((high / step).ceil() * step).max(low + step);
    (low, high, step)
}

pub(crate) fn stroke_of(method: &str) -> &'static str {
    match family(method) {
        "c-empower" => "s-empower",
        "c-human" => "s-human",
        "c-stop" => "s-stop",
        "c-utility" => "s-utility",
        "c-sft" => "s-sft",
        "c-base" => "s-base",
        _ => "s-other",
    }
}

pub(crate) fn marker(svg: &mut String, shape: usize, class: &str, x: f64, y: f64) {
    let _ = match shape % 5 {
        0 => write!(svg, r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="4.5"/>"#),
        1 => write!(svg, r#"<rect class="{class}" x="{:.1}" y="{:.1}" width="8" height="8"/>"#, x - 4.0, y - 4.0),
        2 => write!(
            svg,
            r#"<path class="{class}" d="M{x:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z"/>"#,
            y - 5.5,
            x + 5.0,
            y + 4.0,
            x - 5.0,
            y + 4.0
        ),
        3 => write!(svg, r#"<path class="{class}" d="M{x:.1} {:.1}l5.5 5.5l-5.5 5.5l-5.5 -5.5Z"/>"#, y - 5.5),
        _ => write!(svg, r#"<path class="{class}" d="M{:.1} {:.1}h10l-5 9Z"/>"#, x - 5.0, y - 4.0),
    };
}

pub(crate) fn open_svg(title: &str, width: f64, height: f64) -> String {
    let title = html(title);
    format!(r#"<svg viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}">"#)
}

pub(crate) fn line(svg: &mut String, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
    let _ = write!(svg, r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#);
}

pub(crate) fn text(svg: &mut String, class: &str, anchor: &str, x: f64, y: f64, content: &str) {
    if !content.is_empty() {
        let content = html(content);
        let _ = write!(svg, r#"<text class="{class}" text-anchor="{anchor}" x="{x:.1}" y="{y:.1}">{content}</text>"#);
    }
}

pub(crate) fn shortened(name: &str, limit: usize) -> String {
    if name.chars().count() <= limit {
        return name.to_owned();
    }
    name.chars().take(limit - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, se: f64) -> Estimate {
        Estimate { value: Some(value), se: Some(se), interval: None }
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_stay_in_the_plot() {
        let keys =
            [MethodKey::new("empower", Some(0.32)), MethodKey::new("<b>", None), MethodKey::new("human-alone", None)];
        let bars: Vec<Bar<'_>> = keys
            .iter()
            .zip([estimate(0.5, 0.1), estimate(0.99, 0.05), Estimate::default()])
            .map(|(key, estimate)| Bar { key, estimate })
            .collect();
        let svg = bar_chart("pass@1", &bars, Some(0.25));
        // Half of 354 - 138, and its error bar from 0.4 to 0.6.
        assert!(svg.contains(r#"width="108.0""#), "{svg}");
        assert!(svg.contains(r#"class="error" x1="224.4""#) && svg.contains(r#"x2="267.6""#), "{svg}");
        // 0.99 + 0.05 ends at the axis, not past it.
        assert!(svg.contains(r#"x2="354.0""#) && !svg.contains("364.8"), "{svg}");
        assert!(svg.contains(">n/a</text>") && !svg.contains("NaN"), "{svg}");
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains(r#"class="reference" x1="192.0""#), "{svg}");
    }

    fn metrics(method: &str, eta_bits: Option<f64>, dpr: f64) -> MethodMetrics {
        let none = Estimate::default();
        MethodMetrics {
            key: MethodKey::new(method, eta_bits),
            pass_at_1: none,
            accept_ratio: none,
            accept_ratio_problem_mean: none,
            silent_share: none,
            dpr: estimate(dpr, 0.01),
            tokens_read: none,
            tokens_written: none,
            episodes: 1,
            problems: 1,
            infrastructure: 0,
            round_limit: 0,
            human_faults: Default::default(),
        }
    }

    #[test]
    fn lines_need_several_thresholds() {
        let single = [metrics("empower", Some(0.32), 0.5), metrics("human-alone", None, 0.4)];
        assert_eq!(dpr_against_eta(&single, None), None);
        let several =
            [metrics("empower", Some(0.1), 0.5), metrics("empower", Some(4.0), 0.6), metrics("human-alone", None, 0.4)];
        let svg = dpr_against_eta(&several, Some(&metrics("base-10", None, 0.45))).expect("a chart");
        assert!(svg.contains("logarithmic") && svg.contains("base-10") && !svg.contains("NaN"), "{svg}");
        let zero = [metrics("empower", Some(0.0), 0.5), metrics("empower", Some(4.0), 0.5)];
        let svg = dpr_against_eta(&zero, None).expect("a chart");
        assert!(!svg.contains("logarithmic") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn ranges_hold_their_values() {
        for values in [vec![0.5, 0.5], vec![0.0, 1.0], vec![0.803, 0.861], vec![-0.01, 0.01]] {
            let (low, high, step) = nice_range(values.iter().copied());
            assert!(
                low <= values[0].max(0.0) && high >= values[1] && (high - low) / step < 8.0,
                "{values:?} {low} {high}"
            );
        }
    }
}
