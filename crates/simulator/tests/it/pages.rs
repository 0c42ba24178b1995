use simulator::Kind;

use crate::harness::{Browser, claims, world};

#[tokio::test]
async fn every_page_says_that_it_is_a_simulator_and_escapes_hostile_names() {
    let world = world();
    for kind in Kind::ALL {
        let page = Browser::new(&world)
            .get(&world.application(kind).authorize_url().await)
            .await;
        assert!(page.text.contains("Simulator – no real accounts"));
        assert!(page.text.contains("&lt;script&gt;alert(1)"));
        assert!(!page.text.contains("<script>alert(1)"));
    }
}

#[tokio::test]
async fn somebody_signs_up_and_is_signed_in() {
    let world = world();
    for kind in [Kind::ExternalId, Kind::B2c] {
        let mut browser = Browser::new(&world);
        let application = world.application(kind);
        let page = browser.get(&application.authorize_url().await).await;
        let page = browser.press(&page, "sign_up", "form").await;
        let page = browser.press(&page, "sign_up", "done").await;
        assert!(
            page.text.contains("role=\"alert\""),
            "an empty form is shown again"
        );
        let fields = [
            ("sign_up", "done"),
            ("email", "new@example.com"),
            ("given_name", "Nora"),
            ("family_name", "Neu"),
        ];
        let page = browser.fill(&page, &fields).await;
        let (_, tokens) = application.redeem(&page.callback().unwrap()).await;
        assert_eq!(claims(&tokens["id_token"])["name"], "Nora Neu");
    }
    let page = Browser::new(&world)
        .get(&world.application(Kind::EntraId).authorize_url().await)
        .await;
    assert!(!page.text.contains("sign_up"), "staff cannot sign up");
}

#[tokio::test]
async fn who_must_consent_is_asked_once() {
    let world = world();
    for kind in Kind::ALL {
        let mut browser = Browser::new(&world);
        let mut application = world.application(kind);
        let page = browser.get(&application.authorize_url().await).await;
        let page = browser.press(&page, "person", "carla").await;
        assert!(page.text.contains("Permissions requested"), "{kind:?}");
        let declined = browser
            .press(&page, "consent", "decline")
            .await
            .callback()
            .unwrap();
        assert_eq!(declined["error"], "access_denied");
        assert!(
            application
                .sign_in(&mut browser, "carla")
                .await
                .contains_key("code")
        );
        let again = browser.get(&application.authorize_url().await).await;
        assert!(again.callback().unwrap().contains_key("code"));
    }
}

#[tokio::test]
async fn cancel_and_forgotten_password_come_back_with_b2cs_codes() {
    let world = world();
    for (button, code) in [("cancel", "AADB2C90091"), ("forgot", "AADB2C90118")] {
        let mut browser = Browser::new(&world);
        let page = browser
            .get(&world.application(Kind::B2c).authorize_url().await)
            .await;
        let callback = browser.press(&page, button, "1").await.callback().unwrap();
        assert_eq!(callback["error"], "access_denied");
        assert!(callback["error_description"].starts_with(code));
        assert_eq!(callback["state"], "the-state");
    }
    let mut browser = Browser::new(&world);
    let page = browser
        .get(&world.application(Kind::EntraId).authorize_url().await)
        .await;
    let callback = browser
        .press(&page, "cancel", "1")
        .await
        .callback()
        .unwrap();
    assert_eq!(
        (
            callback["error"].as_str(),
            callback["error_subcode"].as_str()
        ),
        ("access_denied", "cancel")
    );
}

#[tokio::test]
async fn edit_profile_changes_the_claims_and_its_code_belongs_to_its_policy() {
    let world = world();
    let authority = world.sim.authority(Kind::B2c);
    let mut browser = Browser::new(&world);
    world
        .application(Kind::B2c)
        .sign_in(&mut browser, "ada")
        .await;

    let metadata = format!("{authority}/b2c_1_EDIT_profile/v2.0/.well-known/openid-configuration");
    let edit = world.application(Kind::B2c).at(&metadata);
    let page = browser.get(&edit.authorize_url().await).await;
    assert!(page.text.contains("value=\"Ada Lovelace\""));
    let fields = [
        ("save", "1"),
        ("name", "Countess"),
        ("given_name", "Augusta"),
        ("family_name", "King"),
    ];
    let callback = browser.fill(&page, &fields).await.callback().unwrap();

    let (_, body) = world.application(Kind::B2c).redeem(&callback).await;
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .starts_with("AADB2C90088"),
        "{body}"
    );
    let (_, tokens) = edit.redeem(&callback).await;
    let id = claims(&tokens["id_token"]);
    assert_eq!(id["tfp"], "B2C_1_edit_profile");
    assert_eq!(
        (id["name"].as_str(), id["given_name"].as_str()),
        (Some("Countess"), Some("Augusta"))
    );
}

#[tokio::test]
async fn a_cancelled_profile_edit_changes_nothing() {
    let world = world();
    let metadata = format!(
        "{}/B2C_1_edit_profile/v2.0/.well-known/openid-configuration",
        world.sim.authority(Kind::B2c)
    );
    let mut browser = Browser::new(&world);
    world
        .application(Kind::B2c)
        .sign_in(&mut browser, "ada")
        .await;
    let page = browser
        .get(
            &world
                .application(Kind::B2c)
                .at(&metadata)
                .authorize_url()
                .await,
        )
        .await;
    let callback = browser
        .fill(&page, &[("cancel", "1"), ("name", "X")])
        .await
        .callback()
        .unwrap();
    assert!(callback["error_description"].starts_with("AADB2C90091"));
    let tokens = world.tokens(Kind::B2c, "ada", "openid").await;
    assert_eq!(claims(&tokens["id_token"])["name"], "Ada Lovelace");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_in_its_own_policy() {
    let world = world();
    let metadata = format!(
        "{}/B2C_1_reset_password/v2.0/.well-known/openid-configuration",
        world.sim.authority(Kind::B2c)
    );
    let application = world.application(Kind::B2c).at(&metadata);
    let mut browser = Browser::new(&world);
    let page = browser.get(&application.authorize_url().await).await;
    let page = browser.press(&page, "person", "ada").await;
    let page = browser
        .fill(&page, &[("reset", "1"), ("new_password", "x")])
        .await;
    let (_, tokens) = application.redeem(&page.callback().unwrap()).await;
    assert_eq!(claims(&tokens["id_token"])["tfp"], "B2C_1_reset_password");
}

#[tokio::test]
async fn the_front_page_lists_what_is_simulated() {
    let world = world();
    let page = Browser::new(&world)
        .get(&format!("http://localhost:{}/", world.sim.port()))
        .await;
    for kind in Kind::ALL {
        assert!(page.text.contains(kind.client_id()), "{kind:?}");
    }
}
