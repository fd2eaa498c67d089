//! Keeping secrets out of everything that leaves the process.

use base64::Engine;

/// What stands in the place of a secret.
pub const MASK: &str = "«secret»";

/// The shortest value that is masked wherever it appears; shorter ones would mask ordinary words.
pub const SHORTEST_SECRET: usize = 6;

/// Replaces every known secret, in its plain, URL-encoded and base64 forms, by [`MASK`].
#[derive(Clone, Debug, Default)]
pub struct Masker {
    forms: Vec<String>,
}

impl Masker {
    /// A masker for these values; values shorter than [`SHORTEST_SECRET`] are left to a warning.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Masker {
        let mut masker = Masker::default();
        for secret in secrets {
            masker.add(secret);
        }
        masker
    }

    /// Masks this value too.
    pub fn add(&mut self, secret: &str) {
        if secret.chars().count() < SHORTEST_SECRET {
            return;
        }
        let standard = base64::engine::general_purpose::STANDARD.encode(secret);
        let unpadded = standard.trim_end_matches('=').to_owned();
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
        let json = serde_json::to_string(secret).map(|s| s.trim_matches('"').to_owned()).unwrap_or_default();
        self.forms.extend([secret.to_owned(), standard, unpadded, url_safe, percent_encoded(secret), json]);
        self.forms.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        self.forms.dedup();
        self.forms.retain(|form| !form.is_empty());
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// The text with every secret replaced.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for form in &self.forms {
            if masked.contains(form.as_str()) {
                masked = masked.replace(form.as_str(), MASK);
            }
        }
        masked
    }
}

/// Text as it may stand in any part of a URL: everything but unreserved characters (RFC 3986 §2.3) escaped.
pub fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_all_its_forms() {
        let masker = Masker::new(["hunter2/ä!"]);
        for form in ["hunter2/ä!", "aHVudGVyMi/DpCE=", "hunter2%2F%C3%A4%21"] {
            assert_eq!(masker.mask(&format!("a {form} b")), format!("a {MASK} b"), "{form}");
        }
    }

    #[test]
    fn short_values_are_left_alone() {
        assert_eq!(Masker::new(["80"]).mask("80 %"), "80 %");
    }
}
