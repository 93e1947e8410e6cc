import { z } from 'zod';
import type { PolicyKind, PolicyProblem } from '../../spec/policy.js';
import { share, whole } from '../../spec/quantities.js';
import { formatDuration } from '../../spec/quantity-text.js';
import { numberIn } from '../mechanisms/bundle-fields.js';
import {
  ConstantDelay,
  CreditBudget,
  durationOrPercentile,
  LiveDelay,
} from '../mechanisms/hedge-delay.js';
import { Hedging } from '../mechanisms/hedging.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { NO_TRAITS } from '../../spec/policy-traits.js';

const schema = z.strictObject({
  after: durationOrPercentile().describe(
    'Time without an answer after which the next attempt is sent beside those under way, counted ' +
      'from the one before; 0 sends all at once. `p95` is the 95th percentile of the latest 1000 ' +
      'first attempts of this state, and no hedge is sent before 100 of them are over. Unit: ' +
      'duration, or `p1` to `p99`, `p999`. Required.',
  ),
  attempts: whole({ min: 1, max: 10 })
    .prefault(2)
    .describe(
      'Attempts in all, the first included. The first success, or failure that another attempt ' +
        'would not change (clientError, deadlineExceeded), ends the call; the others are ' +
        'cancelled. Unit: attempts. Defaults to 2.',
    ),
  maxExtraLoad: share()
    .optional()
    .describe(
      'Hedges per call in the long run: each call earns this share of a hedge, at most ten are ' +
        'saved up, and a hedge without credit is not sent. Unit: share. Defaults to none.',
    ),
  otherInstance: z
    .boolean()
    .default(true)
    .describe(
      'Whether a hedge goes to an instance that no attempt of the call has used, while there is ' +
        'one. Unit: boolean. Defaults to true.',
    ),
});

/** `hedge` of kind `simple`: Dean and Barroso's hedged requests. */
export const hedgeSimple: PolicyKind<'hedge', typeof schema> = {
  policy: 'hedge',
  kind: 'simple',
  isDefault: true,
  summary: 'Sends a call once more when its answer is late; the first success wins.',
  sources: ['Dean, Barroso 2013, The Tail at Scale', 'grpc/proposal A6-client-retries.md'],
  level: 'call',
  schema,
  example: 'hedge: { after: 5ms, maxExtraLoad: 50% }\n',
  traits: () => NO_TRAITS,
  state: 'scoped',
  remembers: ({ after, maxExtraLoad }) => typeof after !== 'number' || maxExtraLoad !== undefined,
  keyed: 'states',
  create: ({ after, attempts, maxExtraLoad, otherInstance }, setup) =>
    new Hedging(setup.ctx, {
      attempts,
      delay: typeof after === 'number' ? new ConstantDelay(after) : new LiveDelay(after),
      lane: typeof after === 'number' && after > 0 ? setup.lane(after) : null,
      survived: new OutcomeSet(['any']),
      atOnce: false,
      asOriginal: false,
      budget: maxExtraLoad === undefined ? null : new CreditBudget(maxExtraLoad),
      otherInstance,
    }),
  check({ after, maxExtraLoad }, bundle, key = null): readonly PolicyProblem[] {
    const problems: PolicyProblem[] = [];
    if (key !== null && typeof after === 'number' && maxExtraLoad === undefined) {
      const message =
        'a constant delay without maxExtraLoad remembers nothing that a key could split: leave key out, ' +
        'or write a percentile';
      problems.push({ field: 'key', message });
    }
    const deadlineNs = numberIn(bundle, 'deadline', 'after');
    if (typeof after === 'number' && typeof deadlineNs === 'number' && after >= deadlineNs) {
      problems.push({
        field: 'after',
        message:
          `no hedge is ever sent: the deadline (${formatDuration(deadlineNs)}) ends the call ` +
          'before or when it is due; shorten after or leave the hedge out',
      });
    }
    if (maxExtraLoad === 0) {
      problems.push({
        field: 'maxExtraLoad',
        message: 'no hedge is ever sent without extra load: leave the hedge out instead',
      });
    }
    return problems;
  },
};
