#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl ::d2l::__private::Field for Block {
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
impl ::d2l::__private::Structure for Block {
    type Base = ::d2l::__private::Plain;
    type Lr = ::d2l::__private::NoLr;
    const NAME: &'static str = "Block";
    fn fields(
        &self,
        r: &mut ::d2l::__private::Round<'_>,
    ) -> ::d2l::__private::Option<Self> {
        use ::d2l::__private::fields::*;
        match self {
            Self::Identity {} => __Some(Self::Identity {}),
            Self::One { 0: __0, 1: __1 } => {
                let (__Some(__0), __Some(__1)) = (
                    ::d2l::__private::part::<LazyLinear>().cloneable()(__0, "fc", r),
                    <__ByClone as ::d2l::__private::CloneValue<u8>>::round(__1, r),
                ) else { return __None };
                __Some(Self::One { 0: __0, 1: __1 })
            }
            Self::Many { blocks: __blocks, act: __act } => {
                let (__Some(__blocks), __Some(__act)) = (
                    ::d2l::__private::part::<Vec<Block>>()
                        .cloneable()(__blocks, "blocks", r),
                    ::d2l::__private::part::<Activation>().cloneable()(__act, "act", r),
                ) else { return __None };
                __Some(Self::Many {
                    blocks: __blocks,
                    act: __act,
                })
            }
        }
    }
}
#[automatically_derived]
#[allow(non_local_definitions)]
impl ::core::fmt::Display for Block {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::d2l::__private::show(self, f)
    }
}
#[automatically_derived]
#[diagnostic::do_not_recommend]
#[doc(hidden)]
#[allow(non_local_definitions)]
impl ::d2l::__private::Cloneable for Block {}
#[automatically_derived]
#[allow(non_local_definitions)]
impl ::core::clone::Clone for Block {
    fn clone(&self) -> Self {
        ::d2l::__private::cloned(self)
    }
}
///A batch of examples [`Example`].
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ExampleBatch {
    ///`words` of every example.
    words: ::d2l::__private::Tensor,
    ///How long `words` of every example was.
    words_len: ::d2l::__private::Tensor,
    ///`label` of every example.
    label: ::d2l::__private::Tensor,
}
#[doc(hidden)]
#[allow(non_local_definitions, unused_variables)]
const _: () = {
    #[automatically_derived]
    impl ::d2l::__private::Example for Example {
        type Batch = ExampleBatch;
        fn collate(examples: &[&Self]) -> ExampleBatch {
            let (words, words_len) = ::d2l::__private::collate::padded(
                "Example: field `words`",
                <Vec<
                    i64,
                > as ::d2l::__private::collate::Collate>::pad(
                    &::d2l::__private::collate::values(examples, |e| &e.words),
                    ::d2l::__private::collate::Fill::fill(0),
                ),
            );
            let label = ::d2l::__private::collate::stacked(
                "Example: field `label`",
                <f32 as ::d2l::__private::collate::Collate>::stack(
                    &::d2l::__private::collate::values(examples, |e| &e.label),
                ),
            );
            ExampleBatch {
                words,
                words_len,
                label,
            }
        }
    }
    #[automatically_derived]
    impl ::d2l::__private::TypedBatch for ExampleBatch {
        fn read(batch: &::d2l::__private::Batch) -> Self {
            ::d2l::__private::collate::expect("ExampleBatch", 3usize, batch);
            ExampleBatch {
                words: ::core::clone::Clone::clone(&batch[0usize]),
                words_len: ::core::clone::Clone::clone(&batch[1usize]),
                label: ::core::clone::Clone::clone(&batch[2usize]),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<::d2l::__private::Batch> for ExampleBatch {
        fn from(batch: ::d2l::__private::Batch) -> Self {
            <Self as ::d2l::__private::TypedBatch>::read(&batch)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<ExampleBatch> for ::d2l::__private::Batch {
        fn from(batch: ExampleBatch) -> Self {
            ::d2l::__private::Batch(
                ::d2l::__private::vec![batch.words, batch.words_len, batch.label],
            )
        }
    }
};
