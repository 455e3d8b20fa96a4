//! Choosing one of the bundled problems.

use super::{
    super::{
        action::{Change, Command, Effect},
        opening::Source,
    },
    App, Overlay,
};

/// A problem that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What kind of problem it is.
    pub group: String,
    /// One line about it.
    pub summary: String,
    /// What there is to see, a paragraph a line.
    pub description: String,
    /// What it needs that is not here, and how to get it.
    pub missing: Option<String>,
}

impl Choice {
    /// Whether every word occurs in it.
    fn has(&self, words: &str) -> bool {
        let text = format!("{} {} {}", self.name, self.group, self.summary).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// The state of the list of problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemMenu {
    /// The words by which problems are found; all of them without any.
    pub filter: String,
    /// Whether these are being typed.
    pub typing: bool,
    /// The problems found, by their number.
    pub found: Vec<usize>,
    /// Which of those found is chosen.
    pub chosen: usize,
}

impl ProblemMenu {
    /// Finds what the filter says. Problems whose name begins with it come to be chosen first.
    fn search(&mut self, choices: &[Choice]) {
        self.found = (0..choices.len()).filter(|index| choices[*index].has(&self.filter)).collect();
        let named = |index: &usize| choices[*index].name.starts_with(self.filter.trim());
        self.chosen = self.found.iter().position(named).unwrap_or(0);
    }

    /// The number of the problem chosen.
    pub fn choice(&self) -> Option<usize> {
        self.found.get(self.chosen).copied()
    }
}

impl App {
    /// Lists the problems, the one at hand chosen, or asks for a word to find them by.
    pub(super) fn show_problems(&mut self, typing: bool) {
        self.menu = ProblemMenu { typing, ..ProblemMenu::default() };
        self.menu.search(&self.choices);
        self.menu.chosen = self.choices.iter().position(|choice| choice.name == self.opening.name).unwrap_or(0);
        self.overlay = Some(Overlay::Problems);
    }

    pub(super) fn problems_command(&mut self, command: Command) {
        let last = self.menu.found.len().saturating_sub(1);
        match command {
            Command::Up => self.menu.chosen = self.menu.chosen.saturating_sub(1),
            Command::Down => self.menu.chosen = (self.menu.chosen + 1).min(last),
            Command::First => self.menu.chosen = 0,
            Command::Latest => self.menu.chosen = last,
            Command::Filter => self.menu.typing = true,
            Command::Change(change) => self.type_filter(change),
            Command::Enter => self.open_chosen(),
            Command::Back if self.menu.typing && !self.menu.filter.is_empty() => self.type_filter(Change::EraseAll),
            Command::Back if self.menu.typing => self.menu.typing = false,
            Command::Back | Command::Problems => self.overlay = None,
            Command::Events => self.show_events(),
            Command::Help => self.overlay = Some(Overlay::Help(0)),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Quit => self.effects.push(Effect::Quit),
            _ => {}
        }
    }

    fn type_filter(&mut self, change: Change) {
        match change {
            Change::Type(c) => self.menu.filter.push(c),
            Change::Erase => drop(self.menu.filter.pop()),
            Change::EraseAll => self.menu.filter.clear(),
            _ => return,
        }
        self.menu.search(&self.choices);
    }

    fn open_chosen(&mut self) {
        let Some(choice) = self.menu.choice().and_then(|index| self.choices.get(index)) else { return };
        // What is missing is said below the list, and the list stays.
        if choice.missing.is_none() {
            let name = choice.name.clone();
            self.overlay = None;
            self.open_another(Source::Bundled(name));
        }
    }

    /// Opens the problem so many places further on in the list, of those whose data are here.
    pub(super) fn next_problem(&mut self, by: isize) {
        let here: Vec<&Choice> = self.choices.iter().filter(|choice| choice.missing.is_none()).collect();
        let at = here.iter().position(|choice| choice.name == self.opening.name);
        let next = match at {
            Some(at) => at.checked_add_signed(by),
            None => Some(if by > 0 { 0 } else { here.len().saturating_sub(1) }),
        };
        match next.and_then(|next| here.get(next)) {
            Some(choice) => {
                let name = choice.name.clone();
                self.open_another(Source::Bundled(name));
            }
            None if by > 0 => self.tell("this is the last problem; p lists them all"),
            None => self.tell("this is the first problem; p lists them all"),
        }
    }
}
