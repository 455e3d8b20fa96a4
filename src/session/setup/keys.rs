//! The one table of optimiser keys: read from problem files and options, written to traces, offered for editing.

use super::{
    field::{AT_LEAST_ONE, FRACTION, Field, NON_NEGATIVE, POSITIVE, Range, SHRINKING},
    optimiser::Name::{self, Adam, AdamQlr, Kfac, Sgd, SgdQlr},
};
use crate::{
    optim::{
        Blocks,
        Coefficient::{self, Adaptive, Fixed},
        Composition, Curvature, DampingRule, DirectionKind,
        DirectionRecipe::{self, Gradient},
        Estimator, Inversion, Ratio, Recipe, StepSizeKind, StepSizeRecipe,
    },
    session::SetupError,
};

/// A setting of an optimiser.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written in files and options.
    pub name: &'static str,
    /// Which optimisers have it, of those with a name of their own.
    pub optimisers: &'static [Name],
    /// Which compositions have it.
    pub parts: Parts,
    /// One line.
    pub explanation: &'static str,
    /// What it may be, and where it lives in a recipe.
    pub kind: Kind,
}

/// What a composition must be made of to have a key.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// In words, as in `it needs the direction adam`.
    pub words: &'static str,
    /// Whether these parts are such.
    pub holds: fn(Composition) -> bool,
}

/// What a key may be, with its way into a recipe and back; `None` where the recipe has no such value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A real number.
    Number {
        /// Which.
        range: Range,
        /// Into the recipe.
        set: fn(&mut Recipe, f64),
        /// Out of the recipe.
        get: fn(&Recipe) -> Option<f64>,
    },
    /// A whole number.
    Whole {
        /// The smallest.
        least: u64,
        /// Into the recipe.
        set: fn(&mut Recipe, u64),
        /// Out of the recipe.
        get: fn(&Recipe) -> Option<u64>,
    },
    /// `true` or `false`.
    Flag {
        /// Into the recipe.
        set: fn(&mut Recipe, bool),
        /// Out of the recipe.
        get: fn(&Recipe) -> Option<bool>,
    },
    /// One of several words, by index.
    Choice {
        /// The words.
        names: &'static [&'static str],
        /// Into the recipe.
        set: fn(&mut Recipe, usize),
        /// Out of the recipe.
        get: fn(&Recipe) -> Option<usize>,
    },
}

impl Key {
    /// Whether an optimiser has this key.
    pub fn belongs_to(&self, optimiser: Name) -> bool {
        match optimiser {
            Name::Composed(composed) => (self.parts.holds)(composed.parts),
            named => self.optimisers.contains(&named),
        }
    }

    /// What it may be, in words.
    pub fn accepted(&self) -> String {
        match self.kind {
            Kind::Number { range, .. } => range.words.to_owned(),
            Kind::Whole { least, .. } => format!("a whole number of at least {least}"),
            Kind::Flag { .. } => "true or false".to_owned(),
            Kind::Choice { names, .. } => names.join(", "),
        }
    }

    /// The words it may be, where these are few.
    pub fn choices(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Number { .. } | Kind::Whole { .. } => &[],
            Kind::Flag { .. } => &["true", "false"],
            Kind::Choice { names, .. } => names,
        }
    }

    /// The key's value in a recipe as it is written in a file, without quotes; empty where it has none.
    pub fn written(&self, recipe: &Recipe) -> String {
        let value = self.value(recipe);
        value.map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// Reads the key's value from a document into a recipe.
    pub(crate) fn read(&self, field: &Field<'_>, recipe: &mut Recipe) -> Result<(), SetupError> {
        match self.kind {
            Kind::Number { range, set, .. } => set(recipe, field.number(range)?),
            Kind::Whole { least, set, .. } => set(recipe, field.whole(least)?),
            Kind::Flag { set, .. } => set(recipe, field.flag()?),
            Kind::Choice { names, set, .. } => set(recipe, field.choice(names)?),
        }
        Ok(())
    }

    /// The key's value in a recipe, as JSON.
    pub fn value(&self, recipe: &Recipe) -> Option<serde_json::Value> {
        match self.kind {
            Kind::Number { get, .. } => get(recipe).map(Into::into),
            Kind::Whole { get, .. } => get(recipe).map(Into::into),
            Kind::Flag { get, .. } => get(recipe).map(Into::into),
            Kind::Choice { names, get, .. } => get(recipe).map(|index| names[index].into()),
        }
    }
}

const EVERY: &[Name] = &[Sgd, Adam, SgdQlr, AdamQlr, Kfac];
const FIXED: &[Name] = &[Sgd, Adam, Kfac];
const ADAMS: &[Name] = &[Adam, AdamQlr];
const QLRS: &[Name] = &[SgdQlr, AdamQlr];
const DAMPED: &[Name] = &[SgdQlr, AdamQlr, Kfac];
const KFAC: &[Name] = &[Kfac];

const ANY: Parts = Parts { words: "nothing", holds: |_| true };
const NO: Parts = Parts { words: "its own place in the name, as in adam+minimiser+constant", holds: |_| false };
const ADAMS_DIRECTION: Parts =
    Parts { words: "the direction adam", holds: |parts| parts.direction == DirectionKind::Adam };
const KFACS_DIRECTION: Parts =
    Parts { words: "the direction kfac", holds: |parts| parts.direction == DirectionKind::Kfac };
const MINIMISER: Parts =
    Parts { words: "the step size minimiser", holds: |parts| parts.step_size == StepSizeKind::Minimiser };
const MODEL: Parts = Parts {
    words: "a quadratic model: the step size minimiser, or damping",
    holds: |parts| parts.step_size == StepSizeKind::Minimiser || parts.damping != DampingRule::None,
};
const WITH_DAMPING: Parts =
    Parts { words: "a damping rule other than none", holds: |parts| parts.damping != DampingRule::None };
const LEVENBERG_MARQUARDT: Parts = Parts {
    words: "the damping rule levenberg-marquardt, the one that adapts by ρ",
    holds: |parts| parts.damping == DampingRule::LevenbergMarquardt,
};
/// Decreasing loss rejects by itself; without damping a rejected step would only be repeated.
const REJECTING: Parts = Parts {
    words: "the damping rule levenberg-marquardt or constant (decreasing-loss rejects by itself, and without damping a rejected step would only be repeated)",
    holds: |parts| matches!(parts.damping, DampingRule::LevenbergMarquardt | DampingRule::Constant),
};

const CURVATURES: [Curvature; 3] = [Curvature::Fisher, Curvature::Hessian, Curvature::Empirical];
const RATIOS: [Ratio; 2] = [Ratio::Damped, Ratio::Undamped];
const RULES: [DampingRule; 4] =
    [DampingRule::LevenbergMarquardt, DampingRule::DecreasingLoss, DampingRule::Constant, DampingRule::None];
const ESTIMATORS: [Estimator; 3] = [Estimator::Exact, Estimator::Sampled, Estimator::Empirical];
const BLOCK_FORMS: [Blocks; 2] = [Blocks::Kronecker, Blocks::Full];
const INVERSIONS: [Inversion; 2] = [Inversion::PiFactored, Inversion::Eigen];

fn position<T: PartialEq>(all: &[T], value: &T) -> Option<usize> {
    all.iter().position(|each| each == value)
}

fn fixed(coefficient: Coefficient) -> Option<f64> {
    match coefficient {
        Fixed(value) => Some(value),
        Adaptive => None,
    }
}

/// A field of one kind of direction.
macro_rules! of_direction {
    ($kind:ident, $direction:ident.$field:ident, $($limits:tt)*) => {
        Kind::$kind {
            $($limits)*
            set: |recipe, value| {
                if let DirectionRecipe::$direction { $field, .. } = &mut recipe.direction {
                    *$field = value;
                }
            },
            get: |recipe| match recipe.direction {
                DirectionRecipe::$direction { $field, .. } => Some($field),
                _ => None,
            },
        }
    };
}

/// A number that every recipe has.
macro_rules! number {
    ($($path:ident).+, $range:expr) => {
        Kind::Number { range: $range, set: |recipe, x| recipe.$($path).+ = x, get: |recipe| Some(recipe.$($path).+) }
    };
}

/// A number that a recipe may have.
macro_rules! optional {
    ($($path:ident).+, $range:expr) => {
        Kind::Number { range: $range, set: |recipe, x| recipe.$($path).+ = Some(x), get: |recipe| recipe.$($path).+ }
    };
}

/// `true` or `false`.
macro_rules! flag {
    ($($path:ident).+) => {
        Kind::Flag { set: |recipe, on| recipe.$($path).+ = on, get: |recipe| Some(recipe.$($path).+) }
    };
}

const fn key(
    name: &'static str,
    optimisers: &'static [Name],
    parts: Parts,
    kind: Kind,
    explanation: &'static str,
) -> Key {
    Key { name, optimisers, parts, explanation, kind }
}

/// Every key, in the order shown. `label` and `preset` are read elsewhere: they are not values of a recipe.
/// The order matters twice: `adaptive_…` stands before what turns it off, `reject` before `reject_increase`.
pub static KEYS: &[Key] = &[
    key("adaptive_lr", KFAC, MINIMISER, ADAPTIVE_LR, "let the quadratic model choose α"),
    key("lr", FIXED, ANY, LR, "learning rate α"),
    key("adaptive_momentum", KFAC, MINIMISER, ADAPTIVE_MOMENTUM, "let the quadratic model choose μ"),
    key("momentum", &[Sgd, Kfac], ANY, MOMENTUM, "momentum μ, the weight of the previous update"),
    key(
        "beta1",
        ADAMS,
        ADAMS_DIRECTION,
        of_direction!(Number, Adam.beta1, range: FRACTION,),
        "decay of the mean of gradients",
    ),
    key(
        "beta2",
        ADAMS,
        ADAMS_DIRECTION,
        of_direction!(Number, Adam.beta2, range: FRACTION,),
        "decay of the mean of squared gradients",
    ),
    key("eps", ADAMS, ADAMS_DIRECTION, of_direction!(Number, Adam.eps, range: NON_NEGATIVE,), "ε beside the root"),
    key(
        "eps_root",
        ADAMS,
        ADAMS_DIRECTION,
        of_direction!(Number, Adam.eps_root, range: NON_NEGATIVE,),
        "ε under the root",
    ),
    key("curvature", QLRS, MODEL, CURVATURE, "matrix C of the quadratic model"),
    key("ratio", DAMPED, MODEL, RATIO, "whether the change predicted, in ρ, includes damping"),
    key("damping", DAMPED, WITH_DAMPING, number!(damping.initial, NON_NEGATIVE), "initial damping λ"),
    key("damping_rule", DAMPED, NO, RULE, "how λ follows the steps"),
    key("damping_decrease", DAMPED, WITH_DAMPING, number!(damping.decrease, SHRINKING), "factor by which λ is lowered"),
    key(
        "damping_increase",
        DAMPED,
        WITH_DAMPING,
        number!(damping.increase, AT_LEAST_ONE),
        "factor by which λ is raised",
    ),
    key("damping_min", DAMPED, WITH_DAMPING, number!(damping.min, NON_NEGATIVE), "smallest λ"),
    key("damping_max", DAMPED, WITH_DAMPING, optional!(damping.max, NON_NEGATIVE), "largest λ"),
    key("damping_interval", KFAC, LEVENBERG_MARQUARDT, DAMPING_INTERVAL, "λ adapts every so many steps"),
    key("lr_clip", QLRS, MINIMISER, optional!(step_size.clip, POSITIVE), "α is kept within ± this"),
    key("amplification", QLRS, MINIMISER, number!(step_size.amplification, POSITIVE), "α is multiplied by this"),
    key("lr_ema", QLRS, MINIMISER, number!(step_size.ema, FRACTION), "α is averaged with this decay"),
    key("saddle_free", QLRS, MINIMISER, flag!(step_size.saddle_free), "divide by the absolute value of the curvature"),
    key("ema", KFAC, KFACS_DIRECTION, of_direction!(Number, Kfac.ema, range: EMA,), "decay of the factors' average"),
    key("inverse_interval", KFAC, KFACS_DIRECTION, INVERSE_INTERVAL, "inverses refresh every so many steps"),
    key("estimator", KFAC, KFACS_DIRECTION, ESTIMATOR, "how the factor G is estimated"),
    key("blocks", KFAC, KFACS_DIRECTION, BLOCKS, "a Kronecker product a layer, or all of C at once"),
    key("inversion", KFAC, KFACS_DIRECTION, INVERSION, "how a damped block is inverted"),
    key("norm_constraint", KFAC, KFACS_DIRECTION, NORM_CONSTRAINT, "bound on α²Δᵀg, with a fixed lr"),
    key("reject", KFAC, REJECTING, REJECT, "undo steps that raise the loss"),
    key(
        "reject_increase",
        KFAC,
        REJECTING,
        optional!(damping.reject, AT_LEAST_ONE),
        "factor on λ after an undone step",
    ),
    key("calibrate", KFAC, WITH_DAMPING, flag!(damping.calibrate), "find the initial λ at the first step"),
    key(
        "rho_floor",
        DAMPED,
        WITH_DAMPING,
        number!(rho_floor, NON_NEGATIVE),
        "predicted changes below so many ε·|f| leave λ as it is; 0: none",
    ),
    key("monitor", EVERY, ANY, flag!(monitor), "compute κ, ΔM and ρ even where the optimiser does not need them"),
    key("monitor_all", EVERY, ANY, flag!(monitor_all), "record f on all data, and ρ on them, uncharged"),
];

const EMA: Range = Range { words: "a number from 0 to 1", holds: |x| (0.0..=1.0).contains(&x) };

const LR: Kind = Kind::Number {
    range: POSITIVE,
    set: |recipe, x| recipe.step_size.learning_rate = Fixed(x),
    get: |recipe| fixed(recipe.step_size.learning_rate),
};

const ADAPTIVE_LR: Kind = Kind::Flag {
    set: |recipe, on| {
        if on {
            recipe.step_size.learning_rate = Adaptive;
        }
    },
    get: |recipe| Some(recipe.step_size.learning_rate == Adaptive),
};

const MOMENTUM: Kind = Kind::Number {
    range: FRACTION,
    set: |recipe, x| match &mut recipe.direction {
        Gradient { momentum } if all_fixed(&recipe.step_size) => *momentum = x,
        _ => recipe.step_size.momentum = Fixed(x),
    },
    get: |recipe| match recipe.direction {
        Gradient { momentum } if all_fixed(&recipe.step_size) => Some(momentum),
        _ => fixed(recipe.step_size.momentum),
    },
};

/// Whether nothing is left to the model. SGD's momentum is then a velocity's; with a fixed α the two are the same:
/// −αu with u ← μu + g is −αg + μ·(previous update).
fn all_fixed(step_size: &StepSizeRecipe) -> bool {
    matches!((step_size.learning_rate, step_size.momentum), (Fixed(_), Fixed(_)))
}

const ADAPTIVE_MOMENTUM: Kind = Kind::Flag {
    set: |recipe, on| recipe.step_size.momentum = if on { Adaptive } else { Fixed(0.0) },
    get: |recipe| Some(recipe.step_size.momentum == Adaptive),
};

const CURVATURE: Kind = Kind::Choice {
    names: &["fisher", "hessian", "empirical"],
    set: |recipe, i| recipe.curvature = Some(CURVATURES[i]),
    get: |recipe| position(&CURVATURES, &recipe.curvature?),
};

const RATIO: Kind = Kind::Choice {
    names: &["damped", "undamped"],
    set: |recipe, i| recipe.ratio = RATIOS[i],
    get: |recipe| position(&RATIOS, &recipe.ratio),
};

const RULE: Kind = Kind::Choice {
    names: &["levenberg-marquardt", "decreasing-loss", "constant", "none"],
    set: |recipe, i| recipe.damping.rule = RULES[i],
    get: |recipe| position(&RULES, &recipe.damping.rule),
};

const DAMPING_INTERVAL: Kind = Kind::Whole {
    least: 1,
    set: |recipe, steps| recipe.damping.interval = steps,
    get: |recipe| Some(recipe.damping.interval),
};

const INVERSE_INTERVAL: Kind = of_direction!(Whole, Kfac.inverse_interval, least: 1,);

const ESTIMATOR: Kind = Kind::Choice {
    names: &["exact", "sampled", "empirical"],
    set: |recipe, i| {
        if let DirectionRecipe::Kfac { estimator, .. } = &mut recipe.direction {
            *estimator = Some(ESTIMATORS[i]);
        }
    },
    get: |recipe| match recipe.direction {
        DirectionRecipe::Kfac { estimator, .. } => position(&ESTIMATORS, &estimator?),
        _ => None,
    },
};

const INVERSION: Kind = Kind::Choice {
    names: &["pi-factored", "eigen"],
    set: |recipe, i| {
        if let DirectionRecipe::Kfac { inversion, .. } = &mut recipe.direction {
            *inversion = INVERSIONS[i];
        }
    },
    get: |recipe| match recipe.direction {
        DirectionRecipe::Kfac { inversion, .. } => position(&INVERSIONS, &inversion),
        _ => None,
    },
};

const BLOCKS: Kind = Kind::Choice {
    names: &["kronecker", "full"],
    set: |recipe, i| {
        if let DirectionRecipe::Kfac { blocks, .. } = &mut recipe.direction {
            *blocks = BLOCK_FORMS[i];
        }
    },
    get: |recipe| match recipe.direction {
        DirectionRecipe::Kfac { blocks, .. } => position(&BLOCK_FORMS, &blocks),
        _ => None,
    },
};

const NORM_CONSTRAINT: Kind = Kind::Number {
    range: POSITIVE,
    set: |recipe, x| {
        if let DirectionRecipe::Kfac { norm_constraint, .. } = &mut recipe.direction {
            *norm_constraint = Some(x);
        }
    },
    get: |recipe| match recipe.direction {
        DirectionRecipe::Kfac { norm_constraint, .. } => norm_constraint,
        _ => None,
    },
};

/// The factor of a rejected step where `reject_increase` is not given.
const REJECT_INCREASE: f64 = 2.0;

const REJECT: Kind = Kind::Flag {
    set: |recipe, on| recipe.damping.reject = on.then_some(REJECT_INCREASE),
    get: |recipe| Some(recipe.damping.reject.is_some()),
};
