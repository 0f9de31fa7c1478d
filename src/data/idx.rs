//! IDX files, the format of MNIST and its kin: a magic number, big-endian sizes, plain bytes.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use super::DataError;
use crate::file::Fault;

/// The element type "unsigned byte" in the magic number; the only one read here.
const BYTE: u8 = 0x08;

/// The contents of an IDX file of unsigned bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// Sizes of the axes, outermost first.
    pub shape: Vec<usize>,
    /// The elements in row-major order.
    pub data: Vec<u8>,
}

/// Reads an IDX file of unsigned bytes with `axes` axes (3 for images, 1 for labels), compressed
/// with gzip or not; which one is told by its first bytes, not by its name.
///
/// ```
/// use d2l::data::read_idx;
///
/// let path = std::env::temp_dir().join("d2l-doc-labels-idx1-ubyte");
/// std::fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9])?;
/// let labels = read_idx(&path, 1)?;
/// assert_eq!((labels.shape, labels.data), (vec![3], vec![7, 8, 9]));
///
/// std::fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 4, 7, 8, 9])?;
/// assert!(read_idx(&path, 1).unwrap_err().to_string().contains("is damaged"));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DataError::Read`] when the system does not hand out the file, [`DataError::Damaged`] when it
/// is cut short, longer than it says, not gzip's, or of another kind. A size in the header never
/// leads to a large allocation: memory grows with the bytes that are really there.
pub fn read_idx(path: impl AsRef<Path>, axes: usize) -> Result<Idx, DataError> {
    let path = path.as_ref();
    parse(path, axes).map_err(|fault| fault.at(path, "gzip"))
}

fn parse(path: &Path, axes: usize) -> Result<Idx, Fault> {
    let mut file = open(path)?;
    let mut magic = [0; 4];
    file.read_exact(&mut magic)?;
    check_magic(magic, axes)?;
    let shape = (0..axes)
        .map(|_| read_size(&mut file))
        .collect::<io::Result<Vec<_>>>()?;
    let data = read_data(file, &shape)?;
    Ok(Idx { shape, data })
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let zipped = io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1f, 0x8b]);
    Ok(if zipped {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

fn check_magic(magic: [u8; 4], axes: usize) -> Result<(), Fault> {
    let reason = match magic {
        [0, 0, BYTE, n] if usize::from(n) == axes => return Ok(()),
        [0, 0, BYTE, n] => format!(
            "it holds {}, and {} were expected",
            kind(n.into()),
            kind(axes)
        ),
        [0, 0, 0x09 | 0x0b..=0x0e, _] => "its elements are not unsigned bytes".into(),
        _ => format!("it starts with {magic:02x?}, which is no IDX file"),
    };
    Err(Fault::Reason(reason))
}

fn kind(axes: usize) -> String {
    match axes {
        1 => "labels (one axis)".into(),
        3 => "images (three axes)".into(),
        n => format!("data of {n} axes"),
    }
}

fn read_size(file: &mut impl Read) -> io::Result<usize> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes) as usize)
}

/// All elements; the header is believed only as far as the file goes.
fn read_data(mut file: impl Read, shape: &[usize]) -> Result<Vec<u8>, Fault> {
    let numel = shape
        .iter()
        .try_fold(1_usize, |n, &size| n.checked_mul(size));
    let Some(numel) = numel else {
        return Err(Fault::Reason(format!("its sizes {shape:?} are impossible")));
    };
    let mut data = Vec::with_capacity(numel.min(64 << 20));
    file.by_ref().take(numel as u64).read_to_end(&mut data)?;
    if data.len() < numel {
        let got = data.len();
        return Err(Fault::Reason(format!(
            "it is cut short: {got} of {numel} elements are there"
        )));
    }
    if file.read(&mut [0])? > 0 {
        return Err(Fault::Reason(format!(
            "more bytes follow after its {numel} elements"
        )));
    }
    Ok(data)
}

#[cfg(test)]
pub(super) mod tests {
    use std::{fs, io::Write, path::PathBuf};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// The bytes of an IDX file.
    pub(crate) fn idx(shape: &[u32], data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, BYTE, shape.len() as u8];
        bytes.extend(shape.iter().flat_map(|n| n.to_be_bytes()));
        bytes.extend(data);
        bytes
    }

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(bytes).unwrap();
        zip.finish().unwrap()
    }

    fn read(name: &str, bytes: &[u8], axes: usize) -> Result<Idx, DataError> {
        let path: PathBuf =
            std::env::temp_dir().join(format!("d2l-idx-{name}-{}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        let result = read_idx(&path, axes);
        fs::remove_file(path).unwrap();
        result
    }

    #[track_caller]
    fn refused(name: &str, bytes: &[u8], axes: usize, reason: &str) {
        let error = read(name, bytes, axes).unwrap_err();
        assert!(matches!(error, DataError::Damaged { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(reason) && text.contains(name), "{text}");
    }

    #[test]
    fn plain_and_zipped_files_are_read() {
        let file = idx(&[2, 1, 2], &[1, 2, 3, 4]);
        let expected = Idx {
            shape: vec![2, 1, 2],
            data: vec![1, 2, 3, 4],
        };
        assert_eq!(read("plain", &file, 3).unwrap(), expected);
        assert_eq!(read("zipped", &gzip(&file), 3).unwrap(), expected);
    }

    #[test]
    fn every_cut_is_noticed() {
        let file = idx(&[2, 1, 2], &[1, 2, 3, 4]);
        for n in 0..file.len() {
            refused("cut", &file[..n], 3, "cut short");
            assert!(read("cut-zip", &gzip(&file[..n]), 3).is_err());
        }
        let zipped = gzip(&file);
        for n in 0..zipped.len() {
            assert!(
                matches!(
                    read("zip-cut", &zipped[..n], 3),
                    Err(DataError::Damaged { .. })
                ),
                "{n}"
            );
        }
    }

    #[test]
    fn every_changed_byte_of_a_zipped_file_is_noticed() {
        let file = idx(&[300], &[5; 300]);
        let zipped = gzip(&file);
        for i in 10..zipped.len() {
            let mut bytes = zipped.clone();
            bytes[i] ^= 0x55;
            assert!(
                matches!(read("flip", &bytes, 1), Err(DataError::Damaged { .. })),
                "{i}"
            );
        }
    }

    #[test]
    fn other_kinds_are_refused() {
        let labels = idx(&[4], &[1, 2, 3, 4]);
        refused(
            "kind",
            &labels,
            3,
            "labels (one axis), and images (three axes) were expected",
        );
        refused("png", b"\x89PNG\r\n\x1a\n and more", 3, "no IDX file");
        refused(
            "float",
            &[0, 0, 0x0d, 1, 0, 0, 0, 0],
            1,
            "not unsigned bytes",
        );
        refused(
            "garbage",
            &[0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            1,
            "gzip says",
        );
    }

    #[test]
    fn bytes_behind_the_end_are_refused() {
        let file = idx(&[2], &[1, 2, 3]);
        refused("longer", &file, 1, "more bytes follow");
        refused("longer-zip", &gzip(&file), 1, "more bytes follow");
    }

    #[test]
    fn a_lying_header_allocates_nothing() {
        refused(
            "huge",
            &idx(&[u32::MAX, u32::MAX, u32::MAX], &[1]),
            3,
            "impossible",
        );
        refused(
            "large",
            &idx(&[u32::MAX], &[1]),
            1,
            "1 of 4294967295 elements",
        );
    }

    #[test]
    fn a_missing_file_and_a_folder_are_errors() {
        assert!(matches!(
            read_idx("no/such/file", 1),
            Err(DataError::Read { .. })
        ));
        assert!(matches!(
            read_idx(std::env::temp_dir(), 1),
            Err(DataError::Read { .. })
        ));
    }
}
