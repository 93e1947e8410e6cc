import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { timeOf } from '../mechanisms/bundle-fields.js';
import { ConstantDelay } from '../mechanisms/hedge-delay.js';
import { Hedging } from '../mechanisms/hedging.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { HEDGE } from '../mechanisms/families.js';

/** The paper ties two servers and reports that more bring little. */
const COPIES = 2;

const schema = z.strictObject({
  after: field.duration(
    '0ms',
    'Delay between the first copy and the second. The server that starts one copy notifies the other, which drops ' +
      'its copy if it has not started it. Until the notice arrives both may start, so with a delay of 0 and empty ' +
      'queues the work is done twice. A delay of twice the network latency avoids that, but costs that much waiting ' +
      'when the first queue is full.',
    { allowZero: true },
  ),
});

/** `hedge` of kind `tied`: the tied requests of The Tail at Scale. */
export const hedgeTied: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'tied',
  summary:
    'Tied requests: sends a call to two servers that know of each other; the one that starts ' +
    'first cancels the other.',
  sources: ['Dean, Barroso 2013, The Tail at Scale, "Tied requests"'],
  schema,
  example: 'hedge: { kind: tied, after: 1ms }\n',
  remembers: () => false,
  tied: true,
  create: ({ after }, setup) =>
    new Hedging(setup.ctx, {
      attempts: COPIES,
      delay: new ConstantDelay(after),
      lane: after > 0 ? setup.lane(after) : null,
      survived: new OutcomeSet(['any', 'cancelled']),
      atOnce: false,
      asOriginal: false,
      budget: null,
      otherInstance: true,
      tied: true,
    }),
  check({ after }, bundle) {
    const deadlineNs = timeOf(bundle, 'deadline');
    if (typeof deadlineNs !== 'number' || after < deadlineNs) return [];
    const message =
      `no second copy is ever sent: the deadline (${formatDuration(deadlineNs)}) ends the ` +
      'call no later than the copy is due. Shorten after, or remove the hedge';
    return [{ field: 'after', message }];
  },
};
