//! What stands in a query or a command and cannot be bound, or harms nothing there: names of tables and columns, constants,
//! numbers of processes. Leaves to `guard` what that makes of a match.

use std::sync::OnceLock;

use regex::bytes::Regex;

fn regex(cell: &'static OnceLock<Regex>, pattern: &str) -> &'static Regex {
    cell.get_or_init(|| Regex::new(pattern).expect("a fixed pattern"))
}

/// Whether a statement is built from such a thing, or what it is built from was checked in the lines above it.
pub(super) fn is_one(statement: &[u8], above: &[u8]) -> bool {
    identifier().is_match(statement)
        || constant().is_match(statement)
        || is_only_name(statement)
        || allow_list().is_match(above)
}

/// Whether all that is filled in is one name of a table or of a function, or the number of a process.
fn is_only_name(statement: &[u8]) -> bool {
    static NAME: OnceLock<Regex> = OnceLock::new();
    static FILLED: OnceLock<Regex> = OnceLock::new();
    let name = regex(
        &NAME,
        r"(?i)\b(from|into|update|table|join)\s+(%[sv]|\$\{[\w.]+\}|#\{[\w.:]+\})|\$\{\w+\}\(|\$\{[\w.?]*\bpid\}",
    );
    let filled = regex(&FILLED, r"%[svdq]|\$\{|#\{");
    name.is_match(statement) && filled.find_iter(statement).count() == 1
}

/// Names that hold identifiers or lists of placeholders, and functions that escape.
fn identifier() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r#"(?i)["`]\s*\+\s*strings\.Join\(|(\$?\{|#\{|\$|["'`]\s*[+%,.]\s*\(?|format\(\s*)(\w+([.:>-]+|\(\s*))*\w*(table|schema|columns?|fields?|placeholders?|prefix|keyspace|database|db_?name|index|sequence|quote\w*|escape\w*|sanitize\w*|shlex|wpdb|conditions?|clauses?|order|interval|to_sql)\w*"#,
    )
}

/// Names of constants.
fn constant() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"[{$]\{?([a-z_]+\.)*[A-Z][A-Z0-9_]+\}")
}

fn allow_list() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(&CELL, r"(?i)\bin\s+\w*(allowed|valid|known|permitted)\w*|\bin_array\(|allow_?list|white_?list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_cannot_be_bound_and_a_value_beside_it_can() {
        for text in [
            r#"Exec(fmt.Sprintf("select version from %s", mtn))"#,
            "execSync(`taskkill /PID ${this.child.pid} /F`)",
            "execute(`SELECT ${fnName}(?)`, [key])",
            r##"where("#{Shop::Product.table_name}.value = ?", value)"##,
        ] {
            assert!(is_one(text.as_bytes(), b""), "{text}");
        }
        for text in [
            r#"Exec(fmt.Sprintf("select * from %s where id = %s", t, id))"#,
            "execSync(`git clone ${url}`)",
            r##"where("name = '#{name}'")"##,
        ] {
            assert!(!is_one(text.as_bytes(), b""), "{text}");
        }
    }
}
