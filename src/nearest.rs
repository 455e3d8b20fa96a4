//! What was probably meant by a name that is not known.

/// What other programs call these keys.
const SYNONYMS: [(&str, &str); 12] = [
    ("learning_rate", "lr"),
    ("learningrate", "lr"),
    ("step_size", "lr"),
    ("stepsize", "lr"),
    ("alpha", "lr"),
    ("lambda", "damping"),
    ("mu", "momentum"),
    ("epsilon", "eps"),
    ("beta_1", "beta1"),
    ("beta_2", "beta2"),
    ("batch", "batch_size"),
    ("weight_decay", "l2"),
];

/// `did you mean …?` for the nearest of `known`, or all of them where none is near.
pub(crate) fn hint<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>, kind: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let typed = typed.to_lowercase();
    if let Some((_, name)) = SYNONYMS.iter().find(|(other, name)| *other == typed && known.contains(name)) {
        return format!("did you mean `{name}`?");
    }
    let nearest = known
        .iter()
        .map(|name| {
            let lower = name.to_lowercase();
            (strsim::damerau_levenshtein(&typed, &lower), strsim::jaro_winkler(&typed, &lower), *name)
        })
        // Of three letters, two changed ones are another word.
        .filter(|(edits, likeness, name)| {
            let most = if typed.chars().count() <= 3 { 1 } else { 2.max(name.len() / 3) };
            *edits <= most && (*edits <= 2 || *likeness > 0.8)
        })
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
