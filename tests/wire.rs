//! The wire: the schemas `runtime/proto/proxy.proto` and `standalone/proto/client.proto` are Centrifugo's, and what is
//! generated is made from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use protox::Compiler;
use protox::file::{File, FileResolver};
use protox::prost_reflect::prost::Message;
use protox::prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use tonic_prost_build::Builder;

const UPDATE: &str = "UPDATE=1 cargo test -p centrifugo-tests --test wire";

/// A schema, and where its generated code is.
struct Generated {
    schema: &'static str,
    package: &'static str,
    code: &'static str,
    options: fn(Builder) -> Builder,
}

const DEFAULTS: &str = "standalone/src/config/tests/defaults.json";

const GENERATED: [Generated; 3] = [
    Generated {
        schema: PROXY,
        package: "centrifugal.centrifugo.proxy",
        code: "runtime/src/wire.rs",
        // By far the longest, and passed on many times.
        options: |builder| builder.boxed(".centrifugal.centrifugo.proxy.ConnectResponse.result").build_client(false),
    },
    Generated {
        schema: PROXY,
        package: "centrifugal.centrifugo.proxy",
        code: "standalone/src/proto/proxy.rs",
        // The app is called in its own process.
        options: |builder| builder.build_client(true).build_transport(false),
    },
    Generated {
        schema: CLIENT,
        package: "centrifugal.centrifuge.protocol",
        code: "standalone/src/proto/client.rs",
        options: |builder| builder.build_client(false),
    },
];

const PROXY: &str = "runtime/proto/proxy.proto";
const CLIENT: &str = "standalone/proto/client.proto";

#[test]
fn the_generated_code_is_up_to_date() {
    for generated in GENERATED {
        compare(generated.code, generated.schema, generated.generate().into_bytes());
    }
}

#[test]
fn the_descriptors_are_up_to_date() {
    compare("runtime/proto/services.binpb", PROXY, descriptors(&our_schema()));
}

/// Compares what is generated with the file in the repository, or writes the file.
fn compare(file: &str, schema: &str, fresh: Vec<u8>) {
    let path = repository().join(file);
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, fresh).expect("can't write what is generated");
        return;
    }
    let kept = fs::read(&path).unwrap_or_default();
    assert!(kept == fresh, "{file} isn't what {schema} gives; run `{UPDATE}` and commit");
}

#[test]
fn the_schemas_are_those_that_centrifugo_ships() {
    let shipped = [
        (PROXY, "github.com/centrifugal/centrifugo/v6", "internal/proxyproto/proxy.proto"),
        (CLIENT, "github.com/centrifugal/protocol", "definitions/client.proto"),
    ];
    for (schema, module, path) in shipped {
        let differences = differences(&compile(source(schema)), &centrifugos_schema(module, path));
        assert!(differences.is_empty(), "{schema} differs from Centrifugo's:\n{}", differences.join("\n"));
    }
}

#[test]
fn the_service_and_every_message_are_compared() {
    let facts = facts(&our_schema());
    let count = |what: &str| facts.keys().filter(|name| name.starts_with(what)).count();
    assert_eq!((count("rpc "), count("message ")), (13, 47));
}

/// A unit test of `standalone/` compares the file with its table.
#[test]
fn the_keys_of_the_configuration_and_their_defaults_are_those_that_centrifugo_prints() {
    let path = repository().join(DEFAULTS);
    let printed = centrifugo_server::default_config().expect("Centrifugo prints its configuration");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, printed).expect("can't write the configuration");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == printed,
        "{DEFAULTS} isn't what Centrifugo prints; run `{UPDATE}`, and mend standalone/src/config/table"
    );
}

/// Changes of our schema, and the report of each.
const DRIFTS: [(&str, &str, &str); 13] = [
    ("string name = 12;", "string name = 17;", "field ConnectRequest.name: `string = 17` here, `string = 12` in Centrifugo"),
    (
        "string b64data = 11;",
        "bytes b64data = 11;",
        "field ConnectRequest.b64data: `bytes = 11` here, `string = 11` in Centrifugo",
    ),
    (
        "map<string, SubscribeOptions> subs",
        "map<string, string> subs",
        "field ConnectResult.subs: `map<string, string> = 8` here, `map<string, SubscribeOptions> = 8` in Centrifugo",
    ),
    (
        "repeated string channels = 14;",
        "string channels = 14;",
        "field ConnectRequest.channels: `string = 14` here, `repeated string = 14` in Centrifugo",
    ),
    (
        "string user = 1;",
        "optional string user = 1;",
        "field ConnectResult.user: `optional string = 1` here, `string = 1` in Centrifugo",
    ),
    ("bool temporary = 3;", "", "field Error.temporary: only in Centrifugo, as `bool = 3`"),
    (
        "bool populated = 1;",
        "bool populated = 1; bool extra = 2;",
        "field NotifyCacheEmptyResult.extra: only here, as `bool = 2`",
    ),
    (
        "message Int32Value",
        "message Int64Value",
        "field Int32Value.value: only in Centrifugo, as `int32 = 1`\n\
             field Int64Value.value: only here, as `int32 = 1`\n\
             message Int32Value: only in Centrifugo, as `reserved []`\n\
             message Int64Value: only here, as `reserved []`",
    ),
    (
        "reserved 3;",
        "reserved 3, 9; reserved \"reconnect\";",
        "message Disconnect: `reserved [3, 9, reconnect]` here, `reserved [3]` in Centrifugo",
    ),
    (
        "rpc Connect(ConnectRequest)",
        "rpc Connect(stream ConnectRequest)",
        "rpc CentrifugoProxy.Connect: `(stream ConnectRequest) returns (ConnectResponse)` here, \
             `(ConnectRequest) returns (ConnectResponse)` in Centrifugo",
    ),
    (
        "(stream StreamSubscribeRequest) returns (stream StreamSubscribeResponse)",
        "(stream StreamSubscribeRequest) returns (StreamSubscribeResponse)",
        "rpc CentrifugoProxy.SubscribeBidirectional: \
             `(stream StreamSubscribeRequest) returns (StreamSubscribeResponse)` here, \
             `(stream StreamSubscribeRequest) returns (stream StreamSubscribeResponse)` in Centrifugo",
    ),
    (
        "package centrifugal.centrifugo.proxy;",
        "package centrifugal.proxy;",
        "package: `centrifugal.proxy` here, `centrifugal.centrifugo.proxy` in Centrifugo",
    ),
    (
        "message NotifyChannelStateResult {}",
        "message NotifyChannelStateResult {} enum Extra { NONE = 0; }",
        "enum Extra: only here, as `NONE = 0`",
    ),
];

#[test]
fn every_kind_of_drift_is_reported() {
    for (from, to, report) in DRIFTS {
        let ours = our_source();
        assert!(ours.contains(from), "`{from}` isn't in the schema any more");
        let drifted = compile(ours.replacen(from, to, 1));
        assert_eq!(differences(&drifted, &our_schema()).join("\n"), report);
    }
}

/// What the schemas don't agree on, one line each.
fn differences(ours: &Compiler, centrifugos: &Compiler) -> Vec<String> {
    let (ours, mut theirs) = (facts(ours), facts(centrifugos));
    let mut found = Vec::new();
    for (name, here) in ours {
        match theirs.remove(&name) {
            None => found.push(format!("{name}: only here, as `{here}`")),
            Some(there) if there != here => found.push(format!("{name}: `{here}` here, `{there}` in Centrifugo")),
            Some(_) => {}
        }
    }
    found.extend(theirs.into_iter().map(|(name, there)| format!("{name}: only in Centrifugo, as `{there}`")));
    found.sort();
    found
}

/// The part of a schema that decides the bytes on the wire: its messages and fields, and their types.
fn facts(schema: &Compiler) -> BTreeMap<String, String> {
    let pool: DescriptorPool = schema.descriptor_pool();
    let mut facts = BTreeMap::new();
    for file in pool.files() {
        facts.insert("package".into(), file.package_name().into());
        facts.insert("syntax".into(), format!("{:?}", file.syntax()));
    }
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let name = format!("rpc {}.{}", method.parent_service().name(), method.name());
        facts.insert(name, signature(&method));
    }
    for message in pool.all_messages().filter(|message| !message.is_map_entry()) {
        facts.insert(format!("message {}", short(&message)), reserved(&message));
        for field in message.fields() {
            facts.insert(format!("field {}.{}", short(&message), field.name()), declaration(&field));
        }
    }
    for choice in pool.all_enums() {
        facts.insert(format!("enum {}", choice.name()), values(&choice));
    }
    facts
}

fn signature(method: &MethodDescriptor) -> String {
    let side =
        |streams, message: MessageDescriptor| format!("({}{})", if streams { "stream " } else { "" }, short(&message));
    let request = side(method.is_client_streaming(), method.input());
    let response = side(method.is_server_streaming(), method.output());
    format!("{request} returns {response}")
}

fn reserved(message: &MessageDescriptor) -> String {
    let numbers = message.reserved_ranges().flatten().map(|number| number.to_string());
    let all: Vec<_> = numbers.chain(message.reserved_names().map(str::to_owned)).collect();
    format!("reserved [{}]", all.join(", "))
}

fn declaration(field: &FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            format!("map<{}, {}>", kind(&entry.map_entry_key_field()), kind(&entry.map_entry_value_field()))
        }
        _ if field.is_list() => format!("repeated {}", kind(field)),
        _ => kind(field),
    };
    match field.containing_oneof() {
        Some(oneof) if oneof.is_synthetic() => format!("optional {kind} = {}", field.number()),
        Some(oneof) => format!("oneof {} {{ {kind} = {} }}", oneof.name(), field.number()),
        None => format!("{kind} = {}", field.number()),
    }
}

fn kind(field: &FieldDescriptor) -> String {
    match field.kind() {
        Kind::Message(message) => short(&message),
        Kind::Enum(choice) => choice.name().to_owned(),
        scalar => format!("{scalar:?}"),
    }
}

fn values(choice: &EnumDescriptor) -> String {
    let values: Vec<_> = choice.values().map(|value| format!("{} = {}", value.name(), value.number())).collect();
    values.join(", ")
}

/// The name without the package, which is compared once.
fn short(message: &MessageDescriptor) -> String {
    message.full_name().trim_start_matches(message.package_name()).trim_start_matches('.').to_owned()
}

fn source(schema: &str) -> String {
    fs::read_to_string(repository().join(schema)).expect("can't read the schema")
}

fn our_source() -> String {
    source(PROXY)
}

fn our_schema() -> Compiler {
    compile(our_source())
}

/// The schema inside a Go module that `tests/server/go.mod` requires: the same version that the other tests run.
fn centrifugos_schema(module: &str, path: &str) -> Compiler {
    let output = Command::new("go")
        .args(["mod", "download", "-json", module])
        .current_dir(repository().join("tests/server"))
        .output()
        .expect("can't run go, which downloads Centrifugo's source");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "can't download Centrifugo's source: {error}");
    let module: serde_json::Value = serde_json::from_slice(&output.stdout).expect("go's answer isn't JSON");
    let directory = module["Dir"].as_str().expect("go reports no folder of the source");
    compile(fs::read_to_string(Path::new(directory).join(path)).expect("Centrifugo's source has no schema"))
}

/// A schema that imports nothing.
fn compile(source: String) -> Compiler {
    struct Source(String);

    impl FileResolver for Source {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            File::from_source(name, &self.0)
        }
    }

    let mut compiler = Compiler::with_file_resolver(Source(source));
    compiler.include_source_info(true);
    compiler.open_file("proxy.proto").expect("the schema isn't valid");
    compiler
}

impl Generated {
    fn generate(&self) -> String {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        (self.options)(tonic_prost_build::configure())
            .build_server(false)
            .bytes(".")
            // No call and no message uses it: its Rust code would be dead.
            .extern_path(".centrifugal.centrifugo.proxy.Int32Value", "i32")
            .emit_rerun_if_changed(false)
            .out_dir(directory)
            .compile_fds(compile(source(self.schema)).file_descriptor_set())
            .expect("can't generate code from the schema");
        let code = fs::read_to_string(directory.join(format!("{}.rs", self.package))).expect("no code was generated");
        format!(
            "// Generated from {}; to write it anew: {UPDATE}\n\n\
             #![cfg_attr(rustfmt, rustfmt_skip)]\n\
             #![expect(unreachable_pub, reason = \"the generator makes everything public\")]\n\n\
             {code}",
            self.schema
        )
    }
}

/// The descriptors of the services that an app has by itself, without comments: a `FileDescriptorSet`. Two of them, one
/// after the other, are one with the files of both.
fn descriptors(schema: &Compiler) -> Vec<u8> {
    let mut ours = schema.file_descriptor_set();
    for file in &mut ours.file {
        file.source_code_info = None;
    }
    [&ours.encode_to_vec(), tonic_health::pb::FILE_DESCRIPTOR_SET].concat()
}

fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie inside the repository").to_owned()
}
