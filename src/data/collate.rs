//! Examples as structs, and the batches they become.

use d2l_core::{Tensor, stack};

use super::{Batch, Dataset};

/// A struct that holds one example; written by [`derive(Batch)`](macro@crate::Batch).
///
/// A `Vec` of examples is a [`Dataset`], and so is a function of their number: [`Examples`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an example",
    label = "not an example",
    note = "put `#[derive(Batch)]` on `{Self}`"
)]
pub trait Example: Sized {
    /// What several examples become.
    type Batch: Into<Batch>;

    /// The examples as one batch.
    ///
    /// # Panics
    /// If a field has another shape in some example and is not padded.
    fn collate(examples: &[&Self]) -> Self::Batch;
}

/// A struct of tensors that a [`Batch`] can be read as; written by
/// [`derive(Batch)`](macro@crate::Batch).
///
/// The hooks `training_step` and `validation_step` take a reference to one in place of `&Batch`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch",
    label = "a step takes `&Batch`",
    note = "or a reference to the batch of a struct under `#[derive(Batch)]`"
)]
pub trait TypedBatch {
    /// The tensors by their order.
    ///
    /// # Panics
    /// If there are more or fewer.
    fn read(batch: &Batch) -> Self;
}

impl TypedBatch for Batch {
    fn read(batch: &Batch) -> Batch {
        batch.clone()
    }
}

impl<E: Example + Send + Sync> Dataset for Vec<E> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        let chosen: Vec<&E> = rows.iter().map(|&r| &self[r]).collect();
        E::collate(&chosen).into()
    }
}

/// Examples that are made when they are asked for.
///
/// ```
/// use d2l::{data::Examples, prelude::*};
///
/// #[derive(Batch)]
/// struct Square {
///     x: f32,
///     y: f32,
/// }
///
/// let squares = Examples::new(10, |i| Square { x: i as f32, y: (i * i) as f32 });
/// let batch = DataLoader::new(squares, 4).iter().nth(1).unwrap();
/// assert_eq!(*batch.label(), Tensor::from([16.0, 25.0, 36.0, 49.0]));
/// ```
pub struct Examples<F> {
    len: usize,
    make: F,
}

impl<E: Example, F: Fn(usize) -> E + Send + Sync> Examples<F> {
    /// The examples `make(0)` to `make(len - 1)`.
    pub fn new(len: usize, make: F) -> Examples<F> {
        Examples { len, make }
    }
}

impl<E: Example, F: Fn(usize) -> E + Send + Sync> Dataset for Examples<F> {
    fn len(&self) -> usize {
        self.len
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        let made: Vec<E> = rows.iter().map(|&r| (self.make)(r)).collect();
        E::collate(&made.iter().collect::<Vec<_>>()).into()
    }
}

/// A field of an example: several of them make a tensor with one more axis.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a batch",
    label = "several of it are no tensor",
    note = "fields of a batch are tensors, numbers, and arrays and `Vec`s of numbers",
    note = "otherwise write `#[batch(with = function)]`, where `function: fn(&{Self}) -> Tensor`, or `#[batch(skip)]`"
)]
pub trait Collate: Sized {
    /// One under the other.
    ///
    /// # Errors
    /// If their shapes differ: the number of the first that does, and the two shapes.
    fn stack(values: &[&Self]) -> Result<Tensor, Uneven>;

    /// The same with the first axis filled up to the longest, and the lengths.
    ///
    /// # Errors
    /// If they differ in another axis, or have none.
    fn pad(values: &[&Self], fill: f64) -> Result<(Tensor, Tensor), Uneven> {
        let _ = (values, fill);
        Err(Uneven::Number)
    }
}

/// Why fields do not make one tensor.
#[derive(Debug)]
pub enum Uneven {
    /// Example number, its shape, the first example's.
    Shapes(usize, Vec<usize>, Vec<usize>),
    /// A single number has no length.
    Number,
}

/// A number that becomes an element of a tensor.
trait Number: Copy {
    type Element;
    fn element(self) -> Self::Element;
    fn filler(fill: f64) -> Self::Element;
}

macro_rules! numbers {
    ($($t:ty as $to:ty),*) => { $(
        impl Number for $t {
            type Element = $to;

            fn element(self) -> $to {
                self as $to
            }

            fn filler(fill: f64) -> $to {
                fill as $to
            }
        }

        impl Collate for $t {
            fn stack(values: &[&$t]) -> Result<Tensor, Uneven> {
                let data: Vec<$to> = values.iter().map(|v| v.element()).collect();
                Ok(Tensor::from(data))
            }
        }

        impl Collate for Vec<$t> {
            fn stack(values: &[&Vec<$t>]) -> Result<Tensor, Uneven> {
                let rows: Vec<&[$t]> = values.iter().map(|v| &v[..]).collect();
                let first = rows.first().map_or(0, |r| r.len());
                match rows.iter().position(|r| r.len() != first) {
                    Some(i) => Err(Uneven::Shapes(i, vec![rows[i].len()], vec![first])),
                    None => Ok(Tensor::new(matrix(&rows, first, 0.0), [rows.len(), first])),
                }
            }

            fn pad(values: &[&Vec<$t>], fill: f64) -> Result<(Tensor, Tensor), Uneven> {
                let rows: Vec<&[$t]> = values.iter().map(|v| &v[..]).collect();
                let lengths: Vec<i64> = rows.iter().map(|r| r.len() as i64).collect();
                let longest = rows.iter().map(|r| r.len()).max().unwrap_or_default();
                let all = Tensor::new(matrix(&rows, longest, fill), [rows.len(), longest]);
                Ok((all, Tensor::from(lengths)))
            }
        }

        impl<const N: usize> Collate for [$t; N] {
            fn stack(values: &[&[$t; N]]) -> Result<Tensor, Uneven> {
                let rows: Vec<&[$t]> = values.iter().map(|v| &v[..]).collect();
                Ok(Tensor::new(matrix(&rows, N, 0.0), [rows.len(), N]))
            }
        }
    )* };
}
numbers!(
    f32 as f32,
    f64 as f64,
    i64 as i64,
    i32 as i64,
    usize as i64,
    u32 as i64,
    u8 as u8
);

/// The rows one after the other, each filled up to `width`.
fn matrix<T: Number<Element: Copy>>(rows: &[&[T]], width: usize, fill: f64) -> Vec<T::Element> {
    let mut data = Vec::with_capacity(rows.len() * width);
    for (i, row) in rows.iter().enumerate() {
        data.extend(row.iter().map(|v| v.element()));
        data.resize((i + 1) * width, T::filler(fill));
    }
    data
}

impl Collate for bool {
    fn stack(values: &[&bool]) -> Result<Tensor, Uneven> {
        Ok(Tensor::from(
            values.iter().map(|&&v| v).collect::<Vec<bool>>(),
        ))
    }
}

impl Collate for Tensor {
    fn stack(values: &[&Tensor]) -> Result<Tensor, Uneven> {
        let first = values.first().map_or(&[][..], |t| t.shape());
        match values.iter().position(|t| t.shape() != first) {
            Some(i) => Err(Uneven::Shapes(
                i,
                values[i].shape().to_vec(),
                first.to_vec(),
            )),
            None => Ok(stack(values, 0)),
        }
    }

    fn pad(values: &[&Tensor], fill: f64) -> Result<(Tensor, Tensor), Uneven> {
        let tail = |t: &Tensor| t.shape().get(1..).map(<[usize]>::to_vec);
        let first = values
            .first()
            .map_or(Some(Vec::new()), |t| tail(t))
            .ok_or(Uneven::Number)?;
        if let Some(i) = values.iter().position(|t| tail(t).as_ref() != Some(&first)) {
            let shapes = (values[i].shape().to_vec(), values[0].shape().to_vec());
            return Err(Uneven::Shapes(i, shapes.0, shapes.1));
        }
        let longest = values
            .iter()
            .map(|t| t.shape()[0])
            .max()
            .unwrap_or_default();
        let lengths: Vec<i64> = values.iter().map(|t| t.shape()[0] as i64).collect();
        let full: Vec<Tensor> = values.iter().map(|t| filled(t, longest, fill)).collect();
        Ok((
            stack(&full.iter().collect::<Vec<_>>(), 0),
            Tensor::from(lengths),
        ))
    }
}

/// `t` with its first axis filled up to `longest`.
fn filled(t: &Tensor, longest: usize, fill: f64) -> Tensor {
    let mut shape = t.shape().to_vec();
    shape[0] = longest - shape[0];
    let rest = Tensor::full(shape, fill).to_dtype(t.dtype());
    d2l_core::cat(&[t, &rest], 0)
}

/// What the code of `derive(Batch)` calls.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod written {
    use super::{Batch, Uneven};
    use d2l_core::Tensor;

    pub use super::Collate;

    /// A number to fill up with.
    pub trait Fill {
        fn fill(self) -> f64;
    }
    macro_rules! fill {
        ($($t:ty)*) => { $( impl Fill for $t { fn fill(self) -> f64 { self as f64 } } )* };
    }
    fill!(i32 i64 usize u8 f32 f64);

    /// One field of every example.
    pub fn values<'a, E, T: 'a>(examples: &[&'a E], field: impl Fn(&'a E) -> &'a T) -> Vec<&'a T> {
        examples.iter().map(|e| field(e)).collect()
    }

    /// One field of every example, as a tensor.
    pub fn with<'a, E, T: 'a>(
        examples: &[&'a E],
        field: impl Fn(&'a E) -> &'a T,
        make: impl Fn(&T) -> Tensor,
    ) -> Vec<Tensor> {
        examples.iter().map(|e| make(field(e))).collect()
    }

    #[track_caller]
    pub fn stacked(name: &str, result: Result<Tensor, Uneven>) -> Tensor {
        match result {
            Ok(t) => t,
            Err(e) => refuse(name, &e, "; `#[batch(pad = 0)]` fills up the shorter ones"),
        }
    }

    #[track_caller]
    pub fn padded(name: &str, result: Result<(Tensor, Tensor), Uneven>) -> (Tensor, Tensor) {
        match result {
            Ok(pair) => pair,
            Err(e) => refuse(name, &e, ""),
        }
    }

    #[track_caller]
    fn refuse(name: &str, e: &Uneven, hint: &str) -> ! {
        match e {
            Uneven::Number => panic!("{name} has no length that could be padded"),
            Uneven::Shapes(i, here, first) => panic!(
                "{name} has shape {here:?} in example {i} of the batch and {first:?} in the first{hint}"
            ),
        }
    }

    #[track_caller]
    pub fn expect(name: &str, n: usize, batch: &Batch) {
        assert!(
            batch.len() == n,
            "{name} has {n} tensors, but the batch has {}",
            batch.len()
        );
    }
}
