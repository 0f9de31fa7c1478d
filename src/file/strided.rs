//! Views into the numbers of a file: an offset, sizes and strides.
use super::element::Element;
use d2l_core::{MAX_DIM, Tensor};

/// Where the numbers of a tensor lie, counted in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Layout {
    pub(crate) offset: usize,
    pub(crate) size: Vec<usize>,
    pub(crate) stride: Vec<usize>,
}

impl Layout {
    /// How many numbers there are, if that can be.
    pub(crate) fn numel(&self) -> Option<usize> {
        self.size.iter().try_fold(1usize, |n, &s| n.checked_mul(s))
    }

    /// Just as many numbers as there must be.
    fn reach(&self) -> Option<usize> {
        let steps = self.size.iter().zip(&self.stride);
        let mut last = steps.map(|(&n, s)| (n - 1).checked_mul(*s));
        let last = last.try_fold(self.offset, |at, step| at.checked_add(step?))?;
        last.checked_add(1)
    }

    /// The tensor that lies so in these numbers.
    pub(crate) fn tensor(&self, element: Element, storage: &[u8]) -> Result<Tensor, String> {
        let Layout { size, stride, .. } = self;
        if size.len() != stride.len() || size.len() > MAX_DIM {
            return Err(format!("sizes {size:?} with strides {stride:?}"));
        }
        if size.contains(&0) {
            return element.tensor(&[], size);
        }
        let there = storage.len() / element.size();
        if self.reach().is_none_or(|n| n > there) {
            return Err(format!(
                "sizes {size:?} with strides {stride:?} from {} lie outside of its {there} numbers",
                self.offset
            ));
        }
        let mut bytes = Vec::new();
        self.gather(element.size(), storage, 0, self.offset, &mut bytes);
        element.tensor(&bytes, size)
    }

    /// Appends what lies at `at` along the axes from `axis` on; as deep as there are axes.
    fn gather(&self, width: usize, from: &[u8], axis: usize, at: usize, to: &mut Vec<u8>) {
        let dense = axis + 1 == self.size.len() && self.stride[axis] == 1;
        if axis == self.size.len() || dense {
            let n = if dense { self.size[axis] } else { 1 };
            to.extend_from_slice(&from[at * width..(at + n) * width]);
            return;
        }
        for i in 0..self.size[axis] {
            self.gather(width, from, axis + 1, at + i * self.stride[axis], to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(offset: usize, size: &[usize], stride: &[usize]) -> Result<Tensor, String> {
        let storage = Tensor::arange(6.0).to_le_bytes();
        let (size, stride) = (size.to_vec(), stride.to_vec());
        let layout = Layout {
            offset,
            size,
            stride,
        };
        layout.tensor(Element::F32, &storage)
    }

    #[test]
    fn views_are_what_they_are_in_pytorch() {
        let x = Tensor::arange(6.0).reshape([2, 3]);
        assert_eq!(of(0, &[2, 3], &[3, 1]).unwrap(), x);
        assert_eq!(of(0, &[3, 2], &[1, 3]).unwrap(), x.t());
        assert_eq!(of(1, &[2, 2], &[3, 1]).unwrap(), x.i((.., 1..)));
        assert_eq!(of(5, &[], &[]).unwrap(), Tensor::from(5.0));
        assert_eq!(
            of(2, &[2, 2], &[0, 1]).unwrap(),
            Tensor::from([[2.0, 3.0], [2.0, 3.0]])
        );
        assert_eq!(of(99, &[0, 3], &[3, 1]).unwrap().shape(), [0, 3]);
    }

    #[test]
    fn nothing_outside_is_read() {
        for (offset, size, stride) in [
            (0, &[7][..], &[1][..]),
            (6, &[], &[]),
            (1, &[2, 3], &[3, 1]),
            (usize::MAX, &[2], &[1]),
            (0, &[2], &[usize::MAX]),
            (0, &[usize::MAX, usize::MAX], &[usize::MAX, 2]),
        ] {
            assert!(of(offset, size, stride).unwrap_err().contains("outside"));
        }
        assert!(of(0, &[2], &[]).is_err() && of(0, &[1; 9], &[1; 9]).is_err());
    }
}
