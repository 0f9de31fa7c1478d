//! A training that was stopped after an epoch and resumed from its file ends like the one that was not,
//! bit for bit.
use d2l::{prelude::*, train::CheckpointError};
use std::{fs, path::PathBuf};

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("d2l-resume-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Which optimizer a [`Net`] is trained with.
#[derive(Clone, Copy)]
enum Kind {
    Adam,
    Momentum,
    Plateau,
}

#[derive(Module)]
#[module(no_clone)]
struct Net {
    #[module(skip)]
    kind: Kind,
    net: Sequential,
}

impl Net {
    fn of(kind: Kind) -> Net {
        let net = sequential![LazyLinear::new(8), ReLU, LazyLinear::new(1)];
        Net { kind, net }
    }
}

/// With noise, so that the state of the random numbers counts.
#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    let noise = if self.is_training() {
        Tensor::randn(x.shape()) * 0.1
    } else {
        x.zeros_like()
    };
    self.net.forward(&(x + noise))
}

#[add_to_class(Net)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}

#[add_to_class(Net)]
fn configure_optimizers(&self) -> Box<dyn Optimizer> {
    let weights = ParamGroup::new(&self.parameters_matching("**.weight")).weight_decay(0.01);
    let groups = vec![
        weights,
        ParamGroup::new(&self.parameters_matching("**.bias")),
    ];
    let cosine =
        SequentialLR::new(LinearLR::new().total_iters(2)).then(2, CosineAnnealingLR::new(4));
    match self.kind {
        Kind::Adam => Box::new((Adam::new(groups, 0.05), cosine)),
        Kind::Momentum => {
            let sgd = SGD::new(groups, 0.05).momentum(0.9).nesterov(true);
            Box::new((sgd, StepLR::new(2, 0.5)))
        }
        Kind::Plateau => {
            let plateau = ReduceLROnPlateau::new()
                .patience(0)
                .threshold(PlateauThreshold::Absolute(9.0));
            Box::new((NAdam::new(groups, 0.05), plateau))
        }
    }
}

/// Loaders as a program makes them anew in each run.
fn data() -> (DataLoader, DataLoader) {
    let x = Tensor::arange(120).float().reshape([40, 3]) / 100.0;
    let y = x.sum_keepdim(1).sin();
    let loader = |n| DataLoader::new(TensorDataset::new([&x, &y]), n);
    (loader(7).shuffle(true), loader(16))
}

/// What a training leaves behind.
fn trace(net: &Net, fit: &Fit) -> (Vec<Vec<u8>>, Vec<u64>, usize, usize) {
    let weights = net
        .state_dict()
        .iter()
        .map(|(_, t)| t.to_le_bytes())
        .collect();
    let history = |name: &str| {
        fit.history(name)
            .iter()
            .map(|v| v.to_bits())
            .collect::<Vec<_>>()
    };
    let losses = [history("train_loss"), history("val_loss")].concat();
    (weights, losses, fit.epochs(), fit.steps())
}

fn a_break_changes_nothing(kind: Kind, name: &str) {
    let folder = Folder::new(name);
    let trainer = |epochs| Trainer::new(epochs).progress(false);
    manual_seed(11);
    let (mut net, (train, val)) = (Net::of(kind), data());
    let fit = trainer(5).fit(&mut net, &(&train, &val));
    let whole = trace(&net, &fit);

    for stop in [1, 3] {
        let path = folder.file("run.safetensors");
        manual_seed(11);
        let (mut net, (train, val)) = (Net::of(kind), data());
        let fit = trainer(stop)
            .checkpoint(&path)
            .fit(&mut net, &(&train, &val));
        assert_eq!(fit.last_checkpoint(), Some(&*path));

        manual_seed(999); // another program, another seed
        let (mut net, (train, val)) = (Net::of(kind), data());
        let fit = trainer(5)
            .resume(&path)
            .unwrap()
            .fit(&mut net, &(&train, &val));
        assert!(
            whole == trace(&net, &fit),
            "{name}: stopped after epoch {stop}"
        );
    }
}

#[test]
fn adam_with_warm_up_and_cosine() {
    a_break_changes_nothing(Kind::Adam, "adam");
}

#[test]
fn sgd_with_momentum_and_steps() {
    a_break_changes_nothing(Kind::Momentum, "momentum");
}

#[test]
fn nadam_with_a_plateau() {
    a_break_changes_nothing(Kind::Plateau, "plateau");
}

/// The file of one epoch with Adam.
fn one_epoch(path: &PathBuf) {
    let (mut net, (train, val)) = (Net::of(Kind::Adam), data());
    let mut trainer = Trainer::new(1).progress(false);
    let loaders = (&train, &val);
    let mut training = trainer.start(&mut net, &loaders);
    training.fit_epoch();
    training.save_checkpoint(path).unwrap();
}

#[test]
fn a_training_that_was_finished_is_not_trained_further() {
    let folder = Folder::new("finished");
    let path = folder.file("run.safetensors");
    one_epoch(&path);
    let (mut net, (train, val)) = (Net::of(Kind::Adam), data());
    let mut trainer = Trainer::new(1).progress(false).resume(&path).unwrap();
    let fit = trainer.fit(&mut net, &(&train, &val));
    assert_eq!(
        (fit.epochs(), fit.steps(), fit.last_checkpoint()),
        (1, 6, None)
    );
    // The file was for one training: the next one starts from the start.
    assert_eq!(trainer.fit(&mut net, &(&train, &val)).steps(), 6);
}

#[test]
fn the_weights_of_a_training_can_be_loaded_alone() {
    let folder = Folder::new("weights");
    let path = folder.file("run.safetensors");
    one_epoch(&path);
    let net = Net::of(Kind::Momentum);
    net.load(&path).unwrap();
    assert_eq!(net.num_parameters(), 3 * 8 + 8 + 8 + 1);
}

#[test]
fn what_does_not_fit_is_an_error_that_names_the_file() {
    let folder = Folder::new("errors");
    let path = folder.file("run.safetensors");
    let text = |e: CheckpointError| {
        let text = e.to_string();
        assert!(text.contains("run.safetensors"), "{text}");
        text
    };
    let resume = || Trainer::new(3).progress(false).resume(&path);

    let missing = resume().err().unwrap();
    assert!(matches!(missing, CheckpointError::Io { .. }), "{missing}");

    Net::of(Kind::Adam).save(&path).unwrap();
    assert!(text(resume().err().unwrap()).contains("it holds no training to go on with"));

    one_epoch(&path);
    let (train, val) = data();
    let mut other = Net::of(Kind::Momentum);
    let mut trainer = resume().unwrap();
    let error = trainer
        .try_start(&mut other, &(&train, &val))
        .err()
        .unwrap();
    assert!(
        matches!(error, CheckpointError::Optimizer { .. }),
        "{error}"
    );
    assert!(text(error).contains("SGD: the state does not fit"));

    let mut wider = Net::of(Kind::Adam);
    wider.net = sequential![LazyLinear::new(9), ReLU, LazyLinear::new(1)];
    let mut trainer = resume().unwrap();
    let error = trainer
        .try_start(&mut wider, &(&train, &val))
        .err()
        .unwrap();
    assert!(matches!(error, CheckpointError::State { .. }), "{error}");
}

#[test]
fn no_change_of_a_file_makes_it_panic() {
    let folder = Folder::new("hostile");
    let path = folder.file("run.safetensors");
    one_epoch(&path);
    let bytes = fs::read(&path).unwrap();
    let (train, val) = data();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize + 8;
    let mut accepted = 0;
    for at in (0..header).step_by(3) {
        for new in [b'9', b'"', 0xff] {
            let mut changed = bytes.clone();
            changed[at] = new;
            fs::write(&path, &changed).unwrap();
            let Ok(mut trainer) = Trainer::new(2).progress(false).resume(&path) else {
                continue;
            };
            let mut net = Net::of(Kind::Adam);
            if let Ok(mut training) = trainer.try_start(&mut net, &(&train, &val)) {
                training.fit_epoch(); // what was accepted can be used
                accepted += 1;
            }
        }
    }
    assert!(accepted > 0);
}

#[test]
fn a_checkpoint_that_cannot_be_written_does_not_end_the_training() {
    let folder = Folder::new("no-folder");
    let (mut net, (train, val)) = (Net::of(Kind::Adam), data());
    let mut trainer = Trainer::new(1)
        .progress(false)
        .checkpoint(folder.file("none/run"));
    let fit = trainer.fit(&mut net, &(&train, &val));
    assert_eq!((fit.epochs(), fit.last_checkpoint()), (1, None));
}
