//! A setup as JSON with every default filled in: what a trace's header says about the run.

use serde_json::{Map, Value, json};

use super::{
    ClaimSpec, ExpressionSpec, Formulas, LaneSetup, ProblemSpec, Setup,
    data::{IMAGE_TARGETS, MISSING, delimiter_name},
    mlp::{INIT_EXTRA, MlpSpec},
    problem::{MatrixSpec, QuadraticSpec, RosenbrockSpec},
};
use crate::data::{Column, CsvSource, DataSource, Dialect, Header, IdxSource, ImageTargets, Missing};

impl Setup {
    /// The whole problem as resolved: name, summary, steps, the problem's table and the view.
    pub fn resolved_problem(&self) -> Value {
        let mut map = Map::new();
        map.insert("name".into(), self.name.clone().into());
        if let Some(summary) = &self.summary {
            map.insert("summary".into(), summary.clone().into());
        }
        map.insert("steps".into(), self.steps.into());
        if let Some(epochs) = self.epochs {
            map.insert("epochs".into(), epochs.into());
        }
        map.insert("tolerance".into(), self.precision.tolerance.into());
        map.insert("rho_floor".into(), self.precision.rho_floor.into());
        let table = match &self.problem {
            ProblemSpec::Rosenbrock(spec) => rosenbrock(spec),
            ProblemSpec::Quadratic(spec) => quadratic(spec, self.seed),
            ProblemSpec::KroneckerQuadratic(spec) => json!({
                "kind": "kronecker-quadratic", "rows": spec.rows, "cols": spec.cols, "samples": spec.samples,
                "seed": spec.seed.unwrap_or(self.seed),
            }),
            ProblemSpec::Function(spec) => {
                json!({ "kind": "function", "name": spec.function.name(), "start": spec.start })
            }
            ProblemSpec::Expression(spec) => expression(spec),
            ProblemSpec::Mlp(spec) => mlp(spec, self.seed),
        };
        map.insert("problem".into(), table);
        if let Some(view) = &self.view {
            map.insert("view".into(), json!({ "x": view.x, "y": view.y }));
        }
        // Claims are about the file's own run; beside another one they would mislead.
        if self.is_own_run && !self.claims.is_empty() {
            let claim =
                |claim: &ClaimSpec| json!({ "says": claim.says, "holds": claim.claim.text(), "seeds": claim.seeds });
            map.insert("claim".into(), self.claims.iter().map(claim).collect());
        }
        map.into()
    }

    /// The optimisers as resolved, in file order.
    pub fn resolved_optimisers(&self) -> Value {
        self.lanes.iter().map(optimiser).collect()
    }
}

fn optimiser(lane: &LaneSetup) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), lane.name.to_string().into());
    map.insert("label".into(), lane.label.clone().into());
    map.extend(lane.name.keys().filter_map(|key| Some((key.name.to_owned(), key.value(&lane.recipe)?))));
    map.into()
}

fn rosenbrock(spec: &RosenbrockSpec) -> Value {
    json!({ "kind": "rosenbrock", "a": spec.a, "b": spec.b, "scale": spec.scale, "start": spec.start })
}

fn quadratic(spec: &QuadraticSpec, session_seed: u64) -> Value {
    let mut map = Map::new();
    map.insert("kind".into(), "quadratic".into());
    match &spec.matrix {
        MatrixSpec::Rows(rows) => {
            map.insert("matrix".into(), json!(rows));
        }
        MatrixSpec::Condition { condition, rotation } => {
            map.insert("condition".into(), json!(condition));
            map.insert("rotation".into(), json!(rotation));
        }
        MatrixSpec::Spectrum { spectrum, seed } => {
            map.insert("spectrum".into(), json!(spectrum));
            map.insert("seed".into(), json!(seed.unwrap_or(session_seed)));
        }
    }
    map.insert("center".into(), json!(spec.center));
    map.insert("start".into(), json!(spec.start));
    map.insert("noise".into(), json!(spec.noise));
    map.into()
}

fn expression(spec: &ExpressionSpec) -> Value {
    let mut map = Map::new();
    map.insert("kind".into(), "expression".into());
    match &spec.formulas {
        Formulas::Function(text) => map.insert("f".into(), json!(text)),
        Formulas::Residuals(texts) => map.insert("r".into(), json!(texts)),
    };
    let start: Map<String, Value> = spec.start.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    map.insert("start".into(), start.into());
    map.into()
}

fn mlp(spec: &MlpSpec, session_seed: u64) -> Value {
    let mut map = Map::new();
    map.insert("kind".into(), "mlp".into());
    map.insert("layers".into(), json!(spec.layers));
    map.insert("activation".into(), spec.activation_name().into());
    map.insert("loss".into(), spec.loss.name().into());
    map.insert("data".into(), data(spec, session_seed));
    if let Some(init) = &spec.init {
        map.insert("init".into(), init.clone().into());
    }
    if !spec.init_rules.names.is_empty() {
        map.insert("init_names".into(), json!(spec.init_rules.names));
    }
    if spec.init_rules.ignore_extra {
        map.insert("init_extra".into(), INIT_EXTRA[1].into());
    }
    map.insert("batch_size".into(), json!(spec.batch_size));
    map.insert("shuffle".into(), json!(spec.shuffle));
    map.insert("l2".into(), json!(spec.l2));
    map.insert("precision".into(), spec.precision.name().into());
    map.into()
}

fn data(spec: &MlpSpec, session_seed: u64) -> Value {
    let mut table = source(&spec.data, session_seed);
    for (key, share) in [("validation", spec.holdout.validation), ("test", spec.holdout.test)] {
        if share > 0.0 {
            table[key] = json!(share);
        }
    }
    table
}

fn source(source: &DataSource, session_seed: u64) -> Value {
    match source {
        DataSource::Csv(source) => csv(source),
        DataSource::Idx(source) => idx(source),
        DataSource::Synthetic(set) => json!({
            "synthetic": set.shape.as_str(),
            "samples": set.samples,
            "noise": set.noise,
            "seed": set.seed.unwrap_or(session_seed),
        }),
        DataSource::Known(set, ImageTargets::Inputs) => json!({ "set": set.as_str(), "targets": IMAGE_TARGETS[1] }),
        DataSource::Known(set, ImageTargets::Classes) => json!({ "set": set.as_str() }),
    }
}

/// Keys that are as usual are left out: checkpoints and traces of before there were such keys stay those of the same problem.
fn csv(source: &CsvSource) -> Value {
    let columns = |columns: &[Column]| -> Value {
        let column = |column: &Column| match column {
            Column::Index(index) => json!(index),
            Column::Name(name) => json!(name),
        };
        columns.iter().map(column).collect()
    };
    let mut table =
        json!({ "csv": source.path, "inputs": columns(&source.inputs), "targets": columns(&source.targets) });
    let usual = Dialect::default();
    if source.dialect.delimiter != usual.delimiter {
        table["delimiter"] = delimiter_name(source.dialect.delimiter).into();
    }
    if source.dialect.decimal != usual.decimal {
        table["decimal"] = char::from(source.dialect.decimal).to_string().into();
    }
    match source.header {
        Header::Auto => {}
        Header::Present => table["header"] = true.into(),
        Header::Absent => table["header"] = false.into(),
    }
    if source.missing == Missing::SkipRow {
        table["missing"] = MISSING[1].into();
    }
    if source.first_class > 0 {
        table["first_class"] = json!(source.first_class);
    }
    if !source.classes.is_empty() {
        table["classes"] = json!(source.classes);
    }
    table
}

fn idx(source: &IdxSource) -> Value {
    let mut files = json!({ "images": source.images });
    let others =
        [("labels", &source.labels), ("test_images", &source.test_images), ("test_labels", &source.test_labels)];
    for (key, path) in others {
        if let Some(path) = path {
            files[key] = path.clone().into();
        }
    }
    let classifies = source.targets == ImageTargets::Classes;
    let mut table = json!({
        "idx": files, "targets": IMAGE_TARGETS[usize::from(!classifies)], "standardise": source.standardise,
    });
    if classifies {
        table["first_class"] = json!(source.first_class);
    }
    if !source.classes.is_empty() {
        table["classes"] = json!(source.classes);
    }
    table
}
