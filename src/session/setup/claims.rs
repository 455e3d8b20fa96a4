//! `[[claim]]` tables: what a problem file says that its own run shows.

use super::{
    document::Value,
    error::{SetupError, visible},
    field::{Field, Section},
    formula, line_of_text,
};
use crate::claim::{Claim, Scope, one_line};

/// A claim of a problem file.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimSpec {
    /// What it says, in a sentence.
    pub says: String,
    /// What must hold.
    pub claim: Claim,
    /// The seeds it must hold for.
    pub seeds: Vec<u64>,
}

/// More claims than these are not a description of a run.
const MOST: usize = 64;
/// Every seed is a run of its own.
const MOST_SEEDS: usize = 100;

/// The claims of a file; those without seeds are about `seed`.
pub(super) fn claims(root: &Section<'_>, scope: &Scope<'_>, seed: u64) -> Result<Vec<ClaimSpec>, SetupError> {
    let Some(field) = root.get("claim") else { return Ok(Vec::new()) };
    // `[claim]` is one claim, too.
    if let Value::Table(_) = field.node.value {
        return Ok(vec![claim(&field, scope, seed)?]);
    }
    let items = field.items("a list of tables, each written [[claim]]")?;
    if items.len() > MOST {
        return Err(field.found(format!("{} claims", items.len()), format!("at most {MOST}")));
    }
    items.iter().map(|item| claim(item, scope, seed)).collect()
}

fn claim(field: &Field<'_>, scope: &Scope<'_>, seed: u64) -> Result<ClaimSpec, SetupError> {
    let section = field.section(&field.key)?;
    section.only(&["says", "holds", "seeds"])?;
    let says = line_of_text(&section.need("says", "a sentence that says what the run shows")?)?;
    let holds = section.need("holds", "what must be true of the run, for instance 'steps(\"adamqlr\") < 20'")?;
    let text = holds.text()?;
    let claim = Claim::read(text, scope).map_err(|fault| {
        let (part, caret) = formula::excerpt(&one_line(text), fault.column);
        SetupError::Formula {
            place: holds.at(),
            key: holds.key.clone(),
            text: visible(&part),
            column: fault.column,
            caret,
            message: fault.message,
        }
    })?;
    Ok(ClaimSpec { says, claim, seeds: section.get("seeds").map_or(Ok(vec![seed]), |field| seeds(&field))? })
}

fn seeds(field: &Field<'_>) -> Result<Vec<u64>, SetupError> {
    let accepted = "a list of seeds, for instance [0, 1, 2]";
    let mut seeds: Vec<u64> = field.items(accepted)?.iter().map(|item| item.whole(0)).collect::<Result<_, _>>()?;
    if seeds.is_empty() {
        return Err(field.refuse(accepted));
    }
    if seeds.len() > MOST_SEEDS {
        return Err(field.found(format!("a list of {}", seeds.len()), format!("at most {MOST_SEEDS} seeds")));
    }
    seeds.sort_unstable();
    seeds.dedup();
    Ok(seeds)
}
