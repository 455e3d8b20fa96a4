//! The worker: a thread that owns the session, so that the screen never waits for the mathematics.
//!
//! The screen asks ([`Request`]); the worker answers ([`Reply`]). It steps only up to the goal it was given last, in batches of a few
//! milliseconds, so what lies unread in the channel is bounded by the steps asked for.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    claim::Judgement,
    figure::{Look, Sight},
    optim::{Outcome, StepRecord},
    session::{
        Edit, EvaluationRecord, Evaluator, LaneHistory, Progress, Recalled, Refill, Session, Setup, setup::LaneSetup,
    },
};

use super::{
    judging::Judging,
    opening::{Opened, Opener, Opening, Source},
    trace::{Trace, TraceFiles},
};

/// How often who waits for the end of a slow step is asked whether to go on waiting.
const MOMENT: Duration = Duration::from_millis(20);
/// How long a batch of steps may take; a single step may take longer.
const BATCH: Duration = Duration::from_millis(6);

/// What the screen asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Open a problem in place of the one at hand.
    Open(Source),
    /// Change the lanes in the middle of the run; `seconds` is each one's own compute time up to there.
    Edit {
        /// The change.
        edit: Edit,
        /// By lanes of the edit.
        seconds: Vec<f64>,
        /// What the history needs again ([`History::needs`](crate::session::History::needs)).
        needs: Vec<u64>,
        /// The optimisers from then on.
        lanes: Vec<LaneSetup>,
    },
    /// Step until this step; a lower goal than before stops early.
    Advance {
        /// The last step wanted.
        until: u64,
    },
    /// A costly part of a picture.
    Look(Look, Purpose),
    /// Compute all lanes' steps `from..=to` again.
    Recall {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// End, and put the traces in their places.
    Close,
}

/// What a look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The screen.
    Screen,
    /// A PNG.
    Export,
}

/// A step of one lane.
#[derive(Debug)]
pub struct Step {
    /// Which lane.
    pub lane: usize,
    /// What it did.
    pub record: StepRecord,
    /// The lane's own compute time so far.
    pub seconds: f64,
}

/// An end of one lane.
#[derive(Debug)]
pub struct End {
    /// Which lane.
    pub lane: usize,
    /// After which step.
    pub step: u64,
    /// How.
    pub outcome: Outcome,
}

/// What the worker answers.
#[derive(Debug)]
pub enum Reply {
    /// The problem asked for is open.
    Opened(Box<Opening>),
    /// It could not be opened; the one before stays.
    NotOpened(String),
    /// The lanes were changed; steps told of from now on follow the edit.
    Edited {
        /// The change.
        edit: Edit,
        /// The optimisers from now on.
        lanes: Vec<LaneSetup>,
        /// What the history needs to follow.
        refill: Refill,
    },
    /// Steps, in order.
    Steps {
        /// All lanes' steps, step by step.
        steps: Vec<Step>,
        /// Lanes that ended.
        ends: Vec<End>,
        /// Whether every lane has ended.
        over: bool,
    },
    /// How a lane does on all of the data.
    Evaluated {
        /// Which lane.
        lane: usize,
        /// What was found.
        record: Box<EvaluationRecord>,
    },
    /// What came of the claims by a step.
    Judged {
        /// The step.
        step: u64,
        /// By claims, in file order.
        judgements: Vec<Judgement>,
    },
    /// A look that was asked for.
    Seen {
        /// What was asked for.
        look: Look,
        /// What for.
        purpose: Purpose,
        /// What was seen.
        sight: Sight,
    },
    /// Steps that were computed again, with their lanes.
    Recalled(Vec<(usize, Recalled)>),
    /// Something went wrong that does not stop the run.
    Warning(String),
    /// The traces are in their places, or why not.
    Closed(Result<(), String>),
}

/// The work itself, without a thread: also what tests drive directly.
pub struct Engine {
    opener: Opener,
    session: Session,
    evaluator: Option<Evaluator>,
    /// Judges the claims about the run, until all are settled.
    referee: Option<Judging>,
    /// Whether every lane has ended.
    over: bool,
    setup: Setup,
    traced: TraceFiles,
    trace: Option<Trace>,
    goal: u64,
    began: Instant,
}

impl Engine {
    /// Opens the first problem.
    ///
    /// # Errors
    /// The opener's sentence.
    pub fn open(mut opener: Opener) -> Result<(Self, Opening), String> {
        let Opened { mut session, evaluator, opening, setup } = opener(&Source::Again)?;
        let referee = Judging::new(&setup, &mut session);
        let (traced, began) = (TraceFiles::default(), Instant::now());
        let engine =
            Self { opener, session, evaluator, referee, over: false, setup, traced, trace: None, goal: 0, began };
        Ok((engine, opening))
    }

    /// Writes every step to files from now on.
    ///
    /// # Errors
    /// A sentence, if they cannot be written.
    pub fn trace(&mut self, files: TraceFiles) -> Result<(), String> {
        if !files.is_empty() {
            self.trace = Some(Trace::begin(&files, &self.setup, self.recorded())?);
        }
        self.traced = files;
        Ok(())
    }

    /// How many parameters a step records.
    fn recorded(&self) -> usize {
        self.session.empty_history().lanes().first().map_or(0, LaneHistory::recorded_params)
    }

    /// What there is to tell besides answers since this was asked last: what has gone wrong with the traces, what came of claims.
    pub fn news(&mut self) -> impl Iterator<Item = Reply> + use<> {
        let warning = self.trace.as_mut().and_then(Trace::news).map(Reply::Warning);
        let verdicts = self.referee.as_mut().map(Judging::verdicts);
        if self.referee.as_ref().is_some_and(|judging| judging.referee.is_over()) {
            self.referee = None;
        }
        warning.into_iter().chain(verdicts.into_iter().flatten())
    }

    /// Answers a request at once, or notes the goal.
    pub fn handle(&mut self, request: Request) -> Option<Reply> {
        match request {
            Request::Open(source) => Some(match (self.opener)(&source) {
                Ok(Opened { session, evaluator, opening, setup }) => {
                    (self.session, self.evaluator, self.setup) = (session, evaluator, setup);
                    (self.goal, self.over) = (0, false);
                    self.referee = Judging::new(&self.setup, &mut self.session);
                    let params = self.recorded();
                    if let Some(trace) = &mut self.trace {
                        trace.restart(&self.traced, &self.setup, params);
                    }
                    Reply::Opened(Box::new(opening))
                }
                Err(sentence) => Reply::NotOpened(sentence),
            }),
            Request::Edit { edit, seconds, needs, lanes } => {
                let refill = self.session.edit(&edit, &seconds, &needs);
                self.evaluator.iter_mut().for_each(|evaluator| evaluator.edited(&edit, &self.session));
                (self.goal, self.over) = (edit.step, false);
                // From here on it is another run than the claims are about.
                self.referee = None;
                let setup = Setup { lanes: lanes.clone(), ..self.setup.clone() };
                if let Some(trace) = &mut self.trace {
                    trace.edited(&edit, &self.setup, &setup);
                }
                self.setup = setup;
                Some(Reply::Edited { edit, lanes, refill })
            }
            Request::Advance { until } => {
                self.goal = until;
                None
            }
            Request::Look(look, purpose) => {
                let sight = look.take(&mut self.session);
                Some(Reply::Seen { look, purpose, sight })
            }
            Request::Recall { from, to } => {
                let mut recalled = Vec::new();
                for lane in 0..self.session.lanes() {
                    recalled.extend(self.session.recall(lane, from..=to).into_iter().map(|step| (lane, step)));
                }
                Some(Reply::Recalled(recalled))
            }
            Request::Close => {
                let steps: Vec<u64> = (0..self.session.lanes()).map(|lane| self.session.step(lane)).collect();
                Some(Reply::Closed(self.trace.take().map_or(Ok(()), |trace| trace.finish(&steps))))
            }
        }
    }

    /// Whether there are steps to take or lanes to evaluate.
    pub fn busy(&self) -> bool {
        self.session.latest() < self.goal || self.evaluation_is_due()
    }

    fn evaluation_is_due(&self) -> bool {
        let due = |evaluator: &Evaluator| self.over || evaluator.is_due(self.session.latest());
        self.evaluator.as_ref().is_some_and(|evaluator| due(evaluator) && evaluator.is_behind(&self.session))
    }

    /// Evaluates a lane, if that is due; else takes steps towards the goal, for no longer than a batch.
    pub fn work(&mut self) -> Reply {
        if self.evaluation_is_due()
            && let Some((lane, record)) = self.evaluator.as_mut().and_then(|evaluator| evaluator.next(&self.session))
        {
            if let Some(trace) = &mut self.trace {
                trace.evaluation(lane, &record);
            }
            return Reply::Evaluated { lane, record: Box::new(record) };
        }
        #[cfg(debug_assertions)]
        super::panic_if_asked("worker");
        let began = self.began;
        let clock = move || began.elapsed().as_secs_f64();
        let (mut steps, mut ends, mut over) = (Vec::new(), Vec::new(), false);
        let batch = Instant::now();
        while self.session.latest() < self.goal && batch.elapsed() < BATCH && !self.evaluation_is_due() {
            let (trace, judging) = (&mut self.trace, &mut self.referee);
            let more = self.session.advance(&clock, &mut |progress| {
                if let Some(trace) = trace {
                    trace.take(&progress);
                }
                if let Some(judging) = judging {
                    judging.referee.take(&progress);
                }
                match progress {
                    Progress::Step { lane, record, seconds } => {
                        steps.push(Step { lane, record: record.clone(), seconds });
                    }
                    Progress::Ended { lane, step, outcome } => ends.push(End { lane, step, outcome }),
                }
            });
            if !more {
                (over, self.over) = (true, true);
                self.goal = self.session.latest();
            }
            if let Some(judging) = &mut self.referee {
                judging.referee.conclude(&mut self.session);
                // The screen shows all but the last of the steps it asks for.
                let latest = self.session.latest();
                judging.judge(latest, self.setup.steps, latest + 1 >= self.goal);
            }
        }
        Reply::Steps { steps, ends, over }
    }
}

/// The screen's end of the worker.
#[derive(Debug)]
pub struct Worker {
    requests: Sender<Request>,
    closed: Receiver<Result<(), String>>,
}

impl Worker {
    /// Starts a worker; its first reply says whether the problem opened. `sink` takes the replies, `Err` for a panic's message,
    /// and returns false once nobody listens.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn spawn(
        opener: Opener,
        traced: TraceFiles,
        sink: impl Fn(Result<Reply, String>) -> bool + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, inbox) = mpsc::channel();
        let (closing, closed) = mpsc::channel();
        thread::Builder::new().name("worker".to_owned()).spawn(move || {
            let sink = |reply| match reply {
                Ok(Reply::Closed(result)) => {
                    let _ = closing.send(result);
                    false
                }
                reply => sink(reply),
            };
            let work = catch_unwind(AssertUnwindSafe(|| run(opener, traced, &inbox, &sink)));
            if let Err(panic) = work {
                sink(Err(sentence(panic.as_ref())));
            }
        })?;
        Ok(Self { requests, closed })
    }

    /// Ends the worker once it has done what it is doing, and waits for that until `given_up` says not to.
    ///
    /// # Errors
    /// A sentence, if a trace could not be written.
    pub fn close(&self, mut given_up: impl FnMut() -> bool) -> Result<(), String> {
        self.ask(Request::Close);
        loop {
            match self.closed.recv_timeout(MOMENT) {
                Ok(closed) => return closed,
                Err(RecvTimeoutError::Timeout) if !given_up() => {}
                // A worker that is gone has said so.
                Err(_) => return Ok(()),
            }
        }
    }

    /// Asks. A worker that is gone has said so through its sink.
    pub fn ask(&self, request: Request) {
        let _ = self.requests.send(request);
    }
}

/// What a panic said.
pub fn sentence(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

fn run(opener: Opener, traced: TraceFiles, inbox: &Receiver<Request>, sink: &impl Fn(Result<Reply, String>) -> bool) {
    let opened =
        Engine::open(opener).and_then(|(mut engine, opening)| engine.trace(traced).map(|()| (engine, opening)));
    let mut engine = match opened {
        Ok((engine, opening)) => {
            sink(Ok(Reply::Opened(Box::new(opening))));
            engine
        }
        Err(sentence) => {
            sink(Ok(Reply::NotOpened(sentence)));
            return;
        }
    };
    loop {
        let request = if engine.busy() {
            match inbox.try_recv() {
                Ok(request) => Some(request),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return,
            }
        } else {
            match inbox.recv() {
                Ok(request) => Some(request),
                Err(_) => return,
            }
        };
        let reply = match request {
            Some(request) => engine.handle(request),
            None => Some(engine.work()),
        };
        if reply.into_iter().chain(engine.news()).any(|reply| !sink(Ok(reply))) {
            return;
        }
    }
}
