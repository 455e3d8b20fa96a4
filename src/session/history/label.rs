//! How labels are shown.

/// A label as it is shown to people: an optimiser that goes by its name in files and options (`adamqlr`, a second one `adamqlr-2`) by the
/// name the literature gives it. Traces keep the label as it is.
pub fn shown(label: &str) -> String {
    let (name, number) = match label.rsplit_once('-') {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => (name, &label[name.len()..]),
        _ => (label, ""),
    };
    let name = match name {
        "sgd" => "SGD",
        "adam" => "Adam",
        "sgdqlr" => "SGD-QLR",
        "adamqlr" => "AdamQLR",
        "kfac" => "K-FAC",
        other => other,
    };
    format!("{name}{number}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn names_in_files_are_shown_as_the_literature_writes_them() {
        for (label, expected) in [
            ("adam", "Adam"),
            ("kfac-2", "K-FAC-2"),
            ("sgdqlr", "SGD-QLR"),
            ("adam+fixed+none", "adam+fixed+none"),
            ("adam, lr 0.1", "adam, lr 0.1"),
            ("no-2x", "no-2x"),
            ("K-FAC", "K-FAC"),
            ("-3", "-3"),
            ("", ""),
        ] {
            assert_eq!(shown(label), expected);
        }
    }
}
