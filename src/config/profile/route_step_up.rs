//! `step_up` of a route: a stronger or fresher sign-in.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::schema_rules as rules;
use crate::config::toml_document::spanned::{Text, Texts};
use crate::domain::route::StepUp;

/// Bytes of all authentication contexts together: an attempt's cookie carries them.
const LONGEST_CONTEXTS: usize = 256;

/// A sign-in that is older when the person comes back would never do.
const SHORTEST_MAX_AGE: Duration = Duration::from_secs(10);

/// What a route demands of the sign-in itself. At least one of the two is required.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpTable {
    /// Authentication contexts, any one of which the claim `acrs` or `acr` of the ID token must name. entra-id is asked for them
    /// by `claims`, so each is an id of Conditional Access such as `c1`; other authorities are asked by `acr_values`.
    /// Default: none is demanded.
    #[schemars(example = ["c1"])]
    pub acr: Texts,
    /// How long ago the person may have signed in at the authority: a duration of at least 10s, held against the claim
    /// `auth_time`. Default: any time ago. At the Microsoft kinds add the optional claim `auth_time` to the token
    /// configuration of the application; without it nobody meets the demand.
    #[schemars(example = &"1h", extend("pattern" = rules::DURATION))]
    pub max_age: Text,
}

impl ProfileReader<'_, '_> {
    pub(super) fn step_up(&mut self, key: &str, table: Option<&StepUpTable>) -> Option<StepUp> {
        let table = table?;
        let key = format!("{key}.step_up");
        let (acr_key, age_key) = (format!("{key}.acr"), format!("{key}.max_age"));
        let acr = self.contexts(&acr_key, &table.acr);
        let max_age = self.duration(&age_key, &table.max_age, "1h");
        if let (Some(age), Some(written)) = (max_age, &table.max_age)
            && age < SHORTEST_MAX_AGE
        {
            let what = "is so short that nobody could come back in time";
            let right = "at least \"10s\"; in practice some minutes";
            self.problems.error(&age_key, &written.span(), what, right);
        }
        if table.max_age.is_none() && table.acr.as_ref().is_none_or(Vec::is_empty) {
            self.problems.missing(
                &key,
                "acr = [\"c1\"] or max_age = \"1h\" in it, or leave step_up out",
            );
        }
        (!acr.is_empty() || max_age.is_some()).then_some(StepUp { acr, max_age })
    }

    fn contexts(&mut self, key: &str, texts: &Texts) -> Vec<String> {
        let mut contexts: Vec<String> = Vec::new();
        for written in self.texts(key, texts) {
            let text = written.get();
            // The characters of `acr_values` (a list separated by spaces) and of a quoted string in a header.
            let plain = text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
            let so_far: usize = contexts.iter().map(String::len).sum();
            let what = if !plain {
                "has a space, a quote or another character that no authentication context has"
            } else if contexts.contains(text) {
                "is listed twice"
            } else if so_far + text.len() > LONGEST_CONTEXTS {
                "makes the list longer than 256 characters"
            } else {
                contexts.push(text.clone());
                continue;
            };
            let right = "ids such as \"c1\", or addresses such as \"urn:example:mfa\", each once";
            self.problems.error(key, &written.span(), what, right);
        }
        contexts
    }
}
