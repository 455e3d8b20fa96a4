//! The class that outputs speak for.

/// The class of the largest output z (the first of equals) and its share of softmax(z); `None` where an output is not finite, or there is none.
pub(super) fn likeliest(z: &[f64]) -> Option<(usize, f64)> {
    if z.is_empty() || z.iter().any(|z| !z.is_finite()) {
        return None;
    }
    let best = (1..z.len()).fold(0, |best, index| if z[index] > z[best] { index } else { best });
    let total: f64 = z.iter().map(|other| (other - z[best]).exp()).sum();
    Some((best, 1.0 / total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_output_speaks_with_its_probability() {
        assert_eq!(likeliest(&[0.0, 0.0]), Some((0, 0.5)));
        assert_eq!(likeliest(&[-1000.0, 1000.0, 0.0]), Some((1, 1.0)));
        for outputs in [&[][..], &[f64::NAN, 1.0], &[f64::INFINITY, 0.0]] {
            assert_eq!(likeliest(outputs), None);
        }
    }
}
