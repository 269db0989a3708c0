//! The page: one file that needs nothing else, reads on a phone and on paper, and follows the reader's light or dark.
//!
//! Everything from outside passes `escape`; a content security policy forbids the page to load anything, so that text
//! which slipped through could still not call home. Without scripts the page shows everything; they only sort and step.

use std::fmt::Write;

use empower_artifact::Manifest;
use empower_artifact::rows::EpisodeRow;
use serde_json::json;

use crate::charts::{Bar, bar_chart, dpr_against_eta, family};
use crate::episodes::{choose, render};
use crate::escape::{html, script_json};
use crate::metrics::{EMPOWER, HUMAN_ALONE, MethodKey, MethodMetrics, Metric};
use crate::paired::{COMPARED, Comparison};
use crate::report::{Report, ReportOptions};
use crate::table::{TableRow, difference, number, p_value, with_error};

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// The whole page. `metrics` are those of the report's rows, in their order; `focus` are the methods whose episodes are
/// shown, the headline's first.
pub(crate) fn page(
    report: &Report,
    metrics: &[MethodMetrics],
    focus: &[MethodKey],
    episodes: &[EpisodeRow],
    manifest: Option<&Manifest>,
    options: &ReportOptions,
) -> String {
    let title = html(&options.title);
    let mut out = String::with_capacity(1 << 16);
    let _ = write!(
        out,
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style>
{CSS}</style>
</head>
<body>
<main>
<h1>{title}</h1>
"#
    );
    let n_problems = report.rows.iter().map(|row| row.problems).max().unwrap_or(0);
    let n_episodes: usize = report.rows.iter().map(|row| row.episodes).sum();
    let _ = writeln!(
        out,
        "<p class=\"sub\">{} methods · {n_problems} problems · {n_episodes} judged episodes{}</p>",
        report.rows.len(),
        manifest.map(|it| format!(" · {}", html(&it.started_at))).unwrap_or_default()
    );
    let _ = writeln!(out, "<p class=\"headline\">{}</p>", html(&report.headline));
    charts(&mut out, metrics);
    results(&mut out, report, focus.first());
    comparisons(&mut out, report);
    notes(&mut out, report);
    shown_episodes(&mut out, focus, episodes, options);
    provenance(&mut out, manifest);
    let data = json!({"report": report, "manifest": manifest});
    let _ = writeln!(
        out,
        "<footer>Written by <code>empower report</code>. The numbers of this page are also in <code>table.json</code>, \
         <code>table.csv</code> and <code>table.md</code> beside it, and inside it as <code>#empower-data</code>.</footer>\n\
         </main>\n<script type=\"application/json\" id=\"empower-data\">{}</script>\n<script>\n{JS}</script>\n</body>\n</html>",
        script_json(&data.to_string())
    );
    out
}

fn charts(out: &mut String, metrics: &[MethodMetrics]) {
    let human = metrics.iter().find(|it| it.key.method == HUMAN_ALONE);
    let figures = [
        (Metric::PassAt1, "Pass@1", "programs that pass every test"),
        (Metric::AcceptRatio, "Accept ratio", "accepted of the suggestions shown"),
        (Metric::Dpr, "Discounted pass rate (DPR)", "passes, less the effort to read and write"),
    ];
    let of = |metric: Metric, it: &MethodMetrics| match metric {
        Metric::PassAt1 => it.pass_at_1,
        Metric::AcceptRatio => it.accept_ratio,
        _ => it.dpr,
    };
    out.push_str("<h2>Results</h2>\n<div class=\"charts\">\n");
    for (metric, title, gloss) in figures {
        let bars: Vec<Bar<'_>> = metrics.iter().map(|it| Bar { key: &it.key, estimate: of(metric, it) }).collect();
        let reference = human.and_then(|human| of(metric, human).value);
        let _ = writeln!(
            out,
            "<figure><figcaption>{title} <small>{gloss}</small></figcaption>{}</figure>",
            bar_chart(title, &bars, reference)
        );
    }
    out.push_str("</div>\n<p class=\"cap\">Error bars are one standard error over problems.");
    if human.is_some() {
        out.push_str(" The dashed line is the human alone.");
    }
    out.push_str(" A number beside a method is its threshold eta in bits.</p>\n");

    let without_threshold = metrics
        .iter()
        .filter(|it| it.key.eta_bits.is_none() && ![HUMAN_ALONE, EMPOWER].contains(&it.key.method.as_str()));
    let best = without_threshold
        .filter(|it| it.dpr.value.is_some())
        .reduce(|best, it| if it.dpr.value > best.dpr.value { it } else { best });
    if let Some(chart) = dpr_against_eta(metrics, best) {
        let _ = writeln!(
            out,
            "<h2>DPR against the threshold</h2>\n<figure class=\"narrow\">{chart}</figure>\n<p class=\"cap\">The vertical \
             axis need not start at zero. Level lines: the human alone{}.</p>",
            if best.is_some() { ", and the best baseline without a threshold" } else { "" }
        );
    }
}

fn results(out: &mut String, report: &Report, lead: Option<&MethodKey>) {
    out.push_str("<h2>Table</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    for name in
        ["method", "eta, bits", "pass@1", "accept ratio", "silent", "DPR", "tokens read", "tokens written", "episodes"]
    {
        let _ = write!(out, "<th scope=\"col\"><button type=\"button\">{name}</button></th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &report.rows {
        let is_lead = lead.is_some_and(|lead| *lead == row.key());
        let _ = write!(
            out,
            "<tr{}><th scope=\"row\" data-v=\"{name}\">{}{name}</th>",
            if is_lead { " class=\"lead\"" } else { "" },
            swatch(&row.method),
            name = html(&row.method),
        );
        let eta = row.eta_bits.map_or_else(|| "–".to_owned(), |eta| eta.to_string());
        cell(out, row.eta_bits, &eta, None);
        cell(out, row.pass_at_1, &with_error(row.pass_at_1, row.pass_at_1_se), row.pass_at_1_interval);
        cell(out, row.accept_ratio, &with_error(row.accept_ratio, row.accept_ratio_se), row.accept_ratio_interval);
        cell(out, row.silent_share, &number(row.silent_share, 3), row.silent_share_interval);
        cell(out, row.dpr, &with_error(row.dpr, row.dpr_se), row.dpr_interval);
        cell(out, row.tokens_read, &number(row.tokens_read, 1), None);
        cell(out, row.tokens_written, &number(row.tokens_written, 1), None);
        cell(out, Some(row.episodes as f64), &row.episodes.to_string(), None);
        out.push_str("</tr>\n");
    }
    out.push_str(
        "</tbody></table></div>\n<p class=\"cap\">Value ± standard error over problems; below it the 95% bootstrap \
         interval. A click on a heading sorts.</p>\n",
    );
}

fn swatch(method: &str) -> String {
    let class = family(method);
    format!(
        r#"<span class="dot"><svg viewBox="0 0 9 9" aria-hidden="true"><rect class="{class}" width="9" height="9"/></svg></span>"#
    )
}

fn cell(out: &mut String, value: Option<f64>, text: &str, interval: Option<[f64; 2]>) {
    let sort = value.map_or_else(String::new, |value| value.to_string());
    let _ = write!(out, "<td data-v=\"{sort}\">{}", html(text));
    if let Some([low, high]) = interval {
        let _ = write!(out, "<small>{low:.3} to {high:.3}</small>");
    }
    out.push_str("</td>");
}

fn comparisons(out: &mut String, report: &Report) {
    let Some(baseline) = &report.baseline else { return };
    let _ = write!(
        out,
        "<h2>Difference to {}</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">method</th>",
        html(&baseline.spoken())
    );
    // A metric that the baseline does not have is a column without a number.
    let has_numbers =
        |metric: &Metric| report.comparisons.iter().any(|it| it.metric == *metric && it.difference.value.is_some());
    let metrics: Vec<Metric> = COMPARED.into_iter().filter(has_numbers).collect();
    for metric in &metrics {
        let name = metric.spoken();
        let _ = write!(out, "<th scope=\"col\">{name}</th><th scope=\"col\">p</th><th scope=\"col\">p, Holm</th>");
    }
    out.push_str("<th scope=\"col\">problems</th></tr></thead>\n<tbody>\n");
    for row in report.rows.iter().filter(|row| row.key() != *baseline) {
        let _ = write!(out, "<tr><th scope=\"row\">{}{}</th>", swatch(&row.method), html(&row.key().to_string()));
        let of = |metric: Metric| report.comparisons.iter().find(|it| it.metric == metric && it.key() == row.key());
        for metric in &metrics {
            comparison_cells(out, of(*metric));
        }
        let problems = metrics.first().and_then(|metric| of(*metric)).map_or(0, |it| it.problems);
        let _ = writeln!(out, "<td>{problems}</td></tr>");
    }
    out.push_str(
        "</tbody></table></div>\n<p class=\"cap\">Paired by problem: difference with its 95% bootstrap interval; p of the \
         sign-flip permutation test, two-sided; Holm's correction spans the methods within a metric.</p>\n",
    );
}

fn comparison_cells(out: &mut String, comparison: Option<&Comparison>) {
    let Some(it) = comparison else {
        out.push_str("<td>n/a</td><td>n/a</td><td>n/a</td>");
        return;
    };
    let _ = write!(
        out,
        "<td>{}</td><td>{}</td><td>{}</td>",
        difference(&it.difference),
        html(&p_value(it.p)),
        html(&p_value(it.p_holm))
    );
}

fn notes(out: &mut String, report: &Report) {
    out.push_str("<h2>How to read this</h2>\n<ul class=\"notes\">\n");
    for note in &report.notes {
        let _ = writeln!(out, "<li>{}</li>", html(note));
    }
    out.push_str("</ul>\n");
}

fn shown_episodes(out: &mut String, focus: &[MethodKey], episodes: &[EpisodeRow], options: &ReportOptions) {
    let chosen = choose(episodes, focus, options.episodes_shown);
    if chosen.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Episodes to read</h2>\n<p>Each program as it grew, round by round: the assistant suggests, the human decides \
         and types. The problems were chosen by the rule that stands beside each, not by how they look.</p>\n\
         <p class=\"key\"><span><span class=\"acc\">accepted</span> ✓</span> <span><span class=\"acc wrong\">accepted, not \
         what the human had in mind</span> ⚠</span> <span><span class=\"rej\">rejected</span> ✗</span> \
         <span><span class=\"typ\">typed</span></span> <span>○ the assistant was silent</span> \
         <span><span class=\"typ gone\">deleted</span> ⌫</span></p>\n",
    );
    let mut is_first = true;
    for problem in chosen {
        let _ = writeln!(
            out,
            "<h3>Problem {} <span class=\"why\">· {}</span></h3>",
            html(problem.question_id),
            html(&problem.why)
        );
        for episode in problem.episodes {
            out.push_str(&render(episode, std::mem::take(&mut is_first)));
            out.push('\n');
        }
    }
}

fn provenance(out: &mut String, manifest: Option<&Manifest>) {
    out.push_str("<h2>Settings and provenance</h2>\n");
    let Some(manifest) = manifest else {
        out.push_str("<p>No manifest was given with these episodes.</p>\n");
        return;
    };
    let machine = &manifest.machine;
    let mut facts: Vec<(String, String)> = vec![
        ("command".into(), format!("empower {}", manifest.command)),
        ("started".into(), manifest.started_at.clone()),
        ("empower".into(), {
            let commit = manifest.versions.git_commit.as_ref().map(|commit| format!(", commit {commit}"));
            format!("{}{}", manifest.versions.empower, commit.unwrap_or_default())
        }),
        ("machine".into(), {
            let mut parts = vec![machine.os.clone(), machine.arch.clone()];
            parts.extend(machine.cpu_model.clone());
            parts.extend(machine.cores.map(|cores| format!("{cores} cores")));
            parts.extend(machine.memory_bytes.map(|bytes| format!("{:.1} GiB", bytes as f64 / (1_u64 << 30) as f64)));
            parts.join(" · ")
        }),
    ];
    facts.extend(manifest.sandbox.as_ref().map(|layers| ("sandbox".to_owned(), layers.join(", "))));
    facts.extend(manifest.seeds.iter().map(|(name, seed)| (format!("seed {name}"), seed.value().to_string())));
    facts.extend(manifest.inputs.iter().map(|(name, hash)| (name.clone(), format!("blake3 {hash}"))));
    out.push_str("<dl>\n");
    for (name, value) in facts {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", html(&name), html(&value));
    }
    let settings = serde_json::to_string_pretty(&manifest.settings).unwrap_or_else(|_| manifest.settings.to_string());
    let _ = writeln!(
        out,
        "</dl>\n<details><summary>Resolved settings</summary><pre class=\"json\">{}</pre></details>",
        html(&settings)
    );
}

/// The same numbers as Markdown.
pub(crate) fn markdown(report: &Report, table: &str, rows: &[TableRow]) -> String {
    use crate::table::markdown_cell;
    let mut out = format!("{}\n\n{table}\n", markdown_cell(&report.headline));
    if let Some(baseline) = &report.baseline {
        let _ = writeln!(
            out,
            "Difference to {} (95% interval), p of the paired permutation test, p after Holm's correction:\n\n\
             | method | metric | difference | p | p, Holm | problems |\n| --- | --- | ---: | ---: | ---: | ---: |",
            markdown_cell(&baseline.spoken())
        );
        for row in rows {
            for it in report.comparisons.iter().filter(|it| it.key() == row.key() && it.difference.value.is_some()) {
                let metric = it.metric.spoken();
                let _ = writeln!(
                    out,
                    "| {} | {metric} | {} | {} | {} | {} |",
                    markdown_cell(&row.key().to_string()),
                    markdown_cell(&difference(&it.difference)),
                    markdown_cell(&p_value(it.p)),
                    markdown_cell(&p_value(it.p_holm)),
                    it.problems
                );
            }
        }
        out.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(out, "- {}", markdown_cell(note));
    }
    out
}
