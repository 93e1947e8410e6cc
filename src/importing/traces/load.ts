import { formatCount } from '../../text/figures.js';
import type { Executions } from './executions.js';
import type { Links } from './links.js';
import { FEW, rateOf } from './measured.js';
import type { TracedEntry, Unknown } from './model.js';
import type { Roles } from './parts.js';
import { KIND, PROXY } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';
import { withTries } from './structure/items.js';

/** Above the number of parts, which have at most two names. */
const PARTS = 0x1_0000_0000;

/** Requests from outside by part. */
export class Load {
  /** By gateway and part. */
  private readonly counts = new Map<number, number>();
  private first = Infinity;
  private last = -Infinity;
  private least = Infinity;
  private largest = -Infinity;
  private unsaid = 0;
  /** Requests in whose traces something failed. */
  private failed = 0;
  private readonly failing = new Set<number>();

  constructor(private readonly store: SpanStore) {
    const { count, flags, traceHash } = store;
    for (let i = 0; i < count; i++)
      if ((flags[i] & FLAG.error) !== 0) this.failing.add(traceHash[i]);
  }

  /** `via`: number of the gateway that makes the call; 0 = none. */
  add(part: number, span: number, via = 0): void {
    const { start, sampled, traceHash } = this.store;
    if (this.failing.has(traceHash[span])) this.failed++;
    const key = via * PARTS + part;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.first = Math.min(this.first, start[span]);
    this.last = Math.max(this.last, start[span]);
    if (Number.isNaN(sampled[span]) || sampled[span] <= 0) this.unsaid++;
    else {
      this.least = Math.min(this.least, sampled[span]);
      this.largest = Math.max(this.largest, sampled[span]);
    }
  }

  /** Requests for each trace, as the user or all traces say; null if they do not, or say different numbers. */
  weight(sampled: number | null): number | null {
    if (sampled !== null && sampled > 0 && sampled <= 1) return 1 / sampled;
    if (this.unsaid > 0 || this.largest < 0) return null;
    return this.largest - this.least <= 1e-6 * this.largest ? 1 / this.largest : null;
  }

  entries(roles: Roles, weight: number | null, unknown: Unknown[]): readonly TracedEntry[] {
    const seconds = (this.last - this.first) / 1e9;
    const entries: TracedEntry[] = [];
    for (const [key, count] of this.counts) {
      const { component, endpoint } = roles.parts.all[key % PARTS];
      const gateway = Math.floor(key / PARTS);
      const via = gateway === 0 ? null : this.store.names.texts[gateway];
      const isLong = seconds > 0 && count > 1;
      const rate = rateOf(count, isLong ? seconds : 1, weight ?? 1);
      entries.push({ to: component, endpoint, via, rate });
      if (count >= FEW && isLong) continue;
      unknown.push({
        path: `workloads.${component}.${endpoint}`,
        reason: `n = ${count} < ${FEW} requests`,
        question: `How many requests a second reach ${component} ${endpoint}?`,
      });
    }
    const total = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    if (this.unsaid > 0 && total >= FEW && this.failed >= FAILING * total)
      unknown.push(chosenByFailures(this.failed, total));
    if (weight === null && entries.length > 0) unknown.push(unsaidSampling(total));
    return entries;
  }
}

/** Share of traces with a failure from which on a sampler has rather chosen them by it. */
const FAILING = 0.9;

function chosenByFailures(failed: number, total: number): Unknown {
  return {
    path: 'traces',
    reason: `${formatCount(failed)} of ${formatCount(total)} have a failure: a tail sampler that keeps failures alone writes such traces, and shares, times and load are then those of failures`,
    question:
      'Did a tail sampler choose the traces by their failures? Import traces that chance alone has chosen',
  };
}

function unsaidSampling(total: number): Unknown {
  return {
    path: 'workloads',
    reason: `${formatCount(total)} traces do not say which share of all traces they are; rates are those of the files`,
    question: 'Which share of the requests is traced? (--sampled 10%)',
  };
}

/** Collects the load: roots that are executions of services, calls without a caller, and the calls of load generators. */
export function loadOf(
  store: SpanStore,
  { parent, isOrphan, isIgnored, evened }: Links,
  roles: Roles,
  executions: Executions,
  saysAttempts: ReadonlySet<number>,
): { readonly load: Load; readonly sources: ReadonlySet<number> } {
  const serving = new Set<number>();
  const { count, kind, service } = store;
  for (let i = 0; i < count; i++)
    if (roles.executes[i] >= 0 && kind[i] !== KIND.internal) serving.add(service[i]);
  const linked = linkedQueues(store, parent, roles);
  const load = new Load(store);
  const sources = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (parent[i] >= 0 || isOrphan[i] === 1 || isIgnored[i] === 1) continue;
    if (evened.isExtra[i] === 1) continue;
    // The trace that sent its message is the load. A receipt without a message is none.
    const isMessage = kind[i] === KIND.consumer && linked.has(store.store[i]);
    if (isMessage || (store.flags[i] & FLAG.receive) !== 0) continue;
    const part = roles.executes[i];
    if (part < 0) {
      const isGateway = store.proxy[i] === PROXY.gateway;
      if (roles.calls[i] >= 0) load.add(roles.calls[i], i, isGateway ? service[i] : 0);
      continue;
    }
    const calls = serving.has(service[i]) ? [] : withTries(executions.of(i), saysAttempts);
    if (calls.length > 0) sources.add(service[i]);
    if (calls.length === 0) {
      // A load generator that failed before its first call is no service.
      if (serving.has(service[i]) || kind[i] !== KIND.internal) load.add(part, i);
    } else for (const { key } of calls) load.add(key, i);
  }
  return { load, sources };
}

/** Queues to which some service sends, and of which no handler is below the sender: it is in a trace of its own, with a link. */
function linkedQueues(
  { count, store, kind }: SpanStore,
  parent: Links['parent'],
  { parts, calls }: Roles,
): ReadonlySet<number> {
  const queues = new Set<number>();
  for (let i = 0; i < count; i++)
    if (calls[i] >= 0 && parts.all[calls[i]].kind === 'queue') queues.add(store[i]);
  for (let i = 0; i < count; i++)
    if (kind[i] === KIND.consumer && parent[i] >= 0) queues.delete(store[i]);
  return queues;
}
