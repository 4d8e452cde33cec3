//! The attribute macros of the `centrifugo` crate; use them through it.

mod channel;
mod error_handler;
mod extractor;
mod handler;
mod interceptor;
mod kind;
mod list;
mod reject;
mod syntax;

use kind::Kind;
use proc_macro::TokenStream;
use syntax::groups::flat;
use syntax::registered::RegisteredKind;

/// Writes the function of each attribute for handlers.
macro_rules! attributes {
    ($($name:ident($kind:ident) $row:tt)*) => {$(
        #[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
        #[proc_macro_attribute]
        pub fn $name(args: TokenStream, item: TokenStream) -> TokenStream {
            handler::attribute(Kind::$kind, flat(args.into()), item.into()).into()
        }
    )*};
}

kind::for_each_attribute!(attributes);

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn channel(args: TokenStream, item: TokenStream) -> TokenStream {
    channel::attribute(flat(args.into()), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(CompiledChannel, attributes(__centrifugo_channel))]
pub fn compiled_channel(item: TokenStream) -> TokenStream {
    channel::derive(flat(item.into())).into()
}

#[doc(hidden)]
#[proc_macro_derive(DeprecatedItems, attributes(__centrifugo_items))]
pub fn deprecated_items(item: TokenStream) -> TokenStream {
    syntax::deprecated::derive(item.into()).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro_derive(Reject, attributes(reject))]
pub fn reject(item: TokenStream) -> TokenStream {
    reject::derive(flat(item.into())).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn interceptor(args: TokenStream, item: TokenStream) -> TokenStream {
    interceptor::attribute(flat(args.into()), item.into()).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn extractor(args: TokenStream, item: TokenStream) -> TokenStream {
    extractor::attribute(flat(args.into()), item.into()).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn error_handler(args: TokenStream, item: TokenStream) -> TokenStream {
    error_handler::attribute(flat(args.into()), item.into()).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro]
pub fn interceptors(paths: TokenStream) -> TokenStream {
    list::list(RegisteredKind::Interceptor, flat(paths.into())).into()
}

#[allow(missing_docs, reason = "its page is where the runtime re-exports it")]
#[proc_macro]
pub fn handlers(paths: TokenStream) -> TokenStream {
    list::list(RegisteredKind::Handler, flat(paths.into())).into()
}
