import { z } from 'zod';
import { countOrPercent, PERCENT_FORM } from '../../contracts/quantities/amounts.js';

type Amount = { readonly count: number } | { readonly share: number };

const amount = countOrPercent<Amount>(
  (count) => (count >= 0 ? { count } : null),
  (percent) => (percent <= 100 ? { share: percent / 100 } : null),
  'must be a whole number such as 2 or a share such as 50%',
  [PERCENT_FORM, { type: 'integer', minimum: 0, maximum: 100_000 }],
);

/** `disruptionBudget` of a service or gateway. */
export const disruptionBudgetSchema = z
  .strictObject({
    minAvailable: amount
      .optional()
      .describe(
        'Fewest ready instances that a drain leaves; a share is rounded up. Unit: count or percent. Either this or ' +
          '`maxUnavailable`.',
      ),
    maxUnavailable: amount
      .optional()
      .describe(
        'Most instances that are not ready during a drain; a share is rounded up. Unit: count or percent. Either ' +
          'this or `minAvailable`.',
      ),
  })
  .describe(
    'PodDisruptionBudget: a drain of a node (`stop` of nodes, or the cluster autoscaler) waits while it would leave ' +
      'fewer ready instances. Crashes, rollouts and autoscaling are not limited. Defaults to none.',
  );

export type BudgetOutput = z.output<typeof disruptionBudgetSchema>;
