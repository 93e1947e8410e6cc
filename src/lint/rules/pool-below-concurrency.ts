import { NS_PER_SECOND } from '../../kernel/time.js';
import { poolSizeOf } from '../../spec/pool-size.js';
import type { Call } from '../calls.js';
import { hostOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { rateText, rounded, timeText, yamlAt } from '../words.js';

/** A pool that its own caller keeps busy all the time. */
export const poolBelowConcurrency: Rule = {
  name: 'pool-below-concurrency',
  severity: 'warning',
  reason:
    'Connections times their busy time are used up before the database is, so requests wait for a ' +
    'connection and not for an answer.',
  remedy: 'Give the pool a little more than arrivals per second times the seconds a query takes.',
  check(subject): readonly Finding[] {
    const pairs = new Map<string, Call[]>();
    for (const call of subject.calls) {
      if (call.pool === null) continue;
      const key = `${call.caller} ${call.callee}`;
      pairs.set(key, [...(pairs.get(key) ?? []), call]);
    }
    return [...pairs.values()].flatMap((calls) => shortage(subject, calls));
  },
};

/** Little's law over the queries of a caller, transactions counted as their statements: too little, if anything. */
function shortage(subject: Subject, calls: readonly Call[]): readonly Finding[] {
  const [{ caller, callee, pool }] = calls as readonly [Call, ...Call[]];
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
  const needed = Math.min(busy, host?.concurrency ?? Infinity);
  if (!Number.isFinite(needed) || needed <= size) return [];
  const database = subject.scenario.databases.get(callee)!;
  const own = database.pools.has(caller);
  const place = own ? ['databases', callee, 'pools', caller] : ['databases', callee, 'pool'];
  return [
    {
      path: [...place, field],
      entities: [caller, callee],
      message: `the pool of ${caller} at ${callee} is smaller than what its queries keep busy`,
      measured: `${size} connections for ${rateText(rate)} x ${timeText((busy / rate) * NS_PER_SECOND)} = ${rounded(busy)}`,
      limit: `at least ${Math.ceil(needed)}`,
      fix: yamlAt(place, `${field}: ${Math.ceil(needed * 1.5)}`),
    },
  ];
}
