//! Losses: what `nn.functional` has, with the options of the constructor.
use super::{Built, stateless};
use crate::{args::Args, loss};

/// Builds `nn.name`; `None` if it is no loss.
pub fn build(name: &str, settings: &Args) -> Option<Built> {
    let (function, options) = function(name)?;
    let mut keywords = settings.keywords.clone();
    let positional = options.iter().zip(&settings.positional);
    keywords.extend(positional.map(|(name, value)| (name.to_string(), value.clone())));
    stateless(move |a| {
        let mut keywords = keywords.clone();
        keywords.extend(a.keywords.clone());
        let positional = a.positional.clone();
        let call = Args {
            positional,
            keywords,
        };
        loss::call(&format!("nn.functional.{function}"), &call)
    })
}

/// The function of a loss, and the options that its constructor takes by position.
fn function(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    const WEIGHT: &[&str] = &[
        "weight",
        "size_average",
        "reduce",
        "reduction",
        "pos_weight",
    ];
    const CLASSES: &[&str] = &[
        "weight",
        "size_average",
        "ignore_index",
        "reduce",
        "reduction",
        "label_smoothing",
    ];
    const MARGIN: &[&str] = &["margin", "size_average", "reduce", "reduction"];
    const PLAIN: &[&str] = &["size_average", "reduce", "reduction"];
    Some(match name {
        "BCELoss" => ("binary_cross_entropy", WEIGHT),
        "BCEWithLogitsLoss" => ("binary_cross_entropy_with_logits", WEIGHT),
        "CTCLoss" => ("ctc_loss", &["blank", "reduction", "zero_infinity"]),
        "CosineEmbeddingLoss" => ("cosine_embedding_loss", MARGIN),
        "CrossEntropyLoss" => ("cross_entropy", CLASSES),
        "GaussianNLLLoss" => ("gaussian_nll_loss", &[]),
        "HingeEmbeddingLoss" => ("hinge_embedding_loss", MARGIN),
        "HuberLoss" => ("huber_loss", &["reduction", "delta"]),
        "KLDivLoss" => ("kl_div", PLAIN),
        "L1Loss" => ("l1_loss", PLAIN),
        "MSELoss" => ("mse_loss", PLAIN),
        "MarginRankingLoss" => ("margin_ranking_loss", MARGIN),
        "MultiLabelMarginLoss" => ("multilabel_margin_loss", PLAIN),
        "MultiLabelSoftMarginLoss" => ("multilabel_soft_margin_loss", WEIGHT),
        "MultiMarginLoss" => ("multi_margin_loss", &["p", "margin", "weight"]),
        "NLLLoss" => ("nll_loss", CLASSES),
        "PoissonNLLLoss" => ("poisson_nll_loss", &["log_input", "full"]),
        "SmoothL1Loss" => ("smooth_l1_loss", PLAIN),
        "SoftMarginLoss" => ("soft_margin_loss", PLAIN),
        "TripletMarginLoss" => ("triplet_margin_loss", &["margin", "p", "eps", "swap"]),
        "TripletMarginWithDistanceLoss" => ("triplet_margin_with_distance_loss", &[]),
        _ => return None,
    })
}
