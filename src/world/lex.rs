//! Which bytes of a source file are code, comments or string literals, so that a pattern never fires on prose. Owns the
//! regions; the rules of each language are in `language`, their application in `lexer`.

use super::want::View;
use super::{language, lexer};

/// A file cut into code, comments and strings. Quotes and comment marks belong to what they open and close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    /// Start of each region and what it is; rising, the first at 0; neighbours differ.
    starts: Vec<(u32, View)>,
    length: u32,
    known: bool,
}

impl Regions {
    /// Lexes a file by the language its path names; a language that is not known is all code.
    pub fn of(path: &str, bytes: &[u8]) -> Regions {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        match language::of_path(path, bytes) {
            Some(language) => Regions { starts: lexer::lex(language, bytes), length, known: true },
            None => Regions { starts: vec![(0, View::Code)], length, known: false },
        }
    }

    /// Whether the language is known.
    pub fn known(&self) -> bool {
        self.known
    }

    /// What the byte at this offset belongs to: code, comments or strings.
    pub fn at(&self, offset: usize) -> View {
        self.starts[self.index(offset)].1
    }

    /// Where the region of this offset ends.
    pub fn end_of(&self, offset: usize) -> usize {
        self.starts.get(self.index(offset) + 1).map_or(self.length, |(start, _)| *start) as usize
    }

    /// Each region in order: what it is and its bytes' range.
    pub fn iter(&self) -> impl Iterator<Item = (View, std::ops::Range<usize>)> {
        self.starts.iter().enumerate().map(|(at, (start, view))| {
            let end = self.starts.get(at + 1).map_or(self.length, |(start, _)| *start);
            (*view, *start as usize..end as usize)
        })
    }

    /// The bytes with everything outside `view` turned into spaces; line breaks stay, so lines and columns do too.
    pub fn only(&self, view: View, bytes: &[u8]) -> Vec<u8> {
        let mut shown = bytes.to_vec();
        for (_, range) in self.iter().filter(|(kind, _)| !view.has(*kind)) {
            for byte in &mut shown[range] {
                if !matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        shown
    }

    fn index(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.starts.partition_point(|(start, _)| *start <= offset).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `c` for comments and `s` for strings; code as it is.
    fn shown(path: &str, text: &str) -> String {
        let regions = Regions::of(path, text.as_bytes());
        let letter = |(at, c): (usize, char)| match regions.at(at) {
            _ if c == '\n' => c,
            View::Comments => 'c',
            View::Strings => 's',
            _ => c,
        };
        text.char_indices().map(letter).collect()
    }

    #[test]
    fn every_language_keeps_code_comments_and_strings_apart() {
        let cases = [
            ("a.rs", "x /* a /* b */ c */ y // d\nz", "x ccccccccccccccccc y cccc\nz"),
            (
                "a.rs",
                r##"f(r#"a"b"#, 'x', '"', '\'') as &'a str; "m\"n" y"##,
                r#"f(ssssssss, sss, sss, ssss) as &'a str; ssssss y"#,
            ),
            ("a.rs", "br\"\\\" cr##\"a\"#b\"## bar\"c\" r#type", "sssss ssssssssssss barsss r#type"),
            ("a.py", "x = 'a#b' # c\ny = \"\"\"d\n# e\"\"\" + f", "x = sssss ccc\ny = ssss\nssssss + f"),
            ("a.ts", "`a ${f(\"x\", {y: 1})} b` + c // d", "sssssf(sss, {y: 1})ssss + c cccc"),
            ("a.js", "x = /a\\/'[/\"]/.test(y) / 2 // z", "x = ssssssssss.test(y) / 2 cccc"),
            ("a.tsx", "<p>Don't {x}</p> // d", "<p>Don't {x}</p> cccc"),
            ("a.go", "a := `x\n// y` + \"z\" /* c */", "a := ss\nsssss + sss ccccccc"),
            ("a.java", "s = \"\"\"\n \"q\" \"\"\"; c = '\"'; // d", "s = sss\nssssssss; c = sss; cccc"),
            ("a.kt", "\"a ${m[\"k\"]} b\" /* x /* y */ z */ v", "sssssm[sss]ssss ccccccccccccccccc v"),
            ("a.cs", "p = @\"a\\\" + \"b\"; // c", "p = sssss + sss; cccc"),
            ("a.rb", "x = \"a #{b(\"c\")} d\" # e\n=begin\nf\n=end\ng", "x = sssssb(sss)ssss ccc\ncccccc\nc\ncccc\ng"),
            ("a.rb", "a = $'.b + 'c' # d", "a = $'.b + sss ccc"),
            (
                "a.rb",
                "f(<<~EOS, 1)\n  it's # x\n  EOS\ng %w(a b) + c % (d)",
                "f(<<~EOS, 1)\nssssssssss\n  EOS\ng sssssss + c % (d)",
            ),
            ("a.php", "<p>it's</p><?php $a = 'b'; // c ?>don't", "<p>it's</p><?php $a = sss; ccccc?>don't"),
            ("a.php", "<?php $a = <<<EOT\nx 'y\n  EOT; f('z'); # c", "<?php $a = <<<EOT\nssss\n  EOT; f(sss); ccc"),
            ("a.sh", "a=$# b=\"x $(f \"y\") z\" c=it\\'s # d", "a=$# b=sssssf sssssss c=it\\'s ccc"),
            ("a.sh", "cat <<'EOF' | f\n# not 'a comment\nEOF\ng # c", "cat <<'EOF' | f\nssssssssssssssss\nEOF\ng ccc"),
            ("a.cpp", "R\"x(a\")x\" 1'000'000 u8\"b\" 'c' // d", "sssssssss 1'000'000 u8sss sss cccc"),
            ("a.sql", "select 'it''s' -- c\n/* d */ x", "select sssssss cccc\nccccccc x"),
            ("a.yml", "a: it's # c\nb: \"x # y\" # d\nc: a#b", "a: it's ccc\nb: sssssss ccc\nc: a#b"),
            ("a.toml", "a = 'b\\' # c\nd = '''e\n#'''", "a = ssss ccc\nd = ssss\nssss"),
            ("a.tf", "a = \"x ${f(\"y\")} z\" # c", "a = sssssf(sss)ssss ccc"),
            ("Dockerfile", "# c\nRUN echo 'a # b'", "ccc\nRUN echo 'a # b'"),
            ("a.html", "<p>it's <!-- \n --> x", "<p>it's ccccc\ncccc x"),
            ("run", "#!/usr/bin/env bash\nx # c", "ccccccccccccccccccc\nx ccc"),
        ];
        for (path, text, expected) in cases {
            assert_eq!(shown(path, text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn what_is_not_closed_ends_with_the_line_or_the_file() {
        assert_eq!(shown("a.c", "x \" y\nz /* c"), "x \" y\nz cccc");
        assert_eq!(shown("a.js", "`a ${b"), "sssssb");
        assert_eq!(shown("a.sh", "x <<EOF\ny 'z'"), "x <<EOF\ny sss");
    }

    #[test]
    fn hostile_files_take_linear_time() {
        let start = std::time::Instant::now();
        let cases = [
            ("a.js", "'\\"),
            ("a.js", "=/"),
            ("a.rb", "%q( "),
            ("a.rb", "<<A "),
            ("a.sh", "<<A "),
            ("a.php", "<? // "),
            ("a.rs", "/*"),
            ("a.cpp", "R\"("),
            ("a.js", "`${"),
            ("Dockerfile", "   #"),
        ];
        for (path, part) in cases {
            let text = part.repeat(300_000);
            assert_eq!(Regions::of(path, text.as_bytes()).length as usize, text.len());
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn regions_cover_every_byte_once() {
        let text = "x = 'a' # b\ny";
        let regions = Regions::of("a.py", text.as_bytes());
        let expected = [
            (View::Code, 0..4),
            (View::Strings, 4..7),
            (View::Code, 7..8),
            (View::Comments, 8..11),
            (View::Code, 11..13),
        ];
        assert_eq!(regions.iter().collect::<Vec<_>>(), expected);
        assert_eq!(regions.only(View::Code, text.as_bytes()), b"x =        \ny");
        assert_eq!(regions.end_of(5), 7);
    }
}
