//! What charts and maps have in common: the unit square, its axes and their labels.

use std::ops::Range;

use plotters::{
    coord::{
        CoordTranslate,
        cartesian::Cartesian2d,
        ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged},
    },
    prelude::{Circle, DrawingArea, EmptyElement, FontTransform, PathElement, Rectangle, ShapeStyle, Text, TextStyle},
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    Area, Drawn,
    elements::{PatternedPath, Symbol, rgb, stroke},
    ink::Ink,
    pixels::{Pixels, px, thickness},
    text::{MIDDLE, START, bold, regular, shortened, width},
};
use crate::figure::{
    Axis, Example, Point,
    palette::{Marker, Pattern, class_colour, shade},
};

/// Size of panel titles.
const TITLE: f64 = 22.0;
/// Size of tick labels.
pub(super) const LABEL: f64 = 20.0;
/// From a plot area to its tick labels.
pub(super) const TICK_GAP: f64 = 9.0;
/// From a plot area up to the base line of its title.
const TITLE_RISE: f64 = 10.0;
/// From the bottom of a plot area to the base line of its axis label.
const AXIS_LABEL_DROP: f64 = 58.0;

/// A plot area with the unit square as its coordinates.
pub(super) type Plot<'a> = DrawingArea<Pixels<'a>, Cartesian2d<Side, Side>>;

/// One side of the unit square; its key points are the labelled ticks.
#[derive(Clone)]
pub(super) struct Side(Vec<f64>);

impl From<&Axis> for Side {
    fn from(axis: &Axis) -> Self {
        Self(axis.ticks.iter().filter(|tick| !tick.label.is_empty()).map(|tick| tick.at).collect())
    }
}

impl Ranged for Side {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, (from, to): (i32, i32)) -> i32 {
        from + (place * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.0.iter().copied().take(hint.max_num_points()).collect()
    }

    fn range(&self) -> Range<f64> {
        0.0..1.0
    }
}

/// The unit square on an area.
pub(super) fn plot<'a>(area: &Area<'a>, x: &Axis, y: &Axis) -> Plot<'a> {
    let (across, down) = area.get_pixel_range();
    area.apply_coord_spec(Cartesian2d::new(x, y, (across, down.end..down.start)))
}

/// A point as plotters writes it.
pub(super) fn pair([x, y]: Point) -> (f64, f64) {
    (x, y)
}

/// A line with a pattern. A lone point is a dot.
pub(super) fn line<C: CoordTranslate<From: Clone + 'static>>(
    area: &DrawingArea<Pixels<'_>, C>,
    points: Vec<C::From>,
    pattern: Pattern,
    style: ShapeStyle,
) -> Drawn {
    if let [point] = points.as_slice() {
        area.draw(&Circle::new(point.clone(), 0.8 * f64::from(style.stroke_width), style.filled()))
    } else if pattern == Pattern::Solid {
        area.draw(&PathElement::new(points, style))
    } else {
        area.draw(&PatternedPath::new(points, pattern, style))
    }
}

/// Writes a text at an offset, in units, from a place.
pub(super) fn note(plot: &Plot, at: (f64, f64), offset: (i32, i32), text: &str, style: TextStyle<'static>) -> Drawn {
    plot.draw(&(EmptyElement::at(at) + Text::new(text.to_owned(), offset, style)))
}

/// A panel's title above its plot area.
pub(super) fn title(plot: &Plot, ink: &Ink, text: &str) -> Drawn {
    let style = bold(TITLE, ink.text).pos(START);
    let text = shortened(plot, text, &style, plot.dim_in_pixel().0.cast_signed())?;
    note(plot, (0.0, 1.0), (0, -px(TITLE_RISE)), &text, style)
}

/// Data points; those of a class have its colour and shape.
pub(super) fn examples(plot: &Plot, ink: &Ink, examples: &[Example]) -> Drawn {
    for example in examples {
        let at = pair(example.at);
        match example.class {
            Some(class) => {
                let colour = class_colour(class);
                let colour = shade(ink.theme, colour).map_or(colour, |shade| shade.rgb);
                let marker = Marker::ALL[usize::from(class) % Marker::ALL.len()];
                plot.draw(&Symbol::marker(marker, at, 4.6, rgb(colour)).rim(1.6, ink.background))?;
            }
            None => plot.draw(&Circle::new(at, thickness(4.2), stroke(ink.frame, 0.0).filled()))?,
        }
    }
    Ok(())
}

/// The border, with tick strokes outside and labels where they are wanted.
pub(super) fn axes(plot: &Plot, ink: &Ink, x: &Axis, y: &Axis, [x_labels, y_labels]: [bool; 2]) -> Drawn {
    let pen = stroke(ink.frame, 1.5);
    plot.draw(&Rectangle::new([(0.0, 0.0), (1.0, 1.0)], pen))?;
    for tick in &y.ticks {
        plot.draw(&(EmptyElement::at((0.0, tick.at)) + PathElement::new([(0, 0), (-length(&tick.label), 0)], pen)))?;
    }
    for tick in &x.ticks {
        plot.draw(&(EmptyElement::at((tick.at, 0.0)) + PathElement::new([(0, 0), (0, length(&tick.label))], pen)))?;
    }
    if y_labels {
        y_tick_labels(plot, ink, y)?;
    }
    if x_labels {
        x_tick_labels(plot, ink, x)?;
        let style = regular(LABEL, ink.text).pos(MIDDLE);
        let label = shortened(plot, &x.label, &style, plot.dim_in_pixel().0.cast_signed())?;
        note(plot, (0.5, 0.0), (0, px(AXIS_LABEL_DROP)), &label, style)?;
    }
    Ok(())
}

/// Length of a tick's stroke.
fn length(label: &str) -> i32 {
    px(if label.is_empty() { 3.0 } else { 6.0 })
}

/// A label that would touch the one before it is left out; so for the other axis.
fn y_tick_labels(plot: &Plot, ink: &Ink, y: &Axis) -> Drawn {
    let style = regular(LABEL, ink.muted).pos(Pos::new(HPos::Right, VPos::Center));
    let mut last = i32::MAX;
    for tick in y.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        let place = plot.map_coordinate(&(0.0, tick.at)).1;
        if last - place > px(1.05 * LABEL) {
            note(plot, (0.0, tick.at), (-px(TICK_GAP), 0), &tick.label, style.clone())?;
            last = place;
        }
    }
    Ok(())
}

fn x_tick_labels(plot: &Plot, ink: &Ink, x: &Axis) -> Drawn {
    let style = regular(LABEL, ink.muted).pos(Pos::new(HPos::Center, VPos::Top));
    let mut last = i32::MIN;
    for tick in x.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        let place = plot.map_coordinate(&(tick.at, 0.0)).0;
        let half = width(plot, &tick.label, &style)? / 2;
        if place - half - px(8.0) > last {
            note(plot, (tick.at, 0.0), (0, px(TICK_GAP + 2.0)), &tick.label, style.clone())?;
            last = place + half;
        }
    }
    Ok(())
}

/// Writes a vertical axis' label upwards, left of its tick labels.
pub(super) fn y_label(plot: &Plot, ink: &Ink, y: &Axis) -> Drawn {
    let left = label_width(plot, y)? + px(TICK_GAP + 12.0);
    let style = regular(LABEL, ink.text).transform(FontTransform::Rotate270).pos(MIDDLE);
    let label = shortened(plot, &y.label, &style, plot.dim_in_pixel().1.cast_signed())?;
    note(plot, (0.0, 0.5), (-left, 0), &label, style)
}

/// Width of the widest tick label.
pub(super) fn label_width<C: CoordTranslate>(area: &DrawingArea<Pixels<'_>, C>, axis: &Axis) -> Drawn<i32> {
    let style = regular(LABEL, plotters::style::BLACK);
    axis.ticks.iter().try_fold(0, |widest, tick| Ok(width(area, &tick.label, &style)?.max(widest)))
}
