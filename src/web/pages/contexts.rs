//! What each template is told: plain data, and what stands around it.

use serde::Serialize;

use crate::web::pages::Claim;

/// What every page has around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The page's own title.
    pub title: String,
    /// The profile's title.
    pub profile_title: String,
    /// Who is signed in.
    pub account: Option<String>,
    /// Whether to offer sign-in when nobody is.
    pub sign_in: bool,
    /// The profile's path prefix.
    pub base: String,
    /// The accent's word.
    pub accent: &'static str,
    /// The profile's logo.
    pub logo: Option<String>,
    /// Where people get help.
    pub support: Option<String>,
    /// The language of the texts.
    pub lang: &'static str,
    /// The name of the style sheet.
    pub style: String,
    /// The name of the icon.
    pub icon: String,
}

/// A page: a template and the context that it takes.
pub trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident, $template:literal { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub struct $name {
            /// What stands around it.
            pub frame: Frame,
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl Page for $name {
            const TEMPLATE: &'static str = $template;
        }
    )+};
}

pages! {
    /// Home, signed in or not.
    Home, "home.html" {
        /// How the journey ended that led here.
        notice: Option<News>,
        /// Whether somebody is signed in.
        signed_in: bool,
        /// Who.
        name: String,
        /// The APIs that can be called.
        apis: Vec<ApiLink>,
        /// Whether there is an edit-profile flow.
        edit_profile: bool,
        /// Whether there is a reset-password flow.
        reset_password: bool,
        /// The address to register, for a profile on loopback.
        redirect_uri: Option<String>,
    }
    /// The claims of the ID token.
    TokenDetails, "token_details.html" {
        /// Name and value of each.
        claims: Vec<Claim>,
    }
    /// The result of an API call.
    ApiResult, "api_result.html" {
        /// The API's title.
        api: String,
        /// The API's name.
        name: String,
        /// The address that was called.
        address: String,
        /// The status with its reason.
        status: String,
        /// Whether the status is a success.
        good: bool,
        /// The content type as sent.
        content_type: String,
        /// The body.
        text: String,
        /// Whether the body was cut.
        truncated: bool,
        /// Whether the body is no text.
        binary: bool,
        /// Bytes of the body.
        bytes: usize,
    }
    /// Something that did not work, and a way on.
    Problem, "problem.html" {
        /// The kind of problem in a few words.
        status: String,
        /// What happened.
        heading: String,
        /// What it means for the person.
        sentence: String,
        /// What to do about it.
        advice: String,
        /// Things by name, such as scopes.
        items: Vec<String>,
        /// Ways on, the first one preferred.
        actions: Vec<Action>,
        /// The request id and what a support team asks for.
        facts: Vec<Fact>,
    }
    /// Asks before signing out.
    SignOut, "sign_out.html" {
        /// The proof that the form came from here.
        csrf: String,
    }
    /// Says that the session ended.
    SignedOut, "signed_out.html" {
        /// What ended and what may not have.
        sentence: String,
    }
    /// The person's sessions.
    Sessions, "sessions.html" {
        /// Each of them.
        sessions: Vec<SessionRow>,
        /// Whether there are others than this one.
        others: bool,
        /// The proof that a form came from here.
        csrf: String,
    }
}

/// What a page says once about what has just happened.
#[derive(Debug, Clone, Serialize)]
pub struct News {
    /// In one sentence.
    pub sentence: &'static str,
    /// Whether it was done, and not left off.
    pub done: bool,
}

/// A link to an API.
#[derive(Debug, Clone, Serialize)]
pub struct ApiLink {
    /// Its name in the address.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its host.
    pub host: String,
}

/// A way on.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Where it leads: a local path.
    pub href: String,
    /// What it says.
    pub label: &'static str,
}

/// A detail for the support team.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: String,
}

/// One session of the list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// The browser in a few words.
    pub browser: String,
    /// Whether it is this one.
    pub current: bool,
    /// When it began, for people.
    pub created: String,
    /// When it began, for machines.
    pub created_iso: String,
    /// When it was last used, for people.
    pub seen: String,
    /// When it was last used, for machines.
    pub seen_iso: String,
    /// When it ends, for people.
    pub expires: String,
    /// When it ends, for machines.
    pub expires_iso: String,
}
