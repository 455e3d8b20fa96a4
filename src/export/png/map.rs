//! A map of a plane: the landscape with the paths, or decision regions with the data.

use super::{
    canvas::{Area, Canvas, Pen},
    chart::{examples, ticks, title, y_label},
    ink::Ink,
    layout::whole,
};
use crate::figure::{
    Field, Landscape, LaneStyle, Path, Point,
    palette::{contour_colour, field_colour, region_colour},
};

/// Draws a map as large as an area allows with equal units on both axes.
pub(super) fn draw(canvas: &mut Canvas, ink: &Ink, map: &Landscape, area: Area, styles: &[LaneStyle]) {
    let area = whole(equal_units(map, area));
    title(canvas, ink, &map.title, area);
    if let Some(field) = &map.field {
        ground(canvas, ink, field, area);
    }
    for contour in map.contours.iter() {
        let pen = Pen::solid(1.4, contour_colour(ink.theme, contour.shade));
        for line in &contour.lines {
            canvas.line(&line.iter().map(|&point| area.at(point)).collect::<Vec<_>>(), pen);
        }
    }
    examples(canvas, ink, &map.examples, area);
    for path in &map.paths {
        draw_path(canvas, ink, path, area, styles);
    }
    for &minimum in &map.minima {
        canvas.star(area.at(minimum), 19.0, ink.background);
        canvas.star(area.at(minimum), 15.0, ink.text);
    }
    for path in &map.paths {
        if let Some((style, &now)) = styles.get(path.lane).zip(path.now.as_ref()) {
            canvas.rimmed_marker(style.marker, area.at(now), 9.5, style.colour, ink.background);
        }
    }
    canvas.frame(area, Pen::solid(1.5, ink.frame));
    ticks(canvas, ink, &map.x, &map.y, area, true);
    y_label(canvas, ink, &map.y, area);
}

/// The largest area in the middle of another whose pixels are equally long in both directions of the plane.
fn equal_units(map: &Landscape, area: Area) -> Area {
    let aspect = (map.x.range[1] - map.x.range[0]) / (map.y.range[1] - map.y.range[0]);
    if !aspect.is_finite() || aspect <= 0.0 {
        return area;
    }
    let width = area.width().min(area.height() * aspect).max(60.0);
    let height = area.height().min(area.width() / aspect).max(60.0);
    let (left, top) = (area.left + (area.width() - width) / 2.0, area.top + (area.height() - height) / 2.0);
    Area { left, top, right: left + width, bottom: top + height }
}

fn ground(canvas: &mut Canvas, ink: &Ink, field: &Field, area: Area) {
    canvas.shade(area, |place| match (field.shade_at(place), field.class_at(place)) {
        (Some(sure), Some(class)) => region_colour(ink.theme, class, sure),
        (Some(shade), None) => field_colour(ink.theme, shade),
        (None, _) => ink.grid,
    });
}

fn draw_path(canvas: &mut Canvas, ink: &Ink, path: &Path, area: Area, styles: &[LaneStyle]) {
    let Some(style) = styles.get(path.lane) else { return };
    for piece in &path.pieces {
        let points: Vec<_> = piece.iter().map(|&point| area.at(point)).collect();
        // A halo keeps crossing paths apart.
        canvas.line(&points, Pen::solid(7.0, ink.background));
        canvas.line(&points, Pen::patterned(3.8, style.colour, style.pattern));
        // The iterates themselves, where they can be told apart.
        let mut last: Option<Point> = None;
        for &[x, y] in &points {
            if last.is_none_or(|last| (x - last[0]).hypot(y - last[1]) > 16.0) {
                canvas.circle([x, y], 4.2, style.colour);
                last = Some([x, y]);
            }
        }
    }
}
