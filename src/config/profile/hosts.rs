//! `hosts`: further origins behind the sign-in of a profile.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::domain::public_url::PublicUrl;

/// What would be right for an item.
const RIGHT: &str =
    "scheme, host and port of an application, such as \"https://crm.contoso.example\"";

impl ProfileReader<'_, '_> {
    pub(super) fn hosts(
        &mut self,
        file: &ProfileFile,
        public_url: Option<&PublicUrl>,
    ) -> Vec<PublicUrl> {
        let mut hosts: Vec<PublicUrl> = Vec::new();
        for written in self.texts("hosts", &file.hosts) {
            let (what, right) = match judged(written.get(), public_url, &hosts) {
                Ok(host) => {
                    hosts.push(host);
                    continue;
                }
                Err(problem) => problem,
            };
            self.problems.error("hosts", &written.span(), what, right);
        }
        hosts
    }
}

/// The host, or what is wrong with it and what would be right.
fn judged(
    text: &str,
    public_url: Option<&PublicUrl>,
    earlier: &[PublicUrl],
) -> Result<PublicUrl, (String, String)> {
    let wrong = |what: &str, right: &str| Err((what.to_owned(), right.to_owned()));
    let host = match PublicUrl::parse(text) {
        Ok(host) => host,
        Err(fault) => return wrong(&fault.to_string(), RIGHT),
    };
    if !host.prefix().is_empty() {
        return wrong("has a path, so it is not an origin", RIGHT);
    }
    if earlier.contains(&host) {
        return wrong("is listed twice", "each origin once");
    }
    let Some(public_url) = public_url else {
        return Ok(host);
    };
    if host.authority() == public_url.authority() {
        return wrong(
            "is the host of public_url",
            "further hosts only: public_url is always one",
        );
    }
    if host.is_https() != public_url.is_https() {
        return wrong(
            "has another scheme than public_url, so that a session would leave the protection of https",
            "the scheme of public_url",
        );
    }
    Ok(host)
}
