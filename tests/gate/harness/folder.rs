//! The profiles folder of a running gatehouse: files change, and the served profiles follow.

use std::path::{Path, PathBuf};

use super::browser::Browser;
use super::{Kind, TestGatehouse};

/// Writes a file in one step, as careful editors and deployments do.
pub fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

impl TestGatehouse {
    pub fn profiles_folder(&self) -> PathBuf {
        self.folder.path().join("profiles")
    }

    /// Whether the home page of a profile shows this title.
    pub async fn title_is(&self, browser: &Browser, kind: Kind, title: &str) -> bool {
        browser.get(self.url(kind, "/")).await.text.contains(title)
    }

    /// What readiness says of a profile.
    pub async fn readiness(&self, id: &str) -> serde_json::Value {
        let detail = Browser::new().get(self.admin_url("/readyz")).await.json();
        let profiles = detail["profiles"].as_array().unwrap();
        let found = profiles.iter().find(|profile| profile["id"] == id);
        found.cloned().unwrap_or_default()
    }

    /// The sentences that readiness has about a profile's file.
    pub async fn problems(&self, id: &str) -> Vec<String> {
        let told = self.readiness(id).await;
        let problems = told["problems"].as_array().unwrap().iter();
        problems
            .map(|problem| problem.as_str().unwrap().to_owned())
            .collect()
    }

    /// Moves a profile to the authority of another kind, as an operator does: kind, authority and client.
    pub fn moved(&self, from: Kind, to: Kind) -> String {
        let (mut moved, there) = (text(&self.profile_path(from)), text(&self.profile_path(to)));
        for key in ["kind", "authority", "client_id"] {
            let line = |text: &str| {
                let found = text.lines().find(|line| line.starts_with(key));
                found.unwrap().to_owned()
            };
            moved = moved.replace(&line(&moved), &line(&there));
        }
        moved
    }
}
