//! What an upstream receives about the caller: `identity_headers` of a `[[route]]`.

use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::route_table::RouteTable;
use crate::domain::header_names::{NameFault, folded, may_carry_a_claim};
use crate::domain::identity::is_about_person;

/// More headers than this do not fit into the buffer of a proxy.
const MOST_HEADERS: usize = 16;
/// Bytes of the name of a claim; some are URLs.
const LONGEST_CLAIM: usize = 200;

impl ProfileReader<'_, '_> {
    /// Names of headers and of their claims.
    pub(super) fn identity_headers(
        &mut self,
        route: &str,
        table: &RouteTable,
    ) -> Vec<(String, String)> {
        let key = format!("{route}.identity_headers");
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, claim) in table.identity_headers.iter().flatten() {
            let key = format!("{key}.{name}");
            let span = claim.span();
            let twin = |(other, _): &&(String, String)| folded(other) == folded(name);
            if let Err(fault) = may_carry_a_claim(name) {
                self.problems
                    .error(&key, &span, fault.to_string(), right(fault));
            } else if let Some((other, _)) = headers.iter().find(twin) {
                let what = format!("is the same header as {other} to servers that fold names");
                let right = "one spelling of each header";
                self.problems.error(&key, &span, what, right);
            } else if !is_claim(claim.get()) {
                let what = "is not the name of a claim";
                let right = "the name of a claim of the ID token, such as \"preferred_username\"";
                self.problems.error(&key, &span, what, right);
            } else if !is_about_person(claim.get()) {
                let what = "is a claim of the token itself, which no application is told";
                let right = "a claim about the person, such as \"email\" or \"preferred_username\"";
                self.problems.error(&key, &span, what, right);
            } else if headers.len() == MOST_HEADERS {
                let what = "is one header more than a route may set";
                let right = format!("at most {MOST_HEADERS} headers for each route");
                self.problems.error(&key, &span, what, right);
            } else {
                headers.push((name.clone(), claim.get().clone()));
            }
        }
        headers
    }
}

/// What would be right instead of a name.
fn right(fault: NameFault) -> &'static str {
    match fault {
        NameFault::Spelling => "such as \"Remote-User\"",
        NameFault::Ours => "another name; X-Auth-Subject, -Name, -Email and so on are always sent",
        NameFault::Protocol => "a name that is for identity alone, such as \"Remote-User\"",
    }
}

fn is_claim(name: &str) -> bool {
    let usable = |letter: char| !letter.is_whitespace() && !letter.is_control();
    !name.is_empty() && name.len() <= LONGEST_CLAIM && name.chars().all(usable)
}
