#[doc(hidden)]
#[allow(non_local_definitions, unused_variables, unreachable_code)]
const _: () = {
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Field for LinearRegression {
        fn visit_as(&self, name: &str, v: &mut dyn ::d2l::__private::Visitor) {
            v.module(name, self)
        }
        fn copy_with(&self, c: &mut ::d2l::__private::Copier) -> Self {
            #[allow(unused_imports)]
            use ::d2l::__private::{
                AnyPart as _, ByClone as __ByClone, CopyPart as _, FieldPart as _,
                StoredPart as _,
            };
            Self {
                lr: <__ByClone as ::d2l::__private::CloneValue<f32>>::clone(&self.lr),
                net: ((&&&&::d2l::__private::Part::<LazyLinear>::NEW)
                    .known()
                    .copy)(&self.net, c),
            }
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Module for LinearRegression {
        fn visit(&self, v: &mut dyn ::d2l::__private::Visitor) {
            #[allow(unused_imports)]
            use ::d2l::__private::{
                AnyPart as _, CopyPart as _, FieldPart as _, StoredPart as _,
            };
            ((&&&&::d2l::__private::Part::<LazyLinear>::NEW)
                .known()
                .visit)(&self.net, "net", v);
        }
        fn type_name(&self) -> &'static str {
            "LinearRegression"
        }
        fn visit_hparams(
            &self,
            show: &mut dyn ::core::ops::FnMut(&'static str, &dyn ::core::fmt::Debug),
        ) {
            show("lr", &self.lr);
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::HasBase for LinearRegression {
        type Base = ::d2l::__private::Plain;
        type Lr = ::d2l::__private::WithLr;
        fn lr(&self) -> f64 {
            <f32 as ::d2l::__private::Rate>::get(&self.lr)
        }
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
    }
    #[automatically_derived]
    impl ::core::fmt::Display for LinearRegression {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::d2l::__private::show(self, f)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Cloneable for LinearRegression {}
    #[automatically_derived]
    impl ::core::clone::Clone for LinearRegression {
        fn clone(&self) -> Self {
            #[allow(unused_imports)]
            use ::d2l::__private::{IsCloneable as _, IsField as _, IsNoField as _};
            (&&&::d2l::__private::Cloning::<LazyLinear>::NEW).check();
            <Self as ::d2l::__private::Field>::copy_with(
                self,
                &mut ::d2l::__private::Copier::new(),
            )
        }
    }
};
#[allow(non_local_definitions)]
impl LinearRegression {
    #[track_caller]
    pub fn new(lr: f32) -> Self {
        let net = LazyLinear::new(1);
        ::d2l::__private::hparams::built(Self { net, lr })
    }
}
#[doc(hidden)]
#[allow(non_local_definitions, unused_variables, unused_imports, unused_mut, dead_code)]
const _: () = {
    use ::d2l::__private::hparams::{
        AnyPut as _, AnyTake as _, IsStorable as _, IsStored as _, NestedPut as _,
        NestedTake as _, NoRules as _, NotStorable as _,
    };
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::hparams::HyperParameters for LinearRegression {
        fn visit_arguments(&self, show: &mut ::d2l::__private::hparams::Show<'_>) {
            (&&&::d2l::__private::hparams::Storable::<f32>::NEW).check();
            (&::d2l::__private::hparams::Put(&self.lr))
                .show("lr", ::d2l::__private::Option::Some(&self.lr), show);
        }
        fn signature() -> ::d2l::__private::hparams::Signature {
            ::d2l::__private::hparams::Signature::new("LinearRegression")
                .of_type(
                    <::d2l::__private::hparams::RulesOf<LinearRegression>>::ABOUT,
                    <::d2l::__private::hparams::RulesOf<LinearRegression>>::RULES,
                )
                .argument(
                    "f32",
                    (&::d2l::__private::hparams::Take::<f32>::new()).text(),
                    ::d2l::__private::hparams::Rule::none("lr"),
                )
        }
        type Ignored = ();
        fn from_hparams(
            map: &::d2l::__private::hparams::Map,
            ignored: Self::Ignored,
        ) -> ::d2l::__private::Result<Self, ::d2l::__private::hparams::HParamError> {
            let () = ignored;
            let mut reader = <Self as ::d2l::__private::hparams::HyperParameters>::signature()
                .reader(map);
            let lr: f32 = (&::d2l::__private::hparams::Take::<f32>::new())
                .get(&mut reader, "lr")?;
            reader.check("lr", &lr)?;
            reader.finish()?;
            ::d2l::__private::Result::Ok(<LinearRegression>::new(lr))
        }
    }
};
#[allow(non_local_definitions)]
impl LinearRegression {
    pub fn forward(&self, x: &Tensor) -> Tensor {
        #[allow(unused_imports)]
        use ::d2l::__private::NoScope as _;
        ::d2l::__private::Scoped(self).__forward(|| -> Tensor { self.net.forward(x) })
    }
}
#[doc(hidden)]
#[allow(non_local_definitions, unused_imports, unused_parens)]
const _: () = {
    use ::d2l::__private::Inherited as _;
    #[automatically_derived]
    impl<'__b> ::d2l::__private::Forward<(&'__b Tensor,)> for LinearRegression {
        type Output = Tensor;
        fn call(&self, (__a0,): (&'__b Tensor,)) -> Tensor {
            <LinearRegression>::forward(self, __a0)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::ForwardOn<LinearRegression>
    for ::d2l::__private::hook::forward {
        type Args<'__b> = (&'__b Tensor,);
        type Output = Tensor;
        fn call<'__b>(m: &LinearRegression, (__a0,): Self::Args<'__b>) -> Tensor {
            <LinearRegression>::forward(m, __a0)
        }
        fn hooks() -> ::d2l::__private::HookTable<LinearRegression>
        where
            for<'__b> LinearRegression: ::d2l::__private::Hooks,
        {
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
};
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
