import type { Call } from '../calls.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, fieldTime, inPolicy, timeText } from '../words.js';

/** Idle connections that the server closes before its client does. */
export const serverClosesFirst: Rule = {
  name: 'server-closes-first',
  severity: 'warning',
  reason:
    'A request that is in transit when the server closes its idle connection is lost, and the client cannot know whether it was executed.',
  remedy:
    'Let the client close first: its `idleTimeout` below the `keepAliveTimeout` of the server.',
  check(subject): readonly Finding[] {
    const seen = new Set<string>();
    return subject.calls.flatMap((call) => {
      const key = `${call.policyPath.join('/')} ${call.callee}`;
      const keptNs = keptByServer(call, subject);
      const idleNs = call.connections?.idleTimeoutNs ?? Infinity;
      if (seen.has(key) || keptNs === null || !isReused(call) || idleNs < keptNs) return [];
      seen.add(key);
      return {
        ...inPolicy(call, 'connections'),
        message: `${call.callee} closes idle connections of ${callText(call)} before the client does`,
        measured:
          idleNs === Infinity
            ? 'the client never closes them'
            : `the client closes them after ${timeText(idleNs)}`,
        limit: `less than the ${timeText(keptNs)} of the server`,
        fix: bundleYaml(call, `connections:\n  idleTimeout: ${fieldTime(keptNs / 2)}`),
      };
    });
  },
};

/** How long the callee keeps an idle connection; null if closing it is harmless. */
function keptByServer({ callee }: Call, { scenario }: Subject): number | null {
  const host = scenario.services.get(callee) ?? scenario.gateways.get(callee);
  const protocol = host?.protocol ?? null;
  // In HTTP/2 the server tells the client which requests it has not processed.
  if (protocol === null || protocol.kind === 'http2') return null;
  return protocol.closes?.keepAliveTimeoutNs ?? null;
}

/** Whether a connection is ever idle. */
function isReused({ connections }: Call): boolean {
  return connections !== null && connections.maxIdle > 0 && connections.maxRequests > 1;
}
