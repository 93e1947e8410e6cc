import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { ConstantDelay } from '../mechanisms/hedge-delay.js';
import { Hedging } from '../mechanisms/hedging.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import { HEDGE } from '../mechanisms/families.js';

const schema = z.strictObject({
  after: field.of(
    durationOrNone(),
    '2s',
    'Time without a result after which the next attempt is sent, measured from the previous one (`Delay`). 0 sends ' +
      'all at once (parallel mode); `none`, a negative Delay, sends one only after a handled failure (fallback mode).',
    'duration, or `none`',
  ),
  attempts: field.whole(2, 'Total attempts, including the first: `MaxHedgedAttempts` + 1.', {
    unit: 'attempts',
    min: 2,
    max: 11,
  }),
  on: outcomeTerms()
    .prefault(['any'])
    .describe(
      'Handled outcomes (`ShouldHandle`): they send the next attempt at once. Any other ' +
        'outcome, success or failure, ends the call. If every attempt is handled, the call ends ' +
        'with the outcome of the first. Unit: list. Defaults to [any].',
    ),
  otherInstance: field.flag(
    false,
    'Whether a hedge goes to an instance that the call has not used yet, if there is one; in .NET an ' +
      'ActionGenerator or the routing of the handler can do this.',
  ),
});

/** `hedge` of kind `polly`: HedgingStrategyOptions of Polly v8. */
export const hedgePolly: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'polly',
  summary: 'Polly v8 hedging, with its parallel and fallback modes.',
  sources: [
    'App-vNext/Polly HedgingResilienceStrategy.cs, HedgingExecutionContext.cs, HedgingStrategyOptions.cs',
  ],
  schema,
  example: 'hedge: { kind: polly, after: 5ms, attempts: 3 }\n',
  remembers: () => false,
  create: ({ after, attempts, on, otherInstance }, setup) =>
    new Hedging(setup.ctx, {
      attempts,
      delay: new ConstantDelay(after ?? Infinity),
      lane: after !== null && after > 0 ? setup.lane(after) : null,
      survived: new OutcomeSet(on),
      atOnce: true,
      asOriginal: true,
      budget: null,
      otherInstance,
    }),
};
