//! What was probably meant by a name that is not known.

/// `did you mean …?` for the nearest of `known`, or all of them where none is near.
pub(crate) fn hint<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>, kind: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let typed = typed.to_lowercase();
    let nearest = known
        .iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&typed, &name.to_lowercase()),
                strsim::jaro_winkler(&typed, &name.to_lowercase()),
                *name,
            )
        })
        .filter(|(edits, likeness, name)| *edits <= 2.max(name.len() / 3) && (*edits <= 2 || *likeness > 0.8))
        .min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    match nearest {
        Some((_, _, name)) => format!("did you mean `{name}`?"),
        None => format!("known {kind} are {}", list(&known)),
    }
}

/// `a, b and c`.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
