//! One quantity of one lane: the latest values, and summaries that reach back the further the coarser they are.

use super::tail::{FAN_OUT, Tail};

/// What stands for a run of values.
pub(super) trait Summary: Copy {
    /// Takes in what follows.
    fn join(&mut self, later: Self);
}

/// Smallest, largest and last of the values present; none where the smallest is larger than the largest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extremes {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) last: f64,
}

impl Extremes {
    pub(super) const NOTHING: Self = Self { low: f64::INFINITY, high: f64::NEG_INFINITY, last: 0.0 };

    pub(super) fn of(value: Option<f64>) -> Self {
        value.map_or(Self::NOTHING, |value| Self { low: value, high: value, last: value })
    }

    pub(super) fn some(self) -> Option<Self> {
        (self.low <= self.high).then_some(self)
    }
}

impl Summary for Extremes {
    fn join(&mut self, later: Self) {
        self.low = self.low.min(later.low);
        self.high = self.high.max(later.high);
        if later.low <= later.high {
            self.last = later.last;
        }
    }
}

/// A growing sequence with summaries of every aligned run of 16, 256, 4096, … values.
///
/// Of the values the latest `reach` are kept, of every level's summaries the latest `reach`/4: memory grows with the logarithm of
/// the length. Tier 0 are the values, tier k the summaries of runs of 16ᵏ.
#[derive(Clone, Debug)]
pub(super) struct Thinned<V, S> {
    /// The number of the first value there ever was.
    start: usize,
    reach: usize,
    values: Tail<V>,
    levels: Vec<Tail<S>>,
}

impl<V: Copy, S: Summary> Thinned<V, S> {
    /// An empty one whose first value will be number `start`.
    pub(super) fn starting_at(start: usize, reach: usize) -> Self {
        Self { start, reach, values: Tail::starting_at(start, reach), levels: Vec::new() }
    }

    /// The number of the next value.
    pub(super) fn len(&self) -> usize {
        self.values.end()
    }

    /// How many values and summaries are kept.
    pub(super) fn kept(&self) -> usize {
        self.values.kept() + self.levels.iter().map(Tail::kept).sum::<usize>()
    }

    /// The latest value.
    pub(super) fn last(&self) -> Option<V> {
        self.get(self.len().checked_sub(1)?)
    }

    /// A value, if it is kept.
    pub(super) fn get(&self, index: usize) -> Option<V> {
        self.values.get(index).copied()
    }

    /// The number of the first value kept.
    pub(super) fn first(&self) -> usize {
        self.values.first()
    }

    /// The first entry kept of a tier.
    fn first_of(&self, tier: usize) -> usize {
        tier.checked_sub(1).map_or(self.values.first(), |level| self.levels[level].first())
    }

    /// Appends a value, with what summarises it alone.
    pub(super) fn push(&mut self, value: V, summary: S) {
        let mut index = self.len();
        self.values.push(value);
        for level in 0.. {
            let block = index / FAN_OUT;
            if level == self.levels.len() {
                let mut blocks = Tail::starting_at(self.start / run(level + 1), self.reach_of_levels());
                if let Some(below) = level.checked_sub(1).map(|below| &self.levels[below]) {
                    // A level opens when the one below begins its second block, with what the first one holds.
                    if block == below.first() / FAN_OUT {
                        break;
                    }
                    if let Some(first) = joined(below.range(below.first(), index).iter().copied()) {
                        blocks.push(first);
                    }
                }
                self.levels.push(blocks);
            }
            let blocks = &mut self.levels[level];
            if blocks.end() > block {
                if let Some(last) = blocks.last_mut() {
                    last.join(summary);
                }
            } else {
                blocks.push(summary);
            }
            index = block;
        }
    }

    fn reach_of_levels(&self) -> usize {
        (self.reach / 4).max(2 * FAN_OUT)
    }

    /// How many values one entry of the finest tier that still covers value `index` stands for: 1 where the values are kept.
    pub(super) fn resolution(&self, index: usize) -> usize {
        let index = index.max(self.start);
        let covers = |tier: &usize| self.first_of(*tier) <= index / run(*tier);
        (0..=self.levels.len()).find(covers).map_or(1, run)
    }

    /// Hands over what summarises the values `from..to`, in O(log) pieces and in no order. Where values are no longer kept, the
    /// finest runs that are kept and cover them.
    pub(super) fn cover(&self, from: usize, to: usize, of: impl Fn(usize, V) -> S, mut take: impl FnMut(S)) {
        let (mut low, mut high) = (from.max(self.start), to.min(self.len()));
        if low >= high {
            return;
        }
        // Walk inwards: single entries up to a block's border on both sides, then the same one tier up.
        for tier in 0..=self.levels.len() {
            let first = self.first_of(tier);
            let mut entries = |from: usize, to: usize| match tier.checked_sub(1) {
                None => {
                    let values = self.values.range(from, to).iter().enumerate();
                    values.for_each(|(place, value)| take(of(from + place, *value)));
                }
                Some(level) => self.levels[level].range(from, to).iter().for_each(|summary| take(*summary)),
            };
            let kept = low >= first;
            if kept && (tier == self.levels.len() || high - low < 2 * FAN_OUT) {
                return entries(low, high);
            }
            if kept {
                let border = low.next_multiple_of(FAN_OUT);
                entries(low, border);
                low = border;
            }
            if high > first {
                // What is kept begins at a border.
                let border = high / FAN_OUT * FAN_OUT;
                entries(border, high);
                high = border;
            }
            (low, high) = (low / FAN_OUT, high.div_ceil(FAN_OUT));
            if low >= high {
                return;
            }
        }
    }

    /// The last entry kept that stands for values up to number `index` and none after.
    pub(super) fn latest_by(&self, index: usize) -> Option<S> {
        self.levels.iter().enumerate().find_map(|(level, blocks)| {
            let last = ((index + 1) / run(level + 1)).checked_sub(1)?;
            blocks.get(last).copied()
        })
    }

    /// The largest length up to `len` to which this can be cut: `len` itself where the values are kept, else where a run ends.
    pub(super) fn cut_at(&self, len: usize) -> usize {
        let len = len.clamp(self.start, self.len());
        let of_tier = |tier: usize| len / run(tier) * run(tier);
        let tier = (0..=self.levels.len()).find(|tier| self.first_of(*tier) * run(*tier) <= of_tier(*tier));
        tier.map_or(self.start, of_tier).max(self.start)
    }

    /// Forgets the values from number `len` on, which [`cut_at`](Self::cut_at) has given.
    pub(super) fn cut(&mut self, len: usize, of: impl Fn(usize, V) -> S) {
        self.values.cut(len);
        for level in 0..self.levels.len() {
            let whole = len / run(level + 1);
            let from = whole * FAN_OUT;
            let rest = match level.checked_sub(1) {
                None => {
                    let values = self.values.range(from, len).iter().enumerate();
                    let first = from.max(self.values.first());
                    joined(values.map(|(place, value)| of(first + place, *value)))
                }
                Some(below) => joined(self.levels[below].range(from, usize::MAX).iter().copied()),
            };
            let blocks = &mut self.levels[level];
            blocks.cut(whole);
            if let Some(rest) = rest.filter(|_| !len.is_multiple_of(run(level + 1))) {
                blocks.push(rest);
            }
        }
    }
}

/// How many values an entry of a tier stands for.
fn run(tier: usize) -> usize {
    u32::try_from(tier).ok().and_then(|tier| FAN_OUT.checked_pow(tier)).unwrap_or(usize::MAX)
}

fn joined<S: Summary>(summaries: impl Iterator<Item = S>) -> Option<S> {
    summaries.reduce(|mut all, next| {
        all.join(next);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that go up and down on every scale.
    fn value(index: usize) -> f64 {
        let i = index as f64;
        (i * 0.01).sin() * 100.0 + (i * 1.7).sin() * 10.0 + f64::from(u8::try_from(index * 7919 % 251).unwrap())
    }

    fn grown(start: usize, end: usize, reach: usize) -> Thinned<f64, Extremes> {
        let mut thinned = Thinned::starting_at(start, reach);
        grow(&mut thinned, start, end);
        thinned
    }

    fn grow(thinned: &mut Thinned<f64, Extremes>, from: usize, to: usize) {
        (from..to).for_each(|index| thinned.push(value(index), Extremes::of(Some(value(index)))));
    }

    fn of(_: usize, value: f64) -> Extremes {
        Extremes::of(Some(value))
    }

    fn extremes(thinned: &Thinned<f64, Extremes>, from: usize, to: usize) -> Option<(f64, f64)> {
        let mut all = Extremes::NOTHING;
        thinned.cover(from, to, of, |part| all.join(part));
        all.some().map(|all| (all.low, all.high))
    }

    fn by_hand(from: usize, to: usize) -> Option<(f64, f64)> {
        let all = (from..to)
            .map(value)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
        (all.0 <= all.1).then_some(all)
    }

    /// Ranges of every size at every place, as far as a test has time for.
    fn ranges(start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..1000_usize).map(move |i| {
            let from = start + i * 104_729 % (end - start);
            let size = 1 + (i * 31 + 7) * i % [3, 40, 300, 5000, 9000][i % 5];
            (from, (from + size).min(end))
        })
    }

    /// Whether the extremes of a range are exact; if not they are those of runs that cover it, and of no wider ones.
    fn exact(thinned: &Thinned<f64, Extremes>, from: usize, to: usize) -> bool {
        let (start, end) = (thinned.start, thinned.len());
        let (found, exact) = (extremes(thinned, from, to), by_hand(from, to));
        if from >= thinned.first() {
            assert_eq!(found, exact, "{from}..{to} of {start}..{end}");
        }
        let (found, exact) = (found.unwrap(), exact.unwrap());
        assert!(found.0 <= exact.0 && found.1 >= exact.1, "{from}..{to} of {start}..{end}");
        let (run, run_of_end) = (thinned.resolution(from), thinned.resolution(to - 1));
        let wide = by_hand((from / run * run).max(start), to.next_multiple_of(run_of_end).min(end)).unwrap();
        assert!(found.0 >= wide.0 && found.1 <= wide.1, "{from}..{to} of {start}..{end}");
        found == exact
    }

    #[test]
    fn extremes_are_exact_where_the_values_are_kept_and_tight_to_a_run_where_they_are_not() {
        for (start, end, reach) in [(0, 300, 64), (0, 50_000, 64), (0, 50_000, 1024), (1003, 20_000, 64), (77, 100, 64)]
        {
            let thinned = grown(start, end, reach);
            let inexact = ranges(start, end).filter(|(from, to)| !exact(&thinned, *from, *to)).count();
            assert_eq!(inexact > 0, thinned.first() > start, "{inexact} of {start}..{end} with {reach}");
            assert_eq!(extremes(&thinned, end - 1, end - 1), None);
        }
    }

    #[test]
    fn what_is_kept_grows_with_the_logarithm_of_the_length() {
        let mut thinned = grown(0, 0, 1024);
        let mut kept = Vec::new();
        for end in [1_000, 30_000, 300_000, 3_000_000] {
            let from = thinned.len();
            grow(&mut thinned, from, end);
            kept.push(thinned.kept());
        }
        // 1280 values, and 320 summaries on each of the levels that are full.
        assert!(kept[3] <= 1280 + 320 * 5, "{kept:?}");
        assert!(kept[3] - kept[2] <= 320 + 60, "{kept:?}");
        assert_eq!(thinned.first() % FAN_OUT, 0);
    }

    #[test]
    fn ends_of_runs_tell_the_last_value_before_a_step() {
        let thinned = grown(0, 60_000, 64);
        let mut before = 0;
        for index in 100..60_000 {
            // Of the first of the runs that are kept there only its own end is known.
            let Some(Extremes { last, .. }) = thinned.latest_by(index) else {
                assert!(index < thinned.resolution(index));
                continue;
            };
            let place = (before..=index).rev().find(|place| value(*place) == last);
            let place = place.unwrap_or_else(|| panic!("{last} at {index} is none of {before}..={index}"));
            assert!(index - place < 2 * thinned.resolution(index).max(FAN_OUT), "{place} for {index}");
            before = place;
        }
    }

    /// Cut anywhere and grown again, it is what it would have been.
    #[test]
    fn a_cut_leaves_what_had_been_before() {
        let (start, end) = (5, 30_000);
        let long = grown(start, end, 64);
        for len in (start..end).step_by(997).chain([start, 29_950, 29_999, end]) {
            let at = long.cut_at(len);
            assert!(at <= len && len - at < long.resolution(len.min(end - 1)).max(2), "{at} for {len}");
            let mut cut = long.clone();
            cut.cut(at, of);
            assert_eq!(cut.len(), at);
            grow(&mut cut, at, len + 300);
            ranges(start, len + 300).for_each(|(from, to)| _ = exact(&cut, from, to));
            if at > start && at < long.first() {
                assert_eq!(cut.latest_by(at - 1).map(|run| run.last), Some(value(at - 1)), "cut at {at}");
            }
        }
    }
}
