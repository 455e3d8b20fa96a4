//! What a session may take of a computer: slips of the keyboard are refused instead of exhausting its memory.

use super::{LaneSetup, MlpSpec, Precision, error::SetupError};
use crate::optim::DirectionRecipe;

/// More parameters than this make the dense matrices of a problem without layers unreasonable.
pub(super) const LARGEST: u64 = 4096;
/// So many bytes are more than any problem here is meant to take.
const MOST_BYTES: f64 = 16.0 * GIB;
const GIB: f64 = (1_u64 << 30) as f64;

/// θ, the gradient, the direction, the update, the trial, Adam's moments, and a few checkpoints of them.
const COPIES_OF_PARAMETERS: f64 = 12.0;
/// Activations, their derivatives, what is propagated back, and what is pushed forward for curvature.
const COPIES_OF_ACTIVATIONS: f64 = 4.0;
/// Averages, the batch's own, inverses, and a few checkpoints of them.
const COPIES_OF_FACTORS: f64 = 8.0;

/// Refuses a network whose session would not fit into memory; `file` is named in the message.
pub(super) fn network(spec: &MlpSpec, examples: usize, lanes: &[LaneSetup], file: &str) -> Result<(), SetupError> {
    let bytes = bytes(spec, examples, lanes);
    let needs = || {
        let kfac = if lanes.iter().any(is_kfac) { "; K-FAC keeps two square matrices a layer" } else { "" };
        format!("this network on {examples} examples would take about {:.1} GiB of memory{kfac}", bytes / GIB)
    };
    let remedy = "take smaller layers, fewer optimisers or a smaller batch_size";
    let refuse = |limit: String| SetupError::Conflict {
        place: format!("{file}: `problem`"),
        message: format!("{}; {limit}: {remedy}", needs()),
    };
    if bytes > MOST_BYTES {
        return Err(refuse(format!("at most {:.0} GiB is accepted", MOST_BYTES / GIB)));
    }
    // Whether this computer has as much is only known to the system; what is reserved here is given back untouched.
    Vec::<u8>::new().try_reserve_exact(bytes as usize).map_err(|_| refuse("this computer has less".to_owned()))
}

/// About how much a session on a network takes.
fn bytes(spec: &MlpSpec, examples: usize, lanes: &[LaneSetup]) -> f64 {
    let width = if spec.precision == Precision::Single { 4.0 } else { 8.0 };
    let size = |layer: Option<&usize>| layer.map_or(0.0, |&size| size as f64);
    let batch = if spec.batch_size == 0 { examples } else { spec.batch_size.min(examples) } as f64;
    let units: f64 = spec.layers.iter().map(|&size| size as f64 + 1.0).sum();
    let pairs = || spec.layers.windows(2).map(|pair| (pair[0] as f64 + 1.0, pair[1] as f64));
    let parameters: f64 = pairs().map(|(inputs, outputs)| inputs * outputs).sum();
    let factors: f64 = pairs().map(|(inputs, outputs)| inputs * inputs + outputs * outputs).sum();
    // Twice, as inputs are copied once into the form that passes read.
    let data = examples as f64 * (size(spec.layers.first()) + size(spec.layers.last())) * 2.0 * width;
    let lane = |lane: &LaneSetup| {
        let factors = if is_kfac(lane) { factors } else { 0.0 };
        let numbers = COPIES_OF_PARAMETERS * parameters + COPIES_OF_FACTORS * factors;
        (numbers + COPIES_OF_ACTIVATIONS * batch * units) * width
    };
    data + lanes.iter().map(lane).sum::<f64>()
}

fn is_kfac(lane: &LaneSetup) -> bool {
    matches!(lane.recipe.direction, DirectionRecipe::Kfac { .. })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{
        data::DataError,
        session::setup::{BUNDLED, Overrides, Setup, SetupError},
    };

    fn built(layers: &str, more: &str, optimiser: &str) -> Result<(), String> {
        let text = format!(
            "[problem]\nkind = \"mlp\"\nlayers = {layers}\nloss = \"mse\"\ndata = {{ synthetic = \"sine\" }}\n{more}"
        );
        let overrides = Overrides { optimisers: vec![optimiser.to_owned()], ..Overrides::default() };
        let setup = Setup::from_str(&text, "p.toml", Path::new(""), &overrides).map_err(|error| error.to_string())?;
        setup.build().map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_does_not_fit_is_refused_and_what_fits_is_not() {
        for bundled in BUNDLED {
            let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
            let absent = |error| matches!(error, SetupError::Data(DataError::Absent { .. })) && setup.needs().is_some();
            assert!(setup.build().map_or_else(absent, |_| true), "{}", bundled.name);
        }
        for (layers, more, optimiser, part) in [
            ("[1000000, 1000000]", "", "adam", "more than 100 million parameters"),
            ("[1, 20000000, 1]", "", "adam", "p.toml: `problem`: this network on 400 examples would take about"),
            ("[1, 500000, 1]", "batch_size = 1", "kfac", "K-FAC keeps two square matrices a layer; at most 16 GiB"),
        ] {
            let message = built(layers, more, optimiser).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(built("[1, 20000, 1]", "batch_size = 1", "adam"), Ok(()));
    }
}
