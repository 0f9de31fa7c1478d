//! The parameters of one layer in one direction.
use crate::{
    module::{Copier, Field, Param, Visitor, init::Uniform},
    nn::Bias,
};
use d2l_core::Tensor;

/// The parameters of one layer of an RNN, LSTM or GRU in one direction. All start uniform in
/// ±1/√hidden.
#[derive(Debug)]
pub struct RecurrentWeights {
    /// `[gates · hidden, input]`.
    pub weight_ih: Param,
    /// `[gates · hidden, hidden]`.
    pub weight_hh: Param,
    /// `[gates · hidden]`, unless made with `bias(false)`.
    pub bias_ih: Bias,
    /// `[gates · hidden]`, unless made with `bias(false)`.
    pub bias_hh: Bias,
    /// `[proj_size, hidden]`, of an LSTM with projections.
    pub weight_hr: Option<Param>,
}

/// The same, as the formula of a step reads them.
pub(in crate::nn) struct Weights<'a> {
    pub(in crate::nn) weight_ih: &'a Tensor,
    pub(in crate::nn) weight_hh: &'a Tensor,
    pub(in crate::nn) bias_ih: Option<&'a Tensor>,
    pub(in crate::nn) bias_hh: Option<&'a Tensor>,
    pub(in crate::nn) weight_hr: Option<&'a Tensor>,
}

impl RecurrentWeights {
    /// New ones for `gates` gates, from `input` features; `proj` is 0 without projections.
    pub(in crate::nn) fn new(
        gates: usize,
        input: usize,
        hidden: usize,
        proj: usize,
        bias: bool,
    ) -> RecurrentWeights {
        let bound = 1.0 / (hidden as f64).sqrt();
        let start = |shape: &[usize]| Param::started(shape, Uniform(-bound, bound));
        let rows = gates * hidden;
        let state = if proj > 0 { proj } else { hidden };
        let (weight_ih, weight_hh) = (start(&[rows, input]), start(&[rows, state]));
        let offset = || match bias {
            true => Bias::new(start(&[rows])),
            false => Bias::none(),
        };
        RecurrentWeights {
            weight_ih,
            weight_hh,
            bias_ih: offset(),
            bias_hh: offset(),
            weight_hr: (proj > 0).then(|| start(&[proj, hidden])),
        }
    }

    pub(in crate::nn) fn read(&self) -> Weights<'_> {
        Weights {
            weight_ih: &self.weight_ih,
            weight_hh: &self.weight_hh,
            bias_ih: self.bias_ih.get().map(|p| &**p),
            bias_hh: self.bias_hh.get().map(|p| &**p),
            weight_hr: self.weight_hr.as_deref(),
        }
    }

    /// Shows them under PyTorch's names with `suffix`: `weight_ih_l0`.
    pub(super) fn visit(&self, suffix: &str, v: &mut dyn Visitor) {
        let name = |kind: &str| format!("{kind}{suffix}");
        v.param(&name("weight_ih"), &self.weight_ih);
        v.param(&name("weight_hh"), &self.weight_hh);
        self.bias_ih.visit_as(&name("bias_ih"), v);
        self.bias_hh.visit_as(&name("bias_hh"), v);
        self.weight_hr.visit_as(&name("weight_hr"), v);
    }

    pub(super) fn copy_with(&self, c: &mut Copier) -> RecurrentWeights {
        RecurrentWeights {
            weight_ih: self.weight_ih.copy_with(c),
            weight_hh: self.weight_hh.copy_with(c),
            bias_ih: self.bias_ih.copy_with(c),
            bias_hh: self.bias_hh.copy_with(c),
            weight_hr: self.weight_hr.copy_with(c),
        }
    }
}
