import type { Ns } from '../kernel/time.js';
import { OP } from '../contracts/plan/program.js';
import type { NodeRoute } from '../contracts/plan/replication.js';
import type { StepOf, Bundle, Step } from '../contracts/scenario/steps.js';
import type { EventStore, LoadStep, StorePart } from '../contracts/scenario/event-stores.js';
import { LOADS, REGISTERS, type PlanStore, type PlanStoreAct } from '../contracts/plan/stores.js';
import { eachStep } from '../language/each-step.js';
import { SLOT } from './assembler.js';
import { BARE } from './calls.js';
import { isFree } from './free.js';
import { partOf, type LaidComponent, type PartSource } from './layout.js';
import { writeInline } from './projections.js';
import { indexOfStore, storesOf, subscriptionsOf } from './store-places.js';
import { strand, type LoadPlace, type Scope } from './scope.js';
import {
  writeBackground,
  writeAct,
  writeCall,
  writeFound,
  writeTakenCall,
  type Writer,
} from './writer.js';

type OmitEach<T> = T extends unknown ? Omit<T, 'act' | 'from' | 'store'> : never;

/** The event stores in component order. */
export function planStores(w: Writer): readonly PlanStore[] {
  return storesOf(w.layout).map((component) => {
    const { id } = component;
    const host = storeOf(component.source);
    const { batch, readPerEventNs, applyNs, upcastNs, stream, snapshots, kind } = host;
    const { appendMode, staleAfterNs } = host;
    const key = w.acts.key(stream.key, `eventStores.${host.name}.stream`, 'a stream');
    const population = w.acts.population(key);
    return {
      component: id,
      sameAppend: kind === 'marten' ? 'twice' : kind === 'axon' ? 'conflict' : 'once',
      readsUntilShort: kind === 'axon',
      pushesTo: subscriptionsOf(w.layout, host.name),
      numbering: isNumbered(w, host) ? { mode: appendMode!, staleAfterNs } : null,
      spec: { batch, readPerEventNs, applyNs, upcastNs, stream, snapshots },
      key,
      snapshotPart: snapshots === null ? -1 : partOf(component, 'readSnapshot').id,
      streams: 'count' in population ? population.count : 0,
    };
  });
}

/** The specification of a component that is an event store. */
export function storeOf(source: LaidComponent['source']): EventStore {
  if (source.kind === 'eventStore') return source.spec;
  throw new TypeError(`a ${source.kind} is no event store`);
}

/** Writes the work of an event store for a call. */
export function writeStorePart(
  w: Writer,
  { does, store }: Extract<PartSource, { kind: 'storePart' }>,
  scope: Scope,
): void {
  const serve = (own: OmitEach<PlanStoreAct>): void => act(w, store.name, scope, own);
  const work = (time: EventStore['append']): void => {
    if (isFree(time)) return;
    w.assembler.emit(OP.WORK, w.distributions.id(time), 0, 0, scope.names.next('work'));
  };
  switch (does) {
    case 'append':
      work(store.append);
      if (store.appendMode === 'quick' && isNumbered(w, store)) serve({ does: 'number' });
      if (!isFree(store.commitLatency)) {
        const id = w.distributions.id(store.commitLatency);
        w.assembler.emit(OP.WAIT, id, 0, 0, scope.names.next('wait'));
      }
      return serve({ does: 'commit' });
    case 'prepare':
      work(store.read);
      if (isNumbered(w, store)) serve({ does: 'number' });
      return;
    case 'read':
      serve({ does: 'servePage' });
      work(store.read);
      if (store.readPerEventNs > 0) writeFound(w);
      return;
    case 'readSnapshot':
      serve({ does: 'serveSnapshot' });
      return work(store.snapshots!.read);
    case 'writeSnapshot':
      work(store.snapshots!.write);
      return serve({ does: 'keepSnapshot' });
  }
}

/** Scope after a load: a conflicting append to its stream can restart from here. */
export function withLoad(
  w: Writer,
  step: StepOf<'load'>,
  rest: readonly Step[],
  scope: Scope,
): Scope {
  // A state from the past has no version that an append could expect.
  if (step.version !== null || step.range !== null) return scope;
  const id = idOf(step);
  const slot = scope.loads.get(id)?.slot ?? scope.loads.size;
  if (slot >= LOADS) {
    const message = `at most ${LOADS} streams can be loaded in one list of steps`;
    w.problems.add('FL701', scope.where, message);
    return scope;
  }
  const returns = appendsTo(rest, id);
  const register = returns ? registerFor(w, scope) : -1;
  const loads = new Map(scope.loads).set(id, { slot, register, place: -1 });
  return { ...scope, loops: scope.loops + (register < 0 ? 0 : 1), loads };
}

/**
 * After the last append that can restart from a load, clears its register: a failed try must not change later draws.
 */
export function withoutSpent(w: Writer, rest: readonly Step[], scope: Scope): Scope {
  const loads = new Map(scope.loads);
  for (const [id, place] of scope.loads) {
    if (place.register < 0 || appendsTo(rest, id)) continue;
    const next = w.assembler.label();
    const none = w.counts.id({ kind: 'constant', value: 0 });
    w.assembler.point(w.assembler.emit(OP.SET, place.register, none), SLOT.C, next);
    w.assembler.bind(next);
    loads.set(id, { ...place, register: -1 });
  }
  return { ...scope, loads };
}

/** Writes a `load` step: snapshot, pages of events, and the CPU to apply them. */
export function writeLoad(
  w: Writer,
  step: LoadStep,
  policy: Bundle | null,
  scope: Scope,
  live?: { readonly applyNs: Ns; readonly slowed: number },
): void {
  const { assembler } = w;
  const store = storeOf(w.layout.byName.get(step.store)!.source);
  const isLast = step.version === null && step.range === null;
  const place = isLast ? scope.loads.get(idOf(step)) : undefined;
  if (place !== undefined) place.place = assembler.here;
  const slot = place?.slot ?? -1;
  const key = step.range === null ? keyOf(w, step, scope) : -1;
  const fromSnapshot = store.snapshots !== null && step.fromVersion === 'snapshot' && key >= 0;
  if (key < 0 && store.partitions > 1) {
    const message = `${store.name} has no order of all events to read a range of: each of its ${store.partitions} partitions has one`;
    w.problems.add('FL702', scope.where, message);
  }
  const call = (part: StorePart, within: Scope): void =>
    writeCall(
      w,
      { component: store.name, part },
      BARE,
      policy,
      within,
      'query',
      partitionOf(store, key),
    );
  const wanted = step.range ?? step.version;
  const version = wanted === null ? -1 : w.counts.id(wanted);
  act(w, store.name, scope, { does: 'load', key, version });
  if (fromSnapshot) {
    call('readSnapshot', scope);
    act(w, store.name, scope, { does: 'restore' });
  }
  const register = store.batch === Infinity ? -1 : registerFor(w, scope);
  const again = assembler.here;
  call('read', register < 0 ? scope : { ...scope, loops: scope.loops + 1 });
  const { applyNs, slowed } = live ?? { applyNs: store.applyNs, slowed: -1 };
  act(w, store.name, scope, { does: 'page', applyNs, upcastNs: store.upcastNs, slowed });
  if (applyNs + store.upcastNs > 0) writeFound(w);
  act(w, store.name, scope, { does: 'next', slot, again, register });
  // A state from the past is not saved as a snapshot.
  if (store.snapshots !== null && version < 0) writeSnapshot(w, store, key, policy, scope);
}

/** Writes an `append` step. After a conflict the program restarts from the load. */
export function writeAppend(w: Writer, step: StepOf<'append'>, scope: Scope): void {
  const store = storeOf(w.layout.byName.get(step.store)!.source);
  const place = scope.loads.get(idOf(step));
  const expected = step.expectedVersion ?? (place === undefined ? 'any' : 'exact');
  if (expected === 'exact' && place === undefined) {
    const message =
      `\`expectedVersion: exact\` is the version of a \`load\` of ${step.store} by ${step.stream} before the append, ` +
      'in the same list of steps or around it; there is none';
    w.problems.add('FL710', scope.where, message);
    return;
  }
  const key = keyOf(w, step, scope);
  const slot = place?.slot ?? -1;
  const own = { does: 'append', key, slot, expected, events: w.counts.id(step.events) } as const;
  act(w, store.name, scope, own);
  const route = partitionOf(store, key);
  if (store.appendMode === 'rich') {
    const to = { component: store.name, part: 'prepare' };
    writeCall(w, to, BARE, step.policy, scope, 'query', route);
  }
  writeInline(w, store.name, scope);
  writeTakenCall(w, { component: store.name, part: 'append' }, step.policy, scope, route);
  act(w, store.name, scope, {
    does: 'appended',
    slot,
    ...comeBack(expected === 'exact' ? place : undefined, step.maxConflictRetries),
  });
  if (store.snapshots !== null) writeSnapshot(w, store, key, step.policy, scope);
}

function comeBack(place: LoadPlace | undefined, retries: number) {
  if (place === undefined || place.register < 0 || retries === 0) {
    return { again: -1, register: -1, retries: 0 };
  }
  return { again: place.place, register: place.register, retries };
}

/** Writes a snapshot in the background if one is due. */
function writeSnapshot(
  w: Writer,
  store: EventStore,
  key: number,
  policy: Bundle | null,
  scope: Scope,
): void {
  act(w, store.name, scope, { does: 'snapshot', key });
  writeBackground(w, scope.names.next(`snapshot:${store.name}`), () => {
    const own = strand(scope);
    act(w, store.name, own, { does: 'snapshotting', key });
    const to = { component: store.name, part: 'writeSnapshot' };
    writeCall(w, to, BARE, policy, own, 'query', partitionOf(store, key));
  });
}

/** Whether the order of reserved positions matters: only async projections wait for empty positions. */
function isNumbered({ layout }: Writer, { name, appendMode }: EventStore): boolean {
  const follows = layout.components.some(
    ({ source }) =>
      source.kind === 'projection' &&
      source.spec.from === name &&
      source.spec.lifecycle === 'async',
  );
  return appendMode !== null && follows;
}

/** Route to the node that holds a stream; null = the store has only one node. */
function partitionOf({ partitions }: EventStore, key: number): NodeRoute | null {
  return partitions === 1 ? null : { kind: 'shardOf', key };
}

function act(w: Writer, store: string, scope: Scope, own: OmitEach<PlanStoreAct>): void {
  const common = { act: 'store', from: scope.part.id, store: indexOfStore(w.layout, store) };
  writeAct(w, w.acts.add({ ...common, ...own } as PlanStoreAct), `${own.does}:${store}`, scope);
}

/** Reserves the next free loop register. Reports a problem and returns -1 if there is none. */
function registerFor(w: Writer, scope: Scope): number {
  if (scope.loops >= REGISTERS) {
    const message = `loops, \`times\` and loads can be nested at most ${REGISTERS} deep`;
    w.problems.add('FL701', scope.where, message);
    return -1;
  }
  w.registers.used = Math.max(w.registers.used, scope.loops + 1);
  return scope.loops;
}

function keyOf(w: Writer, { stream }: Pick<LoadStep, 'stream'>, scope: Scope): number {
  return w.acts.key(stream, scope.where, 'a stream');
}

function appendsTo(steps: readonly Step[], id: string): boolean {
  let found = false;
  eachStep(steps, (step) => {
    if (step.verb !== 'append' || idOf(step) !== id) return;
    const version = step.expectedVersion;
    found ||= (version === null || version === 'exact') && step.maxConflictRetries > 0;
  });
  return found;
}

function idOf({ store, stream }: Pick<LoadStep, 'store' | 'stream'>): string {
  return `${store} ${stream}`;
}
