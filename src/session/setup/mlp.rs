//! `kind = "mlp"`: a multi-layer perceptron and its data.

use super::{
    error::SetupError,
    field::{FRACTION, Field, NON_NEGATIVE, Section},
};
use crate::{
    data::{Column, CsvSource, DataSource, Holdout, ImageTargets, KnownSet, Shape, Synthetic, Task},
    problem::mlp::{Activation, Loss},
};

/// A multi-layer perceptron on data.
#[derive(Clone, Debug, PartialEq)]
pub struct MlpSpec {
    /// Units of every layer, inputs first.
    pub layers: Vec<usize>,
    /// Of the hidden layers.
    pub activation: Activation,
    /// What outputs are compared by.
    pub loss: Loss,
    /// Where inputs and targets come from.
    pub data: DataSource,
    /// What of it is not learnt from.
    pub holdout: Holdout,
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

/// The real numbers a network computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `f32`.
    Single,
    /// `f64`.
    Double,
}

const ACTIVATIONS: [(&str, Activation); 5] = [
    ("relu", Activation::Relu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("softplus", Activation::Softplus),
    ("identity", Activation::Identity),
];
const LOSSES: [Loss; 2] = [Loss::Mse, Loss::CrossEntropy];
const PRECISIONS: [Precision; 2] = [Precision::Single, Precision::Double];

impl MlpSpec {
    /// The activation as written in files.
    pub fn activation_name(&self) -> &'static str {
        ACTIVATIONS.iter().find(|(_, activation)| *activation == self.activation).map_or("", |(name, _)| name)
    }
}

impl Precision {
    /// As written in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "f32",
            Self::Double => "f64",
        }
    }
}

const KEYS: [&str; 10] =
    ["kind", "layers", "activation", "loss", "data", "init", "batch_size", "shuffle", "l2", "precision"];

/// Reads the table.
pub(crate) fn mlp(section: &Section<'_>) -> Result<MlpSpec, SetupError> {
    section.only(&KEYS)?;
    let loss = LOSSES[section.need("loss", "mse or cross-entropy")?.choice(&LOSSES.map(Loss::name))?];
    let data = section.need("data", DATA)?;
    let source = source(&data, loss)?;
    let names = PRECISIONS.map(Precision::name);
    let precision = match section.get("precision") {
        Some(field) => PRECISIONS[field.choice(&names)?],
        None => usual_precision(&source),
    };
    let activations = ACTIVATIONS.map(|(name, _)| name);
    let activation = section.get("activation").map_or(Ok(0), |field| field.choice(&activations))?;
    Ok(MlpSpec {
        layers: layers(&section.need("layers", LAYERS)?)?,
        activation: ACTIVATIONS[activation].1,
        loss,
        data: source,
        holdout: holdout(&data)?,
        init: section.get("init").map(|field| field.text()).transpose()?.map(str::to_owned),
        batch_size: section.whole_or("batch_size", 0, 0)? as usize,
        shuffle: section.flag_or("shuffle", true)?,
        l2: section.number_or("l2", 0.0, NON_NEGATIVE)?,
        precision,
    })
}

/// Double to teach; single for the sets that real networks are trained on.
fn usual_precision(source: &DataSource) -> Precision {
    match source {
        DataSource::Known(set, _) if *set != KnownSet::Digits => Precision::Single,
        DataSource::Known(..) | DataSource::Csv(_) | DataSource::Synthetic(_) => Precision::Double,
    }
}

/// Beyond this the parameters alone fill a computer's memory: a slip of the keyboard, not a network.
const MOST_PARAMETERS: usize = 100_000_000;
const MOST_SAMPLES: u64 = 10_000_000;

const LAYERS: &str = "a list of layer sizes, inputs first, for instance [2, 16, 2]";

fn layers(field: &Field<'_>) -> Result<Vec<usize>, SetupError> {
    let sizes: Vec<usize> =
        field.items(LAYERS)?.iter().map(|item| item.whole(1).map(|size| size as usize)).collect::<Result<_, _>>()?;
    let parameters = sizes.windows(2).try_fold(0_usize, |sum, pair| {
        pair[0].checked_add(1)?.checked_mul(pair[1])?.checked_add(sum).filter(|sum| *sum <= MOST_PARAMETERS)
    });
    if sizes.len() < 2 {
        return Err(field.refuse(LAYERS));
    }
    if parameters.is_none() {
        return Err(field.found("a network of more than 100 million parameters", "a smaller one"));
    }
    Ok(sizes)
}

const DATA: &str = "a table such as { synthetic = \"spirals\" }, { set = \"digits\" } or { csv = \"file.csv\", inputs = [0, 1], targets = [2] }";

fn source(field: &Field<'_>, loss: Loss) -> Result<DataSource, SetupError> {
    let section = field.section(&field.key)?;
    match [section.get("csv"), section.get("synthetic"), section.get("set")] {
        [Some(csv), None, None] => {
            section.only(&["csv", "inputs", "targets", "validation", "test"])?;
            let inputs = columns(&section.need("inputs", COLUMNS)?)?;
            let field = section.need("targets", COLUMNS)?;
            let targets = columns(&field)?;
            if loss == Loss::CrossEntropy && targets.len() != 1 {
                return Err(field.refuse("one column of class labels, as the loss is cross-entropy"));
            }
            Ok(DataSource::Csv(CsvSource { path: csv.text()?.to_owned(), inputs, targets }))
        }
        [None, Some(shape), None] => {
            section.only(&["synthetic", "samples", "noise", "seed", "validation", "test"])?;
            let shapes = Shape::ALL.map(Shape::as_str);
            let chosen = Shape::ALL[shape.choice(&shapes)?];
            check_loss(&shape, chosen.classes().is_some(), loss)?;
            Ok(DataSource::Synthetic(Synthetic {
                shape: chosen,
                samples: samples(&section)? as usize,
                noise: section.number_or("noise", 0.1, NON_NEGATIVE)?,
                seed: section.get("seed").map(|seed| seed.whole(0)).transpose()?,
            }))
        }
        [None, None, Some(set)] => known(&section, &set, loss),
        _ => Err(field.refuse(DATA)),
    }
}

fn known(section: &Section<'_>, field: &Field<'_>, loss: Loss) -> Result<DataSource, SetupError> {
    let set = KnownSet::ALL[field.choice(&KnownSet::ALL.map(KnownSet::as_str))?];
    let mut keys = vec!["set"];
    if set == KnownSet::Digits {
        keys.extend(["validation", "test"]);
    }
    if set.has_images() {
        keys.push("targets");
    }
    section.only(&keys)?;
    let targets = match section.get("targets").map(|field| field.choice(&IMAGE_TARGETS)).transpose()? {
        Some(1) => ImageTargets::Inputs,
        _ => ImageTargets::Classes,
    };
    check_loss(field, targets == ImageTargets::Classes && matches!(set.task(), Task::Classes(_)), loss)?;
    Ok(DataSource::Known(set, targets))
}

/// As written in files: of a set of images, what the network is to make of them.
pub(super) const IMAGE_TARGETS: [&str; 2] = ["classes", "inputs"];

/// The shares of examples held out.
fn holdout(field: &Field<'_>) -> Result<Holdout, SetupError> {
    let section = field.section(&field.key)?;
    let share = |key| section.number_or(key, 0.0, FRACTION);
    let holdout = Holdout { validation: share("validation")?, test: share("test")? };
    if holdout.validation + holdout.test >= 1.0 {
        return Err(section.conflict("validation and test leave nothing to learn from; expected a sum below 1"));
    }
    Ok(holdout)
}

fn samples(section: &Section<'_>) -> Result<u64, SetupError> {
    let samples = section.whole_or("samples", 400, 1)?;
    match section.get("samples") {
        Some(field) if samples > MOST_SAMPLES => Err(field.refuse(format!("at most {MOST_SAMPLES}"))),
        _ => Ok(samples),
    }
}

fn check_loss(field: &Field<'_>, labelled: bool, loss: Loss) -> Result<(), SetupError> {
    match (labelled, loss) {
        (true, Loss::Mse) => Err(field.found("labelled with classes", "loss = \"cross-entropy\" for it")),
        (false, Loss::CrossEntropy) => Err(field.found("a regression", "loss = \"mse\" for it")),
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
