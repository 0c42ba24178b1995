//! What a person reads when an authority refused: one sentence for each topic of its error codes.
//!
//! The table of codes is `oidc/error_codes.rs`. The operator finds codes and ids in the log by the request id.

use crate::flow::error::{AuthorityErrorDetail, Topic};

/// What the person can do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOn {
    /// Try again.
    Retry,
    /// Use another account; trying again with the same one does not help.
    OtherAccount,
    /// Either of them.
    Both,
    /// Nothing: somebody else must act.
    None,
}

impl WayOn {
    /// Whether trying again could help.
    pub fn retry(self) -> bool {
        matches!(self, Self::Retry | Self::Both)
    }

    /// Whether another account could help.
    pub fn other_account(self) -> bool {
        matches!(self, Self::OtherAccount | Self::Both)
    }
}

/// The text about a refusal on the error page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// What happened.
    pub heading: &'static str,
    /// What it means and what to do.
    pub sentence: &'static str,
    /// What to do next.
    pub way_on: WayOn,
}

/// The help for a refusal. Where only administrators can consent, the page offers no second try.
pub fn help_for(detail: &AuthorityErrorDetail, admin_consent_only: bool) -> Help {
    let topic = if admin_consent_only && detail.lacks_consent() {
        Topic::AdministratorConsent
    } else {
        detail.topic()
    };
    let (heading, sentence, way_on) = about_account(topic)
        .or_else(|| about_sign_in(topic))
        .or_else(|| about_rules(topic))
        .unwrap_or_else(|| about_service(topic));
    Help {
        heading,
        sentence,
        way_on,
    }
}

/// Heading, sentence and what to do next.
type HelpTexts = (&'static str, &'static str, WayOn);

/// The person's account at the authority.
fn about_account(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::SeveralAccounts => (
            "Several accounts are signed in",
            "Choose the account that you want to use here.",
            WayOn::Both,
        ),
        Topic::ForeignAccount => (
            "This account belongs elsewhere",
            "Your account is not known in this organisation's directory. Use another account, or ask to be invited.",
            WayOn::OtherAccount,
        ),
        Topic::PasswordExpired => (
            "Your password has expired",
            "Sign in again and choose a new password.",
            WayOn::Retry,
        ),
        Topic::AccountDisabled => (
            "Your account is disabled",
            "Your organisation has disabled this account. Its help desk can tell why.",
            WayOn::OtherAccount,
        ),
        _ => return None,
    })
}

/// The person's session at the authority, and this attempt to sign in.
fn about_sign_in(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::NoSession => (
            "Please sign in again",
            "The sign-in service has no session for you any more.",
            WayOn::Retry,
        ),
        Topic::SignInEnded => (
            "Please sign in again",
            "Your sign-in at the sign-in service has ended.",
            WayOn::Retry,
        ),
        Topic::ExtraProof => (
            "One more step is needed",
            "Your organisation asks for another proof, such as a code on your phone. Sign in again to give it.",
            WayOn::Retry,
        ),
        Topic::GrantOver => (
            "Your sign-in has expired",
            "The sign-in service asks you to sign in again.",
            WayOn::Retry,
        ),
        Topic::AttentionNeeded => (
            "Please sign in again",
            "The sign-in service asks for your attention.",
            WayOn::Retry,
        ),
        Topic::Cancelled => ("You cancelled", "Nothing was changed.", WayOn::Retry),
        Topic::ForgotPassword => (
            "Forgot your password?",
            "This site has no page of its own to reset a password. Use the sign-in service's, or ask for help.",
            WayOn::Retry,
        ),
        Topic::LinkOver => (
            "This link is not valid any more",
            "Ask for a new one, or sign in without it.",
            WayOn::Retry,
        ),
        Topic::AttemptMismatch => (
            "This sign-in cannot be completed",
            "Please start again.",
            WayOn::Retry,
        ),
        Topic::Denied => (
            "The sign-in was not completed",
            "It was cancelled, or the sign-in service did not allow it.",
            WayOn::Both,
        ),
        _ => return None,
    })
}

/// What the organisation allows.
fn about_rules(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::NotAssigned => (
            "You are not assigned to this application",
            "Your organisation lets only chosen people in. Ask your administrator to assign you.",
            WayOn::OtherAccount,
        ),
        Topic::ConditionalAccess => (
            "Your organisation's rules do not allow this",
            "A Conditional Access rule refuses this device, place or application. Your help desk can tell which.",
            WayOn::OtherAccount,
        ),
        Topic::DeviceRule => (
            "Your organisation's rules do not allow this device",
            "Use a device that your organisation manages, or ask your help desk. Signing in again on this device does not help.",
            WayOn::OtherAccount,
        ),
        Topic::ConsentMissing => (
            "Consent is missing",
            "This application needs a permission that nobody has granted yet. Sign in again to grant it, or ask your administrator.",
            WayOn::Retry,
        ),
        Topic::AdministratorConsent => (
            "An administrator must agree first",
            "This application needs permissions that only an administrator of the directory can grant. Ask yours; signing in again does not help.",
            WayOn::OtherAccount,
        ),
        Topic::ConsentDeclined => (
            "You declined",
            "Without the permissions it asked for, the application cannot go on. Nothing was shared.",
            WayOn::Both,
        ),
        _ => return None,
    })
}

/// The authority itself, and what its operator and ours must act on.
fn about_service(topic: Topic) -> HelpTexts {
    match topic {
        Topic::RequestLoop => (
            "Too many sign-ins in a row",
            "The sign-in service has noticed a loop. Close the other tabs of this site and try again in a minute.",
            WayOn::Retry,
        ),
        Topic::Busy => (
            "The sign-in service is busy",
            "Please try again in a minute.",
            WayOn::Retry,
        ),
        Topic::AuthorityProblem => (
            "The sign-in service had a problem",
            "Please try again in a minute.",
            WayOn::Retry,
        ),
        Topic::PolicyMessage => (
            "The sign-in was not completed",
            "The rules of the sign-in service refused it. Its operator can tell why.",
            WayOn::Both,
        ),
        Topic::RedirectUri
        | Topic::Scope
        | Topic::UnknownTenant
        | Topic::UnknownApplication
        | Topic::ApplicationDisabled
        | Topic::SecretWrong
        | Topic::SecretExpired
        | Topic::AssertionTime
        | Topic::AssertionKey
        | Topic::ClientRejected
        | Topic::Configuration => (
            "This application is not set up right",
            "The sign-in service does not accept this application as it is configured. Its operator must act; trying again does not help.",
            WayOn::None,
        ),
        _ => (
            "The sign-in was not completed",
            "The sign-in service answered with an error.",
            WayOn::Both,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(error: &str, code: &str) -> Help {
        let detail = AuthorityErrorDetail::from_callback(error, code);
        help_for(&detail, false)
    }

    #[test]
    fn a_device_rule_and_missing_administrator_consent_offer_no_second_try() {
        for code in [530_002, 530_003, 50_097, 50_005, 135_011] {
            let told = help("access_denied", &format!("AADSTS{code}: no"));
            assert!(told.heading.contains("device"), "{code}");
            assert_eq!(told.way_on, WayOn::OtherAccount, "{code}");
        }
        for code in [90_094, 90_095, 900_941, 90_099] {
            let told = help("access_denied", &format!("AADSTS{code}: no"));
            assert!(told.heading.contains("administrator"), "{code}");
            assert!(!told.way_on.retry(), "{code}");
        }
    }

    #[test]
    fn without_a_known_code_the_error_word_decides() {
        assert_eq!(help("access_denied", "").way_on, WayOn::Both);
        assert_eq!(help("invalid_scope", "AADSTS1: x").way_on, WayOn::None);
        assert_eq!(
            help("server_error", "").heading,
            "The sign-in service is busy"
        );
        let own = help("server_error", "AADB2C: You are too young for this site.");
        assert!(!own.heading.contains("busy") && !own.sentence.contains("minute"));
        assert_eq!(
            help("server_error", "AADB2C90000000: x").heading,
            "The sign-in service is busy"
        );
        assert_eq!(help("odd", "").heading, "The sign-in was not completed");
    }
}
