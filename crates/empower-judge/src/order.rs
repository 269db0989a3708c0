//! The order in which the tests of a program run. As given, or so that failures come early: tests that failed earlier
//! programs of the same problem go first. Whether a program passes does not depend on it; which failing test is
//! reported does. Pure: it runs nothing.

/// Which tests failed earlier programs of one problem.
#[derive(Debug, Clone, Default)]
pub(crate) struct Learned {
    /// By test, how many programs failed there first.
    failures: Vec<u32>,
}

impl Learned {
    /// All of `n_tests` tests, those with most failures first, the rest as given.
    pub(crate) fn order(&self, n_tests: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n_tests).collect();
        order.sort_by_key(|&test_idx| std::cmp::Reverse(self.failures.get(test_idx).copied().unwrap_or(0)));
        order
    }

    /// Notes that a program failed test `test_idx`.
    pub(crate) fn failed(&mut self, test_idx: usize) {
        if self.failures.len() <= test_idx {
            self.failures.resize(test_idx + 1, 0);
        }
        self.failures[test_idx] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_failed_come_first_and_each_comes_once() {
        let mut learned = Learned::default();
        assert_eq!(learned.order(4), [0, 1, 2, 3]);
        for test_idx in [2, 3, 2] {
            learned.failed(test_idx);
        }
        assert_eq!(learned.order(5), [2, 3, 0, 1, 4]);
        assert_eq!(learned.order(1), [0]);
    }
}
