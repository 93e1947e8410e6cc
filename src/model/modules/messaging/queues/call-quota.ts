import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { NS_PER_SECOND, type Ns } from '../../../../kernel/time.js';
import type { CallLimit } from '../../../../contracts/scenario/queues.js';

/** Parts of a call: the smallest share of one that a message of a batch takes. */
const PARTS = 10;
/** Windows of keys that are kept before those of past seconds are dropped. */
const KEPT = 1024;

/** A second, and the parts of calls that were made in it. */
interface Window {
  second: number;
  taken: number;
}

/** Share of a call that a message takes whose batch has `size` messages, in PARTS. */
export function partsOf(size: number): number {
  return Math.ceil(PARTS / Math.min(PARTS, size));
}

/** A quota of calls per full second for one action of a queue: of the queue, or of each key. */
export class CallQuota {
  private readonly most: number;
  private readonly windows = new Map<number, Window>();

  constructor(private readonly limit: CallLimit) {
    this.most = Math.floor(limit.rate * PARTS);
  }

  /** Makes a call if the quota allows it now. */
  take(key: number, parts = PARTS): boolean {
    const window = this.windowOf(key);
    if (window.second > secondOf(engine.now) || window.taken + parts > this.most) return false;
    window.taken += parts;
    return true;
  }

  /** Makes a call as soon as the quota allows it, at `from` or later: a client repeats a call that is throttled. */
  reserve(key: number, from: Ns, parts = PARTS): Ns {
    const window = this.windowOf(key);
    const second = secondOf(from);
    if (second > window.second) {
      window.second = second;
      window.taken = 0;
    }
    if (window.taken + parts > this.most) {
      window.second++;
      window.taken = 0;
    }
    window.taken += parts;
    invariant(window.taken <= this.most, 'no second has more calls than its quota');
    return Math.max(from, window.second * NS_PER_SECOND);
  }

  private windowOf(key: number): Window {
    const own = this.limit.byKey ? key : 0;
    const second = secondOf(engine.now);
    const known = this.windows.get(own);
    if (known !== undefined) {
      if (known.second < second) {
        known.second = second;
        known.taken = 0;
      }
      return known;
    }
    if (this.windows.size >= KEPT) {
      for (const [other, window] of this.windows) {
        if (window.second < second) this.windows.delete(other);
      }
    }
    const window = { second, taken: 0 };
    this.windows.set(own, window);
    return window;
  }
}

function secondOf(time: Ns): number {
  return Math.floor(time / NS_PER_SECOND);
}
