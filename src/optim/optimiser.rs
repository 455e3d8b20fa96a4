//! The one step of every optimiser here.

mod end;

use nalgebra::{DVector, Vector2};

use super::{
    Coefficient, Cost, Curvature, Damping, Direction, QuadraticModel, Quantity, Ratio, Recipe, StepRecord, StepSize,
    Visitor,
    arrival::{Arrival, STALLED_STEPS},
    direction::Local,
    halt::{self, Halt},
    record::RECORDED_PARAMS,
    whole::WholeLoss,
};
use crate::{
    math::Real,
    problem::{Network, Oracle, Problem},
};

/// Calibration gives up after so many rounds.
pub const CALIBRATION_ROUNDS: u32 = 100;

/// A direction, a step size and a damping rule: everything that tells one optimiser from another, with its state.
///
/// A clone is a checkpoint: it continues exactly as the original does.
#[derive(Clone, Debug)]
pub struct Optimiser<T: Real> {
    direction: Direction<T>,
    step_size: StepSize<T>,
    damping: Damping<T>,
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
}

/// What the quadratic model makes of a proposal.
struct Attempt<T: Real> {
    model: Option<QuadraticModel<T>>,
    w: Vector2<T>,
    model_learning_rate: Option<T>,
}

/// A direction that is not finite explains whatever followed from it.
fn blame<T: Real>(direction: &DVector<T>, halt: Halt) -> Halt {
    halt::all_finite("the direction", direction).err().unwrap_or(halt)
}

/// ρ = (f′ − f)/ΔM, where that is a number.
fn ratio<T: Real>(actual: Option<T>, change: Option<T>) -> Option<T> {
    actual.zip(change).map(|(actual, change)| actual / change).filter(nalgebra::ComplexField::is_finite)
}

impl<T: Real> Attempt<T> {
    /// f′; along vectors whose curvature was asked for, the oracle knows a shorter way.
    fn loss(&self, oracle: &mut dyn Oracle<T>, trial: &DVector<T>) -> T {
        match &self.model {
            Some(model) => oracle.loss_along(trial, &self.w.as_slice()[..model.vectors]),
            None => oracle.loss(trial),
        }
    }
}

impl<T: Real> Optimiser<T> {
    /// As the recipe says, for this problem.
    pub fn new(recipe: &Recipe, problem: &dyn Problem<T>) -> Self {
        let dim = problem.start().len();
        Self {
            direction: Direction::new(&recipe.direction, problem, dim),
            step_size: StepSize::new(&recipe.step_size),
            damping: Damping::new(&recipe.damping),
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

    /// One step from θ, the same for every optimiser:
    ///
    /// ```text
    /// evaluate   f, g at θ on the step's batch
    /// propose    V, one vector or two
    /// model      A = VᵀCV, D = VᵀV, b = Vᵀg
    /// weigh      w, fixed or argmin M(w)
    /// move       θ′ = θ − Vw
    /// new loss   f′ at θ′ on the same batch
    /// rho        ρ = (f′ − f)/ΔM
    /// judge      λ′; accept θ′ or stay
    /// ```
    ///
    /// Source: Clarke & Hernández-Lobato 2024, Algorithm 1 (AdamQLR) and its appendix (K-FAC).
    ///
    /// # Errors
    /// [`Halt`] where no step can be taken: θ, and with it the last good iterate, is left as it was.
    pub fn step(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &mut DVector<T>,
        space: &mut Workspace<T>,
        record: &mut StepRecord,
    ) -> Result<(), Halt> {
        let step = self.steps + 1;
        record.reset(self.origin + step);
        let loss = self.evaluate(oracle, theta, space, record)?;
        self.propose(oracle, space, &mut record.cost)?;
        self.direction.check(record.get(Quantity::GradNorm).map_or_else(|| T::of(f64::INFINITY), T::of))?;
        if step == 1 && self.damping.calibrates() {
            self.calibrate(oracle, theta, loss, space, record)?;
        }
        let attempt = self.weigh(oracle, space, &mut record.cost)?;
        let update_norm = self.move_along(theta, &attempt, space)?;
        self.end(oracle, theta, &attempt, space, loss)?;
        let new_loss = self.new_loss(oracle, &attempt, space, record)?;
        let change = self.predicted(&attempt);
        let actual = self.actual(oracle, &space.trial, loss, new_loss, change);
        let rho = ratio(actual, change);
        let lost = self.lost(loss, change);
        let verdict = self.damping.judge(step, rho, actual, lost);
        record.lost = lost.is_some() && rho.is_some();
        self.note(&attempt, new_loss, change, rho, record);
        record.set(Quantity::NextDamping, verdict.next);
        record.set(Quantity::UpdateNorm, update_norm);
        record.rejected = verdict.rejected;
        self.whole.note(oracle, [theta, &space.trial], change, record);

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
        self.damping.set(verdict.next);
        self.steps = step;
        if theta.len() <= RECORDED_PARAMS {
            record.params.extend(theta.as_slice().iter().map(|&value| value.into()));
        }
        Ok(())
    }

    /// f and g, or a reason to stop.
    fn evaluate(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
        record: &mut StepRecord,
    ) -> Result<T, Halt> {
        oracle.select(record.step);
        let loss = oracle.linearise(theta, &mut space.gradient);
        record.cost.gradients += 1;
        halt::finite("the loss f(θ)", loss)?;
        let norm = halt::norm("the gradient", &space.gradient)?;
        if norm < halt::negligible_norm() {
            return Err(Halt::ZeroGradient);
        }
        if self.steps == 0 {
            self.arrival.begin(norm, halt::norm("the start", theta)?);
        }
        self.arrival.see(norm);
        record.set(Quantity::Loss, loss);
        record.set(Quantity::GradNorm, norm);
        Ok(loss)
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

    /// The quadratic model, where something asks for it, and the coefficients.
    fn weigh(&mut self, oracle: &mut dyn Oracle<T>, space: &Workspace<T>, cost: &mut Cost) -> Result<Attempt<T>, Halt> {
        let lambda = self.damping.lambda();
        let first = &space.direction;
        let (vectors, count) = self.vectors(first);
        let vectors = &vectors[..count];
        let calibrates = self.steps == 0 && self.damping.calibrates();
        let needed =
            self.step_size.needs_model() || self.damping.needs_rho(self.steps + 1) || self.monitor || calibrates;
        let model = needed.then(|| {
            cost.products += vectors.len() as u32;
            QuadraticModel::new(vectors, &space.gradient, oracle.gram(self.curvature, vectors))
        });
        let weights = self.step_size.weights(vectors.len(), model.as_ref(), lambda);
        let curvature = model.as_ref().map_or(T::zero(), |model| model.curvature(lambda));
        let slope = model.as_ref().map_or(T::zero(), |model| model.b[0]);
        for (quantity, value) in [
            ("the slope gᵀd", slope),
            ("the curvature κ = dᵀ(C + λI)d", curvature),
            ("the learning rate α", weights.w[0]),
            ("the momentum μ", weights.w[1]),
        ] {
            halt::finite(quantity, value).map_err(|halt| blame(first, halt))?;
        }
        Ok(Attempt { model, w: weights.w, model_learning_rate: weights.model_learning_rate })
    }

    /// θ′ = θ + update, update = −Vw; gives ‖update‖.
    fn move_along(&self, theta: &DVector<T>, attempt: &Attempt<T>, space: &mut Workspace<T>) -> Result<T, Halt> {
        let Workspace { direction, update, trial, .. } = space;
        let [first, second] = [-attempt.w[0], -attempt.w[1]];
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

    /// f′, where something asks for it. Not finite, it ends the lane unless the rule answers by rejecting the step: then it is `None`.
    fn new_loss(
        &self,
        oracle: &mut dyn Oracle<T>,
        attempt: &Attempt<T>,
        space: &Workspace<T>,
        record: &mut StepRecord,
    ) -> Result<Option<T>, Halt> {
        if !self.damping.needs_new_loss(self.steps + 1) && !self.monitor {
            return Ok(None);
        }
        record.cost.losses += 1;
        let new_loss = attempt.loss(oracle, &space.trial);
        if self.damping.may_reject() {
            return Ok(new_loss.is_finite().then_some(new_loss));
        }
        halt::finite("the new loss f(θ′)", new_loss)?;
        Ok(Some(new_loss))
    }

    /// ΔM, with or without λ.
    fn predicted(&self, attempt: &Attempt<T>) -> Option<T> {
        let lambda = match self.ratio {
            Ratio::Damped => self.damping.lambda(),
            Ratio::Undamped => T::zero(),
        };
        attempt.model.as_ref().map(|model| model.change(attempt.w, lambda))
    }

    /// λ₀ as the fixed point of the rule at the start: try the step without taking it, adapt λ, until λ stays.
    fn calibrate(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        loss: T,
        space: &mut Workspace<T>,
        record: &mut StepRecord,
    ) -> Result<(), Halt> {
        record.calibrated_from = Some(self.damping.lambda().into());
        let before = self.step_size.clone();
        for _ in 0..CALIBRATION_ROUNDS {
            let attempt = self.weigh(oracle, space, &mut record.cost)?;
            self.step_size = before.clone();
            self.move_along(theta, &attempt, space)?;
            let new_loss = attempt.loss(oracle, &space.trial);
            record.cost.losses += 1;
            let change = self.predicted(&attempt);
            let actual = new_loss.is_finite().then_some(new_loss - loss);
            let (lambda, next) = (self.damping.lambda(), self.damping.calibrated(ratio(actual, change)));
            if lambda == next || self.lost(loss, change).is_some() {
                return Ok(());
            }
            self.damping.set(next);
            let Workspace { gradient, direction, .. } = space;
            let mut local = self.local(oracle, gradient, &mut record.cost);
            self.direction.propose_again(&mut local, direction)?;
        }
        record.calibration_unsettled = true;
        Ok(())
    }

    fn note(
        &self,
        attempt: &Attempt<T>,
        new_loss: Option<T>,
        change: Option<T>,
        rho: Option<T>,
        record: &mut StepRecord,
    ) {
        use Quantity as Q;
        let lambda = self.damping.lambda();
        let mut set = |quantity, value: Option<T>| {
            if let Some(value) = value {
                record.set(quantity, value);
            }
        };
        set(Q::NewLoss, new_loss);
        set(Q::LearningRate, Some(attempt.w[0]));
        set(Q::Damping, Some(lambda));
        set(Q::ModelLearningRate, attempt.model_learning_rate);
        set(Q::ModelChange, change);
        set(Q::Rho, rho);
        if let Some(model) = &attempt.model {
            set(Q::Curvature, Some(model.curvature(lambda)));
            set(Q::GradDotDirection, Some(model.b[0]));
            set(Q::DirectionCurvature, Some(model.a[(0, 0)]));
            set(Q::DirectionSquaredNorm, Some(model.d[(0, 0)]));
            if model.vectors == 2 {
                set(Q::CrossCurvature, Some(model.a[(0, 1)]));
                set(Q::PreviousCurvature, Some(model.a[(1, 1)]));
                set(Q::CrossProduct, Some(model.d[(0, 1)]));
                set(Q::PreviousSquaredNorm, Some(model.d[(1, 1)]));
                set(Q::GradDotPrevious, Some(model.b[1]));
            }
        }
        self.note_momentum(attempt, record);
    }

    /// μ, where the optimiser has one: a velocity's, or the coefficient of the previous update.
    fn note_momentum(&self, attempt: &Attempt<T>, record: &mut StepRecord) {
        let momentum = match (&self.direction, self.step_size.momentum()) {
            (Direction::Gradient(gradient), Coefficient::Fixed(_)) if gradient.momentum().is_some() => {
                gradient.momentum().map(Into::into)
            }
            (Direction::Gradient(_) | Direction::Adam(_), _) if !self.step_size.uses_previous() => None,
            (_, Coefficient::Fixed(momentum)) => Some(momentum),
            // The sum keeps −0 out of the records.
            (_, Coefficient::Adaptive) => Some(0.0 - attempt.w[1].into()),
        };
        if let Some(momentum) = momentum {
            record.set(Quantity::Momentum, momentum);
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
