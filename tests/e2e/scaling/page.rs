//! The configuration in `docs/scaling.md`.

const PAGE: &str = include_str!("../../../docs/scaling.md");

/// The page's only block in this language.
pub(crate) fn block(language: &str) -> &'static str {
    let begin = format!("\n```{language}\n");
    let mut blocks = PAGE.split(&begin);
    let block = blocks.nth(1).and_then(|rest| rest.split_once("\n```")).map(|(block, _)| block);
    assert!(blocks.next().is_none(), "docs/scaling.md has two blocks of {language}");
    block.unwrap_or_else(|| panic!("docs/scaling.md has no block of {language}"))
}
