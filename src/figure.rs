//! Charts as plain data, drawn alike by the screen and by the PNG.
//!
//! Everything here is already scaled: a point is a pair in unit coordinates, (0, 0) the lower left corner of the plot area and
//! (1, 1) the upper right one, so that neither side computes a number. Curves, level lines and paths are cut to the unit square.

pub mod claims;
mod clip;
mod compose;
mod confusion;
pub mod events;
pub mod explain;
mod fit;
mod gallery;
mod held_out;
mod landscape;
mod look;
pub mod number;
pub mod palette;
mod regions;
mod scale;
mod softmax;
mod traces;
mod view;

use std::sync::Arc;

pub use compose::{Caption, compose, legend};
pub use fit::fit;
pub use landscape::{Ground, GroundOptions, PathOptions, Surface, Window, landscape};
pub use look::{Detail, Look, Sight, whole};
pub use palette::{Family, LaneStyle, lane_styles};
pub use regions::regions;
pub use scale::{Scale, ticks, whole_ticks};
pub use traces::{LossAxis, RateView, TraceKind, TraceOptions, XAxis, trace, traces};
pub use view::{DataFacts, View};

/// A point in unit coordinates of its plot area.
pub type Point = [f64; 2];

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, 0 to 1 along the axis.
    pub at: f64,
    /// What it says, e.g. `1e-3`; empty for a minor tick.
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

/// On which data the values of a curve were measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeasuredOn {
    /// On the data of each step: its batch.
    #[default]
    Batch,
    /// On all training data, without noise; drawn thinner and dotted.
    AllData,
}

/// One lane's curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The lane, by which its style is known.
    pub lane: usize,
    /// On which data it was measured.
    pub on: MeasuredOn,
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
    /// Where the lane stands at the cursor.
    Now,
    /// The value says little: ρ of a step that was predicted to climb, or lost in rounding. Drawn hollow.
    Hollow,
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

/// A vertical line at the step that all views show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    /// The lane it belongs to; `None` where all lanes have the same place.
    pub lane: Option<usize>,
    /// Where, 0 to 1 across.
    pub at: f64,
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
    /// The cursor, where it lies in the range: one line for all lanes, or one per lane where their places differ.
    pub cursors: Vec<Cursor>,
    /// Data points, behind the curves.
    pub examples: Vec<Example>,
    /// A word in place of curves where there is nothing to draw, e.g. `no lane computes ρ here`.
    pub empty: Option<String>,
    /// The values at the cursor, of every lane that has one there.
    pub readouts: Vec<LaneText>,
}

/// A function on a regular grid over the plot area.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Points across and up, at least two each; the first and the last of a row lie on the border.
    pub size: [usize; 2],
    /// Row by row from the bottom; 0 to 1 on the shading scale (log levels of f, or a probability); `None` where f is not finite.
    pub shade: Vec<Option<f64>>,
    /// For decision regions, the class at each point, same order.
    pub class: Option<Vec<u8>>,
}

impl Field {
    /// The shade at a place of the plot area, linear between the points around it; `None` where one of these has none.
    pub fn shade_at(&self, place: Point) -> Option<f64> {
        let [(left, right, x), (below, above, y)] = self.around(place);
        let row = |j: usize| {
            let (a, b) = (self.shade[j * self.size[0] + left]?, self.shade[j * self.size[0] + right]?);
            Some(a + x * (b - a))
        };
        let (low, high) = (row(below)?, row(above)?);
        Some(low + y * (high - low))
    }

    /// The class at the point nearest to a place.
    pub fn class_at(&self, place: Point) -> Option<u8> {
        let [(left, right, x), (below, above, y)] = self.around(place);
        let (i, j) = (if x < 0.5 { left } else { right }, if y < 0.5 { below } else { above });
        self.class.as_ref().map(|class| class[j * self.size[0] + i])
    }

    /// Along each axis the indices on both sides of a place, and how far it lies between them.
    fn around(&self, place: Point) -> [(usize, usize, f64); 2] {
        [0, 1].map(|axis| {
            let last = self.size[axis] - 1;
            let position = place[axis].clamp(0.0, 1.0) * last as f64;
            let index = (position as usize).min(last.saturating_sub(1));
            (index, (index + 1).min(last), position - index as f64)
        })
    }
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
    /// The iterates in order, thinned to what can be seen; a new piece begins where the path comes back into view.
    pub pieces: Vec<Vec<Point>>,
    /// Where the lane is at the cursor, if that is in view.
    pub now: Option<Point>,
    /// If it is not in view.
    pub away: Option<Away>,
    /// Where the lane was after single steps, oldest first: a dot each.
    pub steps: Vec<Point>,
    /// So many steps lie between two dots.
    pub every: usize,
}

/// A lane that is out of view.
#[derive(Clone, Debug, PartialEq)]
pub struct Away {
    /// The nearest place on the border.
    pub at: Point,
    /// The direction, one of eight.
    pub arrow: char,
    /// Its coordinates, for instance `(−2 351, 12.0)`.
    pub text: String,
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
    pub field: Option<Arc<Field>>,
    /// Level lines.
    pub contours: Arc<[Contour]>,
    /// One path a visible lane.
    pub paths: Vec<Path>,
    /// Known minima.
    pub minima: Vec<Point>,
    /// Data points.
    pub examples: Vec<Example>,
}

/// A few words on a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneText {
    /// The lane.
    pub lane: usize,
    /// The words.
    pub text: String,
}

/// A column of a [`Grid`].
#[derive(Clone, Debug, PartialEq)]
pub struct GridColumn {
    /// What all its charts are about.
    pub heading: String,
    /// The lanes' values at the cursor.
    pub values: Vec<LaneText>,
    /// From top to bottom.
    pub charts: Vec<Chart>,
}

/// Small charts beside and above each other. Those of a row share their y axis, all of them their x axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// For instance `loss and accuracy, epoch 3, step 45`.
    pub title: String,
    /// From left to right.
    pub columns: Vec<GridColumn>,
    /// A word in place of the charts where there are none.
    pub empty: Option<String>,
}

/// What a lane's network makes of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// A class.
    Named {
        /// What the class is called, with its probability, for instance `boot 93 %`.
        text: String,
        /// Whether it is what the picture shows.
        right: bool,
    },
    /// A picture of the same size: brightness from 0 to 1.
    Drawn(Vec<f32>),
}

/// The answer of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The lane.
    pub lane: usize,
    /// What it says.
    pub what: Answered,
}

/// A picture with what it shows and what the lanes make of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Brightness from 0 to 1, row by row from the top.
    pub pixels: Vec<f32>,
    /// What it shows, if that is to be told.
    pub name: Option<String>,
    /// One answer a visible lane.
    pub answers: Vec<Answer>,
}

/// Pictures, all of one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// For instance `test pictures, epoch 3, step 45`.
    pub title: String,
    /// Pixels across and down.
    pub size: [usize; 2],
    /// In order; as many are drawn as there is room for.
    pub pictures: Vec<Picture>,
}

/// A cell of a [`ConfusionMatrix`].
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionCell {
    /// The share of the row in percent; empty for none.
    pub text: String,
    /// How deep its ground is in the lane's colour, 0 to 1.
    pub depth: f64,
}

/// What a lane's network takes for what.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix {
    /// For instance `AdamQLR, epoch 3, step 45`.
    pub title: String,
    /// For instance `87.2 % of 10 000 test examples right`.
    pub caption: String,
    /// The lane.
    pub lane: usize,
    /// What the classes are called.
    pub names: Vec<String>,
    /// One row a class, one column what it was taken for. Empty where nothing is known yet.
    pub cells: Vec<Vec<ConfusionCell>>,
    /// A word in place of the cells.
    pub empty: Option<String>,
}

/// The large panel: what it shows depends on the problem.
#[derive(Clone, Debug, PartialEq)]
pub enum MainView {
    /// A map of a plane.
    Landscape(Box<Landscape>),
    /// A fitted curve over one input, or the loss per evaluation where there is no plane to show.
    Chart(Box<Chart>),
    /// Loss and accuracy on whole parts of the data.
    Grid(Box<Grid>),
    /// Examples with the lanes' answers.
    Gallery(Box<Gallery>),
    /// What the chosen lane takes for what.
    Confusion(Box<ConfusionMatrix>),
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

/// All that a picture shows. Lanes are numbered as in the history, hidden ones included.
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
    /// The look of every lane.
    pub styles: Vec<LaneStyle>,
}
