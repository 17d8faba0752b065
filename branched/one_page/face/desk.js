// Where the model is asked. Of each kind of question only the latest is wanted: the one before is cancelled.
Face.Desk = class {
  constructor(explorer) {
    this.explorer = explorer;
    this.wanted = new Map();
  }

  // What `work` gives, which is told the engine and a signal; nothing where it was cancelled meanwhile.
  async ask(kind, work) {
    this.cancel(kind);
    const wish = new AbortController();
    this.wanted.set(kind, wish);
    try {
      await this.explorer.ready;
      wish.signal.throwIfAborted();
      return await work(this.explorer, wish.signal);
    } catch (error) {
      if (wish.signal.aborted) return undefined;
      throw error;
    } finally {
      if (this.wanted.get(kind) === wish) this.wanted.delete(kind);
    }
  }

  cancel(kind) {
    this.wanted.get(kind)?.abort();
    this.wanted.delete(kind);
  }
};
