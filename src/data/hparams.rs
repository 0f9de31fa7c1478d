//! The hyperparameters of the data modules: what their constructors and settings were given.

use d2l_core::Tensor;
use serde_json::json;

use super::{FashionMNIST, SyntheticRegressionData};
use crate::module::{
    HParamError, HyperParameters,
    hparams::{Map, Signature},
};

const WORKERS: &str = "Threads that fetch batches ahead.";

fn map<const N: usize>(entries: [(&str, serde_json::Value); N]) -> Map {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// `w` is stored as its numbers and comes back as a vector of the default dtype; the random numbers
/// are drawn anew.
///
/// ```
/// use d2l::{Tensor, data::SyntheticRegressionData, module::HyperParameters};
///
/// let data = SyntheticRegressionData::new(Tensor::from([2.0, 0.5]), 4.2).num_val(10);
/// let hparams = data.hparams();
/// assert_eq!(hparams["noise"], 0.01);
/// let again = SyntheticRegressionData::from_hparams(&hparams, ()).unwrap();
/// assert_eq!((again.w, again.x.shape()), (data.w, &[1010, 2][..]));
/// ```
impl HyperParameters for SyntheticRegressionData {
    type Ignored = ();

    fn hparams(&self) -> Map {
        map([
            ("w", json!(self.w.double().reshape([-1]).to_vec::<f64>())),
            ("b", json!(self.b)),
            ("noise", json!(self.noise)),
            ("num_train", json!(self.num_train)),
            ("num_val", json!(self.num_val)),
            ("batch_size", json!(self.batch_size)),
            ("num_workers", json!(self.num_workers)),
        ])
    }

    fn from_hparams(map: &Map, (): ()) -> Result<Self, HParamError> {
        let mut r = Self::signature().reader(map);
        let (w, noise): (Vec<f64>, f64) = (r.value("w")?, r.value("noise")?);
        let batch_size: usize = r.value("batch_size")?;
        if w.is_empty() || noise < 0.0 || batch_size == 0 {
            return Err(r.refused("w has no numbers, noise is negative, or batch_size is 0"));
        }
        let data = SyntheticRegressionData::new(Tensor::from(w), r.value::<f64>("b")?)
            .noise(noise)
            .num_train(r.value("num_train")?)
            .num_val(r.value("num_val")?)
            .batch_size(batch_size)
            .num_workers(r.value("num_workers")?);
        r.finish()?;
        Ok(data)
    }

    fn signature() -> Signature {
        Signature::new("SyntheticRegressionData")
            .setting::<Vec<f64>>("w", "Vec<f64>", "The weights to find.", None)
            .setting::<f64>("b", "f64", "The bias to find.", None)
            .setting::<f64>(
                "noise",
                "f64",
                "Deviation of the noise.",
                Some(|| json!(0.01)),
            )
            .setting::<usize>(
                "num_train",
                "usize",
                "Rows to train on.",
                Some(|| json!(1000)),
            )
            .setting::<usize>(
                "num_val",
                "usize",
                "Rows to validate on.",
                Some(|| json!(1000)),
            )
            .setting::<usize>(
                "batch_size",
                "usize",
                "Rows of a batch.",
                Some(|| json!(32)),
            )
            .setting::<usize>("num_workers", "usize", WORKERS, Some(|| json!(0)))
    }
}

/// `root` is the folder that the files came from.
impl HyperParameters for FashionMNIST {
    type Ignored = ();

    fn hparams(&self) -> Map {
        let s = &self.settings;
        map([
            ("batch_size", json!(s.batch_size)),
            ("resize", json!(s.resize)),
            ("root", json!(self.folder.to_string_lossy())),
            ("num_workers", json!(s.num_workers)),
        ])
    }

    fn from_hparams(map: &Map, (): ()) -> Result<Self, HParamError> {
        let mut r = Self::signature().reader(map);
        let resize: (usize, usize) = r.value("resize")?;
        let batch_size: usize = r.value("batch_size")?;
        if resize.0 == 0 || resize.1 == 0 || batch_size == 0 {
            return Err(r.refused("resize holds a 0, or batch_size is 0"));
        }
        let settings = FashionMNIST::new()
            .batch_size(batch_size)
            .resize(resize)
            .root(r.value::<String>("root")?)
            .num_workers(r.value("num_workers")?);
        r.finish()?;
        settings
            .load()
            .map_err(|error| r.refused(&error.to_string()))
    }

    fn signature() -> Signature {
        Signature::new("FashionMNIST")
            .setting::<usize>(
                "batch_size",
                "usize",
                "Images of a batch.",
                Some(|| json!(64)),
            )
            .setting::<(usize, usize)>(
                "resize",
                "(usize, usize)",
                "Height and width.",
                Some(|| json!([28, 28])),
            )
            .setting::<String>("root", "String", "The folder of the four files.", None)
            .setting::<usize>("num_workers", "usize", WORKERS, Some(|| json!(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dm_1_and_lr_3_settings_are_stored_by_name() {
        let data = SyntheticRegressionData::new(Tensor::from([[2.0], [0.5]]), 1).batch_size(7);
        let hparams = data.hparams();
        let names: Vec<_> = hparams.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "w",
                "b",
                "noise",
                "num_train",
                "num_val",
                "batch_size",
                "num_workers"
            ]
        );
        assert_eq!(
            (&hparams["w"], &hparams["batch_size"]),
            (&json!([2.0, 0.5]), &json!(7))
        );
        let again = SyntheticRegressionData::from_hparams(&hparams, ()).unwrap();
        assert_eq!(again.hparams(), hparams);
    }

    #[test]
    fn stored_settings_that_make_no_sense_are_errors() {
        let whole = SyntheticRegressionData::new(Tensor::from([1.0]), 1).hparams();
        let refused = |change: &dyn Fn(&mut Map)| {
            let mut map = whole.clone();
            change(&mut map);
            SyntheticRegressionData::from_hparams(&map, ()).unwrap_err()
        };
        let set = |name: &'static str, value: serde_json::Value| {
            move |m: &mut Map| drop(m.insert(name.into(), value.clone()))
        };
        assert!(matches!(
            refused(&|m| drop(m.remove("b"))),
            HParamError::Missing { .. }
        ));
        assert!(matches!(
            refused(&set("w", json!("two"))),
            HParamError::WrongType { .. }
        ));
        assert!(matches!(
            refused(&set("w", json!([]))),
            HParamError::Constructor { .. }
        ));
        assert!(matches!(
            refused(&set("noise", json!(-1.0))),
            HParamError::Constructor { .. }
        ));
        assert!(matches!(
            refused(&set("batch_size", json!(0))),
            HParamError::Constructor { .. }
        ));
        assert!(matches!(
            refused(&set("extra", json!(1))),
            HParamError::Unknown { .. }
        ));
    }
}
