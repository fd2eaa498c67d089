//! The cookies of one visitor, as a browser keeps and sends them: the last value of each name. Domains and paths are left
//! out, since all of it stays with one target.

use std::collections::BTreeMap;

use cookie_store::RawCookie;

use crate::world::net::Reply;

/// What a visitor has been given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    cookies: BTreeMap<String, String>,
}

impl Jar {
    /// Keeps what lines of `Set-Cookie` set, and drops what they delete.
    pub(crate) fn take<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
        for cookie in lines.into_iter().filter_map(|line| RawCookie::parse(line.to_owned()).ok()) {
            if cookie.value().is_empty() || cookie.max_age().is_some_and(|age| age.is_zero()) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    /// From a line of `Cookie`.
    pub(crate) fn sent(line: &str) -> Jar {
        let pairs = line.split(';').filter_map(|pair| pair.trim().split_once('='));
        Jar { cookies: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// The line of `Cookie`; `None` while there is nothing.
    pub(crate) fn line(&self) -> Option<String> {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The lines of `Set-Cookie` of an answer.
pub(crate) fn lines(reply: &Reply) -> impl Iterator<Item = &str> {
    reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, line)| line.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts_and_deletions_delete() {
        let mut jar = Jar::sent("a=1; b=2");
        jar.take(["a=3; Path=/; HttpOnly", "b=; Max-Age=0", "c=4; Max-Age=60"]);
        assert_eq!(jar.line().as_deref(), Some("a=3; c=4"));
        jar.take(["a=; Path=/", "c=x; Max-Age=0"]);
        assert_eq!(jar.line(), None);
    }
}
