import { PROBES, type ProbeKind } from '../../spec/scenario/probes.js';
import type { Endpoint } from '../../spec/scenario/services.js';
import type { ProbesOutput } from '../schema/probes.js';
import type { StepOutput } from '../schema/steps.js';
import { checksEndpoint } from './checks-names.js';
import type { Context, Path } from './context.js';
import { conflict, report } from './context.js';
import { resolveSteps } from './steps.js';
import { split } from './targets.js';

/** The endpoints that run the checks of the probes of a service: one call of each component, in order. */
export function resolveChecks(
  context: Context,
  name: string,
  output: ProbesOutput | undefined,
  endpoints: readonly string[],
  path: Path,
): Map<string, Endpoint> {
  const all = new Map<string, Endpoint>();
  for (const kind of PROBES) {
    const checks = output?.[kind]?.checks;
    if (checks === undefined) continue;
    const own = checksEndpoint(kind);
    const at = [...path, kind, 'checks'];
    if (endpoints.includes(own)) {
      const message = `the checks are the endpoint ${own}, and another one has that name: rename it`;
      report(context, 'FL402', at, message);
    }
    if (output![kind]!.call !== 'self') {
      conflict(context, [...path, kind, 'call'], 'checks are what the probe asks: remove call');
    }
    const steps = checks.map((reference) => stepTo(context, reference));
    all.set(own, {
      ...BARE,
      name: own,
      steps: resolveSteps(context, steps, { name, policy: null }, at),
    });
  }
  return all;
}

/**
 * The endpoints that run the checks of a version: those that differ from the checks of its service, which are
 * `below`.
 */
export function resolveVersionChecks(
  context: Context,
  {
    name,
    below,
    written,
  }: { name: string; below: ProbesOutput | undefined; written: readonly string[] },
  output: ProbesOutput | undefined,
  path: Path,
): ReadonlyMap<string, Endpoint> {
  const all = resolveChecks(context, name, output, written, path);
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
  if (names.things.get(component)?.kind !== 'database') return { call: { to: reference }, ...once };
  const query = { database: component, ...(operation === null ? {} : { operation }) };
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
