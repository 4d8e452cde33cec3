//! The parameters of a URL's query.

/// Whether a parameter has the value. Neither is ever percent-encoded by a client.
pub(super) fn has(query: &str, name: &str, value: &str) -> bool {
    value_of(query, name) == Some(value)
}

/// The value of a parameter, as it is written.
pub(super) fn value_of<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut parameters = query.split('&').filter_map(|parameter| parameter.split_once('='));
    parameters.find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_by_its_whole_name() {
        let query = "xformat=a&format=protobuf&flag&format=json";
        assert_eq!(value_of(query, "format"), Some("protobuf"));
        assert!(has(query, "format", "protobuf") && !has(query, "format", "json"));
        assert_eq!((value_of(query, "flag"), value_of("", "format")), (None, None));
    }
}
