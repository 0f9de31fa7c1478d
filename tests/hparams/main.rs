//! Hyperparameters as users of other libraries wish they were: one test for each of their complaints,
//! then (in `sources`) files and command lines.
mod sources;

use d2l::{
    module::{ArgsError, ConfigError, HParamError, hparams::Map},
    prelude::*,
    train::CheckpointError,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{fs, path::PathBuf};

/// A model with every kind of hyperparameter.
#[derive(Module)]
struct Net {
    #[hparam(range = 0.0..=1.0)]
    lr: f64,
    #[hparam(check = Net::is_even)]
    width: usize,
    #[hparam]
    act: Act,
    #[hparam]
    sizes: Vec<usize>,
    net: LazyLinear,
}

/// An argument that is not a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Relu,
    Gelu,
}

#[add_to_class(Net)]
fn new(lr: f64, width: usize, act: Act, sizes: Vec<usize>) -> Self {
    save_hyperparameters!(net: LazyLinear::new(width))
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

impl Net {
    fn is_even(width: &usize) -> Result<(), String> {
        width
            .is_multiple_of(2)
            .then_some(())
            .ok_or_else(|| "it should be even".to_string())
    }
}

fn net() -> Net {
    Net::new(0.1, 4, Act::Gelu, vec![1, 2])
}

struct File(PathBuf);

impl File {
    fn new(name: &str) -> File {
        File(std::env::temp_dir().join(format!("d2l-{}-{name}", std::process::id())))
    }

    fn with(name: &str, text: &str) -> File {
        let file = File::new(name);
        fs::write(&file.0, text).unwrap();
        file
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn error<T, E: ToString>(result: Result<T, E>) -> String {
    result.err().expect("an error").to_string()
}

fn changed(change: impl FnOnce(&mut Map)) -> String {
    let mut map = net().hparams();
    change(&mut map);
    error(Net::from_hparams(&map, ()))
}

#[test]
fn one_line_stores_all_and_one_path_rebuilds_all() {
    let (file, net) = (File::new("all.safetensors"), net());
    let y = net.forward(&Tensor::ones([1, 3]));
    net.save_checkpoint(&file.0).unwrap();
    let again = Net::load_from_checkpoint(&file.0).unwrap();
    assert_eq!(
        (again.lr, again.width, again.act, &*again.sizes),
        (0.1, 4, Act::Gelu, &[1, 2][..])
    );
    assert_eq!(again.forward(&Tensor::ones([1, 3])), y);
}

#[test]
fn a_missing_argument_is_named_with_its_type() {
    assert_eq!(
        changed(|m| drop(m.remove("lr"))),
        "Net: there is no hyperparameter `lr` (`f64`)"
    );
    let renamed = changed(|m| {
        let width = m.remove("width").unwrap();
        m.insert("widht".into(), width);
    });
    assert_eq!(
        renamed,
        "Net: there is no hyperparameter `width` (`usize`); did you mean it by `widht`?"
    );
}

#[test]
fn an_unknown_argument_is_reported() {
    assert_eq!(
        changed(|m| drop(m.insert("sizess".into(), json!([])))),
        "Net: unknown hyperparameter `sizess`; did you mean `sizes`?"
    );
    assert_eq!(
        changed(|m| drop(m.insert("momentum".into(), json!(0.9)))),
        "Net: unknown hyperparameter `momentum`; there are lr, width, act, sizes"
    );
}

#[test]
fn a_wrong_type_is_named() {
    assert_eq!(
        changed(|m| drop(m.insert("width".into(), json!("a")))),
        "Net: hyperparameter `width`: invalid type: string \"a\", expected usize"
    );
    let text = changed(|m| drop(m.insert("sizes".into(), json!([1, "b"]))));
    assert!(
        text.contains("string \"b\", expected usize (its type is `Vec<usize>`)"),
        "{text}"
    );
    let text = changed(|m| drop(m.insert("act".into(), json!("tanh"))));
    assert!(
        text.contains("unknown variant `tanh`") && text.contains("`relu`"),
        "{text}"
    );
}

#[test]
fn a_value_outside_of_its_range_is_refused_by_files_and_by_the_constructor() {
    assert_eq!(
        changed(|m| drop(m.insert("lr".into(), json!(2.0)))),
        "Net: hyperparameter `lr` is 2.0, outside of 0.0..=1.0"
    );
    assert_eq!(
        changed(|m| drop(m.insert("width".into(), json!(3)))),
        "Net: hyperparameter `width` may not be 3: it should be even"
    );
    let panic = std::panic::catch_unwind(|| Net::new(f64::NAN, 4, Act::Relu, vec![]))
        .err()
        .unwrap();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "Net: hyperparameter `lr` is NaN, outside of 0.0..=1.0"
    );
}

/// Lightning: a subclass's and the class's `hparams` overwrite each other; an argument may not be
/// called `hparams`.
#[test]
fn names_do_not_clash() {
    struct Clash {
        hparams: usize,
        map: usize,
        reader: usize,
        signature: usize,
    }
    #[add_to_class(Clash)]
    fn new(hparams: usize, map: usize, reader: usize, signature: usize) -> Self {
        save_hyperparameters!()
    }
    let made = Clash::from_hparams(&Clash::new(1, 2, 3, 4).hparams(), ()).unwrap();
    assert_eq!(
        (made.hparams, made.map, made.reader, made.signature),
        (1, 2, 3, 4)
    );
}

/// Lightning pickles modules that are arguments: doubled files, warnings, hangs. Here the part is
/// made again by its own constructor and its weights are stored once.
#[test]
fn a_module_as_an_argument_is_stored_by_its_own_hyperparameters() {
    #[derive(Module)]
    struct Outer {
        part: Net,
        #[hparam]
        depth: usize,
    }
    #[add_to_class(Outer)]
    fn new(part: Net, depth: usize) -> Self {
        save_hyperparameters!()
    }
    let (file, outer) = (File::new("nested.safetensors"), Outer::new(net(), 2));
    outer.part.forward(&Tensor::ones([1, 3]));
    assert_eq!(outer.hparams()["part"]["width"], 4);
    outer.save_checkpoint(&file.0).unwrap();
    let again = Outer::load_from_checkpoint(&file.0).unwrap();
    assert_eq!(
        (again.depth, again.part.width, again.part.act),
        (2, 4, Act::Gelu)
    );
    assert_eq!(
        again.part.net.weight.to_vec::<f32>(),
        outer.part.net.weight.to_vec::<f32>()
    );
    let weights = 4 * (3 * 4 + 4);
    assert!(
        fs::metadata(&file.0).unwrap().len() < weights + 600,
        "weights are stored once"
    );

    let mut map = outer.hparams();
    map["part"]["lr"] = json!("x");
    assert_eq!(
        error(Outer::from_hparams(&map, ())),
        "Outer: hyperparameter `part`: Net: hyperparameter `lr`: invalid type: string \"x\", \
         expected f64"
    );
    map["part"] = json!(3);
    assert_eq!(
        error(Outer::from_hparams(&map, ())),
        "Outer: hyperparameter `part`: invalid value 3, expected a table of hyperparameters (its type is `Net`)"
    );
}

/// burn: adding one hyperparameter makes every old file unreadable.
#[test]
fn an_old_file_takes_the_default_of_a_new_hyperparameter() {
    #[derive(Module)]
    struct Version1 {
        #[hparam]
        lr: f64,
        net: Linear,
    }
    #[add_to_class(Version1)]
    fn new(lr: f64) -> Self {
        save_hyperparameters!(net: Linear::new(1, 1))
    }
    #[derive(Module)]
    struct Version2 {
        #[hparam]
        lr: f64,
        #[hparam(default = "relu")]
        name: String,
        #[hparam(default = 2 * 3)]
        heads: usize,
        #[hparam(default = -1.5)]
        bias: f32,
        #[hparam(default = vec![1, 2])]
        sizes: Vec<usize>,
        #[hparam(default = None)]
        dropout: Option<f64>,
        #[hparam(default = Act::Relu)]
        act: Act,
        net: Linear,
    }
    #[add_to_class(Version2)]
    fn new(
        lr: f64,
        name: String,
        heads: usize,
        bias: f32,
        sizes: Vec<usize>,
        dropout: Option<f64>,
        act: Act,
    ) -> Self {
        save_hyperparameters!(net: Linear::new(1, 1))
    }
    let old = Version1::new(0.25);
    let new = Version2::from_hparams(&old.hparams(), ()).unwrap();
    assert_eq!(
        (new.lr, &*new.name, new.heads, new.bias),
        (0.25, "relu", 6, -1.5)
    );
    assert_eq!(
        (&*new.sizes, new.dropout, new.act),
        (&[1, 2][..], None, Act::Relu)
    );

    // the file says whose it is, so that another model's is not taken for it
    let file = File::new("version1.safetensors");
    old.save_checkpoint(&file.0).unwrap();
    assert!(matches!(
        Version2::load_from_checkpoint(&file.0),
        Err(CheckpointError::OtherModel { .. })
    ));
}

/// Equinox: one JSON line by hand; burn: a Python class has to be unpickled to read the settings.
#[test]
fn the_header_of_the_file_can_be_read_by_anybody() {
    let file = File::new("header.safetensors");
    net().save_checkpoint(&file.0).unwrap();
    let bytes = fs::read(&file.0).unwrap();
    let (_, meta) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&meta.metadata().as_ref().unwrap()["d2l"]).unwrap();
    assert_eq!(json["type"], "Net");
    let expected = json!({"lr": 0.1, "width": 4, "act": "gelu", "sizes": [1, 2]});
    assert_eq!(json["hparams"], expected);
}

/// Keras: what its documentation saves cannot be loaded in a fresh session. Here nothing is registered:
/// another process that knows the type loads the file.
#[test]
fn a_fresh_process_loads_the_file() {
    const NAME: &str = "a_fresh_process_loads_the_file";
    if let Some(path) = std::env::var_os("D2L_TEST_FRESH") {
        let again = Net::load_from_checkpoint(path).unwrap();
        assert_eq!(again.hparams(), net().hparams());
        return;
    }
    let file = File::new("fresh.safetensors");
    net().save_checkpoint(&file.0).unwrap();
    let fresh = |path: &std::path::Path| {
        let mut program = std::process::Command::new(std::env::current_exe().unwrap());
        program.args(["--exact", NAME]).env("D2L_TEST_FRESH", path);
        program.output().unwrap().status.success()
    };
    assert!(fresh(&file.0));
    assert!(!fresh(&file.0.with_extension("gone")), "it was really read");
}

/// Lightning's command line stores how it made the model instead of what the model was given.
#[test]
fn a_model_from_the_command_line_stores_plain_values() {
    let made = Net::parse_from([
        "--lr",
        "0.1",
        "--width=4",
        "--act",
        "gelu",
        "--sizes",
        "1,2",
    ])
    .unwrap();
    assert_eq!(made.hparams(), net().hparams());
}
