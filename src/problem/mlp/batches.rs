//! Which examples a step sees.

use rand::seq::SliceRandom;

use crate::math::{Purpose, stream};

/// How a data set is cut into batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// B; 0, or more than there are, means all examples.
    pub size: usize,
    /// A new order every epoch. Else consecutive examples in file order, wrapping round.
    pub shuffle: bool,
}

/// A batch as positions in the data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Batch {
    /// A run of consecutive examples.
    Run {
        /// The first.
        from: usize,
        /// How many.
        len: usize,
    },
    /// Any examples.
    Listed(Vec<usize>),
}

#[derive(Clone, Debug)]
pub(super) struct Batches {
    examples: usize,
    batching: Batching,
    seed: u64,
}

impl Batches {
    pub(super) fn new(examples: usize, batching: Batching, seed: u64) -> Self {
        let size = if batching.size == 0 { examples } else { batching.size.min(examples) };
        Self { examples, batching: Batching { size, ..batching }, seed }
    }

    /// How many batches an epoch has: ⌊N/B⌋ when shuffled (the last one takes the remainder), else N/B rounded up.
    pub(super) fn per_epoch(&self) -> u64 {
        let Batching { size, shuffle } = self.batching;
        (if shuffle { (self.examples / size).max(1) } else { self.examples.div_ceil(size) }) as u64
    }

    /// The batch of step `step` (from 1): a function of seed and step alone. `order` only saves drawing an epoch's order again at each of its steps.
    pub(super) fn at(&self, step: u64, order: &mut EpochOrder) -> Batch {
        let Batching { size, shuffle } = self.batching;
        let index = step.saturating_sub(1);
        if size == self.examples {
            return Batch::Run { from: 0, len: size };
        }
        if shuffle {
            let (epoch, within) = (index / self.per_epoch(), (index % self.per_epoch()) as usize);
            let last = within as u64 + 1 == self.per_epoch();
            let to = if last { self.examples } else { (within + 1) * size };
            return Batch::Listed(order.of(epoch, self)[within * size..to].to_vec());
        }
        // (step − 1)·B modulo N, without overflow.
        let from = ((u128::from(index) * size as u128) % self.examples as u128) as usize;
        if from + size <= self.examples {
            Batch::Run { from, len: size }
        } else {
            Batch::Listed((from..from + size).map(|i| i % self.examples).collect())
        }
    }
}

/// The order of the examples in the epoch last asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochOrder {
    epoch: Option<u64>,
    order: Vec<usize>,
}

impl EpochOrder {
    fn of(&mut self, epoch: u64, batches: &Batches) -> &[usize] {
        if self.epoch != Some(epoch) {
            self.order.clear();
            self.order.extend(0..batches.examples);
            self.order.shuffle(&mut stream(batches.seed, Purpose::Shuffle, epoch));
            self.epoch = Some(epoch);
        }
        &self.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(examples: usize, size: usize, shuffle: bool) -> Batches {
        Batches::new(examples, Batching { size, shuffle }, 7)
    }

    fn at(batches: &Batches, step: u64) -> Batch {
        batches.at(step, &mut EpochOrder::default())
    }

    fn members(batch: Batch) -> Vec<usize> {
        match batch {
            Batch::Run { from, len } => (from..from + len).collect(),
            Batch::Listed(list) => list,
        }
    }

    #[test]
    fn consecutive_batches_wrap_round() {
        let b = batches(5, 2, false);
        assert_eq!(at(&b, 1), Batch::Run { from: 0, len: 2 });
        assert_eq!(at(&b, 2), Batch::Run { from: 2, len: 2 });
        assert_eq!(at(&b, 3), Batch::Listed(vec![4, 0]));
        assert_eq!(at(&b, 4), Batch::Run { from: 1, len: 2 });
    }

    #[test]
    fn none_or_too_many_mean_all() {
        for size in [0, 5, 9] {
            assert_eq!(at(&batches(5, size, true), 3), Batch::Run { from: 0, len: 5 });
        }
    }

    #[test]
    fn a_shuffled_epoch_sees_every_example_once_and_its_last_batch_takes_the_remainder() {
        let b = batches(11, 3, true);
        assert_eq!(b.per_epoch(), 3);
        let first: Vec<_> = (1..=3).map(|step| members(at(&b, step))).collect();
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 5]);
        let mut all = first.concat();
        all.sort_unstable();
        assert_eq!(all, (0..11).collect::<Vec<_>>());
        let second: Vec<_> = (4..=6).flat_map(|step| members(at(&b, step))).collect();
        assert_ne!(first.concat(), second);
    }

    #[test]
    fn a_kept_order_changes_nothing() {
        let b = batches(11, 3, true);
        let mut order = EpochOrder::default();
        for step in [1, 2, 3, 4, 9, 2, 5, 5, 1] {
            assert_eq!(b.at(step, &mut order), at(&b, step), "step {step}");
        }
    }
}
