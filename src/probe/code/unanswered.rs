//! Handlers that answer 501 Not Implemented and do nothing else (catalogue T3, row "any"; RFC 9110 §15.6.2): a route that is
//! offered and not there. One that answers so in a branch refuses a case, and one for whatever no route takes refuses for
//! good; neither is a stub.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::guard::{Guard, Match};
use super::item;
use super::language::Lang;
use super::rules::{Rule, anywhere, guarded, rule};
use crate::model::Certainty::Likely;
use crate::probe::pattern::constant;

use Lang::{Dart, DotNet, Elixir, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust, Swift};

const STUB: &str = "stubs";

const fn answer(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(anywhere(rule(STUB, langs, Likely, pattern)), Guard::OnlyAnswer)
}

/// How each language says it.
pub(super) static RULES: &[Rule] = &[
    answer(
        &[Rust],
        r"\bStatusCode::NOT_IMPLEMENTED\b|\bHttpResponse::NotImplemented\(|\bStatus::(NotImplemented|NOT_IMPLEMENTED)\b",
    ),
    answer(
        &[Go],
        r"\bhttp\.StatusNotImplemented\b|\b(fiber|fasthttp)\.StatusNotImplemented\b|\.(WriteHeader|Status|SendStatus|AbortWithStatus|NoContent)\(\s*501\b",
    ),
    answer(
        &[Js],
        r"\.(status|sendStatus|code)\(\s*501\s*\)|\bHttpStatus\.NOT_IMPLEMENTED\b|\bnew\s+NotImplementedException\(|\b(StatusCodes|HttpStatusCode)\.NOT_IMPLEMENTED\b|\bstatus:\s*501\b",
    ),
    answer(
        &[Java, Kotlin],
        r"\bHttpStatus\.NOT_IMPLEMENTED\b|\bStatus\.NOT_IMPLEMENTED\b|\bSC_NOT_IMPLEMENTED\b|\bHttpStatusCode\.NotImplemented\b|\.(status|sendError|setStatus)\(\s*501\b",
    ),
    answer(&[DotNet], r"\bStatus501NotImplemented\b|\bHttpStatusCode\.NotImplemented\b|\bStatusCode\(\s*501\b"),
    answer(
        &[Python],
        r"\babort\(\s*501\b|\bHTTP_501_NOT_IMPLEMENTED\b|\bHTTPStatus\.NOT_IMPLEMENTED\b|\bstatus(_code)?\s*=\s*501\b|\bHTTPException\(\s*501\b|\bHTTPNotImplemented\b|(?m)\breturn\b[^\n]*,\s*501\s*$",
    ),
    answer(&[Ruby], r"\b(head|halt)[ (]+(:not_implemented|501)\b|\bstatus:\s*(:not_implemented|501)\b"),
    answer(
        &[Php],
        r"\babort\(\s*501\b|\bHTTP_NOT_IMPLEMENTED\b|\bhttp_response_code\(\s*501\b|\bresponse\([^;\n]*,\s*501\s*\)|->json\([^;]*,\s*501\s*\)|->withStatus\(\s*501\b",
    ),
    answer(&[Swift], r"\bAbort\(\s*\.notImplemented\b|\bHTTPStatus\.notImplemented\b"),
    answer(&[Dart], r"\bHttpStatus\.notImplemented\b|\bResponse\(\s*501\b"),
    answer(&[Elixir], r"\b(send_resp|put_status|resp)\(\s*(conn,\s*)?(501|:not_implemented)\b"),
];

/// What opens a block that is no function: a branch, a loop, a type.
fn no_function() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| {
        constant(
            r"^\s*(unsafe\s+)?impl\b|\b(if|else|for|foreach|while|loop|switch|match|catch|case|default|when|try|do|select|unless|guard|finally|class|interface|enum|object|struct|trait|namespace|module|record|extension)\b|^\s*$",
        )
    })
}

/// Handlers for what no route takes, and those that are named after what they say.
fn for_the_rest() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    CELL.get_or_init(|| {
        constant(
            r#"(?i)not_?implemented|not_?found|not_?allowed|no_?route|no_?method|fallback|catch_?all|unsupported|unimplemented|middleware|\.(use|all|any)\(|['"`]/?\*|['"`]/['"`]|\btest|\bmock|\bstub|\bfake|\bnoop"#,
        )
    })
}

/// Whether the answer is all that a handler does. `code` is the file with comments and texts blank.
pub(super) fn is_all(found: &Match<'_>, code: &[u8]) -> bool {
    let Some((head, body)) = function(found, code) else { return false };
    let shown = found.bytes.get(head.clone()).unwrap_or_default();
    let plain = code.get(head).unwrap_or_default();
    !for_the_rest().is_match(shown) && !no_function().is_match(plain) && is_one_statement(found, code, body)
}

/// Head and body of what holds the place.
fn function(found: &Match<'_>, code: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    match found.lang {
        Python => indented(found, code),
        Ruby | Elixir => ended(found, code),
        _ => braced(code, found.start),
    }
}

/// Between the braces that are open at a place, or behind the arrow before it.
fn braced(code: &[u8], at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let (mut depth, mut arrow) = (0_usize, None);
    for place in (0..at).rev() {
        match code[place] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' if depth > 0 => depth -= 1,
            b'{' if depth > 0 => depth -= 1,
            b'>' if depth == 0 && place > 0 && code[place - 1] == b'=' && arrow.is_none() => arrow = Some(place - 1),
            b';' if depth == 0 && arrow.is_some() => break,
            // An object that is handed over is part of the statement.
            b'{' if is_object(code, place) => {}
            b'{' => {
                let of_switch = no_function().is_match(head_of(code, place).1);
                return match arrow {
                    // `Kind.A => …` is a case, and what stands in a type is a member.
                    Some(arrow) if !is_case(code, place) => {
                        Some((head_of(code, arrow).0, arrow + 2..end_of_statement(code, at)))
                    }
                    Some(_) => None,
                    None if of_switch => None,
                    None => Some((head_of(code, place).0, place + 1..item::partner(code, place)?)),
                };
            }
            _ => {}
        }
    }
    arrow.map(|arrow| (head_of(code, arrow).0, arrow + 2..end_of_statement(code, at)))
}

/// Whether a brace opens a literal: it stands where a value does.
fn is_object(code: &[u8], brace: usize) -> bool {
    let before = code[..brace].trim_ascii_end();
    before.last().is_some_and(|byte| matches!(byte, b'(' | b',' | b':' | b'=' | b'['))
}

/// Whether a brace opens the cases of a `switch` or `match`.
fn is_case(code: &[u8], brace: usize) -> bool {
    static CELL: OnceLock<Regex> = OnceLock::new();
    let cases = CELL.get_or_init(|| constant(r"\b(switch|match|when|select)\b"));
    cases.is_match(head_of(code, brace).1)
}

/// What stands before a brace or arrow, back to the statement or block before it.
fn head_of(code: &[u8], at: usize) -> (Range<usize>, &[u8]) {
    let mut depth = 0_usize;
    let mut from = 0;
    for place in (0..at).rev() {
        match code[place] {
            b')' | b']' => depth += 1,
            b'(' | b'[' => depth = depth.saturating_sub(1),
            b';' | b'{' | b'}' if depth == 0 => {
                from = place + 1;
                break;
            }
            _ => {}
        }
    }
    // Annotations and what else stands on lines of its own is part of no head.
    (from..at, &code[from..at])
}

/// The end of the statement that a place is in: nothing is open any more.
fn end_of_statement(code: &[u8], at: usize) -> usize {
    let mut depth = 0_i32;
    for (place, byte) in code.iter().enumerate().skip(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b';' if depth <= 0 => return place,
            b'\n' if depth < 0 => return place,
            _ => {}
        }
    }
    code.len()
}

/// The `def` of Python that a place is in.
fn indented(found: &Match<'_>, code: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let item = item::holding(code, found.start, Python)?;
    let text = code.get(item.range.clone())?;
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = item::partner(text, open)?;
    let colon = close + text[close..].iter().position(|byte| *byte == b':')?;
    let line = code[..item.range.start].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    // The decorator above says which route it is for.
    let above = code[..line].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Some((above..item.range.start + colon, item.range.start + colon + 1..item.range.end))
}

/// `def … end` and `get … do … end` with one line between.
fn ended(found: &Match<'_>, code: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let line_before = |at: usize| code[..at].iter().rposition(|byte| *byte == b'\n');
    let own = line_before(found.start)?;
    let above = line_before(own).map_or(0, |at| at + 1);
    let end = found.start + code[found.start..].iter().position(|byte| *byte == b'\n')?;
    let next = code[end + 1..].split(|byte| *byte == b'\n').next()?.trim_ascii();
    let head = code[above..own].trim_ascii();
    let opens = head.starts_with(b"def ") || head.ends_with(b" do") || head.ends_with(b"|");
    let head_end = above + code[above..own].trim_ascii_end().strip_suffix(b" do").map_or(own - above, <[u8]>::len);
    (next == b"end" && opens).then_some((above..head_end, own + 1..end))
}

/// Whether the body is the one statement that holds the answer, with a bare `return` behind it at most.
fn is_one_statement(found: &Match<'_>, code: &[u8], body: Range<usize>) -> bool {
    let Some(text) = code.get(body.clone()) else { return false };
    let mut statements = 0;
    let (mut depth, mut begun) = (0_i32, false);
    let mut from = 0;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        begun |= !byte.is_ascii_whitespace() && *byte != b';';
        let ends = *byte == b';' || (*byte == b'\n' && !goes_on(text, at));
        if begun && depth <= 0 && (ends || at + 1 == text.len()) {
            let statement = text[from..=at].trim_ascii();
            let holds = (body.start + from..=body.start + at).contains(&found.start);
            if !holds && !is_bare_return(statement) {
                return false;
            }
            statements += usize::from(holds);
            (begun, from) = (false, at + 1);
        }
    }
    statements == 1 && depth <= 0
}

/// `.json(…)` on the next line belongs to this one.
fn goes_on(text: &[u8], at: usize) -> bool {
    let rest = text[at..].trim_ascii_start();
    rest.starts_with(b".")
        || rest.starts_with(b"->")
        || text[..at].trim_ascii_end().ends_with(b",")
        || text[..at].trim_ascii_end().ends_with(b"return")
}

fn is_bare_return(statement: &[u8]) -> bool {
    let statement = statement.strip_suffix(b";").unwrap_or(statement).trim_ascii();
    matches!(statement, b"return" | b"return nil" | b"return null" | b"")
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::probe::trial::{count, observe};

    fn stubs(path: &str, text: &str) -> Option<i64> {
        count(&observe(&DEF, "{}", &[(path, text)]), "stubs")
    }

    #[test]
    fn a_handler_that_only_says_that_it_is_not_there_is_a_stub() {
        let handlers = [
            ("src/a.rs", "async fn export() -> StatusCode {\n    StatusCode::NOT_IMPLEMENTED\n}\n"),
            ("src/a.rs", "async fn export() -> impl IntoResponse {\n    (StatusCode::NOT_IMPLEMENTED, \"soon\")\n}\n"),
            (
                "a.go",
                "package a\n\nfunc (h *H) Export(w http.ResponseWriter, r *http.Request) {\n\tw.WriteHeader(http.StatusNotImplemented)\n}\n",
            ),
            (
                "a.go",
                "package a\n\nfunc Export(c *gin.Context) {\n\tc.JSON(http.StatusNotImplemented, gin.H{\n\t\t\"error\": \"soon\",\n\t})\n\treturn\n}\n",
            ),
            (
                "a.go",
                "package a\n\nfunc r() {\n\tmux.HandleFunc(\"/export\", func(w http.ResponseWriter, r *http.Request) {\n\t\thttp.Error(w, \"soon\", http.StatusNotImplemented)\n\t})\n}\n",
            ),
            (
                "src/a.ts",
                "router.get('/export', (req, res) => {\n  // later\n  res.status(501).json({ error: 'soon' });\n});\n",
            ),
            ("src/a.js", "router.get('/export', (req, res) => res.sendStatus(501));\n"),
            ("src/a.ts", "export async function GET() {\n  return new Response('', { status: 501 });\n}\n"),
            (
                "src/main/java/A.java",
                "class A {\n  @GetMapping(\"/export\")\n  public ResponseEntity<Void> export() {\n    return ResponseEntity.status(HttpStatus.NOT_IMPLEMENTED).build();\n  }\n}\n",
            ),
            (
                "src/main/kotlin/A.kt",
                "fun Route.a() {\n  get(\"/export\") {\n    call.respond(HttpStatusCode.NotImplemented)\n  }\n}\n",
            ),
            ("A.cs", "class A {\n  [HttpGet]\n  public IActionResult Export() => StatusCode(501);\n}\n"),
            (
                "A.cs",
                "class A {\n  [HttpGet]\n  public IActionResult Export()\n  {\n    return StatusCode(StatusCodes.Status501NotImplemented);\n  }\n}\n",
            ),
            ("a.py", "@app.get('/export')\ndef export():\n    \"\"\"Exports.\"\"\"\n    abort(501)\n"),
            (
                "a.py",
                "@app.get('/export')\nasync def export(a: int = 1):\n    raise HTTPException(\n        status_code=501,\n        detail='soon',\n    )\n",
            ),
            ("a.rb", "class A\n  def export\n    head :not_implemented\n  end\nend\n"),
            ("A.php", "<?php\nclass A {\n  public function export() {\n    abort(501);\n  }\n}\n"),
            ("Sources/A.swift", "func export(req: Request) throws -> Response {\n  throw Abort(.notImplemented)\n}\n"),
            ("lib/a.dart", "Response export(Request r) {\n  return Response(501);\n}\n"),
            ("lib/a.ex", "def export(conn, _params) do\n  send_resp(conn, 501, \"\")\nend\n"),
        ];
        let missed = handlers.into_iter().filter(|(path, text)| stubs(path, text) != Some(1));
        assert_eq!(missed.collect::<Vec<_>>(), []);
    }

    #[test]
    fn a_branch_a_catch_all_and_a_definition_are_none() {
        let others = [
            (
                "src/a.rs",
                "async fn export(kind: Kind) -> StatusCode {\n    match kind {\n        Kind::Csv => StatusCode::NOT_IMPLEMENTED,\n        _ => StatusCode::OK,\n    }\n}\n",
            ),
            (
                "src/a.rs",
                "impl From<E> for StatusCode {\n    fn from(e: E) -> Self {\n        if e.late() {\n            return StatusCode::NOT_IMPLEMENTED;\n        }\n        StatusCode::OK\n    }\n}\n",
            ),
            (
                "a.go",
                "package a\n\nfunc Export(w http.ResponseWriter, r *http.Request) {\n\tif r.Method != \"GET\" {\n\t\tw.WriteHeader(http.StatusNotImplemented)\n\t\treturn\n\t}\n\trun(w)\n}\n",
            ),
            (
                "a.go",
                "package a\n\nfunc notImplemented(w http.ResponseWriter, r *http.Request) {\n\tw.WriteHeader(http.StatusNotImplemented)\n}\n",
            ),
            (
                "a.go",
                "package a\n\nfunc Export(w http.ResponseWriter) {\n\tcount()\n\tw.WriteHeader(http.StatusNotImplemented)\n}\n",
            ),
            ("src/a.ts", "app.use((req, res) => {\n  res.status(501).end();\n});\n"),
            (
                "src/a.ts",
                "router.get('/export', (req, res) => {\n  if (!ready) {\n    return res.status(501).end();\n  }\n  run(res);\n});\n",
            ),
            ("src/a.ts", "export const CODES = {\n  late: HttpStatus.NOT_IMPLEMENTED,\n};\n"),
            (
                "src/main/java/A.java",
                "class Late extends RuntimeException {\n  private static final HttpStatus CODE = HttpStatus.NOT_IMPLEMENTED;\n}\n",
            ),
            (
                "A.cs",
                "class A {\n  Kind Of(HttpStatusCode c) => c switch\n  {\n    HttpStatusCode.NotImplemented => Kind.Late,\n    _ => Kind.Other,\n  };\n}\n",
            ),
            (
                "a.py",
                "@app.get('/export')\ndef export(kind):\n    if kind == 'csv':\n        abort(501)\n    return run()\n",
            ),
            ("a.py", "class Late(APIException):\n    status_code = status.HTTP_501_NOT_IMPLEMENTED\n"),
            ("a.rb", "class A\n  def export\n    run\n    head :not_implemented\n  end\nend\n"),
        ];
        let taken = others.into_iter().filter(|(path, text)| stubs(path, text) != Some(0));
        assert_eq!(taken.collect::<Vec<_>>(), []);
    }
}
