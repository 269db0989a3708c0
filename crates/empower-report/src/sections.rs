//! The page's sections beyond the table: effort, savings, calibration, other weights, other conditions, seeds. Each is
//! empty where the data have nothing to say of it. Every figure stands with its unit and its uncertainty.

use std::fmt::Write;

use crate::calibration::Calibration;
use crate::charts::family;
use crate::conditions::{ConditionPoint, ConditionSeries};
use crate::escape::html;
use crate::html::{IN_FOLDER, cell, csv_link, difference_cell, draws_cells, swatch};
use crate::metrics::{HUMAN_ALONE, MethodKey};
use crate::paired::Comparison;
use crate::plots::{Axes, Curve, MapMark, cell_map, curve_chart, reliability_diagram};
use crate::report::Details;
use crate::runs::spoken_value;
use crate::sensitivity::{MapCell, Sensitivity, Side};
use crate::statistics::Estimate;
use crate::table::{markdown_cell, number, p_value, signed};

/// A sortable table's beginning.
fn open_table(headings: &[&str]) -> String {
    let mut out = String::from("<div class=\"scroll\"><table>\n<thead><tr>");
    for heading in headings {
        let _ = write!(out, "<th scope=\"col\"><button type=\"button\">{heading}</button></th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    out
}

const CLOSE_TABLE: &str = "</tbody></table></div>\n";

fn method_cell(out: &mut String, key: &MethodKey) {
    let name = html(&key.to_string());
    let _ = write!(out, "<tr><th scope=\"row\" data-v=\"{name}\">{}{name}</th>", swatch(&key.method));
}

fn percent(estimate: &Estimate) -> String {
    estimate.value.map_or_else(|| "n/a".to_owned(), |value| format!("{}%", signed_percent(value)))
}

fn signed_percent(value: f64) -> String {
    let text = format!("{:.1}", value.abs() * 100.0);
    if value < 0.0 && text != "0.0" { format!("−{text}") } else { text }
}

fn percent_cell(out: &mut String, estimate: &Estimate) {
    let sort = estimate.value.map_or_else(String::new, |value| value.to_string());
    let _ = write!(out, "<td data-v=\"{sort}\">{}", percent(estimate));
    if let Some([low, high]) = estimate.interval {
        let _ = write!(out, "<small>{} to {}%</small>", signed_percent(low), signed_percent(high));
    }
    out.push_str("</td>");
}

/// Success within an effort budget.
pub(crate) fn effort(details: &Details, focus: &[MethodKey]) -> String {
    let curves: Vec<Curve<'_>> = details
        .effort
        .iter()
        .map(|it| Curve {
            key: &it.key,
            points: it.points.iter().map(|point| (point.budget, point.solved, point.interval)).collect(),
            is_shown: focus.contains(&it.key),
        })
        .collect();
    let axes = Axes {
        title: "share of problems solved within an effort",
        x_label: "effort: alpha · tokens read + beta · tokens written",
        y_label: "share of problems solved",
        is_share: true,
        has_markers: false,
        is_log: false,
    };
    let Some(chart) = curve_chart(&axes, &curves, "effort-chart") else { return String::new() };
    let mut said = effort_sentence(details, focus);
    said = if said.is_empty() { said } else { format!("<p>{}</p>\n", html(&said)) };
    format!(
        "{said}<figure class=\"wide\">{chart}</figure>\n<p class=\"cap\">How many problems are solved by a human who gives \
         up past an effort. Bands are 95% bootstrap intervals over problems, at each budget alone; nothing is discounted. \
         Other methods can be switched on. {}</p>\n",
        csv_link("effort.csv", IN_FOLDER)
    )
}

fn effort_sentence(details: &Details, focus: &[MethodKey]) -> String {
    let of = |key: &MethodKey| details.effort.iter().find(|it| it.key == *key);
    let one = |key: &MethodKey| {
        let it = of(key)?;
        Some(match it.half_solved_at {
            Some(effort) => format!("{} within {effort:.0}", key.spoken()),
            None => format!("{} never", key.spoken()),
        })
    };
    let parts: Vec<String> = focus.iter().filter_map(one).collect();
    if parts.is_empty() { String::new() } else { format!("Half of the problems are solved: {}.", parts.join("; ")) }
}

/// Tokens and keystrokes saved.
pub(crate) fn savings(details: &Details) -> String {
    if details.savings.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let lead = details.lead.as_ref().and_then(|lead| details.savings.iter().find(|it| it.key == *lead));
    if let Some(it) = lead {
        let solved = match it.tokens_where_solved.value {
            Some(_) => format!(
                "; where both solve the problem, {} and {}",
                percent(&it.tokens_where_solved),
                percent(&it.keystrokes_where_solved)
            ),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "<p>{} saves {} of the tokens and {} of the keystrokes of writing alone{solved}.</p>",
            html(&it.key.spoken()),
            percent(&it.tokens),
            percent(&it.keystrokes)
        );
    }
    out.push_str(&open_table(&[
        "method",
        "tokens saved",
        "keystrokes saved",
        "problems",
        "tokens saved, both solved",
        "keystrokes saved, both solved",
        "problems, both solved",
        "read for a token saved",
    ]));
    for it in &details.savings {
        method_cell(&mut out, &it.key);
        percent_cell(&mut out, &it.tokens);
        percent_cell(&mut out, &it.keystrokes);
        let _ = write!(out, "<td data-v=\"{0}\">{0}</td>", it.problems);
        percent_cell(&mut out, &it.tokens_where_solved);
        percent_cell(&mut out, &it.keystrokes_where_solved);
        let _ = write!(out, "<td data-v=\"{0}\">{0}</td>", it.problems_where_solved);
        cell(&mut out, it.read_a_token_saved, &number(it.read_a_token_saved, 2), None);
        out.push_str("</tr>\n");
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">Share of what the human alone writes on the same problems, with its 95% bootstrap \
         interval; negative where it costs more. A keystroke is assumed to be a character typed, a character deleted, or \
         an acceptance (one key); declining costs none. Text of a program that fails saves nothing that anyone wants: the \
         columns “both solved” leave such episodes out. The last column is tokens read for each token saved. {}</p>",
        csv_link("savings.csv", IN_FOLDER)
    );
    out
}

/// Do likelihoods hold.
pub(crate) fn calibration(details: &Details, focus: &[MethodKey]) -> String {
    if details.calibration.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let lead = details.lead.as_ref().and_then(|lead| details.calibration.iter().find(|it| it.key == *lead));
    if let Some(it) = lead.or(details.calibration.first()) {
        let _ = writeln!(out, "<p>{}</p>", html(&calibration_sentence(it)));
    }
    let (first, rest): (Vec<&Calibration>, Vec<&Calibration>) =
        details.calibration.iter().partition(|it| focus.contains(&it.key));
    let (first, rest) = if first.is_empty() { (rest, first) } else { (first, rest) };
    diagrams(&mut out, &first);
    if !rest.is_empty() {
        out.push_str("<details><summary>The other assistants' diagrams</summary>\n");
        diagrams(&mut out, &rest);
        out.push_str("</details>\n");
    }
    out.push_str(&open_table(&[
        "assistant",
        "suggestions",
        "mean likelihood",
        "came true",
        "ECE",
        "ECE if calibrated",
        "Brier",
        "reliability",
        "resolution",
        "uncertainty",
        "log loss, bits",
    ]));
    for it in &details.calibration {
        method_cell(&mut out, &it.key);
        cell(&mut out, Some(it.suggestions as f64), &it.suggestions.to_string(), None);
        cell(&mut out, Some(it.mean_likelihood), &number(Some(it.mean_likelihood), 3), None);
        cell(&mut out, Some(it.share_right), &number(Some(it.share_right), 3), None);
        cell(&mut out, Some(it.ece), &number(Some(it.ece), 3), it.ece_interval);
        let _ = write!(
            out,
            "<td data-v=\"{}\">{:.3}<small>95% below {:.3}</small></td>",
            it.ece_if_calibrated, it.ece_if_calibrated, it.ece_if_calibrated_95
        );
        for value in [it.brier, it.reliability, it.resolution, it.uncertainty, it.log_loss_bits] {
            cell(&mut out, Some(value), &number(Some(value), 3), None);
        }
        out.push_str("</tr>\n");
    }
    let n_bins = details.calibration.iter().map(|it| it.bins.len()).max().unwrap_or(0);
    let left_out: usize = details.calibration.iter().map(|it| it.left_out).sum();
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">A suggestion's likelihood is the product of its tokens' probabilities under the \
         assistant that offered it; it comes true where it is what the human had in mind. Up to {n_bins} bins of about \
         equal numbers; a dot is a bin, its area grows with the number of suggestions, its bar is Wilson's 95% interval, \
         widened because the suggestions of a problem are alike. ECE: expected calibration error, with a 95% bootstrap \
         interval over problems. It is biased upwards: an assistant that is calibrated exactly would show what stands \
         beside it. Brier = reliability − resolution + uncertainty, up to what differs within bins.{} {} {}</p>",
        if left_out > 0 {
            format!(" Left out for want of a likelihood or an outcome: {left_out}.")
        } else {
            String::new()
        },
        csv_link("calibration.csv", IN_FOLDER),
        csv_link("calibration-bins.csv", IN_FOLDER).replace("Data", "Bins"),
    );
    out
}

fn diagrams(out: &mut String, found: &[&Calibration]) {
    out.push_str("<div class=\"small-charts\">\n");
    for it in found {
        let _ = writeln!(
            out,
            "<figure><figcaption>{}{} <small>{} suggestions, ECE {:.3}</small></figcaption>{}</figure>",
            swatch(&it.key.method),
            html(&it.key.spoken()),
            it.suggestions,
            it.ece,
            reliability_diagram(it)
        );
    }
    out.push_str("</div>\n");
}

fn calibration_sentence(it: &Calibration) -> String {
    let gap = it.mean_likelihood - it.share_right;
    let judged = if it.ece <= it.ece_if_calibrated_95 {
        "no more than chance would show of an assistant that is calibrated exactly".to_owned()
    } else if gap > 0.0 {
        "its likelihoods promise too much".to_owned()
    } else {
        "its likelihoods promise too little".to_owned()
    };
    let interval =
        it.ece_interval.map_or_else(String::new, |[low, high]| format!(" (95% interval {low:.3} to {high:.3})"));
    format!(
        "{} offers {} suggestions at a mean likelihood of {:.3}, and {:.3} of them come true. Its calibration error is \
         {:.3}{interval}, where exact calibration would show about {:.3}: {judged}.",
        it.key.spoken(),
        it.suggestions,
        it.mean_likelihood,
        it.share_right,
        it.ece,
        it.ece_if_calibrated
    )
}

/// Other weights.
pub(crate) fn sensitivity(details: &Details) -> String {
    let Some(found) = &details.sensitivity else { return String::new() };
    let mut out = String::new();
    sentences(&mut out, &found.sentences());
    out.push_str("<div class=\"charts two\">\n");
    let rows = ("alpha: effort of a token read", found.alphas.as_slice());
    let columns = ("beta: effort of a token written", found.betas.as_slice());
    if let Some(lead) = details.lead.as_ref().filter(|_| found.cells.iter().any(|it| it.lead_minus_human.is_some())) {
        let marks: Vec<MapMark> = found.cells.iter().map(|it| against_human(found, it)).collect();
        let _ = writeln!(
            out,
            "<figure><figcaption>{} against the human alone</figcaption>{}<p class=\"cap\"><span class=\"sw ahead\">+</span> \
             ahead, <span class=\"sw behind\">−</span> behind, by 1.96 standard errors of the paired difference in DPR; \
             <span class=\"sw open\">·</span> neither.</p></figure>",
            html(&lead.spoken()),
            cell_map("who is ahead under other weights", rows, columns, &marks)
        );
    }
    let letters = letters(found);
    let marks: Vec<MapMark> = found.cells.iter().map(|it| winner(found, it, &letters)).collect();
    let key: Vec<String> = letters
        .iter()
        .map(|(key, letter)| {
            let (class, name) = (family(&key.method), html(&key.spoken()));
            format!("<span class=\"sw {class}\">{letter}</span> {name}")
        })
        .collect();
    let _ = writeln!(
        out,
        "<figure><figcaption>Highest DPR</figcaption>{}<p class=\"cap\">{}. Pale where it is not ahead of every other method \
         by 1.96 standard errors.</p></figure>\n</div>",
        cell_map("the method with the highest DPR under other weights", rows, columns, &marks),
        key.join(", ")
    );
    let _ = writeln!(
        out,
        "<p class=\"cap\">Computed anew from the same episodes; the framed cell is this report's weights. DPR depends on \
         alpha · ln gamma and beta · ln gamma alone, so these maps, drawn at gamma {}, hold for every gamma: one with ten \
         times as large a 1 − gamma is the same as ten times as large an alpha and beta. {}</p>",
        found.weights.gamma,
        csv_link("weights.csv", IN_FOLDER)
    );
    out
}

fn is_here(found: &Sensitivity, cell: &MapCell) -> bool {
    cell.alpha == found.weights.alpha && cell.beta == found.weights.beta
}

fn against_human(found: &Sensitivity, cell: &MapCell) -> MapMark {
    let at = format!("alpha {}, beta {}", cell.alpha, cell.beta);
    let (class, sign, said) = match cell.lead_minus_human {
        Some(gap) => {
            let error = gap.se.map_or_else(String::new, |se| format!(" ± {se:.3}"));
            let (class, sign) = match gap.side() {
                Side::Ahead => ("ahead", "+"),
                Side::Behind => ("behind", "−"),
                Side::Open => ("open", "·"),
            };
            (class, sign, format!("{at}: {}{error}", signed(gap.difference)))
        }
        None => ("open", "", format!("{at}: n/a")),
    };
    MapMark { class, sign: sign.to_owned(), said, is_here: is_here(found, cell) }
}

/// Letters for the methods that win somewhere, in table order.
fn letters(found: &Sensitivity) -> Vec<(&MethodKey, char)> {
    let mut keys: Vec<&MethodKey> = found.cells.iter().map(|it| &it.best).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().zip('A'..='Z').collect()
}

fn winner(found: &Sensitivity, cell: &MapCell, letters: &[(&MethodKey, char)]) -> MapMark {
    let sign = letters.iter().find(|(key, _)| **key == cell.best).map_or('?', |(_, letter)| *letter);
    let certain = if cell.is_clear { "" } else { ", not clear of every other" };
    MapMark {
        class: match (family(&cell.best.method), cell.is_clear) {
            ("c-empower", true) => "c-empower",
            ("c-empower", false) => "c-empower pale",
            ("c-human", true) => "c-human",
            ("c-human", false) => "c-human pale",
            ("c-stop", true) => "c-stop",
            ("c-stop", false) => "c-stop pale",
            ("c-utility", true) => "c-utility",
            ("c-utility", false) => "c-utility pale",
            ("c-sft", true) => "c-sft",
            ("c-sft", false) => "c-sft pale",
            ("c-base", true) => "c-base",
            ("c-base", false) => "c-base pale",
            (_, true) => "c-other",
            (_, false) => "c-other pale",
        },
        sign: sign.to_string(),
        said: format!(
            "alpha {}, beta {}: {} with {:.3}{certain}",
            cell.alpha,
            cell.beta,
            cell.best.spoken(),
            cell.best_dpr
        ),
        is_here: is_here(found, cell),
    }
}

fn sentences(out: &mut String, sentences: &[String]) {
    if sentences.is_empty() {
        return;
    }
    out.push_str("<ul class=\"said\">\n");
    for sentence in sentences {
        let _ = writeln!(out, "<li>{}</li>", html(sentence));
    }
    out.push_str("</ul>\n");
}

/// Other conditions of the human.
pub(crate) fn conditions(details: &Details, focus: &[MethodKey]) -> String {
    let mut out = String::new();
    for (i, series) in details.conditions.iter().enumerate() {
        let _ = writeln!(out, "<h3>{}</h3>", html(&series.spoken()));
        sentences(&mut out, &series.sentences());
        if let Some(chart) = condition_chart(series, focus, &format!("condition-{i}")) {
            let _ = writeln!(out, "<figure class=\"wide\">{chart}</figure>");
        }
        condition_table(&mut out, series);
    }
    if !out.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"cap\">Each value was played; nothing between is known. Bars are 95% bootstrap intervals over \
             problems. The human alone sees no suggestion, so that attention does not touch it: where a run has none, it is \
             the first run's. {}</p>",
            csv_link("conditions.csv", IN_FOLDER)
        );
    }
    out
}

fn condition_chart(series: &ConditionSeries, focus: &[MethodKey], id: &str) -> Option<String> {
    let mut keys: Vec<MethodKey> = series.points.iter().flat_map(|it| it.rows.iter().map(|row| row.key())).collect();
    keys.sort();
    keys.dedup();
    let curve = |key: &MethodKey| {
        let points = series.points.iter().filter_map(|it| {
            let row = it.rows.iter().find(|row| row.key() == *key)?;
            Some((it.number()?, row.dpr?, row.dpr_interval))
        });
        points.collect::<Vec<_>>()
    };
    let curves: Vec<Curve<'_>> = keys
        .iter()
        .map(|key| Curve { key, points: curve(key), is_shown: focus.contains(key) })
        .filter(|curve| !curve.points.is_empty())
        .collect();
    let (title, x_label) = (format!("DPR against {}", series.spoken()), series.spoken());
    let axes =
        Axes { title: &title, x_label: &x_label, y_label: "DPR", is_share: false, has_markers: true, is_log: false };
    curve_chart(&axes, &curves, id)
}

fn condition_table(out: &mut String, series: &ConditionSeries) {
    let name = html(&series.spoken());
    out.push_str(&open_table(&[&name, "DPR", "human alone", "difference", "p", "difference to the baseline", "p"]));
    for point in &series.points {
        let value = html(&spoken_value(&point.value));
        let _ = write!(out, "<tr><th scope=\"row\" data-v=\"{value}\">{value}</th>");
        let lead = point.to_human.as_ref().or(point.to_baseline.as_ref()).map(Comparison::key);
        let ours = lead.as_ref().and_then(|lead| point.dpr(lead));
        cell(out, ours, &number(ours, 3), None);
        let human = human_dpr(point);
        cell(out, human, &number(human, 3), None);
        for found in [&point.to_human, &point.to_baseline] {
            difference_cell(out, &found.as_ref().map(|it| it.difference).unwrap_or_default());
            let p = found.as_ref().and_then(|it| it.p);
            cell(out, p, &p_value(p), None);
        }
        out.push_str("</tr>\n");
    }
    out.push_str(CLOSE_TABLE);
}

fn human_dpr(point: &ConditionPoint) -> Option<f64> {
    point.dpr(&MethodKey::new(HUMAN_ALONE, None))
}

/// Spread between seeds.
pub(crate) fn seeds(details: &Details) -> String {
    if details.spread.is_empty() {
        return String::new();
    }
    let mut out = open_table(&[
        "method",
        "draws",
        "problems",
        "DPR, mean",
        "sd between draws",
        "lowest to highest",
        "pass@1, mean",
        "sd between draws",
        "lowest to highest",
    ]);
    for it in &details.spread {
        method_cell(&mut out, &it.key);
        let _ = write!(out, "<td data-v=\"{0}\">{0}</td><td data-v=\"{1}\">{1}</td>", it.draws, it.problems);
        for draws in [it.dpr, it.pass_at_1] {
            draws_cells(&mut out, draws);
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">A draw is a whole run over all problems; what changes between draws is the seed \
         (of training too, where a run was trained anew) and which of a problem's reference programs the human has in \
         mind. This spread is part of the standard errors \
         over problems, not added to them. {}</p>",
        csv_link("seeds.csv", IN_FOLDER)
    );
    out
}

/// The sentences of these sections for the Markdown file.
pub(crate) fn markdown(out: &mut String, details: &Details) {
    let mut lines = Vec::new();
    if let Some(found) = &details.sensitivity {
        lines.extend(found.sentences());
    }
    lines.extend(details.conditions.iter().flat_map(ConditionSeries::sentences));
    lines.extend(details.calibration.iter().map(calibration_sentence));
    for line in lines {
        let _ = writeln!(out, "- {}", markdown_cell(&line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::episode;
    use crate::report::{ReportOptions, analyse_for_tests};
    use empower_artifact::rows::EpisodeRow;
    use empower_artifact::rows::Verdict::{Infrastructure, Pass, WrongAnswer};

    fn all(rows: &[EpisodeRow]) -> String {
        let options = ReportOptions { resamples: 40, permutations: 40, ..ReportOptions::default() };
        let (_, details) = analyse_for_tests(rows, &options);
        let focus: Vec<MethodKey> = details.lead.iter().cloned().collect();
        let mut text = String::new();
        text.push_str(&effort(&details, &focus));
        text.push_str(&savings(&details));
        text.push_str(&calibration(&details, &focus));
        text.push_str(&sensitivity(&details));
        text.push_str(&conditions(&details, &focus));
        text.push_str(&seeds(&details));
        markdown(&mut text, &details);
        for forbidden in ["NaN", "inf%", ">inf", "-0.0%", "<attack"] {
            assert!(!text.contains(forbidden), "{forbidden}: {text}");
        }
        text
    }

    #[test]
    fn degenerate_runs_have_sections_without_nonsense() {
        let one = |verdict| episode(("<attack>", None), "p", 0, "ar", verdict);
        for verdict in [Pass, WrongAnswer, Infrastructure] {
            all(&[one(verdict)]);
        }
        let mut rows = vec![episode(("empower", Some(0.0)), "p", 0, "", Pass)];
        rows.push(episode(("human-alone", None), "p", 0, "", Pass));
        all(&rows);
    }

    #[test]
    fn sections_say_their_numbers() {
        let mut rows = Vec::new();
        for problem in ["p1", "p2", "p3"] {
            for repeat in 0..2 {
                rows.push(episode(("empower", Some(0.32)), problem, repeat, "aar", Pass));
                rows.push(episode(("human-alone", None), problem, repeat, "ssss", Pass));
            }
        }
        for round in rows.iter_mut().flat_map(|row| &mut row.rounds) {
            round.correct = Some(round.decision == empower_artifact::rows::Decision::Accept);
        }
        let text = all(&rows);
        // 9 of 12 tokens written, so a quarter saved; 27 and 2 of 36 keys... of three letters each: 9 and 2 of 12.
        assert!(text.contains("saves 25.0% of the tokens and 8.3% of the keystrokes"), "{text}");
        assert!(text.contains("Half of the problems are solved: Empower at 0.32 bits within 5."), "{text}");
        assert!(text.contains("and 0.667 of them come true"), "{text}");
        assert!(text.contains("lowest to highest") && text.contains("report/seeds.csv"));
    }
}
