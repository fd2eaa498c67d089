//! Patterns of functions that supported runtimes and frameworks no longer have, or will not have for long (catalogue
//! `code/deprecated-apis`). Each names the release that took it away. Data only.

use super::guard::Guard;
use super::language::Lang::{self, DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby};
use super::rules::{Rule, guarded, rule};
use crate::model::Certainty::{Hint, Likely};

const REMOVED: &str = "removed_apis";
const DEPRECATED: &str = "deprecated_apis";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        REMOVED,
        "uses of what the current release of the language or framework no longer has: `distutils`, `langchain.memory`, \
         `new Buffer(`, `mysql_query(`; behind a check of the version they are only hints",
    ),
    (DEPRECATED, "uses of what it still has and announces to remove: `datetime.utcnow(`, `pkg_resources`, `io/ioutil`"),
];

const fn removed(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(rule(REMOVED, langs, Likely, pattern), Guard::Version)
}

const fn deprecated(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(rule(DEPRECATED, langs, Likely, pattern), Guard::Version)
}

/// The table.
pub(super) static RULES: &[Rule] = &[
    // Python 3.12 and 3.13: What's New, "Removed".
    removed(&[Python], r"(?m)^[ \t]*(import|from)[ \t]+(distutils|asyncore|asynchat|smtpd)(\.\w+)*\b"),
    removed(&[Python], r"(?m)^[ \t]*import[ \t]+imp[ \t]*(\r?$|,|#|as\b)|^[ \t]*from[ \t]+imp[ \t]+import\b"),
    removed(
        &[Python],
        r"(?m)^[ \t]*(import|from)[ \t]+(cgi|cgitb|crypt|telnetlib|imghdr|sndhdr|nntplib|pipes|xdrlib|audioop|aifc|sunau|mailcap|lib2to3|msilib|ossaudiodev|spwd)\b[ \t]*(\r?$|,|#|as\b|import\b|\.)",
    ),
    // Python 3.10 to 3.12.
    removed(
        &[Python],
        r"(?m)^[ \t]*from[ \t]+collections[ \t]+import[ \t]+\(?[^\n]*\b(Mapping|MutableMapping|Sequence|MutableSequence|Iterable|Iterator|Callable|Hashable|MutableSet)\b",
    ),
    removed(&[Python], r"\bcollections\.(Mapping|MutableMapping|Sequence|Iterable|Iterator|Callable|Hashable)\b"),
    removed(&[Python], r"\binspect\.getargspec\("),
    removed(&[Python], r"(?m)^[ \t]*@asyncio\.coroutine\b"),
    removed(&[Python], r"\bssl\.(wrap_socket|match_hostname)\("),
    // NumPy 1.24 and 2.0 release notes.
    removed(&[Python], r"\b(np|numpy)\.(int|float|complex|object)\b"),
    removed(&[Python], r"\b(np|numpy)\.(float_|unicode_|product|cumproduct|Inf|NaN)\b"),
    // LangChain 1.0: what was not agents, models, messages and tools moved to other packages.
    removed(
        &[Python],
        r"(?m)^[ \t]*(from|import)[ \t]+langchain\.(memory|chains|llms|chat_models\.openai|vectorstores|document_loaders|callbacks|prompts|schema|retrievers|text_splitter|output_parsers|indexes)\b",
    ),
    // Pydantic 2 migration guide; Django 4.0 and 5.1; Flask 2.3; Jinja 3.1; Werkzeug 2.1; SQLAlchemy 2.0.
    removed(&[Python], r"(?m)^[ \t]*from[ \t]+pydantic[ \t]+import[ \t]+\(?[^\n]*\bBaseSettings\b"),
    removed(&[Python], r"(?m)^[ \t]*from[ \t]+django\.conf\.urls[ \t]+import[ \t]+[^\n]*\burl\b"),
    removed(
        &[Python],
        r"(?m)^[ \t]*from[ \t]+django\.utils\.(translation[ \t]+import[ \t]+[^\n]*\bu(gettext|ngettext)\w*|encoding[ \t]+import[ \t]+[^\n]*\b(force_text|smart_text)\b)",
    ),
    removed(&[Python], r"(?m)^[ \t]*from[ \t]+django\.contrib\.postgres\.fields[ \t]+import[ \t]+[^\n]*\bJSONField\b"),
    removed(
        &[Python],
        r"(?m)^[ \t]*from[ \t]+flask[ \t]+import[ \t]+\(?[^\n]*\b(Markup|escape|_app_ctx_stack|_request_ctx_stack)\b",
    ),
    removed(
        &[Python],
        r"(?m)^[ \t]*from[ \t]+jinja2[ \t]+import[ \t]+\(?[^\n]*\b(Markup|contextfunction|contextfilter|evalcontextfilter)\b",
    ),
    removed(
        &[Python],
        r"(?m)^[ \t]*(from|import)[ \t]+werkzeug\.contrib\b|^[ \t]*from[ \t]+werkzeug[ \t]+import[ \t]+(secure_filename|generate_password_hash)\b",
    ),
    // OpenAI Python 1.0.
    removed(&[Python], r"\bopenai\.(ChatCompletion|Completion|Embedding|Image)\.(a?create)\("),
    deprecated(&[Python], r"\bdatetime\.(utcnow|utcfromtimestamp)\("),
    deprecated(&[Python], r"(?m)^[ \t]*(import|from)[ \t]+pkg_resources\b"),
    deprecated(
        &[Python],
        r"(?m)^[ \t]*from[ \t]+sqlalchemy\.ext\.declarative[ \t]+import[ \t]+[^\n]*\bdeclarative_base\b",
    ),
    deprecated(&[Python], r"(?m)^[ \t]*from[ \t]+pydantic[ \t]+import[ \t]+\(?[^\n]*\b(validator|root_validator)\b"),
    deprecated(&[Python], r"@app\.on_event\("),
    // Node.js deprecations DEP0005, DEP0103, DEP0169; React 19.
    deprecated(&[Js], r"(?m)(^|[^.\w$])new\s+Buffer\("),
    deprecated(&[Js], r"\bfs\.exists\("),
    rule(DEPRECATED, &[Js], Hint, r"\burl\.parse\("),
    // Gone in React 19 only; which one is installed is not asked here.
    deprecated(&[Js], r"\bReactDOM\.(render|hydrate|unmountComponentAtNode|findDOMNode)\("),
    deprecated(&[Js], r"(?m)^[ \t]*(UNSAFE_)?component(WillMount|WillReceiveProps|WillUpdate)\("),
    // Go 1.16 release notes.
    guarded(
        super::rules::anywhere(rule(DEPRECATED, &[Go], Likely, r#"(?m)^[ \t]*(import[ \t]+)?"io/ioutil"[ \t]*\r?$"#)),
        Guard::Version,
    ),
    // JDK 9, 11, 24.
    removed(&[Java, Kotlin], r"\bsun\.misc\.BASE64(En|De)coder\b"),
    rule(
        DEPRECATED,
        &[Java],
        Likely,
        r"\bnew\s+(Integer|Long|Double|Float|Boolean|Short|Byte|Character)\(\s*[\w\x22.]+\s*\)",
    ),
    rule(DEPRECATED, &[Java], Likely, r"(?m)^[ \t]*(protected|public)[ \t]+void[ \t]+finalize\(\s*\)"),
    rule(REMOVED, &[Java], Hint, r"(?m)^import[ \t]+javax\.(xml\.bind|annotation\.PostConstruct|activation)\b"),
    // .NET: SYSLIB0014, SYSLIB0006.
    deprecated(&[DotNet], r"\bnew\s+WebClient\(\s*\)"),
    deprecated(&[DotNet], r"\bWebRequest\.Create(Http)?\("),
    // Ruby 3.0 and 3.2.
    removed(&[Ruby], r"\b(File|Dir)\.exists\?"),
    removed(&[Ruby], r"\bURI\.(escape|unescape|encode|decode)\("),
    removed(&[Ruby], r"\b(Fixnum|Bignum)\b"),
    // As a declaration; `:before_filter` is a name.
    removed(&[Ruby], r"(?m)^[ \t]*(before_filter|after_filter|skip_before_filter)\b"),
    // PHP 7.0, 7.2, 8.0; 8.1 and 8.2.
    removed(
        &[Php],
        r"(?m)(^|[^\w>:$\\])mysql_(connect|query|fetch_\w+|real_escape_string|select_db|close|error|num_rows)\(",
    ),
    removed(
        &[Php],
        r"(?m)(^|[^\w>:$\\])(mcrypt_\w+|create_function|ereg(i|_replace)?|split|money_format|get_magic_quotes_gpc)\(",
    ),
    deprecated(&[Php], r"(?m)(^|[^\w>:$\\])(utf8_encode|utf8_decode|strftime|gmstrftime)\("),
    deprecated(&[Php], r"\bFILTER_SANITIZE_STRING\b"),
];
