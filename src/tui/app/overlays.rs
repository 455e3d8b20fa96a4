//! Keys while something lies over the panels.

use super::{
    super::{
        action::{Command, Effect},
        opening::Source,
    },
    App, Overlay,
};

impl App {
    pub(super) fn help_command(&mut self, command: Command, top: usize) {
        self.overlay = match command {
            Command::Quit => {
                self.effects.push(Effect::Quit);
                None
            }
            Command::Suspend => {
                self.effects.push(Effect::Suspend);
                Some(Overlay::Help(top))
            }
            Command::Down | Command::Step(1..) => Some(Overlay::Help(top + 1)),
            Command::Up | Command::Step(_) => Some(Overlay::Help(top.saturating_sub(1))),
            _ => None,
        };
    }

    pub(super) fn problems_command(&mut self, command: Command, chosen: usize) {
        let last = self.choices.len().saturating_sub(1);
        self.overlay = match command {
            Command::Up => Some(Overlay::Problems(chosen.saturating_sub(1))),
            Command::Down => Some(Overlay::Problems((chosen + 1).min(last))),
            Command::First => Some(Overlay::Problems(0)),
            Command::Latest => Some(Overlay::Problems(last)),
            Command::Enter | Command::PlayPause => {
                if let Some(choice) = self.choices.get(chosen) {
                    let name = choice.name.clone();
                    self.open_another(Source::Bundled(name));
                }
                None
            }
            Command::Quit => {
                self.effects.push(Effect::Quit);
                None
            }
            Command::Back | Command::Problems => None,
            _ => Some(Overlay::Problems(chosen)),
        };
    }

    pub(super) fn show_problems(&mut self) {
        let here = self.choices.iter().position(|choice| choice.name == self.opening.name);
        self.overlay = Some(Overlay::Problems(here.unwrap_or(0)));
    }
}
