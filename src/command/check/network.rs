//! What `check --online` says about the network between gatehouse and an authority: its proxy, and whose certificates it
//! shows.

use std::collections::BTreeMap;

use url::Url;

use crate::command::check::answer::{Answer, good};
use crate::domain::outbound_proxy::OutboundProxy;
use crate::domain::profile::Profile;

/// Variables that name a proxy for other programs, and that gatehouse does not read: it calls other machines by https only.
const IGNORED: [&str; 2] = ["HTTP_PROXY", "http_proxy"];

/// The proxy in force, and the variables of the process.
pub(in crate::command) struct Network<'a> {
    pub(in crate::command) proxy: Option<&'a OutboundProxy>,
    pub(in crate::command) variables: &'a BTreeMap<String, String>,
}

impl Network<'_> {
    /// Through which proxy the authority of a profile is called, if there is one.
    pub(in crate::command) fn about(&self, profile: &Profile) -> Option<Answer> {
        let proxy = self.proxy?;
        let (address, source) = (proxy.address(), &proxy.source);
        let url = Url::parse(profile.authority.as_str()).ok()?;
        let sentence = if proxy.is_for(&url) {
            format!("the authority is called through {address} ({source})")
        } else {
            format!(
                "the authority is called directly and not through {address} ({source}): loopback, no_proxy or http.resolve"
            )
        };
        Some(good("proxy", sentence))
    }

    /// Adds what the network may have to do with a bad answer.
    pub(in crate::command) fn add_help(&self, profile: &Profile, answer: &mut Answer) {
        let mut help: Vec<String> = vec![answer.help.clone()];
        help.extend(unknown_issuer(&answer.sentence));
        help.extend(self.of_proxy(profile, &answer.sentence));
        help.extend(self.ignored(&answer.sentence));
        help.retain(|text| !text.is_empty());
        answer.help = help.join("; ");
    }

    fn of_proxy(&self, profile: &Profile, sentence: &str) -> Option<String> {
        let proxy = self.proxy?;
        let url = Url::parse(profile.authority.as_str()).ok()?;
        let is_of_tls = sentence.contains("certificate");
        if !proxy.is_for(&url) || !is_no_connection(sentence) || is_of_tls {
            return None;
        }
        let (address, source) = (proxy.address(), &proxy.source);
        Some(if sentence.contains("proxy auth") {
            format!(
                "the proxy {address} ({source}) asks for a user and a password: put them into its address, percent-encoded"
            )
        } else if sentence.contains("tunnel error: unsuccessful") {
            format!(
                "the proxy {address} ({source}) refuses to connect to {}: have it allowed there, or name it in http.no_proxy",
                url.host_str().unwrap_or_default()
            )
        } else {
            format!(
                "the call goes through the proxy {address} ({source}), which may not answer: try it from this machine, or set http.proxy = \"none\""
            )
        })
    }

    fn ignored(&self, sentence: &str) -> Option<String> {
        if self.proxy.is_some() || !is_no_connection(sentence) {
            return None;
        }
        let is_set = |name: &&&str| {
            self.variables
                .get(**name)
                .is_some_and(|text| !text.is_empty())
        };
        let name = IGNORED.iter().find(is_set)?;
        Some(format!(
            "{name} is ignored, because authorities and APIs are called by https: set HTTPS_PROXY or http.proxy"
        ))
    }
}

/// Companies that open TLS in their proxy show certificates of their own.
fn unknown_issuer(sentence: &str) -> Option<String> {
    // The second: an issuer of the same name with another key.
    let unknown = ["UnknownIssuer", "certificate: BadSignature"];
    unknown.iter().any(|text| sentence.contains(text)).then(|| {
        "the certificate's issuer is unknown: if a proxy or a private CA signs it, name a PEM file of that CA in http.ca_file".to_owned()
    })
}

fn is_no_connection(sentence: &str) -> bool {
    ["no connection", "no answer in time", "broke off"]
        .iter()
        .any(|text| sentence.contains(text))
}
