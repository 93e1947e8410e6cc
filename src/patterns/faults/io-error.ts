import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { diskErrors } from '../knobs/disk.js';

const schema = z.strictObject({
  on: choice(['both', 'reads', 'writes'], 'both').describe(
    'Accesses that fail: `reads` are those of operations without `write: true` and of loads, `writes` those of ' +
      'operations with `write: true`, commits, appends and snapshots. Unit: name. Defaults to both.',
  ),
});

/** `ioError`: a share of the disk accesses of a database or an event store fails with EIO. */
export const ioError: FaultKind<typeof schema> = {
  kind: 'ioError',
  summary:
    'Fails a share of the requests of databases and event stores that read or write the disk, on arrival and with ' +
    'status 500: nothing is written. Requests in flight are not affected.',
  sources: [
    'Chaos Mesh, IOChaos fault (errno 5, EIO) with methods read and write',
    'apache/kafka core, LogDirFailureChannel (a broker without log directories stops)',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: bad-sectors, kind: ioError, target: db, share: 5%, on: reads, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: ({ on }, strength, share = 1) => [
    { knob: diskErrors, value: share * strength, more: { status: 500, on } },
  ],
};
