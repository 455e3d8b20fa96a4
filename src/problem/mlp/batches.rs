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
}

/// The examples of a step's batch, as positions in the data set: a function of the seed and the step alone.
///
/// The order of the epoch is kept, and with it the room for those to come, so that selecting a batch allocates nothing.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    form: Form,
    /// The first example, or its place in the order.
    from: usize,
    len: usize,
    /// The epoch that the order is of.
    epoch: Option<u64>,
    order: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Consecutive examples.
    Run,
    /// Consecutive examples that begin again at the first after so many.
    Wrapped(usize),
    /// Consecutive places in the order of the epoch.
    Shuffled,
}

impl Selection {
    /// No examples.
    pub(super) fn empty() -> Self {
        Self { form: Form::Run, from: 0, len: 0, epoch: None, order: Vec::new() }
    }

    /// Becomes the batch of step `step` (from 1).
    pub(super) fn select(&mut self, step: u64, batches: &Batches) {
        let Batching { size, shuffle } = batches.batching;
        let (examples, index) = (batches.examples, step.saturating_sub(1));
        (self.form, self.from, self.len) = (Form::Run, 0, size);
        if size == examples {
            return;
        }
        if shuffle {
            let (epoch, within) = (index / batches.per_epoch(), index % batches.per_epoch());
            self.draw(epoch, batches);
            self.form = Form::Shuffled;
            self.from = within as usize * size;
            if within + 1 == batches.per_epoch() {
                self.len = examples - self.from;
            }
            return;
        }
        // (step − 1)·B modulo N, without overflow.
        self.from = ((u128::from(index) * size as u128) % examples as u128) as usize;
        if self.from + size > examples {
            self.form = Form::Wrapped(examples);
        }
    }

    fn draw(&mut self, epoch: u64, batches: &Batches) {
        if self.epoch != Some(epoch) {
            self.order.clear();
            self.order.extend(0..batches.examples);
            self.order.shuffle(&mut stream(batches.seed, Purpose::Shuffle, epoch));
            self.epoch = Some(epoch);
        }
    }

    /// How many examples there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The first of them, if they are consecutive in the data set.
    pub(super) fn run(&self) -> Option<usize> {
        (self.form == Form::Run).then_some(self.from)
    }

    /// The position in the data set of example `n` of the batch.
    pub(super) fn member(&self, n: usize) -> usize {
        let place = self.from + n;
        match self.form {
            Form::Run => place,
            Form::Wrapped(examples) => place % examples,
            Form::Shuffled => self.order[place],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(examples: usize, size: usize, shuffle: bool) -> Batches {
        Batches::new(examples, Batching { size, shuffle }, 7)
    }

    fn members(selection: &Selection) -> Vec<usize> {
        (0..selection.len()).map(|n| selection.member(n)).collect()
    }

    fn at(batches: &Batches, step: u64) -> Vec<usize> {
        let mut selection = Selection::empty();
        selection.select(step, batches);
        let members = members(&selection);
        assert!(selection.run().is_none_or(|from| members.iter().copied().eq(from..from + members.len())));
        members
    }

    #[test]
    fn consecutive_batches_wrap_round() {
        let b = batches(5, 2, false);
        let found: Vec<_> = (1..=4).map(|step| at(&b, step)).collect();
        assert_eq!(found, [[0, 1], [2, 3], [4, 0], [1, 2]]);
    }

    #[test]
    fn none_or_too_many_mean_all() {
        for size in [0, 5, 9] {
            assert_eq!(at(&batches(5, size, true), 3), [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn a_shuffled_epoch_sees_every_example_once_and_its_last_batch_takes_the_remainder() {
        let b = batches(11, 3, true);
        assert_eq!(b.per_epoch(), 3);
        let first: Vec<_> = (1..=3).map(|step| at(&b, step)).collect();
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 5]);
        let mut all = first.concat();
        all.sort_unstable();
        assert_eq!(all, (0..11).collect::<Vec<_>>());
        let second: Vec<_> = (4..=6).flat_map(|step| at(&b, step)).collect();
        assert_ne!(first.concat(), second);
    }

    #[test]
    fn a_kept_order_changes_nothing() {
        let b = batches(11, 3, true);
        let mut kept = Selection::empty();
        for step in [1, 2, 3, 4, 9, 2, 5, 5, 1] {
            kept.select(step, &b);
            assert_eq!(members(&kept), at(&b, step), "step {step}");
        }
    }
}
