//! NumPy's `.npy` files: a magic number, a Python dictionary of text, plain elements.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use d2l_core::{DType, MAX_DIM, Tensor};

use super::DataError;
use crate::file::{Fault, widened, write_atomic};

const MAGIC: &[u8] = b"\x93NUMPY";
/// The data begin at a multiple of this.
const ALIGN: usize = 64;
/// The longest header that is believed; NumPy itself stops at 10,000 bytes.
const LONGEST_HEADER: usize = 1 << 16;

/// Reads one array of a `.npy` file, version 1 to 3, in C or Fortran order, of either byte order.
/// `f4`, `f8`, `i8`, `u1` and `b1` keep their type; other integers of up to four bytes become `I64`.
///
/// ```
/// use d2l::{Tensor, data::{read_npy, write_npy}};
///
/// let path = std::env::temp_dir().join("d2l-doc.npy");
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// write_npy(&path, &x)?;
/// assert_eq!(read_npy(&path)?, x);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`DataError::Read`] when the system does not hand out the file, [`DataError::Damaged`] when it is
/// no such file, cut short, longer than it says, or of a type or number of axes that tensors do not
/// have. A size in the header never leads to a large allocation.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Tensor, DataError> {
    let path = path.as_ref();
    let read = || parse(&mut BufReader::new(File::open(path)?));
    read().map_err(|fault| fault.at(path, "the system"))
}

/// Writes a tensor as NumPy's `save` does: version 1, C order, little-endian. An existing file is
/// replaced only when the new one is whole.
///
/// # Errors
/// [`DataError::Write`] when the system refuses.
pub fn write_npy(path: impl AsRef<Path>, x: &Tensor) -> Result<(), DataError> {
    let path = path.as_ref();
    write_atomic(path, &to_bytes(x), true).map_err(|source| DataError::Write {
        path: path.into(),
        source,
    })
}

/// The file of a tensor.
pub(super) fn to_bytes(x: &Tensor) -> Vec<u8> {
    let sizes: Vec<String> = x.shape().iter().map(usize::to_string).collect();
    let comma = if sizes.len() == 1 { "," } else { "" };
    let descr = match x.dtype() {
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::I64 => "<i8",
        DType::U8 => "|u1",
        DType::Bool => "|b1",
        other => unreachable!("{other} is not a dtype of tensors"),
    };
    let mut header = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}",
        sizes.join(", ")
    );
    let start = MAGIC.len() + 4;
    let end = (start + header.len() + 1).next_multiple_of(ALIGN);
    header += &" ".repeat(end - start - header.len() - 1);
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes(); // eight sizes at most
    [MAGIC, &[1, 0], &length, header.as_bytes(), &x.to_le_bytes()].concat()
}

/// One array, to the end of the file.
pub(super) fn parse(file: &mut dyn Read) -> Result<Tensor, Fault> {
    let text = read_header(file)?;
    let header = Header::new(&text).map_err(Fault::Reason)?;
    let data = read_data(file, header.bytes().map_err(Fault::Reason)?)?;
    header.tensor(data).map_err(Fault::Reason)
}

fn read_header(file: &mut dyn Read) -> Result<String, Fault> {
    let mut start = [0; 8];
    file.read_exact(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(Fault::reason("it does not begin as an .npy file does"));
    }
    let mut length = [0; 4];
    match start[6] {
        1 => file.read_exact(&mut length[..2])?,
        2 | 3 => file.read_exact(&mut length)?,
        n => return Err(Fault::reason(format!("its version {n} is not known"))),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST_HEADER {
        let reason = format!("a header of {length} bytes is not that of an array");
        return Err(Fault::Reason(reason));
    }
    let mut text = vec![0; length];
    file.read_exact(&mut text)?;
    String::from_utf8(text).map_err(|_| Fault::reason("its header is not text"))
}

/// All bytes; the header is believed only as far as the file goes.
fn read_data(mut file: &mut dyn Read, bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut data = Vec::with_capacity(bytes.min(1 << 20));
    (&mut file).take(bytes as u64).read_to_end(&mut data)?;
    if data.len() < bytes {
        let got = data.len();
        let reason = format!("it is cut short: {got} of {bytes} bytes of data are there");
        return Err(Fault::Reason(reason));
    }
    if file.read(&mut [0])? > 0 {
        return Err(Fault::reason("more bytes follow after its elements"));
    }
    Ok(data)
}

/// The dictionary of text.
struct Header {
    /// `f4` and the like.
    kind: String,
    big_endian: bool,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    fn new(text: &str) -> Result<Header, String> {
        let mut words = Words(text);
        let (mut descr, mut order, mut shape) = (None, None, None);
        words.expect("{")?;
        while !words.take("}") {
            let key = words.string()?;
            words.expect(":")?;
            match key.as_str() {
                "descr" => descr = Some(words.string()?),
                "fortran_order" => order = Some(words.bool()?),
                "shape" => shape = Some(words.sizes()?),
                other => return Err(format!("its header has an entry `{other}`")),
            }
            if !words.take(",") {
                words.expect("}")?;
                break;
            }
        }
        let (Some(descr), Some(fortran_order), Some(shape)) = (descr, order, shape) else {
            return Err("its header does not say type, order and shape".into());
        };
        if shape.len() > MAX_DIM {
            return Err(format!(
                "it has {} axes, tensors up to {MAX_DIM}",
                shape.len()
            ));
        }
        let kind = descr.trim_start_matches(['<', '>', '|']).to_string();
        Ok(Header {
            kind,
            big_endian: descr.starts_with('>'),
            fortran_order,
            shape,
        })
    }

    /// The dtype of the tensor and the bytes of an element in the file.
    fn dtype(&self) -> Result<(DType, usize), String> {
        Ok(match self.kind.as_str() {
            "f4" => (DType::F32, 4),
            "f8" => (DType::F64, 8),
            "i8" => (DType::I64, 8),
            "u1" => (DType::U8, 1),
            "b1" => (DType::Bool, 1),
            "i1" => (DType::I64, 1),
            "i2" | "u2" => (DType::I64, 2),
            "i4" | "u4" => (DType::I64, 4),
            other => {
                return Err(format!(
                    "tensors have no elements of NumPy's type `{other}`"
                ));
            }
        })
    }

    fn bytes(&self) -> Result<usize, String> {
        let (_, size) = self.dtype()?;
        let all = self.shape.iter().try_fold(size, |n, &s| n.checked_mul(s));
        all.filter(|&n| n <= isize::MAX as usize)
            .ok_or_else(|| format!("its sizes {:?} are impossible", self.shape))
    }

    fn tensor(&self, mut data: Vec<u8>) -> Result<Tensor, String> {
        let (dtype, size) = self.dtype()?;
        if self.big_endian {
            data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        }
        if size < dtype.size() {
            let signed = self.kind.starts_with('i');
            data = (data.chunks_exact(size))
                .flat_map(|b| widened(b, signed))
                .collect();
        }
        let mut shape = self.shape.clone();
        if self.fortran_order {
            shape.reverse();
        }
        let x = Tensor::from_le_bytes(&data, dtype, &shape).map_err(|e| e.to_string())?;
        Ok(if self.fortran_order {
            x.permute((0..shape.len()).rev().collect::<Vec<_>>())
                .contiguous()
        } else {
            x
        })
    }
}

/// The rest of a header, read word by word.
struct Words<'a>(&'a str);

impl Words<'_> {
    /// Takes `word` if it comes next.
    fn take(&mut self, word: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        match self.take(word) {
            true => Ok(()),
            false => Err(self.unexpected(word)),
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        let found: String = self.0.trim_start().chars().take(20).collect();
        format!("its header has `{found}` where {wanted} should be")
    }

    fn string(&mut self) -> Result<String, String> {
        for quote in ["'", "\""] {
            if self.take(quote) {
                let end = self.0.find(quote).ok_or_else(|| self.unexpected(quote))?;
                let (text, rest) = self.0.split_at(end);
                self.0 = &rest[quote.len()..];
                return Ok(text.into());
            }
        }
        Err(self.unexpected("a string"))
    }

    fn bool(&mut self) -> Result<bool, String> {
        if self.take("True") {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    /// `()`, `(3,)`, `(3, 4)`; Python 2 wrote `3L`.
    fn sizes(&mut self) -> Result<Vec<usize>, String> {
        let mut sizes = Vec::new();
        self.expect("(")?;
        while !self.take(")") {
            let text = self.0.trim_start();
            let end = text
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len());
            sizes.push(text[..end].parse().map_err(|_| self.unexpected("a size"))?);
            self.0 = &text[end..];
            self.take("L");
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let length = (header.len() as u32).to_le_bytes();
        let length = &length[..if version == 1 { 2 } else { 4 }];
        [MAGIC, &[version, 0], length, header.as_bytes(), data].concat()
    }

    fn header(descr: &str, fortran: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}  \n")
    }

    fn read(bytes: &[u8]) -> Result<Tensor, String> {
        parse(&mut &bytes[..]).map_err(|fault| fault.at(Path::new("x.npy"), "io").to_string())
    }

    #[track_caller]
    fn refused(bytes: &[u8], reason: &str) {
        let error = read(bytes).unwrap_err();
        assert!(error.contains(reason) && error.contains("x.npy"), "{error}");
    }

    #[test]
    fn all_dtypes_and_shapes_come_back() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        for dtype in [DType::F32, DType::F64, DType::I64, DType::U8, DType::Bool] {
            for x in [x.to_dtype(dtype), x.to_dtype(dtype).transpose(0, 2)] {
                let bytes = to_bytes(&x);
                assert_eq!((bytes.len() - x.numel() * dtype.size()) % ALIGN, 0);
                assert_eq!(read(&bytes).unwrap(), x);
            }
        }
        for x in [
            Tensor::from(1.5),
            Tensor::zeros([3, 0]),
            Tensor::zeros([1; MAX_DIM]),
        ] {
            assert_eq!(read(&to_bytes(&x)).unwrap(), x);
        }
    }

    #[test]
    fn versions_orders_and_spellings() {
        let data = [1, 0, 2, 0, 3, 0, 0xff, 0xff];
        let expected = Tensor::from([[1, 3], [2, -1]]);
        for version in 1..=3 {
            let bytes = file(version, &header("<i2", "True", "(2, 2)"), &data);
            assert_eq!(read(&bytes).unwrap(), expected);
        }
        let swapped = [0, 1, 0, 2, 0, 3, 0xff, 0xff];
        let bytes = file(1, &header(">i2", "True", "(2L,2L,)"), &swapped);
        assert_eq!(read(&bytes).unwrap(), expected);
        let other = r#"{"shape":(4,),"descr":"<u2","fortran_order":False}"#;
        assert_eq!(
            read(&file(1, other, &data)).unwrap(),
            Tensor::from([1, 2, 3, 65535])
        );
        let big = file(1, &header(">f4", "False", "()"), &1.5f32.to_be_bytes());
        assert_eq!(read(&big).unwrap(), Tensor::from(1.5));
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes = to_bytes(&Tensor::arange(3));
        (0..bytes.len()).for_each(|n| refused(&bytes[..n], "cut short"));
        refused(&[&bytes[..], &[0]].concat(), "more bytes follow");
    }

    #[test]
    fn hostile_headers_are_refused() {
        let of = |text: &str| file(1, text, &[0; 8]);
        refused(b"PK\x03\x04 and more", "does not begin");
        refused(&file(9, "", &[]), "its version 9 is not known");
        refused(
            &[MAGIC, &[2, 0], &[0xff; 4]].concat(),
            "a header of 4294967295 bytes",
        );
        refused(
            &of(&header("<f8", "False", "(9999999999, 9999999999)")),
            "impossible",
        );
        refused(
            &of(&header("<f8", "False", "(999999999999,)")),
            "8 of 7999999999992 bytes",
        );
        refused(
            &of(&header("<f8", "False", "(99999999999999999999999,)")),
            "where a size",
        );
        refused(
            &of(&header("<f8", "False", "(-1,)")),
            "where a size should be",
        );
        refused(&of(&header("<f8", "0", "(1,)")), "where False should be");
        refused(&of(&header("<c8", "False", "(1,)")), "NumPy's type `c8`");
        refused(&of(&header("|O", "False", "(1,)")), "NumPy's type `O`");
        refused(
            &of(&header("<f8", "False", "(1,1,1,1,1,1,1,1,1)")),
            "it has 9 axes",
        );
        refused(
            &of("{'descr': [('a', '<f4')], }"),
            "where a string should be",
        );
        refused(&of("{'descr': '<f8'"), "where } should be");
        refused(&of("{'descr': '<f8"), "where ' should be");
        refused(&of("{'shape': (1,)}"), "does not say");
        refused(&of("{'more': 1}"), "an entry `more`");
        refused(&file(1, &header("|b1", "False", "(1,)"), &[2]), "a bool");
        refused(&file(1, "\u{0}", &[]), "where { should be");
    }

    #[test]
    fn files_are_written_whole() {
        let folder = std::env::temp_dir().join(format!("d2l-npy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (path, x) = (folder.join("x.npy"), Tensor::arange(5));
        write_npy(&path, &x).unwrap();
        assert_eq!(read_npy(&path).unwrap(), x);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        let missing = folder.join("no/such/folder.npy");
        assert!(matches!(
            write_npy(&missing, &x),
            Err(DataError::Write { .. })
        ));
        assert!(matches!(read_npy(&missing), Err(DataError::Read { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
