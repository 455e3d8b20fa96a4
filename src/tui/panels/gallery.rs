//! Pictures in half cells, each with what the lanes make of it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
    text::{Line, Span},
    widgets::Widget,
};

use super::{chart::ink, cut, inside};
use crate::{
    figure::{Answered, Gallery, Picture},
    tui::{app::App, theme::Theme},
};

/// A picture is drawn as large as leaves room for this many …
const ENOUGH: usize = 4;
/// … unless it would have fewer pixels across than this, and could not be recognised.
const LEGIBLE: usize = 12;
/// A name and an answer need so many columns, a lane's verdict so many.
const NARROWEST: u16 = 16;
const VERDICT: u16 = 3;

/// How pictures are laid out.
struct Tiles {
    /// So many pixels, across and down, become one …
    shrink: usize,
    /// … which is drawn so many times, across and down.
    grow: usize,
    /// Cells of a picture.
    picture: [u16; 2],
    /// Cells of a tile, with its words and the space around it.
    tile: [u16; 2],
    /// Tiles across and down.
    count: [u16; 2],
}

impl Tiles {
    /// With `beside` pictures of its answers beside each, and `below` lines of words below, `words` columns wide.
    fn new(size: [usize; 2], beside: u16, [below, words]: [u16; 2], room: Rect) -> Self {
        let scaled = |shrink: usize, grow: usize| {
            let [across, down] = size.map(|pixels| pixels.div_ceil(shrink) * grow);
            let picture = [across as u16, down.div_ceil(2) as u16];
            let tile = [((picture[0] + 1) * (1 + beside)).max(words) + 1, picture[1] + below];
            // The last tile of a row or column needs no space after it.
            let count = [(room.width + 2) / tile[0], room.height / tile[1].max(1)];
            Self { shrink, grow, picture, tile, count }
        };
        let room_for = |tiles: &Self| usize::from(tiles.count[0]) * usize::from(tiles.count[1]);
        let mut shrink = 1;
        loop {
            let tiles = scaled(shrink, 1);
            let enough = room_for(&tiles) >= ENOUGH || room_for(&tiles) > 0 && size[0].div_ceil(shrink + 1) < LEGIBLE;
            if enough || shrink >= size[0].max(size[1]) {
                let larger = (2..).map(|grow| scaled(shrink, grow)).take_while(|tiles| room_for(tiles) >= ENOUGH);
                return larger.last().unwrap_or(tiles);
            }
            shrink += 1;
        }
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
    let tiles = Tiles::new(gallery.size, beside, words, room);
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
    let [width, height] = size;
    // The mean of the pixels that become one; none beyond the picture.
    let at = |column: usize, row: usize| -> Option<f64> {
        let (column, row) = (column / tiles.grow, row / tiles.grow);
        let (from, to) = (row * tiles.shrink, ((row + 1) * tiles.shrink).min(height));
        let (left, right) = (column * tiles.shrink, ((column + 1) * tiles.shrink).min(width));
        let block = (from..to).flat_map(|y| (left..right).map(move |x| y * width + x));
        let values: Vec<f64> = block.filter_map(|index| brightness.get(index)).map(|&value| value.into()).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    for row in 0..tiles.picture[1].min(place.height) {
        for column in 0..tiles.picture[0] {
            let [upper, lower] = [0, 1].map(|half| at(usize::from(column), 2 * usize::from(row) + half));
            let Some(cell) = buf.cell_mut((place.x + column, place.y + row)) else { continue };
            if theme.colourful() {
                let grey = |value: Option<f64>| value.map_or(Color::Reset, |value| theme.grey(value));
                cell.set_char('▀').set_fg(grey(upper));
                if lower.is_some() {
                    cell.set_bg(grey(lower));
                }
            } else {
                let both = [upper, lower].into_iter().flatten();
                let mean = both.clone().sum::<f64>() / both.count().max(1) as f64;
                cell.set_char(shade(mean));
            }
        }
    }
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
    fn pictures_are_as_large_as_leaves_room_for_enough() {
        for (room, beside, below, shrink) in
            [([104, 44], 0, 3, 1), ([58, 25], 0, 3, 2), ([38, 14], 0, 3, 2), ([120, 44], 3, 1, 2), ([15, 4], 0, 3, 14)]
        {
            let tiles = Tiles::new([28, 28], beside, [below, NARROWEST], Rect::new(0, 0, room[0], room[1]));
            assert_eq!(tiles.shrink, shrink, "{room:?}");
        }
    }
}
