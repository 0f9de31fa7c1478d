//! Bytes taken from the front.
use crate::file::FormatError;

/// What is left of the input.
pub(in crate::file) struct Bytes<'a>(pub(in crate::file) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(in crate::file) fn take(&mut self, n: usize) -> Result<&'a [u8], FormatError> {
        let cut = || FormatError::Damaged("its pickle is cut short".into());
        let (front, rest) = self.0.split_at_checked(n).ok_or_else(cut)?;
        self.0 = rest;
        Ok(front)
    }

    pub(super) fn byte(&mut self) -> Result<u8, FormatError> {
        Ok(self.take(1)?[0])
    }

    /// A little-endian number of `n` bytes, eight at most.
    pub(in crate::file) fn number(&mut self, n: usize) -> Result<u64, FormatError> {
        let bytes = self.take(n)?.iter().rev();
        Ok(bytes.fold(0, |v, &b| v << 8 | u64::from(b)))
    }

    /// As many bytes as a number of `n` bytes says.
    pub(super) fn counted(&mut self, n: usize) -> Result<&'a [u8], FormatError> {
        let count = self.number(n)?;
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// A text as long as a number of `n` bytes says.
    pub(super) fn text(&mut self, n: usize) -> Result<String, FormatError> {
        let bytes = self.counted(n)?.to_vec();
        String::from_utf8(bytes).map_err(|_| FormatError::Damaged("a text is not UTF-8".into()))
    }

    /// A text up to the end of the line.
    pub(super) fn line(&mut self) -> Result<String, FormatError> {
        let end = self.0.iter().position(|&b| b == b'\n');
        let line = self.take(end.unwrap_or(self.0.len()))?.to_vec();
        self.take(1)?;
        String::from_utf8(line).map_err(|_| FormatError::Damaged("a name is not UTF-8".into()))
    }

    /// A signed little-endian number as long as its first byte says.
    pub(super) fn long(&mut self) -> Result<i64, FormatError> {
        let bytes = self.counted(1)?;
        if bytes.len() > 8 {
            return Err(FormatError::Unsupported(format!(
                "an integer of {} bytes does not fit eight",
                bytes.len()
            )));
        }
        Ok(i64::from_le_bytes(crate::file::widened(bytes, true)))
    }
}
