//! A sequence of which the latest entries are kept.

/// How many entries one block of a summary covers, and how many blocks one block of the next level.
pub(super) const FAN_OUT: usize = 16;

/// The latest entries of a sequence. They keep their numbers when earlier ones go.
///
/// Entries go in runs, so that one costs O(1) on average, and what is left then begins at a multiple of [`FAN_OUT`]: where a block
/// of the next level begins as well.
#[derive(Debug)]
pub(super) struct Tail<T> {
    first: usize,
    items: Vec<T>,
    reach: usize,
}

/// With as much room as the original has: it is to grow on.
impl<T: Clone> Clone for Tail<T> {
    fn clone(&self) -> Self {
        let mut items = Vec::with_capacity(self.items.capacity());
        items.extend_from_slice(&self.items);
        Self { items, ..*self }
    }
}

impl<T> Tail<T> {
    /// An empty one whose first entry will be number `first`; at least `reach` of the latest are kept.
    pub(super) fn starting_at(first: usize, reach: usize) -> Self {
        Self { first, items: Vec::new(), reach }
    }

    /// Appends an entry.
    pub(super) fn push(&mut self, item: T) {
        let room = self.reach + (self.reach / 4).max(2 * FAN_OUT);
        if self.items.len() >= room {
            let first = (self.end() - self.reach) / FAN_OUT * FAN_OUT;
            self.items.drain(..first - self.first);
            self.first = first;
        }
        if self.items.len() == self.items.capacity() {
            // As ever twice as much, but no more than will be used.
            let more = self.items.len().max(FAN_OUT).min(room - self.items.len());
            self.items.reserve_exact(more);
        }
        self.items.push(item);
    }

    /// The number of the earliest entry kept, or of the next one where none is.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// The number of the next entry.
    pub(super) fn end(&self) -> usize {
        self.first + self.items.len()
    }

    /// How many entries are kept.
    pub(super) fn kept(&self) -> usize {
        self.items.len()
    }

    /// An entry, if it is kept.
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index.checked_sub(self.first)?)
    }

    /// The latest entry.
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.items.last_mut()
    }

    /// The entries kept of `from..to`.
    pub(super) fn range(&self, from: usize, to: usize) -> &[T] {
        let place = |index: usize| index.saturating_sub(self.first).min(self.items.len());
        &self.items[place(from)..place(to.max(from))]
    }

    /// Forgets the entries from number `end` on; the next one is number `end`.
    pub(super) fn cut(&mut self, end: usize) {
        self.items.truncate(end.saturating_sub(self.first));
        self.first = self.first.min(end);
    }
}
