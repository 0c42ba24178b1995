//! `[[api]]`: the web APIs of a profile.

use url::Url;

use crate::config::profile::file::{ApiTable, ProfileFile};
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::config::toml_document::spanned::Text;
use crate::domain::api::{Api, ApiName};
use crate::domain::public_url::is_secure_enough;

impl ProfileReader<'_, '_> {
    pub(super) fn apis(&mut self, file: &ProfileFile) -> Vec<Api> {
        let mut apis: Vec<Api> = Vec::new();
        for (at, table) in file.api.iter().flatten().enumerate() {
            let Some(api) = self.api(&format!("api[{at}]"), table) else {
                continue;
            };
            if let (true, Some(name)) =
                (apis.iter().any(|other| other.name == api.name), &table.name)
            {
                let what = format!("{:?} is already the name of another API", api.name.as_str());
                let key = format!("api[{at}].name");
                self.problems.error(
                    &key,
                    &name.span(),
                    what,
                    "a name of its own for each [[api]]",
                );
            } else {
                apis.push(api);
            }
        }
        apis
    }

    fn api(&mut self, path: &str, table: &ApiTable) -> Option<Api> {
        let (name_key, endpoint_key) = (format!("{path}.name"), format!("{path}.endpoint"));
        if table.name.is_none() {
            self.problems.missing(&name_key, "such as name = \"graph\"");
        }
        if table.endpoint.is_none() {
            let right = "such as endpoint = \"https://graph.microsoft.com/v1.0/me\"";
            self.problems.missing(&endpoint_key, right);
        }
        let name = self.api_name(&name_key, &table.name);
        let title = self.free_text(&format!("{path}.title"), &table.title, 200);
        let endpoint = self.endpoint(&endpoint_key, &table.endpoint);
        let scopes = self.scopes(&format!("{path}.scopes"), table.scopes.as_deref());
        let name = name?;
        Some(Api {
            title: title.unwrap_or_else(|| name.to_string()),
            name,
            endpoint: endpoint?,
            scopes,
        })
    }

    fn api_name(&mut self, key: &str, text: &Text) -> Option<ApiName> {
        let written = self.text(key, text)?;
        let name = ApiName::parse(written.get());
        if name.is_none() {
            let what = format!(
                "{:?} cannot be part of an address",
                shortened(written.get())
            );
            let right = "lower-case letters, digits, '-' and '_', at most 63";
            self.problems.error(key, &written.span(), what, right);
        }
        name
    }

    fn endpoint(&mut self, key: &str, text: &Text) -> Option<Url> {
        let written = self.text(key, text)?;
        let url = Url::parse(written.get()).ok();
        let what = match &url {
            None => "is not an absolute address",
            Some(url) if !is_secure_enough(url) => {
                "must be https; an access token in plain http is accepted only for loopback hosts"
            }
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                "contains a user name or password"
            }
            Some(url) if url.fragment().is_some() => "contains a fragment, which is never sent",
            Some(url) if !self.may_call(key, written, url) => return None,
            Some(_) => return url,
        };
        let right = "such as \"https://graph.microsoft.com/v1.0/me\"";
        self.problems.error(key, &written.span(), what, right);
        None
    }
}
