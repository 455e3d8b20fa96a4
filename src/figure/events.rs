//! What is worth seeing in a lane's run: the steps at which something changed its course.

use super::number::{count, short};
use crate::{
    optim::{DampingRule, Outcome, Quantity, RHO_HIGH, RHO_LOW, Recipe},
    session::{BEFORE_AN_EDIT, LaneHistory},
};

/// What happened at a step. A run of steps to which the same happens counts once, at its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// The first ρ above 3/4.
    FirstGood,
    /// λ has come to its lower bound, the floor.
    AtLeast,
    /// λ has come to its upper bound.
    AtMost,
    /// α was clipped.
    Clipped,
    /// α is negative.
    Negative,
    /// ρ fell below 1/4.
    Poor,
    /// The step was rejected.
    Rejected,
    /// The lane ended: nothing more can happen.
    Converged,
    /// The lane ended: it moves no more, though there is something to gain.
    Stalled,
    /// The lane ended: something became non-finite.
    Diverged,
}

impl EventKind {
    /// Every kind, the least telling first.
    pub const ALL: [Self; 10] = [
        Self::FirstGood,
        Self::AtLeast,
        Self::AtMost,
        Self::Clipped,
        Self::Negative,
        Self::Poor,
        Self::Rejected,
        Self::Converged,
        Self::Stalled,
        Self::Diverged,
    ];

    /// The character that marks it on a time line.
    pub fn symbol(self) -> char {
        match self {
            Self::FirstGood => '▴',
            Self::AtLeast => '┴',
            Self::AtMost => '┬',
            Self::Clipped => '≈',
            Self::Negative => '◂',
            Self::Poor => '▾',
            Self::Rejected => '×',
            Self::Converged => '◉',
            Self::Stalled => '▣',
            Self::Diverged => '‼',
        }
    }

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstGood => "first ρ > 3/4",
            Self::AtLeast => "λ at its floor",
            Self::AtMost => "λ at its upper bound",
            Self::Clipped => "α clipped",
            Self::Negative => "α negative",
            Self::Poor => "ρ < 1/4",
            Self::Rejected => "step rejected",
            Self::Converged => "converged",
            Self::Stalled => "stalled",
            Self::Diverged => "diverged",
        }
    }
}

/// A step and what happened there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The step, from 1.
    pub step: usize,
    /// What happened.
    pub kind: EventKind,
}

/// So many of the latest events are kept.
const MOST: usize = 100_000;

/// The events of one lane, found as its history grows: each step is looked at once, while its record is still kept.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// In order of steps, those of one step in order of kinds.
    found: Vec<Event>,
    /// The last step of which an event is no longer kept.
    forgotten: usize,
    /// The first good ρ, kept or not.
    good: Option<usize>,
    seen: usize,
    /// Of which kinds the step seen last was, as far as it could tell.
    running: [bool; EventKind::ALL.len()],
}

impl Events {
    /// Takes in the steps that have come since, and an end.
    pub fn follow(&mut self, lane: &LaneHistory, recipe: &Recipe) {
        while self.seen < lane.len() {
            self.seen += 1;
            self.look_at(lane, recipe, self.seen);
        }
        if let Some((step, outcome)) = lane.outcome() {
            let step = usize::try_from(step).unwrap_or(usize::MAX);
            self.run(step, EventKind::Converged, matches!(outcome, Outcome::Converged(_)));
            self.run(step, EventKind::Stalled, matches!(outcome, Outcome::Stalled(_)));
            self.run(step, EventKind::Diverged, matches!(outcome, Outcome::Diverged(_)));
        }
    }

    /// The events of a lane that begins after step `step`.
    pub fn beginning_after(step: usize) -> Self {
        Self { seen: step, ..Self::default() }
    }

    /// What is left of these events by an edit after step `step`: the lane's history has already been cut there.
    #[must_use]
    pub fn up_to(&self, step: usize, lane: &LaneHistory, recipe: &Recipe) -> Self {
        let step = step.min(lane.len());
        let mut left = Self {
            seen: step.saturating_sub(BEFORE_AN_EDIT),
            good: self.good.filter(|good| *good <= step),
            ..Self::default()
        };
        left.running[EventKind::FirstGood as usize] = left.good.is_some();
        left.follow(lane, recipe);
        left.found = self.within(0, step.saturating_add(1)).to_vec();
        left.forgotten = self.forgotten.min(step);
        left
    }

    /// Whether something has happened by step `step` that is no longer kept.
    pub fn forgotten(&self, step: usize) -> bool {
        self.forgotten > 0 && self.before(step).is_none()
    }

    fn look_at(&mut self, lane: &LaneHistory, recipe: &Recipe, step: usize) {
        let value = |quantity| lane.value(quantity, step);
        let rho = value(Quantity::Rho);
        // Once there has been one, it stays so.
        let good = self.running[EventKind::FirstGood as usize] || rho.is_some_and(|rho| rho > RHO_HIGH);
        self.run(step, EventKind::FirstGood, good);

        let rule = &recipe.damping;
        let follows = matches!(rule.rule, DampingRule::LevenbergMarquardt | DampingRule::DecreasingLoss);
        if let (Some(used), Some(next), true) = (value(Quantity::Damping), value(Quantity::NextDamping), follows) {
            // λ is clipped, so it comes to a bound exactly, up to the rounding of single precision.
            let at = |lambda: f64, bound: f64| (lambda - bound).abs() <= 1e-6 * bound;
            let reached = |bound: f64| at(next, bound) && !at(used, bound);
            self.run(step, EventKind::AtLeast, reached(rule.min));
            self.run(step, EventKind::AtMost, rule.max.is_some_and(reached));
        }

        let clipped = value(Quantity::ModelLearningRate)
            .zip(recipe.step_size.clip)
            .is_some_and(|(alpha, clip)| alpha.abs() > clip);
        self.run(step, EventKind::Clipped, clipped);
        let negative = value(Quantity::LearningRate).is_some_and(|alpha| alpha < 0.0);
        self.run(step, EventKind::Negative, negative);
        if let Some(rho) = rho {
            self.run(step, EventKind::Poor, rho < RHO_LOW);
        }
        self.run(step, EventKind::Rejected, lane.rejected(step));
    }

    /// Notes the first step of a run of a kind.
    fn run(&mut self, step: usize, kind: EventKind, holds: bool) {
        let running = std::mem::replace(&mut self.running[kind as usize], holds);
        if !holds || running {
            return;
        }
        if self.found.len() == MOST + MOST / 4 {
            // In one go, so that it is cheap on average.
            self.forgotten = self.found.drain(..MOST / 4).next_back().map_or(0, |event| event.step);
        }
        self.found.push(Event { step, kind });
        if kind == EventKind::FirstGood {
            self.good = Some(step);
        }
    }

    /// The events of the steps `from..to`.
    pub fn within(&self, from: usize, to: usize) -> &[Event] {
        let index = |step: usize| self.found.partition_point(|event| event.step < step);
        &self.found[index(from)..index(to).max(index(from))]
    }

    /// The first step after `step` at which something happened.
    pub fn after(&self, step: usize) -> Option<usize> {
        self.within(step.saturating_add(1), usize::MAX).first().map(|event| event.step)
    }

    /// The last step before `step` at which something happened.
    pub fn before(&self, step: usize) -> Option<usize> {
        self.within(0, step).last().map(|event| event.step)
    }

    /// What happened at a step, in words with its numbers; empty where nothing did.
    pub fn in_words(&self, lane: &LaneHistory, step: usize) -> String {
        let number = |quantity| lane.value(quantity, step).map_or_else(|| "—".to_owned(), short);
        let known = lane.knows(step);
        let words = self.within(step, step + 1).iter().rev().map(|event| match event.kind {
            // Without the numbers where they are not at hand.
            EventKind::Converged | EventKind::Stalled | EventKind::Diverged => {
                lane.outcome().map_or_else(String::new, |(step, outcome)| {
                    let reason = outcome.reason().unwrap_or_default();
                    format!("{} at step {}: {reason}", outcome.name(), count(step as usize))
                })
            }
            kind if !known => kind.words().to_owned(),
            EventKind::FirstGood => format!("ρ = {} is above 3/4 for the first time", number(Quantity::Rho)),
            EventKind::AtLeast => format!("λ comes to its floor {}", number(Quantity::NextDamping)),
            EventKind::AtMost => format!("λ comes to its upper bound {}", number(Quantity::NextDamping)),
            EventKind::Clipped => format!("α is clipped, from {}", number(Quantity::ModelLearningRate)),
            EventKind::Negative => format!("α = {} is negative", number(Quantity::LearningRate)),
            EventKind::Poor => format!("ρ = {} falls below 1/4", number(Quantity::Rho)),
            EventKind::Rejected => "the step is rejected".to_owned(),
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthChar;

    use super::{EventKind as K, *};
    use crate::{
        optim::{StepRecord, presets},
        session::History,
    };

    fn history(rows: &[(f64, f64, f64, f64)]) -> History {
        let mut history = History::new([("lane".to_owned(), Vec::new())]);
        for (index, &(rho, used, next, alpha)) in rows.iter().enumerate() {
            let mut record = StepRecord::new(index as u64 + 1);
            record.set(Quantity::Rho, rho);
            record.set(Quantity::Damping, used);
            record.set(Quantity::NextDamping, next);
            record.set(Quantity::ModelLearningRate, alpha);
            record.set(Quantity::LearningRate, alpha);
            record.rejected = rho < 0.0;
            history.lane_mut(0).push(&record, 0.0);
        }
        history
    }

    #[test]
    fn runs_count_once_and_bounds_when_they_are_reached() {
        let mut recipe = presets::adamqlr();
        recipe.step_size.clip = Some(2.0);
        recipe.damping.max = Some(4.0);
        let mut past = history(&[
            (0.5, 1.0, 1.0, 1.0),
            (0.1, 1.0, 2.0, 3.0),
            (0.1, 2.0, 4.0, 3.0),
            (-1.0, 4.0, 4.0, -1.0),
            (0.9, 4.0, 2.0, 1.0),
            (0.9, 2e-8, 1e-8, 3.0),
            (0.9, 1e-8, 1e-8, 1.0),
        ]);
        past.lane_mut(0).end(7, Outcome::Converged("the gradient is zero".into()));
        let mut events = Events::default();
        events.follow(&past.lanes()[0], &recipe);
        let expected = [
            (2, K::Clipped),
            (2, K::Poor),
            (3, K::AtMost),
            (4, K::Negative),
            (4, K::Rejected),
            (5, K::FirstGood),
            (6, K::AtLeast),
            (6, K::Clipped),
            (7, K::Converged),
        ];
        assert_eq!(events.within(0, 99).iter().map(|event| (event.step, event.kind)).collect::<Vec<_>>(), expected);
        let steps: Vec<usize> = std::iter::successors(events.after(0), |step| events.after(*step)).collect();
        assert_eq!(steps, [2, 3, 4, 5, 6, 7]);
        let back: Vec<usize> = std::iter::successors(events.before(99), |step| events.before(*step)).collect();
        assert!(back.iter().rev().eq(&steps));
        let lane = &past.lanes()[0];
        assert_eq!(events.in_words(lane, 2), "ρ = 0.100 falls below 1/4; α is clipped, from 3.00");
        assert_eq!(events.in_words(lane, 7), "converged at step 7: the gradient is zero");
        assert_eq!(events.in_words(lane, 1), "");
    }

    /// However the steps arrive, the events are the same, and each step is looked at once.
    #[test]
    fn following_a_growing_history_finds_the_same_as_looking_at_it_whole() {
        let rows: Vec<_> = (0..5000).map(|i| (f64::from(i * 37 % 100) / 50.0 - 0.5, 1.0, 1.0, 1.0)).collect();
        let mut whole = Events::default();
        whole.follow(&history(&rows).lanes()[0], &presets::adamqlr());
        let mut growing = Events::default();
        for end in [0, 1, 2, 2, 700, 5000] {
            growing.follow(&history(&rows[..end]).lanes()[0], &presets::adamqlr());
        }
        assert!(whole.within(0, 9999).len() > 100);
        assert_eq!(whole.within(0, 9999), growing.within(0, 9999));
    }

    #[test]
    fn the_latest_events_are_kept_and_what_went_before_is_known_to_be_gone() {
        let mut history = History::keeping(64, [("lane".to_owned(), Vec::new())]);
        let mut events = Events::default();
        for step in 1..=300_000 {
            let mut record = StepRecord::new(step);
            record.set(Quantity::Rho, if step % 2 == 0 { 0.1 } else { 0.9 });
            history.lane_mut(0).push(&record, 0.0);
            events.follow(&history.lanes()[0], &presets::adamqlr());
        }
        let kept = events.within(0, usize::MAX).len();
        assert!((MOST..=MOST + MOST / 4).contains(&kept), "{kept}");
        assert_eq!((events.before(300_001), events.before(300_000)), (Some(300_000), Some(299_998)));
        let first = events.after(0).unwrap();
        assert!(first > 2 && events.forgotten(first) && !events.forgotten(first + 2));
        // The first good ρ stays the first.
        assert!(events.within(0, usize::MAX).iter().all(|event| event.kind == K::Poor));
        let lane = &history.lanes()[0];
        assert!(
            events.up_to(300_000, lane, &presets::adamqlr()).within(0, usize::MAX).eq(events.within(0, usize::MAX))
        );
        assert_eq!(events.in_words(lane, first), "ρ < 1/4");
    }

    #[test]
    fn every_kind_has_a_symbol_of_its_own_one_cell_wide() {
        for (index, kind) in EventKind::ALL.iter().enumerate() {
            assert_eq!(kind.symbol().width(), Some(1));
            assert!(EventKind::ALL[..index].iter().all(|other| other.symbol() != kind.symbol() && other < kind));
        }
    }
}
