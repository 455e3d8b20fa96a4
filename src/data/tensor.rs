//! Tensors of reals in safetensors files.

use std::borrow::Cow;

use half::{bf16, f16};
use safetensors::{Dtype, View, tensor::TensorView};

/// The width of the reals written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// F32.
    Single,
    /// F64.
    Double,
}

/// A tensor to write.
pub(super) struct Tensor {
    width: Width,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    /// Of values in row-major order.
    pub(super) fn new(width: Width, shape: Vec<usize>, values: impl Iterator<Item = f64>) -> Self {
        let bytes = match width {
            Width::Single => values.flat_map(|value| (value as f32).to_le_bytes()).collect(),
            Width::Double => values.flat_map(f64::to_le_bytes).collect(),
        };
        Self { width, shape, bytes }
    }

    /// As in the file.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        match self.width {
            Width::Single => Dtype::F32,
            Width::Double => Dtype::F64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        (&self.bytes).into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The values of a tensor, if they are reals.
pub(super) fn reals(tensor: &TensorView<'_>) -> Option<Vec<f64>> {
    match tensor.dtype() {
        Dtype::F64 => Some(tensor.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()),
        Dtype::F32 => {
            Some(tensor.data().as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
        }
        // Both are exact in double precision.
        Dtype::F16 => {
            Some(tensor.data().as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f64()).collect())
        }
        Dtype::BF16 => {
            Some(tensor.data().as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f64()).collect())
        }
        _ => None,
    }
}
