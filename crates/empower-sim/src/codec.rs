//! What an episode asks of a tokenizer: the tokens of a text, and the bytes of a token. Narrower than a tokenizer, so
//! that the state machine can be tested with one of a dozen lines.

use empower_lm::TokenId;

use crate::error::Fault;

/// Text to tokens and back, without loss: the bytes of `encode(text)`, one after another, are `text`.
pub trait TextCodec: Sync {
    /// The tokens of `text`, with no special token added at either end.
    fn encode(&self, text: &str) -> Result<Vec<TokenId>, Fault>;

    /// The bytes that a token stands for. They may begin or end inside a character; special tokens have none.
    fn token_bytes(&self, token: TokenId) -> Result<Vec<u8>, Fault>;
}
