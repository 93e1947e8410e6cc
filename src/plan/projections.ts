import { OP } from '../spec/program.js';
import type { PlanProjection, PlanProjectionAct, Projection } from '../spec/stores.js';
import { eachStep } from '../scenario/each-step.js';
import type { Step } from '../spec/steps.js';
import { BARE } from './calls.js';
import type { LaidPart, Layout } from './layout.js';
import type { Scope } from './scope.js';
import { indexOfStore } from './store-places.js';
import { writeAct, writeCall, type Writer } from './writer.js';

type OmitEach<T> = T extends unknown ? Omit<T, 'act' | 'from' | 'projection'> : never;

/** The projections, in the order of their names. */
export function planProjections(w: Writer): readonly PlanProjection[] {
  return projectionsOf(w.layout).map(([component, spec]) => {
    const part = w.layout.parts.find(
      ({ source }) => source.kind === 'projector' && source.projection === spec,
    );
    const sticks = w.acts.list.map((act) =>
      act.act === 'projection' &&
      act.does === 'ask' &&
      act.consistency.kind === 'stickyPrimary' &&
      act.projection === indexOf(w.layout, spec.name)
        ? act.consistency.forNs
        : 0,
    );
    return {
      component,
      store: indexOfStore(w.layout, spec.from),
      part: part?.id ?? -1,
      sticksForNs: Math.max(0, ...sticks),
      spec,
    };
  });
}

/** The work of one batch: event after event, then what it writes. */
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

/** What the inline projections of a store add to an append: in its process, and in its transaction. */
export function writeInline(w: Writer, store: string, scope: Scope): void {
  const { assembler } = w;
  for (const [, projection] of projectionsOf(w.layout)) {
    if (projection.from !== store || projection.lifecycle !== 'inline') continue;
    const register = scope.loops;
    if (register >= 4) {
      const message = 'an inline projection needs a loop register, and loops take all four';
      w.problems.add('FL701', scope.where, message);
      continue;
    }
    w.registers.used = Math.max(w.registers.used, register + 1);
    act(w, projection.name, scope, { does: 'inline', register });
    const top = assembler.here;
    const name = scope.names.next(`inline:${projection.name}`);
    assembler.emit(OP.WORK, w.distributions.id(projection.work), 0, 0, name);
    assembler.emit(OP.LOOP, register, top);
    writeWrites(w, projection, scope);
  }
}

/** Before an operation that reads of views use: what the view misses at that moment. */
export function writeView(w: Writer, part: LaidPart): void {
  const name = `${part.component.name}.${part.name}`;
  if (!viewsOf(w.layout).has(name)) return;
  const { id } = part;
  w.assembler.emit(OP.ACT, w.acts.add({ act: 'view', from: id }), 0, 0);
}

function writeWrites(w: Writer, { writes }: Projection, scope: Scope): void {
  if (writes === null) return;
  const to = { component: writes.database, part: writes.operation };
  writeCall(w, to, BARE, null, scope, 'query');
}

/** Operations that reads of views use, by `database.operation`. */
const VIEWS = new WeakMap<Layout, ReadonlySet<string>>();

function viewsOf(layout: Layout): ReadonlySet<string> {
  const known = VIEWS.get(layout);
  if (known !== undefined) return known;
  const views = new Set<string>();
  for (const { source } of layout.parts) {
    eachStep(stepsOf(source), (step) => {
      if (step.verb === 'query' && step.of !== null) {
        views.add(`${step.database}.${step.operation}`);
      }
    });
  }
  VIEWS.set(layout, views);
  return views;
}

function stepsOf(source: LaidPart['source']): readonly Step[] {
  switch (source.kind) {
    case 'request':
      return source.request.steps;
    case 'endpoint':
      return source.endpoint.steps;
    case 'route':
      return source.route.steps ?? [];
    default:
      return [];
  }
}

/** The projections by component, in the order of the plan. */
export function projectionsOf(
  layout: Layout,
): readonly (readonly [component: number, Projection])[] {
  return layout.components.flatMap(({ id, source }) =>
    source.kind === 'projection' ? [[id, source.projection] as const] : [],
  );
}

function indexOf(layout: Layout, name: string): number {
  return projectionsOf(layout).findIndex(([, projection]) => projection.name === name);
}

/** An instruction of a projection. */
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
