//! Files seen as memory: weights are read from where they lie, and their pages go back to the system after use.
//!
//! This is the one place beside `kernels` where the engine is allowed unsafe code, and what it is for is to be read here:
//! a mapping is only as steady as its file. Whoever shortens a weights file in place while a model has it open ends the
//! process with a bus error, and whoever overwrites it changes the model. This toolkit does neither: it writes aside and
//! renames, which leaves a mapped file as it was. Tools that download models do the same.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use memmap2::Mmap;

use crate::error::EngineError;

/// A file, mapped for reading.
#[derive(Debug)]
pub(crate) struct Mapped(Mmap);

impl Mapped {
    /// Maps a whole file.
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let failed = |source| EngineError::Io { action: "read", path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        // SAFETY: the mapping is private and read-only, and nothing here writes into a file that it has mapped; that
        // nobody else cuts or overwrites it in place is asked of users, see above.
        let map = unsafe { Mmap::map(&file) }.map_err(failed)?;
        Ok(Self(map))
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Gives the pages of `range` back to the system; they are read from the file again when next used.
    pub(crate) fn release(&self, range: Range<usize>) {
        #[cfg(unix)]
        {
            // Chosen: no system that this runs on has larger pages by default; inner pages only.
            const PAGE: usize = 1 << 16;
            let (start, end) = (range.start.next_multiple_of(PAGE), range.end / PAGE * PAGE);
            if start < end {
                // SAFETY: the mapping is read-only and backed by the file, so that what is dropped is what will be read
                // again. That the advice is refused changes nothing but memory.
                let _ =
                    unsafe { self.0.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, end - start) };
            }
        }
        #[cfg(not(unix))]
        let _ = range;
    }
}
