//! LoRA adapters against Python's `peft`: fixture made by `reference/make_adapter_fixture.py`; and what must hold of any.

use std::path::{Path, PathBuf};

use empower_engine::{
    Batch, Decoder, EngineError, Gradients, Linear, LoraSettings, Precision, Storage, Target, Workspace,
};
use safetensors::SafeTensors;
use serde_json::{Value, json};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn expected() -> (Vec<Vec<u32>>, f64, Vec<u8>) {
    let folder = folder("qwen3-tiny-lora");
    let json: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let rows = serde_json::from_value(json["input_ids"].clone()).unwrap();
    (rows, json["loss"].as_f64().unwrap(), std::fs::read(folder.join("expected.safetensors")).unwrap())
}

fn tensor(bytes: &[u8], name: &str) -> Vec<f32> {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let view = file.tensor(name).unwrap_or_else(|_| panic!("{name} is in the fixture"));
    view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn close(name: &str, got: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(got.len(), expected.len(), "{name}");
    let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{name}: largest difference {worst} is above {tolerance}");
}

/// The frozen base in bfloat16 with PEFT's adapter beside it.
fn adapted() -> Decoder {
    let mut decoder = Decoder::open_frozen(&folder("qwen3-tiny")).unwrap();
    decoder.open_adapter(&folder("qwen3-tiny-lora")).unwrap();
    decoder
}

fn batch(rows: &[Vec<u32>]) -> Batch {
    Batch::of(rows.iter().map(Vec::as_slice))
}

fn next_tokens(rows: &[Vec<u32>]) -> Vec<Target> {
    rows.iter().flat_map(|row| row[1..].iter().map(|token| Target::next(*token)).chain([Target::NONE])).collect()
}

/// Loss and gradients of `batch`, in `f32`.
fn run(decoder: &Decoder, batch: &Batch, targets: &[Target], scale: f32) -> (f64, Gradients) {
    let mut gradients = Gradients::of_trained(decoder.parameters());
    let mut space = Workspace::default();
    let loss = decoder.loss_and_gradients(batch, targets, scale, Precision::F32, &mut gradients, &mut space).unwrap();
    (loss, gradients)
}

#[test]
fn logits_loss_and_gradients_equal_pefts() {
    let mut decoder = adapted();
    let (rows, loss, bytes) = expected();
    // Logits of order 1; f32 sums of some tens of terms in another order.
    close("logits", &decoder.logits(&batch(&rows)).unwrap(), &tensor(&bytes, "logits"), 2e-5);

    assert_eq!(decoder.adapter_settings().unwrap().dropout, 0.1);
    decoder.set_adapter_dropout(0.0).unwrap();
    let n_targets = rows.iter().map(|row| row.len() - 1).sum::<usize>() as f32;
    let (got, gradients) = run(&decoder, &batch(&rows), &next_tokens(&rows), 1.0 / n_targets);
    assert!((got / f64::from(n_targets) - loss).abs() < 2e-6, "{got} {loss}");
    let mut n_trained = 0;
    for (slot, parameter) in decoder.parameters().iter().enumerate() {
        let is_adapter = parameter.name.contains("lora_");
        assert_eq!((gradients.get(slot).is_some(), !parameter.is_frozen()), (is_adapter, is_adapter));
        let Some(gradient) = gradients.get(slot) else { continue };
        n_trained += 1;
        let want = tensor(&bytes, &format!("grad.{}", parameter.name));
        let size = want.iter().map(|g| g.abs()).fold(0.0, f32::max);
        assert!(size > 0.0);
        // Relative to the tensor's largest entry: f32 rounding through two layers.
        close(&parameter.name, gradient, &want, 2e-5 * size);
    }
    // Two matrices for seven maps in two layers.
    assert_eq!(n_trained, 28);
}

#[test]
fn an_adapter_is_written_as_peft_writes_it() {
    let decoder = adapted();
    let target = tempfile::tempdir().unwrap();
    decoder.save_adapter(target.path(), "qwen3-tiny").unwrap();
    let read = |folder: &Path| std::fs::read(folder.join("adapter_model.safetensors")).unwrap();
    let (ours, theirs) = (read(target.path()), read(&folder("qwen3-tiny-lora")));
    let (ours, theirs) = (SafeTensors::deserialize(&ours).unwrap(), SafeTensors::deserialize(&theirs).unwrap());
    let tensors = |file: &SafeTensors<'_>| {
        let mut all: Vec<_> = file
            .tensors()
            .into_iter()
            .map(|(name, view)| (name, view.shape().to_vec(), view.dtype(), view.data().to_vec()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    assert_eq!(tensors(&ours), tensors(&theirs));
    let config = |folder: &Path| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join("adapter_config.json")).unwrap()).unwrap()
    };
    let (ours, theirs) = (config(target.path()), config(&folder("qwen3-tiny-lora")));
    for (field, value) in ours.as_object().unwrap() {
        if field == "target_modules" {
            let sorted = |list: &Value| {
                let mut names: Vec<String> = serde_json::from_value(list.clone()).unwrap();
                names.sort();
                names
            };
            assert_eq!(sorted(value), sorted(&theirs[field]));
        } else {
            assert_eq!(value, &theirs[field], "{field}");
        }
    }
}

#[test]
fn merging_gives_the_model_that_peft_merges() {
    let (rows, _, bytes) = expected();
    let mut merged = adapted();
    let with_adapter = merged.logits(&batch(&rows)).unwrap();
    let report = merged.merge_adapters(Storage::F32).unwrap();
    assert!(report.largest_change > 0.01 && report.largest_rounding == 0.0, "{report:?}");
    assert!(merged.adapter_settings().is_none());
    let logits = merged.logits(&batch(&rows)).unwrap();
    // As above; and the product of the two matrices is rounded once more.
    close("merged", &logits, &tensor(&bytes, "merged_logits"), 2e-5);
    close("beside the adapter", &logits, &with_adapter, 4e-5);

    let target = tempfile::tempdir().unwrap();
    merged.save(target.path(), Storage::F32).unwrap();
    assert_eq!(Decoder::open(target.path()).unwrap().logits(&batch(&rows)).unwrap(), logits);

    let mut rounded = adapted();
    let report = rounded.merge_adapters(Storage::Bf16).unwrap();
    // Half a unit in the eighth bit of weights up to 2.
    assert!(report.largest_rounding > 0.0 && report.largest_rounding <= 2.0 / 256.0, "{report:?}");
    rounded.save(target.path(), Storage::Bf16).unwrap();
    let again = Decoder::open_frozen(target.path()).unwrap();
    assert_eq!(again.logits(&batch(&rows)).unwrap(), rounded.logits(&batch(&rows)).unwrap());
    assert!(matches!(rounded.merge_adapters(Storage::F32), Err(EngineError::Adapter { .. })));
}

fn fresh(dropout: f64, targets: &[Linear]) -> Decoder {
    let mut decoder = Decoder::open_frozen(&folder("qwen2-tiny")).unwrap();
    let settings = LoraSettings { rank: 8, alpha: 16.0, dropout, targets: targets.to_vec() };
    decoder.add_adapters(settings, 3).unwrap();
    decoder
}

/// The same with matrices that do something.
fn moved(dropout: f64) -> Decoder {
    let mut decoder = fresh(dropout, &Linear::ALL);
    for (at, parameter) in decoder.parameters_mut().iter_mut().filter(|p| p.name.contains("lora_B")).enumerate() {
        let values = parameter.values_mut().iter_mut().enumerate();
        values.for_each(|(i, value)| *value = 0.1 * (((i * 31 + at * 7) % 13) as f32 - 6.0) / 6.0);
    }
    decoder
}

fn rows() -> Vec<Vec<u32>> {
    (0..3u32).map(|r| (0..12 + 9 * r).map(|i| (i * i * 5 + r * 13 + i) % 97).collect()).collect()
}

#[test]
fn a_new_adapter_changes_nothing_yet_and_is_the_same_for_the_same_seed() {
    let plain = Decoder::open_frozen(&folder("qwen2-tiny")).unwrap();
    let decoder = fresh(0.0, &[Linear::Q, Linear::Down]);
    assert_eq!(plain.logits(&batch(&rows())).unwrap(), decoder.logits(&batch(&rows())).unwrap());
    let again = fresh(0.0, &[Linear::Q, Linear::Down]);
    let values = |decoder: &Decoder| decoder.parameters().iter().map(|p| p.to_f32().into_owned()).collect::<Vec<_>>();
    assert_eq!(values(&decoder), values(&again));
    // Rank 8, width 32, feed-forward 48: two maps in two layers.
    assert_eq!(decoder.n_trained(), 2 * 8 * ((32 + 32) + (48 + 32)));
    let (_, gradients) = run(&decoder, &batch(&rows()), &next_tokens(&rows()), 1.0);
    assert_eq!(gradients.n_bytes(), 4 * decoder.n_trained());
}

#[test]
fn gradients_of_an_adapter_with_dropout_equal_central_differences() {
    let mut decoder = moved(0.3);
    let (rows, mut batch) = (rows(), Batch::default());
    rows.iter().enumerate().for_each(|(i, row)| batch.push_seeded(row.iter().copied(), 0, 100 + i as u64));
    let targets = next_tokens(&rows);
    let (_, gradients) = run(&decoder, &batch, &targets, 1.0);
    let slots: Vec<usize> = gradients.iter().map(|(slot, _)| slot).collect();
    for slot in slots {
        let gradient = gradients.get(slot).unwrap();
        // The largest entry of each matrix.
        let at = (0..gradient.len()).max_by(|a, b| gradient[*a].abs().total_cmp(&gradient[*b].abs())).unwrap();
        let mut loss_at = |change: f32| {
            decoder.parameters_mut()[slot].values_mut()[at] += change;
            let loss = run(&decoder, &batch, &targets, 1.0).0;
            decoder.parameters_mut()[slot].values_mut()[at] -= change;
            loss
        };
        let step = 2e-3;
        let numeric = (loss_at(step) - loss_at(-step)) / (2.0 * f64::from(step));
        // The loss is a sum of some fifty terms of 4 nats in f32: its rounding of about 1e-5, over the step, is 5e-3;
        // step^2 of a third derivative is less than that.
        let wrong = (numeric - f64::from(gradient[at])).abs();
        assert!(
            wrong < 2e-2 * (1.0 + numeric.abs()),
            "{}: {numeric} {}",
            decoder.parameters()[slot].name,
            gradient[at]
        );
    }
}

#[test]
fn dropout_depends_on_the_sequence_and_not_on_the_batch() {
    let decoder = moved(0.3);
    let rows = rows();
    let loss = |order: &[usize], seed: u64| {
        let mut batch = Batch::default();
        let picked: Vec<Vec<u32>> = order.iter().map(|i| rows[*i].clone()).collect();
        order.iter().for_each(|i| batch.push_seeded(rows[*i].iter().copied(), 0, seed + *i as u64));
        run(&decoder, &batch, &next_tokens(&picked), 1.0).0
    };
    let alone: f64 = (0..3).map(|i| loss(&[i], 5)).sum();
    for order in [[0, 1, 2], [2, 0, 1]] {
        // The same numbers, added in double precision in another order.
        assert!((loss(&order, 5) - alone).abs() < 1e-9);
    }
    assert!((loss(&[0, 1, 2], 6) - alone).abs() > 1e-3, "another seed drops others");
    let without = moved(0.0);
    let kept = without.loss(&batch(&rows), &next_tokens(&rows), &mut Workspace::default()).unwrap();
    assert!((kept - alone).abs() > 1e-3, "something is dropped");
    // Evaluation drops nothing.
    assert_eq!(decoder.loss(&batch(&rows), &next_tokens(&rows), &mut Workspace::default()).unwrap(), kept);
}

#[test]
fn settings_without_meaning_or_company_are_refused_by_name() {
    let good = LoraSettings::default();
    for (settings, field) in [
        (LoraSettings { rank: 12, ..good.clone() }, "rank"),
        (LoraSettings { rank: 0, ..good.clone() }, "rank"),
        (LoraSettings { alpha: 0.0, ..good.clone() }, "alpha"),
        (LoraSettings { alpha: f64::INFINITY, ..good.clone() }, "alpha"),
        (LoraSettings { dropout: 1.0, ..good.clone() }, "dropout"),
        (LoraSettings { targets: vec![], ..good.clone() }, "targets"),
        (LoraSettings { targets: vec![Linear::Q, Linear::Q], ..good.clone() }, "targets"),
    ] {
        let mut decoder = Decoder::open_frozen(&folder("qwen2-tiny")).unwrap();
        let error = decoder.add_adapters(settings, 1).unwrap_err();
        assert!(matches!(&error, EngineError::Adapter { field: named, .. } if named == field), "{error}");
    }

    let source = folder("qwen3-tiny-lora");
    let open = |edit: &dyn Fn(&mut Value)| {
        let copy = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(source.join("adapter_config.json")).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        edit(&mut config);
        std::fs::write(copy.path().join("adapter_config.json"), config.to_string()).unwrap();
        std::fs::copy(source.join("adapter_model.safetensors"), copy.path().join("adapter_model.safetensors")).unwrap();
        let mut decoder = Decoder::open_frozen(&folder("qwen3-tiny")).unwrap();
        decoder.open_adapter(copy.path()).map(|()| decoder)
    };
    for (field, value) in [
        ("peft_type", json!("IA3")),
        ("bias", json!("all")),
        ("use_dora", json!(true)),
        ("modules_to_save", json!(["lm_head"])),
        ("alpha_pattern", json!({"q_proj": 3})),
        ("rank_pattern", json!({"q_proj": 3})),
        ("layers_to_transform", json!([1])),
        ("target_modules", json!("all-linear")),
        ("target_modules", json!(["q_proj", "lm_head"])),
        ("lora_alpha", json!(null)),
        ("lora_alpha", json!(-2)),
        ("r", json!(0)),
    ] {
        let error = open(&|config| config[field] = value.clone()).unwrap_err().to_string();
        let named = if field == "r" { "rank" } else { field.trim_start_matches("lora_") };
        assert!(error.contains(named), "{field}: {error}");
    }
    // Matrices that the configuration does not ask for, or that are not there.
    let error = open(&|config| config["target_modules"] = json!(["q_proj"])).unwrap_err().to_string();
    assert!(error.contains("lora_") && error.contains("no tensor of this name"), "{error}");
    let error = open(&|config| config["r"] = json!(16)).unwrap_err().to_string();
    assert!(error.contains("lora_A") && error.contains("shape"), "{error}");
    // Another spelling of the scale: alpha / sqrt(r).
    let stretched = open(&|config| config["use_rslora"] = json!(true)).unwrap();
    let expected = (24.0 / 8f64.sqrt()) as f32;
    assert!((stretched.adapter_settings().unwrap().scale() - expected).abs() < 1e-6);
}
