//! A name by which the admin listener may be asked.

/// The name in lower case, without a dot at its end; `None` if it is not the name of a host, such as one with a port.
pub(in crate::config) fn admin_host(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.len() <= 63 && label.bytes().all(allowed)
    };
    let is_name = name.len() <= 253 && name.split('.').all(is_label);
    is_name.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_neither_scheme_nor_port_nor_wildcard() {
        for wrong in ["", ".", "a:8081", "http://a", "*.a", "a/b", "a..b", "a b"] {
            assert_eq!(admin_host(wrong), None, "{wrong:?}");
        }
        for (text, name) in [
            ("gatehouse", "gatehouse"),
            ("Admin.Auth.SVC.", "admin.auth.svc"),
            ("gate_house-1.internal", "gate_house-1.internal"),
        ] {
            assert_eq!(admin_host(text).as_deref(), Some(name));
        }
    }
}
