//! A change of the lanes in the middle of a run, as plain data.

use super::LaneSpec;

/// A change of the lanes, pinned to a step: replaying a session with its edits gives the same steps again.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// After this step.
    pub step: u64,
    /// The lane, as numbered before the edit, whose parameters new lanes start from.
    pub from: usize,
    /// The lanes from then on.
    pub lanes: Vec<EditedLane>,
}

/// A lane after an edit.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an edit has a handful of lanes, and they are moved once")]
pub enum EditedLane {
    /// A lane that goes on as it was.
    Kept {
        /// Its number before the edit.
        lane: usize,
        /// Its label from now on.
        label: String,
    },
    /// A lane that starts here, with nothing remembered: moments, factors and λ as at a first step.
    Started(LaneSpec),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        optim::{Coefficient, Quantity, Recipe, StepRecord, StepSizeRecipe, presets},
        problem::Rosenbrock,
        session::{History, Progress, Session},
    };

    fn session() -> (Session, History) {
        let lanes = [("adam", presets::adam()), ("kfac", presets::kfac()), ("adamqlr", presets::adamqlr())];
        let lanes = lanes.map(|(label, recipe)| LaneSpec { label: label.to_owned(), recipe });
        let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
        let session = Session::new::<f64>(Box::new(problem), &lanes);
        let history = session.empty_history();
        (session, history)
    }

    fn advance(session: &mut Session, history: &mut History, until: usize) {
        while history.latest() < until {
            session.advance(&|| 0.0, &mut |progress| match progress {
                Progress::Step { lane, record, seconds } => history.lane_mut(lane).push(record, seconds),
                Progress::Ended { lane, step, outcome } => history.lane_mut(lane).end(step, outcome),
            });
        }
    }

    fn apply(session: &mut Session, history: &mut History, edit: &Edit) {
        let refill = session.edit(edit, &[0.0; 9], &history.needs(edit));
        *history = history.edited(edit, &refill);
    }

    fn kept(lane: usize, label: &str) -> EditedLane {
        EditedLane::Kept { lane, label: label.to_owned() }
    }

    fn edit() -> Edit {
        let spec = LaneSpec { label: "faster".to_owned(), recipe: presets::adamqlr() };
        let lanes = vec![kept(2, "AdamQLR"), EditedLane::Started(spec), kept(1, "kfac")];
        Edit { step: 13, from: 0, lanes }
    }

    fn records(history: &History, lane: usize) -> Vec<StepRecord> {
        (1..=history.lanes()[lane].len()).filter_map(|step| history.lanes()[lane].record(step)).collect()
    }

    /// Whether the run has gone far beyond the edit before or not: the same steps follow, in the lanes kept and in those started.
    #[test]
    fn an_edit_gives_the_same_steps_wherever_the_run_stood() {
        let runs = [13, 14, 200].map(|stood| {
            let (mut session, mut history) = session();
            advance(&mut session, &mut history, stood);
            apply(&mut session, &mut history, &edit());
            assert_eq!(history.latest(), 13);
            advance(&mut session, &mut history, 90);
            history
        });
        for run in &runs[1..] {
            for lane in 0..3 {
                assert_eq!(records(&runs[0], lane), records(run, lane), "{lane}");
                assert_eq!(runs[0].lanes()[lane].outcome(), run.lanes()[lane].outcome());
            }
        }
    }

    #[test]
    fn lanes_kept_go_on_as_if_nothing_had_happened() {
        let (mut session, mut undisturbed) = session();
        advance(&mut session, &mut undisturbed, 90);
        let (mut session, mut history) = self::session();
        advance(&mut session, &mut history, 40);
        apply(&mut session, &mut history, &edit());
        advance(&mut session, &mut history, 90);
        for (before, after) in [(2, 0), (1, 2)] {
            assert_eq!(records(&undisturbed, before), records(&history, after));
            assert_eq!(undisturbed.lanes()[before].outcome(), history.lanes()[after].outcome());
            assert_eq!(
                session.params(after, 77),
                history.lanes()[after]
                    .record(77)
                    .map_or_else(|| session.params(after, 77), |record| record.params.to_vec())
            );
        }
        assert_eq!(history.lanes()[0].label(), "AdamQLR");
    }

    #[test]
    fn a_lane_started_begins_at_the_parameters_of_the_lane_chosen_with_nothing_remembered() {
        let (mut session, mut history) = session();
        advance(&mut session, &mut history, 40);
        let place = history.lanes()[0].record(13).map(|record| record.params.to_vec());
        apply(&mut session, &mut history, &edit());
        let lane = &history.lanes()[1];
        assert_eq!((lane.origin(), lane.len(), lane.value(Quantity::Loss, 13)), (13, 13, None));
        assert_eq!(Some([0, 1].map(|axis| lane.param(axis, 13).unwrap_or_default()).to_vec()), place);
        advance(&mut session, &mut history, 14);
        // The first step of Adam's direction is the sign of the gradient, so ‖d‖² counts the parameters; λ is the initial one.
        let record = history.lanes()[1].record(14).unwrap();
        assert_eq!((record.step, record.get(Quantity::Damping)), (14, Some(1e-3)));
        assert!((record.get(Quantity::DirectionSquaredNorm).unwrap() - 2.0).abs() < 1e-6);
        // It is charged the steps of Adam that it goes out from, each a gradient.
        assert_eq!(record.cost, crate::optim::Cost { losses: 1, gradients: 1, products: 1, factorisations: 0 });
        let mut whole = history.lanes()[0].cost(0);
        whole.gradients += 13;
        assert_eq!(history.lanes()[1].cost(13), whole);
        whole += record.cost;
        assert_eq!(history.lanes()[1].cost(14), whole);
    }

    /// A run long enough that a history of short reach has thinned most of it.
    fn long(reach: usize, steps: usize) -> (Session, History) {
        let slow = Recipe {
            step_size: StepSizeRecipe { learning_rate: Coefficient::Fixed(1e-5), ..presets::sgd().step_size },
            ..presets::sgd()
        };
        let lanes = [("adamqlr", presets::adamqlr()), ("slow", Recipe { monitor: true, ..slow })];
        let lanes = lanes.map(|(label, recipe)| LaneSpec { label: label.to_owned(), recipe });
        let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
        let mut session = Session::new::<f64>(Box::new(problem), &lanes);
        let mut history = History::keeping(
            reach,
            session.empty_history().lanes().iter().map(|lane| (lane.label().to_owned(), vec![-1.2, 1.0])),
        );
        advance(&mut session, &mut history, steps);
        (session, history)
    }

    #[test]
    fn a_step_recalled_is_bit_by_bit_the_step_taken() {
        const STEPS: usize = 300_000;
        let (_, whole) = long(1 << 20, STEPS);
        let (mut session, mut history) = long(64, STEPS);
        for step in [1, 2, 17, 1000, 4096, 77_777, 77_778, 77_776, 299_000, STEPS - 200, STEPS] {
            for lane in 0..2 {
                let recalled = session.recall(lane, step.saturating_sub(1) as u64..=step as u64 + 1);
                for step in recalled {
                    history.lane_mut(lane).recall(step);
                }
                for step in step.saturating_sub(1)..=step + 1 {
                    let (found, taken) = (&history.lanes()[lane], &whole.lanes()[lane]);
                    assert_eq!(
                        format!("{:?}", found.record(step)),
                        format!("{:?}", taken.record(step)),
                        "{lane} {step}"
                    );
                    assert_eq!(found.cost(step), taken.cost(step));
                }
            }
        }
        assert_eq!(history.lanes()[1].len(), STEPS);
    }

    /// At a step long gone an edit leaves what there was up to it, and goes on as from one just taken.
    #[test]
    fn an_edit_far_back_is_the_same_as_one_made_in_time() {
        for step in [90_001, 4097, 200] {
            let edit = Edit { step, from: 1, ..edit() };
            let edit = Edit { lanes: vec![edit.lanes[1].clone(), kept(1, "slow")], ..edit };
            let [early, late] = [step as usize, 120_000].map(|stood| {
                let (mut session, mut history) = long(64, stood);
                apply(&mut session, &mut history, &edit);
                assert_eq!(history.latest(), step as usize);
                advance(&mut session, &mut history, step as usize + 40);
                history
            });
            for (early, late) in early.lanes().iter().zip(late.lanes()) {
                assert_eq!((early.label(), early.origin(), early.len()), (late.label(), late.origin(), late.len()));
                let end = step as usize + 40;
                for step in end - 60..=end {
                    assert!(step <= early.origin() || early.knows(step) && late.knows(step), "{step}");
                    assert_eq!(early.record(step), late.record(step), "{step}");
                    assert_eq!(early.cost(step), late.cost(step), "{step}");
                }
                for from in (1..end).step_by(501) {
                    let run = late.resolution(from).max(early.resolution(from));
                    let (from, to) = ((from - 1) / run * run + 1, end + 1);
                    for quantity in [Quantity::Loss, Quantity::Rho] {
                        assert_eq!(early.extremes(quantity, from, to), late.extremes(quantity, from, to), "{from}");
                    }
                    assert_eq!(early.param_extremes(0, from, to), late.param_extremes(0, from, to), "{from}");
                }
            }
        }
    }
}
