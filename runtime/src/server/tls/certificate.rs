//! A certificate's expiry and signer, for the log and for Centrifugo's configuration. rustls checks all else.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version, which may be missing.
const VERSION: u8 = 0xa0;

/// What a certificate states.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    expires: Time,
    is_self_signed: bool,
}

/// A moment in UTC: year, month, day, hour, minute, second.
#[derive(Debug, PartialEq, Eq)]
struct Time([i64; 6]);

impl Certificate {
    /// Reads a certificate in DER; `None` if it is written in an unusual way.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (signed, _) = content(SEQUENCE, der)?;
        let (mut rest, _) = content(SEQUENCE, signed)?;
        if rest.first() == Some(&VERSION) {
            rest = after(rest)?;
        }
        let issuer = after(after(rest)?)?;
        let validity = after(issuer)?;
        let subject = after(validity)?;
        let (validity, _) = content(SEQUENCE, validity)?;
        let expires = Time::read(after(validity)?)?;
        Some(Self { expires, is_self_signed: content(SEQUENCE, issuer)?.0 == content(SEQUENCE, subject)?.0 })
    }

    pub(super) fn is_self_signed(&self) -> bool {
        self.is_self_signed
    }

    pub(super) fn is_expired(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        self.expires.seconds() <= now.try_into().unwrap_or(i64::MAX)
    }
}

/// Shows when it expires.
impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Time([year, month, day, hour, minute, second]) = self.expires;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

impl Time {
    /// Reads `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`, the two forms that certificates have.
    fn read(der: &[u8]) -> Option<Self> {
        let (century, text) = match der.first()? {
            &UTC_TIME => (None, content(UTC_TIME, der)?.0),
            _ => {
                let (century, text) = content(GENERALIZED_TIME, der)?.0.split_at_checked(2)?;
                (Some(two_digits(century)?), text)
            }
        };
        let (pairs, zone) = text.split_at_checked(12)?;
        let mut time = [0; 6];
        for (number, pair) in time.iter_mut().zip(pairs.chunks(2)) {
            *number = two_digits(pair)?;
        }
        time[0] += 100 * century.unwrap_or(if time[0] < 50 { 20 } else { 19 });
        (zone == b"Z").then_some(Self(time))
    }

    /// The seconds since 1970.
    fn seconds(&self) -> i64 {
        let Self([year, month, day, hour, minute, second]) = *self;
        // Years begin in March here, so that a leap day is the last one.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
        ((24 * days + hour) * 60 + minute) * 60 + second
    }
}

fn two_digits(text: &[u8]) -> Option<i64> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(10 * (tens - b'0') + ones - b'0')),
        _ => None,
    }
}

/// The content of the element of DER that comes first, which must have this tag, and what follows the element.
fn content(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, der) = der.split_first()?;
    let (length, der) = length(der)?;
    if *first == tag { der.split_at_checked(length) } else { None }
}

/// What follows the element that comes first.
fn after(der: &[u8]) -> Option<&[u8]> {
    content(*der.first()?, der).map(|(_, rest)| rest)
}

/// A length, and what follows it: one byte below 128, or the number of bytes that it has.
fn length(der: &[u8]) -> Option<(usize, &[u8])> {
    match der.split_first()? {
        (short @ ..=127, rest) => Some((usize::from(*short), rest)),
        (long @ 129..=132, rest) => {
            let (bytes, rest) = rest.split_at_checked(usize::from(*long) - 128)?;
            Some((bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element of DER.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    }

    fn certificate(version: &[u8], issuer: &[u8], expires: (u8, &[u8])) -> Vec<u8> {
        let validity = [element(UTC_TIME, b"200101000000Z"), element(expires.0, expires.1)].concat();
        let rest = [
            element(2, &[1]),
            element(SEQUENCE, b"algorithm"),
            element(SEQUENCE, issuer),
            element(SEQUENCE, &validity),
            element(SEQUENCE, b"me"),
            element(SEQUENCE, b"key"),
        ];
        let signed = [version, &rest.concat()].concat();
        element(SEQUENCE, &[element(SEQUENCE, &signed), element(3, b"signature")].concat())
    }

    fn read(der: &[u8]) -> Option<(String, i64, bool)> {
        let certificate = Certificate::read(der)?;
        Some((certificate.to_string(), certificate.expires.seconds(), certificate.is_self_signed()))
    }

    #[test]
    fn a_certificate_states_its_expiry_and_its_signer() {
        let version = element(VERSION, &[2, 1, 2]);
        let expected = |text: &str, seconds, is_self_signed| Some((text.to_owned(), seconds, is_self_signed));
        let der = certificate(&version, b"me", (UTC_TIME, b"000229235959Z"));
        assert_eq!(read(&der), expected("2000-02-29 23:59:59 UTC", 951_868_799, true));
        let der = certificate(&[], b"you", (GENERALIZED_TIME, b"20500301000000Z"));
        assert_eq!(read(&der), expected("2050-03-01 00:00:00 UTC", 2_529_705_600, false));
        let der = certificate(&version, b"me", (UTC_TIME, b"700101000000Z"));
        assert_eq!(read(&der), expected("1970-01-01 00:00:00 UTC", 0, true));
        assert!(Certificate::read(&der).unwrap().is_expired());
        let der = certificate(&version, b"me", (GENERALIZED_TIME, b"99991231235959Z"));
        assert!(!Certificate::read(&der).unwrap().is_expired());
    }

    #[test]
    fn what_is_cut_or_unusual_has_no_expiry() {
        let der = certificate(&element(VERSION, &[2, 1, 2]), b"me", (UTC_TIME, b"300101000000Z"));
        for end in 0..der.len() - 1 {
            assert_eq!(Certificate::read(&der[..end]), None, "{end}");
        }
        for expires in [&b"300101000000+"[..], b"3001010000Z", b"30010100000aZ", b""] {
            assert_eq!(Certificate::read(&certificate(&[], b"me", (UTC_TIME, expires))), None);
        }
        assert_eq!(Certificate::read(&[SEQUENCE, 0x80, 0, 0]), None);
    }
}
