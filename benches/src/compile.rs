//! The cost of compiling an app with attributes, beside the same app by hand on tonic.
//!
//! All builds of a round follow one another before the next round begins, so that a busy machine is busy for both.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use crate::apps::{App, Shape, Style};
use crate::build::Cost;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, progress};

/// The options of `compile`.
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
    /// Counts the compiler's instructions in the release profile, too, which takes twenty minutes.
    #[arg(long)]
    count_release: bool,
    /// The folder for the apps.
    #[arg(long, default_value = "target/compile")]
    dir: PathBuf,
}

/// One of the builds that a row has measured.
type Costs = fn(&Row) -> &Vec<Cost>;

const BUILDS: [(&str, Costs); 3] = [
    ("clean release", |row| &row.clean),
    ("dev, one handler changed", |row| &row.rebuilds),
    ("release, one handler changed", |row| &row.release_rebuilds),
];

/// The instructions of each build.
type Count = fn(&Instructions) -> Option<f64>;

const PROFILES: [(&str, Count); 2] = [("dev", |counts| counts.dev), ("release", |counts| counts.release)];

/// The measurements of one app.
#[derive(Debug, Serialize)]
struct Row {
    title: String,
    name: &'static str,
    style: Style,
    clean: Vec<Cost>,
    rebuilds: Vec<Cost>,
    release_rebuilds: Vec<Cost>,
    /// The compiler's instructions for the app's own code after a change in one handler.
    instructions: Instructions,
    size: u64,
    stripped: u64,
}

/// Instructions by profile; `None`: not counted.
#[derive(Debug, Default, Serialize)]
struct Instructions {
    dev: Option<f64>,
    release: Option<f64>,
}

/// An edit as long as the first one, so that only its text differs.
const COUNTED_EDIT: usize = 9;

const HELLO: Shape = Shape { rpcs: 0, topics: 0 };
const HUNDRED: Shape = Shape { rpcs: 50, topics: 50 };

pub(crate) fn run(options: &Options) -> Result<Report> {
    let apps = write_apps(options)?;
    let mut rows: Vec<Row> = apps.iter().map(Row::of).collect();
    for round in 0..options.clean {
        for (app, row) in apps.iter().zip(&mut rows).filter(|(app, _)| app.name == "hello") {
            progress(&format!("clean build {} of {}: {}", round + 1, options.clean, app.title()));
            app.clean()?;
            row.clean.push(app.build(true)?);
        }
    }
    for (app, row) in apps.iter().zip(&mut rows) {
        progress(&format!("first builds: {}", app.title()));
        app.build(true)?;
        app.build(false)?;
        (row.size, row.stripped) = (app.size()?, app.stripped_size()?);
    }
    for (app, row) in apps.iter().zip(&mut rows) {
        progress(&format!("counting the compiler's instructions: {}", app.title()));
        app.edit(COUNTED_EDIT)?;
        row.instructions.dev = Some(app.build_counted(false)?);
        if options.count_release {
            row.instructions.release = Some(app.build_counted(true)?);
        }
    }
    rebuild(options, &apps, &mut rows)?;
    Ok(report(&rows))
}

/// Writes the apps, and downloads their dependencies.
fn write_apps(options: &Options) -> Result<Vec<App>> {
    let dir = std::path::absolute(&options.dir)?;
    let mut apps = Vec::new();
    for (name, shape) in [("hello", HELLO), ("hundred", HUNDRED)] {
        for style in [Style::Attributes, Style::Tonic] {
            let app = App::write(&dir, name, style, shape)?;
            app.fetch()?;
            apps.push(app);
        }
    }
    Ok(apps)
}

/// Measures the builds after a change in one handler.
fn rebuild(options: &Options, apps: &[App], rows: &mut [Row]) -> Result<()> {
    let mut edit = 0;
    for (rounds, release) in [(options.rebuilds, false), (options.release_rebuilds, true)] {
        for round in 0..rounds {
            progress(&format!("rebuild {} of {rounds}", round + 1));
            edit += 1;
            for (app, row) in apps.iter().zip(&mut *rows) {
                app.edit(edit)?;
                let cost = app.build(release)?;
                if release { row.release_rebuilds.push(cost) } else { row.rebuilds.push(cost) }
            }
        }
    }
    Ok(())
}

impl Row {
    fn of(app: &App) -> Self {
        let none = Vec::new;
        Self {
            title: app.title(),
            name: app.name,
            style: app.style,
            clean: none(),
            rebuilds: none(),
            release_rebuilds: none(),
            instructions: Instructions::default(),
            size: 0,
            stripped: 0,
        }
    }
}

fn report(rows: &[Row]) -> Report {
    let mut builds = Table::new(["app", "build", "wall s", "CPU s"]);
    for row in rows {
        for (build, costs) in BUILDS {
            let of = |part: fn(&Cost) -> f64| format!("{:.2}", Spread::of(costs(row).iter().map(part)));
            if !costs(row).is_empty() {
                builds.row([row.title.clone(), build.to_owned(), of(|cost| cost.wall), of(|cost| cost.cpu)]);
            }
        }
    }
    let mut sizes = Table::new(["app", "release program, bytes", "stripped"]);
    for row in rows {
        sizes.row([row.title.clone(), row.size.to_string(), row.stripped.to_string()]);
    }
    let group = |(build, costs): (&str, Costs)| {
        let bars = rows.iter().filter(|row| row.name == "hundred" || build == "clean release");
        let bars = bars.filter(|row| !costs(row).is_empty());
        let bars = bars.map(|row| (row.style.name(), Spread::of(costs(row).iter().map(|cost| cost.cpu))));
        Group { name: build.to_owned(), bars: bars.collect() }
    };
    Report {
        name: "compile",
        title: "What it costs to compile: median (least–most)".to_owned(),
        tables: vec![
            ("Builds of the smallest app, and of one with 100 handlers more:".to_owned(), builds),
            ("Beside tonic, CPU time, the builds of one round together:".to_owned(), ratios(rows)),
            (
                "Instructions of the compiler for the app's own code, one handler changed, in billions:".to_owned(),
                counted(rows),
            ),
            ("Programs:".to_owned(), sizes),
        ],
        chart: Chart {
            title: "CPU time to build, s: the smallest app from nothing, and 100 handlers again (less is better)".to_owned(),
            groups: BUILDS.map(group).into(),
        },
        rounds: json!(rows),
    }
}

/// The compiler's instructions, which are the same on a busy machine.
fn counted(rows: &[Row]) -> Table {
    let mut table = Table::new(["what", "centrifugo", "tonic", "of tonic's"]);
    let mut row = |what: String, of: &dyn Fn(Style) -> Option<f64>| {
        if let (Some(ours), Some(tonic)) = (of(Style::Attributes), of(Style::Tonic)) {
            let billions = |count: f64| format!("{:.2}", count / 1e9);
            table.row([what, billions(ours), billions(tonic), format!("{:.2}", ours / tonic)]);
        }
    };
    for (profile, count) in PROFILES {
        let of = |name, style| {
            let row = rows.iter().find(|row| (row.name, row.style) == (name, style));
            row.and_then(|row| count(&row.instructions))
        };
        row(format!("the smallest app: {profile}"), &|style| of("hello", style));
        row(format!("the app of 100 handlers: {profile}"), &|style| of("hundred", style));
        row(format!("what 100 handlers add: {profile}"), &|style| Some(of("hundred", style)? - of("hello", style)?));
    }
    table
}

/// The additional cost of attributes: of the whole smallest app, and of each hundred handlers.
fn ratios(rows: &[Row]) -> Table {
    let of = |name, style, costs: Costs| {
        let row = rows.iter().find(move |row| (row.name, row.style) == (name, style));
        row.into_iter().flat_map(costs).map(|cost| cost.cpu)
    };
    let mut table = Table::new(["what", "centrifugo s", "tonic s", "of tonic's"]);
    let mut row = |what: String, ours: Vec<f64>, tonic: Vec<f64>| {
        if ours.is_empty() {
            return;
        }
        let ratio = Spread::of(ours.iter().zip(&tonic).map(|(ours, tonic)| ours / tonic));
        let [ours, tonic] = [ours, tonic].map(|seconds| format!("{:.2}", Spread::of(seconds)));
        table.row([what, ours, tonic, format!("{ratio:.2}")]);
    };
    for (build, costs) in BUILDS {
        let whole = |style| of("hello", style, costs).collect();
        row(format!("the smallest app: {build}"), whole(Style::Attributes), whole(Style::Tonic));
        let added = |style| {
            let (hundred, hello) = (of("hundred", style, costs), of("hello", style, costs));
            hundred.zip(hello).map(|(hundred, hello)| hundred - hello).collect()
        };
        if build != "clean release" {
            row(format!("what 100 handlers add: {build}"), added(Style::Attributes), added(Style::Tonic));
        }
    }
    table
}
