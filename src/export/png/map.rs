//! A map of a plane: the landscape with the paths, or decision regions with the data.

use plotters::prelude::{Circle, Color};

use super::{
    Area, Drawn,
    elements::{Shading, Symbol, rgb, stroke},
    ink::Ink,
    layout::on_pixels,
    pixels::{UNITS, px, thickness},
    plot::{Plot, axes, examples, line, pair, plot, title, y_label},
};
use crate::figure::{
    Field, Landscape, LaneStyle, Path, Point,
    palette::{Pattern, Rgb, contour_colour, field_colour, region_colour},
};

/// Shades of the ground that differ: more than eight bits a channel can tell apart.
const SHADES: u16 = 512;

/// Draws a map as large as an area allows with equal units on both axes.
pub(super) fn draw(area: &Area, ink: &Ink, map: &Landscape, styles: &[LaneStyle]) -> Drawn {
    let plot = plot(&equal_units(map, area), &map.x, &map.y);
    title(&plot, ink, &map.title)?;
    if let Some(field) = &map.field {
        plot.draw(&Shading(ground(ink, field)))?;
    }
    for contour in map.contours.iter() {
        let pen = stroke(rgb(contour_colour(ink.theme, contour.shade)), 1.4);
        for points in &contour.lines {
            line(&plot, points.iter().copied().map(pair).collect(), Pattern::Solid, pen)?;
        }
    }
    examples(&plot, ink, &map.examples)?;
    for path in &map.paths {
        draw_path(&plot, ink, path, styles)?;
    }
    for &minimum in &map.minima {
        plot.draw(&Symbol::star(pair(minimum), 15.0, ink.text).rim(4.0, ink.background))?;
    }
    for path in &map.paths {
        if let Some((style, &now)) = styles.get(path.lane).zip(path.now.as_ref()) {
            plot.draw(&Symbol::marker(style.marker, pair(now), 9.5, rgb(style.colour)).rim(2.4, ink.background))?;
        }
    }
    axes(&plot, ink, &map.x, &map.y, [true; 2])?;
    y_label(&plot, ink, &map.y)
}

/// The largest area in the middle of another whose pixels are equally long in both directions of the plane.
fn equal_units<'a>(map: &Landscape, area: &Area<'a>) -> Area<'a> {
    let aspect = (map.x.range[1] - map.x.range[0]) / (map.y.range[1] - map.y.range[0]);
    if !aspect.is_finite() || aspect <= 0.0 {
        return area.clone();
    }
    let [width, height] = <[u32; 2]>::from(area.dim_in_pixel()).map(f64::from);
    let spare = |all: f64, used: f64| ((all - used.max(f64::from(px(60.0)))) / 2.0).max(0.0) as i32;
    let (x, y) = (spare(width, height * aspect), spare(height, width / aspect));
    on_pixels(&area.margin(y, y, x, x))
}

/// The colour of the ground at a place. Colours are mixed once a shade, not once a pixel.
fn ground<'a>(ink: &Ink, field: &'a Field) -> impl Fn(Point) -> Rgb + 'a {
    let (theme, nothing) = (ink.theme, ink.grid.rgb().into());
    let ramp = |colour: &dyn Fn(f64) -> Rgb| -> Vec<Rgb> {
        (0..=SHADES).map(|shade| colour(f64::from(shade) / f64::from(SHADES))).collect()
    };
    let levels = ramp(&|shade| field_colour(theme, shade));
    let last = field.class.iter().flatten().max();
    let regions: Vec<_> = last
        .map_or(Vec::new(), |&last| (0..=last).map(|class| ramp(&|sure| region_colour(theme, class, sure))).collect());
    move |place| {
        let Some(shade) = field.shade_at(place) else { return nothing };
        let ramp = field.class_at(place).map_or(&levels, |class| &regions[usize::from(class)]);
        ramp[(shade.clamp(0.0, 1.0) * f64::from(SHADES)).round() as usize]
    }
}

fn draw_path(plot: &Plot, ink: &Ink, path: &Path, styles: &[LaneStyle]) -> Drawn {
    let Some(style) = styles.get(path.lane) else { return Ok(()) };
    for piece in &path.pieces {
        let points: Vec<_> = piece.iter().copied().map(pair).collect();
        // A halo keeps crossing paths apart.
        line(plot, points.clone(), Pattern::Solid, stroke(ink.background, 7.0))?;
        line(plot, points.clone(), style.pattern, stroke(rgb(style.colour), 3.8))?;
        // The iterates themselves, where they can be told apart.
        let mut last = None;
        for point in points {
            let [x, y] = <[i32; 2]>::from(plot.map_coordinate(&point)).map(f64::from);
            if last.is_none_or(|[u, v]: [f64; 2]| (x - u).hypot(y - v) > f64::from(16 * UNITS)) {
                plot.draw(&Circle::new(point, thickness(4.2), rgb(style.colour).filled()))?;
                last = Some([x, y]);
            }
        }
    }
    Ok(())
}
