//! Keys while something lies over the panels.

use super::{
    super::action::{Command, Effect},
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
            Command::First => Some(Overlay::Help(0)),
            Command::Down | Command::Step(1..) => Some(Overlay::Help(top + 1)),
            Command::Up | Command::Step(_) => Some(Overlay::Help(top.saturating_sub(1))),
            _ => None,
        };
    }
}
