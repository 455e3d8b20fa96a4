//! How high a chart reaches.

use crate::figure::Scale;

/// Values this much smaller than the largest one are below the rounding errors of the sums they come from; they are marked at the
/// lower edge rather than squeezing all others into the upper half.
const LEAST: f64 = 1e-16;
/// Negative values this much smaller than the largest one are rounding errors around zero, not a reason for a two-sided axis.
const ROUNDING: f64 = 1e-12;

/// Scale and range of a vertical axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::figure) struct Limits {
    pub(in crate::figure) scale: Scale,
    pub(in crate::figure) range: [f64; 2],
}

impl Default for Limits {
    fn default() -> Self {
        Self { scale: Scale::Log, range: [0.1, 1.0] }
    }
}

impl Limits {
    /// The axis of ρ: the same distance to both sides of ½, the middle of the rule's thresholds. On few rows it shows so little that
    /// ¼ and ¾ have a row each.
    pub(super) fn ratio(rows: Option<usize>) -> Self {
        let half = rows.map_or(2.0, |rows| (0.98 * rows as f64 / 4.0).clamp(0.5, 2.0));
        Self { scale: Scale::Linear, range: [0.5 - half, 0.5 + half] }
    }

    /// The same axis halved so many times around a value, or around its middle.
    pub(super) fn zoomed(self, times: u32, about: Option<f64>) -> Self {
        if times == 0 {
            return self;
        }
        let middle = about.map_or(0.5, |value| self.scale.unit(self.range, value).clamp(0.0, 1.0));
        let half = 0.5_f64.powi(times.cast_signed() + 1);
        let range = [middle - half, middle + half].map(|place| self.scale.value(self.range, place));
        Self { range: self.scale.sane(range), ..self }
    }

    /// An axis that shows the values: logarithmic, or two-sided where some are negative. `None` without values.
    pub(in crate::figure) fn fitted(values: impl Iterator<Item = f64>) -> Option<Self> {
        Self::fitted_above(None, values)
    }

    /// The same, but not for what lies below a floor, as long as something lies above it.
    pub(super) fn fitted_above(least: Option<f64>, values: impl Iterator<Item = f64>) -> Option<Self> {
        let least = least.unwrap_or(0.0);
        let (mut low, mut high, mut smallest, mut above) =
            (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
            if value.abs() > 0.0 {
                smallest = smallest.min(value.abs());
            }
            if value >= least && value > 0.0 {
                above = above.min(value);
            }
        }
        if low > high {
            return None;
        }
        if low < 0.0 && -low > ROUNDING * high {
            return Some(Self::two_sided(low, high, smallest));
        }
        if high <= 0.0 {
            // Zeros only: they lie below every logarithmic axis.
            return Some(Self::default());
        }
        // Where all that is seen lies below the floor, there is nothing to keep from being flattened.
        let floor = if above.is_finite() { above } else { smallest }.max(high * LEAST);
        Some(Self { scale: Scale::Log, range: Scale::Log.sane([round_down(floor * 0.9), round_up(high * 1.1)]) })
    }

    fn two_sided(low: f64, high: f64, smallest: f64) -> Self {
        let largest = high.abs().max(low.abs());
        let scale = Scale::SymLog { linear: smallest.clamp(largest * 1e-4, largest) };
        // A little room beyond both ends, in places rather than values.
        let range = [low, high.max(0.0)];
        Self { scale, range: [scale.value(range, -0.06), scale.value(range, 1.06)] }
    }
}

/// The largest of …, 1, 2, 5, 10, … that is at most `value`.
fn round_down(value: f64) -> f64 {
    let value = value.max(1e-299);
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|m| m * decade).find(|&rounder| rounder <= value).unwrap_or(decade * 0.5)
}

/// The smallest of …, 1, 2, 5, 10, … that is at least `value`.
fn round_up(value: f64) -> f64 {
    let value = value.clamp(1e-299, 1e299);
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|m| m * decade).find(|&rounder| rounder >= value).unwrap_or(decade * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(values: &[f64]) -> Limits {
        Limits::fitted(values.iter().copied()).unwrap()
    }

    #[test]
    fn zeros_do_not_stretch_a_logarithmic_axis() {
        let limits = fitted(&[24.2, 0.3, 0.0]);
        assert_eq!(limits.scale, Scale::Log);
        assert_eq!(limits.range, [0.2, 50.0]);
    }

    #[test]
    fn negative_values_make_it_two_sided_and_rounding_errors_do_not() {
        let limits = fitted(&[-0.5, 1e-3, 2.0]);
        assert!(matches!(limits.scale, Scale::SymLog { .. }));
        assert!(limits.range[0] < -0.5 && limits.range[1] > 2.0);
        assert_eq!(fitted(&[10.0, -1e-16]).scale, Scale::Log);
        assert!(matches!(fitted(&[-3.0]).scale, Scale::SymLog { .. }));
    }

    #[test]
    fn what_lies_below_the_floor_does_not_stretch_the_axis() {
        let fitted = |values: &[f64]| Limits::fitted_above(Some(1e-12), values.iter().copied()).unwrap().range;
        assert_eq!(fitted(&[24.2, 0.3, 1e-280]), [0.2, 50.0]);
        assert!(
            fitted(&[3e-13, 1e-14]).iter().zip([5e-15, 5e-13]).all(|(found, end)| (found / end - 1.0).abs() < 1e-9)
        );
    }

    #[test]
    fn both_thresholds_of_rho_have_a_row_of_their_own_at_every_height() {
        for rows in 3..60 {
            let limits = Limits::ratio(Some(rows));
            let row = |rho| ((1.0 - limits.scale.unit(limits.range, rho)) * rows as f64) as usize;
            assert!(row(0.75) < row(0.25), "{rows} rows");
        }
    }

    #[test]
    fn a_closer_look_keeps_its_centre() {
        let limits = Limits { scale: Scale::Log, range: [1e-8, 1.0] }.zoomed(2, Some(1e-4));
        assert!((limits.range[0].log10() + 5.0).abs() < 1e-9 && (limits.range[1].log10() + 3.0).abs() < 1e-9);
    }

    #[test]
    fn odd_values_still_have_an_axis() {
        assert_eq!(Limits::fitted(std::iter::empty()), None);
        for values in [&[0.0][..], &[5e-324], &[1e-300, 1e300], &[1.7e308], &[-1.7e308, 1.7e308], &[2.0, 2.0], &[-0.0]]
        {
            let limits = fitted(values);
            assert!(
                limits.range[0] < limits.range[1] && limits.range[0].is_finite() && limits.range[1].is_finite(),
                "{values:?} {limits:?}"
            );
        }
    }
}
