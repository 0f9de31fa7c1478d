//! All that one line `gradcheck_test!` checks of an operation.
#![cfg(test)]
use super::GradCheck;
pub(crate) use super::gradcheck::numbers;
use crate::{
    Tensor,
    autograd::{Options, gradients},
    no_grad,
};
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// An operation as a function of its inputs, giving all of its results.
type Operation<'a> = &'a dyn Fn(&[Tensor]) -> Vec<Tensor>;

/// How an input lies in memory.
#[derive(Clone, Copy, Debug)]
enum Lie {
    Contiguous,
    Transposed,
    Expanded,
}

/// Checks the gradients of `f` at inputs of these shapes: contiguous, transposed and expanded; each
/// input alone; with an axis of size 0 (every size in turn) and without axes; the second
/// derivatives; and that a change in place between forward and backward is noticed or harmless.
///
/// `refused` says what the operation does not do: `empty`, `scalar`, `second`. That is checked, too.
pub(crate) fn check_operation(
    f: Operation<'_>,
    shapes: &[&[usize]],
    refused: &[&str],
) -> Result<(), String> {
    if let Some(word) = refused
        .iter()
        .find(|w| !["empty", "scalar", "second"].contains(w))
    {
        return Err(format!("`no {word}` means nothing"));
    }
    check_layouts(f, shapes)?;
    check_alone(f, shapes)?;
    check_change(f, shapes, false)?;
    check_change(f, shapes, true)?;
    check_second(f, shapes, refused.contains(&"second"))?;
    check_unusual(f, &empty(shapes), "empty", refused)?;
    let scalar = vec![vec![]; shapes.len()];
    check_unusual(f, &[scalar], "scalar", refused)
}

fn check_layouts(f: Operation<'_>, shapes: &[&[usize]]) -> Result<(), String> {
    for lie in [Lie::Contiguous, Lie::Transposed, Lie::Expanded] {
        let bases: Vec<Vec<usize>> = shapes.iter().map(|s| base_shape(s, lie)).collect();
        let laid = |xs: &[Tensor]| {
            let pairs = xs.iter().zip(shapes);
            f(&pairs.map(|(x, s)| lay(x, s, lie)).collect::<Vec<_>>())
        };
        let result = GradCheck::new().check(laid, &inputs(&bases));
        result.map_err(|e| format!("{lie:?} inputs: {e}"))?;
    }
    Ok(())
}

fn base_shape(shape: &[usize], lie: Lie) -> Vec<usize> {
    let mut s = shape.to_vec();
    match lie {
        Lie::Contiguous => {}
        Lie::Transposed => s.reverse(),
        Lie::Expanded => s.iter_mut().take(1).for_each(|n| *n = 1),
    }
    s
}

fn lay(x: &Tensor, shape: &[usize], lie: Lie) -> Tensor {
    let reversed = (0..shape.len() as isize).rev().collect::<Vec<_>>();
    match lie {
        Lie::Contiguous => x.clone(),
        Lie::Transposed => x.permute(reversed),
        Lie::Expanded => x.expand(shape),
    }
}

fn inputs(shapes: &[impl AsRef<[usize]>]) -> Vec<Tensor> {
    let seeds = shapes.iter().zip(0..);
    seeds.map(|(s, seed)| numbers(s.as_ref(), seed)).collect()
}

/// Every input as the only one that requires a gradient.
fn check_alone(f: Operation<'_>, shapes: &[&[usize]]) -> Result<(), String> {
    let xs = inputs(shapes);
    for k in 0..if xs.len() > 1 { xs.len() } else { 0 } {
        let alone = |x: &[Tensor]| {
            let mut xs = xs.clone();
            xs[k] = x[0].clone();
            f(&xs)
        };
        let result = GradCheck::new().check(alone, &xs[k..=k]);
        result.map_err(|e| format!("input {k} alone: {e}"))?;
    }
    Ok(())
}

/// Changes the inputs or the results in place after the forward pass: backward must refuse or give
/// the gradients it would have given.
fn check_change(f: Operation<'_>, shapes: &[&[usize]], results: bool) -> Result<(), String> {
    let xs = inputs(shapes);
    xs.iter().for_each(|x| drop(x.requires_grad_(true)));
    let ys = f(&xs);
    let floats = || ys.iter().filter(|y| y.dtype().is_float());
    let pass = || {
        let options = Options {
            retain: true,
            create_graph: false,
        };
        gradients(floats().map(|y| (y, y.ones_like())).collect(), &xs, options)
    };
    let before: Vec<Tensor> = pass().iter().map(Tensor::copy).collect();
    let (what, changed) = if results {
        ("result", &ys)
    } else {
        ("input", &xs)
    };
    for t in changed {
        // An expanded result refuses to be changed.
        let _ = catch(|| no_grad(|| t.add_(1)));
    }
    match catch(pass) {
        Ok(after) if after == before => Ok(()),
        Ok(_) => Err(format!(
            "a change of an {what} in place goes unnoticed by backward"
        )),
        Err(e) if e.contains("saved for backward was changed in place") => Ok(()),
        Err(e) => Err(format!("after a change of an {what} in place: {e}")),
    }
}

fn check_second(f: Operation<'_>, shapes: &[&[usize]], refused: bool) -> Result<(), String> {
    let second = catch(|| GradCheck::new().check_second(f, &inputs(shapes)));
    let unsupported = |e: &String| e.contains("second derivatives of");
    match (second, refused) {
        (Ok(result), false) => result.map_err(|e| format!("second derivatives: {e}")),
        (Err(e), true) if unsupported(&e) => Ok(()),
        (Err(e), false) if unsupported(&e) => Err(format!("{e}; if so, say `; no second`")),
        (Err(e), _) => Err(format!("second derivatives: {e}")),
        (Ok(_), true) => Err("second derivatives work: take away `no second`".to_string()),
    }
}

/// The shapes with one size replaced by 0 wherever it occurs, for every size that occurs.
fn empty(shapes: &[&[usize]]) -> Vec<Vec<Vec<usize>>> {
    let sizes: BTreeSet<usize> = shapes.iter().flat_map(|s| s.iter().copied()).collect();
    let without = |size: usize| {
        let cut = |&n: &usize| if n == size { 0 } else { n };
        shapes.iter().map(|s| s.iter().map(cut).collect()).collect()
    };
    sizes.into_iter().filter(|&n| n > 1).map(without).collect()
}

/// Shapes that an operation may refuse, or answer with NaN, if its line says so; then it must do so
/// for one of them.
fn check_unusual(
    f: Operation<'_>,
    variants: &[Vec<Vec<usize>>],
    kind: &str,
    refused: &[&str],
) -> Result<(), String> {
    let may_refuse = refused.contains(&kind);
    let mut refusals = 0;
    for shapes in variants {
        match attempt(f, &inputs(shapes)) {
            Attempt::Right => {}
            Attempt::Wrong(e) => return Err(format!("{kind} inputs {shapes:?}: {e}")),
            Attempt::Refused(_) if may_refuse => refusals += 1,
            Attempt::Refused(e) => {
                return Err(format!(
                    "{kind} inputs {shapes:?}: {e}; if that is right, say `; no {kind}`"
                ));
            }
        }
    }
    if may_refuse && refusals == 0 {
        return Err(format!("{kind} inputs work: take away `no {kind}`"));
    }
    Ok(())
}

enum Attempt {
    Right,
    Wrong(String),
    Refused(String),
}

fn attempt(f: Operation<'_>, xs: &[Tensor]) -> Attempt {
    let ys = match catch(|| no_grad(|| f(xs))) {
        Err(e) if is_ours(&e) => return Attempt::Refused(e),
        Err(e) => return Attempt::Wrong(e),
        Ok(ys) => ys,
    };
    match catch(|| GradCheck::new().check(f, xs)).flatten() {
        Ok(()) => Attempt::Right,
        Err(_) if ys.iter().any(|y| y.isnan().any()) => {
            Attempt::Refused("the result is NaN".into())
        }
        Err(e) => Attempt::Wrong(e),
    }
}

/// `f()`, or the message of its panic.
fn catch<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|e| match e.downcast::<String>() {
        Ok(message) => *message,
        Err(e) => e
            .downcast::<&str>()
            .map_or_else(|_| "panic".to_string(), |s| s.to_string()),
    })
}

/// Is it a message of the form `operation: reason`?
fn is_ours(message: &str) -> bool {
    let name = |op: &str| !op.is_empty() && op.chars().all(|c| c.is_alphanumeric() || c == '_');
    message.split_once(": ").is_some_and(|(op, _)| name(op))
}

/// A gradient test of one operation: `gradcheck_test!(name, |x, y| ..., [3, 4], [4])`; what the
/// operation refuses stands at the end, `; no empty, scalar, second`. See `check_operation`.
macro_rules! gradcheck_test {
    ($name:ident, |$($x:ident),+| $body:expr, $($shape:tt),+ $(,)? $(; no $($word:ident),+)?) => {
        #[test]
        fn $name() {
            let f = |xs: &[$crate::Tensor]| {
                let [$($x),+] = xs else { panic!("one shape per argument") };
                $crate::testing::Outputs::tensors($body)
            };
            let shapes: &[&[usize]] = &[$(&$shape),+];
            let refused: &[&str] = &[$($(stringify!($word)),+)?];
            if let Err(e) = $crate::testing::check_operation(&f, shapes, refused) {
                panic!("{}: {e}", stringify!($name));
            }
        }
    };
}
pub(crate) use gradcheck_test;

mod tests {
    use super::check_operation;
    use crate::Tensor;

    fn check(f: impl Fn(&Tensor) -> Tensor, refused: &[&str]) -> String {
        check_operation(&|x| vec![f(&x[0])], &[&[3, 4]], refused).unwrap_err()
    }

    #[test]
    fn a_change_in_place_that_goes_unnoticed_is_caught() {
        let careless = |x: &Tensor| {
            let kept = x.detach();
            x.exp()
                .record("careless", [x], move |g, _| [Some(g * kept.exp())])
        };
        assert_eq!(
            check(careless, &[]),
            "a change of an input in place goes unnoticed by backward"
        );
    }

    #[test]
    fn a_rule_that_cannot_be_differentiated_must_say_so() {
        let once = |x: &Tensor| {
            let x2 = x.saved("once");
            x.exp().record("once", [x], move |g, cx| {
                cx.once(g, [Some(g * x2.detach().exp())])
            })
        };
        let e = check(once, &[]);
        assert!(e.ends_with("; if so, say `; no second`"), "{e}");
        check_operation(&|x| vec![once(&x[0])], &[&[3, 4]], &["second"]).unwrap();
        let e = check(Tensor::exp, &["second"]);
        assert_eq!(e, "second derivatives work: take away `no second`");
    }

    #[test]
    fn a_refusal_must_be_announced_and_an_announcement_kept() {
        let last = |x: &Tensor| x.i((.., -1)) * 2.0;
        let e = check(last, &[]);
        let says = "empty inputs [[3, 0]]: i: position -1 is out of range for axis 1 of size 0";
        assert!(e.starts_with(says), "{e}");
        let e = check(Tensor::exp, &["empty"]);
        assert_eq!(e, "empty inputs work: take away `no empty`");
        let e = check(Tensor::exp, &["nonsense"]);
        assert_eq!(e, "`no nonsense` means nothing");
        let raw = |x: &Tensor| x * x.shape()[1] as f64;
        let e = check(raw, &["scalar"]);
        assert!(
            e.starts_with("scalar inputs [[]]: index out of bounds"),
            "{e}"
        );
    }
}
