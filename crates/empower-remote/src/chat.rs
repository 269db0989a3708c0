//! A served model that is talked to. The chat template is applied on the server's side.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use empower_lm::{AnswerEnd, ChatAnswer, ChatModel, ChatRequest, Message, ModelError, ModelId, Role, Sampling};

use crate::error::{Fault, RemoteError};
use crate::http::{Endpoint, Limits};
use crate::pool::{Pool, Usage};
use crate::score::backend;
use crate::wire::read_chat;

/// A model behind `/chat/completions`.
#[derive(Debug)]
pub struct RemoteChat {
    pool: Pool,
    model: String,
    id: ModelId,
    /// Whether the servers were heard since this was opened.
    heard: Mutex<bool>,
}

impl RemoteChat {
    /// Names the servers. Nothing is asked before there is something to answer, so that a run whose answers are all
    /// remembered needs no server; then each is asked for a word first, so that a wrong name or key is known by name.
    ///
    /// # Errors
    /// Addresses, limits and keys that cannot be used.
    pub fn open(endpoints: &[Endpoint], limits: Limits, model: &str) -> Result<Self, RemoteError> {
        let pool = Pool::open(endpoints, limits)?;
        let id = ModelId(format!("remote-chat:{model}"));
        Ok(Self { pool, model: model.to_owned(), id, heard: Mutex::new(false) })
    }

    fn hear(&self) -> Result<(), RemoteError> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if *heard {
            return Ok(());
        }
        let body = self.body(&ChatRequest::greedy(vec![Message::new(Role::User, "Say yes.")], 4));
        for client in self.pool.clients() {
            let text = client.post("/chat/completions", &body, &AtomicBool::new(false))?;
            let answer = read_chat(&text).map_err(|fault| RemoteError::refused(client.url(), fault))?;
            self.pool.count(answer.prompt_tokens, answer.completion_tokens);
        }
        *heard = true;
        Ok(())
    }

    /// What was used so far.
    pub fn usage(&self) -> Usage {
        self.pool.usage()
    }

    fn body(&self, request: &ChatRequest) -> String {
        let mut messages = request.messages.clone();
        let begun = !request.prefill.is_empty();
        if begun {
            messages.push(Message::new(Role::Assistant, request.prefill.clone()));
        }
        let mut body = serde_json::json!({
            "model": self.model, "messages": messages, "max_tokens": request.max_tokens,
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
        if begun {
            // vLLM's and SGLang's words for it; llama.cpp's server goes on with a last message of the assistant anyway.
            fields.insert("continue_final_message".to_owned(), true.into());
            fields.insert("add_generation_prompt".to_owned(), false.into());
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

    fn answer(&self, requests: &[ChatRequest]) -> Result<Vec<ChatAnswer>, ModelError> {
        let answers = self.hear().and_then(|()| {
            self.pool.run(requests.len(), |client, i, cancel| {
                let text = client.post("/chat/completions", &self.body(&requests[i]), cancel)?;
                let refused = |fault| RemoteError::refused(client.url(), fault);
                let answer = read_chat(&text).map_err(refused)?;
                self.pool.count(answer.prompt_tokens, answer.completion_tokens);
                let end = match answer.finish_reason.as_deref() {
                    Some("stop" | "eos") => AnswerEnd::Said,
                    Some("length") => AnswerEnd::Length,
                    Some(other) => {
                        return Err(refused(Fault::Form { what: format!("finish_reason {other:?} is not known") }));
                    }
                    None => return Err(refused(Fault::NoEnd { n_tokens: answer.completion_tokens as usize })),
                };
                // Some servers repeat what the answer was begun with.
                let text = answer.text.strip_prefix(request_prefill(&requests[i])).map(str::to_owned);
                Ok(ChatAnswer { text: text.unwrap_or(answer.text), end })
            })
        });
        answers.map_err(|error| backend(&self.id, error))
    }
}

/// What an answer is begun with, where that is more than white space.
fn request_prefill(request: &ChatRequest) -> &str {
    if request.prefill.trim().is_empty() { "" } else { &request.prefill }
}
