//! A small raster on terminal cells.
//!
//! Every cell holds 2 × 4 braille dots of ink in one colour, two background pixels (its halves), and may be covered by a glyph.
//! Positions are in unit coordinates, (0, 0) the lower left corner.

use ratatui::{buffer::Buffer, layout::Rect, style::Color};

use crate::figure::{Point, palette::Pattern};

/// The braille dot of column 0–1 and row 0–3 of a cell.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// So many lines besides the last one can be told apart where they coincide.
const OTHERS: usize = 3;
/// Where lines coincide every so many cells show one of the others.
const ALTERNATION: usize = 3;

#[derive(Clone, Copy, Default)]
struct Cell {
    dots: u8,
    layer: u8,
    ink: Color,
    /// Other inks in the cell, the first ones drawn.
    others: [Option<Color>; OTHERS],
    /// Upper and lower half.
    ground: [Option<Color>; 2],
    glyph: Option<(char, Color)>,
}

impl Cell {
    /// The ink that shows in this column.
    fn ink_at(&self, column: usize) -> Color {
        let others = self.others.iter().flatten().count();
        if others == 0 || column % ALTERNATION != ALTERNATION - 1 {
            return self.ink;
        }
        self.others[column / ALTERNATION % others].unwrap_or(self.ink)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Its colour.
    pub colour: Color,
    /// Its pattern.
    pub pattern: Pattern,
    /// Ink of a higher layer takes the place of lower ink in a cell; in the same layer both stay, in the colour of the last and, every
    /// third cell, of one of the others, so that lines that coincide are all seen.
    pub layer: u8,
    /// Twice as thick.
    pub thick: bool,
    /// So few dots that it is seen to lie behind everything.
    pub sparse: bool,
}

impl Pen {
    /// A pen for what lies behind the lanes.
    pub fn behind(colour: Color, pattern: Pattern) -> Self {
        Self { colour, pattern, layer: 0, thick: false, sparse: false }
    }
}

/// A raster of `width` × `height` cells.
pub struct Canvas {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    /// An empty canvas for an area.
    pub fn new(area: Rect) -> Self {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        Self { width, height, cells: vec![Cell::default(); width * height] }
    }

    /// Background pixels, one across and two down a cell, by column and row from the top.
    pub fn shade(&mut self, mut colour: impl FnMut(usize, usize) -> Option<Color>) {
        for (index, cell) in self.cells.iter_mut().enumerate() {
            let (x, y) = (index % self.width, index / self.width);
            for (half, ground) in cell.ground.iter_mut().enumerate() {
                if let Some(colour) = colour(x, 2 * y + half) {
                    *ground = Some(colour);
                }
            }
        }
    }

    /// A background band between two unit heights.
    pub fn band(&mut self, between: [f64; 2], colour: Color) {
        let rows = (2 * self.height) as f64;
        self.shade(|_, row| {
            let middle = 1.0 - (row as f64 + 0.5) / rows;
            (between[0] <= middle && middle <= between[1]).then_some(colour)
        });
    }

    /// The column of cells at a unit x, if inside.
    fn column(&self, x: f64) -> Option<usize> {
        (self.width > 0 && (0.0..=1.0).contains(&x)).then(|| ((x * self.width as f64) as usize).min(self.width - 1))
    }

    /// The row of cells at a unit y, if inside.
    fn row(&self, y: f64) -> Option<usize> {
        (self.height > 0 && (0.0..=1.0).contains(&y))
            .then(|| (((1.0 - y) * self.height as f64) as usize).min(self.height - 1))
    }

    /// A vertical line from top to bottom: tinted ground, and a stroke where nothing else is.
    pub fn vertical(&mut self, x: f64, ink: Color, ground: Option<Color>) {
        let Some(x) = self.column(x) else { return };
        for cell in self.cells.iter_mut().skip(x).step_by(self.width) {
            if ground.is_some() {
                cell.ground = [ground; 2];
            }
            if cell.dots == 0 && cell.glyph.is_none() {
                cell.glyph = Some(('│', ink));
            }
        }
    }

    /// A glyph on top of everything in its cell. Points outside are left out.
    pub fn glyph(&mut self, at: Point, glyph: char, ink: Color) {
        if let (Some(x), Some(y)) = (self.column(at[0]), self.row(at[1])) {
            self.cells[y * self.width + x].glyph = Some((glyph, ink));
        }
    }

    /// A glyph on a ground of its own, on top of everything.
    pub fn badge(&mut self, at: Point, glyph: char, ink: Color, ground: Option<Color>) {
        if let (Some(x), Some(y)) = (self.column(at[0]), self.row(at[1])) {
            let cell = &mut self.cells[y * self.width + x];
            cell.glyph = Some((glyph, ink));
            if ground.is_some() {
                cell.ground = [ground; 2];
            }
        }
    }

    /// The cell at a place, if inside: column and row.
    pub fn cell_at(&self, at: Point) -> Option<[usize; 2]> {
        self.column(at[0]).zip(self.row(at[1])).map(|(x, y)| [x, y])
    }

    /// The place so many cells to the right of another, or to its left where the canvas ends.
    pub fn beside(&self, [x, y]: Point, cells: u32) -> Point {
        let offset = f64::from(cells) / self.width.max(1) as f64;
        [if x + offset < 1.0 { x + offset } else { x - offset }, y]
    }

    /// Clears the ground around ink above the lowest layer: its cells take this ground, and dots of the lowest layer that touch it go.
    pub fn halo(&mut self, ground: Option<Color>) {
        const LEFT: u8 = 0x47;
        const TOP: u8 = 0x09;
        const BOTTOM: u8 = 0xC0;
        let is_ink = |cell: &Cell| cell.layer > 0 && cell.dots != 0;
        for index in 0..self.cells.len() {
            if !is_ink(&self.cells[index]) {
                continue;
            }
            let dots = self.cells[index].dots;
            if ground.is_some() {
                self.cells[index].ground = [ground; 2];
            }
            let x = index % self.width;
            let touched = [
                (x > 0 && dots & LEFT != 0, index.wrapping_sub(1), !LEFT),
                (x + 1 < self.width && dots & !LEFT != 0, index + 1, LEFT),
                (dots & TOP != 0, index.wrapping_sub(self.width), BOTTOM),
                (dots & BOTTOM != 0, index + self.width, TOP),
            ];
            for (_, neighbour, erased) in touched.into_iter().filter(|(touches, ..)| *touches) {
                if let Some(cell) = self.cells.get_mut(neighbour).filter(|cell| cell.layer == 0) {
                    cell.dots &= !erased;
                }
            }
        }
    }

    /// A glyph where nothing else is. Points outside are left out.
    pub fn glyph_behind(&mut self, at: Point, glyph: char, ink: Color) {
        if let (Some(x), Some(y)) = (self.column(at[0]), self.row(at[1])) {
            let cell = &mut self.cells[y * self.width + x];
            if cell.dots == 0 {
                cell.glyph.get_or_insert((glyph, ink));
            }
        }
    }

    /// One dot of ink.
    pub fn dot(&mut self, at: Point, colour: Color, layer: u8) {
        if (0.0..=1.0).contains(&at[0]) && (0.0..=1.0).contains(&at[1]) {
            let (width, height) = ((2 * self.width) as f64, (4 * self.height) as f64);
            self.plot((at[0] * width) as usize, ((1.0 - at[1]) * height) as usize, colour, layer);
        }
    }

    fn plot(&mut self, x: usize, y: usize, colour: Color, layer: u8) {
        let (x, y) = (x.min((2 * self.width).saturating_sub(1)), y.min((4 * self.height).saturating_sub(1)));
        let Some(cell) = self.cells.get_mut(y / 4 * self.width + x / 2) else { return };
        if cell.layer > layer && cell.dots != 0 {
            return;
        }
        if cell.layer < layer {
            (cell.dots, cell.others) = (0, [None; OTHERS]);
        }
        let is_another = cell.dots != 0 && cell.ink != colour && !cell.others.contains(&Some(cell.ink));
        if let Some(free) = cell.others.iter_mut().find(|other| is_another && other.is_none()) {
            *free = Some(cell.ink);
        }
        cell.layer = layer;
        cell.ink = colour;
        cell.dots |= DOTS[x % 2][y % 4];
    }

    /// A polyline, clipped to the canvas. Its pattern runs on along the whole line.
    pub fn polyline(&mut self, points: &[Point], pen: Pen) {
        if let [only] = points {
            self.dot(*only, pen.colour, pen.layer);
        }
        let mut phase = 0.0;
        for pair in points.windows(2) {
            phase = self.segment(pair[0], pair[1], pen, phase);
        }
    }

    /// One segment; returns the pattern's phase at its end, in dots.
    fn segment(&mut self, from: Point, to: Point, pen: Pen, phase: f64) -> f64 {
        let (width, height) = ((2 * self.width) as f64, (4 * self.height) as f64);
        let length = ((to[0] - from[0]) * width).abs().max(((to[1] - from[1]) * height).abs());
        if !length.is_finite() || from.iter().chain(&to).any(|coordinate| !coordinate.is_finite()) {
            return phase;
        }
        let Some((start, end)) = clip(from, to) else { return phase + length };
        let at = |t: f64| [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
        // No clipped segment crosses more dots than this; rounding of enormous ones could make it seem so.
        let dots = ((end - start) * length).ceil().clamp(1.0, (width + height).max(1.0));
        for i in 0..=dots as usize {
            let t = start + (end - start) * i as f64 / dots;
            let along = phase + t * length;
            let drawn = if pen.sparse { along % SPARSE < 1.0 } else { pen.pattern.drawn(along / LINE_WIDTH) };
            if drawn {
                let point = at(t);
                let (x, y) = ((point[0] * width).max(0.0) as usize, ((1.0 - point[1]) * height).max(0.0) as usize);
                self.plot(x, y, pen.colour, pen.layer);
                if pen.thick {
                    self.plot(x + 1, y, pen.colour, pen.layer);
                    self.plot(x, y + 1, pen.colour, pen.layer);
                }
            }
        }
        phase + length
    }

    /// Paints the canvas into a buffer; cells with nothing in them keep the buffer's.
    pub fn paint(&self, area: Rect, buf: &mut Buffer) {
        let area_in = area.intersection(buf.area);
        for y in 0..area_in.height {
            for x in 0..area_in.width {
                let cell = &self.cells[usize::from(y) * self.width + usize::from(x)];
                let target = &mut buf[(area.x + x, area.y + y)];
                let [upper, lower] = cell.ground;
                if let Some((glyph, ink)) = cell.glyph {
                    target.set_char(glyph).set_fg(ink);
                } else if cell.dots != 0 {
                    target.set_char(char::from_u32(0x2800 + u32::from(cell.dots)).unwrap_or(' '));
                    target.set_fg(cell.ink_at(usize::from(x)));
                } else if upper != lower {
                    // A half without a colour of its own shows the ground of the buffer.
                    let ground = target.bg;
                    target.set_char('▀').set_fg(upper.unwrap_or(ground)).set_bg(lower.unwrap_or(ground));
                    continue;
                }
                if let Some(ground) = lower.or(upper) {
                    target.set_bg(ground);
                }
            }
        }
    }
}

/// How many dots a pattern counts as one line width: dashes must survive a raster of dots.
const LINE_WIDTH: f64 = 1.6;
/// Of a sparse line one dot in so many is drawn.
const SPARSE: f64 = 5.0;

/// The part of a segment inside the unit square, as a range of its parameter (Liang and Barsky).
fn clip(from: Point, to: Point) -> Option<(f64, f64)> {
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        if step.abs() < f64::MIN_POSITIVE {
            if !(0.0..=1.0).contains(&from[axis]) {
                return None;
            }
            continue;
        }
        let (a, b) = ((0.0 - from[axis]) / step, (1.0 - from[axis]) / step);
        start = start.max(a.min(b));
        end = end.min(a.max(b));
    }
    (start <= end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEN: Pen = Pen { colour: Color::Red, pattern: Pattern::Solid, layer: 1, thick: false, sparse: false };

    fn painted(width: u16, height: u16, draw: impl FnOnce(&mut Canvas)) -> Buffer {
        let area = Rect::new(0, 0, width, height);
        let mut canvas = Canvas::new(area);
        draw(&mut canvas);
        let mut buf = Buffer::empty(area);
        canvas.paint(area, &mut buf);
        buf
    }

    fn text(buf: &Buffer) -> Vec<String> {
        (0..buf.area.height).map(|y| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn a_diagonal_joins_the_corners() {
        let buf = painted(2, 1, |canvas| canvas.polyline(&[[0.0, 0.0], [1.0, 1.0]], PEN));
        assert_eq!(text(&buf), ["⣀⠜"]);
    }

    #[test]
    fn lines_are_clipped_where_they_leave() {
        let inside = painted(4, 2, |canvas| canvas.polyline(&[[0.0, 0.5], [1.0, 0.5]], PEN));
        let beyond = painted(4, 2, |canvas| canvas.polyline(&[[-9.0, 0.5], [9.0, 0.5]], PEN));
        assert_eq!(text(&inside), text(&beyond));
        let outside = painted(4, 2, |canvas| canvas.polyline(&[[-9.0, 1.5], [9.0, 1.5]], PEN));
        assert_eq!(text(&outside), ["    ", "    "]);
    }

    #[test]
    fn non_finite_and_enormous_points_draw_nothing_wrong() {
        let far = [[0.5, 0.5], [1e300, 1e300]];
        let buf = painted(2, 2, |canvas| {
            canvas.polyline(&[[f64::NAN, 0.0], [0.5, 0.5]], PEN);
            canvas.polyline(&[[f64::INFINITY, 0.0], [0.5, 0.5]], PEN);
        });
        assert_eq!(text(&buf), ["  ", "  "]);
        let buf = painted(2, 2, |canvas| canvas.polyline(&far, PEN));
        assert_ne!(text(&buf), ["  ", "  "]);
    }

    #[test]
    fn a_higher_layer_takes_the_cell_and_the_same_layer_shares_it() {
        let low = Pen { colour: Color::Blue, layer: 0, ..PEN };
        let buf = painted(1, 1, |canvas| {
            canvas.polyline(&[[0.0, 0.9], [1.0, 0.9]], low);
            canvas.polyline(&[[0.0, 0.1], [1.0, 0.1]], PEN);
            canvas.polyline(&[[0.0, 0.9], [1.0, 0.9]], low);
        });
        assert_eq!((text(&buf), buf[(0, 0)].fg), (vec!["⣀".to_owned()], Color::Red));
        let buf = painted(1, 1, |canvas| {
            canvas.polyline(&[[0.0, 0.1], [1.0, 0.1]], PEN);
            canvas.polyline(&[[0.0, 0.9], [1.0, 0.9]], Pen { colour: Color::Green, ..PEN });
        });
        assert_eq!((text(&buf), buf[(0, 0)].fg), (vec!["⣉".to_owned()], Color::Green));
    }

    #[test]
    fn lines_that_coincide_are_all_seen() {
        let colours = [Color::Red, Color::Green, Color::Blue];
        let buf = painted(18, 1, |canvas| {
            for colour in colours {
                canvas.polyline(&[[0.0, 0.5], [1.0, 0.5]], Pen { colour, ..PEN });
            }
        });
        let shown = |colour| (0..18).filter(|x| buf[(*x, 0)].fg == colour).count();
        assert_eq!(colours.map(shown), [3, 3, 12]);
    }

    #[test]
    fn two_grounds_make_a_half_block() {
        let buf = painted(1, 1, |canvas| canvas.band([0.0, 0.5], Color::Blue));
        assert_eq!(buf[(0, 0)].symbol(), "▀");
        assert_eq!(buf[(0, 0)].bg, Color::Blue);
    }

    #[test]
    fn a_halo_clears_what_lies_behind_a_line() {
        let behind = Pen { layer: 0, ..PEN };
        let buf = painted(3, 1, |canvas| {
            canvas.shade(|_, _| Some(Color::Blue));
            canvas.polyline(&[[0.0, 0.9], [1.0, 0.9]], behind);
            canvas.polyline(&[[0.5, 0.0], [0.5, 1.0]], PEN);
            canvas.halo(Some(Color::Black));
        });
        assert_eq!(text(&buf), ["⠉⢸⠈"]);
        assert_eq!([0, 1, 2].map(|x| buf[(x, 0)].bg), [Color::Blue, Color::Black, Color::Blue]);
    }

    #[test]
    fn thick_lines_have_more_dots_and_sparse_ones_fewer() {
        let dots = |pen| {
            let buf = painted(20, 3, |canvas| canvas.polyline(&[[0.0, 0.5], [1.0, 0.5]], pen));
            buf.content
                .iter()
                .map(|cell| {
                    cell.symbol().chars().next().map_or(0, |c| match c as u32 {
                        braille @ 0x2800..=0x28FF => (braille - 0x2800).count_ones(),
                        _ => 0,
                    })
                })
                .sum::<u32>()
        };
        let [sparse, plain, thick] = [Pen { sparse: true, ..PEN }, PEN, Pen { thick: true, ..PEN }].map(dots);
        assert!(4 * sparse <= plain && 2 * plain <= thick, "{sparse} {plain} {thick}");
    }

    #[test]
    fn patterns_differ() {
        let line = |pattern| {
            text(&painted(40, 1, |canvas| canvas.polyline(&[[0.0, 0.5], [1.0, 0.5]], Pen { pattern, ..PEN })))
        };
        let all = Pattern::ALL.map(line);
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn an_empty_canvas_takes_everything() {
        let buf = painted(0, 0, |canvas| {
            canvas.polyline(&[[0.0, 0.0], [1.0, 1.0]], PEN);
            canvas.vertical(0.5, Color::Red, None);
            canvas.glyph([0.5, 0.5], 'x', Color::Red);
            canvas.glyph_behind([0.5, 0.5], 'x', Color::Red);
        });
        assert_eq!(buf.content.len(), 0);
    }
}
