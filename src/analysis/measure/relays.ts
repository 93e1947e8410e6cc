import type { PlanOutbox } from '../../contracts/plan/messaging.js';
import { sumOf } from '../../stats/sums.js';
import { busyOf, requestRate } from './loads.js';
import { meterOf } from './meter-of.js';
import type { Asked } from './question.js';
import type { Use } from './use.js';
import { cellsAround } from './window.js';

/** Use of the relay of a component's outbox, if it polls: each poll publishes one batch of rows at most. */
export function relayUses(asked: Asked, id: number): readonly Use[] {
  const { plan } = asked.data;
  return plan.outboxes
    .filter(({ component, spec }) => component === id && spec.mode === 'polling')
    .map((own) => {
      const limit = rowsPerSecond(asked, own);
      const rate = writtenTo(asked, id);
      const used = Math.min(rate, limit);
      const { name } = plan.components[id];
      const shares = { used, share: used / limit, need: rate, fixed: 0 };
      return { component: name, resource: 'relay', of: null, ...shares, limit, rate };
    });
}

/** A batch that takes longer than the time between two polls misses the next ones. */
function rowsPerSecond(asked: Asked, { part, spec: { batchSize, pollNs } }: PlanOutbox): number {
  const own = { ...asked, selection: { ...asked.selection, parts: [part] } };
  const runs = requestRate(own);
  // Its query, and the mark of each row.
  const batchNs = runs > 0 ? (1 + batchSize) * (busyOf(own) / runs) * 1e9 : 0;
  return (batchSize * 1e9) / (pollNs * Math.max(1, Math.ceil(batchNs / pollNs)));
}

/** Rows per second that are committed, mean of the runs: those that are published at some time, and those still there. */
function writtenTo({ data: { plan, records }, window }: Asked, id: number): number {
  const { edges } = plan.grid;
  const cells = cellsAround(plan, window);
  const lengthNs = sumOf(Array.from(cells, (cell) => edges[cell + 1] - edges[cell]));
  if (lengthNs === 0) return 0;
  const isToEnd = cells[cells.length - 1] === edges.length - 2;
  const each = records.map((record) => {
    const delays = meterOf(record, 'durations', 'outbox.delay', id);
    const published = sumOf(Array.from(window.segments, (at) => delays?.segments[at]?.count ?? 0));
    const left = isToEnd ? (meterOf(record, 'gauge', 'outbox.rows', id)?.end ?? 0) : 0;
    return published + left;
  });
  return (sumOf(each) / records.length) * (1e9 / lengthNs);
}
