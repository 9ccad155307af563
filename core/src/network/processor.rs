//! Values that lie on the processor: their numbers without a copy, for kernels of our own.
//!
//! The only file that knows burn's processor back end by name. Without the feature `cpu` no value lies there, and burn
//! does everything.

#[cfg(feature = "cpu")]
mod present {
    use burn::backend::Flex;
    use burn::backend::flex::FlexTensor;
    use burn::tensor::{Device, Tensor};

    /// The numbers of a tensor on the processor.
    pub struct Numbers(FlexTensor);

    impl Numbers {
        /// The numbers of a tensor, in order; none if it lies elsewhere.
        pub fn of(tensor: Tensor<1>) -> Option<Numbers> {
            let tensor = tensor.try_into_primitive::<Flex>().ok()?;
            Some(Numbers(if tensor.is_contiguous() { tensor } else { tensor.to_contiguous() }))
        }

        /// As a slice.
        pub fn slice(&self) -> &[f32] {
            let layout = self.0.layout();
            &self.0.storage::<f32>()[layout.start_offset()..][..layout.num_elements()]
        }

        /// Their memory, for other numbers; none if another value shares it.
        pub fn into_memory(self) -> Option<Vec<f32>> {
            if !self.0.is_unique() {
                return None;
            }
            self.0.into_data().try_into_vec::<f32>().ok()
        }
    }

    /// Whether a device is the processor.
    pub fn is(device: &Device) -> bool {
        *device == Device::flex()
    }
}

#[cfg(not(feature = "cpu"))]
mod absent {
    use burn::tensor::{Device, Tensor};

    /// The numbers of a tensor on the processor: in this build none is ever made.
    pub struct Numbers(Vec<f32>);

    impl Numbers {
        /// None: in this build no tensor lies on the processor.
        pub fn of(_: Tensor<1>) -> Option<Numbers> {
            None
        }

        /// As a slice.
        pub fn slice(&self) -> &[f32] {
            &self.0
        }

        /// Their memory.
        pub fn into_memory(self) -> Option<Vec<f32>> {
            Some(self.0)
        }
    }

    /// Whether a device is the processor: in this build none is.
    pub fn is(_: &Device) -> bool {
        false
    }
}

#[cfg(not(feature = "cpu"))]
pub use absent::{Numbers, is};
#[cfg(feature = "cpu")]
pub use present::{Numbers, is};
