//! The lexical rules of each language: how comments and strings open and close. Data only; `lexer` applies them.

/// Where a comment mark counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Anywhere in code.
    Anywhere,
    /// At the start of a word: `#` of a shell is part of the word in `a#b`.
    WordStart,
    /// As the first thing on a line.
    LineStart,
}

/// How the closing mark is written inside a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// Not at all.
    None,
    /// `\"`
    Backslash,
    /// `""`
    Doubled,
}

/// A kind of string literal.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) escape: Escape,
    /// Whether it may cross lines. One that may not and does is no string: an apostrophe in markup.
    pub(super) multiline: bool,
    /// Mark that opens code inside the string, and the byte that closes it: `${` and `}`.
    pub(super) hole: Option<(&'static str, u8)>,
}

/// Rules that no table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quirk {
    /// `r#"…"#`; `'a` is a lifetime, `'a'` a character.
    Rust,
    /// `/…/` is a regular expression where a value may start.
    SlashRegex,
    /// `R"x(…)x"`; `1'000` is a number.
    Cpp,
    /// `<<EOF`; `\'` outside quotes
    Shell,
    /// `<<~EOF`, `%q(…)`, `=begin`, `__END__`
    Ruby,
    /// `<?php … ?>` and `<<<EOF`
    Php,
    /// A quote opens a string only where a value may start, so that `it's` is text.
    QuoteAtValue,
}

/// The rules of one language.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) line: &'static [(&'static str, At)],
    /// Open, close, whether they nest.
    pub(super) block: &'static [(&'static str, &'static str, bool)],
    /// Longer marks first.
    pub(super) quotes: &'static [Quote],
    pub(super) quirks: &'static [Quirk],
}

impl Language {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }
}

const fn quote(mark: &'static str) -> Quote {
    Quote { open: mark, close: mark, escape: Escape::Backslash, multiline: false, hole: None }
}

const fn long(mark: &'static str) -> Quote {
    Quote { multiline: true, ..quote(mark) }
}

const fn verbatim(mark: &'static str) -> Quote {
    Quote { escape: Escape::None, ..long(mark) }
}

const fn doubled(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escape: Escape::Doubled, multiline: true, hole: None }
}

const fn with_hole(quote: Quote, open: &'static str, close: u8) -> Quote {
    Quote { hole: Some((open, close)), ..quote }
}

const SLASHES: &[(&str, At)] = &[("//", At::Anywhere)];
const HASH: &[(&str, At)] = &[("#", At::Anywhere)];
const HASH_WORD: &[(&str, At)] = &[("#", At::WordStart)];
const C_BLOCK: &[(&str, &str, bool)] = &[("/*", "*/", false)];
const C_NESTED: &[(&str, &str, bool)] = &[("/*", "*/", true)];
const MARKUP: &[(&str, &str, bool)] = &[("<!--", "-->", false)];
const PLAIN_QUOTES: &[Quote] = &[quote("\""), quote("'")];

static RUST: Language = Language { line: SLASHES, block: C_NESTED, quotes: &[long("\"")], quirks: &[Quirk::Rust] };
static PYTHON: Language =
    Language { line: HASH, block: &[], quotes: &[long("\"\"\""), long("'''"), quote("\""), quote("'")], quirks: &[] };
const JS_QUOTES: &[Quote] = &[quote("\""), quote("'"), with_hole(long("`"), "${", b'}')];
static JS: Language = Language { line: SLASHES, block: C_BLOCK, quotes: JS_QUOTES, quirks: &[Quirk::SlashRegex] };
static VUE: Language = Language {
    line: SLASHES,
    block: &[("/*", "*/", false), ("<!--", "-->", false)],
    quotes: JS_QUOTES,
    quirks: &[Quirk::SlashRegex],
};
static GO: Language =
    Language { line: SLASHES, block: C_BLOCK, quotes: &[quote("\""), quote("'"), verbatim("`")], quirks: &[] };
static JAVA: Language =
    Language { line: SLASHES, block: C_BLOCK, quotes: &[long("\"\"\""), quote("\""), quote("'")], quirks: &[] };
static KOTLIN: Language = Language {
    line: SLASHES,
    block: C_NESTED,
    quotes: &[with_hole(verbatim("\"\"\""), "${", b'}'), with_hole(quote("\""), "${", b'}'), quote("'")],
    quirks: &[],
};
static GROOVY: Language = Language {
    line: SLASHES,
    block: C_BLOCK,
    quotes: &[long("\"\"\""), long("'''"), with_hole(quote("\""), "${", b'}'), quote("'")],
    quirks: &[],
};
static SWIFT: Language = Language {
    line: SLASHES,
    block: C_NESTED,
    quotes: &[with_hole(long("\"\"\""), "\\(", b')'), with_hole(quote("\""), "\\(", b')')],
    quirks: &[],
};
static DART: Language = Language {
    line: SLASHES,
    block: C_NESTED,
    quotes: &[long("\"\"\""), long("'''"), with_hole(quote("\""), "${", b'}'), with_hole(quote("'"), "${", b'}')],
    quirks: &[],
};
static CSHARP: Language = Language {
    line: SLASHES,
    block: C_BLOCK,
    quotes: &[
        verbatim("\"\"\""),
        doubled("$@\"", "\""),
        doubled("@$\"", "\""),
        doubled("@\"", "\""),
        quote("\""),
        quote("'"),
    ],
    quirks: &[],
};
static C: Language = Language { line: SLASHES, block: C_BLOCK, quotes: PLAIN_QUOTES, quirks: &[Quirk::Cpp] };
static SLASHED: Language = Language { line: SLASHES, block: C_BLOCK, quotes: PLAIN_QUOTES, quirks: &[] };
static CSS: Language = Language { line: &[], block: C_BLOCK, quotes: PLAIN_QUOTES, quirks: &[] };
static RUBY: Language = Language {
    line: HASH,
    block: &[],
    quotes: &[with_hole(long("\""), "#{", b'}'), long("'"), with_hole(long("`"), "#{", b'}')],
    quirks: &[Quirk::Ruby, Quirk::SlashRegex],
};
static PHP: Language = Language {
    line: &[("//", At::Anywhere), ("#", At::Anywhere)],
    block: C_BLOCK,
    quotes: &[long("\""), long("'"), long("`")],
    quirks: &[Quirk::Php],
};
static SHELL: Language = Language {
    line: HASH_WORD,
    block: &[],
    quotes: &[Quote { open: "$'", close: "'", ..long("'") }, with_hole(long("\""), "$(", b')'), verbatim("'")],
    quirks: &[Quirk::Shell],
};
static SQL: Language = Language {
    line: &[("--", At::Anywhere)],
    block: C_BLOCK,
    quotes: &[doubled("'", "'"), doubled("\"", "\"")],
    quirks: &[],
};
static YAML: Language = Language {
    line: HASH_WORD,
    block: &[],
    quotes: &[quote("\""), Quote { multiline: false, ..doubled("'", "'") }],
    quirks: &[Quirk::QuoteAtValue],
};
static TOML: Language = Language {
    line: HASH,
    block: &[],
    quotes: &[long("\"\"\""), verbatim("'''"), quote("\""), Quote { multiline: false, ..verbatim("'") }],
    quirks: &[],
};
static HCL: Language = Language {
    line: &[("#", At::Anywhere), ("//", At::Anywhere)],
    block: C_BLOCK,
    quotes: &[with_hole(quote("\""), "${", b'}')],
    quirks: &[],
};
static LUA: Language = Language {
    line: &[("--", At::Anywhere)],
    block: &[("--[[", "]]", false)],
    quotes: &[Quote { close: "]]", ..verbatim("[[") }, quote("\""), quote("'")],
    quirks: &[],
};
static ELIXIR: Language =
    Language { line: HASH, block: &[], quotes: &[long("\"\"\""), with_hole(long("\""), "#{", b'}')], quirks: &[] };
static HASH_ONLY: Language = Language { line: HASH_WORD, block: &[], quotes: &[], quirks: &[] };
static HASH_LINE: Language =
    Language { line: &[("#", At::LineStart), (";", At::LineStart)], block: &[], quotes: &[], quirks: &[] };
static HASH_QUOTED: Language = Language { line: HASH, block: &[], quotes: PLAIN_QUOTES, quirks: &[] };
static XML: Language = Language { line: &[], block: MARKUP, quotes: &[], quirks: &[] };
static POWERSHELL: Language = Language {
    line: HASH_WORD,
    block: &[("<#", "#>", false)],
    quotes: &[doubled("\"", "\""), doubled("'", "'")],
    quirks: &[],
};

/// The language of a file by its name, or by its `#!` line when it has no extension.
pub(super) fn of_path(path: &str, bytes: &[u8]) -> Option<&'static Language> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    if let Some(language) = of_base(base) {
        return Some(language);
    }
    match base.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => of_extension(&extension.to_ascii_lowercase()),
        _ => of_shebang(bytes),
    }
}

fn of_base(base: &str) -> Option<&'static Language> {
    Some(match base {
        "Makefile" | "GNUmakefile" | "makefile" | "CODEOWNERS" | ".gitignore" | ".dockerignore" => &HASH_ONLY,
        "Gemfile" | "Rakefile" | "Vagrantfile" | "Podfile" | "Fastfile" | "Brewfile" => &RUBY,
        "Jenkinsfile" => &GROOVY,
        "Justfile" | "justfile" | "BUILD" | "WORKSPACE" => &HASH_QUOTED,
        ".env" | ".npmrc" | ".editorconfig" => &HASH_LINE,
        _ if base.starts_with("Dockerfile") || base.starts_with("Containerfile") => &HASH_LINE,
        _ if base.starts_with(".env.") => &HASH_LINE,
        _ if base.starts_with("requirements") && base.ends_with(".txt") => &HASH_LINE,
        _ => return None,
    })
}

fn of_extension(extension: &str) -> Option<&'static Language> {
    Some(match extension {
        "rs" => &RUST,
        "py" | "pyi" | "pyw" | "pyx" => &PYTHON,
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => &JS,
        "vue" | "svelte" | "astro" => &VUE,
        "go" => &GO,
        "java" => &JAVA,
        "kt" | "kts" | "scala" | "sc" => &KOTLIN,
        "groovy" | "gradle" => &GROOVY,
        "swift" => &SWIFT,
        "dart" => &DART,
        "cs" => &CSHARP,
        "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" | "m" | "mm" | "cu" | "ino" => &C,
        "proto" | "scss" | "less" | "jsonc" | "json5" | "zig" | "sol" | "bicep" | "thrift" | "prisma" => &SLASHED,
        "css" => &CSS,
        "rb" | "rake" | "gemspec" | "ru" => &RUBY,
        "php" | "phtml" => &PHP,
        "sh" | "bash" | "zsh" | "ksh" | "bats" => &SHELL,
        "sql" => &SQL,
        "yaml" | "yml" => &YAML,
        "toml" => &TOML,
        "tf" | "tofu" | "hcl" | "tfvars" => &HCL,
        "lua" => &LUA,
        "ex" | "exs" => &ELIXIR,
        "mk" | "mak" | "dockerignore" => &HASH_ONLY,
        "ini" | "cfg" | "conf" | "properties" | "env" | "dockerfile" => &HASH_LINE,
        "r" | "jl" | "nix" | "graphql" | "gql" | "bzl" | "bazel" | "star" | "cmake" | "rego" | "pl" | "pm" => {
            &HASH_QUOTED
        }
        "html" | "htm" | "xml" | "xhtml" | "svg" | "xaml" | "csproj" | "fsproj" | "props" | "targets" | "md" => &XML,
        "ps1" | "psm1" => &POWERSHELL,
        _ => return None,
    })
}

fn of_shebang(bytes: &[u8]) -> Option<&'static Language> {
    let line = bytes.strip_prefix(b"#!")?;
    let line = &line[..line.iter().take(128).position(|byte| *byte == b'\n').unwrap_or(line.len().min(128))];
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_ascii_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let program = words.find(|word| *word != "env" && !word.starts_with('-'))?;
    let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Some(match program {
        "sh" | "bash" | "dash" | "zsh" | "ksh" => &SHELL,
        "python" => &PYTHON,
        "ruby" => &RUBY,
        "node" | "bun" | "deno" => &JS,
        "php" => &PHP,
        "perl" | "Rscript" => &HASH_QUOTED,
        _ => return None,
    })
}
