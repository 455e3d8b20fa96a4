//! What plotters has no element for: lanes' markers and line patterns, and shading.

use std::iter::{Once, once};

use plotters::{
    element::{Drawable, PointCollection},
    prelude::{Color, DrawingBackend, RGBColor, ShapeStyle},
};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::pixels::{Pixels, UNITS, px};
use crate::figure::{
    Point,
    palette::{Marker, Pattern, Rgb},
};

/// A filled shape about a place, with a rim that sets it off from what it lies on.
pub(super) struct Symbol<C> {
    at: C,
    /// For radius 1, y upwards; none for a circle.
    corners: &'static [Point],
    /// From the largest to the smallest.
    layers: Vec<(f64, RGBColor)>,
    /// Whether the ground shows in its middle.
    hollow: bool,
}

impl<C> Symbol<C> {
    /// A lane's marker, about `radius` pixels to each side.
    pub(super) fn marker(marker: Marker, at: C, radius: f64, colour: RGBColor) -> Self {
        Self { at, corners: corners(marker), layers: vec![(radius, colour)], hollow: marker == Marker::Ring }
    }

    /// The same with what is seen through it, if it is hollow.
    pub(super) fn on(mut self, ground: RGBColor) -> Self {
        if let Some(&(radius, _)) = self.layers.last().filter(|_| self.hollow) {
            self.layers.push((0.5 * radius, ground));
        }
        self
    }

    /// A five-pointed star.
    pub(super) fn star(at: C, radius: f64, colour: RGBColor) -> Self {
        Self { at, corners: &STAR, layers: vec![(radius, colour)], hollow: false }
    }

    /// Adds a rim, `width` pixels wide.
    pub(super) fn rim(mut self, width: f64, colour: RGBColor) -> Self {
        let radius = self.layers.first().map_or(0.0, |&(radius, _)| radius);
        self.layers.insert(0, (radius + width, colour));
        self.on(colour)
    }
}

impl<'a, C> PointCollection<'a, C> for &'a Symbol<C> {
    type Point = &'a C;
    type IntoIter = Once<&'a C>;

    fn point_iter(self) -> Self::IntoIter {
        once(&self.at)
    }
}

impl<C, DB: DrawingBackend> Drawable<DB> for Symbol<C> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut places: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let Some((x, y)) = places.next() else { return Ok(()) };
        for &(radius, colour) in &self.layers {
            if self.corners.is_empty() {
                backend.draw_circle((x, y), px(radius).unsigned_abs(), &colour, true)?;
            } else {
                let corners = self.corners.iter().map(|[u, v]| (x + px(radius * u), y - px(radius * v)));
                backend.fill_polygon(corners, &colour)?;
            }
        }
        Ok(())
    }
}

/// A line with a pattern of dashes of several lengths; plotters' own dashes are all alike.
pub(super) struct PatternedPath<C> {
    points: Vec<C>,
    pattern: Pattern,
    style: ShapeStyle,
    /// The length of the pattern's unit.
    unit: u32,
}

impl<C> PatternedPath<C> {
    pub(super) fn new(points: impl Into<Vec<C>>, pattern: Pattern, style: ShapeStyle) -> Self {
        Self { points: points.into(), pattern, style, unit: style.stroke_width }
    }

    /// With the dashes of a line of another width, for instance to lie right behind it.
    pub(super) fn dashed_as(self, unit: u32) -> Self {
        Self { unit, ..self }
    }
}

impl<'a, C> PointCollection<'a, C> for &'a PatternedPath<C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> Self::IntoIter {
        &self.points
    }
}

impl<C, DB: DrawingBackend> Drawable<DB> for PatternedPath<C> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut points: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let width = f64::from(self.unit.max(1));
        let mut lengths = self.pattern.dashes().iter().map(|dash| dash * width).cycle();
        let Some(first) = points.next() else { return Ok(()) };
        let Some(mut left) = lengths.next() else { return backend.draw_path(once(first).chain(points), &self.style) };
        let (mut here, mut dash) = (real(first), Some(vec![first]));
        for next in points {
            let end = real(next);
            loop {
                let [dx, dy] = [end[0] - here[0], end[1] - here[1]];
                let distance = dx.hypot(dy);
                if distance < left {
                    left -= distance;
                    here = end;
                    if let Some(drawn) = &mut dash {
                        drawn.push(next);
                    }
                    break;
                }
                here = [here[0] + dx * left / distance, here[1] + dy * left / distance];
                let border = (here[0].round() as i32, here[1].round() as i32);
                dash = match dash {
                    Some(drawn) => {
                        backend.draw_path(drawn.into_iter().chain([border]), &self.style)?;
                        None
                    }
                    None => Some(vec![border]),
                };
                left = lengths.next().unwrap_or(distance);
            }
        }
        dash.map_or(Ok(()), |dash| backend.draw_path(dash, &self.style))
    }
}

fn real((x, y): BackendCoord) -> Point {
    [f64::from(x), f64::from(y)]
}

/// The whole plot area, each pixel coloured by the unit place of its centre.
pub(super) struct Shading<F: Fn(Point) -> Rgb>(pub(super) F);

impl<'a, F: Fn(Point) -> Rgb> PointCollection<'a, (f64, f64)> for &'a Shading<F> {
    type Point = (f64, f64);
    type IntoIter = [(f64, f64); 2];

    fn point_iter(self) -> Self::IntoIter {
        [(0.0, 1.0), (1.0, 0.0)]
    }
}

impl<'p, F: Fn(Point) -> Rgb> Drawable<Pixels<'p>> for Shading<F> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut corners: I,
        backend: &mut Pixels<'p>,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<<Pixels<'p> as DrawingBackend>::ErrorType>> {
        let (Some(upper_left), Some(lower_right)) = (corners.next(), corners.next()) else { return Ok(()) };
        let width = (lower_right.0 - upper_left.0).max(0) / UNITS;
        let height = (lower_right.1 - upper_left.1).max(0) / UNITS;
        let centre = |index: i32, count: i32| (f64::from(index) + 0.5) / f64::from(count);
        let places = (0..height).flat_map(|j| (0..width).map(move |i| [centre(i, width), 1.0 - centre(j, height)]));
        let bitmap: Vec<u8> = places.flat_map(&self.0).collect();
        backend.blit_bitmap(upper_left, (width.unsigned_abs(), height.unsigned_abs()), &bitmap)
    }
}

/// The colour of plotters.
pub(super) fn rgb([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

/// A line's style, its width in pixels.
pub(super) fn stroke(colour: impl Color, width: f64) -> ShapeStyle {
    colour.stroke_width(px(width).unsigned_abs())
}

const STAR: [Point; 10] = [
    [0.0, 1.0],
    [0.247, 0.340],
    [0.951, 0.309],
    [0.399, -0.130],
    [0.588, -0.809],
    [0.0, -0.42],
    [-0.588, -0.809],
    [-0.399, -0.130],
    [-0.951, 0.309],
    [-0.247, 0.340],
];

/// Corners of a marker of radius 1, y upwards; none for a circle. All look about equally large.
fn corners(marker: Marker) -> &'static [Point] {
    match marker {
        Marker::Circle | Marker::Ring => &[],
        Marker::Diamond => &[[0.0, 1.3], [1.1, 0.0], [0.0, -1.3], [-1.1, 0.0]],
        Marker::Square => &[[-0.9, 0.9], [0.9, 0.9], [0.9, -0.9], [-0.9, -0.9]],
        Marker::Triangle => &[[0.0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
        Marker::Wedge => &[[0.0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
        Marker::Plus => &[
            [-0.4, 1.1],
            [0.4, 1.1],
            [0.4, 0.4],
            [1.1, 0.4],
            [1.1, -0.4],
            [0.4, -0.4],
            [0.4, -1.1],
            [-0.4, -1.1],
            [-0.4, -0.4],
            [-1.1, -0.4],
            [-1.1, 0.4],
            [-0.4, 0.4],
        ],
        Marker::Cross => &[
            [0.0, 0.5],
            [0.6, 1.1],
            [1.1, 0.6],
            [0.5, 0.0],
            [1.1, -0.6],
            [0.6, -1.1],
            [0.0, -0.5],
            [-0.6, -1.1],
            [-1.1, -0.6],
            [-0.5, 0.0],
            [-1.1, 0.6],
            [-0.6, 1.1],
        ],
    }
}
