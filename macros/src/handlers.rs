//! `handlers![order, admin::kick]`: handlers by name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Path, Token};

use crate::errors::Errors;
use crate::expand::hidden;

pub(crate) fn list(paths: TokenStream) -> TokenStream {
    match read(paths) {
        Ok(paths) => {
            let count = paths.len();
            quote!([#(&#paths),*] as [&'static ::centrifugo::__private::Handler; #count])
        }
        Err(errors) => {
            let errors = errors.to_compile_error();
            quote!({ #errors [] as [&'static ::centrifugo::__private::Handler; 0] })
        }
    }
}

fn read(paths: TokenStream) -> syn::Result<Vec<Path>> {
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(paths)?;
    let mut errors = Errors::default();
    let paths = expressions.into_iter().filter_map(|expression| errors.keep(registered(&expression))).collect();
    errors.finish(paths)
}

/// The static that stands beside the function.
fn registered(expression: &Expr) -> syn::Result<Path> {
    let function = match expression {
        Expr::Path(path) if path.qself.is_none() => &path.path,
        Expr::Call(call) => {
            let name = call.func.to_token_stream();
            return Err(syn::Error::new_spanned(expression, format!("a handler is named, not called: write `{name}`")));
        }
        Expr::Reference(reference) => {
            let name = reference.expr.to_token_stream();
            return Err(syn::Error::new_spanned(
                expression,
                format!("a handler is named by its path alone: write `{name}`"),
            ));
        }
        other => {
            return Err(syn::Error::new_spanned(other, "write the path of a handler, such as `order` or `admin::kick`"));
        }
    };
    let mut path = function.clone();
    let Some(last) = path.segments.last_mut() else { return Ok(path) };
    if !last.arguments.is_none() {
        return Err(syn::Error::new_spanned(&last.arguments, "a handler has no generics: leave them out"));
    }
    last.ident = hidden(&last.ident);
    Ok(path)
}
