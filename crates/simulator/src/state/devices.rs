//! Device codes, from the device's request to the person's decision.

use crate::failure::Cause;
use crate::state::records::{Decision, DeviceCode, Grant};
use crate::state::tables::State;

impl State {
    pub(crate) fn add_device_code(&mut self, device_code: String, device: DeviceCode, now: i64) {
        self.devices.retain(|_, device| device.expires + 3600 > now);
        self.devices.insert(device_code, device);
    }

    /// The device that shows this code, while a decision is open.
    pub(crate) fn waiting_device(&self, user_code: &str, now: i64) -> Option<&DeviceCode> {
        self.devices.values().find(|device| {
            device.user_code.eq_ignore_ascii_case(user_code)
                && device.expires > now
                && matches!(device.decision, Decision::Pending)
        })
    }

    /// Records what the person decided.
    pub(crate) fn decide(&mut self, user_code: &str, decision: Decision) {
        let shown = |device: &&mut DeviceCode| device.user_code.eq_ignore_ascii_case(user_code);
        if let Some(device) = self.devices.values_mut().find(shown) {
            device.decision = decision;
        }
    }

    /// The grant of an approved device, once.
    pub(crate) fn take_device(
        &mut self,
        device_code: &str,
        client_id: &str,
        now: i64,
    ) -> Result<Grant, Cause> {
        let device = self
            .devices
            .get(device_code)
            .filter(|device| device.client_id == client_id)
            .ok_or(Cause::DeviceCodeUnknown)?;
        if device.expires <= now {
            return Err(Cause::DeviceCodeExpired);
        }
        let grant = match &device.decision {
            Decision::Pending => return Err(Cause::AuthorizationPending),
            Decision::Declined => return Err(Cause::AuthorizationDeclined),
            Decision::Approved(grant) => (**grant).clone(),
        };
        self.devices.remove(device_code);
        Ok(grant)
    }
}
