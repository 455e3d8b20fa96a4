//! Data drawn at random: small problems with a picture.

use std::f64::consts::PI;

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal, StandardUniform};

use crate::{
    math::{Purpose, stream},
    problem::{Examples, Targets},
};

/// What the data look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Two arms of 1½ turns wound into each other, within a radius of 2; two classes.
    Spirals,
    /// Two half circles of radius 1 that reach into each other; two classes.
    Moons,
    /// y = sin x for x from −π to π.
    Sine,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Spirals, Self::Moons, Self::Sine];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spirals => "spirals",
            Self::Moons => "moons",
            Self::Sine => "sine",
        }
    }

    /// How many classes; `None` for a regression.
    pub fn classes(self) -> Option<usize> {
        match self {
            Self::Spirals | Self::Moons => Some(2),
            Self::Sine => None,
        }
    }

    /// How many inputs.
    pub fn inputs(self) -> usize {
        match self {
            Self::Spirals | Self::Moons => 2,
            Self::Sine => 1,
        }
    }

    /// A point without noise: where it lies at `u` in [0, 1) along its arm.
    fn point(self, class: usize, u: f64) -> [f64; 2] {
        match self {
            Self::Spirals => {
                // √u spreads the points evenly along the arm.
                let t = u.sqrt();
                let angle = 3.0 * PI * t + PI * class as f64;
                [2.0 * t * angle.cos(), 2.0 * t * angle.sin()]
            }
            Self::Moons if class == 0 => [(PI * u).cos(), (PI * u).sin()],
            Self::Moons => [1.0 - (PI * u).cos(), 0.5 - (PI * u).sin()],
            Self::Sine => {
                let x = PI * (2.0 * u - 1.0);
                [x, x.sin()]
            }
        }
    }
}

/// Data drawn at random.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// What they look like.
    pub shape: Shape,
    /// How many.
    pub samples: usize,
    /// Standard deviation of the normal noise: on both coordinates of a point, or on the target of a regression.
    pub noise: f64,
    /// Of the draw; the session's where absent.
    pub seed: Option<u64>,
}

impl Synthetic {
    /// Draws the data; classes take turns. `session_seed` is used where there is no own one.
    pub fn draw(&self, session_seed: u64) -> Examples {
        let mut rng = stream(self.seed.unwrap_or(session_seed), Purpose::Data, 0);
        let mut inputs = Vec::with_capacity(self.samples * self.shape.inputs());
        let mut classes = Vec::new();
        let mut values = Vec::new();
        for i in 0..self.samples {
            let class = i % self.shape.classes().unwrap_or(1);
            let u: f64 = StandardUniform.sample(&mut rng);
            let [x, y] = self.shape.point(class, u);
            let mut noise = || {
                let unit: f64 = StandardNormal.sample(&mut rng);
                self.noise * unit
            };
            if self.shape.classes().is_some() {
                inputs.extend([x + noise(), y + noise()]);
                classes.push(class);
            } else {
                inputs.push(x);
                values.push(y + noise());
            }
        }
        Examples {
            inputs: DMatrix::from_vec(self.shape.inputs(), self.samples, inputs),
            targets: if self.shape.classes().is_some() {
                Targets::Classes(classes)
            } else {
                Targets::Values(DMatrix::from_vec(1, self.samples, values))
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(shape: Shape, noise: f64, seed: u64) -> Examples {
        Synthetic { shape, samples: 101, noise, seed: None }.draw(seed)
    }

    #[test]
    fn a_seed_fixes_the_data() {
        for shape in Shape::ALL {
            assert_eq!(drawn(shape, 0.2, 7), drawn(shape, 0.2, 7));
            assert_ne!(drawn(shape, 0.2, 7), drawn(shape, 0.2, 8));
            let own = Synthetic { shape, samples: 101, noise: 0.2, seed: Some(7) };
            assert_eq!(own.draw(8), drawn(shape, 0.2, 7));
        }
    }

    #[test]
    fn without_noise_points_lie_on_their_curves() {
        let sine = drawn(Shape::Sine, 0.0, 1);
        let Targets::Values(values) = &sine.targets else { panic!("a regression") };
        assert!(sine.inputs.iter().zip(values).all(|(x, y)| (x.sin() - y).abs() < 1e-15 && x.abs() <= PI));

        let moons = drawn(Shape::Moons, 0.0, 1);
        let Targets::Classes(classes) = &moons.targets else { panic!("classes") };
        for (point, &class) in moons.inputs.column_iter().zip(classes) {
            let centre = if class == 0 { [0.0, 0.0] } else { [1.0, 0.5] };
            assert!(((point[0] - centre[0]).hypot(point[1] - centre[1]) - 1.0).abs() < 1e-12);
        }

        let spirals = drawn(Shape::Spirals, 0.0, 1);
        let Targets::Classes(classes) = &spirals.targets else { panic!("classes") };
        for (point, &class) in spirals.inputs.column_iter().zip(classes) {
            // On an arm the angle grows with the radius: turning it back leaves the arm's own direction.
            let radius = point[0].hypot(point[1]);
            let turned = point[1].atan2(point[0]) - 1.5 * PI * radius - PI * class as f64;
            assert!(turned.sin().abs() < 1e-9 && turned.cos() > 0.0);
        }
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let set = Synthetic { shape: Shape::Sine, samples: 20_000, noise: 0.3, seed: Some(3) };
        let Examples { inputs, targets: Targets::Values(values) } = set.draw(0) else { panic!("a regression") };
        let square: f64 = inputs.iter().zip(&values).map(|(x, y)| (y - x.sin()).powi(2)).sum();
        let deviation = (square / 20_000.0).sqrt();
        assert!((deviation - 0.3).abs() < 0.01, "{deviation}");
    }
}
