//! Checkpoints that are damaged or of another model: a typed error, never a panic.
use super::*;
use d2l::{
    module::{HParamError, StateDict},
    train::CheckpointError,
};

/// A checkpoint written by hand: the JSON under the key `d2l`, then tensors as
/// (name, dtype, shape, bytes).
fn by_hand(d2l: Option<&str>, tensors: &[(&str, &str, &str, usize)]) -> Vec<u8> {
    let quoted = d2l.map(|json| format!("{:?}", json).replace("\\'", "'"));
    let mut parts: Vec<_> = quoted
        .map(|q| format!("\"__metadata__\":{{\"d2l\":{q}}}"))
        .into_iter()
        .collect();
    let mut end = 0;
    for (name, dtype, shape, bytes) in tensors {
        let begin = end;
        end += bytes;
        parts.push(format!(
            "\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}"
        ));
    }
    let header = format!("{{{}}}", parts.join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.resize(file.len() + end, 0);
    file
}

const HEADER: &str = r#"{"version":1,"type":"Net","hparams":{"lr":0.03,"hidden":4}}"#;
const TENSORS: [(&str, &str, &str, usize); 4] = [
    ("net.0.weight", "F32", "[4,3]", 48),
    ("net.0.bias", "F32", "[4]", 16),
    ("net.2.weight", "F32", "[1,4]", 16),
    ("net.2.bias", "F32", "[1]", 4),
];

/// The error of loading a file with these bytes, and the path that it has to name.
struct Refused(CheckpointError, PathBuf);

#[track_caller]
fn refused(bytes: &[u8]) -> Refused {
    let folder = Folder::new(&format!("refused-{:?}", std::thread::current().id()));
    let path = folder.file("net.safetensors");
    fs::write(&path, bytes).unwrap();
    let Err(error) = Net::load_from_checkpoint(&path) else {
        panic!("this should be refused")
    };
    Refused(error, path)
}

impl Refused {
    #[track_caller]
    fn says(self, parts: &[&str]) -> CheckpointError {
        let text = self.0.to_string();
        assert!(
            text.contains(self.1.to_str().unwrap()),
            "the file is not named: {text}"
        );
        for part in parts {
            assert!(text.contains(part), "no {part:?} in: {text}");
        }
        self.0
    }
}

fn checkpoint_bytes() -> Vec<u8> {
    let folder = Folder::new(&format!("bytes-{:?}", std::thread::current().id()));
    let path = folder.file("net.safetensors");
    net().save_checkpoint(&path).unwrap();
    fs::read(&path).unwrap()
}

/// Loads a file of these bytes in both ways; all that matters is that it comes back.
fn load(path: &Path, bytes: &[u8]) -> Result<Net, CheckpointError> {
    fs::write(path, bytes).unwrap();
    let fresh = Net::new(0.1, 4);
    let weights = fresh.load(path);
    let model = Net::load_from_checkpoint(path);
    if weights.is_ok() {
        // What was accepted can be used.
        let _ = (
            fresh.repr().to_string(),
            fresh.forward(&Tensor::ones([1, 3])),
        );
    }
    model
}

#[test]
fn a_file_written_by_hand_is_read() {
    let folder = Folder::new("by-hand");
    let path = folder.file("net.safetensors");
    let model = load(&path, &by_hand(Some(HEADER), &TENSORS)).unwrap();
    assert_eq!(
        (model.lr, model.hidden, model.num_parameters()),
        (0.03, 4, 21)
    );
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new("missing");
    for path in [folder.file("none.safetensors"), folder.0.clone()] {
        let error = Net::load_from_checkpoint(&path).unwrap_err();
        assert!(
            matches!(error, CheckpointError::Io { action: "read", .. }),
            "{error}"
        );
        let text = error.to_string();
        assert!(text.contains("cannot read the checkpoint"), "{text}");
        assert!(text.contains(path.to_str().unwrap()), "{text}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (folder, bytes) = (Folder::new("cut"), checkpoint_bytes());
    let path = folder.file("net.safetensors");
    for n in 0..bytes.len() {
        let error = load(&path, &bytes[..n]).expect_err("it is cut off");
        assert!(
            matches!(error, CheckpointError::Format { .. }),
            "{n} bytes: {error}"
        );
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
    load(&path, &bytes).unwrap();
}

#[test]
fn bytes_behind_the_end_are_refused() {
    let mut bytes = checkpoint_bytes();
    bytes.push(0);
    refused(&bytes).says(&["damaged"]);
}

/// A flipped bit may go unnoticed in a weight, but it is never a panic.
#[test]
fn no_flipped_bit_leads_to_a_panic() {
    let (folder, bytes) = (Folder::new("flipped"), checkpoint_bytes());
    let path = folder.file("net.safetensors");
    let mut refused = 0;
    for i in 0..8 * bytes.len() {
        let mut bytes = bytes.clone();
        bytes[i / 8] ^= 1 << (i % 8);
        refused += usize::from(load(&path, &bytes).is_err());
    }
    assert!(
        refused > bytes.len(),
        "most of the header matters: {refused}"
    );
}

#[test]
fn garbage_is_refused() {
    let folder = Folder::new("garbage");
    let path = folder.file("net.safetensors");
    let mut state = 1u64;
    let mut byte = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    for n in 0..500 {
        let mut bytes: Vec<u8> = (0..n).map(|_| byte()).collect();
        if n % 2 == 0 && n > 8 {
            // A length that fits, so that the rest is looked at.
            bytes[..8].copy_from_slice(&(n as u64 - 8).to_le_bytes());
        }
        assert!(load(&path, &bytes).is_err(), "{n} bytes of garbage");
    }
    refused(b"").says(&["not a checkpoint"]);
    refused(b"PK\x03\x04 something else entirely").says(&["not a checkpoint"]);
    refused(&[0xff; 64]).says(&["not a checkpoint"]);
}

#[derive(Module, Debug)]
struct Other {
    #[hparam]
    lr: f64,
    #[hparam]
    hidden: usize,
    net: Sequential,
}

#[add_to_class(Other)]
fn new(lr: f64, hidden: usize) -> Self {
    save_hyperparameters!(net: sequential![LazyLinear::new(hidden), Tanh, LazyLinear::new(1)])
}

#[derive(Module, Debug)]
struct Different {
    #[hparam]
    rate: f64,
    net: Sequential,
}

#[add_to_class(Different)]
fn new(rate: f64) -> Self {
    save_hyperparameters!(net: sequential![Linear::new(1, 1)])
}

#[test]
fn a_checkpoint_of_another_model_names_both() {
    let folder = Folder::new("other");
    let path = folder.file("net.safetensors");
    net().save_checkpoint(&path).unwrap();
    // Whether or not the hyperparameters would fit.
    let errors = [
        Other::load_from_checkpoint(&path).unwrap_err(),
        Different::load_from_checkpoint(&path).unwrap_err(),
    ];
    for (error, expected) in errors.iter().zip(["Other", "Different"]) {
        assert!(
            matches!(error, CheckpointError::OtherModel { .. }),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains(&format!("checkpoint of `Net`, not of `{expected}`")),
            "{text}"
        );
        assert!(text.contains(path.to_str().unwrap()), "{text}");
    }
}

#[test]
fn weights_of_another_shape_name_every_difference_and_change_nothing() {
    let folder = Folder::new("shape");
    let path = folder.file("net.safetensors");
    net().save(&path).unwrap();
    let wide = Net::new(0.1, 9);
    wide.forward(&Tensor::ones([1, 3]));
    let before = wide.state_dict();
    let error = wide.load(&path).unwrap_err();
    assert!(matches!(error, CheckpointError::State { .. }), "{error}");
    let text = error.to_string();
    for part in [
        "net.0.weight",
        "[9, 3]",
        "[4, 3]",
        "net.2.weight",
        path.to_str().unwrap(),
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let same = |a: &StateDict, b: &StateDict| a.iter().eq(b.iter());
    assert!(same(&before, &wide.state_dict()), "nothing was loaded");
}

#[test]
fn missing_and_unexpected_weights_are_named() {
    refused(&by_hand(Some(HEADER), &TENSORS[..3])).says(&["missing: net.2.bias"]);
    let mut more = TENSORS.to_vec();
    more.push(("net.7.bias", "F32", "[1]", 4));
    refused(&by_hand(Some(HEADER), &more)).says(&["unexpected: net.7.bias"]);
}

#[test]
fn hyperparameters_of_the_wrong_type_are_named() {
    let cases = [
        (r#"{"lr":"fast","hidden":4}"#, "`lr`", "string"),
        (r#"{"lr":0.03,"hidden":-4}"#, "`hidden`", "-4"),
        (r#"{"lr":0.03,"hidden":4.5}"#, "`hidden`", "4.5"),
        (r#"{"lr":0.03,"hidden":null}"#, "`hidden`", "null"),
        (r#"{"lr":0.03,"hidden":[4]}"#, "`hidden`", "sequence"),
        (r#"{"lr":0.03}"#, "`hidden`", "no hyperparameter"),
        (r#"{"lr":0.03,"hidden":4,"depth":2}"#, "`depth`", "unknown"),
    ];
    for (hparams, name, what) in cases {
        let header = format!(r#"{{"version":1,"type":"Net","hparams":{hparams}}}"#);
        let error = refused(&by_hand(Some(&header), &TENSORS)).says(&["Net", name, what]);
        let CheckpointError::HyperParameters { source, .. } = error else {
            panic!("{error}")
        };
        assert!(
            matches!(
                source,
                HParamError::WrongType { .. }
                    | HParamError::Missing { .. }
                    | HParamError::Unknown { .. }
            ),
            "{source}"
        );
    }
}

#[test]
fn headers_that_are_none_are_refused() {
    for header in [
        "",
        "{}",
        "[]",
        "null",
        "{\"version\":1}",
        "{\"version\":\"one\"}",
    ] {
        let error = refused(&by_hand(Some(header), &TENSORS)).says(&["damaged"]);
        assert!(matches!(error, CheckpointError::Format { .. }), "{error}");
    }
    let later = HEADER.replace("\"version\":1", "\"version\":2");
    refused(&by_hand(Some(&later), &TENSORS)).says(&["version is 2", "up to 1"]);
    refused(&by_hand(None, &TENSORS)).says(&["weights alone", "`load`"]);
}

#[test]
fn narrow_numbers_become_those_of_the_model() {
    let folder = Folder::new("narrow");
    let path = folder.file("net.safetensors");
    let mut tensors = TENSORS;
    tensors[0] = ("net.0.weight", "BF16", "[4,3]", 24);
    let model = load(&path, &by_hand(Some(HEADER), &tensors)).unwrap();
    assert_eq!(*model.parameters()[0], Tensor::zeros([4, 3]));
}

#[test]
fn tensors_that_are_none_are_refused() {
    let swapped = |t: (&'static str, &'static str, &'static str, usize)| {
        let mut tensors = TENSORS;
        tensors[0] = t;
        refused(&by_hand(Some(HEADER), &tensors))
    };
    swapped(("net.0.weight", "F8_E4M3", "[4,3]", 12)).says(&["net.0.weight", "F8_E4M3"]);
    swapped(("net.0.weight", "F32", "[4,4]", 48)).says(&["damaged"]);
    swapped(("net.0.weight", "F32", "[1,1,1,1,1,1,1,1,1,1,1,12]", 48))
        .says(&["net.0.weight", "axes"]);
    swapped((
        "net.0.weight",
        "F32",
        "[18446744073709551615,18446744073709551615]",
        48,
    ))
    .says(&["damaged"]);
    swapped(("net.0.weight", "I64", "[4,3]", 96)).says(&["net.0.weight"]);
    swapped(("net.0.weight", "BOOL", "[4,3]", 12)).says(&["net.0.weight"]);
    // Neither as a vector, nor with another number of hidden units.
    swapped(("net.0.weight", "F32", "[12]", 48)).says(&["net.0.weight"]);
    swapped(("net.0.weight", "F32", "[3,4]", 48)).says(&["net.0.weight"]);
}
