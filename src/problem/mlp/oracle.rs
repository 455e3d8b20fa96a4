//! A network's oracle: forward and backward passes on the step's batch, and products with its curvature.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector, Matrix2};

use super::{
    Loss, Shared,
    batches::Selection,
    pass::{Backward, Forward, Tangent, fit},
};
use crate::{
    math::{Panel, PanelMut, Purpose, Real, gather},
    problem::{Curvature, Estimator, Factors, Oracle},
};

pub(super) struct MlpOracle<T: Real> {
    shared: Arc<Shared<T>>,
    step: u64,
    batch: Selection,
    /// The inputs of a batch that is not a run of consecutive examples.
    gathered: DMatrix<T>,
    /// θ of the last linearisation, and what its passes left.
    theta: DVector<T>,
    forward: Forward<T>,
    /// softmax(z) for cross-entropy, z for mse.
    linked: DMatrix<T>,
    backward: Backward<T>,
    /// Other points and other derivatives than those of the linearisation.
    trial: Forward<T>,
    probe: Backward<T>,
    tangents: [Tangent<T>; 2],
    /// How many of the tangents are those of the last `gram` at the linearisation.
    current: usize,
    product: DVector<T>,
    /// One column an example: the derivative by θ of what is propagated back from it; where C itself is asked for.
    slopes: DMatrix<T>,
}

impl<T: Real> MlpOracle<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        let shape = &shared.shape;
        let mut oracle = Self {
            step: 0,
            batch: Selection::empty(),
            gathered: DMatrix::zeros(0, 0),
            theta: DVector::zeros(0),
            forward: Forward::new(shape),
            linked: DMatrix::zeros(0, 0),
            backward: Backward::new(shape),
            trial: Forward::new(shape),
            probe: Backward::new(shape),
            tangents: [Tangent::new(shape), Tangent::new(shape)],
            current: 0,
            product: DVector::zeros(0),
            slopes: DMatrix::zeros(0, 0),
            shared,
        };
        oracle.select(1);
        oracle
    }

    fn penalty(&self, theta: &DVector<T>) -> T {
        if self.shared.l2 > T::zero() { T::of(0.5) * self.shared.l2 * theta.norm_squared() } else { T::zero() }
    }

    /// f from the outputs of the trial pass at `theta`.
    fn trial_loss(&self, theta: &DVector<T>) -> T {
        let outputs = self.trial.outputs();
        let total = Loss::total(outputs, &self.shared.train.goals, |n| self.batch.member(n));
        total / T::of(outputs.ncols() as f64) + self.penalty(theta)
    }

    /// Hv at the linearisation into `self.product`, forward over reverse: with a dot for the rate along v,
    ///
    /// ```text
    /// ∇Ẇ_l = Ȧ_l S_{l+1}ᵀ + A_l Ṡ_{l+1}ᵀ
    /// Ṡ_L  = F_z Ż_L / N
    /// Ṡ_l  = φ″ ⊙ Ż_l ⊙ (W̄_l S_{l+1}) + φ′ ⊙ (V̄_l S_{l+1} + W̄_l Ṡ_{l+1})
    /// ```
    fn hessian_product(&mut self, direction: &DVector<T>) {
        let Self { shared, batch, gathered, theta, forward, linked, backward, probe, tangents, product, .. } = self;
        let shape = &shared.shape;
        let inputs = batch_inputs(shared, batch, gathered);
        let examples = inputs.columns();
        let weight = T::one() / T::of(examples as f64);
        let tangent = &mut tangents[0];
        tangent.run(shape, theta.as_slice(), direction.as_slice(), inputs, forward);
        if product.len() != theta.len() {
            *product = DVector::zeros(theta.len());
        }

        let top = probe.top_mut(shape, examples);
        top.copy_from(&tangent.outputs);
        for (mut u, p) in top.column_iter_mut().zip(linked.column_iter()) {
            shared.loss.fisher_product(p.as_slice(), weight, u.as_mut_slice());
        }
        for layer in (0..shape.layers()).rev() {
            let source = if layer == 0 { inputs } else { forward.hidden(layer).into() };
            let mut gradient = shape.weights_mut(layer, product.as_mut_slice());
            gradient.set_mul_tr(T::one(), source, probe.after(layer).into(), T::zero());
            if layer > 0 {
                let (rates, above) = (&tangent.activations[layer - 1], backward.after(layer));
                gradient.top(shape.sizes[layer]).set_mul_tr(T::one(), rates.into(), above.into(), T::one());
                let weights = shape.weights_only(layer, theta.as_slice());
                let slopes = shape.weights_only(layer, direction.as_slice());
                probe.step_rate(shape.activation, layer, [weights, slopes], forward, backward, tangent);
            }
        }
        product.axpy(shared.l2, direction, T::one());
    }

    /// Ż of the outputs along each direction, into the tangents.
    fn push_forward(&mut self, directions: &[&DVector<T>]) {
        let Self { shared, batch, gathered, theta, forward, tangents, .. } = self;
        let inputs = batch_inputs(shared, batch, gathered);
        for (tangent, direction) in tangents.iter_mut().zip(directions) {
            tangent.run(&shared.shape, theta.as_slice(), direction.as_slice(), inputs, forward);
        }
        self.current = directions.len();
    }

    /// (1/N) Σ form(n, Ż_iₙ, Ż_jₙ) + c·v_iᵀv_j over the pairs of directions.
    fn gram_of(&mut self, directions: &[&DVector<T>], form: impl Fn(&Self, usize, &[T], &[T]) -> T) -> Matrix2<T> {
        self.push_forward(directions);
        let weight = T::one() / T::of(self.linked.ncols() as f64);
        symmetric(directions.len(), |i, j| {
            let pairs = self.tangents[i].outputs.column_iter().zip(self.tangents[j].outputs.column_iter());
            let sum =
                pairs.enumerate().fold(T::zero(), |sum, (n, (u, v))| sum + form(self, n, u.as_slice(), v.as_slice()));
            weight * sum + self.shared.l2 * directions[i].dot(directions[j])
        })
    }

    /// Back-propagates what `fill` puts at the outputs of every example, into the probe.
    fn pull_back(&mut self, mut fill: impl FnMut(&Shared<T>, usize, &[T], &mut [T])) {
        let Self { shared, batch, theta, forward, linked, probe, .. } = self;
        let top = probe.top_mut(&shared.shape, linked.ncols());
        for (n, (mut s, p)) in top.column_iter_mut().zip(linked.column_iter()).enumerate() {
            fill(shared, batch.member(n), p.as_slice(), s.as_mut_slice());
        }
        probe.run(&shared.shape, theta.as_slice(), forward);
    }

    /// Back-propagates an estimator's output derivatives, once or once an output, and hands over each time.
    fn pull_back_each(&mut self, estimator: Estimator, mut then: impl FnMut(&mut Self)) {
        match estimator {
            Estimator::Exact => {
                for k in 0..self.shared.shape.outputs() {
                    self.pull_back(|shared, _, p, s| shared.loss.fisher_column(p, k, s));
                    then(self);
                }
            }
            Estimator::Sampled => {
                let mut rng = crate::math::stream(self.shared.seed, Purpose::SampledTargets, self.step);
                self.pull_back(|shared, _, p, s| shared.loss.sampled_derivative(p, &mut rng, s));
                then(self);
            }
            Estimator::Empirical => {
                self.pull_back(|shared, member, p, s| {
                    Loss::derivative(p, &shared.train.goals, member, T::one(), s);
                });
                then(self);
            }
        }
    }

    /// Each example's derivative by θ of what was propagated back: a sᵀ of every layer, in θ's order.
    fn fill_slopes(&mut self) {
        let Self { shared, batch, gathered, theta, forward, probe, slopes, .. } = self;
        let inputs = batch_inputs(shared, batch, gathered);
        fit(slopes, theta.len(), inputs.columns());
        let (mut first, shape) = (0, &shared.shape);
        for (layer, (rows, units)) in shape.blocks().enumerate() {
            let sources = if layer == 0 { inputs } else { forward.hidden(layer).into() };
            let examples = sources.iter().zip(probe.after(layer).column_iter()).zip(slopes.column_iter_mut());
            for ((a, s), mut slope) in examples {
                let block = &mut slope.as_mut_slice()[first..first + rows * units];
                for (unit, &s) in block.chunks_exact_mut(rows).zip(s.iter()) {
                    unit.iter_mut().zip(a).for_each(|(slope, &a)| *slope = a * s);
                }
            }
            first += rows * units;
        }
    }
}

/// A 2×2 symmetric matrix from the entries (i, j), i ≤ j < n; the others are 0.
fn symmetric<T: Real>(n: usize, entry: impl Fn(usize, usize) -> T) -> Matrix2<T> {
    let mut matrix = Matrix2::zeros();
    for i in 0..n {
        for j in i..n {
            matrix[(i, j)] = entry(i, j);
            matrix[(j, i)] = matrix[(i, j)];
        }
    }
    matrix
}

/// A_0 of the batch.
fn batch_inputs<'a, T: Real>(shared: &'a Shared<T>, batch: &Selection, gathered: &'a DMatrix<T>) -> Panel<'a, T> {
    let rows = shared.train.inputs.nrows();
    match batch.run() {
        Some(from) => Panel::new(&shared.train.inputs.as_slice()[from * rows..(from + batch.len()) * rows], rows),
        None => gathered.into(),
    }
}

impl<T: Real> Oracle<T> for MlpOracle<T> {
    fn select(&mut self, step: u64) {
        self.step = step;
        self.batch.select(step, &self.shared.batches);
        if self.batch.run().is_none() {
            let all = &self.shared.train.inputs;
            let rows = all.nrows();
            fit(&mut self.gathered, rows, self.batch.len());
            let batch = &self.batch;
            gather(self.gathered.as_mut_slice(), all.as_slice(), rows, |n| batch.member(n));
        }
    }

    fn loss(&mut self, theta: &DVector<T>) -> T {
        let Self { shared, batch, gathered, trial, .. } = self;
        trial.run(&shared.shape, theta.as_slice(), batch_inputs(shared, batch, gathered));
        self.trial_loss(theta)
    }

    fn full_loss(&mut self, theta: &DVector<T>) -> T {
        let all = self.shared.train.len();
        if self.batch.run() == Some(0) && self.batch.len() == all {
            return self.loss(theta);
        }
        let mean = self.shared.train.mean_loss(&self.shared.shape, theta.as_slice(), &mut self.trial);
        T::of(mean) + self.penalty(theta)
    }

    /// The first layer is linear in its weights: its Z at θ − Vw is Z − Σ wᵢŻᵢ, without a product with the inputs, the largest of all.
    fn loss_along(&mut self, trial: &DVector<T>, weights: &[T]) -> T {
        if weights.len() > self.current {
            return self.loss(trial);
        }
        let rates = self.tangents.iter().map(Tangent::first).zip(weights.iter().copied());
        self.trial.run_from(&self.shared.shape, trial.as_slice(), self.forward.first(), rates);
        self.trial_loss(trial)
    }

    fn linearise(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        if self.theta.len() != theta.len() {
            self.theta = DVector::zeros(theta.len());
        }
        self.theta.copy_from(theta);
        self.current = 0;
        let Self { shared, batch, gathered, forward, linked, backward, .. } = self;
        let shape = &shared.shape;
        let inputs = batch_inputs(shared, batch, gathered);
        let examples = inputs.columns();
        let weight = T::one() / T::of(examples as f64);

        forward.run(shape, theta.as_slice(), inputs);
        fit(linked, shape.outputs(), examples);
        linked.copy_from(forward.outputs());
        let top = backward.top_mut(shape, examples);
        let mut total = T::zero();
        for (n, (mut p, mut s)) in linked.column_iter_mut().zip(top.column_iter_mut()).enumerate() {
            let member = batch.member(n);
            total += Loss::link(p.as_mut_slice(), &shared.train.goals, member);
            Loss::derivative(p.as_slice(), &shared.train.goals, member, weight, s.as_mut_slice());
        }
        backward.run(shape, theta.as_slice(), forward);
        for layer in 0..shape.layers() {
            let source = if layer == 0 { inputs } else { forward.hidden(layer).into() };
            let mut target = shape.weights_mut(layer, gradient.as_mut_slice());
            target.set_mul_tr(T::one(), source, backward.after(layer).into(), T::zero());
        }
        if shared.l2 > T::zero() {
            gradient.axpy(shared.l2, theta, T::one());
        }
        total * weight + self.penalty(theta)
    }

    fn gram(&mut self, curvature: Curvature, directions: &[&DVector<T>]) -> Matrix2<T> {
        match curvature {
            Curvature::Fisher => self.gram_of(directions, |oracle, n, u, v| {
                oracle.shared.loss.fisher_form(oracle.linked.column(n).as_slice(), u, v)
            }),
            Curvature::Empirical => self.gram_of(directions, |oracle, n, u, v| {
                // The top of the backward pass holds the examples' output derivatives over N.
                let s = oracle.backward.after(oracle.shared.shape.layers() - 1).column(n);
                let along = |rate: &[T]| s.iter().zip(rate).fold(T::zero(), |sum, (&s, &r)| sum + s * r);
                let examples = T::of(oracle.linked.ncols() as f64);
                along(u) * along(v) * examples * examples
            }),
            Curvature::Hessian => {
                let mut gram = Matrix2::zeros();
                self.current = usize::from(directions.len() == 1);
                for (j, direction) in directions.iter().enumerate() {
                    self.hessian_product(direction);
                    for (i, other) in directions.iter().enumerate().take(j + 1) {
                        gram[(i, j)] = self.product.dot(other);
                        gram[(j, i)] = gram[(i, j)];
                    }
                }
                gram
            }
        }
    }

    fn statistics(&mut self, estimator: Estimator, share: T, factors: &mut [Factors<T>]) {
        let (keep, weight) = (T::one() - share, share / T::of(self.linked.ncols() as f64));
        for (layer, factor) in factors.iter_mut().enumerate() {
            let inputs = batch_inputs(&self.shared, &self.batch, &self.gathered);
            let source = if layer == 0 { inputs } else { self.forward.hidden(layer).into() };
            PanelMut::from(&mut factor.a).set_square(weight, source, keep);
            factor.g *= keep;
        }
        self.pull_back_each(estimator, |oracle| {
            for (layer, factor) in factors.iter_mut().enumerate() {
                PanelMut::from(&mut factor.g).set_square(weight, oracle.probe.after(layer).into(), T::one());
            }
        });
    }

    fn full_statistics(&mut self, estimator: Estimator, share: T, matrix: &mut DMatrix<T>) {
        let weight = share / T::of(self.linked.ncols() as f64);
        *matrix *= T::one() - share;
        self.pull_back_each(estimator, |oracle| {
            oracle.fill_slopes();
            PanelMut::from(&mut *matrix).set_square(weight, (&oracle.slopes).into(), T::one());
        });
    }
}
