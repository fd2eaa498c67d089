//! What is asked of every MySQL and MariaDB, and which facts the answers are. One row each; NULL is absent.

use super::value;
use crate::model::{Exact, Fact, FactType, Facts, Value};
use crate::world::service::mysql::Table;

/// A query and the facts its columns are, in order.
pub(super) struct Question {
    /// One row.
    pub(super) query: &'static str,
    /// Name, type and meaning of each column.
    pub(super) facts: &'static [(&'static str, FactType, &'static str)],
}

/// MySQL documentation, "INFORMATION_SCHEMA Tables"; a grantee there is `'user'@'host'`. The right to everything
/// includes `SUPER`; who may not see the rights of others sees their own.
pub(super) static QUESTIONS: &[Question] = &[
    Question {
        query: "SELECT CURRENT_USER(), MAX(privilege_type = 'SUPER'), MAX(privilege_type = 'CREATE USER'), \
                MAX(privilege_type = 'FILE'), SUM(privilege_type <> 'USAGE') FROM information_schema.user_privileges \
                WHERE grantee = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', \
                SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')",
        facts: &[
            ("user.name", FactType::Text, "As which account we are in: `app@%`."),
            ("user.superuser", FactType::Bool, "Whether the account has the right `SUPER`."),
            ("user.creates_users", FactType::Bool, "Whether the account may create accounts."),
            ("user.files", FactType::Bool, "Whether the account may read and write files of the server (`FILE`)."),
            ("user.global_rights", FactType::Count, "Rights that the account has in every database."),
        ],
    },
    Question {
        query: "SELECT SUM(data_length + index_length), COUNT(*), \
                SUM(engine NOT IN ('InnoDB', 'ROCKSDB', 'NDBCLUSTER', 'ndbcluster')) \
                FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
        facts: &[
            ("size", FactType::Size, "Size of the database's tables and indexes; absent without a table."),
            ("tables", FactType::Count, "Tables of the database that the account may see."),
            (
                "tables.unsafe",
                FactType::Count,
                "Tables of them whose engine knows no transactions, such as MyISAM; absent without a table.",
            ),
        ],
    },
];

/// Sets the facts of an answer.
pub(super) fn set(question: &Question, table: &Table, facts: &mut Facts) {
    let row = table.rows.first();
    for (at, (name, ftype, _)) in question.facts.iter().enumerate() {
        let text = row.and_then(|row| row.get(at)).and_then(Option::as_deref);
        facts.set(*name, fact(text, ftype));
    }
}

/// A column's text; NULL is absent, what cannot be read is unobserved.
fn fact(text: Option<&str>, ftype: &FactType) -> Fact {
    let Some(text) = text else { return Fact::Absent };
    let value = match (ftype, value::number(text)) {
        (FactType::Bool, Some(number)) => Some(Value::Bool(number != Exact::whole(0))),
        (FactType::Text, _) => Some(Value::Text(text.to_owned())),
        (_, number) => number.map(Value::Number),
    };
    value.map_or_else(|| Fact::Unobserved("an answer that is no value of its kind".to_owned()), Fact::Present)
}
