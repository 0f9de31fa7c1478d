//! The kinds of numbers that files have, which are more than those of tensors.
use d2l_core::{DType, MAX_DIM, Tensor};

/// What a number in a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Element {
    Bool,
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    F16,
    BF16,
    F32,
    F64,
}

impl Element {
    /// Bytes of a number.
    pub(crate) fn size(self) -> usize {
        match self {
            Element::Bool | Element::U8 | Element::I8 => 1,
            Element::I16 | Element::U16 | Element::F16 | Element::BF16 => 2,
            Element::I32 | Element::U32 | Element::F32 => 4,
            Element::I64 | Element::F64 => 8,
        }
    }

    /// The dtype that holds every one of these numbers.
    pub(crate) fn dtype(self) -> DType {
        match self {
            Element::Bool => DType::Bool,
            Element::U8 => DType::U8,
            Element::F16 | Element::BF16 | Element::F32 => DType::F32,
            Element::F64 => DType::F64,
            _ => DType::I64,
        }
    }

    /// The tensor of these little-endian numbers in row-major order.
    pub(crate) fn tensor(self, bytes: &[u8], shape: &[usize]) -> Result<Tensor, String> {
        if shape.len() > MAX_DIM {
            return Err(format!("{} axes are more than {MAX_DIM}", shape.len()));
        }
        let wide: Vec<u8> = match self {
            Element::I8 | Element::I16 | Element::I32 => self.integers(bytes, true),
            Element::U16 | Element::U32 => self.integers(bytes, false),
            Element::F16 => halves(bytes, from_f16),
            Element::BF16 => halves(bytes, |bits| f32::from_bits(u32::from(bits) << 16)),
            _ => return of_bytes(bytes, self.dtype(), shape),
        };
        of_bytes(&wide, self.dtype(), shape)
    }

    fn integers(self, bytes: &[u8], signed: bool) -> Vec<u8> {
        let numbers = bytes.chunks_exact(self.size());
        numbers.flat_map(|b| widened(b, signed)).collect()
    }
}

fn of_bytes(bytes: &[u8], dtype: DType, shape: &[usize]) -> Result<Tensor, String> {
    Tensor::from_le_bytes(bytes, dtype, shape).map_err(|e| e.to_string())
}

/// A short little-endian integer as one of eight bytes.
pub(crate) fn widened(short: &[u8], signed: bool) -> [u8; 8] {
    let negative = signed && short.last().is_some_and(|&b| b >= 0x80);
    let mut long = [if negative { 0xff } else { 0 }; 8];
    long[..short.len()].copy_from_slice(short);
    long
}

fn halves(bytes: &[u8], wide: impl Fn(u16) -> f32) -> Vec<u8> {
    let numbers = bytes.chunks_exact(2);
    numbers
        .flat_map(|b| wide(u16::from_le_bytes([b[0], b[1]])).to_le_bytes())
        .collect()
}

/// A number of five bits of exponent and ten of fraction; every one is an `f32`.
fn from_f16(bits: u16) -> f32 {
    let (sign, exponent) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 31));
    let fraction = u32::from(bits & 1023);
    let size = match exponent {
        // below the smallest normal number: so many times 2⁻²⁴
        0 => return f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => 255,
        e => e + 127 - 15,
    };
    f32::from_bits(sign | size << 23 | fraction << 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_its_value() {
        for bits in 0..=u16::MAX {
            let (e, f) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
            let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
            let want = match e {
                0 => f * 2f64.powi(-24),
                31 if f == 0.0 => f64::INFINITY,
                31 => f64::NAN,
                _ => (1024.0 + f) * 2f64.powi(e - 25),
            } * sign;
            let got = f64::from(from_f16(bits));
            assert!(
                got == want || got.is_nan() && want.is_nan(),
                "{bits:#x}: {got} {want}"
            );
            assert_eq!(got.is_sign_negative(), bits >> 15 == 1);
        }
    }

    #[test]
    fn short_numbers_become_long_ones() {
        let tensor = |e: Element, bytes: &[u8]| e.tensor(bytes, &[2]).unwrap();
        let minus_two = Tensor::from([1, -2]);
        assert_eq!(tensor(Element::I8, &[1, 0xfe]), minus_two);
        assert_eq!(tensor(Element::I16, &[1, 0, 0xfe, 0xff]), minus_two);
        assert_eq!(
            tensor(Element::U16, &[1, 0, 0xfe, 0xff]),
            Tensor::from([1, 65534])
        );
        assert_eq!(
            tensor(Element::BF16, &[0x80, 0x3f, 0, 0xc0]),
            Tensor::from([1.0, -2.0])
        );
        assert_eq!(
            tensor(Element::F16, &[0, 0x3c, 0, 0xc0]),
            Tensor::from([1.0, -2.0])
        );
        assert!(Element::Bool.tensor(&[0, 2], &[2]).is_err());
        assert!(
            Element::F32
                .tensor(&[0; 4], &[1; 9])
                .unwrap_err()
                .contains("9 axes")
        );
    }
}
