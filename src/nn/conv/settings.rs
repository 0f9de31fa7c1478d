//! What the constructor of a convolution is told, shared by all of them.
use crate::{
    module::Param,
    nn::{Bias, lazy, sizes::Sizes},
};
use d2l_core::{Conv, Error, IntoShape, PadMode, Padding, Tensor};

/// What surrounds the input.
#[derive(Clone, Copy, Debug)]
enum Around<const N: usize> {
    Sizes(Sizes<N>),
    Same,
    Valid,
}

/// Settings of a convolution over `N` axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings<const N: usize> {
    /// The layer, for messages.
    name: &'static str,
    transposed: bool,
    /// Unknown in a lazy layer.
    inputs: Option<usize>,
    outputs: usize,
    kernel: Sizes<N>,
    stride: Sizes<N>,
    padding: Around<N>,
    dilation: Sizes<N>,
    output_padding: Sizes<N>,
    groups: usize,
    mode: PadMode,
}

impl<const N: usize> Settings<N> {
    /// Of a transposed convolution whose number of input channels is known, or not.
    #[track_caller]
    pub fn transposed(
        name: &'static str,
        inputs: Option<usize>,
        outputs: usize,
        kernel: impl IntoShape,
    ) -> Settings<N> {
        Settings {
            transposed: true,
            ..Settings::straight(name, inputs, outputs, kernel)
        }
    }

    /// Of a convolution whose number of input channels is known, or not.
    #[track_caller]
    pub fn straight(
        name: &'static str,
        inputs: Option<usize>,
        outputs: usize,
        kernel: impl IntoShape,
    ) -> Settings<N> {
        assert!(inputs != Some(0), "{name}: in_channels must not be 0");
        assert!(outputs != 0, "{name}: out_channels must not be 0");
        Settings {
            name,
            transposed: false,
            inputs,
            outputs,
            kernel: Sizes::new(name, "kernel_size", kernel, 1),
            stride: Sizes::all(1),
            padding: Around::Sizes(Sizes::all(0)),
            dilation: Sizes::all(1),
            output_padding: Sizes::all(0),
            groups: 1,
            mode: PadMode::Constant(0.0),
        }
    }

    #[track_caller]
    pub fn set_stride(&mut self, stride: impl IntoShape) {
        self.stride = Sizes::new(self.name, "stride", stride, 1);
        self.check_same();
    }

    #[track_caller]
    pub fn set_dilation(&mut self, dilation: impl IntoShape) {
        self.dilation = Sizes::new(self.name, "dilation", dilation, 1);
    }

    #[track_caller]
    pub fn set_padding(&mut self, padding: impl Into<Padding>) {
        let (name, padding) = (self.name, padding.into());
        self.padding = match (padding.name(), padding.sizes()) {
            (Some("same"), _) => Around::Same,
            (Some("valid"), _) => Around::Valid,
            (Some(other), _) => {
                panic!("{name}: padding {other:?} is neither \"same\" nor \"valid\"")
            }
            (None, sizes) => {
                Around::Sizes(Sizes::new(name, "padding", sizes.unwrap_or_default(), 0))
            }
        };
        self.check_same();
    }

    #[track_caller]
    fn check_same(&self) {
        assert!(
            !matches!(self.padding, Around::Same) || self.stride.each == [1; N],
            "{}: padding \"same\" needs stride 1, not {}",
            self.name,
            self.stride
        );
    }

    #[track_caller]
    pub fn set_padding_mode(&mut self, mode: PadMode) {
        let fits = !matches!(mode, PadMode::Constant(value) if value != 0.0);
        assert!(
            fits,
            "{}: padding_mode {mode:?}: of constants only 0",
            self.name
        );
        self.mode = mode;
    }

    #[track_caller]
    pub fn set_output_padding(&mut self, output_padding: impl IntoShape) {
        self.output_padding = Sizes::new(self.name, "output_padding", output_padding, 0);
    }

    #[track_caller]
    pub fn set_groups(&mut self, groups: usize) {
        let Settings { name, outputs, .. } = *self;
        assert!(groups != 0, "{name}: groups must not be 0");
        for (what, channels) in [
            ("in_channels", self.inputs),
            ("out_channels", Some(outputs)),
        ] {
            if let Some(c) = channels.filter(|c| !c.is_multiple_of(groups)) {
                panic!("{name}: {what} {c} is not divisible by groups {groups}");
            }
        }
        self.groups = groups;
    }

    /// The bias, of values of its own once filled, if there is to be one.
    pub fn bias(&self, name: &'static str, on: bool) -> Bias {
        if on {
            Bias::lazy(name, self.outputs)
        } else {
            Bias::none()
        }
    }

    /// The weight's shape for so many input channels.
    fn shape(&self, inputs: usize) -> Vec<usize> {
        let front = if self.transposed {
            [inputs, self.outputs / self.groups]
        } else {
            [self.outputs, inputs / self.groups]
        };
        [&front[..], &self.kernel.each].concat()
    }

    /// The weight, of values of its own if the input channels are known.
    pub fn weight(&self, name: &'static str) -> Param {
        let expected = self.shape(0).into_iter().enumerate();
        // The axis of the input channels, or of their part in a group.
        let open = usize::from(!self.transposed);
        let expected: Vec<_> = expected.map(|(i, n)| (i != open).then_some(n)).collect();
        Param::lazy_named(name, expected)
    }

    /// Gives both parameters shape and values, if the input channels are known.
    pub fn fill(&self, weight: &Param, bias: &Bias) {
        if let Some(inputs) = self.inputs {
            self.materialize(weight, bias, inputs);
        }
    }

    fn materialize(&self, weight: &Param, bias: &Bias, inputs: usize) {
        let shape = self.shape(inputs);
        let fan_in = shape[1..].iter().product();
        lazy::materialize(weight, &shape, bias, self.outputs, fan_in);
    }

    /// Learns the input channels from the first input, unless `call` with a weight of that shape
    /// refuses it.
    pub fn learn(
        &self,
        op: &'static str,
        x: &Tensor,
        weight: &Param,
        bias: &Bias,
        call: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor, Error>,
    ) -> Result<(), Error> {
        if lazy::is_known(weight, bias) {
            return Ok(());
        }
        let image = (N + 1..=N + 2).contains(&x.dim());
        let axis = image.then(|| x.dim() - N - 1);
        let inputs = lazy::size_of(op, x, axis, "channels")?;
        if inputs == 0 || inputs % self.groups != 0 {
            let why = format!(
                "the {inputs} channels of input {:?} cannot be divided into {} groups",
                x.shape(),
                self.groups
            );
            return Err(Error::new(op, d2l_core::ErrorKind::Value, why));
        }
        // Without an example there is nothing to compute, but all to check.
        let batch = if x.dim() == N + 1 {
            x.unsqueeze(0)
        } else {
            x.clone()
        };
        call(&batch.narrow(0, 0, 0), &Tensor::zeros(self.shape(inputs)))?;
        self.materialize(weight, bias, inputs);
        Ok(())
    }

    /// The operation's options; the border of a mode other than zeros is not among them.
    pub fn options(&self) -> Conv {
        let options = Conv::new()
            .stride(self.stride.each)
            .dilation(self.dilation.each)
            .output_padding(self.output_padding.each)
            .groups(self.groups);
        match self.padding {
            _ if self.mode != PadMode::Constant(0.0) => options,
            Around::Sizes(sizes) => options.padding(sizes.each),
            Around::Same => options.padding("same"),
            Around::Valid => options,
        }
    }

    /// The input with a border, if that is not made of zeros.
    pub fn bordered(&self, x: &Tensor) -> Result<Tensor, Error> {
        if self.mode == PadMode::Constant(0.0) {
            return Ok(x.clone());
        }
        // From the last axis to the first, as `pad` takes it.
        let pairs = (0..N).rev().map(|i| match self.padding {
            Around::Sizes(sizes) => [sizes.each[i]; 2],
            Around::Valid => [0; 2],
            Around::Same => {
                let all = self.dilation.each[i] * (self.kernel.each[i] - 1);
                [all / 2, all - all / 2]
            }
        });
        let padding: Vec<isize> = pairs.flatten().map(|p| p as isize).collect();
        x.try_pad(padding, self.mode)
    }

    /// As PyTorch prints it; a lazy layer as what it is once its sizes are known.
    pub fn line(&self, weight: &Param, bias: &Bias) -> String {
        let at = |w: &Tensor| match self.transposed {
            true => w.shape()[0],
            false => w.shape()[1] * self.groups,
        };
        let inputs = weight.get().map(at);
        let name = match inputs {
            Some(_) => self.name.trim_start_matches("Lazy"),
            None => self.name,
        };
        let mut line = format!(
            "{name}({}, {}, kernel_size={}, stride={}",
            inputs.unwrap_or(0),
            self.outputs,
            self.kernel.tuple(),
            self.stride.tuple()
        );
        match self.padding {
            Around::Sizes(sizes) if sizes.each == [0; N] => {}
            Around::Sizes(sizes) => line += &format!(", padding={}", sizes.tuple()),
            Around::Same => line += ", padding=same",
            Around::Valid => line += ", padding=valid",
        }
        if self.dilation.each != [1; N] {
            line += &format!(", dilation={}", self.dilation.tuple());
        }
        if self.output_padding.each != [0; N] {
            line += &format!(", output_padding={}", self.output_padding.tuple());
        }
        if self.groups != 1 {
            line += &format!(", groups={}", self.groups);
        }
        if bias.get().is_none() {
            line += ", bias=False";
        }
        match self.mode {
            PadMode::Reflect => line += ", padding_mode=reflect",
            PadMode::Replicate => line += ", padding_mode=replicate",
            PadMode::Circular => line += ", padding_mode=circular",
            _ => {}
        }
        line + ")"
    }
}
