//! Keys while something lies over the panels.

use super::{
    super::action::{Command, Effect},
    App, Overlay,
};

/// Where a command moves the choice in a list that ends at `last`, if it moves it.
pub(super) fn moved(chosen: usize, last: usize, command: Command) -> Option<usize> {
    match command {
        Command::Up => Some(chosen.saturating_sub(1)),
        Command::Down => Some((chosen + 1).min(last)),
        Command::First => Some(0),
        Command::Latest => Some(last),
        _ => None,
    }
}

impl App {
    /// What a command means in any list that lies over the panels.
    pub(super) fn list_command(&mut self, command: Command) {
        match command {
            Command::Back => self.overlay = None,
            Command::Events => self.show_events(),
            Command::Claims => self.show_claims(),
            Command::Problems => self.show_problems(false),
            Command::Filter => self.show_problems(true),
            Command::Help => self.overlay = Some(Overlay::Help(0)),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Quit => self.effects.push(Effect::Quit),
            _ => {}
        }
    }

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
