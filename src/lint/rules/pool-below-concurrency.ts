import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Host } from '../../contracts/scenario/host.js';
import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
import type { Call } from '../calls.js';
import { hostOf, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { groupedBy } from '../../text/order.js';
import { formatCount, formatNumber, formatRate } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** A pool that is too small for the queries of its caller. */
export const poolBelowConcurrency: Rule = {
  name: 'pool-below-concurrency',
  severity: 'warning',
  reason:
    'The pool is exhausted before the database is. Requests wait for a connection, not for a query.',
  remedy: 'Make the pool a little larger than arrivals per second times seconds per query.',
  check(subject): readonly Finding[] {
    const pairs = groupedBy(subject.calls, ({ pool, caller, callee }) =>
      pool === null ? null : `${caller} ${callee}`,
    );
    return [...pairs.values()].flatMap((calls) => shortage(subject, calls) ?? []);
  },
};

/** Applies Little's law to the queries of a caller. A transaction counts as its statements, which underestimates it. */
function shortage(subject: Subject, calls: readonly Call[]): Finding | null {
  const [{ caller, callee, pool }] = calls as readonly [Call, ...Call[]];
  // A pooler also serves other callers.
  if (pool!.kind === 'pgbouncer') return null;
  const { size, field } = poolSizeOf(pool!);
  const host = hostOf(subject.scenario, caller);
  const replicas = host?.replicas ?? 1;
  let rate = 0;
  let busy = 0;
  for (const call of calls) {
    const perSecond = ((subject.traffic.mean.get(call.from) ?? 0) * call.times) / replicas;
    rate += perSecond;
    busy += (perSecond * subject.demands.of(call.to).elapsedNs) / NS_PER_SECOND;
  }
  const needed = Math.min(busy, runsAtOnce(subject, calls, host));
  if (!Number.isFinite(needed) || needed <= size) return null;
  const { databases, eventStores } = subject.scenario;
  const own = (databases.get(callee) ?? eventStores.get(callee))!.pools.has(caller);
  const at = [sectionOf(subject.scenario, callee), callee];
  const place = own ? [...at, 'pools', caller] : [...at, 'pool'];
  return {
    path: [...place, field],
    entities: [caller, callee],
    message: `the pool of ${caller} at ${callee} is smaller than what its queries keep busy`,
    measured: `${formatCount(size)} connections for ${formatRate(rate)} x ${timeText((busy / rate) * NS_PER_SECOND)} = ${formatNumber(busy)}`,
    limit: `at least ${formatCount(Math.ceil(needed))}`,
    fix: yamlAt(place, `${field}: ${Math.ceil(needed * 1.5)}`),
  };
}

/** Most runs at once in one instance of the caller: in its workers, and beside them the handlers of its messages. */
function runsAtOnce(
  { traffic, consumers }: Subject,
  calls: readonly Call[],
  host: Host | undefined,
): number {
  const isAsked = calls.some(({ from }) => traffic.requests.has(from));
  const workers = isAsked ? (host?.concurrency ?? Infinity) : 0;
  const starts = new Set(calls.map(({ from }) => from));
  const own = consumers.filter(({ part }) => starts.has(part));
  const most = own.reduce((sum, { spec }) => sum + spec.concurrency, workers);
  return most === 0 ? Infinity : most;
}
