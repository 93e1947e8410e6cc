import { z } from 'zod';
import type { FaultKind } from '../../spec/fault.js';
import { factor } from '../../spec/quantities.js';

const schema = z.strictObject({
  factor: factor().describe(
    'Arrival rate of the workload times this; a ramp goes from 1 to it. Several multiply. ' +
      'Unit: factor. Required.',
  ),
});

/**
 * `load`: more, or fewer, arrivals. The gap that is running is kept; requests under way are
 * untouched.
 */
export const load: FaultKind<typeof schema> = {
  kind: 'load',
  summary: 'Multiplies the arrival rate of a workload; requests under way are untouched.',
  sources: ['Bronson et al. 2021, Metastable Failures in Distributed Systems'],
  targets: ['workload'],
  schema,
  example: '- { id: rush, kind: load, target: shoppers, factor: 3, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) => [{ knob: 'rate', value: 1 + (config.factor - 1) * strength }],
};
