//! The reports of measurements, for people and for programs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

pub(crate) use plot::{Chart, Group};
pub(crate) use table::Table;

use crate::{Result, progress};

mod machine;
mod plot;
mod table;

/// The outcome of one command.
pub(crate) struct Report {
    /// The name of its files.
    pub(crate) name: &'static str,
    pub(crate) title: String,
    /// Tables, each with a line above it.
    pub(crate) tables: Vec<(String, Table)>,
    pub(crate) chart: Chart,
    /// All measurements, round by round.
    pub(crate) rounds: Value,
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n", self.title, machine::describe());
        for (caption, table) in &self.tables {
            // Writing to a string doesn't fail.
            let _ = write!(text, "\n{caption}\n\n{table}");
        }
        text
    }

    /// Writes `<name>.md`, `<name>.json` and `<name>.svg`.
    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let json = json!({ "title": self.title, "machine": machine::describe(), "rounds": self.rounds });
        let contents = [("md", self.markdown()), ("json", format!("{json:#}\n")), ("svg", self.chart.svg()?)];
        for (extension, content) in contents {
            let file = folder.join(self.name).with_extension(extension);
            fs::write(&file, content).map_err(|error| format!("can't write {}: {error}", file.display()))?;
        }
        progress(&format!("written: {}.md, .json, .svg", folder.join(self.name).display()));
        Ok(())
    }
}
