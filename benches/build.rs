//! Generates the service of the peer `tonic` from the schema, as any other user of the schema does.

use std::error::Error;

const SCHEMA: &str = "../runtime/proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={SCHEMA}");
    tonic_prost_build::configure()
        .build_client(false)
        .bytes(".")
        // No call and no message uses it: its Rust code would be dead.
        .extern_path(".centrifugal.centrifugo.proxy.Int32Value", "i32")
        .emit_rerun_if_changed(false)
        .compile_fds(protox::compile(["proxy.proto"], [SCHEMA])?)?;
    Ok(())
}
