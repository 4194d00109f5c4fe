// What writable streams do, line by line; writable_streams.out is what those of Node.js 20 print of
// it. k6 has them from 2.2 on.
import { WritableStream, WritableStreamDefaultWriter, CountQueuingStrategy } from 'k6/experimental/streams';
export const options = { iterations: 1 };
const log = (...all) => console.log(...all);
// Errors by their names: the words are everybody's own.
const told = async (p) => { try { return String(await p); } catch (e) { return e instanceof Error ? (e.name === 'Error' ? e.message : e.name) : `rejected ${e}`; } };
const thrown = (f) => { try { return typeof f(); } catch (e) { return e.name === 'Error' ? e.message : e.name; } };
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const turns = async (n) => { for (let i = 0; i < n; ++i) await null; };

async function writes() {
  const order = [];
  const stream = new WritableStream({
    start() { order.push('start'); },
    async write(chunk) { order.push(`write ${chunk}`); await turns(3); order.push(`wrote ${chunk}`); },
    close() { order.push('close'); },
  }, { highWaterMark: 2 });
  log(stream.locked);
  const writer = stream.getWriter();
  log(stream.locked, writer.desiredSize);
  for (const chunk of ['a', 'b', 'c']) {
    writer.write(chunk).then(() => order.push(`done ${chunk}`));
    order.push(`size ${writer.desiredSize}`);
  }
  await writer.ready;
  order.push('ready');
  await writer.close();
  log(order.join(', '));
  log(await told(writer.closed), writer.desiredSize, await told(writer.close()), await told(writer.abort()));
  writer.releaseLock();
  log(stream.locked, thrown(() => writer.desiredSize), await told(writer.write('e')), await told(writer.closed), await told(writer.ready));
  log(await told(stream.close()), await told(stream.abort('late')));
}

async function pressure() {
  let pass;
  const stream = new WritableStream({ write: () => new Promise((resolve) => { pass = resolve; }) });
  const writer = stream.getWriter();
  await writer.ready;
  const first = writer.write(1);
  let ready = false;
  writer.ready.then(() => { ready = true; });
  await turns(10);
  log(writer.desiredSize, ready);
  pass();
  log(await told(first), await told(writer.ready), writer.desiredSize);
  const none = new WritableStream({}, { highWaterMark: 0 }).getWriter();
  log(none.desiredSize);
  const closing = none.close();
  log(await told(none.ready), await told(closing));
}

async function failures() {
  const broken = new WritableStream({ write() { throw new Error('no room'); } }).getWriter();
  log(await told(broken.write(1)), await told(broken.closed), await told(broken.ready), broken.desiredSize, await told(broken.write(2)), await told(broken.close()));
  const late = new WritableStream({ write: () => Promise.reject('later') }).getWriter();
  const both = [late.write(1), late.write(2)];
  log(await told(both[0]), await told(both[1]), await told(late.closed));
  log(thrown(() => new WritableStream({ start() { throw new Error('at start'); } })));
  const begun = new WritableStream({ start: () => Promise.reject('start') }).getWriter();
  log(await told(begun.ready), await told(begun.closed), await told(begun.write(1)));
  const unclosed = new WritableStream({ close() { throw new Error('stuck'); } }).getWriter();
  log(await told(unclosed.close()), await told(unclosed.closed));
  let controller;
  const told_of = new WritableStream({ start(c) { controller = c; } }).getWriter();
  controller.error('enough');
  log(await told(told_of.write(1)), await told(told_of.closed), told_of.desiredSize);
  controller.error('again');
  log(await told(told_of.closed));
}

async function aborts() {
  const order = [];
  const stream = new WritableStream({ write: (c) => { order.push(c); return later(20); }, abort(why) { order.push(`abort ${why}`); }, close() { order.push('close'); } });
  const writer = stream.getWriter();
  const all = [writer.write(1), writer.write(2), writer.close()];
  await later(2);
  const aborted = writer.abort('enough');
  log(await told(aborted), await told(all[0]), await told(all[1]), await told(all[2]), await told(writer.closed), order.join(', '));
  const refusing = new WritableStream({ abort() { throw new Error('will not'); } });
  log(await told(refusing.abort('x')), await told(refusing.abort('y')), await told(refusing.getWriter().closed));
  const locked = new WritableStream();
  const holder = locked.getWriter();
  log(await told(locked.abort()), await told(locked.close()), thrown(() => locked.getWriter()));
  holder.releaseLock();
  log(typeof locked.getWriter());
}

async function strategies() {
  const sized = new WritableStream({}, { highWaterMark: 10, size: (text) => text.length }).getWriter();
  sized.write('four');
  log(sized.desiredSize);
  const wrong = new WritableStream({}, { size: () => NaN }).getWriter();
  log(await told(wrong.write('x')), await told(wrong.closed));
  const throwing = new WritableStream({}, { size() { throw new Error('no size'); } }).getWriter();
  log(await told(throwing.write('x')), await told(throwing.closed));
  log(new WritableStream({}, new CountQueuingStrategy({ highWaterMark: 4 })).getWriter().desiredSize);
  log(thrown(() => new WritableStream({ type: 'bytes' })), thrown(() => new WritableStream({ write: 1 })), thrown(() => new WritableStream({}, { highWaterMark: -1 })), thrown(() => new WritableStream({}, { size: 1 })));
  log(thrown(() => new WritableStream(1)), thrown(() => new WritableStreamDefaultWriter(1)), thrown(() => new WritableStreamDefaultWriter()));
}

export default async function () {
  for (const part of [writes, pressure, failures, aborts, strategies]) {
    log(part.name);
    await part();
  }
}
