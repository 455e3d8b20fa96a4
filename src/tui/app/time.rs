//! The cursor through time: stepping, playing, seeking, and what arrives from the worker.

use std::time::Duration;

use crate::{
    figure::{events::Events, explain::loss_after},
    optim::{Outcome, Quantity},
};

use super::{
    super::worker::{End, Request, Step},
    App, Message,
};

/// Steps a second that can be played at; `None` is as fast as they are computed.
pub const SPEEDS: [Option<f64>; 10] = [
    Some(1.0),
    Some(2.0),
    Some(5.0),
    Some(10.0),
    Some(30.0),
    Some(60.0),
    Some(200.0),
    Some(1000.0),
    Some(5000.0),
    None,
];

/// Ten steps a second.
pub const DEFAULT_SPEED: usize = 3;

/// How far the worker may run ahead of the screen at full speed: what bounds the memory of unread replies.
const LOOK_AHEAD: usize = 20_000;

/// Said where there is nothing more to compute.
const OVER: &str = "every optimiser has ended; g goes to the start, r restarts";

/// How a speed is written.
pub fn speed_name(speed: usize) -> String {
    match SPEEDS.get(speed).copied().flatten() {
        Some(rate) => format!("{rate}/s"),
        None => "max".to_owned(),
    }
}

impl App {
    /// The length of the time line: what is planned, or what there is beyond.
    pub fn total(&self) -> usize {
        self.limit.max(self.history.latest())
    }

    /// f where a lane stands at the cursor, if any step has told: the next one, shown or not, else the one that went there.
    pub fn loss(&self, lane: usize) -> Option<f64> {
        self.loss_ahead(lane).or_else(|| loss_after(self.history.lanes().get(lane)?, self.cursor))
    }

    /// f where a lane stands at the cursor, if only a step that is not shown has told.
    pub(super) fn loss_ahead(&self, lane: usize) -> Option<f64> {
        let next = self.cursor.min(self.history.lanes().get(lane)?.len()) as u64 + 1;
        let step = self.ahead.iter().find(|step| step.lane == lane && step.record.step == next)?;
        step.record.get(Quantity::Loss)
    }

    /// f after the last step of a lane that is shown, if the step computed ahead has told.
    pub(super) fn loss_beyond(&self, lane: usize) -> Option<f64> {
        let next = self.history.lanes().get(lane)?.len() as u64 + 1;
        let step = self.ahead.iter().find(|step| step.lane == lane && step.record.step == next)?;
        step.record.get(Quantity::Loss)
    }

    /// The latest step computed, shown or not.
    fn computed(&self) -> usize {
        self.ahead.back().map_or(self.history.latest(), |step| step.record.step as usize)
    }

    /// Shows what has been computed up to the reach.
    fn release(&mut self) {
        let shown = self.ahead.partition_point(|step| step.record.step as usize <= self.reach);
        self.claims.release(self.reach);
        self.events.resize_with(self.opening.lanes.len(), Events::default);
        for step in self.ahead.drain(..shown) {
            let (past, recipe) = (self.history.lane_mut(step.lane), &self.opening.lanes[step.lane].recipe);
            past.push(&step.record, step.seconds);
            // At once: the history keeps a record only for so long.
            self.events[step.lane].follow(past, recipe);
        }
        for end in self.ends_ahead.extract_if(.., |end| end.step as usize <= self.reach) {
            let (past, recipe) = (self.history.lane_mut(end.lane), &self.opening.lanes[end.lane].recipe);
            past.end(end.step, end.outcome);
            self.events[end.lane].follow(past, recipe);
        }
    }

    /// Moves the cursor within what is recorded, and tells of ends passed on the way.
    fn move_to(&mut self, step: usize) {
        let passed = self.cursor + 1..=step;
        let mut ended = None;
        for lane in self.history.lanes() {
            if let Some((at, outcome)) = lane.outcome().filter(|(at, _)| passed.contains(&(*at as usize))) {
                ended = Some((lane.label().to_owned(), at, outcome.clone()));
            }
        }
        self.cursor = step;
        match ended {
            Some((label, at, outcome)) if outcome.failed() || outcome.is_at_no_minimum() => {
                let reason = outcome.reason().unwrap_or_default();
                self.warn(format!("{label} {} at step {at}: {reason}", outcome.name()));
            }
            Some((label, at, Outcome::Converged(reason))) => {
                self.tell(format!("{label} converged at step {at}: {reason}"));
            }
            Some(_) | None => {}
        }
    }

    /// To a step that is there to be seen.
    pub(super) fn seek(&mut self, step: usize) {
        self.stop();
        self.wanted = step;
        self.move_to(step);
    }

    /// Stops playing and computing.
    fn stop(&mut self) {
        self.playing = false;
        self.carry = 0.0;
        self.reach = self.history.latest();
        if self.asked > self.reach + 1 {
            self.asked = self.reach + 1;
            self.ask(Request::Advance { until: self.asked as u64 });
        }
    }

    /// Lets the worker step on, if it is not doing so anyway.
    pub(super) fn ask_until(&mut self, step: usize) {
        if step > self.asked && !self.over {
            self.asked = step;
            self.ask(Request::Advance { until: step as u64 });
        }
    }

    pub(super) fn step(&mut self, by: i64) {
        let distance = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        if self.playing {
            self.stop();
            self.wanted = self.cursor;
        }
        if by < 0 {
            // Steps asked for but not yet computed are given up first.
            let to =
                if self.wanted > self.history.latest() { self.cursor } else { self.cursor.saturating_sub(distance) };
            self.seek(to);
            return;
        }
        let mut wanted = self.wanted.max(self.cursor).saturating_add(distance);
        if self.over && wanted > self.computed() {
            wanted = self.computed();
            self.tell(OVER);
        }
        self.wanted = wanted;
        self.reach = self.reach.max(wanted);
        self.release();
        self.move_to(wanted.min(self.history.latest()));
        self.ask_until(self.reach.saturating_add(1));
    }

    pub(super) fn play_or_pause(&mut self) {
        if self.playing {
            self.stop();
            self.wanted = self.cursor;
            return;
        }
        if self.over && self.cursor >= self.computed() {
            return self.tell(OVER);
        }
        while self.limit <= self.cursor {
            let planned = usize::try_from(self.opening.steps).unwrap_or(usize::MAX).max(1);
            self.limit = self.limit.saturating_add(planned);
        }
        self.playing = true;
        self.carry = 0.0;
    }

    pub(super) fn change_speed(&mut self, faster: bool) {
        let speed = if faster { self.speed + 1 } else { self.speed.saturating_sub(1) };
        self.speed = speed.min(SPEEDS.len() - 1);
        self.tell(match SPEEDS[self.speed] {
            None => "speed: as fast as it computes".to_owned(),
            Some(rate) => format!("speed: {rate} {} a second", if rate > 1.0 { "steps" } else { "step" }),
        });
    }

    pub(super) fn tick(&mut self, elapsed: Duration) {
        if !self.playing {
            return;
        }
        let computed = self.computed();
        let goal = match SPEEDS[self.speed] {
            None => {
                self.ask_until(self.limit.min(computed.saturating_add(LOOK_AHEAD)).saturating_add(1));
                computed
            }
            Some(rate) => {
                self.carry += rate * elapsed.as_secs_f64();
                let whole = self.carry.floor();
                self.carry -= whole;
                let goal = self.cursor.saturating_add(whole as usize);
                if goal > computed {
                    // The mathematics is slower than the speed: what was missed is not caught up.
                    self.carry = 0.0;
                }
                self.ask_until(self.limit.min(goal.saturating_add((rate / 20.0) as usize + 1)).saturating_add(1));
                goal
            }
        };
        let to = goal.min(computed).min(self.limit);
        self.wanted = to;
        self.reach = self.reach.max(to);
        self.release();
        if to > self.cursor {
            self.move_to(to);
        }
        if self.cursor >= self.limit {
            let planned = self.limit;
            self.stop();
            self.tell(format!("step {planned}: the planned end; space goes on, g n to the first thing worth seeing"));
        } else if self.over && self.cursor >= computed {
            self.stop();
            self.say_over();
        }
    }

    /// Says that nothing more happens, unless how the last one ended has just been said.
    fn say_over(&mut self) {
        self.message.get_or_insert_with(|| Message { text: OVER.to_owned(), warning: false });
    }

    /// Keeps steps and ends that the worker computed, without showing them.
    pub(super) fn take_in(&mut self, steps: Vec<Step>, ends: Vec<End>, over: bool) {
        self.ahead.extend(steps);
        self.ends_ahead.extend(ends);
        self.over |= over;
    }

    /// Notes steps and ends that the worker computed.
    pub(super) fn record(&mut self, steps: Vec<Step>, ends: Vec<End>, over: bool) {
        let before = self.history.latest();
        self.take_in(steps, ends, over);
        self.release();
        if self.wanted > before && !self.playing {
            self.move_to(self.wanted.min(self.history.latest()));
        }
        self.play_where_arrived();
        if self.over && self.wanted > self.computed() {
            self.wanted = self.computed();
            self.say_over();
        }
    }
}
