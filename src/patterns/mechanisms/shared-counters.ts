import type { Ns } from '../../kernel/time.js';
import type { LimiterState } from '../../contracts/patterns/policy.js';
import { restNs, windowEnd } from './calendar.js';
import { Keyed } from './keyed.js';

type Limits = readonly (readonly [period: number, limit: number])[];

/** The counters of one key in the store, one per period; counters of past windows are dropped. */
class Counters {
  private readonly used = new Float64Array(this.limits.length);
  private readonly ends = new Float64Array(this.limits.length);

  constructor(private readonly limits: Limits) {}

  /** Adds to a counter and returns its previous value. */
  add(k: number, count: number, now: Ns): number {
    if (now >= this.ends[k]) {
      this.used[k] = 0;
      this.ends[k] = windowEnd(this.limits[k][0], now);
    }
    const before = this.used[k];
    this.used[k] += count;
    return before;
  }

  isIdle(now: Ns): boolean {
    for (let k = 0; k < this.ends.length; k++) if (this.ends[k] > now) return false;
    return true;
  }
}

/** A node's view of the counters of one key: the values it read, and its own calls since. */
interface Copy {
  readonly usage: Float64Array;
  readonly delta: Float64Array;
  /** End of the window that was read; the copy expires with it. */
  readonly ends: Float64Array;
}

/** The store, and the nodes with unreported calls. */
class Store {
  readonly nodes: SyncedNode[] = [];
  /** Time of the next report from a node; Infinity if none has anything to report. */
  nextSync: Ns = Infinity;
  readonly keys: Keyed<Counters> = new Keyed(() => new Counters(this.limits));

  constructor(readonly limits: Limits) {}

  /** Applies everything that nodes have reported up to now. */
  settle(now: Ns): void {
    while (this.nextSync <= now) {
      const at = this.nextSync;
      this.nextSync = Infinity;
      for (const node of this.nodes) {
        if (node.syncAt === at) node.tell();
        if (node.syncAt < this.nextSync) this.nextSync = node.syncAt;
      }
    }
  }
}

/** Kong's policy redis with sync_rate -1: each decision increments the counter and reads it. */
class AskingNode implements LimiterState {
  private exhausted = 0;

  constructor(private readonly store: Store) {}

  take(now: Ns, key: number): Ns {
    const { limits, keys } = this.store;
    const counters = keys.of(key, now);
    let refused = false;
    for (let k = 0; k < limits.length; k++) {
      if (counters.add(k, 1, now) < limits[k][1]) continue;
      refused = true;
      this.exhausted = k;
    }
    return refused ? -1 : 0;
  }

  retryNs(now: Ns): Ns {
    return restNs(this.store.limits[this.exhausted][0], now);
  }

  /** The process holds no state. */
  reset(): void {}
}

/**
 * Kong's policy redis with a sync_rate. A counter is read once, by incrementing it; decisions then use the copy and the
 * node's own calls. `sync_rate` after the first of these calls the node reports them to the store and drops its copies.
 * It does not see the calls of other nodes in between. The call that reads is counted by its lookup and does not appear
 * in the copy, so each copy admits one call more.
 */
class SyncedNode implements LimiterState {
  syncAt: Ns = Infinity;
  private readonly copies = new Map<number, Copy>();
  /** Keys of the calls that passed at `pendingAt`; Kong counts them later, in a timer without delay. */
  private readonly pending: number[] = [];
  private pendingAt: Ns = -1;
  private exhausted = 0;

  constructor(
    private readonly store: Store,
    private readonly syncRateNs: Ns,
  ) {
    store.nodes.push(this);
  }

  take(now: Ns, key: number): Ns {
    this.catchUp(now);
    const { limits } = this.store;
    const copy = this.copyOf(key);
    let refused = false;
    for (let k = 0; k < limits.length; k++) {
      if (this.usage(copy, k, key, now) < limits[k][1]) continue;
      refused = true;
      this.exhausted = k;
    }
    if (refused) return -1;
    this.pending.push(key);
    if (this.syncAt === Infinity) {
      this.syncAt = now + this.syncRateNs;
      this.store.nextSync = Math.min(this.store.nextSync, this.syncAt);
    }
    return 0;
  }

  /** True if a counter must be read first. */
  asks(now: Ns, key: number): boolean {
    this.catchUp(now);
    const copy = this.copies.get(key);
    return copy === undefined || copy.ends.some((end) => end <= now);
  }

  retryNs(now: Ns): Ns {
    return restNs(this.store.limits[this.exhausted][0], now);
  }

  /** A node that dies loses its unreported calls. */
  reset(): void {
    this.copies.clear();
    this.pending.length = 0;
    this.syncAt = Infinity;
  }

  /** Reports the calls of each window that is still open, and drops the copies. */
  tell(): void {
    const at = this.syncAt;
    this.syncAt = Infinity;
    this.countPending();
    for (const [key, { delta, ends }] of this.copies) {
      const counters = this.store.keys.of(key, at);
      for (let k = 0; k < delta.length; k++) if (ends[k] > at) counters.add(k, delta[k], at);
    }
    this.copies.clear();
  }

  private usage(copy: Copy, k: number, key: number, now: Ns): number {
    if (now < copy.ends[k]) return copy.usage[k] + copy.delta[k];
    const before = this.store.keys.of(key, now).add(k, 1, now);
    copy.usage[k] = before;
    // The lookup has counted this call already.
    copy.delta[k] = -1;
    copy.ends[k] = windowEnd(this.store.limits[k][0], now);
    return before;
  }

  /** Counts the calls of an earlier instant, then reads the reports of all nodes. */
  private catchUp(now: Ns): void {
    if (now === this.pendingAt) return;
    this.countPending();
    this.pendingAt = now;
    this.store.settle(now);
  }

  private countPending(): void {
    for (const key of this.pending) {
      const { delta } = this.copyOf(key);
      for (let k = 0; k < delta.length; k++) delta[k]++;
    }
    this.pending.length = 0;
  }

  private copyOf(key: number): Copy {
    let copy = this.copies.get(key);
    if (copy === undefined) {
      const { length } = this.store.limits;
      const zeros = (): Float64Array => new Float64Array(length);
      copy = { usage: zeros(), delta: zeros(), ends: zeros() };
      this.copies.set(key, copy);
    }
    return copy;
  }
}

/** Nodes that share one store; `syncRateNs` null = each decision queries it. */
export function sharedCounters(limits: Limits, syncRateNs: Ns | null): () => LimiterState {
  const store = new Store(limits);
  return () => (syncRateNs === null ? new AskingNode(store) : new SyncedNode(store, syncRateNs));
}
