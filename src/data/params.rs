//! Parameters as safetensors.
//!
//! A network of layers I = 0, 1, … is `layers.I.weight` of shape \[out, in\] and `layers.I.bias` of shape \[out\], what a PyTorch
//! `state_dict` of a list called `layers` saves. Any other problem is one tensor `params`.
//!
//! The parameter vector of a network is, layer after layer and for every output unit, its `in` weights and then its bias.

use std::path::Path;

use safetensors::{SafeTensors, serialize};

use super::{
    DataError, Width,
    tensor::{Tensor, reals},
};
use crate::problem::mlp::parameter_count;

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
pub fn read(path: &Path, layout: &Layout) -> Result<Vec<f64>, DataError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| DataError::Read { path: name.clone(), source })?;
    decode(&bytes, &name, layout)
}

/// The same from the bytes of a file named `path` in messages.
///
/// # Errors
/// As [`read`].
pub fn decode(bytes: &[u8], path: &str, layout: &Layout) -> Result<Vec<f64>, DataError> {
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
        Layout::Layers(sizes) => {
            for (layer, pair) in sizes.windows(2).enumerate() {
                let (inputs, outputs) = (pair[0], pair[1]);
                let weights = read(format!("layers.{layer}.weight"), &[outputs, inputs])?;
                let biases = read(format!("layers.{layer}.bias"), &[outputs])?;
                for (unit, bias) in weights.chunks_exact(inputs).zip(biases) {
                    params.extend_from_slice(unit);
                    params.push(bias);
                }
            }
        }
    }
    match file.names().into_iter().filter(|name| !wanted.iter().any(|wanted| wanted == name)).min() {
        None => Ok(params),
        Some(extra) => Err(DataError::Tensor {
            path: path.to_owned(),
            tensor: extra.to_owned(),
            found: "a tensor the problem has no place for".to_owned(),
            expected: format!("only {}", wanted.join(", ")),
        }),
    }
}

fn tensor(file: &SafeTensors<'_>, path: &str, name: &str, shape: &[usize]) -> Result<Vec<f64>, DataError> {
    let expected = format!("F64 or F32 of shape {shape:?}");
    let refuse = |found: String| DataError::Tensor {
        path: path.to_owned(),
        tensor: name.to_owned(),
        found,
        expected: expected.clone(),
    };
    let tensor = file.tensor(name).map_err(|_| refuse("no such tensor".to_owned()))?;
    let values = reals(&tensor).filter(|_| tensor.shape() == shape);
    let values = values.ok_or_else(|| refuse(format!("{:?} of shape {:?}", tensor.dtype(), tensor.shape())))?;
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(refuse(format!("{} at entry {index}", values[index]))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
                "`layers.0.weight`: found F64 of shape [3, 1]; expected F64 or F32 of shape [3, 2]",
            ),
            (written(&[0.0; 9], &Layout::Layers(vec![2, 3])), "`layers.1.weight`: found no such tensor"),
            (
                written(&[0.0; 15], &Layout::Layers(vec![2, 3, 1, 1])),
                "`layers.2.bias`: found a tensor the problem has no place for",
            ),
            (written(&[f64::NAN; 13], &layout), "`layers.0.weight`: found NaN at entry 0"),
            (b"garbage".to_vec(), "not a safetensors file"),
        ];
        for (bytes, part) in cases {
            let message = decode(&bytes, "p.safetensors", &layout).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
