//! The other pictures: values with intervals in a list, curves with bands, reliability diagrams, maps of cells. As in
//! [`crate::charts`], they are SVG written by hand; every mark is told apart by more than its colour.

use std::fmt::Write;

use crate::calibration::Calibration;
use crate::charts::{family, line, marker, nice_range, open_svg, shortened, stroke_of, text};
use crate::escape::html;
use crate::metrics::MethodKey;
use crate::statistics::Estimate;

const WIDTH: f64 = 440.0;
const ROW: f64 = 22.0;

/// Values with 95% intervals, one row a method, in the order given; a dashed line at `reference`, and the row of `lead`
/// set off.
pub(crate) fn dot_chart(
    title: &str,
    rows: &[(&MethodKey, Estimate)],
    reference: Option<f64>,
    lead: Option<&MethodKey>,
) -> String {
    let (left, right) = (152.0, WIDTH - 52.0);
    let bottom = 8.0 + rows.len() as f64 * ROW;
    let values = rows.iter().filter_map(|(_, it)| it.value);
    let ends = rows.iter().filter_map(|(_, it)| it.interval).flatten();
    let (low, high, step) = nice_range(values.chain(ends).chain(reference));
    let x = |value: f64| left + ((value - low) / (high - low)).clamp(0.0, 1.0) * (right - left);
    let mut svg = open_svg(title, WIDTH, bottom + 24.0);
    ticks(low, high, step, |tick| {
        line(&mut svg, "grid", x(tick), 2.0, x(tick), bottom);
        text(&mut svg, "tick", "middle", x(tick), bottom + 16.0, &format!("{tick:.2}"));
    });
    if let Some(value) = reference {
        line(&mut svg, "reference", x(value), 2.0, x(value), bottom);
    }
    for (i, (key, estimate)) in rows.iter().enumerate() {
        let y = 8.0 + (i as f64 + 0.5) * ROW;
        if lead == Some(*key) {
            let _ = write!(
                svg,
                r#"<rect class="lead-row" x="0" y="{:.1}" width="{WIDTH}" height="{ROW}"/>"#,
                y - ROW / 2.0
            );
        }
        let _ = write!(svg, "<g><title>{}</title>", html(&said(key, estimate)));
        text(&mut svg, "label", "end", left - 10.0, y + 4.0, &shortened(&key.to_string(), 20));
        match estimate.value {
            Some(value) => {
                if let Some([from, to]) = estimate.interval {
                    line(&mut svg, &format!("whisker {}", stroke_of(&key.method)), x(from), y, x(to), y);
                }
                marker(&mut svg, shape_of(&key.method), family(&key.method), x(value), y);
                text(&mut svg, "value", "start", right + 12.0, y + 4.0, &format!("{value:.3}"));
            }
            None => text(&mut svg, "none", "start", x(low) + 6.0, y + 4.0, "n/a"),
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

fn said(key: &MethodKey, estimate: &Estimate) -> String {
    match (estimate.value, estimate.interval) {
        (Some(value), Some([low, high])) => format!("{key}: {value:.3}, 95% interval {low:.3} to {high:.3}"),
        (Some(value), None) => format!("{key}: {value:.3}"),
        (None, _) => format!("{key}: n/a"),
    }
}

/// The marker of a family of methods: colour is not the only thing that tells them apart.
fn shape_of(method: &str) -> usize {
    match family(method) {
        "c-empower" | "c-utility" => 0,
        "c-stop" => 1,
        "c-human" => 3,
        "c-sft" => 2,
        _ => 4,
    }
}

fn ticks(low: f64, high: f64, step: f64, mut each: impl FnMut(f64)) {
    let n = ((high - low) / step).round() as usize;
    (0..=n).for_each(|i| each(low + i as f64 * step));
}

/// A curve: points `(x, y, interval)` by ascending x.
pub(crate) struct Curve<'a> {
    pub(crate) key: &'a MethodKey,
    pub(crate) points: Vec<(f64, f64, Option<[f64; 2]>)>,
    /// Drawn at first; the others can be switched on.
    pub(crate) is_shown: bool,
}

/// What a plot of curves shows.
pub(crate) struct Axes<'a> {
    pub(crate) title: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    /// Whether the vertical axis is that of a share, 0 to 1.
    pub(crate) is_share: bool,
    /// Markers at the points: for a few measured points rather than a fine curve.
    pub(crate) has_markers: bool,
    /// Whether the horizontal axis is logarithmic; every value is then above 0.
    pub(crate) is_log: bool,
}

/// Curves with bands over a horizontal axis, and below it one switch a curve. Without scripts the switches do
/// nothing and the curves that are shown at first stay. `None` without points.
pub(crate) fn curve_chart(axes: &Axes<'_>, curves: &[Curve<'_>], id: &str) -> Option<String> {
    let (left, right, top, bottom) = (52.0, WIDTH - 16.0, 12.0, 270.0);
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let xs = points().map(|point| point.0);
    let (x_low, x_high) = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if !(x_low.is_finite() && x_high.is_finite()) {
        return None;
    }
    let x_high = if x_high > x_low { x_high } else { x_low + 1.0 };
    let values = points().flat_map(|(_, y, band)| [Some(*y), band.map(|it| it[0]), band.map(|it| it[1])]).flatten();
    let (y_low, y_high, y_step) = if axes.is_share { (0.0, 1.0, 0.25) } else { nice_range(values) };
    let scaled = |value: f64| if axes.is_log { value.ln() } else { value };
    let (from, to) = (scaled(x_low), scaled(x_high));
    let x = |value: f64| left + (scaled(value) - from) / (to - from) * (right - left);
    let y = |value: f64| bottom - ((value - y_low) / (y_high - y_low)).clamp(0.0, 1.0) * (bottom - top);
    let mut svg = open_svg(axes.title, WIDTH, bottom + 44.0);
    ticks(y_low, y_high, y_step, |tick| {
        line(&mut svg, "grid", left, y(tick), right, y(tick));
        text(&mut svg, "tick", "end", left - 6.0, y(tick) + 4.0, &format!("{tick:.2}"));
    });
    let places: Vec<f64> = if axes.has_markers {
        // Where there are points, and only there.
        let mut places: Vec<f64> = points().map(|point| point.0).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    } else {
        let step = crate::effort::round_up((x_high - x_low) / 7.0);
        (0..=8).map(|i| ((x_low / step).ceil() + f64::from(i)) * step).filter(|place| *place <= x_high).collect()
    };
    let mut free_from = f64::NEG_INFINITY;
    for place in places {
        line(&mut svg, "grid", x(place), bottom, x(place), bottom + 4.0);
        // A label that would stand in its neighbour's is left out; the tick and the marker's title have the value.
        let label = trimmed(place);
        let half = 3.5 * label.len() as f64;
        if x(place) - half > free_from {
            text(&mut svg, "tick", "middle", x(place), bottom + 17.0, &label);
            free_from = x(place) + half;
        }
    }
    text(&mut svg, "tick", "middle", (left + right) / 2.0, bottom + 36.0, axes.x_label);
    let _ = write!(
        svg,
        r#"<text class="tick" text-anchor="middle" transform="translate(12 {:.1}) rotate(-90)">{}</text>"#,
        (top + bottom) / 2.0,
        html(axes.y_label)
    );
    let mut switches = String::from(r#"<div class="switches" role="group" aria-label="curves shown">"#);
    for (i, curve) in curves.iter().enumerate() {
        // Curves of one family differ by their dashes.
        let alike = curves[..i].iter().filter(|other| family(&other.key.method) == family(&curve.key.method)).count();
        let style = format!("line {} d{}", stroke_of(&curve.key.method), alike % 4);
        let off = if curve.is_shown { "" } else { " off" };
        let _ =
            write!(svg, r#"<g class="curve{off}" data-curve="{i}"><title>{}</title>"#, html(&curve.key.to_string()));
        let banded: Vec<_> = curve.points.iter().filter_map(|(at, _, band)| Some((*at, (*band)?))).collect();
        if banded.len() > 1 && !axes.has_markers {
            let upper = banded.iter().map(|(at, band)| format!("{:.1},{:.1}", x(*at), y(band[1])));
            let lower = banded.iter().rev().map(|(at, band)| format!("{:.1},{:.1}", x(*at), y(band[0])));
            let outline = upper.chain(lower).collect::<Vec<_>>().join(" ");
            let _ = write!(svg, r#"<polygon class="band {}" points="{outline}"/>"#, family(&curve.key.method));
        }
        let path: Vec<String> = curve.points.iter().map(|it| format!("{:.1},{:.1}", x(it.0), y(it.1))).collect();
        let _ = write!(svg, r#"<polyline class="{style}" points="{}"/>"#, path.join(" "));
        if axes.has_markers {
            for (at, value, band) in &curve.points {
                if let Some([low, high]) = band {
                    line(
                        &mut svg,
                        &format!("whisker {}", stroke_of(&curve.key.method)),
                        x(*at),
                        y(*low),
                        x(*at),
                        y(*high),
                    );
                }
                marker(&mut svg, shape_of(&curve.key.method), family(&curve.key.method), x(*at), y(*value));
            }
        }
        svg.push_str("</g>");
        let sample = format!(
            r#"<svg class="sample" viewBox="0 0 30 10" aria-hidden="true"><line class="{style}" x1="0" y1="5" x2="30" y2="5"/></svg>"#
        );
        let _ = write!(
            switches,
            r#"<label><input type="checkbox" data-chart="{id}" data-curve="{i}"{}>{sample}{}</label>"#,
            if curve.is_shown { " checked" } else { "" },
            html(&curve.key.to_string())
        );
    }
    svg.push_str("</svg>");
    switches.push_str("</div>");
    Some(format!(r#"<div class="chart" id="{id}">{svg}</div>{switches}"#))
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A reliability diagram: share that came true against likelihood, a dot a bin with its interval, the diagonal where
/// likelihoods hold, and below it how many suggestions each bin has.
pub(crate) fn reliability_diagram(it: &Calibration) -> String {
    let (width, left, right, top, bottom) = (300.0, 40.0, 288.0, 10.0, 258.0);
    let x = |p: f64| left + p * (right - left);
    let y = |p: f64| bottom - p * (bottom - top);
    let title = format!("reliability of {}", it.key);
    let mut svg = open_svg(&title, width, bottom + 40.0);
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        line(&mut svg, "grid", left, y(tick), right, y(tick));
        line(&mut svg, "grid", x(tick), top, x(tick), bottom);
        text(&mut svg, "tick", "end", left - 5.0, y(tick) + 4.0, &trimmed(tick));
        text(&mut svg, "tick", "middle", x(tick), bottom + 15.0, &trimmed(tick));
    }
    text(&mut svg, "tick", "middle", (left + right) / 2.0, bottom + 32.0, "likelihood offered");
    line(&mut svg, "diagonal", x(0.0), y(0.0), x(1.0), y(1.0));
    let (fill, stroke) = (family(&it.key.method), stroke_of(&it.key.method));
    for bin in &it.bins {
        let (at, share) = (bin.mean_likelihood, bin.share_right);
        let said = format!(
            "offered at {:.3} ({:.3} to {:.3}): {} of {} came true, {share:.3}, 95% interval {:.3} to {:.3}",
            at, bin.lowest, bin.highest, bin.right, bin.suggestions, bin.interval[0], bin.interval[1]
        );
        let _ = write!(svg, "<g><title>{}</title>", html(&said));
        line(&mut svg, &format!("whisker {stroke}"), x(at), y(bin.interval[0]), x(at), y(bin.interval[1]));
        // Area by number of suggestions, within what can be seen and told apart.
        let radius = (2.0 + (bin.suggestions as f64).sqrt() / 4.0).min(8.0);
        let _ = write!(svg, r#"<circle class="{fill}" cx="{:.1}" cy="{:.1}" r="{radius:.1}"/></g>"#, x(at), y(share));
    }
    svg.push_str("</svg>");
    svg
}

/// A cell of a map.
pub(crate) struct MapMark {
    /// CSS class of the fill.
    pub(crate) class: &'static str,
    /// One or two letters.
    pub(crate) sign: String,
    /// What it means, for pointers and screen readers.
    pub(crate) said: String,
    /// The report's own weights lie here.
    pub(crate) is_here: bool,
}

/// A map: `marks` row by row, the first row at the bottom.
pub(crate) fn cell_map(title: &str, rows: (&str, &[f64]), columns: (&str, &[f64]), marks: &[MapMark]) -> String {
    let (left, top, width, height) = (62.0, 6.0, 36.0, 24.0);
    let bottom = top + height * rows.1.len() as f64;
    let mut svg = open_svg(title, left + width * columns.1.len() as f64 + 8.0, bottom + 40.0);
    for (i, value) in rows.1.iter().enumerate() {
        let y = bottom - (i as f64 + 0.5) * height;
        text(&mut svg, "tick", "end", left - 6.0, y + 4.0, &trimmed(*value));
    }
    for (i, value) in columns.1.iter().enumerate() {
        text(&mut svg, "tick", "middle", left + (i as f64 + 0.5) * width, bottom + 15.0, &trimmed(*value));
    }
    let middle = left + width * columns.1.len() as f64 / 2.0;
    text(&mut svg, "tick", "middle", middle, bottom + 33.0, columns.0);
    let _ = write!(
        svg,
        r#"<text class="tick" text-anchor="middle" transform="translate(12 {:.1}) rotate(-90)">{}</text>"#,
        (top + bottom) / 2.0,
        html(rows.0)
    );
    let mut here = None;
    for (i, mark) in marks.iter().enumerate() {
        let (row, column) = (i / columns.1.len(), i % columns.1.len());
        let (x, y) = (left + column as f64 * width, bottom - (row + 1) as f64 * height);
        if mark.is_here {
            here = Some((x, y));
        }
        let _ = write!(
            svg,
            r#"<g><title>{}</title><rect class="cell {}" x="{x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}"/>"#,
            html(&mark.said),
            mark.class,
            width - 1.0,
            height - 1.0
        );
        text(&mut svg, "sign", "middle", x + width / 2.0 - 0.5, y + height / 2.0 + 4.0, &mark.sign);
        svg.push_str("</g>");
    }
    if let Some((x, y)) = here {
        let (width, height) = (width - 1.0, height - 1.0);
        let _ = write!(svg, r#"<rect class="here" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#);
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> MethodKey {
        MethodKey::new(name, None)
    }

    fn is_clean(svg: &str) {
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        for tag in ["g", "svg", "text", "title", "div", "label"] {
            let opened = svg.matches(&format!("<{tag}>")).count() + svg.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, svg.matches(&format!("</{tag}>")).count(), "<{tag}> {svg}");
        }
    }

    #[test]
    fn dots_stand_where_their_values_are() {
        let (a, b) = (key("empower"), key("<b>"));
        let known = Estimate { value: Some(0.5), se: Some(0.1), interval: Some([0.4, 0.6]) };
        let svg = dot_chart("DPR", &[(&a, known), (&b, Estimate::default())], Some(0.4), Some(&a));
        is_clean(&svg);
        // The axis goes from 0.40 to 0.60, from 152 to 388: the middle is 270.
        assert!(svg.contains(r#"cx="270.0""#) && svg.contains(r#"x1="152.0""#) && svg.contains("lead-row"), "{svg}");
        assert!(svg.contains("&lt;b&gt;: n/a") && svg.contains(">n/a</text>"));
        is_clean(&dot_chart("DPR", &[], None, None));
    }

    #[test]
    fn curves_need_points_and_survive_one() {
        let key = key("empower");
        let axes = Axes { title: "t", x_label: "x <", y_label: "y", is_share: true, has_markers: false, is_log: false };
        let curve = |points| [Curve { key: &key, points, is_shown: false }];
        assert_eq!(curve_chart(&axes, &curve(vec![]), "c"), None);
        let one = curve_chart(&axes, &curve(vec![(3.0, 0.5, None)]), "c").expect("a chart");
        is_clean(&one);
        let svg = curve_chart(&axes, &curve(vec![(0.0, 0.0, Some([0.0, 0.0])), (8.0, 1.0, Some([0.5, 1.0]))]), "c");
        let svg = svg.expect("a chart");
        is_clean(&svg);
        assert!(svg.contains("polygon") && svg.contains(r#"class="curve off""#) && svg.contains("x &lt;"), "{svg}");
    }

    #[test]
    fn a_map_has_a_cell_for_each_pair() {
        let mark = |i: usize| MapMark { class: "ahead", sign: "+".into(), said: format!("<{i}>"), is_here: i == 3 };
        let marks: Vec<MapMark> = (0..6).map(mark).collect();
        let svg = cell_map("map", ("alpha", &[0.1, 1.0]), ("beta", &[0.5, 1.0, 2.0]), &marks);
        is_clean(&svg);
        assert_eq!((svg.matches("class=\"cell ahead\"").count(), svg.matches("class=\"here\"").count()), (6, 1));
        // The fourth mark is the first of the second row, which is at the top.
        assert!(svg.contains(r#"<rect class="here" x="62.0" y="6.0""#), "{svg}");
    }
}
