//! Fashion-MNIST: 70,000 grey images of clothes in ten classes.

use std::{
    env,
    fmt::Display,
    path::{Path, PathBuf},
};

use d2l_core::{DType, Tensor};

use super::{
    Batch, DataError, DataLoader, DataModule, Dataset,
    idx::{Idx, read_idx},
    resize::bilinear,
    rows::index,
};

/// The names of the classes, in the order of their numbers.
const LABELS: [&str; 10] = [
    "t-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
];

/// Where the Debian package `dataset-fashion-mnist` puts the files.
const DEBIAN: &str = "/usr/share/datasets/fashion-mnist";

/// Where the files may lie inside a folder of data sets.
const SUBFOLDERS: [&str; 3] = ["", "FashionMNIST/raw", "fashion-mnist"];

const HELP: &str = "install the Debian package dataset-fashion-mnist (apt-get install dataset-fashion-mnist), or \
    put the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and \
    t10k-labels-idx1-ubyte.gz into one of these folders, or set D2L_DATA to the folder that holds them";

/// The data set of the book's classification chapters: 60,000 images for training and 10,000 for
/// validation, grey, 28 by 28.
///
/// A batch is `[n, 1, height, width]` images of `F32` in `[0, 1]` and `[n]` labels of `I64`.
///
/// ```no_run
/// use d2l::data::{DataModule, FashionMNIST};
///
/// let data = FashionMNIST::new().batch_size(64).resize((32, 32)).load()?;
/// let batch = data.train_dataloader().iter().next().unwrap();
/// assert_eq!(batch[0].shape(), [64, 1, 32, 32]);
/// assert_eq!(data.text_labels([0, 9]), ["t-shirt", "ankle boot"]);
/// # Ok::<(), d2l::data::DataError>(())
/// ```
///
/// Book: section 4.2. PyTorch: `torchvision.datasets.FashionMNIST`.
#[derive(Debug, Clone)]
pub struct FashionMNIST {
    /// The folder that the files came from.
    pub folder: PathBuf,
    train: Split,
    val: Split,
    pub(super) settings: FashionMNISTSettings,
}

/// What [`FashionMNIST::load`](FashionMNISTSettings::load) will do.
#[derive(Debug, Clone)]
pub struct FashionMNISTSettings {
    root: Option<PathBuf>,
    pub(super) batch_size: usize,
    pub(super) num_workers: usize,
    pub(super) resize: (usize, usize),
}

impl FashionMNIST {
    /// Settings with the book's defaults: batches of 64, images of 28 by 28. Nothing is read
    /// before [`load`](FashionMNISTSettings::load).
    #[expect(
        clippy::new_ret_no_self,
        reason = "reading files can fail, so it is a step of its own"
    )]
    pub fn new() -> FashionMNISTSettings {
        FashionMNISTSettings {
            root: None,
            batch_size: 64,
            num_workers: 0,
            resize: (28, 28),
        }
    }

    /// The names of the classes with these numbers, of any integer type.
    ///
    /// # Panics
    /// When a number is not from 0 to 9.
    #[track_caller]
    pub fn text_labels<I>(&self, indices: impl IntoIterator<Item = I>) -> Vec<&'static str>
    where
        I: Copy + Display + TryInto<usize>,
    {
        let mut names = Vec::new();
        for i in indices {
            match i.try_into().ok().and_then(|i: usize| LABELS.get(i)) {
                Some(name) => names.push(*name),
                None => panic!("text_labels: there is no class {i}, only 0 to 9"),
            }
        }
        names
    }

    /// The images and labels for training, or for validation, as a data set.
    pub fn dataset(&self, train: bool) -> impl Dataset + Clone + use<> {
        if train {
            self.train.clone()
        } else {
            self.val.clone()
        }
    }
}

impl FashionMNISTSettings {
    /// Sets how many examples a batch has (default 64).
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Sets height and width of the images (default 28 by 28); they are scaled bilinearly, batch
    /// by batch.
    ///
    /// # Panics
    /// When one of them is 0.
    #[track_caller]
    #[must_use]
    pub fn resize(mut self, (height, width): (usize, usize)) -> Self {
        assert!(
            height > 0 && width > 0,
            "FashionMNIST::resize: {height} by {width} is no image"
        );
        self.resize = (height, width);
        self
    }

    /// Sets the folder where the files are looked for first.
    #[must_use]
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.root = Some(folder.into());
        self
    }

    /// Sets how many threads fetch batches ahead (default 0).
    #[must_use]
    pub fn num_workers(mut self, workers: usize) -> Self {
        self.num_workers = workers;
        self
    }

    /// Reads the four files, `.gz` or not, from the first of these folders that holds them: the
    /// [`root`](Self::root), `D2L_DATA`, `./data`, `../data`, that of Debian's package
    /// `dataset-fashion-mnist`, `d2l` in the user's cache; in each also in `FashionMNIST/raw` and
    /// `fashion-mnist`.
    ///
    /// # Errors
    /// [`DataError`]: not found in any of them, unreadable, or damaged.
    pub fn load(self) -> Result<FashionMNIST, DataError> {
        let tried = self.folders();
        let Some(folder) = tried.iter().find(|f| holds_files(f)).cloned() else {
            return Err(DataError::NotFound {
                what: "Fashion-MNIST".into(),
                tried,
                help: HELP.into(),
            });
        };
        Ok(FashionMNIST {
            train: Split::read(&folder, "train", self.resize)?,
            val: Split::read(&folder, "t10k", self.resize)?,
            folder,
            settings: self,
        })
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut roots: Vec<PathBuf> = self.root.iter().cloned().collect();
        roots.extend(
            env::var_os("D2L_DATA")
                .filter(|v| !v.is_empty())
                .map(PathBuf::from),
        );
        roots.extend(["data", "../data", DEBIAN].map(PathBuf::from));
        roots.extend(cache_folder());
        let inside = |root: PathBuf| {
            SUBFOLDERS.map(|sub| {
                if sub.is_empty() {
                    root.clone()
                } else {
                    root.join(sub)
                }
            })
        };
        roots.into_iter().flat_map(inside).collect()
    }
}

fn cache_folder() -> Option<PathBuf> {
    let set = |name| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    Some(cache?.join("d2l"))
}

/// Whether any of the files is there: then the others have to be, too.
fn holds_files(folder: &Path) -> bool {
    let here = |split: &str| {
        file(folder, split, "images-idx3").exists() || file(folder, split, "labels-idx1").exists()
    };
    here("train") || here("t10k")
}

/// The path of a file: zipped when there is only that.
fn file(folder: &Path, split: &str, kind: &str) -> PathBuf {
    let plain = folder.join(format!("{split}-{kind}-ubyte"));
    let zipped = folder.join(format!("{split}-{kind}-ubyte.gz"));
    if plain.exists() { plain } else { zipped }
}

impl DataModule for FashionMNIST {
    fn get_dataloader(&self, train: bool) -> DataLoader {
        let set = if train { &self.train } else { &self.val };
        DataLoader::new(set.clone(), self.settings.batch_size)
            .shuffle(train)
            .num_workers(self.settings.num_workers)
    }

    fn batch_size(&self) -> usize {
        self.settings.batch_size
    }

    fn num_workers(&self) -> usize {
        self.settings.num_workers
    }
}

/// Images as bytes, so that memory holds them once, in the size they came in.
#[derive(Debug, Clone)]
struct Split {
    /// `[n, height, width]`
    images: Tensor,
    /// `[n]`
    labels: Tensor,
    resize: (usize, usize),
}

impl Split {
    fn read(folder: &Path, split: &str, resize: (usize, usize)) -> Result<Split, DataError> {
        let paths = (
            file(folder, split, "images-idx3"),
            file(folder, split, "labels-idx1"),
        );
        let (images, labels) = (read_idx(&paths.0, 3)?, read_idx(&paths.1, 1)?);
        check(&images, &labels).map_err(|(of_images, reason)| {
            DataError::damaged(if of_images { paths.0 } else { paths.1 }, reason)
        })?;
        Ok(Split {
            images: Tensor::from_vec(images.data, images.shape),
            labels: Tensor::from_vec(labels.data, labels.shape).long(),
            resize,
        })
    }
}

/// What is wrong, and whether it is wrong with the images.
fn check(images: &Idx, labels: &Idx) -> Result<(), (bool, String)> {
    let (n, m) = (images.shape[0], labels.shape[0]);
    if images.data.is_empty() {
        return Err((
            true,
            format!("it holds no images: sizes {:?}", images.shape),
        ));
    }
    if n != m {
        return Err((false, format!("it holds {m} labels for {n} images")));
    }
    match labels.data.iter().find(|&&label| label > 9) {
        Some(label) => Err((
            false,
            format!("it holds the label {label}; there are only 0 to 9"),
        )),
        None => Ok(()),
    }
}

impl Dataset for Split {
    fn len(&self) -> usize {
        self.images.shape()[0]
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        let (n, index) = (rows.len(), index(rows));
        let (height, width) = self.resize;
        let from = (self.images.shape()[1], self.images.shape()[2]);
        let mut images = self.images.index_select(0, &index).to_dtype(DType::F32);
        images.div_(255.0);
        if from != self.resize {
            let scaled = bilinear(&images.to_vec::<f32>(), from, self.resize);
            images = Tensor::from_vec(scaled, [n, height, width]);
        }
        let images = images.reshape([n, 1, height, width]);
        Batch(vec![images, self.labels.index_select(0, &index)])
    }
}

#[cfg(test)]
mod tests;
