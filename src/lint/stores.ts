import { meanOf } from '../kernel/distribution.js';
import { meanCount } from './counts.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { EventStore, StorePart } from '../contracts/scenario/event-stores.js';
import type { StepOf } from '../contracts/scenario/steps.js';

/** Time of a run: total, and CPU. */
interface Demand {
  readonly elapsedNs: number;
  readonly workNs: number;
}

/** Whether a component is a database, an event store or a cache, which configures its clients itself. */
export function isStore({ databases, eventStores, caches }: Scenario, name: string): boolean {
  return databases.has(name) || eventStores.has(name) || caches.has(name);
}

/** The calls of a `load` or `append` step to its store without failures, with the number of each. */
export function storeCalls(
  { eventStores }: Scenario,
  step: StepOf<'load' | 'append'>,
): readonly (readonly [part: StorePart, times: number])[] {
  const store = eventStores.get(step.store);
  if (step.verb === 'append') {
    const append = ['append', 1] as const;
    return store?.appendMode === 'rich' ? [['prepare', 1], append] : [append];
  }
  if (store === undefined) return [];
  const pages = Math.max(1, Math.ceil(eventsOf(store, step) / store.batch));
  const read = ['read', pages] as const;
  return store.snapshots !== null && step.fromVersion === 'snapshot' && step.range === null
    ? [['readSnapshot', 1], read]
    : [read];
}

/** Mean number of events that a load applies: half the distance between snapshots, or the entire stream. */
export function tailOf({ snapshots, stream }: EventStore, from: 'snapshot' | 'start'): number {
  if (snapshots === null || from === 'start') return stream.initialLength;
  return Math.min(stream.initialLength, (snapshots.every - 1) / 2);
}

/** Number of events that a load applies. A past version is loaded without a snapshot, unless all snapshots are kept. */
function eventsOf(store: EventStore, { fromVersion, version, range }: StepOf<'load'>): number {
  if (range !== null) return meanCount(range);
  if (version === null) return tailOf(store, fromVersion);
  const isKept = store.snapshots?.keep === 'all' && fromVersion === 'snapshot';
  return isKept
    ? tailOf(store, fromVersion)
    : Math.min(store.stream.initialLength, meanCount(version));
}

/** Time of one run of a part of a store. */
export function storeDemand(store: EventStore, part: string): Demand {
  const { append, commitLatency, read, readPerEventNs, batch, snapshots } = store;
  switch (part as StorePart) {
    case 'append': {
      const workNs = meanOf(append);
      return { elapsedNs: workNs + meanOf(commitLatency), workNs };
    }
    case 'prepare': {
      const workNs = meanOf(read);
      return { elapsedNs: workNs, workNs };
    }
    case 'read': {
      const events = Math.min(batch, tailOf(store, 'snapshot'));
      const workNs = meanOf(read) + events * readPerEventNs;
      return { elapsedNs: workNs, workNs };
    }
    case 'readSnapshot':
    case 'writeSnapshot': {
      const time = part === 'readSnapshot' ? snapshots?.read : snapshots?.write;
      const workNs = time === undefined ? 0 : meanOf(time);
      return { elapsedNs: workNs, workNs };
    }
  }
}

/** CPU of the loading service: applying the events, and upcasting those of an old version. */
export function applyNs({ eventStores }: Scenario, step: StepOf<'load'>): number {
  const store = eventStores.get(step.store);
  if (store === undefined) return 0;
  return eventsOf(store, step) * (store.applyNs + store.upcastNs);
}
