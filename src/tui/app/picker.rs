//! Choosing optimisers and changing their keys.

use crate::session::setup::{Draft, Key, LaneSetup, Name, ProblemFacts, make_unique};

use super::super::{action::Change, keys::Context};

/// As many lanes as keys show and hide.
pub const MOST_LANES: usize = 9;

/// An optimiser in the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it would be written.
    pub draft: Draft,
    /// As it is read.
    pub lane: LaneSetup,
    /// Its number in the session, unless it is new.
    origin: Option<usize>,
}

impl Entry {
    /// Its number among the lanes at hand, if it is one of them and made of the same.
    pub fn kept(&self, at_hand: &[LaneSetup]) -> Option<usize> {
        self.origin.filter(|index| at_hand.get(*index).is_some_and(|lane| lane.recipe == self.lane.recipe))
    }

    /// What has become of it, in a word; nothing where it is as it was.
    pub fn status(&self, at_hand: &[LaneSetup]) -> &'static str {
        match (self.origin, self.kept(at_hand)) {
            (_, Some(_)) => "",
            (Some(_), None) => "changed",
            (None, None) => "new",
        }
    }
}

/// What the keys are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The list of optimisers.
    Lanes,
    /// The names there are, with the chosen one.
    Names(usize),
    /// The keys of the chosen optimiser, with the chosen one.
    Keys(usize),
    /// A value being typed.
    Typing(Typing, String),
}

/// What is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// The chosen optimiser's label.
    Label,
    /// The value of its key of this number.
    Key(usize),
}

/// The optimisers as they are being put together. Each of them can be read at any time: what cannot is refused.
#[derive(Clone, Debug)]
pub struct Picker {
    /// The list.
    pub entries: Vec<Entry>,
    /// The chosen one.
    pub chosen: usize,
    /// What the keys are about.
    pub mode: Mode,
    /// Whether what is being typed is still the value that stood there: the first character replaces it.
    pub untouched: bool,
    /// Why the last change was refused.
    pub refusal: Option<String>,
    /// Every name there is.
    pub names: Vec<Name>,
    facts: ProblemFacts,
}

impl Picker {
    pub(super) fn new(lanes: &[LaneSetup], chosen: usize, facts: ProblemFacts) -> Self {
        let entry = |(index, lane): (usize, &LaneSetup)| Entry {
            draft: Draft::of(lane, facts),
            lane: lane.clone(),
            origin: Some(index),
        };
        let entries = lanes.iter().enumerate().map(entry).collect();
        Self { entries, chosen, mode: Mode::Lanes, untouched: false, refusal: None, names: Name::every(), facts }
    }

    /// What keys are about.
    pub fn context(&self) -> Context {
        match self.mode {
            Mode::Lanes => Context::Lanes,
            Mode::Names(_) => Context::Names,
            Mode::Keys(_) => Context::Keys,
            Mode::Typing(..) => Context::Typing,
        }
    }

    /// The chosen optimiser.
    pub fn entry(&self) -> &Entry {
        &self.entries[self.chosen]
    }

    /// The keys of the chosen optimiser.
    pub fn keys(&self) -> Vec<&'static Key> {
        self.entry().draft.name.keys().collect()
    }

    /// Takes a change of the chosen optimiser if it can be read; says why not otherwise.
    fn try_draft(&mut self, draft: Draft) -> bool {
        match draft.read(self.facts) {
            Ok(lane) => {
                let entry = &mut self.entries[self.chosen];
                (entry.draft, entry.lane) = (draft, lane);
                self.label_anew();
                true
            }
            Err(error) => {
                self.refusal = Some(error.to_string());
                false
            }
        }
    }

    /// Labels as they are given, the second of a kind numbered.
    fn label_anew(&mut self) {
        let label = |entry: &Entry| entry.draft.label.clone().unwrap_or_else(|| entry.draft.name.to_string());
        let mut lanes: Vec<LaneSetup> =
            self.entries.iter().map(|entry| LaneSetup { label: label(entry), ..entry.lane.clone() }).collect();
        make_unique(&mut lanes);
        self.entries.iter_mut().zip(lanes).for_each(|(entry, lane)| entry.lane = lane);
    }

    fn add(&mut self, draft: Draft) {
        match draft.read(self.facts) {
            Ok(lane) => {
                self.entries.push(Entry { draft, lane, origin: None });
                self.chosen = self.entries.len() - 1;
                self.mode = Mode::Lanes;
                self.label_anew();
            }
            Err(error) => self.refusal = Some(error.to_string()),
        }
    }

    /// Whether there is room for one more; says so if not.
    fn has_room(&mut self) -> bool {
        let room = self.entries.len() < MOST_LANES;
        if !room {
            self.refusal = Some(format!("at most {MOST_LANES} optimisers run side by side; remove one first"));
        }
        room
    }

    fn remove(&mut self) {
        if self.entries.len() == 1 {
            self.refusal = Some("at least one optimiser stays".to_owned());
            return;
        }
        self.entries.remove(self.chosen);
        self.chosen = self.chosen.min(self.entries.len() - 1);
        self.label_anew();
    }

    /// The next or previous of a key's few values that the problem accepts; why others are not is said.
    fn cycle(&mut self, row: usize, forwards: bool) {
        let Some(&key) = self.keys().get(row) else { return };
        let choices = key.choices();
        if choices.is_empty() {
            self.refusal = Some(format!("`{}` is {}; type it", key.name, key.accepted()));
            return;
        }
        let now = key.written(&self.entry().lane.recipe);
        let start = choices.iter().position(|choice| **choice == now);
        let default = key.written(&self.default_recipe());
        for distance in 1..choices.len() {
            let index = match (start, forwards) {
                (Some(at), true) => (at + distance) % choices.len(),
                (Some(at), false) => (at + choices.len() - distance) % choices.len(),
                (None, true) => distance - 1,
                (None, false) => choices.len() - distance,
            };
            let value = choices[index];
            // A default need not be written, unless another key has taken its place.
            let unwritten = self.entry().draft.with(key, None);
            let implied =
                value == default && unwritten.read(self.facts).is_ok_and(|lane| key.written(&lane.recipe) == value);
            let draft = if implied { unwritten } else { unwritten.with(key, Some(value)) };
            if self.try_draft(draft) {
                return;
            }
        }
    }

    fn default_recipe(&self) -> crate::optim::Recipe {
        let entry = self.entry();
        Draft::new(entry.draft.name).read(self.facts).map_or_else(|_| entry.lane.recipe.clone(), |lane| lane.recipe)
    }

    /// The default of a key, as written.
    pub fn default_of(&self, key: &Key) -> String {
        key.written(&self.default_recipe())
    }

    /// Opens what is chosen: keys, the input of a value, or the next of a few values; takes what was typed.
    pub(super) fn enter(&mut self) {
        match self.mode.clone() {
            Mode::Lanes => self.mode = Mode::Keys(0),
            Mode::Names(index) => {
                if let Some(&name) = self.names.get(index) {
                    self.add(Draft::new(name));
                }
            }
            Mode::Keys(row) => match self.keys().get(row) {
                Some(key) if key.choices().is_empty() => {
                    let value = key.written(&self.entry().lane.recipe);
                    (self.mode, self.untouched) = (Mode::Typing(Typing::Key(row), value), true);
                }
                _ => self.cycle(row, true),
            },
            Mode::Typing(Typing::Key(row), text) => {
                let Some(&key) = self.keys().get(row) else { return };
                let draft = self.entry().draft.with(key, (!text.trim().is_empty()).then_some(&*text));
                if self.try_draft(draft) {
                    self.mode = Mode::Keys(row);
                }
            }
            Mode::Typing(Typing::Label, text) => {
                let label = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                let mut draft = self.entry().draft.clone();
                draft.label = label;
                if self.try_draft(draft) {
                    self.mode = Mode::Lanes;
                }
            }
        }
    }

    /// Whether the value of a key is typed, not one of a few.
    fn is_typed(&self, row: usize) -> bool {
        self.keys().get(row).is_some_and(|key| key.choices().is_empty())
    }

    /// Moves the choice of a list by so many entries.
    pub(super) fn go(&mut self, by: isize) {
        let clamp = |index: usize, len: usize| index.saturating_add_signed(by).min(len.saturating_sub(1));
        match &self.mode {
            Mode::Lanes => self.chosen = clamp(self.chosen, self.entries.len()),
            Mode::Names(index) => self.mode = Mode::Names(clamp(*index, self.names.len())),
            Mode::Keys(row) => self.mode = Mode::Keys(clamp(*row, self.keys().len())),
            Mode::Typing(..) => {}
        }
    }

    pub(super) fn change(&mut self, change: Change) {
        match (change, self.mode.clone()) {
            (Change::Add, _) if self.has_room() => self.mode = Mode::Names(0),
            (Change::Duplicate, _) if self.has_room() => self.add(self.entry().draft.clone()),
            (Change::Remove, _) => self.remove(),
            (Change::Rename, _) => {
                self.mode = Mode::Typing(Typing::Label, self.entry().lane.label.clone());
                self.untouched = true;
            }
            (Change::NextValue, Mode::Keys(row)) => self.cycle(row, true),
            (Change::PreviousValue, Mode::Keys(row)) => self.cycle(row, false),
            (Change::Default, Mode::Keys(row)) => {
                if let Some(&key) = self.keys().get(row) {
                    let draft = self.entry().draft.with(key, None);
                    self.try_draft(draft);
                }
            }
            (Change::Type(c), Mode::Keys(row)) if self.is_typed(row) => {
                (self.mode, self.untouched) = (Mode::Typing(Typing::Key(row), c.to_string()), false);
            }
            (Change::Type(c), Mode::Typing(what, _)) if self.untouched => {
                (self.mode, self.untouched) = (Mode::Typing(what, c.to_string()), false);
            }
            (Change::Type(c), Mode::Typing(what, text)) => self.mode = Mode::Typing(what, format!("{text}{c}")),
            (Change::Erase, Mode::Typing(what, mut text)) => {
                text.pop();
                (self.mode, self.untouched) = (Mode::Typing(what, text), false);
            }
            (Change::EraseAll, Mode::Typing(what, _)) => {
                (self.mode, self.untouched) = (Mode::Typing(what, String::new()), false);
            }
            _ => {}
        }
    }

    /// One level up.
    pub(super) fn back(&mut self) {
        self.mode = match self.mode {
            Mode::Typing(Typing::Key(row), _) => Mode::Keys(row),
            Mode::Lanes | Mode::Names(_) | Mode::Keys(_) | Mode::Typing(Typing::Label, _) => Mode::Lanes,
        };
    }

    /// The optimisers as they are now.
    pub fn lanes(&self) -> Vec<LaneSetup> {
        self.entries.iter().map(|entry| entry.lane.clone()).collect()
    }
}
