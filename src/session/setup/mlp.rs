//! `kind = "mlp"`: a multi-layer perceptron and its data.

use super::{
    error::SetupError,
    field::{Field, NON_NEGATIVE, Section},
};
use crate::data::{Column, CsvSource, DataSource, KnownSet, Shape, Synthetic};

/// A multi-layer perceptron on data.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpSpec {
    /// Units of every layer, inputs first.
    pub layers: Vec<usize>,
    /// Of the hidden layers, as an index into [`ACTIVATIONS`].
    pub activation: usize,
    /// What outputs are compared by.
    pub loss: LossKind,
    /// Where inputs and targets come from.
    pub data: DataSource,
    /// Initial parameters; random where absent.
    pub init: Option<String>,
    /// Examples a step; 0: all.
    pub batch_size: usize,
    /// Draw batches at random instead of in order.
    pub shuffle: bool,
    /// c of ½c‖θ‖².
    pub l2: f64,
    /// The real numbers it computes in.
    pub precision: Precision,
}

/// What outputs are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// ½‖z − y‖², averaged over the examples.
    SquaredError,
    /// −log softmax(z)_y, averaged over the examples.
    CrossEntropy,
}

/// The real numbers a network computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `f32`.
    Single,
    /// `f64`.
    Double,
}

/// Activations as written in files.
pub const ACTIVATIONS: [&str; 5] = ["relu", "tanh", "sigmoid", "softplus", "identity"];
pub(crate) const LOSSES: [&str; 2] = ["mse", "cross-entropy"];
pub(crate) const PRECISIONS: [&str; 2] = ["f32", "f64"];

const KEYS: [&str; 10] =
    ["kind", "layers", "activation", "loss", "data", "init", "batch_size", "shuffle", "l2", "precision"];

/// Reads the table.
pub(crate) fn mlp(section: &Section<'_>) -> Result<MlpSpec, SetupError> {
    section.only(&KEYS)?;
    let loss = match section.need("loss", "mse or cross-entropy")?.choice(&LOSSES)? {
        0 => LossKind::SquaredError,
        _ => LossKind::CrossEntropy,
    };
    let data = section.need("data", DATA)?;
    let precision = section.get("precision").map_or(Ok(1), |field| field.choice(&PRECISIONS))?;
    Ok(MlpSpec {
        layers: layers(&section.need("layers", LAYERS)?)?,
        activation: section.get("activation").map_or(Ok(0), |field| field.choice(&ACTIVATIONS))?,
        loss,
        data: source(&data, loss)?,
        init: section.get("init").map(|field| field.text()).transpose()?.map(str::to_owned),
        batch_size: section.whole_or("batch_size", 0, 0)? as usize,
        shuffle: section.flag_or("shuffle", true)?,
        l2: section.number_or("l2", 0.0, NON_NEGATIVE)?,
        precision: if precision == 0 { Precision::Single } else { Precision::Double },
    })
}

const LAYERS: &str = "a list of layer sizes, inputs first, for instance [2, 16, 2]";

fn layers(field: &Field<'_>) -> Result<Vec<usize>, SetupError> {
    let sizes: Vec<usize> =
        field.items(LAYERS)?.iter().map(|item| item.whole(1).map(|size| size as usize)).collect::<Result<_, _>>()?;
    // Beyond this the parameters alone would not fit in memory: a slip of the keyboard, not a network.
    let parameters = sizes.windows(2).try_fold(0_usize, |sum, pair| {
        pair[0].checked_add(1)?.checked_mul(pair[1])?.checked_add(sum).filter(|sum| *sum <= 1 << 28)
    });
    if sizes.len() < 2 {
        return Err(field.refuse(LAYERS));
    }
    if parameters.is_none() {
        return Err(field.found("a network of more than 268 million parameters", "a smaller one"));
    }
    Ok(sizes)
}

const DATA: &str = "a table such as { synthetic = \"spirals\" }, { set = \"digits\" } or { csv = \"file.csv\", inputs = [0, 1], targets = [2] }";

fn source(field: &Field<'_>, loss: LossKind) -> Result<DataSource, SetupError> {
    let section = field.section(&field.key)?;
    match [section.get("csv"), section.get("synthetic"), section.get("set")] {
        [Some(csv), None, None] => {
            section.only(&["csv", "inputs", "targets"])?;
            let inputs = columns(&section.need("inputs", COLUMNS)?)?;
            let field = section.need("targets", COLUMNS)?;
            let targets = columns(&field)?;
            if loss == LossKind::CrossEntropy && targets.len() != 1 {
                return Err(field.refuse("one column of class labels, as the loss is cross-entropy"));
            }
            Ok(DataSource::Csv(CsvSource { path: csv.text()?.to_owned(), inputs, targets }))
        }
        [None, Some(shape), None] => {
            section.only(&["synthetic", "samples", "noise", "seed"])?;
            let shapes = Shape::ALL.map(Shape::as_str);
            let chosen = Shape::ALL[shape.choice(&shapes)?];
            check_loss(&shape, chosen.classes().is_some(), loss)?;
            Ok(DataSource::Synthetic(Synthetic {
                shape: chosen,
                samples: section.whole_or("samples", 400, 1)?.min(1 << 32) as usize,
                noise: section.number_or("noise", 0.1, NON_NEGATIVE)?,
                seed: section.get("seed").map(|seed| seed.whole(0)).transpose()?,
            }))
        }
        [None, None, Some(set)] => {
            section.only(&["set"])?;
            let sets = KnownSet::ALL.map(KnownSet::as_str);
            let chosen = KnownSet::ALL[set.choice(&sets)?];
            check_loss(&set, true, loss)?;
            Ok(DataSource::Known(chosen))
        }
        _ => Err(field.refuse(DATA)),
    }
}

fn check_loss(field: &Field<'_>, labelled: bool, loss: LossKind) -> Result<(), SetupError> {
    match (labelled, loss) {
        (true, LossKind::SquaredError) => Err(field.found("labelled with classes", "loss = \"cross-entropy\" for it")),
        (false, LossKind::CrossEntropy) => Err(field.found("a regression", "loss = \"mse\" for it")),
        _ => Ok(()),
    }
}

const COLUMNS: &str = "a list of columns, by number from 0 or by header name, for instance [0, \"age\"]";

fn columns(field: &Field<'_>) -> Result<Vec<Column>, SetupError> {
    let items = field.items(COLUMNS)?;
    if items.is_empty() {
        return Err(field.refuse(COLUMNS));
    }
    let column = |item: &Field<'_>| match &item.node.value {
        super::document::Value::Text(name) => Ok(Column::Name(name.clone())),
        _ => item.whole(0).map(|index| Column::Index(index as usize)).map_err(|_| item.refuse(COLUMNS)),
    };
    items.iter().map(column).collect()
}
