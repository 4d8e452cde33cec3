//! A handler as its attribute registers it: what it is called, where it stands, and how it is bound to a call.

use std::fmt;
use std::pin::Pin;

use crate::call::Call;
use crate::event::{
    CacheEmpty, ChannelState, Connect, Event, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh,
    Subscribe, SubscribeStream,
};
use crate::kind::Kind;
use crate::needs::Needs;
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
    pub attribute: &'static str,
    /// The name in logs: the function's, or the option `name`.
    pub name: &'static str,
    /// The function, with its module's path.
    pub path: &'static str,
    /// The file that it stands in.
    pub file: &'static str,
    /// The line that it stands in.
    pub line: u32,
    /// The pattern; `None` for every name, and for events without one.
    pub pattern: Option<&'static str>,
    /// The attribute's other options.
    pub options: Options,
}

/// Options of an attribute that matter when it is called.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Literal text of the pattern matches in upper and lower case.
    pub ignore_case: bool,
    /// The handler answers without looking at who asks.
    pub anyone: bool,
    /// Publications need not be JSON.
    pub binary: bool,
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

/// Fills in the placeholders. `None`: a value doesn't parse, so the handler isn't the one that is meant.
pub type Bind<E> = fn(&mut Values<'_, '_>) -> Option<Bound<E>>;

/// Tells what a handler's extractors need.
pub(crate) type Ask = fn(&mut Needs);

/// The text of a name's placeholders, in the pattern's order. It ends early where the optional tail is missing.
pub struct Values<'v, 'n>(Option<centrifugo_pattern::Values<'v, 'n>>);

impl<'v, 'n> Values<'v, 'n> {
    pub(crate) fn new(values: centrifugo_pattern::Values<'v, 'n>) -> Self {
        Self(Some(values))
    }

    /// Those of a handler without a pattern.
    pub(crate) fn none() -> Self {
        Self(None)
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        self.0.as_mut()?.next()
    }
}

/// The event that a handler answers, and how.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Connect(Bind<Connect>, Ask),
    Refresh(Bind<Refresh>, Ask),
    Subscribe(Bind<Subscribe>, Ask),
    Publish(Bind<Publish>, Ask),
    SubRefresh(Bind<SubRefresh>, Ask),
    Rpc(Bind<Rpc>, Ask),
    Stream(Bind<SubscribeStream>, Ask),
    MapPublish(Bind<MapPublish>, Ask),
    MapRemove(Bind<MapRemove>, Ask),
    SharedPoll(Bind<SharedPoll>, Ask),
    CacheEmpty(Bind<CacheEmpty>, Ask),
    ChannelState(Bind<ChannelState>, Ask),
}

macro_rules! constructors {
    ($($name:ident => $variant:ident($event:ident)),*) => {$(
        #[doc = concat!("A handler of [`", stringify!($event), "`](crate::", stringify!($event), ").")]
        #[doc(hidden)]
        pub const fn $name(about: About, bind: Bind<$event>, needs: fn(&mut Needs)) -> Self {
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

    pub(crate) fn location(&self) -> Location {
        Location::new(self.about.path, self.about.file, self.about.line)
    }

    pub(crate) fn needs(&self) -> Needs {
        let ask = match self.target {
            Target::Connect(_, ask)
            | Target::Refresh(_, ask)
            | Target::Subscribe(_, ask)
            | Target::Publish(_, ask)
            | Target::SubRefresh(_, ask)
            | Target::Rpc(_, ask)
            | Target::Stream(_, ask)
            | Target::MapPublish(_, ask)
            | Target::MapRemove(_, ask)
            | Target::SharedPoll(_, ask)
            | Target::CacheEmpty(_, ask)
            | Target::ChannelState(_, ask) => ask,
        };
        let mut needs = Needs::default();
        ask(&mut needs);
        needs
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
    pub(crate) const fn new(path: &'static str, file: &'static str, line: u32) -> Self {
        Self { path, file, line }
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
