//! What is written, looked at as text; what it means is tested by the programs in `tests/ui`.
use crate::{add_to_class::add_to_class, derive_module::derive};
use quote::quote;

#[test]
fn nothing_but_the_given_crate_is_named() {
    let class = quote! {
        impl<A: Layer> Net<A> {
            fn new(lr: f32, a: A) -> Self { save_hyperparameters!(a, ignore = [a]) }
            fn forward(&self, x: &Tensor) -> Tensor { self.a.forward(x) }
            fn loss(&self, y_hat: R, y: &Tensor) -> Tensor { y_hat - y }
            fn configure_optimizers(&self) -> Alias<A> { todo() }
        }
    };
    let model = quote! {
        #[module(base = B, crate = a::deep, repr = Net::settings)]
        enum Net<A> { X(#[hparam] f32, A), Y { a: Vec<A>, #[module(skip)] b: u8 } }
    };
    for written in [add_to_class(quote!(crate = a::deep), class), derive(model)] {
        let text = written.to_string();
        assert!(!text.contains("compile_error"), "{text}");
        assert!(
            !text.contains("d2l") && text.contains("a :: deep :: __private"),
            "{text}"
        );
    }
}

#[test]
fn every_mistake_is_reported_and_the_impls_are_there() {
    let text = derive(quote! {
        #[module(bass = B)]
        #[module(no_clone, oops)]
        struct Net { #[hparam(x)] a: f32, #[module(skp)] b: f32 }
    })
    .to_string();
    assert_eq!(text.matches("compile_error").count(), 4, "{text}");
    for name in ["Field for Net", "Structure for Net"] {
        assert!(text.contains(name), "{text}");
    }
    let text = add_to_class(
        quote!(Net, hook, method),
        quote!(
            fn f(&self) {}
        ),
    )
    .to_string();
    assert_eq!(text.matches("compile_error").count(), 1, "{text}");
    assert!(text.contains("impl Net { fn f (& self) { } }"), "{text}");
}

#[test]
fn an_unfinished_body_stays_as_it_is() {
    let item = quote!(fn forward(&self, x: &Tensor) -> Tensor { let y = self.net. });
    let text = add_to_class(quote!(Net), item).to_string();
    assert!(text.contains("let y = self . net . }"), "{text}");
}

/// An editor maps the user's tokens to what was written; two places for one of them would be two
/// answers to "what is this?".
#[test]
fn every_body_is_kept_whole_and_once() {
    let body = quote!({
        let h = marked(x).map(|v| v + 1);
        #[cfg(off)]
        let h = 2;
        h
    });
    let hooks = [
        quote!(pub fn forward(&self, x: &Tensor) -> Tensor #body),
        quote!(fn forward(&self, x: &Tensor, y: &Tensor) -> (Tensor, Tensor) #body),
        quote!(#[track_caller] fn forward(&self, x: impl Into<Tensor>) -> impl Iterator #body),
        quote!(fn loss(&self, x: &Tensor, y: &Tensor) -> Tensor #body),
        quote!(fn loss(&self, x: R, y: R) -> T #body),
        quote!(fn training_step(&self, x: &Batch) -> Tensor #body),
        quote!(fn validation_step(&self, x: &Mine) -> Metrics #body),
        quote!(fn configure_optimizers(&self) -> SGD #body),
        quote!(fn configure_optimizers(&self) -> alias #body),
        quote!(async fn other<T>(x: T) -> u8 #body),
    ];
    let saved = quote!({
        let h = marked(x);
        save_hyperparameters!(part: Part::new(x), ignore = [y])
    });
    let part = quote!(part: Part::new(x));
    let mut cases: Vec<_> = hooks.into_iter().map(|f| (f, body.clone())).collect();
    let new = quote!(pub fn new(x: usize, y: Vec<u8>) -> Self #saved);
    cases.extend([(new.clone(), part), (new, quote!(let h = marked(x);))]);
    for (f, kept) in cases {
        let kept = kept.to_string();
        let kept = kept.trim_matches(['{', '}', ' ']);
        for written in [
            add_to_class(quote!(Net), f.clone()),
            add_to_class(quote!(), quote!(impl Net<T> where T: Layer { #f })),
            add_to_class(quote!(Net, method), f.clone()),
            add_to_class(quote!(Other, ext = NetExt), f.clone()),
        ] {
            let text = written.to_string();
            assert_eq!(text.matches(kept).count(), 1, "{kept} in {text}");
            assert_eq!(text.matches("marked").count(), 1, "{text}");
        }
    }
}
