use empower_engine::kernels::gemm::*;
use std::time::Instant;
fn main() {
    for (m, n, k) in [(2048, 704, 256), (2048, 256, 704), (2048,256,256),(704, 256, 2048), (256, 4096, 256), (1, 4096, 256), (1,704,256),(8,704,256)] {
        for p in [Precision::F32, Precision::Bf16] {
            let a = vec![0.5f32; m * k];
            let b = vec![0.25f32; n * k];
            let mut c = vec![0f32; m * n];
            let packed = PackedB::new(View::new(&b, n, k).t(), p);
            let mut best = [f64::MAX; 2];
            for _ in 0..30 {
                let t = Instant::now();
                gemm(&mut c, n, View::new(&a, m, k), View::new(&b, n, k).t(), p, Into::Replace);
                best[0] = best[0].min(t.elapsed().as_secs_f64());
                let t = Instant::now();
                gemm_packed(&mut c, n, View::new(&a, m, k), &packed, Into::Replace);
                best[1] = best[1].min(t.elapsed().as_secs_f64());
            }
            let f = 2.0 * (m * n * k) as f64 / 1e9;
            println!("{m}x{n}x{k} {p:?}: {:.0} GFLOP/s, packed {:.0}", f / best[0], f / best[1]);
        }
    }
}
