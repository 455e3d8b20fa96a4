//! The screen driven without a thread and without a terminal.

mod behaviour;
mod claims;
mod long;
mod map;
mod mouse;
mod networks;
mod picker;
mod problems;
mod screens;
mod trace;

use std::{path::Path, time::Duration};

use ratatui::{Terminal, backend::TestBackend};

use super::{
    action::{Action, Command, Effect},
    app::{App, Choice},
    panels, source,
    theme::{Brightness, Depth, Theme},
    worker::{Engine, Reply},
};
use crate::session::{Setup, setup::Overrides};

/// Three optimisers in a curved valley, whatever becomes of the bundled problem.
const VALLEY: &str = r#"
name = "valley"
summary = "A curved valley for tests"
steps = 60
tolerance = 0
[problem]
kind = "rosenbrock"
start = [-1.2, 1.0]
[view]
x = [-1.5, 1.5]
y = [-1.0, 1.5]
[[optimiser]]
name = "adam"
label = "Adam"
lr = 0.1
[[optimiser]]
name = "adamqlr"
label = "AdamQLR"
curvature = "hessian"
[[optimiser]]
name = "kfac"
label = "K-FAC"
"#;

/// A network that tells the handwritten digits apart, all that there is to see of one.
const DIGITS: &str = r#"
name = "digits"
summary = "Handwritten digits for tests"
steps = 60
[problem]
kind = "mlp"
layers = [64, 16, 10]
loss = "cross-entropy"
data = { set = "digits", validation = 0.1, test = 0.1 }
batch_size = 300
[[optimiser]]
name = "adam"
label = "Adam"
lr = 0.02
[[optimiser]]
name = "adamqlr"
label = "AdamQLR"
"#;

fn choice(name: &str, group: &str, summary: &str) -> Choice {
    let description = format!("{summary}, and what there is to see in it.\nAfter nobody in particular.");
    Choice { name: name.to_owned(), group: group.to_owned(), summary: summary.to_owned(), description, missing: None }
}

/// An app with its engine, which answers at once.
struct Stage {
    app: App,
    engine: Engine,
    exported: usize,
    quit: bool,
}

impl Stage {
    fn new(text: &str, size: (u16, u16), depth: Depth) -> Self {
        let setup = Setup::from_str(text, "test.toml", Path::new(""), &Overrides::default()).unwrap();
        let (engine, opening) = Engine::open(source::opener(setup, source::Pace::default())).unwrap();
        let choices = vec![
            choice("rosenbrock", "Valleys", "A curved valley"),
            choice("rosenbrock-10d", "Valleys", "Ten dimensions of valley"),
            choice("quadratic-round", "Bowls", "A round bowl"),
            Choice {
                missing: Some("it needs the data set moons: get it with `moonfetch`".to_owned()),
                ..choice("far-away", "Data", "A set that is not here")
            },
        ];
        let app = App::new(opening, choices, Theme::new(Brightness::Dark, depth));
        let mut stage = Self { app, engine, exported: 0, quit: false };
        stage.act(Action::Resize(size.0, size.1));
        stage
    }

    fn valley(size: (u16, u16)) -> Self {
        Self::new(VALLEY, size, Depth::True)
    }

    /// One action, and everything that follows from it.
    fn act(&mut self, action: Action) {
        let mut effects = self.app.update(action);
        loop {
            let mut replies: Vec<Reply> = Vec::new();
            for effect in effects.drain(..) {
                match effect {
                    Effect::Request(request) => replies.extend(self.engine.handle(request)),
                    Effect::Export(_) => self.exported += 1,
                    Effect::Quit => self.quit = true,
                    Effect::CaptureMouse(_) | Effect::Suspend => {}
                }
            }
            if replies.is_empty() && self.engine.busy() {
                replies.push(self.engine.work());
            }
            replies.extend(self.engine.news());
            if replies.is_empty() {
                return;
            }
            for reply in replies {
                effects.extend(self.app.update(Action::Reply(reply)));
            }
        }
    }

    fn press(&mut self, command: Command) -> &mut Self {
        self.act(Action::Command(command));
        self
    }

    fn times(&mut self, count: usize, command: Command) -> &mut Self {
        for _ in 0..count {
            self.press(command);
        }
        self
    }

    /// Lets time pass, frame by frame.
    fn wait(&mut self, time: Duration) {
        let frame = Duration::from_millis(20);
        for _ in 0..time.as_millis() / frame.as_millis() {
            self.act(Action::Tick(frame));
        }
    }

    fn message(&self) -> &str {
        self.app.message.as_ref().map_or("", |message| &message.text)
    }

    /// What the screen shows.
    fn screen(&self) -> TestBackend {
        let (width, height) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| panels::render(&self.app, frame.area(), frame.buffer_mut())).unwrap();
        terminal.backend().clone()
    }

    fn text(&self) -> String {
        self.screen().to_string()
    }
}
