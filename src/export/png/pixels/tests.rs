use std::collections::HashSet;

use plotters::{
    prelude::{BLACK, Circle, Color, FontTransform, IntoDrawingArea, PathElement, Rectangle, WHITE},
    style::text_anchor::{HPos, Pos, VPos},
};

use super::*;
use crate::{
    export::png::{
        Area,
        elements::{PatternedPath, Shading, stroke},
        plot::plot,
        text::bold,
    },
    figure::{Axis, Scale, palette::Pattern},
};

/// What comes out on a white picture of 100 by 100 pixels.
fn drawn(draw: impl Fn(&Area)) -> Pixmap {
    let mut picture = Pixmap::new(100, 100).unwrap();
    let root = Pixels::new(&mut picture, Fonts::embedded().unwrap()).into_drawing_area();
    root.fill(&WHITE).unwrap();
    draw(&root);
    drop(root);
    picture
}

fn red(picture: &Pixmap, x: u32, y: u32) -> u8 {
    picture.pixel(x, y).unwrap().red()
}

/// Every shade of grey in a picture.
fn shades(picture: &Pixmap) -> HashSet<u8> {
    picture.pixels().iter().map(|pixel| pixel.red()).collect()
}

/// The columns and rows that are not white: first and last.
fn extent(picture: &Pixmap) -> [[u32; 2]; 2] {
    let dark = |&(x, y): &(u32, u32)| red(picture, x, y) < 128;
    let all: Vec<_> = (0..100).flat_map(|y| (0..100).map(move |x| (x, y))).filter(dark).collect();
    let range = |of: fn(&(u32, u32)) -> u32| [all.iter().map(of).min().unwrap(), all.iter().map(of).max().unwrap()];
    [range(|place| place.0), range(|place| place.1)]
}

#[test]
fn straight_thin_lines_are_sharp_and_all_else_is_smooth() {
    let both = HashSet::from([0, 255]);
    for place in 200..210 {
        let pen = stroke(BLACK, 1.0);
        let level = drawn(|root| root.draw(&PathElement::new([(0, place), (900, place)], pen)).unwrap());
        let upright = drawn(|root| root.draw(&PathElement::new([(place, 0), (place, 900)], pen)).unwrap());
        let frame = drawn(|root| root.draw(&Rectangle::new([(place, place), (800, 800)], pen)).unwrap());
        assert_eq!([&level, &upright].map(shades), [&both, &both].map(Clone::clone), "{place}");
        let sides: Vec<u32> = (0..100).filter(|&y| red(&frame, 50, y) < 255).collect();
        assert_eq!(sides.iter().map(|&y| red(&frame, 50, y)).collect::<Vec<_>>(), [0, 0], "{place}");
        let [[left, right], [top, bottom]] = extent(&level);
        assert_eq!([left, right, top], [0, 89, bottom]);
        assert!((f64::from(top) + 0.5 - f64::from(place) / 10.0).abs() <= 0.5, "{place}: {top}");
    }
    let sloping = drawn(|root| root.draw(&PathElement::new([(0, 0), (900, 400)], stroke(BLACK, 1.0))).unwrap());
    let circle = drawn(|root| root.draw(&Circle::new((500, 500), 123, BLACK.filled())).unwrap());
    assert!(shades(&sloping).len() > 10 && shades(&circle).len() > 10);
    assert_eq!(extent(&circle), [[38, 61], [38, 61]]);
}

#[test]
fn a_pattern_has_its_dashes_where_they_belong() {
    for pattern in Pattern::ALL {
        // Three pixels wide, on the row of pixels 50.
        let points = [(0, 505), (333, 505), (1000, 505)];
        let picture = drawn(|root| root.draw(&PatternedPath::new(points, pattern, stroke(BLACK, 3.0))).unwrap());
        let mut checked = 0;
        for x in 2..98 {
            // Away from the borders of dashes, where a pixel is partly covered.
            let [before, here, after] = [-0.7, 0.5, 1.7].map(|d| pattern.drawn((f64::from(x) + d) / 3.0));
            if before == here && here == after {
                assert_eq!(red(&picture, x, 50) == 0, here, "{pattern:?} at {x}");
                checked += 1;
            }
        }
        assert!(checked > 20, "{pattern:?}: {checked}");
    }
}

#[test]
fn text_stands_where_its_anchor_says() {
    let at = |turn: FontTransform, h_pos, v_pos| {
        let style = bold(40.0, BLACK).transform(turn).pos(Pos::new(h_pos, v_pos));
        extent(&drawn(|root| root.draw_text("H", &style, (500, 500)).unwrap()))
    };
    let capital = 29;
    let near = |found: u32, wanted: u32| found.abs_diff(wanted) <= 1;
    let [_, [top, bottom]] = at(FontTransform::None, HPos::Left, VPos::Bottom);
    assert!(near(top, 50 - capital) && near(bottom, 49), "{top} {bottom}");
    let [_, [top, bottom]] = at(FontTransform::None, HPos::Left, VPos::Top);
    assert!(near(top, 50) && near(bottom, 49 + capital), "{top} {bottom}");
    let [[left, right], [top, bottom]] = at(FontTransform::None, HPos::Center, VPos::Center);
    assert!(near(top + bottom, 99) && near(left + right, 99), "{left} {right} {top} {bottom}");
    // Upwards the base line is at the right.
    let [[left, right], [top, bottom]] = at(FontTransform::Rotate270, HPos::Center, VPos::Bottom);
    assert!(near(left, 50 - capital) && near(right, 49) && near(top + bottom, 99), "{left} {right} {top} {bottom}");
}

#[test]
fn shading_covers_its_plot_area_pixel_by_pixel() {
    let axis = Axis { label: String::new(), ticks: Vec::new(), range: [0.0, 1.0], scale: Scale::Linear };
    let picture = drawn(|root| {
        let plot = plot(&root.margin(200, 300, 100, 400), &axis, &axis);
        plot.draw(&Shading(|[x, y]| [if x < 0.5 && y > 0.5 { 0 } else { 100 }; 3])).unwrap();
    });
    assert_eq!(extent(&picture), [[10, 59], [20, 69]]);
    let corners = [(10, 20), (34, 44), (35, 44), (34, 45), (59, 69)];
    assert_eq!(corners.map(|(x, y)| red(&picture, x, y)), [0, 0, 100, 100, 100]);
}
