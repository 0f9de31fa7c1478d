//! Where tensors live. Only the CPU exists; the handle is opaque so that others can come.
use std::{fmt, str::FromStr};

/// A device; PyTorch's `torch.device`.
///
/// ```
/// use d2l_core::{Device, Tensor};
/// assert_eq!(Tensor::zeros([2]).device(), Device::cpu());
/// assert_eq!("cpu".parse::<Device>(), Ok(Device::cpu()));
/// assert!("cuda:0".parse::<Device>().unwrap_err().to_string().contains("no device `cuda:0`"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Device(());

impl Device {
    /// The processor.
    pub fn cpu() -> Device {
        Device(())
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cpu")
    }
}

/// The name of a device that this build does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceError(String);

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this build has no device `{}`; it has: cpu", self.0)
    }
}

impl std::error::Error for DeviceError {}

impl FromStr for Device {
    type Err = DeviceError;
    fn from_str(name: &str) -> Result<Device, DeviceError> {
        if name == "cpu" {
            Ok(Device::cpu())
        } else {
            Err(DeviceError(name.to_string()))
        }
    }
}
