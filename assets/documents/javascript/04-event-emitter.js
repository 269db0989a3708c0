export class Emitter {
  #listeners = new Map();

  /** Calls `listener` whenever `name` is emitted. Returns a function that ends this. */
  on(name, listener) {
    if (!this.#listeners.has(name)) {
      this.#listeners.set(name, new Set());
    }
    this.#listeners.get(name).add(listener);
    return () => this.off(name, listener);
  }

  once(name, listener) {
    const stop = this.on(name, (...args) => {
      stop();
      listener(...args);
    });
    return stop;
  }

  off(name, listener) {
    const listeners = this.#listeners.get(name);
    if (listeners) {
      listeners.delete(listener);
      if (listeners.size === 0) {
        this.#listeners.delete(name);
      }
    }
  }

  emit(name, ...args) {
    const listeners = [...(this.#listeners.get(name) ?? [])];
    for (const listener of listeners) {
      listener(...args);
    }
    return listeners.length > 0;
  }
}
