//! One frame of the screen with three lanes of 100 000 steps, and what a key does to it.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use divan::Bencher;
use ratatui::{buffer::Buffer, layout::Rect};
use rhoscope::{
    session::{Setup, setup::Overrides},
    tui::{
        action::{Action, Command, Effect},
        app::App,
        panels, source,
        theme::{Brightness, Depth, Theme},
        worker::Engine,
    },
};

fn main() {
    divan::main();
}

const STEPS: u64 = 100_000;
const SIZES: [(u16, u16); 2] = [(120, 40), (300, 100)];

/// Three lanes that never end: the history of a long afternoon.
const VALLEY: &str = r#"
name = "valley"
steps = 100000
tolerance = 0
[problem]
kind = "rosenbrock"
[view]
x = [-1.5, 1.5]
y = [-1.0, 1.5]
[[optimiser]]
name = "adam"
label = "Adam"
lr = 0.00001
monitor = true
[[optimiser]]
name = "sgd"
lr = 0.00001
monitor = true
[[optimiser]]
name = "sgd"
lr = 0.00001
momentum = 0.5
monitor = true
"#;

struct Stage {
    app: App,
    engine: Engine,
}

impl Stage {
    fn new((width, height): (u16, u16), steps: u64) -> Self {
        let setup = Setup::from_str(VALLEY, "valley.toml", Path::new(""), &Overrides::default()).unwrap();
        let (engine, opening) = Engine::open(source::opener(setup, source::Pace::default())).unwrap();
        let app = App::new(opening, Vec::new(), Theme::new(Brightness::Dark, Depth::True));
        let mut stage = Self { app, engine };
        stage.act(Action::Resize(width, height));
        stage.act(Action::Command(Command::Step(steps.cast_signed())));
        assert_eq!(stage.app.history.latest(), steps as usize);
        stage
    }

    /// One action and everything that follows from it.
    fn act(&mut self, action: Action) {
        let mut effects = self.app.update(action);
        loop {
            while let Some(effect) = effects.pop() {
                if let Effect::Request(request) = effect
                    && let Some(reply) = self.engine.handle(request)
                {
                    effects.extend(self.app.update(Action::Reply(reply)));
                }
            }
            if !self.engine.busy() {
                return;
            }
            let reply = self.engine.work();
            effects.extend(self.app.update(Action::Reply(reply)));
        }
    }

    fn area(&self) -> Rect {
        Rect::new(0, 0, self.app.size.0, self.app.size.1)
    }
}

/// Drawing what is there.
#[divan::bench(args = SIZES)]
fn frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let stage = Stage::new(size, STEPS);
    let mut buffer = Buffer::empty(stage.area());
    bencher.bench_local(|| panels::render(&stage.app, stage.area(), &mut buffer));
}

/// A key and the frame that answers it.
#[divan::bench(args = SIZES)]
fn step_back_and_draw(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut stage = Stage::new(size, STEPS);
    let mut buffer = Buffer::empty(stage.area());
    let mut back = true;
    bencher.bench_local(|| {
        stage.act(Action::Command(if back { Command::Step(-1) } else { Command::Step(1) }));
        back = !back;
        panels::render(&stage.app, stage.area(), &mut buffer);
    });
}

/// A key in a part of a run that is long gone, the steps it needs taken again, and the frame that answers it.
#[divan::bench(args = SIZES)]
fn step_back_long_ago_and_draw(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut stage = Stage::new(size, 20 * STEPS);
    let mut buffer = Buffer::empty(stage.area());
    stage.act(Action::Command(Command::Step(-(15 * STEPS).cast_signed())));
    bencher.bench_local(|| {
        stage.act(Action::Command(Command::Step(-10)));
        panels::render(&stage.app, stage.area(), &mut buffer);
    });
}

/// The same without the frame.
#[divan::bench]
fn steps_taken_again(bencher: Bencher<'_, '_>) {
    let mut stage = Stage::new(SIZES[0], 20 * STEPS);
    stage.act(Action::Command(Command::Step(-(15 * STEPS).cast_signed())));
    bencher.bench_local(|| stage.act(Action::Command(Command::Step(-100))));
    assert!(stage.app.lane_history().resolution(stage.app.cursor) > 1);
}
