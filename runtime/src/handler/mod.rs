//! A handler as its attribute registers it: what it is called, where it stands, and how it is bound to a call.

pub(crate) mod call;
pub(crate) mod deadline;
pub(crate) mod interceptor;
pub(crate) mod needs;
pub(crate) mod returns;

use std::fmt::{self, Display};
use std::panic;
use std::pin::Pin;

use crate::event::kind::Kind;
use crate::event::{
    CacheEmpty, ChannelState, Connect, Event, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::names::spelling;
use crate::reject::Reject;

/// A registered handler, made by an attribute such as [`#[centrifugo::connect]`](macro@crate::connect), and named by
/// [`handlers!`](crate::handlers).
pub struct Handler {
    about: About,
    target: Target,
}

/// What an attribute says of its handler.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The attribute's name: `topic`.
    attribute: &'static str,
    /// The name in logs: the function's, or the option `name`.
    name: &'static str,
    location: Location,
    /// The pattern; `None` for every name, and for events without one.
    pattern: Option<&'static str>,
    options: Options,
}

/// Options of an attribute that matter when it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
}

impl Options {
    pub(crate) const NONE: Self = Self { ignore_case: false, anyone: false, binary: false };
}

impl About {
    /// Of a handler that stands where this is called, in expanded code where the attribute stands. The path is the function's, with its module's.
    #[track_caller]
    pub const fn new(
        attribute: &'static str,
        name: &'static str,
        path: &'static str,
        pattern: Option<&'static str>,
    ) -> Self {
        Self { attribute, name, location: Location::of_caller(path), pattern, options: Options::NONE }
    }

    /// Literal text of the pattern matches in upper and lower case.
    #[must_use]
    pub const fn ignore_case(mut self) -> Self {
        self.options.ignore_case = true;
        self
    }

    /// The handler answers without looking at who asks.
    #[must_use]
    pub const fn anyone(mut self) -> Self {
        self.options.anyone = true;
        self
    }

    /// Publications need not be JSON.
    #[must_use]
    pub const fn binary(mut self) -> Self {
        self.options.binary = true;
        self
    }
}

/// A future on the heap.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler at work.
pub type Replying<E> = BoxFuture<Result<<E as Event>::Reply, Reject>>;

/// A handler with its placeholders filled in.
pub enum Bound<E: Event> {
    /// One without placeholders.
    Function(fn(Call<E>) -> Replying<E>),
    /// One with their values in it.
    Closure(Box<dyn FnOnce(Call<E>) -> Replying<E> + Send>),
}

impl<E: Event> Bound<E> {
    pub(crate) fn call(self, call: Call<E>) -> Replying<E> {
        match self {
            Self::Function(run) => run(call),
            Self::Closure(run) => run(call),
        }
    }
}

/// Fills in the placeholders. `None`: a value doesn't parse, or its type writes it in another way, so the handler isn't the one
/// that is meant.
pub type Bind<E> = fn(&mut Values<'_, '_>) -> Option<Bound<E>>;

/// Tell what a handler's extractors need.
pub(crate) type Asks = &'static [fn(&mut Needs)];

/// The text of a name's placeholders, in the pattern's order. It ends early where the optional tail is missing.
pub struct Values<'v, 'n> {
    /// `None` for a handler without a pattern.
    texts: Option<centrifugo_pattern::Values<'v, 'n>>,
    reader: Reader,
}

/// Who reads the values, for the log.
#[derive(Clone, Copy)]
pub(crate) enum Reader {
    Handler(&'static Handler),
    /// A typed channel that a handler takes as an extractor: its pattern.
    Channel(&'static str),
}

impl<'v, 'n> Values<'v, 'n> {
    pub(crate) fn new(texts: Option<centrifugo_pattern::Values<'v, 'n>>, reader: Reader) -> Self {
        Self { texts, reader }
    }

    /// Whether the value writes itself as the text that it was read from.
    pub(crate) fn is_written(&self, value: &dyn Display, text: &str) -> bool {
        let is_written = spelling::is_written(value, text);
        if !is_written {
            spelling::differs(self.reader, text, value);
        }
        is_written
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        self.texts.as_mut()?.next()
    }
}

/// The event that a handler answers, and how.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Connect(Bind<Connect>, Asks),
    Refresh(Bind<Refresh>, Asks),
    Subscribe(Bind<Subscribe>, Asks),
    Publish(Bind<Publish>, Asks),
    SubRefresh(Bind<SubRefresh>, Asks),
    Rpc(Bind<Rpc>, Asks),
    Stream(Bind<SubscribeStream>, Asks),
    MapPublish(Bind<MapPublish>, Asks),
    MapRemove(Bind<MapRemove>, Asks),
    SharedPoll(Bind<SharedPoll>, Asks),
    CacheEmpty(Bind<CacheEmpty>, Asks),
    ChannelState(Bind<ChannelState>, Asks),
}

macro_rules! constructors {
    ($($name:ident => $variant:ident($event:ident)),*) => {$(
        #[doc = concat!("A handler of [`", stringify!($event), "`](crate::", stringify!($event), ").")]
        #[doc(hidden)]
        pub const fn $name(about: About, bind: Bind<$event>, needs: Asks) -> Self {
            Self { about, target: Target::$variant(bind, needs) }
        }
    )*};
}

impl Handler {
    constructors! {
        connect => Connect(Connect),
        refresh => Refresh(Refresh),
        subscribe => Subscribe(Subscribe),
        publish => Publish(Publish),
        sub_refresh => SubRefresh(SubRefresh),
        rpc => Rpc(Rpc),
        stream => Stream(SubscribeStream),
        map_publish => MapPublish(MapPublish),
        map_remove => MapRemove(MapRemove),
        shared_poll => SharedPoll(SharedPoll),
        cache_empty => CacheEmpty(CacheEmpty),
        channel_state => ChannelState(ChannelState)
    }

    /// The event that it answers.
    pub const fn kind(&self) -> Kind {
        match self.target {
            Target::Connect(..) => Kind::Connect,
            Target::Refresh(..) => Kind::Refresh,
            Target::Subscribe(..) => Kind::Subscribe,
            Target::Publish(..) => Kind::Publish,
            Target::SubRefresh(..) => Kind::SubRefresh,
            Target::Rpc(..) => Kind::Rpc,
            Target::Stream(..) => Kind::Stream,
            Target::MapPublish(..) => Kind::MapPublish,
            Target::MapRemove(..) => Kind::MapRemove,
            Target::SharedPoll(..) => Kind::SharedPoll,
            Target::CacheEmpty(..) => Kind::CacheEmpty,
            Target::ChannelState(..) => Kind::ChannelState,
        }
    }

    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        self.about.name
    }

    /// Its pattern; `None` for every name, and for events without one.
    pub const fn pattern(&self) -> Option<&'static str> {
        self.about.pattern
    }

    pub(crate) fn attribute(&self) -> &'static str {
        self.about.attribute
    }

    pub(crate) fn options(&'static self) -> &'static Options {
        &self.about.options
    }

    pub(crate) fn target(&self) -> Target {
        self.target
    }

    /// Where its function stands.
    pub const fn location(&self) -> Location {
        self.about.location
    }

    pub(crate) fn needs(&self) -> Needs {
        let asks = match self.target {
            Target::Connect(_, asks)
            | Target::Refresh(_, asks)
            | Target::Subscribe(_, asks)
            | Target::Publish(_, asks)
            | Target::SubRefresh(_, asks)
            | Target::Rpc(_, asks)
            | Target::Stream(_, asks)
            | Target::MapPublish(_, asks)
            | Target::MapRemove(_, asks)
            | Target::SharedPoll(_, asks)
            | Target::CacheEmpty(_, asks)
            | Target::ChannelState(_, asks) => asks,
        };
        Needs::of(asks)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("kind", &self.kind())
            .field("pattern", &self.pattern())
            .field("at", &self.location())
            .finish()
    }
}

/// Where a handler stands: its path, file and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    path: &'static str,
    file: &'static str,
    line: u32,
}

impl Location {
    #[track_caller]
    pub(crate) const fn of_caller(path: &'static str) -> Self {
        let caller = panic::Location::caller();
        Self { path, file: caller.file(), line: caller.line() }
    }

    /// The function, with its module's path.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The file.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.path, self.file, self.line)
    }
}
