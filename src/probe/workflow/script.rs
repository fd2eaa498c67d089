//! As much of a shell as it takes to see what a script prints: its simple commands, each with what its output goes to and which
//! variables it names. What stands in `$( )`, in a heredoc or in a function is taken by something else, and is left out.

use std::sync::LazyLock;

use regex::Regex;

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Its line, from 1.
    pub(super) line: u32,
    /// Its words as they are written, without what stands in `$( )`.
    pub(super) text: String,
    /// Variables that the shell puts in.
    pub(super) names: Vec<String>,
    /// Whether its output goes to a file or to another command.
    pub(super) is_taken: bool,
}

impl Command {
    /// Its words without what leads it: keywords and assignments.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let is_lead = |word: &&str| {
            matches!(
                *word,
                "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "!" | "{" | "sudo" | "time" | "-" | "@"
            ) || word.split_once('=').is_some_and(|(name, _)| is_name(name))
        };
        self.text.split_whitespace().skip_while(is_lead)
    }

    /// The program that it runs.
    pub(super) fn program(&self) -> &str {
        self.words().next().unwrap_or("")
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where `$(NAME)` is a variable, as in Azure Pipelines, and no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Macros(pub(super) bool);

/// The commands of a script.
pub(super) fn commands(script: &[(u32, &str)], macros: Macros) -> Vec<Command> {
    let mut reader = Reader { macros, ..Reader::default() };
    for (line, text) in script {
        reader.line(*line, text);
    }
    reader.finish();
    reader.found
}

#[derive(Debug)]
struct Reader {
    macros: Macros,
    found: Vec<Command>,
    now: Command,
    quote: Option<char>,
    /// Open `$(`, and in the innermost of them open parentheses.
    substitutions: Vec<usize>,
    /// Where the commands of open parentheses and blocks begin.
    open: Vec<usize>,
    /// The word that ends a heredoc.
    heredoc: Option<String>,
    is_in_function: bool,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            macros: Macros(false),
            found: Vec::new(),
            now: Command::default(),
            quote: None,
            substitutions: Vec::new(),
            open: Vec::new(),
            heredoc: None,
            is_in_function: false,
        }
    }
}

static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:function\s+[\w-]+|[\w-]+\s*\(\s*\))\s*(?:\(\s*\))?\s*\{").expect("a fixed pattern")
});

impl Reader {
    fn line(&mut self, line: u32, text: &str) {
        if let Some(end) = &self.heredoc {
            if text.trim() == end {
                self.heredoc = None;
            }
            return;
        }
        if self.quote.is_none() && self.substitutions.is_empty() {
            if self.is_in_function {
                self.is_in_function = !text.trim_start().starts_with('}');
                return;
            }
            if FUNCTION.is_match(text) {
                self.is_in_function = !text.trim_end().ends_with('}');
                return;
            }
            self.now.line = line;
        }
        self.characters(line, text);
        match self.quote {
            Some(_) => self.now.text.push(' '),
            None if self.substitutions.is_empty() => self.end(),
            None => {}
        }
    }

    fn characters(&mut self, line: u32, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            rest = after;
            match (self.quote, c) {
                (Some('\''), '\'') => self.quote = None,
                (Some('\''), '$') => rest = self.variable(after),
                (Some('\''), _) => self.push(c),
                (_, '\\') => rest = after.chars().next().map_or("", |next| &after[next.len_utf8()..]),
                (Some('"'), '"') => self.quote = None,
                (None, '\'' | '"') => self.quote = Some(c),
                (_, '$') => rest = self.variable(after),
                (_, '`') => rest = after.split_once('`').map_or(after, |(_, rest)| rest),
                (Some(_), _) if self.substitutions.is_empty() => self.push(c),
                (_, '(') if !self.substitutions.is_empty() => {
                    self.substitutions.last_mut().into_iter().for_each(|open| *open += 1);
                }
                (_, ')') if !self.substitutions.is_empty() => match self.substitutions.last_mut() {
                    Some(open) if *open > 0 => *open -= 1,
                    _ => {
                        self.substitutions.pop();
                    }
                },
                (None, '#') if self.now.text.is_empty() || self.now.text.ends_with(char::is_whitespace) => return,
                (None, '(') => {
                    self.open.push(self.found.len());
                }
                (None, ')') => {
                    self.end();
                    let from = self.open.pop().unwrap_or(self.found.len());
                    if is_taken(after) {
                        self.found[from..].iter_mut().for_each(|command| command.is_taken = true);
                    }
                    self.now = Command { line, ..Command::default() };
                }
                (None, ';') => self.next(line),
                (None, '&') if after.starts_with('&') => {
                    rest = &after[1..];
                    self.next(line);
                }
                (None, '|') => {
                    self.now.is_taken |= !after.starts_with('|');
                    rest = after.strip_prefix('|').unwrap_or(after);
                    self.next(line);
                }
                (None, '>') => {
                    self.now.is_taken |= is_output(&self.now.text, after);
                    self.push(c);
                }
                (None, '<') if after.starts_with('<') && !after.starts_with("<<") => {
                    let word = after[1..].trim_start_matches('-').trim_start();
                    let word = word.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '>' | ')')).next();
                    self.heredoc =
                        word.map(|word| word.trim_matches(['"', '\'', '\\']).to_owned()).filter(|word| is_name(word));
                    self.push(c);
                }
                (_, c) => self.push(c),
            }
        }
    }

    fn push(&mut self, c: char) {
        if self.substitutions.is_empty() {
            self.now.text.push(c);
        }
    }

    /// What follows a `$`; what is not a variable whose value is put in whole is passed over.
    fn variable<'t>(&mut self, after: &'t str) -> &'t str {
        static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(?:\$*(?:env:)?([A-Za-z_]\w*)|\$*\{(?:env:)?([A-Za-z_]\w*)(?::?-[^}]*)?\})")
                .expect("a fixed pattern")
        });
        static MACRO: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^\(([A-Za-z][\w.-]*)\)").expect("a fixed pattern"));
        static PART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\{[^}]*\}").expect("a fixed pattern"));
        let is_literal = self.quote == Some('\'');
        if self.macros.0
            && let Some(found) = MACRO.captures(after)
        {
            self.name(&found[1]);
            return &after[found[0].len()..];
        }
        if is_literal {
            self.push('$');
            return after;
        }
        if let Some(found) = WHOLE.captures(after) {
            let name = found.get(1).or(found.get(2)).map_or("", |name| name.as_str());
            self.name(name);
            return &after[found[0].len()..];
        }
        if let Some(rest) = after.strip_prefix('(') {
            self.substitutions.push(0);
            return rest;
        }
        PART.find(after).map_or(after, |part| &after[part.end()..])
    }

    fn name(&mut self, name: &str) {
        if self.substitutions.is_empty() {
            self.now.names.push(name.to_owned());
            self.now.text.push('$');
            self.now.text.push_str(name);
        }
    }

    fn next(&mut self, line: u32) {
        if self.substitutions.is_empty() {
            self.end();
            self.now.line = line;
        }
    }

    fn end(&mut self) {
        let command = std::mem::take(&mut self.now);
        self.now.line = command.line;
        if command.text.trim().is_empty() {
            return;
        }
        match command.program() {
            // Which of them it closes is not told: all that stands before is taken.
            "}" | "done" | "fi" | "esac" if command.is_taken => {
                self.found.iter_mut().for_each(|command| command.is_taken = true);
            }
            _ => {}
        }
        self.found.push(command);
    }

    fn finish(&mut self) {
        self.end();
        // A quote that nothing closes is none of a shell's; what it swallowed is not known.
        if self.quote.is_some() {
            self.found.pop();
        }
    }
}

/// Whether what follows takes the output of the group before it.
fn is_taken(after: &str) -> bool {
    let after = after.trim_start();
    after.starts_with('|') && !after.starts_with("||") || after.starts_with('>') && is_output("", &after[1..])
}

/// Whether a `>` takes what is printed: not that of errors, and not one that leads to the log all the same.
fn is_output(before: &str, after: &str) -> bool {
    let is_of_errors = before.ends_with('2');
    let to = after.trim_start_matches(['>', '|']).trim_start();
    let is_log = ["&1", "&2", "/dev/stdout", "/dev/stderr", "/dev/tty"].iter().any(|log| to.starts_with(log));
    !is_of_errors && !is_log
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(script: &str) -> Vec<String> {
        let lines: Vec<(u32, &str)> = (1..).zip(script.lines()).collect();
        let all = commands(&lines, Macros(false));
        let open = all.into_iter().filter(|command| command.program() == "echo" && !command.is_taken);
        open.map(|command| format!("{} {}", command.line, command.names.join(" "))).collect()
    }

    #[test]
    fn what_goes_to_a_file_or_a_command_is_not_printed() {
        assert_eq!(printed("echo $A\nif x; then echo \"a ${B}\"; fi"), ["1 A", "2 B"]);
        for taken in [
            "echo $A | docker login --password-stdin",
            "echo \"$A\" > key",
            "echo $A >> \"$BASH_ENV\"",
            "( echo $A; echo $B ) > f",
            "{\n  echo $A\n} > f",
            "for x in a b; do\n  echo $A\ndone | sort",
            "X=$(echo $A)",
            "X=$(\n  echo $A\n)",
            "X=`echo $A`",
            "f() {\n  echo $A\n}\nx=$(f)",
            "cat > f <<EOF\necho $A\nEOF",
            "git config credential.helper '!f() { echo \"$A\"; }; f'",
            "# echo $A",
        ] {
            assert!(printed(taken).is_empty(), "{taken}: {:?}", printed(taken));
        }
        assert_eq!(printed("echo $A >&2\necho $B 2> /dev/null\necho $C || true"), ["1 A", "2 B", "3 C"]);
    }

    #[test]
    fn only_a_value_that_is_put_in_whole_is_named() {
        assert_eq!(printed("echo ${A:+set} ${#A} ${A:0:4} '$A' \\$A"), ["1 "]);
        assert_eq!(printed("echo ${A:-none} $env:B ${C}"), ["1 A B C"]);
        let line = [(1, "echo '$(apiToken)' $(date)")];
        let seen: Vec<Vec<String>> = commands(&line, Macros(true)).into_iter().map(|one| one.names).collect();
        assert_eq!(seen, [["apiToken", "date"]]);
    }

    #[test]
    fn the_words_of_a_command_begin_with_its_program() {
        let all = commands(&[(3, "A=1 sudo env | sort && ! set -x")], Macros(false));
        let programs: Vec<&str> = all.iter().map(Command::program).collect();
        assert_eq!((programs, all[0].line, all[0].is_taken), (vec!["env", "sort", "set"], 3, true));
    }
}
