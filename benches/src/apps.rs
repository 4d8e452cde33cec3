//! Writes the apps that are measured: the same app with attributes, and by hand on tonic.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The service that `tonic-prost-build` generates from the schema.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/centrifugal.centrifugo.proxy.rs"));

/// The way in which an app is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Style {
    Attributes,
    Tonic,
}

/// The number of an app's handlers, besides connect and one RPC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) rpcs: usize,
    pub(crate) topics: usize,
}

/// An app in a folder of its own, which is a workspace of its own.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) name: &'static str,
    pub(crate) style: Style,
    pub(crate) dir: PathBuf,
    /// The target directory. Apps of one style share it, and with it their dependencies.
    pub(crate) target: PathBuf,
    shape: Shape,
}

impl Style {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Attributes => "centrifugo",
            Self::Tonic => "tonic",
        }
    }
}

/// The checkout that this program is built from.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

impl App {
    /// Writes the app, with the dependencies that the checkout has locked.
    pub(crate) fn write(parent: &Path, name: &'static str, style: Style, shape: Shape) -> io::Result<Self> {
        let parent = parent.join(style.name());
        let app = Self { name, style, dir: parent.join(name), target: parent.join("target"), shape };
        let src = app.dir.join("src");
        fs::create_dir_all(&src)?;
        let (manifest, main) = match style {
            Style::Attributes => (include_str!("../templates/ours/manifest.txt"), include_str!("../templates/ours/main.rs")),
            Style::Tonic => (include_str!("../templates/tonic/manifest.txt"), include_str!("../templates/tonic/main.rs")),
        };
        let checkout = checkout();
        let runtime = checkout.join("runtime").display().to_string();
        fs::write(app.dir.join("Cargo.toml"), manifest.replace("{name}", name).replace("{runtime}", &runtime))?;
        fs::write(src.join("main.rs"), main)?;
        fs::copy(checkout.join("Cargo.lock"), app.dir.join("Cargo.lock"))?;
        if style == Style::Tonic {
            fs::write(src.join("generated.rs"), GENERATED)?;
        }
        app.edit(0)?;
        Ok(app)
    }

    /// The app's name and style, for a table.
    pub(crate) fn title(&self) -> String {
        format!("{} ({})", self.name, self.style.name())
    }

    /// Writes the handlers anew, one of them with another body.
    pub(crate) fn edit(&self, edit: usize) -> io::Result<()> {
        let Shape { rpcs, topics } = self.shape;
        let each = |template: &str, count: usize| -> String {
            (0..count).map(|at| template.replace("{n}", &at.to_string())).collect()
        };
        let handlers = match self.style {
            Style::Attributes => {
                let rpcs =
                    each(concat!(include_str!("../templates/types.rs"), include_str!("../templates/ours/rpc.rs")), rpcs);
                let topics = each(include_str!("../templates/ours/topic.rs"), topics);
                include_str!("../templates/ours/handlers.rs").to_owned() + &rpcs + &topics
            }
            Style::Tonic => {
                let functions =
                    each(concat!(include_str!("../templates/types.rs"), include_str!("../templates/tonic/rpc.rs")), rpcs)
                        + &each(include_str!("../templates/tonic/topic.rs"), topics);
                let arms = |template: &str, count| each(template, count);
                include_str!("../templates/tonic/handlers.rs")
                    .replace("// {rpcs}", &arms(include_str!("../templates/tonic/rpc_arm.txt"), rpcs))
                    .replace("// {topics}", &arms(include_str!("../templates/tonic/topic_arm.txt"), topics))
                    + &functions
            }
        };
        fs::write(self.dir.join("src/handlers.rs"), handlers.replace("{edit}", &edit.to_string()))
    }
}
