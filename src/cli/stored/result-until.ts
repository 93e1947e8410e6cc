import { z } from 'zod';
import type { UntilResult } from '../../contracts/result/until.js';
import { count, figure, list, oneOf, share, text, unit } from './shapes.js';

/** Why no more runs were made. */
export const until: z.ZodType<UntilResult> = z.object({
  looks: list(count),
  made: count,
  confidence: share,
  reason: oneOf<UntilResult['reason']>({ reached: 1, most: 1, ended: 1 }),
  precisions: list(
    z.object({
      text,
      variant: text,
      unit,
      value: figure,
      halfWidth: figure,
      wanted: figure,
      isReached: z.boolean(),
    }),
  ),
  undecided: list(z.object({ variant: text, text })).optional(),
});
