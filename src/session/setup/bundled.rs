//! The problems that come with the program.

/// A problem file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// What it is called by.
    pub name: &'static str,
    /// What kind of problem it is; lists have one heading for each.
    pub group: &'static str,
    /// The file, comments and all.
    pub text: &'static str,
}

impl Bundled {
    /// The comment that opens the file, its paragraphs on a line each: what there is to see, and where it comes from.
    pub fn description(&self) -> String {
        let comment = self.text.lines().map_while(|line| line.strip_prefix('#'));
        let mut text = String::new();
        for line in comment {
            match (line.trim(), text.is_empty() || text.ends_with('\n')) {
                ("", _) => text.push('\n'),
                (words, true) => text.push_str(words),
                (words, false) => {
                    text.push(' ');
                    text.push_str(words);
                }
            }
        }
        text.trim_end().to_owned()
    }
}

macro_rules! bundled {
    ($($group:literal: [$($name:literal),* $(,)?]),* $(,)?) => {
        /// Every bundled problem, in the order shown; those of a group stand together.
        pub const BUNDLED: &[Bundled] = &[$($(Bundled {
            name: $name,
            group: $group,
            text: include_str!(concat!("../../../problems/", $name, ".toml")),
        },)*)*];
    };
}

bundled![
    "Valleys": [
        "rosenbrock",
        "rosenbrock-paper",
        "rosenbrock-10d",
        "rosenbrock-thousand",
        "clip-hides",
        "stale-inverses",
    ],
    "Bowls": [
        "quadratic-round",
        "quadratic-narrow",
        "quadratic-rotated",
        "quadratic-spectrum",
        "quadratic-noisy",
        "no-floor",
        "booth",
        "kronecker-exact",
        "kronecker-inexact",
    ],
    "Traps": ["beale", "himmelblau", "saddle", "styblinski-tang", "rastrigin", "ackley"],
    "Your own": ["expression"],
    "Networks": ["mlp-sine", "mlp-sine-batches", "mlp-spirals", "spirals-ablation", "relu-kink"],
    "Data": [
        "mlp-digits",
        "fair-adam",
        "mlp-fashion",
        "mlp-fashion-full",
        "uci-energy",
        "uci-protein",
        "autoencoder",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_together_and_every_problem_says_what_there_is_to_see() {
        let mut groups: Vec<&str> = BUNDLED.iter().map(|bundled| bundled.group).collect();
        groups.dedup();
        for (index, group) in groups.iter().enumerate() {
            assert!(!groups[..index].contains(group), "{group} stands in two places");
        }
        for bundled in BUNDLED {
            let description = bundled.description();
            assert!(description.len() > 60 && !description.contains('#'), "{}: {description}", bundled.name);
        }
        let text = "# One line\n# and its end.\n#\n# A second paragraph.\nname = \"x\"\n# not this";
        let bundled = Bundled { name: "x", group: "", text };
        assert_eq!(bundled.description(), "One line and its end.\nA second paragraph.");
    }
}
