//! Forward passes: values, and their rates along a direction.

use std::{mem, ops::Range};

use nalgebra::DMatrix;

use super::Activation;
use crate::math::{Panel, PanelMut, Real};

/// The sizes of a network and where each layer's W lies in θ.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) sizes: Vec<usize>,
    pub(super) activation: Activation,
    ranges: Vec<Range<usize>>,
}

impl Shape {
    pub(super) fn new(sizes: &[usize], activation: Activation) -> Self {
        let mut end = 0;
        let ranges = sizes
            .windows(2)
            .map(|pair| {
                let start = end;
                end += (pair[0] + 1) * pair[1];
                start..end
            })
            .collect();
        Self { sizes: sizes.to_vec(), activation, ranges }
    }

    /// How many layers have weights.
    pub(super) fn layers(&self) -> usize {
        self.ranges.len()
    }

    pub(super) fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// (inputs + 1, outputs) of every layer.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        self.sizes.windows(2).map(|pair| (pair[0] + 1, pair[1]))
    }

    /// W of a layer in θ, or in any vector shaped like θ.
    pub(super) fn weights<'a, T: Real>(&self, layer: usize, theta: &'a [T]) -> Panel<'a, T> {
        Panel::new(&theta[self.ranges[layer].clone()], self.sizes[layer] + 1)
    }

    /// W̄: W without its biases.
    pub(super) fn weights_only<'a, T: Real>(&self, layer: usize, theta: &'a [T]) -> Panel<'a, T> {
        self.weights(layer, theta).top(self.sizes[layer])
    }

    pub(super) fn weights_mut<'a, T: Real>(&self, layer: usize, theta: &'a mut [T]) -> PanelMut<'a, T> {
        PanelMut::new(&mut theta[self.ranges[layer].clone()], self.sizes[layer] + 1)
    }
}

/// Makes `matrix` rows×columns, keeping it if it already is; says whether its entries have moved.
/// Its memory is kept either way, so that batches of two sizes do not allocate in turn.
pub(super) fn fit<T: Real>(matrix: &mut DMatrix<T>, rows: usize, columns: usize) -> bool {
    let renew = matrix.shape() != (rows, columns);
    if renew {
        let mut numbers: Vec<T> = mem::replace(matrix, DMatrix::zeros(0, 0)).data.into();
        numbers.resize(rows * columns, T::zero());
        *matrix = DMatrix::from_vec(rows, columns, numbers);
    }
    renew
}

/// The activations that a forward pass leaves behind.
#[derive(Clone, Debug)]
pub(super) struct Forward<T: Real> {
    /// Z_0, the first layer's pre-activations: n_1×N.
    first: DMatrix<T>,
    /// A_1 … A_{L−1}, each (n_l + 1)×N with its row of ones.
    hidden: Vec<DMatrix<T>>,
    /// Z_{L−1}: n_L×N, the outputs.
    outputs: DMatrix<T>,
}

impl<T: Real> Forward<T> {
    pub(super) fn new(shape: &Shape) -> Self {
        Self {
            first: DMatrix::zeros(0, 0),
            hidden: vec![DMatrix::zeros(0, 0); shape.layers() - 1],
            outputs: DMatrix::zeros(0, 0),
        }
    }

    pub(super) fn first(&self) -> &DMatrix<T> {
        &self.first
    }

    pub(super) fn outputs(&self) -> &DMatrix<T> {
        &self.outputs
    }

    /// A_layer for layer ≥ 1; A_0 is the batch's inputs.
    pub(super) fn hidden(&self, layer: usize) -> &DMatrix<T> {
        &self.hidden[layer - 1]
    }

    /// Z_l = W_lᵀA_l, A_{l+1} = [φ(Z_l); 1].
    pub(super) fn run(&mut self, shape: &Shape, theta: &[T], inputs: Panel<'_, T>) {
        fit(&mut self.first, shape.sizes[1], inputs.columns());
        PanelMut::from(&mut self.first).set_tr_mul(T::one(), shape.weights(0, theta), inputs, T::zero());
        self.finish(shape, theta);
    }

    /// The same with Z_0 = `first` − Σ w·rate.
    pub(super) fn run_from<'r>(
        &mut self,
        shape: &Shape,
        theta: &[T],
        first: &DMatrix<T>,
        rates: impl Iterator<Item = (&'r DMatrix<T>, T)>,
    ) {
        fit(&mut self.first, first.nrows(), first.ncols());
        self.first.copy_from(first);
        for (rate, weight) in rates {
            self.first.zip_apply(rate, |z, rate| *z -= weight * rate);
        }
        self.finish(shape, theta);
    }

    /// Everything above Z_0.
    fn finish(&mut self, shape: &Shape, theta: &[T]) {
        let (examples, last) = (self.first.ncols(), shape.layers() - 1);
        fit(&mut self.outputs, shape.outputs(), examples);
        if last == 0 {
            self.outputs.copy_from(&self.first);
            return;
        }
        for layer in 0..last {
            let units = shape.sizes[layer + 1];
            let (below, above) = self.hidden.split_at_mut(layer);
            let target = &mut above[0];
            if fit(target, units + 1, examples) {
                target.row_mut(units).fill(T::one());
            }
            if let Some(source) = below.last() {
                let weights = shape.weights(layer, theta);
                PanelMut::from(&mut *target).top(units).set_tr_mul(T::one(), weights, source.into(), T::zero());
                for column in target.as_mut_slice().chunks_exact_mut(units + 1) {
                    shape.activation.apply(&mut column[..units]);
                }
            } else {
                let columns = target.as_mut_slice().chunks_exact_mut(units + 1);
                for (column, z) in columns.zip(self.first.as_slice().chunks_exact(units)) {
                    column[..units].copy_from_slice(z);
                    shape.activation.apply(&mut column[..units]);
                }
            }
        }
        let (weights, source) = (shape.weights(last, theta), Panel::from(&self.hidden[last - 1]));
        PanelMut::from(&mut self.outputs).set_tr_mul(T::one(), weights, source, T::zero());
    }
}

/// How the values of a forward pass change along a direction V in θ: Jacobian–vector products.
#[derive(Clone, Debug)]
pub(super) struct Tangent<T: Real> {
    /// Ż of the hidden layers 1 … L−1, n_l×N.
    pub(super) rates: Vec<DMatrix<T>>,
    /// Ȧ = φ′ ⊙ Ż of the same.
    pub(super) activations: Vec<DMatrix<T>>,
    /// JV: Ż of the outputs, n_L×N.
    pub(super) outputs: DMatrix<T>,
}

impl<T: Real> Tangent<T> {
    pub(super) fn new(shape: &Shape) -> Self {
        let empty = vec![DMatrix::zeros(0, 0); shape.layers() - 1];
        Self { rates: empty.clone(), activations: empty, outputs: DMatrix::zeros(0, 0) }
    }

    /// Ż_0.
    pub(super) fn first(&self) -> &DMatrix<T> {
        self.rates.first().unwrap_or(&self.outputs)
    }

    /// Ż_l = V_lᵀA_l + W̄_lᵀȦ_l, Ȧ_{l+1} = φ′(A_{l+1}) ⊙ Ż_l, where W̄ is W without its biases.
    pub(super) fn run(
        &mut self,
        shape: &Shape,
        theta: &[T],
        direction: &[T],
        inputs: Panel<'_, T>,
        forward: &Forward<T>,
    ) {
        let (examples, last) = (inputs.columns(), shape.layers() - 1);
        for layer in 0..=last {
            let units = shape.sizes[layer + 1];
            let source = if layer == 0 { inputs } else { Panel::from(forward.hidden(layer)) };
            let (below, above) = self.activations.split_at_mut(layer);
            let target = if layer == last { &mut self.outputs } else { &mut self.rates[layer] };
            fit(target, units, examples);
            let mut rates = PanelMut::from(target);
            rates.set_tr_mul(T::one(), shape.weights(layer, direction), source, T::zero());
            if let Some(below) = below.last() {
                rates.set_tr_mul(T::one(), shape.weights_only(layer, theta), below.into(), T::one());
            }
            if layer < last {
                fit(&mut above[0], units, examples);
                let values = forward.hidden(layer + 1).as_slice().chunks_exact(units + 1);
                let rates = self.rates[layer].as_slice().chunks_exact(units);
                for ((a, z), out) in values.zip(rates).zip(above[0].as_mut_slice().chunks_exact_mut(units)) {
                    for ((&a, &z), out) in a.iter().zip(z).zip(out) {
                        *out = shape.activation.slope(a) * z;
                    }
                }
            }
        }
    }
}

/// S of layers 1 … L: derivatives by Z_{l−1}, n_l×N.
#[derive(Clone, Debug)]
pub(super) struct Backward<T: Real> {
    layers: Vec<DMatrix<T>>,
    /// W̄_l S_{l+1} of one layer, which the rates of a bent φ need.
    back: DMatrix<T>,
}

impl<T: Real> Backward<T> {
    pub(super) fn new(shape: &Shape) -> Self {
        Self { layers: vec![DMatrix::zeros(0, 0); shape.layers()], back: DMatrix::zeros(0, 0) }
    }

    /// S_{layer+1}: the derivative by layer `layer`'s outputs.
    pub(super) fn after(&self, layer: usize) -> &DMatrix<T> {
        &self.layers[layer]
    }

    /// The derivative by the network's outputs, to be filled in before [`run`](Self::run).
    pub(super) fn top_mut(&mut self, shape: &Shape, examples: usize) -> &mut DMatrix<T> {
        let top = shape.layers() - 1;
        fit(&mut self.layers[top], shape.outputs(), examples);
        &mut self.layers[top]
    }

    /// S_l = φ′(A_l) ⊙ (W̄_l S_{l+1}), from the top down.
    pub(super) fn run(&mut self, shape: &Shape, theta: &[T], forward: &Forward<T>) {
        for layer in (1..shape.layers()).rev() {
            let units = shape.sizes[layer];
            let (below, above) = self.layers.split_at_mut(layer);
            let (target, source) = (&mut below[layer - 1], &above[0]);
            fit(target, units, source.ncols());
            PanelMut::from(&mut *target).set_mul(T::one(), shape.weights_only(layer, theta), source.into(), T::zero());
            let values = forward.hidden(layer).as_slice().chunks_exact(units + 1);
            for (a, s) in values.zip(target.as_mut_slice().chunks_exact_mut(units)) {
                for (&a, s) in a.iter().zip(s) {
                    *s *= shape.activation.slope(a);
                }
            }
        }
    }

    /// Ṡ_l = φ″ ⊙ Ż_l ⊙ (W̄_l S_{l+1}) + φ′ ⊙ (V̄_l S_{l+1} + W̄_l Ṡ_{l+1}) of one layer; `self` holds Ṡ, `gradient` holds S.
    pub(super) fn step_rate(
        &mut self,
        activation: Activation,
        layer: usize,
        [weights, slopes]: [Panel<'_, T>; 2],
        forward: &Forward<T>,
        gradient: &Self,
        tangent: &Tangent<T>,
    ) {
        let (s, units) = (gradient.after(layer), weights.rows());
        let (below, above) = self.layers.split_at_mut(layer);
        let rate = &mut below[layer - 1];
        fit(rate, units, s.ncols());
        let mut target = PanelMut::from(&mut *rate);
        target.set_mul(T::one(), slopes, s.into(), T::zero());
        target.set_mul(T::one(), weights, (&above[0]).into(), T::one());
        let values = forward.hidden(layer).as_slice().chunks_exact(units + 1);
        let columns = rate.as_mut_slice().chunks_exact_mut(units);
        if activation.is_piecewise_linear() {
            for (out, a) in columns.zip(values) {
                out.iter_mut().zip(a).for_each(|(out, &a)| *out *= activation.slope(a));
            }
            return;
        }
        fit(&mut self.back, units, s.ncols());
        PanelMut::from(&mut self.back).set_mul(T::one(), weights, s.into(), T::zero());
        let bends = tangent.rates[layer - 1].as_slice().chunks_exact(units);
        let bends = bends.zip(self.back.as_slice().chunks_exact(units));
        for ((out, a), (z, back)) in columns.zip(values).zip(bends) {
            for ((out, &a), (&z, &back)) in out.iter_mut().zip(a).zip(z.iter().zip(back)) {
                *out = *out * activation.slope(a) + activation.bend(a) * z * back;
            }
        }
    }
}
