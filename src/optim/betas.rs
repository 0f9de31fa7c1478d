//! `betas((0.9, 0.999))`, as PyTorch spells it.
use super::{Adam, AdamW, Adamax, NAdam, RAdam};

macro_rules! betas {
    ($($name:ident)*) => { $(
        impl $name {
            /// Sets `beta1` and `beta2`.
            ///
            /// # Panics
            /// If one is not in `0..1`.
            #[must_use]
            #[track_caller]
            pub fn betas(self, (beta1, beta2): (f64, f64)) -> $name {
                self.beta1(beta1).beta2(beta2)
            }
        }
    )* };
}
betas!(Adam AdamW Adamax NAdam RAdam);
