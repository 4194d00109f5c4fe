// The module "k6/experimental/streams": ReadableStream with its default reader and controller
// (https://streams.spec.whatwg.org, as far as k6 has it). The text is run once in each context that
// imports it; its value is a function that takes the writable half (writable_streams.js) and gives
// the object of exports.
((writable) => {
  'use strict';

  const named = (name, message) => {
    const error = new Error(message);
    Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
    return error;
  };
  const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  const isNullish = (value) => value === undefined || value === null;
  const nothing = () => {};
  const one = () => 1;
  // What a function gives or throws, as a promise.
  const promised = (call) => {
    try {
      return Promise.resolve(call());
    } catch (error) {
      return Promise.reject(error);
    }
  };
  // A promise, with the functions that settle it, and whether one of them was called.
  const settler = () => {
    const settler = { settled: false };
    settler.promise = new Promise((resolve, reject) => {
      settler.resolve = (value) => (settler.settled = true, resolve(value));
      settler.reject = (error) => (settler.settled = true, reject(error));
    });
    return settler;
  };

  // A stream is a state, which its reader and controller see too.
  const desiredSize = (state) => {
    if (state.status === 'errored') return null;
    return state.status === 'closed' ? 0 : state.highWaterMark - state.total;
  };
  const takesMore = (state) => state.status === 'readable' && !state.closing;
  const isWaitedFor = (state) => state.reader !== null && state.reader.requests.length > 0;

  const clear = (state) => {
    state.queue = [];
    state.total = 0;
  };
  const finish = (state) => {
    state.status = 'closed';
    if (state.reader === null) return;
    state.reader.closed.resolve();
    for (const request of state.reader.requests.splice(0)) request.resolve({ value: undefined, done: true });
  };
  const fail = (state, error) => {
    if (state.status !== 'readable') return;
    clear(state);
    state.status = 'errored';
    state.error = error;
    if (state.reader === null) return;
    state.reader.closed.reject(error);
    for (const request of state.reader.requests.splice(0)) request.reject(error);
  };
  const pull = (state) => {
    if (!takesMore(state) || !state.started || !(isWaitedFor(state) || desiredSize(state) > 0)) return;
    if (state.pulling) {
      state.pullAgain = true;
      return;
    }
    state.pulling = true;
    promised(() => state.pull(state.controller)).then(() => {
      state.pulling = false;
      if (!state.pullAgain) return;
      state.pullAgain = false;
      pull(state);
    }, (error) => fail(state, error));
  };
  const sizeOf = (state, chunk) => {
    const size = Number(state.size(chunk));
    if (size >= 0 && size !== Infinity) return size;
    throw new RangeError('size must be a finite, non-negative number');
  };
  const enqueue = (state, chunk) => {
    if (!takesMore(state)) throw new TypeError('cannot close or enqueue');
    if (isWaitedFor(state)) {
      state.reader.requests.shift().resolve({ value: chunk, done: false });
    } else {
      try {
        const size = sizeOf(state, chunk);
        state.queue.push({ chunk, size });
        state.total += size;
      } catch (error) {
        fail(state, error);
        throw error;
      }
    }
    pull(state);
  };
  const close = (state) => {
    if (!takesMore(state)) throw new TypeError('cannot close or enqueue');
    state.closing = true;
    if (state.queue.length === 0) finish(state);
  };
  const read = (state) => {
    if (state.status === 'errored') return Promise.reject(state.error);
    if (state.status === 'closed') return Promise.resolve({ value: undefined, done: true });
    if (state.queue.length > 0) {
      const { chunk, size } = state.queue.shift();
      state.total = Math.max(0, state.total - size);
      if (state.closing && state.queue.length === 0) finish(state);
      else pull(state);
      return Promise.resolve({ value: chunk, done: false });
    }
    const request = settler();
    state.reader.requests.push(request);
    pull(state);
    return request.promise;
  };
  const cancel = (state, reason) => {
    if (state.status === 'closed') return Promise.resolve();
    if (state.status === 'errored') return Promise.reject(state.error);
    finish(state);
    clear(state);
    return promised(() => state.cancel(reason)).then(nothing);
  };

  // A function of the object that a stream is made of, and of no other.
  const method = (object, kind, name) => {
    const member = object[name];
    if (member === undefined) return nothing;
    if (typeof member !== 'function') throw new TypeError(`${kind}.[[${name}]] must be a function`);
    return (...given) => member.apply(object, given);
  };
  const readStrategy = (strategy) => {
    const size = strategy.size ?? one;
    if (typeof size !== 'function') throw new TypeError('size must be a function');
    const highWaterMark = strategy.highWaterMark ?? 1;
    if (typeof highWaterMark !== 'number' || !(highWaterMark >= 0))
      throw new RangeError('highWaterMark must be a non-negative number');
    return { size, highWaterMark };
  };
  const newState = (source, strategy) => {
    if (source.type !== undefined)
      throw String(source.type) === 'bytes' ? named('NotSupportedError', "'bytes' stream is not supported yet")
        : new TypeError('invalid underlying source type');
    return {
      status: 'readable', error: undefined, reader: null, queue: [], total: 0, started: false, closing: false,
      pulling: false, pullAgain: false, ...readStrategy(strategy), pull: method(source, 'underlyingSource', 'pull'),
      cancel: method(source, 'underlyingSource', 'cancel'),
    };
  };

  class ReadableStreamDefaultController {
    #state;
    constructor(state) {
      this.#state = state;
    }
    get desiredSize() {
      return desiredSize(this.#state);
    }
    enqueue(chunk) {
      enqueue(this.#state, chunk);
    }
    close() {
      close(this.#state);
    }
    error(reason) {
      fail(this.#state, reason);
    }
  }

  let stateOf;

  class ReadableStreamDefaultReader {
    #state;
    #own = { requests: [], closed: settler() };
    constructor(stream) {
      if (arguments.length !== 1) throw new TypeError('ReadableStreamDefaultReader takes a single argument');
      const state = stateOf(stream);
      if (state === undefined) throw new TypeError('ReadableStreamDefaultReader argument must be a ReadableStream');
      if (state.reader !== null) throw new TypeError('stream is locked');
      this.#state = state;
      state.reader = this.#own;
      // Nobody has to look at it.
      this.#own.closed.promise.catch(nothing);
      if (state.status === 'closed') this.#own.closed.resolve();
      if (state.status === 'errored') this.#own.closed.reject(state.error);
    }
    get closed() {
      return this.#own.closed.promise;
    }
    read() {
      return this.#state === null ? Promise.reject(new TypeError('stream is undefined')) : read(this.#state);
    }
    cancel(reason) {
      return this.#state === null ? Promise.reject(new TypeError('stream is undefined')) : cancel(this.#state, reason);
    }
    releaseLock() {
      if (this.#state === null) return;
      if (this.#state.status !== 'readable') this.#own.closed = settler();
      this.#own.closed.promise.catch(nothing);
      this.#own.closed.reject(new TypeError('stream is not readable'));
      this.#state.reader = null;
      this.#state = null;
      for (const request of this.#own.requests.splice(0)) request.reject(new TypeError('reader released'));
    }
  }

  class ReadableStream {
    #state;
    static {
      stateOf = (stream) => (isObject(stream) && #state in stream ? stream.#state : undefined);
    }
    constructor(source = {}, strategy = {}) {
      if (!isObject(source)) throw new TypeError('underlyingSource must be an object');
      const state = newState(source, isNullish(strategy) ? {} : strategy);
      this.#state = state;
      state.controller = new ReadableStreamDefaultController(state);
      Promise.resolve(method(source, 'underlyingSource', 'start')(state.controller)).then(() => {
        state.started = true;
        pull(state);
      }, (error) => fail(state, error));
    }
    get locked() {
      return this.#state.reader !== null;
    }
    cancel(reason) {
      return this.locked ? Promise.reject(new TypeError('cannot cancel a locked stream')) : cancel(this.#state, reason);
    }
    getReader(options) {
      const mode = isNullish(options) ? undefined : options.mode;
      if (mode === undefined) return new ReadableStreamDefaultReader(this);
      if (String(mode) !== 'byob') throw new TypeError("options.mode is not 'byob'");
      throw named('NotSupportedError', "'byob' mode is not supported yet");
    }
    tee() {
      throw named('NotSupportedError', "'tee()' is not supported yet");
    }
  }

  class CountQueuingStrategy {
    constructor(init) {
      if (arguments.length !== 1) throw new TypeError('CountQueuingStrategy takes a single argument');
      if (!isObject(init)) throw new TypeError('CountQueuingStrategy argument must be an object');
      if (isNullish(init.highWaterMark))
        throw new TypeError("CountQueuingStrategy argument must have 'highWaterMark' property");
      Object.defineProperty(this, 'highWaterMark', { value: init.highWaterMark, enumerable: true });
      Object.defineProperty(this, 'size', { value: one, enumerable: true });
    }
  }

  const shared = { isObject, isNullish, nothing, promised, settler, method, readStrategy };
  return { ReadableStream, ReadableStreamDefaultReader, CountQueuingStrategy, ...writable(shared) };
});
