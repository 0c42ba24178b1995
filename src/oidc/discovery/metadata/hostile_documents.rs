//! Metadata documents that an authority never meant to publish.

use proptest::prelude::*;
use serde_json::json;

use crate::domain::profile::Profile;
use crate::oidc::discovery::metadata::*;
use crate::oidc::testing;

fn read(profile: &Profile, body: &[u8]) -> Option<Metadata> {
    let document = UncheckedMetadata::read(body).ok()?;
    let trusted = TrustedIssuer {
        issuer: document.issuer.clone(),
        tenant: None,
    };
    document.into_metadata(&profile.authority, trusted).ok()
}

/// Everything that a member of the document can be.
fn any_member() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::String),
        "(https|http|HTTPS|javascript|data|file):(//|/|)(user@|u:p@|)(login\\.microsoftonline\\.com|issuer\\.example|t\\.b2clogin\\.com|evil\\.example|127\\.0\\.0\\.1|\\[::1\\]|)(:[0-9]{1,6}|)(/[a-z#?@]{0,8}|)"
            .prop_map(Value::String),
        proptest::collection::vec("RS256|none|HS256|openid|\\PC{0,9}", 0..9).prop_map(|texts| json!(texts)),
        Just(json!({"a": [[{"b": null}]]})),
    ]
}

proptest! {
    // proves: D4
    #[test]
    fn no_bytes_make_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..400), depth in 0..400_usize) {
        let nested = [b"[".repeat(depth), body.clone()].concat();
        for profile in [testing::entra(), testing::b2c(), testing::oidc()] {
            prop_assert!(read(&profile, &nested).is_none() || depth == 0);
            let _ = read(&profile, &body);
        }
    }

    #[test]
    fn every_accepted_endpoint_belongs_to_its_authority(
        changed in proptest::collection::vec(
            (
                "issuer|authorization_endpoint|token_endpoint|jwks_uri|userinfo_endpoint|end_session_endpoint|revocation_endpoint|scopes_supported|id_token_signing_alg_values_supported|msgraph_host|other",
                any_member(),
            ),
            0..5,
        ),
    ) {
        for profile in [testing::entra(), testing::b2c(), testing::oidc()] {
            let good = testing::metadata_of(&profile);
            let mut document = json!({
                "issuer": good.trusted.issuer, "authorization_endpoint": good.authorization_endpoint,
                "token_endpoint": good.token_endpoint, "jwks_uri": good.jwks_uri,
                "end_session_endpoint": good.end_session_endpoint,
            });
            for (name, value) in &changed {
                document[name] = value.clone();
            }
            let Some(read) = read(&profile, document.to_string().as_bytes()) else {
                continue;
            };
            let required = [&read.authorization_endpoint, &read.token_endpoint, &read.jwks_uri];
            let optional = [&read.userinfo_endpoint, &read.end_session_endpoint, &read.revocation_endpoint];
            for url in required.into_iter().chain(optional.into_iter().flatten()) {
                prop_assert!(is_secure_enough(url), "{}", url);
                prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
                prop_assert!(profile.authority.accepts_endpoint(url, &read.trusted.issuer), "{}", url);
                // A plain provider's endpoints may stand on any host, a directory's on its own hosts only.
                let is_bound = profile.authority.dialect().microsoft && read.trusted.issuer == good.trusted.issuer;
                prop_assert!(!is_bound || url.host_str() != Some("evil.example"), "{}", url);
            }
        }
    }
}
