//! What errors give away, and the text that proves it: traces, debug pages, the pages that frameworks come with.
//!
//! Words about an error are no proof; each pattern holds what only the real thing prints, such as a file with a line.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

/// What is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Where in the code it happened.
    Trace,
    /// A page for developers: settings, variables, sometimes a console.
    DebugPage,
    /// The page that a framework or server shows when nobody wrote one.
    DefaultPage,
}

/// A kind of text and the pattern that proves it.
struct Signature {
    kind: Kind,
    name: &'static str,
    pattern: &'static str,
    /// Whether it proves something in an answer of success, too: PHP prints errors into pages that go on.
    anywhere: bool,
}

const fn in_errors(kind: Kind, name: &'static str, pattern: &'static str) -> Signature {
    Signature { kind, name, pattern, anywhere: false }
}

const fn anywhere(kind: Kind, name: &'static str, pattern: &'static str) -> Signature {
    Signature { kind, name, pattern, anywhere: true }
}

#[rustfmt::skip] // A line each, as a table.
const SIGNATURES: &[Signature] = &[
    in_errors(Kind::Trace, "Python traceback", r"Traceback (<em>)?\(most recent call last\)"),
    in_errors(Kind::Trace, "Java stack trace", r"\bat [\w.$/@]+\.[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)"),
    in_errors(Kind::Trace, ".NET stack trace", r"\bat [^\n<>]{1,200}\) in [^\n]{1,200}\.(?:cs|vb|fs):line \d+"),
    in_errors(Kind::Trace, "Node.js stack trace", r"\bat (?:async )?(?:[^\n()<>]{1,100} \()?(?:file://|node:|/|[A-Z]:\\)[^\s()<>]{1,200}:\d+:\d+\)?"),
    in_errors(Kind::Trace, "Ruby backtrace", r"\.rb:\d+:in (?:`|'|&#39;|&#x27;|&#96;|&apos;)"),
    in_errors(Kind::Trace, "Go panic", r"goroutine \d+ \[running\]"),
    in_errors(Kind::Trace, "Rust panic", r"panicked at (?:'|[\w./\\-]{1,200}\.rs:\d+)"),
    in_errors(Kind::Trace, "PHP stack trace", r"#0 [^\n]{1,200}\.php\(\d+\)"),
    anywhere(Kind::Trace, "PHP error", r"<b>(?:Fatal error|Parse error|Warning|Notice|Deprecated)</b>:\s(?s:.{1,300}?) on line <b>\d+"),
    in_errors(Kind::Trace, "PHP error", r"(?:Fatal error|Parse error|Warning|Notice|Deprecated): [^\n]{1,300} on line \d+"),
    in_errors(Kind::DebugPage, "Django debug page", r"seeing this error because you have <code>DEBUG = True</code>"),
    anywhere(Kind::DebugPage, "Werkzeug debugger", r"// Werkzeug Debugger</title>|\?__debugger__=yes&amp;cmd="),
    in_errors(Kind::DebugPage, "Starlette debugger", r"<title>Starlette Debugger</title>"),
    in_errors(Kind::DebugPage, "Laravel debug page", r#"(?i)whoops[,!] (?:looks like something went wrong|there was an error)|<[^>]{0,100}\bignition\b|"exception": ?"[\w\\]{1,100}", ?\n? *"file":"#),
    in_errors(Kind::DebugPage, "Symfony exception page", r"Symfony Exception|sf-exceptionreset|id=.sf-resetcontent"),
    in_errors(Kind::DebugPage, "Rails debug page", r"<title>Action Controller: Exception caught</title>|<code>Rails\.root: /|Rails\.root: /[\w/.-]+\s*</code>"),
    in_errors(Kind::DebugPage, "Rack debug page", r"you use <code>Rack::ShowExceptions</code>|the <code>show_exceptions</code> setting"),
    in_errors(Kind::DebugPage, "ASP.NET error page", r"Server Error in '[^']{1,100}' Application(?s:.*?)<b>(?:Stack Trace|Source File):"),
    in_errors(Kind::DebugPage, "ASP.NET Core developer page", r#"class="titleerror"|id="stackpage" class="page""#),
    in_errors(Kind::DefaultPage, "Spring Boot", r"<h1>Whitelabel Error Page</h1>"),
    in_errors(Kind::DefaultPage, "Express", r"<pre>Cannot [A-Z]{3,7} /"),
    in_errors(Kind::DefaultPage, "Werkzeug", r"<p>The requested URL was not found on the server\. If you entered the URL manually please check your spelling and try again\.</p>"),
    in_errors(Kind::DefaultPage, "ASP.NET", r"Server Error in '[^']{1,100}' Application"),
    in_errors(Kind::DefaultPage, "Rails", r"<title>(?:The page you were looking for doesn't exist|We're sorry, but something went wrong) \((?:404|500)"),
    in_errors(Kind::DefaultPage, "nginx", r"<center>nginx(?:/[\d.]+)?</center>"),
    in_errors(Kind::DefaultPage, "Apache", r"<address>Apache(?:/[\d.]+)?[^<]{0,100} Server at "),
    in_errors(Kind::DefaultPage, "Tomcat", r"<h3>Apache Tomcat/[\d.]+</h3>|<title>HTTP Status \d{3} "),
    in_errors(Kind::DefaultPage, "IIS", r"<title>IIS [\d.]+ Detailed Error|<h1>Server Error in Application"),
    in_errors(Kind::DefaultPage, "Sinatra", r"Sinatra doesn&rsquo;t know this ditty"),
];

static PATTERNS: LazyLock<Vec<(&Signature, Regex)>> = LazyLock::new(|| {
    SIGNATURES.iter().filter_map(|signature| Some((signature, pattern(signature.pattern)?))).collect()
});

/// A pattern over bytes: counted repetitions of letters of Unicode would take many megabytes.
fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).unicode(false).build().ok()
}

/// A version in the text of an error page, with the product.
static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"<(?:center|address|h3)>\s*((?:nginx|openresty|Apache|Apache Tomcat|Jetty|lighttpd)/\d[\w.]*)")
});

/// A file of the source code, by a path from the root of the machine.
static SOURCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:/(?:home|app|srv|opt|root|tmp|usr|var|Users|workspace|code)|\b[A-Z]:)[/\\][\w@./\\-]{1,200}\.(?:py|m?js|cjs|tsx?|rb|php|go|java|kt|cs|rs|ex)\b",
    )
});

/// Letters of a proof that are shown.
const SHOWN: usize = 60;

/// Something that was given away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sign {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    /// The beginning of the text that proves it.
    pub(super) proof: String,
}

/// What the body of an answer gives away, each thing once.
pub(super) fn signs(status: u16, body: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    for (signature, pattern) in PATTERNS.iter().filter(|(signature, _)| status >= 400 || signature.anywhere) {
        if signs.iter().any(|sign| (sign.kind, sign.name) == (signature.kind, signature.name)) {
            continue;
        }
        if let Some(found) = pattern.find(body.as_bytes()) {
            signs.push(Sign { kind: signature.kind, name: signature.name, proof: shown(&text(found.as_bytes())) });
        }
    }
    signs
}

/// The product and version that an error page names.
pub(super) fn version_in_page(status: u16, body: &str) -> Option<String> {
    let found = VERSION.as_ref().filter(|_| status >= 400)?.captures(body.as_bytes())?;
    found.get(1).map(|product| text(product.as_bytes()))
}

/// The first file of source code that an error names by its whole path.
pub(super) fn source_path(status: u16, body: &str) -> Option<String> {
    SOURCE.as_ref().filter(|_| status >= 400)?.find(body.as_bytes()).map(|found| text(found.as_bytes()))
}

/// What was found; a letter that the end of a pattern cut is replaced.
fn text(found: &[u8]) -> String {
    String::from_utf8_lossy(found).into_owned()
}

fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = |c: char| if c.is_control() { '.' } else { c };
    line.chars().take(SHOWN).map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(kind: Kind, status: u16, body: &str) -> Vec<&'static str> {
        signs(status, body).into_iter().filter(|sign| sign.kind == kind).map(|sign| sign.name).collect()
    }

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), SIGNATURES.len());
        assert!(VERSION.is_some() && SOURCE.is_some());
    }

    #[test]
    fn traces_are_known_by_a_file_and_a_line() {
        for (body, name) in [
            ("java.lang.NullPointerException: null\n\tat com.shop.Cart.total(Cart.java:42)", "Java stack trace"),
            ("   at Shop.Cart.Total(Int32 id) in C:\\src\\Cart.cs:line 42", ".NET stack trace"),
            ("{\"stack\":\"Error: x\\n    at Cart.total (/app/cart.js:4:2)\"}", "Node.js stack trace"),
            ("TypeError\n    at async file:///app/cart.mjs:4:2", "Node.js stack trace"),
            ("app/models/cart.rb:42:in `total'", "Ruby backtrace"),
            ("thread 'main' panicked at src/cart.rs:42:9:\nindex out of bounds", "Rust panic"),
            ("PHP Warning: foo() expects 1 parameter in /var/www/cart.php on line 42", "PHP error"),
        ] {
            assert_eq!(names(Kind::Trace, 500, body), [name], "{body}");
        }
    }

    #[test]
    fn pages_that_frameworks_come_with_are_known() {
        let yellow =
            "<title>Object reference not set</title><h1>Server Error in '/' Application.</h1><b>Stack Trace:</b>";
        assert_eq!(names(Kind::DebugPage, 500, yellow), ["ASP.NET error page"]);
        let caught = "<title>Action Controller: Exception caught</title>";
        assert_eq!(names(Kind::DebugPage, 500, caught), ["Rails debug page"]);
        let laravel = "{\"message\": \"x\",\"exception\": \"ErrorException\",\"file\": \"/var/www/Cart.php\"}";
        assert_eq!(names(Kind::DebugPage, 500, laravel), ["Laravel debug page"]);
        assert_eq!(source_path(500, laravel).as_deref(), Some("/var/www/Cart.php"));
        let spring = "<html><body><h1>Whitelabel Error Page</h1><p>This application has no explicit mapping</p>";
        assert_eq!(names(Kind::DefaultPage, 404, spring), ["Spring Boot"]);
        assert_eq!(version_in_page(404, "<hr><center>nginx/1.22.1</center>").as_deref(), Some("nginx/1.22.1"));
    }

    #[test]
    fn words_about_errors_and_pages_of_success_prove_nothing() {
        for body in [
            "{\"title\": \"internal error\", \"status\": 500, \"instance\": \"/errors/7f3a\"}",
            "Something went wrong at the bakery. Look at line 4 of your receipt",
            "meet us at Main Street (opposite the cafe.js shop) 10:30:00",
            "Warning: the shop is closed",
        ] {
            assert_eq!(signs(500, body), [], "{body}");
        }
        let lesson = "<h1>How to read a traceback</h1><pre>Traceback (most recent call last)</pre>";
        assert_eq!(signs(200, lesson), []);
    }
}
