//! Einstein's summation, as products of matrices.
use crate::{
    Tensor,
    error::{Error, Result, bail, ok},
};

/// Sums of products in index notation; PyTorch's `einsum`. Each operand's axes are named by letters;
/// letters that the result does not name are summed over. Without `->` the result names, in alphabetic
/// order, those that appear once. `...` stands for further axes, which broadcast; a letter that appears
/// twice in one operand takes its diagonal. Spaces do not matter, and sizes of 1 broadcast.
///
/// Any number of operands is multiplied pair by pair, those first whose product is smallest.
///
/// # Panics
/// If the expression is malformed, or does not fit the operands.
///
/// ```
/// use d2l_core::{Tensor, einsum};
/// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(einsum("ij,jk->ik", &[&a, &a]), a.matmul(&a));
/// assert_eq!(einsum("ii", &[&a]).item(), 5.0);
/// assert_eq!(einsum("...i->...", &[&a]), Tensor::from([3.0, 7.0]));
/// ```
#[track_caller]
pub fn einsum(expression: &str, operands: &[&Tensor]) -> Tensor {
    ok!(try_einsum(expression, operands))
}

/// [`einsum`] as a `Result`.
///
/// # Errors
/// If the expression is malformed, or does not fit the operands.
pub fn try_einsum(expression: &str, operands: &[&Tensor]) -> Result<Tensor> {
    let (mut terms, output) = parsed(expression, operands)?;
    check_sizes(&terms)?;
    while terms.len() > 1 {
        let (i, j) = cheapest(&terms, &output);
        let b = terms.remove(j);
        let a = terms.remove(i);
        let kept = |l: &Label| output.contains(l) || terms.iter().any(|t| t.labels.contains(l));
        let product = multiply(a, b, &kept)?;
        terms.push(product);
    }
    let last = terms.pop().expect("there is an operand");
    Ok(last.summed(&|l| output.contains(l)).ordered(&output))
}

/// The name of an axis: a letter, or for the axes of `...` a number counted from the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Rest(std::cmp::Reverse<usize>),
    Letter(char),
}

/// A tensor whose axes have names.
struct Term {
    x: Tensor,
    labels: Vec<Label>,
}

fn malformed(expression: &str, why: &str) -> Error {
    Error::new(
        "einsum",
        crate::ErrorKind::Value,
        format!("\"{expression}\": {why}"),
    )
}

/// The operands with their axes named, and the names of the result.
fn parsed(expression: &str, operands: &[&Tensor]) -> Result<(Vec<Term>, Vec<Label>)> {
    let text: String = expression.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (&text[..], None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    if inputs.len() != operands.len() {
        let why = format!(
            "{} operands are named, {} given",
            inputs.len(),
            operands.len()
        );
        return Err(malformed(expression, &why));
    }
    let mut terms = Vec::new();
    for (names, x) in inputs.into_iter().zip(operands) {
        let letters = names.replace("...", "").chars().count();
        let rest = x.dim().checked_sub(letters);
        let (Some(rest), true) = (rest, names.contains("...") || rest == Some(0)) else {
            let why = format!("`{names}` names other axes than those of {:?}", x.shape());
            return Err(malformed(expression, &why));
        };
        let labels = labels(names, rest).map_err(|why| malformed(expression, &why))?;
        terms.push(
            Term {
                x: (*x).clone(),
                labels,
            }
            .diagonals()?,
        );
    }
    let output = match output {
        Some(names) => explicit(names, &terms).map_err(|why| malformed(expression, &why))?,
        None => implicit(&text, &terms),
    };
    Ok((terms, output))
}

/// The names in one part of the expression; `...` stands for `rest` axes.
fn labels(names: &str, rest: usize) -> std::result::Result<Vec<Label>, String> {
    let mut list = Vec::new();
    let (before, after) = names.split_once("...").unwrap_or((names, ""));
    if let Some(odd) = format!("{before}{after}")
        .chars()
        .find(|c| !c.is_ascii_alphabetic())
    {
        return Err(format!("`{odd}` in `{names}` is not a letter"));
    }
    list.extend(before.chars().map(Label::Letter));
    if names.contains("...") {
        list.extend((0..rest).rev().map(|i| Label::Rest(std::cmp::Reverse(i))));
    }
    list.extend(after.chars().map(Label::Letter));
    Ok(list)
}

/// All names of `...` in the operands, in order.
fn rest(terms: &[Term]) -> Vec<Label> {
    let all = terms.iter().flat_map(|t| &t.labels).copied();
    let mut rest: Vec<Label> = all.filter(|l| matches!(l, Label::Rest(_))).collect();
    rest.sort_unstable();
    rest.dedup();
    rest
}

fn explicit(names: &str, terms: &[Term]) -> std::result::Result<Vec<Label>, String> {
    let list = labels(names, rest(terms).len())?;
    for (i, l) in list.iter().enumerate() {
        let Label::Letter(c) = l else { continue };
        if list[..i].contains(l) {
            return Err(format!("the result names `{c}` twice"));
        }
        if !terms.iter().any(|t| t.labels.contains(l)) {
            return Err(format!("no operand has the axis `{c}` of the result"));
        }
    }
    Ok(list)
}

/// The axes of `...` and the letters that appear once in the expression, in alphabetic order.
fn implicit(text: &str, terms: &[Term]) -> Vec<Label> {
    let once = |c: &char| c.is_ascii_alphabetic() && text.matches(*c).count() == 1;
    let mut letters: Vec<char> = text.chars().filter(once).collect();
    letters.sort_unstable();
    let mut out = rest(terms);
    out.extend(letters.into_iter().map(Label::Letter));
    out
}

/// One name stands for one size, or for 1.
fn check_sizes(terms: &[Term]) -> Result<()> {
    for (n, term) in terms.iter().enumerate() {
        for (&label, &size) in term.labels.iter().zip(term.x.shape()) {
            let other = terms[..n]
                .iter()
                .filter_map(|t| t.size(label))
                .find(|&s| s != size && s != 1);
            if let (Some(other), true) = (other, size != 1) {
                let name = match label {
                    Label::Letter(c) => c.to_string(),
                    Label::Rest(_) => "...".into(),
                };
                bail!(
                    "einsum",
                    Shape,
                    "`{name}` has size {other} and, in operand {n}, {:?}, size {size}",
                    term.x.shape()
                );
            }
        }
    }
    Ok(())
}

impl Term {
    fn size(&self, label: Label) -> Option<usize> {
        let at = self.labels.iter().position(|&l| l == label)?;
        Some(self.x.shape()[at])
    }

    /// Every name once: the diagonal of axes that share one.
    fn diagonals(mut self) -> Result<Term> {
        let mut b = 0;
        while b < self.labels.len() {
            let Some(a) = self.labels[..b].iter().position(|l| *l == self.labels[b]) else {
                b += 1;
                continue;
            };
            let (m, n) = (self.x.shape()[a], self.x.shape()[b]);
            if m != n {
                bail!(
                    "einsum",
                    Shape,
                    "axes {a} and {b} of {:?} share a name, but sizes {m} and {n} differ",
                    self.x.shape()
                );
            }
            self.x = self.x.diagonal(0, a as isize, b as isize).movedim(-1, a);
            self.labels.remove(b);
        }
        Ok(self)
    }

    /// The sum over all axes that need not be kept.
    fn summed(self, kept: &dyn Fn(&Label) -> bool) -> Term {
        let axes = (0..self.labels.len()).filter(|&a| !kept(&self.labels[a]));
        let axes: Vec<isize> = axes.map(|a| a as isize).collect();
        let x = if axes.is_empty() {
            self.x
        } else {
            self.x.sum_dim(axes)
        };
        let labels = self.labels.into_iter().filter(|l| kept(l)).collect();
        Term { x, labels }
    }

    /// Without axes of size 1 that have another size in `other`.
    fn without_ones(mut self, other: &Term) -> Term {
        for a in (0..self.labels.len()).rev() {
            let size = other.size(self.labels[a]);
            if self.x.shape()[a] == 1 && size.is_some_and(|s| s != 1) {
                self.x = self.x.squeeze(a as isize);
                self.labels.remove(a);
            }
        }
        self
    }

    /// The axes in this order; one that is missing has size 1.
    fn ordered(self, order: &[Label]) -> Tensor {
        let at = |l: &Label| self.labels.iter().position(|own| own == l);
        let there = order.iter().filter_map(at).map(|a| a as isize);
        let mut x = self.x.permute(there.collect::<Vec<_>>());
        for (i, _) in order.iter().enumerate().filter(|(_, l)| at(l).is_none()) {
            x = x.unsqueeze(i as isize);
        }
        x
    }

    /// The axes of `batch` one by one, then those of `rows` as one, then those of `columns` as one.
    fn as_matrices(self, batch: &[Label], rows: &[Label], columns: &[Label]) -> Tensor {
        let sizes = |list: &[Label]| -> Vec<usize> {
            list.iter().map(|&l| self.size(l).unwrap_or(1)).collect()
        };
        let mut shape = sizes(batch);
        shape.push(sizes(rows).iter().product());
        shape.push(sizes(columns).iter().product());
        let x = self.ordered(&[batch, rows, columns].concat());
        // A group of no axis is a new one: the rest may stay as it lies in memory.
        let x = if rows.is_empty() {
            x.unsqueeze(batch.len() as isize)
        } else {
            x
        };
        let x = if columns.is_empty() {
            x.unsqueeze(-1)
        } else {
            x
        };
        x.reshape(shape)
    }
}

/// The pair of operands whose product is smallest, measured against what it replaces.
fn cheapest(terms: &[Term], output: &[Label]) -> (usize, usize) {
    let grows = |i: usize, j: usize| {
        let (a, b) = (&terms[i], &terms[j]);
        let others = terms.iter().enumerate().filter(|(k, _)| *k != i && *k != j);
        let needed =
            |l: &Label| output.contains(l) || others.clone().any(|(_, t)| t.labels.contains(l));
        let new = b.labels.iter().filter(|l| !a.labels.contains(l));
        let all = a.labels.iter().chain(new).filter(|l| needed(l));
        let size = |&l: &Label| a.size(l).unwrap_or(1).max(b.size(l).unwrap_or(1)) as f64;
        all.map(size).product::<f64>() - a.x.numel() as f64 - b.x.numel() as f64
    };
    let pairs = (0..terms.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    pairs
        .min_by(|&(i, j), &(k, l)| grows(i, j).total_cmp(&grows(k, l)))
        .expect("there are two operands")
}

/// The product of two operands, summed over the names that are not `kept`.
fn multiply(a: Term, b: Term, kept: &dyn Fn(&Label) -> bool) -> Result<Term> {
    let a = a.without_ones(&b);
    let b = b.without_ones(&a);
    let (of_a, of_b) = (a.labels.clone(), b.labels.clone());
    let a = a.summed(&|l| kept(l) || of_b.contains(l));
    let b = b.summed(&|l| kept(l) || of_a.contains(l));
    let pick = |of: &Term, by: &dyn Fn(&Label) -> bool| -> Vec<Label> {
        of.labels.iter().copied().filter(|l| by(l)).collect()
    };
    let batch = pick(&a, &|l| b.labels.contains(l) && kept(l));
    let inner = pick(&a, &|l| b.labels.contains(l) && !kept(l));
    let (rows, columns) = (
        pick(&a, &|l| !b.labels.contains(l)),
        pick(&b, &|l| !a.labels.contains(l)),
    );
    let labels = [&batch[..], &rows, &columns].concat();
    let sizes: Vec<usize> = labels
        .iter()
        .filter_map(|&l| a.size(l).or(b.size(l)))
        .collect();
    let x = if inner.is_empty() {
        a.ordered(&labels).try_mul(b.ordered(&labels))?
    } else {
        let left = a.as_matrices(&batch, &rows, &inner);
        left.try_matmul(&b.as_matrices(&batch, &inner, &columns))?
    };
    Ok(Term {
        x: x.reshape(sizes),
        labels,
    })
}

#[cfg(test)]
mod tests {
    use super::{einsum, try_einsum};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        product,
        |a, b| einsum("bhqd,bhkd->bhqk", &[a, b]),
        [2, 1, 3, 4],
        [2, 1, 2, 4]; no scalar
    );
    gradcheck_test!(
        chain,
        |a, b, c| einsum("i,ijk,kl->jl", &[a, b, c]),
        [2],
        [2, 3, 4],
        [4, 2]; no scalar
    );
    gradcheck_test!(diagonal, |a| einsum("iji->j", &[a]), [3, 2, 3]; no scalar);
    gradcheck_test!(
        broadcast,
        |a, b| einsum("...ik,...k", &[a, b]),
        [2, 1, 3, 4],
        [5, 4]; no scalar
    );
    gradcheck_test!(
        elementwise,
        |a, b| einsum("ij,ji->ij", &[a, b]),
        [3, 4],
        [4, 3]; no scalar
    );

    /// Every element as the sum that the expression says.
    #[test]
    fn products_agree_with_plain_sums() {
        let a = Tensor::arange(24).reshape([2, 3, 4]);
        let b = Tensor::arange(12).reshape([4, 3]) - 5;
        let got = einsum("ijk,kj,k->ki", &[&a, &b, &Tensor::from([1, -2, 3, 5])]);
        let at = |k: usize, i: usize| -> i64 {
            let terms = (0..3).map(|j| (a.i((i, j, k)) * b.i((k, j))).item() as i64);
            terms.sum::<i64>() * [1, -2, 3, 5][k]
        };
        let want = (0..8).map(|x| at(x / 2, x % 2)).collect::<Vec<_>>();
        assert_eq!(got, Tensor::from_vec(want, [4, 2]));
    }

    #[test]
    fn sizes_of_one_broadcast() {
        let (a, b) = (Tensor::ones([1, 2]), Tensor::ones([3, 4]));
        assert_eq!(einsum("ij,ik->jk", &[&a, &b]), Tensor::full([2, 4], 3.0));
        assert_eq!(einsum("ij,ik->ijk", &[&a, &b]), Tensor::ones([3, 2, 4]));
    }

    #[test]
    fn mistakes_are_named() {
        let x = Tensor::ones([2, 3]);
        let said = |e: &str, list: &[&Tensor]| try_einsum(e, list).unwrap_err().to_string();
        let cases = [
            (
                said("ij,jk", &[&x]),
                "einsum: \"ij,jk\": 2 operands are named, 1 given",
            ),
            (
                said("i", &[&x]),
                "einsum: \"i\": `i` names other axes than those of [2, 3]",
            ),
            (
                said("i1", &[&x]),
                "einsum: \"i1\": `1` in `i1` is not a letter",
            ),
            (
                said("ij->ii", &[&x]),
                "einsum: \"ij->ii\": the result names `i` twice",
            ),
            (
                said("ij->k", &[&x]),
                "einsum: \"ij->k\": no operand has the axis `k` of the result",
            ),
            (
                said("ii", &[&x]),
                "einsum: axes 0 and 1 of [2, 3] share a name, but sizes 2 and 3 differ",
            ),
            (
                said("ij,ik", &[&x, &x.t()]),
                "einsum: `i` has size 2 and, in operand 1, [3, 2], size 3",
            ),
        ];
        for (said, want) in cases {
            assert_eq!(said, want);
        }
    }
}
