import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import type { KnobEdit } from '../../model/faults/knob.js';
import { duration, factor, rate, whole } from '../../spec/quantities.js';
import { extraRate, herd as clients, rateFactor } from '../knobs/load.js';

const schema = z.strictObject({
  factor: factor()
    .optional()
    .describe(
      'Arrival rate of the workload times this; a ramp goes from 1 to it. Several multiply. ' +
        'Unit: factor. Defaults to 1.',
    ),
  rate: rate()
    .optional()
    .describe(
      'Arrivals in addition to those of the workload, independent of them and of each other ' +
        '(Poisson), whatever its own arrivals are; a ramp goes from 0 to it. Several add up. Unit: rate. ' +
        'Defaults to none.',
    ),
  herd: z
    .strictObject({
      clients: whole({ min: 1, max: 1_000_000 }).describe(
        'How many come, each with one request. Unit: count. Required.',
      ),
      within: duration()
        .prefault(0)
        .describe(
          'Each of them at any instant of this time from the start of the fault, also past its end. ' +
            'Unit: duration. Defaults to 0s, all at once.',
        ),
    })
    .optional()
    .describe(
      'Clients who all come at the start of the fault: a thundering herd. Defaults to none.',
    ),
});

/**
 * `load`: more, or fewer, arrivals. The rest of the gap that is running passes at the new rate; requests
 * under way are untouched. What is added has lineages of its own, so that the other requests are what they were.
 */
export const load: FaultKind<typeof schema> = {
  kind: 'load',
  summary:
    'Multiplies the arrival rate of a workload, adds to it, or sends a herd of clients; requests under ' +
    'way are untouched.',
  sources: ['Bronson et al. 2021, Metastable Failures in Distributed Systems'],
  targets: ['workload'],
  schema,
  example: '- { id: rush, kind: load, target: shoppers, factor: 3, at: 10s, for: 20s }\n',
  takesShare: false,
  // Clients of a herd come all of them.
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
    return [{ field: 'factor', message: 'says nothing: give a factor, a rate or a herd' }];
  },
};
