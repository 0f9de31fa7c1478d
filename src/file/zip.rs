//! Just as much of the zip format as `.npz` and `.pt` files use: entries stored or deflated, read through the
//! directory at the end of the file.

use std::{
    collections::HashSet,
    io::{self, Read, Seek, SeekFrom, Write},
};

use flate2::{Compression, Crc, CrcReader, read::DeflateDecoder, write::DeflateEncoder};

use super::Fault;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
/// Bytes of an end record without its comment.
const END_LEN: u64 = 22;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// 1980-01-01, the earliest date: files of equal contents are equal.
const DATE: u16 = 0x21;
/// Deflate packs at most 1032 bytes into one.
const DENSEST: u64 = 1032;

/// An entry of the directory.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    offset: u64,
}

impl Entry {
    /// Is it compressed?
    pub(crate) fn is_packed(&self) -> bool {
        self.method != STORED
    }
}

/// Little-endian numbers of a record, one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let cut = || Fault::reason("a record of its zip directory is cut short");
        let (bytes, rest) = self.0.split_at_checked(n).ok_or_else(cut)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self, n: usize) -> Result<u64, Fault> {
        let bytes = self.bytes(n)?.iter().rev();
        Ok(bytes.fold(0, |v, &b| v << 8 | u64::from(b)))
    }

    fn u16(&mut self) -> Result<u16, Fault> {
        self.number(2).map(|n| n as u16)
    }
}

/// The entries of a zip file, in the order of its directory.
pub(crate) fn entries(file: &mut (impl Read + Seek)) -> Result<Vec<Entry>, Fault> {
    let length = file.seek(SeekFrom::End(0))?;
    let (count, size, offset) = end_record(file, length)?;
    if offset.checked_add(size).is_none_or(|end| end > length) {
        return Err(Fault::reason("its zip directory lies outside of the file"));
    }
    let mut directory = vec![0; size as usize];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut directory)?;
    let mut fields = Fields(&directory);
    let mut found = Vec::new();
    while !fields.0.is_empty() {
        found.push(entry(&mut fields)?);
    }
    check(&found, count, length)?;
    Ok(found)
}

/// Number of entries, size and place of the directory.
fn end_record(file: &mut (impl Read + Seek), length: u64) -> Result<(u64, u64, u64), Fault> {
    let tail = length.min(END_LEN + u64::from(u16::MAX));
    let start = length - tail;
    let mut bytes = vec![0; tail as usize];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut bytes)?;
    let at = bytes.windows(4).rposition(|w| w == END);
    let Some(at) = at.filter(|at| bytes.len() - at >= END_LEN as usize) else {
        return Err(Fault::reason("it has no zip directory, or is cut short"));
    };
    let mut fields = Fields(&bytes[at + 10..]);
    let (count, size, offset) = (fields.number(2)?, fields.number(4)?, fields.number(4)?);
    if count < 0xffff && size < 0xffff_ffff && offset < 0xffff_ffff {
        return Ok((count, size, offset));
    }
    // Large files have a larger record before this one, and twenty bytes that say where.
    let place = Fields(&bytes[at.saturating_sub(12)..at]).number(8)?;
    if place > length {
        return Err(Fault::reason("its zip directory lies outside of the file"));
    }
    file.seek(SeekFrom::Start(place))?;
    let mut record = [0; 56];
    file.read_exact(&mut record)?;
    if !record.starts_with(&END_64) {
        return Err(Fault::reason("its zip directory is broken"));
    }
    let mut fields = Fields(&record[32..]);
    Ok((fields.number(8)?, fields.number(8)?, fields.number(8)?))
}

fn entry(fields: &mut Fields<'_>) -> Result<Entry, Fault> {
    if fields.bytes(4)? != CENTRAL {
        return Err(Fault::reason("its zip directory is broken"));
    }
    fields.bytes(4)?; // versions
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.bytes(4)?; // time and date
    let crc = fields.number(4)? as u32;
    let (packed, size) = (fields.number(4)?, fields.number(4)?);
    let [name, extra, comment] = [fields.u16()?, fields.u16()?, fields.u16()?];
    fields.bytes(8)?; // disk and attributes
    let offset = fields.number(4)?;
    let name = String::from_utf8(fields.bytes(name.into())?.into());
    let name = name.map_err(|_| Fault::reason("a name in it is not UTF-8"))?;
    let mut numbers = [size, packed, offset];
    wide_numbers(fields.bytes(extra.into())?, &mut numbers)?;
    fields.bytes(comment.into())?;
    if flags & 1 != 0 || ![STORED, DEFLATED].contains(&method) {
        return Err(Fault::Reason(format!(
            "`{name}` is encrypted or packed by method {method}, not stored or deflated"
        )));
    }
    let [size, packed, offset] = numbers;
    Ok(Entry {
        name,
        method,
        crc,
        packed,
        size,
        offset,
    })
}

/// Numbers that do not fit four bytes stand in an extra field, in this order.
fn wide_numbers(extra: &[u8], numbers: &mut [u64; 3]) -> Result<(), Fault> {
    let mut fields = Fields(extra);
    while fields.0.len() >= 4 {
        let (id, n) = (fields.u16()?, fields.u16()?);
        let mut field = Fields(fields.bytes(n.into())?);
        for number in numbers.iter_mut().filter(|n| id == 1 && **n == 0xffff_ffff) {
            *number = field.number(8)?;
        }
    }
    Ok(())
}

/// What a directory says must be possible: sizes, and no byte packed into two entries.
fn check(entries: &[Entry], count: u64, length: u64) -> Result<(), Fault> {
    let sum = entries
        .iter()
        .try_fold(0u64, |s, e| s.checked_add(e.packed));
    let possible = |e: &Entry| match e.method {
        STORED => e.size == e.packed,
        _ => e.size <= e.packed.saturating_mul(DENSEST),
    };
    if count != entries.len() as u64
        || sum.is_none_or(|s| s > length)
        || entries.iter().any(|e| e.offset > length)
        || !entries.iter().all(possible)
    {
        return Err(Fault::reason("its zip directory gives impossible sizes"));
    }
    let mut names = HashSet::new();
    match entries.iter().find(|e| !names.insert(&e.name)) {
        Some(e) => Err(Fault::Reason(format!("it holds `{}` twice", e.name))),
        None => Ok(()),
    }
}

/// What `parse` makes of the contents of an entry, which must be as long as the directory says and
/// have its checksum.
pub(crate) fn read<T>(
    file: &mut (impl Read + Seek),
    entry: &Entry,
    parse: impl FnOnce(&mut dyn Read) -> Result<T, Fault>,
) -> Result<T, Fault> {
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut local = [0; 30];
    file.read_exact(&mut local)?;
    if !local.starts_with(&LOCAL) {
        return Err(Fault::reason(format!(
            "`{}` is not where it should be",
            entry.name
        )));
    }
    let mut fields = Fields(&local[26..]);
    let names = i64::from(fields.u16()?) + i64::from(fields.u16()?);
    file.seek(SeekFrom::Current(names))?;
    let packed = file.by_ref().take(entry.packed);
    let plain: Box<dyn Read + '_> = match entry.method {
        STORED => Box::new(packed),
        _ => Box::new(DeflateDecoder::new(packed)),
    };
    // One byte more, so that too long contents are noticed.
    let mut contents = CrcReader::new(plain.take(entry.size.saturating_add(1)));
    let value = parse(&mut contents)?;
    io::copy(&mut contents, &mut io::sink())?;
    let length = contents.get_ref().limit();
    if length != 1 || contents.crc().sum() != entry.crc {
        return Err(Fault::reason(format!(
            "the checksum of `{}` is wrong",
            entry.name
        )));
    }
    Ok(value)
}

/// A zip file of these entries.
///
/// # Errors
/// If it would be larger than a plain zip file can be: 4 GiB, or 65,534 entries.
pub(crate) fn write(entries: &[(String, Vec<u8>)], deflate: bool) -> io::Result<Vec<u8>> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, contents) in entries {
        let offset = small(file.len())?;
        let (method, packed) = match deflate {
            true => (DEFLATED, deflated(contents)?),
            false => (STORED, contents.clone()),
        };
        let record = record(name, method, contents, packed.len())?;
        file.extend([&LOCAL, &record[..], name.as_bytes(), &packed].concat());
        directory.extend([&CENTRAL[..], &[20, 0], &record, &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(entries.len()).ok().filter(|&n| n < 0xffff);
    let count = count.ok_or_else(too_large)?.to_le_bytes();
    let (size, offset) = (small(directory.len())?, small(file.len())?);
    file.extend(directory);
    file.extend([&END, &[0; 4], &count[..], &count].concat());
    file.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
    file.extend([0; 2]); // no comment
    Ok(file)
}

/// What the local and the central header of an entry share.
fn record(name: &str, method: u16, contents: &[u8], packed: usize) -> io::Result<Vec<u8>> {
    let utf8: u16 = if name.is_ascii() { 0 } else { 1 << 11 };
    let mut crc = Crc::new();
    crc.update(contents);
    let length = u16::try_from(name.len()).map_err(|_| too_large())?;
    let shorts = |list: &[u16]| {
        list.iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let longs = [crc.sum(), small(packed)?, small(contents.len())?];
    let longs: Vec<u8> = longs.iter().flat_map(|n| n.to_le_bytes()).collect();
    let (before, after) = (shorts(&[20, utf8, method, 0, DATE]), shorts(&[length, 0]));
    Ok([before, longs, after].concat())
}

fn deflated(contents: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(contents)?;
    encoder.finish()
}

fn small(n: usize) -> io::Result<u32> {
    let n = u32::try_from(n).ok().filter(|&n| n < u32::MAX);
    n.ok_or_else(too_large)
}

fn too_large() -> io::Error {
    let why = "a zip file holds up to 4 GiB and 65,534 arrays; write several, or `.npy` files";
    io::Error::new(io::ErrorKind::FileTooLarge, why)
}
