#[automatically_derived]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl<E, D> ::d2l::__private::Field for EncoderDecoder<E, D>
where
    E: ::d2l::__private::Field,
    D: ::d2l::__private::Field,
{
    fn visit_as(&self, name: &str, v: &mut dyn ::d2l::__private::Visitor) {
        v.module(name, self)
    }
    fn copy_with(&self, c: &mut ::d2l::__private::Copier) -> Self {
        ::d2l::__private::copied(self, c)
    }
}
#[automatically_derived]
#[doc(hidden)]
#[allow(non_local_definitions, unused_imports, unused_variables, unreachable_code)]
impl<E, D> ::d2l::__private::Structure for EncoderDecoder<E, D>
where
    E: ::d2l::__private::Field,
    D: ::d2l::__private::Field,
{
    type Base = Classifier;
    type Lr = ::d2l::__private::NoLr;
    const NAME: &'static str = "EncoderDecoder";
    fn fields(
        &self,
        r: &mut ::d2l::__private::Round<'_>,
    ) -> ::d2l::__private::Option<Self> {
        use ::d2l::__private::fields::*;
        let (__Some(__encoder), __Some(__decoder)) = (
            r
                .frozen(|r| ::d2l::__private::part::<E>()
                    .known()(&self.encoder, "encoder", r)),
            ::d2l::__private::part::<D>().known()(&self.decoder, "decoder", r),
        ) else { return __None };
        __Some(Self {
            encoder: __encoder,
            decoder: __decoder,
        })
    }
}
#[automatically_derived]
#[allow(non_local_definitions)]
impl<E, D> ::core::fmt::Display for EncoderDecoder<E, D>
where
    E: ::d2l::__private::Field,
    D: ::d2l::__private::Field,
{
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::d2l::__private::show(self, f)
    }
}
#[automatically_derived]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl<E, D> ::d2l::__private::Cloneable for EncoderDecoder<E, D>
where
    E: ::d2l::__private::Cloneable,
    D: ::d2l::__private::Cloneable,
{}
#[automatically_derived]
#[allow(non_local_definitions)]
impl<E, D> ::core::clone::Clone for EncoderDecoder<E, D>
where
    E: ::d2l::__private::Cloneable,
    D: ::d2l::__private::Cloneable,
{
    fn clone(&self) -> Self {
        #[allow(unused_imports)]
        use ::d2l::__private::{IsCloneable as _, IsField as _, IsNoField as _};
        (&&&::d2l::__private::Cloning::<E>::NEW).check();
        (&&&::d2l::__private::Cloning::<D>::NEW).check();
        ::d2l::__private::cloned(self)
    }
}
#[allow(non_local_definitions)]
impl<E: Encoder, D: Decoder> EncoderDecoder<E, D> {
    pub(crate) fn forward(
        &self,
        src: &Tensor,
        tgt: &Tensor,
        lengths: Option<&Tensor>,
    ) -> Tensor {
        #[allow(unused_imports)]
        use ::d2l::__private::NoScope as _;
        ::d2l::__private::Scoped(self)
            .__forward(|| -> Tensor {
                self.decoder.decode(tgt, &self.encoder.encode(src, lengths))
            })
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions, unused_imports, unused_parens)]
impl<E: Encoder, D: Decoder> ::d2l::__private::ForwardOn<EncoderDecoder<E, D>>
for ::d2l::__private::hook::forward {
    type Args<'__b> = (&'__b Tensor, &'__b Tensor, Option<&'__b Tensor>);
    type Output = Tensor;
    fn call<'__b>(
        m: &EncoderDecoder<E, D>,
        (__a0, __a1, __a2): Self::Args<'__b>,
    ) -> Tensor {
        <EncoderDecoder<E, D>>::forward(m, __a0, __a1, __a2)
    }
    fn hooks() -> ::d2l::__private::HookTable<EncoderDecoder<E, D>>
    where
        for<'__b> EncoderDecoder<E, D>: ::d2l::__private::Hooks,
    {
        use ::d2l::__private::Inherited as _;
        ::d2l::__private::HookTable {
            model: "EncoderDecoder<E, D>",
            forward: "src: &Tensor, tgt: &Tensor, lengths: Option<&Tensor>",
            loss: <EncoderDecoder<E, D>>::loss,
            training_step: <EncoderDecoder<E, D>>::training_step,
            validation_step: <EncoderDecoder<E, D>>::validation_step,
            configure_optimizers: ::d2l::__private::boxed(
                <EncoderDecoder<E, D>>::configure_optimizers,
            ),
        }
    }
}
#[doc(hidden)]
#[allow(non_local_definitions)]
impl<E: Encoder, D: Decoder> ::d2l::__private::SameHeader<12730114042096339408u64>
for EncoderDecoder<E, D> {}
#[automatically_derived]
#[allow(non_local_definitions)]
#[diagnostic::do_not_recommend]
impl<E: Encoder, D: Decoder> ::d2l::__private::StepOn<EncoderDecoder<E, D>>
for ::d2l::__private::hook::training_step {}
#[allow(dead_code, non_local_definitions)]
const _: () = {
    fn same<T: ::d2l::__private::SameHeader<12730114042096339408u64>>() {}
    fn check<E: Encoder, D: Decoder>() {
        same::<EncoderDecoder<E, D>>()
    }
};
#[allow(non_local_definitions)]
impl<E: Encoder, D: Decoder> EncoderDecoder<E, D> {
    pub(crate) fn training_step(
        &self,
        _batch: &::d2l::__private::Batch,
    ) -> ::d2l::__private::Tensor {
        <Self as ::d2l::__private::signature::training_step>::typed(self, _batch)
    }
}
#[allow(non_local_definitions)]
impl<E: Encoder, D: Decoder> ::d2l::__private::signature::training_step
for EncoderDecoder<E, D> {
    type Batch = PairBatch;
    fn training_step(&self, batch: &PairBatch) -> Tensor {
        self.step(&batch.src)
    }
}
