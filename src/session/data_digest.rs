//! Digests of the data that a session learns from, so that a checkpoint can be told from one of other data.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Session;
use crate::{
    data::{Width, hex},
    problem::{DataPiece, Part},
};

/// SHA-256 of the inputs and of the targets of every part of the data.
///
/// The numbers are taken as the network sees them, in its own precision: equal digests mean equal training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDigest(Vec<(Part, [String; 2])>);

/// The two halves of a part, as named in notes and messages.
const HALVES: [&str; 2] = ["inputs", "targets"];

impl DataDigest {
    /// Of a session whose reals have this width.
    pub fn new(session: &Session, width: Width) -> Self {
        let parts = Part::ALL.into_iter().filter(|part| session.count(*part) > 0);
        Self(parts.map(|part| (part, digests(session, part, width))).collect())
    }

    /// As a checkpoint notes it.
    pub(super) fn note(&self) -> Value {
        let part = |(part, halves): &(Part, [String; 2])| {
            (part.name().to_owned(), json!({ HALVES[0]: halves[0], HALVES[1]: halves[1] }))
        };
        self.0.iter().map(part).collect::<Map<String, Value>>().into()
    }

    /// What differs from what a checkpoint noted, as in `training targets`; empty where nothing does.
    pub(super) fn differences(&self, noted: &Value) -> Vec<String> {
        let mut found = Vec::new();
        for part in Part::ALL {
            let own = self.0.iter().find(|(own, _)| *own == part).map(|(_, halves)| halves);
            for (half, name) in HALVES.into_iter().enumerate() {
                if own.map(|own| own[half].as_str()) != noted[part.name()][name].as_str() {
                    found.push(format!("{} {name}", adjective(part)));
                }
            }
        }
        found
    }
}

/// A part in messages.
pub(super) fn adjective(part: Part) -> &'static str {
    match part {
        Part::Train => "training",
        Part::Validation => "validation",
        Part::Test => "test",
    }
}

fn digests(session: &Session, part: Part, width: Width) -> [String; 2] {
    let mut hashers = [Sha256::new(), Sha256::new()];
    let mut bytes = Vec::new();
    session.visit_data(part, &mut |piece| {
        let (half, values) = match piece {
            DataPiece::Inputs(values) => (0, values),
            DataPiece::Values(values) => (1, values),
            DataPiece::Classes(classes) => {
                for &class in classes {
                    hashers[1].update((class as u64).to_le_bytes());
                }
                return;
            }
        };
        bytes.clear();
        match width {
            Width::Single => bytes.extend(values.iter().flat_map(|&value| (value as f32).to_le_bytes())),
            Width::Double => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        }
        hashers[half].update(&bytes);
    });
    hashers.map(|hasher| hex(&hasher.finalize()))
}
