import { headroomOf } from '../measure/headroom.js';
import type { Lane } from '../measure/lanes.js';
import type { Steps } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { medianOf } from './degradation-words.js';
import type { LoadChanges } from './load-changes.js';

/** Latency grows by this factor from the first to the last part of a run whose queue grows throughout. */
const GROWTH = 3;
/** Part of the run whose latencies are compared: the first one shows the usual latency. */
const PART = 0.1;
/** Fewest steps of it. */
const STEPS = 10;
/** From this multiple of the load down, more is due than a resource serves. */
const OVERLOADED = 0.99;

/**
 * The loads of a run without a fault. A constant load that is more than a component serves makes requests slower from the
 * start on: then the first tenth shows how they are in a shorter queue, as with a load that climbs.
 */
export function withOverload(
  data: VariantData,
  users: readonly Lane[],
  steps: Steps,
  loads: LoadChanges,
): LoadChanges {
  if (loads.climbs || loads.changesNs.length > 0) return loads;
  const part = Math.max(STEPS, Math.ceil(PART * steps.count));
  const grows = ({ latency }: Lane): boolean => {
    // The end of the run cuts off the last requests.
    const until = latency.findLastIndex((value) => !Number.isNaN(value)) + 1;
    return medianOf(latency, until - part, until) > GROWTH * medianOf(latency, 0, part);
  };
  if (steps.count < GROWTH * part || !users.some(grows)) return loads;
  const isOver = headroomOf(data).components.some(
    ({ resource, factor }) => resource !== 'consumers' && factor < OVERLOADED,
  );
  return isOver ? { ...loads, calmNs: steps.startNs[part] } : loads;
}
