//! What is written for three models, as files to be read and compared. After a change:
//! `D2L_SNAPSHOTS=overwrite cargo test -p d2l-macros`, then read the difference.
use crate::{add_to_class::add_to_class, derive_batch, derive_module};
use proc_macro2::TokenStream;
use quote::quote;
use std::{fs, path::Path};

/// Compares the items, formatted, with `snapshots/NAME.rs`.
fn compare(name: &str, written: impl IntoIterator<Item = TokenStream>) {
    let items: TokenStream = written.into_iter().collect();
    let file = syn::parse2(items).unwrap_or_else(|e| panic!("{name} is no Rust: {e}"));
    let now = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/{name}.rs"));
    if std::env::var_os("D2L_SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        fs::write(&path, &now).expect("a snapshot");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        now == before,
        "{} differs; what is written now:\n{now}",
        path.display()
    );
}

#[test]
fn linear_regression() {
    let class = |f| add_to_class(quote!(LinearRegression), f);
    compare(
        "linear_regression",
        [
            derive_module::derive(quote! {
                /// The book's first model.
                pub struct LinearRegression {
                    /// The learning rate.
                    #[hparam(default = 0.03, range = 0.0..)]
                    lr: f32,
                    net: LazyLinear,
                }
            }),
            class(quote! {
                pub fn new(lr: f32) -> Self {
                    let net = LazyLinear::new(1);
                    save_hyperparameters!(net)
                }
            }),
            class(quote! {
                pub fn forward(&self, x: &Tensor) -> Tensor { self.net.forward(x) }
            }),
            class(quote! {
                pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor { y_hat.mse_loss(y) }
            }),
        ],
    );
}

#[test]
fn encoder_decoder() {
    let class = |f| add_to_class(quote!(impl<E: Encoder, D: Decoder> EncoderDecoder<E, D>), f);
    compare(
        "encoder_decoder",
        [
            derive_module::derive(quote! {
                #[module(base = Classifier)]
                struct EncoderDecoder<E, D> { #[module(frozen)] encoder: E, decoder: D }
            }),
            class(quote! {
                fn forward(&self, src: &Tensor, tgt: &Tensor, lengths: Option<&Tensor>) -> Tensor {
                    self.decoder.decode(tgt, &self.encoder.encode(src, lengths))
                }
            }),
            class(quote! {
                fn training_step(&self, batch: &PairBatch) -> Tensor { self.step(&batch.src) }
            }),
        ],
    );
}

#[test]
fn shapes() {
    compare(
        "shapes",
        [
            derive_module::derive(quote! {
                enum Block {
                    Identity,
                    One(#[module(rename = "fc")] LazyLinear, #[module(skip)] u8),
                    Many { blocks: Vec<Block>, act: Activation },
                }
            }),
            derive_batch::derive(quote! {
                pub struct Example {
                    #[batch(pad = 0)]
                    words: Vec<i64>,
                    label: f32,
                }
            }),
        ],
    );
}
