import type { Evened } from './evenly.js';
import { Executions } from './executions.js';
import { inferKinds } from './kinds.js';
import { LeftOut } from './left-out.js';
import { link } from './links.js';
import { loadOf } from './load.js';
import type { TraceModel, TraceSource } from './model.js';
import { partsThatSayAttempts, rolesOf, type Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { readSpans } from './reading/read.js';
import { Skews } from './skew.js';
import { FLAG, SpanStore } from './store.js';
import { withTries } from './structure/items.js';

/** Executions of an endpoint, or calls between two services, in no order. Times in ns on one clock. */
export interface Observed {
  /** The service that calls; null for executions, as their own process sees them. */
  readonly caller: string | null;
  readonly component: string;
  readonly endpoint: string;
  readonly starts: readonly number[];
  readonly durations: readonly number[];
  readonly failed: readonly boolean[];
  /** Number of the trace, the same in all series. */
  readonly traces: readonly number[];
  /** What each one counts for in the share of failures. */
  readonly weights: readonly number[];
  /** Those that count for failures alone: their sampler kept more traces like them than others. */
  readonly extra: readonly boolean[];
}

/** What files of traces show, without a model of the system that made them. */
export interface Observations {
  readonly series: readonly Observed[];
  /** Requests for each one that is traced; null if the traces do not say it. */
  readonly weight: number | null;
  /** First and last instant, ns. */
  readonly first: number;
  readonly last: number;
  readonly spans: number;
  readonly traces: number;
  readonly leftOut: TraceModel['leftOut'];
}

/**
 * Reads how long every execution and every call took, and whether it failed. The tries of a call are one call. Work that
 * its caller has given up is no failure. `sampled`: share of all requests that is traced; null = as the spans say.
 */
export async function observeTraces(
  sources: readonly TraceSource[],
  sampled: number | null,
): Promise<Observations> {
  const leftOut = new LeftOut();
  const store = new SpanStore(leftOut);
  await readSpans(sources, store, leftOut);
  const links = link(store, leftOut);
  inferKinds(store, links);
  const roles = rolesOf(store, links, leftOut);
  const executions = new Executions(store, links, roles, new Skews(store, links, leftOut));
  const says = partsThatSayAttempts(store, roles);
  const { load, sources: generators } = loadOf(store, links, roles, executions, says);
  const series = new Series(store, roles, links.evened);
  const { executes, calls } = roles;
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < store.count; i++) {
    if (links.isIgnored[i] === 1) continue;
    if ((store.flags[i] & FLAG.untimed) !== 0) continue;
    if (links.evened.isExtra[i] === 0) {
      first = Math.min(first, store.start[i]);
      last = Math.max(last, store.start[i]);
    }
    const caller = generators.has(store.service[i]);
    if (executes[i] >= 0) {
      const one = executions.of(i);
      if (!caller) series.executed(i, one.isFailed);
      for (const item of withTries(one, says)) series.called(i, item);
    } else if (calls[i] >= 0 && links.parent[i] < 0 && store.kind[i] !== KIND.internal) {
      // A call whose caller has no span of its own: a client of the system.
      const isFailed = (store.flags[i] & FLAG.error) !== 0;
      series.called(i, { key: calls[i], start: store.start[i], end: store.end[i], isFailed });
    }
  }
  return {
    series: series.all(),
    weight: load.weight(sampled),
    first,
    last,
    spans: store.count,
    traces: links.evened.traces,
    leftOut: leftOut.all(),
  };
}

/** Collects observations by part and caller. */
class Series {
  private readonly known = new Map<
    number,
    { readonly [K in keyof Observed]: Writable<Observed[K]> }
  >();
  private readonly traces = new Map<number, number>();
  private extras = 0;

  constructor(
    private readonly store: SpanStore,
    private readonly roles: Roles,
    private readonly evened: Evened,
  ) {}

  executed(span: number, isFailed: boolean): void {
    const { start, end } = this.store;
    this.add(-1, this.roles.executes[span], { span, from: start[span], to: end[span], isFailed });
  }

  called(
    span: number,
    call: {
      readonly key: number;
      readonly start: number;
      readonly end: number;
      readonly isFailed: boolean;
    },
  ): void {
    const { key, start, end, isFailed } = call;
    this.add(this.store.service[span], key, { span, from: start, to: end, isFailed });
  }

  all(): readonly Observed[] {
    return [...this.known.values()];
  }

  private add(
    caller: number,
    part: number,
    one: {
      readonly span: number;
      readonly from: number;
      readonly to: number;
      readonly isFailed: boolean;
    },
  ): void {
    const key = (caller + 1) * CALLERS + part;
    let own = this.known.get(key);
    if (own === undefined) {
      const { component, endpoint } = this.roles.parts.all[part];
      const from = caller < 0 ? null : this.store.names.texts[caller];
      const columns = { starts: [], durations: [], failed: [], traces: [], weights: [], extra: [] };
      own = { caller: from, component, endpoint, ...columns };
      this.known.set(key, own);
    }
    own.starts.push(one.from);
    own.durations.push(one.to - one.from);
    own.failed.push(one.isFailed);
    own.weights.push(this.evened.weight?.[one.span] ?? 1);
    const isExtra = this.evened.isExtra[one.span] === 1;
    own.extra.push(isExtra);
    own.traces.push(this.traceOf(one.span, isExtra));
  }

  /** Traces that count for failures alone come after the others. */
  private traceOf(span: number, isExtra: boolean): number {
    const hash = this.store.traceHash[span];
    const known = this.traces.get(hash);
    if (known !== undefined) return known;
    const number = isExtra ? this.evened.traces + this.extras++ : this.traces.size - this.extras;
    this.traces.set(hash, number);
    return number;
  }
}

type Writable<T> = T extends readonly (infer U)[] ? U[] : T;

/** Above the number of parts, which have at most two names. */
const CALLERS = 0x1_0000_0000;
