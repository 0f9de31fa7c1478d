//! Safetensors: eight bytes of length, a header in JSON, plain numbers.
use super::{Fault, FormatError, element::Element};
use d2l_core::{DType, Tensor};
use safetensors::{
    Dtype,
    tensor::{Metadata, TensorView},
};
use std::{
    collections::HashMap,
    io::{Read, Seek, SeekFrom},
};

/// The longest header that is believed, as in the format's own library.
const LONGEST_HEADER: u64 = 100_000_000;

/// A file whose header has been read and checked; its tensors are read one by one.
pub(crate) struct Archive<R> {
    source: R,
    header: Metadata,
    /// Where the numbers begin.
    start: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the header alone.
    pub(crate) fn open(mut source: R) -> Result<Archive<R>, Fault> {
        let length = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut size = [0; 8];
        source.read_exact(&mut size)?;
        let (size, rest) = (u64::from_le_bytes(size), length - 8);
        if size > rest.min(LONGEST_HEADER) {
            return Err(Fault::reason(format!(
                "a header of {size} bytes cannot be in {length}"
            )));
        }
        let mut json = vec![0; size as usize];
        source.read_exact(&mut json)?;
        let header: Metadata = serde_json::from_slice(&json)
            .map_err(|e| Fault::reason(format!("its header is none of safetensors: {e}")))?;
        let (numbers, said) = (rest - size, header.data_len() as u64);
        if numbers != said {
            return Err(Fault::reason(format!(
                "{numbers} bytes of numbers follow its header, which describes {said}"
            )));
        }
        Ok(Archive {
            source,
            header,
            start: 8 + size,
        })
    }

    /// The names in the order of the numbers.
    pub(crate) fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    /// What stands in the header under `key` beside the tensors.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        let notes = self.header.metadata().as_ref()?;
        notes.get(key).map(String::as_str)
    }

    /// Reads one tensor.
    pub(crate) fn tensor(&mut self, name: &str) -> Result<Tensor, Fault> {
        let Some(info) = self.header.info(name) else {
            return Err(Fault::reason(format!("it holds no `{name}`")));
        };
        let Some(element) = element(info.dtype) else {
            return Err(Fault::Format(FormatError::Unsupported(format!(
                "`{name}`: tensors have no numbers of the kind {:?}",
                info.dtype
            ))));
        };
        // The header has been compared with the length of the file.
        let (begin, end) = info.data_offsets;
        let mut bytes = vec![0; end - begin];
        let shape = info.shape.clone();
        self.source
            .seek(SeekFrom::Start(self.start + begin as u64))?;
        self.source.read_exact(&mut bytes)?;
        let tensor = element.tensor(&bytes, &shape);
        tensor.map_err(|why| Fault::reason(format!("`{name}`: {why}")))
    }
}

fn element(dtype: Dtype) -> Option<Element> {
    Some(match dtype {
        Dtype::BOOL => Element::Bool,
        Dtype::U8 => Element::U8,
        Dtype::I8 => Element::I8,
        Dtype::I16 => Element::I16,
        Dtype::U16 => Element::U16,
        Dtype::I32 => Element::I32,
        Dtype::U32 => Element::U32,
        Dtype::I64 => Element::I64,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::BF16,
        Dtype::F32 => Element::F32,
        Dtype::F64 => Element::F64,
        _ => return None,
    })
}

/// The file of these tensors, with a note in its header if there is one.
pub(crate) fn to_bytes<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a Tensor)>,
    note: Option<(String, String)>,
) -> Result<Vec<u8>, FormatError> {
    let unsupported = |e: safetensors::SafeTensorError| FormatError::Unsupported(e.to_string());
    let data: Vec<_> = tensors
        .into_iter()
        .map(|(name, t)| (name, t, t.to_le_bytes()))
        .collect();
    let views = data.iter().map(|(name, t, bytes)| {
        let view = TensorView::new(dtype(t), t.shape().to_vec(), bytes);
        view.map(|v| (*name, v)).map_err(unsupported)
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    safetensors::serialize(views, note.map(|n| HashMap::from([n]))).map_err(unsupported)
}

fn dtype(t: &Tensor) -> Dtype {
    match t.dtype() {
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::I64 => Dtype::I64,
        DType::U8 => Dtype::U8,
        DType::Bool => Dtype::BOOL,
        other => unreachable!("{other} has no place in a file yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn read(bytes: &[u8]) -> Result<Vec<(String, Tensor)>, String> {
        let text = |fault: Fault| fault.in_bytes().to_string();
        let mut file = Archive::open(Cursor::new(bytes)).map_err(text)?;
        let names = file.names();
        let tensor = |name: String| Ok((name.clone(), file.tensor(&name).map_err(text)?));
        names.into_iter().map(tensor).collect()
    }

    /// The rules that other programs rely on: eight bytes of length, little-endian; a header that
    /// begins with a brace and is filled with blanks to a multiple of eight; wide numbers first, then
    /// by name; no gap.
    #[test]
    fn the_file_is_as_the_format_wants_it_byte_for_byte() {
        let x = Tensor::from([1.0, -2.0]);
        let (y, z) = (Tensor::from([7]), Tensor::from([true]));
        let file = to_bytes([("z", &z), ("x", &x), ("y", &y)], None).unwrap();
        let header = r#"{"y":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"z":{"dtype":"BOOL","shape":[1],"data_offsets":[16,17]}}"#;
        let padded = header.len().next_multiple_of(8);
        let mut want = (padded as u64).to_le_bytes().to_vec();
        want.extend(format!("{header:padded$}").bytes());
        want.extend(7i64.to_le_bytes());
        want.extend(1f32.to_le_bytes());
        want.extend((-2f32).to_le_bytes());
        want.push(1);
        assert_eq!(file, want);
    }

    #[test]
    fn every_dtype_and_a_note_come_back() {
        let x = Tensor::arange(6).reshape([2, 3]);
        let all = [DType::F32, DType::F64, DType::I64, DType::U8, DType::Bool];
        let tensors: Vec<_> = all
            .map(|d| (format!("{d}"), x.t().to_dtype(d)))
            .into_iter()
            .chain([
                ("empty".into(), Tensor::zeros([2, 0])),
                ("one".into(), Tensor::from(3.5)),
            ])
            .collect();
        let list = tensors.iter().map(|(name, t)| (name.as_str(), t));
        let file = to_bytes(list, Some(("k".into(), "v \"w\"".into()))).unwrap();
        let mut back = read(&file).unwrap();
        let mut want = tensors.clone();
        back.sort_by(|a, b| a.0.cmp(&b.0));
        want.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(back, want);
        let archive = Archive::open(Cursor::new(&file)).ok().unwrap();
        assert_eq!(
            (archive.note("k"), archive.note("x")),
            (Some("v \"w\""), None)
        );
    }

    #[test]
    fn one_tensor_is_read_without_the_others() {
        let (x, y) = (Tensor::zeros([1000]), Tensor::ones([3]));
        let file = to_bytes([("x", &x), ("y", &y)], None).unwrap();
        struct Counting<'a>(Cursor<&'a [u8]>, usize);
        impl Read for Counting<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let n = self.0.read(out)?;
                self.1 += n;
                Ok(n)
            }
        }
        impl Seek for Counting<'_> {
            fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
                self.0.seek(to)
            }
        }
        let mut archive = Archive::open(Counting(Cursor::new(&file), 0)).ok().unwrap();
        assert_eq!(archive.tensor("y").ok(), Some(y));
        assert_eq!(archive.source.1 as u64, archive.start + 12);
    }

    #[test]
    fn headers_are_not_believed() {
        let file = |size: u64, header: &str, numbers: usize| {
            [&size.to_le_bytes(), header.as_bytes(), &vec![0; numbers]].concat()
        };
        let of = |header: &str, numbers| file(header.len() as u64, header, numbers);
        let refused = |bytes: &[u8], why: &str| {
            let text = read(bytes).unwrap_err();
            assert!(text.contains(why), "{text}");
        };
        refused(b"", "cut short");
        refused(&file(u64::MAX, "{}", 0), "cannot be in 10");
        refused(&file(1 << 40, "{}", 0), "cannot be in 10");
        refused(&of("{", 0), "none of safetensors");
        refused(
            &of("{}", 1),
            "1 bytes of numbers follow its header, which describes 0",
        );
        let one = |dtype: &str, shape: &str, end: u64| {
            format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#)
        };
        refused(
            &of(&one("F32", "[4611686018427387904,4]", 4), 4),
            "none of safetensors",
        );
        refused(&of(&one("F32", "[1]", 1 << 60), 4), "none of safetensors");
        refused(&of(&one("Q7", "[1]", 4), 4), "Q7");
        refused(&of(&one("F8_E4M3", "[4]", 4), 4), "F8_E4M3");
        refused(
            &of(&one("BOOL", "[4]", 4), 4)
                .iter()
                .map(|&b| if b == 0 { 9 } else { b })
                .collect::<Vec<_>>(),
            "",
        );
        refused(&of(&one("F32", "[1,1,1,1,1,1,1,1,1]", 4), 4), "9 axes");
    }
}
