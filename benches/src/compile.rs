//! What it costs to compile an app with attributes, beside the same app by hand on tonic.
//!
//! All builds of a round follow one another before the next round begins, so that a busy machine is busy for both.

use std::fmt;
use std::path::PathBuf;

use crate::apps::{App, Shape, Style};
use crate::build::{Cost, Error};
use crate::spread::Spread;
use crate::tell;

/// How often is built, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Clean release builds of the smallest app.
    #[arg(long, default_value_t = 3)]
    clean: usize,
    /// Builds of each app in the dev profile after a change in one handler.
    #[arg(long, default_value_t = 9)]
    rebuilds: usize,
    /// Builds of each app's own code in the release profile after a change in one handler.
    #[arg(long, default_value_t = 3)]
    release_rebuilds: usize,
    /// The folder for the apps.
    #[arg(long, default_value = "target/compile")]
    dir: PathBuf,
}

/// One of the builds that a row has measured.
type Costs = fn(&Row) -> &Vec<Cost>;
/// The part of a cost that is compared.
type Part = fn(&Cost) -> f64;

/// What was measured, app by app.
#[derive(Debug)]
pub(crate) struct Report(Vec<Row>);

#[derive(Debug)]
struct Row {
    name: &'static str,
    style: Style,
    clean: Vec<Cost>,
    rebuilds: Vec<Cost>,
    release_rebuilds: Vec<Cost>,
    size: u64,
    stripped: u64,
}

const HELLO: Shape = Shape { rpcs: 0, topics: 0 };
const HUNDRED: Shape = Shape { rpcs: 50, topics: 50 };

pub(crate) fn run(options: &Options) -> Result<Report, Error> {
    let dir = std::path::absolute(&options.dir)?;
    let mut apps = Vec::new();
    for (name, shape) in [("hello", HELLO), ("hundred", HUNDRED)] {
        for style in [Style::Attributes, Style::Tonic] {
            apps.push(App::write(&dir, name, style, shape)?);
        }
    }
    let mut rows: Vec<Row> = apps.iter().map(Row::of).collect();
    for round in 0..options.clean {
        for (app, row) in apps.iter().zip(&mut rows).filter(|(app, _)| app.name == "hello") {
            tell(&format!("clean build {} of {}: {}", round + 1, options.clean, app.title()));
            app.clean()?;
            row.clean.push(app.build(true)?);
        }
    }
    for (app, row) in apps.iter().zip(&mut rows) {
        tell(&format!("first builds: {}", app.title()));
        app.build(true)?;
        app.build(false)?;
        (row.size, row.stripped) = (app.size()?, app.stripped_size()?);
    }
    let mut edit = 0;
    for (rounds, release) in [(options.rebuilds, false), (options.release_rebuilds, true)] {
        for round in 0..rounds {
            tell(&format!("rebuild {} of {rounds}", round + 1));
            edit += 1;
            for (app, row) in apps.iter().zip(&mut rows) {
                app.edit(edit)?;
                let cost = app.build(release)?;
                if release { row.release_rebuilds.push(cost) } else { row.rebuilds.push(cost) }
            }
        }
    }
    Ok(Report(rows))
}

impl Row {
    fn of(app: &App) -> Self {
        let none = Vec::new;
        Self {
            name: app.name,
            style: app.style,
            clean: none(),
            rebuilds: none(),
            release_rebuilds: none(),
            size: 0,
            stripped: 0,
        }
    }
}

impl Report {
    fn median(&self, name: &str, style: Style, costs: Costs, value: Part) -> Option<f64> {
        let row = self.0.iter().find(|row| row.name == name && row.style == style)?;
        let median = Spread::of(costs(row).iter().map(value)).median;
        (!median.is_nan()).then_some(median)
    }

    /// How much more the attributes cost: the whole hello, and what hundred handlers add to it.
    fn ratios(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: [(&str, Part); 2] = [("wall", |cost| cost.wall), ("cpu", |cost| cost.cpu)];
        let builds: [(&str, Costs); 2] =
            [("rebuild in dev", |row| &row.rebuilds), ("rebuild in release", |row| &row.release_rebuilds)];
        for (what, value) in values {
            let hello = |style| self.median("hello", style, |row| &row.clean, value);
            if let (Some(ours), Some(tonic)) = (hello(Style::Attributes), hello(Style::Tonic)) {
                writeln!(f, "clean release build, {what}: {:.2} x tonic", ours / tonic)?;
            }
            for (build, costs) in builds {
                let added =
                    |style| Some(self.median("hundred", style, costs, value)? - self.median("hello", style, costs, value)?);
                if let (Some(ours), Some(tonic)) = (added(Style::Attributes), added(Style::Tonic)) {
                    let ratio = ours / tonic;
                    writeln!(f, "{build}, {what}: 100 handlers add {ours:.2} s, 100 arms {tonic:.2} s, {ratio:.2} x")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seconds: median (least–most)\n")?;
        writeln!(f, "| app | build | wall | cpu |\n|---|---|---|---|")?;
        for row in &self.0 {
            let builds =
                [("clean release", &row.clean), ("dev again", &row.rebuilds), ("release again", &row.release_rebuilds)];
            for (build, costs) in builds {
                let wall = Spread::of(costs.iter().map(|cost| cost.wall));
                let cpu = Spread::of(costs.iter().map(|cost| cost.cpu));
                if !costs.is_empty() {
                    writeln!(f, "| {} ({}) | {build} | {wall:.2} | {cpu:.2} |", row.name, row.style.name())?;
                }
            }
        }
        writeln!(f, "\n| app | release, bytes | stripped |\n|---|---|---|")?;
        for row in &self.0 {
            writeln!(f, "| {} ({}) | {} | {} |", row.name, row.style.name(), row.size, row.stripped)?;
        }
        writeln!(f)?;
        self.ratios(f)
    }
}
