//! An optimiser being put together key by key, read by the same reader as a problem file.

use super::{
    Key, LaneSetup, Name, SetupError,
    document::{Entry, Node, Place, Table, Value, parse_option},
    field::Section,
    optimiser::{self, ProblemFacts},
};

/// An optimiser as it would be written: its name, perhaps a label, and the keys that are given.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which.
    pub name: Name,
    /// Its label, if it is not the name.
    pub label: Option<String>,
    /// Keys with their values as typed.
    given: Vec<(&'static Key, String)>,
}

impl Draft {
    /// An optimiser as it is by default.
    pub fn new(name: Name) -> Self {
        Self { name, label: None, given: Vec::new() }
    }

    /// What has to be written for a lane: the keys that differ from the defaults.
    pub fn of(lane: &LaneSetup, facts: ProblemFacts) -> Self {
        let default = optimiser::default_lane(lane.name, facts).recipe;
        let differs = |key: &'static Key| {
            let value = key.value(&lane.recipe)?;
            (key.value(&default) != Some(value)).then(|| (key, key.written(&lane.recipe)))
        };
        let mut given: Vec<_> = lane.name.keys().filter_map(differs).collect();
        let implied = |name: &str, value: &str| {
            let has = |other: &str| given.iter().any(|(key, _)| key.name == other);
            match name {
                "adaptive_lr" => has("lr"),
                "adaptive_momentum" => has("momentum"),
                "damping" => given.iter().any(|(key, value)| key.name == "damping_rule" && value == "none"),
                "reject_increase" => value == "2.0",
                _ => false,
            }
        };
        let keep: Vec<bool> = given.iter().map(|(key, value)| !implied(key.name, value)).collect();
        let mut keep = keep.into_iter();
        given.retain(|_| keep.next().unwrap_or(true));
        let label = (lane.label != lane.name.to_string()).then(|| lane.label.clone());
        Self { name: lane.name, label, given }
    }

    /// Whether a key is given.
    pub fn gives(&self, key: &Key) -> bool {
        self.given.iter().any(|(other, _)| other.name == key.name)
    }

    /// The same with a key as typed, or as it is by default.
    #[must_use]
    pub fn with(&self, key: &'static Key, typed: Option<&str>) -> Self {
        let mut draft = self.clone();
        draft.given.retain(|(other, _)| other.name != key.name);
        draft.given.extend(typed.map(|typed| (key, typed.trim().to_owned())));
        draft
    }

    /// Reads the draft on a problem.
    ///
    /// # Errors
    /// In the words a problem file would get, the place being the label.
    pub fn read(&self, facts: ProblemFacts) -> Result<LaneSetup, SetupError> {
        let heading = self.label.clone().unwrap_or_else(|| self.name.to_string());
        let place = Place::Option(heading.clone());
        let text = |text: String| Node { place: place.clone(), value: Value::Text(text), raw: None };
        let entry = |key: &str, node: Node| Entry { key: key.to_owned(), place: place.clone(), node };
        let mut table: Table = vec![entry("name", text(self.name.to_string()))];
        table.extend(self.label.clone().map(|label| entry("label", text(label))));
        table.extend(self.given.iter().map(|(key, typed)| entry(key.name, parse_option(typed, &heading))));
        let node = Node { place: place.clone(), value: Value::Table(table), raw: None };
        optimiser::read(&Section::root("", &node)?, facts)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::session::{
        Setup,
        setup::{BUNDLED, Overrides},
    };

    fn lane(spec: &str) -> (LaneSetup, ProblemFacts) {
        let overrides = Overrides { optimisers: vec![spec.to_owned()], ..Overrides::default() };
        let setup = Setup::from_str("[problem]\nkind = \"rosenbrock\"", "p.toml", Path::new(""), &overrides).unwrap();
        (setup.lanes[0].clone(), setup.facts())
    }

    #[test]
    fn a_draft_of_a_lane_reads_back_as_that_lane() {
        for bundled in BUNDLED {
            let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
            for lane in &setup.lanes {
                assert_eq!(Draft::of(lane, setup.facts()).read(setup.facts()).unwrap(), *lane, "{}", bundled.name);
            }
        }
        for spec in [
            "kfac:lr=0.1,momentum=0.5,norm_constraint=0.01",
            "kfac:adaptive_momentum=false",
            "kfac:reject=true",
            "kfac:reject=true,reject_increase=3,calibrate=true",
            "adamqlr:damping_rule=none",
            "adamqlr:preset=tuned,curvature=hessian,lr_clip=0.1,label=mine",
            "adamqlr:preset=undamped",
            "sgd:momentum=0.9,monitor=true",
            "kfac+minimiser+decreasing-loss:damping=0.3",
        ] {
            let (lane, facts) = lane(spec);
            assert_eq!(Draft::of(&lane, facts).read(facts).unwrap(), lane, "{spec}");
        }
    }

    #[test]
    fn values_are_refused_in_the_words_of_a_problem_file() {
        for (spec, key, typed, words) in [
            ("adam", "lr", "-1", "adam: `lr` is -1; expected a number above 0"),
            ("adam", "lr", "fast", "adam: `lr` is the text \"fast\"; expected a number above 0"),
            ("adamqlr", "curvature", "empirical", "no per-example gradients"),
            ("kfac:lr=0.1", "adaptive_lr", "true", "`lr` is given and adaptive_lr is true; give one of them"),
            ("kfac", "norm_constraint", "0.1", "give `lr` as well"),
            ("adamqlr:damping_min=0.1", "damping_max", "0.01", "damping_max is 0.01, below damping_min, which is 0.1"),
        ] {
            let (lane, facts) = lane(spec);
            let key = lane.name.keys().find(|each| each.name == key).unwrap();
            let error = Draft::of(&lane, facts).with(key, Some(typed)).read(facts).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
