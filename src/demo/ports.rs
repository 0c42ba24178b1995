//! The ports of the demo.

/// The ports of the demo: eight consecutive ports that begin with `--port`.
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
    /// The second replica of the gateway.
    pub second: u16,
    /// The admin listener of the second replica.
    pub second_admin: u16,
    /// Where a reader's own proxy may listen; the demo leaves it free.
    pub proxy: u16,
}

impl Ports {
    /// The eight ports from `first` on.
    ///
    /// # Errors
    /// One sentence when fewer than eight ports are left.
    pub fn from(first: u16) -> Result<Self, String> {
        let port = |at: u16| {
            first
                .checked_add(at)
                .ok_or_else(|| format!("--port {first} leaves no room for eight ports"))
        };
        Ok(Self {
            landing: first,
            gateway: port(1)?,
            admin: port(2)?,
            simulator: port(3)?,
            sample: port(4)?,
            second: port(5)?,
            second_admin: port(6)?,
            proxy: port(7)?,
        })
    }
}
