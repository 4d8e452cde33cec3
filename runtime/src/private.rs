//! What expanded code may use, and nobody else: no part of the public interface. Each item is documented in its own room.

// An app may have names of its own for these.
pub use std::boxed::Box;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u8, u64};
pub use std::result::Result::{self, Err, Ok};

// What attributes register, and the places that collect it.
pub use crate::__registered_handler as registered_handler;
pub use crate::app::collected::{Collected, CollectedChannel, CollectedErrorHandler, CollectedInterceptor};
pub use crate::dispatch::failure::Failure;
pub use crate::dispatch::failure_argument::{FailureArgument, IsFailure, OtherArgument};
pub use centrifugo_macros::{CompiledChannel, DeprecatedItems};
pub use inventory;

// The events. `Event` has a second name that no app imports, so that no lint calls the path to it unnecessary.
pub use crate::event::Event as EachEvent;
pub use crate::event::events::*;
pub use crate::event::{Event, answers};

// Handlers and interceptors.
pub use crate::handler::bind::{ReadValues, bind};
pub use crate::handler::call::Call;
pub use crate::handler::find::{FindHandler, FindInterceptor, handlers, interceptors};
pub use crate::handler::interceptor::{Interceptor, InterceptorInfo};
pub use crate::handler::needs::Needs;
pub use crate::handler::next::{InterceptFn, InterceptorResult, Next, interceptor_result};
pub use crate::handler::router::{Binding, Interception};
pub use crate::handler::unique::{Choose, CrateOf, IsLocal, NotTyped, OneHandler};
pub use crate::handler::{Bound, BoxFuture, Handler, HandlerInfo, ReplyFuture, pinned, send};

// What a handler takes.
pub use crate::extract::client_data::{ExtractorOf, OtherExtractor};
pub use crate::extract::each_event::{EveryEvent, ExtractIn, NotExtracted, assert_extracted_in_each};
pub use crate::extract::typed_channel::{NamedAsPattern, NamedInQuotes, NotTypedChannel, extract_channel};
pub use crate::extract::{Arguments, Extract, Extraction, Immediate, MayWait, PlainValue, Value, extract_from};

// What a handler returns.
pub use crate::handler::returned::{NotResult, Returned, reply_of};
pub use crate::handler::returned_rpc::{ReturnedRpc, RpcData};
pub use crate::handler::returned_stream::{ReturnedStream, StreamOrReply};

// Placeholders and typed channels.
pub use crate::names::attribute_type::{AttributeType, NotConstant};
pub use crate::names::channel_data::{AsSent, Receives, Untyped};
pub use crate::names::constants;
pub use crate::names::field::{ChannelField, UnreadableField, UnwritableField, WritableField};
pub use crate::names::placeholder::{AnySpelling, Placeholder, StrictPlaceholder, optional, value};
pub use crate::names::required::{
    AnotherOption, LenientPlaceholder, OutsideOfBrackets, ReportedOption, RequiredPlaceholder,
};
pub use crate::names::typed::{TypedChannel, Writer, to_channel};
pub use crate::names::values::Values;

// Refusals.
pub use crate::reject::derived::{
    ByFields, DeriveReject, Derived, Field, Inner, NoError, Probe, Refuses, failure, plain, refusal_as, rejected, several,
};
pub use crate::reject::{BoxError, Reject};

/// The names that expanded code imports, all by one glob: an import of several names is an item for each. They are a short
/// name for this module, as a path is resolved again wherever it stands, and the traits whose methods come second to
/// inherent ones. No trait of the user's has methods of these names.
pub mod expanded {
    pub use super::{
        AnySpelling as _, MayWait as _, NotExtracted as _, NotResult as _, OtherArgument as _, OtherExtractor as _,
        RpcData as _, StreamOrReply as _, UnwritableField as _,
    };
    pub use super::{Err as __Err, Extract as __Extract, Ok as __Ok};
    pub use crate::__private as __centrifugo;
}
