//! RMSNorm: `y = x / sqrt(mean(x^2) + eps) * weight`, over the last axis.

use rayon::prelude::*;

use super::simd::{multiversion, sum_by};

multiversion! {
    fn rows_forward(y: &mut [f32], scale: &mut [f32], x: &[f32], weight: &[f32], eps: f32) {
        let width = weight.len();
        for ((y, scale), x) in y.chunks_exact_mut(width).zip(scale).zip(x.chunks_exact(width)) {
            let mean = sum_by(width, |i| x[i] * x[i]) / width as f32;
            *scale = 1.0 / (mean + eps).sqrt();
            for i in 0..width {
                y[i] = x[i] * *scale * weight[i];
            }
        }
    }
}

/// Rows of a block. Chosen: 64 rows of 256 floats are 64 KiB.
const ROWS: usize = 64;

/// Normalises every row of `x` (`n x D`) into `y`, and keeps `1 / sqrt(mean(x^2) + eps)` of every row in `scale` (`n`)
/// for the backward.
pub fn rms_norm(y: &mut [f32], scale: &mut [f32], x: &[f32], weight: &[f32], eps: f32) {
    let width = weight.len();
    assert!(x.len() == y.len() && x.len() == scale.len() * width, "n x D");
    if scale.len() <= ROWS {
        return rows_forward(y, scale, x, weight, eps);
    }
    y.par_chunks_mut(ROWS * width)
        .zip(scale.par_chunks_mut(ROWS))
        .zip(x.par_chunks(ROWS * width))
        .for_each(|((y, scale), x)| rows_forward(y, scale, x, weight, eps));
}

multiversion! {
    fn rows_backward(
        dx: &mut [f32], d_weight: &mut [f32], dy: &[f32], x: &[f32], scale: &[f32], weight: &[f32],
    ) {
        let width = weight.len();
        for (row, scale) in scale.iter().enumerate() {
            let range = row * width..(row + 1) * width;
            let (dx, dy, x) = (&mut dx[range.clone()], &dy[range.clone()], &x[range]);
            // y_i = x_i s w_i with s = (mean x^2 + eps)^(-1/2), ds/dx_j = -s^3 x_j / D.
            let along = sum_by(width, |i| dy[i] * weight[i] * x[i]) * scale * scale * scale / width as f32;
            for i in 0..width {
                dx[i] += dy[i] * weight[i] * scale - along * x[i];
                d_weight[i] += dy[i] * x[i] * scale;
            }
        }
    }
}

/// Gradient of [`rms_norm`]: **adds** to `dx` (`n x D`) and to `d_weight` (`D`), from `dy` and what the forward saw.
pub fn rms_norm_backward(
    dx: &mut [f32],
    d_weight: Option<&mut [f32]>,
    dy: &[f32],
    x: &[f32],
    scale: &[f32],
    weight: &[f32],
) {
    let width = weight.len();
    assert!(dx.len() == dy.len() && dx.len() == x.len() && x.len() == scale.len() * width, "n x D");
    let parts: Vec<Vec<f32>> = dx
        .par_chunks_mut(ROWS * width)
        .zip(dy.par_chunks(ROWS * width))
        .zip(x.par_chunks(ROWS * width))
        .zip(scale.par_chunks(ROWS))
        .map(|(((dx, dy), x), scale)| {
            let mut d_weight = vec![0.0; width];
            rows_backward(dx, &mut d_weight, dy, x, scale, weight);
            d_weight
        })
        .collect();
    add_parts(d_weight, parts);
}

/// Columns of a wider buffer that hold heads: `heads` of the norm's width, from `column` on, rows `row_width` apart.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Distance from one row to the next.
    pub row_width: usize,
    /// First column.
    pub column: usize,
    /// Heads, each normalised by itself.
    pub heads: usize,
}

impl Columns {
    fn of(self, row: &[f32], width: usize) -> &[f32] {
        &row[self.column..self.column + self.heads * width]
    }
}

/// [`rms_norm`] of every head of `columns` of `x`, in place; `before` (`n x heads x width`) keeps what they were and
/// `scale` (`n x heads`) their factors.
pub fn rms_norm_heads(
    x: &mut [f32],
    columns: Columns,
    before: &mut [f32],
    scale: &mut [f32],
    weight: &[f32],
    eps: f32,
) {
    let (width, heads) = (weight.len(), columns.heads);
    assert!(before.len() == scale.len() * width && x.len() == scale.len() / heads * columns.row_width, "n rows");
    x.par_chunks_mut(ROWS * columns.row_width)
        .zip(before.par_chunks_mut(ROWS * heads * width))
        .zip(scale.par_chunks_mut(ROWS * heads))
        .for_each(|((x, before), scale)| {
            let rows = x.chunks_exact_mut(columns.row_width).zip(before.chunks_exact_mut(heads * width));
            for ((row, before), scale) in rows.zip(scale.chunks_exact_mut(heads)) {
                before.copy_from_slice(columns.of(row, width));
                let row = &mut row[columns.column..columns.column + heads * width];
                rows_forward(row, scale, before, weight, eps);
            }
        });
}

/// Gradient of [`rms_norm_heads`]: **replaces** what `d` holds in `columns`, the gradient of the result, by that of what
/// was there before, and adds to `d_weight` (`width`).
pub fn rms_norm_heads_backward(
    d: &mut [f32],
    columns: Columns,
    d_weight: Option<&mut [f32]>,
    before: &[f32],
    scale: &[f32],
    weight: &[f32],
) {
    let (width, heads) = (weight.len(), columns.heads);
    assert!(before.len() == scale.len() * width && d.len() == scale.len() / heads * columns.row_width, "n rows");
    let parts: Vec<Vec<f32>> = d
        .par_chunks_mut(ROWS * columns.row_width)
        .zip(before.par_chunks(ROWS * heads * width))
        .zip(scale.par_chunks(ROWS * heads))
        .map(|((d, before), scale)| {
            let (mut d_weight, mut dx) = (vec![0.0; width], vec![0.0; heads * width]);
            let rows = d.chunks_exact_mut(columns.row_width).zip(before.chunks_exact(heads * width));
            for ((row, before), scale) in rows.zip(scale.chunks_exact(heads)) {
                dx.fill(0.0);
                rows_backward(&mut dx, &mut d_weight, columns.of(row, width), before, scale, weight);
                row[columns.column..columns.column + heads * width].copy_from_slice(&dx);
            }
            d_weight
        })
        .collect();
    add_parts(d_weight, parts);
}

/// Adds what blocks of rows found, in their order, so that the sum does not depend on which thread came first.
fn add_parts(d_weight: Option<&mut [f32]>, parts: Vec<Vec<f32>>) {
    let Some(d_weight) = d_weight else { return };
    for part in parts {
        for (to, from) in d_weight.iter_mut().zip(part) {
            *to += from;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::reference::{self, distance, numeric_gradient, random, with_threads};

    const EPS: f32 = 1e-5;

    /// `rows x width` numbers whose rows all have a first element between 1 and 3, so that no row is close to zero,
    /// where the norm is steep and central differences say little.
    fn inputs(rows: usize, width: usize, seed: u32) -> Vec<f32> {
        let mut x = random(rows * width, seed);
        x.iter_mut().step_by(width).for_each(|first| *first += 2.0);
        x
    }

    fn forward(x: &[f32], weight: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut y, mut scale) = (vec![0.0; x.len()], vec![0.0; x.len() / weight.len()]);
        rms_norm(&mut y, &mut scale, x, weight, EPS);
        (y, scale)
    }

    /// `sum(dy * rms_norm(x))` of one row, in `f64`.
    fn row_loss(x: &[f32], weight: &[f32], dy: &[f32]) -> f64 {
        let y = reference::rms_norm(x, weight, f64::from(EPS));
        y.iter().zip(dy).map(|(y, dy)| y * f64::from(*dy)).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn forward_equals_the_formula(rows in 1usize..200, width in 1usize..300, seed in 0u32..1000) {
            let (x, weight) = (inputs(rows, width, seed), random(width, seed + 1));
            let (y, scale) = forward(&x, &weight);
            let rows = || x.chunks_exact(width);
            let expected: Vec<f64> = rows().flat_map(|x| reference::rms_norm(x, &weight, f64::from(EPS))).collect();
            // Results below 4 behind some 20 roundings (a sum of 300 squares in 32 lanes, a root, three products) of
            // 6e-8 relative each.
            prop_assert!(distance(&y, &expected) < 5e-6, "{}", distance(&y, &expected));
            let expected: Vec<f64> = rows()
                .map(|x| 1.0 / (reference::dot(x.iter().map(|x| (*x, *x))) / width as f64 + f64::from(EPS)).sqrt())
                .collect();
            prop_assert!(distance(&scale, &expected) < 5e-6, "{}", distance(&scale, &expected));
        }

        #[test]
        fn backward_equals_central_differences(rows in 1usize..200, width in 1usize..24, seed in 0u32..1000) {
            let (x, weight) = (inputs(rows, width, seed), random(width, seed + 1));
            let dy = random(rows * width, seed + 2);
            let (_, scale) = forward(&x, &weight);
            let (start, start_weight) = (random(rows * width, seed + 3), random(width, seed + 4));
            let (mut dx, mut d_weight) = (start.clone(), start_weight.clone());
            rms_norm_backward(&mut dx, Some(&mut d_weight), &dy, &x, &scale, &weight);

            let mut expected: Vec<f64> = x
                .chunks_exact(width)
                .zip(dy.chunks_exact(width))
                .flat_map(|(x, dy)| numeric_gradient(x, |x| row_loss(x, &weight, dy)))
                .collect();
            expected.iter_mut().zip(&start).for_each(|(d, start)| *d += f64::from(*start));
            // Differences of step 1e-3 leave step^2 / 6 = 2e-7 of the third derivative, at most about 50 where the
            // root of the mean square is 1/2; single precision adds less than that.
            prop_assert!(distance(&dx, &expected) < 2e-5, "{}", distance(&dx, &expected));

            let loss = |weight: &[f32]| {
                x.chunks_exact(width).zip(dy.chunks_exact(width)).map(|(x, dy)| row_loss(x, weight, dy)).sum()
            };
            let mut expected = numeric_gradient(&weight, loss);
            expected.iter_mut().zip(&start_weight).for_each(|(d, start)| *d += f64::from(*start));
            // Sums of up to 200 terms: 70 roundings (64 in a block, then the blocks) of 6e-8 of partial sums of tens.
            prop_assert!(distance(&d_weight, &expected) < 1e-4, "{}", distance(&d_weight, &expected));

            let mut without = start;
            rms_norm_backward(&mut without, None, &dy, &x, &scale, &weight);
            prop_assert_eq!(without, dx);
        }

        #[test]
        fn a_row_does_not_know_its_neighbours(rows in 1usize..150, width in 1usize..70, seed in 0u32..1000) {
            let (x, weight) = (random(rows * width, seed), random(width, seed + 1));
            let dy = random(rows * width, seed + 2);
            let (y, scale) = forward(&x, &weight);
            let mut dx = vec![0.0; rows * width];
            rms_norm_backward(&mut dx, None, &dy, &x, &scale, &weight);
            for (row, scale) in scale.iter().enumerate() {
                let range = row * width..(row + 1) * width;
                let (y_alone, scale_alone) = forward(&x[range.clone()], &weight);
                prop_assert_eq!(&y_alone[..], &y[range.clone()]);
                prop_assert_eq!(scale_alone[0], *scale);
                let mut dx_alone = vec![0.0; width];
                rms_norm_backward(&mut dx_alone, None, &dy[range.clone()], &x[range.clone()], &scale_alone, &weight);
                prop_assert_eq!(&dx_alone[..], &dx[range]);
            }
        }
    }

    #[test]
    fn heads_are_normalised_as_rows_of_their_own() {
        // Two heads of seven from column three on, in rows of twenty; more rows than a block has.
        let (n, width, heads) = (ROWS + 9, 7, 2);
        let columns = Columns { row_width: 20, column: 3, heads };
        let (x, weight, d) = (random(n * 20, 1), random(width, 2), random(n * 20, 3));
        let gather = |x: &[f32]| x.chunks_exact(20).flat_map(|row| columns.of(row, width)).copied().collect::<Vec<_>>();
        let (rows, d_rows) = (gather(&x), gather(&d));

        let (mut y, mut before, mut scale) = (x.clone(), vec![0.0; rows.len()], vec![0.0; n * heads]);
        rms_norm_heads(&mut y, columns, &mut before, &mut scale, &weight, EPS);
        let (expected, expected_scale) = forward(&rows, &weight);
        assert_eq!((gather(&y), &before, &scale), (expected, &rows, &expected_scale));

        let (mut dx, mut d_weight) = (d.clone(), vec![0.0; width]);
        rms_norm_heads_backward(&mut dx, columns, Some(&mut d_weight), &before, &scale, &weight);
        let (mut expected, mut expected_weight) = (vec![0.0; rows.len()], vec![0.0; width]);
        rms_norm_backward(&mut expected, Some(&mut expected_weight), &d_rows, &rows, &scale, &weight);
        assert_eq!(gather(&dx), expected);
        // The same terms in other blocks: sums of some tens, 150 roundings of 6e-8 relative.
        let expected: Vec<f64> = expected_weight.iter().map(|x| f64::from(*x)).collect();
        assert!(distance(&d_weight, &expected) < 1e-4);
        // What lies beside the heads is nobody's business.
        for (row, (y, dx)) in y.chunks_exact(20).zip(dx.chunks_exact(20)).enumerate() {
            for c in (0..3).chain(17..20) {
                assert_eq!((y[c], dx[c]), (x[row * 20 + c], d[row * 20 + c]));
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let (rows, width) = (1000, 33);
        let (x, weight, dy) = (random(rows * width, 1), random(width, 2), random(rows * width, 3));
        let run = || {
            let (y, scale) = forward(&x, &weight);
            let (mut dx, mut d_weight) = (vec![0.0; x.len()], vec![0.0; width]);
            rms_norm_backward(&mut dx, Some(&mut d_weight), &dy, &x, &scale, &weight);
            (y, dx, d_weight)
        };
        assert_eq!(with_threads(1, run), with_threads(4, run));
    }

    #[test]
    fn a_row_of_zeros_stays_finite() {
        let (y, scale) = forward(&[0.0; 8], &[1.0; 8]);
        assert_eq!(y, [0.0; 8]);
        // One over the root of eps, 316.2, to a few roundings of 6e-8 relative.
        assert!((scale[0] - 1.0 / EPS.sqrt()).abs() < 1e-4, "{}", scale[0]);
        let mut dx = vec![0.0; 8];
        rms_norm_backward(&mut dx, None, &[1.0; 8], &[0.0; 8], &scale, &[1.0; 8]);
        assert_eq!(dx, vec![scale[0]; 8]);
    }
}
