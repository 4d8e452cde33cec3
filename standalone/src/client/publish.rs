//! The command publish.

use std::sync::Arc;

use bytes::Bytes;

use crate::app::{CallFailed, published};
use crate::codec::{Close, ErrorCode};
use crate::config::options::{DataFormat, Namespace, ProxyOptions};
use crate::hub::NewPublication;
use crate::proto::client::{ClientInfo, PublishRequest, PublishResult};
use crate::proto::proxy;

use super::Connection;
use super::reply::{Outcome, Refused, reply, result};

/// The type of publications that change a key of a map.
const MAP: i32 = 1;

impl Connection {
    pub(super) fn publish(&mut self, id: u32, request: PublishRequest) -> Outcome {
        if request.channel.is_empty() {
            return Err(Close::BAD_REQUEST.into());
        }
        let namespace = self.named(&request.channel)?;
        if request.r#type == MAP {
            return self.publish_to_map(&request);
        }
        if !namespace.publication_data_format.accepts(&request.data) {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        if let Some(proxy) = namespace.publish.clone() {
            return self.publish_by_app(id, request, &namespace, &proxy);
        }
        if let Some(stream) = &namespace.subscribe_stream {
            return if stream.is_bidirectional { self.publish_to_stream(id, request) } else { Err(not_available()) };
        }
        let session = self.session().ok_or(Close::SERVER_ERROR)?;
        let is_known = !session.member.user.is_empty();
        let is_subscribed = session.is_subscribed(&request.channel);
        let allowed = namespace.allow_publish.allows(is_known, is_subscribed);
        if !allowed && !self.engine.options.client.insecure {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        self.publish_as_is(request, &namespace)
    }

    /// No namespace is a map: nothing but insecurity allows it, and then it fails.
    fn publish_to_map(&self, request: &PublishRequest) -> Outcome {
        Err(match (self.engine.options.client.insecure, request.key.is_empty()) {
            (false, _) => ErrorCode::PERMISSION_DENIED.into(),
            (true, true) => ErrorCode::BAD_REQUEST.into(),
            (true, false) => ErrorCode::INTERNAL.into(),
        })
    }

    /// The namespace of a channel, whose name is checked.
    pub(super) fn named(&self, channel: &str) -> Result<Arc<Namespace>, Refused> {
        let namespace = self.namespace(channel)?;
        if self.engine.options.channel.check_name(&namespace, channel) {
            Ok(namespace)
        } else {
            Err(ErrorCode::BAD_REQUEST.into())
        }
    }

    fn publish_as_is(&mut self, request: PublishRequest, namespace: &Namespace) -> Outcome {
        let info = self.info(&request.channel);
        let publication = NewPublication { data: request.data, info, ..NewPublication::default() };
        self.add(&request.channel, namespace, publication)
    }

    /// What a publication shows of the client, its author.
    fn info(&mut self, channel: &str) -> Option<ClientInfo> {
        let hub = Arc::clone(&self.engine.hub);
        self.session().map(|session| hub.info(channel, &session.member))
    }

    /// Publishes. The client's own push comes before its reply.
    fn add(&self, channel: &str, namespace: &Namespace, publication: NewPublication) -> Outcome {
        self.engine.hub.publish(channel, namespace, publication);
        Ok(Some(reply! { publish: PublishResult {} }))
    }

    /// Calls the app, which alone decides.
    fn publish_by_app(
        &mut self,
        id: u32,
        request: PublishRequest,
        namespace: &Arc<Namespace>,
        proxy: &ProxyOptions,
    ) -> Outcome {
        let payload_fields = proxy.payload_fields(request.data.clone());
        let message = proxy::PublishRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            user: self.caller.user.clone(),
            channel: request.channel.clone(),
            data: payload_fields.data,
            b64data: payload_fields.b64data,
            meta: proxy.meta(&self.caller),
            ..proxy::PublishRequest::default()
        };
        let call = self.engine.app.publish(proxy, &self.caller, message);
        let namespace = Arc::clone(namespace);
        // As it is before the call: the client may be unsubscribed meanwhile.
        let info = self.info(&request.channel);
        self.wait(id, call, move |connection, response| {
            let publication = NewPublication { info, ..publication(response, request.data)? };
            connection.add(&request.channel, &namespace, publication)
        });
        Ok(None)
    }

    /// Hands the publication to the app's stream. The reply means that it is on its way.
    fn publish_to_stream(&mut self, id: u32, request: PublishRequest) -> Outcome {
        let session = self.session().ok_or(Close::SERVER_ERROR)?;
        let stream = session.subscription(&request.channel).and_then(|subscription| subscription.stream.as_ref());
        let inbound = stream.and_then(|stream| stream.inbound.clone()).ok_or_else(not_available)?;
        // A copy: the data is a slice of the whole frame.
        self.wait(id, inbound.send(Bytes::copy_from_slice(&request.data)), |_, is_sent| {
            if is_sent { Ok(Some(reply! { publish: PublishResult {} })) } else { Err(not_available()) }
        });
        Ok(None)
    }
}

fn not_available() -> Refused {
    ErrorCode::NOT_AVAILABLE.into()
}

/// What the app lets the client publish. Nothing at all in the reply is a yes.
fn publication(response: Result<proxy::PublishResponse, CallFailed>, data: Bytes) -> Result<NewPublication, Refused> {
    let proxy::PublishResponse { result: granted, error, disconnect } = response?;
    let granted = result(disconnect, error, granted)?.unwrap_or_default();
    let rewritten = published(granted.data, &granted.b64data)?;
    Ok(NewPublication {
        data: if rewritten.is_empty() { data } else { rewritten },
        tags: granted.tags,
        skip_history: granted.skip_history,
        idempotency_key: Some(granted.idempotency_key).filter(|key| !key.is_empty()),
        version: granted.version,
        version_epoch: granted.version_epoch,
        info: None,
    })
}

impl DataFormat {
    /// Whether a client may publish the data.
    pub(crate) fn accepts(self, data: &[u8]) -> bool {
        match self {
            Self::Binary => true,
            Self::NotEmpty => !data.is_empty(),
            Self::Json => serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok(),
            Self::JsonObject => {
                let starts = data.iter().find(|byte| !byte.is_ascii_whitespace());
                starts == Some(&b'{') && serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
            }
        }
    }
}
