//! The part of a plane that is looked at.

use crate::figure::{Point, Scale};

/// A rectangle of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First coordinate: left and right end.
    pub x: [f64; 2],
    /// Second coordinate: lower and upper end.
    pub y: [f64; 2],
}

impl Window {
    /// The window that holds all the points with some room around them. Without points, or where all coincide, it is two units wide.
    pub fn around(points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let mut ends = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        for point in points.into_iter().filter(|point| point.iter().all(|x| x.is_finite())) {
            for (end, x) in ends.iter_mut().zip(point) {
                *end = [end[0].min(x), end[1].max(x)];
            }
        }
        let span = ends.iter().map(|end| end[1] - end[0]).fold(0.0, f64::max);
        // A direction in which the points do not spread is as interesting as the one in which they do.
        let room = if span > 0.0 { 0.25 * span } else { 1.0 };
        let [x, y] = ends.map(|[low, high]| if low <= high { [low - room, high + room] } else { [-room, room] });
        Self { x, y }.sane()
    }

    /// The smallest window around the same centre that holds this one and has equal units on both axes on an area
    /// `aspect` times as wide as high. It grows and never crops.
    #[must_use]
    pub fn fitted(self, aspect: f64) -> Self {
        let window = self.sane();
        let aspect = if aspect.is_finite() { aspect.clamp(1e-3, 1e3) } else { 1.0 };
        let [width, height] = window.size();
        let grown = [width.max(height * aspect), height.max(width / aspect)];
        Self::placed(window.centre(), [0.5, 0.5], grown)
    }

    /// Shows `factor` times as much, keeping the point `about` where it is; below 1 it comes closer.
    #[must_use]
    pub fn zoomed(self, about: [f64; 2], factor: f64) -> Self {
        let window = self.sane();
        let factor = if factor.is_finite() { factor.clamp(1e-6, 1e6) } else { 1.0 };
        let [width, height] = window.size();
        // Closer than this the numbers on the axes stop telling points apart; further away they overflow.
        let near = window.x[0].abs().max(window.x[1].abs()).max(window.y[0].abs()).max(window.y[1].abs()) * 1e-7;
        if (factor < 1.0 && width.min(height) * factor < near) || (factor > 1.0 && width.max(height) * factor > 1e200) {
            return window;
        }
        Self::placed(about, window.unit(about), [width * factor, height * factor])
    }

    /// Moves by fractions of its own size.
    #[must_use]
    pub fn panned(self, right: f64, up: f64) -> Self {
        let [width, height] = self.size();
        Self { x: self.x.map(|x| x + right * width), y: self.y.map(|y| y + up * height) }.sane()
    }

    /// Whether a point of the plane is in view.
    pub fn contains(&self, point: [f64; 2]) -> bool {
        self.unit(point).iter().all(|place| (0.0..=1.0).contains(place))
    }

    /// Width and height.
    pub fn size(&self) -> [f64; 2] {
        [self.x[1] - self.x[0], self.y[1] - self.y[0]]
    }

    /// The point in the middle.
    pub fn centre(&self) -> [f64; 2] {
        [f64::midpoint(self.x[0], self.x[1]), f64::midpoint(self.y[0], self.y[1])]
    }

    /// Where a point of the plane lies in the window.
    pub fn unit(&self, [x, y]: [f64; 2]) -> Point {
        [Scale::Linear.unit(self.x, x), Scale::Linear.unit(self.y, y)]
    }

    /// The point of the plane at a place in the window, for instance where someone clicked.
    pub fn value(&self, [x, y]: Point) -> [f64; 2] {
        [Scale::Linear.value(self.x, x), Scale::Linear.value(self.y, y)]
    }

    /// The nearest window that can be drawn.
    pub(super) fn sane(self) -> Self {
        Self { x: Scale::Linear.sane(self.x), y: Scale::Linear.sane(self.y) }
    }

    /// A window of a given size with a point of the plane at a given place.
    fn placed(about: [f64; 2], [u, v]: Point, [width, height]: [f64; 2]) -> Self {
        let (left, bottom) = (about[0] - u * width, about[1] - v * height);
        Self { x: [left, left + width], y: [bottom, bottom + height] }.sane()
    }
}
