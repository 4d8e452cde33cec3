//! Each mistake has a message of one line that says what to write instead, and a drawing of its place.

use centrifugo_pattern::{Pattern, Place};

/// The message, and what the drawing marks.
fn mistake(pattern: &str, place: Place) -> (String, String) {
    let error = Pattern::parse(pattern).and_then(|parsed| parsed.check(place)).expect_err(pattern);
    let shown = error.to_string();
    let lines: Vec<_> = shown.lines().collect();
    let [message, "", text, marks] = lines[..] else { panic!("{shown}") };
    let marked = text.chars().zip(marks.chars()).filter(|(_, mark)| *mark == '^').map(|(c, _)| c).collect();
    assert_eq!(message, error.message());
    assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
    (message.to_owned(), marked)
}

macro_rules! mistakes {
    ($($name:ident: $place:ident $pattern:expr => $marked:expr, $part:expr;)*) => {$(
        #[test]
        fn $name() {
            let (message, marked) = mistake(&$pattern, Place::$place);
            assert!(message.contains($part), "{message}");
            assert_eq!(marked, $marked, "{message}");
        }
    )*};
}

mistakes! {
    an_open_placeholder_wants_its_bracket: Subscribe "user.<uuid" => "<uuid", "add `>`";
    an_open_placeholder_ends_at_a_tail: Subscribe "user.<uuid[.x]" => "<uuid", "add `>`";
    a_closing_bracket_stands_alone: Subscribe "user.uuid>" => ">", "stands alone";
    a_closing_square_bracket_stands_alone: Subscribe "user]" => "]", "stands alone";
    a_placeholder_holds_no_other: Subscribe "a.<b<c>>" => "<b<", "side by side";
    a_placeholder_has_a_name: Subscribe "user.<>" => "<>", "`<_>`";
    a_rest_has_a_name: Subscribe "user.<..>" => "<..>", "`<_..>`";
    braces_are_a_habit: Subscribe "user.{uuid}" => "{uuid}", "written `<uuid>`";
    braces_may_hold_the_word_placeholder: Subscribe "a.{placeholder}" => "{placeholder}", "`{placeholder}` is literal text";
    braces_may_be_empty: Subscribe "user.{}" => "{}", "written `<name>`";
    braces_may_hold_a_type: Subscribe "user.{id:u64}" => "{id:u64}", "written `<id>`";
    braces_may_hold_a_rest: Method "get:{*path}" => "{*path}", "written `<path..>`";
    braces_of_a_template: Method "user.${id}" => "${id}", "written `<id>`";
    braces_of_another_template: Subscribe "user.#{id}" => "#{id}", "written `<id>`";
    a_colon_of_a_router: Method "user/:id" => ":id", "written `<id>`";
    a_colon_of_a_router_in_a_channel: Subscribe "user.:id.x" => ":id", "written `<id>`";
    a_dollar_of_a_shell: Subscribe "user.$id" => "$id", "written `<id>`";
    a_conversion_of_printf: Subscribe "user.%s" => "%s", "written `<name>`";
    another_conversion_of_printf: Method "user/%d/x" => "%d", "written `<name>`";
    parentheses: Subscribe "user.(id)" => "(id)", "written `<id>`";
    a_group_of_a_regex: Subscribe "user.(\\d+)" => "(\\\\d+)", "written `<name>`";
    square_brackets: Subscribe "user.[id]" => "[id]", "written `<id>`";
    a_class_of_a_regex: Subscribe "user.[0-9]+" => "[0-9]+", "not a regular expression";
    an_escape_of_a_regex: Subscribe "user.\\d+" => "\\\\d+", "not a regular expression";
    the_start_of_a_regex: Subscribe "^user" => "^", "remove `^`";
    the_end_of_a_regex: Subscribe "user$" => "$", "remove `$`";
    a_glob_with_a_name: Subscribe "files/*path" => "*path", "written `<path..>`";
    dots_go_after_the_name: Subscribe "files/<..path>" => "<..path>", "written `<path..>`";
    three_dots_go_nowhere: Subscribe "files/<...path>" => "<...path>", "written `<path..>`";
    a_star_in_a_placeholder: Subscribe "files/<*path>" => "<*path>", "written `<path..>`";
    a_star_after_a_placeholder: Subscribe "files/<path>*" => "<path>*", "written `<path..>`";
    a_plus_after_a_placeholder: Subscribe "files/<path>+" => "<path>+", "written `<path..>`";
    a_question_mark_in_a_placeholder: Subscribe "user.<id?>" => "<id?>", "write `[.<id>]`";
    a_question_mark_after_a_placeholder: Subscribe "user.<id>?" => "<id>?", "write `[.<id>]`";
    a_default: Subscribe "user.<id=1>" => "<id=1>", "no default: write `<id>`";
    doubled_brackets: Subscribe "user.<<id>>" => "<<id>>", "write `<id>`";
    a_glob_matches_only_itself: Subscribe "user.*" => "*", "`<name..>`";
    a_type_goes_to_the_argument: Subscribe "order.<id: u64>" => "<id: u64>", "`<id>` here, and the type at the function";
    a_regex_is_no_type: Subscribe "order.<id:\\d+>" => "<id:\\\\d+>", "has no type";
    a_dash_is_no_letter: Subscribe "user.<user-id>" => "user-id", "`user-id` can't be the name";
    a_digit_starts_no_name: Subscribe "user.<1st>" => "1st", "starting with a letter";
    a_name_has_no_space: Subscribe "user.< id >" => " id ", "can't be the name";
    a_keyword_names_no_argument: Subscribe "x.<type>" => "type", "keyword of Rust";
    a_name_comes_once: Subscribe "a.<id>.<id>" => "id", "names an earlier placeholder already";
    the_rest_is_last: Subscribe "a.<path..>.b" => "<path..>", "must be last";
    the_rest_goes_before_no_tail: Subscribe "a.<path..>[.b]" => "<path..>", "must be last";
    the_rest_has_two_dots: Subscribe "a.<path...>" => "<path...>", "two dots";
    neighbours_need_a_delimiter: Subscribe "a.<b><c>" => "<b>", "`. / : # ,`";
    text_after_a_placeholder_starts_with_a_delimiter: Subscribe "a.<b>-x" => "<b>", "`. / : # ,`";
    a_tail_after_a_placeholder_starts_with_a_delimiter: Subscribe "a.<b>[x]" => "<b>", "`. / : # ,`";
    only_the_end_is_optional: Subscribe "a[.b].c" => ".c", "nothing follows `]`";
    there_is_one_tail: Subscribe "a[.b][.c]" => "[.c]", "nothing follows `]`";
    a_tail_holds_no_other: Subscribe "a[.b[.c]]" => "[", "write two patterns";
    a_tail_is_not_empty: Subscribe "a[]" => "[]", "remove it";
    a_tail_is_closed: Subscribe "a[.b" => "[.b", "add `]`";
    a_pattern_is_not_all_optional: Subscribe "[a]" => "[a]", "before `[`";
    a_namespace_is_not_optional: Subscribe "chat[:<room>]" => "[:<room>]", "one without";
    the_end_of_a_namespace_is_not_optional: Subscribe "chat[s:<room>]" => "[s:<room>]", "one without";
    the_end_of_a_namespace_may_be_no_ascii: Method "a[bé.:<room>]" => "[bé.:<room>]", "one without";
    a_channel_is_not_empty: Subscribe "" => "", "never empty";
    a_channel_has_255_bytes: Subscribe "a".repeat(256) => "a".repeat(256), "255 bytes";
    a_private_channel_calls_no_handler: Subscribe "$news" => "$", "need a token";
    a_colon_wants_a_namespace: Subscribe ":news" => ":", "no namespace";
    a_namespace_has_two_characters: Subscribe "a:<id>" => "a", "two or more";
    a_namespace_has_no_slash: Publish "a/b:<id>" => "a/b", "can't be a namespace";
    a_method_s_namespace_is_one: Method "g t:<id>" => "g t", "can't be a namespace";
    a_channel_is_ascii: Subscribe "grüße.<id>" => "ü", "not ASCII";
    a_tab_is_a_mistake: Method "a\tb" => "\\t", "control character";
    nul_is_a_mistake: Subscribe "a\0b" => "\\0", "control character";
    a_space_is_a_mistake: Subscribe "my news" => " ", "surely a mistake";
}

#[test]
fn a_pattern_that_names_can_match_is_accepted() {
    for (pattern, place) in [
        ("$news", Place::Publish),
        ("", Place::Method),
        ("grüße", Place::Method),
        ("get:users/<path..>", Place::Method),
        ("a#<user>", Place::Subscribe),
        ("<ns>:<id>", Place::Subscribe),
        ("order.<id>[.items.<item>]", Place::Subscribe),
        ("chat:<room>[.archive]", Place::Subscribe),
        ("a.<_>.<_>", Place::Subscribe),
        ("a.b[.c]", Place::Subscribe),
        ("a.[<b>]", Place::Subscribe),
        ("sum(a)", Place::Method),
        ("Service::method", Place::Method),
        ("get:a%20b", Place::Method),
        ("a.100%", Place::Subscribe),
        ("cost.5$x", Place::Subscribe),
    ] {
        assert_eq!(Pattern::parse(pattern).and_then(|parsed| parsed.check(place)), Ok(()), "{pattern}");
    }
}

#[test]
fn the_longest_channel_may_still_be_subscribed_to() {
    let pattern = Pattern::parse(&"a".repeat(255)).unwrap();
    assert_eq!(pattern.check(Place::Subscribe), Ok(()));
    let longer = Pattern::parse(&"a".repeat(256)).unwrap();
    assert_eq!(longer.check(Place::Publish), Ok(()));
}
