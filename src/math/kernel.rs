//! faer's kernels for the two scalars, compiled here once: generic, they would be compiled again in every crate that uses a product.
//!
//! The kernels leave the upper halves of the vector registers in use, after which older instructions, such as the mathematical library's, wait for those
//! halves: tanh was measured 18 times slower. So every kernel is followed by [`release_upper_halves`].

use std::hint::black_box;

use faer::{
    Accum, MatMut, MatRef, Par, Spec,
    diag::DiagMut,
    dyn_stack::{MemStack, StackReq},
    linalg::{
        cholesky::llt::{self, factor::LltRegularization},
        evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch},
        matmul::{
            matmul,
            triangular::{self, BlockStructure::Rectangular, BlockStructure::TriangularLower},
        },
    },
};

/// What a scalar must be able to do, each on the thread that asks for it.
pub trait Kernel: Sized {
    /// C ← αAB (+ C).
    fn product(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, b: MatRef<'_, Self>, alpha: Self);
    /// The lower triangle of C ← αAAᵀ (+ C).
    fn square(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, alpha: Self);
    /// What [`cholesky`](Kernel::cholesky) needs.
    fn cholesky_scratch(n: usize) -> StackReq;
    /// A ← L with A = LLᵀ, lower triangles; false where A is not positive definite.
    fn cholesky(a: MatMut<'_, Self>, stack: &mut MemStack) -> bool;
    /// X ← (LLᵀ)⁻¹X.
    fn solve(lower: MatRef<'_, Self>, x: MatMut<'_, Self>);
}

/// Runs a wide instruction in a function that, as the compiler makes them, ends by releasing the registers it used.
fn release_upper_halves() {
    struct WideAddition;
    impl pulp::WithSimd for WideAddition {
        type Output = ();

        #[expect(
            clippy::inline_always,
            reason = "only inside the caller, which may use wide registers, does it use them"
        )]
        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, simd: S) {
            let ones = black_box(simd.splat_f64s(1.0));
            black_box(simd.add_f64s(ones, ones));
        }
    }
    pulp::Arch::new().dispatch(WideAddition);
}

/// What [`eigen`] needs.
pub(super) fn eigen_scratch(n: usize) -> StackReq {
    self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default())
}

/// Q and the eigenvalues of A = Q·diag(values)·Qᵀ from A's lower triangle; false where the iteration does not converge.
pub(super) fn eigen(a: MatRef<'_, f64>, values: &mut [f64], vectors: MatMut<'_, f64>, stack: &mut MemStack) -> bool {
    let done = self_adjoint_evd(a, DiagMut::from_slice_mut(values), Some(vectors), Par::Seq, stack, Spec::default());
    release_upper_halves();
    done.is_ok()
}

macro_rules! kernel {
    ($scalar:ty) => {
        impl Kernel for $scalar {
            fn product(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, b: MatRef<'_, Self>, alpha: Self) {
                matmul(c, accum, a, b, alpha, Par::Seq);
                release_upper_halves();
            }

            fn square(c: MatMut<'_, Self>, accum: Accum, a: MatRef<'_, Self>, alpha: Self) {
                let across = a.transpose();
                triangular::matmul(c, TriangularLower, accum, a, Rectangular, across, Rectangular, alpha, Par::Seq);
                release_upper_halves();
            }

            fn cholesky_scratch(n: usize) -> StackReq {
                llt::factor::cholesky_in_place_scratch::<Self>(n, Par::Seq, Spec::default())
            }

            fn cholesky(a: MatMut<'_, Self>, stack: &mut MemStack) -> bool {
                let done =
                    llt::factor::cholesky_in_place(a, LltRegularization::default(), Par::Seq, stack, Spec::default());
                release_upper_halves();
                done.is_ok()
            }

            fn solve(lower: MatRef<'_, Self>, x: MatMut<'_, Self>) {
                // Solving in place needs no scratch.
                llt::solve::solve_in_place(lower, x, Par::Seq, MemStack::new(&mut []));
                release_upper_halves();
            }
        }
    };
}

kernel!(f32);
kernel!(f64);
