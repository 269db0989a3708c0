const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Runs an asynchronous task until it succeeds, with a longer pause after each
 * failure. The last error is thrown when there are no attempts left.
 */
export async function retry(task, { attempts = 3, pause = 100, factor = 2, shouldRetry = () => true } = {}) {
  let lastError;
  let wait = pause;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      return await task(attempt);
    } catch (error) {
      lastError = error;
      if (attempt === attempts || !shouldRetry(error)) {
        break;
      }
      await sleep(wait);
      wait *= factor;
    }
  }
  throw lastError;
}

export async function fetchJson(url) {
  return retry(async () => {
    const response = await fetch(url);
    if (!response.ok) {
      throw new Error(`${url} answered ${response.status}`);
    }
    return response.json();
  });
}
