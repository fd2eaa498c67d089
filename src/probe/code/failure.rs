//! Patterns of failures that nobody hears of: errors dropped in silence, calls over the network that may wait for ever
//! (catalogue `code/swallowed-errors`, `rel/outbound-timeouts`, table T5). Data only.

use super::guard::{Context, Guard};
use super::language::Lang::{self, DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, guarded, rule};
use super::span::Span;
use crate::model::Certainty::{self, Likely};

const SWALLOWED: &str = "swallowed_errors";
const DEADLINE: &str = "calls_without_deadline";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        SWALLOWED,
        "handlers that drop any error and say nothing: `except Exception: pass`, an empty `catch`, a `rescue` with nothing or `nil` in it, also behind a call; a comment in \
         the block is a reason, and cleaning up is only a hint",
    ),
    (
        DEADLINE,
        "calls over the network whose library waits for ever unless told otherwise, and is not told here: `requests`, `axios`, \
         `http.Get`, `reqwest`, Guzzle; a time limit set elsewhere in the file makes it a hint",
    ),
];

const fn dropped(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(rule(SWALLOWED, langs, Likely, pattern), Guard::Cleanup)
}

const fn call(langs: &'static [Lang], span: Span, context: Context, pattern: &'static str) -> Rule {
    deadline(langs, Likely, span, context, pattern)
}

const fn deadline(
    langs: &'static [Lang],
    certainty: Certainty,
    span: Span,
    context: Context,
    pattern: &'static str,
) -> Rule {
    guarded(rule(DEADLINE, langs, certainty, pattern), Guard::Without(span, context))
}

/// Where a setting elsewhere in the file may bound the call.
const fn unless(safe: &'static [&'static str], eased: &'static [&'static str]) -> Context {
    Context { needs: &[], safe, eased, server: false }
}

const fn with(context: Context, needs: &'static [&'static str]) -> Context {
    Context { needs, ..context }
}

const fn on_server(context: Context) -> Context {
    Context { server: true, ..context }
}

const GO_CLIENT: Context = with(
    unless(&["Timeout"], &["Timeout = ", "WithTimeout(", "WithDeadline(", "NewRequestWithContext(", "oauth2."]),
    &["\"net/http\""],
);
const NODE_HTTP: &[&str] = &["require('http", "require(\"http", "from 'http", "from \"http", "node:http"];
const REQWEST: Context = unless(&[".timeout(", ".read_timeout("], &[".timeout(", "time::timeout("]);
const GUZZLE: Context = with(unless(&["timeout"], &["timeout"]), &["GuzzleHttp"]);

/// The table.
pub(super) static RULES: &[Rule] = &[
    dropped(
        &[Python],
        r"(?m)^[ \t]*except[ \t]*(\(?(Exception|BaseException)\)?([ \t]+as[ \t]+\w+)?[ \t]*)?:[ \t]*(\r?\n[ \t]+)?(pass|\.\.\.|continue)[ \t]*\r?$",
    ),
    dropped(&[Js], r"\bcatch\s*(\(\s*\w*\s*\)\s*)?\{\s*\}"),
    dropped(&[Js], r"\.catch\(\s*(\(\s*\w*\s*\)|\w+)\s*=>\s*(\{\s*\}|undefined|null)\s*\)"),
    dropped(&[Js], r"\.catch\(\s*function\s*\(\s*\w*\s*\)\s*\{\s*\}\s*\)"),
    dropped(
        &[Java],
        r"\bcatch\s*\(\s*(final\s+)?(Exception|Throwable|RuntimeException|IOException|SQLException)\s+\w+\s*\)\s*\{\s*\}",
    ),
    dropped(&[Kotlin], r"\bcatch\s*\(\s*\w+\s*:\s*(Exception|Throwable|RuntimeException|IOException)\s*\)\s*\{\s*\}"),
    dropped(&[DotNet], r"\bcatch\s*(\(\s*(System\.)?Exception(\s+\w+)?\s*\)\s*)?\{\s*\}"),
    dropped(&[Php], r"\bcatch\s*\(\s*\\?(Exception|Throwable)(\s+\$\w+)?\s*\)\s*\{\s*\}"),
    dropped(
        &[Ruby],
        r"(?m)^[ \t]*rescue([ \t]+(StandardError|Exception))?([ \t]*=>[ \t]*\w+)?[ \t]*\r?\n[ \t]*(nil[ \t]*\r?\n[ \t]*)?end\b",
    ),
    guarded(rule(SWALLOWED, &[Ruby], Likely, r"\brescue[ \t]+nil\b"), Guard::Modifier),
    dropped(&[Go], r"\bif\s+err\s*!=\s*nil\s*\{\s*\}"),
    call(
        &[Python],
        Span::Brackets,
        unless(&["timeout", "**"], &[]),
        r"\brequests\.(get|post|put|patch|delete|head|options|request)\(",
    ),
    call(
        &[Python],
        Span::Brackets,
        unless(&["timeout", "**"], &[]),
        r"\brequests\.Session\(\)\.(get|post|put|patch|delete|head|options|request)\(",
    ),
    call(
        &[Python],
        Span::Brackets,
        unless(&["timeout", "**"], &["setdefaulttimeout("]),
        r"\burllib\.request\.urlopen\(",
    ),
    rule(DEADLINE, &[Python], Likely, r"\bhttpx\.\w+\([^()\n]*\btimeout\s*=\s*None\b"),
    call(
        &[Js],
        Span::Brackets,
        on_server(unless(&["timeout", "signal"], &["timeout", "signal"])),
        r"\baxios(\.(get|post|put|patch|delete|head|request))?\(",
    ),
    call(
        &[Js],
        Span::Brackets,
        with(on_server(unless(&["timeout", "signal"], &["timeout", "Timeout", "signal"])), NODE_HTTP),
        r"(?m)(^|[^.\w])https?\.(request|get)\(",
    ),
    call(
        &[Go],
        Span::Brackets,
        with(unless(&[], &["DefaultClient.Timeout"]), &["\"net/http\""]),
        r"\bhttp\.(Get|Head|Post|PostForm)\(",
    ),
    call(&[Go], Span::Brackets, GO_CLIENT, r"\bhttp\.Client\{"),
    call(&[Go], Span::Statement, GO_CLIENT, r"\bhttp\.DefaultClient\.(Do|Get|Post|Head|PostForm)\("),
    call(&[Rust], Span::Statement, REQWEST, r"\breqwest::get\("),
    call(&[Rust], Span::Statement, REQWEST, r"\breqwest::(blocking::)?Client::(new|builder)\(\)"),
    call(&[Rust], Span::Statement, REQWEST, r"\breqwest::(blocking::)?ClientBuilder::new\(\)"),
    call(
        &[Rust],
        Span::Statement,
        with(REQWEST, &["use reqwest::Client;", "use reqwest::{Client", "use reqwest::blocking::Client"]),
        r"(?m)(^|[\s=(])Client::(new|builder)\(\)",
    ),
    call(&[Java, Kotlin], Span::Statement, unless(&[], &[".timeout(", "Timeout("]), r"\bHttpClient\.newHttpClient\(\)"),
    call(
        &[Java],
        Span::Statement,
        unless(&[], &["setReadTimeout", "setRequestFactory"]),
        r"\bnew\s+RestTemplate\(\s*\)",
    ),
    call(
        &[Java, Kotlin],
        Span::Statement,
        unless(&[], &["setReadTimeout", "readTimeout"]),
        r"\(HttpURLConnection\)\s*\w+\.openConnection\(",
    ),
    call(
        &[DotNet],
        Span::Statement,
        with(unless(&[], &["CancellationToken"]), &["HttpClient"]),
        r"\bTimeout\s*=\s*(System\.Threading\.)?Timeout\.InfiniteTimeSpan\b",
    ),
    call(&[Ruby], Span::Statement, unless(&[], &[]), r"\b(open|read)_timeout\s*=\s*nil\b"),
    call(&[Php], Span::Brackets, GUZZLE, r"\bnew\s+(\\?GuzzleHttp\\)?Client\("),
    call(&[Php], Span::Brackets, unless(&[], &["CURLOPT_TIMEOUT"]), r"\bcurl_exec\("),
];

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe};

    #[test]
    fn a_rescue_behind_a_call_drops_every_error_unless_it_converts_or_cleans_up() {
        for (line, dropped) in [
            ("total = order.pay rescue nil", 1),
            ("  notify(user) rescue nil  # best effort", 1),
            ("total = order.pay rescue 0", 0),
            ("day = Date.parse(text) rescue nil", 0),
            ("n = Integer(text) rescue nil", 0),
            ("socket.close rescue nil", 0),
            ("# order.pay rescue nil", 0),
            ("note = 'rescue nil'", 0),
            ("order.pay rescue nil # rubocop:disable Style/RescueModifier", 0),
            ("order.pay rescue nil # rubocop:disable Layout/LineLength", 1),
        ] {
            let seen = observe(&DEF, "{}", &[("a.rb", &format!("def a\n{line}\nend\n"))]);
            assert_eq!(count(&seen, "swallowed_errors"), Some(dropped), "{line}");
        }
    }
}
