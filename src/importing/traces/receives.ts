import type { LeftOut } from './left-out.js';
import { KIND } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

/** What the spans are: columns of `Links` that this file changes. */
interface Tree {
  readonly parent: Int32Array;
  readonly isOrphan: Uint8Array;
  readonly isIgnored: Uint8Array;
  readonly first: Uint32Array;
  readonly children: Uint32Array;
}

/** A service that handles the messages of a queue, and has spans of the wait for them only. */
export interface Unhandled {
  readonly service: number;
  readonly store: number;
  count: number;
}

/** Instants of Jaeger and Zipkin are whole microseconds. */
const CLOCK_NS = 1000;

const WAITS = 'spans of the wait for messages, which are no work';
const CONFIRMED = 'confirmations of messages: they are in the own time of what handled them';
const WITHIN = 'waits for messages within an execution: they are in its own time';

/**
 * Spans that ask a broker for messages take as long as there are none: they are no work and no calls. Spans below them handle the
 * messages (OpenTelemetry's agent for Java with receive telemetry, brave), or spans in other traces, or the rest of a loop that began
 * with the wait. Programs also write `receive` on the span that handles a message: it has calls below it, or begins after its message was
 * sent. Where a service has none of these, its receipts are its executions, without times. null = no span asks for messages.
 */
export function settleReceives(
  store: SpanStore,
  tree: Tree,
  leftOut: LeftOut,
): readonly Unhandled[] | null {
  const { count, flags } = store;
  const either = FLAG.receive | FLAG.settle;
  if (!flags.subarray(0, count).some((flag) => (flag & either) !== 0)) return null;
  return new Receives(store, tree, leftOut).settle();
}

class Receives {
  private readonly handled = new Set<number>();
  private readonly alone: number[] = [];

  constructor(
    private readonly store: SpanStore,
    private readonly tree: Tree,
    private readonly leftOut: LeftOut,
  ) {}

  settle(): readonly Unhandled[] {
    const { count, flags, kind } = this.store;
    const { isIgnored } = this.tree;
    for (let i = 0; i < count; i++) {
      if (isIgnored[i] === 1) continue;
      if ((flags[i] & FLAG.settle) !== 0) {
        for (const child of this.childrenOf(i)) isIgnored[child] = 1;
        this.drop(i, CONFIRMED);
      } else if ((flags[i] & FLAG.receive) !== 0) this.settleOne(i);
      else if (kind[i] === KIND.consumer) this.handled.add(this.queueOf(i));
    }
    const unhandled = new Map<number, Unhandled>();
    for (const i of this.alone) {
      const queue = this.queueOf(i);
      if (this.handled.has(queue)) {
        this.drop(i, WAITS);
        continue;
      }
      const { service, store } = this.store;
      const known = unhandled.get(queue) ?? { service: service[i], store: store[i], count: 0 };
      unhandled.set(queue, known);
      known.count++;
      kind[i] = KIND.consumer;
      flags[i] |= FLAG.untimed;
    }
    return [...unhandled.values()];
  }

  private queueOf(i: number): number {
    return this.store.service[i] * 65_536 + this.store.store[i];
  }

  private settleOne(i: number): void {
    const { kind, flags } = this.store;
    const below = this.childrenOf(i);
    const handlers = below.filter((child) => this.handles(child, i));
    if (handlers.length > 0) this.give(i, below, handlers);
    else if (below.length > 0 || this.isDelivery(i)) {
      kind[i] = KIND.consumer;
      flags[i] &= ~FLAG.receive;
      this.handled.add(this.queueOf(i));
    } else if (this.isLocal(i)) this.settleWithin(i);
    else this.alone.push(i);
  }

  private childrenOf(i: number): number[] {
    const { first, children } = this.tree;
    return [...children.subarray(first[i], first[i + 1])];
  }

  /** A child handles the messages of a receipt: a consumer, or one that goes on after it. */
  private handles(child: number, i: number): boolean {
    const { service, kind, flags, end } = this.store;
    if (service[child] !== service[i] || (flags[child] & FLAG.receive) !== 0) return false;
    if (kind[child] === KIND.consumer) return true;
    return kind[child] <= KIND.internal && end[child] > end[i] + CLOCK_NS;
  }

  /** Its parent sent the message, before it began. */
  private isDelivery(i: number): boolean {
    const { kind, service, start, end } = this.store;
    const above = this.tree.parent[i];
    if (above < 0 || end[i] - start[i] <= CLOCK_NS) return false;
    const isSender = kind[above] === KIND.producer || service[above] !== service[i];
    return isSender && start[i] >= start[above];
  }

  /** It is a part of another span of its process. */
  private isLocal(i: number): boolean {
    const above = this.tree.parent[i];
    const { service, kind } = this.store;
    return above >= 0 && service[above] === service[i] && kind[above] !== KIND.producer;
  }

  /** The spans below that handle messages take the place of a receipt. */
  private give(i: number, below: readonly number[], handlers: readonly number[]): void {
    const { kind, store, service, flags } = this.store;
    const { parent, isOrphan, isIgnored } = this.tree;
    const above = parent[i];
    const isSent = above >= 0 && (kind[above] === KIND.producer || service[above] !== service[i]);
    for (const child of below) {
      const isHandler = handlers.includes(child);
      parent[child] = isSent ? above : -1;
      isOrphan[child] = isOrphan[i];
      if (isHandler) {
        kind[child] = KIND.consumer;
        if (store[child] === 0) store[child] = store[i];
        flags[child] |= FLAG.messaging;
        this.handled.add(this.queueOf(child));
      } else isIgnored[child] = 1;
    }
    // Several handlers have one message each.
    if (handlers.length === 1) this.handleAll(handlers[0]!, i);
    this.drop(i, WAITS);
  }

  /** A span handles all messages of a receipt, unless it says how many. */
  private handleAll(handler: number, i: number): void {
    const { messages } = this.store;
    messages[handler] ||= messages[i];
  }

  /** A loop that first waits for a message handles it from then on. */
  private settleWithin(i: number): void {
    const { kind, start, end, store, flags } = this.store;
    const { parent, isOrphan } = this.tree;
    const above = parent[i];
    const isFirst = this.childrenOf(above).every((child) => child === i || start[child] >= end[i]);
    const isLoop = parent[above] < 0 && isOrphan[above] === 0 && kind[above] <= KIND.internal;
    if (!isLoop || !isFirst || (flags[above] & FLAG.untimed) !== 0) {
      this.drop(i, WITHIN);
      return;
    }
    kind[above] = KIND.consumer;
    store[above] = store[i];
    flags[above] |= FLAG.messaging;
    start[above] = Math.min(end[i], end[above]);
    this.handled.add(this.queueOf(above));
    this.handleAll(above, i);
    this.drop(i, WAITS);
  }

  private drop(i: number, reason: string): void {
    const { parent, isOrphan, isIgnored } = this.tree;
    parent[i] = -1;
    isOrphan[i] = 0;
    isIgnored[i] = 1;
    this.leftOut.add(reason);
  }
}
