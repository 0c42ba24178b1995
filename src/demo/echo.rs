//! The websocket of the sample application (RFC 6455): every message goes back as it came.

use actix_web::web::{self, Bytes};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::StreamExt as _;
use futures_util::stream::{Stream, unfold};

/// RFC 6455 §1.3.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a message; a longer one ends the connection.
const LONGEST: usize = 64 * 1024;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The answer to the key of a handshake (RFC 6455 §4.2.2).
pub(super) fn accept(key: &[u8]) -> String {
    BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key, GUID].concat()))
}

/// The frames that go back.
pub(super) fn frames(payload: web::Payload) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    let start = Some((payload, Vec::new()));
    Box::pin(unfold(start, |state| async move {
        let (mut payload, mut unread) = state?;
        loop {
            if let Some((kind, message, rest)) = frame(&unread) {
                unread = rest;
                let kind = if kind == PING { PONG } else { kind };
                let next = (kind != CLOSE).then_some((payload, unread));
                return Some((Ok(written(kind, &message)), next));
            }
            let more = payload.next().await?.ok()?;
            unread.extend_from_slice(&more);
            if unread.len() > 2 * LONGEST {
                return None;
            }
        }
    }))
}

/// The first whole frame: its kind, its message without the mask, and what follows.
fn frame(bytes: &[u8]) -> Option<(u8, Vec<u8>, Vec<u8>)> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    let (length, rest) = match second & 0x7f {
        126 => {
            let ([high, low], rest) = rest
                .split_first_chunk::<2>()
                .map(|(it, rest)| (*it, rest))?;
            (usize::from(u16::from_be_bytes([high, low])), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk::<8>()?;
            (usize::try_from(u64::from_be_bytes(*length)).ok()?, rest)
        }
        length => (usize::from(length), rest),
    };
    let (mask, rest) = if second & 0x80 == 0 {
        ([0; 4], rest)
    } else {
        rest.split_first_chunk::<4>()
            .map(|(mask, rest)| (*mask, rest))?
    };
    let message = rest.get(..length)?;
    let unmasked = message.iter().zip(mask.iter().cycle());
    let unmasked = unmasked.map(|(byte, mask)| byte ^ mask).collect();
    Some((first & 0x0f, unmasked, rest.get(length..)?.to_vec()))
}

/// A frame of a server: whole, without a mask.
fn written(kind: u8, message: &[u8]) -> Bytes {
    let mut frame = vec![0x80 | kind];
    match (u8::try_from(message.len()), u16::try_from(message.len())) {
        (Ok(short @ ..=125), _) => frame.push(short),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&(message.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(message);
    frame.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_key_is_the_one_of_the_rfc() {
        let accepted = accept(b"dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accepted, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_masked_frame_comes_back_without_its_mask() {
        let hello = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        assert!(frame(&hello[..10]).is_none());
        let (kind, message, rest) = frame(&hello).unwrap();
        assert_eq!(
            (kind, message.as_slice(), rest.len()),
            (1, &b"Hello"[..], 0)
        );
        assert_eq!(&written(kind, &message)[..], b"\x81\x05Hello");
    }
}
