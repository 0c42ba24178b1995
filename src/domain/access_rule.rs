//! Who may enter: the `allow` rule of a profile.
//!
//! Any one entry suffices within a list, all lists must pass, and every list is judged. Groups that could not be read are
//! unknown, not none: nobody enters with them, and nobody is denied for them. A list of tenants denies every caller
//! whose token names none.

use crate::domain::identity::Identity;
use crate::domain::issuer::TenantGuid;

/// What a profile demands of a person beyond a good sign-in. Empty lists demand nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessRule {
    /// App roles, compared exactly.
    pub roles: Vec<String>,
    /// Group object ids, compared without regard to case.
    pub groups: Vec<String>,
    /// Addresses, compared without regard to case.
    pub emails: Vec<String>,
    /// Domains of addresses.
    pub email_domains: Vec<String>,
    /// Directory tenants, compared with the claim `tid`. This list alone binds programs, too.
    pub tenants: Vec<TenantGuid>,
    /// The user flows of the profile verify addresses, so that an address without a claim about that counts.
    pub flows_verify_emails: bool,
}

/// Why a person may not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No role of the list.
    #[error("none of the roles that this application asks for")]
    Role,
    /// No group of the list.
    #[error("none of the groups that this application asks for")]
    Group,
    /// The groups could not be read.
    #[error("the groups could not be read")]
    GroupsUnknown,
    /// The address, or its domain, is not on the list.
    #[error("the e-mail address is not on this application's list")]
    Email,
    /// There is no address, or nobody vouches for it.
    #[error("no claim vouches for an e-mail address: email needs email_verified or xms_edov")]
    EmailUnverified,
    /// The directory tenant is not on the list.
    #[error("the directory tenant is not on this application's list")]
    Tenant,
    /// The token names no directory tenant, so that it is none of the list.
    #[error("the token has no claim tid that names a directory tenant")]
    TenantMissing,
}

impl AccessRule {
    /// Whether the rule looks at groups at all: only then the gateway fetches them.
    pub fn needs_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Whether all lists are empty.
    pub fn admits_everybody(&self) -> bool {
        self.tenants.is_empty()
            && [&self.roles, &self.groups, &self.emails, &self.email_domains]
                .iter()
                .all(|list| list.is_empty())
    }

    /// Judges a person by every list. A list that does not pass counts more than groups that could not be read.
    ///
    /// # Errors
    /// The first list that does not pass; `GroupsUnknown` if all other lists pass.
    pub fn judge(&self, person: &Identity) -> Result<(), Denial> {
        self.judge_tenant(person)?;
        let listed = |role: &str| self.roles.iter().any(|wanted| wanted == role);
        if !self.roles.is_empty() && !person.judged().roles().any(listed) {
            return Err(Denial::Role);
        }
        let groups = self.judge_groups(person);
        if groups == Err(Denial::Group) {
            return groups;
        }
        self.judge_address(person)?;
        groups
    }

    /// Judges a person or a program by the list of tenants alone. `tid` is the tenant where the caller signed in: of a guest
    /// who signs in at the tenant that invites, that tenant and not the one at home (Microsoft identity platform, "ID token
    /// claims reference").
    ///
    /// # Errors
    /// `Tenant` for another tenant, `TenantMissing` without a `tid` that is a GUID.
    pub fn judge_tenant(&self, caller: &Identity) -> Result<(), Denial> {
        if self.tenants.is_empty() {
            return Ok(());
        }
        let tenant = caller.judged().tenant().ok_or(Denial::TenantMissing)?;
        let listed = self.tenants.contains(tenant);
        listed.then_some(()).ok_or(Denial::Tenant)
    }

    fn judge_groups(&self, person: &Identity) -> Result<(), Denial> {
        if !self.needs_groups() {
            return Ok(());
        }
        let Some(mut groups) = person.judged().groups() else {
            return Err(Denial::GroupsUnknown);
        };
        let listed = |group: &str| {
            self.groups
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(group))
        };
        groups.any(listed).then_some(()).ok_or(Denial::Group)
    }

    fn judge_address(&self, person: &Identity) -> Result<(), Denial> {
        if self.emails.is_empty() && self.email_domains.is_empty() {
            return Ok(());
        }
        let address = person
            .judged()
            .verified_email(self.flows_verify_emails)
            .ok_or(Denial::EmailUnverified)?;
        let listed = self
            .emails
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(address));
        let domain = domain_of(address);
        let in_domain = self
            .email_domains
            .iter()
            .any(|wanted| domain.is_some_and(|domain| wanted.eq_ignore_ascii_case(domain)));
        let passes =
            (self.emails.is_empty() || listed) && (self.email_domains.is_empty() || in_domain);
        passes.then_some(()).ok_or(Denial::Email)
    }
}

/// The domain of an address with exactly one `@` and no oddities; anything else has none.
fn domain_of(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let good = !local.is_empty() && !local.contains('"') && domain.bytes().all(plain);
    (good && !domain.is_empty() && !domain.ends_with('.') && !domain.starts_with('.'))
        .then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::PersonBy;
    use serde_json::json;

    fn person(claims: serde_json::Value) -> Identity {
        let serde_json::Value::Object(mut claims) = claims else {
            unreachable!()
        };
        claims
            .entry("iss")
            .or_insert("https://issuer.example".into());
        claims.entry("sub").or_insert("s".into());
        Identity::from_claims(&claims, PersonBy::Subject).unwrap()
    }

    #[test]
    fn a_person_without_the_role_is_denied_and_with_it_admitted() {
        let rule = AccessRule {
            roles: vec!["Admin".into()],
            ..AccessRule::default()
        };
        assert_eq!(
            rule.judge(&person(json!({"roles": ["Reader"]}))),
            Err(Denial::Role)
        );
        assert_eq!(rule.judge(&person(json!({}))), Err(Denial::Role));
        assert_eq!(
            rule.judge(&person(json!({"roles": ["Reader", "Admin"]}))),
            Ok(())
        );
    }

    // proves: B181, B182, B205
    #[test]
    fn groups_left_out_for_size_are_unknown_and_refuse() {
        let rule = AccessRule {
            groups: vec!["g1".into()],
            ..AccessRule::default()
        };
        let overage = person(json!({"_claim_names": {"groups": "src1"}}));
        assert_eq!(rule.judge(&overage), Err(Denial::GroupsUnknown));
        assert_eq!(
            rule.judge(&person(json!({"hasgroups": true}))),
            Err(Denial::GroupsUnknown)
        );
        assert_eq!(rule.judge(&person(json!({"groups": ["G1"]}))), Ok(()));
        assert_eq!(
            rule.judge(&person(json!({"groups": []}))),
            Err(Denial::Group)
        );
    }

    #[test]
    fn an_address_off_the_list_is_denied_although_the_groups_are_unknown() {
        let rule = AccessRule {
            groups: vec!["g1".into()],
            email_domains: vec!["corp.example".into()],
            ..AccessRule::default()
        };
        let of = |email: &str| {
            person(json!({"hasgroups": true, "email": email, "email_verified": true}))
        };
        assert_eq!(rule.judge(&of("a@evil.example")), Err(Denial::Email));
        assert_eq!(
            rule.judge(&of("a@corp.example")),
            Err(Denial::GroupsUnknown)
        );
    }

    #[test]
    fn an_address_with_two_at_signs_does_not_pass_a_domain_rule() {
        let rule = AccessRule {
            email_domains: vec!["corp.example".into()],
            ..AccessRule::default()
        };
        for email in [
            "a@evil.example@corp.example",
            "a@corp.example.",
            "\"a@evil.example\"@corp.example",
            "a@evilcorp.example",
            "corp.example",
        ] {
            assert_eq!(
                rule.judge(&person(json!({"email": email, "email_verified": true}))),
                Err(Denial::Email),
                "{email}"
            );
        }
        assert_eq!(
            rule.judge(&person(
                json!({"email": "A@Corp.Example", "email_verified": true})
            )),
            Ok(())
        );
    }

    #[test]
    fn an_address_of_a_user_flow_passes_only_where_the_profile_vouches_for_it() {
        let of_flow = person(json!({"emails": ["ada@contoso.example"], "tfp": "B2C_1_susi"}));
        let mut rule = AccessRule {
            email_domains: vec!["contoso.example".into()],
            ..AccessRule::default()
        };
        assert_eq!(rule.judge(&of_flow), Err(Denial::EmailUnverified));
        rule.flows_verify_emails = true;
        assert_eq!(rule.judge(&of_flow), Ok(()));
    }

    #[test]
    fn an_unverified_address_passes_no_rule() {
        let rule = AccessRule {
            emails: vec!["ada@contoso.example".into()],
            ..AccessRule::default()
        };
        assert_eq!(
            rule.judge(&person(json!({"email": "ada@contoso.example"}))),
            Err(Denial::EmailUnverified)
        );
        assert_eq!(
            rule.judge(&person(
                json!({"email": "ada@contoso.example", "xms_edov": "1"})
            )),
            Ok(())
        );
    }

    #[test]
    fn an_address_must_pass_the_list_of_addresses_and_the_list_of_domains() {
        let rule = |emails: &[&str], domains: &[&str]| AccessRule {
            emails: emails.iter().map(|&email| email.to_owned()).collect(),
            email_domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
            ..AccessRule::default()
        };
        let ada = person(json!({"email": "Ada@Contoso.example", "email_verified": true}));
        for (emails, domains, passes) in [
            (&["ada@contoso.example"][..], &["contoso.example"][..], true),
            (&["x@contoso.example", "ada@contoso.example"], &[], true),
            (&[], &["fabrikam.example", "contoso.example"], true),
            (&["ada@contoso.example"], &["fabrikam.example"], false),
            (&["eve@contoso.example"], &["contoso.example"], false),
            (&["eve@contoso.example"], &[], false),
            (&[], &["fabrikam.example"], false),
        ] {
            let expected = passes.then_some(()).ok_or(Denial::Email);
            assert_eq!(
                rule(emails, domains).judge(&ada),
                expected,
                "{emails:?} {domains:?}"
            );
        }
    }

    #[test]
    fn an_address_with_an_oddity_has_no_domain() {
        for odd in [
            "corp.example",
            "@corp.example",
            "\"a\"@corp.example",
            "a@",
            "a@corp.example.",
            "a@.corp.example",
            "a@corp_example",
            "a@corp.example@corp.example",
            "a@c\u{f6}rp.example",
        ] {
            assert_eq!(domain_of(odd), None, "{odd}");
        }
        assert_eq!(domain_of("a.b@x-1.example"), Some("x-1.example"));
    }

    const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn of_contoso() -> AccessRule {
        AccessRule {
            tenants: vec![TenantGuid::parse(CONTOSO).unwrap()],
            ..AccessRule::default()
        }
    }

    #[test]
    fn a_person_of_another_tenant_is_denied_whatever_else_the_token_says() {
        let rule = of_contoso();
        assert!(AccessRule::default().admits_everybody());
        assert!(!rule.admits_everybody());
        let other = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";
        let forged = format!("https://login.microsoftonline.com/{CONTOSO}/v2.0");
        for more in [
            json!({"tid": other}),
            json!({"tid": other, "iss": forged, "idp": forged, "tenant": CONTOSO, "TID": CONTOSO}),
        ] {
            assert_eq!(rule.judge(&person(more)), Err(Denial::Tenant));
        }
        for tid in [CONTOSO.to_owned(), CONTOSO.to_ascii_uppercase()] {
            assert_eq!(rule.judge(&person(json!({"tid": tid}))), Ok(()), "{tid}");
        }
    }

    #[test]
    fn a_token_without_a_tenant_passes_no_list_of_tenants() {
        let rule = of_contoso();
        for tid in [
            json!(null),
            json!(""),
            json!("contoso.example"),
            json!([CONTOSO]),
            json!({"id": CONTOSO}),
            json!(format!("{{{CONTOSO}}}")),
            json!(format!(" {CONTOSO}")),
            json!(format!("{CONTOSO},x")),
            json!(CONTOSO.replace('-', "")),
        ] {
            let denied = rule.judge(&person(json!({"tid": tid})));
            assert_eq!(denied, Err(Denial::TenantMissing), "{tid}");
        }
        assert_eq!(
            rule.judge(&person(json!({}))),
            Err(Denial::TenantMissing),
            "an issuer without tenants"
        );
    }

    #[test]
    fn a_person_of_the_right_tenant_still_needs_the_role() {
        let rule = AccessRule {
            roles: vec!["Admin".into()],
            ..of_contoso()
        };
        let of = |roles: &str| person(json!({"tid": CONTOSO, "roles": [roles]}));
        assert_eq!(rule.judge(&of("Reader")), Err(Denial::Role));
        assert_eq!(rule.judge(&of("Admin")), Ok(()));
        assert_eq!(rule.judge_tenant(&of("Reader")), Ok(()));
    }

    #[test]
    fn only_a_rule_with_groups_needs_groups() {
        let rule = AccessRule {
            groups: vec!["g1".into()],
            ..AccessRule::default()
        };
        assert!(rule.needs_groups() && !AccessRule::default().needs_groups());
    }
}
