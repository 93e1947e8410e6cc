import { meanOf } from '../kernel/distribution.js';
import type { PlanRoute } from '../contracts/plan/replication.js';
import type { StepOf } from '../contracts/scenario/steps.js';
import { mayLoad, type ReadOf } from '../contracts/scenario/projections.js';
import { act, projectionsOf, workOf } from './projections.js';
import type { Scope } from './scope.js';
import { writeLoad } from './stores.js';
import { writeJump, type Writer } from './writer.js';

/** Route of a query. For monotonic reads the client determines the node. */
export function routeOf(
  w: Writer,
  { database, route, of }: StepOf<'query'>,
  scope: Scope,
): PlanRoute | null {
  const { source } = w.layout.byName.get(database)!;
  if (of?.consistency.kind !== 'monotonic' || source.kind !== 'database') return route;
  if (source.host.replication === null) return route;
  return { ...(route ?? source.host.route), client: w.acts.key('client', scope.where, 'a read') };
}

/** Writes a query that reads the view of a projection. */
export function writeRead(w: Writer, of: ReadOf, scope: Scope, query: () => void): void {
  const { assembler } = w;
  const [, projection] = projectionsOf(w.layout).find(([, { name }]) => name === of.projection)!;
  const key = w.acts.key(of.key, scope.where, 'a read');
  const { consistency } = of;
  const isLive = projection.lifecycle === 'live';
  const judge = assembler.label();
  act(w, of.projection, scope, { does: 'ask', key, consistency });
  if (isLive || mayLoad(consistency)) {
    const view = assembler.label();
    writeJump(w, view);
    const load = {
      store: projection.from,
      stream: of.key,
      fromVersion: 'snapshot',
      version: null,
      range: null,
    } as const;
    const own = {
      applyNs: Math.round(meanOf(projection.work)),
      slowed: workOf(w.layout, projection),
    };
    writeLoad(w, load, null, { ...scope, loads: new Map() }, isLive ? own : undefined);
    if (!isLive) writeJump(w, judge);
    assembler.bind(view);
  }
  if (!isLive) query();
  assembler.bind(judge);
  act(w, of.projection, scope, { does: 'judge' });
}
