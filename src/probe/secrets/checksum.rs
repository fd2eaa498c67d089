//! Checksums that token publishers put into their tokens, so that a scanner can tell an issued one from an invention.

/// Whether the checksum of this shape's tokens holds; true where a shape has none.
///
/// GitHub and npm: the last six characters are the CRC-32 of what stands between the prefix and them, in base 62
/// (GitHub blog, "Behind GitHub's new authentication token formats", 2021).
pub(super) fn holds(shape: &str, value: &str) -> bool {
    if !matches!(shape, "github-token" | "npm-token") {
        return true;
    }
    let Some((_, body)) = value.split_once('_') else { return false };
    let Some(at) = body.len().checked_sub(6) else { return false };
    body.is_ascii() && base62(crc32(&body.as_bytes()[..at])) == body[at..]
}

/// CRC-32 (ISO 3309), bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    !crc
}

/// Six digits, most significant first.
fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_check_value_of_crc_32_holds() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_revoked_token_from_publications_has_its_checksum() {
        // Printed in many articles about the format; put together here so that no scanner meets it.
        let token = ["gh", "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"].concat();
        assert!(holds("github-token", &token));
        assert!(!holds("github-token", &token.replace("17", "18")));
        assert!(holds("stripe-key", "anything"));
    }
}
