//! One quantity of one lane, with summaries that make the extremes of any range cheap.

/// How many values one block of a column's summary covers, and how many blocks one block of the next level.
const FAN_OUT: usize = 16;

/// A growing column of reals with minima and maxima of every aligned run of 16, 256, 4096, … values.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub(super) values: Vec<f64>,
    /// `levels[k][i]`: extremes of the present values `i·16^(k+1) .. (i+1)·16^(k+1)`; an empty block is `(∞, −∞)`.
    levels: Vec<Vec<(f64, f64)>>,
}

const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

pub(super) fn widen(extremes: &mut (f64, f64), low: f64, high: f64) {
    extremes.0 = extremes.0.min(low);
    extremes.1 = extremes.1.max(high);
}

impl Column {
    /// Absent values keep a place (as 0) but do not enter the summaries.
    pub(super) fn push(&mut self, value: Option<f64>) {
        let mut index = self.values.len();
        self.values.push(value.unwrap_or(0.0));
        for level in 0.. {
            let block = index / FAN_OUT;
            if level == self.levels.len() {
                match level.checked_sub(1) {
                    None => self.levels.push(Vec::new()),
                    Some(_) if block == 0 => break,
                    // A level opens when the one below begins its second block, with what the first one holds.
                    Some(below) => {
                        let mut first = NOTHING;
                        self.levels[below][..FAN_OUT].iter().for_each(|&(low, high)| widen(&mut first, low, high));
                        self.levels.push(vec![first]);
                    }
                }
            }
            let blocks = &mut self.levels[level];
            if block == blocks.len() {
                blocks.push(NOTHING);
            }
            if let Some(value) = value {
                widen(&mut blocks[block], value, value);
            }
            index = block;
        }
    }

    /// Extremes of the present values `from..to`, in O(log) blocks.
    pub(super) fn extremes(&self, from: usize, to: usize, present: impl Fn(usize) -> bool) -> (f64, f64) {
        let mut all = NOTHING;
        let (mut low, mut high) = (from, to.min(self.values.len()));
        let mut level = 0;
        // Walk inwards: single items up to a block border on both sides, then the same one level up.
        loop {
            let item = |i: usize, all: &mut (f64, f64)| {
                if level == 0 {
                    if present(i) {
                        widen(all, self.values[i], self.values[i]);
                    }
                } else {
                    let (l, h) = self.levels[level - 1][i];
                    widen(all, l, h);
                }
            };
            if high <= low {
                return all;
            }
            let has_level = level < self.levels.len();
            if !has_level || high - low < 2 * FAN_OUT {
                (low..high).for_each(|i| item(i, &mut all));
                return all;
            }
            while low % FAN_OUT != 0 {
                item(low, &mut all);
                low += 1;
            }
            while high % FAN_OUT != 0 {
                high -= 1;
                item(high, &mut all);
            }
            low /= FAN_OUT;
            high /= FAN_OUT;
            level += 1;
        }
    }

    /// The first `len` values, those not `present` taken as absent.
    pub(super) fn first(&self, len: usize, present: impl Fn(usize) -> bool) -> Self {
        let mut first = Self::default();
        self.values.iter().take(len).enumerate().for_each(|(i, &value)| first.push(present(i).then_some(value)));
        first
    }
}
