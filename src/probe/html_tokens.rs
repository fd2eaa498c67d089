//! A page as a stream of tokens: a hostile one costs no more than its length. What the tags mean is for the probes to say.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TokenSink, Tokenizer, TokenizerOpts};

/// Hands all of a page to a sink, and returns the sink.
pub(super) fn read<S: TokenSink>(html: &str, sink: S) -> S {
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // no sink asks to stop, so one call takes all there is
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

/// An attribute of a tag; empty when it has none of that name.
pub(super) fn attribute(tag: &Tag, name: &str) -> String {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
}
