import type { OutcomeName } from '../../../contracts/outcome.js';
import type { PlanPart } from '../../../contracts/plan/plan.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import { policyTraits } from '../../../patterns/registry.js';
import { arrivedOf, outcomeOf, sumParts } from '../../measure/sums.js';
import { instancesOf, partsOf, type VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';
import { groupedBy } from '../../../text/order.js';
import { sumOf } from '../../../stats/sums.js';
import { capacityIn, downtimesBy } from './capacity.js';
import { meanHeld } from '../../measure/held.js';
import { perSecond, type Room } from './room.js';

/** A limit on the requests in progress in each instance, and what it is called. */
interface Limit {
  readonly owner: string;
  readonly permits: number;
}

/** Permits of the policies that limit what is in progress. Of an adaptive one, the most that it can reach. */
const PERMITS: ReadonlyMap<string, (layer: Layer) => number> = new Map([
  ['bulkhead', (layer: Layer) => policyTraits('bulkhead', layer).permits.calls],
  ['concurrencyLimit', (layer: Layer) => policyTraits('concurrencyLimit', layer).highest],
]);

/** Permits of a layer for calls or requests in progress; Infinity if it does not limit them. */
export function permitsOf(layer: Layer): number {
  return layer.dryRun ? Infinity : (PERMITS.get(layer.policy)?.(layer) ?? Infinity);
}

/**
 * The limits that a component applies to its requests. The level is that of the requests that get a permit: their rate
 * times the time that they take, without their wait for it.
 */
export function limitsOn(
  data: VariantData,
  record: RunRecord,
  component: number,
  refusal: OutcomeName,
  limitOf: (part: PlanPart, id: number) => Limit | null,
): readonly Room[] {
  const { plan } = data;
  const limited = partsOf(plan, component).flatMap((id) => {
    const limit = limitOf(plan.parts[id], id);
    return limit === null || !Number.isFinite(limit.permits) ? [] : [{ id, ...limit }];
  });
  const ids = instancesOf(plan, component);
  const downtimes = downtimesBy(data, record)[component];
  return [...groupedBy(limited, ({ owner }) => owner).values()].map((own): Room => {
    const [{ owner, permits }] = own;
    const parts = own.map(({ id }) => id);
    const countsIn = ({ cells }: CellSet): { all: number; refused: number } => {
      const outcomes = sumParts(record, parts, cells);
      return { all: arrivedOf(outcomes), refused: outcomeOf(outcomes, refusal) };
    };
    return {
      component,
      name: plan.components[component].name,
      owner,
      resource: 'permits',
      useIn: (window) => {
        const { all, refused } = countsIn(window);
        const level = perSecond(all - refused, window) * meanHeld(record, parts, data.whole);
        const capacity = capacityIn(data, ids, downtimes, () => permits, window);
        return { used: Math.min(level, capacity), capacity };
      },
      refusedIn: (window) => {
        const { all, refused } = countsIn(window);
        return all > 0 ? refused / all : 0;
      },
      attemptsIn: (demands, window) => demands.arrivedAt(component, window),
      neededIn: (demands, window, measured) =>
        sumOf(
          parts.map(
            (part) => demands.firstAtPart(part, window) * meanHeld(record, [part], measured),
          ),
        ),
      queueIn: () => 0,
    };
  });
}
