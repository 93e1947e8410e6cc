import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { share, whole } from '../../contracts/quantities/quantities.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { numberIn } from '../mechanisms/bundle-fields.js';
import {
  ConstantDelay,
  CreditBudget,
  durationOrPercentile,
  LiveDelay,
} from '../mechanisms/hedge-delay.js';
import { Hedging } from '../mechanisms/hedging.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { HEDGE } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  after: durationOrPercentile().describe(
    'Time without a response after which the next attempt is sent in parallel, measured from ' +
      'the previous one; 0 sends all at once. `p95` is the 95th percentile of the latest 1000 ' +
      'first attempts of this state; no hedge is sent until 100 of them have ended. Unit: ' +
      'duration, or `p1` to `p99`, `p999`. Required.',
  ),
  attempts: whole({ min: 1, max: 10 })
    .prefault(2)
    .describe(
      'Total attempts, including the first. The first success ends the call, as does a ' +
        'failure that another attempt would not change (clientError, deadlineExceeded); the ' +
        'other attempts are cancelled. Unit: attempts. Defaults to 2.',
    ),
  maxExtraLoad: share()
    .optional()
    .describe(
      'Long-run hedges per call: each call earns this share of a hedge, up to ten hedges are ' +
        'saved, and without credit no hedge is sent. Unit: share. Defaults to none.',
    ),
  otherInstance: flag(true).describe(
    'Whether a hedge goes to an instance that the call has not used yet, if there is one. ' +
      'Unit: boolean. Defaults to true.',
  ),
});

/** `hedge` of kind `simple`: Dean and Barroso's hedged requests. */
export const hedgeSimple: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'simple',
  isDefault: true,
  summary: 'Sends a call again when its response is late; the first success wins.',
  sources: ['Dean, Barroso 2013, The Tail at Scale', 'grpc/proposal A6-client-retries.md'],
  schema,
  example: 'hedge: { after: 5ms, maxExtraLoad: 50% }\n',
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
  check({ after, maxExtraLoad }, bundle, key = null) {
    const deadlineNs = numberIn(bundle, 'deadline', 'after');
    return problemsOf({
      key:
        key !== null &&
        typeof after === 'number' &&
        maxExtraLoad === undefined &&
        'with a constant delay and no maxExtraLoad there is no state to split by key: remove ' +
          'key, or write a percentile',
      after:
        typeof after === 'number' &&
        typeof deadlineNs === 'number' &&
        after >= deadlineNs &&
        `no hedge is ever sent: the deadline (${formatDuration(deadlineNs)}) ends the call ` +
          'no later than the hedge is due. Shorten after, or remove the hedge',
      maxExtraLoad:
        maxExtraLoad === 0 && 'with 0% no hedge is ever sent: write more, or remove the hedge',
    });
  },
};
