//! The file of `--config`.

use std::collections::HashSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::client::ClientSettings;
use crate::config::person::PersonSettings;
use crate::config::tenant::TenantSettings;
use crate::shapes::Shapes;

/// Everything that a configuration file may say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Lifetimes and switches.
    pub settings: Settings,
    /// Where deployments of the same kind of authority differ.
    pub shapes: Option<Shapes>,
    /// Directory tenants, beside the built-in ones.
    pub tenant: Vec<TenantSettings>,
    /// Applications, beside the built-in ones.
    pub client: Vec<ClientSettings>,
    /// People, beside the sample people; one with the id of a sample person changes that person.
    pub person: Vec<PersonSettings>,
}

/// Lifetimes and switches. Lifetimes are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A request with the `login_hint` of a person is answered at once, without a page: that person signs in and consents.
    pub auto_sign_in: bool,
    /// Lifetime of access tokens. Default: 3600.
    pub access_token_lifetime: Option<i64>,
    /// Lifetime of ID tokens. Default: 3600.
    pub id_token_lifetime: Option<i64>,
    /// Lifetime of authorization codes. Default: 600.
    pub code_lifetime: Option<i64>,
    /// Lifetime of refresh tokens. Default: 7776000 (90 days).
    pub refresh_token_lifetime: Option<i64>,
    /// `refresh_in` of token answers. Default: absent.
    pub refresh_in: Option<i64>,
    /// `interval` of device authorizations. Default: 5.
    pub device_code_interval: Option<i64>,
}

/// What is wrong with a configuration file.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what it should be: place and key are named.
    #[error("{file}: {problem}")]
    Wrong {
        /// The file.
        file: String,
        /// What is wrong, with line and key.
        problem: String,
    },
}

impl Config {
    /// Reads a file and the certificates that it names.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] if a file cannot be read, [`ConfigError::Wrong`] if it says something wrong.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            file: file.clone(),
            source,
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, folder).map_err(|problem| ConfigError::Wrong { file, problem })
    }

    fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let mut config: Self =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for client in &mut config.client {
            client.read_certificates(folder)?;
            client.client()?;
        }
        for tenant in &config.tenant {
            tenant.tenant()?;
        }
        config.check_ids()?;
        config.settings.check()?;
        Ok(config)
    }

    /// Ids are present, and unique among tenants and among applications.
    fn check_ids(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        let tenants = self
            .tenant
            .iter()
            .map(|tenant| ("tenant", tenant.id.as_str()));
        let clients = self
            .client
            .iter()
            .map(|client| ("client", client.id.as_str()));
        if let Some((what, id)) = tenants.chain(clients).find(|id| !seen.insert(*id)) {
            return Err(format!("{what} {id} is defined twice"));
        }
        match self.person.iter().find(|person| person.id.is_empty()) {
            Some(_) => Err("person: id is missing".to_owned()),
            None => Ok(()),
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        let lifetimes = [
            ("access_token_lifetime", self.access_token_lifetime),
            ("id_token_lifetime", self.id_token_lifetime),
            ("code_lifetime", self.code_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
            ("refresh_in", self.refresh_in),
            ("device_code_interval", self.device_code_interval),
        ];
        match lifetimes
            .iter()
            .find(|(_, value)| value.is_some_and(|seconds| seconds < 1))
        {
            Some((name, _)) => Err(format!("settings: {name} is less than one second")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Config::parse(text, Path::new(".")).unwrap_err()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let problem = problem("[settings]\nauto_sign_in = true\nauto_sing_in = true\n");
        assert!(
            problem.contains("auto_sing_in") && problem.contains("line 3"),
            "{problem}"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            ("[[client]]\nsecrets = [\"x\"]", "client: id is missing"),
            (
                "[[client]]\nid = \"a\"\n[[client]]\nid = \"a\"",
                "client a is defined twice",
            ),
            (
                "[[client]]\nid = \"a\"\ncertificates = [\"none.pem\"]",
                "cannot read",
            ),
            (
                "[[client]]\nid = \"a\"\npublic = true\nsecrets = [\"x\"]",
                "client a: public",
            ),
            ("[settings]\ncode_lifetime = 0", "code_lifetime"),
            (
                "[[tenant]]\nkind = \"b2c\"\nid = \"x\"\nname = \"y\"",
                "tenant y: id",
            ),
            ("[[person]]\nname = \"Zoe\"", "person: id is missing"),
        ] {
            let problem = problem(text);
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }
}
