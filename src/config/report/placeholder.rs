//! Placeholders: values that a template left for people to replace.
//!
//! The forms are those of the Microsoft Python samples and their relatives, and our own templates'. Policy names
//! such as `B2C_1_signinpolicy` are legal and pass.

/// The placeholder that a value holds, for people to see what is meant.
pub fn placeholder_in(value: &str) -> Option<&str> {
    in_brackets(value, '<', '>')
        .or_else(|| in_brackets(value, '{', '}'))
        .or_else(|| {
            let folded = value.to_ascii_lowercase().replace(['-', ' '], "_");
            let marked = [
                "enter_your",
                "enter_the_",
                "default_value_enter",
                "tenant_guid",
                "tenant_id_here",
                "your_tenant",
                "your_client",
                "your_secret",
                "your_redirect",
                "your_authority",
                "change_me",
                "changeme",
                "replace_me",
            ]
            .into_iter()
            .any(|mark| is_word_in(&folded, mark));
            marked.then_some(value)
        })
}

/// `mark` in `text` with no letter or digit before it, nor, for a short mark, after it.
fn is_word_in(text: &str, mark: &str) -> bool {
    text.match_indices(mark).any(|(at, found)| {
        let letter = |side: Option<char>| side.is_some_and(|letter| letter.is_ascii_alphanumeric());
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|tail| tail.chars().next());
        !letter(before) && (!letter(after) || found.len() > 8)
    })
}

/// `<client id>` or `{enter-your-client-id-here}` anywhere in the value; `{tenantid}` alone is Microsoft's own
/// way to write a template issuer.
fn in_brackets(value: &str, open: char, close: char) -> Option<&str> {
    let start = value.find(open)?;
    let rest = value.get(start..)?;
    let end = rest.find(close)?;
    let found = rest.get(..=end)?;
    let inner = found.trim_matches([open, close]);
    let worded = inner.chars().any(char::is_alphabetic);
    (worded && !inner.eq_ignore_ascii_case("tenantid")).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_the_samples_is_found() {
        for value in [
            "<client id>",
            "<authority url>",
            "<your tenant name>",
            "<your redirect uri>",
            "<Enter_your_client_id>",
            "Enter_your_client_id",
            "Enter_the_Application_Id_Here <x>",
            "{enter-your-client-id-here}",
            "{enter-your-tenant-subdomain}",
            "default-value-enter-your-client-secret",
            "https://login.microsoftonline.com/TENANT_GUID",
            "https://www.contoso.com/TENANT_GUID/v2.0",
            "https://login.microsoftonline.com/<tenant id>",
            "https://YOUR-TENANT.ciamlogin.com/x",
            "changeme",
        ] {
            assert!(placeholder_in(value).is_some(), "{value}");
        }
    }

    #[test]
    fn ordinary_values_are_no_placeholders() {
        for value in [
            "B2C_1_signinpolicy",
            "B2C_1_Password_Reset_Policy",
            "6731de76-14a6-49ae-97bc-6eba6914391e",
            "https://login.microsoftonline.com/contoso.onmicrosoft.com",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "a<b",
            "x>y<z",
            "https://contoso.onmicrosoft.com/todo/read",
            "",
            "<>",
            "{}",
        ] {
            assert_eq!(placeholder_in(value), None, "{value}");
        }
    }
}
