//! Tests `strict-transport-security` and `redirection`: whether a visitor stays on https.

use super::preload::Preloads;
use super::scored::{Scored, redirection, transport};
use super::seen::{Scan, Visit};

/// Half a year, with the leniency of the Observatory: 180 days.
const SIX_MONTHS: i128 = 15_552_000;
/// What is read of a header.
const HEADER_CAP: usize = 1024;
/// What is read of a parameter's value, its name included.
const VALUE_CAP: usize = 128;

/// What a Strict-Transport-Security header says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Transport {
    /// `max-age` in seconds, the last one if there are several; `None` when it is missing or no number.
    pub(super) max_age: Option<i128>,
    /// Whether there is a `max-age` at all, number or not.
    has_max_age: bool,
    /// `includeSubDomains`.
    pub(super) subdomains: bool,
    /// `preload`.
    pub(super) preload: bool,
    /// Several headers, or a comma in one: no browser keeps it.
    several: bool,
}

impl Transport {
    /// Reads a header, leniently.
    pub(super) fn read(header: &str) -> Transport {
        let header: String = header.chars().take(HEADER_CAP).collect();
        let mut read = Transport { several: header.contains(','), ..Transport::default() };
        for parameter in header.split(';').map(|parameter| parameter.trim().to_lowercase()) {
            if let Some(value) = parameter.strip_prefix("max-age=") {
                let value: String = value.chars().take(VALUE_CAP - "max-age=".len()).collect();
                read.has_max_age = true;
                read.max_age = leading_number(&value);
            }
            read.subdomains |= parameter == "includesubdomains";
            read.preload |= parameter == "preload";
        }
        read
    }

    /// Whether browsers keep it (RFC 6797 §6.1): one header, with a whole number of seconds.
    pub(super) fn is_valid(self) -> bool {
        !self.several && self.max_age.is_some_and(|age| age >= 0)
    }

    fn scored(self) -> Scored {
        if self.several || !self.has_max_age {
            return transport::INVALID;
        }
        // what is no number is not less than anything
        if self.max_age.is_some_and(|age| age < SIX_MONTHS) { transport::SHORT } else { transport::SIX_MONTHS }
    }
}

/// The integer that a text begins with, as scripts parse it; too large ones are as large as can be.
fn leading_number(text: &str) -> Option<i128> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = &digits[..end];
    (!digits.is_empty()).then(|| sign * digits.parse::<i128>().unwrap_or(i128::MAX))
}

/// Test `strict-transport-security`.
pub(super) fn strict_transport(scan: &Scan, preloads: &Preloads) -> Scored {
    let Some(visit) = &scan.https else { return transport::NO_HTTPS };
    if preloads.covers(&scan.host) {
        return transport::PRELOADED;
    }
    if !visit.verified {
        return transport::INVALID_CERT;
    }
    visit
        .answer
        .header("strict-transport-security")
        .map_or(transport::MISSING, |header| Transport::read(&header).scored())
}

/// Test `redirection`, on the visit that began with http.
pub(super) fn redirection(http: Option<&Visit>, preloads: &Preloads) -> Scored {
    let Some(visit) = http else { return redirection::NO_HTTP };
    if !visit.verified {
        return redirection::INVALID_CERT;
    }
    let host = |hop: usize| visit.hops.get(hop).and_then(|hop| hop.url.host_str());
    let scheme = |hop: usize| visit.hops.get(hop).map(|hop| hop.url.scheme());
    let last = visit.hops.len().saturating_sub(1);
    if (0..visit.hops.len()).all(|hop| host(hop).is_some_and(|host| preloads.covers(host))) {
        redirection::PRELOADED
    } else if visit.hops.len() == 1 {
        redirection::MISSING
    } else if scheme(last) != Some("https") {
        redirection::NOT_TO_HTTPS
    } else if scheme(1) == Some("http") {
        redirection::HTTP_FIRST
    } else if host(0) != host(1) {
        redirection::OFF_HOST
    } else {
        redirection::TO_HTTPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_leniently_as_the_observatory_does() {
        for (header, expected) in [
            ("max-age=15551999", transport::SHORT),
            ("max-age=15552000", transport::SIX_MONTHS),
            ("max-age=\"31536000\"", transport::SIX_MONTHS),
            ("max-age=-1", transport::SHORT),
            ("max-age=99999999999999999999999999999999999999999999", transport::SIX_MONTHS),
            ("max-age=0; max-age=31536000", transport::SIX_MONTHS),
            ("max-age = 31536000", transport::INVALID),
            ("max-age=31536000, max-age=0", transport::INVALID),
            ("includeSubDomains", transport::INVALID),
            ("", transport::INVALID),
        ] {
            assert_eq!(Transport::read(header).scored(), expected, "{header}");
        }
    }

    #[test]
    fn what_a_header_says_is_kept_for_our_own_facts() {
        let read = Transport::read("MAX-AGE=300; includeSubDomains ;PRELOAD");
        assert_eq!((read.max_age, read.subdomains, read.preload), (Some(300), true, true));
    }
}
