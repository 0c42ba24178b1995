//! `easyauth` of a `[[route]]`: what an application that moves from App Service still finds.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::alternatives::FlagOr;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::own_path::OwnPath;
use crate::domain::route::EasyAuth;

/// Parts of App Service's `EasyAuth`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EasyAuthTable {
    /// Whether the application gets `X-MS-CLIENT-PRINCIPAL`, `-ID`, `-NAME` and `-IDP`. They may have 8 kB: see
    /// docs/behind/identity.md for the proxy's buffers. Default: false.
    #[schemars(example = true)]
    pub principal: Option<Spanned<bool>>,
    /// Whether `/.auth/me`, `/.auth/login/aad`, `/.auth/logout` and `/.auth/refresh` answer, below `public_url`. A proxy must
    /// send `/.auth/` to gatehouse. Default: false.
    #[schemars(example = true)]
    pub addresses: Option<Spanned<bool>>,
    /// Whether the application and `/.auth/me` get the ID token and the access token of the first `[[api]]`, never a refresh
    /// token. Each request then costs a read of the store. Default: false.
    #[schemars(example = true)]
    pub tokens: Option<Spanned<bool>>,
}

impl ProfileReader<'_, '_> {
    pub(super) fn easyauth(
        &mut self,
        route: &str,
        written: Option<&Spanned<FlagOr<EasyAuthTable>>>,
        path: Option<&str>,
    ) -> EasyAuth {
        let Some(written) = written else {
            return EasyAuth::default();
        };
        let parts = match written.get() {
            FlagOr::Flag(all) => EasyAuth {
                principal: *all,
                addresses: *all,
                tokens: false,
            },
            FlagOr::Other(parts) => {
                let is_on =
                    |part: &Option<Spanned<bool>>| part.as_ref().is_some_and(|on| *on.get());
                EasyAuth {
                    principal: is_on(&parts.principal),
                    addresses: is_on(&parts.addresses),
                    tokens: is_on(&parts.tokens),
                }
            }
        };
        if parts.addresses && path.is_some_and(OwnPath::is_below_easyauth) {
            let what = "has addresses below /.auth, where the route itself is";
            let right = "another path for the route, or addresses = false";
            let key = format!("{route}.easyauth");
            self.problems.error(&key, &written.span(), what, right);
        }
        parts
    }
}
