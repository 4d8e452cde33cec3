//! `handlers![order, admin::kick]` and `interceptors![timed]`: lists of registered functions, by name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Token};

use crate::syntax::errors::{Errors, error_at};
use crate::syntax::registered::{RegisteredKind, name};

pub(crate) fn list(kind: RegisteredKind, paths: TokenStream) -> TokenStream {
    let list = kind.list_function();
    match read(kind, paths) {
        Ok(listed) => quote!(#list([#(#listed),*])),
        Err(errors) => {
            let errors = errors.to_compile_error();
            quote!({ #errors #list([]) })
        }
    }
}

fn read(kind: RegisteredKind, paths: TokenStream) -> syn::Result<Vec<TokenStream>> {
    let form = |error: syn::Error| {
        let message = format!("write the path of {}, and a `,` before the next: `order, admin::kick`", kind.noun());
        syn::Error::new(error.span(), message)
    };
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(paths).map_err(form)?;
    let mut errors = Errors::default();
    let listed = expressions.iter().filter_map(|expression| errors.keep(listed(kind, expression))).collect();
    errors.finish(listed)
}

/// One element: the type that has the function's name. Its path resolves as the function's would, so a function within a
/// function takes precedence over one outside.
fn listed(kind: RegisteredKind, expression: &Expr) -> syn::Result<TokenStream> {
    let ExprPath { attrs, path, .. } = path(kind, expression)?;
    let (mut path, lookup) = (path.clone(), kind.lookup_trait());
    if let Some(last) = path.segments.last_mut() {
        last.ident = name(&last.ident);
    }
    let found = quote_spanned!(path.span()=> <#path as #lookup>);
    Ok(quote!(#(#attrs)* #found::FOUND))
}

fn path(kind: RegisteredKind, expression: &Expr) -> syn::Result<&ExprPath> {
    let noun = kind.noun();
    let path = match expression {
        Expr::Path(path) if path.qself.is_none() => path,
        Expr::Call(call) => {
            let name = call.func.to_token_stream();
            return error_at(expression, format!("{noun} is named, not called: write `{name}`"));
        }
        Expr::Reference(reference) => {
            let name = reference.expr.to_token_stream();
            return error_at(expression, format!("{noun} is named by its path alone: write `{name}`"));
        }
        other => {
            return error_at(other, format!("write the path of {noun}, such as `order` or `admin::kick`"));
        }
    };
    match path.path.segments.iter().find(|segment| !segment.arguments.is_none()) {
        Some(segment) => error_at(&segment.arguments, format!("{noun} is named without generics: leave them out")),
        None => Ok(path),
    }
}
