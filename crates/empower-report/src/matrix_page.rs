//! The page of many conditions, which links to the pages of each, and the data of its pictures. What it shows is
//! computed in [`crate::matrix`]; all foreign text passes `escape`.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::downloads::{Csv, estimate_cells, key_cells, real};
use crate::escape::{html, script_json};
use crate::html::{CSS, JS, cell, csv_link, difference_cell, draws_cells, head, metric_cells, nonce_of, swatch};
use crate::matrix::{CellReport, Matrix, MatrixOptions, Sweep, SweepCurve};
use crate::metrics::{HUMAN_ALONE, MethodKey, Metric};
use crate::paired::COMPARED;
use crate::plots::{Axes, Curve, curve_chart};
use crate::runs::spoken_setting;
use crate::statistics::Estimate;
use crate::table::{TableRow, csv_text, number, p_value, signed, with_error};

const CLOSE_TABLE: &str = "</tbody></table></div>\n";

/// Curves that are drawn at first; the others can be switched on.
const SHOWN: usize = 6;

/// The page.
pub(crate) fn page(matrix: &Matrix, options: &MatrixOptions) -> String {
    let data = serde_json::to_string(matrix).unwrap_or_default();
    let nonce = nonce_of(&data);
    let mut out = head(&matrix.title, CSS, &nonce);
    let n_episodes: usize = matrix.cells.iter().flat_map(|it| &it.rows).map(|row| row.episodes).sum();
    let _ = writeln!(
        out,
        "<main>\n<h1>{}</h1>\n<p class=\"sub\">{}{} · {n_episodes} judged episodes</p>\n{}",
        html(&matrix.title),
        matrix.cells.len(),
        if matrix.cells.len() == 1 { " condition" } else { " conditions" },
        answers(matrix)
    );
    let eta: Vec<&Sweep> = matrix.sweeps.iter().filter(|it| it.setting == "eta").collect();
    let settings: Vec<&Sweep> = matrix.sweeps.iter().filter(|it| it.setting != "eta").collect();
    let sections = [
        ("conditions", "Conditions", conditions(matrix)),
        ("human", "Over the human's settings", sweeps(&settings, "human")),
        ("best-eta", "The best threshold", best_eta(matrix)),
        ("eta", "Over the threshold", sweeps(&eta, "eta")),
        ("table", "All results", results(matrix)),
        ("differences", "Differences", differences(matrix)),
        ("paper", "Beside the paper", paper(matrix)),
        ("seeds", "Spread between seeds", seeds(matrix)),
        ("stages", "Stages", stages(matrix)),
    ];
    let there = || sections.iter().filter(|(_, _, content)| !content.is_empty());
    out.push_str("<nav aria-label=\"sections\">");
    for (id, title, _) in there() {
        let _ = write!(out, "<a href=\"#{id}\">{title}</a> ");
    }
    out.push_str("<a href=\"#notes\">How to read this</a></nav>\n");
    for (id, title, content) in there() {
        let _ = writeln!(out, "<section id=\"{id}\">\n<h2>{title}</h2>\n{content}</section>");
    }
    let weights = options.report.weights;
    let _ = writeln!(
        out,
        "<section id=\"notes\">\n<h2>How to read this</h2>\n<ul class=\"notes\">\n\
         <li>DPR: mean over problems of 1[passed] · gamma^(alpha · tokens read + beta · tokens written), with gamma {}, \
         alpha {}, beta {}.</li>\n\
         <li>Standard errors and 95% intervals are over problems (bootstrap of {} resamples). Differences are paired by \
         problem; their p is that of a sign-flip permutation test, and Holm's correction spans a metric over all conditions \
         of this page.</li>\n\
         <li>Each condition has its own pages: table, figures, calibration, sensitivity and every episode turn by \
         turn.</li>\n</ul>\n<details><summary>The experiment's file</summary><pre class=\"json\">{}</pre></details>\n</section>",
        weights.gamma,
        weights.alpha,
        weights.beta,
        options.report.resamples,
        html(&options.file)
    );
    let _ = writeln!(
        out,
        "<footer>Written by <code>empower run</code>. The numbers are also in <code>matrix.json</code>, and as CSV beside \
         each section.</footer>\n</main>\n<script nonce=\"{nonce}\" type=\"application/json\" id=\"empower-data\">{}</script>\n\
         <script nonce=\"{nonce}\">\n{JS}</script>\n</body>\n</html>",
        script_json(&data)
    );
    out
}

/// Headings of columns that hold words, which stand to the left.
const TEXTS: [&str; 12] = [
    "method",
    "model",
    "human",
    "problem set",
    "best method",
    "not there",
    "minus",
    "paper's model",
    "metric",
    "kind",
    "stage",
    "status",
];

fn open_table(headings: &[&str]) -> String {
    let mut out = String::from("<div class=\"scroll\"><table>\n<thead><tr>");
    for heading in headings {
        let class = if TEXTS.contains(heading) { " class=\"text\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}><button type=\"button\">{}</button></th>", html(heading));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    out
}

fn text_cell(text: &str) -> String {
    let text = html(text);
    format!("<td class=\"text\" data-v=\"{text}\">{text}</td>")
}

/// The condition's name, as a link to its pages.
fn link_cell(name: &str) -> String {
    let name = html(name);
    format!("<th scope=\"row\" data-v=\"{name}\"><a href=\"{name}/report.html\">{name}</a></th>")
}

fn method_cell(key: &MethodKey) -> String {
    let name = html(&key.to_string());
    format!("<td class=\"text\" data-v=\"{name}\">{}{name}</td>", swatch(&key.method))
}

fn estimate_cell(out: &mut String, it: &Estimate) {
    cell(out, it.value, &with_error(it.value, it.se), it.interval);
}

/// The highest DPR of each condition in a sentence; the whole in one where there are many.
fn answers(matrix: &Matrix) -> String {
    let best = |it: &CellReport| {
        let judged = it.rows.iter().filter(|row| row.dpr.is_some());
        judged.reduce(|best, row| if row.dpr > best.dpr { row } else { best }).cloned()
    };
    let human = |it: &CellReport| it.rows.iter().find(|row| row.method == HUMAN_ALONE).and_then(|row| row.dpr);
    let found: Vec<_> = matrix.cells.iter().filter_map(|it| Some((it, best(it)?))).collect();
    let Some((first, row)) = found.first() else { return String::new() };
    let sentence = if found.len() == 1 {
        let assistants = first.rows.iter().filter(|row| row.method != HUMAN_ALONE && row.dpr.is_some());
        let beside = if row.method == HUMAN_ALONE {
            let best = assistants.reduce(|best, row| if row.dpr > best.dpr { row } else { best });
            best.map(|it| format!("; of the assistants, {} has the highest, {}", it.key().spoken(), number(it.dpr, 3)))
        } else {
            human(first).map(|dpr| format!("; the human alone has {dpr:.3}"))
        };
        let beside = beside.unwrap_or_default();
        format!("The highest DPR is {}, by {}{beside}.", number(row.dpr, 3), row.key().spoken())
    } else {
        let lead = |(it, row): &(&CellReport, TableRow)| Some(row.dpr? - human(it)?);
        let leads: Vec<f64> = found.iter().filter_map(lead).filter(|lead| *lead > 0.0).collect();
        let (least, most) = leads.iter().fold((f64::MAX, 0.0f64), |(least, most), it| (least.min(*it), most.max(*it)));
        let by = if leads.is_empty() { String::new() } else { format!(", by {least:.3} to {most:.3}") };
        let winners: BTreeSet<String> = found.iter().map(|(_, row)| row.key().spoken()).collect();
        let winners: Vec<String> = winners.into_iter().collect();
        format!(
            "In {} of {} conditions some assistant has a higher DPR than the human alone{by}; the highest are those of {}. \
             Which differences are clear of chance is told below.",
            leads.len(),
            found.len(),
            winners.join(", ")
        )
    };
    format!("<p class=\"headline\">{}</p>", html(&sentence))
}

fn conditions(matrix: &Matrix) -> String {
    let mut out = open_table(&[
        "condition",
        "model",
        "human",
        "problem set",
        "best method",
        "its DPR",
        "human alone, DPR",
        "not there",
    ]);
    for it in &matrix.cells {
        let judged = it.rows.iter().filter(|row| row.dpr.is_some());
        let best = judged.reduce(|best, row| if row.dpr > best.dpr { row } else { best });
        let _ = write!(
            out,
            "<tr>{}{}{}{}",
            link_cell(&it.name),
            text_cell(&it.model),
            text_cell(&it.human),
            text_cell(&it.problems)
        );
        match best {
            Some(row) => {
                out.push_str(&method_cell(&row.key()));
                cell(&mut out, row.dpr, &with_error(row.dpr, row.dpr_se), None);
            }
            None => out.push_str("<td data-v=\"\">n/a</td><td data-v=\"\">n/a</td>"),
        }
        let human = it.rows.iter().find(|row| row.method == HUMAN_ALONE);
        let (value, se) = (human.and_then(|row| row.dpr), human.and_then(|row| row.dpr_se));
        cell(&mut out, value, &with_error(value, se), None);
        let _ = writeln!(out, "{}</tr>", text_cell(&it.missing.join(", ")));
    }
    out.push_str(CLOSE_TABLE);
    out.push_str("<p class=\"cap\">A name leads to the condition's own pages. The best of many is picked after the fact, so its lead is flattered.</p>\n");
    out
}

const METRICS: [(usize, &str); 3] = [(2, "DPR"), (0, "pass@1"), (1, "accept ratio")];

fn sweeps(all: &[&Sweep], id: &str) -> String {
    let mut out = String::new();
    for (i, sweep) in all.iter().enumerate() {
        let spoken = spoken_setting(&sweep.setting);
        let _ = writeln!(
            out,
            "<h3>{} <span class=\"why\">· {}</span></h3>\n<div class=\"charts\">",
            html(&spoken),
            html(&sweep.among)
        );
        let is_eta = sweep.setting == "eta";
        let all_positive = sweep.curves.iter().flat_map(|it| &it.points).all(|point| point.0 > 0.0);
        let unit = if is_eta { "eta in bits".to_owned() } else { spoken.clone() };
        let x_label = if is_eta && all_positive { format!("{unit} (logarithmic)") } else { unit };
        for (metric, name) in METRICS {
            let title = format!("{name} over {spoken}, {}", sweep.among);
            let points = |curve: &SweepCurve| {
                let point =
                    |(x, values): &(f64, [Estimate; 3])| Some((*x, values[metric].value?, values[metric].interval));
                curve.points.iter().filter_map(point).collect::<Vec<_>>()
            };
            let curves: Vec<Curve<'_>> = sweep
                .curves
                .iter()
                .enumerate()
                .map(|(n, it)| Curve {
                    key: &it.key,
                    points: points(it),
                    is_shown: n < SHOWN || it.key.eta_bits.is_none(),
                })
                .filter(|curve| !curve.points.is_empty())
                .collect();
            let axes = Axes {
                title: &title,
                x_label: &x_label,
                y_label: name,
                // The DPR of what helps and what does not lies close together.
                is_share: metric != 2,
                has_markers: true,
                is_log: is_eta && all_positive,
            };
            if let Some(chart) = curve_chart(&axes, &curves, &format!("{id}-{i}-{metric}")) {
                let _ = writeln!(out, "<figure><figcaption>{name}</figcaption>{chart}</figure>");
            }
        }
        out.push_str("</div>\n");
    }
    if !out.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"cap\">Bars are 95% bootstrap intervals over problems; the vertical axis of the DPR need not start at zero. {}</p>",
            csv_link("sweeps.csv", "")
        );
    }
    out
}

fn best_eta(matrix: &Matrix) -> String {
    let mut out = String::new();
    for (i, sweep) in matrix.sweeps.iter().filter(|it| !it.best_eta.is_empty()).enumerate() {
        let mut keys: Vec<MethodKey> =
            sweep.best_eta.iter().map(|(_, best)| MethodKey::new(best.method.as_str(), None)).collect();
        keys.dedup();
        let curve = |key: &MethodKey| {
            let mine = sweep.best_eta.iter().filter(|(_, best)| best.method == key.method);
            mine.map(|(at, best)| (*at, best.eta_bits, Some(best.not_told_apart))).collect::<Vec<_>>()
        };
        let curves: Vec<Curve<'_>> = keys.iter().map(|key| Curve { key, points: curve(key), is_shown: true }).collect();
        let spoken = spoken_setting(&sweep.setting);
        let title = format!("best eta over {spoken}, {}", sweep.among);
        let axes = Axes {
            title: &title,
            x_label: &spoken,
            y_label: "best eta, bits",
            is_share: false,
            has_markers: true,
            is_log: false,
        };
        if let Some(chart) = curve_chart(&axes, &curves, &format!("best-{i}")) {
            let _ = writeln!(
                out,
                "<h3>{} <span class=\"why\">· {}</span></h3>\n<figure class=\"narrow\">{chart}</figure>",
                html(&spoken),
                html(&sweep.among)
            );
        }
    }
    if matrix.cells.iter().all(|it| it.best_eta.is_empty()) {
        return out;
    }
    out.push_str(&open_table(&["condition", "method", "best eta, bits", "its DPR", "not told apart, bits"]));
    for it in &matrix.cells {
        for best in &it.best_eta {
            let [low, high] = best.not_told_apart;
            let _ =
                write!(out, "<tr>{}{}", link_cell(&it.name), method_cell(&MethodKey::new(best.method.as_str(), None)));
            cell(&mut out, Some(best.eta_bits), &best.eta_bits.to_string(), None);
            cell(&mut out, Some(best.dpr), &number(Some(best.dpr), 3), None);
            let _ = writeln!(out, "<td data-v=\"{low}\">{low} to {high}</td></tr>");
        }
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">The threshold played with the highest DPR; bars and the last column: the thresholds \
         whose paired difference to it has an interval that reaches 0. {}</p>",
        csv_link("best-eta.csv", "")
    );
    out
}

fn results(matrix: &Matrix) -> String {
    let mut out = open_table(&[
        "condition",
        "method",
        "pass@1",
        "accept ratio",
        "silent",
        "DPR",
        "tokens read",
        "tokens written",
        "episodes",
    ]);
    for it in &matrix.cells {
        for row in &it.rows {
            let is_lead = it.lead.as_ref() == Some(&row.key());
            let _ = write!(
                out,
                "<tr{}>{}{}",
                if is_lead { " class=\"lead\"" } else { "" },
                link_cell(&it.name),
                method_cell(&row.key())
            );
            metric_cells(&mut out, row);
            out.push_str("</tr>\n");
        }
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">Value ± standard error over problems; below it the 95% bootstrap interval. {}</p>",
        csv_link("results.csv", "")
    );
    out
}

fn differences(matrix: &Matrix) -> String {
    let mut headings = vec!["condition", "method", "minus"];
    for metric in COMPARED {
        headings.extend([metric.spoken(), "p", "p, Holm"]);
    }
    headings.push("problems");
    let mut rows = String::new();
    for it in &matrix.cells {
        let Some(lead) = &it.lead else { continue };
        for row in it.rows.iter().filter(|row| row.key() != *lead) {
            let of =
                |metric: Metric| it.to_lead.iter().find(|found| found.metric == metric && found.key() == row.key());
            let _ = write!(rows, "<tr>{}{}{}", link_cell(&it.name), method_cell(&row.key()), text_cell(&lead.spoken()));
            for metric in COMPARED {
                difference_cell(&mut rows, &of(metric).map(|found| found.difference).unwrap_or_default());
                for p in [of(metric).and_then(|found| found.p), of(metric).and_then(|found| found.p_holm)] {
                    cell(&mut rows, p, &p_value(p), None);
                }
            }
            let problems = of(Metric::Dpr).map_or(0, |found| found.problems);
            let _ = writeln!(rows, "<td data-v=\"{problems}\">{problems}</td></tr>");
        }
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "{}{rows}{CLOSE_TABLE}<p class=\"cap\">Paired by problem, below it the 95% bootstrap interval. Holm's correction spans \
         the column, over all conditions. {}</p>\n",
        open_table(&headings),
        csv_link("differences.csv", "")
    )
}

fn paper(matrix: &Matrix) -> String {
    let (Some(paper), false) = (&matrix.paper, matrix.beside.is_empty()) else { return String::new() };
    let mut out = format!(
        "<p>The paper's {}: {} as the human, {} LiveCodeBench problems.</p>\n",
        paper.name,
        html(paper.human),
        paper.problems
    );
    let is_other = matrix.beside.iter().any(|it| !it.cell.contains(it.paper_model));
    if is_other {
        out.push_str(
            "<p>Where model, human or problems here are not the paper's, a difference says how far the setting is from \
             the paper's, and nothing of whether either is right. The contrasts below it carry over better.</p>\n",
        );
    }
    let mut headings = vec!["condition", "paper's model", "method"];
    for (_, name) in [(0, "pass@1"), (1, "accept ratio"), (2, "DPR")] {
        headings.extend([name, "ours", "difference"]);
    }
    out.push_str(&open_table(&headings));
    for it in &matrix.beside {
        let key = MethodKey::new(it.method, it.eta_bits);
        let _ = write!(out, "<tr>{}{}{}", link_cell(&it.cell), text_cell(it.paper_model), method_cell(&key));
        for i in 0..3 {
            cell(&mut out, Some(it.paper[i]), &format!("{:.3}", it.paper[i]), None);
            estimate_cell(&mut out, &it.ours[i]);
            difference_cell(&mut out, &it.difference[i]);
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">Ours minus the paper's. The paper gives standard errors only as ranges; the largest of \
         each is added to ours, so that the intervals are rather too wide than too narrow. Of several thresholds the one \
         nearest to the paper's 0.32 bits stands here. {}</p>",
        csv_link("paper.csv", "")
    );
    if matrix.contrasts.is_empty() {
        return out;
    }
    out.push_str("<h3>Empower minus each other method, there and here</h3>\n");
    out.push_str(&open_table(&[
        "condition",
        "paper's model",
        "method",
        "metric",
        "paper",
        "ours",
        "p",
        "p, Holm",
        "problems",
    ]));
    for it in &matrix.contrasts {
        let _ = write!(
            out,
            "<tr>{}{}{}{}<td data-v=\"{}\">{}</td>",
            link_cell(&it.cell),
            text_cell(it.paper_model),
            method_cell(&MethodKey::new(it.method, None)),
            text_cell(it.metric.spoken()),
            it.paper,
            signed(it.paper)
        );
        difference_cell(&mut out, &it.ours.difference);
        for p in [it.ours.p, it.ours.p_holm] {
            cell(&mut out, p, &p_value(p), None);
        }
        let _ = writeln!(out, "<td data-v=\"{0}\">{0}</td></tr>", it.ours.problems);
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">The paper's is the difference of two printed numbers; ours is paired by problem, with \
         its 95% interval, and Holm's correction spans a metric over this table. {}</p>",
        csv_link("contrasts.csv", "")
    );
    out
}

fn seeds(matrix: &Matrix) -> String {
    if matrix.cells.iter().all(|it| it.spread.is_empty()) {
        return String::new();
    }
    let mut out = open_table(&[
        "condition",
        "method",
        "draws",
        "DPR, mean",
        "sd",
        "lowest to highest",
        "pass@1, mean",
        "sd",
        "lowest to highest",
    ]);
    for it in &matrix.cells {
        for spread in &it.spread {
            let _ = write!(
                out,
                "<tr>{}{}<td data-v=\"{2}\">{2}</td>",
                link_cell(&it.name),
                method_cell(&spread.key),
                spread.draws
            );
            for draws in [spread.dpr, spread.pass_at_1] {
                draws_cells(&mut out, draws);
            }
            out.push_str("</tr>\n");
        }
    }
    let _ = writeln!(
        out,
        "{CLOSE_TABLE}<p class=\"cap\">A draw is a whole run over all problems: another seed, or another repeat. {}</p>",
        csv_link("seeds.csv", "")
    );
    out
}

fn stages(matrix: &Matrix) -> String {
    if matrix.stages.is_empty() {
        return String::new();
    }
    let failed: Vec<_> = matrix.stages.iter().filter(|it| it.error.is_some()).collect();
    let mut out = String::new();
    for it in &failed {
        let error = it.error.as_deref().unwrap_or_default();
        let _ = writeln!(out, "<p><b>Failed:</b> {} {}: {}</p>", html(&it.kind), html(&it.label), html(error));
    }
    let _ = writeln!(out, "<details><summary>{} stages, {} failed</summary>", matrix.stages.len(), failed.len());
    out.push_str(&open_table(&["kind", "stage", "status", "seconds"]));
    for it in &matrix.stages {
        let _ = write!(out, "<tr>{}{}{}", text_cell(&it.kind), text_cell(&it.label), text_cell(&it.status));
        cell(&mut out, it.seconds, &number(it.seconds, 1), None);
        out.push_str("</tr>\n");
    }
    let _ = writeln!(out, "{CLOSE_TABLE}</details>");
    out
}

/// File names beside the page, and their content.
pub(crate) fn csv_files(matrix: &Matrix) -> Vec<(&'static str, String)> {
    let header = |first: &[&str], metrics: &[&str]| -> Vec<String> {
        let parts =
            metrics.iter().flat_map(|metric| ["", "_se", "_low", "_high"].map(|part| format!("{metric}{part}")));
        first.iter().map(|it| (*it).to_owned()).chain(parts).collect()
    };
    let metrics = ["pass_at_1", "accept_ratio", "dpr"];
    let csv = |names: Vec<String>| Csv::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut files = Vec::new();

    let mut results = csv(header(
        &["condition", "model", "human", "problems", "method", "eta_bits", "episodes", "tokens_read", "tokens_written"],
        &metrics,
    ));
    let mut differences = csv(header(
        &["condition", "method", "eta_bits", "baseline", "baseline_eta_bits", "metric", "problems", "p", "p_holm"],
        &["difference"],
    ));
    let mut best = csv(["condition", "method", "eta_bits", "dpr", "low", "high"].map(str::to_owned).to_vec());
    let mut seeds =
        csv(["condition", "method", "eta_bits", "draws", "dpr_mean", "dpr_sd", "pass_at_1_mean", "pass_at_1_sd"]
            .map(str::to_owned)
            .to_vec());
    for it in &matrix.cells {
        let name = csv_text(&it.name);
        for row in &it.rows {
            let mut cells = vec![name.clone(), csv_text(&it.model), csv_text(&it.human), csv_text(&it.problems)];
            cells.extend(key_cells(&row.key()));
            cells.extend([row.episodes.to_string(), real(row.tokens_read), real(row.tokens_written)]);
            for (value, se, interval) in [
                (row.pass_at_1, row.pass_at_1_se, row.pass_at_1_interval),
                (row.accept_ratio, row.accept_ratio_se, row.accept_ratio_interval),
                (row.dpr, row.dpr_se, row.dpr_interval),
            ] {
                cells.extend(estimate_cells(&Estimate { value, se, interval }));
            }
            results.line(cells);
        }
        for found in &it.to_lead {
            let mut cells = vec![name.clone()];
            cells.extend(key_cells(&found.key()));
            cells.extend(key_cells(&MethodKey::new(found.baseline.as_str(), found.baseline_eta_bits)));
            cells.extend([
                csv_text(found.metric.spoken()),
                found.problems.to_string(),
                real(found.p),
                real(found.p_holm),
            ]);
            cells.extend(estimate_cells(&found.difference));
            differences.line(cells);
        }
        for found in &it.best_eta {
            let [low, high] = found.not_told_apart;
            best.line(vec![
                name.clone(),
                csv_text(&found.method),
                found.eta_bits.to_string(),
                found.dpr.to_string(),
                low.to_string(),
                high.to_string(),
            ]);
        }
        for found in &it.spread {
            let mut cells = vec![name.clone()];
            cells.extend(key_cells(&found.key));
            cells.push(found.draws.to_string());
            cells.extend(
                [found.dpr.mean, found.dpr.sd, found.pass_at_1.mean, found.pass_at_1.sd].map(|it| it.to_string()),
            );
            seeds.line(cells);
        }
    }
    files.push(("results.csv", results.0));
    files.push(("differences.csv", differences.0));
    if matrix.cells.iter().any(|it| !it.best_eta.is_empty()) {
        files.push(("best-eta.csv", best.0));
    }
    if matrix.cells.iter().any(|it| !it.spread.is_empty()) {
        files.push(("seeds.csv", seeds.0));
    }
    if !matrix.sweeps.is_empty() {
        let mut sweeps = csv(header(&["setting", "among", "method", "eta_bits", "value"], &metrics));
        for sweep in &matrix.sweeps {
            for curve in &sweep.curves {
                for (value, estimates) in &curve.points {
                    let mut cells = vec![csv_text(&sweep.setting), csv_text(&sweep.among)];
                    cells.extend(key_cells(&curve.key));
                    cells.push(value.to_string());
                    cells.extend(estimates.iter().flat_map(estimate_cells));
                    sweeps.line(cells);
                }
            }
        }
        files.push(("sweeps.csv", sweeps.0));
    }
    if !matrix.beside.is_empty() {
        let mut paper = csv(header(
            &["condition", "paper_model", "method", "eta_bits", "paper_pass_at_1", "paper_accept_ratio", "paper_dpr"],
            &metrics,
        ));
        for it in &matrix.beside {
            let mut cells = vec![csv_text(&it.cell), csv_text(it.paper_model)];
            cells.extend(key_cells(&MethodKey::new(it.method, it.eta_bits)));
            cells.extend(it.paper.map(|value| value.to_string()));
            cells.extend(it.ours.iter().flat_map(estimate_cells));
            paper.line(cells);
        }
        files.push(("paper.csv", paper.0));
    }
    if !matrix.contrasts.is_empty() {
        let mut contrasts =
            csv(header(&["condition", "paper_model", "method", "metric", "paper", "p", "p_holm"], &["ours"]));
        for it in &matrix.contrasts {
            let mut cells =
                vec![csv_text(&it.cell), csv_text(it.paper_model), csv_text(it.method), csv_text(it.metric.spoken())];
            cells.extend([it.paper.to_string(), real(it.ours.p), real(it.ours.p_holm)]);
            cells.extend(estimate_cells(&it.ours.difference));
            contrasts.line(cells);
        }
        files.push(("contrasts.csv", contrasts.0));
    }
    files
}
