//! Kinds of problems in closed form: Kronecker-structured quadratics, classical functions, expressions.

use super::{
    error::{SetupError, hint, visible},
    field::{ANY, Field, Section},
    formula,
    limits::LARGEST,
};
use crate::problem::{Classical, expression::Tape};

/// f = ½ E[(lᵀXr)²] over random samples l, r.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KroneckerSpec {
    /// Rows of X.
    pub rows: usize,
    /// Columns of X.
    pub cols: usize,
    /// How many pairs l, r; with one, K-FAC's approximation is exact.
    pub samples: usize,
    /// Of the samples and the start; the session's where absent.
    pub seed: Option<u64>,
}

/// A classical test function.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionSpec {
    /// Which.
    pub function: Classical,
    /// θ₀.
    pub start: Vec<f64>,
}

/// A function written down.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressionSpec {
    /// As written.
    pub formulas: Formulas,
    /// The variables in order, with where they start.
    pub start: Vec<(String, f64)>,
    /// As read.
    pub tape: Tape,
}

/// The text of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formulas {
    /// f itself.
    Function(String),
    /// r, with f = Σr².
    Residuals(Vec<String>),
}

impl Formulas {
    /// Whether f is a sum of squares.
    pub fn is_residuals(&self) -> bool {
        matches!(self, Self::Residuals(_))
    }
}

/// Residuals of more characters take too long to read: each operation is looked for among all before it.
const LONGEST: usize = 65_536;

pub(super) fn kronecker(section: &Section<'_>) -> Result<KroneckerSpec, SetupError> {
    section.only(&["kind", "rows", "cols", "samples", "seed"])?;
    let size = |key, default| {
        let value = section.whole_or(key, default, 1)?;
        if value <= LARGEST {
            Ok(value as usize)
        } else {
            Err(section.conflict(format!("`problem.{key}` is {value}; at most {LARGEST} is accepted")))
        }
    };
    let seed = section.get("seed").map(|seed| seed.whole(0)).transpose()?;
    Ok(KroneckerSpec { rows: size("rows", 4)?, cols: size("cols", 3)?, samples: size("samples", 20)?, seed })
}

pub(super) fn function(section: &Section<'_>) -> Result<FunctionSpec, SetupError> {
    section.only(&["kind", "name", "start"])?;
    let names = Classical::ALL.map(Classical::name);
    let field = section.need("name", &format!("one of {}", names.join(", ")))?;
    let typed = field.text()?;
    let function = Classical::ALL.into_iter().find(|function| function.name() == typed);
    let function =
        function.ok_or_else(|| field.refuse(format!("a classical function; {}", hint(typed, names, "ones"))))?;
    let start = match function.variables() {
        Some(n) => start(section, &[1.0, 1.0], |len| len == n, &format!("a list of {n} numbers"))?,
        None => start(section, &[1.0, 1.0], |len| len >= 1, "a list of numbers, one a dimension")?,
    };
    Ok(FunctionSpec { function, start })
}

/// `start` as a list of a fitting length.
pub(super) fn start(
    section: &Section<'_>,
    default: &[f64],
    fits: impl Fn(usize) -> bool,
    accepted: &str,
) -> Result<Vec<f64>, SetupError> {
    let Some(field) = section.get("start") else { return Ok(default.to_vec()) };
    let values = field.numbers(accepted, ANY)?;
    if fits(values.len()) && values.len() as u64 <= LARGEST { Ok(values) } else { Err(field.refuse(accepted)) }
}

pub(super) fn expression(section: &Section<'_>) -> Result<ExpressionSpec, SetupError> {
    section.only(&["kind", "f", "r", "start"])?;
    let start = variables(section)?;
    let names: Vec<String> = start.iter().map(|(name, _)| name.clone()).collect();
    let read = |field: &Field<'_>, tape: &mut Tape| -> Result<String, SetupError> {
        let text = field.text()?;
        let fault = |fault: formula::Fault| {
            let (part, caret) = formula::excerpt(text, fault.column);
            SetupError::Formula {
                place: field.at(),
                key: field.key.clone(),
                text: visible(&part),
                column: fault.column,
                caret,
                message: fault.message,
            }
        };
        formula::read(text, &names, tape).map_err(fault)?;
        Ok(text.to_owned())
    };
    let (formulas, tape) = match (section.get("f"), section.get("r")) {
        (Some(f), None) => {
            let mut tape = Tape::new(start.len(), false);
            (Formulas::Function(read(&f, &mut tape)?), tape)
        }
        (None, Some(r)) => {
            let items = r.items("a list of residuals, for instance [\"1-x\", \"10*(y-x^2)\"]")?;
            if items.is_empty() {
                return Err(r.refuse("at least one residual"));
            }
            let characters: usize = items.iter().filter_map(|item| item.text().ok()).map(str::len).sum();
            if characters > LONGEST {
                return Err(r.found(format!("{characters} characters long in all"), format!("at most {LONGEST}")));
            }
            let mut tape = Tape::new(start.len(), true);
            let texts = items.iter().map(|item| read(item, &mut tape)).collect::<Result<Vec<_>, _>>()?;
            (Formulas::Residuals(texts), tape)
        }
        _ => {
            return Err(
                section.conflict("an expression needs `f = \"…\"` or residuals `r = [\"…\"]`, and only one of them")
            );
        }
    };
    Ok(ExpressionSpec { formulas, start, tape })
}

/// `start = { x = -1.2, y = 1.0 }` names and orders the variables.
fn variables(section: &Section<'_>) -> Result<Vec<(String, f64)>, SetupError> {
    let accepted = "a table that names the variables and says where they start, for instance { x = -1.2, y = 1.0 }";
    let field = section.need("start", accepted)?;
    let table = field.section("problem.start")?;
    let fields = table.fields();
    if fields.is_empty() || fields.len() as u64 > LARGEST {
        return Err(field.refuse(accepted));
    }
    let is_name = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    fields
        .into_iter()
        .map(|(name, field)| {
            if !is_name(&name) {
                return Err(field
                    .conflict(format!("`{}`: a variable's name is letters, digits and _, a letter first", field.key)));
            }
            Ok((name, field.number(ANY)?))
        })
        .collect()
}
