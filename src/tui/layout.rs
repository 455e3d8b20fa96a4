//! Where everything is, from 80 × 24 to as large as it comes. Neighbouring frames share their border.

use ratatui::layout::Rect;

/// The smallest screen that shows everything.
pub const SMALLEST: (u16, u16) = (80, 24);

/// A panel that can be focused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The landscape, the decision regions, the fit, or the loss.
    Main,
    /// A trace: loss, α, λ, ρ.
    Trace(usize),
}

/// How many traces there are.
pub const TRACES: usize = 4;

impl Panel {
    /// The panel after this one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Main => Self::Trace(0),
            Self::Trace(trace) if trace + 1 < TRACES => Self::Trace(trace + 1),
            Self::Trace(_) => Self::Main,
        }
    }

    /// The panel before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        match self {
            Self::Main => Self::Trace(TRACES - 1),
            Self::Trace(0) => Self::Main,
            Self::Trace(trace) => Self::Trace(trace - 1),
        }
    }
}

/// Where everything is. Areas include their frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The first line.
    pub header: Rect,
    /// The large panel.
    pub main: Option<Rect>,
    /// The traces shown, each with its number.
    pub traces: Vec<(usize, Rect)>,
    /// The step panel.
    pub step: Rect,
    /// What the run is to show, where there is room for it.
    pub claims: Option<Rect>,
    /// The table of lanes.
    pub lanes: Rect,
    /// The time line, in the last line.
    pub scrubber: Rect,
    /// Hints or a message, in the last line.
    pub footer: Rect,
    /// Whether the screen is too small for any of this.
    pub too_small: bool,
}

impl Arrangement {
    /// The panel under a cell.
    pub fn panel_at(&self, column: u16, row: u16) -> Option<Panel> {
        let hit = |area: &Rect| area.contains((column, row).into());
        if self.main.as_ref().is_some_and(hit) {
            return Some(Panel::Main);
        }
        self.traces.iter().find(|(_, area)| hit(area)).map(|(trace, _)| Panel::Trace(*trace))
    }

    /// The place along the time line under a cell, 0 to 1.
    pub fn scrubber_share(&self, column: u16, row: u16) -> Option<f64> {
        self.scrubber
            .contains((column, row).into())
            .then(|| f64::from(column - self.scrubber.x) / f64::from(self.scrubber.width.saturating_sub(1).max(1)))
    }
}

/// Columns to the left of a plot, for the labels of its ticks.
pub const GUTTER: u16 = 6;

/// The plot of the large panel or of a maximised trace: inside the frame, beside the labels and above those below.
pub fn plot(area: Rect) -> Rect {
    plot_above(area, 1)
}

/// The plot of a panel whose x axis takes `labels` rows.
pub fn plot_above(area: Rect, labels: u16) -> Rect {
    Rect {
        x: area.x + 1 + GUTTER,
        y: area.y + 1,
        width: area.width.saturating_sub(GUTTER + 2),
        height: area.height.saturating_sub(2 + labels),
    }
}

/// What there is to be shown in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Lanes.
    pub lanes: usize,
    /// Claims.
    pub claims: usize,
}

/// Lays out a screen of so many columns and rows.
pub fn arrange(size: (u16, u16), Rows { lanes, claims }: Rows, maximised: Option<Panel>) -> Arrangement {
    let (width, height) = size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return Arrangement { too_small: true, ..Arrangement::default() };
    }
    let lane_rows = u16::try_from(lanes).unwrap_or(u16::MAX).clamp(1, (height / 5).max(3));
    // What is left over on a high screen goes to words.
    let step_rows = match height {
        0..32 => 2,
        32..38 => 3,
        38..46 => 4,
        46..56 => 5,
        _ => 6,
    };
    let last = height - 1;
    // Borders: above and below the body, between the step panel and the table, and below the table.
    let lanes_top = last - 1 - lane_rows - 1;
    let step_top = lanes_top - 1 - step_rows;
    let mut step = Rect::new(0, step_top, width, step_rows + 2);
    let (claims, body) = claims_and_body(&mut step, claims, height);
    let mut arrangement = Arrangement {
        header: Rect::new(0, 0, width, 1),
        step,
        claims,
        lanes: Rect::new(0, lanes_top, width, lane_rows + 2),
        scrubber: Rect::new(0, last, width / 2 - 4, 1),
        footer: Rect::new(width / 2 - 2, last, width - (width / 2 - 2), 1),
        ..Arrangement::default()
    };
    match maximised {
        Some(Panel::Main) => arrangement.main = Some(body),
        Some(Panel::Trace(trace)) => arrangement.traces = vec![(trace, body)],
        None => {
            let left = main_width(body);
            arrangement.main = Some(Rect { width: left, ..body });
            arrangement.traces = stack(Rect { x: left - 1, width: width - left + 1, ..body });
        }
    }
    arrangement
}

/// The formulas of a step need so many columns, and sentences as many as that.
const STEP_COLUMNS: u16 = 92;
const CLAIM_COLUMNS: u16 = 60;

/// Where the claims go: beside the step on a wide screen, else above it on a high one; and what is left above for the body.
fn claims_and_body(step: &mut Rect, claims: usize, height: u16) -> (Option<Rect>, Rect) {
    let body = Rect::new(0, 1, step.width, step.y);
    if claims == 0 {
        return (None, body);
    }
    if step.width >= STEP_COLUMNS + CLAIM_COLUMNS {
        let left = main_width(body).max(STEP_COLUMNS).min(step.width - CLAIM_COLUMNS);
        let beside = Rect { x: left - 1, width: step.width - left + 1, ..*step };
        step.width = left;
        return (Some(beside), body);
    }
    if height < 36 {
        return (None, body);
    }
    let rows = (claims as u16).min(if height < 40 {
        3
    } else if height < 46 {
        4
    } else {
        6
    });
    let above = Rect { y: step.y - 1 - rows, height: rows + 2, ..*step };
    (Some(above), Rect { height: above.y, ..body })
}

/// Half the width, or less on wide screens: no more than twice the height is needed for a square picture, with its labels.
fn main_width(body: Rect) -> u16 {
    let square = 2 * body.height + 12;
    (body.width / 2).max(square.min(body.width * 11 / 20))
}

/// Shares of the rows: ρ says most, and has thresholds to be told apart.
const WEIGHTS: [u16; TRACES] = [3, 2, 2, 4];

/// So many rows for each trace: by weight, at least one, what is left over to the ones that miss most.
fn plot_rows(rows: u16) -> [u16; TRACES] {
    let total: u16 = WEIGHTS.iter().sum();
    let least = (rows / TRACES as u16).min(2);
    let mut heights = WEIGHTS.map(|weight| (rows * weight / total).max(least));
    while heights.iter().sum::<u16>() != rows {
        let missing = |trace: &usize| i32::from(rows * WEIGHTS[*trace]) - i32::from(total * heights[*trace]);
        if heights.iter().sum::<u16>() < rows {
            let most = (0..TRACES).max_by_key(missing).unwrap_or(TRACES - 1);
            heights[most] += 1;
        } else {
            let least = (0..TRACES).filter(|trace| heights[*trace] > least).min_by_key(missing).unwrap_or(TRACES - 1);
            heights[least] -= 1;
        }
    }
    heights
}

/// Four traces above each other; the last one has a row more, for the labels of the common x axis.
fn stack(area: Rect) -> Vec<(usize, Rect)> {
    let count = TRACES as u16;
    // Five borders and the labels are no plot.
    let plot = area.height.saturating_sub(count + 2);
    let heights = plot_rows(plot);
    let mut top = area.y;
    (0..TRACES)
        .map(|trace| {
            let rows = heights[trace];
            let labels = u16::from(trace + 1 == TRACES);
            let place = Rect::new(area.x, top, area.width, rows + labels + 2);
            top += rows + labels + 1;
            (trace, place)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: Rows = Rows { lanes: 3, claims: 2 };

    #[test]
    fn areas_fill_the_screen_and_stay_inside_at_every_size() {
        for width in (80..=300).step_by(11) {
            for height in 24..=100 {
                for (lanes, claims) in [(1, 0), (3, 1), (9, 4), (40, 64)] {
                    for maximised in [None, Some(Panel::Main), Some(Panel::Trace(2))] {
                        let screen = Rect::new(0, 0, width, height);
                        let a = arrange((width, height), Rows { lanes, claims }, maximised);
                        let panels = a.main.iter().chain(a.traces.iter().map(|(_, area)| area));
                        for area in
                            panels.chain(&a.claims).chain([&a.header, &a.step, &a.lanes, &a.scrubber, &a.footer])
                        {
                            assert_eq!(area.intersection(screen), *area, "{width}×{height} {lanes} {maximised:?}");
                            assert!(area.width > 0 && area.height > 0);
                        }
                        let bottom =
                            a.traces.last().map_or_else(|| a.main.map(Rect::bottom), |(_, t)| Some(t.bottom()));
                        let above = a.claims.filter(|claims| claims.y < a.step.y);
                        if let Some(above) = above {
                            assert_eq!(above.bottom(), a.step.y + 1);
                        }
                        let below = above.unwrap_or(a.step).y;
                        assert_eq!(bottom, Some(below + 1), "{width}×{height} {lanes} {maximised:?}");
                        assert_eq!(a.step.bottom(), a.lanes.y + 1);
                        assert_eq!(a.lanes.bottom(), height - 1);
                    }
                }
            }
        }
    }

    #[test]
    fn every_trace_has_at_least_two_rows_of_plot_at_the_smallest_size() {
        let a = arrange(SMALLEST, ROWS, None);
        for (trace, area) in a.traces {
            assert!(area.height >= 4 + 2 * u16::from(trace == 3), "{trace}: {area:?}");
        }
        for rows in 4..100 {
            let heights = plot_rows(rows);
            assert_eq!(heights.iter().sum::<u16>(), rows);
            assert!(heights.iter().all(|height| (1..=heights[3]).contains(height)), "ρ has most: {heights:?}");
        }
    }

    #[test]
    fn smaller_than_the_smallest_is_too_small() {
        assert!(arrange((79, 24), ROWS, None).too_small);
        assert!(arrange((80, 23), ROWS, None).too_small);
        assert!(!arrange((80, 24), ROWS, None).too_small);
    }

    #[test]
    fn focus_goes_round() {
        let mut panel = Panel::Main;
        for _ in 0..=TRACES {
            assert_eq!(panel.next().previous(), panel);
            panel = panel.next();
        }
        assert_eq!(panel, Panel::Main);
    }
}
