//! The order of the sources, and which key files are read.

use super::*;

fn detect(set: &[(&str, &str)]) -> Source {
    Source::detect(&|name| {
        let found = set.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn t16_the_sources_are_looked_for_in_their_order() {
    let all = [
        ("IDENTITY_SERVER_THUMBPRINT", "t"),
        ("IDENTITY_HEADER", "h"),
        ("MSI_SECRET", "s"),
        ("MSI_ENDPOINT", "m"),
        ("IMDS_ENDPOINT", "i"),
        ("IDENTITY_ENDPOINT", "e"),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://pod.example"),
    ];
    let names: Vec<_> = (0..=all.len())
        .map(|from| detect(&all[from..]).name())
        .collect();
    assert_eq!(
        names,
        [
            "Service Fabric",
            "App Service",
            "Machine Learning",
            "Azure Arc",
            "Azure Arc",
            "instance metadata service",
            "instance metadata service",
            "instance metadata service",
        ]
    );
    let imds = Source::Imds { base: IMDS.into() };
    assert_eq!(detect(&[("IDENTITY_ENDPOINT", "")]), imds);
}

#[tokio::test]
async fn an_arc_key_is_read_from_the_agents_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("good.key"), "the key").unwrap();
    std::fs::write(at("large.key"), "x".repeat(4_097)).unwrap();
    std::fs::write(at("other.txt"), "x").unwrap();
    std::fs::create_dir(at("folder.key")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", at("link.key")).unwrap();
    let read = async |path: PathBuf| read_arc_key(&path, folder.path()).await;
    assert_eq!(read(at("good.key")).await.unwrap(), "the key");
    for name in [
        "large.key",
        "other.txt",
        "folder.key",
        "link.key",
        "absent.key",
        "x/../good.key",
    ] {
        assert!(read(at(name)).await.is_err(), "{name}");
    }
    assert!(read(PathBuf::from("/etc/x.key")).await.is_err());
}
