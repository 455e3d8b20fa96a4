//! Numbers for people: a few significant digits, and powers of ten that are read from the back of a room.

/// Between groups of three digits.
const THIN_SPACE: char = '\u{2009}';
/// The minus sign of mathematics, as wide as a plus.
const MINUS: char = '−';

/// Three significant digits, or two with an exponent outside 0.01 … 999 999: `4.12`, `0.0213`, `2 490`, `1.0e-3`.
///
/// ```
/// use rhoscope::figure::number::short;
/// assert_eq!(short(4.1234), "4.12");
/// assert_eq!(short(0.001), "1.0e-3");
/// assert_eq!(short(-18.51), "−18.5");
/// ```
pub fn short(value: f64) -> String {
    significant(value, 3)
}

/// Like [`short`] with four significant digits, three with an exponent: `303.6`, `0.1219`, `1.00e-3`.
pub fn precise(value: f64) -> String {
    significant(value, 4)
}

/// `digits` significant digits (at least 2), one fewer where an exponent is needed. Whole digits are never rounded away.
pub fn significant(value: f64, digits: usize) -> String {
    let digits = digits.max(2);
    if !value.is_finite() {
        return if value.is_nan() { "not a number".into() } else { sign(value) + "∞" };
    }
    if value.abs() < f64::MIN_POSITIVE {
        return "0".into();
    }
    // Rounding may carry into the next power of ten, so the exponent is read off the rounded number.
    let rounded = format!("{:.*e}", digits - 1, value.abs());
    let exponent = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or(0);
    if (-2..6).contains(&exponent) {
        let decimals = (digits - 1).saturating_add_signed(-exponent as isize);
        sign(value) + &grouped(&format!("{:.decimals$}", value.abs()))
    } else {
        sign(value) + &format!("{:.*e}", digits - 2, value.abs())
    }
}

/// A tick of a linear axis whose ticks are `step` apart: just the digits that tell neighbours apart.
pub fn tick(value: f64, step: f64) -> String {
    let (size, step) = (value.abs(), step.abs().max(f64::MIN_POSITIVE));
    if size < 0.5 * step || size < f64::MIN_POSITIVE {
        return "0".into();
    }
    let place = |x: f64| (x.log10() + 1e-9).floor() as i32;
    let digits = usize::try_from(place(size) - place(step)).unwrap_or(0).min(15);
    let exponential = format!("{size:.digits$e}");
    if size < 1e6 && step >= 0.999e-4 {
        let decimals = usize::try_from(-place(step)).unwrap_or(0);
        let decimal = grouped(&format!("{size:.decimals$}"));
        // Beside a plot there is room for few digits, and a number cut off is another number.
        if decimals < 4 || decimal.len() <= exponential.len() {
            return sign(value) + &decimal;
        }
    }
    sign(value) + &exponential
}

/// A power of ten: `1e-3`, or as a whole number or a decimal where that is as short: `0.01`, `1`, `100`.
pub fn decade(exponent: i32) -> String {
    match exponent {
        -2..0 => format!("{:.*}", exponent.unsigned_abs() as usize, 10_f64.powi(exponent)),
        0..4 => format!("{}", 10_u32.pow(exponent.unsigned_abs())),
        _ => format!("1e{exponent}"),
    }
}

/// A cost in evaluations, which come in halves: `40`, `40.5`, `1 200`.
pub fn evaluations(cost: f64) -> String {
    let whole = count(cost.max(0.0) as usize);
    if cost.fract() > 0.0 { whole + ".5" } else { whole }
}

/// A whole number in groups: `100 000`.
pub fn count(number: usize) -> String {
    grouped(&number.to_string())
}

fn sign(value: f64) -> String {
    if value < 0.0 { MINUS.to_string() } else { String::new() }
}

/// Thin spaces between the thousands of an unsigned decimal number.
fn grouped(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let mut text = String::with_capacity(number.len() + 4);
    for (place, character) in number.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (value, three, four) in [
            (0.0, "0", "0"),
            (-0.0, "0", "0"),
            (4.1234, "4.12", "4.123"),
            (9.9996, "10.0", "10.00"),
            (303.6, "304", "303.6"),
            (-18.51, "−18.5", "−18.51"),
            (2490.0, "2\u{2009}490", "2\u{2009}490"),
            (123_456.7, "123\u{2009}457", "123\u{2009}457"),
            (1e6, "1.0e6", "1.00e6"),
            (999_999.9, "1.0e6", "1.00e6"),
            (0.0213, "0.0213", "0.02130"),
            (0.001, "1.0e-3", "1.00e-3"),
            (1e-300, "1.0e-300", "1.00e-300"),
            (f64::NAN, "not a number", "not a number"),
            (f64::NEG_INFINITY, "−∞", "−∞"),
        ] {
            assert_eq!(short(value), three, "short({value:e})");
            assert_eq!(precise(value), four, "precise({value:e})");
        }
    }

    #[test]
    fn ticks_show_what_tells_them_apart() {
        for (value, step, text) in [
            (0.3, 0.1, "0.3"),
            (-0.5, 0.5, "−0.5"),
            (1e-17, 0.1, "0"),
            (20_000.0, 5000.0, "20\u{2009}000"),
            (2e6, 1e6, "2e6"),
            (2.5e6, 5e5, "2.5e6"),
            (3e-7, 1e-7, "3e-7"),
            (5e-4, 5e-4, "5e-4"),
            (0.002, 0.001, "0.002"),
            (1.0002, 1e-4, "1.0002"),
        ] {
            assert_eq!(tick(value, step), text);
        }
    }

    #[test]
    fn powers_of_ten_are_written_without_superscripts() {
        let decades = [-300, -10, -3, -2, -1, 0, 1, 3, 4, 12].map(decade);
        assert_eq!(decades, ["1e-300", "1e-10", "1e-3", "0.01", "0.1", "1", "10", "1000", "1e4", "1e12"]);
        assert_eq!(count(100_000), "100\u{2009}000");
        assert_eq!([0.0, 40.0, 40.5, 1200.0].map(evaluations), ["0", "40", "40.5", "1\u{2009}200"]);
    }
}
