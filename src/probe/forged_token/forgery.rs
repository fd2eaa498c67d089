//! A JWT (RFC 7519) and what an attacker makes of it without knowing a key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};

/// A token in its three parts.
pub(super) struct Jwt {
    header: String,
    claims: Map<String, Json>,
    /// The claims as they came.
    payload: String,
    signature: String,
}

/// What is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgery {
    /// It says that it needs no signature (RFC 8725 §2.1).
    AlgorithmNone,
    /// A claim more under the old signature.
    ChangedClaims,
    /// The same without a signature.
    NoSignature,
}

impl Forgery {
    pub(super) const ALL: [Forgery; 3] = [Forgery::AlgorithmNone, Forgery::ChangedClaims, Forgery::NoSignature];

    /// Its word in fact `taken`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Forgery::AlgorithmNone => "alg none",
            Forgery::ChangedClaims => "changed claims",
            Forgery::NoSignature => "no signature",
        }
    }
}

impl Jwt {
    /// `None` when a token is no signed JWT.
    pub(super) fn read(token: &str) -> Option<Jwt> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else { return None };
        let object = |part: &str| serde_json::from_slice::<Map<String, Json>>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        let claims = object(payload)?;
        object(header)?.contains_key("alg").then(|| Jwt {
            header: (*header).to_owned(),
            claims,
            payload: (*payload).to_owned(),
            signature: (*signature).to_owned(),
        })
    }

    /// The token of an attacker.
    pub(super) fn forged(&self, forgery: Forgery) -> String {
        match forgery {
            Forgery::AlgorithmNone => {
                format!("{}.{}.", URL_SAFE_NO_PAD.encode("{\"alg\":\"none\",\"typ\":\"JWT\"}"), self.payload)
            }
            Forgery::ChangedClaims => {
                let mut claims = self.claims.clone();
                claims.insert("shipworthy".to_owned(), Json::Bool(true));
                let payload = URL_SAFE_NO_PAD.encode(serde_json::to_string(&claims).unwrap_or_default());
                format!("{}.{payload}.{}", self.header, self.signature)
            }
            Forgery::NoSignature => format!("{}.{}.", self.header, self.payload),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn only_what_has_three_parts_and_an_algorithm_is_a_jwt() {
        assert!(Jwt::read(&token("{\"alg\": \"HS256\"}", "{\"sub\": \"ada\"}")).is_some());
        for other in ["opaque", "a.b.c", "a.b", "", &token("{}", "{}"), &token("{\"alg\": \"HS256\"}", "[1]")] {
            assert!(Jwt::read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn forgeries_keep_the_users_claims_and_lose_what_proves_them() {
        let whole = token("{\"alg\": \"HS256\"}", "{\"sub\": \"ada\"}");
        let jwt = Jwt::read(&whole).unwrap();
        for forgery in Forgery::ALL {
            let forged = jwt.forged(forgery);
            assert_ne!(forged, whole);
            let read = Jwt::read(&forged).unwrap();
            assert_eq!(read.claims["sub"], "ada");
            assert_eq!(read.signature.is_empty(), forgery != Forgery::ChangedClaims);
        }
        let unsigned = jwt.forged(Forgery::AlgorithmNone);
        let header = URL_SAFE_NO_PAD.decode(unsigned.split('.').next().unwrap()).unwrap();
        assert_eq!(header, b"{\"alg\":\"none\",\"typ\":\"JWT\"}");
    }
}
