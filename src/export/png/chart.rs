//! A chart of curves.

use plotters::prelude::{Color, EmptyElement, PathElement, Rectangle, ShapeStyle};

use super::{
    Area, Drawn,
    elements::{PatternedPath, Symbol, rgb, stroke},
    free::right_end,
    ink::Ink,
    pixels::{px, thickness},
    plot::{LABEL, Plot, axes, examples, line, note, pair, plot, title, y_label},
    text::{END, MIDDLE, regular, width},
};
use crate::figure::{
    Chart, Curve, LaneStyle, Mark, MarkKind, MeasuredOn, Point,
    palette::{Marker, Pattern},
};

/// How a chart is drawn.
pub(super) struct Look {
    /// Whether its horizontal axis is labelled.
    pub(super) x_labels: bool,
    /// Whether the ticks of its vertical axis are labelled; a neighbour may share them.
    pub(super) y_ticks: bool,
    /// Whether its vertical axis is named; a title may say enough.
    pub(super) y_label: bool,
    /// Width of the curves.
    pub(super) line: f64,
}

/// Draws a chart.
pub(super) fn draw(area: &Area, ink: &Ink, chart: &Chart, look: &Look, styles: &[LaneStyle]) -> Drawn {
    let plot = plot(area, &chart.x, &chart.y);
    title(&plot, ink, &chart.title)?;
    background(&plot, ink, chart)?;
    examples(&plot, ink, &chart.examples)?;
    cursors(&plot, ink, chart, styles)?;
    for curve in in_order(&chart.curves, styles) {
        let Some(style) = styles.get(curve.lane) else { continue };
        for piece in &curve.pieces {
            let (pattern, pen) = match curve.on {
                MeasuredOn::Batch => pen(&plot, piece, look.line, *style),
                MeasuredOn::AllData => (Pattern::Dotted, stroke(rgb(style.colour), 0.6 * look.line)),
            };
            let points: Vec<_> = piece.iter().copied().map(pair).collect();
            if curve.on == MeasuredOn::Batch && pattern != Pattern::Solid && points.len() > 1 {
                // Where lanes run together, the dashes of one stand off from what is seen in its gaps.
                let halo = stroke(ink.background, look.line + 2.4);
                plot.draw(&PatternedPath::new(points.clone(), pattern, halo).dashed_as(thickness(look.line)))?;
            }
            line(&plot, points, pattern, pen)?;
        }
    }
    for mark in &chart.marks {
        draw_mark(&plot, ink, mark, styles)?;
    }
    band_labels(&plot, ink, chart)?;
    axes(&plot, ink, &chart.x, &chart.y, [look.x_labels, look.y_ticks])?;
    // Each lane's marker at the end of its curve, since patterns drown where a curve is ragged.
    for curve in chart.curves.iter().filter(|curve| curve.on == MeasuredOn::Batch) {
        let end = curve.pieces.last().and_then(|piece| piece.last()).filter(|end| (1e-6..1.0 - 1e-6).contains(&end[1]));
        if let Some((style, &end)) = styles.get(curve.lane).zip(end) {
            plot.draw(&Symbol::marker(style.marker, pair(end), 6.5, rgb(style.colour)).rim(2.4, ink.background))?;
        }
    }
    if look.y_label {
        y_label(&plot, ink, &chart.y)?;
    }
    chart
        .empty
        .as_ref()
        .map_or(Ok(()), |text| note(&plot, (0.5, 0.5), (0, px(7.0)), text, regular(LABEL, ink.muted).pos(MIDDLE)))
}

/// A curve's pattern and style. One that goes up and down at every pixel would fill all it covers: it becomes thin and translucent,
/// and as no pattern can be seen in it, solid.
fn pen(plot: &Plot, piece: &[Point], width: f64, style: LaneStyle) -> (Pattern, ShapeStyle) {
    let [wide, high] = <[u32; 2]>::from(plot.dim_in_pixel()).map(f64::from);
    let climbed: f64 = piece.windows(2).map(|pair| (pair[1][1] - pair[0][1]).abs()).sum::<f64>() * high;
    let across = piece.first().zip(piece.last()).map_or(0.0, |(first, last)| last[0] - first[0]) * wide;
    if piece.len() > 100 && climbed > 8.0 * across {
        (Pattern::Solid, stroke(rgb(style.colour).mix(0.5), 1.3))
    } else {
        (style.pattern, stroke(rgb(style.colour), width))
    }
}

/// Bands and reference lines, the grid at the labelled ticks, and what the bands say.
fn background(plot: &Plot, ink: &Ink, chart: &Chart) -> Drawn {
    let is_line = |[low, high]: [f64; 2]| high - low <= 1e-9;
    for band in chart.bands.iter().filter(|band| !is_line(band.between)) {
        let [low, high] = band.between;
        plot.draw(&Rectangle::new([(0.0, low), (1.0, high)], ink.band.filled()))?;
    }
    let pen = stroke(ink.grid, 1.0);
    plot.draw_mesh(|pixels, mesh| mesh.draw(pixels, &pen), usize::MAX, usize::MAX)?;
    for band in &chart.bands {
        let low = band.between[0];
        if is_line(band.between) {
            plot.draw(&PathElement::new([(0.0, low), (1.0, low)], stroke(ink.frame, 1.5)))?;
            continue;
        }
        for edge in band.between.into_iter().filter(|edge| 0.0 < *edge && *edge < 1.0) {
            plot.draw(&PathElement::new([(0.0, edge), (1.0, edge)], stroke(ink.threshold, 1.5 * ink.weight)))?;
        }
    }
    Ok(())
}

/// Curves in the order in which they are drawn: those that cover most first, so that in the gaps of every later one the earlier are
/// seen where lanes run together.
fn in_order<'c>(curves: &'c [Curve], styles: &[LaneStyle]) -> Vec<&'c Curve> {
    let covered = |curve: &Curve| match curve.on {
        MeasuredOn::AllData => f64::INFINITY,
        MeasuredOn::Batch => styles.get(curve.lane).map_or(0.0, |style| style.pattern.coverage()),
    };
    let mut curves: Vec<&Curve> = curves.iter().collect();
    curves.sort_by(|a, b| covered(b).total_cmp(&covered(a)));
    curves
}

/// What the bands say, where fewest curves are, on a rim of the band's ground.
fn band_labels(plot: &Plot, ink: &Ink, chart: &Chart) -> Drawn {
    let [wide, high] = <[u32; 2]>::from(plot.dim_in_pixel()).map(|units| f64::from(units.max(1)));
    let unit = |[x, y]: [f64; 2]| [f64::from(px(x)) / wide, f64::from(px(y)) / high];
    for band in chart.bands.iter().filter(|band| band.between[1] - band.between[0] > 1e-9) {
        let [low, high] = band.between;
        // At the band's outer side, where curves are rare.
        let (border, drop) = if high > 0.5 { (high, 24.0) } else { (low, -10.0) };
        let style = regular(18.0, ink.text).pos(END);
        let length = f64::from(width(plot, &band.label, &style)?) / f64::from(px(1.0));
        let [base, border_x] = [border - unit([0.0, drop + 5.0])[1], unit([10.0, 0.0])[0]];
        let right = right_end(chart, base, unit([length, 21.0]), unit([9.0, 9.0]), border_x);
        let around = [-2.5, 0.0, 2.5];
        for (x, y) in around.into_iter().flat_map(|x| around.map(|y| (x, y))) {
            let style = regular(18.0, ink.band).pos(END);
            note(plot, (right, border), (px(x), px(y + drop)), &band.label, style)?;
        }
        note(plot, (right, border), (0, px(drop)), &band.label, style)?;
    }
    Ok(())
}

fn cursors(plot: &Plot, ink: &Ink, chart: &Chart, styles: &[LaneStyle]) -> Drawn {
    for cursor in &chart.cursors {
        let look = match cursor.lane {
            None => Some((Pattern::Solid, ink.muted)),
            Some(lane) => styles.get(lane).map(|style| (Pattern::Dotted, rgb(style.colour))),
        };
        if let Some((pattern, colour)) = look {
            line(plot, vec![(cursor.at, 0.0), (cursor.at, 1.0)], pattern, stroke(colour, 1.8))?;
        }
    }
    Ok(())
}

fn draw_mark(plot: &Plot, ink: &Ink, mark: &Mark, styles: &[LaneStyle]) -> Drawn {
    let Some(style) = styles.get(mark.lane) else { return Ok(()) };
    let (at, colour) = (pair(mark.at), rgb(style.colour));
    let (marker, radius) = match mark.kind {
        MarkKind::Raised => (Marker::Triangle, 6.2),
        MarkKind::Lowered => (Marker::Wedge, 6.2),
        MarkKind::Rejected => (Marker::Cross, 6.0),
        MarkKind::Now => (style.marker, 6.5),
        MarkKind::Hollow => {
            return plot.draw(&Symbol::marker(Marker::Circle, at, 4.2, ink.background).rim(1.8, colour));
        }
        MarkKind::Above | MarkKind::Below => {
            // An arrow head at the edge: the value lies beyond it.
            let inwards = if mark.kind == MarkKind::Above { 1.0 } else { -1.0 };
            let head = [(-7.5, 14.0), (0.0, 4.0), (7.5, 14.0)].map(|(x, y)| (px(x), px(inwards * y)));
            let (halo, pen) = (stroke(ink.background, 7.0), stroke(colour, 3.4));
            return plot.draw(&(EmptyElement::at(at) + PathElement::new(head, halo) + PathElement::new(head, pen)));
        }
    };
    plot.draw(&Symbol::marker(marker, at, radius, colour).rim(2.4, ink.background))
}
