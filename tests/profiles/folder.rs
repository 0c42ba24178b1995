//! The folder as a whole: what is read, what is left alone, what survives.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gatehouse::config::load_folder;
use gatehouse::domain::profile::ProfileId;
use gatehouse::domain::profiles::{ProfileStatus, Profiles};

use crate::harness::{surroundings, text};

fn profile(host: &str) -> String {
    format!(
        "kind = \"oidc\"\npublic_url = \"https://{host}\"\nauthority = \"https://id.example\"\nclient_id = \"c\"\npublic_client = true\n"
    )
}

fn write(folder: &Path, name: &str, content: &str) {
    fs::write(folder.join(name), content).unwrap();
}

#[test]
fn a_missing_folder_is_an_error_that_names_it() {
    let fault = load_folder(Path::new("no/such/folder"), surroundings()).unwrap_err();
    assert!(fault.to_string().contains("no/such/folder"), "{fault}");
}

#[test]
fn an_empty_folder_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_folder(folder.path(), surroundings()).unwrap();
    assert!(loaded.profiles.is_empty() && loaded.broken.is_empty());
}

#[test]
fn one_bad_file_never_stops_the_good_ones_and_its_address_is_known() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.toml", &profile("good.example"));
    write(
        folder.path(),
        "bad.toml",
        &format!("{}\nunknown = 1\n", profile("bad.example")),
    );
    write(folder.path(), "worse.toml", "= = =");
    let loaded = load_folder(folder.path(), surroundings()).unwrap();
    assert_eq!(loaded.profiles.len(), 1);
    assert_eq!(loaded.broken.len(), 2);
    let profiles = loaded.settle(&Profiles::default()).profiles;
    let place = |host: &str| profiles.find(host, "/").map(|(tenancy, _)| tenancy.clone());
    assert!(matches!(
        place("good.example"),
        Some(ProfileStatus::Serving(_))
    ));
    assert!(
        matches!(place("bad.example"), Some(ProfileStatus::Broken(id)) if id.as_str() == "bad")
    );
    assert!(place("worse.example").is_none());
}

#[test]
fn dotfiles_other_endings_and_subfolders_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &profile("a.example"));
    for name in [
        ".hidden.toml",
        "a.toml~",
        "a.toml.bak",
        "README.md",
        "a.client-secret",
        "b.TOML",
    ] {
        write(folder.path(), name, "not a profile");
    }
    fs::create_dir(folder.path().join("examples.toml")).unwrap();
    fs::create_dir(folder.path().join("examples")).unwrap();
    write(
        &folder.path().join("examples"),
        "b.toml",
        &profile("b.example"),
    );
    let loaded = load_folder(folder.path(), surroundings()).unwrap();
    assert_eq!(loaded.profiles.len(), 1);
    assert!(loaded.broken.is_empty());
}

// proves: D64
#[cfg(unix)]
#[test]
fn a_config_map_that_is_swapped_by_its_link_is_read_anew() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (version, host) in [("..2026_1", "one.example"), ("..2026_2", "two.example")] {
        fs::create_dir(at(version)).unwrap();
        write(&at(version), "a.toml", &profile(host));
    }
    symlink("..2026_1", at("..data")).unwrap();
    symlink("..data/a.toml", at("a.toml")).unwrap();
    let before = load_folder(folder.path(), surroundings()).unwrap();
    symlink("..2026_2", at("..data_tmp")).unwrap();
    fs::rename(at("..data_tmp"), at("..data")).unwrap();
    let after = load_folder(folder.path(), surroundings()).unwrap();
    let host = |loaded: &gatehouse::config::Loaded| {
        loaded.profiles.first().unwrap().public_url.to_string()
    };
    assert_eq!(host(&before), "https://one.example");
    assert_eq!(host(&after), "https://two.example");
    assert_ne!(
        before.profile_files, after.profile_files,
        "the content's hash tells the two apart"
    );
}

#[test]
fn a_link_to_nowhere_is_a_problem_of_that_file_only() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &profile("a.example"));
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("b.toml")).unwrap();
    let loaded = load_folder(folder.path(), surroundings()).unwrap();
    assert_eq!((loaded.profiles.len(), loaded.broken.len()), (1, 1));
}

// proves: D62
#[test]
fn a_file_that_breaks_keeps_its_last_good_version_and_the_others_reload() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &profile("a.example"));
    write(folder.path(), "b.toml", &profile("b.example"));
    let first = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&Profiles::default());
    write(folder.path(), "a.toml", "");
    write(folder.path(), "b.toml", &profile("c.example"));
    let second = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&first.profiles);
    assert_eq!(
        second
            .kept
            .iter()
            .map(ProfileId::as_str)
            .collect::<Vec<_>>(),
        ["a"]
    );
    let serves = |profiles: &Profiles, host: &str| {
        matches!(
            profiles.find(host, "/"),
            Some((ProfileStatus::Serving(_), _))
        )
    };
    assert!(
        serves(&second.profiles, "a.example"),
        "the last good version"
    );
    assert!(serves(&second.profiles, "c.example"), "the edit");
    assert!(!serves(&second.profiles, "b.example"));
}

// proves: D63
#[test]
fn a_new_profile_at_an_address_in_use_does_not_take_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "b.toml", &profile("b.example"));
    let first = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&Profiles::default());
    write(folder.path(), "a.toml", &profile("B.example"));
    let second = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&first.profiles);
    let found = second
        .profiles
        .find("b.example", "/")
        .map(|(tenancy, _)| tenancy.clone());
    assert!(matches!(found, Some(ProfileStatus::Serving(it)) if it.id.as_str() == "b"));
}

// proves: D65
#[test]
fn a_file_that_is_gone_takes_its_profile_with_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &profile("a.example"));
    let first = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&Profiles::default());
    fs::remove_file(folder.path().join("a.toml")).unwrap();
    let second = load_folder(folder.path(), surroundings())
        .unwrap()
        .settle(&first.profiles);
    assert!(second.profiles.find("a.example", "/").is_none());
}

// proves: D66
#[test]
fn a_secrets_file_is_watched_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = profile("a.example").replace(
        "public_client = true",
        "client_secret = { file = \"secret\" }",
    );
    write(folder.path(), "a.toml", &file);
    write(folder.path(), "secret", "one");
    let before = load_folder(folder.path(), surroundings()).unwrap();
    write(folder.path(), "secret", "two");
    let after = load_folder(folder.path(), surroundings()).unwrap();
    assert_eq!(before.profile_files, after.profile_files);
    assert_eq!(before.watched_files.len(), 1);
    assert_ne!(before.watched_files, after.watched_files);
}

// proves: D68
#[test]
fn a_thousand_profiles_load_in_well_under_a_second() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1_000 {
        write(
            folder.path(),
            &format!("p{number}.toml"),
            &profile(&format!("p{number}.example")),
        );
    }
    let begun = std::time::Instant::now();
    let loaded = load_folder(folder.path(), surroundings()).unwrap();
    let profiles = loaded.settle(&Profiles::default()).profiles;
    let took = begun.elapsed();
    assert_eq!(profiles.serving().len(), 1_000);
    let again = loaded.settle(&profiles).profiles;
    let same = profiles
        .serving()
        .iter()
        .zip(again.serving())
        .all(|(a, b)| a.id == b.id && Arc::strong_count(b) > 0);
    assert!(same);
    // This is the unoptimised build, on whatever machine runs it.
    assert!(took.as_secs() < 4, "{took:?}");
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_never_panics_and_never_becomes_a_profile_by_chance(content in "\\PC{0,200}") {
        let loaded = text(&content);
        proptest::prop_assert!(loaded.profiles.is_empty());
        proptest::prop_assert!(!loaded.problems().is_empty());
    }

    #[test]
    fn arbitrary_values_in_known_keys_never_panic(
        key in proptest::sample::select(vec![
            "kind", "public_url", "authority", "client_id", "client_secret", "client_certificate", "client_assertion",
            "redirect_path", "tenant_id", "allowed_tenants", "user_flows", "api", "allow", "session", "branding",
            "clock_skew", "extra_scopes", "issuer",
        ]),
        value in "(\"\\PC{0,30}\"|[0-9]{1,20}|true|\\[\"\\PC{0,10}\", 5\\]|\\{ file = \"\\PC{0,10}\", x = 1 \\}|\\PC{0,20})",
    ) {
        let file = profile("a.example");
        let without: Vec<&str> = file.lines().filter(|line| !line.starts_with(key)).collect();
        let loaded = text(&format!("{key} = {value}\n{}\n", without.join("\n")));
        proptest::prop_assert_eq!(loaded.profiles.len() + loaded.broken.len(), 1);
    }

    #[test]
    fn a_secret_never_shows_whatever_stands_around_it(junk in "[\\PC\n]{0,60}", at in 0..4_usize) {
        const SECRET: &str = "x7Kq-do-not-show-9Zp";
        let secret = match at {
            0 => format!("client_secret = {{ value = \"{SECRET}\" }}"),
            1 => format!("client_secret = \"{SECRET}\""),
            2 => format!("client_secret = {{ valu = \"{SECRET}\" }}"),
            _ => format!("client_secrt = {{ value = \"{SECRET}"),
        };
        let loaded = text(&format!("kind = \"oidc\"\n{secret}\n{junk}\n"));
        let problems = loaded.problems();
        for looks in [gatehouse::config::report::rendering::Looks::Plain, gatehouse::config::report::rendering::Looks::Terminal { color: false }] {
            let shown = gatehouse::config::report::rendering::text(&problems, looks);
            proptest::prop_assert!(!shown.contains(SECRET), "{}", shown);
        }
        let shown = format!("{loaded:?}");
        proptest::prop_assert!(!shown.contains(SECRET), "{}", shown);
    }
}

#[test]
fn a_further_host_belongs_to_one_profile_alone() {
    let with_hosts = |host: &str, hosts: &str| {
        profile(host).replace("authority", &format!("hosts = [{hosts}]\nauthority"))
    };
    for (other, named) in [
        (profile("crm.example"), "https://crm.example is also a host"),
        (profile("crm.example/staff"), "https://crm.example is also"),
        (
            with_hosts("b.example", "\"https://crm.example\""),
            "https://crm.example is also a host of",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let crm = "\"https://wiki.example\", \"https://crm.example\"";
        write(folder.path(), "a.toml", &with_hosts("a.example", crm));
        write(folder.path(), "b.toml", &other);
        write(folder.path(), "c.toml", &profile("c.example"));
        let loaded = load_folder(folder.path(), surroundings()).unwrap();
        assert_eq!(loaded.broken.len(), 2, "{named}");
        assert_eq!(loaded.profiles.len(), 1, "c serves");
        let problems = loaded.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let problem = format!("{problems:?}");
        assert!(problem.contains(named), "{problem}");
        assert!(problem.contains("hosts"), "{problem}");
        let profiles = loaded.settle(&Profiles::default()).profiles;
        for host in ["crm.example", "wiki.example"] {
            let place = profiles.find(host, "/").map(|(tenancy, _)| tenancy.clone());
            assert!(matches!(place, Some(ProfileStatus::Broken(_))), "{host}");
        }
    }
}
