//! Hyperparameters from nothing, from files and from command lines.
use super::*;

/// A data module, which is no module, with rules on the arguments of its constructor.
struct Data {
    batch_size: usize,
    shuffle: bool,
    root: String,
}

#[add_to_class(Data)]
fn new(
    /// Examples in a batch.
    #[hparam(default = 32, range = 1..)]
    batch_size: usize,
    /// A new order in every pass.
    #[hparam(default = false)]
    shuffle: bool,
    /// Where the files are.
    #[hparam(default = "../data")]
    root: String,
    verbose: bool,
) -> Self {
    assert!(!verbose);
    save_hyperparameters!(ignore = [verbose])
}

#[test]
fn any_struct_has_defaults_and_rules() {
    let data = Data::from_hparams(&Map::new(), false).unwrap();
    assert_eq!(
        (data.batch_size, data.shuffle, &*data.root),
        (32, false, "../data")
    );
    let data = Data::parse_from_with(["--shuffle", "--batch-size", "8"], false).unwrap();
    assert_eq!((data.batch_size, data.shuffle), (8, true));
    assert_eq!(
        error(Data::parse_from_with(["--batch-size", "0"], false)),
        "Data: hyperparameter `batch_size` is 0, outside of 1.."
    );
    let data = Data::parse_from_with(["--root", "12", "--shuffle=false"], false).unwrap();
    assert_eq!((&*data.root, data.shuffle), ("12", false));
}

#[test]
fn a_trainer_has_hyperparameters_too() {
    let file = File::with("trainer.toml", "max_epochs = 3\ngradient_clip_val = 1.0\n");
    let trainer = Trainer::from_config(&file.0).unwrap();
    assert_eq!(trainer.max_epochs(), 3);
    assert_eq!(trainer.hparams()["gradient_clip_val"], 1.0);
    assert_eq!(
        error(Trainer::parse_from(["--max-epoch", "3"])),
        "unknown flag `--max-epoch`; did you mean `--max-epochs`?"
    );
}

#[test]
fn toml_and_json_make_the_same_model() {
    let toml = File::with(
        "net.toml",
        "lr = 0.1 # a rate\nwidth = 4\nact = \"gelu\"\nsizes = [1, 2]\n",
    );
    let json = File::with(
        "net.json",
        &serde_json::to_string(&net().hparams()).unwrap(),
    );
    for file in [&toml, &json] {
        assert_eq!(
            Net::from_config(&file.0).unwrap().hparams(),
            net().hparams()
        );
    }
}

#[test]
fn mistakes_in_a_file_name_file_key_and_type() {
    let of = |name: &str, text: &str| {
        let file = File::with(name, text);
        let shown = file.0.display().to_string();
        error(Net::from_config(&file.0)).replace(&shown, "FILE")
    };
    let rest = "width = 4\nact = \"gelu\"\nsizes = []\n";
    assert_eq!(
        of("a.toml", &format!("lr = \"x\"\n{rest}")),
        "FILE: Net: hyperparameter `lr`: invalid type: string \"x\", expected f64"
    );
    assert_eq!(
        of("b.toml", rest),
        "FILE: Net: there is no hyperparameter `lr` (`f64`)"
    );
    assert_eq!(
        of("c.toml", &format!("lr = 0.1\nmomentum = 0.9\n{rest}")),
        "FILE: Net: unknown hyperparameter `momentum`; there are lr, width, act, sizes"
    );
    assert!(
        of("d.toml", "lr = = 3").contains("line 1"),
        "{}",
        of("d.toml", "lr = = 3")
    );
    assert!(of("e.json", "[1]").starts_with("FILE: "));
    assert_eq!(
        of("f.yaml", ""),
        "FILE: its name should end in `.toml` or `.json`"
    );
    let absent = Net::from_config("/nowhere/net.toml").err().unwrap();
    assert!(matches!(absent, ConfigError::Io { .. }), "{absent}");
    assert!(
        absent
            .to_string()
            .starts_with("cannot read /nowhere/net.toml: ")
    );
}

/// A net for small images.
///
/// More about it.
#[derive(Module)]
struct Documented {
    /// How fast it learns.
    #[hparam(default = 0.1)]
    lr: f32,
    /// Units of the
    /// hidden layer.
    #[hparam]
    num_hiddens: usize,
}

#[add_to_class(Documented)]
fn new(lr: f32, num_hiddens: usize) -> Self {
    save_hyperparameters!()
}

#[test]
fn help_is_made_of_the_documentation() {
    let Err(ArgsError::Help(text)) = Documented::parse_from(["--lr", "1", "--help"]) else {
        panic!("no help");
    };
    let expected = "\
A net for small images.

More about it.

Settings of Documented:
  --lr <f32>             How fast it learns. [default: 0.1]
  --num-hiddens <usize>  Units of the hidden layer.
  -h, --help             Print this text.";
    assert_eq!(text, expected);
}

#[test]
fn mistakes_on_the_command_line_say_what_to_write() {
    let says = |args: &[&str], text: &str| {
        assert_eq!(error(Documented::parse_from(args.iter().copied())), text);
    };
    says(
        &["--num-hidden", "3"],
        "unknown flag `--num-hidden`; did you mean `--num-hiddens`?",
    );
    says(
        &["--x"],
        "unknown flag `--x`; there are `--lr`, `--num-hiddens`",
    );
    says(&["--lr"], "`--lr` needs a value: `--lr <f32>`");
    says(
        &["--num-hiddens", "--lr", "1"],
        "`--num-hiddens` needs a value: `--num-hiddens <usize>`",
    );
    says(
        &["--lr", "fast"],
        "`--lr fast`: invalid type: string \"fast\", expected f32",
    );
    says(
        &["--num-hiddens", "-1"],
        "`--num-hiddens -1`: invalid value: integer `-1`, expected usize",
    );
    says(&["--lr", "1", "--lr", "2"], "`--lr` is given twice");
    says(&["lr"], "unexpected `lr`; flags are written `--name value`");
    says(
        &[],
        "Documented: there is no hyperparameter `num_hiddens` (`usize`)",
    );
    let made = Documented::parse_from(["--num-hiddens", "8", "--lr=-3.5"]).unwrap();
    assert_eq!((made.num_hiddens, made.lr), (8, -3.5));
    assert_eq!(net().parameters().len(), 2);
    let missing = Documented::from_hparams(&Map::new(), ()).err().unwrap();
    assert!(matches!(missing, HParamError::Missing { .. }));
}

#[test]
fn the_library_s_data_can_be_chosen_on_the_command_line() {
    let data =
        SyntheticRegressionData::parse_from(["--w", "2,-3.5", "--b", "4.2", "--num-val", "5"]);
    let hparams = data.unwrap().hparams();
    assert_eq!(
        (&hparams["w"], &hparams["num_val"]),
        (&json!([2.0, -3.5]), &json!(5))
    );
    assert_eq!(hparams["batch_size"], 32);
    let wrong = error(SyntheticRegressionData::parse_from([
        "--w",
        "1",
        "--b",
        "0",
        "--batch-size=0",
    ]));
    assert!(wrong.contains("batch_size is 0"), "{wrong}");
    let file = File::with("data.toml", "w = [1.0]\nb = 0.5\nnum_trian = 3\n");
    let unknown = error(SyntheticRegressionData::from_config(&file.0));
    assert!(
        unknown.ends_with("unknown hyperparameter `num_trian`; did you mean `num_train`?"),
        "{unknown}"
    );
}
