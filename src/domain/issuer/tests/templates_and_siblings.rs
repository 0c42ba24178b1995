//! Issuers of one tenant in several forms, and the template of many tenants.

use super::*;

const ENTRA: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";
const CUSTOM: &str = "https://login.contoso.example/{tenantid}/v2.0";

fn of(form: &str, tenant: &str) -> String {
    form.replace("{tenantid}", tenant)
}

#[test]
fn a_sibling_issuer_is_believed_for_the_same_tenant_only_and_only_where_it_is_meant() {
    for any_form in [true, false] {
        let policy = IssuerPolicy::OneTenant {
            forms: vec![IssuerForm::new(ENTRA), IssuerForm::new(CUSTOM)],
            tenant: None,
            tid_required: true,
            any_form,
        };
        let trusted = policy.accept_metadata(&of(CUSTOM, G), None).unwrap();
        let judged = |iss: &str| policy.accept_token(&trusted, origin(iss, Some(G)));
        assert_eq!(judged(&of(CUSTOM, G)), Ok(()));
        let sibling = if any_form {
            Ok(())
        } else {
            Err(IssuerRefusal::Token)
        };
        assert_eq!(judged(&of(ENTRA, G)), sibling);
        for iss in [
            &of(ENTRA, OTHER),
            &of(CUSTOM, OTHER),
            "https://evil.example",
        ] {
            assert_eq!(judged(iss), Err(IssuerRefusal::Token), "{iss}");
        }
    }
}

#[test]
fn an_issuer_of_one_tenant_is_no_template_of_many() {
    let policy = many(AllowedTenants::Any, false);
    let nobody = "00000000-0000-0000-0000-000000000000";
    for issuer in [&of(ENTRA, G), &of(ENTRA, nobody), CUSTOM, "{tenantid}", ""] {
        let refused = policy.accept_metadata(issuer, None);
        assert_eq!(refused, Err(IssuerRefusal::Metadata), "{issuer}");
    }
    assert!(policy.accept_metadata(ENTRA, None).is_ok());
}
