use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use serde_json::json;
use simulator::{Kind, LogoutSignature, LogoutToken, Registered};

use crate::harness::{Browser, World, claims, header, world};

const HOME: &str = "http://localhost:5000/";

async fn logout(
    world: &World,
    kind: Kind,
    browser: &mut Browser<'_>,
    more: &[(&str, &str)],
) -> crate::harness::Page {
    let endpoint = world
        .application(kind)
        .endpoint("end_session_endpoint")
        .await;
    let mut url = url::Url::parse(&endpoint).unwrap();
    url.query_pairs_mut().extend_pairs(more);
    browser.get(url.as_str()).await
}

#[tokio::test]
async fn signing_out_ends_the_browsers_session_and_comes_back_with_state() {
    let world = world();
    for kind in [
        Kind::EntraId,
        Kind::ExternalId,
        Kind::ExternalIdCustomDomain,
        Kind::B2c,
    ] {
        let mut browser = Browser::new(&world);
        let mut application = world.application(kind);
        application.sign_in(&mut browser, "ada").await;
        let page = logout(
            &world,
            kind,
            &mut browser,
            &[("post_logout_redirect_uri", HOME), ("state", "s")],
        )
        .await;
        assert_eq!(
            page.location.as_deref(),
            Some("http://localhost:5000/?state=s"),
            "{kind:?}"
        );
        let again = browser.get(&application.authorize_url().await).await;
        assert!(again.callback().is_none(), "{kind:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_not_followed_except_by_b2c_without_a_hint() {
    let world = world();
    for kind in Kind::ALL {
        let only = Registered::Exactly(vec!["http://localhost:5000/redirect".to_owned()]);
        world.sim.post_logout_redirect_uris(kind, only.clone());
        world.sim.redirect_uris(kind, only);
    }
    let elsewhere = [(
        "post_logout_redirect_uri",
        "http://localhost:5000/elsewhere",
    )];
    let mut browser = Browser::new(&world);
    world
        .application(Kind::EntraId)
        .sign_in(&mut browser, "ada")
        .await;
    let page = logout(&world, Kind::EntraId, &mut browser, &elsewhere).await;
    assert!(page.location.is_none() && page.text.contains("You signed out"));
    assert!(
        logout(&world, Kind::B2c, &mut browser, &elsewhere)
            .await
            .location
            .is_some()
    );
    let id_token = world.tokens(Kind::B2c, "ada", "openid").await["id_token"].clone();
    let hinted = [elsewhere[0], ("id_token_hint", id_token.as_str().unwrap())];
    assert_eq!(
        logout(&world, Kind::B2c, &mut browser, &hinted)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn several_accounts_are_asked_about_unless_a_logout_hint_tells_which() {
    let world = world();
    let mut browser = Browser::new(&world);
    world
        .application(Kind::EntraId)
        .sign_in(&mut browser, "ada")
        .await;
    let mut second = world
        .application(Kind::EntraId)
        .with("prompt", "select_account");
    let callback = second.sign_in(&mut browser, "grace").await;
    let id = claims(&second.redeem(&callback).await.1["id_token"]);
    let home = ("post_logout_redirect_uri", HOME);

    let page = logout(&world, Kind::EntraId, &mut browser, &[home]).await;
    assert!(page.text.contains("Which account"));
    assert_eq!(
        world.sim.signed_in().len(),
        2,
        "nobody is out before the choice"
    );

    let wrong = [home, ("logout_hint", "grace@contoso.onmicrosoft.com")];
    assert!(
        logout(&world, Kind::EntraId, &mut browser, &wrong)
            .await
            .text
            .contains("Which account")
    );
    let hinted = [home, ("logout_hint", id["login_hint"].as_str().unwrap())];
    assert_eq!(
        logout(&world, Kind::EntraId, &mut browser, &hinted)
            .await
            .location
            .as_deref(),
        Some(HOME)
    );
    let left = world.sim.signed_in();
    assert_eq!((left.len(), left[0].person.as_str()), (1, "ada"));
}

#[tokio::test]
async fn the_choice_of_an_account_signs_that_one_out() {
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
    let page = logout(
        &world,
        Kind::EntraId,
        &mut browser,
        &[("post_logout_redirect_uri", HOME)],
    )
    .await;
    let ada = world
        .sim
        .signed_in()
        .into_iter()
        .find(|who| who.person == "ada")
        .unwrap();
    let page = browser.press(&page, "account", &ada.sid).await;
    assert_eq!(page.location.as_deref(), Some(HOME));
    assert_eq!(world.sim.signed_in()[0].person, "grace");
}

#[tokio::test]
async fn front_channel_frames_carry_sid_and_only_the_plain_providers_carry_iss() {
    let world = world();
    for kind in [Kind::EntraId, Kind::B2c, Kind::Oidc] {
        world
            .sim
            .front_channel_urls(kind, vec!["http://localhost:5000/out?x=1".to_owned()]);
        let mut browser = Browser::new(&world);
        let mut application = world.application(kind);
        let callback = application.sign_in(&mut browser, "ada").await;
        let id_token = application.redeem(&callback).await.1["id_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let sid = world.sim.signed_in()[0].sid.clone();
        let page = logout(&world, kind, &mut browser, &[("id_token_hint", &id_token)]).await;
        assert!(page.text.contains("<iframe"), "{kind:?}");
        assert!(
            page.text.contains(&format!("sid={sid}")),
            "{kind:?} {}",
            page.text
        );
        assert_eq!(
            page.text.contains("iss=http"),
            kind == Kind::Oidc,
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn the_plain_provider_wants_a_hint_that_it_has_issued() {
    let world = world();
    let mut browser = Browser::new(&world);
    let home = ("post_logout_redirect_uri", HOME);
    assert_eq!(
        logout(&world, Kind::Oidc, &mut browser, &[home])
            .await
            .status,
        400
    );
    let foreign = world.tokens(Kind::EntraId, "ada", "openid").await["id_token"].clone();
    let hint = [home, ("id_token_hint", foreign.as_str().unwrap())];
    assert_eq!(
        logout(&world, Kind::Oidc, &mut browser, &hint).await.status,
        400
    );
    let own = world.tokens(Kind::Oidc, "ada", "openid").await["id_token"].clone();
    world.later(100_000);
    let hint = [home, ("id_token_hint", own.as_str().unwrap())];
    let page = logout(&world, Kind::Oidc, &mut browser, &hint).await;
    assert_eq!(
        page.location.as_deref(),
        Some(HOME),
        "an expired hint is one all the same"
    );
}

/// An application that takes one back-channel notice.
fn listener() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://gate.localhost:{}/back",
        listener.local_addr().unwrap().port()
    );
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        let mut buffer = [0_u8; 4096];
        while !text.contains("logout_token=") {
            let count = stream.read(&mut buffer).unwrap();
            assert_ne!(count, 0, "the whole notice");
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        let answer = b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).unwrap();
        text.split("logout_token=").nth(1).unwrap().to_owned()
    });
    (url, thread)
}

#[tokio::test]
async fn signing_out_at_the_plain_provider_tells_the_application_behind_the_browsers_back() {
    let world = world();
    let (url, notice) = listener();
    world.sim.back_channel_urls(Kind::Oidc, vec![url]);
    let mut browser = Browser::new(&world);
    let mut application = world.application(Kind::Oidc);
    let callback = application.sign_in(&mut browser, "ada").await;
    let id_token = application.redeem(&callback).await.1["id_token"].clone();
    logout(
        &world,
        Kind::Oidc,
        &mut browser,
        &[("id_token_hint", id_token.as_str().unwrap())],
    )
    .await;
    let token = json!(notice.join().unwrap());
    let (id, told) = (claims(&id_token), claims(&token));
    assert_eq!(
        (&told["sub"], &told["sid"], &told["aud"]),
        (&id["sub"], &id["sid"], &id["aud"])
    );
    assert_eq!(
        told["events"],
        json!({"http://schemas.openid.net/event/backchannel-logout": {}})
    );
    assert_eq!(header(&token)["typ"], "logout+jwt");
}

#[tokio::test]
async fn a_notice_can_be_sent_on_demand() {
    let world = world();
    let (url, notice) = listener();
    world.sim.back_channel_urls(Kind::Oidc, vec![url.clone()]);
    let token = LogoutToken {
        sub: Some("x".to_owned()),
        ..LogoutToken::default()
    };
    let deliveries = world.sim.send_back_channel_logout(&token).await;
    assert_eq!(
        (deliveries[0].url.as_str(), deliveries[0].status),
        (url.as_str(), Some(200))
    );
    assert_eq!(claims(&json!(notice.join().unwrap()))["sub"], "x");
}

#[tokio::test]
async fn logout_tokens_can_be_forged_in_every_way() {
    let world = world();
    let encode = |token: LogoutToken| json!(world.sim.logout_token(&token));
    let forged = encode(LogoutToken {
        set: [
            ("nonce".to_owned(), json!("n")),
            ("aud".to_owned(), json!("other")),
        ]
        .into_iter()
        .collect(),
        remove: vec!["events".to_owned()],
        header: [("typ".to_owned(), json!(null))].into_iter().collect(),
        ..LogoutToken::default()
    });
    let told = claims(&forged);
    assert_eq!(
        (&told["nonce"], &told["aud"], told.get("events")),
        (&json!("n"), &json!("other"), None)
    );
    assert!(!header(&forged).contains_key("typ"));
    let algorithm = |signature| {
        header(&encode(LogoutToken {
            signature,
            ..LogoutToken::default()
        }))["alg"]
            .clone()
    };
    assert_eq!(algorithm(LogoutSignature::None), "none");
    assert_eq!(algorithm(LogoutSignature::Hs256), "HS256");
    assert_eq!(algorithm(LogoutSignature::OtherAlgorithm), "ES256");
}
