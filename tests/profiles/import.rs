//! `import`: each of the four `.env` shapes of the samples, and the seeds'.

use std::process::Command;

use gatehouse::config::{Loaded, load_folder};
use gatehouse::domain::api::Scope;
use gatehouse::domain::authority::{Kind, UserFlowKind};
use gatehouse::domain::credential::{Credential, SecretSource};
use gatehouse::domain::profile::Profile;
use tempfile::TempDir;

use crate::harness::surroundings;

const CLIENT: &str =
    "CLIENT_ID=6731de76-14a6-49ae-97bc-6eba6914391e\nCLIENT_SECRET=hunter2~with#sharp\n";
const GRAPH: &str =
    "SCOPE=User.Read Mail.Read offline_access\nENDPOINT=https://graph.microsoft.com/v1.0/me\n";

struct Import {
    folder: TempDir,
    code: i32,
    out: String,
    err: String,
}

fn import(env: &str) -> Import {
    import_with(env, &[])
}

fn import_with(env: &str, more: &[&str]) -> Import {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), env).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(["import", ".env", "imported"])
        .args(more)
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    Import {
        folder,
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Import {
    fn profile(&self) -> Profile {
        assert_eq!(self.code, 0, "{}", self.err);
        let loaded: Loaded =
            load_folder(&self.folder.path().join("profiles"), surroundings()).unwrap();
        assert!(loaded.problems().is_empty(), "{:#?}", loaded.problems());
        Profile::clone(loaded.profiles.first().unwrap())
    }

    fn refused(&self) -> &str {
        assert_eq!(self.code, 1, "{}", self.out);
        assert!(
            !self.folder.path().join("profiles").exists(),
            "nothing is written"
        );
        assert!(!self.err.contains("hunter2"), "{}", self.err);
        &self.err
    }
}

#[test]
fn the_entra_id_shape_keeps_its_redirect_address_and_its_api() {
    let import = import(&format!(
        "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n{CLIENT}REDIRECT_URI=http://localhost:5000/redirect\n{GRAPH}"
    ));
    let profile = import.profile();
    assert_eq!(profile.authority.kind(), Kind::EntraId);
    assert_eq!(profile.redirect_uri(), "http://localhost:5000/redirect");
    let api = profile.apis.first().unwrap();
    assert_eq!(api.endpoint.as_str(), "https://graph.microsoft.com/v1.0/me");
    let scopes: Vec<_> = api.scopes.iter().map(Scope::as_str).collect();
    assert_eq!(scopes, ["User.Read", "Mail.Read"]);
}

#[test]
fn the_secret_goes_into_a_file_of_its_own_that_only_its_owner_may_read() {
    let import = import(&format!(
        "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n{CLIENT}REDIRECT_URI=http://localhost:5000/redirect\n"
    ));
    let profile = import.profile();
    let Credential::Secret {
        current: SecretSource::File { path, .. },
        next: None,
    } = &profile.client.credential
    else {
        unreachable!("{:?}", profile.client.credential)
    };
    assert_eq!(std::fs::read_to_string(path).unwrap(), "hunter2~with#sharp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let text =
        std::fs::read_to_string(import.folder.path().join("profiles/imported.toml")).unwrap();
    assert!(!text.contains("hunter2") && !import.out.contains("hunter2"));
}

#[test]
fn the_many_tenants_of_common_stay_allowed_and_are_said() {
    let import = import(&format!(
        "AUTHORITY=https://login.microsoftonline.com/common\n{CLIENT}REDIRECT_URI=http://localhost:5000/redirect\n"
    ));
    let profile = import.profile();
    assert_eq!(profile.authority.kind(), Kind::EntraId);
    assert!(
        import.out.contains("every organisation in the world"),
        "{}",
        import.out
    );
}

#[test]
fn the_tutorials_env_has_no_redirect_uri_and_gets_the_one_it_registers() {
    let env = format!("AUTHORITY=https://contoso.ciamlogin.com/contoso.onmicrosoft.com\n{CLIENT}");
    let tutorial = import(&env);
    let profile = tutorial.profile();
    assert_eq!(profile.authority.kind(), Kind::ExternalId);
    assert_eq!(profile.redirect_uri(), "http://localhost:3000/getAToken");
    assert!(
        tutorial.out.contains("REDIRECT_URI is missing"),
        "{}",
        tutorial.out
    );
    let said = import_with(&env, &["--redirect-uri", "http://localhost:5000/mine"]);
    assert_eq!(said.profile().redirect_uri(), "http://localhost:5000/mine");
}

#[test]
fn a_b2c_env_without_a_redirect_uri_gets_the_tutorials_and_the_port_to_listen_on() {
    let b2c = import(&format!(
        "B2C_TENANT_NAME=contoso\nSIGNUPSIGNIN_USER_FLOW=B2C_1_susi\n{CLIENT}"
    ));
    let address = "http://localhost:5000/getAToken";
    assert_eq!(b2c.profile().redirect_uri(), address);
    for part in ["REDIRECT_URI is missing", "serve --listen 127.0.0.1:5000"] {
        assert!(b2c.out.contains(part), "{}", b2c.out);
    }
}

#[test]
fn another_shape_without_a_redirect_uri_is_asked_for_it() {
    let import = import(&format!(
        "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n{CLIENT}"
    ));
    assert!(
        import.refused().contains("--redirect-uri"),
        "{}",
        import.err
    );
}

const ENTRA: &str = "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n";

#[test]
fn a_reference_to_a_line_above_is_filled_in_and_to_none_is_told_as_that() {
    let redirect = "REDIRECT_URI=${BASE}/redirect\n";
    let above = format!("{ENTRA}{CLIENT}BASE=http://localhost:5000\n{redirect}");
    assert_eq!(
        import(&above).profile().redirect_uri(),
        "http://localhost:5000/redirect"
    );
    let below = import(&format!(
        "{ENTRA}{CLIENT}{redirect}BASE=http://localhost:5000\n"
    ));
    let said = below.refused();
    assert!(
        said.contains("REDIRECT_URI refers to BASE") && !said.contains("placeholder"),
        "{said}"
    );
}

#[test]
fn scopes_of_two_resources_become_two_apis() {
    let redirect = "REDIRECT_URI=http://localhost:5000/redirect\n";
    let own = "SCOPE=User.Read https://orders.contoso.example/Read https://orders.contoso.example/Write Mail.Read\nENDPOINT=https://graph.microsoft.com/v1.0/me\n";
    let import = import(&format!("{ENTRA}{CLIENT}{redirect}{own}"));
    let profile = import.profile();
    let apis = profile.apis.iter().map(|api| {
        let scopes: Vec<_> = api.scopes.iter().map(Scope::as_str).collect();
        format!("{} {} {}", api.name, api.endpoint, scopes.join(" "))
    });
    assert_eq!(
        apis.collect::<Vec<_>>(),
        [
            "graph https://graph.microsoft.com/v1.0/me User.Read Mail.Read",
            "orders-contoso-example https://orders.contoso.example/ https://orders.contoso.example/Read https://orders.contoso.example/Write",
        ]
    );
    assert!(import.out.contains("check its endpoint"), "{}", import.out);
}

#[test]
fn scopes_of_a_resource_without_an_address_wait_in_a_comment() {
    let redirect = "REDIRECT_URI=http://localhost:5000/redirect\n";
    let own = "SCOPE=User.Read api://1234/read\nENDPOINT=https://graph.microsoft.com/v1.0/me\n";
    let import = import(&format!("{ENTRA}{CLIENT}{redirect}{own}"));
    assert_eq!(import.profile().apis.len(), 1);
    let path = import.folder.path().join("profiles/imported.toml");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.contains("# scopes   = [\"api://1234/read\"]"),
        "{text}"
    );
    assert!(import.out.contains("add its endpoint"), "{}", import.out);
}

#[test]
fn b2c_keeps_its_own_api_when_graph_stands_beside_it() {
    let own = "SCOPE=User.Read https://contoso.onmicrosoft.com/orders/read\nENDPOINT=https://orders.contoso.example\n";
    let import = import(&format!("{B2C}{CLIENT}{own}"));
    let profile = import.profile();
    assert_eq!(profile.apis.len(), 1);
    assert_eq!(profile.apis[0].scopes.len(), 1);
    assert!(
        import.out.contains("B2C does not issue tokens"),
        "{}",
        import.out
    );
}

#[test]
fn the_custom_domain_shape_is_recognised_by_its_oidc_authority() {
    let profile = import(&format!(
        "OIDC_AUTHORITY=https://www.contoso.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0\n{CLIENT}REDIRECT_URI=https://app.contoso.com/auth/redirect\n"
    ))
    .profile();
    assert_eq!(profile.authority.kind(), Kind::ExternalIdCustomDomain);
    assert_eq!(profile.redirect_path, "/auth/redirect");
}

const B2C: &str = "B2C_TENANT_NAME=contoso\nSIGNUPSIGNIN_USER_FLOW=B2C_1_signinpolicy\nEDITPROFILE_USER_FLOW=B2C_1_ProfileEditPolicy\nRESETPASSWORD_USER_FLOW=B2C_1_Password_Reset_Policy\nREDIRECT_URI=http://localhost:5000/redirect\n";

#[test]
fn the_b2c_shape_keeps_its_three_user_flows_and_explains_why_graph_is_left_out() {
    let import = import(&format!("{B2C}{CLIENT}{GRAPH}"));
    let profile = import.profile();
    assert_eq!(profile.authority.kind(), Kind::B2c);
    assert_eq!(
        profile.authority.url().as_str(),
        "https://contoso.b2clogin.com/contoso.onmicrosoft.com"
    );
    for user_flow in [
        UserFlowKind::SignIn,
        UserFlowKind::EditProfile,
        UserFlowKind::ResetPassword,
    ] {
        assert!(
            profile.authority.issuer_config(user_flow).is_some(),
            "{user_flow:?}"
        );
    }
    assert!(profile.apis.is_empty());
    assert!(
        import
            .out
            .contains("B2C does not issue tokens for Microsoft Graph"),
        "{}",
        import.out
    );
}

#[test]
fn b2c_keeps_an_api_of_its_own() {
    let own = "SCOPE=https://contoso.onmicrosoft.com/orders/read\nENDPOINT=https://orders.contoso.example\n";
    let profile = import(&format!("{B2C}{CLIENT}{own}")).profile();
    assert_eq!(profile.apis.len(), 1);
}

#[test]
fn b2c_wins_over_authority_as_in_the_sample_and_says_so() {
    let import = import(&format!(
        "{B2C}{CLIENT}AUTHORITY=https://login.microsoftonline.com/common\n"
    ));
    assert_eq!(import.profile().authority.kind(), Kind::B2c);
    assert!(
        import.out.contains("AUTHORITY was ignored"),
        "{}",
        import.out
    );
}

#[test]
fn oidc_authority_beside_another_is_a_conflict_that_is_explained() {
    for other in [
        "AUTHORITY=https://login.microsoftonline.com/common\nREDIRECT_URI=http://localhost:5000/redirect\n",
        B2C,
    ] {
        let import = import(&format!(
            "OIDC_AUTHORITY=https://www.contoso.com/x/v2.0\n{CLIENT}{other}"
        ));
        assert!(
            import.refused().contains("OIDC_AUTHORITY and "),
            "{}",
            import.err
        );
    }
}

#[test]
fn placeholders_of_the_samples_templates_are_refused_by_name() {
    for (line, key) in [
        ("AUTHORITY=<authority url>", "AUTHORITY"),
        (
            "AUTHORITY=https://login.microsoftonline.com/TENANT_GUID",
            "AUTHORITY",
        ),
        (
            "AUTHORITY=https://<Enter_your_subdomain>.ciamlogin.com/x",
            "AUTHORITY",
        ),
    ] {
        let import = import(&format!(
            "{line}\n{CLIENT}REDIRECT_URI=http://localhost:5000/redirect\n"
        ));
        assert!(
            import
                .refused()
                .contains(&format!("{key} is still the placeholder of the sample")),
            "{}",
            import.err
        );
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_half_done() {
    let env = format!(
        "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n{CLIENT}REDIRECT_URI=http://localhost:5000/redirect\n"
    );
    let import = import(&env);
    assert_eq!(import.code, 0);
    let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(["import", ".env", "imported"])
        .current_dir(import.folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("exists already")
    );
    std::fs::remove_file(import.folder.path().join("profiles/imported.toml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(["import", ".env", "imported"])
        .current_dir(import.folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "an old secret is not taken over either"
    );
}

#[test]
fn what_the_profile_reader_would_refuse_is_not_written() {
    let import = import(&format!(
        "AUTHORITY=https://login.microsoftonline.com/contoso.onmicrosoft.com\n{CLIENT}REDIRECT_URI=http://app.contoso.example/redirect\n"
    ));
    assert!(
        import.refused().contains("public_url: is plain http"),
        "{}",
        import.err
    );
    assert!(
        import.err.starts_with("error: .env: ") && !import.err.contains(".toml"),
        "no line of a file that was never written: {}",
        import.err
    );
}

#[test]
fn without_a_secret_the_profile_is_a_public_client_and_says_so() {
    let import = import(
        "AUTHORITY=https://contoso.ciamlogin.com/contoso.onmicrosoft.com\nCLIENT_ID=6731de76-14a6-49ae-97bc-6eba6914391e\nREDIRECT_URI=http://localhost:3000/getAToken\n",
    );
    assert!(matches!(
        import.profile().client.credential,
        Credential::Public
    ));
    assert!(import.out.contains("public_client"), "{}", import.out);
}
