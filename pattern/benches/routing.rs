//! The cost of finding a handler among many, beside the usual ways: a regular expression for each pattern, a set of
//! them, and a router of HTTP paths.
//!
//! ```text
//! cargo bench -p centrifugo-pattern
//! ```
//!
//! Each lookup is for another name, so that the caches of the processor don't hold its nodes. "One name" looks for the
//! same name each time.

use std::hint::black_box;
use std::time::Duration;

use centrifugo_pattern::{Pattern, Router};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use regex::{Regex, RegexSet, RegexSetBuilder};

/// The numbers of patterns.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// The regular expression for a placeholder.
const VALUE: &str = "([!-~&&[^./:#,]]+)";

/// One router of each sort, over patterns with two placeholders each.
struct Routers {
    tree: Router<usize>,
    regexes: Vec<Regex>,
    set: RegexSet,
    matchit: matchit::Router<usize>,
}

impl Routers {
    fn new(size: usize) -> Self {
        let mut tree = Router::default();
        let mut matchit = matchit::Router::new();
        let mut sources = Vec::new();
        for at in 0..size {
            let pattern = Pattern::parse(&format!("team{at}.<team>.room.<room>")).expect("a pattern");
            tree.insert(&pattern, false, at).expect("a free shape");
            matchit.insert(format!("/team{at}/{{team}}/room/{{room}}"), at).expect("a free path");
            sources.push(format!(r"^team{at}\.{VALUE}\.room\.{VALUE}$"));
        }
        let regexes = sources.iter().map(|source| Regex::new(source).expect("a regex")).collect();
        let set = RegexSetBuilder::new(&sources).size_limit(1 << 30).build().expect("a set");
        Self { tree, regexes, set, matchit }
    }

    fn tree(&self, name: &str) -> Option<(usize, usize)> {
        self.tree.find_map(name, |found| Some((*found.value, found.values().map(str::len).sum())))
    }

    fn matchit(&self, path: &str) -> Option<(usize, usize)> {
        let found = self.matchit.at(path).ok()?;
        Some((*found.value, found.params.iter().map(|(_, value)| value.len()).sum()))
    }

    /// Centrifugo's names have other separators than paths.
    fn matchit_of_name(&self, name: &str) -> Option<(usize, usize)> {
        self.matchit(&path(name))
    }

    fn one_regex_after_the_other(&self, name: &str) -> Option<(usize, usize)> {
        self.regexes.iter().enumerate().find_map(|(at, regex)| Some((at, values(regex, name)?)))
    }

    fn regex_set(&self, name: &str) -> Option<(usize, usize)> {
        let at = self.set.matches(name).iter().next()?;
        Some((at, values(&self.regexes[at], name)?))
    }
}

fn values(regex: &Regex, name: &str) -> Option<usize> {
    let captures = regex.captures(name)?;
    Some(captures.iter().skip(1).flatten().map(|value| value.len()).sum())
}

fn path(name: &str) -> String {
    format!("/{}", name.replace('.', "/"))
}

/// Names for all of the patterns, in an order that jumps.
fn names(size: usize, end: &str) -> Vec<String> {
    (0..size).map(|at| format!("team{}.red.room{end}", at * 7_919 % size)).collect()
}

fn measure<'r>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    what: &str,
    size: usize,
    names: &[String],
    find: impl Fn(&str) -> Option<(usize, usize)> + 'r,
) {
    let mut next = names.iter().cycle();
    group.bench_function(BenchmarkId::new(what, size), |bencher| {
        bencher.iter(|| find(black_box(next.next().expect("names without end"))));
    });
}

fn routing(criterion: &mut Criterion) {
    for size in SIZES {
        let routers = Routers::new(size);
        for (kind, end) in [("hit", ".kitchen"), ("miss", ".kitchen.table")] {
            let names = names(size, end);
            let paths: Vec<String> = names.iter().map(|name| path(name)).collect();
            let expected = if kind == "hit" { size } else { 0 };
            assert_eq!(names.iter().filter_map(|name| routers.tree(name)).count(), expected);
            assert_eq!(paths.iter().filter_map(|path| routers.matchit(path)).count(), expected);

            let mut group = criterion.benchmark_group(kind);
            measure(&mut group, "tree, one name", size, &names[..1], |name| routers.tree(name));
            measure(&mut group, "tree", size, &names, |name| routers.tree(name));
            measure(&mut group, "matchit", size, &paths, |path| routers.matchit(path));
            measure(&mut group, "matchit, from a name", size, &names, |name| routers.matchit_of_name(name));
            measure(&mut group, "regex set", size, &names, |name| routers.regex_set(name));
            measure(&mut group, "regexes in turn", size, &names, |name| routers.one_regex_after_the_other(name));
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700));
    targets = routing
}
criterion_main!(benches);
