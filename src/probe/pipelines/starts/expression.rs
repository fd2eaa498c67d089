//! Conditions in the languages of several systems, which are alike: comparisons of variables with texts and patterns, with
//! `&&`, `||`, `!` or their words, and functions. Sources: GitLab, "CI/CD job rules, variable expressions"; Travis, "Conditions";
//! Buildkite, "Using conditionals"; Cirrus, "Writing tasks, conditional task execution"; Azure, "Expressions".

use super::branches::{has_default, has_other};
use super::{Event, Started};

use token::Token;

mod token;

/// What a variable is at an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Not set.
    Null,
    Text(String),
    DefaultBranch,
    /// A branch that a change is made on.
    OtherBranch,
    /// Set, and nothing in particular: a message, a number.
    Some,
    /// Not to be told.
    Unknown(String),
    /// A condition by itself.
    Holds(Started),
}

/// Values of variables at an event; `None` for a word that is none.
pub(crate) type Values<'v> = dyn Fn(&str) -> Option<Value> + 'v;

/// Levels of parentheses that are followed.
const DEPTH: u32 = 40;

/// Whether a condition holds with these values.
pub(crate) fn holds(condition: &str, values: &Values<'_>) -> Started {
    let not_understood = || Started::open(format!("the condition `{condition}` is not understood"));
    let Some(tokens) = token::tokens(condition) else { return not_understood() };
    let mut parser = Parser { tokens: &tokens, at: 0, values, depth: DEPTH };
    match parser.either() {
        Some(value) if parser.at == tokens.len() => is_true(value),
        _ => not_understood(),
    }
}

struct Parser<'p> {
    tokens: &'p [Token],
    at: usize,
    values: &'p Values<'p>,
    depth: u32,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let is = self.tokens.get(self.at).is_some_and(|token| matches!(token, Token::Sign(own) if *own == sign));
        self.at += usize::from(is);
        is
    }

    fn either(&mut self) -> Option<Value> {
        let mut value = self.both()?;
        while self.takes("||") {
            value = Value::Holds(is_true(value).or(is_true(self.both()?)));
        }
        Some(value)
    }

    fn both(&mut self) -> Option<Value> {
        let mut value = self.negated()?;
        while self.takes("&&") {
            value = Value::Holds(is_true(value).and(is_true(self.negated()?)));
        }
        Some(value)
    }

    fn negated(&mut self) -> Option<Value> {
        let mut is_negated = false;
        while self.takes("!") {
            is_negated = !is_negated;
        }
        let value = self.compared()?;
        Some(if is_negated { Value::Holds(is_true(value).negated()) } else { value })
    }

    fn compared(&mut self) -> Option<Value> {
        let left = self.operand()?;
        let signs = ["==", "!=", "=~", "!~", "present", "blank", "in"];
        let Some(sign) = signs.into_iter().find(|sign| self.takes(sign)) else { return Some(left) };
        let started = match sign {
            "present" => is_true(left),
            "blank" => is_true(left).negated(),
            "in" => {
                let list = self.list()?;
                list.iter().fold(Started::No, |all, item| all.or(equal(&left, item)))
            }
            _ => {
                let right = self.operand()?;
                match sign {
                    "==" => equal(&left, &right),
                    "!=" => equal(&left, &right).negated(),
                    "=~" => matched(&left, &right),
                    _ => matched(&left, &right).negated(),
                }
            }
        };
        Some(Value::Holds(started))
    }

    fn list(&mut self) -> Option<Vec<Value>> {
        self.depth = self.depth.checked_sub(1)?;
        let mut values = Vec::new();
        self.takes("(").then_some(())?;
        while !self.takes(")") {
            values.push(self.either()?);
            self.takes(",");
        }
        self.depth += 1;
        Some(values)
    }

    fn operand(&mut self) -> Option<Value> {
        if self.takes("(") {
            self.depth = self.depth.checked_sub(1)?;
            let value = self.either()?;
            self.depth += 1;
            return self.takes(")").then_some(value);
        }
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        let unknown = |name: &str| Value::Unknown(format!("`{name}` decides, whose value is not in the file"));
        Some(match token {
            Token::Sign(_) => return None,
            Token::Text(text) => Value::Text(text.clone()),
            Token::Variable(name) => (self.values)(name).unwrap_or_else(|| unknown(name)),
            Token::Word(word) if matches!(self.tokens.get(self.at), Some(Token::Sign("("))) => {
                let values = self.list()?;
                called(word, &values).unwrap_or_else(|| unknown(&format!("{word}(…)")))
            }
            Token::Word(word) => match word.as_str() {
                "null" => Value::Null,
                word => (self.values)(word).unwrap_or_else(|| Value::Text(word.to_owned())),
            },
        })
    }
}

/// Functions of Azure's expressions, and those that ask for changed files, which a change is taken to have.
fn called(name: &str, values: &[Value]) -> Option<Value> {
    let all = |start: Started, join: fn(Started, Started) -> Started| {
        values.iter().fold(start, |all, value| join(all, is_true(value.clone())))
    };
    let (one, other) = (values.first(), values.get(1));
    let pair = || Some((one?, other?));
    Some(Value::Holds(match name.to_ascii_lowercase().as_str() {
        "and" => all(Started::Yes, Started::and),
        "or" => all(Started::No, Started::or),
        "not" => is_true(one?.clone()).negated(),
        "eq" => pair().map(|(one, other)| equal(one, other))?,
        "ne" => pair().map(|(one, other)| equal(one, other).negated())?,
        "in" | "notin" => {
            let is = values
                .iter()
                .skip(1)
                .fold(Started::No, |all, value| all.or(equal(values.first().unwrap_or(value), value)));
            if name.len() > 2 { is.negated() } else { is }
        }
        "startswith" => begins(one?, other?)?,
        "succeeded" | "always" | "succeededorfailed" => Started::Yes,
        "failed" | "canceled" => Started::No,
        "changesinclude" | "changesincludeonly" => Started::Yes,
        _ => return None,
    }))
}

fn begins(value: &Value, start: &Value) -> Option<Started> {
    let Value::Text(start) = start else { return None };
    let branches = format!("{start}**");
    Some(match value {
        Value::Text(text) => Started::from(text.starts_with(start.as_str())),
        Value::DefaultBranch => {
            if is_ref(start) {
                Started::Yes
            } else {
                has_default(&branches)
            }
        }
        Value::OtherBranch => {
            if is_ref(start) {
                Started::Yes
            } else {
                has_other(&branches)
            }
        }
        Value::Null => Started::No,
        Value::Some | Value::Unknown(_) | Value::Holds(_) => return None,
    })
}

/// A start that every branch has.
fn is_ref(start: &str) -> bool {
    "refs/heads/".starts_with(start)
}

/// Whether a value counts as true.
pub(crate) fn is_true(value: Value) -> Started {
    match value {
        Value::Null => Started::No,
        Value::Text(text) => Started::from(!text.is_empty() && text != "false"),
        Value::DefaultBranch | Value::OtherBranch | Value::Some => Started::Yes,
        Value::Unknown(reason) => Started::open(reason),
        Value::Holds(started) => started,
    }
}

/// Whether two values are the same.
pub(crate) fn equal(one: &Value, other: &Value) -> Started {
    match (one, other) {
        (Value::Unknown(reason), _) | (_, Value::Unknown(reason)) => Started::open(reason.as_str()),
        (Value::Holds(holds), other) | (other, Value::Holds(holds)) => match other {
            Value::Text(text) if text == "true" => holds.clone(),
            Value::Text(text) if text == "false" => holds.clone().negated(),
            _ => Started::open("a condition is compared with something else"),
        },
        (Value::Some, Value::Some) => Started::open("two variables are compared whose values are not in the file"),
        (Value::DefaultBranch, Value::Text(name)) | (Value::Text(name), Value::DefaultBranch) => has_default(name),
        (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => Started::from(text.is_empty()),
        (one, other) => Started::from(one == other),
    }
}

/// Whether a value is what a pattern, `/…/`, takes.
pub(crate) fn matched(value: &Value, pattern: &Value) -> Started {
    let Value::Text(pattern) = pattern else { return Started::open("a pattern is not in the file") };
    match value {
        Value::DefaultBranch => has_default(pattern),
        Value::OtherBranch => has_other(pattern),
        Value::Text(text) => {
            let inner = pattern.trim_start_matches('/').trim_end_matches(['i', 'g', 'm']).trim_end_matches('/');
            regex::Regex::new(inner).map_or_else(
                |_| Started::open(format!("the pattern `{pattern}` is not understood")),
                |pattern| Started::from(pattern.is_match(text)),
            )
        }
        Value::Null | Value::Some => Started::No,
        Value::Unknown(reason) => Started::open(reason.as_str()),
        Value::Holds(_) => Started::open("a condition is compared with a pattern"),
    }
}

/// A branch at an event, where a change request is about the branch that it goes to.
pub(crate) fn target(event: Event) -> Value {
    if event == Event::Branch { Value::OtherBranch } else { Value::DefaultBranch }
}

/// The branch that is built at an event: of a change request the change's own.
pub(crate) fn source(event: Event) -> Value {
    if event == Event::Default { Value::DefaultBranch } else { Value::OtherBranch }
}

/// What is there for change requests only.
pub(crate) fn of_requests(event: Event, value: Value) -> Value {
    if event == Event::Request { value } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(event: Event) -> impl Fn(&str) -> Option<Value> {
        move |name| {
            Some(match name {
                "BRANCH" | "Build.SourceBranch" => source(event),
                "DEFAULT" => Value::DefaultBranch,
                "REQUEST" => of_requests(event, Value::Some),
                "TAG" => Value::Null,
                "KIND" => Value::Text("push".to_owned()),
                _ => return None,
            })
        }
    }

    fn on(condition: &str) -> [Started; 2] {
        [Event::Branch, Event::Default].map(|event| holds(condition, &values(event)))
    }

    #[test]
    fn comparisons_tell_the_default_branch_from_the_branch_of_a_change() {
        use Started::{No, Yes};
        for (condition, told) in [
            ("$BRANCH == $DEFAULT", [No, Yes]),
            ("${BRANCH} == \"main\" && $KIND == 'push'", [No, Yes]),
            ("$BRANCH != 'main'", [Yes, No]),
            ("$BRANCH =~ /^(main|master)$/", [No, Yes]),
            ("$TAG || $KIND =~ /^pu/", [Yes, Yes]),
            ("$TAG != null", [No, No]),
            ("!($BRANCH == $DEFAULT)", [Yes, No]),
            ("BRANCH = main AND KIND IN (push, api)", [No, Yes]),
            ("TAG IS blank", [Yes, Yes]),
            ("NOT BRANCH =~ ^main$", [Yes, No]),
            ("and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))", [No, Yes]),
            ("startsWith(variables['Build.SourceBranch'], 'refs/tags/')", [No, No]),
            ("not(in(variables['KIND'], 'schedule', 'manual'))", [Yes, Yes]),
        ] {
            assert_eq!(on(condition), told, "{condition}");
        }
    }

    #[test]
    fn what_is_not_in_the_file_is_open_and_so_is_what_is_not_understood() {
        for condition in ["$OTHER == 'x'", "$BRANCH ==", "f(1)", "((", "$BRANCH == 'a' }"] {
            assert!(on(condition).iter().all(|started| matches!(started, Started::Open(_))), "{condition}");
        }
        assert_eq!(on("$OTHER == 'x' && $TAG"), [Started::No, Started::No]);
    }
}
