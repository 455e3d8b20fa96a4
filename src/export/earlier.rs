//! Going on with earlier traces: of a run that is taken up again, and of one whose lanes were changed. What they hold up to there stays.

use std::io::{self, BufRead, Read, Write};

use serde_json::Value;

use super::{CsvTrace, JsonTrace};
use crate::session::{Setup, saved::difference};

/// Why a trace cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// It cannot be read, or what is kept of it cannot be written.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not one of a trace.
    #[error("is not such a trace: line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What was found and what is accepted.
        problem: String,
    },
    /// It tells of another run.
    #[error("tells of another run: {0}")]
    Other(String),
    /// It ends before the place where the run is taken up again, or begins after it.
    #[error("has the steps of {label} up to {found}, but the checkpoint stands at step {expected}")]
    Gap {
        /// The lane.
        label: String,
        /// Its last step.
        found: u64,
        /// Where the run stands.
        expected: u64,
    },
}

/// What a line of a trace tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Step,
    Evaluation,
    Outcome,
}

/// Says of a line, by its label, step and what it tells, which lane goes on with it; `None` where it is left out.
type Keep<'k> = &'k mut dyn FnMut(&str, u64, Told) -> Result<Option<usize>, EarlierError>;

/// How far each lane's steps have been seen, and how far they are wanted.
struct Reach<'a> {
    setup: &'a Setup,
    stands: &'a [u64],
    found: Vec<u64>,
}

impl<'a> Reach<'a> {
    fn new(setup: &'a Setup, stands: &'a [u64]) -> Self {
        Self { setup, stands, found: vec![0; setup.lanes.len()] }
    }

    /// Keeps what lanes have done by now; how they ended then is left out.
    fn keep(&mut self, label: &str, step: u64, told: Told) -> Result<Option<usize>, EarlierError> {
        let lane = self.setup.lanes.iter().position(|lane| lane.label == label);
        let lane =
            lane.ok_or_else(|| EarlierError::Other(format!("it has an optimiser {label:?}, which is not here")))?;
        let keeps = told != Told::Outcome && step <= self.stands[lane];
        if keeps && told == Told::Step {
            self.found[lane] = self.found[lane].max(step);
        }
        Ok(keeps.then_some(lane))
    }

    fn check(&self) -> Result<(), EarlierError> {
        match (0..self.found.len()).find(|&lane| self.found[lane] != self.stands[lane]) {
            None => Ok(()),
            Some(lane) => Err(EarlierError::Gap {
                label: self.setup.lanes[lane].label.clone(),
                found: self.found[lane],
                expected: self.stands[lane],
            }),
        }
    }
}

/// Keeps the steps up to `last` of the lanes that `kept` names, each by its label then and its number now.
fn up_to<'k>(
    kept: &'k [(&str, usize)],
    last: u64,
) -> impl FnMut(&str, u64, Told) -> Result<Option<usize>, EarlierError> + 'k {
    move |label, step, told| {
        let lane = kept.iter().find(|(before, _)| *before == label).map(|(_, lane)| *lane);
        Ok(lane.filter(|_| told != Told::Outcome && step <= last))
    }
}

impl<W: Write> JsonTrace<W> {
    /// Goes on with an earlier trace of the same run, whose lanes stand after these steps now.
    ///
    /// # Errors
    /// If it cannot be read or written, is no trace, tells of another run, or lacks steps.
    pub fn continued(out: W, mut earlier: impl BufRead, setup: &Setup, stands: &[u64]) -> Result<Self, EarlierError> {
        let begins_after = same_run(&header(&mut earlier)?, setup)?;
        let mut trace = Self::new(out, setup, begins_after)?;
        let mut reach = Reach::new(setup, stands);
        trace.take_over(earlier, &mut |label, step, told| reach.keep(label, step, told))?;
        reach.check()?;
        Ok(trace)
    }

    /// Goes on with the trace of a run whose lanes were changed after step `last`: `kept` names those that stayed, each by its label
    /// then and its number now.
    ///
    /// # Errors
    /// If it cannot be read or written, or is no trace.
    pub fn edited(
        out: W,
        mut earlier: impl BufRead,
        setup: &Setup,
        kept: &[(&str, usize)],
        last: u64,
    ) -> Result<Self, EarlierError> {
        header(&mut earlier)?;
        let mut trace = Self::new(out, setup, 0)?;
        trace.take_over(earlier, &mut up_to(kept, last))?;
        Ok(trace)
    }

    /// Takes over lines after a header.
    fn take_over(&mut self, mut earlier: impl BufRead, keep: Keep<'_>) -> Result<(), EarlierError> {
        for line in 2.. {
            let Some(mut value) = next_line(&mut earlier, line)? else { break };
            let told = match value {
                _ if value.get("outcome").is_some() => Told::Outcome,
                _ if value.get("epoch").is_some() => Told::Evaluation,
                _ => Told::Step,
            };
            let (Some(label), Some(step)) = (value["optimiser"].as_str(), value["step"].as_u64()) else {
                return Err(EarlierError::Line { line, problem: "found no `optimiser` with a `step`".to_owned() });
            };
            if let Some(lane) = keep(label, step, told)? {
                self.taken_over(lane, (told == Told::Evaluation).then_some(step), &mut value)?;
            }
        }
        Ok(())
    }
}

/// The next line, if it has an end: without one it is half a line, of a file that was still being written.
fn next_line(earlier: &mut impl BufRead, line: usize) -> Result<Option<Value>, EarlierError> {
    let mut text = String::new();
    earlier.read_line(&mut text)?;
    if !text.ends_with('\n') {
        return Ok(None);
    }
    let value = serde_json::from_str(&text);
    value.map(Some).map_err(|error| EarlierError::Line { line, problem: format!("not JSON: {error}") })
}

fn header(earlier: &mut impl BufRead) -> Result<Value, EarlierError> {
    let header = next_line(earlier, 1)?.and_then(|mut line| line.get_mut("header").map(Value::take));
    header.ok_or_else(|| EarlierError::Line { line: 1, problem: "found no header of a trace".to_owned() })
}

/// What must be the same: the problem, the optimisers and the seed, not how long the run is. The step after which the trace begins.
fn same_run(header: &Value, setup: &Setup) -> Result<u64, EarlierError> {
    let then = serde_json::json!({
        "problem": header["problem"]["problem"], "optimiser": header["optimisers"], "seed": header["seed"],
    });
    let now = serde_json::json!({
        "problem": setup.resolved_problem()["problem"], "optimiser": setup.resolved_optimisers(), "seed": setup.seed,
    });
    match difference("", &then, &now) {
        None => Ok(header["resumed_after"].as_u64().unwrap_or(0)),
        Some((key, then, now)) => Err(EarlierError::Other(format!("{key} was {then} then and is {now} now"))),
    }
}

impl<W: Write> CsvTrace<W> {
    /// As [`JsonTrace::continued`]; every step records `params` parameters.
    ///
    /// # Errors
    /// If it cannot be read or written, is no trace, tells of another run, or lacks steps.
    pub fn continued(
        out: W,
        earlier: impl BufRead,
        setup: &Setup,
        params: usize,
        stands: &[u64],
    ) -> Result<Self, EarlierError> {
        let mut trace = Self::new(out, setup, params)?;
        let mut reach = Reach::new(setup, stands);
        trace.take_over(earlier, params, &mut |label, step, told| reach.keep(label, step, told))?;
        reach.check()?;
        Ok(trace)
    }

    /// As [`JsonTrace::edited`]; every step records `params` parameters.
    ///
    /// # Errors
    /// If it cannot be read or written, or is no trace.
    pub fn edited(
        out: W,
        earlier: impl BufRead,
        setup: &Setup,
        params: usize,
        kept: &[(&str, usize)],
        last: u64,
    ) -> Result<Self, EarlierError> {
        let mut trace = Self::new(out, setup, params)?;
        trace.take_over(earlier, params, &mut up_to(kept, last))?;
        Ok(trace)
    }

    fn take_over(&mut self, earlier: impl BufRead, params: usize, keep: Keep<'_>) -> Result<(), EarlierError> {
        let whole = WholeLines { from: earlier, line: Vec::new(), read: 0 };
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(whole).into_records();
        let width = match rows.next() {
            Some(Ok(header)) if header == Self::header(params) => header.len(),
            _ => return Err(EarlierError::Line { line: 1, problem: "found no header of such a trace".to_owned() }),
        };
        for (row, line) in rows.zip(2..) {
            let row = row.map_err(|error| EarlierError::Line { line, problem: error.to_string() })?;
            let step = row.get(1).and_then(|step| step.parse::<u64>().ok()).filter(|_| row.len() == width);
            let (Some(label), Some(step)) = (row.get(0), step) else {
                return Err(EarlierError::Line { line, problem: "found no step of an optimiser".to_owned() });
            };
            if let Some(lane) = keep(label, step, Told::Step)? {
                self.taken_over(lane, &row)?;
            }
        }
        Ok(())
    }
}

/// Lines up to the last one that has an end.
struct WholeLines<R> {
    from: R,
    line: Vec<u8>,
    /// So many bytes of the line have been read.
    read: usize,
}

impl<R: BufRead> Read for WholeLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            (self.line, self.read) = (std::mem::take(&mut self.line), 0);
            self.line.clear();
            self.from.read_until(b'\n', &mut self.line)?;
            if self.line.last() != Some(&b'\n') {
                self.line.clear();
            }
        }
        let count = (self.line.len() - self.read).min(buffer.len());
        buffer[..count].copy_from_slice(&self.line[self.read..][..count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        optim::{Outcome, Quantity, StepRecord},
        session::setup::Overrides,
    };

    fn setup(seed: u64) -> Setup {
        let optimisers = ["adam", "sgd"].map(str::to_owned).to_vec();
        Setup::bundled("rosenbrock", &Overrides { optimisers, seed: Some(seed), ..Overrides::default() }).unwrap()
    }

    fn record(step: u64) -> StepRecord {
        let mut record = StepRecord::new(step);
        record.set(Quantity::Loss, 1.0 / step as f64);
        record
    }

    /// The steps `from..=to` of both lanes.
    fn steps(from: u64, to: u64, mut sink: impl FnMut(usize, &StepRecord)) {
        (from..=to).for_each(|step| (0..2).for_each(|lane| sink(lane, &record(step))));
    }

    fn json(last: u64) -> Vec<u8> {
        let mut trace = JsonTrace::new(Vec::new(), &setup(0), 0).unwrap();
        steps(1, last, |lane, record| trace.step(lane, record).unwrap());
        (0..2).for_each(|lane| trace.end(lane, last, Outcome::Finished));
        trace.finish().unwrap()
    }

    fn csv_of(last: u64) -> Vec<u8> {
        let mut trace = CsvTrace::new(Vec::new(), &setup(0), 0).unwrap();
        steps(1, last, |lane, record| trace.step(lane, record).unwrap());
        trace.finish().unwrap()
    }

    #[test]
    fn a_trace_gone_on_with_is_the_whole_one() {
        // Longer than the checkpoint, just as long, and cut in a line, near its end and before it.
        for (written, cut) in [(9, 0), (6, 0), (7, 30), (8, 1), (8, 2)] {
            let earlier = json(written);
            let earlier = &earlier[..earlier.len() - cut];
            let mut trace = JsonTrace::continued(Vec::new(), earlier, &setup(0), &[6, 6]).unwrap();
            steps(7, 8, |lane, record| trace.step(lane, record).unwrap());
            (0..2).for_each(|lane| trace.end(lane, 8, Outcome::Finished));
            assert_eq!(trace.finish().unwrap(), json(8), "{written} {cut}");

            let earlier = csv_of(written);
            let earlier = &earlier[..earlier.len() - cut];
            let mut trace = CsvTrace::continued(Vec::new(), earlier, &setup(0), 0, &[6, 6]).unwrap();
            steps(7, 8, |lane, record| trace.step(lane, record).unwrap());
            assert_eq!(trace.finish().unwrap(), csv_of(8), "{written} {cut}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |bytes: &[u8], seed: u64, stands: &[u64]| {
            JsonTrace::continued(Vec::new(), bytes, &setup(seed), stands).map(|_| ()).unwrap_err().to_string()
        };
        let cases = [
            (refused(&json(4), 0, &[6, 6]), "has the steps of adam up to 4, but the checkpoint stands at step 6"),
            (refused(&json(6), 3, &[6, 6]), "tells of another run: `seed` was 0 then and is 3 now"),
            (refused(b"{\"x\": 1}\n", 0, &[6, 6]), "line 1: found no header"),
            (refused(b"step,loss\n", 0, &[6, 6]), "line 1: not JSON"),
            (refused(b"", 0, &[6, 6]), "line 1: found no header"),
            (refused(&json(6)[..20], 0, &[6, 6]), "line 1: found no header"),
        ];
        for (message, part) in cases {
            assert!(message.contains(part), "{message}");
        }
        let refused = |bytes: &[u8], stands: &[u64]| {
            CsvTrace::continued(Vec::new(), bytes, &setup(0), 0, stands).map(|_| ()).unwrap_err().to_string()
        };
        assert!(refused(&csv_of(4), &[6, 6]).contains("up to 4"));
        assert!(refused(b"x,y\n1,2\n", &[6, 6]).contains("line 1: found no header"));
        let mut foreign = csv_of(2);
        foreign.extend(String::from_utf8(csv_of(1)).unwrap().lines().last().unwrap().replace("sgd", "lion").bytes());
        foreign.push(b'\n');
        assert!(refused(&foreign, &[2, 2]).contains("an optimiser \"lion\""));
    }

    /// Under other labels, and with a label that CSV has to quote.
    #[test]
    fn after_an_edit_the_steps_before_it_are_taken_over() {
        let optimisers = ["adam:label=\"a, b\"", "sgd"].map(str::to_owned).to_vec();
        let setup = Setup::bundled("rosenbrock", &Overrides { optimisers, ..Overrides::default() }).unwrap();
        let small = |step: u64| {
            let mut record = record(step);
            record.set(Quantity::NewLoss, 1e-300 * 0.1 * step as f64);
            record
        };
        let before = [(0, 1), (1, 1), (0, 2), (0, 10), (1, 11)];
        let (after, expected) = ([(0, 11)], [(1, 1), (0, 1), (1, 2), (1, 10), (0, 11)]);
        let kept = [("a, b", 1), ("sgd", 0)];

        let json = |mut trace: JsonTrace<Vec<u8>>, steps: &[(usize, u64)], ended: bool| {
            for (lane, step) in steps {
                trace.step(*lane, &small(*step)).unwrap();
            }
            if ended {
                trace.end(0, 2, Outcome::Finished);
            }
            trace.finish().unwrap()
        };
        let new = || JsonTrace::new(Vec::new(), &setup, 0).unwrap();
        let earlier = json(new(), &before, true);
        let edited = JsonTrace::edited(Vec::new(), &earlier[..], &setup, &kept, 10).unwrap();
        assert_eq!(json(edited, &after, false), json(new(), &expected, false));

        let csv = |mut trace: CsvTrace<Vec<u8>>, steps: &[(usize, u64)]| {
            for (lane, step) in steps {
                trace.step(*lane, &small(*step)).unwrap();
            }
            trace.finish().unwrap()
        };
        let new = || CsvTrace::new(Vec::new(), &setup, 0).unwrap();
        let earlier = csv(new(), &before);
        let edited = CsvTrace::edited(Vec::new(), &earlier[..], &setup, 0, &kept, 10).unwrap();
        assert_eq!(csv(edited, &after), csv(new(), &expected));
    }
}
