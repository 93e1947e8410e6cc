import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit, type KnobEdit } from '../../model/faults/knob.js';
import { duration } from '../../contracts/quantities/quantities.js';
import { extraRate, herd as clients, rateFactor } from '../knobs/load.js';

const schema = z.strictObject({
  factor: field.factor(
    absent('1'),
    'Factor on the arrival rate of the workload. A ramp starts at 1. Several faults multiply.',
  ),
  rate: field.rate(
    absent(),
    "Extra Poisson arrivals, independent of the workload's own arrivals and of their kind. A ramp starts at 0. " +
      'Several faults add up.',
  ),
  herd: field.of(
    z.strictObject({
      clients: field.whole(required, 'Number of clients, each with one request.', {
        min: 1,
        max: 1_000_000,
      }),
      within: duration()
        .prefault(0)
        .describe(
          'The clients arrive at random within this time from the start of the fault, even if ' +
            'the fault ends earlier. Unit: duration. Defaults to 0s, all at once.',
        ),
    }),
    absent(),
    'Clients that all arrive at the start of the fault: a thundering herd.',
  ),
});

/**
 * `load`: more, or fewer, arrivals. The rest of the current gap passes at the new rate; requests in flight are not
 * affected. Added requests have their own lineages, so that the draws of the other requests do not change.
 */
export const load: FaultKind<typeof schema> = {
  kind: 'load',
  summary:
    'Multiplies the arrival rate of a workload, adds to it, or sends a herd of clients. ' +
    'Requests in flight are not affected.',
  sources: ['Bronson et al. 2021, Metastable Failures in Distributed Systems'],
  targets: ['workload'],
  schema,
  example: '- { id: rush, kind: load, target: shoppers, factor: 3, at: 10s, for: 20s }\n',
  takesShare: false,
  // All clients of a herd arrive; a ramp cannot scale them.
  takesNoRamp: ({ factor: times, rate: more }) => times === undefined && more === undefined,
  edits({ factor: times, rate: more, herd }, strength) {
    const edits: KnobEdit[] = [];
    if (times !== undefined) edits.push(edit(rateFactor, 1 + (times - 1) * strength));
    if (more !== undefined) edits.push(edit(extraRate, more * strength));
    if (herd !== undefined)
      edits.push({ knob: clients, value: herd.clients, more: { withinNs: herd.within } });
    return edits;
  },
  check({ factor: times, rate: more, herd }) {
    if ((times ?? more ?? herd) !== undefined) return [];
    return [{ field: 'factor', message: 'has no effect: write factor, rate or herd' }];
  },
};
