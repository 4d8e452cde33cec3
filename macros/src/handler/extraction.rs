//! The extraction of arguments from a call, in handlers and in interceptors of one event.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::handler::params::{Param, Role};
use crate::kind::Kind;
use crate::syntax::span::{local, ours};

/// An argument that is extracted from a call.
pub(crate) struct Extraction<'p> {
    pub(crate) kind: Kind,
    /// The argument's place in the function.
    pub(crate) index: usize,
    pub(crate) param: &'p Param,
}

impl<'p> Extraction<'p> {
    /// The extractions among a function's arguments.
    pub(crate) fn all(kind: Kind, params: &'p [Param]) -> impl Iterator<Item = Self> {
        let extracted = params.iter().enumerate().filter(|(_, param)| param.role == Role::Extractor);
        extracted.map(move |(index, param)| Self { kind, index, param })
    }

    /// A row of `registered_handler!`, which writes a `let` statement and an element of the needs from it.
    pub(crate) fn row(&self, call: &Ident) -> TokenStream {
        let Steps { span, extractor, begun, rest, awaited } = self.steps(call);
        let (cfgs, local) = (&self.param.cfgs, argument_local(self.index));
        quote_spanned!(span=> [#(#cfgs)*] #local (#begun) #rest (#awaited) (#extractor::needs))
    }

    /// The `let` statement. The rest of an extractor that never waits is uninhabited, so its arm is unreachable:
    /// `unreachable_code` is allowed where this stands, as rustc 1.89 warns of that arm.
    pub(crate) fn statement(&self, call: &Ident) -> TokenStream {
        let Steps { span, begun, rest, awaited, .. } = self.steps(call);
        let (cfgs, local) = (&self.param.cfgs, argument_local(self.index));
        let known = Ident::new("__local_known", span);
        let result = quote_spanned!(ours(span)=> match #begun {
            __centrifugo::Ok(#known) => #known,
            __centrifugo::Err(#rest) => #awaited,
        });
        let value = value_or_return(&result, span);
        quote!(#(#cfgs)* let #local = #value;)
    }

    /// The function that declares what the extractor needs.
    pub(crate) fn needs(&self) -> TokenStream {
        let (cfgs, extractor) = (&self.param.cfgs, self.extractor());
        quote_spanned!(name_span(&self.param.ty)=> #(#cfgs)* #extractor::needs)
    }

    /// All tokens have the span of the type's name, as the compiler reports a mistake in a type once for each span.
    fn steps(&self, call: &Ident) -> Steps {
        let (extractor, span) = (self.extractor(), name_span(&self.param.ty));
        let rest = Ident::new("__local_rest", span);
        Steps {
            begun: quote_spanned!(span=> __centrifugo::Extraction(#extractor::extract(&#call)).__begin()),
            awaited: quote_spanned!(span=> #rest.await),
            span,
            extractor,
            rest,
        }
    }

    /// The type as an implementation of the trait, whose short name is one that no app imports: a lint would call a longer
    /// path unnecessary in an app that imports `Extract`.
    fn extractor(&self) -> TokenStream {
        let (event, span) = (self.kind.event(), name_span(&self.param.ty));
        let ty = relocated(self.param.ty.to_token_stream(), span);
        quote_spanned!(span=> <#ty as __Extract<'_, __centrifugo::#event>>)
    }
}

/// The two steps of an extraction: what is known at once, and what has to be awaited.
struct Steps {
    span: Span,
    extractor: TokenStream,
    /// `Ok` with what is known, a result with the value; `Err` with the rest, a future of one.
    begun: TokenStream,
    rest: Ident,
    /// The rest's value, in a result.
    awaited: TokenStream,
}

/// An argument in the call of the user's function.
pub(crate) fn argument(index: usize, Param { cfgs, .. }: &Param) -> TokenStream {
    let local = argument_local(index);
    quote!(#(#cfgs)* #local)
}

/// The variable that holds an argument's value.
pub(crate) fn argument_local(index: usize) -> Ident {
    local(&index.to_string())
}

/// The value of a `Result`, as `?` returns it. The conversion that `?` adds would be compiled for each type.
pub(crate) fn value_or_return(result: &TokenStream, span: Span) -> TokenStream {
    let taken = local("taken");
    quote_spanned!(ours(span)=> match #result {
        __centrifugo::Ok(#taken) => #taken,
        __centrifugo::Err(#taken) => return __centrifugo::Err(#taken),
    })
}

/// The span of a type's name: `Data` of `&centrifugo::Data<T>`.
pub(crate) fn name_span(ty: &Type) -> Span {
    match ty {
        Type::Reference(reference) => name_span(&reference.elem),
        Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |name| name.ident.span()),
        _ => ty.span(),
    }
}

/// The same tokens at another place. Names between `<` and `>` keep theirs, so that the error for an unknown name is the one
/// that the user's function causes as well.
pub(crate) fn relocated(tokens: TokenStream, to: Span) -> TokenStream {
    let mut is_inside = false;
    let relocate = |mut token: TokenTree| {
        match &token {
            TokenTree::Ident(_) if is_inside => return token,
            TokenTree::Group(group) => {
                let mut there = Group::new(group.delimiter(), relocated(group.stream(), to));
                there.set_span(group.span());
                token = there.into();
            }
            TokenTree::Punct(open) => is_inside |= open.as_char() == '<',
            _ => {}
        }
        token.set_span(token.span().located_at(to));
        token
    };
    tokens.into_iter().map(relocate).collect()
}
