//! What a round trip to the authority is for, and the user flow that B2C has for it.

/// What a round trip to the authority is for. Only B2C has a user flow of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserFlowKind {
    /// Sign in (and sign up).
    SignIn,
    /// Change one's own attributes.
    EditProfile,
    /// Set a new password.
    ResetPassword,
}

/// A B2C user flow or custom policy, such as `B2C_1_susi`. Compared without regard to case.
#[derive(Debug, Clone)]
pub struct UserFlow(String);

impl UserFlow {
    /// Accepts a name that is one path segment of letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (!text.is_empty() && text.len() <= 128 && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    /// The name as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a user flow of the portal and no custom policy, by Microsoft's prefixes.
    pub fn is_built_in(&self) -> bool {
        self.0.to_ascii_uppercase().starts_with("B2C_1_")
    }

    /// Whether a claim names this flow.
    pub fn is_named(&self, claim: &str) -> bool {
        self.0.eq_ignore_ascii_case(claim)
    }
}

/// Whether the tokens of user flows name the flow that issued them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyClaim {
    /// One of the claims `tfp`, `trustFrameworkPolicy` and `acr` names it.
    #[default]
    Required,
    /// The policies of the tenant issue none of these claims. Then the code, which was redeemed at the token endpoint of
    /// the policy with the attempt's verifier, and the attempt's nonce bind the token to the policy.
    Absent,
}

/// The user flows of a B2C profile.
#[derive(Debug, Clone)]
pub struct UserFlows {
    /// Sign in and sign up.
    pub sign_in: UserFlow,
    /// Edit profile.
    pub edit_profile: Option<UserFlow>,
    /// Reset password, for user flows that leave it to the application (AADB2C90118).
    pub reset_password: Option<UserFlow>,
    /// Whether tokens name their user flow.
    pub policy_claim: PolicyClaim,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_flow_that_could_leave_its_path_segment_is_refused() {
        for name in ["B2C_1_susi", "B2C_1A-x", &"a".repeat(128)] {
            assert_eq!(UserFlow::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "a/b", "..", "a?b", "a b", "\u{e9}", &"a".repeat(129)] {
            assert!(UserFlow::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn only_a_user_flow_of_the_portal_is_built_in() {
        let is = |name: &str| UserFlow::parse(name).unwrap().is_built_in();
        assert!(is("B2C_1_susi") && is("b2c_1_susi"));
        assert!(!is("B2C_1A_signin") && !is("susi"));
    }
}
