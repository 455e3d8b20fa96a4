//! Axis scales: values to places along an axis and back, and where the ticks go.

use super::{Tick, number};

/// No axis reaches further than this, so that no difference of two ends overflows.
const FARTHEST: f64 = 1e300;
/// No place lies further from an axis than this many times its length: near enough for lines to it to be cut accurately.
const BEYOND: f64 = 1e9;
/// The smallest value a logarithmic axis shows.
const SMALLEST: f64 = 1e-300;

/// How values map to an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Equal distances for equal differences.
    Linear,
    /// Equal distances for equal ratios; what is not positive lies at the bottom.
    Log,
    /// sign(v)·log₁₀(1 + |v|/linear): logarithmic away from zero on both sides, linear around it.
    SymLog {
        /// Below this size the scale is nearly linear.
        linear: f64,
    },
}

impl Scale {
    /// Place of a value on the axis, 0 at `range[0]` and 1 at `range[1]`; beyond them outside 0 … 1. Never NaN.
    pub fn unit(self, range: [f64; 2], value: f64) -> f64 {
        self.axis(range).unit(value)
    }

    /// The value at a place on the axis: the inverse of [`unit`](Self::unit).
    pub fn value(self, range: [f64; 2], unit: f64) -> f64 {
        self.axis(range).value(unit)
    }

    /// The nearest range that can be drawn: finite, ascending, not empty, positive on a logarithmic axis.
    pub fn sane(self, range: [f64; 2]) -> [f64; 2] {
        let clean = |end: f64| if end.is_nan() { 0.0 } else { end.clamp(-FARTHEST, FARTHEST) };
        let (a, b) = (clean(range[0]).min(clean(range[1])), clean(range[0]).max(clean(range[1])));
        if self == Self::Log {
            let b = if b >= SMALLEST { b } else { 1.0 };
            let a = if a >= SMALLEST { a } else { (b * 0.1).max(SMALLEST) };
            let (a, b) = (a.min(b), a.max(b));
            return if b / a > 1.0 + 1e-9 { [a, b] } else { [a / 2.0, b * 2.0] };
        }
        let size = a.abs().max(b.abs());
        if size < SMALLEST {
            [-1.0, 1.0]
        } else if b - a > 1e-9 * size {
            [a, b]
        } else {
            [a - 0.5 * size, b + 0.5 * size]
        }
    }

    /// This scale over a range, ready to map many values.
    pub(super) fn axis(self, range: [f64; 2]) -> Mapping {
        let [a, b] = self.sane(range);
        let (low, high) = (self.forward(a), self.forward(b));
        Mapping { scale: self, low, width: high - low }
    }

    fn forward(self, value: f64) -> f64 {
        let value = if value.is_nan() { 0.0 } else { value.clamp(-FARTHEST, FARTHEST) };
        match self {
            Self::Linear => value,
            Self::Log => value.max(SMALLEST).log10(),
            Self::SymLog { linear } => {
                let linear = linear.abs().max(SMALLEST);
                let ratio = value.abs() / linear;
                let size = if ratio.is_finite() {
                    ratio.ln_1p() / std::f64::consts::LN_10
                } else {
                    value.abs().log10() - linear.log10()
                };
                size.copysign(value)
            }
        }
    }

    fn backward(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10_f64.powf(place),
            Self::SymLog { linear } => {
                let linear = linear.abs().max(SMALLEST);
                let ratio = (place.abs() * std::f64::consts::LN_10).exp_m1();
                let size = if ratio.is_finite() { ratio * linear } else { 10_f64.powf(place.abs() + linear.log10()) };
                size.min(f64::MAX).copysign(place)
            }
        }
    }
}

/// A scale over a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapping {
    scale: Scale,
    low: f64,
    width: f64,
}

impl Mapping {
    /// Place of a value, 0 to 1 within the range.
    pub(super) fn unit(&self, value: f64) -> f64 {
        ((self.scale.forward(value) - self.low) / self.width).clamp(-BEYOND, BEYOND)
    }

    /// The value at a place.
    pub(super) fn value(&self, unit: f64) -> f64 {
        self.scale.backward(self.low + unit * self.width)
    }
}

/// Ticks of an axis in ascending order, about `about` of them labelled; minor ones have no label.
pub fn ticks(range: [f64; 2], scale: Scale, about: usize) -> Vec<Tick> {
    let range = scale.sane(range);
    let about = about.max(2);
    let places = match scale {
        Scale::Linear => linear(range, about),
        Scale::Log => logarithmic(range, about),
        Scale::SymLog { linear } => symmetric(range, linear.abs().max(SMALLEST), about),
    };
    let axis = scale.axis(range);
    let mut ticks: Vec<Tick> = places
        .into_iter()
        .map(|(value, label)| Tick { at: axis.unit(value), label })
        .filter(|tick| (-1e-9..=1.0 + 1e-9).contains(&tick.at))
        .map(|tick| Tick { at: tick.at.clamp(0.0, 1.0), ..tick })
        .collect();
    ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
    if matches!(scale, Scale::SymLog { .. }) {
        clear_around_zero(&mut ticks, axis.unit(0.0), 0.4 / about as f64);
    }
    ticks
}

/// The label of zero matters more than those of the powers of ten that crowd it.
fn clear_around_zero(ticks: &mut [Tick], zero: f64, room: f64) {
    if (0.0..=1.0).contains(&zero) {
        let crowding = |tick: &&mut Tick| (tick.at - zero).abs() < room && tick.label != "0";
        ticks.iter_mut().filter(crowding).for_each(|tick| tick.label.clear());
    }
}

/// The next of …, 1, 2, 5, 10, … that is at least `step`.
pub(super) fn nice(step: f64) -> f64 {
    let decade = 10_f64.powf(step.log10().floor());
    let multiple = [1.0, 2.0, 5.0].into_iter().find(|m| m * decade >= step * (1.0 - 1e-9)).unwrap_or(10.0);
    multiple * decade
}

/// The next rounder number that is at least `value`, in steps fine enough to waste little room and coarse enough to
/// stay the same while a value grows; 0 stays 0.
pub(super) fn round_up(value: f64) -> f64 {
    if value < SMALLEST {
        return 0.0;
    }
    let decade = 10_f64.powf(value.log10().floor());
    let multiple = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0].into_iter();
    multiple.map(|m| m * decade).find(|&rounder| rounder >= value * (1.0 - 1e-9)).unwrap_or(10.0 * decade)
}

/// Like [`ticks`] on a linear axis of things that are counted: no tick between two whole numbers.
pub fn whole_ticks(range: [f64; 2], about: usize) -> Vec<Tick> {
    let range = Scale::Linear.sane(range);
    let step = nice(0.75 * (range[1] - range[0]) / about.max(2) as f64).max(1.0);
    let axis = Scale::Linear.axis(range);
    let tick = |(value, label)| Tick { at: axis.unit(value).clamp(0.0, 1.0), label };
    linear_by(range, step).into_iter().map(tick).collect()
}

fn linear([a, b]: [f64; 2], about: usize) -> Vec<(f64, String)> {
    linear_by([a, b], nice(0.75 * (b - a) / about as f64))
}

fn linear_by([a, b]: [f64; 2], step: f64) -> Vec<(f64, String)> {
    let (first, last) = ((a / step - 1e-6).ceil(), (b / step + 1e-6).floor());
    let steps = (last - first).max(0.0) as usize;
    (0..=steps).map(|i| (first + i as f64) * step).map(|value| (value, number::tick(value, step))).collect()
}

fn logarithmic([a, b]: [f64; 2], about: usize) -> Vec<(f64, String)> {
    let (first, last) = ((a.log10() - 1e-9).ceil() as i32, (b.log10() + 1e-9).floor() as i32);
    if last <= first {
        return within_a_decade([a, b], about);
    }
    if few_decades([a, b], about) {
        return one_two_five([a, b]);
    }
    let stride = stride((last - first + 1) as usize, about);
    let mut places = Vec::new();
    // One decade further down, for its minor ticks that lie inside.
    for exponent in first - 1..=last {
        let value = 10_f64.powi(exponent);
        let labelled = exponent.rem_euclid(stride) == 0;
        places.push((value, if labelled { number::decade(exponent) } else { String::new() }));
        if stride == 1 {
            places.extend((2..10).map(|m| (f64::from(m) * value, String::new())));
        }
    }
    places
}

/// A logarithmic axis with fewer than two powers of ten: 1, 2, 5 where they suffice, else evenly spaced values.
fn within_a_decade([a, b]: [f64; 2], about: usize) -> Vec<(f64, String)> {
    let places = one_two_five([a, b]);
    let labelled = places.iter().filter(|(_, label)| !label.is_empty()).count();
    if labelled < 2 { linear([a, b], about.min(4)) } else { places }
}

/// Whether so few decades are shown that powers of ten alone would leave an axis nearly without labels.
fn few_decades([a, b]: [f64; 2], about: usize) -> bool {
    let decades = (b / a).log10();
    decades < 2.05 && 3.0 * decades < 2.0 * about as f64 + 0.2
}

/// 1, 2 and 5 of every decade with their labels, and strokes for the other digits.
fn one_two_five([a, b]: [f64; 2]) -> Vec<(f64, String)> {
    let exponents = a.log10().floor() as i32..=b.log10().floor() as i32;
    let inside = |(value, _): &(f64, String)| (a * (1.0 - 1e-9)..=b * (1.0 + 1e-9)).contains(value);
    let digit = |m: i32, e: i32| {
        let value = f64::from(m) * 10_f64.powi(e);
        (value, if matches!(m, 1 | 2 | 5) { one_digit(value) } else { String::new() })
    };
    exponents.flat_map(|e| (1..10).map(move |m| digit(m, e))).filter(inside).collect()
}

/// A value of one significant digit.
fn one_digit(value: f64) -> String {
    let exponent = (value.log10() + 1e-9).floor() as i32;
    if (-3..6).contains(&exponent) { number::tick(value, 10_f64.powi(exponent)) } else { format!("{value:.0e}") }
}

fn symmetric(range: [f64; 2], linear: f64, about: usize) -> Vec<(f64, String)> {
    let largest = range[0].abs().max(range[1].abs());
    let (first, last) = ((linear.log10() - 1e-9).ceil() as i32, (largest.log10() + 1e-9).floor() as i32);
    if last < first {
        return self::linear(range, about);
    }
    // Both sides share the labels.
    let two_sided = range[0] < -linear && range[1] > linear;
    let stride = stride((last - first + 1) as usize, if two_sided { about.div_ceil(2) } else { about });
    let mut places = vec![(0.0, "0".to_owned())];
    for exponent in first..=last {
        let value = 10_f64.powi(exponent);
        let labelled = (last - exponent).rem_euclid(stride) == 0;
        let label = if labelled { number::decade(exponent) } else { String::new() };
        places.push((-value, if labelled { format!("−{label}") } else { String::new() }));
        places.push((value, label));
    }
    places
}

/// Label every `stride`-th of `decades` powers of ten, so that about `about` are labelled.
fn stride(decades: usize, about: usize) -> i32 {
    let least = i32::try_from(decades.div_ceil(about)).unwrap_or(i32::MAX);
    [1, 2, 3, 4, 5, 10, 20, 30, 50].into_iter().find(|&stride| stride >= least).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCALES: [Scale; 4] =
        [Scale::Linear, Scale::Log, Scale::SymLog { linear: 1e-3 }, Scale::SymLog { linear: 1e-300 }];

    fn labels(range: [f64; 2], scale: Scale, about: usize) -> Vec<String> {
        ticks(range, scale, about).into_iter().map(|tick| tick.label).filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn ticks_are_the_ones_a_person_would_choose() {
        assert_eq!(labels([0.0, 1.0], Scale::Linear, 5), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels([-1.5, 1.5], Scale::Linear, 4), ["−1", "0", "1"]);
        assert_eq!(labels([1e-3, 10.0], Scale::Log, 6), ["1e-3", "0.01", "0.1", "1", "10"]);
        assert_eq!(labels([1e-16, 10.0], Scale::Log, 5), ["1e-16", "1e-12", "1e-8", "1e-4", "1"]);
        assert_eq!(labels([0.15, 0.7], Scale::Log, 5), ["0.2", "0.5"]);
        assert_eq!(
            labels([-10.0, 10.0], Scale::SymLog { linear: 0.1 }, 7),
            ["−10", "−1", "−0.1", "0", "0.1", "1", "10"]
        );
        assert_eq!(labels([0.8, 30.0], Scale::Log, 3), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels([2e-4, 6e-4], Scale::Log, 3), ["2e-4", "5e-4"]);
    }

    #[test]
    fn what_is_counted_has_whole_ticks() {
        let labels = |range| whole_ticks(range, 6).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels([0.0, 10.0]), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels([0.0, 2.0]), ["0", "1", "2"]);
        assert_eq!(labels([3.2, 4.5]), ["4"]);
        assert_eq!(labels([0.0, 400.0]), ["0", "50", "100", "150", "200", "250", "300", "350", "400"]);
    }

    #[test]
    fn odd_ranges_still_have_an_axis() {
        let ends =
            [0.0, -0.0, 1.0, -1.0, 1e-300, -1e-300, 5e-324, 1e308, -1e308, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        for scale in SCALES {
            for a in ends {
                for b in ends {
                    let [low, high] = scale.sane([a, b]);
                    assert!(low.is_finite() && high.is_finite() && low < high, "{scale:?} {a:e} {b:e}");
                    for tick in ticks([a, b], scale, 5) {
                        assert!((0.0..=1.0).contains(&tick.at), "{scale:?} {a:e} {b:e} {tick:?}");
                    }
                    for value in ends {
                        assert!(scale.unit([a, b], value).is_finite(), "{scale:?} {a:e} {b:e} {value:e}");
                    }
                }
            }
        }
    }

    fn scale_and_range() -> impl Strategy<Value = (Scale, [f64; 2])> {
        let linear = (-1e6..1e6_f64, 1e-3..1e6_f64).prop_map(|(a, w)| (Scale::Linear, [a, a + w]));
        let log =
            (-30.0..30.0_f64, 0.01..30.0_f64).prop_map(|(a, w)| (Scale::Log, [10_f64.powf(a), 10_f64.powf(a + w)]));
        let sym = (-6.0..6.0_f64, -1e6..1e6_f64, 1e-3..1e6_f64)
            .prop_map(|(l, a, w)| (Scale::SymLog { linear: 10_f64.powf(l) }, [a, a + w]));
        prop_oneof![linear, log, sym]
    }

    proptest! {
        #[test]
        fn a_scale_is_monotone_and_has_an_inverse((scale, range) in scale_and_range(), u in 0.0..1.0_f64, v in 0.0..1.0_f64) {
            let (low, high) = (u.min(v), u.max(v));
            prop_assert!(scale.value(range, low) <= scale.value(range, high));
            prop_assert!((scale.unit(range, scale.value(range, u)) - u).abs() < 1e-6);
            prop_assert!(scale.unit(range, range[0]).abs() < 1e-9);
            prop_assert!((scale.unit(range, range[1]) - 1.0).abs() < 1e-9);
        }

        #[test]
        fn ticks_lie_inside_in_order_and_not_too_many((scale, range) in scale_and_range(), about in 2..12_usize) {
            let ticks = ticks(range, scale, about);
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at <= pair[1].at));
            let labelled: Vec<&Tick> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
            prop_assert!(labelled.len() <= 2 * about + 3, "{} labels for {about}", labelled.len());
            prop_assert!(labelled.windows(2).all(|pair| pair[0].label != pair[1].label));
        }

        #[test]
        fn rounding_up_wastes_at_most_a_third(value in 1e-6..1e9_f64) {
            let up = round_up(value);
            prop_assert!(up >= value * (1.0 - 1e-6) && up <= value * 1.34);
        }
    }
}
