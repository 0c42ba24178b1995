//! The ports of the demo.

/// The ports of the demo: five consecutive ports that begin with `--port`.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The landing page.
    pub landing: u16,
    /// The gateway.
    pub gateway: u16,
    /// The gateway's admin listener.
    pub admin: u16,
    /// The simulator.
    pub simulator: u16,
    /// The sample application behind the gateway.
    pub sample: u16,
}

impl Ports {
    /// The five ports from `first` on.
    ///
    /// # Errors
    /// One sentence when fewer than five ports are left.
    pub fn from(first: u16) -> Result<Self, String> {
        let port = |at: u16| {
            first
                .checked_add(at)
                .ok_or_else(|| format!("--port {first} leaves no room for five ports"))
        };
        Ok(Self {
            landing: first,
            gateway: port(1)?,
            admin: port(2)?,
            simulator: port(3)?,
            sample: port(4)?,
        })
    }
}
