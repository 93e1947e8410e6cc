import type { Resources } from '../model/faults/knob.js';
import { DISK, type DiskUse } from '../contracts/plan/plan.js';
import type { Database } from '../contracts/scenario/database.js';
import { isFree } from './free.js';
import { isOfModule, type LaidComponent, type LaidPart } from './layout.js';
import { answersOf } from './modules/index.js';

/** Products whose requests reach no disk that a fault could hit: in memory, or managed by a provider. */
const DISKLESS: ReadonlySet<Database['kind']> = new Set(['redis', 'dynamodb']);

/** How the requests of a part use the disk of its process. */
export function diskOf({ source }: LaidPart): DiskUse {
  if (isOfModule(source)) return answersOf(source).disk ?? NO_DISK;
  switch (source.kind) {
    case 'operation': {
      const { operation, database } = source;
      if (DISKLESS.has(database.kind)) return NO_DISK;
      return { bits: operation.write ? DISK.write : DISK.read, waits: operation.wait !== null };
    }
    case 'commit':
      return DISKLESS.has(source.database.kind)
        ? NO_DISK
        : { bits: DISK.write, waits: !isFree(source.time) };
    case 'request':
    case 'route':
    case 'unmatched':
    case 'endpoint':
      return NO_DISK;
  }
}

/** How all requests of a component use its disk. */
export function diskOfComponent({ parts }: LaidComponent): Resources['disk'] {
  const uses = parts.map(diskOf);
  return {
    reads: uses.some(({ bits }) => (bits & DISK.read) !== 0),
    writes: uses.some(({ bits }) => (bits & DISK.write) !== 0),
    waits: uses.some(({ bits, waits }) => bits !== 0 && waits),
  };
}

const NO_DISK: DiskUse = Object.freeze({ bits: 0, waits: false });
