//! `handlers![order, admin::kick]` and `interceptors![timed]`: registered functions by name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Path, Token};

use crate::errors::Errors;
use crate::registered::{Of, name};
use crate::span::ours;

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
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(paths)?;
    let mut errors = Errors::default();
    let listed = expressions.iter().filter_map(|expression| errors.keep(listed(of, expression))).collect();
    errors.finish(listed)
}

/// One element. The inner block imports the function with all that has its name. If there is no type among that, the name is
/// that of the outer block, which leads to a message of ours.
fn listed(of: Of, expression: &Expr) -> syn::Result<TokenStream> {
    let path = path(of, expression)?;
    let (attrs, found_by) = (&path.attrs, of.found_by());
    let named = quote_spanned!(path.span()=> __Listed);
    let path = imported(&path.path);
    Ok(quote! {
        #(#attrs)* {
            use ::centrifugo::__private::Unregistered as __Listed;
            {
                use #path as #named;
                <#named as #found_by>::FOUND
            }
        }
    })
}

/// The path to the type. It seems to be written by the macro, as an import of a function that is not registered would be reported
/// as unused, too.
fn imported(path: &Path) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = name(&last.ident);
    }
    for segment in &mut path.segments {
        // `$crate` is in the span.
        if segment.ident != "$crate" {
            segment.ident.set_span(ours(segment.ident.span()));
        }
    }
    path
}

fn path(of: Of, expression: &Expr) -> syn::Result<&ExprPath> {
    let one = of.one();
    let path = match expression {
        Expr::Path(path) if path.qself.is_none() => path,
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
    match path.path.segments.iter().find(|segment| !segment.arguments.is_none()) {
        Some(segment) => {
            Err(syn::Error::new_spanned(&segment.arguments, format!("{one} is named without generics: leave them out")))
        }
        None => Ok(path),
    }
}
