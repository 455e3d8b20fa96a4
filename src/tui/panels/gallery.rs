//! Pictures in half cells, each with what the lanes make of it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use super::{chart::ink, cut, inside};
use crate::{
    figure::{Answered, Gallery, Picture},
    tui::{app::App, theme::Theme},
};

/// Pictures are drawn so that there are at least so many, where there is room for that.
const ENOUGH: usize = 4;
/// With fewer columns than this a picture cannot be recognised …
const LEGIBLE: u16 = 12;
/// … and with more than this for each of its pixels nothing is gained.
const MAGNIFIED: usize = 8;
/// A name and an answer need so many columns, a lane's verdict so many.
const NARROWEST: u16 = 16;
const VERDICT: u16 = 3;

/// How pictures are laid out.
#[derive(Clone, Copy, Debug)]
struct Tiles {
    /// Cells of a picture.
    picture: [u16; 2],
    /// Cells of a tile, with its words and the space around it.
    tile: [u16; 2],
    /// Tiles across and down.
    count: [u16; 2],
}

impl Tiles {
    /// For so many pictures of a size in pixels, with `beside` pictures of its answers beside each, and `below` lines of words below, `words`
    /// columns wide: what fills the room best.
    fn new(pictures: usize, size: [usize; 2], beside: u16, [below, words]: [u16; 2], room: Rect) -> Self {
        let [across, down] = size.map(|pixels| pixels.max(1));
        let wide = |columns: u16| {
            // A cell is two pixels high.
            let rows = (usize::from(columns) * down).div_ceil(2 * across).clamp(1, usize::from(u16::MAX)) as u16;
            let picture = [columns, rows];
            let tile = [((columns + 1) * (1 + beside)).max(words) + 1, rows.saturating_add(below)];
            // The last tile of a row or column needs no space after it.
            let count = [(room.width + 2) / tile[0], room.height / tile[1]];
            Self { picture, tile, count }
        };
        let most = (MAGNIFIED * across).min(usize::from(room.width)).max(1) as u16;
        let best = |enough: usize| {
            let found = |tiles: &Self| pictures.min(usize::from(tiles.count[0]) * usize::from(tiles.count[1]));
            let filled = |tiles: &Self| found(tiles) * usize::from(tiles.picture[0]) * usize::from(tiles.picture[1]);
            let enough = enough.min(pictures);
            (LEGIBLE.min(most)..=most).map(wide).filter(|tiles| found(tiles) >= enough).max_by_key(filled)
        };
        let smallest = || (1..=LEGIBLE).rev().map(wide).find(|tiles| tiles.count[0] > 0 && tiles.count[1] > 0);
        best(ENOUGH).or_else(|| best(1)).or_else(smallest).unwrap_or_else(|| wide(1))
    }
}

/// Draws as many pictures as there is room for.
pub fn render(app: &App, gallery: &Gallery, area: Rect, buf: &mut Buffer) {
    let inside = inside(area);
    let room = Rect { x: inside.x + 1, width: inside.width.saturating_sub(1), ..inside };
    let drawn = |picture: &Picture| {
        picture.answers.iter().filter(|answer| matches!(answer.what, Answered::Drawn(_))).count() as u16
    };
    let beside = gallery.pictures.first().map_or(0, drawn);
    let lanes = gallery.pictures.first().map_or(0, |picture| picture.answers.len()) as u16;
    let words = if beside > 0 { [1, NARROWEST] } else { [3, NARROWEST.max(VERDICT * lanes)] };
    let tiles = Tiles::new(gallery.pictures.len(), gallery.size, beside, words, room);
    let places = (0..tiles.count[1]).flat_map(|row| (0..tiles.count[0]).map(move |column| [column, row]));
    for (picture, [column, row]) in gallery.pictures.iter().zip(places) {
        let place = Rect {
            x: room.x + column * tiles.tile[0],
            y: room.y + row * tiles.tile[1],
            width: (tiles.tile[0] - 1).min(room.right().saturating_sub(room.x + column * tiles.tile[0])),
            height: tiles.tile[1],
        };
        pixels(app.theme, &picture.pixels, gallery.size, &tiles, place, buf);
        let words = Rect { y: place.y + tiles.picture[1], height: 1, ..place };
        if beside > 0 {
            redrawn(app, picture, gallery.size, &tiles, place, buf);
        } else {
            named(app, picture, words, buf);
        }
    }
}

/// What the picture shows, whether each lane says so, and what the chosen one says.
fn named(app: &App, picture: &Picture, words: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let width = usize::from(words.width);
    let name = picture.name.as_deref().unwrap_or_default();
    buf.set_string(words.x, words.y, cut(name, width), theme.strong());
    let mut verdicts = Line::default();
    for answer in &picture.answers {
        let Answered::Named { text, right } = &answer.what else { continue };
        let (mark, style) = if *right { ("✓", theme.notice()) } else { ("✗", theme.warning()) };
        let marker = app.styles.get(answer.lane).map_or(' ', |style| style.marker.symbol());
        verdicts.push_span(Span::styled(marker.to_string(), Style::new().fg(ink(app, answer.lane))));
        verdicts.push_span(Span::styled(format!("{mark} "), style));
        if answer.lane == app.lane {
            let style = if *right { theme.quiet() } else { theme.warning() };
            buf.set_string(words.x, words.y + 2, marker.to_string(), Style::new().fg(ink(app, answer.lane)));
            buf.set_string(words.x + 2, words.y + 2, cut(text, width.saturating_sub(2)), style);
        }
    }
    verdicts.render(Rect { y: words.y + 1, ..words }, buf);
}

/// The lanes' pictures beside the original, each under its marker.
fn redrawn(app: &App, picture: &Picture, size: [usize; 2], tiles: &Tiles, place: Rect, buf: &mut Buffer) {
    let below = place.y + tiles.picture[1];
    buf.set_string(place.x, below, cut("original", usize::from(tiles.picture[0])), app.theme.quiet());
    for (index, answer) in picture.answers.iter().enumerate() {
        let Answered::Drawn(drawn) = &answer.what else { continue };
        let x = place.x + (index as u16 + 1) * (tiles.picture[0] + 1);
        pixels(app.theme, drawn, size, tiles, Rect { x, ..place }, buf);
        let marker = app.styles.get(answer.lane).map_or(' ', |style| style.marker.symbol());
        let label = app.history.lanes().get(answer.lane).map_or("", |lane| lane.label());
        let text = cut(&format!("{marker} {label}"), usize::from(tiles.picture[0]));
        buf.set_string(x, below, text, Style::new().fg(ink(app, answer.lane)));
    }
}

/// A picture, two pixels a cell: ink on the theme's ground.
fn pixels(theme: Theme, brightness: &[f32], size: [usize; 2], tiles: &Tiles, place: Rect, buf: &mut Buffer) {
    let [columns, rows] = tiles.picture.map(usize::from);
    for row in 0..tiles.picture[1].min(place.height) {
        for column in 0..tiles.picture[0] {
            let [upper, lower] = [0, 1].map(|half| {
                let place = [usize::from(column), 2 * usize::from(row) + half];
                mean(brightness, size, place, [columns, 2 * rows])
            });
            let Some(cell) = buf.cell_mut((place.x + column, place.y + row)) else { continue };
            if theme.colourful() {
                cell.set_char('▀').set_fg(theme.grey(upper)).set_bg(theme.grey(lower));
            } else {
                cell.set_char(shade(f64::midpoint(upper, lower)));
            }
        }
    }
}

/// The mean brightness over one of so many pixels, across and down, that a picture of another size is drawn with.
fn mean(brightness: &[f32], size: [usize; 2], place: [usize; 2], drawn: [usize; 2]) -> f64 {
    // By the part of each of the picture's own pixels that lies in the one drawn.
    let parts = |axis: usize| {
        let scale = size[axis] as f64 / drawn[axis].max(1) as f64;
        let (from, to) = (place[axis] as f64 * scale, (place[axis] + 1) as f64 * scale);
        (from as usize..(to.ceil() as usize).min(size[axis])).map(move |pixel| {
            let (start, end) = (pixel as f64, (pixel + 1) as f64);
            (pixel, (end.min(to) - start.max(from)).max(0.0))
        })
    };
    let (mut sum, mut weight) = (0.0, 0.0);
    for (y, height) in parts(1) {
        for (x, width) in parts(0) {
            let Some(value) = brightness.get(y * size[0] + x) else { continue };
            sum += f64::from(*value) * width * height;
            weight += width * height;
        }
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// A brightness where there are no colours.
fn shade(brightness: f64) -> char {
    const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
    SHADES[((brightness.clamp(0.0, 1.0) * SHADES.len() as f64) as usize).min(SHADES.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fill_the_room_and_are_enough() {
        let tiles = |room: [u16; 2], beside, below| {
            Tiles::new(24, [28, 28], beside, [below, NARROWEST], Rect::new(0, 0, room[0], room[1]))
        };
        for (room, beside, below, columns) in [
            ([104, 44], 0, 3, 33),
            ([63, 25], 0, 3, 18),
            ([38, 14], 0, 3, 18),
            ([120, 44], 3, 1, 14),
            ([15, 4], 0, 3, 2),
        ] {
            assert_eq!(tiles(room, beside, below).picture[0], columns, "{room:?}");
        }
        for width in 15..200 {
            for height in 4..80 {
                let tiles = tiles([width, height], 0, 3);
                assert!(tiles.count[0] * tiles.tile[0] <= width + 2 && tiles.count[1] * tiles.tile[1] <= height);
                assert!(tiles.count[0] * tiles.count[1] > 0, "{width} {height}");
                let filled = tiles.picture[0] * tiles.picture[1] * (tiles.count[0] * tiles.count[1]).min(24);
                if width >= 60 && height >= 24 {
                    assert!(f64::from(filled) > 0.5 * f64::from(width * height), "{width}×{height}: {tiles:?}");
                }
            }
        }
    }

    #[test]
    fn brightness_is_kept_at_any_size() {
        let (size, picture) = ([5, 3], (0..15).map(|pixel| pixel as f32).collect::<Vec<_>>());
        for drawn in [[1, 1], [5, 3], [7, 2], [20, 12], [3, 8]] {
            let places = (0..drawn[1]).flat_map(|row| (0..drawn[0]).map(move |column| [column, row]));
            let sum: f64 = places.map(|place| mean(&picture, size, place, drawn)).sum();
            assert!((sum / (drawn[0] * drawn[1]) as f64 - 7.0).abs() < 1e-9, "{drawn:?}: {sum}");
        }
        assert_eq!(mean(&picture, size, [4, 2], [5, 3]), 14.0);
    }
}
