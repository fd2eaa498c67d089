//! What a health body says, in the vocabularies of Spring Boot (`UP`, `DOWN`, `OUT_OF_SERVICE`), ASP.NET Core (`Healthy`,
//! `Degraded`, `Unhealthy`) and `application/health+json` (`pass`, `warn`, `fail` and their aliases).

use serde_json::Value as Json;

/// What a service says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::probe) enum Health {
    Up,
    Degraded,
    Down,
}

impl Health {
    /// Its word in fact `health`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Health::Up => "up",
            Health::Degraded => "degraded",
            Health::Down => "down",
        }
    }

    /// Whether it says the contrary of a status: down with success, or up with an error.
    pub(in crate::probe) fn contradicts(self, status: u16) -> bool {
        (self == Health::Down) == (status < 400)
    }

    /// What a body says; `None` when it speaks none of the vocabularies.
    pub(in crate::probe) fn of(body: &str) -> Option<Health> {
        let text = body.trim();
        let word = match serde_json::from_str::<Json>(text) {
            Ok(Json::Object(members)) => members.get("status")?.as_str()?.to_owned(),
            Ok(Json::String(word)) => word,
            _ => text.to_owned(),
        };
        match word.to_ascii_lowercase().as_str() {
            "up" | "pass" | "ok" | "healthy" => Some(Health::Up),
            "warn" | "degraded" => Some(Health::Degraded),
            "down" | "fail" | "error" | "unhealthy" | "out_of_service" => Some(Health::Down),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_vocabularies_are_understood() {
        for (body, expected) in [
            ("{\"status\": \"UP\", \"components\": {}}", Some(Health::Up)),
            ("{\"status\":\"OUT_OF_SERVICE\"}", Some(Health::Down)),
            ("Degraded", Some(Health::Degraded)),
            ("\"Unhealthy\"\n", Some(Health::Down)),
            ("{\"status\":\"warn\",\"checks\":{}}", Some(Health::Degraded)),
            ("{\"status\": 200}", None),
            ("all is well", None),
            ("", None),
        ] {
            assert_eq!(Health::of(body), expected, "{body}");
        }
    }

    #[test]
    fn a_lie_is_down_with_success_or_up_with_an_error() {
        assert!(Health::Down.contradicts(200) && Health::Up.contradicts(503) && Health::Degraded.contradicts(500));
        assert!(!Health::Down.contradicts(503) && !Health::Up.contradicts(200) && !Health::Degraded.contradicts(200));
    }
}
