import type { Call } from '../calls.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, fieldTime, inPolicy, timeText, yamlAt } from '../words.js';
import type { Ns } from '../../kernel/time.js';

/** Connections that may be idle for longer than a device on their way, or their server, keeps them. */
export const idleBeyondPath: Rule = {
  name: 'idle-beyond-path',
  severity: 'warning',
  reason:
    'A device on the way forgets the connection, or its server closes it, and the next call on it hangs until its time limit or fails.',
  remedy:
    'Close idle connections earlier than that, or keep them known: `keepalive` with `withoutCalls`, `keepaliveTime` of HikariCP.',
  check(subject): readonly Finding[] {
    const seen = new Set<string>();
    return subject.calls.flatMap((call) => {
      const key = `${call.policyPath.join('/')} ${call.caller} ${call.callee}`;
      const found = seen.has(key) ? null : (ofConnections(call, subject) ?? ofPool(call, subject));
      if (found === null) return [];
      seen.add(key);
      return found;
    });
  },
};

/** Idle time after which a device between two components forgets a connection; Infinity = never. */
function forgottenAfter({ caller, callee }: Call, { scenario }: Subject): Ns {
  const ends = [caller, callee];
  const own = scenario.network.links.filter(({ between }) =>
    ends.every((name) => between.includes(name)),
  );
  return own[own.length - 1]?.idleTimeoutNs ?? Infinity;
}

function ofConnections(call: Call, subject: Subject): Finding | null {
  const { connections } = call;
  const limitNs = forgottenAfter(call, subject);
  if (connections === null || call.pool !== null || connections.maxIdle === 0) return null;
  const idleNs = connections.idleTimeoutNs ?? Infinity;
  const { services, gateways } = subject.scenario;
  const kind = (services.get(call.callee) ?? gateways.get(call.callee))?.protocol?.kind ?? 'http1';
  const always = kind === 'http1' || kind === 'tcp' || connections.keepalive?.withoutCalls === true;
  const askedNs = always ? (connections.keepalive?.timeNs ?? Infinity) : Infinity;
  if (limitNs === Infinity || Math.min(idleNs, askedNs) < limitNs) return null;
  const time = fieldTime(limitNs / 2);
  return {
    ...inPolicy(call, 'connections'),
    message: `idle connections of ${callText(call)} are forgotten on their way`,
    measured: measuredText(idleNs, connections.keepalive?.timeNs ?? Infinity),
    limit: `less than the ${timeText(limitNs)} of the link`,
    fix: bundleYaml(call, `connections:\n  keepalive: { time: ${time}, withoutCalls: true }`),
  };
}

function measuredText(idleNs: Ns, askedNs: Ns): string {
  const closes =
    idleNs === Infinity
      ? 'the client never closes them'
      : `the client closes them after ${timeText(idleNs)}`;
  return askedNs === Infinity ? closes : `${closes}, with a keepalive of ${timeText(askedNs)}`;
}

function ofPool(call: Call, subject: Subject): Finding | null {
  const { pool, caller, callee } = call;
  if (pool === null || pool.kind === 'pgbouncer') return null;
  const database = subject.scenario.databases.get(callee);
  const isBlind = pool.kind === 'simple' && !pool.seesClosed;
  const closedNs = isBlind ? (database?.idleTimeoutNs ?? Infinity) : Infinity;
  const limitNs = Math.min(forgottenAfter(call, subject), closedNs);
  const idleNs = pool.kind === 'hikari' ? pool.keepaliveTimeNs : pool.maxIdleTimeNs;
  const ownNs = Math.min(idleNs ?? Infinity, pool.maxLifetimeNs ?? Infinity);
  if (limitNs === Infinity || ownNs < limitNs) return null;
  const field = pool.kind === 'hikari' ? 'keepaliveTime' : 'maxIdleTime';
  const at = [sectionOf(subject.scenario, callee), callee];
  const own = database?.pools.has(caller) === true;
  const place = own ? [...at, 'pools', caller] : [...at, 'pool'];
  return {
    path: place,
    entities: [caller, callee],
    message: `idle connections of ${caller} to ${callee} end before its pool closes or tests them`,
    measured:
      ownNs === Infinity ? 'the pool keeps them' : `the pool keeps them for ${timeText(ownNs)}`,
    limit: `less than the ${timeText(limitNs)} of the ${limitNs === closedNs ? 'server' : 'link'}`,
    fix: yamlAt(place, `${field}: ${fieldTime(limitNs / 2)}`),
  };
}
