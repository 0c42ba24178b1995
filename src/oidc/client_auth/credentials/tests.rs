//! Which client authentication a request gets.

use crate::oidc::client_auth::credentials::*;
use crate::oidc::testing::{Zeros, entra, identities, metadata_of, oidc};

async fn authentication(
    profile: &Profile,
    which: Try,
    credentials: &ProfileCredentials,
) -> ClientAuthentication {
    let request = AuthenticationRequest {
        profile,
        metadata: &metadata_of(profile),
        now: Timestamp::default(),
        random: &Zeros,
        which,
    };
    credentials
        .authenticate(&request, &identities())
        .await
        .unwrap()
}

fn secret(text: &str) -> SecretSource {
    SecretSource::Fixed(ClientSecret::new(text))
}

// proves: A14
#[tokio::test]
async fn id_and_secret_are_form_encoded_before_basic() {
    let mut profile = oidc();
    profile.client.credential = Credential::Secret {
        current: secret("a:b%c+d~e ä"),
        next: None,
    };
    let authentication = authentication(&profile, Try::First, &ProfileCredentials::default()).await;
    let header = authentication.authorization.unwrap();
    let decoded = STANDARD
        .decode(header.strip_prefix("Basic ").unwrap())
        .unwrap();
    assert_eq!(
        String::from_utf8(decoded).unwrap(),
        "client:a%3Ab%25c%2Bd%7Ee+%C3%A4"
    );
    assert!(
        authentication.form.is_empty(),
        "a62: never two methods at once"
    );
}

// proves: A62
#[tokio::test]
async fn microsoft_gets_the_secret_in_the_body_and_only_there() {
    let authentication = authentication(&entra(), Try::First, &ProfileCredentials::default()).await;
    assert_eq!(authentication.authorization, None);
    assert_eq!(
        authentication.form,
        [
            ("client_id", "client".to_owned()),
            ("client_secret", "hush".to_owned())
        ]
    );
}

#[tokio::test]
async fn of_two_secrets_the_second_is_tried_and_then_comes_first() {
    let mut profile = entra();
    profile.client.credential = Credential::Secret {
        current: secret("old"),
        next: Some(secret("new")),
    };
    let auth = ProfileCredentials::default();
    let used = async |which| {
        authentication(&profile, which, &auth).await.form[1]
            .1
            .clone()
    };
    assert_eq!(used(Try::First).await, "old");
    assert_eq!(used(Try::Second).await, "new");
    auth.second_accepted();
    assert_eq!(used(Try::First).await, "new");
    assert_eq!(used(Try::Second).await, "old");
}

// proves: D66
#[tokio::test]
async fn a_secret_file_is_read_again_at_each_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "one\n").unwrap();
    let mut profile = entra();
    profile.client.credential = Credential::Secret {
        current: SecretSource::File {
            path: path.clone(),
            loaded: ClientSecret::new("loaded"),
        },
        next: None,
    };
    let auth = ProfileCredentials::default();
    std::fs::write(&path, " \n").unwrap();
    let never_read = authentication(&profile, Try::First, &auth).await;
    assert_eq!(
        never_read.form[1].1, "loaded",
        "emptied before its first use"
    );
    std::fs::write(&path, "one\n").unwrap();
    assert_eq!(
        authentication(&profile, Try::First, &auth).await.form[1].1,
        "one"
    );
    std::fs::write(&path, "two").unwrap();
    assert_eq!(
        authentication(&profile, Try::First, &auth).await.form[1].1,
        "two"
    );
    std::fs::write(&path, " \n").unwrap();
    assert_eq!(
        authentication(&profile, Try::First, &auth).await.form[1].1,
        "two",
        "emptied"
    );
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        authentication(&profile, Try::First, &auth).await.form[1].1,
        "two",
        "gone"
    );
}

#[tokio::test]
async fn edits_that_name_another_secret_file_leave_one() {
    let folder = tempfile::tempdir().unwrap();
    let auth = ProfileCredentials::default();
    let mut profile = entra();
    for number in 0..20 {
        let path = folder.path().join(format!("secret-{number}"));
        std::fs::write(&path, "hush").unwrap();
        profile.client.credential = Credential::Secret {
            current: SecretSource::File {
                path,
                loaded: ClientSecret::new("hush"),
            },
            next: None,
        };
        authentication(&profile, Try::First, &auth).await;
    }
    assert_eq!(auth.secrets.lock().unwrap().len(), 1);
}

// proves: T16
#[tokio::test]
async fn a_federated_token_is_read_again_at_each_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "jwt-1").unwrap();
    let mut profile = entra();
    profile.client.credential = Credential::FederatedToken(path.clone());
    let auth = ProfileCredentials::default();
    let first = authentication(&profile, Try::First, &auth).await;
    assert!(
        first
            .form
            .contains(&("client_assertion", "jwt-1".to_owned()))
    );
    assert!(
        first
            .form
            .contains(&("client_assertion_type", ASSERTION_TYPE.to_owned()))
    );
    std::fs::write(&path, "jwt-2").unwrap();
    let second = authentication(&profile, Try::First, &auth).await;
    assert!(
        second
            .form
            .contains(&("client_assertion", "jwt-2".to_owned()))
    );
}

#[test]
fn a_wrong_secret_is_not_tried_twice_when_there_is_only_one() {
    let refusal =
        AuthorityErrorDetail::from_body(br#"{"error":"invalid_client","error_codes":[7000215]}"#)
            .unwrap();
    assert!(!may_succeed_with_another(&entra(), &refusal));
}
