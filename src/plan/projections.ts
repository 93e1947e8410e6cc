import { OP } from '../contracts/plan/program.js';
import type { PlanProjection, PlanProjectionAct } from '../contracts/plan/stores.js';
import type { Projection } from '../contracts/scenario/projections.js';
import { eachStep } from '../language/each-step.js';
import type { Step } from '../contracts/scenario/steps.js';
import type { LaidPart, Layout } from './layout.js';
import type { Scope } from './scope.js';
import { indexOfStore } from './store-places.js';
import { writeAct, writeFound, writeOwnQuery, type Writer } from './writer.js';
import { listsOf } from './lists.js';

type OmitEach<T> = T extends unknown ? Omit<T, 'act' | 'from' | 'projection'> : never;

/** The projections in component order. */
export function planProjections(w: Writer): readonly PlanProjection[] {
  return projectionsOf(w.layout).map(([component, spec]) => {
    const index = indexOf(w.layout, spec.name);
    const asked = w.acts.list.flatMap((act) =>
      act.act === 'projection' && act.does === 'ask' && act.projection === index
        ? [act.consistency]
        : [],
    );
    const sticks = asked.map((own) => (own.kind === 'stickyPrimary' ? own.forNs : 0));
    const merged = asked.some(({ kind }) => kind === 'clientMerge');
    const replicated = replicasOf(w.layout, spec);
    const where = `projections.${spec.name}`;
    return {
      component,
      replicated,
      client: merged || replicated >= 0 ? w.acts.key('client', where, 'a client') : -1,
      merged,
      store: indexOfStore(w.layout, spec.from),
      topic: spec.source === 'topic' ? w.layout.byName.get(spec.from)!.id : -1,
      part: workOf(w.layout, spec),
      sticksForNs: Math.max(0, ...sticks),
      spec,
    };
  });
}

/** Component id of the replicated database that holds the view; -1 = none. */
function replicasOf(layout: Layout, { writes }: Projection): number {
  if (writes === null) return -1;
  const { id, source } = layout.byName.get(writes.database)!;
  return source.kind === 'database' && source.host.replication !== null ? id : -1;
}

/** Part that does the work of a projection. */
export function workOf(layout: Layout, projection: Projection): number {
  return layout.parts.findIndex(
    ({ source }) => source.kind === 'projector' && source.projection === projection,
  );
}

/** Writes the work of one batch: each event, then the query to the database of the view. */
export function writeProjector(w: Writer, projection: Projection, scope: Scope): void {
  const { assembler } = w;
  const own: Scope = { ...scope, loops: 1 };
  w.registers.used = Math.max(w.registers.used, 1);
  act(w, projection.name, own, { does: 'batch' });
  const top = assembler.here;
  assembler.emit(OP.WORK, w.distributions.id(projection.work), 0, 0, own.names.next('work'));
  if (projection.checkpoint === 'afterBatch') act(w, projection.name, own, { does: 'event' });
  assembler.emit(OP.LOOP, 0, top);
  writeWrites(w, projection, own);
}

/** Writes the inline projections of a store: their work is done in the appending process, within the append. */
export function writeInline(w: Writer, store: string, scope: Scope): void {
  for (const [, projection] of projectionsOf(w.layout)) {
    if (projection.from !== store || projection.lifecycle !== 'inline') continue;
    act(w, projection.name, scope, { does: 'inline', work: w.distributions.id(projection.work) });
    writeFound(w);
    writeWrites(w, projection, scope);
  }
}

/** If an operation is used to read views: records which events the view lacks when it starts. */
export function writeView(w: Writer, part: LaidPart): void {
  const name = `${part.component.name}.${part.name}`;
  if (!viewsOf(w.layout).has(name)) return;
  const { id } = part;
  w.assembler.emit(OP.ACT, w.acts.add({ act: 'view', from: id }), 0, 0);
}

function writeWrites(w: Writer, { writes }: Projection, scope: Scope): void {
  if (writes !== null) writeOwnQuery(w, writes, scope);
}

/** By layout: operations that read views, as `database.operation`. */
const VIEWS = new WeakMap<Layout, ReadonlySet<string>>();

function viewsOf(layout: Layout): ReadonlySet<string> {
  const known = VIEWS.get(layout);
  if (known !== undefined) return known;
  const views = new Set<string>();
  const note = (step: Step): void => {
    if (step.verb === 'query' && step.of !== null) views.add(`${step.database}.${step.operation}`);
  };
  for (const part of layout.parts) {
    for (const steps of listsOf(part)) eachStep(steps, note);
  }
  VIEWS.set(layout, views);
  return views;
}

/** The projections with their component ids, in component order. */
export function projectionsOf(
  layout: Layout,
): readonly (readonly [component: number, Projection])[] {
  return layout.components.flatMap(({ id, source }) =>
    source.kind === 'projection' ? [[id, source.spec] as const] : [],
  );
}

function indexOf(layout: Layout, name: string): number {
  return projectionsOf(layout).findIndex(([, projection]) => projection.name === name);
}

/** Writes an act of a projection. */
export function act(
  w: Writer,
  projection: string,
  scope: Scope,
  own: OmitEach<PlanProjectionAct>,
): void {
  const common = {
    act: 'projection',
    from: scope.part.id,
    projection: indexOf(w.layout, projection),
  };
  writeAct(
    w,
    w.acts.add({ ...common, ...own } as PlanProjectionAct),
    `${own.does}:${projection}`,
    scope,
  );
}
