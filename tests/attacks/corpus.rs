//! The inputs that the fuzzer has found, without the fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

/// The inputs of a target.
fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| file.expect("a file").path()).collect()
}

#[test]
fn every_input_of_the_corpus_passes_its_target() {
    for (target, run) in centrifugo_fuzzing::TARGETS {
        let inputs = inputs(target);
        assert!(inputs.len() >= 20, "the corpus of {target} has only {} inputs", inputs.len());
        for input in inputs {
            // The last line before a panic names the input.
            println!("{}", input.display());
            run(&fs::read(&input).expect("an input"));
        }
    }
}
