//! The base score of a CVSS v3 vector, as FIRST defines it (CVSS v3.1 specification, §7.1 and appendix A). Other versions
//! are left unrated.

/// The base score in tenths; `None` when the text is no whole vector of version 3.0 or 3.1.
pub(super) fn base_score(vector: &str) -> Option<i64> {
    let rest = vector.trim().strip_prefix("CVSS:3.")?;
    let metrics: Vec<(&str, &str)> = rest.split('/').skip(1).filter_map(|part| part.split_once(':')).collect();
    let value = |name: &str| metrics.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let changed = value("S")? == "C";
    let impact = |name: &str| {
        Some(match value(name)? {
            "H" => 0.56,
            "L" => 0.22,
            "N" => 0.0,
            _ => return None,
        })
    };
    let iss = 1.0 - (1.0 - impact("C")?) * (1.0 - impact("I")?) * (1.0 - impact("A")?);
    let impact: f64 = if changed { 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02_f64).powi(15) } else { 6.42 * iss };
    let exploitability = 8.22 * exploit(value("AV")?, value("AC")?, value("PR")?, value("UI")?, changed)?;
    if impact <= 0.0 {
        return Some(0);
    }
    let whole = impact + exploitability;
    Some(roundup(if changed { 1.08 * whole } else { whole }.min(10.0)))
}

fn exploit(vector: &str, complexity: &str, privileges: &str, interaction: &str, changed: bool) -> Option<f64> {
    let vector = match vector {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        "P" => 0.2,
        _ => return None,
    };
    let complexity = match complexity {
        "L" => 0.77,
        "H" => 0.44,
        _ => return None,
    };
    let privileges = match (privileges, changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        ("H", false) => 0.27,
        ("H", true) => 0.5,
        _ => return None,
    };
    let interaction = match interaction {
        "N" => 0.85,
        "R" => 0.62,
        _ => return None,
    };
    Some(vector * complexity * privileges * interaction)
}

/// Upwards to tenths, as appendix A does it, without the noise of floats.
#[expect(clippy::cast_possible_truncation, reason = "a score lies between 0 and 10")]
fn roundup(score: f64) -> i64 {
    let hundred_thousandths = (score * 100_000.0).round() as i64;
    let tenths = hundred_thousandths / 10_000;
    if hundred_thousandths % 10_000 == 0 { tenths } else { tenths + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_that_the_national_database_gives() {
        for (vector, tenths) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 75),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
            ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H", 47),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0),
        ] {
            assert_eq!(base_score(vector), Some(tenths), "{vector}");
        }
        assert_eq!(base_score("CVSS:4.0/AV:N/AC:L"), None);
        assert_eq!(base_score("CVSS:3.1/AV:N"), None);
    }
}
