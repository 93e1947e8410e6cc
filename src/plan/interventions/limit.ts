import { OP } from '../../contracts/plan/program.js';
import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Intervention, InterventionKind } from './kind.js';
import { cuts } from './layers.js';
import { withProcesses } from './processes.js';
import { counterShare, shareOf } from './signs.js';

/** Policies of a caller that refuse calls by a configured limit. */
const LIMITS: ReadonlySet<string> = new Set([
  'rateLimit',
  'throttle',
  'concurrencyLimit',
  'bulkhead',
]);

const isLimit = ({ policy }: Layer): boolean => LIMITS.has(policy);

/** Outcomes and counters of refusals by such a limit. */
const REFUSED: ReadonlySet<string> = new Set([
  'throttled',
  'rejectedRateLimit',
  'rejectedBulkhead',
  'rejectedOverload',
]);
const COUNTERS = ['rateLimited', 'bulkheadRejected', 'throttleRejected'];

/** A limiter refuses nothing: those of a server, or those of a caller for its calls to another component. */
export const limit: InterventionKind = {
  kind: 'limit',
  of: (plan) => [
    ...plan.components.flatMap((component, id) =>
      limits(plan, id) ? [ofServer(component, id)] : [],
    ),
    ...cuts(plan, isLimit, { kind: 'limit', part: 'condition' }, 'the limits on calls'),
  ],
  worth: (variant, { subject }) => {
    const share =
      variant.edges[subject] === undefined
        ? shareOf(variant, subject, (outcome) => REFUSED.has(outcome))
        : counterShare(variant, subject, COUNTERS);
    return share === 0 ? 0 : 0.4 + 0.5 * Math.min(1, 4 * share);
  },
};

function ofServer({ name }: PlanComponent, id: number): Intervention {
  return {
    kind: 'limit',
    subject: name,
    part: 'condition',
    words: `without the limits of ${name}`,
    apply: ({ plan }) => unlimited(plan, id),
  };
}

function limits({ limiters, gates, components }: Plan, id: number): boolean {
  const own = [...limiters, ...gates].some(
    ({ component, layer }) => component === id && !layer.dryRun,
  );
  return own || (components[id]!.admission ?? null) !== null;
}

/** The plan in which the limiters of a component are in a dry run, and nothing is refused in front of its queue. */
function unlimited(plan: Plan, id: number): Plan {
  const code = Int32Array.from(plan.program.code);
  for (let at = 0; at < code.length; at += 4) {
    const table = code[at] === OP.LIMIT ? plan.limiters : code[at] === OP.GATE ? plan.gates : null;
    if (table?.[code[at + 1]!]?.component === id) code[at + 2] = 0;
  }
  const bare = withProcesses(plan, id, () => ({ admission: null }));
  return { ...bare, program: { ...plan.program, code } };
}
