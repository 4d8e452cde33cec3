//! `#[centrifugo::extractor]`: an extractor of the app, written as a function of other extractors.

mod expand;
mod lifetimes;
mod model;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::kind::Kind;
use crate::syntax::fallback;
use crate::syntax::function::Function;

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let Some(mut function) = Function::read(&item) else {
        let message = "`extractor` goes on an `async fn` whose arguments are extractors and that returns what it extracts";
        return fallback::item(&item, &syn::Error::new_spanned(&item, message));
    };
    match model::Extractor::read(&args, &function) {
        Ok(extractor) => expand::extractor(&extractor, &item),
        Err(errors) => {
            // Another attribute of this crate would only add further errors.
            function.attrs.retain(|attribute| Kind::of(attribute).is_none());
            fallback::item(&function.to_token_stream(), &errors)
        }
    }
}
