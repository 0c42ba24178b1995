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
    /// The message: what happened, and in its attribute `sentence` what it means and what to do.
    pub id: &'static str,
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
    let (id, way_on) = about_account(topic)
        .or_else(|| about_sign_in(topic))
        .or_else(|| about_rules(topic))
        .unwrap_or_else(|| about_service(topic));
    Help { id, way_on }
}

/// The message and what to do next.
type HelpTexts = (&'static str, WayOn);

/// The person's account at the authority.
fn about_account(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::SeveralAccounts => ("refused-several-accounts", WayOn::Both),
        Topic::ForeignAccount => ("refused-foreign-account", WayOn::OtherAccount),
        Topic::PasswordExpired => ("refused-password-expired", WayOn::Retry),
        Topic::AccountDisabled => ("refused-account-disabled", WayOn::OtherAccount),
        _ => return None,
    })
}

/// The person's session at the authority, and this attempt to sign in.
fn about_sign_in(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::NoSession => ("refused-no-session", WayOn::Retry),
        Topic::SignInEnded => ("refused-sign-in-ended", WayOn::Retry),
        Topic::ExtraProof => ("refused-extra-proof", WayOn::Retry),
        Topic::GrantOver => ("refused-grant-over", WayOn::Retry),
        Topic::AttentionNeeded => ("refused-attention-needed", WayOn::Retry),
        Topic::Cancelled => ("refused-cancelled", WayOn::Retry),
        Topic::ForgotPassword => ("refused-forgot-password", WayOn::Retry),
        Topic::LinkOver => ("refused-link-over", WayOn::Retry),
        Topic::AttemptMismatch => ("refused-attempt-mismatch", WayOn::Retry),
        Topic::Denied => ("refused-denied", WayOn::Both),
        _ => return None,
    })
}

/// What the organisation allows.
fn about_rules(topic: Topic) -> Option<HelpTexts> {
    Some(match topic {
        Topic::NotAssigned => ("refused-not-assigned", WayOn::OtherAccount),
        Topic::ConditionalAccess => ("refused-conditional-access", WayOn::OtherAccount),
        Topic::DeviceRule => ("refused-device-rule", WayOn::OtherAccount),
        Topic::ConsentMissing => ("refused-consent-missing", WayOn::Retry),
        Topic::AdministratorConsent => ("refused-administrator-consent", WayOn::OtherAccount),
        Topic::ConsentDeclined => ("refused-consent-declined", WayOn::Both),
        _ => return None,
    })
}

/// The authority itself, and what its operator and ours must act on.
fn about_service(topic: Topic) -> HelpTexts {
    match topic {
        Topic::RequestLoop => ("refused-request-loop", WayOn::Retry),
        Topic::Busy => ("refused-busy", WayOn::Retry),
        Topic::AuthorityProblem => ("refused-authority-problem", WayOn::Retry),
        Topic::PolicyMessage => ("refused-policy-message", WayOn::Both),
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
        | Topic::Configuration => ("refused-configuration", WayOn::None),
        _ => ("refused-other", WayOn::Both),
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
            assert!(told.id.contains("device"), "{code}");
            assert_eq!(told.way_on, WayOn::OtherAccount, "{code}");
        }
        for code in [90_094, 90_095, 900_941, 90_099] {
            let told = help("access_denied", &format!("AADSTS{code}: no"));
            assert!(told.id.contains("administrator"), "{code}");
            assert!(!told.way_on.retry(), "{code}");
        }
    }

    #[test]
    fn without_a_known_code_the_error_word_decides() {
        assert_eq!(help("access_denied", "").way_on, WayOn::Both);
        assert_eq!(help("invalid_scope", "AADSTS1: x").way_on, WayOn::None);
        assert_eq!(help("server_error", "").id, "refused-busy");
        let own = help("server_error", "AADB2C: You are too young for this site.");
        assert_eq!(own.id, "refused-policy-message");
        assert_eq!(help("server_error", "AADB2C90000000: x").id, "refused-busy");
        assert_eq!(help("odd", "").id, "refused-other");
    }
}
