//! `rhoscope train`: real training, without a screen and without a way back.

pub(super) mod plan;
mod progress;
mod report;

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
    time::Instant,
};

use super::{
    args::TrainArgs,
    failure::Failure,
    named,
    outputs::Outputs,
    recorder::{Earlier, Recorder},
    report::LaneReport,
    run,
    signals::Stop,
};
use crate::{
    data::checkpoint,
    problem::Part,
    session::{DataDigest, EvaluationRecord, Evaluator, Session, Setup, saved},
};
use plan::{Every, Plan};
use progress::Progress;

/// Trains.
pub(super) fn train(args: &TrainArgs) -> Result<(), Failure> {
    let stop = Stop::watch()?;
    let mut setup = named::open(&args.problem, &args.session.overrides())?;
    let checkpoint = args.checkpoint.as_deref().or(args.resume.as_deref());
    // Before the outputs are begun beside them.
    let earlier = match args.resume {
        Some(_) => Earlier::of(args.outputs.trace.as_deref(), args.outputs.csv.as_deref()),
        None => Earlier::default(),
    };
    let mut outputs = Outputs::open(&args.outputs, &setup, checkpoint)?;
    let mut session = setup.build()?;
    session.keep_no_past();
    run::tell(&setup, &session);
    let plan = Plan::new(args, &setup, &session)?;
    setup.steps = plan.steps;
    if let Some(path) = &plan.checkpoint {
        check_writable(path)?;
    }
    // Of large data it takes a second: only where a checkpoint needs it.
    let digest = plan.checkpoint.as_ref().map(|_| DataDigest::new(&session, setup.params_layout().1));
    if let (Some(path), Some(digest)) = (&args.resume, &digest) {
        resume(&setup, &mut session, digest, path)?;
    }
    let to_stdout = !outputs.use_stdout();
    if args.resume.is_some() {
        tell_of_the_end(&plan, session.latest());
    }
    let recorder = Recorder::new(&mut outputs, &setup, &session, &earlier)?;
    let Some(evaluator) = Evaluator::new(&session, Some(plan.eval_every)) else { return Ok(()) };
    let last = vec![None; setup.lanes.len()];
    let mut training = Training {
        setup: &setup,
        plan,
        session,
        digest,
        recorder,
        evaluator,
        last,
        checkpointed: None,
        unwritten: None,
    };
    let stopped = training.run(&stop)?;

    if stopped.is_none() {
        training.recorder.finish();
    }
    run::warn(&training.recorder);
    let table = training.table();
    let unwritten = training.unwritten_checkpoint();
    let Training { mut session, mut recorder, plan, .. } = training;
    run::write_results(&setup, &mut session, &mut recorder, outputs, args.outputs.theme, false)?;
    recorder.clear_away();
    let printed = if to_stdout { super::print(&table) } else { Ok(()) };
    if stopped.is_none() {
        // Of one that is stopped the terminal may be gone.
        printed?;
    }
    match stopped {
        Some(signal) => Err(Failure::Stopped(signal, farewell(&plan, session.latest(), unwritten))),
        None if let Some(problem) = unwritten => {
            Err(Failure::Result(format!("{problem}; everything else is complete")))
        }
        None => LaneReport::failure(&recorder.lanes).map_or(Ok(()), |failure| Err(Failure::Result(failure))),
    }
}

/// Says that there is nothing to do, where there is not.
fn tell_of_the_end(plan: &Plan, step: u64) {
    if step >= plan.steps {
        // A message that cannot be shown does not stop a training.
        let _ = writeln!(
            io::stderr(),
            "the checkpoint stands after step {step}, and {} steps were asked for: nothing to do",
            plan.steps
        );
    }
}

fn farewell(plan: &Plan, step: u64, unwritten: Option<String>) -> String {
    match (&plan.checkpoint, unwritten) {
        (Some(_), Some(problem)) => format!("interrupted after step {step}; {problem}"),
        (Some(path), None) => format!("interrupted after step {step}; go on with --resume {}", path.display()),
        (None, _) => format!("interrupted after step {step}; without --checkpoint there is nothing to go on from"),
    }
}

/// A checkpoint that cannot be written is found out before there is anything to lose.
fn check_writable(path: &Path) -> Result<(), Failure> {
    let refuse = |problem: &str| Failure::Input(format!("cannot write the checkpoint {}: {problem}", path.display()));
    if path.is_dir() || path.file_name().is_none() {
        return Err(refuse("it is a directory; give a file"));
    }
    let mut probe = path.as_os_str().to_owned();
    probe.push(".part");
    File::create(&probe).and_then(|_| std::fs::remove_file(&probe)).map_err(|error| refuse(&error.to_string()))
}

fn resume(setup: &Setup, session: &mut Session, digest: &DataDigest, path: &Path) -> Result<(), Failure> {
    let (kept, warning) = checkpoint::read(path).map_err(crate::session::SetupError::Data)?;
    let old = saved::restore(setup, session, digest, kept, &path.display().to_string())?;
    for warning in warning.into_iter().chain(old) {
        // A message that cannot be shown does not stop a training.
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    Ok(())
}

struct Training<'s> {
    setup: &'s Setup,
    plan: Plan,
    session: Session,
    /// Of the data; only where checkpoints are kept.
    digest: Option<DataDigest>,
    recorder: Recorder,
    evaluator: Evaluator,
    /// The last evaluation of every lane.
    last: Vec<Option<EvaluationRecord>>,
    /// The step of the last checkpoint that was written.
    checkpointed: Option<u64>,
    /// Why the last attempt at a checkpoint failed, if it did.
    unwritten: Option<String>,
}

impl Training<'_> {
    /// Takes the steps; the signal that stopped it, if one did.
    fn run(&mut self, stop: &Stop) -> Result<Option<i32>, Failure> {
        let from = self.session.latest();
        let progress = Progress::new(&self.plan, from, self.examples() * self.session.lanes() as f64);
        if from == 0 {
            self.evaluate(&progress)?;
        }
        let started = Instant::now();
        let clock = || started.elapsed().as_secs_f64();
        let mut kept = (from, Instant::now());
        let mut step = from;
        while step < self.plan.steps {
            let Self { session, recorder, .. } = self;
            let more = session.advance(&clock, &mut |progress| recorder.take(progress));
            recorder.check()?;
            step += 1;
            progress.at(step);
            if self.evaluator.is_due(step) {
                self.evaluate(&progress)?;
            }
            let due = match self.plan.checkpoint_every {
                Every::Steps(steps) => step - kept.0 >= steps,
                Every::Time(time) => kept.1.elapsed() >= time,
            };
            if due {
                self.keep(&progress);
                kept = (step, Instant::now());
            }
            if let Some(signal) = stop.asked() {
                if kept.0 < step {
                    self.keep(&progress);
                }
                return Ok(Some(signal));
            }
            if !more {
                break;
            }
            if self.plan.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                progress.say(&format!("the time limit is reached after step {step} of {}", self.plan.steps));
                break;
            }
        }
        self.evaluate(&progress)?;
        if kept.0 < step || step == from {
            self.keep(&progress);
        }
        Ok(None)
    }

    /// Looks at every lane that has moved since it was last looked at.
    fn evaluate(&mut self, progress: &Progress) -> Result<(), Failure> {
        while let Some((lane, record)) = self.evaluator.next(&self.session) {
            self.recorder.evaluation(lane, &record)?;
            progress.say(&report::line(&self.setup.lanes[lane].label, &record));
            self.last[lane] = Some(record);
        }
        Ok(())
    }

    /// Keeps a checkpoint. One that cannot be written does not end the training.
    fn keep(&mut self, progress: &Progress) {
        let (Some(path), Some(digest)) = (&self.plan.checkpoint, &self.digest) else { return };
        // The traces lead up to every checkpoint. One that cannot be written is found out at the next step.
        let _ = self.recorder.flush();
        let encoded = saved::checkpoint(self.setup, &mut self.session, digest).encode();
        let written = encoded.map_err(io::Error::other).and_then(|bytes| checkpoint::write(path, &bytes));
        match written {
            Ok(()) => (self.checkpointed, self.unwritten) = (Some(self.session.latest()), None),
            Err(error) => {
                let problem = match error.kind() {
                    io::ErrorKind::StorageFull => "the disk is full".to_owned(),
                    _ => error.to_string(),
                };
                progress.say(&format!("warning: cannot write the checkpoint {}: {problem}", path.display()));
                self.unwritten = Some(problem);
            }
        }
    }

    /// What to say of a checkpoint that was asked for and is not there.
    fn unwritten_checkpoint(&self) -> Option<String> {
        let (path, problem) = (self.plan.checkpoint.as_ref()?.display(), self.unwritten.as_ref()?);
        let last = match self.checkpointed {
            Some(step) => format!("; the last one that was written is of step {step}"),
            None => String::new(),
        };
        Some(format!("the checkpoint {path} could not be written: {problem}{last}"))
    }

    /// How many examples a step sees, on average.
    fn examples(&self) -> f64 {
        self.session.count(Part::Train) as f64 / self.plan.per_epoch as f64
    }

    fn table(&self) -> String {
        let labels: Vec<&str> = self.setup.lanes.iter().map(|lane| lane.label.as_str()).collect();
        report::table(&self.recorder.lanes, &labels, &self.last, self.examples())
    }
}
