#[doc(hidden)]
#[allow(non_local_definitions, unused_variables, unreachable_code)]
const _: () = {
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Field for Block {
        fn visit_as(&self, name: &str, v: &mut dyn ::d2l::__private::Visitor) {
            v.module(name, self)
        }
        fn copy_with(&self, c: &mut ::d2l::__private::Copier) -> Self {
            #[allow(unused_imports)]
            use ::d2l::__private::{
                AnyPart as _, ByClone as __ByClone, CopyPart as _, FieldPart as _,
                StoredPart as _,
            };
            match self {
                Self::Identity {} => Self::Identity {},
                Self::One { 0: __0, 1: __1 } => {
                    Self::One {
                        0: ((&&&&::d2l::__private::Part::<LazyLinear>::NEW)
                            .known()
                            .copy)(__0, c),
                        1: <__ByClone as ::d2l::__private::CloneValue<u8>>::clone(__1),
                    }
                }
                Self::Many { blocks: __blocks, act: __act } => {
                    Self::Many {
                        blocks: ((&&&&::d2l::__private::Part::<Vec<Block>>::NEW)
                            .known()
                            .copy)(__blocks, c),
                        act: ((&&&&::d2l::__private::Part::<Activation>::NEW)
                            .known()
                            .copy)(__act, c),
                    }
                }
            }
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Module for Block {
        fn visit(&self, v: &mut dyn ::d2l::__private::Visitor) {
            #[allow(unused_imports)]
            use ::d2l::__private::{
                AnyPart as _, CopyPart as _, FieldPart as _, StoredPart as _,
            };
            match self {
                Self::Identity {} => {}
                Self::One { 0: __0, 1: __1 } => {
                    ((&&&&::d2l::__private::Part::<LazyLinear>::NEW)
                        .known()
                        .visit)(__0, "fc", v);
                }
                Self::Many { blocks: __blocks, act: __act } => {
                    ((&&&&::d2l::__private::Part::<Vec<Block>>::NEW)
                        .known()
                        .visit)(__blocks, "blocks", v);
                    ((&&&&::d2l::__private::Part::<Activation>::NEW)
                        .known()
                        .visit)(__act, "act", v);
                }
            }
        }
        fn type_name(&self) -> &'static str {
            "Block"
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::HasBase for Block {
        type Base = ::d2l::__private::Plain;
        type Lr = ::d2l::__private::NoLr;
    }
    #[automatically_derived]
    impl ::core::fmt::Display for Block {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::d2l::__private::show(self, f)
        }
    }
    #[automatically_derived]
    #[diagnostic::do_not_recommend]
    impl ::d2l::__private::Cloneable for Block {}
    #[automatically_derived]
    impl ::core::clone::Clone for Block {
        fn clone(&self) -> Self {
            #[allow(unused_imports)]
            use ::d2l::__private::{IsCloneable as _, IsField as _, IsNoField as _};
            (&&&::d2l::__private::Cloning::<LazyLinear>::NEW).check();
            (&&&::d2l::__private::Cloning::<Vec<Block>>::NEW).check();
            (&&&::d2l::__private::Cloning::<Activation>::NEW).check();
            <Self as ::d2l::__private::Field>::copy_with(
                self,
                &mut ::d2l::__private::Copier::new(),
            )
        }
    }
};
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
