//! Messages of databases about a statement that is no longer one: what a value does that was glued into it.

use regex::{Regex, RegexSet};

/// Only what a parser of SQL says; that a value is of the wrong type says nothing of how it got there.
const MESSAGES: &[&str] = &[
    // MySQL, MariaDB
    r"You have an error in your SQL syntax",
    r"(?i)check the manual that (corresponds to|fits) your (MySQL|MariaDB) server version",
    // PostgreSQL
    r"(?i)unterminated quoted (string|identifier) at or near",
    r#"(?i)syntax error at or near ["'\\]"#,
    r"psycopg2?\.errors\.SyntaxError|PG::SyntaxError|PSQLException",
    // SQLite
    r"(?i)unrecognized token: ",
    r#"(?i)near \\?["'].{0,40}: syntax error"#,
    r"SQLITE_ERROR|SQLite3?::SQLException|sqlite3\.OperationalError",
    // Microsoft SQL Server
    r"(?i)Unclosed quotation mark (after|before) the character string",
    r"(?i)Incorrect syntax near ",
    r"System\.Data\.SqlClient\.SqlException|Microsoft OLE DB Provider for SQL Server",
    // Oracle
    r"ORA-(00933|00936|01756|00921|00923)",
    r"(?i)quoted string not properly terminated",
    // DB2, JDBC and the classes of SQLSTATE for syntax errors
    r"SQLSTATE\[?[ :=(]*42(000|601|S02|S22)",
    r"DB2 SQL Error: SQLCODE=-\d+, SQLSTATE=42",
    r"(?i)java\.sql\.SQLSyntaxErrorException",
    // Elsewhere: ORMs name the statement
    r"sqlalchemy\.exc\.(ProgrammingError|OperationalError)|ActiveRecord::StatementInvalid|QueryFailedError",
];

/// The first such message in an answer.
pub(in crate::probe) fn message(answer: &str) -> Option<String> {
    let first = RegexSet::new(MESSAGES).ok()?.matches(answer).into_iter().next()?;
    let found = Regex::new(MESSAGES.get(first)?).ok()?.find(answer)?;
    Some(found.as_str().to_owned())
}

/// Whether an answer has such a message, and the one to plain letters had not.
pub(super) fn complains(answer: &str, before: &str) -> bool {
    let Ok(messages) = RegexSet::new(MESSAGES) else { return false };
    let known = messages.matches(before);
    messages.matches(answer).into_iter().any(|message| !known.matched(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_of_sql_are_known_by_their_words() {
        for message in [
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version",
            "ERROR: unterminated quoted string at or near \"'\" at character 42",
            "sqlite3.OperationalError: near \"swx\": syntax error",
            "{\"error\": \"near \\\"'\\\": syntax error\"}",
            "Unclosed quotation mark after the character string 'x'.",
            "ORA-01756: quoted string not properly terminated",
            "SQLSTATE[42000]: Syntax error or access violation",
        ] {
            assert!(complains(message, ""), "{message}");
        }
    }

    #[test]
    fn what_was_there_before_or_is_about_types_is_no_complaint() {
        let page = "A page about `ORA-01756` and SQLSTATE[42000]";
        assert!(!complains(page, page));
        for message in ["invalid input syntax for type integer: \"x\"", "syntax error in line 3", "Unexpected token"] {
            assert!(!complains(message, ""), "{message}");
        }
    }

    #[test]
    fn every_message_is_a_pattern() {
        assert!(RegexSet::new(MESSAGES).is_ok());
    }
}
