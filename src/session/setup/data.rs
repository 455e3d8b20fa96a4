//! The `data` table of a network: where its examples come from.

use super::{
    document::Value,
    error::SetupError,
    field::{FRACTION, Field, NON_NEGATIVE, Section},
};
use crate::{
    data::{
        Column, CsvSource, DataSource, Dialect, Header, Holdout, IdxSource, ImageTargets, KnownSet, Missing, Shape,
        Synthetic, Task,
    },
    problem::mlp::Loss,
};

const MOST_SAMPLES: u64 = 10_000_000;

pub(super) const DATA: &str = "a table such as { synthetic = \"spirals\" }, { set = \"digits\" }, { csv = \"file.csv\", inputs = [0, 1], targets = [2] } \
     or { idx = { images = \"file\", labels = \"file\" } }";

/// Where the examples come from.
pub(super) fn source(field: &Field<'_>, loss: Loss) -> Result<DataSource, SetupError> {
    let section = field.section(&field.key)?;
    match ["csv", "synthetic", "set", "idx"].map(|key| section.get(key)) {
        [Some(path), None, None, None] => csv(&section, &path, loss).map(DataSource::Csv),
        [None, None, None, Some(files)] => idx(&section, &files, loss).map(DataSource::Idx),
        [None, Some(shape), None, None] => {
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
        [None, None, Some(set), None] => known(&section, &set, loss),
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
pub(super) fn holdout(field: &Field<'_>) -> Result<Holdout, SetupError> {
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
        Value::Text(name) => Ok(Column::Name(name.clone())),
        _ => item.whole(0).map(|index| Column::Index(index as usize)).map_err(|_| item.refuse(COLUMNS)),
    };
    items.iter().map(column).collect()
}

const CSV_KEYS: [&str; 11] = [
    "csv",
    "inputs",
    "targets",
    "delimiter",
    "decimal",
    "header",
    "missing",
    "first_class",
    "classes",
    "validation",
    "test",
];

fn csv(section: &Section<'_>, path: &Field<'_>, loss: Loss) -> Result<CsvSource, SetupError> {
    section.only(&CSV_KEYS)?;
    let inputs = columns(&section.need("inputs", COLUMNS)?)?;
    let field = section.need("targets", COLUMNS)?;
    let targets = columns(&field)?;
    if loss == Loss::CrossEntropy && targets.len() != 1 {
        return Err(field.refuse("one column of class labels, as the loss is cross-entropy"));
    }
    let (first_class, classes) = labels(section, loss == Loss::CrossEntropy)?;
    let missing = section.get("missing").map_or(Ok(0), |field| field.choice(&MISSING))?;
    Ok(CsvSource {
        path: path.text()?.to_owned(),
        inputs,
        targets,
        dialect: dialect(section)?,
        header: section.get("header").map_or(Ok(Header::Auto), |field| header(&field))?,
        missing: if missing == 1 { Missing::SkipRow } else { Missing::Error },
        first_class,
        classes,
    })
}

/// As written in files: what happens to a row that lacks a value.
pub(super) const MISSING: [&str; 2] = ["error", "skip-row"];

fn header(field: &Field<'_>) -> Result<Header, SetupError> {
    match &field.node.value {
        Value::Flag(true) => Ok(Header::Present),
        Value::Flag(false) => Ok(Header::Absent),
        Value::Text(text) if text == "auto" => Ok(Header::Auto),
        _ => Err(field.refuse("true, false or \"auto\"")),
    }
}

fn dialect(section: &Section<'_>) -> Result<Dialect, SetupError> {
    let usual = Dialect::default();
    let delimiter = section.get("delimiter").map_or(Ok(usual.delimiter), |field| delimiter(&field))?;
    let decimal = match section.get("decimal") {
        Some(field) => [b'.', b','][field.choice(&[".", ","])?],
        None => usual.decimal,
    };
    if delimiter == decimal {
        let mark = char::from(decimal);
        let message = format!(
            "fields and fractions cannot both be divided by {mark}; with decimal = \"{mark}\" give another delimiter, for instance delimiter = \";\""
        );
        return Err(section.conflict(message));
    }
    Ok(Dialect { delimiter, decimal })
}

fn delimiter(field: &Field<'_>) -> Result<u8, SetupError> {
    let accepted =
        "\",\", \";\", \"tab\", \"space\" or another ASCII character that is no letter, digit, sign or quote";
    match field.text().map_err(|_| field.refuse(accepted))? {
        "tab" | "\t" => Ok(b'\t'),
        "space" | " " => Ok(b' '),
        text => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() && !b"\"'+-".contains(byte) => Ok(*byte),
            _ => Err(field.refuse(accepted)),
        },
    }
}

/// How a delimiter is written in files.
pub(super) fn delimiter_name(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        b' ' => "space".to_owned(),
        other => char::from(other).to_string(),
    }
}

/// The label of the first class, and the labels or names of all.
fn labels(section: &Section<'_>, classifies: bool) -> Result<(usize, Vec<String>), SetupError> {
    for key in ["first_class", "classes"] {
        if let Some(field) = section.get(key).filter(|_| !classifies) {
            return Err(
                field.conflict(format!("`{}` goes with classes, and so with loss = \"cross-entropy\" only", field.key))
            );
        }
    }
    let first = section.whole_or("first_class", 0, 0)?;
    if let Some(field) = section.get("first_class").filter(|_| first > MOST_LABEL) {
        return Err(field.refuse(format!("a whole number from 0 to {MOST_LABEL}")));
    }
    let accepted = "a list of different labels in the order of the classes, for instance [\"no\", \"yes\"]";
    let Some(field) = section.get("classes") else { return Ok((first as usize, Vec::new())) };
    let label = |item: &Field<'_>| match &item.node.value {
        Value::Text(text) if !text.is_empty() && !text.chars().any(char::is_control) => Ok(text.clone()),
        Value::Whole(whole) => Ok(whole.to_string()),
        _ => Err(item.refuse("a label: a text on one line or a whole number")),
    };
    let labels: Vec<String> = field.items(accepted)?.iter().map(label).collect::<Result<_, _>>()?;
    let mut sorted: Vec<&String> = labels.iter().collect();
    sorted.sort_unstable();
    if labels.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(field.refuse(accepted));
    }
    Ok((first as usize, labels))
}

/// No set has a label beyond it.
const MOST_LABEL: u64 = 1_000_000_000;

const FILES: &str =
    "a table of paths: { images = \"file\", labels = \"file\" }, with test_images and test_labels where there are some";

fn idx(section: &Section<'_>, files: &Field<'_>, loss: Loss) -> Result<IdxSource, SetupError> {
    section.only(&["idx", "targets", "standardise", "first_class", "classes", "validation", "test"])?;
    let targets = match section.get("targets").map(|field| field.choice(&IMAGE_TARGETS)).transpose()? {
        Some(1) => ImageTargets::Inputs,
        _ => ImageTargets::Classes,
    };
    let classifies = targets == ImageTargets::Classes;
    check_loss(files, classifies, loss)?;
    let table = match &files.node.value {
        Value::Table(_) => files.section(&files.key)?,
        _ => return Err(files.refuse(FILES)),
    };
    table.only(&["images", "labels", "test_images", "test_labels"])?;
    let path = |key| table.get(key).map(|field| field.text().map(str::to_owned)).transpose();
    let [labels_path, test_images, test_labels] = [path("labels")?, path("test_images")?, path("test_labels")?];
    if classifies && labels_path.is_none() {
        return Err(table
            .need("labels", "the path of the file of labels; only targets = \"inputs\" needs none")
            .err()
            .unwrap_or_else(|| files.refuse(FILES)));
    }
    for (has, key, needs) in [
        (test_labels.is_some() && test_images.is_none(), "test_labels", "test_images"),
        (classifies && test_images.is_some() && test_labels.is_none(), "test_images", "test_labels"),
    ] {
        if has {
            return Err(files.conflict(format!("`{}.{key}` needs `{needs}` beside it", files.key)));
        }
    }
    if let Some(field) = section.get("test").filter(|_| test_images.is_some()) {
        return Err(field.conflict(format!(
            "`{}` holds out examples that test, but `test_images` gives some; leave out one",
            field.key
        )));
    }
    let standardise = section.flag_or("standardise", classifies)?;
    if let Some(field) = section.get("standardise").filter(|_| standardise && !classifies) {
        return Err(
            field.conflict("an autoencoder's inputs are its targets, which go from 0 to 1: leave standardise out")
        );
    }
    let (first_class, classes) = labels(section, classifies)?;
    let images = table.need("images", "the path of the file of images")?.text()?.to_owned();
    Ok(IdxSource {
        images,
        // An autoencoder does not look at labels.
        labels: labels_path.filter(|_| classifies),
        test_images,
        test_labels: test_labels.filter(|_| classifies),
        targets,
        standardise,
        first_class,
        classes,
    })
}
