//! NumPy's `.npz` files: arrays with names, a zip file of `.npy` files.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufReader, Read, Seek},
    path::Path,
};

use d2l_core::Tensor;

use super::{DataError, npy};
use crate::file::{Fault, write_atomic, zip};

const SUFFIX: &str = ".npy";

/// Reads all arrays of a `.npz` file, with their names, in the file's order; stored or compressed.
/// Types and layouts are those of [`read_npy`](super::read_npy).
///
/// ```
/// use d2l::{Tensor, data::{read_npz, write_npz}};
///
/// let path = std::env::temp_dir().join("d2l-doc.npz");
/// let (x, y) = (Tensor::from([1.0, 2.0]), Tensor::from([true]));
/// write_npz(&path, [("x", &x), ("y", &y)])?;
/// assert_eq!(read_npz(&path)?, [("x".to_string(), x), ("y".to_string(), y)]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DataError::Read`] when the system does not hand out the file, [`DataError::Damaged`] when it is
/// no such file, cut short, changed (every entry has a checksum), or holds anything but arrays that
/// tensors can hold. A size in a header never leads to a large allocation.
pub fn read_npz(path: impl AsRef<Path>) -> Result<Vec<(String, Tensor)>, DataError> {
    let path = path.as_ref();
    let open = || read(&mut BufReader::new(File::open(path)?));
    open().map_err(|fault| fault.at(path, "deflate"))
}

fn read(file: &mut (impl Read + Seek)) -> Result<Vec<(String, Tensor)>, Fault> {
    let entries = zip::entries(file)?;
    let mut array = |entry: &zip::Entry| {
        let Some(name) = entry.name.strip_suffix(SUFFIX) else {
            return Err(Fault::reason(format!("`{}` in it is no array", entry.name)));
        };
        let tensor = zip::read(file, entry, npy::parse).map_err(|fault| match fault {
            Fault::Reason(reason) => Fault::Reason(format!("`{name}`: {reason}")),
            fault => fault,
        })?;
        Ok((name.into(), tensor))
    };
    entries.iter().map(&mut array).collect()
}

/// Writes arrays with names, as NumPy's `savez` does. An existing file is replaced only when the new
/// one is whole.
///
/// # Panics
/// If two arrays have one name.
///
/// # Errors
/// [`DataError::Write`] when the system refuses, or the file would be larger than 4 GiB.
#[track_caller]
pub fn write_npz<'a>(
    path: impl AsRef<Path>,
    arrays: impl IntoIterator<Item = (&'a str, &'a Tensor)>,
) -> Result<(), DataError> {
    write(path.as_ref(), files(arrays), false)
}

/// [`write_npz`] with the arrays compressed, as NumPy's `savez_compressed` does.
///
/// # Panics
/// If two arrays have one name.
///
/// # Errors
/// As [`write_npz`].
#[track_caller]
pub fn write_npz_compressed<'a>(
    path: impl AsRef<Path>,
    arrays: impl IntoIterator<Item = (&'a str, &'a Tensor)>,
) -> Result<(), DataError> {
    write(path.as_ref(), files(arrays), true)
}

#[track_caller]
fn files<'a>(arrays: impl IntoIterator<Item = (&'a str, &'a Tensor)>) -> Vec<(String, Vec<u8>)> {
    let (mut files, mut names) = (Vec::new(), HashSet::new());
    for (name, tensor) in arrays {
        assert!(
            names.insert(name),
            "write_npz: two arrays are named `{name}`"
        );
        files.push((format!("{name}{SUFFIX}"), npy::to_bytes(tensor)));
    }
    files
}

fn write(path: &Path, files: Vec<(String, Vec<u8>)>, deflate: bool) -> Result<(), DataError> {
    let write = || -> io::Result<()> { write_atomic(path, &zip::write(&files, deflate)?, true) };
    write().map_err(|source| DataError::Write {
        path: path.into(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Cursor};

    use super::*;

    fn arrays() -> Vec<(String, Tensor)> {
        let x = Tensor::arange(600).reshape([20, 30]);
        let list = [("a", x.float().t()), ("größe", x), ("", Tensor::from(true))];
        list.map(|(name, t)| (name.to_string(), t)).to_vec()
    }

    /// The file of the arrays.
    fn bytes(deflate: bool) -> Vec<u8> {
        let arrays = arrays();
        let list = arrays.iter().map(|(name, t)| (name.as_str(), t));
        zip::write(&files(list), deflate).unwrap()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Vec<(String, Tensor)>, DataError> {
        read(&mut Cursor::new(bytes)).map_err(|fault| fault.at(Path::new("x.npz"), "deflate"))
    }

    #[track_caller]
    fn refused(bytes: &[u8], reason: &str) {
        let error = read_bytes(bytes).unwrap_err();
        assert!(matches!(error, DataError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }

    #[test]
    fn arrays_come_back_stored_and_compressed() {
        let path = std::env::temp_dir().join(format!("d2l-npz-{}", std::process::id()));
        let arrays = arrays();
        let list = || arrays.iter().map(|(name, t)| (name.as_str(), t));
        write_npz(&path, list()).unwrap();
        assert_eq!(read_npz(&path).unwrap(), arrays);
        let stored = fs::metadata(&path).unwrap().len();
        write_npz_compressed(&path, list()).unwrap();
        assert_eq!(read_npz(&path).unwrap(), arrays);
        assert!(fs::metadata(&path).unwrap().len() < stored / 2);
        write_npz(&path, []).unwrap();
        assert_eq!(read_npz(&path).unwrap(), []);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn every_cut_is_noticed() {
        for deflate in [false, true] {
            let bytes = bytes(deflate);
            for n in 0..bytes.len() {
                refused(&bytes[..n], "");
            }
        }
    }

    /// A changed byte is an error, or one that means nothing: a date, a version.
    #[test]
    fn no_changed_byte_changes_a_value() {
        for deflate in [false, true] {
            let bytes = bytes(deflate);
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] ^= 0x55;
                if let Ok(read) = read_bytes(&other) {
                    let same = read.iter().map(|r| &r.1).eq(arrays().iter().map(|a| &a.1));
                    assert!(same, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn lying_directories_are_refused() {
        let one = npy::to_bytes(&Tensor::zeros([1]));
        let files = |names: [&str; 2]| names.map(|n| (n.to_string(), one.clone()));
        let good = zip::write(&files(["a.npy", "b.npy"]), true).unwrap();
        refused(
            &zip::write(&files(["a.npy", "b.txt"]), false).unwrap(),
            "`b.txt` in it is no array",
        );
        refused(
            &zip::write(&files(["a.npy", "a.npy"]), true).unwrap(),
            "holds `a.npy` twice",
        );
        let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        let with = |at: usize, new: &[u8]| {
            let mut bytes = good.clone();
            bytes[at..at + new.len()].copy_from_slice(new);
            bytes
        };
        let end = good.len() - 22;
        refused(&with(directory + 8, &[1]), "is encrypted");
        refused(&with(directory + 10, &[12]), "packed by method 12");
        refused(
            &with(directory + 16, &[0]),
            "the checksum of `a.npy` is wrong",
        );
        refused(
            &with(directory + 24, &[0xff, 0xff, 0xff, 0x7f]),
            "impossible sizes",
        );
        refused(&with(directory + 42, &[9]), "is not where it should be");
        refused(&with(end + 10, &[3]), "impossible sizes");
        refused(&with(end + 12, &[0xff, 0xff]), "lies outside of the file");
        refused(&with(end + 16, &[0xff; 4]), "zip directory");
        refused(
            b"not a zip file at all, though long enough",
            "no zip directory",
        );
    }

    #[test]
    #[should_panic(expected = "write_npz: two arrays are named `x`")]
    fn names_are_distinct() {
        let x = Tensor::zeros([1]);
        let _ = write_npz("never written", [("x", &x), ("x", &x)]);
    }
}
