//! Classical test functions with known minima.

use std::f64::consts::{E, PI};

use nalgebra::DVector;

use super::{
    Curvature, Oracle, Problem,
    analytic::AnalyticOracle,
    formula::{Differentiated, Formula},
    jet::{Jet, Number},
};

/// A classical test function.
///
/// Source: M. Jamil and X.-S. Yang, "A literature survey of benchmark functions for global optimisation problems",
/// Int. J. Math. Model. Numer. Optim. 4(2), 2013, arXiv:1308.4008; the saddle is the textbook's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classical {
    /// Σ (1.5 − x + xy)², (2.25 − x + xy²)², (2.625 − x + xy³)²; minimum f(3, ½) = 0.
    Beale,
    /// (x² + y − 11)² + (x + y² − 7)²; four minima with f = 0.
    Himmelblau,
    /// (x + 2y − 7)² + (2x + y − 5)²; minimum f(1, 3) = 0.
    Booth,
    /// 0.26(x² + y²) − 0.48xy; minimum f(0, 0) = 0.
    Matyas,
    /// 2x² − 1.05x⁴ + x⁶/6 + xy + y²; minimum f(0, 0) = 0.
    ThreeHumpCamel,
    /// x² − y² + y⁴/4: a saddle at the origin between two minima f(0, ±√2) = −1.
    Saddle,
    /// ½Σ (xᵢ⁴ − 16xᵢ² + 5xᵢ), any dimension; minimum −39.16617…·n at xᵢ = −2.903534….
    StyblinskiTang,
    /// 10n + Σ (xᵢ² − 10 cos 2πxᵢ), any dimension; minimum f(0) = 0.
    Rastrigin,
    /// −20 exp(−0.2√(Σxᵢ²/n)) − exp(Σ cos(2πxᵢ)/n) + 20 + e, any dimension; minimum f(0) = 0, where it is not differentiable.
    Ackley,
}

impl Classical {
    /// Every function.
    pub const ALL: [Self; 9] = [
        Self::Beale,
        Self::Himmelblau,
        Self::Booth,
        Self::Matyas,
        Self::ThreeHumpCamel,
        Self::Saddle,
        Self::StyblinskiTang,
        Self::Rastrigin,
        Self::Ackley,
    ];

    /// As problem files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Beale => "beale",
            Self::Himmelblau => "himmelblau",
            Self::Booth => "booth",
            Self::Matyas => "matyas",
            Self::ThreeHumpCamel => "three-hump-camel",
            Self::Saddle => "saddle",
            Self::StyblinskiTang => "styblinski-tang",
            Self::Rastrigin => "rastrigin",
            Self::Ackley => "ackley",
        }
    }

    /// How many variables it takes; `None`: any number.
    pub fn variables(self) -> Option<usize> {
        match self {
            Self::StyblinskiTang | Self::Rastrigin | Self::Ackley => None,
            _ => Some(2),
        }
    }

    /// Whether it is a sum of squares, and so has a Gauss–Newton matrix.
    pub fn has_residuals(self) -> bool {
        matches!(self, Self::Beale | Self::Himmelblau | Self::Booth)
    }

    /// Its known minima in n dimensions.
    pub fn minima(self, n: usize) -> Vec<Vec<f64>> {
        match self {
            Self::Beale => vec![vec![3.0, 0.5]],
            Self::Himmelblau => vec![
                vec![3.0, 2.0],
                vec![-2.805_118_086_952_745, 3.131_312_518_250_573],
                vec![-3.779_310_253_377_747, -3.283_185_991_286_17],
                vec![3.584_428_340_330_492, -1.848_126_526_964_404],
            ],
            Self::Booth => vec![vec![1.0, 3.0]],
            Self::Matyas | Self::ThreeHumpCamel => vec![vec![0.0, 0.0]],
            Self::Saddle => vec![vec![0.0, 2f64.sqrt()], vec![0.0, -(2f64.sqrt())]],
            Self::StyblinskiTang => vec![vec![-2.903_534_027_771_177; n]],
            Self::Rastrigin | Self::Ackley => vec![vec![0.0; n]],
        }
    }
}

/// A classical function in n dimensions.
#[derive(Clone, Copy, Debug)]
struct InDimensions {
    function: Classical,
    n: usize,
}

impl Formula for InDimensions {
    fn dim(&self) -> usize {
        self.n
    }

    fn residual_count(&self) -> Option<usize> {
        match self.function {
            Classical::Beale => Some(3),
            Classical::Himmelblau | Classical::Booth => Some(2),
            _ => None,
        }
    }

    fn evaluate<R: Number, const N: usize, const M: usize>(
        &self,
        x: &[Jet<R, N, M>],
        _work: &mut Vec<Jet<R, N, M>>,
        out: &mut Vec<Jet<R, N, M>>,
    ) {
        let n = x.len() as f64;
        let zero = Jet::constant(R::of(0.0));
        let sum = |term: &dyn Fn(Jet<R, N, M>) -> Jet<R, N, M>| x.iter().fold(zero, |sum, &x| sum + term(x));
        match self.function {
            Classical::Beale => {
                let (x, y) = (x[0], x[1]);
                out.push(x * y - x + 1.5);
                out.push(x * y * y - x + 2.25);
                out.push(x * y * y * y - x + 2.625);
            }
            Classical::Himmelblau => {
                let (x, y) = (x[0], x[1]);
                out.push(x * x + y - 11.0);
                out.push(x + y * y - 7.0);
            }
            Classical::Booth => {
                let (x, y) = (x[0], x[1]);
                out.push(x + y * 2.0 - 7.0);
                out.push(x * 2.0 + y - 5.0);
            }
            Classical::Matyas => out.push((x[0] * x[0] + x[1] * x[1]) * 0.26 - x[0] * x[1] * 0.48),
            Classical::ThreeHumpCamel => {
                let square = x[0] * x[0];
                out.push(
                    square * 2.0 - square * square * 1.05 + square * square * square / 6.0 + x[0] * x[1] + x[1] * x[1],
                );
            }
            Classical::Saddle => {
                let square = x[1] * x[1];
                out.push(x[0] * x[0] - square + square * square * 0.25);
            }
            Classical::StyblinskiTang => out.push(sum(&|x| x * x * x * x - x * x * 16.0 + x * 5.0) * 0.5),
            Classical::Rastrigin => out.push(sum(&|x| x * x - (x * (2.0 * PI)).cos() * 10.0) + 10.0 * n),
            Classical::Ackley => {
                let (squares, waves) = (sum(&|x| x * x) / n, sum(&|x| (x * (2.0 * PI)).cos()) / n);
                // √ has no derivative at 0; there the cone's tip is taken as flat.
                let distance = if squares.value.is_zero() { zero } else { squares.sqrt() };
                out.push((distance * -0.2).exp() * -20.0 - waves.exp() + (20.0 + E));
            }
        }
    }
}

/// A classical function with its start.
#[derive(Clone, Debug)]
pub struct TestFunction {
    function: Classical,
    start: Vec<f64>,
}

impl TestFunction {
    /// `None` if the function does not take as many variables as `start` has.
    pub fn new(function: Classical, start: Vec<f64>) -> Option<Self> {
        let fits = function.variables().map_or(!start.is_empty(), |n| n == start.len());
        fits.then_some(Self { function, start })
    }
}

impl Problem<f64> for TestFunction {
    fn start(&self) -> DVector<f64> {
        DVector::from_column_slice(&self.start)
    }

    fn oracle(&self) -> Box<dyn Oracle<f64>> {
        let formula = InDimensions { function: self.function, n: self.start.len() };
        Box::new(AnalyticOracle::new(Differentiated::new(formula)))
    }

    fn curvatures(&self) -> &[Curvature] {
        if self.function.has_residuals() { &[Curvature::Fisher, Curvature::Hessian] } else { &[Curvature::Hessian] }
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.start.len(), 1)]
    }

    fn minima(&self) -> Vec<DVector<f64>> {
        self.function.minima(self.start.len()).into_iter().map(DVector::from_vec).collect()
    }
}
