//! The schema of the app's services, by the names in it, for the reflection service.

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, ServiceDescriptorProto};
use tonic_reflection::pb::{v1, v1alpha};

/// The descriptors of Centrifugo's service and of the health service. The test binary `wire` writes and compares them.
const SERVICES: &[u8] = include_bytes!("../../proto/services.binpb");

/// The schema of the services on the app's port.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let sets = [SERVICES, v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET];
    Schema::of(sets).expect("descriptors that are part of the program, and tested")
});

/// The files of a schema, encoded, and their names.
pub(super) struct Schema {
    services: Vec<String>,
    files: HashMap<String, Bytes>,
    /// The file of each symbol.
    symbols: HashMap<String, Bytes>,
}

/// A `FileDescriptorSet` whose files are still encoded.
#[derive(Clone, PartialEq, Message)]
struct Files {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    files: Vec<Bytes>,
}

impl Schema {
    fn of(sets: impl IntoIterator<Item = &'static [u8]>) -> Result<Self, prost::DecodeError> {
        let mut schema = Self { services: Vec::new(), files: HashMap::new(), symbols: HashMap::new() };
        for set in sets {
            for file in Files::decode(Bytes::from_static(set))?.files {
                schema.add(file)?;
            }
        }
        Ok(schema)
    }

    fn add(&mut self, encoded: Bytes) -> Result<(), prost::DecodeError> {
        let file = FileDescriptorProto::decode(encoded.clone())?;
        let package = file.package();
        self.services.extend(file.service.iter().map(|service| within(package, service.name())));
        self.symbols.extend(symbols(&file).into_iter().map(|name| (name, encoded.clone())));
        self.files.insert(file.name().to_owned(), encoded);
        Ok(())
    }

    /// The full names of the services.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(String::as_str)
    }

    /// A file by its name.
    pub(super) fn file(&self, name: &str) -> Option<&Bytes> {
        self.files.get(name)
    }

    /// The file that has a symbol, by the symbol's full name.
    pub(super) fn file_of(&self, symbol: &str) -> Option<&Bytes> {
        self.symbols.get(symbol)
    }
}

/// The full name of what is declared in a scope.
fn within(scope: &str, name: &str) -> String {
    format!("{scope}.{name}")
}

/// The full names of all that a file declares.
fn symbols(file: &FileDescriptorProto) -> Vec<String> {
    let (package, mut names) = (file.package(), Vec::new());
    file.service.iter().for_each(|service| add_service(&mut names, package, service));
    file.message_type.iter().for_each(|message| add_message(&mut names, package, message));
    file.enum_type.iter().for_each(|choice| add_enum(&mut names, package, choice));
    names
}

fn add_service(names: &mut Vec<String>, package: &str, service: &ServiceDescriptorProto) {
    let name = within(package, service.name());
    names.extend(service.method.iter().map(|method| within(&name, method.name())));
    names.push(name);
}

fn add_message(names: &mut Vec<String>, scope: &str, message: &DescriptorProto) {
    let name = within(scope, message.name());
    names.extend(message.field.iter().map(|field| within(&name, field.name())));
    names.extend(message.oneof_decl.iter().map(|oneof| within(&name, oneof.name())));
    message.nested_type.iter().for_each(|message| add_message(names, &name, message));
    message.enum_type.iter().for_each(|choice| add_enum(names, &name, choice));
    names.push(name);
}

/// The values of an enum are in its own scope, beside it.
fn add_enum(names: &mut Vec<String>, scope: &str, choice: &EnumDescriptorProto) {
    names.extend(choice.value.iter().map(|value| within(scope, value.name())));
    names.push(within(scope, choice.name()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_every_service_of_the_port() {
        let services: Vec<_> = SCHEMA.services().collect();
        assert_eq!(
            services,
            [
                "centrifugal.centrifugo.proxy.CentrifugoProxy",
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ]
        );
    }

    #[test]
    fn each_kind_of_symbol_is_found_by_its_full_name() {
        let file_of = |symbol: &str| {
            let file = SCHEMA.file_of(symbol)?;
            Some(FileDescriptorProto::decode(file.clone()).unwrap().name().to_owned())
        };
        for symbol in [
            "CentrifugoProxy",
            "CentrifugoProxy.Connect",
            "ConnectRequest",
            "ConnectRequest.client",
            "ConnectResult.SubsEntry",
            "ConnectResult.SubsEntry.key",
        ] {
            let symbol = within("centrifugal.centrifugo.proxy", symbol);
            assert_eq!(file_of(&symbol).as_deref(), Some("proxy.proto"), "{symbol}");
        }
        let of_health = file_of("grpc.health.v1.Health");
        assert!(of_health.is_some());
        for symbol in ["HealthCheckResponse.ServingStatus", "HealthCheckResponse.NOT_SERVING"] {
            assert_eq!(file_of(&within("grpc.health.v1", symbol)), of_health, "{symbol}");
        }
        assert!(file_of("grpc.reflection.v1.ServerReflectionRequest.message_request").is_some());
        for symbol in ["", "centrifugal.centrifugo.proxy", "ConnectRequest", "grpc.health.v1.Health."] {
            assert_eq!(file_of(symbol), None, "{symbol}");
        }
    }

    #[test]
    fn each_file_is_complete_by_itself() {
        for file in SCHEMA.files.values() {
            assert_eq!(FileDescriptorProto::decode(file.clone()).unwrap().dependency, [""; 0]);
        }
    }
}
