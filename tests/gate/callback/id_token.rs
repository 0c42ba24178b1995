//! Every check of an ID token (OpenID Connect Core §3.1.3.7), broken once by the authority, each named for the attack. What a refusal means: a page with a
//! way on, no session, no session cookie, no call to an API.

use serde_json::json;

use crate::harness::browser::Browser;
use crate::harness::{Fault, Kind, Plan, host};

/// Signs in while the authority misbehaves; nobody may be signed in afterwards.
async fn is_refused(kind: Kind, fault: Fault) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, kind, "ada", "/").await;
    gate.sim.fault(fault.clone());
    let answer = browser.follow(&callback).await;
    assert!(
        answer.status.is_client_error(),
        "{fault:?}: {} {}",
        answer.status,
        answer.text
    );
    assert!(
        answer.text.contains("Request id"),
        "{fault:?} has a page with a request id"
    );
    assert!(
        answer.text.contains("/auth/sign_in"),
        "{fault:?} has a way on"
    );
    assert!(
        browser.cookie(host(kind), "gatehouse").is_none(),
        "{fault:?}: no session cookie"
    );
    assert!(
        !gate.is_signed_in(&browser, kind).await,
        "{fault:?}: nobody is signed in"
    );
    assert_eq!(gate.api_calls(), 0, "{fault:?}: no token is used");
}

/// A table of tests: what becomes of the answer of a kind with a fault.
macro_rules! answers {
    ($becomes:ident; $($name:ident: $kind:ident, $fault:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            $becomes(Kind::$kind, $fault).await;
        }
    )+};
}

answers! {
    is_refused;
    // proves: A2
    an_id_token_of_another_issuer_is_refused: Oidc, Fault::WrongIssuer;
    // proves: A2
    an_id_token_of_another_issuer_is_refused_at_entra_id: EntraId, Fault::WrongIssuer;
    // proves: B39
    an_id_token_of_another_tenant_is_refused: EntraId, Fault::IssuerOfOtherTenant;
    // proves: B199
    an_id_token_of_another_external_id_tenant_is_refused: ExternalId, Fault::IssuerOfOtherTenant;
    // proves: B200
    an_id_token_of_another_tenant_is_refused_at_a_custom_domain: ExternalIdCustomDomain, Fault::IssuerOfOtherTenant;
    // proves: B201
    an_id_token_of_another_b2c_tenant_is_refused: B2c, Fault::IssuerOfOtherTenant;
    // proves: A3
    an_id_token_without_sub_is_refused: Oidc, Fault::MissingClaim("sub".into());
    // proves: B53
    an_id_token_with_an_empty_sub_is_refused: Oidc, Fault::SetClaim("sub".into(), json!(""));
    // proves: A4
    an_id_token_for_another_client_is_refused: EntraId, Fault::WrongAudience;
    // proves: A15
    an_id_token_without_aud_is_refused: Oidc, Fault::MissingClaim("aud".into());
    // proves: A76
    an_id_token_for_us_and_a_stranger_is_refused: EntraId, Fault::ExtraAudience;
    // proves: B41
    an_id_token_authorised_for_another_party_is_refused: Oidc, Fault::SetClaim("azp".into(), json!("somebody-else"));
    // proves: A5
    an_id_token_without_iat_is_refused: Oidc, Fault::MissingClaim("iat".into());
    // proves: A82
    an_id_token_issued_a_week_ago_is_refused: EntraId, Fault::IatWeekOld;
    // proves: A73
    an_id_token_without_exp_is_refused: Oidc, Fault::MissingClaim("exp".into());
    // proves: A74
    an_expired_id_token_is_refused: EntraId, Fault::Expired;
    // proves: B47
    an_id_token_that_is_not_valid_yet_is_refused: EntraId, Fault::NotYetValid;
    // proves: A12
    an_id_token_with_the_nonce_of_another_attempt_is_refused: EntraId, Fault::WrongNonce;
    // proves: A75
    an_id_token_without_nonce_is_refused: B2c, Fault::MissingNonce;
    // proves: A10
    an_id_token_with_a_broken_signature_is_refused: EntraId, Fault::BadSignature;
    // proves: B42
    an_id_token_signed_by_another_key_under_a_known_kid_is_refused: EntraId, Fault::ForgedKid;
    // proves: B60
    an_id_token_signed_by_an_unknown_key_is_refused: EntraId, Fault::UnknownKid;
    // proves: A9
    an_unsigned_id_token_is_refused: EntraId, Fault::AlgNone;
    // proves: B44
    an_id_token_signed_with_our_secret_is_refused: EntraId, Fault::Hs256WithSecret;
    // proves: B88
    an_id_token_with_a_critical_header_is_refused: Oidc, Fault::HeaderMember("crit".into(), json!(["b64"]));
    // proves: B96
    an_access_token_offered_as_id_token_is_refused: Oidc, Fault::HeaderMember("typ".into(), json!("at+jwt"));
    // proves: B194
    an_id_token_whose_tid_is_no_guid_is_refused: EntraId, Fault::TidNotGuid;
    // proves: B194
    an_id_token_whose_tid_is_another_tenants_is_refused: EntraId, Fault::OtherTid;
    // proves: B202
    a_token_of_the_edit_profile_policy_does_not_sign_in: B2c, Fault::OtherPolicy;
    // proves: B52
    an_id_token_with_the_hash_of_another_access_token_is_refused: Oidc, Fault::WrongAccessTokenHash;
    // proves: B35
    an_answer_without_an_id_token_is_refused: EntraId, Fault::TokenWithoutIdToken;
    // proves: B34
    an_answer_without_a_token_type_is_refused: EntraId, Fault::TokenWithoutType;
    // proves: A11
    userinfo_about_another_subject_refuses_the_sign_in: Oidc, Fault::UserinfoOtherSubject;
}

/// Signs in although the authority's answer is unusual: every one of these is allowed.
async fn is_accepted(kind: Kind, fault: Fault) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate.answer(&browser, kind, "ada", "/").await;
    gate.sim.fault(fault.clone());
    let answer = browser.follow(&callback).await;
    assert_eq!(answer.status, 303, "{fault:?}: {}", answer.text);
    assert!(gate.is_signed_in(&browser, kind).await, "{fault:?}");
}

answers! {
    is_accepted;
    // proves: A77
    an_audience_that_is_a_list_of_us_alone_is_accepted: Oidc, Fault::AudienceArray;
    // proves: A29
    keys_rotated_just_before_signing_are_fetched_and_accepted: EntraId, Fault::KeysRotated;
    // proves: B34
    numbers_written_as_text_are_accepted: EntraId, Fault::TokenStringNumbers;
    // proves: B34
    white_space_after_the_id_token_is_accepted: EntraId, Fault::TokenTrailingSpaceAfterJwt;
    // proves: A80
    a_token_type_in_odd_case_is_accepted: Oidc, Fault::TokenTypeOddCase;
    // proves: A79
    an_answer_without_expires_in_is_accepted: Oidc, Fault::TokenWithoutExpiresIn;
    // proves: T17
    a_clock_a_minute_behind_is_accepted: EntraId, Fault::ClockOff(-60);
    // proves: T17
    a_clock_a_minute_ahead_is_accepted: EntraId, Fault::ClockOff(60);
    // proves: B57
    userinfo_that_is_down_does_not_stop_a_sign_in: Oidc, Fault::UserinfoDown;
}

// proves: A30
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_rotation_seconds_later_passes_too() {
    let gate = Plan::default().start().await;
    for _ in 0..3 {
        let browser = Browser::new();
        gate.sim.rotate_keys();
        gate.sim.withdraw_old_keys();
        gate.sign_in(&browser, Kind::EntraId, "ada").await;
        assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    }
}

// proves: A28
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_of_another_issuer_sends_nobody_anywhere() {
    // The others are named by a domain: the tenant that they name first is the one that is pinned.
    for kind in [Kind::EntraId, Kind::ExternalIdCustomDomain, Kind::Oidc] {
        let gate = Plan::default().start().await;
        gate.sim.fault(Fault::MetadataIssuerChanged);
        let browser = Browser::new();
        let begun = browser.get(gate.url(kind, "/auth/sign_in")).await;
        assert_eq!(begun.status, 502, "{kind:?}: {}", begun.text);
        assert!(begun.sets_cookies().is_empty());
    }
}

// proves: B193
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_a_tenant_that_is_not_listed_reads_why() {
    let gate = Plan::default().start().await;
    let text = std::fs::read_to_string(gate.profile_path(Kind::EntraId)).unwrap();
    let many = text.replace(
        &gate.sim.authority(Kind::EntraId),
        &format!("{}/organizations", gate.sim.base(Kind::EntraId)),
    );
    let many = format!("allowed_tenants = [\"{}\"]\n{many}", simulator::CONTOSO);
    std::fs::write(gate.profile_path(Kind::EntraId), many).unwrap();
    gate.live.reload().unwrap();

    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::EntraId, "fred", "/").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(
        refused.text.contains("other_account=1"),
        "the account can be switched"
    );
    assert!(
        !refused.text.contains(simulator::CONTOSO) && !refused.text.contains(simulator::FABRIKAM),
        "no tenant is named"
    );
    assert!(!gate.is_signed_in(&browser, Kind::EntraId).await);

    let browser = gate.browser_of(Kind::EntraId, "ada").await;
    assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
}
