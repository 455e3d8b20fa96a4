//! The state of the screen. Only [`App::update`] changes it; views take it by shared reference.

mod claims;
mod event_list;
mod events;
mod lanes;
mod optimisers;
mod overlays;
mod picker;
mod picture;
mod pointer;
mod problem_menu;
mod recall;
mod start;
mod time;
mod zoom;

use std::collections::VecDeque;

use crate::{
    figure::{Family, LaneStyle, LossAxis, RateView, View, XAxis, events::Events, lane_styles, number::short},
    session::{History, LaneHistory},
};

use super::{
    action::{Action, Command, Effect},
    keys::{self, Context},
    layout::{self, Arrangement, Panel},
    opening::{Opening, Source},
    theme::{Brightness, Depth, Theme},
    worker::{End, Reply, Request, Step},
};

pub use claims::Claims;
pub use event_list::{EventList, Listed};
pub use picker::{Entry, Mode, Picker, Typing};
pub use picture::Picture;
pub use problem_menu::{Choice, ProblemMenu};
pub use start::Start;
pub use time::{SPEEDS, speed_name};
pub use zoom::Zoom;

/// What lies over the panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The keys, from this row on.
    Help(usize),
    /// The bundled problems.
    Problems,
    /// What happened to the optimisers.
    Events,
    /// What the run is to show, and whether it does.
    Claims,
    /// The optimisers, to be changed.
    Optimisers,
}

/// One line for the user, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// A sentence.
    pub text: String,
    /// Whether something went wrong.
    pub warning: bool,
}

/// The state of the screen.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and all combinations occur")]
pub struct App {
    /// The problem and its optimisers.
    pub opening: Opening,
    /// What happened so far.
    pub history: History,
    /// How each lane looks.
    pub styles: Vec<LaneStyle>,
    /// The step shown; 0 is the start.
    pub cursor: usize,
    /// The step the user asked for, beyond the latest while it is being computed.
    pub wanted: usize,
    /// The lane explained.
    pub lane: usize,
    /// Lanes not drawn.
    pub hidden: Vec<bool>,
    /// Whether the cursor moves by itself.
    pub playing: bool,
    /// Which of [`SPEEDS`].
    pub speed: usize,
    /// The furthest step the user has asked for. Nothing beyond is shown.
    reach: usize,
    /// Steps computed beyond the reach, in order: at least one, since only the next step tells f where this one arrived.
    ahead: VecDeque<Step>,
    /// Ends beyond the reach.
    ends_ahead: Vec<End>,
    /// Where playing pauses.
    pub limit: usize,
    /// The panel that zooming and maximising are about.
    pub focus: Panel,
    /// Whether the focused panel has all the room.
    pub maximised: bool,
    /// What the large panel shows.
    pub view: View,
    /// What the traces are drawn over.
    pub x_axis: XAxis,
    /// What the second trace shows.
    pub rate: RateView,
    /// What the loss axis is fitted to.
    pub loss_axis: LossAxis,
    /// How near the panels are looked at.
    pub zoom: Zoom,
    /// The colours.
    pub theme: Theme,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// The cell of the map that was clicked once: a second click starts there.
    start_asked: Option<(u16, u16)>,
    /// What to tell the user.
    pub message: Option<Message>,
    /// What lies over the panels.
    pub overlay: Option<Overlay>,
    /// The optimisers as they are being put together, from opening the overlay until the worker has taken them.
    pub picker: Option<Picker>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The bundled problems.
    pub choices: Vec<Choice>,
    /// Which of them are listed, and which one is chosen.
    pub menu: ProblemMenu,
    /// What happened to the optimisers, while it is listed.
    pub event_list: EventList,
    /// What the run is to show, and whether it does.
    pub claims: Claims,
    /// The large panel's costly part.
    pub picture: Picture,
    /// What happened to each lane, as far as it is recorded.
    events: Vec<Events>,
    /// Whether steps are being computed again.
    recalling: bool,
    /// Whether a problem is being opened, so that the one before is to stand still.
    opening_another: bool,
    /// Whether every lane has ended.
    over: bool,
    /// The goal the worker was given last.
    asked: usize,
    /// Part of a step that playing has not made yet.
    carry: f64,
    /// Whether playing begins once the cursor is where it is wanted.
    plays_on_arrival: bool,
    effects: Vec<Effect>,
}

impl App {
    /// The screen of a problem that has just been opened.
    pub fn new(opening: Opening, choices: Vec<Choice>, theme: Theme) -> Self {
        let mut app = Self {
            history: History::default(),
            styles: Vec::new(),
            cursor: 0,
            wanted: 0,
            lane: 0,
            hidden: Vec::new(),
            playing: false,
            speed: time::DEFAULT_SPEED,
            reach: 0,
            ahead: VecDeque::new(),
            ends_ahead: Vec::new(),
            limit: 0,
            focus: Panel::Main,
            maximised: false,
            view: View::Map,
            x_axis: XAxis::Step,
            rate: RateView::default(),
            loss_axis: LossAxis::default(),
            zoom: Zoom::default(),
            theme,
            mouse: false,
            start_asked: None,
            message: None,
            overlay: None,
            picker: None,
            size: (0, 0),
            choices,
            menu: ProblemMenu::default(),
            event_list: EventList::default(),
            claims: Claims::default(),
            picture: Picture::default(),
            events: Vec::new(),
            recalling: false,
            opening_another: false,
            over: false,
            asked: 0,
            carry: 0.0,
            plays_on_arrival: false,
            effects: Vec::new(),
            opening: opening.clone(),
        };
        app.open(opening);
        if !app.opening.notes.is_empty() {
            app.warn(app.opening.notes.join("; "));
        }
        app
    }

    /// Takes note of what happened and returns what is to be done about it.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Key(event) => {
                if let Some(command) = keys::command(event, self.context()) {
                    (self.message, self.start_asked, self.plays_on_arrival) = (None, None, false);
                    self.command(command);
                }
            }
            Action::Command(command) => {
                self.message = None;
                self.command(command);
            }
            Action::Resize(columns, rows) => self.size = (columns, rows),
            Action::Tick(elapsed) => self.tick(elapsed),
            Action::Reply(reply) => self.reply(reply),
            Action::Exported(Ok(path)) => self.tell(format!("exported to {}", path.display())),
            Action::Exported(Err(sentence)) => self.warn(sentence),
            Action::Mouse(what, column, row) => self.mouse(what, column, row),
        }
        self.request_recall();
        self.request_picture();
        std::mem::take(&mut self.effects)
    }

    /// What keys are about.
    fn context(&self) -> Context {
        match (self.overlay, &self.picker) {
            (Some(Overlay::Optimisers), Some(picker)) => picker.context(),
            (Some(Overlay::Problems), _) if self.menu.typing => Context::Typing,
            (Some(_), _) => Context::Choices,
            (None, _) => Context::Panels,
        }
    }

    /// Where everything is.
    pub fn arrangement(&self) -> Arrangement {
        let rows = layout::Rows { lanes: self.history.lanes().len(), claims: self.claims.specs.len() };
        layout::arrange(self.size, rows, self.maximised.then_some(self.focus))
    }

    /// Whether playing moves the cursor, so that time must be told to pass.
    pub fn animated(&self) -> bool {
        self.playing
    }

    /// Whether the worker has been asked for steps that have not come.
    pub fn computing(&self) -> bool {
        !self.over && self.wanted > self.history.latest()
    }

    /// All that the large panel can show.
    pub fn views(&self) -> Vec<View> {
        View::all(&self.opening.geometry, self.opening.data.as_ref())
    }

    /// The lane explained.
    pub fn lane_history(&self) -> &LaneHistory {
        &self.history.lanes()[self.lane]
    }

    fn open(&mut self, opening: Opening) {
        let families: Vec<Family> = opening.lanes.iter().map(|lane| Family::of(&lane.recipe)).collect();
        self.styles = lane_styles(&families);
        self.hidden = vec![false; opening.lanes.len()];
        // The optimiser that adapts everything has most to explain: AdamQLR where there is one, else another with a model.
        let most_telling = [Family::AdamQlr, Family::SgdQlr, Family::Kfac];
        let first = |family: &Family| families.iter().position(|other| other == family);
        self.lane = most_telling.iter().find_map(first).unwrap_or(0);
        self.history = opening.history.clone();
        self.limit = usize::try_from(opening.steps).unwrap_or(usize::MAX);
        self.zoom = Zoom::default();
        self.rate = RateView::suited(opening.lanes.iter().map(|lane| &lane.recipe));
        self.picture = Picture::default();
        (self.cursor, self.wanted, self.reach, self.asked, self.carry) = (0, 0, 0, 0, 0.0);
        (self.playing, self.over, self.opening_another, self.recalling) = (false, false, false, false);
        self.ahead.clear();
        self.ends_ahead.clear();
        self.events.clear();
        self.claims = Claims::new(opening.claims.clone());
        self.opening = opening;
        let views = self.views();
        if !views.contains(&self.view) {
            self.view = views.first().copied().unwrap_or(View::Map);
        }
        if let Some(picker) = self.picker.take() {
            self.lane = picker.chosen.min(self.opening.lanes.len().saturating_sub(1));
        }
        self.ask_until(1);
        self.play_where_arrived();
    }

    fn tell(&mut self, text: impl Into<String>) {
        self.message = Some(Message { text: text.into(), warning: false });
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.message = Some(Message { text: text.into(), warning: true });
    }

    fn ask(&mut self, request: Request) {
        self.effects.push(Effect::Request(request));
    }

    fn reply(&mut self, reply: Reply) {
        match reply {
            Reply::Opened(opening) => self.open(*opening),
            Reply::NotOpened(sentence) => {
                (self.opening_another, self.plays_on_arrival) = (false, false);
                self.record(Vec::new(), Vec::new(), false);
                self.refused(sentence);
            }
            Reply::Edited { edit, lanes, refill } => self.edited(&edit, lanes, &refill),
            Reply::Recalled(steps) => self.recalled(steps),
            Reply::Warning(sentence) | Reply::Closed(Err(sentence)) => self.warn(sentence),
            Reply::Closed(Ok(())) => {}
            // What comes before another problem is open is still about the one at hand, which stays if that cannot be opened.
            Reply::Steps { steps, ends, over } if self.opening_another => self.take_in(steps, ends, over),
            Reply::Steps { steps, ends, over } => self.record(steps, ends, over),
            Reply::Evaluated { lane, record } => self.history.lane_mut(lane).evaluated(*record),
            Reply::Judged { step, judgements } => self.judged(step, judgements),
            Reply::Seen { look, purpose, sight } => self.seen(look, purpose, sight),
        }
    }

    fn command(&mut self, command: Command) {
        match self.overlay {
            Some(Overlay::Problems) => return self.problems_command(command),
            Some(Overlay::Events) => return self.events_command(command),
            Some(Overlay::Claims) => return self.claims_command(command),
            Some(Overlay::Help(top)) => return self.help_command(command, top),
            Some(Overlay::Optimisers) => return self.picker_command(command),
            None => {}
        }
        match command {
            Command::PlayPause => self.play_or_pause(),
            Command::Step(by) => self.step(by),
            Command::First => self.seek(0),
            Command::Latest => self.seek(self.history.latest()),
            Command::Faster => self.change_speed(true),
            Command::Slower => self.change_speed(false),
            Command::Up => self.choose_lane(false),
            Command::Down => self.choose_lane(true),
            Command::ToggleLane(lane) => self.toggle_lane(lane),
            Command::FocusNext => self.focus = self.focus.next(),
            Command::FocusPrevious => self.focus = self.focus.previous(),
            Command::Enter => self.maximised = !self.maximised,
            Command::ZoomIn => self.zoom_in(None),
            Command::ZoomOut => self.zoom_out(None),
            Command::ZoomReset => self.zoom_reset(),
            Command::NextView => self.next_view(),
            Command::NextXAxis => self.next_x_axis(),
            Command::NextRate => self.next_rate(),
            Command::NextLossAxis => self.next_loss_axis(),
            Command::ZoomHeight(closer) => self.zoom_height(closer),
            Command::NextEvent => self.jump(true),
            Command::PreviousEvent => self.jump(false),
            Command::Export => self.export(),
            Command::Events => self.show_events(),
            Command::Claims => self.show_claims(),
            Command::Problems => self.show_problems(false),
            Command::Filter => self.show_problems(true),
            Command::NextProblem(by) => self.next_problem(by),
            Command::Optimisers => self.show_optimisers(),
            // It means something only while the optimisers are open.
            Command::Change(_) => {}
            Command::Restart => self.open_another(Source::With(self.opening.lanes.clone())),
            Command::NextTheme => self.next_theme(),
            Command::Mouse => self.toggle_mouse(),
            Command::Help => self.overlay = Some(Overlay::Help(0)),
            Command::Back => self.back(),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Quit => self.effects.push(Effect::Quit),
        }
    }

    fn open_another(&mut self, source: Source) {
        self.playing = false;
        self.opening_another = true;
        // As the first one does; a restart waits, to be stepped through.
        self.plays_on_arrival = matches!(source, Source::Bundled(_));
        self.tell(match &source {
            Source::Again | Source::With(_) => "restarted".to_owned(),
            Source::From([x, y], _) => format!("started at ({}, {})", short(*x), short(*y)),
            Source::Bundled(name) => format!("opened {name}"),
        });
        self.ask(Request::Open(source));
    }

    fn back(&mut self) {
        if self.maximised {
            self.maximised = false;
        } else if self.playing {
            self.play_or_pause();
        }
    }

    fn next_view(&mut self) {
        let views = self.views();
        let at = views.iter().position(|view| *view == self.view).unwrap_or_default();
        let next = views.get((at + 1) % views.len().max(1)).copied().unwrap_or(self.view);
        if next == self.view {
            return self.tell("this problem has no other view");
        }
        self.view = next;
        self.tell(format!("view: {}; v goes on", next.words()));
    }

    fn next_x_axis(&mut self) {
        self.x_axis = self.x_axis.next();
        self.tell(match self.x_axis {
            XAxis::Step => "x axis: steps",
            XAxis::Evaluations => "x axis: evaluations; a gradient or a curvature product counts 1, a loss alone ½",
            XAxis::Seconds => "x axis: seconds of each optimiser's own compute time; first steps include warm-up",
        });
    }

    fn next_theme(&mut self) {
        if self.theme.depth == Depth::Monochrome {
            return self.tell("colours are turned off by the environment (NO_COLOR)");
        }
        self.theme.brightness = match self.theme.brightness {
            Brightness::Dark => Brightness::Light,
            Brightness::Light => Brightness::Projector,
            Brightness::Projector => Brightness::Dark,
        };
    }
}
