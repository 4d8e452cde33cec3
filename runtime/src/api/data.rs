//! What may be published to a channel.

use crate::channel::Carries;

/// What may be published to the channel `C`: what that [`Carries`].
///
/// ```
/// use centrifugo::{Carries, Publisher, PublisherError};
/// use serde::Serialize;
///
/// async fn tell<C: Carries<T>, T: Serialize>(publisher: &Publisher, channels: [C; 2], data: &T) -> Result<(), PublisherError> {
///     publisher.broadcast(channels, data).await.map(drop)
/// }
/// ```
// `C: Carries<T>` as the publisher's own bound would take `T` from a typed channel's only data. Then the compiler expects that type, finds
// another, and doesn't say why.
pub trait DataOf<C: ?Sized> {}

impl<C: Carries<T> + ?Sized, T: ?Sized> DataOf<C> for T {}
