//! A function as attributes read it: without its body, which is most of it and which no attribute checks.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta, Signature, Visibility, parse_quote};

use crate::syntax::groups::{flattened, unwrapped};

/// A function whose body is not parsed.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    body: Group,
}

impl Function {
    /// Returns `None` for an item that is no function.
    pub(crate) fn read(item: &TokenStream) -> Option<Self> {
        let mut tokens = unwrapped(item.clone());
        let body = body(tokens.pop()?)?;
        let head = |input: ParseStream<'_>| Ok((Attribute::parse_outer(input)?, input.parse()?, input.parse()?));
        let (attrs, vis, sig) = head.parse2(flattened(tokens)).ok()?;
        Some(Self { attrs, vis, sig, body })
    }
}

/// The function's body. In a macro it may be a `$body:block`, which is in an invisible group.
fn body(token: TokenTree) -> Option<Group> {
    match &unwrapped(token.into())[..] {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => Some(group.clone()),
        _ => None,
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// The conditions that may remove the function, and that have to remove what belongs to it as well.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// The lints that an item allows, for what belongs to it: that names the item and its types. No other lint is allowed, as a
/// crate may forbid it.
pub(crate) fn allows(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter_map(allow).collect()
}

fn allow(attribute: &Attribute) -> Option<Attribute> {
    let path = attribute.path();
    match &attribute.meta {
        Meta::List(lints) if path.is_ident("allow") || path.is_ident("expect") => {
            let lints = &lints.tokens;
            Some(parse_quote!(#[allow(#lints)]))
        }
        _ => None,
    }
}
