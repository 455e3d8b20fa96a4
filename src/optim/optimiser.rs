//! The one step of every optimiser here.

mod attempt;
mod calibrate;
mod end;

use nalgebra::{DVector, Vector2};

use super::{
    Coefficient, Cost, Curvature, Damping, Direction, QuadraticModel, Ratio, Recipe, StepRecord, StepSize, Visitor,
    Weights,
    arrival::{Arrival, STALLED_STEPS},
    direction::Local,
    halt::{self, Halt},
    whole::WholeLoss,
};
use crate::{
    math::Real,
    problem::{Network, Oracle, Problem},
};

pub use attempt::{Attempt, Calibration};
pub use calibrate::CALIBRATION_ROUNDS;

/// A direction, a step size and a damping rule: everything that tells one optimiser from another, with its state.
///
/// A clone is a checkpoint: it continues exactly as the original does.
#[derive(Clone, Debug)]
pub struct Optimiser<T: Real> {
    direction: Direction<T>,
    step_size: StepSize<T>,
    damping: Damping<T>,
    uses_damping: bool,
    curvature: Curvature,
    ratio: Ratio,
    monitor: bool,
    whole: WholeLoss<T>,
    /// Below so many roundings of f a predicted change says nothing of ρ.
    rho_floor: T,
    arrival: Arrival<T>,
    /// The last accepted update, where the step size has a coefficient for it.
    previous: Option<DVector<T>>,
    /// The session's step after which this one begins; its own steps are counted from there.
    origin: u64,
    steps: u64,
    /// So many steps in a row left every parameter as it was; the last so many of them were rejected.
    stalled: u32,
    rejected: u32,
}

/// Room for what a step computes and then forgets; it holds no state.
#[derive(Clone, Debug)]
pub struct Workspace<T: Real> {
    gradient: DVector<T>,
    direction: DVector<T>,
    update: DVector<T>,
    trial: DVector<T>,
}

impl<T: Real> Workspace<T> {
    /// For a problem of `dim` parameters.
    pub fn new(dim: usize) -> Self {
        let zeros = || DVector::zeros(dim);
        Self { gradient: zeros(), direction: zeros(), update: zeros(), trial: zeros() }
    }

    /// u = −Vw.
    pub fn update(&self) -> &DVector<T> {
        &self.update
    }

    /// θ′ = θ + u, until the step is settled.
    pub fn trial(&self) -> &DVector<T> {
        &self.trial
    }
}

/// What is known at θ before anything is proposed.
#[derive(Clone, Copy, Debug)]
struct Here<T> {
    loss: T,
    gradient_norm: T,
}

/// A direction that is not finite explains whatever followed from it.
fn blame<T: Real>(direction: &DVector<T>, halt: Halt) -> Halt {
    halt::all_finite("the direction", direction).err().unwrap_or(halt)
}

impl<T: Real> Optimiser<T> {
    /// As the recipe says, for this problem.
    pub fn new(recipe: &Recipe, problem: &dyn Problem<T>) -> Self {
        let dim = problem.start().len();
        Self {
            direction: Direction::new(&recipe.direction, problem, dim),
            step_size: StepSize::new(&recipe.step_size),
            damping: Damping::new(&recipe.damping),
            uses_damping: recipe.uses_damping(),
            curvature: recipe.curvature.unwrap_or(problem.curvatures()[0]),
            ratio: recipe.ratio,
            monitor: recipe.monitor,
            whole: WholeLoss::new(recipe.monitor_all),
            rho_floor: T::of(recipe.rho_floor),
            arrival: Arrival::new(recipe.tolerance, problem.network().map_or(1, Network::batches_per_epoch)),
            previous: None,
            origin: 0,
            steps: 0,
            stalled: 0,
            rejected: 0,
        }
    }

    /// The same, to begin after step `origin` of a session: batches and records then follow the session's count, everything else its own.
    #[must_use]
    pub fn beginning_after(mut self, origin: u64) -> Self {
        self.origin = origin;
        self
    }

    /// Whether a step [depends on λ](Recipe::uses_damping).
    pub fn uses_damping(&self) -> bool {
        self.uses_damping
    }

    /// About how much memory a checkpoint takes, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + size_of::<T>() * (self.direction.numbers() + self.previous.as_ref().map_or(0, DVector::len))
    }

    /// Shows everything the next step depends on, θ included.
    pub fn visit(&mut self, theta: &mut DVector<T>, visitor: &mut dyn Visitor<T>) {
        visitor.reals("params", theta.as_mut_slice());
        self.whole.forget();
        visitor.count("origin", &mut self.origin);
        visitor.count("steps", &mut self.steps);
        for (name, counter) in [("stalled", &mut self.stalled), ("rejected", &mut self.rejected)] {
            let mut count = u64::from(*counter);
            visitor.count(name, &mut count);
            *counter = u32::try_from(count).unwrap_or(STALLED_STEPS);
        }
        self.arrival.visit(visitor);
        self.damping.visit(visitor);
        self.step_size.visit(visitor);
        if visitor.part("has_previous", self.previous.is_some()) {
            let previous = self.previous.get_or_insert_with(|| DVector::zeros(theta.len()));
            visitor.reals("previous", previous.as_mut_slice());
        } else {
            self.previous = None;
        }
        self.direction.visit(visitor);
    }

    /// One step from θ, the same for every optimiser: an [`attempt`](Self::attempt), and what is made of it.
    ///
    /// ```text
    /// attempt    evaluate   f, g at θ on the step's batch
    ///            propose    V, one vector or two
    ///            model      A = VᵀCV, D = VᵀV, b = Vᵀg
    ///            weigh      w, fixed or argmin M(w)
    ///            move       θ′ = θ − Vw
    ///            new loss   f′ at θ′ on the same batch
    ///            rho        ρ = (f′ − f)/ΔM
    /// settle     judge      λ′; accept θ′ or stay
    /// ```
    ///
    /// Source: Clarke & Hernández-Lobato 2024, Algorithm 1 (AdamQLR) and its appendix (K-FAC).
    ///
    /// # Errors
    /// [`Halt`] where no step can be taken: θ, and with it the last good iterate, is left as it was, and so is `record`.
    pub fn step(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &mut DVector<T>,
        space: &mut Workspace<T>,
        record: &mut StepRecord,
    ) -> Result<(), Halt> {
        let attempt = self.attempt(oracle, theta, space)?;
        self.settle(&attempt, oracle, theta, space, record);
        Ok(())
    }

    /// The first half of a step: everything up to ρ. θ and λ are as before, and `space` holds the vectors.
    ///
    /// # Errors
    /// [`Halt`] where no step can be taken.
    #[inline]
    pub fn attempt(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
    ) -> Result<Attempt<T>, Halt> {
        let mut cost = Cost::default();
        let here = self.evaluate(oracle, theta, space, &mut cost)?;
        self.propose(oracle, space, &mut cost)?;
        self.direction.check(here.gradient_norm)?;
        let calibration = self.calibrate(here, oracle, theta, space, &mut cost)?;
        let model = self.model(oracle, space, &mut cost);
        let weights = self.weigh(model.as_ref(), space)?;
        let update_norm = self.move_along(theta, weights.w, space)?;
        let attempt = self.weighed(here, model, weights, update_norm);
        self.end(&attempt, oracle, theta, space)?;
        let new_loss = self.new_loss(&attempt, oracle, space, &mut cost)?;
        Ok(Attempt { calibration, cost, ..self.compare(attempt, new_loss, oracle, space) })
    }

    /// The second half of a step: λ′ by what ρ says, and θ′ taken or not.
    #[inline]
    pub fn settle(
        &mut self,
        attempt: &Attempt<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &mut DVector<T>,
        space: &mut Workspace<T>,
        record: &mut StepRecord,
    ) {
        let step = self.steps + 1;
        let verdict = self.damping.judge(step, attempt.rho, attempt.actual, attempt.rounding);
        record.reset(self.origin + step);
        attempt.note(record);
        verdict.note(record);
        self.whole.note(oracle, [theta, &space.trial], attempt.predicted, record);
        if verdict.rejected {
            if verdict.restore_direction {
                self.direction.restore();
            }
            self.stalled += 1;
            self.rejected += 1;
        } else {
            self.rejected = 0;
            self.stalled = if *theta == space.trial { self.stalled + 1 } else { 0 };
            std::mem::swap(theta, &mut space.trial);
            self.keep_update(&space.update);
        }
        self.step_size.remember(&attempt.weights);
        self.damping.set(verdict.next);
        self.steps = step;
        record.note_params(theta.as_slice());
    }

    /// f and g, or a reason to stop.
    fn evaluate(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
        cost: &mut Cost,
    ) -> Result<Here<T>, Halt> {
        oracle.select(self.origin + self.steps + 1);
        let loss = oracle.linearise(theta, &mut space.gradient);
        cost.gradients += 1;
        halt::finite("the loss f(θ)", loss)?;
        let gradient_norm = halt::norm("the gradient", &space.gradient)?;
        if gradient_norm < halt::negligible_norm() {
            return Err(Halt::ZeroGradient);
        }
        if self.steps == 0 {
            self.arrival.begin(gradient_norm, halt::norm("the start", theta)?);
        }
        self.arrival.see(gradient_norm);
        Ok(Here { loss, gradient_norm })
    }

    fn propose(&mut self, oracle: &mut dyn Oracle<T>, space: &mut Workspace<T>, cost: &mut Cost) -> Result<(), Halt> {
        if self.damping.may_restore_direction() {
            self.direction.remember();
        }
        let Workspace { gradient, direction, .. } = space;
        let mut local = self.local(oracle, gradient, cost);
        self.direction.propose(&mut local, direction)
    }

    fn local<'a>(&self, oracle: &'a mut dyn Oracle<T>, gradient: &'a DVector<T>, cost: &'a mut Cost) -> Local<'a, T> {
        let fixed_learning_rate = self.step_size.fixed_learning_rate().map(T::of);
        Local { oracle, gradient, lambda: self.damping.lambda(), step: self.steps + 1, fixed_learning_rate, cost }
    }

    /// The vectors proposed, and how many there are.
    fn vectors<'a>(&'a self, first: &'a DVector<T>) -> ([&'a DVector<T>; 2], usize) {
        ([first, self.previous.as_ref().unwrap_or(first)], 1 + usize::from(self.previous.is_some()))
    }

    /// M over the vectors proposed, where something asks for it.
    fn model(&self, oracle: &mut dyn Oracle<T>, space: &Workspace<T>, cost: &mut Cost) -> Option<QuadraticModel<T>> {
        let calibrates = self.steps == 0 && self.damping.calibrates();
        let needed =
            self.step_size.needs_model() || self.damping.needs_rho(self.steps + 1) || self.monitor || calibrates;
        needed.then(|| {
            let (vectors, count) = self.vectors(&space.direction);
            cost.products += count as u32;
            QuadraticModel::new(&vectors[..count], &space.gradient, oracle.gram(self.curvature, &vectors[..count]))
        })
    }

    /// w, fixed or the minimiser of the model.
    fn weigh(&self, model: Option<&QuadraticModel<T>>, space: &Workspace<T>) -> Result<Weights<T>, Halt> {
        let lambda = self.damping.lambda();
        let vectors = 1 + usize::from(self.previous.is_some());
        let weights = self.step_size.weights(vectors, model, lambda);
        let curvature = model.map_or(T::zero(), |model| model.curvature(lambda));
        let slope = model.map_or(T::zero(), |model| model.b[0]);
        for (quantity, value) in [
            ("the slope gᵀd", slope),
            ("the curvature κ = dᵀ(C + λI)d", curvature),
            ("the learning rate α", weights.w[0]),
            ("the momentum μ", weights.w[1]),
        ] {
            halt::finite(quantity, value).map_err(|halt| blame(&space.direction, halt))?;
        }
        Ok(weights)
    }

    /// θ′ = θ + update, update = −Vw; gives ‖update‖.
    fn move_along(&self, theta: &DVector<T>, w: Vector2<T>, space: &mut Workspace<T>) -> Result<T, Halt> {
        let Workspace { direction, update, trial, .. } = space;
        let [first, second] = [-w[0], -w[1]];
        let targets = update.as_mut_slice().iter_mut().zip(trial.as_mut_slice());
        let sources = direction.as_slice().iter().zip(theta.as_slice());
        match &self.previous {
            None => {
                for ((u, t), (&d, &x)) in targets.zip(sources) {
                    *u = first * d;
                    *t = x + *u;
                }
            }
            Some(previous) => {
                for (((u, t), (&d, &x)), &p) in targets.zip(sources).zip(previous.as_slice()) {
                    *u = first * d + second * p;
                    *t = x + *u;
                }
            }
        }
        halt::norm("the step", update).map_err(|halt| blame(direction, halt))
    }

    /// What there is of an attempt before f′ is known.
    fn weighed(
        &self,
        here: Here<T>,
        model: Option<QuadraticModel<T>>,
        weights: Weights<T>,
        update_norm: T,
    ) -> Attempt<T> {
        Attempt {
            loss: here.loss,
            gradient_norm: here.gradient_norm,
            lambda: self.damping.lambda(),
            model,
            weights,
            momentum: self.momentum(weights.w),
            update_norm,
            new_loss: None,
            predicted: None,
            actual: None,
            rho: None,
            rounding: None,
            calibration: None,
            cost: Cost::default(),
        }
    }

    /// f′, where something asks for it. Not finite, it ends the lane unless the rule answers by rejecting the step: then it is `None`.
    fn new_loss(
        &self,
        attempt: &Attempt<T>,
        oracle: &mut dyn Oracle<T>,
        space: &Workspace<T>,
        cost: &mut Cost,
    ) -> Result<Option<T>, Halt> {
        if !self.damping.needs_new_loss(self.steps + 1) && !self.monitor {
            return Ok(None);
        }
        cost.losses += 1;
        let new_loss = attempt.loss_at(oracle, &space.trial);
        if self.damping.may_reject() {
            return Ok(new_loss.is_finite().then_some(new_loss));
        }
        halt::finite("the new loss f(θ′)", new_loss)?;
        Ok(Some(new_loss))
    }

    /// ΔM, with or without λ, beside what came of it: ρ.
    fn compare(
        &self,
        attempt: Attempt<T>,
        new_loss: Option<T>,
        oracle: &mut dyn Oracle<T>,
        space: &Workspace<T>,
    ) -> Attempt<T> {
        let lambda = match self.ratio {
            Ratio::Damped => attempt.lambda,
            Ratio::Undamped => T::zero(),
        };
        let predicted = attempt.model.as_ref().map(|model| model.change(attempt.weights.w, lambda));
        let actual = self.actual(oracle, &space.trial, attempt.loss, new_loss, predicted);
        let rho = actual.zip(predicted).map(|(actual, predicted)| actual / predicted);
        let rounding = self.rounding(attempt.loss, predicted);
        Attempt { new_loss, predicted, actual, rho: rho.filter(nalgebra::ComplexField::is_finite), rounding, ..attempt }
    }

    /// μ, where the optimiser has one: a velocity's, or the coefficient of the previous update.
    fn momentum(&self, w: Vector2<T>) -> Option<f64> {
        match (&self.direction, self.step_size.momentum()) {
            (Direction::Gradient(gradient), Coefficient::Fixed(_)) if gradient.momentum().is_some() => {
                gradient.momentum().map(Into::into)
            }
            (Direction::Gradient(_) | Direction::Adam(_), _) if !self.step_size.uses_previous() => None,
            (_, Coefficient::Fixed(momentum)) => Some(momentum),
            // The sum keeps −0 out of the records.
            (_, Coefficient::Adaptive) => Some(0.0 - w[1].into()),
        }
    }

    fn keep_update(&mut self, update: &DVector<T>) {
        if self.step_size.uses_previous() {
            match &mut self.previous {
                Some(previous) => previous.copy_from(update),
                none => *none = Some(update.clone()),
            }
        }
    }
}
