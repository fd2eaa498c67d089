//! Python source, parsed by the parser of ruff, which takes every version of Python 3: what is wrong with a file, and the
//! `outline` of one for those who ask what it calls. A statement that is nested too deeply is not parsed, and its line is
//! said instead. What a fault means is left to who asks.

pub(crate) mod outline;

use ruff_python_ast::ModModule;

use crate::world::View;
use crate::world::lex::Regions;

/// Places in one statement where an expression may go deeper; a statement with more is data, not code.
const DEEPEST: usize = 20_000;
/// Statements with no more, in blocks that are indented no further, have room on any thread's stack: a level takes some ten
/// kilobytes at most.
const SHALLOW: usize = 80;
/// Stack for a statement of the largest depth; only what is used of it becomes memory.
const STACK: usize = 256 * 1024 * 1024;

/// Where source does not parse: line and what the parser says.
pub(super) type Fault = (u32, String);

/// What the parser says about a file; `None` where nothing is wrong. What no parser can be trusted with is an error.
pub(super) fn fault(path: &str, text: &str, regions: &Regions) -> Result<Option<Fault>, String> {
    parsed(path, text, regions, &|_| ()).map(Result::err)
}

/// A file parsed, and read by `read` where there is room for however deep it is nested.
fn parsed<T: Send>(
    path: &str,
    text: &str,
    regions: &Regions,
    read: &(dyn Fn(&ModModule) -> T + Sync),
) -> Result<Result<T, Fault>, String> {
    let places = deepest(text.as_bytes(), regions)
        .map_err(|line| format!("`{path}:{line}` holds a statement that may be nested too deeply to be parsed"))?;
    let parse = || match ruff_python_parser::parse_module(text) {
        Ok(module) => Ok(read(module.syntax())),
        Err(fault) => Err((line_of(text, fault.location.start().to_usize()), fault.error.to_string())),
    };
    if places <= SHALLOW && indentation(text.as_bytes()) <= SHALLOW {
        return Ok(parse());
    }
    // The parser grows its stack itself, but what it built is read and taken apart on ours.
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse);
        thread.ok()?.join().ok()
    });
    done.ok_or_else(|| format!("the parser gave up on `{path}`"))
}

/// The line of an offset, from 1.
fn line_of(text: &str, offset: usize) -> u32 {
    let before = &text.as_bytes()[..offset.min(text.len())];
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// The most blanks before any line: no statement stands in more blocks.
fn indentation(bytes: &[u8]) -> usize {
    let blanks = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(blanks).max().unwrap_or(0)
}

/// The most places of any statement where an expression may go deeper: marks, and words after words. The line of the
/// first statement that has more than [`DEEPEST`] is an error.
fn deepest(bytes: &[u8], regions: &Regions) -> Result<usize, usize> {
    let (mut open, mut here, mut most) = (0_usize, 0_usize, 0_usize);
    let mut before = b'\n';
    for (view, range) in regions.iter().filter(|(view, _)| *view != View::Comments) {
        for at in range {
            let byte = &bytes[at];
            match byte {
                b'\n' if open == 0 && before != b'\\' && view == View::Code => here = 0,
                b'(' | b'[' | b'{' if view == View::Code => open += 1,
                b')' | b']' | b'}' if view == View::Code => open = open.saturating_sub(1),
                _ => {}
            }
            let goes_deeper = byte.is_ascii_punctuation() || (*byte == b' ' && before.is_ascii_alphanumeric());
            here += usize::from(goes_deeper && !matches!(byte, b',' | b'"' | b'\'' | b'_' | b'#'));
            most = most.max(here);
            if here > DEEPEST {
                return Err(bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1);
            }
            before = *byte;
        }
    }
    Ok(most)
}
