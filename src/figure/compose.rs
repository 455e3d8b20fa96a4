//! A whole picture: the large panel, the four traces and the legend.

use super::{Figure, LaneStyle, LegendEntry, MainView, TraceOptions, number, traces};
use crate::{
    optim::Quantity,
    session::{History, LaneHistory},
};

/// The words of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// The problem's name.
    pub name: String,
    /// Its summary in a line; may be empty.
    pub summary: String,
}

/// The picture of a history as `options` show it. Without a cursor it stands at the latest step.
pub fn compose(
    caption: &Caption,
    main: MainView,
    styles: Vec<LaneStyle>,
    history: &History,
    options: &TraceOptions,
) -> Figure {
    let latest = history.latest();
    let step = options.cursor.unwrap_or(latest).min(latest);
    let title = if caption.summary.is_empty() {
        caption.name.clone()
    } else {
        format!("{} · {}", caption.name, caption.summary)
    };
    let of = latest.max(options.planned);
    Figure {
        title,
        subtitle: format!("step {} of {}", number::count(step), number::count(of)),
        main,
        traces: traces(history, options),
        legend: legend(history, options, step),
        styles,
    }
}

/// One entry per visible lane with its state at `step`.
pub fn legend(history: &History, options: &TraceOptions, step: usize) -> Vec<LegendEntry> {
    let lanes = history.lanes().iter().enumerate().filter(|(lane, _)| options.shows(*lane));
    lanes.map(|(lane, past)| LegendEntry { lane, label: past.label().to_owned(), state: state(past, step) }).collect()
}

/// f after `step`, and how the lane ended if it has by then.
fn state(past: &LaneHistory, step: usize) -> String {
    let step = step.min(past.len());
    // The next step measures f where this one arrived; failing that this one did, unless it was rejected.
    let arrived = if past.rejected(step) { Quantity::Loss } else { Quantity::NewLoss };
    let loss =
        past.arrived(step).or_else(|| past.value(Quantity::Loss, step + 1)).or_else(|| past.value(arrived, step));
    let loss = loss.map(|loss| format!("f {}", number::short(loss)));
    // Where nothing has measured f yet, the last measurement says which step it belongs to.
    let earlier = || {
        past.value(Quantity::Loss, step)
            .map(|loss| format!("f {} at step {}", number::short(loss), number::count(step - 1)))
    };
    let loss = loss.or_else(earlier);
    let ended = past
        .outcome()
        .filter(|(end, outcome)| outcome.reason().is_some() && usize::try_from(*end).is_ok_and(|end| end <= step));
    let ended = ended.map(|(end, outcome)| format!("{} at {}", outcome.name(), number::count(end as usize)));
    match (loss, ended) {
        (Some(loss), Some(ended)) => format!("{loss}, {ended}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => format!("at step {}", number::count(step)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        figure::{Family, View, lane_styles},
        optim::{Outcome, StepRecord},
    };

    fn history() -> History {
        let mut history = History::new([("Adam".to_owned(), vec![]), ("K-FAC".to_owned(), vec![])]);
        for step in 1..=3_u64 {
            let mut record = StepRecord::new(step);
            record.set(Quantity::Loss, 1.0 / step as f64);
            history.lane_mut(0).push(&record, 0.1);
            if step < 3 {
                record.set(Quantity::NewLoss, 1.0 / (step + 1) as f64);
                history.lane_mut(1).push(&record, 0.1);
            }
        }
        history.lane_mut(1).end(2, Outcome::Converged("the gradient is zero".into()));
        history
    }

    #[test]
    fn the_legend_tells_each_lane_s_state_at_the_cursor() {
        let states = |step| {
            let legend = legend(&history(), &TraceOptions::default(), step);
            legend.into_iter().map(|entry| entry.state).collect::<Vec<_>>()
        };
        assert_eq!(states(1), ["f 0.500", "f 0.500"]);
        assert_eq!(states(3), ["f 0.333 at step 2", "f 0.333, converged at 2"]);
    }

    #[test]
    fn a_figure_says_what_it_shows_and_how_far_it_is() {
        let caption = Caption { name: "spirals".into(), summary: "two arms".into() };
        let styles = lane_styles(&[Family::Adam, Family::Kfac]);
        let options = TraceOptions { planned: 200, ..TraceOptions::default() };
        let main = View::Loss.main_view(&history(), None, 0, &options);
        let figure = compose(&caption, main, styles, &history(), &options);
        assert_eq!(figure.title, "spirals · two arms");
        assert_eq!(figure.subtitle, "step 3 of 200");
        assert_eq!((figure.traces.len(), figure.legend.len()), (4, 2));
        let MainView::Chart(chart) = &figure.main else { panic!("no chart") };
        assert_eq!(chart.x.label, "evaluations (gradient-equivalents)");
    }
}
