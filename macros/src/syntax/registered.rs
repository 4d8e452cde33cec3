//! A type with a function's name, by which `handlers!` and `interceptors!` find what is registered for the function. An
//! import of the function imports the type, too, under the same name: they are in different namespaces.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Visibility};

use crate::syntax::compiler::{dependencies, warns_of_unreachable_code};
use crate::syntax::deprecated;
use crate::syntax::function::{Function, allows, cfgs};
use crate::syntax::span::{ours, respanned};

#[derive(Debug, Clone, Copy)]
pub(crate) enum RegisteredKind {
    Handler,
    Interceptor,
}

impl RegisteredKind {
    /// The trait of the type that leads to what is registered.
    pub(crate) fn lookup_trait(self) -> TokenStream {
        match self {
            Self::Handler => quote!(::centrifugo::__private::FindHandler),
            Self::Interceptor => quote!(::centrifugo::__private::FindInterceptor),
        }
    }

    /// The type of what is registered.
    pub(crate) fn ty(self) -> TokenStream {
        match self {
            Self::Handler => quote!(::centrifugo::__private::Handler),
            Self::Interceptor => quote!(::centrifugo::__private::Interceptor),
        }
    }

    /// The function that takes a list of them.
    pub(crate) fn list_function(self) -> TokenStream {
        match self {
            Self::Handler => quote!(::centrifugo::__private::handlers),
            Self::Interceptor => quote!(::centrifugo::__private::interceptors),
        }
    }

    /// The noun in messages, with its article.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Handler => "a handler",
            Self::Interceptor => "an interceptor",
        }
    }
}

/// A function as its attribute registers it.
pub(crate) struct Registered<'f> {
    pub(crate) ident: &'f Ident,
    pub(crate) vis: &'f Visibility,
    /// The conditions that may remove the function, and that have to remove what belongs to it as well.
    pub(crate) cfgs: Vec<Attribute>,
    attrs: &'f [Attribute],
    /// Lints that are allowed in the function, and so in what belongs to it.
    pub(crate) allows: Vec<Attribute>,
}

impl<'f> Registered<'f> {
    pub(crate) fn new(function: &'f Function) -> Self {
        let Function { attrs, vis, sig, .. } = function;
        Self { ident: &sig.ident, vis, cfgs: cfgs(attrs), attrs, allows: allows(attrs) }
    }

    /// The type as parts of `registered_handler!`: the names of its module and of the type, the visibility, and the
    /// attributes of its implementation.
    pub(crate) fn type_parts(&self) -> TokenStream {
        let (name, module, vis, allows) = (self.name(), module(self.ident), self.vis(), &self.allows);
        let unreachable = unreachable();
        quote!(#module #name [pub struct #name {}] [#vis] [#(#allows)* #unreachable])
    }

    /// The type, with a block whose value is a reference to what is registered. Without one it leads to what stands in for a
    /// function that was refused.
    pub(crate) fn named(&self, kind: RegisteredKind, block: Option<&TokenStream>) -> TokenStream {
        let (cfgs, allows, lookup, ty) = (&self.cfgs, &self.allows, kind.lookup_trait(), kind.ty());
        let (name, module, vis) = (self.name(), module(self.ident), self.vis());
        let found = block.map(|block| quote!(const FOUND: &'static #ty = { #block };));
        let unreachable = unreachable();
        let found = self.items(quote! {
            #(#cfgs)*
            #(#allows)*
            #unreachable
            impl #lookup for #module::#name { #found }
        });
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            mod #module {
                pub struct #name {}
            }

            // A type or a module of the name takes precedence over what a glob imports, so having one is no error.
            #(#cfgs)*
            #vis use #module::*;

            #found
        }
    }

    /// Items that name the function.
    pub(crate) fn items(&self, items: TokenStream) -> TokenStream {
        deprecated::items(self.ident, self.attrs, items)
    }

    fn name(&self) -> Ident {
        let mut name = name(self.ident);
        name.set_span(ours(self.ident.span()));
        name
    }

    fn vis(&self) -> Option<TokenStream> {
        match self.vis {
            Visibility::Inherited => None,
            vis => Some(respanned(vis.to_token_stream(), ours)),
        }
    }
}

/// Allows code after what is left of an extractor that never waits.
fn unreachable() -> Option<TokenStream> {
    warns_of_unreachable_code().then(|| quote!(#[allow(unreachable_code)]))
}

/// The type's name: the function's, unless that would hide what the module has without a declaration.
pub(crate) fn name(function: &Ident) -> Ident {
    match is_taken(function) {
        true => format_ident!("__centrifugo_{function}"),
        false => function.clone(),
    }
}

/// The module of the type. Two functions of one name have two modules, so that the name is the only error.
fn module(function: &Ident) -> Ident {
    unique_ident("__centrifugo", function)
}

/// A name that the expansion of another function doesn't have.
pub(crate) fn unique_ident(prefix: &str, function: &Ident) -> Ident {
    let attribute = Span::call_site().unwrap();
    let (name, line) = (function.unraw(), attribute.line());
    format_ident!("{prefix}_{name}_{line}", span = Span::mixed_site())
}

/// Whether each module has something of this name: a primitive, or a crate.
fn is_taken(name: &Ident) -> bool {
    const NAMES: &str =
        "alloc bool centrifugo char core f32 f64 i8 i16 i32 i64 i128 isize std str u8 u16 u32 u64 u128 usize";
    let name = name.to_string();
    NAMES.split(' ').any(|taken| taken == name) || dependencies().contains(&name)
}
