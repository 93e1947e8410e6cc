import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { flushed } from '../knobs/flushed.js';

const schema = z.strictObject({});

/**
 * `flush`: what a cache holds is gone at one moment, as after FLUSHALL, a restart without a snapshot or
 * a change of the key's prefix; so are the snapshots of an event store when the form of what they hold changes
 *. A queue is purged. The server stays up, and what is loaded or written just then is stored when that ends.
 */
export const flush: FaultKind<typeof schema> = {
  kind: 'flush',
  summary:
    'Empties a cache or one of its levels, or a share of it, at one moment: from then on every value ' +
    'has to be loaded anew. Of an event store: its snapshots, as when a release changes what they hold, so that the ' +
    'next load of each stream replays all of it. Of a queue or bus: what waits or is delayed (of SQS, what is in flight ' +
    'as well: its handlers go on). Of a log: all that is written, whole, as by kafka-delete-records.',
  sources: [
    'Redis documentation: FLUSHALL',
    'Bronson et al. 2021, Metastable Failures',
    'AWS SQS API reference, PurgeQueue; rabbitmqctl purge_queue; kafka-delete-records.sh',
    'AxonFramework/AxonFramework docs/reference-guide/modules/tuning/pages/snapshotting.adoc',
  ],
  targets: ['level', 'snapshots', 'messages'],
  schema,
  example: '- { id: cold-cache, kind: flush, target: products.shared, at: 60s }\n',
  takesShare: true,
  instant: true,
  edits: (_config, strength, share = 1) => (strength === 0 ? [] : [edit(flushed, share)]),
};
