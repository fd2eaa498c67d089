//! Numbers as people write them: `259,767`, `99,9`, `1 000`, `1M+`, digits of other scripts. Exact, never through floats.

use crate::model::Exact;

/// A number in a regular expression: groups of three, or a decimal point or comma; digits of any script.
pub(super) const NUMBER: &str =
    r"(?:\d{1,3}(?:[,'٬\x{a0}\x{202f}]\d{3})+(?:[.٫]\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d+(?:[.,٫]\d+)?)";

/// Reads what [`NUMBER`] matched, with a multiplier (`k`, `M`, `B`) if one follows.
pub(super) fn exact(text: &str, multiplier: Option<&str>) -> Option<Exact> {
    let thousands = multiplier.is_some() && text.rsplit_once('.').is_some_and(|(_, end)| end.len() == 3);
    let plain = if thousands { plain(&text.replace('.', "")) } else { plain(text) };
    let value = Exact::parse_decimal(&plain)?;
    let factor = match multiplier.unwrap_or("") {
        "k" | "K" => 1_000,
        "M" | "m" => 1_000_000,
        "B" | "bn" => 1_000_000_000,
        _ => 1,
    };
    Some(value * Exact::whole(factor))
}

/// The same number with ASCII digits and a decimal point.
fn plain(text: &str) -> String {
    let digits: String = text.chars().map(ascii).collect();
    let groups = |separator: char| {
        let mut parts = digits.split(separator);
        let first = parts.next().map_or(0, str::len);
        let rest: Vec<&str> = parts.collect();
        (1..=3).contains(&first)
            && !rest.is_empty()
            && rest.iter().all(|part| part.split('.').next().is_some_and(|p| p.len() == 3))
    };
    if digits.matches('.').count() > 1
        && digits.split('.').skip(1).all(|group| group.split(',').next().is_some_and(|g| g.len() == 3))
    {
        return digits.replace('.', "").replace(',', ".");
    }
    if let Some(separator) = ['\'', '\u{a0}', '\u{202f}', ','].into_iter().find(|c| digits.contains(*c) && groups(*c)) {
        return digits.replace(separator, "").replace(',', ".");
    }
    digits.replace(',', ".")
}

fn ascii(c: char) -> char {
    let base = match u32::from(c) {
        0x0660..=0x0669 => 0x0660,
        0x06f0..=0x06f9 => 0x06f0,
        0x0966..=0x096f => 0x0966,
        0xff10..=0xff19 => 0xff10,
        0x066b => return '.',
        0x066c => return ',',
        _ => return c,
    };
    char::from_digit(u32::from(c) - base, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("259,767", "259767"),
            ("99,9", "999/10"),
            ("99.9", "999/10"),
            ("1,000,000.5", "2000001/2"),
            ("1.000.000", "1000000"),
            ("1'000", "1000"),
            ("1\u{a0}000", "1000"),
            ("٨٠", "80"),
            ("９０", "90"),
            ("०.५", "1/2"),
            ("0,5", "1/2"),
            ("٩٩٫٩", "999/10"),
        ];
        for (text, expected) in cases {
            assert_eq!(exact(text, None).map(|value| value.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(exact("1", Some("M")).map(|value| value.to_string()).as_deref(), Some("1000000"));
        assert_eq!(exact("1.200", Some("k")).map(|value| value.to_string()).as_deref(), Some("1200000"));
        assert_eq!(exact("1.2.3", None), None);
    }
}
