//! Language models in the human's place: what a user names, opened as one to talk to, with its tokenizer for measuring and
//! its words. Whose chat template is applied where is decided here: a server applies its own, a local model's is applied
//! by us, and a model without one is shown a plain transcript.
//!
//! ```text
//! HumanOptions ──open(cache)──▶ HumanModel ──chat()──▶ ChatModel ─┐
//!                                          └─measure, prompts ────┴──▶ empower_sim::LmHuman
//! ```

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, Parser, ValueEnum};
use empower_artifact::ContentHash;
use empower_cache::{Cache, CachedChat};
use empower_lm::{ChatError, ChatModel, ChatTemplate, LocalChat, Tokenizer};
use empower_remote::RemoteChat;
use empower_sim::{
    Deciding, HumanPrompts, LmHuman, LmSettings, Statement, SuggestionSampling, TokenizerCodec, Writing,
};

use crate::assets::human_prompts;
use crate::models::{Model, ModelOptions, ModelUsage, Prices, prices};
use crate::output::usage_error;

/// A language model in the human's place, as a user names it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Language-model human")]
pub struct HumanOptions {
    /// The human's model: a folder, a name of the hub, or a server's address as for --model; the embedded model by default.
    #[arg(long, value_name = "MODEL")]
    pub human_model: Option<PathBuf>,
    /// The human's model's name at its server.
    #[arg(long, value_name = "NAME")]
    pub human_served_model: Option<String>,
    /// Tokenizer of the human's served model; needed with --human-api completions, and by which its typing is measured.
    #[arg(long, value_name = "MODEL")]
    pub human_tokenizer: Option<PathBuf>,
    /// Positions of the human's served model, with --human-api completions.
    #[arg(long, value_name = "N")]
    pub human_context: Option<usize>,
    /// Requests in flight at each of the human's servers, at most; 8 by default.
    #[arg(long, value_name = "N")]
    pub human_concurrency: Option<usize>,
    /// The environment variable that holds the key of the human's server.
    #[arg(long, value_name = "VARIABLE")]
    pub human_api_key_env: Option<String>,
    /// Seconds that a request to the human's server may take; 600 by default.
    #[arg(long, value_name = "SECONDS")]
    pub human_request_timeout: Option<u64>,
    /// Prices of a million tokens that the human reads and writes.
    #[arg(long, value_name = "READ,GENERATED", value_parser = prices)]
    pub human_prices: Option<Prices>,
    /// What the human's server is asked by: `chat`, where it applies its own template, or `completions`, where that of
    /// --human-tokenizer is applied here.
    #[arg(long, value_enum, default_value_t = HumanApi::Chat)]
    pub human_api: HumanApi,
    /// Folder of the human's words; those of assets/prompts/human by default.
    #[arg(long, value_name = "DIR")]
    pub human_prompts: Option<PathBuf>,
    /// A chat template in place of the human's model's own. Models without one are shown a transcript.
    #[arg(long, value_name = "FILE.jinja")]
    pub human_chat_template: Option<PathBuf>,
    /// Tokenizer by which the human's typing is measured: a folder or a name of the hub. By default its own where it is
    /// known, else the assistant's.
    #[arg(long, value_name = "MODEL")]
    pub human_measure: Option<PathBuf>,
    /// How the human goes on writing: its answer is begun for it up to the end of the code (`prefill`), or it writes the
    /// program from the start each time (`retype`), for servers that do not go on with a message.
    #[arg(long, value_enum, default_value_t = WritingChoice::Prefill)]
    pub human_writes: WritingChoice,
    /// Draw the human's tokens at this temperature, above 0; greedy by default.
    #[arg(long, value_name = "T")]
    pub human_temperature: Option<f32>,
    /// Tokens of its thoughts about a suggestion, at most.
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub thought_tokens: usize,
    /// With --human lm-agree: tokens that it writes before it is shown a suggestion, at most.
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub draft_tokens: usize,
    /// With --human lm-agree: it takes what agrees at least so much with what it wrote, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub agreement: f64,
}

/// `--human-api`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HumanApi {
    /// `/chat/completions`.
    Chat,
    /// `/completions`.
    Completions,
}

/// `--human-writes`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WritingChoice {
    /// Begun for it.
    Prefill,
    /// From the start.
    Retype,
}

impl WritingChoice {
    /// The simulation's word for it.
    pub fn writing(self) -> Writing {
        match self {
            Self::Prefill => Writing::Prefill,
            Self::Retype => Writing::Retype,
        }
    }
}

/// What ends the answer of a model that is shown a transcript, which would go on with the next question.
const TRANSCRIPT_STOPS: [&str; 2] = ["\n## Question", "\n## Answer"];

enum Talker {
    /// The template is applied by the server.
    Served(RemoteChat, Option<Prices>),
    /// The template is applied here.
    Templated { model: Box<Model>, template: Box<ChatTemplate>, stop: Vec<String> },
}

/// A language model that can be talked to in the human's place.
pub struct HumanModel {
    talker: Talker,
    cache: Option<Arc<Cache>>,
    /// What the human is told.
    pub prompts: HumanPrompts,
    /// By which its typing is measured.
    pub measure: Tokenizer,
    /// The measure for manifests: a hash of the tokenizer.
    pub measure_name: String,
}

impl Default for HumanOptions {
    fn default() -> Self {
        // What nobody says on the command line is said in one place.
        #[derive(Parser)]
        struct Alone {
            #[command(flatten)]
            options: HumanOptions,
        }
        Alone::parse_from(["human"]).options
    }
}

impl HumanOptions {
    /// How it behaves.
    pub fn settings(&self, deciding: Deciding, tokens_per_round: usize) -> LmSettings {
        LmSettings {
            deciding,
            writing: self.human_writes.writing(),
            tokens_per_round,
            thought_tokens: self.thought_tokens,
            draft_tokens: self.draft_tokens,
            agreement: self.agreement,
            sampling: match self.human_temperature {
                Some(temperature) => SuggestionSampling::Random { temperature, top_k: 0, top_p: 1.0 },
                None => SuggestionSampling::Greedy,
            },
        }
    }

    /// Its words.
    ///
    /// # Errors
    /// A folder whose files are no templates.
    pub fn prompts(&self) -> Result<HumanPrompts> {
        let folder = self.human_prompts.clone().map_or_else(human_prompts, Ok)?;
        Ok(HumanPrompts::open(&folder)?)
    }

    fn model(&self) -> ModelOptions {
        ModelOptions {
            model: self.human_model.clone(),
            served_model: self.human_served_model.clone(),
            tokenizer: self.human_tokenizer.clone(),
            context: self.human_context,
            concurrency: self.human_concurrency,
            api_key_env: self.human_api_key_env.clone(),
            request_timeout: self.human_request_timeout,
            prices: self.human_prices,
            ..ModelOptions::default()
        }
    }

    /// Opens the model, its words and its measure. `assistant` measures where nothing else is known.
    ///
    /// # Errors
    /// A model that cannot be opened, prompts or templates that are missing or wrong.
    pub fn open(&self, cache: Option<&Arc<Cache>>, assistant: &Tokenizer) -> Result<HumanModel> {
        let options = self.model();
        let (talker, own) = match (options.urls()?, self.human_api) {
            (Some(urls), HumanApi::Chat) => {
                let name = options
                    .served_model
                    .as_deref()
                    .ok_or_else(|| usage_error("a served human needs --human-served-model: its name at the server"))?;
                if self.human_chat_template.is_some() {
                    return Err(usage_error(
                        "--human-chat-template goes with a local model or --human-api completions: on /chat/completions \
                         the server applies its own",
                    ));
                }
                let chat = RemoteChat::open(&options.endpoints(&urls), options.limits(), name)?;
                let own = options.tokenizer.is_some().then(|| options.open_tokenizer()).transpose()?;
                (Talker::Served(chat, options.prices), own)
            }
            _ => {
                let model = Box::new(options.open(cache)?);
                let own = model.tokenizer().clone();
                let (template, stop) = self.template(&model)?;
                (Talker::Templated { model, template: Box::new(template), stop }, Some(own))
            }
        };
        let named = match &self.human_measure {
            Some(_) => {
                let named = ModelOptions { model: self.human_measure.clone(), ..ModelOptions::default() };
                let folder = crate::hub::tokenizer_folder(named.model.as_deref().unwrap_or_else(|| "".as_ref()))?;
                Some(Tokenizer::open(&folder).context("--human-measure")?)
            }
            None => own,
        };
        let measure = named.unwrap_or_else(|| assistant.clone());
        Ok(HumanModel {
            talker,
            cache: cache.cloned(),
            prompts: self.prompts()?,
            measure_name: ContentHash::of_bytes(measure.as_bytes()).to_string(),
            measure,
        })
    }

    /// The template asked for, the model's own, or the transcript.
    fn template(&self, model: &Model) -> Result<(ChatTemplate, Vec<String>)> {
        // Models that think aloud by default would fill their answer with it.
        let thoughtless = |template: ChatTemplate| template.with_variable("enable_thinking", false);
        let found = match &self.human_chat_template {
            Some(file) => ChatTemplate::read(file, model.folder()),
            None => ChatTemplate::open(model.folder()),
        };
        match found {
            Ok(template) => Ok((thoughtless(template), Vec::new())),
            Err(ChatError::NoTemplate { .. }) => {
                eprintln!("the human's model has no chat template: it is shown a transcript");
                let transcript = ChatTemplate::read(&human_prompts()?.join("transcript.jinja"), model.folder())?;
                Ok((transcript, TRANSCRIPT_STOPS.map(str::to_owned).to_vec()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl HumanModel {
    /// It as one to talk to, its answers remembered where there is a cache.
    ///
    /// # Errors
    /// A server that cannot continue tokens.
    pub fn chat(&self) -> Result<Box<dyn ChatModel + '_>> {
        let chat: Box<dyn ChatModel + '_> = match &self.talker {
            Talker::Served(chat, _) => Box::new(chat),
            Talker::Templated { model, template, stop } => {
                let generator = model.forgetful_generator()?;
                Box::new(LocalChat::new(generator, model.tokenizer().clone(), template.as_ref().clone(), stop.clone()))
            }
        };
        Ok(match &self.cache {
            Some(cache) => Box::new(CachedChat::new(chat, cache)),
            None => chat,
        })
    }

    /// It as the simulation's human, who is talked to by `chat` and measured by `measure`.
    pub fn human<'h>(
        &'h self,
        chat: &'h dyn ChatModel,
        measure: &'h TokenizerCodec<'h>,
        statements: HashMap<String, Statement>,
        settings: LmSettings,
    ) -> LmHuman<'h> {
        let (prompts, measure_name) = (self.prompts.clone(), self.measure_name.clone());
        LmHuman { model: chat, prompts, measure, measure_name, statements, settings }
    }

    /// What was used so far.
    pub fn usage(&self) -> ModelUsage {
        match &self.talker {
            Talker::Served(chat, prices) => {
                ModelUsage::new(chat.model_id(), Some(chat.usage()), *prices, self.cache.as_deref())
            }
            Talker::Templated { model, .. } => model.usage(),
        }
    }
}
