//! Bad input: each mistake gives one clear error that says what is wrong and where, and nothing is
//! left half-written.
mod checkpoint;
mod layers;
mod misuse;
mod place;
mod writing;

use d2l::prelude::*;
use std::{
    cell::RefCell,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    path::{Path, PathBuf},
    sync::Once,
};

/// A model of one hidden layer, rebuilt by its checkpoint.
#[derive(Module, Debug)]
pub struct Net {
    #[hparam]
    pub lr: f64,
    #[hparam]
    pub hidden: usize,
    pub net: Sequential,
}

#[add_to_class(Net)]
pub fn new(lr: f64, hidden: usize) -> Self {
    save_hyperparameters!(net: sequential![LazyLinear::new(hidden), Tanh, LazyLinear::new(1)])
}

#[add_to_class(Net)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

/// A model that has run, so that its parameters have values.
fn net() -> Net {
    let net = Net::new(0.03, 4);
    net.forward(&Tensor::ones([1, 3]));
    net
}

/// What a panic says, and in which file it says it happened.
struct Panic {
    message: String,
    file: String,
}

thread_local!(static PLACE: RefCell<String> = RefCell::default());

/// Runs `f`, which has to panic.
#[track_caller]
fn panics(f: impl FnOnce()) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let file = info.location().map_or("", |l| l.file());
            PLACE.set(file.to_string());
            usual(info);
        }));
    });
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("this should be refused")
    };
    let text = payload.downcast_ref::<&str>().map(|s| s.to_string());
    let message = payload.downcast_ref::<String>().cloned().or(text);
    Panic {
        message: message.expect("a message"),
        file: PLACE.take(),
    }
}

impl Panic {
    /// The message has all of these parts.
    #[track_caller]
    fn says(self, parts: &[&str]) -> Panic {
        for part in parts {
            assert!(
                self.message.contains(part),
                "no {part:?} in: {}",
                self.message
            );
        }
        self
    }

    /// The panic is at the line of the user, not inside of the library.
    #[track_caller]
    fn at(self, file: &str) {
        assert_eq!(self.file, file, "{}", self.message);
    }
}

/// An empty folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("d2l-errors-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
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

/// The names of what lies in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
