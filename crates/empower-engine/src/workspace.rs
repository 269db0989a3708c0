//! Buffers that are used again rather than given back to the system: a training step would otherwise spend half of its
//! time on page faults of large temporaries.

/// Buffers not in use now.
#[derive(Debug, Default)]
pub struct Workspace {
    spare: Vec<Vec<f32>>,
}

impl Workspace {
    /// A buffer of `len` floats **with arbitrary contents**: the smallest spare one that fits, or a new one.
    pub fn take(&mut self, len: usize) -> Vec<f32> {
        let fits = self.spare.iter().enumerate().filter(|(_, buffer)| buffer.capacity() >= len);
        let smallest = fits.min_by_key(|(_, buffer)| buffer.capacity()).map(|(index, _)| index);
        let mut buffer = match smallest {
            Some(index) => self.spare.swap_remove(index),
            // Rounded up, so that batches of nearly the same size share buffers.
            None => Vec::with_capacity(len.next_multiple_of(1 << 14)),
        };
        buffer.resize(len, 0.0);
        buffer
    }

    /// Gives buffers back. Empty ones stand for what a model does not have: kept, they would only be searched.
    pub fn give(&mut self, buffers: impl IntoIterator<Item = Vec<f32>>) {
        self.spare.extend(buffers.into_iter().filter(|buffer| buffer.capacity() > 0));
    }
}

/// The buffer, every element set to `value`.
pub(crate) fn filled(mut buffer: Vec<f32>, value: f32) -> Vec<f32> {
    buffer.fill(value);
    buffer
}
