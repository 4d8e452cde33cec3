//! The list of the templates of handlers, for `src/handler.rs`: a row for each file, with its first line as the help.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=templates");
    let mut templates: Vec<_> =
        fs::read_dir("templates").expect("templates").map(|entry| entry.expect("a file").path()).collect();
    templates.retain(|path| path.is_file());
    templates.sort();
    let rows: String = templates.iter().map(|path| row(path)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("templates.rs"), format!("kinds! {{\n{rows}}}\n")).expect("a written list");
}

fn row(path: &Path) -> String {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let text = fs::read_to_string(path).expect("a template");
    let help = text.lines().next().filter(|line| line.starts_with("/// "));
    let help = help.unwrap_or_else(|| panic!("{name}.rs does not begin with a doc, which is its help"));
    format!("    {help}\n    {} => {name:?},\n", camel_case(&name))
}

fn camel_case(name: &str) -> String {
    let words = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}
