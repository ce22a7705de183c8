/** A time of its own, in ms: what is due runs in order, as fast as the machine can, and what follows from it before time goes on. */
export class SimulatedTime {
  now = 0;
  #queue = [];
  #numbers = 0;
  after(ms, run) {
    const event = { due: this.now + Math.max(0, ms), number: ++this.#numbers, run };
    push(this.#queue, event);
    return event;
  }

  /** A clock of one process: its wall is wrong by `skewMs`. */
  clock(skewMs, origin) {
    return {
      now: () => Math.floor(this.now + START + skewMs),
      monotonic: () => this.now + origin,
      setTimeout: (run, ms) => this.after(ms, run),
      clearTimeout: (event) => {
        if (event) event.run = undefined;
      },
    };
  }

  get wall() {
    return Math.floor(this.now + START);
  }

  async runUntil(end) {
    for (;;) {
      const event = this.#queue[0];
      if (!event || event.due > end) break;
      pop(this.#queue);
      if (!event.run) continue;
      this.now = event.due;
      event.run();
      await this.#settled();
    }
    this.now = end;
  }

  /** Until nothing happens any more by itself. */
  async #settled() {
    let before;
    do {
      before = this.#numbers;
      await new Promise((resolve) => setImmediate(resolve));
    } while (digests > 0 || this.#numbers !== before);
  }
}

/** Hashing is the one thing in here that really takes time: the simulated time stands still until it is done. */
const { subtle } = globalThis.crypto;
const digest = subtle.digest.bind(subtle);
let digests = 0;
subtle.digest = async (...input) => {
  digests += 1;
  try {
    return await digest(...input);
  } finally {
    digests -= 1;
  }
};

const START = Date.UTC(2030, 0, 1);

const isBefore = (a, b) => a.due < b.due || (a.due === b.due && a.number < b.number);

function push(heap, event) {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(event, heap[above])) break;
    heap[at] = heap[above];
    at = above;
  }
  heap[at] = event;
}

function pop(heap) {
  const last = heap.pop();
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1], heap[below])) below += 1;
    if (!isBefore(heap[below], last)) break;
    heap[at] = heap[below];
    at = below;
  }
  heap[at] = last;
}
