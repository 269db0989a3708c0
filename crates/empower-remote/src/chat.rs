//! Text in, text out: a model that is talked to. The simulated human and chat assistants speak through it; the chat
//! template is applied on the server's side, or by whoever implements [`ChatModel`] on a local model.

use empower_lm::{ModelId, Sampling};
use serde::{Deserialize, Serialize};

use crate::error::RemoteError;
use crate::http::{Endpoint, Limits};
use crate::pool::{Pool, Usage};
use crate::wire::read_chat;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// A conversation to answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChatRequest {
    /// What was said so far.
    pub messages: Vec<Message>,
    /// Tokens of the answer, at most.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Texts that end the answer.
    pub stop: Vec<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatAnswer {
    /// What the model said.
    pub text: String,
    /// Whether it said all of it, rather than running into `max_tokens`.
    pub is_complete: bool,
}

/// A model that answers conversations.
pub trait ChatModel: Send + Sync {
    /// The model's identity.
    fn model_id(&self) -> &ModelId;

    /// Answers every conversation, in their order.
    ///
    /// # Errors
    /// Whatever kept it from answering one of them.
    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, RemoteError>;
}

/// A model behind `/chat/completions`.
#[derive(Debug)]
pub struct RemoteChat {
    pool: Pool,
    model: String,
    id: ModelId,
}

impl RemoteChat {
    /// Opens the servers and asks each for one word, so that a wrong name or key is known now.
    ///
    /// # Errors
    /// A server that cannot be reached or does not answer.
    pub fn open(endpoints: &[Endpoint], limits: Limits, model: &str) -> Result<Self, RemoteError> {
        let pool = Pool::open(endpoints, limits)?;
        let chat = Self { pool, model: model.to_owned(), id: ModelId(format!("remote-chat:{model}")) };
        let hello = ChatRequest {
            messages: vec![Message { role: Role::User, content: "Say yes.".to_owned() }],
            max_tokens: 4,
            sampling: Sampling::Greedy,
            stop: Vec::new(),
        };
        let body = chat.body(&hello);
        for client in chat.pool.clients() {
            let text = client.post("/chat/completions", &body, &std::sync::atomic::AtomicBool::new(false))?;
            read_chat(&text).map_err(|fault| RemoteError::refused(client.url(), fault))?;
        }
        Ok(chat)
    }

    /// What was used so far.
    pub fn usage(&self) -> Usage {
        self.pool.usage()
    }

    fn body(&self, request: &ChatRequest) -> String {
        let mut body = serde_json::json!({
            "model": self.model, "messages": request.messages, "max_tokens": request.max_tokens,
        });
        let fields = body.as_object_mut().expect("an object");
        match request.sampling {
            Sampling::Greedy => {
                fields.insert("temperature".to_owned(), 0.0.into());
            }
            Sampling::Random { temperature, top_k, top_p, seed } => {
                fields.insert("temperature".to_owned(), f64::from(temperature).into());
                fields.insert("seed".to_owned(), (seed & 0x7fff_ffff).into());
                if top_k > 0 {
                    fields.insert("top_k".to_owned(), top_k.into());
                }
                if top_p < 1.0 {
                    fields.insert("top_p".to_owned(), f64::from(top_p).into());
                }
            }
        }
        if !request.stop.is_empty() {
            fields.insert("stop".to_owned(), request.stop.clone().into());
        }
        body.to_string()
    }
}

impl ChatModel for RemoteChat {
    fn model_id(&self) -> &ModelId {
        &self.id
    }

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, RemoteError> {
        self.pool.run(requests.len(), |client, i, cancel| {
            let text = client.post("/chat/completions", &self.body(&requests[i]), cancel)?;
            let answer = read_chat(&text).map_err(|fault| RemoteError::refused(client.url(), fault))?;
            self.pool.count(answer.prompt_tokens, answer.completion_tokens);
            Ok(ChatAnswer { text: answer.text, is_complete: answer.finish_reason.as_deref() == Some("stop") })
        })
    }
}
