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
        fn copy_any(
            &self,
            c: &mut ::d2l::__private::Copier,
        ) -> ::d2l::__private::Box<dyn ::d2l::__private::Any> {
            ::d2l::__private::copy_any(self, c)
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
        fn hparam_list(
            &self,
        ) -> ::d2l::__private::Vec<(&'static str, ::d2l::__private::String)> {
            ::d2l::__private::vec![("lr", ::d2l::__private::format!("{:?}", & self.lr))]
        }
        fn as_any(&self) -> &dyn ::d2l::__private::Any {
            self
        }
        fn copy_module(
            &self,
            c: &mut ::d2l::__private::Copier,
        ) -> ::d2l::__private::Box<dyn ::d2l::__private::Module> {
            ::d2l::__private::Box::new(
                <Self as ::d2l::__private::Field>::copy_with(self, c),
            )
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
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::hparams::FieldRules for LinearRegression {
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
    fn checks() {
        (&&&::d2l::__private::hparams::Storable::<f32>::NEW).check();
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::hparams::HyperParameters for LinearRegression {
        fn hparams(&self) -> ::d2l::__private::hparams::Map {
            let mut map = ::d2l::__private::hparams::Map::new();
            map.insert(
                "lr".to_string(),
                (&::d2l::__private::hparams::Put(&self.lr)).value(),
            );
            map
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
                    ::d2l::__private::hparams::Rule {
                        name: "lr",
                        doc: "",
                        default: ::d2l::__private::Option::None,
                        check: ::d2l::__private::Option::None,
                    },
                )
        }
        fn validate(
            &self,
        ) -> ::d2l::__private::Result<(), ::d2l::__private::hparams::HParamError> {
            let signature = <Self as ::d2l::__private::hparams::HyperParameters>::signature();
            signature.check("lr", &self.lr)?;
            ::d2l::__private::Result::Ok(())
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
        const MODEL: &'static str = "LinearRegression";
        const SIGNATURE: &'static str = "x: &Tensor";
        fn call<'__b>(m: &LinearRegression, (__a0,): Self::Args<'__b>) -> Tensor {
            <LinearRegression>::forward(m, __a0)
        }
        fn loss(
            m: &LinearRegression,
            y_hat: &::d2l::__private::Tensor,
            y: &::d2l::__private::Tensor,
        ) -> ::d2l::__private::Tensor
        where
            for<'__b> LinearRegression: ::d2l::__private::Hooks,
        {
            <LinearRegression>::loss(m, y_hat, y)
        }
        fn training_step(
            m: &LinearRegression,
            b: &::d2l::__private::Batch,
        ) -> ::d2l::__private::Tensor
        where
            for<'__b> LinearRegression: ::d2l::__private::Hooks,
        {
            <LinearRegression>::training_step(m, b)
        }
        fn validation_step(
            m: &LinearRegression,
            b: &::d2l::__private::Batch,
        ) -> ::d2l::__private::Metrics
        where
            for<'__b> LinearRegression: ::d2l::__private::Hooks,
        {
            <LinearRegression>::validation_step(m, b)
        }
        fn configure_optimizers(
            m: &LinearRegression,
        ) -> ::d2l::__private::Box<dyn ::d2l::__private::Optimizer>
        where
            for<'__b> LinearRegression: ::d2l::__private::Hooks,
        {
            ::d2l::__private::boxed(<LinearRegression>::configure_optimizers(m))
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
