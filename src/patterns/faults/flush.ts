import { z } from 'zod';
import type { FaultKind } from '../../spec/fault.js';

const schema = z.strictObject({});

/**
 * `flush`: what a cache holds is gone at one moment, as after FLUSHALL, a restart without a snapshot or
 * a change of the key's prefix. The server stays up, and loads under way are stored when they end.
 */
export const flush: FaultKind<typeof schema> = {
  kind: 'flush',
  summary:
    'Empties a cache or one of its levels, or a share of it, at one moment: from then on every value ' +
    'has to be loaded anew.',
  sources: ['Redis documentation: FLUSHALL', 'Bronson et al. 2021, Metastable Failures'],
  targets: ['level'],
  schema,
  example: '- { id: cold-cache, kind: flush, target: products.shared, at: 60s }\n',
  takesShare: true,
  instant: true,
  edits: (_config, strength, share = 1) =>
    strength === 0 ? [] : [{ knob: 'flushed', value: share }],
};
