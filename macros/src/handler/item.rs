//! The item that a handler's attribute stands on.

use proc_macro2::TokenStream;
use syn::Item;
use syn::spanned::Spanned;

use crate::kind::Kind;
use crate::syntax::function::Function;
use crate::syntax::groups::flat;

/// Reads the function, or reports what else the item is.
pub(super) fn function(kind: Kind, item: &TokenStream) -> syn::Result<Function> {
    if let Some(function) = Function::read(item) {
        return Ok(function);
    }
    let (name, item) = (kind.name(), flat(item.clone()));
    let (what, span) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) if kind.takes_type() => {
            let message = format!("`{name}` goes on an `async fn`: a struct that names channels has `#[channel(\"..\")]`");
            return Err(syn::Error::new(item.struct_token.span, message));
        }
        Ok(Item::Struct(item)) => ("a struct", item.struct_token.span),
        Ok(Item::Enum(item)) => ("an enum", item.enum_token.span),
        Ok(Item::Impl(item)) => ("an `impl` block", item.impl_token.span),
        Ok(Item::Mod(item)) => ("a module", item.mod_token.span),
        Ok(Item::Trait(item)) => ("a trait", item.trait_token.span),
        Ok(Item::Static(item)) => ("a static", item.static_token.span),
        Ok(Item::Const(item)) => ("a const", item.const_token.span),
        _ if syn::parse2::<syn::TraitItemFn>(item.clone()).is_ok() => ("a function without a body", item.span()),
        Ok(other) => ("something else", other.span()),
        Err(_) => ("something else", item.span()),
    };
    Err(syn::Error::new(span, format!("`{name}` goes on an `async fn`, and this is {what}")))
}
