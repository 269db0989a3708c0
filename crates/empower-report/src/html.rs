//! The page: the answer first, then the table, pictures, maps and a few episodes. It needs no other file to be read
//! (links lead to the viewer and to data beside it), reads on a phone and on paper, and follows the reader's light or
//! dark.
//!
//! Everything from outside passes `escape`; a content security policy forbids the page to load anything and to run
//! scripts but its own, so that text which slipped through could neither act nor call home. Without scripts the page
//! shows everything; they only sort, switch curves and step.

use std::fmt::Write;

use empower_artifact::rows::EpisodeRow;
use empower_artifact::{ContentHash, Manifest};
use serde_json::json;

use crate::charts::{Bar, bar_chart, dpr_against_eta, family};
use crate::episodes::{choose, render};
use crate::escape::{html, script_json};
use crate::metrics::{EMPOWER, HUMAN_ALONE, MethodKey, MethodMetrics, Metric};
use crate::paired::{COMPARED, Comparison};
use crate::plots::dot_chart;
use crate::report::{Details, FOLDER, Report, ReportOptions};
use crate::sections;
use crate::spread::Draws;
use crate::statistics::Estimate;
use crate::table::{TableRow, difference, markdown_cell, number, p_value, signed, with_error};

/// Where a picture's data lies, seen from the page.
pub(crate) const IN_FOLDER: &str = "report/";

pub(crate) const CSS: &str = include_str!("page.css");
pub(crate) const JS: &str = include_str!("page.js");

/// What a page is made of.
pub(crate) struct Page<'a> {
    pub(crate) report: &'a Report,
    pub(crate) details: &'a Details,
    /// Those of the report's rows, in their order.
    pub(crate) metrics: &'a [MethodMetrics],
    /// The methods shown first, the headline's first of all.
    pub(crate) focus: &'a [MethodKey],
    pub(crate) episodes: &'a [EpisodeRow],
    /// The runs by name.
    pub(crate) manifests: &'a [(String, Option<Manifest>)],
    pub(crate) options: &'a ReportOptions,
}

/// A document's head up to `<body>`. Scripts and styles run only with the nonce, which is made from what the page is
/// about: text inside the page would have to name its own hash to get it.
pub(crate) fn head(title: &str, css: &str, nonce: &str) -> String {
    let title = html(title);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style nonce="{nonce}">
{css}</style>
</head>
<body>
"#
    )
}

/// A nonce for content: the same for the same bytes.
pub(crate) fn nonce_of(content: &str) -> String {
    ContentHash::of_bytes(content.as_bytes()).to_string().chars().take(32).collect()
}

/// The whole page.
pub(crate) fn page(page: &Page<'_>) -> String {
    let Page { report, details, metrics, focus, episodes, manifests, options } = page;
    let data = json!({"report": report, "manifests": manifests}).to_string();
    let nonce = nonce_of(&data);
    let mut out = head(&options.title, CSS, &nonce);
    out.reserve(1 << 17);
    let n_problems = report.rows.iter().map(|row| row.problems).max().unwrap_or(0);
    let n_episodes: usize = report.rows.iter().map(|row| row.episodes).sum();
    let started = match manifests {
        [(_, Some(manifest))] => format!(" · {}", html(&manifest.started_at)),
        [_] => String::new(),
        runs => format!(" · {} runs", runs.len()),
    };
    let _ = writeln!(
        out,
        "<main>\n<h1>{}</h1>\n<p class=\"sub\">{} methods · {n_problems} problems · {n_episodes} judged episodes{started}</p>",
        html(&options.title),
        report.rows.len(),
    );
    the_answer(&mut out, page);
    let sections: [(&str, &str, String); 11] = [
        ("table", "Table", results(report, focus.first())),
        ("figure", "The paper's figure", charts(metrics)),
        ("differences", "Differences", differences(report, details)),
        ("threshold", "DPR against eta", thresholds(metrics)),
        ("effort", "Success within an effort", sections::effort(details, focus)),
        ("savings", "Tokens and keystrokes saved", sections::savings(details)),
        ("calibration", "Calibration", sections::calibration(details, focus)),
        ("weights", "Where the conclusion flips", sections::sensitivity(details)),
        ("conditions", "Other conditions", sections::conditions(details, focus)),
        ("seeds", "Spread between seeds", sections::seeds(details)),
        ("episodes", "Episodes to read", shown_episodes(focus, episodes, options)),
    ];
    let there = || sections.iter().filter(|(_, _, content)| !content.is_empty());
    out.push_str("<nav aria-label=\"sections\">");
    for (id, title, _) in there() {
        let _ = write!(out, "<a href=\"#{id}\">{title}</a> ");
    }
    out.push_str("<a href=\"#notes\">How to read this</a> <a href=\"#provenance\">Provenance</a></nav>\n");
    for (id, title, content) in there() {
        let _ = writeln!(out, "<section id=\"{id}\">\n<h2>{title}</h2>\n{content}</section>");
    }
    notes(&mut out, report);
    provenance(&mut out, manifests);
    let _ = writeln!(
        out,
        "<footer>Written by <code>empower report</code>. The table is also in <code>table.json</code>, \
         <code>table.csv</code> and <code>table.md</code> beside this page, all else in the folder <code>{FOLDER}</code>.\
         </footer>\n</main>\n<script nonce=\"{nonce}\" type=\"application/json\" id=\"empower-data\">{}</script>\n\
         <script nonce=\"{nonce}\">\n{JS}</script>\n</body>\n</html>",
        script_json(&data)
    );
    out
}

/// One sentence, one picture, and the figures behind the sentence.
fn the_answer(out: &mut String, page: &Page<'_>) {
    let Page { report, details, metrics, .. } = page;
    let _ = writeln!(out, "<p class=\"headline\">{}</p>", html(&details.answer));
    let mut rows: Vec<(&MethodKey, Estimate)> = metrics.iter().map(|it| (&it.key, it.dpr)).collect();
    // Highest first; what is not known last; the table's order among equals.
    rows.sort_by(|a, b| {
        let value = |it: &(&MethodKey, Estimate)| it.1.value.unwrap_or(f64::NEG_INFINITY);
        value(b).total_cmp(&value(a))
    });
    let human = metrics.iter().find(|it| it.key.method == HUMAN_ALONE).and_then(|it| it.dpr.value);
    let chart = dot_chart("discounted pass rate of every method", &rows, human, details.lead.as_ref());
    let _ = writeln!(
        out,
        "<figure class=\"wide\"><figcaption>Discounted pass rate (DPR) <small>share of problems solved, less the effort to \
         read and write: gamma {}, alpha {}, beta {}</small></figcaption>{chart}</figure>\n<p class=\"cap\">Bars are 95% \
         bootstrap intervals over problems; {}whether two methods differ is in their paired difference, not in whether the \
         bars overlap. {}</p>",
        report.weights.gamma,
        report.weights.alpha,
        report.weights.beta,
        if human.is_some() { "the dashed line is the human alone; " } else { "" },
        csv_link("table.csv", ""),
    );
    if details.answer != report.headline {
        let _ = writeln!(out, "<p>{}</p>", html(&report.headline));
    }
}

/// A link to a picture's data, which lies beside the page.
pub(crate) fn csv_link(name: &str, folder: &str) -> String {
    format!(r#"<a class="data" href="{folder}{name}" download>Data (CSV)</a>"#)
}

fn charts(metrics: &[MethodMetrics]) -> String {
    let mut out = String::new();
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
    out.push_str("<div class=\"charts\">\n");
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
    let _ = writeln!(out, " A number beside a method is its threshold eta in bits. {}</p>", csv_link("table.csv", ""));
    out
}

fn thresholds(metrics: &[MethodMetrics]) -> String {
    let human = metrics.iter().any(|it| it.key.method == HUMAN_ALONE);
    let without_threshold = metrics
        .iter()
        .filter(|it| it.key.eta_bits.is_none() && ![HUMAN_ALONE, EMPOWER].contains(&it.key.method.as_str()));
    let best = without_threshold
        .filter(|it| it.dpr.value.is_some())
        .reduce(|best, it| if it.dpr.value > best.dpr.value { it } else { best });
    let Some(chart) = dpr_against_eta(metrics, best) else { return String::new() };
    let levels = match (human, best.is_some()) {
        (true, true) => " Level lines: the human alone, and the best method without a threshold.",
        (true, false) => " Level line: the human alone.",
        (false, true) => " Level line: the best method without a threshold.",
        (false, false) => "",
    };
    format!(
        "<figure class=\"narrow\">{chart}</figure>\n<p class=\"cap\">Bars are one standard error over problems. The vertical \
         axis need not start at zero.{levels} {}</p>\n",
        csv_link("table.csv", "")
    )
}

fn results(report: &Report, lead: Option<&MethodKey>) -> String {
    let mut out = String::from("<div class=\"scroll\"><table>\n<thead><tr>");
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
        cell(&mut out, row.eta_bits, &eta, None);
        metric_cells(&mut out, row);
        out.push_str("</tr>\n");
    }
    let _ = writeln!(
        out,
        "</tbody></table></div>\n<p class=\"cap\">Value ± standard error over problems; below it the 95% bootstrap \
         interval. Tokens are means an episode. A click on a heading sorts. {}</p>",
        csv_link("table.csv", "")
    );
    out
}

pub(crate) fn swatch(method: &str) -> String {
    let class = family(method);
    format!(
        r#"<span class="dot"><svg viewBox="0 0 9 9" aria-hidden="true"><rect class="{class}" width="9" height="9"/></svg></span>"#
    )
}

/// The cells of a row of results, from pass@1 to the number of episodes.
pub(crate) fn metric_cells(out: &mut String, row: &TableRow) {
    cell(out, row.pass_at_1, &with_error(row.pass_at_1, row.pass_at_1_se), row.pass_at_1_interval);
    cell(out, row.accept_ratio, &with_error(row.accept_ratio, row.accept_ratio_se), row.accept_ratio_interval);
    cell(out, row.silent_share, &number(row.silent_share, 3), row.silent_share_interval);
    cell(out, row.dpr, &with_error(row.dpr, row.dpr_se), row.dpr_interval);
    cell(out, row.tokens_read, &number(row.tokens_read, 1), None);
    cell(out, row.tokens_written, &number(row.tokens_written, 1), None);
    cell(out, Some(row.episodes as f64), &row.episodes.to_string(), None);
}

/// Mean, standard deviation and range between draws.
pub(crate) fn draws_cells(out: &mut String, draws: Draws) {
    cell(out, Some(draws.mean), &number(Some(draws.mean), 3), None);
    cell(out, Some(draws.sd), &number(Some(draws.sd), 3), None);
    let span = draws.highest - draws.lowest;
    cell(out, Some(span), &format!("{:.3} to {:.3}", draws.lowest, draws.highest), None);
}

pub(crate) fn cell(out: &mut String, value: Option<f64>, text: &str, interval: Option<[f64; 2]>) {
    let sort = value.map_or_else(String::new, |value| value.to_string());
    let _ = write!(out, "<td data-v=\"{sort}\">{}", html(text));
    if let Some([low, high]) = interval {
        let _ = write!(out, "<small>{low:.3} to {high:.3}</small>");
    }
    out.push_str("</td>");
}

/// To the headline's method and to the human alone.
fn differences(report: &Report, details: &Details) -> String {
    let mut out = String::new();
    if let Some(lead) = &details.lead {
        comparisons(&mut out, report, lead, &details.to_lead);
    }
    if let Some(baseline) = report.baseline.as_ref().filter(|it| details.lead.as_ref() != Some(*it)) {
        comparisons(&mut out, report, baseline, &report.comparisons);
    }
    if !out.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"cap\">Paired by problem: the row's method minus the other, below it the 95% bootstrap interval; p of the \
             sign-flip permutation test, two-sided; Holm's correction spans the rows of a column. {}</p>",
            csv_link("differences.csv", IN_FOLDER)
        );
    }
    out
}

fn comparisons(out: &mut String, report: &Report, baseline: &MethodKey, all: &[Comparison]) {
    // A metric that the baseline does not have is a column without a number.
    let has_numbers = |metric: &Metric| all.iter().any(|it| it.metric == *metric && it.difference.value.is_some());
    let metrics: Vec<Metric> = COMPARED.into_iter().filter(has_numbers).collect();
    if metrics.is_empty() {
        return;
    }
    let heading = |name: &str| format!("<th scope=\"col\"><button type=\"button\">{name}</button></th>");
    let _ = write!(
        out,
        "<h3>Each method minus {}</h3>\n<div class=\"scroll\"><table>\n<thead><tr>{}",
        html(&baseline.spoken()),
        heading("method")
    );
    for metric in &metrics {
        let _ = write!(out, "{}{}{}", heading(metric.spoken()), heading("p"), heading("p, Holm"));
    }
    let _ = writeln!(out, "{}</tr></thead>\n<tbody>", heading("problems"));
    for row in report.rows.iter().filter(|row| row.key() != *baseline) {
        let name = html(&row.key().to_string());
        let _ = write!(out, "<tr><th scope=\"row\" data-v=\"{name}\">{}{name}</th>", swatch(&row.method));
        let of = |metric: Metric| all.iter().find(|it| it.metric == metric && it.key() == row.key());
        for metric in &metrics {
            comparison_cells(out, of(*metric));
        }
        let problems = metrics.first().and_then(|metric| of(*metric)).map_or(0, |it| it.problems);
        let _ = writeln!(out, "<td data-v=\"{problems}\">{problems}</td></tr>");
    }
    out.push_str("</tbody></table></div>\n");
}

fn comparison_cells(out: &mut String, comparison: Option<&Comparison>) {
    let difference = comparison.map(|it| it.difference).unwrap_or_default();
    difference_cell(out, &difference);
    for p in [comparison.and_then(|it| it.p), comparison.and_then(|it| it.p_holm)] {
        cell(out, p, &p_value(p), None);
    }
}

/// A difference always shows its sign.
pub(crate) fn difference_cell(out: &mut String, difference: &Estimate) {
    let sort = difference.value.map_or_else(String::new, |value| value.to_string());
    let _ = write!(out, "<td data-v=\"{sort}\">{}", difference.value.map_or_else(|| "n/a".to_owned(), signed));
    if let Some([low, high]) = difference.interval {
        let _ = write!(out, "<small>{} to {}</small>", signed(low), signed(high));
    }
    out.push_str("</td>");
}

fn notes(out: &mut String, report: &Report) {
    out.push_str("<section id=\"notes\">\n<h2>How to read this</h2>\n<ul class=\"notes\">\n");
    for note in &report.notes {
        let _ = writeln!(out, "<li>{}</li>", html(note));
    }
    out.push_str("</ul>\n</section>\n");
}

/// What the colours and signs of an episode mean.
pub(crate) const KEY: &str = "<p class=\"key\"><span><span class=\"acc\">accepted</span> ✓</span> \
     <span><span class=\"acc wrong\">accepted, not what the human had in mind</span> ⚠</span> \
     <span><span class=\"rej\">rejected</span> ✗</span> <span><span class=\"typ\">typed</span></span> \
     <span>○ the assistant was silent</span> <span><span class=\"typ gone\">deleted</span> ⌫</span></p>\n";

fn shown_episodes(focus: &[MethodKey], episodes: &[EpisodeRow], options: &ReportOptions) -> String {
    let mut out =
        format!("<p><a class=\"big\" href=\"episodes.html\">All {} episodes, turn by turn</a></p>\n", episodes.len());
    let chosen = choose(episodes, focus, options.episodes_shown);
    if chosen.is_empty() {
        return out;
    }
    out.push_str(
        "<p>A few of them here: each program as it grew, round by round; the assistant suggests, the human decides and \
         types. The problems were chosen by the rule that stands beside each, not by how they look.</p>\n",
    );
    out.push_str(KEY);
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
    out
}

fn provenance(out: &mut String, manifests: &[(String, Option<Manifest>)]) {
    out.push_str("<section id=\"provenance\">\n<h2>Settings and provenance</h2>\n");
    for (name, manifest) in manifests {
        if manifests.len() > 1 {
            let _ = writeln!(out, "<h3>{}</h3>", html(name));
        }
        match manifest {
            Some(manifest) => facts(out, manifest),
            None => out.push_str("<p>No manifest was given with these episodes.</p>\n"),
        }
    }
    out.push_str("</section>\n");
}

fn facts(out: &mut String, manifest: &Manifest) {
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
pub(crate) fn markdown(report: &Report, details: &Details, table: &str) -> String {
    let mut out = format!("{}\n\n{table}\n", markdown_cell(&report.headline));
    if let Some(lead) = &details.lead {
        markdown_differences(&mut out, report, lead, &details.to_lead);
    }
    if let Some(baseline) = report.baseline.as_ref().filter(|it| details.lead.as_ref() != Some(*it)) {
        markdown_differences(&mut out, report, baseline, &report.comparisons);
    }
    sections::markdown(&mut out, details);
    for note in &report.notes {
        let _ = writeln!(out, "- {}", markdown_cell(note));
    }
    out
}

fn markdown_differences(out: &mut String, report: &Report, baseline: &MethodKey, all: &[Comparison]) {
    let _ = writeln!(
        out,
        "Each method minus {} (95% interval), p of the paired permutation test, p after Holm's correction:\n\n\
         | method | metric | difference | p | p, Holm | problems |\n| --- | --- | ---: | ---: | ---: | ---: |",
        markdown_cell(&baseline.spoken())
    );
    for row in &report.rows {
        for it in all.iter().filter(|it| it.key() == row.key() && it.difference.value.is_some()) {
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
