import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { cacheFill } from './cache-fill.js';
import { capacity } from './capacity.js';
import { moreConsumers, poison, rebalances } from './consumers.js';
import { errors } from './errors.js';
import { hotKeys } from './hot-keys.js';
import type { Intervention, InterventionKind } from './kind.js';
import { limit } from './limit.js';
import { load } from './load.js';
import { locks } from './locks.js';
import { breakers, fallbacks, hedges, outliers, retries, timeouts } from './policies.js';
import { coldStarts, collections, probes } from './processes.js';
import { redeliveries } from './redeliveries.js';
import { scaling, shrinking } from './scaling.js';
import { firstOf, isSource } from './signs.js';
import { start, startOfConsumers } from './start.js';
import { largerBatches, moreExecutions, moreSegments } from './working-off.js';

/** Every kind of intervention besides faults, which `withFaults` removes. */
export const INTERVENTIONS: readonly InterventionKind[] = [
  load,
  retries,
  capacity,
  hedges,
  collections,
  coldStarts,
  locks,
  limit,
  errors,
  start,
  scaling,
  shrinking,
  cacheFill,
  probes,
  breakers,
  timeouts,
  outliers,
  fallbacks,
  poison,
  hotKeys,
  moreConsumers,
  moreSegments,
  largerBatches,
  moreExecutions,
  startOfConsumers,
  rebalances,
  redeliveries,
];

/** What a later first degradation takes from the worth of an intervention, per event before it. */
const LATER = 0.02;
const MOST_LATER = 0.2;

/** The interventions that the figures of a variant suggest, most promising first. */
export function suggested(plan: Plan, variant: VariantResult): readonly Intervention[] {
  const rated = INTERVENTIONS.flatMap((kind) =>
    kind.of(plan).map((own) => {
      const intervention = kind.fitting?.(variant, own, plan) ?? own;
      return {
        intervention:
          kind.isUnseen === true ? { ...intervention, isUnseen: true as const } : intervention,
        worth: kind.worth(variant, own, plan),
      };
    }),
  );
  const late = ({ subject }: Intervention): number => {
    // The source may be noticed after what it degrades.
    if (isSource(variant, subject)) return 0;
    const place = firstOf(variant, subject);
    return place === null ? 0 : Math.min(MOST_LATER, LATER * place);
  };
  return rated
    .filter(({ worth }) => worth > 0)
    .map(({ intervention, worth }) => ({ intervention, worth: worth - late(intervention) }))
    .sort((a, b) => b.worth - a.worth)
    .map(({ intervention }) => intervention);
}

/** The kinds that have consumers pass over what they cannot handle. */
export const PASSING: ReadonlySet<string> = new Set(
  INTERVENTIONS.filter(({ passesOver }) => passesOver === true).map(({ kind }) => kind),
);
