//! `empower doctor`: what of the toolkit works on this machine, and what to do about the rest. The sandbox is tried by
//! `empower-judge`, which owns it; this file looks at the machine, the engine and the assets, and prints.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use empower_data::{ProblemOptions, ProblemReader};
use empower_engine::{Engine, Precision};
use empower_judge::{JudgeSettings, LayerFinding, SandboxFindings, probe};
use empower_lm::{Bits, Scorer};
use serde::Serialize;

use crate::assets::{Half, model_dir, problems};
use crate::output::{print_json, print_text};

/// Try what this machine can do: every layer of the sandbox, the interpreter, the engine, the embedded assets.
///
/// Each layer is tried alone, by a small program that attempts what the layer must refuse; a version number is not taken
/// for an answer. The exit status is 1 where `empower judge` would refuse to run with its default --sandbox strict, else
/// 0. With --json, one object: "sandbox" (with "strict", "layers" and their attempts), "machine", "engine", "model",
/// "problems".
///
/// Example: empower doctor
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Python interpreter; the first `python3` on the search path by default.
    #[arg(long, value_name = "PATH")]
    python: Option<std::path::PathBuf>,
    /// Also print every attempt that was made under each layer.
    #[arg(long)]
    attempts: bool,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "attempts")]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Findings {
    sandbox: SandboxFindings,
    machine: Machine,
    engine: EngineFinding,
    model: ModelFinding,
    problems: ProblemsFinding,
}

/// What there is to compute with. A container's share where that is smaller than the machine.
#[derive(Debug, Serialize)]
struct Machine {
    cores: usize,
    /// `None` where the kernel does not tell.
    memory_bytes: Option<u64>,
    available_bytes: Option<u64>,
    /// The most that this process's group may use, where there is such a limit.
    memory_limit_bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
struct EngineFinding {
    /// What matrix products are computed with.
    products: &'static str,
    /// Instruction sets that the engine has code for, and whether the processor has them.
    instructions: Vec<(&'static str, bool)>,
}

#[derive(Debug, Default, Serialize)]
struct ModelFinding {
    folder: Option<String>,
    parameters: Option<u64>,
    /// Bits a token of a line of Python, by the model itself: proof that it reads.
    bits_per_token: Option<f64>,
    load_ms: Option<f64>,
    fault: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProblemsFinding {
    train: HalfFinding,
    eval: HalfFinding,
}

#[derive(Debug, Default, Serialize)]
struct HalfFinding {
    problems: Option<usize>,
    tests: Option<usize>,
    fault: Option<String>,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<()> {
    let settings = JudgeSettings { python: arguments.python.clone(), ..JudgeSettings::default() };
    let findings = Findings {
        sandbox: probe(&settings),
        machine: machine(),
        engine: engine(),
        model: model(),
        problems: ProblemsFinding { train: half(Half::Train), eval: half(Half::Eval) },
    };
    if arguments.json {
        print_json(&findings)?;
    } else {
        print_text(&text(&findings, arguments.attempts))?;
    }
    match &findings.sandbox.strict.refusal {
        None => Ok(()),
        Some(_) if arguments.json => {
            bail!("strict judging is not possible here\nhint: \"sandbox\" says what is missing")
        }
        Some(_) => bail!("strict judging is not possible here\nhint: the rows marked \"missing\" say what to do"),
    }
}

/// A number of bytes in a file that holds one number, or a word for none.
fn number_in(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn machine() -> Machine {
    let table = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    Machine {
        cores: std::thread::available_parallelism().map_or(1, |count| count.get()),
        memory_bytes: bytes_of(&table, "MemTotal"),
        available_bytes: bytes_of(&table, "MemAvailable"),
        memory_limit_bytes: number_in("/sys/fs/cgroup/memory.max")
            .or_else(|| number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
            // Version 1 says "none" by a number near the largest.
            .filter(|&bytes| bytes < 1 << 60),
    }
}

/// A row of `meminfo`: `name:   number kB`.
fn bytes_of(table: &str, name: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

fn engine() -> EngineFinding {
    #[cfg(target_arch = "x86_64")]
    let instructions = vec![
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ("avx512bf16", is_x86_feature_detected!("avx512bf16")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let instructions = Vec::new();
    let has = |name| instructions.iter().any(|&(known, present)| known == name && present);
    EngineFinding {
        products: match Precision::fastest() {
            Precision::Bf16 => "bf16 pairs (AVX512-BF16)",
            Precision::F32 if has("avx512f") => "f32 (AVX-512)",
            Precision::F32 if has("avx2") && has("fma") => "f32 (AVX2)",
            Precision::F32 => "f32 (plain loops)",
        },
        instructions,
    }
}

fn model() -> ModelFinding {
    let read = |folder: &Path| -> Result<(u64, f64, f64)> {
        let started = Instant::now();
        let (engine, tokenizer) = Engine::open(folder)?;
        let load_ms = started.elapsed().as_secs_f64() * 1e3;
        let tokens = tokenizer.encode("def add(a, b):\n    return a + b\n");
        let scores = engine.score(&[&tokens])?;
        let known = scores.iter().flat_map(|row| row.logprobs.iter().flatten());
        let known: Vec<f64> = known.map(|&logprob| Bits::from_logprob(f64::from(logprob)).0).collect();
        if known.is_empty() {
            bail!("the model gives no token a probability");
        }
        let bits = known.iter().sum::<f64>() / known.len() as f64;
        Ok((engine.decoder().n_weights() as u64, bits, load_ms))
    };
    let folder = match model_dir() {
        Ok(folder) => folder,
        Err(error) => return ModelFinding { fault: Some(format!("{error:#}")), ..ModelFinding::default() },
    };
    let name = Some(folder.display().to_string());
    match read(&folder) {
        Ok((parameters, bits, load_ms)) => ModelFinding {
            folder: name,
            parameters: Some(parameters),
            bits_per_token: Some(bits),
            load_ms: Some(load_ms),
            fault: None,
        },
        Err(error) => ModelFinding { folder: name, fault: Some(format!("{error:#}")), ..ModelFinding::default() },
    }
}

fn half(half: Half) -> HalfFinding {
    let count = || -> Result<(usize, usize)> {
        let (mut n_problems, mut n_tests) = (0, 0);
        for problem in ProblemReader::open(&problems(half)?, ProblemOptions::default())? {
            n_problems += 1;
            n_tests += problem?.tests.cases.len();
        }
        Ok((n_problems, n_tests))
    };
    match count() {
        Ok((problems, tests)) => HalfFinding { problems: Some(problems), tests: Some(tests), fault: None },
        Err(error) => HalfFinding { fault: Some(format!("{error:#}")), ..HalfFinding::default() },
    }
}

/// The report for people: a line a finding, and below what is missing why and what to do.
fn text(findings: &Findings, attempts: bool) -> String {
    let mut lines = Vec::new();
    let sandbox = &findings.sandbox;
    lines.push(match &sandbox.strict.refusal {
        None => row(
            "strict judging",
            "works",
            String::from("programs are confined as `empower judge` wants them by default"),
        ),
        Some(reason) => row("strict judging", "refused", reason.clone()),
    });
    if let (Some(test_ms), Some(loop_ns)) = (sandbox.strict.test_ms, sandbox.strict.loop_ns) {
        let speed = format!("{test_ms:.1} ms for the smallest test, {loop_ns:.0} ns a turn of a Python loop");
        lines.push(row("speed", "measured", speed));
    }
    lines.push(String::from("\nSandbox, each layer alone (* needed for strict judging)"));
    if sandbox.layers.is_empty() {
        lines.push(row("layers", "untried", String::from("there is no interpreter to try them with")));
    }
    lines.extend(sandbox.layers.iter().flat_map(|layer| layer_lines(layer, attempts)));
    lines.push(format!("\nLandlock, version {} of this kernel", sandbox.landlock_abi.max(0)));
    lines.extend(sandbox.landlock_levels.iter().map(|level| {
        let gives = format!("{} (Linux {})", level.gives, level.linux);
        row(&format!("version {}", level.abi), if level.present { "present" } else { "missing" }, gives)
    }));
    lines.push(String::from("\nPrograms"));
    match &sandbox.interpreter {
        Some(found) => {
            let path = found.path.display();
            lines.push(row(
                "interpreter",
                "present",
                format!("{} at {path}, starts in {:.1} ms", found.version, found.start_ms),
            ));
            if found.shim {
                let named = found.named.display();
                let text = format!("{named} leads there in {:.1} ms; the judge goes past it", found.named_start_ms);
                lines.push(row("shim", "found", text));
            }
        }
        None => lines.push(row(
            "interpreter",
            "missing",
            String::from("install python3 (CPython 3.8 or newer), or name one with --python"),
        )),
    }
    let scratch = &sandbox.scratch;
    let free = scratch.free_bytes.map_or_else(|| String::from("n/a"), size);
    let file_system = scratch.file_system.as_deref().unwrap_or("unknown file system");
    let place =
        format!("{} ({file_system}), {free} free, {} wanted", scratch.path.display(), size(scratch.needed_bytes));
    match &scratch.fault {
        Some(fault) => lines.push(row("scratch", "missing", format!("{place}: {fault}; TMPDIR names another place"))),
        None if scratch.free_bytes.is_some_and(|free| free < scratch.needed_bytes) => {
            lines.push(row("scratch", "small", format!("{place}; TMPDIR names another place")));
        }
        None => lines.push(row("scratch", "present", place)),
    }
    lines.push(String::from("\nMachine"));
    let machine = &findings.machine;
    lines.push(row("cores", "present", machine.cores.to_string()));
    let bytes = |bytes: Option<u64>| bytes.map_or_else(|| String::from("n/a"), size);
    let mut memory = format!("{}, {} available", bytes(machine.memory_bytes), bytes(machine.available_bytes));
    if let Some(limit) = machine.memory_limit_bytes {
        memory.push_str(&format!(", limited to {}", size(limit)));
    }
    lines.push(row("memory", "present", memory));
    let engine = &findings.engine;
    let list = |wanted: bool| {
        let names = engine.instructions.iter().filter(|(_, present)| *present == wanted).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(" ")
    };
    lines.push(row("engine", "works", format!("products in {}", engine.products)));
    for (wanted, word) in [(true, "present"), (false, "missing")] {
        if !list(wanted).is_empty() {
            lines.push(row("instructions", word, list(wanted)));
        }
    }
    lines.push(String::from("\nAssets"));
    let model = &findings.model;
    lines.push(match (&model.fault, model.parameters, model.bits_per_token) {
        (None, Some(parameters), Some(bits)) => {
            let load = model.load_ms.unwrap_or(f64::NAN);
            let text =
                format!("{parameters} parameters, read in {load:.0} ms, {bits:.2} bits a token on a line of Python");
            row("model", "works", text)
        }
        (fault, ..) => row("model", "missing", one_line(fault.as_deref().unwrap_or_default())),
    });
    for (name, half) in [("problems, train", &findings.problems.train), ("problems, eval", &findings.problems.eval)] {
        lines.push(match (half.problems, half.tests) {
            (Some(problems), Some(tests)) => row(name, "works", format!("{problems} with {tests} tests")),
            _ => row(name, "missing", one_line(half.fault.as_deref().unwrap_or_default())),
        });
    }
    lines.push(String::new());
    lines.join("\n")
}

fn layer_lines(layer: &LayerFinding, attempts: bool) -> Vec<String> {
    let name = if layer.required { format!("{} *", layer.name) } else { layer.name.to_owned() };
    let mut lines = vec![row(&name, if layer.present { "present" } else { "missing" }, layer.purpose.to_owned())];
    if !layer.present {
        lines.push(row("", "", format!("why: {}", layer.reason)));
        lines.push(row("", "", format!("do:  {}", layer.remedy)));
    }
    if attempts {
        let told = |held| if held { "held" } else { "did not hold" };
        lines.extend(
            layer
                .attempts
                .iter()
                .map(|tried| row("", "", format!("{} {}: {}", told(tried.held), tried.what, tried.answer))),
        );
    }
    lines
}

fn row(name: &str, status: &str, text: String) -> String {
    format!("  {name:<22} {status:<8} {text}").trim_end().to_owned()
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("; ")
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const GIB: f64 = (1u64 << 30) as f64;
    let gib = bytes as f64 / GIB;
    if gib >= 1.0 { format!("{gib:.1} GiB") } else { format!("{:.0} MiB", gib * 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_kernels_table() {
        let table = "MemTotal:       24675412 kB\nMemFree:          812 kB\nMemAvailable:   x kB\n";
        assert_eq!(bytes_of(table, "MemTotal"), Some(24_675_412 * 1024));
        assert_eq!(bytes_of(table, "MemAvailable"), None);
        assert_eq!(bytes_of(table, "Mem"), None);
    }

    #[test]
    fn a_missing_layer_says_why_and_what_to_do() {
        let layer = LayerFinding {
            name: "seccomp",
            required: true,
            present: false,
            purpose: "no processes",
            reason: String::from("it does not hold: fork (allowed)"),
            remedy: "use another kernel",
            attempts: Vec::new(),
        };
        let text = layer_lines(&layer, false).join("\n");
        assert!(text.contains("seccomp *") && text.contains("missing"), "{text}");
        assert!(text.contains("why: it does not hold: fork (allowed)") && text.contains("do:  use another kernel"));
        assert_eq!(layer_lines(&LayerFinding { present: true, ..layer }, false).len(), 1);
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(size(64 << 20), "64 MiB");
        assert_eq!(size(3 << 29), "1.5 GiB");
    }
}
