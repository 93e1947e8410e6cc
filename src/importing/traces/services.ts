import { formatCount } from '../../text/figures.js';
import { calmOf } from './calm.js';
import type { Executions, Execution } from './executions.js';
import type { LeftOut } from './left-out.js';
import { FEW, shareOf } from './measured.js';
import type { TracedEndpoint, Unknown } from './model.js';
import { ownTimeOf } from './own-time.js';
import type { OwnTime, OwnTimeOf } from './own-time.js';
import type { Roles } from './parts.js';
import { StepFinder } from './steps.js';
import { Bodies, withLoops, withTries } from './structure/items.js';
import type { Row } from './structure/items.js';

/** What endpoints are read from. */
export interface ServiceInput extends OwnTimeOf {
  readonly roles: Roles;
  readonly executions: Executions;
  readonly leftOut: LeftOut;
  readonly unknown: Unknown[];
  readonly saysAttempts: ReadonlySet<number>;
}

/** Endpoints of a service. `spans`: those that execute each of its parts. */
export function endpointsOf(
  service: string,
  spans: ReadonlyMap<number, readonly number[]>,
  input: ServiceInput,
): readonly TracedEndpoint[] {
  const byPart = new Map<number, readonly Execution[]>();
  for (const [part, own] of spans)
    byPart.set(
      part,
      own.map((span) => input.executions.of(span)),
    );
  const own = ownTimeOf(service, [...byPart.values()].flat(), input, input.unknown);
  return [...byPart].map(([part, all]) => endpointOf(service, part, all, own, input));
}

function endpointOf(
  service: string,
  part: number,
  all: readonly Execution[],
  own: OwnTime,
  { roles, leftOut, unknown, saysAttempts }: ServiceInput,
): TracedEndpoint {
  const { endpoint } = roles.parts.all[part];
  const bodies = new Bodies();
  const calm = calmOf(all);
  const rows = withLoops(
    all.map((execution) => ({
      execution,
      items: withTries(execution, saysAttempts),
      isCalm: calm.has(execution.start),
    })),
    bodies,
  );
  const usual = rows.filter(({ isCalm }) => isCalm);
  leftOut.add(
    'executions in windows in which times, failures or calls were at another level: not used for times and shares',
    rows.length - usual.length,
  );
  leftOut.add(
    'executions whose caller had given up: not counted as errors',
    all.reduce((sum, { isAbandoned }) => sum + (isAbandoned ? 1 : 0), 0),
  );
  const path = `services.${service}.endpoints.${endpoint}`;
  const { steps, rare, few } = new StepFinder(roles.parts.all, bodies, rows, own).find();
  leftOut.add('calls that too few executions of their endpoint make to be a step', rare);
  if (all.length < FEW) {
    unknown.push({
      path,
      reason: `n = ${all.length} < ${FEW} executions`,
      question: `Which calls does ${service} ${endpoint} make, and how long does it take?`,
    });
  } else {
    for (const { part: callee, n } of few) {
      const to = roles.parts.all[callee];
      unknown.push({
        path,
        reason: `n = ${n} < ${FEW} calls of ${to.component} ${to.endpoint} in ${formatCount(all.length)} executions`,
        question: `How often does ${service} ${endpoint} call ${to.component} ${to.endpoint}?`,
      });
    }
  }
  return { name: endpoint, steps, errors: errorsOf(usual), executions: all.length };
}

/** Failures that no call explains. */
function errorsOf(rows: readonly Row[]): TracedEndpoint['errors'] {
  const own = rows.filter(({ execution, items }) => {
    return execution.isFailed && !(items[items.length - 1]?.isFailed ?? false);
  });
  return own.length === 0 ? null : shareOf(own.length, rows.length);
}
