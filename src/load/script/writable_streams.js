// The writable half of "k6/experimental/streams": WritableStream with its default writer and
// controller (https://streams.spec.whatwg.org, as far as k6 2.2 has it). Its value is a function
// that takes what both halves share, and gives the exports.
((shared) => {
  'use strict';

  const { isObject, isNullish, nothing, promised, settler, method, readStrategy } = shared;
  const end = Symbol('end');  // in the queue, in the place of a chunk
  const rejected = (error) => Promise.reject(error);
  const isClosing = (state) => state.closeRequest !== null || state.closeInFlight !== null;
  const isAtWork = (state) => state.writeInFlight !== null || state.closeInFlight !== null;
  const desiredSize = (state) => {
    if (state.status === 'errored' || state.status === 'erroring') return null;
    return state.status === 'closed' ? 0 : state.highWaterMark - state.total;
  };

  // A promise of a writer is rejected, or is a new one that is; nobody has to look at it.
  const rejectAnew = (writer, name, error) => {
    if (writer[name].settled) writer[name] = settler();
    writer[name].promise.catch(nothing);
    writer[name].reject(error);
  };
  const setPressure = (state, pressure) => {
    if (state.writer !== null && pressure !== state.pressure) {
      if (pressure) state.writer.ready = settler();
      else state.writer.ready.resolve();
    }
    state.pressure = pressure;
  };

  const rejectRest = (state) => {
    if (state.closeRequest !== null) {
      state.closeRequest.reject(state.error);
      state.closeRequest = null;
    }
    if (state.writer !== null) rejectAnew(state.writer, 'closed', state.error);
  };
  const finishErroring = (state) => {
    state.status = 'errored';
    state.queue = [];
    state.total = 0;
    for (const request of state.requests.splice(0)) request.reject(state.error);
    const abort = state.pendingAbort;
    state.pendingAbort = null;
    if (abort === null) return rejectRest(state);
    if (abort.wasErroring) {
      abort.reject(state.error);
      return rejectRest(state);
    }
    promised(() => state.abort(abort.reason)).then(() => {
      abort.resolve();
      rejectRest(state);
    }, (error) => {
      abort.reject(error);
      rejectRest(state);
    });
  };
  const startErroring = (state, error) => {
    state.status = 'erroring';
    state.error = error;
    if (state.writer !== null) rejectAnew(state.writer, 'ready', error);
    if (!isAtWork(state) && state.started) finishErroring(state);
  };
  const fail = (state, error) => {
    if (state.status === 'writable') startErroring(state, error);
  };
  const sinkFailed = (state, error) => {
    if (state.status === 'writable') startErroring(state, error);
    else finishErroring(state);
  };

  const takeFirst = (state) => {
    state.total = Math.max(0, state.total - state.queue.shift().size);
  };
  const writeNext = (state) => {
    const request = state.writeInFlight = state.requests.shift();
    promised(() => state.write(state.queue[0].chunk, state.controller)).then(() => {
      state.writeInFlight = null;
      request.resolve();
      takeFirst(state);
      if (!isClosing(state) && state.status === 'writable') setPressure(state, desiredSize(state) <= 0);
      advance(state);
    }, (error) => {
      state.writeInFlight = null;
      request.reject(error);
      sinkFailed(state, error);
    });
  };
  const closeSink = (state) => {
    const request = state.closeInFlight = state.closeRequest;
    state.closeRequest = null;
    takeFirst(state);
    promised(() => state.close()).then(() => {
      state.closeInFlight = null;
      request.resolve();
      if (state.pendingAbort !== null) state.pendingAbort.resolve();
      state.pendingAbort = null;
      state.status = 'closed';
      if (state.writer !== null) state.writer.closed.resolve();
    }, (error) => {
      state.closeInFlight = null;
      request.reject(error);
      if (state.pendingAbort !== null) state.pendingAbort.reject(error);
      state.pendingAbort = null;
      sinkFailed(state, error);
    });
  };
  const advance = (state) => {
    if (!state.started || state.writeInFlight !== null) return;
    if (state.status === 'erroring') finishErroring(state);
    else if (state.queue.length > 0 && state.closeInFlight === null)
      state.queue[0].chunk === end ? closeSink(state) : writeNext(state);
  };

  const abort = (state, reason) => {
    if (state.status === 'closed' || state.status === 'errored') return Promise.resolve();
    if (state.pendingAbort !== null) return state.pendingAbort.promise;
    const wasErroring = state.status === 'erroring';
    state.pendingAbort = Object.assign(settler(), { reason: wasErroring ? undefined : reason, wasErroring });
    const { promise } = state.pendingAbort;
    if (!wasErroring) startErroring(state, reason);
    return promise;
  };
  const close = (state) => {
    if (state.status === 'closed' || state.status === 'errored')
      return rejected(new TypeError('stream is already closed or errored'));
    state.closeRequest = settler();
    const { promise } = state.closeRequest;
    if (state.writer !== null && state.pressure && state.status === 'writable') state.writer.ready.resolve();
    state.queue.push({ chunk: end, size: 0 });
    advance(state);
    return promise;
  };
  const sizeOf = (state, chunk) => {
    try {
      return state.size(chunk);
    } catch (error) {
      fail(state, error);
      return 1;
    }
  };
  const write = (state, writer, chunk) => {
    const size = Number(sizeOf(state, chunk));
    if (state.writer !== writer) return rejected(new TypeError('writer was released'));
    if (state.status === 'errored') return rejected(state.error);
    if (isClosing(state) || state.status === 'closed') return rejected(new TypeError('stream is closing or closed'));
    if (state.status === 'erroring') return rejected(state.error);
    const request = settler();
    state.requests.push(request);
    if (!(size >= 0) || size === Infinity) {
      fail(state, new RangeError('size must be a finite, non-negative number'));
      return request.promise;
    }
    state.queue.push({ chunk, size });
    state.total += size;
    if (state.status === 'writable') setPressure(state, desiredSize(state) <= 0);
    advance(state);
    return request.promise;
  };

  class WritableStreamDefaultController {
    #state;
    constructor(state) {
      this.#state = state;
    }
    error(reason) {
      fail(this.#state, reason);
    }
  }

  let stateOf;

  class WritableStreamDefaultWriter {
    #state;
    #own = { ready: settler(), closed: settler() };
    constructor(stream) {
      if (arguments.length !== 1) throw new TypeError('WritableStreamDefaultWriter takes a single argument');
      const state = stateOf(stream);
      if (state === undefined) throw new TypeError('WritableStreamDefaultWriter argument must be a WritableStream');
      if (state.writer !== null) throw new TypeError('stream is locked');
      this.#state = state;
      state.writer = this.#own;
      if (state.status === 'erroring' || state.status === 'errored') rejectAnew(this.#own, 'ready', state.error);
      else if (state.status === 'closed' || isClosing(state) || !state.pressure) this.#own.ready.resolve();
      if (state.status === 'closed') this.#own.closed.resolve();
      if (state.status === 'errored') rejectAnew(this.#own, 'closed', state.error);
    }
    get closed() {
      return this.#own.closed.promise;
    }
    get ready() {
      return this.#own.ready.promise;
    }
    get desiredSize() {
      if (this.#state === null) throw new TypeError('stream is undefined');
      return desiredSize(this.#state);
    }
    abort(reason) {
      return this.#state === null ? rejected(new TypeError('stream is undefined')) : abort(this.#state, reason);
    }
    close() {
      if (this.#state === null) return rejected(new TypeError('stream is undefined'));
      return isClosing(this.#state) ? rejected(new TypeError('stream is already closing')) : close(this.#state);
    }
    releaseLock() {
      if (this.#state === null) return;
      const error = new TypeError('writer released');
      rejectAnew(this.#own, 'ready', error);
      rejectAnew(this.#own, 'closed', error);
      this.#state.writer = null;
      this.#state = null;
    }
    write(chunk) {
      return this.#state === null ? rejected(new TypeError('stream is undefined')) : write(this.#state, this.#own, chunk);
    }
  }

  class WritableStream {
    #state;
    static {
      stateOf = (stream) => (isObject(stream) && #state in stream ? stream.#state : undefined);
    }
    constructor(sink = {}, strategy = {}) {
      if (!isObject(sink)) throw new TypeError('underlyingSink must be an object');
      if (sink.type !== undefined) throw new RangeError('invalid underlying sink type');
      const state = {
        status: 'writable', error: undefined, writer: null, queue: [], total: 0, requests: [], started: false,
        pressure: false, writeInFlight: null, closeRequest: null, closeInFlight: null, pendingAbort: null,
        ...readStrategy(isNullish(strategy) ? {} : strategy), write: method(sink, 'underlyingSink', 'write'),
        close: method(sink, 'underlyingSink', 'close'), abort: method(sink, 'underlyingSink', 'abort'),
      };
      this.#state = state;
      state.controller = new WritableStreamDefaultController(state);
      state.pressure = desiredSize(state) <= 0;
      Promise.resolve(method(sink, 'underlyingSink', 'start')(state.controller)).then(() => {
        state.started = true;
        advance(state);
      }, (error) => {
        state.started = true;
        sinkFailed(state, error);
      });
    }
    get locked() {
      return this.#state.writer !== null;
    }
    abort(reason) {
      return this.locked ? rejected(new TypeError('cannot abort a locked stream')) : abort(this.#state, reason);
    }
    close() {
      if (this.locked) return rejected(new TypeError('cannot close a locked stream'));
      return isClosing(this.#state) ? rejected(new TypeError('stream is already closing')) : close(this.#state);
    }
    getWriter() {
      return new WritableStreamDefaultWriter(this);
    }
  }

  return { WritableStream, WritableStreamDefaultWriter };
});
