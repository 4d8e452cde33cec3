//! The fuzz targets, as functions of the fuzzer's bytes. `fuzz/` hands them to libFuzzer; the test binary `attacks` calls
//! them with the corpus. A target panics when what it checks doesn't hold.

mod app;
mod bridge;
mod clients;
mod configuration;
mod engine;
mod exchange;
mod filters;
mod json;
mod message;
mod parse;
mod replies;
mod requests;
mod routing;
mod server_api;
mod tokens;
#[allow(dead_code, reason = "generated, and only partly used here")]
#[path = "../../../runtime/src/wire.rs"]
mod wire;

/// A fuzz target. Bytes from which its input can't be made are no input, and pass.
pub type Target = fn(&[u8]);

/// All targets, by the names of their folders in `fuzz/corpus/`.
pub const TARGETS: [(&str, Target); 8] = [
    ("parse", parse),
    ("routing", routing),
    ("requests", requests),
    ("bridge", bridge),
    ("replies", replies),
    ("clients", clients),
    ("server_api", server_api),
    ("configuration", configuration),
];

/// Makes an input of the fuzzer's bytes, and checks it.
macro_rules! target {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If that doesn't hold.
        pub fn $name(bytes: &[u8]) {
            let input = arbitrary::Arbitrary::arbitrary_take_rest(arbitrary::Unstructured::new(bytes));
            if let Ok(input) = input {
                $name::check(input);
            }
        }
    };
}

target!(
    /// Any text is a pattern, which prints and parses again equally, or a mistake with a message.
    parse
);
target!(
    /// The router finds the patterns, in the order and with the values, that a naive matcher finds.
    routing
);
target!(
    /// Each request gets a response that is valid gRPC, whatever its path, metadata and frames are.
    requests
);
target!(
    /// The request that the HTTP bridge makes of a method stays below its base, and has the user of Centrifugo.
    bridge
);
target!(
    /// Clients that speak JSON receive nothing but strict JSON, whatever handlers return.
    replies
);
target!(
    /// Clients of the app's own engine receive whole messages, the same in JSON and in Protobuf, what their filter lets
    /// through, and nothing without a valid token.
    clients
);
target!(
    /// The server API of the app's own engine returns a response of its own for any request.
    server_api
);
target!(
    /// Any configuration starts the app's own engine or is refused with a reason, and no secret is shown.
    configuration
);
