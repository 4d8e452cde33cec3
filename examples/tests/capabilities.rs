//! The tables of `docs/capabilities.md` are true: each row is a "yes", with an example and a test that exist. So are those
//! of `SECURITY.md` and of `docs/reliability.md`: each row names tests that exist, and a promise of the latter has a figure.
//! The links of the other pages lead to files, too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the page, which its links are relative to.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

/// A row: a capability, whether there is one, and two cells of links.
struct Row {
    capability: String,
    verdict: String,
    example: String,
    test: String,
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(Path::new(DOCS).join("capabilities.md")).expect("a page");
    let mut rows = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let [capability, verdict, example, test] =
            cells.try_into().unwrap_or_else(|cells| panic!("not four cells: {cells:?}"));
        if example != "example" {
            rows.push(Row { capability, verdict, example, test });
        }
    }
    rows
}

/// The targets of a text's links.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The files that a cell's links name.
fn links(cell: &str) -> Vec<PathBuf> {
    targets(cell).map(|target| Path::new(DOCS).join(target)).collect()
}

#[test]
fn every_row_is_a_yes_with_an_example_and_a_test_that_exist() {
    let rows = rows();
    assert!(rows.len() > 20, "{} rows: are both tables read?", rows.len());
    for Row { capability, verdict, example, test } in rows {
        let word = verdict.split([',', ':']).next();
        assert_eq!(word, Some("yes"), "{capability}");
        for (column, cell) in [("example", example), ("test", test)] {
            let links = links(&cell);
            assert!(!links.is_empty(), "{capability}: no link to an {column}");
            for link in links {
                assert!(link.exists(), "{capability}: {} does not exist", link.display());
            }
        }
    }
}

#[test]
fn every_example_program_has_a_row() {
    let folder = Path::new(DOCS).join("../examples/src/bin");
    let shown: BTreeSet<_> = rows().iter().flat_map(|row| links(&row.example)).collect();
    for example in fs::read_dir(folder).expect("the examples") {
        let path = example.expect("an example").path();
        assert!(shown.iter().any(|link| link.file_name() == path.file_name()), "no row has {}", path.display());
    }
}

#[test]
fn every_example_is_called_in_tests_without_a_socket() {
    let examples = Path::new(DOCS).join("../examples");
    for link in rows().iter().flat_map(|row| links(&row.example)).filter(|link| link.starts_with(&examples)) {
        let file = if link.is_dir() { link.join("src/handlers.rs") } else { link };
        let text = fs::read_to_string(&file).expect("an example");
        assert!(text.contains("TestApp::new("), "{} has no `TestApp`", file.display());
    }
}

/// The rows of the tables whose heads have these columns.
fn rows_under<'a>(page: &'a str, head: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for table in page.split("\n\n").filter(|part| part.starts_with('|')) {
        let mut rows = table.lines();
        if rows.next().is_some_and(|names| names.contains(head)) {
            found.extend(rows.skip(1));
        }
    }
    found
}

/// The tests that a text names: links whose text is the function's name, and whose target is its file.
fn named_tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        let (file, _) = rest.split_once(')')?;
        file.ends_with(".rs").then_some((name, file))
    })
}

/// Whether a source has a test of this name, which isn't ignored.
fn has_test(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else { return false };
    let attributes = before.rsplit("\n\n").next().unwrap_or_default();
    attributes.contains("test") && !attributes.contains("#[ignore")
}

/// Checks that each test that a page in this folder names is in its file.
fn tests_exist(folder: &Path, page: &str) {
    for (name, file) in named_tests(page) {
        let source = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(has_test(&source, name), "{file} has no test {name}");
    }
}

#[test]
fn every_claim_about_security_names_tests_that_exist() {
    let root = Path::new(DOCS).join("..");
    let page = fs::read_to_string(root.join("SECURITY.md")).expect("a page");
    let claims = rows_under(&page, "| test |");
    assert!(claims.len() > 40, "{} claims: are all tables read?", claims.len());
    for claim in claims {
        assert!(named_tests(claim).next().is_some(), "no test: {claim}");
    }
    tests_exist(&root, &page);
}

/// A figure is a measured number, or the bound that the test asserts.
#[test]
fn every_promise_about_reliability_names_a_test_and_has_a_figure() {
    let page = fs::read_to_string(Path::new(DOCS).join("reliability.md")).expect("a page");
    let promises = rows_under(&page, "| promise | test | figure | plain tonic | Spiral |");
    assert!(promises.len() > 30, "{} promises: are all tables read?", promises.len());
    for promise in promises {
        let cells: Vec<_> = promise.trim_matches('|').split('|').map(str::trim).collect();
        let [_, tests, figure, tonic, spiral] = cells[..] else { panic!("not five cells: {promise}") };
        assert!(named_tests(tests).next().is_some(), "no test: {promise}");
        assert!(figure.contains(|letter: char| letter.is_ascii_digit()), "no figure: {promise}");
        assert!(!tonic.is_empty() && !spiral.is_empty(), "an empty cell: {promise}");
    }
    tests_exist(Path::new(DOCS), &page);
}

#[test]
fn every_link_to_a_file_finds_it() {
    for page in [
        "../SECURITY.md",
        "../README.md",
        "../CONTRIBUTING.md",
        "../CHANGELOG.md",
        "../benches/README.md",
        "performance.md",
        "comparison.md",
        "reliability.md",
        "scaling.md",
    ] {
        let page = Path::new(DOCS).join(page);
        let text = fs::read_to_string(&page).expect("a page");
        for target in targets(&text).filter(|target| !target.starts_with("http")) {
            let path = target.split('#').next().unwrap_or_default();
            let file = page.parent().expect("a folder").join(path);
            assert!(file.exists(), "{}: {target} does not exist", page.display());
        }
    }
}

/// The languages of code blocks that rustdoc compiles. It hides their lines that begin with `# `.
const RUST: [&str; 6] = ["", "rust", "no_run", "compile_fail", "should_panic", "standalone_crate"];

/// GitHub shows the lines that rustdoc hides.
#[test]
fn a_guide_reads_the_same_on_github_as_in_rustdoc() {
    let folders = ["../runtime/docs", "../standalone/docs"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let guides =
        folders.iter().flat_map(|folder| fs::read_dir(folder).expect("guides")).map(|file| file.expect("a guide").path());
    let others = ["../README.md", "../scaffold/README.md", "../tests/server/README.md"];
    let mut read = 0;
    for page in guides.chain(others.map(|page| Path::new(env!("CARGO_MANIFEST_DIR")).join(page))) {
        let text = fs::read_to_string(&page).expect("a page");
        let mut language = None;
        for line in text.lines() {
            if let Some(info) = line.strip_prefix("```") {
                language = if language.is_none() { info.split(',').next() } else { None };
            } else if language.is_some_and(|language| RUST.contains(&language)) {
                assert!(line != "#" && !line.starts_with("# "), "{}: rustdoc alone hides `{line}`", page.display());
                read += 1;
            }
        }
    }
    assert!(read > 500, "{read} lines of code: are the pages read?");
}
