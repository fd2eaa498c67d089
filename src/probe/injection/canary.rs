//! The marks that are sent: letters and digits to find a value again, and the characters that would break out of where it
//! stands. No mark is a script, an event or a scheme that a browser runs.

/// Words of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Canary {
    /// Lower-case letters and digits; what is found again.
    pub(super) word: String,
}

impl Canary {
    /// The word for a parameter at an address: the same each time, so that a report does not change by itself.
    pub(super) fn of(address: &str, parameter: &str) -> Canary {
        let mut state: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in address.bytes().chain([0]).chain(parameter.bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Canary { word: format!("swx{:05x}", state & 0xf_ffff) }
    }

    /// The element that must not come to be.
    pub(super) fn element(&self) -> String {
        format!("{}z", self.word)
    }

    /// The attribute that must not come to be; it stands before the element, whose `>` would end the tag.
    pub(super) fn attribute(&self) -> String {
        format!("{}a", self.word)
    }

    /// Quotes, angle brackets and a blank: enough to leave text, attributes and strings of a script.
    pub(super) fn breaking(&self) -> String {
        format!("{}'\"` {}=1 <{}>", self.word, self.attribute(), self.element())
    }

    /// The same behind what ends the places where those characters mean nothing.
    pub(super) fn closing(&self, closers: &[&str]) -> String {
        format!("{}{} {}=1 <{}>", self.word, closers.concat(), self.attribute(), self.element())
    }

    /// A URL whose scheme nobody knows.
    pub(super) fn scheme(&self) -> String {
        format!("{}:x", self.word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_each_time_and_differs_by_parameter() {
        let word = |parameter| Canary::of("/search", parameter).word;
        assert_eq!(word("q"), word("q"));
        assert_ne!(word("q"), word("r"));
        assert!(word("q").starts_with("swx") && word("q").len() == 8);
        assert!(word("q").chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    }
}
