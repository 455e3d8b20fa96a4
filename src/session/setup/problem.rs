//! The `[problem]` table.

use crate::problem::{Curvature, mlp::parameter_count};

use super::{
    closed::{self, ExpressionSpec, FunctionSpec, KroneckerSpec},
    error::{SetupError, hint},
    field::{ANY, AT_LEAST_ONE, Field, NON_NEGATIVE, POSITIVE, Section},
    limits::LARGEST,
    mlp::{self, MlpSpec},
    optimiser::{ProblemFacts, Thresholds},
};

/// A problem as a file describes it, every default filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemSpec {
    /// f = scale·Σ((a−xᵢ)² + b(xᵢ₊₁−xᵢ²)²).
    Rosenbrock(RosenbrockSpec),
    /// f = ½(θ−c)ᵀC(θ−c).
    Quadratic(QuadraticSpec),
    /// f = ½ E[(lᵀXr)²].
    KroneckerQuadratic(KroneckerSpec),
    /// A classical test function.
    Function(FunctionSpec),
    /// A function written in the file.
    Expression(ExpressionSpec),
    /// A multi-layer perceptron on data.
    Mlp(MlpSpec),
}

/// f = scale·Σ((a−xᵢ)² + b(xᵢ₊₁−xᵢ²)²).
#[derive(Clone, Debug, PartialEq)]
pub struct RosenbrockSpec {
    /// x of the minimum.
    pub a: f64,
    /// How curved the valley's walls are.
    pub b: f64,
    /// A factor on all of f.
    pub scale: f64,
    /// θ₀; as many numbers as there are dimensions.
    pub start: Vec<f64>,
}

/// f = ½(θ−c)ᵀC(θ−c).
#[derive(Clone, Debug, PartialEq)]
pub struct QuadraticSpec {
    /// C.
    pub matrix: MatrixSpec,
    /// c, the minimum.
    pub center: Vec<f64>,
    /// θ₀.
    pub start: Vec<f64>,
    /// σ of the noise on the gradient.
    pub noise: f64,
}

/// How C is given.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixSpec {
    /// Row by row; symmetric.
    Rows(Vec<Vec<f64>>),
    /// In the plane: eigenvalues 1 and `condition`, the eigenvector of 1 turned by `rotation` degrees from the first axis.
    Condition {
        /// The larger eigenvalue; the smaller is 1.
        condition: f64,
        /// Degrees, counter-clockwise.
        rotation: f64,
    },
    /// These eigenvalues in a random rotation.
    Spectrum {
        /// The eigenvalues.
        spectrum: Vec<f64>,
        /// Of the rotation; the session's where absent.
        seed: Option<u64>,
    },
}

impl ProblemSpec {
    /// The kinds there are.
    pub const KINDS: [&str; 6] = ["rosenbrock", "quadratic", "kronecker-quadratic", "function", "expression", "mlp"];

    /// As written in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rosenbrock(_) => "rosenbrock",
            Self::Quadratic(_) => "quadratic",
            Self::KroneckerQuadratic(_) => "kronecker-quadratic",
            Self::Function(_) => "function",
            Self::Expression(_) => "expression",
            Self::Mlp(_) => "mlp",
        }
    }

    /// How many parameters there are.
    fn params(&self) -> usize {
        match self {
            Self::Rosenbrock(spec) => spec.start.len(),
            Self::Quadratic(spec) => spec.start.len(),
            Self::KroneckerQuadratic(spec) => spec.rows * spec.cols,
            Self::Function(spec) => spec.start.len(),
            Self::Expression(spec) => spec.start.len(),
            Self::Mlp(spec) => parameter_count(&spec.layers),
        }
    }

    /// What optimisers' defaults depend on.
    pub(crate) fn facts(&self) -> ProblemFacts {
        let (curvatures, outputs): (&[Curvature], _) = match self {
            Self::Rosenbrock(_) | Self::KroneckerQuadratic(_) => (&[Curvature::Fisher, Curvature::Hessian], None),
            Self::Quadratic(_) => (&[Curvature::Hessian, Curvature::Fisher], None),
            Self::Function(spec) if spec.function.has_residuals() => (&[Curvature::Fisher, Curvature::Hessian], None),
            Self::Expression(spec) if spec.formulas.is_residuals() => (&[Curvature::Fisher, Curvature::Hessian], None),
            Self::Function(_) | Self::Expression(_) => (&[Curvature::Hessian], None),
            Self::Mlp(mlp) => {
                (&[Curvature::Fisher, Curvature::Hessian, Curvature::Empirical], mlp.layers.last().copied())
            }
        };
        ProblemFacts { curvatures, outputs, params: self.params(), precision: Thresholds::default() }
    }
}

/// Reads the `[problem]` table.
pub(crate) fn problem(root: &Section<'_>) -> Result<ProblemSpec, SetupError> {
    let kinds = ProblemSpec::KINDS;
    let section = root.need("problem", "a table with the problem's kind and keys")?;
    let section = section.section("problem")?;
    let kind = section.need("kind", &format!("one of {}", kinds.join(", ")))?;
    match kind.text()? {
        "rosenbrock" => rosenbrock(&section).map(ProblemSpec::Rosenbrock),
        "quadratic" => quadratic(&section).map(ProblemSpec::Quadratic),
        "kronecker-quadratic" => closed::kronecker(&section).map(ProblemSpec::KroneckerQuadratic),
        "function" => closed::function(&section).map(ProblemSpec::Function),
        "expression" => closed::expression(&section).map(ProblemSpec::Expression),
        "mlp" => mlp::mlp(&section).map(ProblemSpec::Mlp),
        other => Err(kind.refuse(format!("a kind of problem; {}", hint(other, kinds, "kinds")))),
    }
}

fn rosenbrock(section: &Section<'_>) -> Result<RosenbrockSpec, SetupError> {
    section.only(&["kind", "a", "b", "scale", "start"])?;
    Ok(RosenbrockSpec {
        a: section.number_or("a", 1.0, ANY)?,
        b: section.number_or("b", 100.0, POSITIVE)?,
        scale: section.number_or("scale", 1.0, POSITIVE)?,
        start: closed::start(
            section,
            &[-1.2, 1.0],
            |n| n >= 2,
            "a list of at least two numbers, for instance [-1.2, 1.0]",
        )?,
    })
}

fn quadratic(section: &Section<'_>) -> Result<QuadraticSpec, SetupError> {
    section.only(&["kind", "matrix", "condition", "rotation", "spectrum", "seed", "center", "start", "noise"])?;
    let ways = [section.get("matrix"), section.get("condition"), section.get("spectrum")];
    let (matrix, size) = match ways {
        [Some(rows), None, None] => rows_of(&rows)?,
        [None, Some(condition), None] => {
            let condition = condition.number(AT_LEAST_ONE)?;
            (MatrixSpec::Condition { condition, rotation: section.number_or("rotation", 0.0, ANY)? }, 2)
        }
        [None, None, Some(spectrum)] => {
            let values = spectrum.numbers("a list of eigenvalues", ANY)?;
            if values.is_empty() {
                return Err(spectrum.refuse("at least one eigenvalue"));
            }
            let size = values.len();
            if size as u64 > LARGEST {
                return Err(spectrum.refuse(format!("at most {LARGEST} eigenvalues")));
            }
            (
                MatrixSpec::Spectrum {
                    spectrum: values,
                    seed: section.get("seed").map(|seed| seed.whole(0)).transpose()?,
                },
                size,
            )
        }
        _ => {
            return Err(section.conflict("a quadratic needs one of `matrix`, `condition` and `spectrum`, and only one"));
        }
    };
    for (key, owner, fits) in [
        ("rotation", "condition", matches!(matrix, MatrixSpec::Condition { .. })),
        ("seed", "spectrum", matches!(matrix, MatrixSpec::Spectrum { .. })),
    ] {
        if let Some(field) = section.get(key).filter(|_| !fits) {
            return Err(field.conflict(format!("`{}` goes with `{owner}` only", field.key)));
        }
    }
    let vector = |key: &str, default: f64| {
        let accepted = format!("a list of {size} numbers");
        let Some(field) = section.get(key) else { return Ok(vec![default; size]) };
        let values = field.numbers(&accepted, ANY)?;
        if values.len() == size { Ok(values) } else { Err(field.refuse(accepted)) }
    };
    let noise = section.number_or("noise", 0.0, NON_NEGATIVE)?;
    Ok(QuadraticSpec { matrix, center: vector("center", 0.0)?, start: vector("start", 1.0)?, noise })
}

fn rows_of(field: &Field<'_>) -> Result<(MatrixSpec, usize), SetupError> {
    let accepted = "a symmetric matrix as a list of rows, for instance [[1, 0], [0, 10]]";
    let items = field.items(accepted)?;
    let size = items.len();
    if size as u64 > LARGEST {
        return Err(field.refuse(format!("at most {LARGEST} rows")));
    }
    let mut rows = Vec::with_capacity(size);
    for item in &items {
        let row = item.numbers(&format!("a row of {size} numbers, as there are {size} rows"), ANY)?;
        if row.len() != size {
            return Err(item.refuse(format!("a row of {size} numbers, as there are {size} rows")));
        }
        rows.push(row);
    }
    if size == 0 {
        return Err(field.refuse(accepted));
    }
    let pairs = (0..size).flat_map(|i| (0..i).map(move |j| (i, j)));
    for (i, j) in pairs {
        let (below, above): (f64, f64) = (rows[i][j], rows[j][i]);
        if (below - above).abs() > 1e-12 * below.abs().max(above.abs()) {
            let (i, j) = (i + 1, j + 1);
            let found = format!("not symmetric: row {i} column {j} is {below}, row {j} column {i} is {above}");
            return Err(field.found(found, accepted));
        }
    }
    Ok((MatrixSpec::Rows(rows), size))
}
