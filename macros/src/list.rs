//! `handlers![order, admin::kick]` and `interceptors![timed]`: lists of registered functions, by name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Token};

use crate::syntax::errors::{Errors, fault};
use crate::syntax::registered::{Of, name};

pub(crate) fn list(of: Of, paths: TokenStream) -> TokenStream {
    let list = of.list();
    match read(of, paths) {
        Ok(listed) => quote!(#list([#(#listed),*])),
        Err(errors) => {
            let errors = errors.to_compile_error();
            quote!({ #errors #list([]) })
        }
    }
}

fn read(of: Of, paths: TokenStream) -> syn::Result<Vec<TokenStream>> {
    let form = |error: syn::Error| {
        let message = format!("write the path of {}, and a `,` before the next: `order, admin::kick`", of.one());
        syn::Error::new(error.span(), message)
    };
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(paths).map_err(form)?;
    let mut errors = Errors::default();
    let listed = expressions.iter().filter_map(|expression| errors.keep(listed(of, expression))).collect();
    errors.finish(listed)
}

/// One element: the type that has the function's name. Its path resolves as the function's would, so a function within a
/// function takes precedence over one outside.
fn listed(of: Of, expression: &Expr) -> syn::Result<TokenStream> {
    let ExprPath { attrs, path, .. } = path(of, expression)?;
    let (mut path, found_by) = (path.clone(), of.found_by());
    if let Some(last) = path.segments.last_mut() {
        last.ident = name(&last.ident);
    }
    let found = quote_spanned!(path.span()=> <#path as #found_by>);
    Ok(quote!(#(#attrs)* #found::FOUND))
}

fn path(of: Of, expression: &Expr) -> syn::Result<&ExprPath> {
    let one = of.one();
    let path = match expression {
        Expr::Path(path) if path.qself.is_none() => path,
        Expr::Call(call) => {
            let name = call.func.to_token_stream();
            return fault(expression, format!("{one} is named, not called: write `{name}`"));
        }
        Expr::Reference(reference) => {
            let name = reference.expr.to_token_stream();
            return fault(expression, format!("{one} is named by its path alone: write `{name}`"));
        }
        other => {
            return fault(other, format!("write the path of {one}, such as `order` or `admin::kick`"));
        }
    };
    match path.path.segments.iter().find(|segment| !segment.arguments.is_none()) {
        Some(segment) => fault(&segment.arguments, format!("{one} is named without generics: leave them out")),
        None => Ok(path),
    }
}
