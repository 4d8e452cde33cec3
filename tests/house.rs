//! The rooms of `runtime/src` and `standalone/src`: which may import which, who names a foreign crate, and what the macros have a copy of.
//! CONTRIBUTING.md says what each room is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A crate in rooms.
struct House {
    sources: &'static str,
    /// The rooms from the top: each may import those below it, and none above.
    rooms: &'static [&'static str],
}

const HOUSES: [House; 2] =
    [House { sources: "runtime/src", rooms: &RUNTIME }, House { sources: "standalone/src", rooms: &STANDALONE }];

/// A command of a client passes `http`, `client`, and then `app` or `hub`.
const STANDALONE: [&str; 16] = [
    "server",
    "error",
    "descriptors",
    "http",
    "api",
    "client",
    "token",
    "app",
    "hub",
    "config",
    "codec",
    "throttled_log",
    "go_json",
    "unix_time",
    "base64",
    "proto",
];

/// A call passes `server`, `grpc`, `dispatch`, `handler`.
const RUNTIME: [&str; 19] = [
    "testing",
    "private",
    "app",
    "server",
    "grpc",
    "config",
    "registry",
    "http_bridge",
    "api",
    "dispatch",
    "extract",
    "error",
    "handler",
    "event",
    "reply",
    "names",
    "reject",
    "observe",
    "wire",
];

/// What the first level may hold besides its rooms.
const FRONT: &str = "lib";

/// A crate or a room that few files may name.
struct Kept {
    name: &'static str,
    /// Paths that begin so may stand anywhere.
    but: &'static [&'static str],
    /// The rooms and files that may name it.
    places: &'static [&'static str],
    why: &'static str,
}

const KEPT: [Kept; 12] = [
    Kept { name: "h2", but: &[], places: &["server/"], why: "HTTP/2 is the server's affair" },
    Kept { name: "tokio_rustls", but: &[], places: &["server/"], why: "TLS is the server's affair" },
    Kept {
        name: "centrifugo_standalone",
        but: &[],
        places: &["app/standalone/", "api/route.rs", "api/publisher.rs", "error.rs"],
        why: "the app's own engine is off by default, and starts in one place",
    },
    Kept {
        name: "axum",
        but: &[],
        places: &["app/standalone/"],
        why: "only the app's own engine has routes; the HTTP bridge calls any tower service",
    },
    Kept {
        name: "inventory",
        but: &[],
        places: &["app/collected.rs", "reject/derived.rs", "private.rs"],
        why: "what attributes and derives collect is read in one place each",
    },
    Kept {
        name: "metrics",
        but: &[],
        places: &["observe/meter.rs", "observe/exporter.rs"],
        why: "instruments are registered by one meter, which is off by default",
    },
    Kept {
        name: "metrics_exporter_prometheus",
        but: &[],
        places: &["observe/exporter.rs"],
        why: "the app has one exporter",
    },
    Kept {
        name: "opentelemetry",
        but: &[],
        places: &["observe/trace_context.rs"],
        why: "a call joins its client's trace in one place",
    },
    Kept {
        name: "tracing_opentelemetry",
        but: &[],
        places: &["observe/trace_context.rs"],
        why: "a call joins its client's trace in one place",
    },
    Kept {
        name: "tonic",
        but: &["tonic::Status", "tonic::body"],
        places: &["grpc/", "dispatch/stream.rs"],
        why: "gRPC's machinery is behind `grpc`, but for the messages that a client streams",
    },
    Kept {
        name: "tonic_reflection",
        but: &[],
        places: &["grpc/reflection.rs", "grpc/schema.rs"],
        why: "reflection is off by default, and two files have all of it",
    },
    Kept {
        name: "crate::wire",
        but: &[],
        places: &["event/", "reply/", "dispatch/stream.rs", "dispatch/channel_states.rs", "testing/"],
        why: "Centrifugo's messages become events where they arrive, and replies become messages where they leave",
    },
];

#[test]
fn the_first_level_holds_the_rooms_and_nothing_else() {
    for House { sources, rooms } in HOUSES {
        let known: BTreeSet<_> = rooms.iter().chain([&FRONT]).map(|room| (*room).to_owned()).collect();
        let found: BTreeSet<_> = self::sources(sources).keys().map(|file| room(file).to_owned()).collect();
        assert_eq!(found, known, "{sources}");
    }
}

#[test]
fn a_room_imports_only_rooms_below_it() {
    let upward: Vec<_> = HOUSES.iter().flat_map(upward).collect();
    assert!(upward.is_empty(), "these imports run upwards:\n{}", upward.join("\n"));
}

fn upward(House { sources, rooms }: &House) -> Vec<String> {
    let rank = |room: &str| rooms.iter().position(|known| *known == room);
    let mut upward = Vec::new();
    for (file, paths) in self::sources(sources).iter().filter(|(file, _)| room(file) != FRONT) {
        for path in paths.iter().filter(|path| path.len() > 1 && path[0] == "crate") {
            let to = if path[1] == "__private" { "private" } else { &path[1] };
            if rank(to).is_some_and(|to| Some(to) < rank(room(file))) {
                upward.push(format!("{sources}/{file}: {}", path.join("::")));
            }
        }
    }
    upward
}

#[test]
fn the_side_door_has_no_code() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/private.rs");
    let tokens: TokenStream = fs::read_to_string(source).expect("a source").parse().expect("Rust");
    let mut keywords = identifiers(tokens).into_iter().filter(|name| CODE.contains(&name.as_str()));
    assert_eq!(keywords.next(), None, "this begins code, which belongs to the room that it is about");
}

/// The keywords that begin code.
const CODE: [&str; 9] = ["const", "enum", "fn", "impl", "macro_rules", "static", "struct", "trait", "type"];

fn identifiers(tokens: TokenStream) -> Vec<String> {
    let names = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => identifiers(group.stream()),
        TokenTree::Ident(name) => vec![name.to_string()],
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    });
    names.collect()
}

#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    let circles: Vec<_> = HOUSES.iter().flat_map(|house| circles(&sources(house.sources))).collect();
    assert!(circles.is_empty(), "these files import each other in a circle:\n{}", circles.join("\n"));
}

fn circles(sources: &BTreeMap<String, Vec<Vec<String>>>) -> Vec<String> {
    let mut circles = Vec::new();
    for file in sources.keys().filter(|file| !is_front(file) && room(file) != "testing") {
        let mut seen = BTreeSet::new();
        let mut next = vec![file.as_str()];
        while let Some(one) = next.pop() {
            for imported in imported(one, sources) {
                if imported == file {
                    circles.push(format!("{file} <- {one}"));
                }
                if seen.insert(imported) {
                    next.push(imported);
                }
            }
        }
    }
    circles
}

#[test]
fn few_files_name_what_is_kept_in_few_places() {
    let mut strays = Vec::new();
    for (file, paths) in sources(HOUSES[0].sources) {
        for path in paths.iter().map(|path| path.join("::")) {
            let is_of = |name: &str| path == name || path.starts_with(&format!("{name}::"));
            for kept in KEPT.iter().filter(|kept| is_of(kept.name) && !kept.but.iter().any(|free| is_of(free))) {
                if !kept.places.iter().any(|place| file.starts_with(place)) {
                    strays.push(format!("{file}: {path} ({})", kept.why));
                }
            }
        }
    }
    assert!(strays.is_empty(), "these paths stand in the wrong file:\n{}", strays.join("\n"));
}

/// The extractors that the macros' `OWNED` leaves out: the compiler itself reports references to them.
const REPORTED_BY_THE_COMPILER: [&str; 5] = ["ClientId", "Option", "Publisher", "Result", "Vec"];

#[test]
fn the_macros_know_each_extractor_that_is_never_borrowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = |path: PathBuf| fs::read_to_string(path).expect("a source");
    let sources = ["runtime/src/extract", "runtime/src/api"].into_iter().flat_map(|room| files(&root.join(room)));
    let extracted: BTreeSet<_> = sources.flat_map(|file| extracted(&text(file))).collect();
    let is_borrowed = |ty: &str| ty.starts_with('&') || extracted.contains(&format!("&{ty}"));
    let is_refused = |ty: &&str| !is_borrowed(ty) && !REPORTED_BY_THE_COMPILER.contains(ty);
    let refused: BTreeSet<_> = extracted.iter().map(String::as_str).filter(is_refused).collect();

    let macros = text(root.join("macros/src/handler/extractor_types.rs"));
    let list = macros.split_once("const OWNED: ").and_then(|(_, list)| list.split(';').nth(1)).expect("the list");
    let known: BTreeSet<_> = list.split('"').skip(1).step_by(2).collect();
    assert_eq!(known, refused);
}

/// The types that a source implements `Extract` for, without lifetimes and arguments: `Data`, `&UserId`.
fn extracted(source: &str) -> Vec<String> {
    let implementations = source.lines().filter(|line| line.starts_with("impl<'c"));
    let types = implementations.filter_map(|line| Some(line.split_once(" Extract<'c, ")?.1.split_once("> for ")?.1));
    types.map(|ty| ty.replace("&'c ", "&").chars().take_while(|c| !" <".contains(*c)).collect()).collect()
}

/// The files of the same room that a file imports, but for the room's `mod.rs`, which is its front.
fn imported<'s>(file: &str, sources: &'s BTreeMap<String, Vec<Vec<String>>>) -> Vec<&'s str> {
    let in_room = |path: &Vec<String>| path[0] == "crate" && path.len() > 2 && path[1] == room(file);
    let names = sources[file].iter().filter(|path| in_room(path)).map(|path| format!("{}/{}.rs", path[1], path[2]));
    // A macro names its own file's items from the root.
    let others = names.filter(|name| name != file);
    others.filter_map(|name| sources.get_key_value(&name)).map(|(name, _)| name.as_str()).collect()
}

fn is_front(file: &str) -> bool {
    file.ends_with("/mod.rs")
}

/// The first name of a file's path.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// For each file of a crate, the paths that its code names, from the crate's root or from another crate's. Tests are left out.
fn sources(folder: &str) -> BTreeMap<String, Vec<Vec<String>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut sources = BTreeMap::new();
    for file in files(&root) {
        let name = file.strip_prefix(&root).expect("it is in there").display().to_string();
        if name.contains("/tests") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source");
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let tokens: TokenStream = code.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut paths = Vec::new();
        read(tokens, &module(&name), &mut paths);
        sources.insert(name, paths);
    }
    sources
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let (directories, files): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.is_dir());
    files.into_iter().chain(directories.iter().flat_map(|directory| self::files(directory))).collect()
}

/// The path of a file's module, from `crate`.
fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let names = path.split('/').filter(|name| *name != FRONT).map(str::to_owned);
    ["crate".to_owned()].into_iter().chain(names).collect()
}

/// Collects the paths in these tokens, which stand in this module.
fn read(tokens: TokenStream, module: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let is_module = at > 1 && tokens[at - 2].to_string() == "mod" && group.delimiter() == Delimiter::Brace;
                let inner = is_module.then(|| [module, &[tokens[at - 1].to_string()]].concat());
                // The items of `use a::{b, c}` have been read with `a`.
                if !ends_path(&tokens[..at]) {
                    read(group.stream(), inner.as_deref().unwrap_or(module), paths);
                }
            }
            TokenTree::Ident(first) if !ends_path(&tokens[..at]) && starts_path(&tokens[at + 1..]) => {
                let start = match first.to_string().as_str() {
                    "super" => module[..module.len() - 1].to_vec(),
                    "self" => module.to_vec(),
                    name => vec![name.to_owned()],
                };
                // In a macro for expansions this is code of the app.
                if is_expanded(&tokens[..at], &tokens[at + 1..]) {
                    continue;
                }
                follow(&tokens[at + 1..], start, paths);
            }
            _ => {}
        }
    }
}

/// Whether a path is `$crate::__private`.
fn is_expanded(before: &[TokenTree], after: &[TokenTree]) -> bool {
    let after_dollar = matches!(before, [.., TokenTree::Punct(dollar)] if dollar.as_char() == '$');
    after_dollar && matches!(after, [_, _, TokenTree::Ident(name), ..] if name == "__private")
}

/// Whether these tokens end with `::`.
fn ends_path(tokens: &[TokenTree]) -> bool {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    matches!(tokens, [.., first, second] if is_colon(first) && is_colon(second))
}

/// Whether these tokens begin with `::`.
fn starts_path(tokens: &[TokenTree]) -> bool {
    tokens.get(..2).is_some_and(ends_path)
}

/// Collects the paths that go on from here, each item of a group `{..}` by itself.
fn follow(tokens: &[TokenTree], path: Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tokens {
        [_, _, TokenTree::Ident(name), rest @ ..] if starts_path(tokens) => {
            follow(rest, [path, vec![name.to_string()]].concat(), paths);
        }
        [_, _, TokenTree::Group(group), ..] if starts_path(tokens) => {
            let items: Vec<TokenTree> = group.stream().into_iter().collect();
            for item in items.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')) {
                if let [TokenTree::Ident(name), rest @ ..] = item {
                    follow(rest, [path.clone(), vec![name.to_string()]].concat(), paths);
                }
            }
        }
        _ => paths.push(path),
    }
}
