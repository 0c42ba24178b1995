//! `[allow]`, of a profile and of a route: who is admitted.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::route_table::AllowTable;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::access_rule::AccessRule;
use crate::domain::authority::Dialect;

impl ProfileReader<'_, '_> {
    /// `key` is the dotted key of the table.
    pub(super) fn access_rule(&mut self, key: &str, table: Option<&AllowTable>) -> AccessRule {
        let Some(table) = table else {
            return AccessRule::default();
        };
        let key = |name: &str| format!("{key}.{name}");
        let plain = |texts: Vec<Spanned<String>>| -> Vec<String> {
            texts.into_iter().map(|text| text.get().clone()).collect()
        };
        for (name, list) in [
            ("roles", &table.roles),
            ("groups", &table.groups),
            ("emails", &table.emails),
            ("email_domains", &table.email_domains),
            ("tenants", &table.tenants),
        ] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let right = "at least one entry, or leave the list out to admit everybody";
                self.problems.empty_list(&key(name), right);
            }
        }
        let emails = self.texts(&key("emails"), &table.emails);
        for written in &emails {
            if !is_email(written.get()) {
                let right = "one address such as \"ada@contoso.example\"; whole domains belong in email_domains";
                self.problems.error(
                    &key("emails"),
                    &written.span(),
                    "is not an e-mail address",
                    right,
                );
            }
        }
        let domains = self.texts(&key("email_domains"), &table.email_domains);
        for written in &domains {
            if !is_domain(written.get()) {
                let right =
                    "the part after the @, such as \"contoso.example\", without '*', '@' or scheme";
                self.problems.error(
                    &key("email_domains"),
                    &written.span(),
                    "is not a domain",
                    right,
                );
            }
        }
        AccessRule {
            roles: plain(self.texts(&key("roles"), &table.roles)),
            groups: plain(self.texts(&key("groups"), &table.groups)),
            emails: plain(emails),
            email_domains: plain(domains),
            tenants: self.tenants(&key("tenants"), &table.tenants),
            flows_verify_emails: false,
        }
    }

    /// Whether the profile vouches for the addresses of its user flows. Warns about e-mail rules whose addresses nobody
    /// vouches for by default.
    pub(super) fn flows_verify_emails(&mut self, file: &ProfileFile, dialect: Dialect) -> bool {
        let vouched = file
            .user_flows
            .as_ref()
            .and_then(|table| table.emails_verified.as_ref());
        let (what, right) = if !dialect.microsoft {
            return false;
        } else if dialect.id_token_only {
            if let Some(vouched) = vouched {
                return *vouched.get();
            }
            (
                "admits nobody unless the policies issue email_verified: the addresses of user flows do not count by themselves",
                "[user_flows] emails_verified = true if every user flow verifies addresses; or emails_verified = false if the policies issue email_verified",
            )
        } else {
            (
                "admits nobody unless tokens have the optional claims email and xms_edov, which this authority does not send by default",
                "add both optional claims to the token configuration of the application; or admit people by allow.roles or allow.groups",
            )
        };
        let table = file.allow.as_ref();
        let rules = [
            (
                "allow.emails",
                table.and_then(|table| table.emails.as_ref()),
            ),
            (
                "allow.email_domains",
                table.and_then(|table| table.email_domains.as_ref()),
            ),
        ];
        for (key, list) in rules {
            if let Some(first) = list.and_then(|list| list.first()) {
                self.problems.warning(key, &first.span(), what, right);
            }
        }
        false
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let plain = |letter: char| !letter.is_whitespace() && letter != '*' && letter != '"';
        !local.is_empty() && local.chars().all(plain) && is_domain(domain)
    })
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(allowed)
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: C29
    #[test]
    fn a_star_a_scheme_or_a_path_is_no_domain() {
        assert!(is_domain("contoso.example"));
        for text in [
            "*",
            "*.contoso.example",
            "https://contoso.example",
            "a/b",
            "@a.b",
            ".",
            "",
        ] {
            assert!(!is_domain(text), "{text}");
        }
    }
}
