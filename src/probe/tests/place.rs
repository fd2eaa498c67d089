//! Where a test failed, out of what its runner says: the innermost place that lies in the test's own file or class.

use std::sync::LazyLock;

use regex::Regex;

use super::case::Case;

/// Lines of a failure's text that are looked at.
const MOST_LINES: usize = 400;

/// `at shop.CartTest.removes(CartTest.java:6)`, as the JVM writes frames.
static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^at (?:[\w.@/-]+//?)?([\w.$]+)\.[\w$<>]+\(([\w$-]+\.\w+):(\d+)\)$").expect("a fixed pattern")
});
/// `at Shop.CartTests.Removes() in /src/CartTests.cs:line 12`, as .NET writes frames.
static DOTNET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^at .* in (.+):line (\d+)$").expect("a fixed pattern"));
/// `at TestContext.<anonymous> (file:///app/cart.test.mjs:3:91)`, as V8 writes frames.
static V8: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^at (?:.*\()?((?:file://)?[^\s():][^():]*\.[cm]?[jt]sx?):(\d+):\d+\)?$").expect("a fixed pattern")
});

/// `❯ double cart.test.js:5:35`, as vitest writes frames.
static VITEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^❯ (?:\S+ )?((?:file://)?[^\s():][^():]*\.[cm]?[jt]sx?):(\d+):\d+$").expect("a fixed pattern")
});
/// `note: test did not panic as expected at src/lib.rs:43:8`, as Rust writes places.
static RUST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:panicked|expected) at ([^\s:][^:]*\.rs):(\d+):\d+:?$").expect("a fixed pattern"));

/// `E     File "/app/tests/test_cart.py", line 1`, as pytest writes where a file is broken.
static PYTHON: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^E\s+File "([^"]+\.py)", line (\d+)"#).expect("a fixed pattern"));

/// File and line of a failure, for a test of this class and, where known, this file. Go names the file without its
/// package.
pub(super) fn find(text: &str, case: &Case) -> Option<(String, u32)> {
    let (file, line) = within(text, case)?;
    let bare = !file.contains('/') && case.class.contains('/');
    Some((if bare { format!("{}/{file}", case.class) } else { file }, line))
}

fn within(text: &str, case: &Case) -> Option<(String, u32)> {
    let lines: Vec<&str> = text.lines().map(str::trim).take(MOST_LINES).collect();
    let own = lines.iter().find_map(|line| frame(line, case)).or_else(|| lines.iter().find_map(|line| script(line)));
    let own = own.or_else(|| lines.iter().find_map(|line| numbered(&DOTNET, line).or_else(|| numbered(&RUST, line))));
    let own = own.or_else(|| lines.iter().rev().find_map(|line| numbered(&PYTHON, line)));
    own.or_else(|| lines.iter().rev().find_map(|line| leading(line, case.file.as_deref())))
}

/// A frame of the test's class, with its package as the folder.
fn frame(line: &str, case: &Case) -> Option<(String, u32)> {
    let found = FRAME.captures(line)?;
    let class = &found[1];
    if !case.name.starts_with(class.split('$').next().unwrap_or(class)) {
        return None;
    }
    let folder = class.rsplit_once('.').map_or(String::new(), |(package, _)| format!("{}/", package.replace('.', "/")));
    Some((format!("{folder}{}", &found[2]), found[3].parse().ok()?))
}

/// A frame of a script that is no part of the runtime or of a dependency.
fn script(line: &str) -> Option<(String, u32)> {
    let frame = numbered(&V8, line).or_else(|| numbered(&VITEST, line));
    frame.filter(|(file, _)| !file.starts_with("node:") && !file.contains("node_modules/"))
}

fn numbered(frame: &Regex, line: &str) -> Option<(String, u32)> {
    let found = frame.captures(line)?;
    Some((found[1].to_owned(), found[2].parse().ok()?))
}

/// A line that begins with `file:line`, of this file where one is known: pytest, Go, PHPUnit, RSpec.
fn leading(line: &str, file: Option<&str>) -> Option<(String, u32)> {
    let (path, rest) = line.trim_start_matches("# ").split_once(':')?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let number: u32 = digits.parse().ok().filter(|number| *number > 0)?;
    let known = match file {
        Some(file) => path.ends_with(file.trim_start_matches("./")),
        None => path.contains('.') && !path.contains(char::is_whitespace),
    };
    known.then(|| (path.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Option<(String, u32)> {
        find(text, &Case { name: name.to_owned(), ..Case::default() })
    }

    #[test]
    fn the_frame_of_the_test_itself_is_the_place() {
        let java = "java.lang.AssertionError: no\n\tat org.junit.Assert.fail(Assert.java:89)\n\tat shop.CartTest.removes(CartTest.java:6)\n\tat shop.Run.main(Run.java:1)";
        assert_eq!(of("shop.CartTest.removes", java), Some(("shop/CartTest.java".to_owned(), 6)));
        let node = "Error: 2 == 1\n at async Promise.all (index 0)\n at TestContext.<anonymous> (file:///app/a.test.mjs:3:91)\n at Test.run (node:internal/test_runner/test:796:25)";
        assert_eq!(of("test.removes", node), Some(("file:///app/a.test.mjs".to_owned(), 3)));
        let dotnet = "   at Shop.CartTests.Removes() in /src/CartTests.cs:line 12";
        assert_eq!(of("Shop.CartTests.Removes", dotnet), Some(("/src/CartTests.cs".to_owned(), 12)));
        let python = "E  assert 1 == 2\n\ntests/test_cart.py:9: AssertionError";
        assert_eq!(of("tests.test_cart.test_remove", python), Some(("tests/test_cart.py".to_owned(), 9)));
        let go = Case { class: "example.org/shop/cart".to_owned(), ..Case::default() };
        assert_eq!(find("cart_test.go:12: got 2", &go), Some(("example.org/shop/cart/cart_test.go".to_owned(), 12)));
        let vitest =
            "Error: no\n ❯ toBe ../node_modules/@vitest/expect/dist/index.js:7:1\n ❯ cart.test.js:5:35\n ❯ run.js:1:1";
        assert_eq!(of("cart.test.js.cart > removes", vitest), Some(("cart.test.js".to_owned(), 5)));
        let syntax =
            "importing\nE     File \"/app/tests/test_cart.py\", line 3\nE       def f(:\nE   SyntaxError: invalid";
        assert_eq!(of("tests.test_cart", syntax), Some(("/app/tests/test_cart.py".to_owned(), 3)));
        let rust = "note: test did not panic as expected at src/lib.rs:43:8";
        assert_eq!(of("tests::panics", rust), Some(("src/lib.rs".to_owned(), 43)));
        assert_eq!(of("a", "expected: 1:2\nnothing"), None);
    }
}
