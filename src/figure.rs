//! Charts as plain data, drawn alike by the screen and by the PNG.
//!
//! Everything here is already scaled: a point is a pair in unit coordinates, (0, 0) the lower left corner of the plot area and
//! (1, 1) the upper right one, so that neither side computes a number. Points outside the unit square are to be clipped.

mod landscape;
mod palette;
mod scale;
mod traces;

pub use landscape::{landscape, regions, fit, Window};
pub use palette::{LaneStyle, Pattern, lane_style};
pub use scale::{Scale, ticks};
pub use traces::{TraceOptions, XAxis, trace};

/// A point in unit coordinates of its plot area.
pub type Point = [f64; 2];

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, 0 to 1 along the axis.
    pub at: f64,
    /// What it says, e.g. `10⁻³`; empty for a minor tick.
    pub label: String,
}

/// One axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit.
    pub label: String,
    /// Ticks in ascending order.
    pub ticks: Vec<Tick>,
    /// The values at 0 and at 1.
    pub range: [f64; 2],
    /// How values map to the axis.
    pub scale: Scale,
}

/// One lane's curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The lane, by which its style is known.
    pub lane: usize,
    /// Unbroken pieces; a missing value breaks a curve.
    pub pieces: Vec<Vec<Point>>,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// λ was raised by this step.
    Raised,
    /// λ was lowered by this step.
    Lowered,
    /// The value lies above the chart.
    Above,
    /// The value lies below the chart.
    Below,
    /// The step was rejected.
    Rejected,
}

/// A mark on a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The lane it belongs to.
    pub lane: usize,
    /// Where.
    pub at: Point,
    /// What it says.
    pub kind: MarkKind,
}

/// A horizontal reference line or band.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Unit heights of its lower and upper border; equal for a line.
    pub between: [f64; 2],
    /// What it means, e.g. `ρ < ¼: λ rises`.
    pub label: String,
}

/// Curves over an axis that all charts of a figure share.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// For instance `learning rate α`.
    pub title: String,
    /// Steps, evaluations or seconds.
    pub x: Axis,
    /// The quantity.
    pub y: Axis,
    /// Shaded bands and reference lines, behind the curves.
    pub bands: Vec<Band>,
    /// One curve a visible lane.
    pub curves: Vec<Curve>,
    /// Marks, on top.
    pub marks: Vec<Mark>,
    /// Unit position of the cursor, where it lies in the range; one per lane that has a different place on this axis.
    pub cursors: Vec<f64>,
    /// A word in place of curves where there is nothing to draw, e.g. `no lane computes ρ here`.
    pub empty: Option<String>,
}

/// A function on a regular grid over the plot area.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Points across and up.
    pub size: [usize; 2],
    /// Row by row from the bottom; 0 to 1 on the shading scale (log levels of f, or a probability); `None` where f is not finite.
    pub shade: Vec<Option<f64>>,
    /// For decision regions, the class at each point, same order.
    pub class: Option<Vec<u8>>,
}

/// A level line.
#[derive(Clone, Debug, PartialEq)]
pub struct Contour {
    /// The value of f along it.
    pub level: f64,
    /// The same on the shading scale, 0 to 1.
    pub shade: f64,
    /// Open or closed polylines.
    pub lines: Vec<Vec<Point>>,
}

/// One lane's way through the plane up to the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The lane.
    pub lane: usize,
    /// The iterates in order, thinned to what can be seen.
    pub points: Vec<Point>,
    /// Where the lane is at the cursor.
    pub now: Option<Point>,
}

/// A data point of a supervised problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Example {
    /// Where.
    pub at: Point,
    /// Its class, for classification.
    pub class: Option<u8>,
}

/// A map of a plane: the landscape of a two-dimensional problem or the decision regions of a classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Landscape {
    /// For instance `landscape: f, log levels`.
    pub title: String,
    /// First coordinate.
    pub x: Axis,
    /// Second coordinate.
    pub y: Axis,
    /// Shading.
    pub field: Option<Field>,
    /// Level lines.
    pub contours: Vec<Contour>,
    /// One path a visible lane.
    pub paths: Vec<Path>,
    /// Known minima.
    pub minima: Vec<Point>,
    /// Data points.
    pub examples: Vec<Example>,
}

/// The large panel: what it shows depends on the problem.
#[derive(Clone, Debug, PartialEq)]
pub enum MainView {
    /// A map of a plane.
    Landscape(Box<Landscape>),
    /// A fitted curve over one input, or the loss per evaluation where there is no plane to show.
    Chart(Box<Chart>),
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// The lane.
    pub lane: usize,
    /// Its label.
    pub label: String,
    /// Its state at the cursor in a few words, e.g. `f 4.1e-3` or `converged at 26`.
    pub state: String,
}

/// All that a picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The problem's name and summary.
    pub title: String,
    /// For instance `step 47 of 200`.
    pub subtitle: String,
    /// The large panel.
    pub main: MainView,
    /// Loss, α, λ and ρ.
    pub traces: Vec<Chart>,
    /// One entry a visible lane.
    pub legend: Vec<LegendEntry>,
}
