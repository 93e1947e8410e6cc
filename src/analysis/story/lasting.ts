import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { spansIn } from '../measure/faulted.js';
import { courseOf } from '../measure/rollouts.js';
import type { VariantData } from '../measure/variant-data.js';

/** Faults of one run that last to its end. */
export interface Lasting {
  /** Start of the last of them, absolute. */
  readonly sinceNs: Ns;
  /** Whether none of them has an end: they change the system for good. */
  readonly isForGood: boolean;
  /** Whether the run has no other fault. */
  readonly isAlone: boolean;
  /** The new version if all of them are promoted rollouts: `pricing@v2`; otherwise null. */
  readonly released: string | null;
}

/** The faults among these that last to the end of a run; null if none does. */
export function lastingOf(
  data: VariantData,
  record: RunRecord,
  faults: readonly PlanFault[],
): Lasting | null {
  const { plan } = data;
  const struck = faults
    .map((fault) => ({
      fault,
      spans: spansIn(data, fault, record).filter(({ fromNs }) => fromNs < plan.endNs),
    }))
    .filter(({ spans }) => spans.length > 0);
  const lasting = struck.filter(({ spans }) => spans[spans.length - 1].untilNs >= plan.endNs);
  if (lasting.length === 0) return null;
  const starts = lasting.map(({ spans }) => spans[spans.length - 1].fromNs);
  const isReleased = lasting.every(({ fault }) => fault.rollout !== null);
  return {
    sinceNs: starts.reduce((last, at) => Math.max(last, at)),
    isForGood: lasting.every(({ fault }) => isEndless(data, record, fault)),
    isAlone: lasting.length === struck.length,
    released: isReleased ? lasting[0].fault.id : null,
  };
}

/** Whether a fault that lasts to the end of the run has no end: by the scenario, or as a new version that was promoted. */
function isEndless(
  { variant }: VariantData,
  record: RunRecord,
  { id, rollout }: PlanFault,
): boolean {
  if (rollout !== null) return courseOf(record, rollout)?.result === 'promoted';
  const planned = variant.scenario.faults.find((fault) => fault.id === id);
  return planned !== undefined && planned.spans.some(({ untilNs }) => untilNs === null);
}
