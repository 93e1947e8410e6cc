import type { LeftOut } from './left-out.js';
import type { Links } from './links.js';
import { KIND } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

/** Share of spans outside of their parents from which the clocks of two processes are taken to differ. */
const SHARE_OUTSIDE = 0.05;
/** Most observations of a pair that are kept. */
const KEPT = 2000;

interface Pair {
  count: number;
  outside: number;
  readonly offsets: number[];
}

/**
 * Differences between the clocks of callers and callees. A call takes about as long there as back, so the middle of the
 * callee's span is the middle of the caller's: the median over all calls of a pair is how much its clock is ahead. Source:
 * RFC 5905, section 8 (offset of two clocks).
 */
export class Skews {
  private readonly store: SpanStore;
  private readonly shifts = new Map<number, number>();
  /** Numbers of processes by service and instance. */
  private readonly processes = new Map<number, number>();

  constructor(store: SpanStore, links: Links, leftOut: LeftOut) {
    this.store = store;
    const pairs = new Map<number, Pair>();
    for (let i = 0; i < store.count; i++) {
      const parent = links.parent[i];
      if (parent >= 0 && this.isComparable(parent, i)) this.observe(pairs, parent, i);
    }
    for (const [key, { count, outside, offsets }] of pairs) {
      if (outside <= SHARE_OUTSIDE * count) continue;
      offsets.sort((a, b) => a - b);
      this.shifts.set(key, offsets[offsets.length >> 1]);
      leftOut.add('calls whose two clocks differ: the callee is shifted by the median', count);
    }
  }

  /** How much the clock of a callee is ahead of that of its caller, ns. */
  of(parent: number, child: number): number {
    return this.shifts.size === 0 ? 0 : (this.shifts.get(this.key(parent, child)) ?? 0);
  }

  private key(parent: number, child: number): number {
    return this.processOf(parent) * 67_108_864 + this.processOf(child);
  }

  private processOf(i: number): number {
    const key = this.store.service[i] * 65_536 + this.store.instance[i];
    let number = this.processes.get(key);
    if (number === undefined) {
      number = this.processes.size;
      this.processes.set(key, number);
    }
    return number;
  }

  private isComparable(parent: number, child: number): boolean {
    const { kind, service, flags } = this.store;
    if (kind[child] !== KIND.server || service[parent] === service[child]) return false;
    return ((flags[parent] | flags[child]) & (FLAG.error | FLAG.untimed)) === 0;
  }

  private observe(pairs: Map<number, Pair>, parent: number, child: number): void {
    const { start, end } = this.store;
    // Work that takes longer than its caller waited says nothing about clocks.
    if (end[child] - start[child] > end[parent] - start[parent]) return;
    const key = this.key(parent, child);
    let pair = pairs.get(key);
    if (pair === undefined) {
      pair = { count: 0, outside: 0, offsets: [] };
      pairs.set(key, pair);
    }
    pair.count++;
    const before = start[parent] - start[child];
    const after = end[child] - end[parent];
    if (before > CLOCK_NS || after > CLOCK_NS) pair.outside++;
    if (pair.offsets.length < KEPT) pair.offsets.push((after - before) / 2);
  }
}

/** Instants of Jaeger and Zipkin are whole microseconds. */
const CLOCK_NS = 1000;
