import { failedIn, sumSteps } from '../../links.js';
import type { Place } from '../special-conditions.js';
import { closedConnections } from './closed-connections.js';
import { gates } from './gates.js';
import type { Refusal, RefusalKind } from './kind.js';
import { limitedCalls } from './limited-calls.js';
import { queues } from './queues.js';
import { rows } from './rows.js';
import { timeLimits } from './time-limits.js';
import { views } from './views.js';

/** Every way to refuse requests. */
const KINDS: readonly RefusalKind[] = [
  limitedCalls,
  gates,
  timeLimits,
  queues,
  views,
  rows,
  closedConnections,
];

/** Part of the failed requests of a component that a refusal must explain. */
const MOST = 0.5;
/** Growth of the refused share from which a rule explains a later degradation. */
const GROWN = 2;

/** The rule that refuses or ends most of the requests that fail at a component; null if none explains most of them. */
export function refusalAt(place: Place): Refusal | null {
  const { lane, from, until } = place;
  const failed = failedIn(lane, from, until);
  const main = refusalsAt(place).reduce<Refusal | null>(
    (most, one) => (most === null || one.count > most.count ? one : most),
    null,
  );
  if (main === null || !(main.count > 0) || main.count < MOST * failed) return null;
  return isUsual(place, main) ? null : main;
}

function refusalsAt(place: Place): readonly Refusal[] {
  return KINDS.flatMap((refusals) => refusals(place));
}

/** Whether the same rule refused as large a share before the first fault, so that it explains no later degradation. */
function isUsual(place: Place, { ref, count }: Refusal): boolean {
  const { scene, lane, from, until } = place;
  const { baseline } = scene;
  if (baseline === 0) return false;
  const same = refusalsAt({ ...place, from: 0, until: baseline }).find(
    (one) => one.ref.kind === ref.kind && one.ref.subject === ref.subject,
  );
  const share = count / Math.max(1, sumSteps(lane.arrived, from, until));
  const usual = (same?.count ?? 0) / Math.max(1, sumSteps(lane.arrived, 0, baseline));
  return share < GROWN * usual;
}
