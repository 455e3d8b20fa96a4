//! Parameters as safetensors.
//!
//! A network of layers I = 0, 1, … is `layers.I.weight` of shape \[out, in\] and `layers.I.bias` of shape \[out\], what a PyTorch
//! `state_dict` of a list called `layers` saves; other names are found out or given by [`ParamRules`]. Any other problem is one tensor
//! `params`. F64 and F32 are written; F16 and BF16 are read too.
//!
//! The parameter vector of a network is, layer after layer and for every output unit, its `in` weights and then its bias.

mod names;

use std::path::Path;

use safetensors::{SafeTensors, serialize};

use super::{
    DataError, Width,
    tensor::{Tensor, reals},
};
use crate::problem::mlp::parameter_count;

pub use names::ParamRules;

/// How a parameter vector is cut into tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One tensor of this many entries.
    Flat(usize),
    /// A network with layers of these sizes, inputs first.
    Layers(Vec<usize>),
}

impl Layout {
    /// How many parameters there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Flat(len) => *len,
            Self::Layers(sizes) => parameter_count(sizes),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The bytes of a safetensors file. `params` has [`Layout::len`] entries; entries beyond are left out.
///
/// # Errors
/// If the format cannot hold them.
pub fn encode(params: &[f64], layout: &Layout, width: Width) -> Result<Vec<u8>, safetensors::SafeTensorError> {
    let tensor = |shape: Vec<usize>, values: &mut dyn Iterator<Item = f64>| Tensor::new(width, shape, values);
    let mut tensors = Vec::new();
    match layout {
        Layout::Flat(len) => {
            tensors.push(("params".to_owned(), tensor(vec![*len], &mut params.iter().copied().take(*len))));
        }
        Layout::Layers(sizes) => {
            let mut rest = params;
            for (layer, pair) in sizes.windows(2).enumerate() {
                let (inputs, outputs) = (pair[0], pair[1]);
                let (own, after) = rest.split_at(((inputs + 1) * outputs).min(rest.len()));
                rest = after;
                let units = own.chunks_exact(inputs + 1);
                let mut weights = units.clone().flat_map(|unit| &unit[..inputs]).copied();
                let mut biases = units.map(|unit| unit[inputs]);
                tensors.push((format!("layers.{layer}.weight"), tensor(vec![outputs, inputs], &mut weights)));
                tensors.push((format!("layers.{layer}.bias"), tensor(vec![outputs], &mut biases)));
            }
        }
    }
    serialize(tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)), None)
}

/// Reads a safetensors file into a parameter vector.
///
/// # Errors
/// If it cannot be read, or a tensor is missing, superfluous, of another shape or type, or not finite.
pub fn read(path: &Path, layout: &Layout, rules: &ParamRules) -> Result<Vec<f64>, DataError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| DataError::Read { path: name.clone(), source })?;
    decode_by(&bytes, &name, layout, rules)
}

/// The same from the bytes of a file named `path` in messages, by the rules that are usual.
///
/// # Errors
/// As [`read`].
pub fn decode(bytes: &[u8], path: &str, layout: &Layout) -> Result<Vec<f64>, DataError> {
    decode_by(bytes, path, layout, &ParamRules::default())
}

fn decode_by(bytes: &[u8], path: &str, layout: &Layout, rules: &ParamRules) -> Result<Vec<f64>, DataError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| DataError::File {
        path: path.to_owned(),
        problem: format!("not a safetensors file: {error}"),
    })?;
    let mut wanted = Vec::new();
    let mut params = Vec::with_capacity(layout.len());
    let mut read = |name: String, shape: &[usize]| {
        let values = tensor(&file, path, &name, shape);
        wanted.push(name);
        values
    };
    match layout {
        Layout::Flat(len) => params = read("params".to_owned(), &[*len])?,
        Layout::Layers(sizes) if !rules.names.is_empty() && rules.names.len() + 1 != sizes.len() => {
            let problem = format!("init_names lists {} layers; the network has {}", rules.names.len(), sizes.len() - 1);
            return Err(DataError::File { path: path.to_owned(), problem });
        }
        Layout::Layers(sizes) => {
            for (layer, pair) in names::layers(&file, sizes.len() - 1, rules).iter().zip(sizes.windows(2)) {
                let (inputs, outputs) = (pair[0], pair[1]);
                let weights = read(format!("{layer}.weight"), &[outputs, inputs])?;
                let biases = read(format!("{layer}.bias"), &[outputs])?;
                for (unit, bias) in weights.chunks_exact(inputs).zip(biases) {
                    params.extend_from_slice(unit);
                    params.push(bias);
                }
            }
        }
    }
    match names::list(&file, |name| !rules.ignore_extra && !wanted.iter().any(|wanted| wanted == name)) {
        None => Ok(params),
        Some(extra) => Err(DataError::File {
            path: path.to_owned(),
            problem: format!(
                "found tensors the problem has no place for: {extra}; expected only {}, or leave the others unread by init_extra = \"ignore\"",
                wanted.join(", ")
            ),
        }),
    }
}

fn tensor(file: &SafeTensors<'_>, path: &str, name: &str, shape: &[usize]) -> Result<Vec<f64>, DataError> {
    let expected = format!("F64, F32, F16 or BF16 of shape {shape:?}");
    let refuse = |found: String| DataError::Tensor {
        path: path.to_owned(),
        tensor: name.to_owned(),
        found,
        expected: expected.clone(),
    };
    let tensor = file.tensor(name).map_err(|_| {
        let there = names::list(file, |_| true).unwrap_or_else(|| "no tensor at all".to_owned());
        let layers = if name == "params" {
            ""
        } else {
            "; if its layers are there under other names, list these in order by init_names"
        };
        refuse(format!("no such tensor; the file has {there}{layers}"))
    })?;
    let values = reals(&tensor).filter(|_| tensor.shape() == shape);
    let values = values.ok_or_else(|| {
        let turned = shape.len() == 2 && shape[0] != shape[1] && tensor.shape().iter().rev().eq(shape);
        let turned = if turned { ", the transpose of what is needed (rows are outputs)" } else { "" };
        refuse(format!("{:?} of shape {:?}{turned}", tensor.dtype(), tensor.shape()))
    })?;
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(refuse(format!("{} at entry {index}", values[index]))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use safetensors::{Dtype, tensor::TensorView};

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(sizes in prop::collection::vec(1_usize..6, 2..5), seed in any::<u32>()) {
            let layout = Layout::Layers(sizes);
            let params: Vec<f64> = (0..layout.len()).map(|i| f64::from(seed).sqrt() * (i as f64 + 0.1)).collect();
            let bytes = encode(&params, &layout, Width::Double).unwrap();
            prop_assert_eq!(decode(&bytes, "p", &layout).unwrap(), params.clone());
            let single = decode(&encode(&params, &layout, Width::Single).unwrap(), "p", &layout).unwrap();
            let rounded: Vec<f64> = params.iter().map(|&value| f64::from(value as f32)).collect();
            prop_assert_eq!(single, rounded);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// 2 000 files: none panics, and whatever is read is whole and finite.
        #[test]
        fn no_bytes_are_trouble(
            noise in prop::collection::vec(any::<u8>(), 0..96),
            at in any::<prop::sample::Index>(),
            value in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let layout = Layout::Layers(vec![3, 2, 1]);
            let good = encode(&[0.5; 11], &layout, Width::Single).unwrap();
            let check = |bytes: &[u8]| match decode(bytes, "p.safetensors", &layout) {
                Ok(params) => params.len() == layout.len() && params.iter().all(|value| value.is_finite()),
                Err(error) => error.to_string().starts_with("p.safetensors"),
            };
            let mut changed = good.clone();
            changed[at.index(good.len())] ^= value;
            let mut long_header = u64::MAX.to_le_bytes().to_vec();
            long_header.extend(&noise);
            for bytes in [&noise, &changed, &long_header, &[&good[..], &noise[..]].concat()] {
                prop_assert!(check(bytes), "{:?}", bytes);
            }
            let short = &good[..cut.index(good.len())];
            prop_assert!(check(short) && decode(short, "p.safetensors", &layout).is_err());
        }
    }

    #[test]
    fn weights_are_rows_of_units_and_biases_stand_apart() {
        let params = [1.0, 2.0, 10.0, 3.0, 4.0, 20.0];
        let bytes = encode(&params, &Layout::Layers(vec![2, 2]), Width::Double).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensor(&file, "p", "layers.0.weight", &[2, 2]).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(tensor(&file, "p", "layers.0.bias", &[2]).unwrap(), [10.0, 20.0]);
    }

    #[test]
    fn errors_name_the_tensor() {
        let layout = Layout::Layers(vec![2, 3, 1]);
        let written = |values: &[f64], layout: &Layout| encode(values, layout, Width::Double).unwrap();
        let cases = [
            (
                written(&[0.0; 10], &Layout::Layers(vec![1, 3, 1])),
                "`layers.0.weight`: found F64 of shape [3, 1]; expected F64, F32, F16 or BF16 of shape [3, 2]",
            ),
            (
                written(&[0.0; 9], &Layout::Layers(vec![2, 3])),
                "`layers.1.weight`: found no such tensor; the file has layers.0.bias (F64 [3]), layers.0.weight (F64 [3, 2]); if",
            ),
            (
                written(&[0.0; 15], &Layout::Layers(vec![2, 3, 1, 1])),
                "found tensors the problem has no place for: layers.2.bias (F64 [1]), layers.2.weight (F64 [1, 1]); expected only layers.0.weight",
            ),
            (written(&[f64::NAN; 13], &layout), "`layers.0.weight`: found NaN at entry 0"),
            (b"garbage".to_vec(), "not a safetensors file"),
        ];
        for (bytes, part) in cases {
            let message = decode(&bytes, "p.safetensors", &layout).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    /// A file of named tensors of a type, from values in double precision.
    fn file(tensors: &[(&str, Dtype, &[usize], &[f64])]) -> Vec<u8> {
        let bytes = |dtype: Dtype, values: &[f64]| -> Vec<u8> {
            match dtype {
                Dtype::F16 => values.iter().flat_map(|&x| half::f16::from_f64(x).to_le_bytes()).collect(),
                Dtype::BF16 => values.iter().flat_map(|&x| half::bf16::from_f64(x).to_le_bytes()).collect(),
                Dtype::I64 => values.iter().flat_map(|&x| (x as i64).to_le_bytes()).collect(),
                _ => values.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
            }
        };
        let data: Vec<(&str, Vec<u8>, Dtype, &[usize])> =
            tensors.iter().map(|(name, dtype, shape, values)| (*name, bytes(*dtype, values), *dtype, *shape)).collect();
        let views = data
            .iter()
            .map(|(name, bytes, dtype, shape)| (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
        serialize(views, None).unwrap()
    }

    const SHAPE: [usize; 3] = [2, 3, 1];
    const WEIGHTS: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[7.0, 8.0, 9.0]];
    const BIASES: [&[f64]; 2] = [&[0.5, 0.25, 0.125], &[-0.5]];
    const PARAMS: [f64; 13] = [1.0, 2.0, 0.5, 3.0, 4.0, 0.25, 5.0, 6.0, 0.125, 7.0, 8.0, 9.0, -0.5];

    /// The network of [`PARAMS`] with its layers under these names, and other tensors.
    fn network(dtype: Dtype, layers: [&str; 2], more: &[(&str, Dtype, &[usize], &[f64])]) -> Vec<u8> {
        let names = layers.map(|layer| [format!("{layer}.weight"), format!("{layer}.bias")]);
        let mut tensors: Vec<(&str, Dtype, &[usize], &[f64])> = vec![
            (&names[0][0], dtype, &[3, 2], WEIGHTS[0]),
            (&names[0][1], dtype, &[3], BIASES[0]),
            (&names[1][0], dtype, &[1, 3], WEIGHTS[1]),
            (&names[1][1], dtype, &[1], BIASES[1]),
        ];
        tensors.extend(more);
        file(&tensors)
    }

    fn read_by(bytes: &[u8], names: &[&str], ignore_extra: bool) -> Result<Vec<f64>, String> {
        let rules = ParamRules { names: names.iter().map(|&name| name.to_owned()).collect(), ignore_extra };
        decode_by(bytes, "p.safetensors", &Layout::Layers(SHAPE.to_vec()), &rules).map_err(|error| error.to_string())
    }

    #[test]
    fn every_width_of_reals_is_read() {
        for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16] {
            assert_eq!(
                read_by(&network(dtype, ["layers.0", "layers.1"], &[]), &[], false).unwrap(),
                PARAMS,
                "{dtype:?}"
            );
        }
        let infinite = file(&[("params", Dtype::F16, &[1], &[1e9])]);
        let message = decode(&infinite, "p", &Layout::Flat(1)).unwrap_err().to_string();
        assert!(message.contains("found inf at entry 0"), "{message}");
    }

    #[test]
    fn names_that_leave_no_doubt_are_found_out() {
        for layers in [
            ["0", "2"],
            ["net.0", "net.10"],
            ["layers.0", "layers.2"],
            ["module.layers.0", "module.layers.1"],
            ["_orig_mod.layers.0", "_orig_mod.layers.1"],
            ["module._orig_mod.net.1", "module._orig_mod.net.3"],
            ["fc1", "fc2"],
        ] {
            assert_eq!(read_by(&network(Dtype::F32, layers, &[]), &[], false).unwrap(), PARAMS, "{layers:?}");
        }
        // A second sequence of as many layers, or names without an order, leave some.
        let second: [(&str, Dtype, &[usize], &[f64]); 4] = [
            ("b.0.weight", Dtype::F32, &[3, 2], WEIGHTS[0]),
            ("b.0.bias", Dtype::F32, &[3], BIASES[0]),
            ("b.1.weight", Dtype::F32, &[1, 3], WEIGHTS[1]),
            ("b.1.bias", Dtype::F32, &[1], BIASES[1]),
        ];
        for (bytes, names) in [
            (network(Dtype::F32, ["a.0", "a.1"], &second), ["a.0", "a.1"]),
            (network(Dtype::F32, ["hidden", "out"], &[]), ["hidden", "out"]),
            (network(Dtype::F32, ["module.hidden", "module.out"], &[]), ["hidden", "out"]),
        ] {
            let message = read_by(&bytes, &[], true).unwrap_err();
            assert!(message.contains("`layers.0.weight`: found no such tensor; the file has"), "{message}");
            assert!(
                message.contains(&format!("{}.weight (F32 [3, 2])", names[0])) && message.contains("init_names"),
                "{message}"
            );
            assert_eq!(read_by(&bytes, &names, true).unwrap(), PARAMS);
        }
        let message = read_by(&network(Dtype::F32, ["a", "b"], &[]), &["a", "c"], false).unwrap_err();
        assert!(message.contains("tensor `c.weight`: found no such tensor; the file has a.bias"), "{message}");
    }

    #[test]
    fn superfluous_tensors_are_listed_and_ignored_where_that_is_asked_for() {
        let more: [(&str, Dtype, &[usize], &[f64]); 2] =
            [("step", Dtype::I64, &[], &[100.0]), ("layers.0.running_mean", Dtype::F32, &[3], BIASES[0])];
        let bytes = network(Dtype::F32, ["layers.0", "layers.1"], &more);
        let message = read_by(&bytes, &[], false).unwrap_err();
        assert!(
            message.contains("no place for: layers.0.running_mean (F32 [3]), step (I64 []); expected only"),
            "{message}"
        );
        assert!(message.contains("init_extra = \"ignore\""), "{message}");
        assert_eq!(read_by(&bytes, &[], true).unwrap(), PARAMS);
        let turned = file(&[
            ("layers.0.weight", Dtype::F32, &[2, 3], WEIGHTS[0]),
            ("layers.0.bias", Dtype::F32, &[3], BIASES[0]),
        ]);
        let message = decode(&turned, "p", &Layout::Layers(vec![2, 3])).unwrap_err().to_string();
        assert!(
            message.contains("found F32 of shape [2, 3], the transpose of what is needed (rows are outputs)"),
            "{message}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        /// 1 000 files with names, types and shapes of any kind: none panics, and what is read is whole and finite.
        #[test]
        fn no_names_are_trouble(
            tensors in prop::collection::btree_map(
                "(module\\.|_orig_mod\\.)?(layers\\.|net\\.|fc|é)?[0-9]{0,21}\\.?(weight|bias|w)?",
                (0_usize..4, prop::sample::select(vec![&[][..], &[1], &[3], &[3, 2], &[1, 3], &[0, 2], &[1, 1, 1]])),
                0..7,
            ),
            names in prop::collection::vec("[a-z0-9.]{0,3}", 0..3),
            ignore_extra in any::<bool>(),
        ) {
            let types = [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I64];
            let values = [1.5; 6];
            let tensors: Vec<(&str, Dtype, &[usize], &[f64])> = tensors
                .iter()
                .map(|(name, (dtype, shape))| (name.as_str(), types[*dtype], *shape, &values[..shape.iter().product()]))
                .collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            match read_by(&file(&tensors), &names, ignore_extra) {
                Ok(params) => prop_assert!(params.len() == 13 && params.iter().all(|value| value.is_finite())),
                Err(message) => prop_assert!(message.starts_with("p.safetensors"), "{}", message),
            }
        }
    }
}
