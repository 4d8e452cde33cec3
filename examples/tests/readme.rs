//! The README's tables of capabilities keep their promise: each row is a "yes", with an example and a test that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A row: what it is about, what is said of it, and two cells of links.
struct Row {
    capability: String,
    answer: String,
    example: String,
    test: String,
}

fn rows() -> Vec<Row> {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("a README");
    let (_, from) = readme.split_once("\n## Everything it does\n").expect("the tables' heading");
    let (tables, _) = from.split_once("\n## ").expect("the next heading");
    let mut rows = Vec::new();
    for line in tables.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let [capability, answer, example, test] =
            cells.try_into().unwrap_or_else(|cells| panic!("not four cells: {cells:?}"));
        if example != "example" {
            rows.push(Row { capability, answer, example, test });
        }
    }
    rows
}

/// Where the links of a cell go.
fn links(cell: &str) -> Vec<PathBuf> {
    cell.split("](").skip(1).filter_map(|rest| Some(Path::new(ROOT).join(rest.split_once(')')?.0))).collect()
}

#[test]
fn every_row_is_a_yes_with_an_example_and_a_test_that_are_there() {
    let rows = rows();
    assert!(rows.len() > 20, "{} rows: are both tables read?", rows.len());
    for Row { capability, answer, example, test } in rows {
        let word = answer.split([',', ':']).next();
        assert_eq!(word, Some("yes"), "{capability}");
        for (column, cell) in [("example", example), ("test", test)] {
            let links = links(&cell);
            assert!(!links.is_empty(), "{capability}: no link to an {column}");
            for link in links {
                assert!(link.exists(), "{capability}: there is no {}", link.display());
            }
        }
    }
}

#[test]
fn every_example_is_the_example_of_a_row() {
    let folder = Path::new(ROOT).join("examples/src/bin");
    let shown: BTreeSet<_> = rows().iter().flat_map(|row| links(&row.example)).collect();
    for example in fs::read_dir(folder).expect("the examples") {
        let path = example.expect("an example").path();
        assert!(shown.iter().any(|link| link.file_name() == path.file_name()), "no row has {}", path.display());
    }
}

#[test]
fn every_example_is_called_in_tests_without_a_socket() {
    for link in
        rows().iter().flat_map(|row| links(&row.example)).filter(|link| link.starts_with(Path::new(ROOT).join("examples")))
    {
        let file = if link.is_dir() { link.join("src/handlers.rs") } else { link };
        let text = fs::read_to_string(&file).expect("an example");
        assert!(text.contains("TestApp::new("), "{} has no `TestApp`", file.display());
    }
}
