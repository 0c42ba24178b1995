//! What an authority's refusal means and what to do: by its codes, never by its text.
//!
//! One sentence for the person; the operator finds codes and ids in the log by the request id.

use crate::flow::error::{AuthorityErrorCode, AuthorityErrorDetail, Remedy};

/// What the person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// What happened.
    pub heading: &'static str,
    /// What it means and what to do.
    pub sentence: &'static str,
    /// Whether another account could help.
    pub other_account: bool,
    /// Whether trying again could help.
    pub again: bool,
}

const fn help(
    heading: &'static str,
    sentence: &'static str,
    other_account: bool,
    again: bool,
) -> Help {
    Help {
        heading,
        sentence,
        other_account,
        again,
    }
}

const CONFIGURATION: Help = help(
    "This application is not set up right",
    "The sign-in service does not accept this application as it is configured. Its operator must act; trying again does not help.",
    false,
    false,
);

const ADMINISTRATOR: Help = help(
    "An administrator must agree first",
    "This application needs permissions that only an administrator of the directory can grant. Ask yours; signing in again does not help.",
    true,
    false,
);

const PASSWORD_EXPIRED: Help = help(
    "Your password has expired",
    "Sign in again and choose a new password.",
    false,
    true,
);

const ONE_MORE_STEP: Help = help(
    "One more step is needed",
    "Your organisation asks for another proof, such as a code on your phone. Sign in again to give it.",
    false,
    true,
);

const NOT_BY_THE_RULES: Help = help(
    "Your organisation's rules do not allow this",
    "A Conditional Access rule refuses this device, place or application. Your help desk can tell which.",
    true,
    false,
);

const NO_CONSENT: Help = help(
    "Consent is missing",
    "This application needs a permission that nobody has granted yet. Sign in again to grant it, or ask your administrator.",
    false,
    true,
);

/// The help for a refusal. Where only administrators can consent, nobody is asked to try again.
pub fn help_for(detail: &AuthorityErrorDetail, admin_consent_only: bool) -> Help {
    if admin_consent_only && detail.lacks_consent() {
        return ADMINISTRATOR;
    }
    detail
        .codes
        .iter()
        .find_map(|code| of_code(*code))
        .or_else(|| of_suberror(detail.suberror.as_deref()?))
        .unwrap_or_else(|| of_error(detail))
}

fn of_code(code: AuthorityErrorCode) -> Option<Help> {
    match code {
        AuthorityErrorCode::Entra(code) => of_entra(code),
        AuthorityErrorCode::B2c(code) => of_b2c(code),
    }
}

/// AADSTS codes (microsoft-identity 2.5).
fn of_entra(code: u64) -> Option<Help> {
    Some(match code {
        16_000 => help(
            "Several accounts are signed in",
            "Choose the account that you want to use here.",
            true,
            true,
        ),
        50_020 => help(
            "This account belongs elsewhere",
            "Your account is not known in this organisation's directory. Use another account, or ask to be invited.",
            true,
            false,
        ),
        50_055 => PASSWORD_EXPIRED,
        50_057 => help(
            "Your account is disabled",
            "Your organisation has disabled this account. Its help desk can tell why.",
            true,
            false,
        ),
        50_058 => help(
            "Please sign in again",
            "The sign-in service has no session for you any more.",
            false,
            true,
        ),
        50_076 | 50_079 | 50_158 => ONE_MORE_STEP,
        50_105 => help(
            "You are not assigned to this application",
            "Your organisation lets only chosen people in. Ask your administrator to assign you.",
            true,
            false,
        ),
        50_196 => help(
            "Too many sign-ins in a row",
            "The sign-in service has noticed a loop. Close the other tabs of this site and try again in a minute.",
            false,
            true,
        ),
        53_000..=53_003 => NOT_BY_THE_RULES,
        65_001 => NO_CONSENT,
        90_094 => ADMINISTRATOR,
        65_004 => help(
            "You declined",
            "Without the permissions it asked for, the application cannot go on. Nothing was shared.",
            true,
            true,
        ),
        70_000 | 70_008 | 70_043 | 700_082 => help(
            "Your sign-in has expired",
            "The sign-in service asks you to sign in again.",
            false,
            true,
        ),
        50_011 | 70_011 | 28_003 | 900_144 | 500_011 | 500_207 | 500_208 | 500_210 | 700_016
        | 90_002 | 90_023 | 7_000_215 | 7_000_222 | 700_024 | 700_027 | 7_000_274 | 7_000_214
        | 7_000_277 | 1_000_502 => CONFIGURATION,
        _ => return None,
    })
}

/// AADB2C codes (microsoft-identity 2.5).
fn of_b2c(code: u64) -> Option<Help> {
    Some(match code {
        90_077 | 90_080 | 90_128 | 90_129 => help(
            "Please sign in again",
            "Your sign-in at the sign-in service has ended.",
            false,
            true,
        ),
        90_091 => help("You cancelled", "Nothing was changed.", false, true),
        90_118 => help(
            "Forgot your password?",
            "This site has no page of its own to reset a password. Use the sign-in service's, or ask for help.",
            false,
            true,
        ),
        90_085 => help(
            "The sign-in service had a problem",
            "Please try again in a minute.",
            false,
            true,
        ),
        90_182 => help(
            "This sign-in cannot be completed",
            "Please start again.",
            false,
            true,
        ),
        90_006 | 90_008 | 90_043 | 90_055 | 90_067 | 90_079 | 90_081 | 90_088 | 90_107 | 90_110
        | 90_115 | 90_117 | 90_146 | 90_183 | 90_205 => CONFIGURATION,
        90_208..=90_238 => help(
            "This link is not valid any more",
            "Ask for a new one, or sign in without it.",
            false,
            true,
        ),
        _ => return None,
    })
}

/// What kind of interaction would help, where no code is known (microsoft-identity 2.5).
fn of_suberror(suberror: &str) -> Option<Help> {
    Some(match suberror {
        "basic_action" | "additional_action" => ONE_MORE_STEP,
        "message_only" | "protection_policy_required" | "device_authentication_failed" => {
            NOT_BY_THE_RULES
        }
        "consent_required" => NO_CONSENT,
        "user_password_expired" => PASSWORD_EXPIRED,
        _ => return None,
    })
}

fn of_error(detail: &AuthorityErrorDetail) -> Help {
    match (detail.error.as_str(), detail.remedy()) {
        ("access_denied", _) => help(
            "The sign-in was not completed",
            "It was cancelled, or the sign-in service did not allow it.",
            true,
            true,
        ),
        ("consent_required", _) => NO_CONSENT,
        ("login_required" | "interaction_required" | "account_selection_required", _) => help(
            "Please sign in again",
            "The sign-in service asks for your attention.",
            false,
            true,
        ),
        (_, Remedy::Time) => help(
            "The sign-in service is busy",
            "Please try again in a minute.",
            false,
            true,
        ),
        (_, Remedy::Operator) => CONFIGURATION,
        _ => help(
            "The sign-in was not completed",
            "The sign-in service answered with an error.",
            true,
            true,
        ),
    }
}
