import { meanOf } from '../kernel/distribution-mean.js';
import type { ReadOf } from '../spec/stores.js';
import { act, projectionsOf } from './projections.js';
import type { Scope } from './scope.js';
import { writeLoad } from './stores.js';
import { writeJump, type Writer } from './writer.js';

/** A query that reads the view of a projection. */
export function writeRead(w: Writer, of: ReadOf, scope: Scope, query: () => void): void {
  const { assembler } = w;
  const [, projection] = projectionsOf(w.layout).find(([, { name }]) => name === of.projection)!;
  const key = w.acts.key(of.key, scope.where, 'a read');
  const { consistency } = of;
  const isLive = projection.lifecycle === 'live';
  const judge = assembler.label();
  act(w, of.projection, scope, { does: 'ask', key, consistency });
  if (isLive || consistency.kind === 'stickyPrimary') {
    const view = assembler.label();
    writeJump(w, view);
    const load = { store: projection.from, stream: of.key, fromVersion: 'snapshot' } as const;
    const each = isLive ? Math.round(meanOf(projection.work)) : undefined;
    writeLoad(w, load, null, { ...scope, loads: new Map() }, each);
    if (!isLive) writeJump(w, judge);
    assembler.bind(view);
  }
  if (!isLive) query();
  assembler.bind(judge);
  act(w, of.projection, scope, { does: 'judge' });
}
