//! faer's kernels for the two scalars, compiled here once: generic, they would be compiled again in every crate that uses a product.

use faer::{
    Accum, MatMut, MatRef, Par, Spec,
    dyn_stack::{MemStack, StackReq},
    linalg::{
        cholesky::llt::{self, factor::LltRegularization},
        matmul::{
            matmul,
            triangular::{self, BlockStructure::Rectangular, BlockStructure::TriangularLower},
        },
    },
};

/// What a scalar must be able to do.
pub trait Kernel: Sized {
    /// C ← αAB (+ C).
    fn product(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, b: MatRef<'_, Self>, alpha: Self, par: Par);
    /// The lower triangle of C ← αAAᵀ (+ C).
    fn square(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, alpha: Self, par: Par);
    /// What [`cholesky`](Kernel::cholesky) needs.
    fn cholesky_scratch(n: usize, par: Par) -> StackReq;
    /// A ← L with A = LLᵀ, lower triangles; false where A is not positive definite.
    fn cholesky(a: MatMut<'_, Self>, par: Par, stack: &mut MemStack) -> bool;
    /// X ← (LLᵀ)⁻¹X.
    fn solve(lower: MatRef<'_, Self>, x: MatMut<'_, Self>, par: Par);
}

macro_rules! kernel {
    ($scalar:ty) => {
        impl Kernel for $scalar {
            fn product(
                c: MatMut<'_, Self>,
                accum: Accum,
                a: MatRef<'_, Self>,
                b: MatRef<'_, Self>,
                alpha: Self,
                par: Par,
            ) {
                matmul(c, accum, a, b, alpha, par);
            }

            fn square(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, alpha: Self, par: Par) {
                let across = a.transpose();
                triangular::matmul(c, TriangularLower, accum, a, Rectangular, across, Rectangular, alpha, par);
            }

            fn cholesky_scratch(n: usize, par: Par) -> StackReq {
                llt::factor::cholesky_in_place_scratch::<Self>(n, par, Spec::default())
            }

            fn cholesky(a: MatMut<'_, Self>, par: Par, stack: &mut MemStack) -> bool {
                llt::factor::cholesky_in_place(a, LltRegularization::default(), par, stack, Spec::default()).is_ok()
            }

            fn solve(lower: MatRef<'_, Self>, x: MatMut<'_, Self>, par: Par) {
                // Solving in place needs no scratch.
                llt::solve::solve_in_place(lower, x, par, MemStack::new(&mut []));
            }
        }
    };
}

kernel!(f32);
kernel!(f64);
