import { hasSections, Sections } from '../resources/sections/sections.js';
import type { ActsOf, Building } from './kind.js';

/** Transactions, row locks and locks. */
export function sections(
  world: Building,
): ActsOf<'lock' | 'statement' | 'tableLock' | 'rowLock' | 'committed' | 'read' | 'write'> {
  const own = (world.sections = hasSections(world) ? new Sections(world) : null);
  return {
    lock: (spec, id) => own!.locks.actOf(spec, id),
    statement: (spec) => own!.transactions.statement(spec),
    tableLock: (spec) => own!.transactions.tableLock(spec),
    rowLock: (spec) => own!.transactions.rowLock(spec),
    committed: ({ part }) => own!.transactions.committed(part),
    read: (spec) => own!.transactions.read(spec),
    write: (spec) => own!.transactions.write(spec),
  };
}
