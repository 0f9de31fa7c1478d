#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl ::d2l::__private::Field for LinearRegression {
    fn visit_as(&self, name: &str, v: &mut dyn ::d2l::__private::Visitor) {
        v.module(name, self)
    }
    fn copy_with(&self, c: &mut ::d2l::__private::Copier) -> Self {
        ::d2l::__private::copied(self, c)
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions, unused_imports, unused_variables, unreachable_code)]
impl ::d2l::__private::Structure for LinearRegression {
    type Base = ::d2l::__private::Plain;
    type Lr = ::d2l::__private::WithLr;
    const NAME: &'static str = "LinearRegression";
    const RULES: &'static [::d2l::__private::hparams::Rule] = &[
        ::d2l::__private::hparams::Rule {
            name: "lr",
            doc: "The learning rate.",
            default: ::d2l::__private::Option::Some(|| {
                let value: f32 = 0.03;
                <f32 as ::d2l::__private::hparams::HParam>::to_value(&value)
            }),
            check: ::d2l::__private::Option::Some(|value| {
                ::d2l::__private::hparams::within::<f32, _>(&(0.0..), value)?;
                ::d2l::__private::Result::Ok(())
            }),
        },
    ];
    const ABOUT: &'static str = "The book's first model.";
    fn fields(
        &self,
        r: &mut ::d2l::__private::Round<'_>,
    ) -> ::d2l::__private::Option<Self> {
        use ::d2l::__private::fields::*;
        let (__Some(__lr), __Some(__net)) = (
            <__ByClone as ::d2l::__private::CloneValue<
                f32,
            >>::round(
                &self.lr,
                r.lr(<f32 as ::d2l::__private::Rate>::get(&self.lr), &self.lr),
            ),
            ::d2l::__private::part::<LazyLinear>().cloneable()(&self.net, "net", r),
        ) else { return __None };
        __Some(Self { lr: __lr, net: __net })
    }
}
#[automatically_derived]
#[allow(non_local_definitions)]
impl ::core::fmt::Display for LinearRegression {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::d2l::__private::show(self, f)
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl ::d2l::__private::Cloneable for LinearRegression {}
#[automatically_derived]
#[allow(non_local_definitions)]
impl ::core::clone::Clone for LinearRegression {
    fn clone(&self) -> Self {
        ::d2l::__private::cloned(self)
    }
}
#[allow(non_local_definitions)]
impl LinearRegression {
    #[track_caller]
    pub fn new(lr: f32) -> Self {
        let net = LazyLinear::new(1);
        ::d2l::__private::hparams::built(Self { net, lr })
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[allow(non_local_definitions, unused_imports, unused_variables)]
impl ::d2l::__private::hparams::HyperParameters for LinearRegression {
    type Ignored = ();
    fn arguments(
        now: ::d2l::__private::Option<&Self>,
        ignored: ::d2l::__private::Option<Self::Ignored>,
        a: &mut ::d2l::__private::hparams::Arguments<'_>,
    ) -> ::d2l::__private::Option<Self> {
        use ::d2l::__private::arguments::*;
        a.of(
            "LinearRegression",
            <::d2l::__private::hparams::RulesOf<LinearRegression>>::RULES,
        );
        let (__Some(lr), __Some(()), __Some(())) = (
            ::d2l::__private::hparams::arg::<f32>()
                .ruled()(
                a,
                "f32",
                ::d2l::__private::hparams::Rule::none("lr"),
                match now {
                    __Some(now) => __Some(&now.lr),
                    __None => __None,
                },
            ),
            a.finish(),
            ignored,
        ) else { return __None };
        __Some(<LinearRegression>::new(lr))
    }
}
#[allow(non_local_definitions)]
impl LinearRegression {
    pub fn forward(&self, x: &Tensor) -> Tensor {
        #[allow(unused_imports)]
        use ::d2l::__private::NoScope as _;
        ::d2l::__private::Scoped(self).__forward(|| -> Tensor { self.net.forward(x) })
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions, unused_imports, unused_parens)]
impl ::d2l::__private::ForwardOn<LinearRegression> for ::d2l::__private::hook::forward {
    type Args<'__b> = (&'__b Tensor,);
    type Output = Tensor;
    fn call<'__b>(m: &LinearRegression, (__a0,): Self::Args<'__b>) -> Tensor {
        <LinearRegression>::forward(m, __a0)
    }
    fn hooks() -> ::d2l::__private::HookTable<LinearRegression>
    where
        for<'__b> LinearRegression: ::d2l::__private::Hooks,
    {
        use ::d2l::__private::Inherited as _;
        ::d2l::__private::HookTable {
            model: "LinearRegression",
            forward: "x: &Tensor",
            loss: <LinearRegression>::loss,
            training_step: <LinearRegression>::training_step,
            validation_step: <LinearRegression>::validation_step,
            configure_optimizers: ::d2l::__private::boxed(
                <LinearRegression>::configure_optimizers,
            ),
        }
    }
}
#[allow(non_local_definitions)]
impl LinearRegression {
    pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        y_hat.mse_loss(y)
    }
}
#[automatically_derived]
#[allow(non_local_definitions)]
#[diagnostic::do_not_recommend]
impl ::d2l::__private::LossOn<LinearRegression> for ::d2l::__private::hook::loss {}
