//! `kind = "mlp"`: a multi-layer perceptron and its data.

use super::{
    data,
    error::SetupError,
    field::{Field, NON_NEGATIVE, Section},
};
use crate::{
    data::{DataSource, Holdout, KnownSet, ParamRules},
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
    /// How the tensors of that file are matched with the layers.
    pub init_rules: ParamRules,
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

const KEYS: [&str; 12] = [
    "kind",
    "layers",
    "activation",
    "loss",
    "data",
    "init",
    "init_names",
    "init_extra",
    "batch_size",
    "shuffle",
    "l2",
    "precision",
];

/// Reads the table.
pub(crate) fn mlp(section: &Section<'_>) -> Result<MlpSpec, SetupError> {
    section.only(&KEYS)?;
    let loss = LOSSES[section.need("loss", "mse or cross-entropy")?.choice(&LOSSES.map(Loss::name))?];
    let data = section.need("data", data::DATA)?;
    let source = data::source(&data, loss)?;
    let names = PRECISIONS.map(Precision::name);
    let precision = match section.get("precision") {
        Some(field) => PRECISIONS[field.choice(&names)?],
        None => usual_precision(&source),
    };
    let activations = ACTIVATIONS.map(|(name, _)| name);
    let activation = section.get("activation").map_or(Ok(0), |field| field.choice(&activations))?;
    let layers = layers(&section.need("layers", LAYERS)?)?;
    Ok(MlpSpec {
        init_rules: init_rules(section, layers.len() - 1)?,
        layers,
        activation: ACTIVATIONS[activation].1,
        loss,
        data: source,
        holdout: data::holdout(&data)?,
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
        DataSource::Idx(_) => Precision::Single,
        DataSource::Known(..) | DataSource::Csv(_) | DataSource::Synthetic(_) => Precision::Double,
    }
}

/// As written in files: what happens to tensors that the network has no place for.
pub(super) const INIT_EXTRA: [&str; 2] = ["refuse", "ignore"];

fn init_rules(section: &Section<'_>, layers: usize) -> Result<ParamRules, SetupError> {
    let accepted =
        format!("a list of the names that {layers} layers have in the file, for instance [\"fc1\", \"fc2\"]");
    let names = match section.get("init_names") {
        None => Vec::new(),
        Some(field) => {
            let items = field.items(&accepted)?;
            if items.len() != layers {
                return Err(field.refuse(accepted));
            }
            let name = |item: &Field<'_>| item.text().map(str::to_owned).map_err(|_| item.refuse(accepted.as_str()));
            items.iter().map(name).collect::<Result<_, _>>()?
        }
    };
    let extra = section.get("init_extra").map_or(Ok(0), |field| field.choice(&INIT_EXTRA))?;
    Ok(ParamRules { names, ignore_extra: extra == 1 })
}

/// Beyond this the parameters alone fill a computer's memory: a slip of the keyboard, not a network.
const MOST_PARAMETERS: usize = 100_000_000;

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
