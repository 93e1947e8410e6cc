import type { Scenario } from '../../../contracts/scenario/scenario.js';
import type { StepOf } from '../../../contracts/scenario/steps.js';
import { partsOfStore } from '../../../contracts/scenario/event-stores.js';
import { mayLoad, type ReadOf } from '../../../contracts/scenario/projections.js';
import type { CallEdge } from '../../resolve/call-edge.js';

type Stored = Pick<Scenario, 'eventStores' | 'projections'>;
type StoreStep = StepOf<'load' | 'append'>;

/** The calls of a `load` or `append` step. */
export function storeEdges(
  { eventStores, projections }: Stored,
  step: StoreStep,
  { from, certain, times, tries }: Omit<CallEdge, 'to'>,
): readonly CallEdge[] {
  const edges: CallEdge[] = [];
  const add = (to: string, sure: boolean, each = tries): void =>
    void edges.push({ from, to, certain: sure, times, tries: each });
  add(`${step.store}.${step.verb === 'load' ? 'read' : 'append'}`, certain);
  const isRange = step.verb === 'load' && step.range !== null;
  if ((eventStores.get(step.store)?.snapshots ?? null) !== null && !isRange) {
    if (step.verb === 'load' && step.fromVersion === 'snapshot') {
      add(`${step.store}.readSnapshot`, certain);
    }
    add(`${step.store}.writeSnapshot`, false);
  }
  if (step.verb === 'load') return edges;
  if (eventStores.get(step.store)?.appendMode === 'rich') add(`${step.store}.prepare`, certain);
  for (const { from: store, lifecycle, writes } of projections.values()) {
    if (store !== step.store || lifecycle !== 'inline' || writes === null) continue;
    add(`${writes.database}.${writes.operation}`, certain, 1);
  }
  return edges;
}

/** The calls of a read that loads from the store instead of the view. */
export function readEdges(
  { eventStores, projections }: Stored,
  { projection, consistency }: ReadOf,
  from: string,
  times: number,
): readonly CallEdge[] {
  const own = projections.get(projection);
  const store = eventStores.get(own?.from ?? '');
  if (own === undefined || store === undefined) return [];
  if (own.lifecycle !== 'live' && !mayLoad(consistency)) return [];
  return partsOfStore(store.snapshots !== null, null).flatMap((part) => {
    if (part === 'append') return [];
    return [{ from, to: `${store.name}.${part}`, certain: false, times, tries: 1 }];
  });
}
