//! `Rc` and `Arc` of a module as modules.
use super::{Forward, Module, Refusal, Visitor};
use std::{fmt::Debug, rc::Rc, sync::Arc};

/// A shared module is a module: as a layer it can stand at several places of one model.
macro_rules! shared_modules {
    ($($pointer:ident)*) => { $(
        impl<M: Module> Module for $pointer<M> {
            fn visit(&self, v: &mut dyn Visitor) {
                (**self).visit(v);
            }

            fn type_name(&self) -> &'static str {
                (**self).type_name()
            }

            fn visit_hparams(&self, show: &mut dyn FnMut(&'static str, &dyn Debug)) {
                (**self).visit_hparams(show);
            }

            fn leaf_repr(&self) -> Option<String> {
                (**self).leaf_repr()
            }

            fn inner(&self) -> Option<&dyn Module> {
                Some(&**self)
            }
        }

        impl<A, M: Forward<A>> Forward<A> for $pointer<M> {
            type Output = M::Output;

            #[track_caller]
            fn call(&self, args: A) -> M::Output {
                (**self).call(args)
            }

            fn try_call(&self, args: A) -> Result<M::Output, Refusal> {
                (**self).try_call(args)
            }
        }
    )* };
}
shared_modules!(Rc Arc);

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use std::sync::Arc;

    #[test]
    fn one_layer_at_two_places_is_one_layer() {
        let shared = Arc::new(Linear::new(8, 8));
        let net = sequential![
            Linear::new(4, 8),
            shared.clone(),
            ReLU,
            shared,
            Linear::new(8, 1)
        ];
        assert_eq!(net.forward(&Tensor::ones([2, 4])).shape(), [2, 1]);
        assert_eq!((net.parameters().len(), net.num_parameters()), (6, 121));
        let copy = net.clone();
        assert_eq!(copy.num_parameters(), 121);
    }
}
