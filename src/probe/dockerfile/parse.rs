//! A Dockerfile as the rules need it: stages with their user, process, health check and commands. The only place that
//! names `parse_dockerfile`.

use parse_dockerfile::{Command, HealthcheckArguments, Instruction, Source};

use super::heredoc;
use super::ignores::ignores;
use crate::facets::dockerfile::is_workbench;
use crate::probe::variables::{Variables, assignments, words};

pub(crate) use super::stage::Dockerfile;
pub(super) use super::stage::{Assignment, At, Base, Copy, Health, Stage, Start};

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Line, from 1; 0 where none is known.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) reason: String,
}

/// Reads a Dockerfile.
pub(crate) fn parse(bytes: &[u8]) -> Result<Dockerfile, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault { line: 0, reason: "it is not UTF-8".to_owned() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let stripped = heredoc::strip(text);
    let parsed = parse_dockerfile::parse(&stripped.text)
        .map_err(|error| Fault { line: u32::try_from(error.line()).unwrap_or(0), reason: error.to_string() })?;
    let lines = Lines::of(&stripped.text);
    let mut reader = Reader { lines: &lines, file: Dockerfile::default(), globals: platform(), triggers: Vec::new() };
    for instruction in &parsed.instructions {
        reader.take(instruction);
    }
    let mut file = reader.file;
    for run in file.stages.iter_mut().flat_map(|stage| &mut stage.runs) {
        for document in stripped.documents.get(&run.line).into_iter().flatten() {
            run.value.push('\n');
            run.value.push_str(document);
        }
    }
    if file.stages.is_empty() {
        return Err(Fault { line: 0, reason: "it has no `FROM`".to_owned() });
    }
    file.ignores = ignores(text);
    file.is_workbench = is_workbench(text);
    Ok(file)
}

/// What the builder sets by itself, for the platform that most images are built for (Dockerfile reference, "Automatic
/// platform ARGs in the global scope").
fn platform() -> Variables {
    let mut variables = Variables::default();
    for side in ["BUILD", "TARGET"] {
        for (name, value) in [("PLATFORM", "linux/amd64"), ("OS", "linux"), ("ARCH", "amd64"), ("VARIANT", "")] {
            variables.set(&format!("{side}{name}"), Some(value.to_owned()));
        }
    }
    variables
}

/// A word without its quotes, as the builder takes it.
fn unquoted(text: &str) -> String {
    match words(text).as_slice() {
        [word] => word.clone(),
        _ => text.to_owned(),
    }
}

/// Offsets of line starts.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

struct Reader<'l, 't> {
    lines: &'l Lines,
    file: Dockerfile,
    globals: Variables,
    /// `ONBUILD` instructions of each stage: they run in a stage that starts from it.
    triggers: Vec<Vec<&'l Instruction<'t>>>,
}

impl<'l, 't> Reader<'l, 't> {
    fn take(&mut self, instruction: &'l Instruction<'t>) {
        match instruction {
            Instruction::From(from) => {
                let line = self.lines.line(from.from.span.start);
                let name = from.as_.as_ref().map(|(_, name)| name.value.to_ascii_lowercase());
                self.start_stage(line, name, &from.image.value);
                self.pull_triggers();
            }
            Instruction::Onbuild(onbuild) => {
                if let Some(triggers) = self.triggers.last_mut() {
                    triggers.push(&onbuild.instruction);
                }
            }
            Instruction::Arg(arg) => {
                let line = self.lines.line(arg.arg.span.start);
                self.assign(line, &arg.arguments.value, true);
            }
            Instruction::Env(env) => {
                let line = self.lines.line(env.env.span.start);
                self.assign(line, &env.arguments.value, false);
            }
            _ => {
                if let Some(stage) = self.file.stages.last_mut() {
                    take_in_stage(stage, instruction, self.lines);
                }
            }
        }
    }

    /// The base's triggers run once, in the stage that starts from it; those of the new stage come behind.
    fn pull_triggers(&mut self) {
        let base = self.file.stages.last().map(|stage| stage.base.clone());
        let pulled = match base {
            Some(Base::Stage(index)) => self.triggers.get(index).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        self.triggers.push(Vec::new());
        // Neither may stand behind `ONBUILD`.
        for instruction in pulled.into_iter().filter(|i| !matches!(i, Instruction::From(_) | Instruction::Onbuild(_))) {
            self.take(instruction);
        }
    }

    fn start_stage(&mut self, line: u32, name: Option<String>, written: &str) {
        let base = match self.globals.expand(&unquoted(written)) {
            Err(variable) => Base::Unresolved(variable),
            Ok(image) if image.eq_ignore_ascii_case("scratch") => Base::Scratch,
            Ok(image) => match self.stage_named(&image) {
                Some(index) => Base::Stage(index),
                None => Base::Image(image),
            },
        };
        let parent = match base {
            Base::Stage(index) => self.file.stages.get(index),
            _ => None,
        };
        let stage = Stage {
            line,
            name,
            written: written.to_owned(),
            user: parent.and_then(|p| p.user.clone()),
            entrypoint: parent.and_then(|p| p.entrypoint.clone()),
            command: parent.and_then(|p| p.command.clone()),
            health: parent.and_then(|p| p.health.clone()),
            variables: parent.map(|p| p.variables.clone()).unwrap_or_default(),
            exposes: parent.is_some_and(|p| p.exposes),
            base,
            copies: Vec::new(),
            runs: Vec::new(),
            mounted: Vec::new(),
            assignments: Vec::new(),
        };
        self.file.stages.push(stage);
    }

    fn stage_named(&self, name: &str) -> Option<usize> {
        let name = name.to_ascii_lowercase();
        self.file.stages.iter().rposition(|stage| stage.name.as_deref() == Some(&name))
    }

    fn assign(&mut self, line: u32, text: &str, is_arg: bool) {
        // A line's values are those from before the line (Dockerfile reference, "Environment replacement").
        let before = self.file.stages.last().map(|stage| stage.variables.clone()).unwrap_or_default();
        for (name, value) in assignments(text, !is_arg) {
            let assignment = Assignment { line, name: name.clone(), value: value.clone(), is_arg };
            match self.file.stages.last_mut() {
                Some(stage) => {
                    let known = match &value {
                        Some(value) => before.expand(value).ok(),
                        None => self.globals.get(&name).map(str::to_owned),
                    };
                    let is_env = |set: &Assignment| !set.is_arg && set.name == name;
                    // What `ENV` sets wins over an `ARG` of that name, wherever that stands.
                    if !(is_arg && stage.assignments.iter().any(is_env)) {
                        stage.variables.set(&name, known);
                    }
                    stage.assignments.push(assignment);
                }
                None => {
                    let known = value.as_ref().and_then(|value| self.globals.expand(value).ok());
                    self.globals.set(&name, known);
                    self.file.global_args.push(assignment);
                }
            }
        }
    }
}

fn take_in_stage(stage: &mut Stage, instruction: &Instruction<'_>, lines: &Lines) {
    match instruction {
        Instruction::User(user) => {
            let value = stage.variables.expand(&unquoted(&user.arguments.value));
            stage.user = Some(At { line: lines.line(user.user.span.start), value });
        }
        Instruction::Entrypoint(entrypoint) => {
            let line = lines.line(entrypoint.entrypoint.span.start);
            stage.entrypoint = Some(At { line, value: start_of(&entrypoint.arguments) });
        }
        Instruction::Cmd(cmd) => {
            stage.command = Some(At { line: lines.line(cmd.cmd.span.start), value: start_of(&cmd.arguments) });
        }
        Instruction::Healthcheck(check) => {
            let interval = check.options.iter().find(|flag| flag.name.value == "interval");
            let command = match &check.arguments {
                HealthcheckArguments::Cmd { arguments, .. } => Some(text_of(arguments)),
                _ => None,
            };
            let interval = interval.and_then(|flag| flag.value.as_ref()).map(|value| value.value.to_string());
            stage.health =
                Some(At { line: lines.line(check.healthcheck.span.start), value: Health { command, interval } });
        }
        Instruction::Run(run) => {
            let mut text = text_of(&run.arguments);
            for document in &run.here_docs {
                text.push('\n');
                text.push_str(&document.value);
            }
            let line = lines.line(run.run.span.start);
            stage.mounted.extend(run.options.iter().filter_map(mounted_from).map(|value| At { line, value }));
            stage.runs.push(At { line, value: text });
        }
        Instruction::Copy(copy) => stage.copies.push(copy_of(
            lines.line(copy.copy.span.start),
            false,
            &copy.options,
            &copy.src,
            &copy.dest.value,
        )),
        Instruction::Add(add) => {
            stage.copies.push(copy_of(lines.line(add.add.span.start), true, &add.options, &add.src, &add.dest.value))
        }
        Instruction::Expose(_) => stage.exposes = true,
        _ => {}
    }
}

/// `from=` of a `--mount=`.
fn mounted_from(flag: &parse_dockerfile::Flag<'_>) -> Option<String> {
    let value = flag.value.as_ref().filter(|_| flag.name.value == "mount")?;
    value.value.split(',').find_map(|part| part.strip_prefix("from=")).map(str::to_owned)
}

fn copy_of(
    line: u32,
    is_add: bool,
    options: &[parse_dockerfile::Flag<'_>],
    sources: &[Source<'_>],
    destination: &str,
) -> Copy {
    let option = |name: &str| options.iter().find(|flag| flag.name.value == name);
    let sources = sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(path.value.to_string()),
        _ => None,
    });
    Copy {
        line,
        is_add,
        from: option("from").and_then(|flag| flag.value.as_ref()).map(|value| value.value.to_string()),
        has_checksum: option("checksum").is_some(),
        sources: sources.collect(),
        destination: destination.to_owned(),
    }
}

fn start_of(command: &Command<'_>) -> Start {
    match command {
        Command::Exec(words) => Start::Exec(words.value.iter().map(|word| word.value.to_string()).collect()),
        Command::Shell(line) => Start::Shell(joined(line.value)),
        _ => Start::Shell(String::new()),
    }
}

fn text_of(command: &Command<'_>) -> String {
    match start_of(command) {
        Start::Exec(words) => words.join(" "),
        Start::Shell(line) => line,
    }
}

/// A shell command with continuation lines joined and comment lines inside it dropped.
fn joined(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        match line.trim_end().strip_suffix(['\\', '`']) {
            Some(part) => {
                out.push_str(part);
                out.push(' ');
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn stages_inherit_and_arguments_are_replaced() {
        let file =
            parse(b"ARG V=20\nFROM node:${V} AS base\nUSER 1000\nFROM base\nCMD [\"node\", \"x.js\"]\n").unwrap();
        assert_eq!(file.stages[0].base, Base::Image("node:20".into()));
        assert_eq!(file.stages[1].base, Base::Stage(0));
        assert_eq!(file.stages[1].user.as_ref().unwrap().value, Ok("1000".to_owned()));
        assert_eq!(file.stages[1].command.as_ref().unwrap().line, 5);
    }

    #[test]
    fn an_argument_without_a_default_is_not_guessed() {
        let file = parse(b"ARG BASE\nFROM $BASE\n").unwrap();
        assert_eq!(file.stages[0].base, Base::Unresolved("BASE".into()));
    }

    #[test]
    fn values_are_those_of_the_builder() {
        let user = |text: &str| parse(text.as_bytes()).unwrap().stages.pop().unwrap().user.unwrap().value;
        assert_eq!(user("FROM a\nUSER \"1000\"\n"), Ok("1000".to_owned()));
        assert_eq!(user("FROM a\nENV U=1\nENV U=2 V=$U\nUSER $V\n"), Ok("1".to_owned()));
        assert_eq!(user("FROM a\nENV U=1\nARG U=2\nUSER $U\n"), Ok("1".to_owned()));
        let base = |text: &str| parse(text.as_bytes()).unwrap().stages.pop().unwrap().base;
        let stages = "FROM a:1 AS base-amd64\nFROM b:1 AS base-arm64\n";
        assert_eq!(base(&format!("{stages}FROM base-${{TARGETARCH}}\n")), Base::Stage(0));
        assert_eq!(base("FROM \"a:1\"\n"), Base::Image("a:1".to_owned()));
    }

    #[test]
    fn heredocs_behind_a_command_are_read() {
        let text = "FROM a\nRUN cat <<EOF > /x && sh <<B\nUSER root\nEOF\ncurl x | sh\nB\nUSER 1\n";
        let file = parse(text.as_bytes()).unwrap();
        assert_eq!(file.stages[0].user.as_ref().unwrap().line, 7);
        assert!(file.stages[0].runs[0].value.ends_with("\nUSER root\n\ncurl x | sh\n"));
    }

    #[test]
    fn heredocs_and_comments_inside_a_command_are_read() {
        let file = parse(b"FROM a\nRUN one \\\n  # note\n  && two\nRUN <<EOF\ncurl x | sh\nEOF\n").unwrap();
        assert!(file.stages[0].runs[0].value.contains("one    && two"), "{:?}", file.stages[0].runs);
        assert!(file.stages[0].runs[1].value.contains("curl x | sh"));
    }
}
