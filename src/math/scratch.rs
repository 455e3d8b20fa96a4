//! Room for what is computed and then forgotten.

use std::mem::MaybeUninit;

use faer::dyn_stack::{MemStack, StackReq};

/// Memory that grows to what is asked of it and is kept. It holds no state: a clone begins empty, so that checkpoints do not carry it along.
#[derive(Debug)]
pub(crate) struct Scratch<T>(Vec<T>);

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Clone for Scratch<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T: Copy> Scratch<T> {
    /// So many values, whatever they were; `filler` where there were none.
    pub(crate) fn take(&mut self, len: usize, filler: T) -> &mut [T] {
        if self.0.len() < len {
            self.0.resize(len, filler);
        }
        &mut self.0[..len]
    }
}

impl Scratch<MaybeUninit<u8>> {
    /// What a kernel asks for.
    pub(super) fn stack(&mut self, need: StackReq) -> &mut MemStack {
        MemStack::new(self.take(need.unaligned_bytes_required(), MaybeUninit::uninit()))
    }
}
