//! Which class was predicted, and which is right.
use d2l_core::{DType, Tensor};

/// The predicted and the right class of every example. `y_hat` holds scores, classes last, or class
/// numbers of the shape of `y`, or (with a threshold) probabilities of class 1 of that shape.
#[track_caller]
pub(super) fn pairs(
    name: &str,
    y_hat: &Tensor,
    y: &Tensor,
    classes: usize,
    threshold: Option<f64>,
) -> Vec<(usize, usize)> {
    let y_hat = y_hat.detach();
    let guessed = if y_hat.dtype().is_float() {
        match threshold {
            Some(t) if y_hat.shape() == y.shape() => y_hat.gt(t).long(),
            _ => {
                scores(name, &y_hat, y, Some(classes));
                y_hat.argmax_dim(-1)
            }
        }
    } else {
        assert!(
            y_hat.shape() == y.shape(),
            "{name}: predicted classes of shape {:?} and labels of shape {:?}",
            y_hat.shape(),
            y.shape()
        );
        y_hat
    };
    let (guessed, right) = (numbers(name, &guessed, classes), labels(name, y, classes));
    guessed.into_iter().zip(right).collect()
}

/// Refuses scores that are none for each class of each label.
#[track_caller]
pub(super) fn scores(name: &str, y_hat: &Tensor, y: &Tensor, classes: Option<usize>) {
    let (shape, labels) = (y_hat.shape(), y.shape());
    let fits = match shape.split_last() {
        Some((n, examples)) => examples == labels && classes.is_none_or(|c| c == *n),
        None => false,
    };
    let classes = classes.map_or("classes".to_string(), |c| c.to_string());
    assert!(
        fits && y_hat.dtype().is_float(),
        "{name}: predictions {shape:?} {} and labels {labels:?} do not fit: scores [.., {classes}] are needed for labels [..]",
        y_hat.dtype()
    );
}

/// The labels, of these many classes.
#[track_caller]
pub(super) fn labels(name: &str, y: &Tensor, classes: usize) -> Vec<usize> {
    assert!(
        !y.dtype().is_float(),
        "{name}: the labels are {}, not class numbers (convert with `long`)",
        y.dtype()
    );
    numbers(name, y, classes)
}

#[track_caller]
fn numbers(name: &str, x: &Tensor, classes: usize) -> Vec<usize> {
    let x = x.to_dtype(DType::I64).to_vec::<i64>();
    if let Some(c) = x.iter().find(|&&c| c < 0 || c >= classes as i64) {
        panic!("{name}: class {c} is not one of 0 to {}", classes - 1);
    }
    x.into_iter().map(|c| c as usize).collect()
}
