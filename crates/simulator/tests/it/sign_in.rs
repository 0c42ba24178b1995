use simulator::{FABRIKAM, Kind, Options, PERSONAL_ACCOUNTS, Registered};

use crate::harness::{Browser, REDIRECT, claims, header, is_signed_by, world, world_with};

#[tokio::test]
async fn every_kind_signs_in_with_a_token_that_its_key_set_verifies() {
    let world = world();
    for kind in Kind::ALL {
        let tokens = world
            .tokens(kind, "ada", "openid profile offline_access")
            .await;
        let keys = world.metadata(kind).await["jwks_uri"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            is_signed_by(&tokens["id_token"], &world.json(&keys).await),
            "{kind:?}"
        );
        let id = claims(&tokens["id_token"]);
        assert_eq!(id["iss"], world.metadata(kind).await["issuer"], "{kind:?}");
        assert_eq!(id["aud"], kind.client_id());
        assert_eq!(id["nonce"], "the-nonce");
        assert!(tokens["refresh_token"].is_string(), "{kind:?}");
    }
}

#[tokio::test]
async fn state_comes_back_letter_by_letter_even_if_it_is_three_kilobytes() {
    let world = world();
    let state = "AZaz09-_".repeat(384);
    for kind in Kind::ALL {
        let mut application = world.application(kind).with("state", &state);
        let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
        assert_eq!(callback["state"], state);
    }
}

#[tokio::test]
async fn form_post_needs_no_script() {
    let world = world();
    let mut application = world
        .application(Kind::EntraId)
        .with("response_mode", "form_post");
    let mut browser = Browser::new(&world);
    let page = browser.get(&application.authorize_url().await).await;
    let page = browser.press(&page, "person", "ada").await;
    assert_eq!(page.status, 200);
    assert!(page.location.is_none() && page.text.contains("<button"));
    let callback = application.sign_in(&mut browser, "ada").await;
    assert_eq!(application.redeem(&callback).await.0, 200);
}

#[tokio::test]
async fn a_redirect_address_that_is_not_registered_gets_nothing() {
    let world = world_with(Options {
        redirect_uris: Registered::Exactly(vec![REDIRECT.to_owned()]),
        ..Options::default()
    });
    for kind in Kind::ALL {
        let near = format!("{REDIRECT}/");
        let url = world
            .application(kind)
            .with("redirect_uri", &near)
            .authorize_url()
            .await;
        let page = Browser::new(&world).get(&url).await;
        assert_eq!((page.status, page.location), (400, None), "{kind:?}");
    }
}

#[tokio::test]
async fn a_second_sign_in_is_silent_unless_prompt_says_otherwise() {
    let world = world();
    let mut browser = Browser::new(&world);
    let mut application = world.application(Kind::ExternalId);
    application.sign_in(&mut browser, "ada").await;
    let again = browser.get(&application.authorize_url().await).await;
    assert!(again.callback().unwrap().contains_key("code"));
    for prompt in ["login", "select_account"] {
        let url = world
            .application(Kind::ExternalId)
            .with("prompt", prompt)
            .authorize_url()
            .await;
        assert!(
            browser.get(&url).await.text.contains("Pick a person"),
            "{prompt}"
        );
    }
}

#[tokio::test]
async fn prompt_none_without_a_session_is_an_error_of_each_kind() {
    let world = world();
    for (kind, error, code) in [
        (Kind::EntraId, "login_required", "AADSTS50058"),
        (Kind::B2c, "interaction_required", "AADB2C90077"),
        (Kind::Oidc, "login_required", ""),
    ] {
        let url = world
            .application(kind)
            .with("prompt", "none")
            .authorize_url()
            .await;
        let callback = Browser::new(&world).get(&url).await.callback().unwrap();
        assert_eq!(callback["error"], error);
        assert!(
            callback["error_description"].starts_with(code),
            "{callback:?}"
        );
        assert_eq!(callback["state"], "the-state");
    }
}

#[tokio::test]
async fn prompt_none_with_two_accounts_is_aadsts16000_unless_a_hint_tells_which() {
    let world = world();
    let mut browser = Browser::new(&world);
    world
        .application(Kind::EntraId)
        .sign_in(&mut browser, "ada")
        .await;
    world
        .application(Kind::EntraId)
        .with("prompt", "login")
        .sign_in(&mut browser, "grace")
        .await;
    let url = world
        .application(Kind::EntraId)
        .with("prompt", "none")
        .authorize_url()
        .await;
    let callback = browser.get(&url).await.callback().unwrap();
    assert!(callback["error_description"].starts_with("AADSTS16000"));
    let hinted = world
        .application(Kind::EntraId)
        .with("prompt", "none")
        .with("login_hint", "grace@contoso.onmicrosoft.com");
    let callback = browser
        .get(&hinted.authorize_url().await)
        .await
        .callback()
        .unwrap();
    let id = claims(&hinted.redeem(&callback).await.1["id_token"]);
    assert_eq!(id["name"], "Grace Hopper");
}

#[tokio::test]
async fn max_age_asks_again_when_the_sign_in_is_too_old() {
    let world = world();
    let mut browser = Browser::new(&world);
    world
        .application(Kind::Oidc)
        .sign_in(&mut browser, "ada")
        .await;
    world.later(100);
    let aged = |age| world.application(Kind::Oidc).with("max_age", age);
    assert!(
        browser
            .get(&aged("200").authorize_url().await)
            .await
            .callback()
            .is_some()
    );
    let page = browser.get(&aged("50").authorize_url().await).await;
    assert!(page.callback().is_none());
    let page = browser.press(&page, "person", "ada").await;
    let (_, tokens) = aged("50").redeem(&page.callback().unwrap()).await;
    assert_eq!(
        claims(&tokens["id_token"])["auth_time"],
        crate::harness::NOW + 100
    );
}

#[tokio::test]
async fn a_code_is_redeemed_once_with_its_verifier_address_and_application() {
    let world = world();
    for kind in Kind::ALL {
        let mut application = world.application(kind);
        let mut browser = Browser::new(&world);
        let callback = application.sign_in(&mut browser, "ada").await;
        for changes in [
            [(
                "code_verifier",
                "another-verifier-of-forty-three-characters-012345",
            )],
            [("code_verifier", "")],
            [("redirect_uri", "http://localhost:5000/other")],
            [("client_secret", "wrong")],
            [("client_secret", "")],
            [("client_id", "somebody-else")],
        ] {
            let (status, body) = application.redeem_with(&callback, &changes).await;
            assert!((400..=401).contains(&status), "{kind:?} {changes:?} {body}");
        }
        assert_eq!(application.redeem(&callback).await.0, 200, "{kind:?}");
        let (status, body) = application.redeem(&callback).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (400, Some("invalid_grant")),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn a_code_expires() {
    let world = world();
    let mut application = world.application(Kind::EntraId);
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    world.later(600);
    let (_, body) = application.redeem(&callback).await;
    assert_eq!(body["error_codes"], serde_json::json!([70008]));
}

#[tokio::test]
async fn a_code_of_one_authority_is_nothing_at_another() {
    let world = world();
    let callback = world
        .application(Kind::EntraId)
        .sign_in(&mut Browser::new(&world), "ada")
        .await;
    for kind in [Kind::ExternalId, Kind::B2c, Kind::Oidc] {
        assert_eq!(
            world.application(kind).redeem(&callback).await.0,
            400,
            "{kind:?}"
        );
    }
    let base = world.sim.base(Kind::EntraId);
    let other = world.application(Kind::EntraId).at(&format!(
        "{base}/{FABRIKAM}/v2.0/.well-known/openid-configuration"
    ));
    let (_, body) = other.redeem(&callback).await;
    assert_eq!(body["error_codes"], serde_json::json!([700_005]));
}

#[tokio::test]
async fn common_admits_everybody_and_organizations_nobodys_personal_account() {
    let world = world();
    let base = world.sim.base(Kind::EntraId);
    let at = |word: &str| {
        let url = format!("{base}/{word}/v2.0/.well-known/openid-configuration");
        world.application(Kind::EntraId).at(&url)
    };
    for (person, tenant) in [("fred", FABRIKAM), ("mona", PERSONAL_ACCOUNTS)] {
        let mut application = at("common");
        let callback = application.sign_in(&mut Browser::new(&world), person).await;
        let (_, tokens) = application.redeem(&callback).await;
        let id = claims(&tokens["id_token"]);
        assert_eq!(id["tid"], tenant);
        assert_eq!(id["iss"], format!("{base}/{tenant}/v2.0"));
        let keys = world
            .json(&format!("{base}/common/discovery/v2.0/keys"))
            .await;
        assert!(is_signed_by(&tokens["id_token"], &keys));
        let key = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| key["kid"] == header(&tokens["id_token"])["kid"]);
        let issuer = key.unwrap()["issuer"]
            .as_str()
            .unwrap()
            .replace("{tenantid}", tenant);
        assert_eq!(id["iss"], issuer, "the key's own issuer fits");
    }
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&at("organizations").authorize_url().await)
        .await;
    assert!(!page.text.contains("value=\"mona\""));
    let page = browser.press(&page, "person", "mona").await;
    assert!(
        page.callback().is_none(),
        "a form filled in by hand does not help either"
    );
}

#[tokio::test]
async fn the_plain_provider_says_who_answers() {
    let world = world();
    let callback = world
        .application(Kind::Oidc)
        .sign_in(&mut Browser::new(&world), "ada")
        .await;
    assert_eq!(callback["iss"], world.sim.base(Kind::Oidc));
    let callback = world
        .application(Kind::EntraId)
        .sign_in(&mut Browser::new(&world), "ada")
        .await;
    assert!(!callback.contains_key("iss"));
    assert!(callback.contains_key("session_state"));
}

#[tokio::test]
async fn pkce_is_s256_or_nothing() {
    let world = world();
    let plain = world
        .application(Kind::EntraId)
        .with("code_challenge_method", "plain");
    let callback = Browser::new(&world)
        .get(&plain.authorize_url().await)
        .await
        .callback()
        .unwrap();
    assert_eq!(callback["error"], "invalid_request");
    let mut without = world
        .application(Kind::Oidc)
        .with("code_challenge", "")
        .with("code_challenge_method", "");
    let callback = without.sign_in(&mut Browser::new(&world), "ada").await;
    assert_eq!(
        callback["error"], "invalid_request",
        "the plain provider insists"
    );
}
