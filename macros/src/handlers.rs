//! `handlers![order, admin::kick]` and `interceptors![timed]`: registered functions by name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Path, Token};

use crate::errors::Errors;
use crate::expand::hidden;

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    Handlers,
    Interceptors,
}

impl Of {
    fn ty(self) -> TokenStream {
        match self {
            Self::Handlers => quote!(::centrifugo::__private::Handler),
            Self::Interceptors => quote!(::centrifugo::__private::Interceptor),
        }
    }

    /// One of them, for messages.
    fn one(self) -> &'static str {
        match self {
            Self::Handlers => "a handler",
            Self::Interceptors => "an interceptor",
        }
    }
}

pub(crate) fn list(of: Of, paths: TokenStream) -> TokenStream {
    let ty = of.ty();
    match read(of, paths) {
        Ok(paths) => {
            let count = paths.len();
            quote!([#(&#paths),*] as [&'static #ty; #count])
        }
        Err(errors) => {
            let errors = errors.to_compile_error();
            quote!({ #errors [] as [&'static #ty; 0] })
        }
    }
}

fn read(of: Of, paths: TokenStream) -> syn::Result<Vec<Path>> {
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(paths)?;
    let mut errors = Errors::default();
    let paths = expressions.into_iter().filter_map(|expression| errors.keep(registered(of, &expression))).collect();
    errors.finish(paths)
}

/// The static that stands beside the function.
fn registered(of: Of, expression: &Expr) -> syn::Result<Path> {
    let one = of.one();
    let function = match expression {
        Expr::Path(path) if path.qself.is_none() => &path.path,
        Expr::Call(call) => {
            let name = call.func.to_token_stream();
            return Err(syn::Error::new_spanned(expression, format!("{one} is named, not called: write `{name}`")));
        }
        Expr::Reference(reference) => {
            let name = reference.expr.to_token_stream();
            return Err(syn::Error::new_spanned(expression, format!("{one} is named by its path alone: write `{name}`")));
        }
        other => {
            return Err(syn::Error::new_spanned(
                other,
                format!("write the path of {one}, such as `order` or `admin::kick`"),
            ));
        }
    };
    let mut path = function.clone();
    let Some(last) = path.segments.last_mut() else { return Ok(path) };
    if !last.arguments.is_none() {
        return Err(syn::Error::new_spanned(&last.arguments, format!("{one} is named without generics: leave them out")));
    }
    last.ident = hidden(&last.ident);
    Ok(path)
}
