import { connectionLeak } from '../../patterns/knobs/connection-leak.js';
import { editsOf } from '../../patterns/registry.js';
import type { RunRecord } from '../../spec/record/record.js';
import { areaOf, betweenOf, gaugesByComponent } from '../measure/gauges.js';
import { poolCapacities } from '../measure/client-pools.js';
import { stepsOf } from '../measure/steps.js';
import { selectStats } from '../measure/subjects.js';
import type { VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';

/** Share of a pool that leaked connections must hold for the pool to be lost. */
const LOST = 0.5;
/** Share of a pool in use from which it is full. */
const FULL = 0.9;

/** A pool that is full because connections were never returned. */
export interface LeakedPool {
  /** `caller->callee`. */
  readonly subject: string;
  readonly connections: number;
}

/**
 * The pool that lost most connections for good and is full in a window; null without one. Connections that are in use
 * while their callee has no request of them are lost.
 */
export function leakedPool(
  data: VariantData,
  record: RunRecord,
  { cells, lengthNs }: CellSet,
): LeakedPool | null {
  const { plan } = data;
  const leaky = new Set(
    plan.faults
      .filter((fault) => editsOf(fault).some(({ knob }) => knob === connectionLeak))
      .flatMap(({ instances }) => instances.map((id) => plan.instances[id].component)),
  );
  if (leaky.size === 0 || lengthNs === 0) return null;
  const steps = stepsOf(plan);
  let most: LeakedPool | null = null;
  for (const { name, from, to, stats } of data.edges) {
    if (!leaky.has(from)) continue;
    const size = poolCapacities({ data, selection: selectStats(stats, data) }, record, steps)[
      steps.count - 1
    ];
    const used = areaOf(betweenOf(data, record, 'used', from, to), cells) / lengthNs;
    if (!(size > 0) || used < FULL * size) continue;
    const served = gaugesByComponent(data, record)[to].filter(({ kind }) => kind === 'concurrency');
    const idle = used - areaOf(served, cells) / lengthNs;
    if (idle >= LOST * size && idle > (most?.connections ?? 0)) {
      most = { subject: name, connections: Math.round(idle) };
    }
  }
  return most;
}
