//! The values that are read from a name: those of placeholders, or a typed channel.

use centrifugo_pattern::Placeholder;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::handler::extraction::argument_local;
use crate::handler::model::Handler;
use crate::handler::params::Role;
use crate::handler::selector::{Selector, as_typed_channel};
use crate::syntax::option_type::inner;

/// A value that is read from a name.
pub(super) struct Value {
    /// An `Option`, `None` if the name has no such value.
    pub(super) read: TokenStream,
    pub(super) local: Ident,
    pub(super) ty: TokenStream,
}

/// The values in the pattern's order. `source` is the variable that they are read from.
pub(super) fn values(handler: &Handler, source: &Ident) -> Vec<Value> {
    let param_of = |role: Role| {
        let index = handler.params.iter().position(|param| param.role == role)?;
        Some((argument_local(index), &handler.params[index].ty))
    };
    match &handler.selector {
        Selector::Any => Vec::new(),
        Selector::Pattern(pattern) => {
            let is_lenient = handler.options.lenient.is_some();
            let value = |(index, (placeholder, _)): (usize, (&Placeholder, &str))| {
                let (local, ty) = param_of(Role::Placeholder(index))?;
                let read = read_value(ty, source, placeholder.is_optional(), is_lenient);
                Some(Value { read, local, ty: ty.to_token_stream() })
            };
            pattern.named().enumerate().filter_map(value).collect()
        }
        Selector::Channel(path) => {
            let channel = as_typed_channel(path);
            let read = quote_spanned!(path.span()=> #channel::read(#source));
            let local = param_of(Role::Channel).map_or_else(|| argument_local(handler.params.len()), |(local, _)| local);
            vec![Value { read, local, ty: path.to_token_stream() }]
        }
    }
}

/// Reads the next value: `None` if it isn't of the type, or is written in another way than the type writes it.
pub(crate) fn read_value(ty: &Type, source: &Ident, is_optional: bool, is_lenient: bool) -> TokenStream {
    let (ty, method) = match inner(ty) {
        Some(inner) if is_optional => (inner, "optional"),
        Some(_) => return read_required_option(ty, source, is_lenient),
        None => (ty, "value"),
    };
    if is_lenient {
        let function = Ident::new(method, ty.span());
        return quote_spanned!(ty.span()=> __centrifugo::#function::<#ty>(#source));
    }
    let method = format_ident!("__{method}", span = ty.span());
    quote_spanned!(ty.span()=> __centrifugo::StrictPlaceholder::<#ty>::new().#method(#source))
}

/// Reads the value of a placeholder outside of `[..]` whose type is called `Option`: the compiler knows whether it is an
/// app's own type, and reports the standard library's.
fn read_required_option(ty: &Type, source: &Ident, is_lenient: bool) -> TokenStream {
    let method = Ident::new(if is_lenient { "__lenient" } else { "__strict" }, ty.span());
    let value = quote_spanned!(ty.span()=> __centrifugo::RequiredPlaceholder::<#ty>::new().#method().__value(#source));
    quote!({
        use __centrifugo::AnotherOption as _;
        #value
    })
}
