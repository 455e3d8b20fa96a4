//! `rhoscope check`: whether what problem files claim of their runs is so.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{args::CheckArgs, failure::Failure, named, signals::Stop};
use crate::{
    claim::Judgement,
    data::DataError,
    figure::claims,
    session::{
        Progress, Referee, Setup, SetupError,
        setup::{BUNDLED, ClaimSpec, Overrides},
    },
};

/// Shorter checks need no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// What came of a problem's claims.
enum Checked {
    /// Every claim with what was judged for each of its seeds.
    Judged(String, Vec<(ClaimSpec, Vec<(u64, Judgement)>)>),
    /// It makes none.
    WithoutClaims(String),
    /// Its data are not here; the sentence says how to get them.
    Skipped(String, String),
    /// A signal came first.
    Interrupted,
}

/// Plays the problems and prints whether their claims hold.
pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let names: Vec<String> = match &args.problems[..] {
        [] => BUNDLED.iter().map(|bundled| bundled.name.to_owned()).collect(),
        names => names.to_vec(),
    };
    let stop = Stop::watch()?;
    let checked = in_parallel(&names, |name| check_one(name, args.data_dir.as_ref(), args.problems.is_empty(), &stop));
    if let Some(signal) = stop.asked() {
        return Err(Failure::Interrupted(signal));
    }
    let mut text = String::new();
    let (mut holding, mut failing) = (0, 0);
    let mut fault = None;
    for checked in checked {
        match checked {
            Ok(Checked::Judged(name, judged)) => {
                for (spec, by_seed) in &judged {
                    let holds = by_seed.iter().all(|(_, judgement)| judgement.holds == Some(true));
                    *(if holds { &mut holding } else { &mut failing }) += 1;
                    write_claim(&mut text, &name, spec, by_seed, holds);
                }
            }
            // Writing to a string does not fail.
            Ok(Checked::WithoutClaims(name)) => drop(writeln!(text, "- {name}: makes no claim")),
            Ok(Checked::Skipped(name, reason)) => drop(writeln!(text, "- {name}: skipped, {reason}")),
            Ok(Checked::Interrupted) => {}
            Err(failure) => drop(fault.get_or_insert(failure)),
        }
    }
    super::print(&text)?;
    if let Some(failure) = fault {
        return Err(failure);
    }
    match (holding, failing) {
        (0, 0) => super::print("no claim was checked\n"),
        (all, 0) => super::print(&format!("all {all} claims hold\n")),
        (_, 1) => Err(Failure::Result("1 claim does not hold".to_owned())),
        (_, failing) => Err(Failure::Result(format!("{failing} claims do not hold"))),
    }
}

/// Works on all items, as many at a time as there are processors, and gives the results in order.
fn in_parallel<R: Send>(names: &[String], work: impl Fn(&str) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(names.len()).max(1);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let began = Instant::now();
    let watched = io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(name) = names.get(index) else { break };
                    let result = work(name);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut shown = false;
        while watched && done.load(Ordering::Relaxed) < names.len() {
            thread::sleep(Duration::from_millis(50));
            if began.elapsed() > PATIENCE {
                shown = true;
                // A terminal that cannot be written to does not stop a check.
                let _ = write!(io::stderr(), "\r\x1b[Kchecked {} of {}", done.load(Ordering::Relaxed), names.len());
            }
        }
        if shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Plays a problem's own run once for every seed that its claims name.
fn check_one(name: &str, data_dir: Option<&PathBuf>, skippable: bool, stop: &Stop) -> Result<Checked, Failure> {
    let overrides = |seed| Overrides { seed, data_folder: data_dir.cloned(), ..Overrides::default() };
    let setup = named::open(name.as_ref(), &overrides(None))?;
    if setup.claims.is_empty() {
        return Ok(Checked::WithoutClaims(name.to_owned()));
    }
    let mut seeds: Vec<u64> = setup.claims.iter().flat_map(|spec| spec.seeds.iter().copied()).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let mut judged: Vec<_> = setup.claims.iter().map(|spec| (spec.clone(), Vec::new())).collect();
    for seed in seeds {
        let setup = named::open(name.as_ref(), &overrides(Some(seed)))?;
        let judgements = match play(&setup, stop) {
            Ok(Some(judgements)) => judgements,
            Ok(None) => return Ok(Checked::Interrupted),
            Err(error @ SetupError::Data(DataError::Absent { .. })) if skippable => {
                return Ok(Checked::Skipped(name.to_owned(), error.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        let of_this_seed = judged.iter_mut().filter(|(spec, _)| spec.seeds.contains(&seed));
        for ((_, by_seed), judgement) in of_this_seed.zip(judgements) {
            by_seed.push((seed, judgement));
        }
    }
    Ok(Checked::Judged(name.to_owned(), judged))
}

/// Takes all steps of a run; `None` if a signal came first.
fn play(setup: &Setup, stop: &Stop) -> Result<Option<Vec<Judgement>>, SetupError> {
    let mut session = setup.build()?;
    session.keep_no_past();
    let Some(mut referee) = Referee::new(setup, &mut session) else { return Ok(Some(Vec::new())) };
    for _ in 0..setup.steps {
        let more = session.advance(&|| 0.0, &mut |progress: Progress<'_>| referee.take(&progress));
        referee.conclude(&mut session);
        if stop.asked().is_some() {
            return Ok(None);
        }
        if !more {
            break;
        }
    }
    Ok(Some(referee.judge().to_vec()))
}

fn write_claim(text: &mut String, name: &str, spec: &ClaimSpec, by_seed: &[(u64, Judgement)], holds: bool) {
    let (mark, word) = (claims::mark(Some(holds)), claims::word(Some(holds)));
    let _ = writeln!(text, "{mark} {name}: {word}: {}", spec.says);
    for (seed, judgement) in by_seed {
        let several = by_seed.len() > 1;
        if several {
            let _ = writeln!(text, "    {} seed {seed}", claims::mark(judgement.holds));
        }
        for side in &judgement.sides {
            let indent = if several { "        " } else { "    " };
            let _ = writeln!(text, "{indent}{} {}", claims::mark(side.holds), claims::side(side));
        }
    }
}
