import { connectionLeak } from '../../patterns/knobs/connection-leak.js';
import { editsOf } from '../../patterns/registry.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { areaOf, betweenOf } from '../measure/gauges.js';
import { poolCapacities } from '../measure/client-pools.js';
import { stepsOf } from '../measure/steps.js';
import { selectStats } from '../measure/subjects.js';
import type { VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';

/** Share of a pool that leaked connections must hold for the pool to be lost. */
const LOST = 0.75;

/** A pool most of whose connections were never returned. */
export interface LeakedPool {
  /** `caller->callee`. */
  readonly subject: string;
  readonly connections: number;
}

/**
 * The pool that lost most connections for good, as a window shows it; null without one. Connections in use without a
 * call in flight are lost.
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
    const level = (kind: 'used' | 'inFlight' | 'waiting'): number =>
      areaOf(betweenOf(data, record, kind, from, to), cells) / lengthNs;
    if (!(size > 0)) continue;
    const others = data.edges
      .filter((edge) => edge.to === to && edge.from !== from)
      .flatMap((edge) => betweenOf(data, record, 'open', edge.from, to));
    // A pool gets no more connections than the server has left.
    const left = plan.components[to].maxConnections - areaOf(others, cells) / lengthNs;
    // Calls in flight that do not wait for a connection have one.
    const idle = level('used') - Math.max(0, level('inFlight') - level('waiting'));
    if (idle >= Math.max(1, LOST * Math.min(size, left)) && idle > (most?.connections ?? 0)) {
      most = { subject: name, connections: Math.round(idle) };
    }
  }
  return most;
}
