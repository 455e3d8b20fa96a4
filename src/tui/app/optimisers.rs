//! Putting the optimisers together, and running those that were put together.

use crate::{
    figure::{Family, lane_styles},
    session::{Edit, EditedLane, Refill, setup::LaneSetup},
};

use super::{
    super::{
        action::{Change, Command, Effect},
        opening::Source,
        worker::Request,
    },
    App, Claims, Mode, Overlay, Picker,
};

impl App {
    pub(super) fn show_optimisers(&mut self) {
        if self.opening_another {
            return self.tell("one moment: the optimisers are just being changed");
        }
        self.picker = Some(Picker::new(&self.opening.lanes, self.lane, self.opening.facts));
        self.overlay = Some(Overlay::Optimisers);
    }

    pub(super) fn picker_command(&mut self, command: Command) {
        let Some(picker) = &mut self.picker else {
            self.overlay = None;
            return;
        };
        picker.refusal = None;
        match command {
            Command::Up => picker.go(-1),
            Command::Down => picker.go(1),
            Command::First => picker.go(isize::MIN),
            Command::Latest => picker.go(isize::MAX),
            Command::Enter => picker.enter(),
            Command::Change(Change::Restart) => self.restart_with_picked(),
            Command::Change(Change::Continue) => self.continue_with_picked(),
            Command::Change(change) => picker.change(change),
            Command::Back if picker.mode == Mode::Lanes => (self.overlay, self.picker) = (None, None),
            Command::Back => picker.back(),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Quit => self.effects.push(Effect::Quit),
            _ => {}
        }
    }

    /// The optimisers put together, unless they are those at hand.
    fn picked(&mut self) -> Option<Vec<LaneSetup>> {
        let lanes = self.picker.as_ref()?.lanes();
        if lanes != self.opening.lanes {
            return Some(lanes);
        }
        if let Some(picker) = &mut self.picker {
            picker.refusal = Some("these are the optimisers at hand; change something first".to_owned());
        }
        None
    }

    fn restart_with_picked(&mut self) {
        if let Some(lanes) = self.picked() {
            self.overlay = None;
            self.open_another(Source::With(lanes));
        }
    }

    /// From the step at hand: lanes that are as they were go on, all others start where the lane explained is.
    fn continue_with_picked(&mut self) {
        let Some(lanes) = self.picked() else { return };
        let Some(picker) = &mut self.picker else { return };
        let step = self.cursor;
        let kept: Vec<Option<usize>> = picker.entries.iter().map(|entry| entry.kept(&self.opening.lanes)).collect();
        let past = self.history.lanes();
        let late = kept.iter().flatten().chain([&self.lane]).find(|lane| past[**lane].origin() > step);
        if let Some(&late) = late {
            let (label, origin) = (past[late].label(), past[late].origin());
            picker.refusal = Some(format!("{label} begins only after step {origin}; go there first, or restart"));
            return;
        }
        let lane = |(kept, lane): (&Option<usize>, &LaneSetup)| match kept {
            Some(index) => EditedLane::Kept { lane: *index, label: lane.label.clone() },
            None => EditedLane::Started(lane.spec()),
        };
        let edit = Edit { step: step as u64, from: self.lane, lanes: kept.iter().zip(&lanes).map(lane).collect() };
        let seconds = kept.iter().map(|kept| kept.map_or(0.0, |lane| past[lane].seconds(step.min(past[lane].len()))));
        let seconds = seconds.collect();
        let needs = self.history.needs(&edit);
        let from = past[self.lane].label().to_owned();
        self.overlay = None;
        (self.playing, self.opening_another) = (false, true);
        self.tell(format!("going on from step {step}, new optimisers from where {from} is"));
        self.ask(Request::Edit { edit, seconds, needs, lanes });
    }

    /// A problem could not be opened: says why, where the user was.
    pub(super) fn refused(&mut self, sentence: String) {
        match &mut self.picker {
            Some(picker) => {
                self.message = None;
                picker.refusal = Some(sentence);
                self.overlay = Some(Overlay::Optimisers);
            }
            None => self.warn(sentence),
        }
    }

    /// Goes on with the lanes of an edit from its step.
    pub(super) fn edited(&mut self, edit: &Edit, lanes: Vec<LaneSetup>, refill: &Refill) {
        let hidden = |lane: &EditedLane| match lane {
            EditedLane::Kept { lane, .. } => self.hidden.get(*lane).copied().unwrap_or(false),
            EditedLane::Started(_) => false,
        };
        self.hidden = edit.lanes.iter().map(hidden).collect();
        let families: Vec<Family> = lanes.iter().map(|lane| Family::of(&lane.recipe)).collect();
        self.styles = lane_styles(&families);
        self.history = self.history.edited(edit, refill);
        self.lane = self.picker.take().map_or(0, |picker| picker.chosen).min(lanes.len().saturating_sub(1));
        self.opening.lanes = lanes;
        self.picture.forget();
        let step = usize::try_from(edit.step).unwrap_or(usize::MAX).min(self.history.latest());
        (self.cursor, self.wanted, self.reach, self.asked, self.carry) = (step, step, step, step, 0.0);
        (self.playing, self.over, self.opening_another, self.recalling) = (false, false, false, false);
        self.ahead.clear();
        self.ends_ahead.clear();
        self.claims = Claims::default();
        self.edit_events(edit);
        self.ask_until(step + 1);
    }
}
