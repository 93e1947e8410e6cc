import { meanOf } from '../../../kernel/distribution.js';
import type { CauseRef } from '../../../contracts/result/cause.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { Lane } from '../../measure/lanes.js';
import { formatSeconds } from '../../../text/figures.js';
import { coldCache } from '../cache-misses.js';
import { maxSteps, meanSteps } from '../links.js';
import type { Scene } from '../scene.js';

/** A component that degrades without a fault, in steps [from, until) of one run. */
export interface Place {
  readonly scene: Scene;
  readonly record: RunRecord;
  readonly lane: Lane;
  readonly from: number;
  readonly until: number;
}

/** A component that uses less of its cores than this is not slow for lack of them. */
const SPARE = 0.8;
/** Steps before the degradation with which a cache is compared. */
const RATE_STEPS = 10;

/** A cause inside a component that its levels do not show: its collector, or a cache before it. */
export function specialCondition(
  place: Place,
): { readonly ref: CauseRef; readonly evidence: string } | null {
  const { scene, lane, from, until } = place;
  const { gc, name } = scene.data.plan.components[lane.component];
  const pause = gc === null ? 0 : meanOf(gc.pause) / 1e9;
  const isSpare = meanSteps(lane.cpu, from, until) < SPARE * lane.cores;
  if (pause > 0 && isSpare && pause >= PAUSED * maxSteps(lane.latency, from, until))
    return {
      ref: { kind: 'collections', subject: name },
      evidence: `each pause takes ${formatSeconds(pause)}`,
    };
  const cold = coldBefore(place);
  if (cold === null) return null;
  return { ref: { kind: 'cacheFill', subject: cold.cache }, evidence: cold.text };
}

/** Part of the slowest p95 that a pause of the collector must explain. */
const PAUSED = 0.2;

/** Growth of the requests to a component that a cache explains. */
const FILLED = 1.5;

/** A cache whose entries are missing, so that its misses load a component although the users' load is the same. */
function coldBefore({
  scene,
  record,
  lane,
  from,
  until,
}: Place): { readonly cache: string; readonly text: string } | null {
  const before = Math.max(0, from - RATE_STEPS);
  const isMore =
    from > before &&
    meanSteps(lane.arrivals, from, until) > FILLED * meanSteps(lane.arrivals, before, from);
  return isMore ? coldCache(scene, record, from, until) : null;
}
