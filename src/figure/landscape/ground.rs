//! The part of a landscape that does not move: shades, level lines, axes and known minima.

use std::sync::Arc;

use super::{Window, axis, levels::Levels};
use crate::figure::{Axis, Contour, Field, Landscape, Point, clip::inside};

/// How to sample a ground.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundOptions {
    /// Points across and up at which f is evaluated.
    pub size: [usize; 2],
    /// About how many ticks to label across and up.
    pub ticks: [usize; 2],
    /// The names of both parameters.
    pub names: [String; 2],
}

impl Default for GroundOptions {
    fn default() -> Self {
        Self { size: [240, 200], ticks: [6, 6], names: ["θ₁".to_owned(), "θ₂".to_owned()] }
    }
}

/// f at every pair of its arguments, rows (second argument) outer, as [`Session::surface`](crate::session::Session::surface) gives it.
pub type Surface<'a> = dyn Fn(&[f64], &[f64]) -> Vec<f64> + 'a;

/// A sampled window of a function of two parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    window: Window,
    x: Axis,
    y: Axis,
    field: Arc<Field>,
    contours: Arc<[Contour]>,
    minima: Vec<Point>,
}

impl Ground {
    /// Evaluates f over the window.
    pub fn sample(window: Window, minima: &[[f64; 2]], options: &GroundOptions, surface: &Surface<'_>) -> Self {
        let window = window.sane();
        let size = options.size.map(|points| points.max(2));
        let values = surface(&places(window.x, size[0]), &places(window.y, size[1]));
        // A known minimum tells how low f really gets; the grid hardly ever meets it.
        let lowest = minima.iter().flat_map(|minimum| surface(&minimum[..1], &minimum[1..]));
        let levels = Levels::of(&values, lowest);
        let mut shade: Vec<Option<f64>> = values.iter().map(|&value| levels.shade(value)).collect();
        shade.resize(size[0] * size[1], None);
        Self {
            window,
            x: axis(&options.names[0], window.x, options.ticks[0]),
            y: axis(&options.names[1], window.y, options.ticks[1]),
            contours: levels.contours(&values, size).into(),
            field: Arc::new(Field { size, shade, class: None }),
            minima: minima.iter().map(|&minimum| window.unit(minimum)).filter(|&at| inside(at)).collect(),
        }
    }

    /// What was sampled.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The landscape without any path.
    pub fn bare(&self) -> Landscape {
        Landscape {
            title: "landscape f, log levels".to_owned(),
            x: self.x.clone(),
            y: self.y.clone(),
            field: Some(Arc::clone(&self.field)),
            contours: Arc::clone(&self.contours),
            paths: Vec::new(),
            minima: self.minima.clone(),
            examples: Vec::new(),
        }
    }
}

/// `points` evenly spaced values with both ends.
pub(in crate::figure) fn places([low, high]: [f64; 2], points: usize) -> Vec<f64> {
    let last = points.saturating_sub(1).max(1) as f64;
    (0..points).map(|i| low + (high - low) * (i as f64 / last)).collect()
}
