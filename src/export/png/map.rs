//! A map of a plane: the landscape with the paths, or decision regions with the data.

use plotters::prelude::{Circle, Color, Rectangle};

use super::{
    Area, Drawn,
    elements::{PatternedPath, Shading, Symbol, rgb, stroke},
    ink::Ink,
    layout::on_pixels,
    pixels::{UNITS, px, thickness},
    plot::{Plot, axes, examples, line, note, pair, plot, title, y_label},
    text::{START, bold, width},
};
use crate::figure::{
    Field, Landscape, LaneStyle, Path, Point,
    palette::{Pattern, Rgb, contour_colour, field_colour, mix, region_colour},
};

/// Shades of the ground that differ: more than eight bits a channel can tell apart.
const SHADES: u16 = 512;
/// So many of the latest steps are bright.
const NEWEST: usize = 8;

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
    // Those that cover most first: in the gaps of every later one the earlier are seen where lanes run together.
    let mut paths: Vec<&Path> = map.paths.iter().collect();
    let covered = |path: &Path| styles.get(path.lane).map_or(0.0, |style| style.pattern.coverage());
    paths.sort_by(|a, b| covered(b).total_cmp(&covered(a)));
    for path in paths {
        draw_path(&plot, ink, path, styles)?;
    }
    places(&plot, ink, map, styles)?;
    axes(&plot, ink, &map.x, &map.y, [true; 2])?;
    outside(&plot, ink, map, styles)?;
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
        let (width, halo) = (3.8 * ink.weight, stroke(ink.background, 3.8 * ink.weight + 3.2));
        if points.len() > 1 {
            // In the gaps of a pattern the map is seen, and what lies there.
            plot.draw(&PatternedPath::new(points.clone(), style.pattern, halo).dashed_as(thickness(width)))?;
        }
        line(plot, points, style.pattern, stroke(rgb(style.colour), width))?;
    }
    let newest = path.steps.len().saturating_sub(NEWEST);
    let bright = rgb(mix(style.colour, ink.text.rgb().into(), 0.55));
    for (index, &step) in path.steps.iter().enumerate() {
        let (colour, radius) = if index < newest { (rgb(style.colour), 4.4) } else { (bright, 5.2) };
        let ring = Circle::new(pair(step), thickness(radius * ink.weight + 1.0), ink.background.filled());
        plot.draw(&ring)?;
        plot.draw(&Circle::new(pair(step), thickness(radius * ink.weight), colour.filled()))?;
    }
    Ok(())
}

/// Where the lanes are, and the minima: a star stays in sight on the markers of lanes that have arrived, which lie around each other.
fn places(plot: &Plot, ink: &Ink, map: &Landscape, styles: &[LaneStyle]) -> Drawn {
    let units = |place: Point| <[i32; 2]>::from(plot.map_coordinate(&pair(place))).map(f64::from);
    let near = |place: Point| {
        let [x, y] = units(place);
        map.minima.iter().copied().find(|&star| {
            let [u, v] = units(star);
            (x - u).hypot(y - v) < f64::from(14 * UNITS)
        })
    };
    let lanes = map.paths.iter().filter_map(|path| Some((styles.get(path.lane)?, path.now?)));
    let (arrived, under_way): (Vec<_>, Vec<_>) = lanes.partition(|(_, now)| near(*now).is_some());
    for (style, now) in under_way {
        let marker = Symbol::marker(style.marker, pair(now), 9.5 * ink.weight, rgb(style.colour));
        plot.draw(&marker.rim(2.4, ink.background))?;
    }
    for &star in &map.minima {
        let here: Vec<_> = arrived.iter().filter(|(_, now)| near(*now) == Some(star)).collect();
        for (index, (style, _)) in here.iter().enumerate() {
            let radius = (17.0 + 9.0 * (here.len() - 1 - index) as f64) * ink.weight;
            plot.draw(&Symbol::marker(style.marker, pair(star), radius, rgb(style.colour)).rim(2.4, ink.background))?;
        }
        let radius = if here.is_empty() { 15.0 } else { 11.0 } * ink.weight;
        plot.draw(&Symbol::star(pair(star), radius, ink.text).rim(4.0, ink.background))?;
    }
    Ok(())
}

/// Lanes that are out of view: at the border the marker, an arrow, and where they are.
fn outside(plot: &Plot, ink: &Ink, map: &Landscape, styles: &[LaneStyle]) -> Drawn {
    let (across, down) = plot.get_pixel_range();
    let mut taken: Vec<i32> = Vec::new();
    for path in &map.paths {
        let Some((style, away)) = styles.get(path.lane).zip(path.away.as_ref()) else { continue };
        let (x, y) = plot.map_coordinate(&pair(away.at));
        let mut y = y.clamp(down.start + px(20.0), down.end - px(20.0));
        // One below the other, upwards again from the lower end.
        while taken.iter().any(|other| (other - y).abs() < px(28.0)) {
            y += if y + px(28.0) < down.end { px(28.0) } else { -px(28.0 * (taken.len() + 1) as f64) };
        }
        taken.push(y);
        let text = format!("{} {}", away.arrow, away.text);
        let font = bold(18.0, rgb(style.colour)).pos(START);
        let length = width(plot, &text, &font)?;
        let left = (x + px(12.0)).min(across.end - length - px(16.0)).max(across.start + px(30.0));
        let at = |dx: i32, dy: i32| {
            let unit = |place: i32, from: i32, to: i32| f64::from(place - from) / f64::from((to - from).max(1));
            (unit(left + dx, across.start, across.end), 1.0 - unit(y + dy, down.start, down.end))
        };
        let plate = [at(-px(28.0), -px(13.0)), at(length + px(8.0), px(13.0))];
        plot.draw(&Rectangle::new(plate, ink.background.filled()))?;
        plot.draw(&Symbol::marker(style.marker, at(-px(14.0), 0), 8.0, rgb(style.colour)).rim(1.6, ink.background))?;
        note(plot, at(0, px(6.5)), (0, 0), &text, font)?;
    }
    Ok(())
}
