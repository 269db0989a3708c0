use empower_engine::*;
use std::time::Instant;
fn main() {
    let shape = LlamaShape { vocabulary: 4096, width: 256, layers: 6, heads: 4, key_value_heads: 2, feed_forward: 704, positions: 1024 };
    let d = Decoder::random(Config::llama(shape), 0).unwrap();
    println!("{} weights", d.n_weights());
    for (b, t) in [(8, 256), (16, 512)] {
        let rows: Vec<Vec<u32>> = (0..b).map(|i| (0..t).map(|j| ((i * 7919 + j * 104729) % 4096) as u32).collect()).collect();
        let batch = Batch::of(rows.iter().map(Vec::as_slice));
        let targets: Vec<Target> = batch.tokens().iter().map(|t| Target::next(*t)).collect();
        let mut g = Gradients::zeros(d.parameters(), |_| true);
        let mut space = Workspace::default();
        for p in [Precision::F32, Precision::Bf16] {
            let mut best = f64::MAX;
            for _ in 0..5 {
                let t0 = Instant::now();
                d.loss_and_gradients(&batch, &targets, 1.0, p, &mut g, &mut space);
                best = best.min(t0.elapsed().as_secs_f64());
            }
            println!("{b}x{t} {p:?}: {:.0} tokens/s", (b * t) as f64 / best);
        }
        let mut best = f64::MAX;
        for _ in 0..5 {
            let t0 = Instant::now();
            d.hidden(&batch, None, &mut space);
            best = best.min(t0.elapsed().as_secs_f64());
        }
        println!("{b}x{t} hidden f32: {:.0} tokens/s", (b * t) as f64 / best);
    }
}
