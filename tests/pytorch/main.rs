//! Files that `torch.save` of PyTorch wrote in both of its formats (`make.py` beside this), and what
//! becomes of them when bytes change.
use d2l::{
    DType, Tensor,
    file::{FormatError, Value},
    module::StateDict,
    prelude::*,
};
use std::{fs, path::PathBuf};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("pytorch")
        .join(name)
}

fn state() -> Vec<(&'static str, Tensor)> {
    let x = Tensor::arange(6.0).reshape([2, 3]);
    let pair = || Tensor::from([1.5, -2.0]);
    vec![
        ("weight", x.clone()),
        ("transposed", x.t()),
        ("row", x.i(1)),
        ("tied", x.clone()),
        ("again", x),
        ("half", pair()),
        ("brain", pair()),
        ("double", Tensor::with_dtype([0.1], DType::F64)),
        ("short", Tensor::from([-3, 4])),
        ("byte", Tensor::from([200u8])),
        ("flag", Tensor::from([true, false])),
        ("number", Tensor::from(7)),
        ("empty", Tensor::zeros([0, 3])),
        ("spread", Tensor::from([2.0, 2.0, 2.0])),
    ]
}

#[test]
fn states_of_both_formats_are_read() {
    for name in ["state.pt", "state_legacy.pt"] {
        let read = StateDict::read(file(name)).unwrap();
        let entries: Vec<_> = read.iter().map(|(name, t)| (name, t.clone())).collect();
        assert_eq!(entries, state(), "{name}");
    }
}

#[test]
fn one_view_is_one_tensor() {
    let state = StateDict::read(file("state.pt")).unwrap();
    state.get("tied").unwrap().zero_();
    assert_eq!(state.get("weight").unwrap().sum().item(), 0.0);
    assert_eq!(state.get("again").unwrap().sum().item(), 0.0);
    assert_eq!(state.get("row").unwrap().sum().item(), 12.0);
}

#[test]
fn checkpoints_are_trees_of_values() {
    for (name, protocol_4) in [("checkpoint.pt", true), ("checkpoint_legacy.pt", false)] {
        let value = Value::read(file(name)).unwrap();
        let text = |s: &str| Value::Str(s.into());
        let tensor = Value::Tensor(Tensor::from([1.0, 2.0]));
        for (key, want) in [
            ("epoch", Value::Int(3)),
            ("loss", Value::Float(0.25)),
            ("name", text("größe")),
            ("none", Value::None),
            ("done", Value::Bool(false)),
            ("big", Value::Int(1 << 40)),
            ("negative", Value::Int(-5)),
            ("shape", Value::Tuple(vec![Value::Int(2), Value::Int(3)])),
            ("device", text("cpu")),
            ("dtype", text("torch.float16")),
            (
                "list",
                Value::List(vec![
                    Value::Int(1),
                    Value::Tuple(vec![Value::Int(2), Value::Int(3)]),
                    Value::Dict(vec![(text("deep"), tensor)]),
                ]),
            ),
        ] {
            assert_eq!(value.get(key), Some(&want), "{name}: {key}");
        }
        let bytes = protocol_4.then(|| Value::Bytes(b"ab".to_vec()));
        assert_eq!(value.get("bytes"), bytes.as_ref());
        let model = StateDict::try_from(value.get("model").unwrap()).unwrap();
        assert_eq!(model.keys().collect::<Vec<_>>(), ["w", "b"]);
        assert_eq!(model.get("b"), Some(&Tensor::from([0.0, 1.0, 2.0])));
        let whole = StateDict::read(file(name)).unwrap_err().to_string();
        assert!(
            whole.contains("`epoch`, `loss`") && whole.contains("Value::read"),
            "{whole}"
        );
    }
}

#[test]
fn what_is_no_tensor_is_refused_by_name() {
    let refused = |name: &str, why: &str| {
        let error = StateDict::read(file(name)).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(name), "{error}");
    };
    refused("module.pt", "`torch.nn.modules.linear.Linear`");
    refused("complex.pt", "complex64");
    refused("make.py", "begins neither as");
    let number = Value::read(file("uint16.pt")).unwrap();
    assert_eq!(number.tensor(), Some(&Tensor::from([1, 65535])));
    refused("uint16.pt", "something else than a dictionary");
    assert!(
        StateDict::read(file("none.pt"))
            .unwrap_err()
            .to_string()
            .contains("cannot read")
    );
}

#[test]
fn a_model_loads_what_pytorch_saved() {
    #[derive(Module)]
    struct Net {
        w: Param,
        b: Param,
    }
    let net = Net {
        w: Param::lazy(),
        b: Param::new(Tensor::zeros([3])),
    };
    let checkpoint = Value::read(file("checkpoint.pt")).unwrap();
    let state = StateDict::try_from(checkpoint.get("model").unwrap()).unwrap();
    net.load_state_dict(&state).unwrap();
    assert_eq!(net.w.to_vec::<f32>(), [1.0, 2.0]);
    assert_eq!(net.b.to_vec::<f32>(), [0.0, 1.0, 2.0]);
    let path = std::env::temp_dir().join(format!("d2l-pt-{}.pt", std::process::id()));
    fs::copy(file("state.pt"), &path).unwrap();
    let error = net.load(&path).unwrap_err().to_string();
    assert!(
        error.contains("missing: w, b") && error.contains("unexpected: weight"),
        "{error}"
    );
    fs::remove_file(path).unwrap();
}

/// `ours.safetensors` is from Python's safetensors (`make_safetensors.py`).
#[test]
fn what_we_write_is_what_pythons_safetensors_writes() {
    let x = Tensor::arange(6.0).reshape([2, 3]);
    let state: StateDict = [
        ("flag", Tensor::from([true, false])),
        ("w", &x / 4.0),
        ("transposed", x.t()),
        (
            "double",
            Tensor::with_dtype([0.1, f64::NEG_INFINITY], DType::F64),
        ),
        ("count", Tensor::from(7)),
        ("byte", Tensor::from([200u8])),
        ("empty", Tensor::zeros([0, 3])),
        ("größe \"x\"", Tensor::from([1.5])),
    ]
    .into_iter()
    .collect();
    let theirs = fs::read(file("ours.safetensors")).unwrap();
    assert_eq!(state.to_bytes().unwrap(), theirs);
    let read = StateDict::from_bytes(&theirs).unwrap();
    assert_eq!(read.len(), state.len());
    assert!(state.iter().all(|(name, t)| read.get(name) == Some(t)));
}

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// Some bytes changed, cut off, doubled or taken from elsewhere.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes[at] = self.below(256) as u8,
                1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'R'][self.below(6)],
                3 => bytes.truncate(at.max(1)),
                4 => bytes.insert(at, self.below(256) as u8),
                _ => {
                    let (from, n) = (self.below(bytes.len()), self.below(16));
                    let part = bytes[from..bytes.len().min(from + n)].to_vec();
                    let end = bytes.len().min(at + part.len());
                    bytes[at..end].copy_from_slice(&part[..end - at]);
                }
            }
        }
        bytes
    }
}

/// The pickle inside of a zip file is changed with its checksum, which would hide it otherwise.
fn with_pickle(file: &[u8], change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let at = file
        .windows(2)
        .position(|w| w == b"\x80\x02" || w == b"\x80\x04");
    let at = at.expect("a pickle");
    let name = b"PK\x01\x02";
    let directory = file
        .windows(4)
        .position(|w| w == name)
        .expect("a directory");
    let length = u32::from_le_bytes(file[directory + 24..directory + 28].try_into().unwrap());
    let end = at + length as usize;
    let mut pickle = change(&file[at..end]);
    pickle.resize(end - at, b'.');
    let mut whole = [&file[..at], &pickle, &file[end..]].concat();
    let crc = crc32(&pickle).to_le_bytes();
    whole[directory + 16..directory + 20].copy_from_slice(&crc);
    whole
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, &b: &u8| {
        (0..8).fold(crc ^ u32::from(b), |c, _| {
            c >> 1 ^ (0xedb8_8320 & (c & 1).wrapping_neg())
        })
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn no_changed_file_makes_a_reader_panic() {
    let mut random = Random(7);
    let safetensors = state()
        .into_iter()
        .collect::<StateDict>()
        .to_bytes()
        .unwrap();
    let mut files: Vec<_> = [
        "state.pt",
        "state_legacy.pt",
        "checkpoint.pt",
        "checkpoint_legacy.pt",
    ]
    .map(|name| fs::read(file(name)).unwrap())
    .into();
    files.push(safetensors);
    let (mut read, mut refused, mut unknown) = (0, 0, 0);
    for i in 0..8000 {
        let bytes = &files[i % files.len()];
        let bytes = match i % 2 {
            0 if bytes.starts_with(b"PK") => with_pickle(bytes, |p| random.changed(p)),
            _ => random.changed(bytes),
        };
        let state = StateDict::from_bytes(&bytes);
        let value = Value::from_bytes(&bytes);
        if let Ok(state) = &state {
            // What was accepted can be used.
            state.iter().for_each(|(_, t)| drop(t.to_le_bytes()));
        }
        match (value, state) {
            (Ok(_), _) | (_, Ok(_)) => read += 1,
            (Err(FormatError::UnknownGlobal(_)), _) => unknown += 1,
            _ => refused += 1,
        }
    }
    assert!(
        read > 100 && refused > 1000 && unknown > 20,
        "{read} {refused} {unknown}"
    );
}
