//! Typed channels whose names may also be those of constants, such as `DM` or `USERS`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

/// A path that names a type or a constant. A macro can't know which, so the expansion imports it as an alias, which is a
/// name in the namespaces of types and of values.
pub(crate) struct MaybeConstant {
    written: Path,
}

impl MaybeConstant {
    /// Returns `None` for a name that no constant has.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let last = path.segments.last()?;
        let has_lowercase = last.ident.to_string().contains(char::is_lowercase);
        (!has_lowercase && last.arguments.is_none()).then(|| Self { written: path.clone() })
    }

    pub(super) fn alias(&self) -> Path {
        Ident::new("__Channel", self.written.span()).into()
    }

    /// A block that imports the alias. If the path is a constant only, `__Channel` as a type is the stand-in imported
    /// outside; `assertion` reports it.
    pub(super) fn within(&self, block: &TokenStream) -> TokenStream {
        let (stand_ins, import) = (Self::stand_ins(), self.import());
        quote! {
            #stand_ins
            {
                #import
                #block
            }
        }
    }

    /// The import in the outer block.
    pub(super) fn stand_ins() -> TokenStream {
        quote!(
            use ::centrifugo::__private::constants::*;
        )
    }

    /// The import in the inner block.
    pub(super) fn import(&self) -> TokenStream {
        let (written, alias) = (&self.written, self.alias());
        quote! {
            use #written as #alias;
            // Without this, the import of a constant would be reported as unused.
            const _: fn() = || {
                let _ = &#alias;
            };
        }
    }

    /// The assertion that the alias is a type: compiled, and never called.
    pub(super) fn assertion(&self) -> TokenStream {
        let alias = self.alias();
        let check = quote_spanned!(self.written.span()=> __centrifugo::AttributeType::<#alias>::new().__is_a_type());
        quote! {
            const _: fn() = || {
                use __centrifugo::NotConstant as _;
                #check
            };
        }
    }
}
