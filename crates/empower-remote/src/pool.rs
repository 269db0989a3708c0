//! Many requests over several servers of one model. Each server has its own number of seats; whoever is free takes the
//! next request, and answers come back in the order of the requests whatever the order they arrive in.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::RemoteError;
use crate::http::{Client, Endpoint, Limits};

/// What was used so far, as the servers count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Answers received.
    pub requests: u64,
    /// Tries that had to be repeated.
    pub retries: u64,
    /// Tokens of prompts.
    pub prompt_tokens: u64,
    /// Tokens generated.
    pub completion_tokens: u64,
}

impl Usage {
    /// What it costs at these prices, in the prices' currency a million tokens.
    pub fn cost(&self, prompt_price: f64, completion_price: f64) -> f64 {
        (self.prompt_tokens as f64 * prompt_price + self.completion_tokens as f64 * completion_price) / 1e6
    }
}

/// Several servers of one model.
#[derive(Debug)]
pub struct Pool {
    servers: Vec<(Client, usize)>,
    cancel: AtomicBool,
    requests: AtomicU64,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    stream_retries: AtomicU64,
}

impl Pool {
    /// Servers of one model; whether they are is for the caller's probe to find out.
    ///
    /// # Errors
    /// No server, or what [`Client::open`] refuses.
    pub fn open(endpoints: &[Endpoint], limits: Limits) -> Result<Self, RemoteError> {
        if endpoints.is_empty() {
            return Err(RemoteError::Setting {
                setting: "endpoints",
                given: "none".to_owned(),
                expected: "at least one",
            });
        }
        let servers = endpoints
            .iter()
            .map(|endpoint| Ok((Client::open(endpoint, limits)?, endpoint.concurrency)))
            .collect::<Result<_, RemoteError>>()?;
        Ok(Self {
            servers,
            cancel: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            prompt_tokens: AtomicU64::new(0),
            completion_tokens: AtomicU64::new(0),
            stream_retries: AtomicU64::new(0),
        })
    }

    /// The servers.
    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.servers.iter().map(|(client, _)| client)
    }

    /// Requests in flight at most, over all servers.
    pub fn concurrency(&self) -> usize {
        self.servers.iter().map(|(_, seats)| seats).sum()
    }

    /// Gives up: requests that wait for a retry end, streams are cut off at their next piece, later requests are not made.
    /// For good.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// What was used so far.
    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.clients().map(Client::retries).sum::<u64>() + self.stream_retries.load(Ordering::Relaxed),
            prompt_tokens: self.prompt_tokens.load(Ordering::Relaxed),
            completion_tokens: self.completion_tokens.load(Ordering::Relaxed),
        }
    }

    /// Counts a stream that is asked for again.
    pub(crate) fn count_retry(&self) {
        self.stream_retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an answer.
    pub(crate) fn count(&self, prompt_tokens: u64, completion_tokens: u64) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.prompt_tokens.fetch_add(prompt_tokens, Ordering::Relaxed);
        self.completion_tokens.fetch_add(completion_tokens, Ordering::Relaxed);
    }

    /// Does jobs `0 .. n_jobs`, each with a server and the flag that ends it early, and returns their answers in order.
    ///
    /// After an error no further job is begun; of several errors the one of the lowest job is returned, so that the
    /// message does not depend on who was fastest among those that had begun.
    ///
    /// # Errors
    /// The jobs' own.
    pub fn run<A: Send>(
        &self,
        n_jobs: usize,
        job: impl Fn(&Client, usize, &AtomicBool) -> Result<A, RemoteError> + Sync,
    ) -> Result<Vec<A>, RemoteError> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let answers = Mutex::new(Vec::with_capacity(n_jobs));
        let work = |client: &Client| {
            while !failed.load(Ordering::Relaxed) {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= n_jobs {
                    return;
                }
                let answer = job(client, i, &self.cancel);
                failed.fetch_or(answer.is_err(), Ordering::Relaxed);
                answers.lock().unwrap_or_else(PoisonError::into_inner).push((i, answer));
            }
        };
        // Seats in turn, so that few jobs spread over the servers.
        let most = self.servers.iter().map(|(_, seats)| *seats).max().unwrap_or(0);
        let seats = (0..most).flat_map(|seat| self.servers.iter().filter(move |(_, seats)| seat < *seats));
        let workers: Vec<&Client> = seats.map(|(client, _)| client).take(n_jobs).collect();
        match workers.as_slice() {
            [] => {}
            // A thread costs more than nothing.
            [client] => work(client),
            _ => std::thread::scope(|scope| {
                for client in workers {
                    scope.spawn(|| work(client));
                }
            }),
        }
        let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        answers.sort_by_key(|(i, _)| *i);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn pool(seats: &[usize]) -> Pool {
        let endpoints: Vec<Endpoint> = seats
            .iter()
            .enumerate()
            .map(|(i, &concurrency)| Endpoint { concurrency, ..Endpoint::new(format!("http://127.0.0.1:{}", i + 1)) })
            .collect();
        Pool::open(&endpoints, Limits::default()).expect("valid")
    }

    #[test]
    fn answers_keep_the_order_and_seats_their_number() {
        let pool = pool(&[3, 2]);
        let busy = [AtomicUsize::new(0), AtomicUsize::new(0)];
        let most = [AtomicUsize::new(0), AtomicUsize::new(0)];
        let answers = pool
            .run(60, |client, i, _| {
                let server = usize::from(client.url().ends_with('2'));
                let now = busy[server].fetch_add(1, Ordering::SeqCst) + 1;
                most[server].fetch_max(now, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis((i % 3) as u64));
                busy[server].fetch_sub(1, Ordering::SeqCst);
                Ok(i * i)
            })
            .expect("no job fails");
        assert_eq!(answers, (0..60).map(|i| i * i).collect::<Vec<_>>());
        let most = most.map(|most| most.load(Ordering::SeqCst));
        assert!(most[0] <= 3 && most[1] <= 2 && most[0] + most[1] >= 3, "{most:?}");
        assert_eq!(pool.run(0, |_, _, _| Ok(())).expect("nothing to do"), []);
    }

    #[test]
    fn one_failure_ends_the_rest() {
        let begun = AtomicUsize::new(0);
        let error = pool(&[2])
            .run(1000, |_, i, _| {
                begun.fetch_add(1, Ordering::SeqCst);
                if i == 3 { Err(RemoteError::Cancelled) } else { Ok(()) }
            })
            .expect_err("job 3 fails");
        assert!(matches!(error, RemoteError::Cancelled));
        assert!(begun.load(Ordering::SeqCst) < 1000);
    }

    #[test]
    fn usage_has_a_price() {
        let usage = Usage { prompt_tokens: 2_000_000, completion_tokens: 500_000, ..Usage::default() };
        assert_eq!(usage.cost(1.0, 4.0), 4.0);
    }
}
