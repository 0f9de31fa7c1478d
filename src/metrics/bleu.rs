//! How much of a translation stands in the right one.
use std::{collections::HashMap, hash::Hash};

/// The score of one predicted sentence (book 10.7):
/// `exp(min(0, 1 - len(label) / len(pred))) Π p_n^(1/2ⁿ)` over n up to `k` and the length of the
/// prediction, where `p_n` is the part of its sequences of n words that stand in the label, each as
/// often as there. Words are what blanks separate. 1 for equal sentences, 0 where no sequence of some
/// length is right.
///
/// ```
/// use d2l::metrics::bleu;
/// assert_eq!(bleu("va !", "va !", 2), 1.0);
/// let score = bleu("A B B C D", "A B C D E F", 2); // p₁ = 4/5, p₂ = 3/4
/// assert!((score - (-0.2f64).exp() * 0.8f64.powf(0.5) * 0.75f64.powf(0.25)).abs() < 1e-12);
/// assert_eq!(bleu("A B B C D", "A B C D E F", 4), 0.0); // no four words are right
/// ```
pub fn bleu(pred: &str, label: &str, k: usize) -> f64 {
    let words = |s: &str| s.split(' ').map(String::from).collect::<Vec<_>>();
    score(&words(pred), &words(label), k)
}

fn score<T: Eq + Hash>(pred: &[T], label: &[T], k: usize) -> f64 {
    if pred.is_empty() {
        return 0.0;
    }
    let brevity = (1.0 - label.len() as f64 / pred.len() as f64)
        .min(0.0)
        .exp();
    let precision = |n: usize| {
        let mut there: HashMap<&[T], usize> = HashMap::new();
        label
            .windows(n)
            .for_each(|words| *there.entry(words).or_default() += 1);
        let mut matches = 0;
        for words in pred.windows(n) {
            if let Some(left) = there.get_mut(words).filter(|left| **left > 0) {
                *left -= 1;
                matches += 1;
            }
        }
        f64::from(matches) / (pred.len() - n + 1) as f64
    };
    let factors = (1..=k.min(pred.len())).map(|n| precision(n).powf(0.5f64.powi(n as i32)));
    brevity * factors.product::<f64>()
}

/// The mean of [`bleu`] over sentences, as the book prints it for each; not the corpus score of
/// Papineni et al., which counts all sentences together. Of nothing it is NaN.
///
/// ```
/// use d2l::prelude::*;
/// let mut bleu = BLEU::new(2);
/// bleu.update("va !", "va !");
/// bleu.update_tokens(&[1, 2], &[3, 4]); // nothing is right
/// assert_eq!(bleu.compute(), 0.5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BLEU {
    k: usize,
    sum: f64,
    n: u64,
}

impl BLEU {
    /// With sequences of up to `k` words.
    pub fn new(k: usize) -> BLEU {
        BLEU { k, sum: 0.0, n: 0 }
    }

    /// Takes in a sentence, its words between blanks.
    pub fn update(&mut self, pred: &str, label: &str) {
        self.add(bleu(pred, label, self.k));
    }

    /// Takes in a sentence of tokens of any kind.
    pub fn update_tokens<T: Eq + Hash>(&mut self, pred: &[T], label: &[T]) {
        self.add(score(pred, label, self.k));
    }

    fn add(&mut self, score: f64) {
        self.sum += score;
        self.n += 1;
    }

    /// The mean over all sentences since the beginning or the last `reset`.
    pub fn compute(&self) -> f64 {
        self.sum / self.n as f64
    }

    /// Forgets all sentences.
    pub fn reset(&mut self) {
        (self.sum, self.n) = (0.0, 0);
    }
}
