//! The simulator's pages. Plain forms with hidden fields and named buttons: a person or a script can press them.
//!
//! Owns the contexts; the templates are in `templates`. Every value goes through Tera's escaping.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::json;
use tera::Context;

use std::sync::Arc;

use crate::authorities;
use crate::directory::{Person, Tenant, UserFlow};
use crate::kind::Kind;
use crate::realm::Realm;
use crate::scopes::{Api, Scope};
use crate::state::Account;
use crate::web::incoming::Incoming;
use crate::web::response;

/// Names of buttons and fields that belong to a page, not to the authorization request.
const OF_PAGES: [&str; 14] = [
    "person",
    "chosen",
    "cancel",
    "forgot",
    "consent",
    "sign_up",
    "save",
    "reset",
    "email",
    "given_name",
    "family_name",
    "name",
    "new_password",
    "repeat_password",
];

fn render(incoming: &Incoming<'_>, code: u16, template: &str, context: &Context) -> HttpResponse {
    match incoming.platform.pages.render(template, context) {
        Ok(page) => response::html(code, page),
        Err(why) => response::html(500, why),
    }
}

#[derive(Serialize)]
struct Choice<'a> {
    id: &'a str,
    name: &'a str,
    mail: &'a str,
    note: &'a str,
    tenant: &'a str,
    initial: String,
    here: bool,
}

/// The pages around one authorization request.
pub(crate) struct Frame<'a> {
    incoming: &'a Incoming<'a>,
    context: Context,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(incoming: &'a Incoming<'a>, realm: &Realm, client_id: &str) -> Self {
        let hidden: Vec<(String, String)> = incoming
            .parameters()
            .0
            .into_iter()
            .filter(|(name, _)| !OF_PAGES.contains(&name.as_str()))
            .collect();
        let mut context = context_of(realm);
        context.insert("action", &realm_path(incoming));
        context.insert("hidden", &hidden);
        context.insert("client", client_id);
        context.insert("can_sign_up", &realm.kind.is_for_customers());
        context.insert("can_forget", &(realm.is_flow(UserFlow::SignIn)));
        Self { incoming, context }
    }

    pub(crate) fn pick(mut self, people: &[(Arc<Tenant>, Person)]) -> HttpResponse {
        let browser = self.incoming.browser();
        let accounts = self.incoming.platform.state().accounts(&browser).to_vec();
        let here = |tenant: &Tenant, person: &Person| {
            accounts
                .iter()
                .any(|a| *a.tenant == *tenant && a.person == person.id)
        };
        let choices: Vec<_> = people
            .iter()
            .map(|(tenant, person)| Choice {
                id: &person.id,
                name: &person.name,
                mail: &person.mail,
                note: &person.note,
                tenant: &tenant.title,
                initial: person
                    .name
                    .chars()
                    .find(|c| c.is_alphanumeric())
                    .unwrap_or('?')
                    .to_string(),
                here: here(tenant, person),
            })
            .collect();
        self.context.insert("people", &choices);
        render(self.incoming, 200, "pick.html", &self.context)
    }

    pub(crate) fn sign_up(mut self) -> HttpResponse {
        let text = |name| self.incoming.form.text(name).unwrap_or_default().to_owned();
        let tried = self.incoming.form.text("sign_up") == Some("done");
        let filled = json!({"email": text("email"), "given_name": text("given_name"), "family_name": text("family_name")});
        self.context.insert("filled", &filled);
        self.context.insert("tried", &tried);
        render(self.incoming, 200, "sign_up.html", &self.context)
    }

    pub(crate) fn consent(
        mut self,
        person: &Person,
        account: &Account,
        scopes: &[Scope],
    ) -> HttpResponse {
        let wishes: Vec<String> = scopes.iter().map(wish).collect();
        self.context.insert("scopes", &wishes);
        self.about(person, account);
        render(self.incoming, 200, "consent.html", &self.context)
    }

    pub(crate) fn edit_profile(mut self, person: &Person, account: &Account) -> HttpResponse {
        self.about(person, account);
        render(self.incoming, 200, "edit_profile.html", &self.context)
    }

    pub(crate) fn new_password(mut self, person: &Person, account: &Account) -> HttpResponse {
        self.about(person, account);
        render(self.incoming, 200, "new_password.html", &self.context)
    }

    fn about(&mut self, person: &Person, account: &Account) {
        self.context.insert("chosen", &account.person);
        self.context.insert(
            "person",
            &json!({"name": person.name, "mail": person.mail, "given_name": person.given_name, "family_name": person.family_name}),
        );
    }
}

fn wish(scope: &Scope) -> String {
    match (&scope.api, scope.name.as_str()) {
        (Api::Own, _) => "Sign you in and read your name and mail address".to_owned(),
        (Api::Graph, "User.Read") => "Read your profile (User.Read)".to_owned(),
        (Api::Graph, name) => format!("Microsoft Graph: {name}"),
        (Api::Orders, name) => format!("Contoso orders: {name}"),
        (Api::Exposed { uri, .. }, name) => format!("{uri}: {name}"),
    }
}

fn context_of(realm: &Realm) -> Context {
    let mut context = Context::new();
    let product = match realm.kind {
        Kind::EntraId => "Microsoft Entra ID",
        Kind::ExternalId => "Microsoft Entra External ID",
        Kind::ExternalIdCustomDomain => "External ID at a custom domain",
        Kind::B2c => "Azure AD B2C",
        Kind::Oidc => "Plain OpenID provider",
    };
    context.insert("product", product);
    context.insert("kind", realm.kind.name());
    let policy = realm.policy.as_ref().map(|policy| policy.name.as_str());
    context.insert("policy", policy.unwrap_or_default());
    context.insert("resets_password", &realm.is_flow(UserFlow::ResetPassword));
    let tenants: Vec<_> = realm
        .tenants
        .iter()
        .map(|tenant| tenant.title.as_str())
        .collect();
    context.insert("tenants", &tenants.join(", "));
    context
}

/// Where a page's form goes: back to the address that showed it. `?p=` stays in the address, where the policy is.
fn realm_path(incoming: &Incoming<'_>) -> String {
    match incoming.query.text("p") {
        Some(policy) => {
            response::with_query(&incoming.path, &[("p".to_owned(), policy.to_owned())])
        }
        None => incoming.path.clone(),
    }
}

/// An error that may not be sent to the application.
pub(crate) fn failure(incoming: &Incoming<'_>, realm: &Realm, text: &str) -> HttpResponse {
    let mut context = context_of(realm);
    context.insert("text", text);
    render(incoming, 400, "failure.html", &context)
}

/// OAuth 2.0 Form Post Response Mode: a form that sends itself, or by its button.
pub(crate) fn form_post(
    incoming: &Incoming<'_>,
    address: &str,
    parameters: &[(String, String)],
) -> HttpResponse {
    let mut context = Context::new();
    context.insert("address", address);
    context.insert("parameters", parameters);
    render(incoming, 200, "form_post.html", &context)
}

/// What a person sees at the end of a sign-out.
pub(crate) struct SignedOut<'a> {
    /// Accounts to choose from, as (sid, mail address).
    pub accounts: Vec<(String, String)>,
    pub frames: Vec<String>,
    pub onward: Option<&'a str>,
    pub hidden: Vec<(String, String)>,
    pub action: &'a str,
}

pub(crate) fn signed_out(
    incoming: &Incoming<'_>,
    realm: &Realm,
    end: &SignedOut<'_>,
) -> HttpResponse {
    let mut context = context_of(realm);
    context.insert("accounts", &end.accounts);
    context.insert("frames", &end.frames);
    context.insert("onward", end.onward.unwrap_or_default());
    context.insert("hidden", &end.hidden);
    context.insert("action", end.action);
    render(incoming, 200, "signed_out.html", &context)
}

/// What a person sees who signs a device in.
pub(crate) enum DevicePage<'a> {
    /// The form for the code.
    Enter {
        wrong: bool,
    },
    Choose {
        code: &'a str,
        client: &'a str,
        people: Vec<Person>,
    },
    Done {
        approved: bool,
    },
}

pub(crate) fn device(
    incoming: &Incoming<'_>,
    realm: &Realm,
    page: &DevicePage<'_>,
) -> HttpResponse {
    let mut context = context_of(realm);
    context.insert("action", &incoming.path);
    let step = match page {
        DevicePage::Enter { wrong } => {
            context.insert("wrong", wrong);
            "enter"
        }
        DevicePage::Choose {
            code,
            client,
            people,
        } => {
            let people: Vec<_> = people
                .iter()
                .map(|p| json!({"id": p.id, "name": p.name, "mail": p.mail, "note": p.note}))
                .collect();
            context.insert("people", &people);
            context.insert("code", code);
            context.insert("client", client);
            "choose"
        }
        DevicePage::Done { approved } => {
            context.insert("approved", approved);
            "done"
        }
    };
    context.insert("step", step);
    render(incoming, 200, "device.html", &context)
}

/// What the simulator offers, for whoever opens its address in a browser.
pub(crate) fn index(incoming: &Incoming<'_>) -> HttpResponse {
    let platform = incoming.platform;
    let names = platform.local_names();
    let authorities: Vec<_> = Kind::ALL
        .into_iter()
        .map(|kind| json!({"kind": kind.name(), "authority": authorities::authority(kind, &names, &platform.tenants()), "client_id": kind.client_id()}))
        .collect();
    let others = [
        ("Graph", format!("{}/v1.0/me", names.graph())),
        ("Sample API", format!("{}/orders", names.api())),
        (
            "Control (with --control)",
            format!("http://localhost:{}/control/", platform.port),
        ),
    ];
    let mut context = Context::new();
    context.insert("authorities", &authorities);
    context.insert("others", &others);
    context.insert("secret", crate::clients::CLIENT_SECRET);
    render(incoming, 200, "index.html", &context)
}
