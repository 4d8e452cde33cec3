//! The parameters of a URL's query, as Go reads them.

/// Whether a parameter has the value: the first of its name counts.
pub(super) fn has(query: &str, name: &str, value: &str) -> bool {
    let mut parameters = query.split('&').filter_map(parameter);
    let first = parameters.find_map(|(found, value)| (found == name.as_bytes()).then_some(value));
    first.is_some_and(|first| first == value.as_bytes())
}

/// The name and the value of a parameter. `None`: it can't be read, and is passed over.
fn parameter(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    if text.contains(';') { None } else { Some((decoded(name)?, decoded(value)?)) }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut decoded) = (text.bytes(), Vec::with_capacity(text.len()));
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => (digit(bytes.next()?)? << 4) | digit(bytes.next()?)?,
            other => other,
        });
    }
    Some(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_parameter_of_the_name_counts() {
        let query = "xformat=a&format=protobuf&flag&format=json";
        assert!(has(query, "format", "protobuf") && !has(query, "format", "json"));
        assert!(has(query, "flag", "") && !has(query, "flag", "x") && !has("", "format", ""));
    }

    #[test]
    fn parameters_are_decoded() {
        for query in ["for%6Dat=proto%62uf", "x=%zz&format=protobuf", "format=%&format=protobuf", "&&format=protobuf&"] {
            assert!(has(query, "format", "protobuf"), "{query}");
        }
        assert!(has("a=b+c%2B", "a", "b c+"));
    }

    #[test]
    fn parameters_that_cannot_be_read_are_passed_over() {
        for query in ["format=protobuf;x=1", "format=protobuf%", "format=protobuf%2", "format=proto%+62uf"] {
            assert!(!has(query, "format", "protobuf"), "{query}");
        }
    }
}
