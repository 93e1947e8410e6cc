import { TABLE_MODES, type Operation, type TableMode } from '../contracts/scenario/database.js';

/**
 * Modes of table locks and the modes that conflict with each (postgres/postgres: src/backend/storage/lmgr/lock.c,
 * LockConflicts). Statements of InnoDB use the first, the third and the last: its metadata locks for reads, for writes
 * and for definitions (mysql/mysql-server: sql/mdl.cc, MDL_object_lock::m_granted_incompatible).
 */
const CONFLICTS: Readonly<Record<TableMode, readonly TableMode[]>> = {
  accessShare: ['accessExclusive'],
  rowShare: ['exclusive', 'accessExclusive'],
  rowExclusive: ['share', 'shareRowExclusive', 'exclusive', 'accessExclusive'],
  shareUpdateExclusive: [
    'shareUpdateExclusive',
    'share',
    'shareRowExclusive',
    'exclusive',
    'accessExclusive',
  ],
  share: [
    'rowExclusive',
    'shareUpdateExclusive',
    'shareRowExclusive',
    'exclusive',
    'accessExclusive',
  ],
  shareRowExclusive: [
    'rowExclusive',
    'shareUpdateExclusive',
    'share',
    'shareRowExclusive',
    'exclusive',
    'accessExclusive',
  ],
  exclusive: [
    'rowShare',
    'rowExclusive',
    'shareUpdateExclusive',
    'share',
    'shareRowExclusive',
    'exclusive',
    'accessExclusive',
  ],
  accessExclusive: [
    'accessShare',
    'rowShare',
    'rowExclusive',
    'shareUpdateExclusive',
    'share',
    'shareRowExclusive',
    'exclusive',
    'accessExclusive',
  ],
};

/** The mode that a statement takes if none is written. */
export function usualMode({ write, lock }: Pick<Operation, 'write' | 'lock'>): TableMode {
  if (write) return 'rowExclusive';
  return lock ? 'rowShare' : 'accessShare';
}

/** The modes that conflict with one, a bit each. */
export function conflictsOf(mode: TableMode): number {
  return CONFLICTS[mode].reduce((mask, other) => mask | (1 << TABLE_MODES.indexOf(other)), 0);
}
