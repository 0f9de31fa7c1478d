//! Small stand-ins for the four files, whole and damaged; the real ones where they are installed.

use std::fs;

use super::*;
use crate::data::idx::tests::{gzip, idx};

/// A folder with the four files; removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = env::temp_dir().join(format!("d2l-fashion-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let folder = Folder(path);
        for (split, n) in [("train", 6), ("t10k", 3)] {
            let images: Vec<u8> = (0..n * 4).map(|i| (i * 10) as u8).collect();
            let labels: Vec<u8> = (0..n).map(|i| i as u8).collect();
            folder.put(
                &format!("{split}-images-idx3-ubyte.gz"),
                &gzip(&idx(&[n, 2, 2], &images)),
            );
            folder.put(&format!("{split}-labels-idx1-ubyte"), &idx(&[n], &labels));
        }
        folder
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    fn load(&self) -> Result<FashionMNIST, DataError> {
        FashionMNIST::new()
            .root(&self.0)
            .resize((2, 2))
            .batch_size(2)
            .load()
    }

    #[track_caller]
    fn refuses(&self, file: &str, reason: &str) {
        let text = self.load().unwrap_err().to_string();
        assert!(text.contains(file) && text.contains(reason), "{text}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn batches_are_images_in_zero_to_one_and_labels() {
    let data = Folder::new("whole").load().unwrap();
    let loader = data.val_dataloader().unwrap();
    let batch = loader.iter().next().unwrap();
    assert_eq!(
        (batch[0].shape(), batch[0].dtype()),
        (&[2, 1, 2, 2][..], DType::F32)
    );
    let expected: Vec<f32> = (0..8).map(|i| (i * 10) as f32 / 255.0).collect();
    assert_eq!(batch[0].to_vec::<f32>(), expected);
    assert_eq!(batch[1], Tensor::from([0, 1]));
    assert_eq!((data.train_dataloader().len(), loader.len()), (3, 2));
    assert_eq!(
        data.text_labels(batch[1].to_vec::<i64>()),
        ["t-shirt", "trouser"]
    );
    assert_eq!(data.dataset(true).len(), 6);
}

#[test]
fn images_can_have_another_size() {
    let folder = Folder::new("resize");
    let data = FashionMNIST::new()
        .root(&folder.0)
        .resize((4, 6))
        .num_workers(2)
        .load()
        .unwrap();
    let batch = data.train_dataloader().iter().next().unwrap();
    assert_eq!(batch[0].shape(), [6, 1, 4, 6]);
    let means = |x: &Tensor| x.reshape([6, -1]).mean_dim(1);
    let small = Folder::new("resize-not")
        .load()
        .unwrap()
        .dataset(true)
        .get_batch(&[0, 1, 2, 3, 4, 5]);
    let large = data.dataset(true).get_batch(&[0, 1, 2, 3, 4, 5]);
    let off = (means(&small[0]) - means(&large[0])).abs().max().item();
    assert!(off < 1e-6, "{off}");
}

#[test]
fn subfolders_are_looked_at() {
    let folder = Folder::new("sub");
    let raw = folder.0.join("FashionMNIST/raw");
    fs::create_dir_all(&raw).unwrap();
    for entry in fs::read_dir(&folder.0)
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_file())
    {
        fs::rename(entry.path(), raw.join(entry.file_name())).unwrap();
    }
    assert_eq!(folder.load().unwrap().folder, raw);
}

#[test]
fn damaged_files_are_named() {
    let folder = Folder::new("damaged");
    let labels = "train-labels-idx1-ubyte";
    folder.put(labels, &idx(&[5], &[0; 5]));
    folder.refuses(labels, "5 labels for 6 images");
    folder.put(labels, &idx(&[6], &[0, 1, 2, 3, 4, 10]));
    folder.refuses(labels, "the label 10");
    folder.put(labels, &idx(&[6, 2, 2], &[0; 24]));
    folder.refuses(
        labels,
        "images (three axes), and labels (one axis) were expected",
    );
    folder.put(labels, &idx(&[6], &[0; 4]));
    folder.refuses(labels, "cut short: 4 of 6");
    folder.put(labels, &idx(&[6], &[0; 6]));
    let images = "train-images-idx3-ubyte.gz";
    folder.put(images, &gzip(&idx(&[0, 28, 28], &[])));
    folder.refuses(images, "no images");
    folder.put(images, &gzip(&idx(&[6, 2, 2], &[0; 24]))[..20]);
    folder.refuses(images, "cut short");
    folder.put(images, b"\x1f\x8bnot really zipped, is it?");
    folder.refuses(images, "gzip says");
}

#[test]
fn a_missing_file_of_the_four_is_named() {
    let folder = Folder::new("missing");
    fs::remove_file(folder.0.join("t10k-labels-idx1-ubyte")).unwrap();
    folder.refuses("t10k-labels-idx1-ubyte", "cannot read");
}

#[test]
fn every_place_is_told_when_there_is_nothing() {
    let settings = FashionMNIST::new().root("no/such/folder");
    let tried = settings.folders();
    let error = DataError::NotFound {
        what: "Fashion-MNIST".into(),
        tried: tried.clone(),
        help: HELP.into(),
    };
    let text = error.to_string();
    assert_eq!(tried[0], Path::new("no/such/folder"));
    assert_eq!(tried[1], Path::new("no/such/folder/FashionMNIST/raw"));
    for part in [
        "no/such/folder",
        "../data",
        DEBIAN,
        "D2L_DATA",
        "dataset-fashion-mnist",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let place = |p: &str| tried.iter().position(|t| t == Path::new(p)).unwrap();
    assert!(place("data") < place("../data") && place("../data") < place(DEBIAN));
}

/// Runs where the real files are installed, as in continuous integration.
#[test]
fn the_real_files_are_read() {
    let Ok(data) = FashionMNIST::new().batch_size(64).resize((32, 32)).load() else {
        eprintln!("Fashion-MNIST is not installed here");
        return;
    };
    assert_eq!(
        (data.dataset(true).len(), data.dataset(false).len()),
        (60_000, 10_000)
    );
    let batch = data.train_dataloader().iter().next().unwrap();
    assert_eq!(
        (batch[0].shape(), batch[1].shape()),
        (&[64, 1, 32, 32][..], &[64][..])
    );
    let first = data.dataset(true).get_batch(&[0]);
    assert_eq!(data.text_labels(first[1].to_vec::<i64>()), ["ankle boot"]);
}

#[test]
#[should_panic(expected = "text_labels: there is no class 10")]
fn an_unknown_class_is_named() {
    let _ = Folder::new("class").load().unwrap().text_labels([1, 10]);
}
