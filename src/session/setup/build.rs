//! A setup into a session: problems, data and parameters made real.

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution as _, StandardNormal};

use super::{MatrixSpec, MlpSpec, Precision, ProblemSpec, QuadraticSpec, RosenbrockSpec, Setup, error::SetupError};
use crate::{
    data::{Layout, Places, Surroundings, TargetKind, Width, data_path, read_params},
    math::{Purpose, Real, stream},
    problem::{
        Expression, KroneckerQuadratic, Mlp, Problem, Quadratic, Rosenbrock, TestFunction,
        mlp::{Batching, Loss, initial_params},
    },
    session::{LaneSpec, Session},
};

impl Setup {
    /// The session this setup describes, at step 0.
    ///
    /// # Errors
    /// If data or initial parameters cannot be read, or do not fit the network.
    pub fn build(&self) -> Result<Session, SetupError> {
        let lanes: Vec<LaneSpec> = self.lanes.iter().map(super::LaneSetup::spec).collect();
        Ok(match &self.problem {
            ProblemSpec::Mlp(spec) if spec.precision == Precision::Single => {
                Session::new::<f32>(Box::new(self.network(spec)?), &lanes)
            }
            _ => Session::new::<f64>(self.in_double()?, &lanes),
        })
    }

    /// How the parameters are cut into tensors, and the width of their reals.
    pub fn params_layout(&self) -> (Layout, Width) {
        match &self.problem {
            ProblemSpec::Rosenbrock(spec) => (Layout::Flat(spec.start.len()), Width::Double),
            ProblemSpec::Quadratic(spec) => (Layout::Flat(spec.start.len()), Width::Double),
            ProblemSpec::KroneckerQuadratic(spec) => (Layout::Flat(spec.rows * spec.cols), Width::Double),
            ProblemSpec::Function(spec) => (Layout::Flat(spec.start.len()), Width::Double),
            ProblemSpec::Expression(spec) => (Layout::Flat(spec.start.len()), Width::Double),
            ProblemSpec::Mlp(spec) => {
                let width = if spec.precision == Precision::Single { Width::Single } else { Width::Double };
                (Layout::Layers(spec.layers.clone()), width)
            }
        }
    }

    /// The problem in double precision.
    fn in_double(&self) -> Result<Box<dyn Problem<f64>>, SetupError> {
        let unfit =
            || SetupError::Conflict { place: self.file.clone(), message: "`problem.start` does not fit".to_owned() };
        Ok(match &self.problem {
            ProblemSpec::Rosenbrock(spec) => Box::new(rosenbrock(spec)),
            ProblemSpec::Quadratic(spec) => Box::new(quadratic(spec, self.seed)),
            ProblemSpec::KroneckerQuadratic(spec) => {
                let seed = spec.seed.unwrap_or(self.seed);
                Box::new(KroneckerQuadratic::new(spec.rows, spec.cols, spec.samples, seed))
            }
            ProblemSpec::Function(spec) => {
                Box::new(TestFunction::new(spec.function, spec.start.clone()).ok_or_else(unfit)?)
            }
            ProblemSpec::Expression(spec) => {
                let (names, start) = spec.start.iter().cloned().unzip();
                Box::new(Expression::new(&spec.tape, names, start).ok_or_else(unfit)?)
            }
            ProblemSpec::Mlp(spec) => Box::new(self.network(spec)?),
        })
    }

    fn network<T: Real>(&self, spec: &MlpSpec) -> Result<Mlp<T>, SetupError> {
        let outputs = spec.layers.last().copied().unwrap_or_default();
        let targets = match spec.loss {
            Loss::Mse => TargetKind::Values,
            Loss::CrossEntropy => TargetKind::Classes(outputs),
        };
        let places = Places::new(self.data_folder.as_deref());
        let around = Surroundings { directory: &self.directory, places: &places, seed: self.seed };
        let examples = spec.data.load::<T>(&around, targets, spec.holdout)?;
        super::limits::network(spec, examples.train.len(), &self.lanes, &self.file)?;
        let start = match &spec.init {
            None => initial_params(&spec.layers, self.seed),
            Some(init) => {
                let path = data_path(&self.directory, init)?;
                let params = read_params(&path, &Layout::Layers(spec.layers.clone()), &spec.init_rules)?;
                DVector::from_iterator(params.len(), params.into_iter().map(T::of))
            }
        };
        let batching = Batching { size: spec.batch_size, shuffle: spec.shuffle };
        Mlp::new(&spec.layers, spec.activation, spec.loss, examples, start, batching, T::of(spec.l2), self.seed)
            .map_err(|source| SetupError::Mlp { file: self.file.clone(), source })
    }
}

fn rosenbrock(spec: &RosenbrockSpec) -> Rosenbrock<f64> {
    Rosenbrock { a: spec.a, b: spec.b, scale: spec.scale, start: spec.start.clone() }
}

fn quadratic(spec: &QuadraticSpec, session_seed: u64) -> Quadratic<f64> {
    let vector = |values: &[f64]| DVector::from_column_slice(values);
    Quadratic::new(matrix(spec, session_seed), vector(&spec.center), vector(&spec.start))
        .with_noise(spec.noise, session_seed)
}

/// C.
fn matrix(spec: &QuadraticSpec, session_seed: u64) -> DMatrix<f64> {
    match &spec.matrix {
        MatrixSpec::Rows(rows) => DMatrix::from_fn(rows.len(), rows.len(), |i, j| rows[i][j]),
        MatrixSpec::Condition { condition, rotation } => {
            let (sin, cos) = rotation.to_radians().sin_cos();
            let (along, across) = ([cos, sin], [-sin, cos]);
            DMatrix::from_fn(2, 2, |i, j| along[i] * along[j] + condition * across[i] * across[j])
        }
        MatrixSpec::Spectrum { spectrum, seed } => {
            let mut rng = stream(seed.unwrap_or(session_seed), Purpose::Problem, 0);
            let gauss: DMatrix<f64> =
                DMatrix::from_fn(spectrum.len(), spectrum.len(), |_, _| StandardNormal.sample(&mut rng));
            // The Q of a Gaussian matrix, with its columns' signs fixed by R, is uniform over the rotations and reflections.
            let (mut q, r) = gauss.qr().unpack();
            for (mut column, diagonal) in q.column_iter_mut().zip(r.diagonal().iter()) {
                column *= diagonal.signum();
            }
            let c = &q * DMatrix::from_diagonal(&DVector::from_column_slice(spectrum)) * q.transpose();
            // Exactly symmetric, not only up to rounding.
            (&c + c.transpose()) * 0.5
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        data::{DataError, KnownSet},
        session::setup::{BUNDLED, Overrides},
    };

    fn setup(text: &str) -> Setup {
        Setup::from_str(text, "p.toml", Path::new(""), &Overrides::default()).unwrap()
    }

    fn c(problem: &str) -> DMatrix<f64> {
        let setup = setup(&format!("[problem]\nkind = \"quadratic\"\n{problem}"));
        let ProblemSpec::Quadratic(spec) = &setup.problem else { panic!("a quadratic") };
        matrix(spec, setup.seed)
    }

    #[test]
    fn matrices_are_what_their_keys_say() {
        assert_eq!(c("matrix = [[1, 2], [2, 9]]"), DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 9.0]));
        assert_eq!(c("condition = 100"), DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 100.0]));
        let turned = c("condition = 100\nrotation = 30");
        let along = DVector::from_column_slice(&[30_f64.to_radians().cos(), 30_f64.to_radians().sin()]);
        assert!((&turned * &along - &along).norm() < 1e-12);
        let random = c("spectrum = [1, 10, 100]");
        let mut eigenvalues: Vec<f64> = random.clone().symmetric_eigen().eigenvalues.iter().copied().collect();
        eigenvalues.sort_by(f64::total_cmp);
        assert!(eigenvalues.iter().zip([1.0, 10.0, 100.0]).all(|(a, b)| (a - b).abs() < 1e-10), "{eigenvalues:?}");
        assert!(random[(0, 1)].abs() > 1e-3, "it is turned");
        assert_eq!(random, c("spectrum = [1, 10, 100]"));
        assert_ne!(random, c("spectrum = [1, 10, 100]\nseed = 1"));
    }

    #[test]
    fn every_bundled_problem_builds_and_takes_a_step() {
        for bundled in BUNDLED {
            let mut setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
            if let ProblemSpec::Mlp(spec) = &mut setup.problem {
                spec.batch_size = 10;
            }
            let mut session = match setup.build() {
                Ok(session) => session,
                Err(SetupError::Data(DataError::Absent { set, .. })) => {
                    assert_eq!(setup.needs().map(KnownSet::as_str), Some(set), "{}", bundled.name);
                    continue;
                }
                Err(error) => panic!("{}: {error}", bundled.name),
            };
            assert!(session.advance(&|| 0.0, &mut |_| {}), "{}", bundled.name);
            assert_eq!(session.params(0, 0).len(), setup.params_layout().0.len());
        }
    }

    /// The file layer knows which curvatures a problem has before the problem is built.
    #[test]
    fn the_curvatures_offered_are_those_the_problem_has() {
        for bundled in BUNDLED {
            let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
            if setup.needs().is_some() {
                assert!(matches!(setup.problem, ProblemSpec::Mlp(_)), "a network, as others here are");
                continue;
            }
            let offered = setup.problem.facts().curvatures;
            assert_eq!(offered, setup.in_double().unwrap().curvatures(), "{}", bundled.name);
        }
    }

    #[test]
    fn networks_that_do_not_fit_their_data_are_refused() {
        let build = |layers: &str, data: &str| {
            let text = format!("[problem]\nkind = \"mlp\"\nlayers = {layers}\nloss = \"cross-entropy\"\ndata = {data}");
            setup(&text).build().err().unwrap().to_string()
        };
        let message = build("[3, 2]", "{ synthetic = \"moons\" }");
        assert!(message.contains("p.toml: `problem`: the first layer takes 3 inputs, but the data has 2"), "{message}");
        let message = build("[64, 9]", "{ set = \"digits\" }");
        assert!(message.contains("has class 9"), "{message}");
    }
}
