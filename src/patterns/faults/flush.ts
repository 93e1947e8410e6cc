import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { flushed } from '../knobs/flushed.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `flush`: a cache loses its entries at one moment, as after FLUSHALL, a restart without a snapshot or a change of the
 * key prefix. An event store loses its snapshots, as when their format changes. A queue is purged. The server stays up,
 * and loads and writes in progress still store their results.
 */
export const flush: FaultKind<typeof NO_FIELDS> = {
  kind: 'flush',
  summary:
    'Empties a cache, one of its levels or a share of it at once; every value must then be ' +
    'loaded again. On an event store it deletes the snapshots, as when a release changes ' +
    'their format, so the next load of each stream replays all of it. On a queue or bus it ' +
    'deletes waiting and delayed messages (on SQS also those in flight, whose handlers go ' +
    'on). On a log it deletes all records, as kafka-delete-records does; it takes no share.',
  sources: [
    'Redis documentation: FLUSHALL',
    'Bronson et al. 2021, Metastable Failures',
    'AWS SQS API reference, PurgeQueue; rabbitmqctl purge_queue; kafka-delete-records.sh',
    'AxonFramework/AxonFramework docs/reference-guide/modules/tuning/pages/snapshotting.adoc',
  ],
  targets: ['level', 'snapshots', 'messages'],
  schema: NO_FIELDS,
  example: '- { id: cold-cache, kind: flush, target: products.shared, at: 60s }\n',
  takesShare: true,
  instant: true,
  edits: (_config, _strength, share = 1) => [edit(flushed, share)],
};
