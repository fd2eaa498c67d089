//! What a file of Python defines and calls: its functions with their decorators, calls and assignments. Literals are read;
//! what a value becomes when the program runs is left open.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement, ModModule, Operator, Stmt};

use crate::world::lex::Regions;

/// How far values are read into one another; what lies deeper is [`Value::Unknown`].
const DEPTH: u32 = 16;

/// A file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// Functions that are in no class and no other function, in order.
    pub(crate) functions: Vec<Function>,
    /// What is assigned outside them.
    pub(crate) assigned: Vec<Assigned>,
}

/// A function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) decorators: Vec<Call>,
    /// Its positional parameters.
    pub(crate) parameters: Vec<String>,
    /// The calls in its body, in order, and in the functions in it.
    pub(crate) calls: Vec<Call>,
    pub(crate) assigned: Vec<Assigned>,
}

/// A call, or a decorator, which may be written without parentheses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// Its line, from 1.
    pub(crate) line: u32,
    /// What is called, as in `session.run`; empty where that has no name.
    pub(crate) name: String,
    pub(crate) arguments: Vec<Value>,
    pub(crate) keywords: Vec<(String, Value)>,
}

/// A name, or names with dots, that something is assigned to. What is added to it later is not told: the start stays.
#[derive(Clone, Debug)]
pub(crate) struct Assigned {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A string; `{name}` stands in it for what an f-string puts there.
    Text(String),
    Bool(bool),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A name, or names with dots.
    Name(String),
    /// `*value`.
    Starred(Box<Value>),
    /// What a call of this name gives.
    Called(String),
    Unknown,
}

impl Value {
    /// The strings of a string or a list of them, as far as they are written there.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Value::Text(text) => vec![text],
            Value::List(items) => items.iter().flat_map(Value::texts).collect(),
            Value::Bool(_) | Value::Name(_) | Value::Starred(_) | Value::Called(_) | Value::Unknown => Vec::new(),
        }
    }
}

impl Call {
    /// What a keyword is given.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// Reads a file; why it cannot be read is an error.
pub(crate) fn outline(path: &str, text: &str) -> Result<Outline, String> {
    let read = |module: &ModModule| {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut reader = Reader { lines: starts, found: Outline::default(), is_inside: false };
        module.body.iter().for_each(|statement| reader.visit_stmt(statement));
        reader.found
    };
    let regions = Regions::of(path, text.as_bytes());
    super::parsed(path, text, &regions, &read)?
        .map_err(|(line, what)| format!("`{path}:{line}` does not parse as Python: {what}"))
}

struct Reader {
    /// Where each line starts.
    lines: Vec<usize>,
    found: Outline,
    /// Whether it is in a function.
    is_inside: bool,
}

impl<'a> SourceOrderVisitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) if !self.is_inside => {
                let decorators = &function.decorator_list;
                let decorators =
                    decorators.iter().map(|one| self.decorator(&one.expression, one.range.start().to_usize()));
                self.found.functions.push(Function {
                    name: function.name.to_string(),
                    decorators: decorators.collect(),
                    parameters: function
                        .parameters
                        .iter_non_variadic_params()
                        .map(|one| one.parameter.name.to_string())
                        .collect(),
                    ..Function::default()
                });
                self.is_inside = true;
                function.body.iter().for_each(|statement| self.visit_stmt(statement));
                self.is_inside = false;
                return;
            }
            // Methods are called by objects, which are not followed.
            Stmt::ClassDef(_) if !self.is_inside => return,
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.assign(target, &assign.value));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && self.is_inside
        {
            let found = self.call(expression, call.range_start.to_usize());
            if let Some(function) = self.found.functions.last_mut() {
                function.calls.push(found);
            }
        }
        walk_expr(self, expression);
    }
}

impl Reader {
    fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    fn assign(&mut self, target: &Expr, assigned: &Expr) {
        let Some(name) = name(target, DEPTH) else { return };
        let value = value(assigned, DEPTH);
        let into = match self.found.functions.last_mut() {
            Some(function) if self.is_inside => &mut function.assigned,
            _ => &mut self.found.assigned,
        };
        into.push(Assigned { name, value });
    }

    fn decorator(&self, expression: &Expr, start: usize) -> Call {
        match expression {
            Expr::Call(_) => self.call(expression, start),
            _ => Call { line: self.line(start), name: name(expression, DEPTH).unwrap_or_default(), ..Call::default() },
        }
    }

    fn call(&self, expression: &Expr, start: usize) -> Call {
        let Expr::Call(call) = expression else { return Call::default() };
        let keywords = call.arguments.keywords.iter();
        Call {
            line: self.line(start),
            name: name(&call.func, DEPTH).unwrap_or_default(),
            arguments: call.arguments.args.iter().map(|argument| value(argument, DEPTH)).collect(),
            keywords: keywords
                .filter_map(|keyword| Some((keyword.arg.as_ref()?.to_string(), value(&keyword.value, DEPTH))))
                .collect(),
        }
    }
}

/// A name, or names with dots.
fn name(expression: &Expr, left: u32) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => {
            let owner = name(&attribute.value, left.checked_sub(1)?)?;
            Some(format!("{owner}.{}", attribute.attr.as_str()))
        }
        _ => None,
    }
}

fn value(expression: &Expr, left: u32) -> Value {
    let Some(left) = left.checked_sub(1) else { return Value::Unknown };
    let list = |items: &[Expr]| Value::List(items.iter().map(|item| value(item, left)).collect());
    match expression {
        Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
        Expr::FString(text) => Value::Text(text.value.iter().map(written).collect()),
        Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        Expr::List(items) => list(&items.elts),
        Expr::Tuple(items) => list(&items.elts),
        Expr::Set(items) => list(&items.elts),
        Expr::Starred(inner) => Value::Starred(Box::new(value(&inner.value, left))),
        // `session.posargs or ["tests"]` is what it says where a call gives nothing.
        Expr::BoolOp(operation) => operation.values.last().map_or(Value::Unknown, |last| value(last, left)),
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            joined(value(&operation.left, left), value(&operation.right, left))
        }
        Expr::Call(call) => given(&call.func, &call.arguments.args, left),
        Expr::Name(_) | Expr::Attribute(_) => name(expression, left).map_or(Value::Unknown, Value::Name),
        _ => Value::Unknown,
    }
}

/// What a call gives: of `"ruff check".split()` the list of its words.
fn given(called: &Expr, arguments: &[Expr], left: u32) -> Value {
    if let Expr::Attribute(attribute) = called
        && attribute.attr.as_str() == "split"
        && arguments.is_empty()
        && let Value::Text(text) = value(&attribute.value, left)
    {
        return Value::List(text.split_whitespace().map(|word| Value::Text(word.to_owned())).collect());
    }
    name(called, left).map_or(Value::Unknown, Value::Called)
}

/// Both, one after the other.
fn joined(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
        (Value::List(mut left), Value::List(right)) => {
            left.extend(right);
            Value::List(left)
        }
        // Of a list that grows by what is not known the start is.
        (Value::List(mut left), _) => {
            left.push(Value::Starred(Box::new(Value::Unknown)));
            Value::List(left)
        }
        _ => Value::Unknown,
    }
}

fn written(part: &FStringPart) -> String {
    let inner = |element: &InterpolatedStringElement| match element {
        InterpolatedStringElement::Literal(text) => text.value.to_string(),
        InterpolatedStringElement::Interpolation(put) => {
            format!("{{{}}}", name(&put.expression, DEPTH).unwrap_or_default())
        }
    };
    match part {
        FStringPart::Literal(text) => text.value.to_string(),
        FStringPart::FString(text) => text.elements.iter().map(inner).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn functions_are_read_with_their_decorators_calls_and_assignments() {
        let seen = outline(
            "a.py",
            "import x\n\nx.all = ['a', *b]\n\n@x.task(name=\"c-d\", on=True)\n@y\ndef c(session, z=1):\n    w = 'a b'.split()\n    def inner():\n        session.run(\n            f'{z}e', *w, 'p' + 'q', env={})\n\nclass K:\n    def m(self):\n        pass\n",
        )
        .unwrap();
        assert_eq!(seen.assigned[0].name, "x.all");
        let starred = Value::Starred(Box::new(Value::Name("b".to_owned())));
        assert_eq!(seen.assigned[0].value, Value::List(vec![text("a"), starred]));
        let [function] = &seen.functions[..] else { panic!("{seen:?}") };
        assert_eq!(
            (function.name.as_str(), &function.parameters[..]),
            ("c", &["session".to_owned(), "z".to_owned()][..])
        );
        let named: Vec<(u32, &str)> = function.decorators.iter().map(|one| (one.line, one.name.as_str())).collect();
        assert_eq!(named, [(5, "x.task"), (6, "y")]);
        assert_eq!(function.decorators[0].keyword("name"), Some(&text("c-d")));
        assert_eq!(function.assigned[0].value, Value::List(vec![text("a"), text("b")]));
        let run = function.calls.iter().find(|call| call.name == "session.run").unwrap();
        let starred = Value::Starred(Box::new(Value::Name("w".to_owned())));
        assert_eq!((run.line, &run.arguments[..]), (10, &[text("{z}e"), starred, text("pq")][..]));
    }

    #[test]
    fn what_does_not_parse_or_is_nested_too_deeply_says_its_line() {
        assert!(outline("a.py", "x = 1\ndef f(:\n").unwrap_err().contains("`a.py:2` does not parse"));
        let deep = format!("x = 1\ny = {}\n", "(".repeat(200_000));
        assert!(outline("a.py", &deep).unwrap_err().contains("`a.py:2` holds a statement"));
        let nested = format!("def f():\n    g({}1{})\n", "[".repeat(3_000), "]".repeat(3_000));
        assert_eq!(outline("a.py", &nested).unwrap().functions[0].calls.len(), 1);
    }
}
