//! What it costs to find a handler among many, beside the usual way: a regular expression for each pattern.
//!
//! ```text
//! cargo bench -p centrifugo-pattern
//! ```

use centrifugo_pattern::{Pattern, Router};
use divan::{Bencher, black_box};
use regex::{Regex, RegexSet};

/// How many patterns there are. The last one of them is looked for: the worst case for those who look at one after the other.
const PATTERNS: [usize; 4] = [1, 10, 100, 1_000];

fn main() {
    divan::main();
}

fn patterns(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|at| format!("team{at}.<team>.room.<room>"))
}

fn regexes(count: usize) -> impl Iterator<Item = String> {
    patterns(count).map(|pattern| {
        let text = pattern.replace('.', "\\.");
        format!("^{}$", text.replace("<team>", "([^./:#,]+)").replace("<room>", "([^./:#,]+)"))
    })
}

fn channel(count: usize) -> String {
    format!("team{}.red.room.kitchen", count - 1)
}

#[divan::bench(args = PATTERNS)]
fn tree(bencher: Bencher<'_, '_>, count: usize) {
    let mut router = Router::default();
    for (at, pattern) in patterns(count).enumerate() {
        let pattern = Pattern::parse(&pattern).expect("a pattern");
        router.insert(&pattern, false, at).expect("a free shape");
    }
    let channel = channel(count);
    bencher.bench(|| {
        let found = router.find(black_box(&channel)).next().expect("a match");
        (*found.value, found.values().count())
    });
}

#[divan::bench(args = PATTERNS)]
fn one_regex_after_the_other(bencher: Bencher<'_, '_>, count: usize) {
    let regexes: Vec<Regex> = regexes(count).map(|regex| Regex::new(&regex).expect("a regex")).collect();
    let channel = channel(count);
    bencher.bench(|| {
        let found = regexes.iter().enumerate().find_map(|(at, regex)| Some((at, regex.captures(black_box(&channel))?)));
        let (at, values) = found.expect("a match");
        (at, values.len())
    });
}

#[divan::bench(args = PATTERNS)]
fn regex_set(bencher: Bencher<'_, '_>, count: usize) {
    let all: Vec<String> = regexes(count).collect();
    let set = RegexSet::new(&all).expect("a set");
    let regexes: Vec<Regex> = all.iter().map(|regex| Regex::new(regex).expect("a regex")).collect();
    let channel = channel(count);
    bencher.bench(|| {
        let at = set.matches(black_box(&channel)).iter().next().expect("a match");
        (at, regexes[at].captures(&channel).expect("a match").len())
    });
}
