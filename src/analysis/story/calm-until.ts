import type { Ns } from '../../kernel/time.js';
import type { Lane } from '../measure/lanes.js';
import { stepAt, type Steps } from '../measure/steps.js';
import { healthBefore } from './health.js';
import type { LoadChanges } from './load-changes.js';

/** The lanes of users, with the longest time before a fault at which a request of each may arrive and still be hurt by it. */
type Users = readonly { readonly lane: Lane; readonly reachNs: Ns }[];

/**
 * The step until which a run is as usual: that of the first fault. Where users degrade after the load has risen and
 * before that fault, it is the step of that rise, or of the end of the calm time before a climb: the time before a fault
 * would else count as usual, failures and all.
 */
export function calmUntil(
  users: Users,
  steps: Steps,
  times: { readonly faultsNs: readonly Ns[]; readonly loads: LoadChanges; readonly struck: number },
): number {
  const { loads, struck } = times;
  const risesNs = loads.climbs ? [loads.calmNs, ...loads.risesNs] : loads.risesNs;
  const rises = risesNs.map((at) => stepAt(steps, at)).filter((step) => step < struck);
  if (rises.length === 0) return struck;
  const onsets = users.flatMap(({ lane, reachNs }) => {
    const at = healthBefore(lane, steps, { ...times, reachNs }).findIndex(
      (state) => state !== 'ok',
    );
    return at < 0 ? [] : [at];
  });
  const first = Math.min(...onsets, struck);
  return rises.findLast((step) => step <= first + 1 && first < struck) ?? struck;
}
