//! What came of a run, as a table.

use unicode_width::UnicodeWidthStr as _;

use crate::{
    figure::number,
    optim::{Cost, Outcome, StepRecord},
    session::shown,
};

/// What came of a lane.
pub(super) struct LaneReport {
    label: String,
    /// How many steps it took.
    pub steps: u64,
    /// f at the start, on all training data.
    pub first_loss: Option<f64>,
    /// f where it stands, on all training data.
    pub final_loss: Option<f64>,
    cost: Cost,
    /// The search for λ₀ gave up.
    uncalibrated: bool,
    /// How it ended, and after which step.
    pub end: Option<(u64, Outcome)>,
}

impl LaneReport {
    /// Before the first step.
    pub fn new(label: &str) -> Self {
        Self {
            label: shown(label),
            steps: 0,
            first_loss: None,
            final_loss: None,
            cost: Cost::default(),
            uncalibrated: false,
            end: None,
        }
    }

    /// Of a lane that stands after so many steps.
    pub fn resumed(label: &str, steps: u64, outcome: Option<Outcome>) -> Self {
        Self { steps, end: outcome.map(|outcome| (steps, outcome)), ..Self::new(label) }
    }

    /// Takes down a step.
    pub fn step(&mut self, record: &StepRecord) {
        self.steps = record.step;
        self.cost += record.cost;
        self.uncalibrated |= record.calibration_unsettled;
    }

    /// Whether it stalled or diverged.
    pub fn failed(&self) -> bool {
        self.end.as_ref().is_some_and(|(_, outcome)| outcome.failed())
    }

    /// What to say where every lane failed.
    pub fn failure(lanes: &[Self]) -> Option<String> {
        let diverged = |lane: &Self| matches!(lane.end, Some((_, Outcome::Diverged(_))));
        let words = match lanes.iter().filter(|lane| diverged(lane)).count() {
            all if all == lanes.len() => "diverged",
            0 => "stalled",
            _ => "stalled or diverged",
        };
        lanes.iter().all(Self::failed).then(|| format!("every optimiser {words}"))
    }

    /// What the user should know besides the table.
    pub fn warning(&self) -> Option<String> {
        let label = &self.label;
        self.uncalibrated
            .then(|| format!("warning: {label}: calibrate did not settle on a damping; the last one tried was used"))
    }

    /// That f is higher than it was, if it is: no outcome says so.
    fn rise(&self) -> Option<String> {
        let (first, last) = (self.first_loss?, self.final_loss?);
        (last > first).then(|| format!("; f rose from {} to {}", number::precise(first), number::precise(last)))
    }

    fn cells(&self) -> [String; 5] {
        let mut outcome = self.end.as_ref().map_or_else(
            || "stopped".to_owned(),
            |(_, outcome)| match outcome.reason() {
                Some(reason) => format!("{}: {reason}", outcome.name()),
                None => outcome.name().to_owned(),
            },
        );
        outcome.extend(self.rise());
        [
            self.label.clone(),
            self.steps.to_string(),
            self.final_loss.map_or_else(|| "-".to_owned(), number::precise),
            cost(self.cost),
            outcome,
        ]
    }
}

/// In words, as on the screen.
fn cost(cost: Cost) -> String {
    let parts = [(cost.gradients, "gradient"), (cost.products, "product"), (cost.losses, "loss")];
    let part = |&(count, name): &(u32, &str)| match (count, name) {
        (1, _) => format!("1 {name}"),
        (_, "loss") => format!("{count} losses"),
        _ => format!("{count} {name}s"),
    };
    let words: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(part).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" + ") }
}

/// One line a lane, aligned. `final_loss` is what the column of f is called.
pub(super) fn table(lanes: &[LaneReport], final_loss: &str) -> String {
    let header = ["optimiser", "steps", final_loss, "cost", "outcome"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(lanes.iter().map(LaneReport::cells)).collect();
    aligned(&rows, &[1])
}

/// Rows of cells in columns. Those of numbers align at the right.
pub(super) fn aligned<const N: usize>(rows: &[[String; N]], right: &[usize]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate().filter(|(_, (_, width))| *width > 0) {
            let padding = " ".repeat(width - cell.width());
            let parts = if right.contains(&column) { [&padding, cell] } else { [cell, &padding] };
            line.extend(parts.map(String::as_str));
            line += "  ";
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_aligned_and_says_how_lanes_ended() {
        let mut lanes = [LaneReport::new("Adam"), LaneReport::new("α β"), LaneReport::new("K-FAC")];
        let mut record = StepRecord::new(12);
        record.cost = Cost { losses: 2, gradients: 1, products: 3, factorisations: 9 };
        lanes[0].step(&record);
        assert_eq!(lanes[0].warning(), None);
        lanes[1].step(&record);
        lanes[2].step(&record);
        for (lane, loss) in lanes.iter_mut().zip([Some(4.0), Some(2.5), None]) {
            lane.final_loss = loss;
        }
        lanes[0].end = Some((12, Outcome::Finished));
        lanes[1].first_loss = Some(4.0);
        lanes[2].end = Some((12, Outcome::Diverged("f is not finite".to_owned())));
        assert_eq!(
            table(&lanes, "f at the end"),
            "\
optimiser  steps  f at the end  cost                                outcome
Adam          12  4.000         1 gradient + 3 products + 2 losses  finished
α β           12  2.500         1 gradient + 3 products + 2 losses  stopped
K-FAC         12  -             1 gradient + 3 products + 2 losses  diverged: f is not finite
"
        );
        lanes[0].first_loss = Some(3.0);
        assert!(table(&lanes[..1], "f").ends_with("finished; f rose from 3.000 to 4.000\n"));
        record.calibration_unsettled = true;
        lanes[1].step(&record);
        assert!(lanes[1].warning().is_some_and(|warning| warning.contains("α β")));
        assert!(!lanes[0].failed() && lanes[2].failed());
        assert_eq!(LaneReport::failure(&lanes), None);
        assert_eq!(LaneReport::failure(&lanes[2..]).as_deref(), Some("every optimiser diverged"));
        lanes[1].end = Some((12, Outcome::Stalled("λ 3e22 makes steps smaller than θ's precision".to_owned())));
        assert_eq!(LaneReport::failure(&lanes[1..2]).as_deref(), Some("every optimiser stalled"));
        assert_eq!(LaneReport::failure(&lanes[1..]).as_deref(), Some("every optimiser stalled or diverged"));
        assert_eq!(cost(Cost::default()), "nothing");
    }
}
