//! The reflection service, as a client of its own sees it, and a caller that knows nothing but what it describes.

use std::env;
use std::process::Command;
use std::time::Duration;

use centrifugo::{App, handlers};
use centrifugo_tests::wire::{DynamicMessage, Message, call, call_raw, connection, message, text};
use centrifugo_tests::{Logs, PATIENCE};
use futures_util::stream;
use protox::prost_reflect::DescriptorPool;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{Instant, timeout};
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ExtensionRequest, ServerReflectionRequest, ServerReflectionResponse};
use tonic_reflection::pb::v1alpha;
use tower::layer::util::Identity;

use super::serving::Serving;
use crate::shared;

const SERVICES: [&str; 4] = [
    "centrifugal.centrifugo.proxy.CentrifugoProxy",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// The most calls that are open at a time.
const OPEN: usize = 100;

/// An open call of the reflection service.
struct Reflection {
    requests: Sender<ServerReflectionRequest>,
    responses: Streaming<ServerReflectionResponse>,
}

impl Reflection {
    async fn open(app: &Serving, metadata: &MetadataMap) -> Result<Self, Status> {
        Self::open_on(connection(app.address).await, metadata).await
    }

    async fn open_on(connection: Channel, metadata: &MetadataMap) -> Result<Self, Status> {
        let (requests, mut taken) = channel(8);
        let mut request = Request::new(stream::poll_fn(move |context| taken.poll_recv(context)));
        *request.metadata_mut() = metadata.clone();
        let opened = ServerReflectionClient::new(connection).server_reflection_info(request).await?;
        Ok(Self { requests, responses: opened.into_inner() })
    }

    async fn send(&self, message: Option<MessageRequest>) {
        let request = ServerReflectionRequest { host: "app".to_owned(), message_request: message };
        self.requests.send(request).await.expect("an open call");
    }

    async fn next(&mut self) -> Result<Option<ServerReflectionResponse>, Status> {
        timeout(PATIENCE, self.responses.message()).await.expect("a message in time")
    }

    async fn response_to(&mut self, message: MessageRequest) -> MessageResponse {
        self.send(Some(message.clone())).await;
        let response = self.next().await.expect("no status").expect("a response");
        let original = response.original_request.expect("the request");
        assert_eq!((response.valid_host.as_str(), original.message_request), ("app", Some(message)));
        response.message_response.expect("a response to it")
    }

    async fn services(&mut self) -> Vec<String> {
        match self.response_to(MessageRequest::ListServices(String::new())).await {
            MessageResponse::ListServicesResponse(list) => list.service.into_iter().map(|service| service.name).collect(),
            other => panic!("no list: {other:?}"),
        }
    }

    /// The files in the response.
    async fn files(&mut self, message: MessageRequest) -> Vec<Vec<u8>> {
        match self.response_to(message).await {
            MessageResponse::FileDescriptorResponse(files) => files.file_descriptor_proto,
            other => panic!("no files: {other:?}"),
        }
    }
}

fn app() -> App {
    App::empty().handlers(handlers![shared::ping])
}

fn secret() -> MetadataMap {
    let mut metadata = MetadataMap::new();
    metadata.insert("x-secret", MetadataValue::from_static("open sesame"));
    metadata
}

fn none() -> MetadataMap {
    MetadataMap::new()
}

#[tokio::test]
async fn a_caller_that_knows_no_schema_calls_a_handler() {
    let app = Serving::start(app().reflection()).await;
    let mut reflection = Reflection::open(&app, &none()).await.expect("a call");
    assert_eq!(reflection.services().await, SERVICES);
    let mut pool = DescriptorPool::new();
    for file in reflection.files(MessageRequest::FileContainingSymbol(SERVICES[0].to_owned())).await {
        pool.decode_file_descriptor_proto(&file[..]).expect("a file");
    }
    let service = pool.get_service_by_name(SERVICES[0]).expect("the service");
    let rpc = service.methods().find(|method| method.name() == "RPC").expect("the method");
    let mut request = DynamicMessage::new(rpc.input());
    for (field, value) in [("client", "c1"), ("protocol", "json"), ("encoding", "json"), ("method", "ping")] {
        request.set_field_by_name(field, text(value));
    }
    let path = format!("/{}/{}", service.full_name(), rpc.name());
    let response = call_raw(app.address, &path, none(), request.encode_to_vec().into()).await.expect("a reply");
    let response = DynamicMessage::decode(rpc.output(), response).expect("a response").to_string();
    assert!(response.contains("pong"), "{response}");
    app.stops().await;
}

#[tokio::test]
async fn each_service_is_described_by_its_symbols_and_its_file() {
    let app = Serving::start(app().reflection().layer(Identity::new())).await;
    let mut reflection = Reflection::open(&app, &none()).await.expect("a call");
    for service in reflection.services().await {
        let files = reflection.files(MessageRequest::FileContainingSymbol(service.clone())).await;
        let mut pool = DescriptorPool::new();
        pool.decode_file_descriptor_proto(&files[0][..]).expect("a file that is complete by itself");
        assert!(pool.get_service_by_name(&service).is_some(), "{service}");
        let file = pool.files().next().expect("a file").name().to_owned();
        assert_eq!(reflection.files(MessageRequest::FileByFilename(file)).await, files);
    }
    app.stops().await;
}

#[tokio::test]
async fn what_there_is_not_is_not_found_and_the_call_goes_on() {
    let app = Serving::start(app().reflection()).await;
    let mut reflection = Reflection::open(&app, &none()).await.expect("a call");
    let extension = ExtensionRequest { containing_type: SERVICES[1].to_owned(), extension_number: 1 };
    for unknown in [
        MessageRequest::FileContainingSymbol("grpc.health.v1.Wealth".to_owned()),
        MessageRequest::FileByFilename("../proxy.proto".to_owned()),
        MessageRequest::FileContainingExtension(extension),
        MessageRequest::AllExtensionNumbersOfType("centrifugo".to_owned()),
    ] {
        match reflection.response_to(unknown).await {
            MessageResponse::ErrorResponse(error) => assert_eq!(Code::from_i32(error.error_code), Code::NotFound),
            other => panic!("found: {other:?}"),
        }
    }
    // grpcurl describes a message by all of its extensions.
    let message = "centrifugal.centrifugo.proxy.ConnectRequest".to_owned();
    match reflection.response_to(MessageRequest::AllExtensionNumbersOfType(message.clone())).await {
        MessageResponse::AllExtensionNumbersResponse(none) => {
            assert_eq!((none.base_type_name, none.extension_number), (message, Vec::new()));
        }
        other => panic!("no numbers: {other:?}"),
    }
    drop(reflection.requests);
    assert_eq!(reflection.responses.message().await.expect("a good end"), None);
    app.stops().await;
}

#[tokio::test]
async fn the_older_version_of_the_service_has_the_same_responses() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let app = Serving::start(app().reflection()).await;
    let list = MessageRequest::ListServices(String::new());
    let list = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(list) };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(connection(app.address).await);
    let mut responses = client.server_reflection_info(stream::iter([list])).await.expect("a call").into_inner();
    let response = responses.message().await.expect("no status").expect("a response").message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = response else { panic!("no list: {response:?}") };
    assert!(list.service.iter().map(|service| &service.name).eq(&SERVICES), "{list:?}");
    app.stops().await;
}

#[tokio::test]
async fn nothing_is_described_without_the_secret() {
    let app = Serving::start(app().reflection().secret("x-secret", "open sesame")).await;
    let refused = Reflection::open(&app, &none()).await.err().expect("a refusal");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let mut reflection = Reflection::open(&app, &secret()).await.expect("a call");
    assert_eq!(reflection.services().await, SERVICES);
    app.stops().await;
}

#[tokio::test]
async fn an_app_that_does_not_switch_reflection_on_has_none() {
    for layered in [app(), app().layer(Identity::new())] {
        let app = Serving::start(layered).await;
        let refused = Reflection::open(&app, &none()).await.err().expect("a refusal");
        assert_eq!(refused.code(), Code::Unimplemented);
        app.stops().await;
    }
}

/// Runs itself with each value of the variable.
#[tokio::test]
async fn the_operator_switches_reflection_on_and_off() {
    let (own, status) = match env::var("PROXY_REFLECTION").as_deref() {
        Ok("1") => (app(), Code::Ok),
        Ok(_) => (app().reflection(), Code::Unimplemented),
        Err(_) => {
            for value in ["1", "0"] {
                let mut again = Command::new(env::current_exe().expect("a program"));
                again.arg("the_operator_switches_reflection_on_and_off").env("PROXY_REFLECTION", value);
                assert!(again.status().expect("a program that runs").success(), "{value}");
            }
            return;
        }
    };
    let app = Serving::start(own).await;
    let opened = Reflection::open(&app, &none()).await;
    assert_eq!(opened.err().map_or(Code::Ok, |refused| refused.code()), status);
    app.stops().await;
}

#[tokio::test]
async fn calls_that_are_held_open_do_not_delay_the_stop() {
    let app = Serving::start(app().reflection()).await;
    let mut silent = Reflection::open(&app, &none()).await.expect("a call");
    let mut used = Reflection::open(&app, &none()).await.expect("a call");
    assert_eq!(used.services().await, SERVICES);
    let unread = Reflection::open(&app, &none()).await.expect("a call");
    // Far more than HTTP/2's window of the caller.
    let flood = tokio::spawn(async move {
        let request = Some(MessageRequest::FileContainingSymbol(SERVICES[0].to_owned()));
        loop {
            let request = ServerReflectionRequest { host: String::new(), message_request: request.clone() };
            if unread.requests.send(request).await.is_err() {
                return;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.stops().await;
    for held in [&mut silent, &mut used] {
        assert_eq!(held.next().await.expect_err("a status").code(), Code::Unavailable);
    }
    timeout(PATIENCE, flood).await.expect("an end").expect("no panic");
}

#[tokio::test]
async fn a_call_ends_at_the_callers_deadline() {
    let app = Serving::start(app().reflection()).await;
    let mut metadata = none();
    metadata.insert("grpc-timeout", MetadataValue::from_static("300m"));
    let mut reflection = Reflection::open(&app, &metadata).await.expect("a call");
    assert_eq!(reflection.services().await, SERVICES);
    assert_eq!(reflection.next().await.expect_err("a status").code(), Code::DeadlineExceeded);
    app.stops().await;
}

#[tokio::test]
async fn few_calls_are_open_at_a_time() {
    let logs = Logs::keep();
    let app = Serving::start(app().reflection()).await;
    let connection = connection(app.address).await;
    let mut open = Vec::new();
    for _ in 0..OPEN {
        open.push(Reflection::open_on(connection.clone(), &none()).await.expect("a call"));
    }
    let refused = Reflection::open_on(connection.clone(), &none()).await.err().expect("a refusal");
    assert_eq!(refused.code(), Code::ResourceExhausted);
    logs.line(&["WARN", "reflection_calls: 100 are open"]).await;
    let ping = message("RPCRequest", &[("method", text("ping"))]);
    call(app.address, "RPC", &ping).await.expect("a reply");

    // The room of a call that has ended is another one's, once the app has noticed.
    open.clear();
    let end = Instant::now() + PATIENCE;
    while Reflection::open_on(connection.clone(), &none()).await.is_err() {
        assert!(Instant::now() < end, "the room stays taken");
    }
    app.stops().await;
}

#[tokio::test]
async fn a_request_that_is_none_ends_its_call_with_a_status() {
    let app = Serving::start(app().reflection()).await;
    let mut empty = Reflection::open(&app, &none()).await.expect("a call");
    empty.send(None).await;
    assert_eq!(empty.next().await.expect_err("a status").code(), Code::InvalidArgument);
    let mut long = Reflection::open(&app, &none()).await.expect("a call");
    long.send(Some(MessageRequest::FileByFilename("x".repeat(2_000)))).await;
    assert_eq!(long.next().await.expect_err("a status").code(), Code::OutOfRange);
    app.stops().await;
}
