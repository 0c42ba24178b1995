use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::{Fault, Kind};

use crate::harness::{Browser, World, claims, is_signed_by, keys, world};

#[tokio::test]
async fn token_bodies_go_wrong_on_demand() {
    let world = world();
    let tokens = async |fault: Fault| {
        world.sim.fault(fault.times(1));
        world.tokens(Kind::EntraId, "ada", "openid User.Read").await
    };
    assert_eq!(
        tokens(Fault::TokenStringNumbers).await["expires_in"],
        "3600"
    );
    assert!(
        tokens(Fault::TokenTrailingSpaceAfterJwt).await["id_token"]
            .as_str()
            .unwrap()
            .ends_with("  ")
    );
    assert!(
        tokens(Fault::TokenWithoutIdToken)
            .await
            .get("id_token")
            .is_none()
    );
    assert!(
        tokens(Fault::TokenWithoutAccessToken)
            .await
            .get("access_token")
            .is_none()
    );
    assert!(
        tokens(Fault::TokenWithoutType)
            .await
            .get("token_type")
            .is_none()
    );
    assert_eq!(
        tokens(Fault::TokenTypeOddCase).await["token_type"],
        "bEARER"
    );
    assert!(
        tokens(Fault::TokenWithoutExpiresIn)
            .await
            .get("expires_in")
            .is_none()
    );
    assert_eq!(
        tokens(Fault::ScopeDropped("User.Read".to_owned())).await["scope"],
        "openid"
    );
    assert_eq!(
        tokens(Fault::ScopeUpperCase).await["scope"],
        "USER.READ OPENID"
    );
    let prefixed = tokens(Fault::ScopeWithGraphPrefix).await;
    assert_eq!(
        prefixed["scope"],
        "https://graph.microsoft.com/User.Read openid"
    );
    assert_eq!(tokens(Fault::ScopeEmpty).await["scope"], "");
}

#[tokio::test]
async fn the_token_endpoint_says_no_in_every_way() {
    let world = world();
    let refused = async |fault: Fault| {
        world.sim.fault(fault.times(1));
        world.tokens(Kind::EntraId, "ada", "openid").await
    };
    assert_eq!(refused(Fault::InvalidGrant).await["error"], "invalid_grant");
    assert_eq!(
        refused(Fault::InvalidClient).await["error"],
        "invalid_client"
    );
    let step_up = refused(Fault::InteractionRequired).await;
    assert_eq!(step_up["error"], "interaction_required");
    assert!(step_up["claims"].as_str().unwrap().contains("acrs"));
    assert_eq!(
        refused(Fault::ConsentRequired).await["suberror"],
        "consent_required"
    );
    assert_eq!(
        refused(Fault::MessageOnly).await["suberror"],
        "message_only"
    );
    let without = refused(Fault::ErrorBodyWithoutError).await;
    assert!(without.get("error").is_none() && without["error_codes"] == json!([90010]));
    let any = Fault::TokenError {
        error: "invalid_request".to_owned(),
        code: 50196,
        suberror: None,
        description: "loop".to_owned(),
    };
    assert_eq!(refused(any).await["error_codes"], json!([50196]));
}

/// A refresh under one fault.
struct Refresh {
    world: World,
    url: String,
    token: String,
}

impl Refresh {
    async fn prepared() -> Self {
        let world = world();
        let mut application = world
            .application(Kind::EntraId)
            .with("scope", "openid offline_access");
        let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
        let (_, tokens) = application.redeem(&callback).await;
        let token = tokens["refresh_token"].as_str().unwrap().to_owned();
        let url = application.endpoint("token_endpoint").await;
        drop(application);
        Self { world, url, token }
    }

    async fn under(&self, fault: Fault, patience: u64) -> reqwest::Result<reqwest::Response> {
        self.world.sim.fault(fault.times(1));
        let request = self.world.http.post(&self.url).form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", self.token.as_str()),
            ("client_id", Kind::EntraId.client_id()),
            ("client_secret", simulator::CLIENT_SECRET),
        ]);
        request
            .timeout(Duration::from_millis(patience))
            .send()
            .await
    }
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_answers_like_a_proxy_before_it() {
    let refresh = Refresh::prepared().await;
    let status = refresh.under(Fault::TokenStatus(503), 5000).await.unwrap();
    assert_eq!(status.status(), 503);
    let throttled = refresh
        .under(Fault::TokenThrottled(Some(120)), 5000)
        .await
        .unwrap();
    assert_eq!(throttled.status(), 429);
    assert_eq!(throttled.headers()["retry-after"], "120");
    let page = refresh.under(Fault::TokenHtml, 5000).await.unwrap();
    assert!(page.text().await.unwrap().starts_with("<html>"));
    let cut = refresh.under(Fault::TokenTruncated, 5000).await.unwrap();
    assert!(cut.json::<Value>().await.is_err());
}

#[tokio::test]
async fn a_token_answer_can_be_late_lost_or_never_come() {
    let refresh = Refresh::prepared().await;
    let hanging = refresh.under(Fault::TokenHang, 200).await;
    assert!(hanging.unwrap_err().is_timeout());
    let lost = match refresh.under(Fault::TokenAnswerLost, 5000).await {
        Ok(answer) => answer.text().await.is_err(),
        Err(_) => true,
    };
    assert!(lost);
    let begin = Instant::now();
    let slow = refresh.under(Fault::TokenSlow(150), 5000).await.unwrap();
    assert_eq!(slow.status(), 200);
    assert!(begin.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_refresh_goes_wrong_on_demand() {
    let world = world();
    let tokens = world
        .tokens(Kind::EntraId, "ada", "openid offline_access")
        .await;
    let first = claims(&tokens["id_token"]);
    let application = world.application(Kind::EntraId);
    let refresh = async |fault: Fault| {
        world.sim.fault(fault.times(1));
        application
            .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
            .await
            .1
    };
    assert_ne!(
        claims(&refresh(Fault::RefreshOtherSubject).await["id_token"])["sub"],
        first["sub"]
    );
    assert_ne!(
        claims(&refresh(Fault::RefreshOtherIssuer).await["id_token"])["iss"],
        first["iss"]
    );
    assert!(
        refresh(Fault::RefreshWithoutIdToken)
            .await
            .get("id_token")
            .is_none()
    );
    assert!(
        refresh(Fault::RefreshWithoutRefreshToken)
            .await
            .get("refresh_token")
            .is_none()
    );
    let token = refresh(Fault::RefreshBadSignature).await["id_token"].clone();
    assert!(!is_signed_by(&token, &keys(&world, Kind::EntraId).await));
}

#[tokio::test]
async fn userinfo_goes_wrong_on_demand() {
    let world = world();
    let tokens = world.tokens(Kind::Oidc, "ada", "openid profile").await;
    let url = format!("{}/userinfo", world.sim.base(Kind::Oidc));
    let ask = async |fault: Fault| {
        world.sim.fault(fault.times(1));
        world
            .http
            .get(&url)
            .bearer_auth(tokens["access_token"].as_str().unwrap())
            .send()
            .await
            .unwrap()
    };
    let other: Value = ask(Fault::UserinfoOtherSubject).await.json().await.unwrap();
    assert_eq!(other["sub"], "somebody-else");
    assert_eq!(ask(Fault::UserinfoDown).await.status(), 503);
    assert_eq!(
        ask(Fault::UserinfoAsJwt).await.headers()["content-type"],
        "application/jwt"
    );
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 401);
}
