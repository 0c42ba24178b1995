//! `allow.tenants`, of a profile and of a route: the directory tenants that may pass, and those that never come.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::route_table::AllowTable;
use crate::config::toml_document::spanned::{Spanned, Texts};
use crate::domain::authority::{Authority, TidClaim};
use crate::domain::issuer::{ImpossibleTenant, TenantGuid};

/// A list of tenants as it is written, with its dotted key.
struct TenantList<'f> {
    key: String,
    entries: &'f [Spanned<String>],
}

impl<'f> TenantList<'f> {
    fn of(key: String, table: Option<&'f AllowTable>) -> Option<Self> {
        let entries = table?.tenants.as_deref()?;
        Some(Self { key, entries })
    }

    /// The entries that are tenants; the others have an error of their own.
    fn tenants(&self) -> impl Iterator<Item = (&'f Spanned<String>, TenantGuid)> {
        let tenant = |entry: &'f Spanned<String>| Some((entry, TenantGuid::parse(entry.get())?));
        self.entries.iter().filter_map(tenant)
    }
}

impl ProfileReader<'_, '_> {
    /// The tenants of a list. `key` is its dotted key.
    pub(super) fn tenants(&mut self, key: &str, texts: &Texts) -> Vec<TenantGuid> {
        let usable = self.texts(key, texts);
        let parsed = usable.iter().filter_map(|text| self.guid(key, text));
        parsed.collect()
    }

    /// Reports tenants of which no caller can be, and lists that admit nobody.
    pub(super) fn tenants_that_never_match(&mut self, file: &ProfileFile, authority: &Authority) {
        let of_profile = TenantList::of("allow.tenants".to_owned(), file.allow.as_ref());
        let routes = file.route.iter().flatten().enumerate();
        let of_routes = routes.filter_map(|(at, route)| {
            TenantList::of(format!("route[{at}].allow.tenants"), route.allow.as_ref())
        });
        let of_routes: Vec<_> = of_routes.collect();
        for list in of_profile.iter().chain(&of_routes) {
            self.judge_tenants(list, authority);
        }
        if let Some(of_profile) = of_profile
            && authority.tid_claim() == TidClaim::Always
            && !self.problems.mentions(&of_profile.key)
        {
            for list in &of_routes {
                self.within_profile(list, &of_profile, authority);
            }
        }
    }

    /// Reports the tenants of a route that the profile keeps out.
    fn within_profile(
        &mut self,
        list: &TenantList<'_>,
        of_profile: &TenantList<'_>,
        authority: &Authority,
    ) {
        let admitted: Vec<_> = of_profile.tenants().map(|(_, tenant)| tenant).collect();
        let issuer = &authority.sign_in().issuer;
        // A tenant that the authority excludes has an error already.
        let shut_out =
            |tenant: &TenantGuid| !admitted.contains(tenant) && issuer.excludes(tenant).is_none();
        for (entry, _) in list.tenants().filter(|(_, tenant)| shut_out(tenant)) {
            let what = "is not in allow.tenants of the profile, so that no request would match";
            let right = "a tenant of both lists; a route narrows what the profile admits";
            self.problems.error(&list.key, &entry.span(), what, right);
        }
    }

    fn judge_tenants(&mut self, list: &TenantList<'_>, authority: &Authority) {
        let Some(first) = list.entries.first() else {
            return;
        };
        match authority.tid_claim() {
            TidClaim::Always => {
                for (entry, tenant) in list.tenants() {
                    if let Some(why) = authority.sign_in().issuer.excludes(&tenant) {
                        let (what, right) = words(&why);
                        self.problems.error(&list.key, &entry.span(), what, right);
                    }
                }
            }
            TidClaim::ByPolicy => {
                let what = "admits nobody unless the custom policies issue the claim tid";
                let right = "an output claim tid in every policy; or leave the list out: all tokens are of one B2C tenant anyway";
                self.problems.warning(&list.key, &first.span(), what, right);
            }
            TidClaim::NotByUserFlows => {
                let what = "admits nobody: the user flows of B2C issue no claim tid";
                let right = "leave the list out: all tokens are of one B2C tenant anyway; only custom policies (B2C_1A_…) can issue tid";
                self.problems.error(&list.key, &first.span(), what, right);
            }
            TidClaim::Never => {
                let what = "admits nobody: kind = \"oidc\" has no directory tenants";
                let right = "leave the list out, or a kind of Microsoft's if the authority is Microsoft's; admit people by roles, groups or email_domains";
                self.problems.error(&list.key, &first.span(), what, right);
            }
        }
    }
}

/// What is wrong with a tenant, and what would be right.
fn words(why: &ImpossibleTenant) -> (&'static str, String) {
    match why {
        ImpossibleTenant::Other(only) => (
            "is not the tenant of this authority, so that no request would match",
            format!("\"{only}\", or leave the list out: the authority is this one tenant"),
        ),
        ImpossibleTenant::NotAllowed => (
            "is not in allowed_tenants, so that no request would match",
            "a tenant of both lists".to_owned(),
        ),
        ImpossibleTenant::Personal => (
            "is the tenant of personal accounts, which may not sign in here, so that no request would match",
            "allow_personal_accounts = true with the authority …/common, or another tenant"
                .to_owned(),
        ),
    }
}
