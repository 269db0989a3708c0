/**
 * Returns a function that calls `action` once the calls to it have paused for
 * `wait` milliseconds. Only the arguments of the last call are used.
 */
export function debounce(action, wait = 200) {
  let timer = null;

  function debounced(...args) {
    if (timer !== null) {
      clearTimeout(timer);
    }
    timer = setTimeout(() => {
      timer = null;
      action.apply(this, args);
    }, wait);
  }

  debounced.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };

  debounced.pending = () => timer !== null;

  return debounced;
}
