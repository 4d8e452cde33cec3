//! How each argument and each mistake is read.

use super::*;

const GRAMMAR: Grammar = Grammar {
    attribute: "sample",
    options: &[
        Opt::flag("lenient"),
        Opt::value("data", "is a type", "Message"),
        Opt::value("order", "is a whole number", "-1"),
        Opt::NAME,
        Opt::COLLECT,
    ],
    positional: Positional::Words { noun: "event", words: &["rpc", "publish"] },
};

/// The arguments as they were read.
#[derive(Default)]
struct Sample(Vec<String>);

impl Arguments for Sample {
    fn option(&mut self, value: Value<'_>) -> syn::Result<()> {
        let read = match value.option.name {
            "data" => quote::ToTokens::to_token_stream(&value.ty()?).to_string(),
            "order" => value.integer()?.to_string(),
            _ => String::new(),
        };
        self.0.push(format!("{}={read}", value.name).replace(' ', ""));
        Ok(())
    }

    fn positional(&mut self, _: &Grammar, argument: &[TokenTree]) -> syn::Result<()> {
        self.0.push(collect(argument).to_string().replace(' ', ""));
        Ok(())
    }
}

fn parsed(text: &str) -> syn::Result<(Vec<String>, Shared)> {
    let mut sample = Sample::default();
    let shared = read(&GRAMMAR, &mut sample, text.parse()?)?;
    Ok((sample.0, shared))
}

fn mistakes(text: &str) -> Vec<String> {
    let errors = parsed(text).err().into_iter().flatten();
    errors.map(|error| error.to_string()).collect()
}

#[test]
fn each_kind_of_argument_is_read() {
    let (read, shared) = parsed(r#""user.<id>", rpc, a::B, lenient, order = -1, name = "x", collect = false,"#).unwrap();
    assert_eq!(read, [r#""user.<id>""#, "rpc", "a::B", "lenient=", "order=-1"]);
    assert_eq!(shared.name.unwrap().value(), "x");
    assert!(shared.uncollected);
    assert!(!parsed("collect = true").unwrap().1.uncollected);
}

#[test]
fn a_comma_in_the_angle_brackets_of_a_type_ends_no_argument() {
    for ty in ["HashMap<String,u64>", "Vec<Vec<(A,B)>>", "Box<dyn Fn(A)->B>", "<A as B<C,D>>::E", "Map<fn()->A,B>"] {
        let read = parsed(&format!("data = {ty}, rpc")).unwrap().0;
        assert_eq!(read, [format!("data={}", ty.replace(' ', "")).as_str(), "rpc"]);
    }
    assert_eq!(parsed("a < b, c > d").unwrap().0, ["a<b", "c>d"]);
}

#[test]
fn the_order_has_32_bits() {
    assert_eq!(parsed("order = -2147483648").unwrap().0, ["order=-2147483648"]);
    for order in ["2147483648", "-2147483649", "1.0", "\"first\"", "FIRST", "- -1"] {
        assert_eq!(mistakes(&format!("order = {order}")), ["`order` is a whole number: write `order = -1`"]);
    }
}

#[test]
fn each_mistake_has_its_message() {
    for (text, message) in [
        ("lenient, lenient", "`lenient` is written twice: remove one"),
        ("rpc, rpc", "`rpc` is written twice: remove one"),
        ("data = A, data = B", "`data` is written twice: remove one"),
        ("lenient = true", "`lenient` has no value: write `lenient`"),
        ("lenient: true", "`lenient` has no value: write `lenient`"),
        ("lenient(true)", "`lenient` has no value: write `lenient`"),
        ("lenient = false", "`lenient` has no value: leave it out"),
        ("lenient =", "`lenient` has no value: write `lenient`"),
        ("name", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
        ("name =", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
        ("name()", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
        ("name = 7", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
        ("name = \" \"", "the name in logs is empty: write `name = \"inbox\"`"),
        ("name: \"x\"", "a value stands after `=`: write `name = \"x\"`"),
        ("name => \"x\"", "a value stands after `=`: write `name = \"x\"`"),
        ("order(-1)", "a value stands after `=`: write `order = -1`"),
        ("collect", "`collect` is on by default: write `collect = false`"),
        ("collect = no", "`collect` is on by default: write `collect = false`"),
        ("data = \"A\"", "`data` is a type: write `data = Message`"),
        ("rpc publish", COMMA_MISSING),
        ("lenient name = \"x\"", COMMA_MISSING),
        ("name = \"x\" lenient", COMMA_MISSING),
        ("order = -1 lenient", COMMA_MISSING),
        ("data = A<B, C> lenient", COMMA_MISSING),
        ("rpc; lenient", "write `,` instead of `;`"),
        ("nam = \"x\"", "no event or option is named `nam`: did you mean `name`?"),
        ("publsh = 1", "no event or option is named `publsh`: did you mean `publish`?"),
        ("\"rpc\"", "an event or option has no quotes: write `rpc`"),
        ("\"lenient\"", "an event or option has no quotes: write `lenient`"),
    ] {
        assert_eq!(mistakes(text), [message], "{text}");
    }
    let list = "`rpc`, `publish`, `lenient`, `data`, `order`, `name`, `collect`";
    assert_eq!(mistakes("socket = 1"), [format!("`sample` has no event or option `socket`, only {list}")]);
}

#[test]
fn one_build_shows_the_mistakes_of_all_arguments() {
    assert_eq!(mistakes("name = 7, rpc, lenient = true; data").len(), 2);
    assert_eq!(mistakes("name = 7, rpc, lenient = true, data").len(), 3);
}
