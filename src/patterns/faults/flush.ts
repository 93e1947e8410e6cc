import { z } from 'zod';
import type { FaultKind } from '../../spec/fault.js';

const schema = z.strictObject({});

/**
 * `flush`: what a cache holds is gone at one moment, as after FLUSHALL, a restart without a snapshot or
 * a change of the key's prefix; so are the snapshots of an event store when the form of what they hold changes
 * (SN-4). The server stays up, and what is loaded or written just then is stored when that ends.
 */
export const flush: FaultKind<typeof schema> = {
  kind: 'flush',
  summary:
    'Empties a cache or one of its levels, or a share of it, at one moment: from then on every value ' +
    'has to be loaded anew. Of an event store: its snapshots, as when a release changes what they hold, so that the ' +
    'next load of each stream replays all of it.',
  sources: [
    'Redis documentation: FLUSHALL',
    'Bronson et al. 2021, Metastable Failures',
    'AxonFramework/AxonFramework docs/reference-guide/modules/tuning/pages/snapshotting.adoc',
  ],
  targets: ['level', 'snapshots'],
  schema,
  example: '- { id: cold-cache, kind: flush, target: products.shared, at: 60s }\n',
  takesShare: true,
  instant: true,
  edits: (_config, strength, share = 1) =>
    strength === 0 ? [] : [{ knob: 'flushed', value: share }],
};
