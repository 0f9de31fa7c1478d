//! The hyperparameters of a trainer: what the book's saves.
use super::Trainer;
use crate::module::{
    HParamError, HyperParameters,
    hparams::{Map, Signature},
};

/// `max_epochs` and `gradient_clip_val`.
///
/// ```
/// use d2l::prelude::*;
/// let trainer = Trainer::parse_from(["--max-epochs", "3"]).unwrap();
/// assert_eq!(trainer.max_epochs(), 3);
/// assert_eq!(trainer.hparams()["gradient_clip_val"], 0.0);
/// ```
impl HyperParameters for Trainer {
    type Ignored = ();

    fn hparams(&self) -> Map {
        Trainer::hparams(self)
    }

    fn signature() -> Signature {
        let (epochs, clip) = (
            "How many epochs `fit` runs.",
            "Norm to clip gradients to; 0: none.",
        );
        Signature::new("Trainer")
            .setting::<usize>("max_epochs", "usize", epochs, None)
            .setting::<f64>("gradient_clip_val", "f64", clip, Some(|| 0.0.into()))
    }

    fn from_hparams(map: &Map, (): ()) -> Result<Trainer, HParamError> {
        let mut reader = Trainer::signature().reader(map);
        let epochs = reader.value::<usize>("max_epochs")?;
        let clip = reader.value::<f64>("gradient_clip_val")?;
        reader.finish()?;
        if clip >= 0.0 {
            Ok(Trainer::new(epochs).gradient_clip_val(clip))
        } else {
            Err(reader.refused("gradient_clip_val is negative"))
        }
    }
}
