import { callSchema, querySchema } from '../../contracts/scenario/verbs.js';
import {
  eachProbe,
  PROBES,
  type Probe,
  type ProbeKind,
  type Probes,
  type WrittenProbes,
} from '../../contracts/scenario/probes.js';
import type { Endpoint } from '../../contracts/scenario/services.js';
import type { Context, Cursor } from '../resolve/context.js';
import { resolveSteps } from '../resolve/steps.js';
import { split } from '../resolve/targets.js';
import type { StepOutput } from '../schema/steps.js';

/** Target of a probe of the process itself, at no cost. */
export const SELF = 'self';

/** Values of fields that only some kinds of probes have. */
const OF_OTHERS = { successThreshold: 1, failOpenBelow: null, terminationGraceNs: null };

/** Resolves `probes`; `endpoints` are those of the service, none for a gateway. */
export function resolveProbes(
  here: Cursor,
  written: WrittenProbes | null,
  endpoints: readonly string[],
): Probes | null {
  if (written === null) return null;
  type Own = NonNullable<WrittenProbes[ProbeKind]>;
  return eachProbe<Own, Probe>(written, ({ call, checks, ...own }, kind) => {
    if (checks !== null && endpoints.length === 0) {
      const message = 'checks are calls of a service, and a gateway only forwards: remove checks';
      here.in(kind, 'checks').conflict(message);
    }
    checkTarget(here.in(kind), call, endpoints, 'probe');
    const endpoint = checks !== null ? checksEndpoint(kind) : call === SELF ? null : call;
    return { ...OF_OTHERS, ...own, endpoint };
  });
}

/** Reports a target of probes or health checks that does not exist. */
export function checkTarget(
  here: Cursor,
  call: string,
  endpoints: readonly string[],
  what: 'probe' | 'health check',
): void {
  const message =
    endpoints.length === 0
      ? `a gateway has no endpoints, so a ${what} cannot call ${call}: write self`
      : `there is no endpoint ${call} in this service: write one of its endpoints, or self`;
  here.in('call').isOneOf(call, [SELF, ...endpoints], message);
  if (call !== SELF || !endpoints.includes(SELF)) return;
  const twice = `${SELF} means the process, and an endpoint has that name too: rename the endpoint`;
  here.in('call').conflict(twice);
}

/** Endpoint that runs the checks of a probe, such as `readinessChecks`. */
function checksEndpoint(kind: ProbeKind): string {
  return `${kind}Checks`;
}

/** A service as written, or one of its versions. */
interface Probed {
  readonly probes?: WrittenProbes | null;
  readonly versions?: Readonly<Record<string, Probed>> | null;
}

/** Names of the endpoints that run the checks of the probes of a service and of its versions. */
export function checksOf({ probes, versions }: Probed): readonly string[] {
  const all = [probes, ...Object.values(versions ?? {}).map((version) => version.probes)];
  const isChecked = (kind: ProbeKind): boolean =>
    all.some((own) => (own?.[kind]?.checks ?? null) !== null);
  return PROBES.filter(isChecked).map(checksEndpoint);
}

/** The endpoints that run the checks of the probes of a service: one call of each component, in order. */
export function resolveChecks(
  here: Cursor,
  name: string,
  output: WrittenProbes | null,
  endpoints: readonly string[],
): Map<string, Endpoint> {
  const all = new Map<string, Endpoint>();
  for (const kind of PROBES) {
    const checks = output?.[kind]?.checks ?? null;
    if (checks === null) continue;
    const own = checksEndpoint(kind);
    const at = here.in(kind, 'checks');
    if (endpoints.includes(own)) {
      const message = `the checks are the endpoint ${own}, and another one has that name: rename it`;
      at.report('FL402', message);
    }
    if (output![kind]!.call !== SELF) {
      here.in(kind, 'call').conflict('checks are what the probe asks: remove call');
    }
    const steps = checks.map((reference) => stepTo(here.context, reference));
    all.set(own, {
      ...BARE,
      name: own,
      steps: resolveSteps(at, steps, { name, policy: null }),
    });
  }
  return all;
}

/**
 * The endpoints that run the checks of a version: those that differ from the checks of its service, which are
 * `below`.
 */
export function resolveVersionChecks(
  here: Cursor,
  {
    name,
    below,
    written,
  }: { name: string; below: WrittenProbes | null; written: readonly string[] },
  output: WrittenProbes | null,
): ReadonlyMap<string, Endpoint> {
  const all = resolveChecks(here, name, output, written);
  const isSame = (kind: ProbeKind): boolean =>
    String(output?.[kind]?.checks) === String(below?.[kind]?.checks);
  for (const kind of PROBES) if (isSame(kind)) all.delete(checksEndpoint(kind));
  return all;
}

/** Endpoints for checks that only other versions of a service have: they respond at once, and are not called. */
export function withoutChecks(names: readonly string[]): ReadonlyMap<string, Endpoint> {
  return new Map(names.map((name) => [name, { ...BARE, name, steps: [] }]));
}

/** One call of a component, with the policies of the service for it. */
function stepTo({ names }: Context, reference: string): StepOutput {
  const [component, operation] = split(reference);
  const once = { probability: 1, times: ONCE, optional: false, background: false };
  if (names.things.get(component)?.kind !== 'database')
    return { call: callSchema.parse({ to: reference }), ...once };
  const query = querySchema.parse({ database: component, operation: operation ?? undefined });
  return { query, ...once };
}

const ONCE: StepOutput['times'] = { kind: 'constant', value: 1 };

const BARE = Object.freeze({
  method: null,
  idempotent: true,
  once: null,
  readOnly: true,
  requestBytes: 0,
  responseBytes: 0,
  priority: null,
  concurrency: null,
  timeLimitNs: null,
});
