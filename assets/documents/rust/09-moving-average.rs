use std::collections::VecDeque;

/// The mean of the last `width` values.
pub struct MovingAverage {
    width: usize,
    window: VecDeque<f64>,
    sum: f64,
}

impl MovingAverage {
    /// Panics if `width` is 0.
    pub fn new(width: usize) -> Self {
        assert!(width > 0, "a window needs at least one value");
        MovingAverage { width, window: VecDeque::with_capacity(width), sum: 0.0 }
    }

    /// Takes in a value and returns the mean of the window, which is shorter at the beginning.
    pub fn push(&mut self, value: f64) -> f64 {
        if self.window.len() == self.width {
            if let Some(oldest) = self.window.pop_front() {
                self.sum -= oldest;
            }
        }
        self.window.push_back(value);
        self.sum += value;
        self.sum / self.window.len() as f64
    }
}

pub fn smooth(values: &[f64], width: usize) -> Vec<f64> {
    let mut average = MovingAverage::new(width);
    values.iter().map(|&value| average.push(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_fills_and_slides() {
        assert_eq!(smooth(&[2.0, 4.0, 6.0, 8.0], 2), vec![2.0, 3.0, 5.0, 7.0]);
    }
}
