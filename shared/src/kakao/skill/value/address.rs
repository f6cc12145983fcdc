//! Taking an address apart, so that its host can be compared before anything is fetched.
//! <https://www.rfc-editor.org/rfc/rfc3986#section-3>
//!
//! Deliberately narrower than a URL parser: what two parsers could read in two ways has no host here.

/// Host and the rest of an address with one of these schemes, both as written. `None` if the address holds anything
/// but visible ASCII, a backslash, user information, a port, or a host that is not plain lower-case labels.
pub(super) fn host_and_path<'a>(url: &'a str, schemes: &[&str]) -> Option<(&'a str, &'a str)> {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)?.strip_prefix("://"))?;
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // `@`, `:`, `%` and `[` are no letters of a label, so user information and ports end here too.
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        letters && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(label).then_some((host, path))
}

/// Whether a text is a web address at all, wherever it leads.
pub(super) fn is_web(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
