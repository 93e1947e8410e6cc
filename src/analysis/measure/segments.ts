import type { Plan } from '../../contracts/plan/plan.js';
import type { PlanProjection } from '../../contracts/plan/stores.js';
import type { ComponentHeadroom } from '../../contracts/result/headroom.js';
import { meanOf as meanOfLaw } from '../../kernel/distribution.js';
import { placeOfValue } from '../../kernel/rng.js';
import { meanOf } from './estimate.js';
import { partitionShares, UNEVEN } from './key-shares.js';
import { busyOf, requestRate } from './loads.js';
import { meterOf } from './meter-of.js';
import type { Asked } from './question.js';
import { sumCells } from './sums.js';
import type { Use } from './use.js';
import type { WaitsBelow } from './waits-below.js';

type Measuring = Asked & { readonly waits: WaitsBelow };

/**
 * Use of the segments of the projections that a component runs. A segment is taken from the start of a batch until its write
 * has ended, so that a slow write fills it long before the cores. Full batches share one write.
 */
export function segmentUses(asked: Measuring, id: number): readonly Use[] {
  const { plan } = asked.data;
  return plan.projections
    .filter(({ part, spec }) => spec.lifecycle === 'async' && plan.parts[part].component === id)
    .map((own) => useOf(asked, id, own));
}

function useOf(asked: Measuring, id: number, own: PlanProjection): Use {
  const { plan } = asked.data;
  const { batchSize, work } = own.spec;
  const { limit, busiest } = limitOf(plan, own);
  const part = { ...asked, selection: { ...asked.selection, parts: [own.part] } };
  const batches = requestRate(part);
  const busy = busyOf(part) * (1 - asked.waits.share(id));
  const { passed, left } = eventsOf(asked, own.component);
  const works = Math.min(busy, (passed * meanOfLaw(work)) / 1e9);
  const writes = batches > 0 ? (busy - works) / batches : 0;
  const used = works + Math.min(batches, passed / batchSize) * writes;
  const need = passed > 0 ? (used * (passed + left)) / passed : 0;
  return {
    component: plan.components[id].name,
    resource: 'segments',
    of: own.component === id ? null : plan.components[own.component].name,
    used,
    limit,
    ...(busiest !== null && { busiest }),
    need,
    fixed: 0,
    share: used / limit,
    rate: passed + left,
  };
}

/**
 * Segments that are busy on average when the busiest is busy all the time: all of them, if no stream has many of the events.
 * A partition of a topic is read by one segment.
 */
function limitOf(
  plan: Plan,
  { store, topic, spec: { concurrency } }: PlanProjection,
): { readonly limit: number; readonly busiest: ComponentHeadroom['busiest'] | null } {
  if (store < 0) {
    const partitions = plan.topics.find(({ component }) => component === topic)!.spec.partitions;
    const each = Math.ceil(partitions / Math.min(concurrency, partitions));
    return { limit: partitions / each, busiest: null };
  }
  const key = plan.keys[plan.stores[store].key] ?? null;
  const most = Math.max(...partitionShares(key, concurrency, placeOfValue));
  if (key === null || most * concurrency <= UNEVEN) return { limit: concurrency, busiest: null };
  const busiest = { members: concurrency, partitions: 1, of: concurrency, key: key.name };
  return { limit: 1 / most, busiest };
}

/** Events per second that a projection has in its view, and those by which its lag grows; means of the runs. */
function eventsOf(
  { data: { plan, records }, window: { cells, lengthNs } }: Measuring,
  component: number,
): { readonly passed: number; readonly left: number } {
  const perSecond = lengthNs > 0 ? 1e9 / lengthNs : 0;
  const [first, last] = [cells[0], cells[cells.length - 1]];
  const between = plan.grid.edges[last + 1] - plan.grid.edges[first + 1];
  const each = records.map((record) => {
    const consumed = meterOf(record, 'counter', 'consumed', component);
    const lag = meterOf(record, 'gauge', 'lag', component);
    const grown = lag === undefined ? 0 : Math.max(0, lag.max[last] - lag.max[first]);
    return {
      passed: consumed === undefined ? 0 : sumCells(consumed.counts, cells) * perSecond,
      left: between > 0 ? grown * (1e9 / between) : 0,
    };
  });
  return {
    passed: meanOf(each.map(({ passed }) => passed)).value ?? 0,
    left: meanOf(each.map(({ left }) => left)).value ?? 0,
  };
}
