//! Losses and distances of `nn.functional`.
use super::args::{Args, Outcome};
use d2l_core::{
    BCELoss, BCEWithLogitsLoss, CTCLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss,
    MultiLabelMarginLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, PoissonNLLLoss,
    Reduction, SmoothL1Loss, SoftMarginLoss, Tensor, TripletMarginLoss,
    TripletMarginWithDistanceLoss,
};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    let op = op.strip_prefix("nn.functional.")?;
    distance(op, a)
        .or_else(|| regression(op, a))
        .or_else(|| classification(op, a))
        .or_else(|| of_pairs(op, a))
        .map(Outcome::from)
}

fn reduction(a: &Args) -> Reduction {
    let name = a.str(usize::MAX, "reduction").unwrap_or("mean");
    name.parse().unwrap_or_else(|e| panic!("{e}"))
}

fn number(a: &Args, at: usize, name: &str, default: f64) -> f64 {
    a.float(at, name).unwrap_or(default)
}

fn flag(a: &Args, name: &str) -> bool {
    a.bool(usize::MAX, name).unwrap_or(false)
}

/// The options with those that are tensors set where they are given.
fn with<L>(loss: L, weight: Option<&Tensor>, set: fn(L, &Tensor) -> L) -> L {
    match weight {
        Some(w) => set(loss, w),
        None => loss,
    }
}

fn distance(op: &str, a: &Args) -> Option<Tensor> {
    let x = a.t(0);
    Some(match op {
        "pdist" => x.pdist(number(a, 1, "p", 2.0)),
        "cosine_similarity" => {
            let dim = a.dim(2, "dim").unwrap_or(1);
            x.cosine_similarity(a.t(1), dim, number(a, 3, "eps", 1e-8))
        }
        "pairwise_distance" => {
            let y = x.pairwise_distance(a.t(1), number(a, 2, "p", 2.0), number(a, 3, "eps", 1e-6));
            if flag(a, "keepdim") {
                y.unsqueeze(-1)
            } else {
                y
            }
        }
        _ => return None,
    })
}

fn regression(op: &str, a: &Args) -> Option<Tensor> {
    let x = a.t(0);
    Some(match op {
        "mse_loss" => MSELoss::new().reduction(reduction(a)).forward(x, a.t(1)),
        "l1_loss" => L1Loss::new().reduction(reduction(a)).forward(x, a.t(1)),
        "smooth_l1_loss" => {
            let loss = SmoothL1Loss::new().beta(number(a, 5, "beta", 1.0));
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "huber_loss" => {
            let loss = HuberLoss::new().delta(number(a, 3, "delta", 1.0));
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "poisson_nll_loss" => {
            let log_input = a.bool(2, "log_input").unwrap_or(true);
            let loss = PoissonNLLLoss::new()
                .log_input(log_input)
                .full(flag(a, "full"));
            let loss = loss.eps(number(a, 5, "eps", 1e-8));
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "gaussian_nll_loss" => {
            let full = a.bool(3, "full").unwrap_or(false);
            let loss = GaussianNLLLoss::new()
                .full(full)
                .eps(number(a, 4, "eps", 1e-6));
            loss.reduction(reduction(a)).forward(x, a.t(1), a.t(2))
        }
        "kl_div" => {
            let loss = KLDivLoss::new().log_target(flag(a, "log_target"));
            let loss = match a.str(usize::MAX, "reduction") {
                Some("batchmean") => loss.batchmean(true),
                _ => loss.reduction(reduction(a)),
            };
            loss.forward(x, a.t(1))
        }
        _ => return None,
    })
}

fn classification(op: &str, a: &Args) -> Option<Tensor> {
    let (x, weight) = (a.t(0), || a.tensor(2, "weight"));
    let ignored = || a.int(4, "ignore_index").unwrap_or(-100);
    Some(match op {
        "cross_entropy" => {
            let loss = with(CrossEntropyLoss::new(), weight(), CrossEntropyLoss::weight);
            let loss = loss.ignore_index(ignored()).reduction(reduction(a));
            loss.label_smoothing(number(a, 7, "label_smoothing", 0.0))
                .forward(x, a.t(1))
        }
        "nll_loss" => {
            let loss = with(NLLLoss::new(), weight(), NLLLoss::weight);
            loss.ignore_index(ignored())
                .reduction(reduction(a))
                .forward(x, a.t(1))
        }
        "binary_cross_entropy" => {
            let loss = with(BCELoss::new(), weight(), BCELoss::weight);
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "binary_cross_entropy_with_logits" => {
            let loss = with(
                BCEWithLogitsLoss::new(),
                weight(),
                BCEWithLogitsLoss::weight,
            );
            let positive = a.tensor(6, "pos_weight");
            let loss = with(loss, positive, BCEWithLogitsLoss::pos_weight);
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "soft_margin_loss" => SoftMarginLoss::new()
            .reduction(reduction(a))
            .forward(x, a.t(1)),
        "multi_margin_loss" => {
            let loss = MultiMarginLoss::new().p(a.int(2, "p").unwrap_or(1) as i32);
            let loss = loss
                .margin(number(a, 3, "margin", 1.0))
                .reduction(reduction(a));
            with(loss, a.tensor(4, "weight"), MultiMarginLoss::weight).forward(x, a.t(1))
        }
        "multilabel_margin_loss" => MultiLabelMarginLoss::new()
            .reduction(reduction(a))
            .forward(x, a.t(1)),
        "multilabel_soft_margin_loss" => {
            let loss = MultiLabelSoftMarginLoss::new().reduction(reduction(a));
            with(loss, weight(), MultiLabelSoftMarginLoss::weight).forward(x, a.t(1))
        }
        "ctc_loss" => {
            let loss = CTCLoss::new().blank(a.int(4, "blank").unwrap_or(0) as usize);
            let loss = loss
                .zero_infinity(flag(a, "zero_infinity"))
                .reduction(reduction(a));
            loss.forward(x, a.t(1), &lengths(a, 2)?, &lengths(a, 3)?)
        }
        _ => return None,
    })
}

/// A list of lengths; PyTorch takes tensors and tuples.
fn lengths(a: &Args, at: usize) -> Option<Tensor> {
    use super::args::Value;
    Some(match a.positional.get(at)? {
        Value::Tensor(t) => t.long(),
        list => {
            let list = match list {
                Value::List(items) => items.iter().map(Value::int).collect(),
                one => vec![one.int()],
            };
            let n = list.len();
            Tensor::from_vec::<i64>(list, n)
        }
    })
}

fn of_pairs(op: &str, a: &Args) -> Option<Tensor> {
    let x = a.t(0);
    Some(match op {
        "hinge_embedding_loss" => {
            let loss = HingeEmbeddingLoss::new().margin(number(a, 2, "margin", 1.0));
            loss.reduction(reduction(a)).forward(x, a.t(1))
        }
        "cosine_embedding_loss" => {
            let loss = CosineEmbeddingLoss::new().margin(number(a, 3, "margin", 0.0));
            loss.reduction(reduction(a)).forward(x, a.t(1), a.t(2))
        }
        "margin_ranking_loss" => {
            let loss = MarginRankingLoss::new().margin(number(a, 3, "margin", 0.0));
            loss.reduction(reduction(a)).forward(x, a.t(1), a.t(2))
        }
        "triplet_margin_loss" => {
            let loss = TripletMarginLoss::new().margin(number(a, 3, "margin", 1.0));
            let loss = loss
                .p(number(a, 4, "p", 2.0))
                .eps(number(a, 5, "eps", 1e-6));
            let loss = loss.swap(flag(a, "swap")).reduction(reduction(a));
            loss.forward(x, a.t(1), a.t(2))
        }
        "triplet_margin_with_distance_loss" if !a.has("distance_function") => {
            let loss = TripletMarginWithDistanceLoss::new(|x, y| x.pairwise_distance(y, 2.0, 1e-6));
            let loss = loss
                .margin(number(a, usize::MAX, "margin", 1.0))
                .swap(flag(a, "swap"));
            loss.reduction(reduction(a)).forward(x, a.t(1), a.t(2))
        }
        _ => return None,
    })
}
