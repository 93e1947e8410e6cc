import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { hostOf, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { callText, inPolicy, yamlAt } from '../words.js';
import type { Call } from '../calls.js';

/** A keepalive that a server of gRPC takes for an attack. */
export const pingsAbovePermit: Rule = {
  name: 'pings-above-permit',
  severity: 'warning',
  reason:
    'A server of gRPC ends a connection whose client sends PINGs more often than it permits (GOAWAY, too_many_pings). Long calls and streams on it are reset each time.',
  remedy:
    'Permit the interval at the server (`minPingInterval`, `permitWithoutCalls`), or ask less often at the client.',
  check: (subject) => subject.calls.flatMap((call) => judge(call, subject)),
};

function judge(call: Call, { scenario }: Subject): readonly Finding[] {
  const keepalive = call.connections?.keepalive ?? null;
  const pings = hostOf(scenario, call.callee)?.protocol?.pings ?? null;
  if (keepalive === null || pings === null) return [];
  const isTooOften = keepalive.timeNs < pings.minNs;
  const isTooQuiet = keepalive.withoutCalls && !pings.withoutCalls;
  if (!isTooOften && !isTooQuiet) return [];
  const time = formatDuration(keepalive.timeNs);
  const permit = isTooOften ? formatDuration(pings.minNs) : 'none without calls';
  const own = [
    ...(isTooOften ? [`minPingInterval: ${time}`] : []),
    ...(isTooQuiet ? ['permitWithoutCalls: true'] : []),
  ];
  const path = [sectionOf(scenario, call.callee), call.callee];
  return [
    {
      ...inPolicy(call, 'connections', 'keepalive'),
      message: `${call.callee} closes connections of ${callText(call)} for their PINGs`,
      measured: `a PING each ${time}${keepalive.withoutCalls ? ', also without calls' : ''}`,
      limit: isTooOften ? `${permit}, the permit of ${call.callee}` : permit,
      fix: yamlAt(path, `protocol:\n  ${own.join('\n  ')}`),
    },
  ];
}
