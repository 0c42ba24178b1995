//! What App Service's `EasyAuth` tells an application about the person: claims under its names, and `X-MS-CLIENT-PRINCIPAL*`.
//!
//! Source: Microsoft Learn, "Work with user identities in Azure App Service authentication".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::domain::identity::{Claims, Identity};
use crate::domain::profile::ProfileId;

/// The provider of people of a Microsoft directory.
pub const DIRECTORY: &str = "aad";

/// The headers of the principal.
pub const PRINCIPAL: [&str; 4] = [
    "x-ms-client-principal",
    "x-ms-client-principal-id",
    "x-ms-client-principal-name",
    "x-ms-client-principal-idp",
];

/// The headers with tokens. The last one is never set.
pub const TOKENS: [&str; 4] = [
    "x-ms-token-aad-access-token",
    "x-ms-token-aad-id-token",
    "x-ms-token-aad-expires-on",
    "x-ms-token-aad-refresh-token",
];

/// Bytes of the base64 of a principal: with the other headers it fits into a buffer of 16 kB.
const LONGEST_PRINCIPAL: usize = 8_000;

const SOAP: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
const MICROSOFT: &str = "http://schemas.microsoft.com/identity/claims/";
const NAME_TYPE: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
const ROLE_TYPE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

/// The name of the provider that signed a person in: `aad`, or the profile where there is no directory.
pub fn provider(identity: &Identity, profile: &ProfileId) -> String {
    match identity.tenant() {
        Some(_) => DIRECTORY.to_owned(),
        None => profile.to_string(),
    }
}

/// The name that App Service shows: the user principal name, or else an address.
pub fn user_name(identity: &Identity) -> String {
    let claims = identity.claims();
    ["upn", "preferred_username", "email"]
        .iter()
        .filter_map(|name| claims.get(*name)?.as_str())
        .find(|text| !text.is_empty())
        .unwrap_or(identity.name())
        .to_owned()
}

/// The id that App Service gives the person: the object in a directory, or else the subject.
fn user_id(claims: &Claims) -> Option<&str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    text("oid").or_else(|| text("sub"))
}

/// The claims that pages may show, one entry for each value, each a text. Roles stand under both of their names.
pub fn user_claims(identity: &Identity) -> Vec<Value> {
    entries(&identity.displayed_claims())
}

fn entries(claims: &Claims) -> Vec<Value> {
    let mut entries = Vec::new();
    for (name, value) in claims {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let names = [
                Some(claim_type(name)),
                (name == "roles").then(|| ROLE_TYPE.to_owned()),
            ];
            for name in names.into_iter().flatten() {
                entries.push(json!({ "typ": name, "val": text }));
            }
        }
    }
    entries
}

/// The name of a claim in App Service.
fn claim_type(name: &str) -> String {
    match name {
        "sub" => format!("{SOAP}nameidentifier"),
        "email" => format!("{SOAP}emailaddress"),
        "given_name" => format!("{SOAP}givenname"),
        "family_name" => format!("{SOAP}surname"),
        "oid" => format!("{MICROSOFT}objectidentifier"),
        "tid" => format!("{MICROSOFT}tenantid"),
        "idp" => format!("{MICROSOFT}identityprovider"),
        other => other.to_owned(),
    }
}

/// The values of [`PRINCIPAL`]. Groups, and then roles, are left out when all claims would be too long; a principal that is too
/// long even so is none.
pub fn principal(identity: &Identity, profile: &ProfileId) -> [Option<String>; 4] {
    let provider = provider(identity, profile);
    let mut claims = identity.displayed_claims();
    let encoded = |claims: &Claims| {
        let principal = json!({
            "auth_typ": provider,
            "claims": entries(claims),
            "name_typ": NAME_TYPE,
            "role_typ": ROLE_TYPE,
        });
        Some(STANDARD.encode(principal.to_string())).filter(|it| it.len() <= LONGEST_PRINCIPAL)
    };
    let mut principal = encoded(&claims);
    for list in ["groups", "roles"] {
        if principal.is_none() {
            claims.remove(list);
            principal = encoded(&claims);
        }
    }
    let id = user_id(&identity.claims()).map(str::to_owned);
    [principal, id, Some(user_name(identity)), Some(provider)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::PersonBy;

    fn person(claims: Value) -> Identity {
        let Value::Object(claims) = claims else {
            unreachable!("an object")
        };
        Identity::from_claims(&claims, PersonBy::Subject).unwrap()
    }

    fn decoded(identity: &Identity) -> Value {
        let profile = ProfileId::parse("staff").unwrap();
        let [principal, ..] = super::principal(identity, &profile);
        serde_json::from_slice(&STANDARD.decode(principal.unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn a_principal_has_the_shape_of_app_service() {
        let tid = "72f988bf-86f1-41af-91ab-2d7cd011db47";
        let ada = person(json!({
            "iss": "https://i.example", "sub": "s", "oid": "o", "tid": tid, "name": "Ada",
            "preferred_username": "ada@contoso.example", "roles": ["Admin", "Reader"], "ver": 2, "nonce": "n",
        }));
        let profile = ProfileId::parse("staff").unwrap();
        let [_, id, name, provider] = principal(&ada, &profile);
        assert_eq!(id.as_deref(), Some("o"));
        assert_eq!(name.as_deref(), Some("ada@contoso.example"));
        assert_eq!(provider.as_deref(), Some("aad"));
        let principal = decoded(&ada);
        assert_eq!(principal["auth_typ"], "aad");
        assert_eq!(principal["role_typ"], ROLE_TYPE);
        assert_eq!(principal["name_typ"], NAME_TYPE);
        let claims = principal["claims"].as_array().unwrap();
        for (name, value) in [
            ("name", "Ada"),
            ("roles", "Admin"),
            ("roles", "Reader"),
            (ROLE_TYPE, "Reader"),
            ("ver", "2"),
            (
                "http://schemas.microsoft.com/identity/claims/objectidentifier",
                "o",
            ),
            ("http://schemas.microsoft.com/identity/claims/tenantid", tid),
            (
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
                "s",
            ),
        ] {
            assert!(
                claims.contains(&json!({"typ": name, "val": value})),
                "{name}"
            );
        }
        assert!(!principal.to_string().contains("nonce"));
    }

    #[test]
    fn three_hundred_groups_leave_the_principal_and_the_rest_stays() {
        let groups: Vec<String> = (0..300).map(|at| format!("{at:036}")).collect();
        let claims =
            json!({"iss": "https://i.example", "sub": "s", "name": "Ada", "groups": groups});
        let principal = decoded(&person(claims)).to_string();
        assert!(!principal.contains("groups") && principal.contains("Ada"));
    }

    #[test]
    fn a_person_without_a_directory_comes_from_the_profile() {
        let profile = ProfileId::parse("staff").unwrap();
        let [_, id, name, provider] = principal(
            &person(json!({"iss": "https://i.example", "sub": "s"})),
            &profile,
        );
        assert_eq!(id.as_deref(), Some("s"));
        assert_eq!(name.as_deref(), Some("s"));
        assert_eq!(provider.as_deref(), Some("staff"));
    }
}
