//! A trace as JSON Lines: a header, one object a lane and step, and at the end how each lane ended.

use std::io::{self, Write};

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq as _},
};
use serde_json::{Value, json};

use super::{COLUMNS, costs};
use crate::{
    optim::{Outcome, StepRecord},
    session::{EvaluationRecord, Setup},
};

/// Writes a trace while the run goes on.
pub struct JsonTrace<W: Write> {
    out: W,
    labels: Vec<String>,
    ends: Vec<Option<(u64, Outcome)>>,
    /// The step of each lane's latest evaluation that is there already.
    evaluated: Vec<Option<u64>>,
}

impl<W: Write> JsonTrace<W> {
    /// Begins with the header; where the steps before are not there, it says after which one the trace begins.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: W, setup: &Setup, resumed_after: u64) -> io::Result<Self> {
        let labels: Vec<String> = setup.lanes.iter().map(|lane| lane.label.clone()).collect();
        let (ends, evaluated) = (vec![None; labels.len()], vec![None; labels.len()]);
        let mut trace = Self { out, labels, ends, evaluated };
        let mut header = json!({
            "rhoscope": env!("CARGO_PKG_VERSION"),
            "problem": setup.resolved_problem(),
            "optimisers": setup.resolved_optimisers(),
            "seed": setup.seed,
        });
        if resumed_after > 0 {
            header["resumed_after"] = resumed_after.into();
        }
        trace.line(&json!({ "header": header }))?;
        Ok(trace)
    }

    /// A step of a lane.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn step(&mut self, lane: usize, record: &StepRecord) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &StepLine { optimiser: &self.labels[lane], record })?;
        self.out.write_all(b"\n")
    }

    /// A line of an earlier trace, now a lane's; `evaluation`: the step, if it is an evaluation.
    pub(super) fn taken_over(&mut self, lane: usize, evaluation: Option<u64>, line: &mut Value) -> io::Result<()> {
        self.evaluated[lane] = evaluation.or(self.evaluated[lane]);
        line["optimiser"] = self.labels[lane].as_str().into();
        self.line(line)
    }

    /// What was written to.
    pub fn output(&self) -> &W {
        &self.out
    }

    /// How a lane does on all of the data, unless that is there already.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn evaluation(&mut self, lane: usize, evaluation: &EvaluationRecord) -> io::Result<()> {
        if self.evaluated[lane].replace(evaluation.step) == Some(evaluation.step) {
            return Ok(());
        }
        let mut line = json!({
            "optimiser": self.labels[lane],
            "step": evaluation.step,
            "epoch": evaluation.epoch,
            "seconds": evaluation.seconds,
        });
        let parts = || evaluation.parts.iter().filter_map(|(part, found)| Some((part.name(), found.as_ref()?)));
        let losses = parts().map(|(name, found)| (format!("{name}_loss"), Some(found.loss)));
        let accuracies = parts().map(|(name, found)| (format!("{name}_accuracy"), found.accuracy));
        for (key, value) in losses.chain(accuracies) {
            // Absent rather than null: a lane may have parameters whose loss overflows.
            if let Some(value) = value.filter(|value| value.is_finite()) {
                line[key] = value.into();
            }
        }
        self.line(&line)
    }

    /// How a lane ended, to be written last.
    pub fn end(&mut self, lane: usize, step: u64, outcome: Outcome) {
        self.ends[lane] = Some((step, outcome));
    }

    /// Makes what was written so far visible to a reader.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes how the lanes ended, in file order.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        for lane in 0..self.labels.len() {
            let Some((step, outcome)) = self.ends[lane].take() else { continue };
            let mut line = json!({ "optimiser": self.labels[lane], "outcome": outcome.name(), "step": step });
            if let Some(reason) = outcome.reason() {
                line["reason"] = reason.into();
            }
            self.line(&line)?;
        }
        Ok(self.out)
    }

    fn line(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }
}

/// One line: what was not computed is absent.
struct StepLine<'a> {
    optimiser: &'a str,
    record: &'a StepRecord,
}

impl Serialize for StepLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("optimiser", self.optimiser)?;
        map.serialize_entry("step", &self.record.step)?;
        for (name, quantity) in COLUMNS {
            if let Some(value) = self.record.get(quantity) {
                map.serialize_entry(name, &value)?;
            }
        }
        map.serialize_entry("rejected", &self.record.rejected)?;
        if self.record.lost {
            map.serialize_entry("lost", &true)?;
        }
        map.serialize_entry("cost", &CostObject(self.record))?;
        if !self.record.params.is_empty() {
            map.serialize_entry("params", &Params(&self.record.params))?;
        }
        map.end()
    }
}

struct CostObject<'a>(&'a StepRecord);

impl Serialize for CostObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(costs(self.0))
    }
}

struct Params<'a>(&'a [f64]);

impl Serialize for Params<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|value| seq.serialize_element(value))?;
        seq.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        optim::{Cost, Quantity},
        session::setup::Overrides,
    };

    fn lines(write: impl FnOnce(&mut JsonTrace<Vec<u8>>)) -> Vec<String> {
        let setup = Setup::bundled("rosenbrock", &Overrides::default()).unwrap();
        let mut trace = JsonTrace::new(Vec::new(), &setup, 0).unwrap();
        write(&mut trace);
        String::from_utf8(trace.finish().unwrap()).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_header_names_everything_that_was_set() {
        let lines = lines(|_| {});
        let header: Value = serde_json::from_str(&lines[0]).unwrap();
        let header = &header["header"];
        assert_eq!(header["rhoscope"], env!("CARGO_PKG_VERSION"));
        assert_eq!(header["problem"]["problem"]["scale"], 1.0);
        assert_eq!(header["optimisers"][1]["label"], "AdamQLR");
        assert_eq!(header["optimisers"][1]["damping_rule"], "levenberg-marquardt");
        assert_eq!(header["seed"], 0);
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn a_step_has_its_fields_in_order_and_absent_ones_are_absent() {
        let mut record = StepRecord::new(3);
        record.set(Quantity::Rho, 0.1 + 0.2);
        record.set(Quantity::Loss, 24.2);
        record.set(Quantity::NewLoss, f64::NAN);
        record.cost = Cost { losses: 1, gradients: 2, products: 3, factorisations: 4 };
        record.params.extend([1.0, -0.5]);
        let lines = lines(|trace| trace.step(2, &record).unwrap());
        assert_eq!(
            lines[1],
            concat!(
                r#"{"optimiser":"K-FAC","step":3,"loss":24.2,"rho":0.30000000000000004,"rejected":false,"#,
                r#""cost":{"losses":1,"gradients":2,"products":3,"factorisations":4},"params":[1.0,-0.5]}"#
            )
        );
    }

    #[test]
    fn outcomes_come_last_and_in_file_order() {
        let lines = lines(|trace| {
            trace.end(1, 4, Outcome::Diverged("the loss is not finite".to_owned()));
            trace.end(0, 9, Outcome::Finished);
            trace.step(2, &StepRecord::new(5)).unwrap();
        });
        assert!(lines[1].contains(r#""step":5"#));
        assert_eq!(lines[2], r#"{"optimiser":"Adam","outcome":"finished","step":9}"#);
        assert_eq!(
            lines[3],
            r#"{"optimiser":"AdamQLR","outcome":"diverged","step":4,"reason":"the loss is not finite"}"#
        );
    }
}
