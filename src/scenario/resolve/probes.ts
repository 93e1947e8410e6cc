import type { Probe, Probes } from '../../spec/scenario/probes.js';
import { PROBES } from '../../spec/scenario/probes.js';
import type { ProbesOutput } from '../schema/probes.js';
import { checksEndpoint } from './checks-names.js';
import type { Context, Path } from './context.js';
import { conflict, report } from './context.js';

/** Target of a probe of the process itself, at no cost. */
const SELF = 'self';

/** Resolves `probes`; `endpoints` are those of the service, none for a gateway. */
export function resolveProbes(
  context: Context,
  output: ProbesOutput | undefined,
  endpoints: readonly string[],
  path: Path,
): Probes | null {
  if (output === undefined) return null;
  const probes: Record<string, Probe | null> = {};
  for (const kind of PROBES) {
    const own = output[kind];
    if (own === undefined) {
      probes[kind] = null;
      continue;
    }
    const { call, checks } = own;
    if (checks !== undefined && endpoints.length === 0) {
      const message = 'checks are calls of a service, and a gateway only forwards: remove checks';
      conflict(context, [...path, kind, 'checks'], message);
    }
    if (call !== SELF && !endpoints.includes(call)) {
      const message =
        endpoints.length === 0
          ? `a gateway has no endpoints, so a probe cannot call ${call}: write self`
          : `there is no endpoint ${call} in this service: write one of its endpoints, or self`;
      report(context, 'FL404', [...path, kind, 'call'], message, {
        found: call,
        allowed: [SELF, ...endpoints],
      });
    }
    if (call === SELF && endpoints.includes(SELF)) {
      const message = `${SELF} means the process, and an endpoint has that name too: rename the endpoint`;
      conflict(context, [...path, kind, 'call'], message);
    }
    probes[kind] = {
      periodNs: own.period,
      timeoutNs: own.timeout,
      failureThreshold: own.failureThreshold,
      successThreshold: 'successThreshold' in own ? own.successThreshold : 1,
      initialDelayNs: own.initialDelay,
      endpoint: checks !== undefined ? checksEndpoint(kind) : call === SELF ? null : call,
      usesWorkers: own.usesWorkers,
      terminationGraceNs: ('terminationGrace' in own ? own.terminationGrace : undefined) ?? null,
    };
  }
  return probes as unknown as Probes;
}
