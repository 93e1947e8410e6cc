import type { Links } from './links.js';
import type { Roles } from './parts.js';
import { KIND } from './reading/span.js';
import type { Skews } from './skew.js';
import { FLAG, type SpanStore } from './store.js';

/** A call as the span of its caller shows it, or that of the callee where the caller has none. */
export interface Call {
  readonly part: number;
  readonly start: number;
  readonly end: number;
  readonly isFailed: boolean;
  readonly isTimeout: boolean;
  /** Number of the try; 0 = not said. */
  readonly attempt: number;
  /** Tries below it, which a proxy makes or a client library; 1 = no repetition. */
  readonly triesBelow: number;
  /** Times between a failed try below it and the next one, with the network there and back, ns. */
  readonly pausesBelow: readonly number[];
  /** Time after which a proxy gave up, ns; 0 = none did. */
  readonly proxyLimit: number;
}

/** One execution of an endpoint. Times on the clock of its process. */
export interface Execution {
  readonly span: number;
  /** When its code began. */
  readonly start: number;
  readonly end: number;
  readonly isFailed: boolean;
  readonly isTimed: boolean;
  /** Its caller had given up before it ended. */
  readonly isAbandoned: boolean;
  readonly calls: readonly Call[];
}

/** Reads executions with their calls. */
export class Executions {
  constructor(
    private readonly store: SpanStore,
    private readonly links: Links,
    private readonly roles: Roles,
    private readonly skews: Skews,
  ) {}

  /** Spans by the part that they execute. */
  byPart(): ReadonlyMap<number, readonly number[]> {
    const byPart = new Map<number, number[]>();
    const { executes } = this.roles;
    for (let i = 0; i < executes.length; i++) {
      if (executes[i] < 0) continue;
      const known = byPart.get(executes[i]);
      if (known === undefined) byPart.set(executes[i], [i]);
      else known.push(i);
    }
    return byPart;
  }

  of(span: number): Execution {
    const { store, links } = this;
    const parent = links.parent[span];
    const isCalled = parent >= 0 && store.kind[parent] === KIND.client;
    const { queuedNs, start, end, flags } = store;
    const isAbandoned =
      isCalled &&
      (flags[parent] & FLAG.error) !== 0 &&
      end[span] - this.skews.of(parent, span) > end[parent];
    const calls: Call[] = [];
    this.collect(span, calls);
    calls.sort((a, b) => a.start - b.start || a.end - b.end);
    return {
      span,
      start: Math.min(start[span] + queuedNs[span], end[span]),
      end: end[span],
      isFailed: (flags[span] & FLAG.error) !== 0 && !isAbandoned,
      isTimed: (flags[span] & FLAG.untimed) === 0,
      isAbandoned,
      calls,
    };
  }

  /** Calls below a span, also through the spans inside of the process. */
  private collect(span: number, calls: Call[]): void {
    const { store, links, roles } = this;
    const open = [span];
    while (open.length > 0) {
      const at = open.pop()!;
      for (let k = links.first[at]; k < links.first[at + 1]; k++) {
        const child = links.children[k];
        if (roles.calls[child] >= 0) calls.push(this.call(child));
        else if (roles.executes[child] >= 0) {
          if (store.kind[child] === KIND.server) calls.push(this.served(span, child));
        } else open.push(child);
      }
    }
  }

  private call(i: number): Call {
    const { store, links, roles } = this;
    const part = roles.calls[i];
    const isFailed = (store.flags[i] & FLAG.error) !== 0;
    const proxyLimit = links.proxies.limits.get(i) ?? 0;
    let outlived = false;
    for (let k = links.first[i]; isFailed && proxyLimit === 0 && k < links.first[i + 1]; k++) {
      const child = links.children[k];
      outlived ||= store.end[child] - this.skews.of(i, child) > store.end[i];
    }
    const below = this.triesBelow(i);
    return {
      part,
      start: store.start[i],
      end: store.end[i],
      isFailed,
      isTimeout: (isFailed && (store.flags[i] & FLAG.timeout) !== 0) || outlived,
      attempt: store.attempt[i],
      triesBelow: Math.max(links.proxies.tries.get(i) ?? 1, below.tries),
      pausesBelow: below.pauses,
      proxyLimit,
    };
  }

  /** Executions of one call: each after one that failed. A proxy may also start one before the last one has ended. */
  private triesBelow(i: number): { readonly tries: number; readonly pauses: readonly number[] } {
    const { store, links, roles } = this;
    const hasProxy = links.proxies.merged.length > 0;
    const pauses: number[] = [];
    let tries = 1;
    let before = -1;
    for (let k = links.first[i]; k < links.first[i + 1]; k++) {
      const child = links.children[k];
      if (roles.executes[child] !== roles.calls[i]) continue;
      const isLate = before >= 0 && hasProxy && store.end[before] > store.start[child];
      const { flags } = store;
      const isShared = before >= 0 && (flags[before] & flags[child] & FLAG.shared) !== 0;
      if (before >= 0 && (isLate || isShared || (flags[before] & FLAG.error) !== 0)) {
        tries++;
        // Instances have clocks of their own: both instants on that of the caller.
        const start = store.start[child] - this.skews.of(i, child);
        const pause = start - (store.end[before] - this.skews.of(i, before));
        if (pause >= 0) pauses.push(pause);
      }
      before = child;
    }
    return { tries, pauses };
  }

  /** A call without a span of the caller. */
  private served(caller: number, i: number): Call {
    const { store, roles } = this;
    const shift = this.skews.of(caller, i);
    return {
      part: roles.executes[i],
      start: store.start[i] - shift,
      end: store.end[i] - shift,
      isFailed: (store.flags[i] & FLAG.error) !== 0,
      isTimeout: false,
      attempt: 0,
      triesBelow: 1,
      pausesBelow: [],
      proxyLimit: 0,
    };
  }
}
