//! What expanded code may use, and nobody else: no part of the public interface.

#[path = "private/frame.rs"]
mod frame;

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

// An app may have names of its own for these.
pub use std::boxed::Box;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u8, u64};
pub use std::result::Result::{self, Err, Ok};

pub use centrifugo_macros::{CompiledChannel, DeprecatedItems};
use futures_util::{Stream, StreamExt};

pub use inventory;

pub use crate::__registered_handler as registered_handler;

pub use crate::app::collected::{Collected, CollectedChannel, CollectedErrorHandler, CollectedInterceptor};

pub use crate::dispatch::failure::Failure;
pub use crate::event::answers;
pub use crate::event::{
    CacheEmpty, ChannelState, Connect, Event, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};
// The same under a name that no app imports, so that no lint calls the path to it unnecessary.
pub use crate::event::Event as EachEvent;
pub use crate::extract::each_event::{ExtractIn, NotExtracted, assert_extracted_in_each};
pub use crate::extract::{Arguments, Begin, Extract, Extraction, Now, PlainValue, Value, extract_from};
pub use crate::handler::call::Call;
pub use crate::handler::interceptor::{Interceptor, InterceptorInfo};
pub use crate::handler::needs::Needs;
pub use crate::handler::next::{InterceptFn, InterceptorResult, Next, interceptor_result};
pub use crate::handler::router::{Binding, Interception};
pub use crate::handler::{Bound, BoxFuture, Handler, HandlerInfo, ReplyFuture};
pub use crate::names::channel_data::{AsSent, Receives, Untyped};
pub use crate::names::constants;
pub use crate::names::typed::{TypedChannel, Writer, to_channel};
pub use crate::names::values::Values;
pub use crate::reject::derived::{
    ByFields, DeriveReject, Derived, Field, Inner, NoError, Probe, Refuses, failure, plain, refusal_as, rejected, several,
};
pub use crate::reject::{BoxError, Reject};

/// The names that expanded code imports, all by one glob: an import of several names is an item for each. They are a short name
/// for this module, as a path is resolved again wherever it stands, and the traits whose methods come second to inherent ones.
/// No trait of the user's has methods of these names.
pub mod expanded {
    pub use super::{
        AnySpelling as _, AnythingElse as _, Begin as _, NotExtracted as _, Plain as _, PlainAnswer as _, PlainStream as _,
        TakesAnythingElse as _, Unwritable as _,
    };
    pub use super::{Err as __Err, Extract as __Extract, Ok as __Ok};
    pub use crate::__private as __centrifugo;
}

use crate::event::into_reject::IntoReject;
use crate::event::typed::{PublishedTo, Publishes};
use crate::event::{HasChannel, RpcReply, Subscribed, SubscribedStream};
use crate::extract::{Data, Publications, now};
use crate::names::spelling::is_plain;
use crate::reject::error_reply::ErrorReply;
use crate::reply::publication::IntoPublication;

/// What an error handler takes: the failure, by the inherent method, or [`TakesAnythingElse`].
pub struct Taking<T>(PhantomData<fn() -> T>);

impl<T> Taking<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl Taking<Failure> {
    pub fn __reported<F>(self, failure: Failure, handler: fn(Failure) -> F) -> BoxFuture<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Box::pin(handler(failure))
    }
}

/// Another type, which is the only mistake that is reported.
pub trait TakesAnythingElse: Sized {
    type Argument;

    fn __reported<H>(self, _: Failure, _: H) -> BoxFuture<()>
    where
        Self::Argument: TakesFailure,
    {
        Box::pin(async {})
    }
}

impl<T> TakesAnythingElse for Taking<T> {
    type Argument = T;
}

/// No other type.
#[diagnostic::on_unimplemented(
    message = "an error handler can't take `{Self}`",
    label = "write `Failure`",
    note = "write `async fn report(failure: Failure)`: it has the error, the event and the app's states"
)]
pub trait TakesFailure {}

impl TakesFailure for Failure {}

/// A typed channel that has a handler for the event in this crate. The attribute implements it, so the compiler refuses a
/// second one.
pub trait OneHandler<E, const IGNORE_CASE: bool, const CRATE: u64> {}

/// The crate of a typed channel, by the inherent constant; none, by [`NotDeclared`], of another type, which is an error of its
/// own.
pub struct Declared<T>(PhantomData<fn() -> T>);

impl<T: TypedChannel> Declared<T> {
    pub const CRATE: u64 = T::CRATE;
}

/// A type that is no typed channel.
pub trait NotDeclared {
    const CRATE: u64 = 0;
}

impl<T> NotDeclared for Declared<T> {}

/// Whether a type is of the crate that asks.
pub struct Choice<const IS_HERE: bool>;

/// The first type if it is, or else the second.
pub trait Choose<Here, Elsewhere> {
    type Type;
}

impl<Here, Elsewhere> Choose<Here, Elsewhere> for Choice<true> {
    type Type = Here;
}

impl<Here, Elsewhere> Choose<Here, Elsewhere> for Choice<false> {
    type Type = Elsewhere;
}

/// A type that has a function's name, and leads to the handler that an attribute made of the function.
#[diagnostic::on_unimplemented(
    message = "this is not a handler",
    label = "not a function with an attribute such as `#[centrifugo::rpc(\"..\")]`",
    note = "a type of the function's name beside it hides the handler: rename one of them"
)]
pub trait FindHandler {
    /// By default what stands in for a handler that was refused when it was compiled.
    const FOUND: &'static Handler = &Handler::new(HandlerInfo::new("", "", "", None), &Binding::<Connect>(|_| None), &[]);
}

/// A type that has a function's name, and leads to the interceptor that the attribute made of the function.
#[diagnostic::on_unimplemented(
    message = "this is not an interceptor",
    label = "not a function with `#[centrifugo::interceptor]`",
    note = "a type of the function's name beside it hides the interceptor: rename one of them"
)]
pub trait FindInterceptor {
    /// By default what stands in for an interceptor that was refused when it was compiled.
    const FOUND: &'static Interceptor =
        &Interceptor::new(InterceptorInfo { name: "", order: 0, every: false, needs: &[] }, "", &[]);
}

/// What `handlers!` has found.
pub const fn handlers<const N: usize>(found: [&'static Handler; N]) -> [&'static Handler; N] {
    found
}

/// What `interceptors!` has found.
pub const fn interceptors<const N: usize>(found: [&'static Interceptor; N]) -> [&'static Interceptor; N] {
    found
}

/// A type that a placeholder may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from a placeholder",
    label = "needs `FromStr`",
    note = "implement `std::str::FromStr` for it, or rename the argument if it is an extractor",
    note = "a field of a typed channel needs `std::fmt::Display` as well"
)]
pub trait Placeholder: Sized {
    fn read(value: &str) -> Option<Self>;
}

impl<T: FromStr> Placeholder for T {
    fn read(value: &str) -> Option<Self> {
        value.parse().ok()
    }
}

// What follows is called from each handler. Where it depends on a value's type alone, it is compiled for that, and not once
// more at each call.

/// The value of the next placeholder, in any spelling: the attribute has `lenient`. `None`: it doesn't parse.
#[inline(never)]
pub fn value<T: Placeholder>(values: &mut Values<'_, '_>) -> Option<T> {
    T::read(values.next()?)
}

/// The same for one in the pattern's optional tail.
#[inline(never)]
pub fn optional<T: Placeholder>(values: &mut Values<'_, '_>) -> Option<Option<T>> {
    match values.next() {
        Some(value) => T::read(value).map(Some),
        None => Some(None),
    }
}

/// The type of a placeholder. One that can write itself is read by the inherent methods, in the spelling that it writes and
/// in no other; any other type by [`AnySpelling`].
pub struct Spelt<T>(PhantomData<fn() -> T>);

impl<T> Spelt<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromStr + Display + 'static> Spelt<T> {
    #[inline(never)]
    pub fn __value(self, values: &mut Values<'_, '_>) -> Option<T> {
        let text = values.next()?;
        written(text, values)
    }

    #[inline(never)]
    pub fn __optional(self, values: &mut Values<'_, '_>) -> Option<Option<T>> {
        match values.next() {
            Some(text) => written(text, values).map(Some),
            None => Some(None),
        }
    }
}

fn written<T: FromStr + Display + 'static>(text: &str, values: &Values<'_, '_>) -> Option<T> {
    let value = text.parse().ok()?;
    (is_plain::<T>(text) || values.is_written(&value, text)).then_some(value)
}

/// A type that can't write itself. The bounds are on the methods, so that a type without `FromStr` gets the message of
/// [`Placeholder`].
pub trait AnySpelling: Sized {
    type Value;

    #[inline(always)]
    fn __value(self, values: &mut Values<'_, '_>) -> Option<Self::Value>
    where
        Self::Value: Placeholder,
    {
        value(values)
    }

    #[inline(always)]
    fn __optional(self, values: &mut Values<'_, '_>) -> Option<Option<Self::Value>>
    where
        Self::Value: Placeholder,
    {
        optional(values)
    }
}

impl<T> AnySpelling for Spelt<T> {
    type Value = T;
}

/// The value of a typed channel's field: one that can be written, by the inherent methods; one that can be read alone, by
/// [`Unwritable`], which reports it; and by `Deref` any other, of which it is reported that it can't be read.
pub struct Written<'v, T: ?Sized>(pub &'v T);

impl<T: Display + ?Sized> Written<'_, T> {
    pub fn __value(&self, field: &'static str, writer: &mut Writer) {
        writer.value(field, self.0);
    }

    pub fn __rest(&self, field: &'static str, writer: &mut Writer) {
        writer.rest(field, self.0);
    }
}

/// A field's value that can't be written.
pub trait Unwritable {
    type Value;

    fn __value(&self, _: &'static str, _: &mut Writer)
    where
        Self::Value: FieldValue,
    {
    }

    fn __rest(&self, _: &'static str, _: &mut Writer)
    where
        Self::Value: FieldValue,
    {
    }
}

impl<T: FromStr> Unwritable for Written<'_, T> {
    type Value = T;
}

/// No type that can't be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written into the name of a channel",
    label = "needs `Display`",
    note = "implement `std::fmt::Display` for it: what it writes is what its `FromStr` reads"
)]
pub trait FieldValue {}

impl<T: ?Sized> Deref for Written<'_, T> {
    type Target = Unreadable;

    fn deref(&self) -> &Unreadable {
        &Unreadable
    }
}

/// The value of a field that can't be read either.
pub struct Unreadable;

impl Unreadable {
    pub fn __value(&self, _: &'static str, _: &mut Writer) {}

    pub fn __rest(&self, _: &'static str, _: &mut Writer) {}
}

/// The type of a placeholder that is always there, and that is called `Option`: the standard library's, which is a mistake
/// that the inherent methods report, or [`AnotherOption`].
pub struct Always<T>(PhantomData<fn() -> T>);

impl<T> Always<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Always<Option<T>> {
    pub fn __spelt(self) -> Mistaken<T>
    where
        T: OutsideOfBrackets,
    {
        Mistaken(PhantomData)
    }

    pub fn __lenient(self) -> Mistaken<T>
    where
        T: OutsideOfBrackets,
    {
        Mistaken(PhantomData)
    }

    pub fn __write(self, _: &Option<T>, _: impl FnOnce(&str)) {}
}

/// Never read, so that one mistake is one error.
pub struct Mistaken<T>(PhantomData<fn() -> T>);

impl<T> Mistaken<T> {
    pub fn __value(self, _: &mut Values<'_, '_>) -> Option<Option<T>> {
        None
    }
}

/// No type: a placeholder outside of `[..]` has no `Option` of the standard library.
#[diagnostic::on_unimplemented(
    message = "a placeholder outside of `[..]` is always there",
    label = "write `{Self}`, or put the placeholder into `[..]`"
)]
pub trait OutsideOfBrackets {}

/// A type of the app's own that is called `Option`.
pub trait AnotherOption: Sized {
    type Value;

    fn __spelt(self) -> Spelt<Self::Value> {
        Spelt::new()
    }

    fn __lenient(self) -> Lenient<Self::Value> {
        Lenient(PhantomData)
    }

    fn __write(self, value: &Self::Value, write: impl FnOnce(&Self::Value)) {
        write(value);
    }
}

impl<T> AnotherOption for Always<T> {
    type Value = T;
}

/// The type of a placeholder in any spelling.
pub struct Lenient<T>(PhantomData<fn() -> T>);

impl<T: Placeholder> Lenient<T> {
    pub fn __value(self, values: &mut Values<'_, '_>) -> Option<T> {
        value(values)
    }
}

/// What was read from the placeholders, one after the other: `(first, (second, ()))`.
pub trait Read {
    type Values: Send + 'static;

    /// All of the values. `None`: one doesn't parse.
    fn all(self) -> Option<Self::Values>;
}

impl Read for () {
    type Values = ();

    fn all(self) -> Option<()> {
        Some(())
    }
}

impl<T: Send + 'static, R: Read> Read for (Option<T>, R) {
    type Values = (T, R::Values);

    fn all(self) -> Option<Self::Values> {
        Some((self.0?, self.1.all()?))
    }
}

/// A handler with these values in its placeholders. What is compiled of it depends on their types only, so handlers share
/// it.
pub fn bind<R: Read, E: Event>(read: R, run: fn(Call<E>, R::Values) -> ReplyFuture<E>) -> Option<Bound<E>> {
    let values = read.all()?;
    Some(Bound::Closure(Box::new(move |call| run(call, values))))
}

/// A handler at work. For its own type there is nothing but the box to compile.
pub fn pinned<T>(future: Box<dyn Future<Output = T> + Send>) -> BoxFuture<T> {
    Box::into_pin(future)
}

/// The future of a handler. Its type hides what is in it, so a future that isn't `Send` is told here, and only here.
#[inline(always)]
pub fn send<F: Future + Send>(future: F) -> impl Future<Output = F::Output> + Send {
    future
}

/// What a handler has returned: a `Result`, by the inherent method, or anything else, by [`Plain`].
pub struct Returned<T>(pub T);

impl<T, R> Returned<Result<T, R>> {
    #[inline(always)]
    pub fn __split<E: Event>(self) -> Result<T, Reject>
    where
        R: IntoReject<E>,
    {
        self.0.map_err(R::into_reject)
    }
}

/// A return value that is no `Result`.
pub trait Plain: Sized {
    type Value;
    fn __split<E: Event>(self) -> Result<Self::Value, Reject>;
}

impl<T> Plain for Returned<T> {
    type Value = T;

    #[inline(always)]
    fn __split<E: Event>(self) -> Result<T, Reject> {
        Ok(self.0)
    }
}

/// An extractor of a handler that takes what clients publish to a typed channel: that, by the inherent methods, or
/// [`AnythingElse`].
pub struct Extracted<T>(PhantomData<fn() -> T>);

impl<T> Extracted<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Extracted<Data<T>> {
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> Extracted<Option<Data<T>>> {
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> Extracted<Result<Data<T>, Reject>> {
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> Extracted<Publications<T>> {
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

impl<T> Extracted<Option<Publications<T>>> {
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

impl<T> Extracted<Result<Publications<T>, Reject>> {
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

/// An extractor of something else: of the subscription's data, say, in a handler of streams.
pub trait AnythingElse: Sized {
    fn __published_to<C>(self) {}

    fn __streamed_to<C>(self) {}
}

impl<T> AnythingElse for Extracted<T> {}

/// An extractor that is called as the handler's pattern: a typed channel, by the inherent method, or [`NoTypedChannel`].
pub struct Quoted<T>(PhantomData<fn() -> T>);

impl<T> Quoted<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: TypedChannel> Quoted<T> {
    pub fn __is_no_channel(self)
    where
        T: NamedInQuotes,
    {
    }
}

/// Whatever else has the name.
pub trait NoTypedChannel: Sized {
    fn __is_no_channel(self) {}
}

impl<T> NoTypedChannel for Quoted<T> {}

/// No typed channel: in quotes its name is the name of a channel, whose values the type doesn't have.
#[diagnostic::on_unimplemented(
    message = "in quotes this is the channel of that name, and never the typed channel `{Self}`",
    label = "write `{Self}` without quotes"
)]
pub trait NamedInQuotes {}

/// A type that a handler's attribute names, and that might have been a constant: that is reported by the inherent method; any
/// other type is one, by [`Type`].
pub struct Named<T>(PhantomData<fn() -> T>);

impl<T> Named<T> {
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: constants::IsConstant> Named<T> {
    pub fn __is_a_type(self)
    where
        T: constants::IsLiteral,
    {
    }
}

/// Whatever else has the name.
pub trait Type: Sized {
    fn __is_a_type(self) {}
}

impl<T> Type for Named<T> {}

/// The reply of a handler with a typed channel.
#[inline(never)]
pub fn reply_of<C, E: Event, T: Publishes<C, E>>(returned: Result<T, Reject>) -> Result<E::Reply, Reject> {
    match returned {
        Ok(value) => value.into_reply(),
        Err(reject) => Err(reject),
    }
}

/// The answer to a call: `()`, which is JSON's `null` for serde, is a reply without data, by the inherent method.
pub struct Answer<T>(pub Result<T, Reject>);

impl Answer<()> {
    pub fn __reply(self) -> Result<RpcReply, Reject> {
        self.0.map(|()| RpcReply::empty())
    }
}

/// An answer with data. The bound stands at the method, so that a type without it is told in our words.
pub trait PlainAnswer {
    type Value;
    fn __reply<By>(self) -> Result<RpcReply, Reject>
    where
        Self::Value: answers::Rpc<By>;
}

impl<T> PlainAnswer for Answer<T> {
    type Value = T;

    #[inline(always)]
    fn __reply<By>(self) -> Result<RpcReply, Reject>
    where
        T: answers::Rpc<By>,
    {
        T::reply(self.0)
    }
}

/// What a stream handler has returned: a stream of `Result`s, by the inherent method, or anything else, by [`PlainStream`].
pub struct Streamed<S>(pub Result<S, Reject>);

impl<S, T, R> Streamed<S>
where
    S: Stream<Item = Result<T, R>> + Send + 'static,
    T: 'static,
    R: 'static,
{
    pub fn __reply(self) -> Result<SubscribedStream, Reject>
    where
        T: IntoPublication,
        R: IntoReject<SubscribeStream>,
    {
        let publications = |stream: S| stream.map(|item| item.map(T::into_publication).map_err(R::into_reject));
        self.0.map(|stream| SubscribedStream::of(Subscribed::new(), publications(stream)))
    }

    /// The same for a typed channel.
    pub fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        T: IntoPublication + PublishedTo<C>,
        R: IntoReject<SubscribeStream>,
    {
        self.__reply()
    }
}

/// A stream that can't fail, or a reply that has one.
pub trait PlainStream {
    type Value;
    fn __reply<By>(self) -> Result<SubscribedStream, Reject>
    where
        Self::Value: answers::SubscribeStream<By>;

    /// The same for a typed channel.
    fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        Self::Value: Publishes<C, SubscribeStream>;
}

impl<S> PlainStream for Streamed<S> {
    type Value = S;

    fn __reply<By>(self) -> Result<SubscribedStream, Reject>
    where
        S: answers::SubscribeStream<By>,
    {
        S::reply(self.0)
    }

    fn __reply_of<C>(self) -> Result<SubscribedStream, Reject>
    where
        S: Publishes<C, SubscribeStream>,
    {
        reply_of::<C, SubscribeStream, S>(self.0)
    }
}

/// The channel of an event as a typed channel.
pub fn extract_channel<C: TypedChannel, E: HasChannel>(call: &Call<E>) -> Now<'_, E, C> {
    now(call, |call| {
        let channel = call.event().channel();
        crate::names::typed::read(channel).ok_or_else(|| none_of(C::PATTERN, channel))
    })
}

// Apart from its caller, which is compiled in each handler.
fn none_of(pattern: &str, channel: &str) -> Reject {
    let why = format!("the channel `{}` is no `{pattern}`", channel.escape_debug());
    Reject::from(ErrorReply::PERMISSION_DENIED).because(why)
}
