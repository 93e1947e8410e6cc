import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { timeOf } from '../mechanisms/bundle-fields.js';
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
  after: field.of(
    durationOrPercentile(),
    required,
    'Time without a response after which the next attempt is sent in parallel, measured from the previous one; 0 ' +
      'sends all at once. `p95` is the 95th percentile of the latest 1000 first attempts of this state; no hedge is ' +
      'sent until 100 of them have ended.',
    'duration, or `p1` to `p99`, `p999`',
  ),
  attempts: field.whole(
    2,
    'Total attempts, including the first. The first success ends the call, as does a failure that another attempt ' +
      'would not change (clientError, deadlineExceeded); the other attempts are cancelled.',
    { unit: 'attempts', min: 1, max: 10 },
  ),
  maxExtraLoad: field.share(
    absent(),
    'Long-run hedges per call: each call earns this share of a hedge, up to ten hedges are saved, and without ' +
      'credit no hedge is sent.',
  ),
  otherInstance: field.flag(
    true,
    'Whether a hedge goes to an instance that the call has not used yet, if there is one.',
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
    const deadlineNs = timeOf(bundle, 'deadline');
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
