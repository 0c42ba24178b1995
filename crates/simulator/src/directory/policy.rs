//! B2C policies: a name and the user flow behind it.

/// What a policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UserFlow {
    SignIn,
    EditProfile,
    ResetPassword,
}

/// One B2C policy (user flow) of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The name as the portal shows it, and as `tfp` has it.
    pub name: String,
    pub flow: UserFlow,
}

impl Policy {
    pub(crate) fn new(name: &str, flow: UserFlow) -> Self {
        Self {
            name: name.to_owned(),
            flow,
        }
    }

    /// The name as B2C writes it into addresses.
    pub(crate) fn in_addresses(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}
