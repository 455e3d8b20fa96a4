//! A trace as CSV: one row a lane and step, the columns of the JSON trace, an empty field for what was not computed.

use std::io::{self, Write};

use super::{COLUMNS, costs};
use crate::{optim::StepRecord, session::Setup};

/// Writes a trace while the run goes on.
pub struct CsvTrace<W: Write> {
    out: csv::Writer<W>,
    labels: Vec<String>,
    params: usize,
}

impl<W: Write> CsvTrace<W> {
    /// Begins with the header; every step records `params` parameters.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: W, setup: &Setup, params: usize) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(&Self::header(params)).map_err(io_error)?;
        let labels = setup.lanes.iter().map(|lane| lane.label.clone()).collect();
        Ok(Self { out, labels, params })
    }

    /// The names of the columns.
    pub(super) fn header(params: usize) -> csv::StringRecord {
        let columns = COLUMNS.iter().map(|(name, _)| (*name).to_owned());
        let costs = costs(&StepRecord::new(0)).map(|(name, _)| format!("cost.{name}"));
        let header = ["optimiser", "step"].map(str::to_owned).into_iter().chain(columns);
        let header = header.chain(["rejected", "lost"].map(str::to_owned)).chain(costs);
        header.chain((0..params).map(|i| format!("params.{i}"))).collect::<Vec<_>>().into()
    }

    /// A row of an earlier trace, now a lane's.
    pub(super) fn taken_over(&mut self, lane: usize, row: &csv::StringRecord) -> io::Result<()> {
        let label = std::iter::once(self.labels[lane].as_str());
        self.out.write_record(label.chain(row.iter().skip(1))).map_err(io_error)
    }

    /// A step of a lane.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn step(&mut self, lane: usize, record: &StepRecord) -> io::Result<()> {
        self.row(lane, record).map_err(io_error)
    }

    fn row(&mut self, lane: usize, record: &StepRecord) -> csv::Result<()> {
        // Debug prints the shortest digits that read back as the same number, with an exponent where that is shorter.
        let digits = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:?}"));
        self.out.write_field(&self.labels[lane])?;
        self.out.write_field(record.step.to_string())?;
        for (_, quantity) in COLUMNS {
            self.out.write_field(digits(record.get(quantity)))?;
        }
        self.out.write_field(record.rejected.to_string())?;
        self.out.write_field(if record.lost { "true" } else { "" })?;
        for (_, count) in costs(record) {
            self.out.write_field(count.to_string())?;
        }
        for i in 0..self.params {
            self.out.write_field(digits(record.params.get(i).copied()))?;
        }
        self.out.write_record(None::<&[u8]>)
    }

    /// Makes what was written so far visible to a reader.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// What was written to, everything handed to it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flushed(&mut self) -> io::Result<&W> {
        self.out.flush()?;
        Ok(self.out.get_ref())
    }

    /// Hands back the output, everything written to it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The system's own error, by whose kind a closed pipe is told.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{optim::Quantity, session::setup::Overrides};

    #[test]
    fn absent_quantities_are_empty_and_labels_are_quoted_where_needed() {
        let overrides = Overrides { optimisers: vec!["adam:label=\"a, b\"".to_owned()], ..Overrides::default() };
        let setup = Setup::bundled("rosenbrock", &overrides).unwrap();
        let mut trace = CsvTrace::new(Vec::new(), &setup, 2).unwrap();
        let mut record = StepRecord::new(1);
        record.set(Quantity::Loss, 1e-300);
        record.params.extend([0.1, 2.0]);
        trace.step(0, &record).unwrap();
        let text = String::from_utf8(trace.finish().unwrap()).unwrap();
        let expected = "optimiser,step,loss,new_loss,learning_rate,momentum,damping,next_damping,rho,model_change,curvature,\
                        grad_dot_direction,grad_norm,update_norm,loss_all,rho_all,rejected,lost,cost.losses,cost.gradients,cost.products,\
                        cost.factorisations,params.0,params.1\n\"a, b\",1,1e-300,,,,,,,,,,,,,,false,,0,0,0,0,0.1,2.0\n";
        assert_eq!(text, expected);
    }
}
