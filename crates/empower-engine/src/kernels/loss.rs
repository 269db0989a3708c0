//! The output layer and softmax cross-entropy in one: logits exist only for a block of tokens at a time.
//!
//! A token may have up to two targets with weights of their own, which is what dense training needs (DESIGN section 4):
//! `w` times the cross-entropy of the document's next token plus `s` times that of the stop token. The loss is a sum,
//! in nats; whoever averages divides by the weights' total.

use rayon::prelude::*;

use super::gemm::{Into, Matrix, PACK_AT_ONCE, PackedB, Precision, View, gemm, gemm_packed};
use super::simd::{exp, max_of, multiversion, sum_by};

/// Tokens whose logits exist at the same time. Chosen: 256 x 4096 floats are 4 MiB, well inside a third-level cache.
const ROWS: usize = 256;

/// What one position should predict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The document's next token.
    pub next: u32,
    /// Weight of its cross-entropy, not negative; 0 for a position that is not trained on.
    pub next_weight: f32,
    /// The stop token.
    pub stop: u32,
    /// Weight of its cross-entropy, not negative.
    pub stop_weight: f32,
}

impl Target {
    /// One target with weight 1: plain language modelling.
    pub fn next(token: u32) -> Self {
        Self { next: token, next_weight: 1.0, stop: token, stop_weight: 0.0 }
    }

    /// A position without a target.
    pub const NONE: Self = Self { next: 0, next_weight: 0.0, stop: 0, stop_weight: 0.0 };

    /// Weight of both targets together.
    pub fn weight(&self) -> f32 {
        self.next_weight + self.stop_weight
    }
}

/// The body of [`log_sum_exp`], for functions that are compiled for several vector widths themselves.
#[inline(always)]
fn log_sum_exp_body(logits: &[f32]) -> f32 {
    let max = max_of(logits);
    max + sum_by(logits.len(), |i| exp(logits[i] - max)).ln()
}

multiversion! {
    /// Log of the sum of exponentials of `logits`, the normaliser of their softmax. At least one logit.
    pub fn log_sum_exp(logits: &[f32]) -> f32 {
        log_sum_exp_body(logits)
    }
}

multiversion! {
    /// Turns logits into the gradient of the weighted cross-entropy, and returns the loss in nats.
    fn row_loss(logits: &mut [f32], target: Target) -> f64 {
        let normaliser = log_sum_exp_body(logits);
        let loss = f64::from(target.next_weight) * f64::from(normaliser - logits[target.next as usize])
            + f64::from(target.stop_weight) * f64::from(normaliser - logits[target.stop as usize]);
        let weight = target.next_weight + target.stop_weight;
        for logit in logits.iter_mut() {
            *logit = weight * exp(*logit - normaliser);
        }
        logits[target.next as usize] -= target.next_weight;
        logits[target.stop as usize] -= target.stop_weight;
        loss
    }
}

/// Sum of the weighted cross-entropies of all positions, in nats, with gradients.
///
/// `hidden` is `n x D`, `weight` `V x D`, `targets` `n`. `d_hidden` (`n x D`) is replaced by the gradient, `d_weight`
/// (`V x D`) has it added. Both are scaled by `scale` (one over the tokens that the loss will be divided by); the
/// returned loss is not.
pub fn linear_cross_entropy(
    hidden: &[f32],
    weight: Matrix<'_>,
    targets: &[Target],
    scale: f32,
    precision: Precision,
    d_hidden: &mut [f32],
    mut d_weight: Option<&mut [f32]>,
) -> f64 {
    let (vocabulary, width) = (weight.rows(), weight.cols());
    let packed = PackedB::new(weight.t(), precision);
    // A weight that would be packed whole anyway is packed once for the way back too, not for every block of tokens.
    let packed_back = (vocabulary * width <= PACK_AT_ONCE).then(|| PackedB::new(weight, precision));
    let mut loss = 0.0;
    let mut logits = vec![0.0; ROWS.min(targets.len()) * vocabulary];
    // Positions without a target cost nothing: only the others are gathered.
    d_hidden.fill(0.0);
    let picked: Vec<usize> = (0..targets.len()).filter(|i| targets[*i].weight() != 0.0).collect();
    let mut x = Vec::with_capacity(ROWS * width);
    let mut dx = vec![0.0; ROWS * width];
    for rows in picked.chunks(ROWS) {
        x.clear();
        rows.iter().for_each(|row| x.extend_from_slice(&hidden[row * width..(row + 1) * width]));
        let logits = &mut logits[..rows.len() * vocabulary];
        let dx = &mut dx[..rows.len() * width];
        gemm_packed(logits, vocabulary, View::new(&x, rows.len(), width), &packed, Into::Replace);
        let losses: Vec<f64> = logits
            .par_chunks_mut(vocabulary)
            .zip(rows)
            .map(|(logits, row)| {
                let target = targets[*row];
                let loss = row_loss(logits, target);
                logits.iter_mut().for_each(|d| *d *= scale);
                loss
            })
            .collect();
        loss += losses.iter().sum::<f64>();
        let d_logits = View::new(logits, rows.len(), vocabulary);
        match &packed_back {
            Some(packed) => gemm_packed(dx, width, d_logits, packed, Into::Replace),
            None => gemm(dx, width, d_logits, weight, precision, Into::Replace),
        }
        for (row, dx) in rows.iter().zip(dx.chunks_exact(width)) {
            d_hidden[row * width..(row + 1) * width].copy_from_slice(dx);
        }
        if let Some(d_weight) = d_weight.as_deref_mut() {
            gemm(d_weight, width, d_logits.t(), View::new(&x, rows.len(), width), precision, Into::Add);
        }
    }
    loss
}

multiversion! {
    /// Entropy in nats of the softmax of `logits`; at least 0. At least one logit.
    pub fn entropy(logits: &[f32]) -> f32 {
        let normaliser = log_sum_exp_body(logits);
        // Sum of p · (-ln p): no term is below 0, so nothing cancels.
        sum_by(logits.len(), |i| exp(logits[i] - normaliser) * (normaliser - logits[i])).max(0.0)
    }
}

/// Natural log-probability of each target token, `hidden` (`n x D`) being whole rows; `packed` the transposed output weight (`D x V`).
pub fn token_logprobs(hidden: &[f32], packed: &PackedB, targets: &[u32]) -> Vec<f32> {
    each_row(hidden, packed, targets, |logits, target| logits[target as usize] - log_sum_exp(logits))
}

/// Entropy in nats of the distribution at each of `n` positions, `hidden` (`n x D`) being whole rows; `packed` the
/// transposed output weight (`D x V`).
pub fn token_entropies(hidden: &[f32], packed: &PackedB, n: usize) -> Vec<f32> {
    each_row(hidden, packed, &vec![0; n], |logits, _| entropy(logits))
}

/// Negative log-likelihood of the targets in nats, summed, with logits divided by each of `temperatures`: one figure a
/// temperature. Shapes as in [`token_logprobs`].
pub fn nll_at_temperatures(hidden: &[f32], packed: &PackedB, targets: &[u32], temperatures: &[f32]) -> Vec<f64> {
    let rows = each_row(hidden, packed, targets, |logits, target| {
        let mut tempered = vec![0.0; logits.len()];
        let one = |temperature: &f32| {
            tempered.iter_mut().zip(logits).for_each(|(to, logit)| *to = logit / temperature);
            log_sum_exp(&tempered) - tempered[target as usize]
        };
        temperatures.iter().map(one).collect::<Vec<f32>>()
    });
    (0..temperatures.len()).map(|i| rows.iter().map(|row| f64::from(row[i])).sum()).collect()
}

/// Something of every position, from its logits and its target.
fn each_row<T: Send>(
    hidden: &[f32],
    packed: &PackedB,
    targets: &[u32],
    of: impl Fn(&[f32], u32) -> T + Sync,
) -> Vec<T> {
    let width = hidden.len() / targets.len().max(1);
    let vocabulary = packed.cols();
    let mut logits = vec![0.0; ROWS.min(targets.len()) * vocabulary];
    let mut out = Vec::with_capacity(targets.len());
    for (hidden, targets) in hidden.chunks(ROWS * width.max(1)).zip(targets.chunks(ROWS)) {
        let logits = &mut logits[..targets.len() * vocabulary];
        gemm_packed(logits, vocabulary, View::new(hidden, targets.len(), width), packed, Into::Replace);
        let block: Vec<T> =
            logits.par_chunks(vocabulary).zip(targets).map(|(logits, target)| of(logits, *target)).collect();
        out.extend(block);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::reference::{self, distance, numeric_gradient, random, with_threads};

    /// What the output layer is asked for.
    struct Case {
        width: usize,
        hidden: Vec<f32>,
        weight: Vec<f32>,
        targets: Vec<Target>,
    }

    impl Case {
        /// Logits of a few units, and targets of every kind: one, two, the same token twice, the stop alone, none.
        fn new(n: usize, vocabulary: usize, width: usize, seed: u32) -> Self {
            let pick = random(4 * n, seed + 2);
            let token = |x: f32| (((x + 1.0) / 2.0 * vocabulary as f32) as usize).min(vocabulary - 1) as u32;
            let targets =
                pick.as_chunks::<4>().0.iter().enumerate().map(|(i, [next, next_weight, stop, stop_weight])| {
                    let (next, stop) = (token(*next), token(*stop));
                    let (next_weight, stop_weight) = (next_weight + 1.0, (stop_weight + 1.0) * 4.0);
                    match i % 5 {
                        0 => Target::next(next),
                        1 => Target { next, next_weight, stop, stop_weight },
                        2 => Target { next, next_weight, stop: next, stop_weight },
                        3 => Target { next, next_weight: 0.0, stop, stop_weight },
                        _ => Target { next, stop, ..Target::NONE },
                    }
                });
            Self {
                width,
                hidden: random(n * width, seed).iter().map(|x| 2.0 * x).collect(),
                weight: random(vocabulary * width, seed + 1),
                targets: targets.collect(),
            }
        }

        /// Loss, gradient of the hidden rows, and gradient of the weight on top of `start`.
        fn run(&self, scale: f32, start: &[f32]) -> (f64, Vec<f32>, Vec<f32>) {
            // What was in `d_hidden` before must not matter.
            let (mut d_hidden, mut d_weight) = (vec![f32::NAN; self.hidden.len()], start.to_vec());
            let hidden = &self.hidden;
            let d_weight_of = Some(&mut d_weight[..]);
            let loss = linear_cross_entropy(
                hidden,
                self.weight(),
                &self.targets,
                scale,
                Precision::F32,
                &mut d_hidden,
                d_weight_of,
            );
            (loss, d_hidden, d_weight)
        }

        fn weight(&self) -> Matrix<'_> {
            View::new(&self.weight, self.weight.len() / self.width, self.width).into()
        }

        fn logits(&self, row: usize) -> Vec<f64> {
            let hidden = &self.hidden[row * self.width..][..self.width];
            let pairs = |weight: &[f32]| hidden.iter().copied().zip(weight.to_vec()).collect::<Vec<_>>();
            self.weight.chunks_exact(self.width).map(|weight| reference::dot(pairs(weight).into_iter())).collect()
        }

        /// What [`Case::run`] should say, in `f64`.
        fn twin(&self, scale: f32, start: &[f32]) -> (f64, Vec<f64>, Vec<f64>) {
            let mut d_hidden = vec![0.0; self.hidden.len()];
            let mut d_weight: Vec<f64> = start.iter().map(|x| f64::from(*x)).collect();
            let mut loss = 0.0;
            for (row, target) in self.targets.iter().enumerate() {
                let logits = self.logits(row);
                let targets = [(target.next, target.next_weight), (target.stop, target.stop_weight)];
                loss += reference::cross_entropy(&logits, &targets);
                for (v, d) in reference::cross_entropy_gradient(&logits, &targets).into_iter().enumerate() {
                    for c in 0..self.width {
                        let (h, w) = (row * self.width + c, v * self.width + c);
                        d_hidden[h] += f64::from(scale) * d * f64::from(self.weight[w]);
                        d_weight[w] += f64::from(scale) * d * f64::from(self.hidden[h]);
                    }
                }
            }
            (loss, d_hidden, d_weight)
        }

        fn total_weight(&self) -> f64 {
            self.targets.iter().map(|t| f64::from(t.weight())).sum()
        }
    }

    /// `sqrt(n)` of a sum over `n` weights: independent roundings average out.
    fn tolerance_of_sums(case: &Case, scale: f32) -> f64 {
        // A logit (40 terms below 2, 6e-8 each) is wrong by 2e-6 or so, a probability relatively as much; hidden states
        // go up to 2 and weights up to 10.
        2e-5 * f64::from(scale) * (1.0 + case.total_weight().sqrt())
    }

    #[test]
    fn the_twin_s_gradient_equals_central_differences() {
        let targets = [(3, 0.7), (0, 2.5)];
        let logits = random(6, 1);
        let numeric = numeric_gradient(&logits, |logits| {
            reference::cross_entropy(&logits.iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), &targets)
        });
        let logits: Vec<f64> = logits.iter().map(|x| f64::from(*x)).collect();
        for (a, b) in reference::cross_entropy_gradient(&logits, &targets).iter().zip(&numeric) {
            // Step^2 / 6 = 2e-7 of a third derivative below 3.2 / 10.
            assert!((a - b).abs() < 2e-7, "{a} {b}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn loss_and_gradients_equal_the_plain_sum(
            n in 1usize..700, vocabulary in 1usize..90, width in 1usize..40, scale in 0.01f32..2.0, seed in 0u32..1000,
        ) {
            let case = Case::new(n, vocabulary, width, seed);
            let start = random(vocabulary * width, seed + 3);
            let (loss, d_hidden, d_weight) = case.run(scale, &start);
            let (expected, expected_hidden, expected_weight) = case.twin(scale, &start);
            // A logit and a normaliser are wrong by 2e-6 or so each, times the weight.
            let tolerance = 5e-6 * (1.0 + case.total_weight());
            prop_assert!((loss - expected).abs() < tolerance, "{loss} {expected}");
            let wrong = distance(&d_hidden, &expected_hidden);
            // Weights of one row add up to 10; probabilities of all tokens to one.
            prop_assert!(wrong < 5e-5 * f64::from(scale), "{wrong}");
            let wrong = distance(&d_weight, &expected_weight);
            // The addition to what was there before rounds as well: 6e-8 of a sum of tens.
            prop_assert!(wrong < tolerance_of_sums(&case, scale) + 5e-6, "{wrong}");
            for (row, target) in d_hidden.chunks_exact(width).zip(&case.targets) {
                prop_assert!(target.weight() != 0.0 || row.iter().all(|d| *d == 0.0));
            }

            let mut without = vec![f32::NAN; case.hidden.len()];
            let again = linear_cross_entropy(
                &case.hidden, case.weight(), &case.targets, scale, Precision::F32, &mut without, None,
            );
            prop_assert_eq!((again, without), (loss, d_hidden));
        }

        #[test]
        fn two_targets_equal_two_rows_of_one(
            n in 1usize..300, vocabulary in 1usize..70, width in 1usize..40, seed in 0u32..1000,
        ) {
            let dense = Case::new(n, vocabulary, width, seed);
            let twice = |row: &[f32]| [row, row].concat();
            let single = Case {
                hidden: dense.hidden.chunks_exact(width).flat_map(twice).collect(),
                weight: dense.weight.clone(),
                targets: dense
                    .targets
                    .iter()
                    .flat_map(|t| {
                        let next = Target { stop: t.next, stop_weight: 0.0, ..*t };
                        [next, Target { next: t.stop, next_weight: t.stop_weight, stop: t.stop, stop_weight: 0.0 }]
                    })
                    .collect(),
                ..dense
            };
            let (scale, start) = (0.3, vec![0.0; vocabulary * width]);
            let (loss, d_hidden, d_weight) = dense.run(scale, &start);
            let (sum, d_rows, d_weight_of_rows) = single.run(scale, &start);
            // The same logits, bit by bit, and sums of products in double precision: 1e-16 relative each.
            prop_assert!((loss - sum).abs() < 1e-11 * (1.0 + sum.abs()), "{loss} {sum}");
            let pairs = d_rows.chunks_exact(2 * width);
            let expected: Vec<f64> = pairs
                .flat_map(|pair| (0..width).map(|c| f64::from(pair[c]) + f64::from(pair[width + c])))
                .collect();
            // Gradients of a few units behind a dozen roundings of 6e-8 relative, and sums over 70 tokens of them.
            prop_assert!(distance(&d_hidden, &expected) < 1e-5, "{}", distance(&d_hidden, &expected));
            let expected: Vec<f64> = d_weight_of_rows.iter().map(|d| f64::from(*d)).collect();
            let wrong = distance(&d_weight, &expected);
            prop_assert!(wrong < tolerance_of_sums(&dense, scale), "{wrong}");
        }

        #[test]
        fn logprobs_equal_the_plain_ones_whoever_else_is_asked(
            n in 1usize..600, vocabulary in 1usize..90, width in 1usize..40, seed in 0u32..1000,
        ) {
            let case = Case::new(n, vocabulary, width, seed);
            let packed = PackedB::new(View::new(&case.weight, vocabulary, width).t(), Precision::F32);
            let targets: Vec<u32> = case.targets.iter().map(|t| t.next).collect();
            let got = token_logprobs(&case.hidden, &packed, &targets);
            let plain = |row: usize| -reference::cross_entropy(&case.logits(row), &[(targets[row], 1.0)]);
            let expected: Vec<f64> = (0..n).map(plain).collect();
            // A logit (40 terms below 2) and a normaliser, 2e-6 or so each.
            prop_assert!(distance(&got, &expected) < 1e-5, "{}", distance(&got, &expected));
            for row in [0, n / 2, n - 1] {
                let hidden = &case.hidden[row * width..(row + 1) * width];
                prop_assert_eq!(token_logprobs(hidden, &packed, &targets[row..=row]), vec![got[row]]);
            }
        }

        #[test]
        fn a_row_does_not_know_its_neighbours(
            n in 2usize..400, vocabulary in 1usize..90, width in 1usize..40, seed in 0u32..1000,
        ) {
            let case = Case::new(n, vocabulary, width, seed);
            let (_, d_hidden, _) = case.run(0.5, &vec![0.0; vocabulary * width]);
            for row in [0, n / 2, n - 1] {
                let range = row * width..(row + 1) * width;
                let mut alone = vec![f32::NAN; width];
                let (hidden, target) = (&case.hidden[range.clone()], &case.targets[row..=row]);
                linear_cross_entropy(hidden, case.weight(), target, 0.5, Precision::F32, &mut alone, None);
                prop_assert_eq!(&alone[..], &d_hidden[range]);
            }
        }

        #[test]
        fn log_sum_exp_equals_the_plain_one_at_any_height(
            logits in prop::collection::vec(-20f32..20.0, 1..200), height in -1e4f32..1e4,
        ) {
            let raised: Vec<f32> = logits.iter().map(|x| x + height).collect();
            let max = f64::from(max_of(&raised));
            let expected = max + raised.iter().map(|x| (f64::from(*x) - max).exp()).sum::<f64>().ln();
            // The sum is right to 1e-6 relative, hence its logarithm absolutely; the last addition rounds to half a
            // unit in the last place of a number of this height.
            let tolerance = 2e-6 + 6e-8 * expected.abs();
            let got = f64::from(log_sum_exp(&raised));
            prop_assert!((got - expected).abs() < tolerance, "{got} {expected}");
        }
    }

    #[test]
    fn entropies_of_known_distributions() {
        // Even over eight: ln 8. One certain among many: 0. Odds of 3 to 1: ln 4 - 0.75 ln 3.
        assert!((entropy(&[2.5; 8]) - 8f32.ln()).abs() < 1e-6);
        assert!(entropy(&[0.0, 200.0, 0.0]).abs() < 1e-6);
        let odds = entropy(&[3f32.ln() + 50.0, 50.0]);
        assert!((odds - (4f32.ln() - 0.75 * 3f32.ln())).abs() < 1e-5, "{odds}");
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let case = Case::new(700, 300, 48, 1);
        let run = || case.run(0.7, &vec![0.0; case.weight.len()]);
        assert_eq!(with_threads(1, run), with_threads(4, run));
    }

    #[test]
    fn nothing_to_predict_costs_nothing() {
        let weight = random(12, 1);
        let start = random(12, 2);
        let mut d_weight = start.clone();
        let mut run = |hidden: &[f32], targets: &[Target], d_hidden: &mut [f32]| {
            linear_cross_entropy(
                hidden,
                View::new(&weight, 4, 3).into(),
                targets,
                1.0,
                Precision::F32,
                d_hidden,
                Some(&mut d_weight),
            )
        };
        assert_eq!(run(&[], &[], &mut []), 0.0);
        let mut d_hidden = [f32::NAN; 6];
        assert_eq!(run(&random(6, 3), &[Target::NONE; 2], &mut d_hidden), 0.0);
        assert_eq!(d_hidden, [0.0; 6]);
        assert_eq!(d_weight, start);
        let packed = PackedB::new(View::new(&weight, 4, 3).t(), Precision::F32);
        assert!(token_logprobs(&[], &packed, &[]).is_empty());
    }
}
