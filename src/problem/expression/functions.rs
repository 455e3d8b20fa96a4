//! The functions that expressions are made of.

use crate::problem::jet::{Jet, Number};

/// An elementary function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called what they are")]
pub enum Elementary {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Exp,
    Expm1,
    Ln,
    Log1p,
    Log2,
    Log10,
    Sqrt,
    Cbrt,
    Abs,
    Sign,
    Floor,
    Ceil,
    Erf,
    Erfc,
    Sigmoid,
    Softplus,
}

impl Elementary {
    /// Every function with the name it is written by.
    pub const ALL: [(&'static str, Self); 30] = [
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tan", Self::Tan),
        ("asin", Self::Asin),
        ("acos", Self::Acos),
        ("atan", Self::Atan),
        ("sinh", Self::Sinh),
        ("cosh", Self::Cosh),
        ("tanh", Self::Tanh),
        ("asinh", Self::Asinh),
        ("acosh", Self::Acosh),
        ("atanh", Self::Atanh),
        ("exp", Self::Exp),
        ("expm1", Self::Expm1),
        ("ln", Self::Ln),
        ("log", Self::Ln),
        ("log1p", Self::Log1p),
        ("log2", Self::Log2),
        ("log10", Self::Log10),
        ("sqrt", Self::Sqrt),
        ("cbrt", Self::Cbrt),
        ("abs", Self::Abs),
        ("sign", Self::Sign),
        ("floor", Self::Floor),
        ("ceil", Self::Ceil),
        ("erf", Self::Erf),
        ("erfc", Self::Erfc),
        ("sigmoid", Self::Sigmoid),
        ("logistic", Self::Sigmoid),
        ("softplus", Self::Softplus),
    ];

    pub(super) fn of<R: Number, const N: usize, const M: usize>(self, x: Jet<R, N, M>) -> Jet<R, N, M> {
        match self {
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Asinh => x.asinh(),
            Self::Acosh => x.acosh(),
            Self::Atanh => x.atanh(),
            Self::Exp => x.exp(),
            Self::Expm1 => x.expm1(),
            Self::Ln => x.ln(),
            Self::Log1p => x.log1p(),
            Self::Log2 => x.log2(),
            Self::Log10 => x.log10(),
            Self::Sqrt => x.sqrt(),
            Self::Cbrt => x.cbrt(),
            Self::Abs => x.abs(),
            Self::Sign => x.sign(),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Erf => x.erf(),
            Self::Erfc => x.erfc(),
            Self::Sigmoid => x.sigmoid(),
            Self::Softplus => x.softplus(),
        }
    }
}

/// A function of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// aᵇ.
    Pow,
    /// The smaller.
    Min,
    /// The larger.
    Max,
    /// √(a² + b²).
    Hypot,
    /// The angle of the point (b, a).
    Atan2,
}

impl Binary {
    /// Every function with the name it is written by.
    pub const ALL: [(&'static str, Self); 5] =
        [("pow", Self::Pow), ("min", Self::Min), ("max", Self::Max), ("hypot", Self::Hypot), ("atan2", Self::Atan2)];

    /// Whether it takes more than two arguments too, one after the other.
    pub fn takes_more(self) -> bool {
        matches!(self, Self::Min | Self::Max)
    }

    pub(super) fn of<R: Number, const N: usize, const M: usize>(
        self,
        a: Jet<R, N, M>,
        b: Jet<R, N, M>,
    ) -> Jet<R, N, M> {
        match self {
            Self::Pow => a.pow(b),
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            Self::Hypot => a.hypot(b),
            Self::Atan2 => a.atan2(b),
        }
    }
}
