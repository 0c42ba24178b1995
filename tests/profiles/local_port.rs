//! `check` compares the port of a `public_url` on this machine with the port of the listener.

use std::process::Command;

const PROFILE: &str = "kind = \"oidc\"\npublic_url = \"http://localhost:8080\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\npublic_client = true\n";

#[test]
fn check_warns_when_browsers_come_to_another_port_than_the_listeners() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = folder.path().join("profiles");
    std::fs::create_dir(&profiles).unwrap();
    std::fs::write(profiles.join("a.toml"), PROFILE).unwrap();
    for (listen, warnings) in [("127.0.0.1:8080", 0), ("127.0.0.1:9000", 1)] {
        let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .arg("check")
            .current_dir(folder.path())
            .env_clear()
            .env("GATEHOUSE_LISTEN", listen)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success(),
            "a proxy may stand between: {error}"
        );
        let told = error.matches("--listen 127.0.0.1:8080").count();
        assert_eq!(told, warnings, "{listen}: {error}");
    }
}
