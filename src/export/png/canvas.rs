//! Shapes on pixels: lines with patterns, polygons, markers and text, all anti-aliased.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Stroke, StrokeDash,
    Transform,
};

use super::{PngError, text::Fonts};
use crate::figure::{
    Point,
    palette::{Marker, Pattern, Rgb},
};

/// A rectangle in pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The pixel place of a unit place, whose second coordinate grows upwards.
    pub(super) fn at(&self, [u, v]: Point) -> Point {
        [self.left + u * self.width(), self.bottom - v * self.height()]
    }
}

/// A line's look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub(super) width: f64,
    pub(super) colour: Rgb,
    pub(super) pattern: Pattern,
    /// 1 covers what lies below.
    pub(super) opacity: f64,
}

impl Pen {
    pub(super) fn solid(width: f64, colour: Rgb) -> Self {
        Self::patterned(width, colour, Pattern::Solid)
    }

    pub(super) fn patterned(width: f64, colour: Rgb, pattern: Pattern) -> Self {
        Self { width, colour, pattern, opacity: 1.0 }
    }
}

/// A picture in the making.
pub(super) struct Canvas {
    pixels: Pixmap,
    pub(super) fonts: Fonts,
}

impl Canvas {
    /// An empty picture.
    pub(super) fn new([width, height]: [u32; 2], background: Rgb) -> Result<Self, PngError> {
        let mut pixels = Pixmap::new(width, height).ok_or(PngError::Memory(width, height))?;
        let [r, g, b] = background;
        pixels.fill(Color::from_rgba8(r, g, b, 255));
        Ok(Self { pixels, fonts: Fonts::embedded()? })
    }

    /// The bytes of the PNG file.
    pub(super) fn encode(&self) -> Result<Vec<u8>, PngError> {
        self.pixels.encode_png().map_err(|error| PngError::Encoding(Box::new(error)))
    }

    /// Fills a path.
    pub(super) fn fill(&mut self, path: &Path, colour: Rgb) {
        self.pixels.fill_path(path, &paint(colour, 1.0), FillRule::Winding, Transform::identity(), None);
    }

    /// Fills a rectangle.
    pub(super) fn rectangle(&mut self, area: Area, colour: Rgb) {
        self.polygon(
            &[[area.left, area.top], [area.right, area.top], [area.right, area.bottom], [area.left, area.bottom]],
            colour,
        );
    }

    /// Draws the border of a rectangle.
    pub(super) fn frame(&mut self, area: Area, pen: Pen) {
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]].map(|corner| area.at(corner));
        self.line(&corners, pen);
    }

    /// Draws a polyline. A lone point is a dot.
    pub(super) fn line(&mut self, points: &[Point], pen: Pen) {
        if let [point] = points {
            return self.circle(*point, 0.8 * pen.width, pen.colour);
        }
        let Some(path) = polyline(points, false) else { return };
        let dashes = pen.pattern.dashes().iter().map(|&dash| (dash * pen.width) as f32).collect::<Vec<_>>();
        let stroke = Stroke {
            width: pen.width as f32,
            line_cap: if dashes.is_empty() { LineCap::Round } else { LineCap::Butt },
            line_join: LineJoin::Round,
            dash: StrokeDash::new(dashes, 0.0),
            ..Stroke::default()
        };
        self.pixels.stroke_path(&path, &paint(pen.colour, pen.opacity), &stroke, Transform::identity(), None);
    }

    /// Fills a polygon.
    pub(super) fn polygon(&mut self, corners: &[Point], colour: Rgb) {
        if let Some(path) = polyline(corners, true) {
            self.fill(&path, colour);
        }
    }

    /// Fills a circle.
    pub(super) fn circle(&mut self, [x, y]: Point, radius: f64, colour: Rgb) {
        if let Some(path) = PathBuilder::from_circle(x as f32, y as f32, radius as f32) {
            self.fill(&path, colour);
        }
    }

    /// Draws a lane's marker, about `radius` to each side.
    pub(super) fn marker(&mut self, marker: Marker, at: Point, radius: f64, colour: Rgb) {
        match marker {
            Marker::Circle => self.circle(at, radius, colour),
            _ => self.polygon(
                &corners(marker).iter().map(|[x, y]| [at[0] + radius * x, at[1] - radius * y]).collect::<Vec<_>>(),
                colour,
            ),
        }
    }

    /// Draws a marker with a rim that sets it off from what it lies on.
    pub(super) fn rimmed_marker(&mut self, marker: Marker, at: Point, radius: f64, colour: Rgb, rim: Rgb) {
        self.marker(marker, at, radius + 2.4, rim);
        self.marker(marker, at, radius, colour);
    }

    /// Draws a five-pointed star.
    pub(super) fn star(&mut self, at: Point, radius: f64, colour: Rgb) {
        let corner = |i: i32| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::PI / 5.0).sin_cos();
            let radius = if i % 2 == 0 { radius } else { 0.42 * radius };
            [at[0] + radius * sin, at[1] - radius * cos]
        };
        self.polygon(&(0..10).map(corner).collect::<Vec<_>>(), colour);
    }

    /// Sets every pixel of an area from the unit place of its centre.
    pub(super) fn shade(&mut self, area: Area, colour: impl Fn(Point) -> Rgb) {
        let (width, height) = (self.pixels.width() as usize, self.pixels.height() as usize);
        let columns = (area.left.max(0.0) as usize)..(area.right.max(0.0) as usize).min(width);
        let rows = (area.top.max(0.0) as usize)..(area.bottom.max(0.0) as usize).min(height);
        let pixels = self.pixels.pixels_mut();
        for row in rows {
            let v = (area.bottom - row as f64 - 0.5) / area.height();
            for column in columns.clone() {
                let [r, g, b] = colour([(column as f64 + 0.5 - area.left) / area.width(), v]);
                if let Some(pixel) = PremultipliedColorU8::from_rgba(r, g, b, 255) {
                    pixels[row * width + column] = pixel;
                }
            }
        }
    }
}

fn paint([r, g, b]: Rgb, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, (255.0 * opacity) as u8);
    paint
}

/// The path through points; none where it would have no extent.
fn polyline(points: &[Point], closed: bool) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut path = PathBuilder::with_capacity(points.len() + 2, points.len() + 1);
    path.move_to(first[0] as f32, first[1] as f32);
    for point in rest {
        path.line_to(point[0] as f32, point[1] as f32);
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Corners of a marker of radius 1, y upwards. All look about equally large.
fn corners(marker: Marker) -> &'static [Point] {
    match marker {
        Marker::Circle => &[],
        Marker::Diamond => &[[0.0, 1.3], [1.1, 0.0], [0.0, -1.3], [-1.1, 0.0]],
        Marker::Square => &[[-0.9, 0.9], [0.9, 0.9], [0.9, -0.9], [-0.9, -0.9]],
        Marker::Triangle => &[[0.0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
        Marker::Wedge => &[[0.0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
        Marker::Hexagon => &[[0.0, 1.1], [0.95, 0.55], [0.95, -0.55], [0.0, -1.1], [-0.95, -0.55], [-0.95, 0.55]],
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
