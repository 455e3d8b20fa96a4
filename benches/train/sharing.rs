//! How a product is best shared: its result cut into parts here, or by the kernel itself. And what it does to Cholesky and the solves.

use faer::{
    Accum, Mat, MatRef, Par, Spec,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{
        cholesky::llt::{
            factor::{LltRegularization, cholesky_in_place, cholesky_in_place_scratch},
            solve::solve_in_place,
        },
        matmul::{
            matmul,
            triangular::{self, BlockStructure::Rectangular, BlockStructure::TriangularLower},
        },
    },
};
use rhoscope::math::{Panel, PanelMut};

use super::{Times, cores, measure, use_cores};

const EXAMPLES: usize = 3200;
const INPUTS: usize = 785;
const UNITS: usize = 50;

fn wave(i: usize, j: usize) -> f32 {
    ((i * 31 + j * 17) as f32 * 0.7).sin()
}

fn wave_panel(rows: usize, columns: usize) -> Vec<f32> {
    (0..rows * columns).map(|at| wave(at % rows, at / rows)).collect()
}

fn kernels_own() -> Par {
    Par::rayon(cores())
}

fn view(numbers: &[f32], rows: usize) -> MatRef<'_, f32> {
    MatRef::from_column_major_slice(numbers, rows, numbers.len() / rows)
}

fn line(what: &str, times: &[(&str, Times)]) {
    print!("{what:<34}");
    for (how, Times { median, best }) in times {
        print!(" | {how}: {:>7.3} {:>7.3}", median * 1e3, best * 1e3);
    }
    println!();
}

/// On one thread, cut into a part for every core, and shared by the kernel.
fn compare(what: &str, mut cut: impl FnMut(), own: impl FnMut()) {
    use_cores(true);
    let one = measure(&mut cut);
    use_cores(false);
    line(what, &[("one thread", one), ("cut", measure(cut)), ("by the kernel", measure(own))]);
}

/// Ways of sharing the work of a step of 3200 examples, and of a factor with 785 rows.
pub fn sharing() {
    println!("\nways of sharing on {} cores: ms (median and best)", cores());
    let (x, s) = (wave_panel(INPUTS, EXAMPLES), wave_panel(UNITS, EXAMPLES));
    let mut gradient = vec![0.0; INPUTS * UNITS];
    let mut own = Mat::<f32>::zeros(INPUTS, UNITS);
    compare(
        "product 785×3200 by 3200×50",
        || {
            let (x, s) = (Panel::new(&x, INPUTS), Panel::new(&s, UNITS));
            PanelMut::new(&mut gradient, INPUTS).set_mul_tr(1.0, x, s, 0.0);
        },
        || matmul(own.as_mut(), Accum::Replace, view(&x, INPUTS), view(&s, UNITS).transpose(), 1.0, kernels_own()),
    );
    let mut factor = vec![0.0; INPUTS * INPUTS];
    let mut own = Mat::<f32>::zeros(INPUTS, INPUTS);
    compare(
        "symmetric product of 785×3200",
        || PanelMut::new(&mut factor, INPUTS).set_square(1.0, Panel::new(&x, INPUTS), 0.0),
        || {
            let (x, c) = (view(&x, INPUTS), own.as_mut());
            let across = x.transpose();
            let (full, par) = (Rectangular, kernels_own());
            triangular::matmul(c, TriangularLower, Accum::Replace, x, full, across, full, 1.0, par);
        },
    );
    factors(&own);
}

fn factors(square: &Mat<f32>) {
    let matrix = Mat::from_fn(INPUTS, INPUTS, |i, j| square[(i, j)] + if i == j { EXAMPLES as f32 } else { 0.0 });
    let mut lower = matrix.clone();
    let pars = [("one thread", Par::Seq), ("by the kernel", kernels_own())];
    let times = pars.map(|(how, par)| {
        let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f32>(INPUTS, par, Spec::default()));
        let factorise = || {
            lower.copy_from(&matrix);
            let stack = MemStack::new(&mut memory);
            cholesky_in_place(lower.as_mut(), LltRegularization::default(), par, stack, Spec::default()).unwrap();
        };
        (how, measure(factorise))
    });
    line("Cholesky of 785×785", &times);
    let right = Mat::from_fn(INPUTS, UNITS, wave);
    let mut x = right.clone();
    let times = pars.map(|(how, par)| {
        let solve = || {
            x.copy_from(&right);
            solve_in_place(lower.as_ref(), x.as_mut(), par, MemStack::new(&mut []));
        };
        (how, measure(solve))
    });
    line("its solve for 50 columns", &times);
}
