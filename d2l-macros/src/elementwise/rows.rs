//! The loops over the three functions of a formula: what each reads and writes. They are written out, since
//! every iterator that a compiler must see through costs it more than the formula.
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// A formula as its loops see it.
pub struct Rows<'a> {
    pub private: &'a TokenStream,
    pub name: &'a Ident,
    /// Which arguments are the same number for all elements.
    pub numbers: &'a [bool],
    /// Which arguments the gradient needs.
    pub kept: &'a [bool],
    /// Whether it needs the result.
    pub output: bool,
    pub results: usize,
}

/// Where an argument comes from.
#[derive(Clone, Copy)]
enum Source {
    Row,
    Number,
    Nothing,
}

impl Rows<'_> {
    /// `impl Rows for name`.
    pub fn expand(&self) -> TokenStream {
        let (private, name, m) = (self.private, self.name, self.results);
        let row = |read: bool| if read { Source::Row } else { Source::Nothing };
        let arguments = |read: &[bool]| -> Vec<Source> {
            let pairs = self.numbers.iter().zip(read);
            pairs
                .map(|(&number, &read)| if number { Source::Number } else { row(read) })
                .collect()
        };
        let tensors: Vec<bool> = self.numbers.iter().map(|number| !number).collect();
        let (x, kept) = (arguments(&tensors), arguments(self.kept));
        let (y, g) = (vec![row(self.output); m], vec![Source::Row; m]);
        let h = tensors.iter().map(|&tensor| row(tensor)).collect();
        let value = (0..m).map(|k| quote!([#k])).collect();
        let gradient = places(&quote!(), &tensors);
        let second = [
            places(&quote!(.0), self.kept),
            places(&quote!(.1), &vec![self.output; m]),
            places(&quote!(.2), &vec![true; m]),
        ];
        let functions = [
            self.function("values", "value", vec![x], value),
            self.function(
                "gradients",
                "gradient",
                vec![kept.clone(), y.clone(), g.clone()],
                gradient,
            ),
            self.function("seconds", "second", vec![kept, y, g, h], second.concat()),
        ];
        quote! {
            impl #private::Rows for #name {
                #(#functions)*
            }
        }
    }

    /// A loop over `stage`, which takes the `lists`; `results` are the places of what is written.
    fn function(
        &self,
        name: &str,
        stage: &str,
        lists: Vec<Vec<Source>>,
        results: Vec<TokenStream>,
    ) -> TokenStream {
        let private = self.private;
        let (n, m) = (self.numbers.len(), self.results);
        let [name, stage] = [name, stage].map(|s| Ident::new(s, Span::mixed_site()));
        let sources: Vec<(usize, Source)> = lists.iter().flatten().copied().enumerate().collect();
        let before = sources.iter().map(|&(k, source)| {
            let r = row(k);
            match source {
                Source::Row => quote!(let #r = &inputs[#k][..n];),
                Source::Number => quote!(let #r = numbers[#k];),
                Source::Nothing => quote!(),
            }
        });
        let mut elements = sources.iter().map(|&(k, source)| {
            let r = row(k);
            match source {
                Source::Row => quote!(#r[i]),
                Source::Number => quote!(#r),
                Source::Nothing => quote!(__T::ZERO),
            }
        });
        let lists: Vec<TokenStream> = lists
            .iter()
            .map(|list| {
                let elements = elements.by_ref().take(list.len());
                quote!([#(#elements),*])
            })
            .collect();
        let (last, places) = (results.len().saturating_sub(1), 0..results.len());
        quote! {
            #[inline(always)]
            fn #name<const __FMA: bool, __T: #private::Float>(
                inputs: &[&[__T]], numbers: &[__T], n: usize, out: &mut [__T]
            ) {
                #(#before)*
                let out = &mut out[..#last * #private::TILE + n];
                let mut i = 0;
                while i < n {
                    let y = <Self as #private::Formula<#n, #m>>::#stage::<__FMA, __T>(#(#lists),*);
                    #(out[#places * #private::TILE + i] = y #results;)*
                    i += 1;
                }
            }
        }
    }
}

/// `part[k]` for each `k` that is wanted.
fn places(part: &TokenStream, wanted: &[bool]) -> Vec<TokenStream> {
    let all = (0..wanted.len()).filter(|&k| wanted[k]);
    all.map(|k| quote!(#part[#k])).collect()
}

/// The variable of input `k`.
fn row(k: usize) -> Ident {
    Ident::new(&format!("r{k}"), Span::mixed_site())
}
