#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| centrifugo_fuzzing::server_api(bytes));
