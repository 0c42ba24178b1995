//! Where a websocket's frames end (RFC 6455 §5.2). Only headers of frames are looked at, never what they carry.

/// Bytes of the longest header: two, an extended length of eight, and a mask of four.
const LONGEST_HEADER: usize = 14;

/// How far one direction is in its frames.
#[derive(Debug, Default)]
pub(super) struct FrameBorder {
    header: [u8; LONGEST_HEADER],
    have: usize,
    /// Bytes of the frame that are still to come.
    left: u64,
}

impl FrameBorder {
    /// Whether the next byte begins a frame.
    pub(super) fn is_here(&self) -> bool {
        self.have == 0 && self.left == 0
    }

    /// Follows bytes that pass.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let skipped = usize::try_from(self.left).unwrap_or(usize::MAX);
                let skipped = skipped.min(bytes.len());
                self.left -= skipped as u64;
                bytes = bytes.get(skipped..).unwrap_or_default();
                continue;
            }
            let Some((first, rest)) = bytes.split_first() else {
                return;
            };
            if let Some(place) = self.header.get_mut(self.have) {
                *place = *first;
            }
            self.have += 1;
            bytes = rest;
            if self.have >= 2 && self.have >= self.needed() {
                self.left = self.length();
                self.have = 0;
            }
        }
    }

    fn length_bits(&self) -> u8 {
        let [_, second, ..] = self.header;
        second & 0x7f
    }

    fn extended(&self) -> usize {
        match self.length_bits() {
            126 => 2,
            127 => 8,
            _ => 0,
        }
    }

    fn needed(&self) -> usize {
        let [_, second, ..] = self.header;
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        2 + self.extended() + mask
    }

    fn length(&self) -> u64 {
        let extended = self.header.get(2..2 + self.extended()).unwrap_or_default();
        if extended.is_empty() {
            return u64::from(self.length_bits());
        }
        extended
            .iter()
            .fold(0, |length, byte| length << 8 | u64::from(*byte))
    }
}

/// A close frame (RFC 6455 §5.5.1), masked as a client must send it or plain as a server must.
pub(super) fn close_frame(code: u16, reason: &str, mask: Option<[u8; 4]>) -> Vec<u8> {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_bytes());
    payload.truncate(125);
    let length = u8::try_from(payload.len()).unwrap_or(125);
    let mut frame = vec![
        0x88,
        if mask.is_some() {
            0x80 | length
        } else {
            length
        },
    ];
    if let Some(mask) = mask {
        frame.extend_from_slice(&mask);
        for (byte, with) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= with;
        }
    }
    frame.extend_from_slice(&payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x82];
        match payload {
            0..=125 => frame.push(mask | u8::try_from(payload).unwrap()),
            126..=0xffff => {
                frame.push(mask | 0x7e);
                frame.extend_from_slice(&u16::try_from(payload).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(mask | 0x7f);
                frame.extend_from_slice(&(payload as u64).to_be_bytes());
            }
        }
        frame.extend(std::iter::repeat_n(
            0xff,
            if masked { 4 } else { 0 } + payload,
        ));
        frame
    }

    proptest::proptest! {
        #[test]
        fn the_border_is_found_however_the_bytes_are_cut(
            frames in proptest::collection::vec((0..70_000_usize, proptest::bool::ANY), 1..5),
            cut in 1..4_000_usize,
        ) {
            let mut border = FrameBorder::default();
            for (payload, masked) in frames {
                let bytes = frame(payload, masked);
                let (body, last) = bytes.split_at(bytes.len() - 1);
                for piece in body.chunks(cut) {
                    border.pass(piece);
                    proptest::prop_assert!(!border.is_here());
                }
                border.pass(last);
                proptest::prop_assert!(border.is_here());
            }
        }
    }

    #[test]
    fn a_close_frame_has_its_code_and_is_masked_towards_a_server() {
        assert_eq!(
            close_frame(1008, "no", None),
            [0x88, 4, 0x03, 0xf0, b'n', b'o']
        );
        let masked = close_frame(1001, "", Some([1, 2, 3, 4]));
        assert_eq!(masked, [0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe9 ^ 2]);
    }
}
