import { z } from 'zod';
import type { RecoveryMap, Tipping, TippingEnds } from '../../contracts/result/tipping.js';
import { runVerdict } from './result-cascade.js';
import { count, list, share, text } from './shapes.js';

const ends = z.object({
  back: count,
  stays: count.nullable(),
  verdict: runVerdict.nullable(),
}) satisfies z.ZodType<TippingEnds>;

const map: z.ZodType<RecoveryMap> = z.object({
  fault: text,
  lengths: list(count),
  loads: list(count),
  verdicts: list(list(runVerdict.nullable())),
});

/** How close a variant is to the point from which on it does not come back. */
export const tipping: z.ZodType<Tipping> = z.object({
  loop: z.object({ through: list(text), mechanism: text }),
  isBack: z.boolean(),
  after: count.nullable(),
  length: ends.extend({ fault: text, now: count }).nullable(),
  load: ends.extend({ workloads: list(text), rate: count }).nullable(),
  replications: count,
  resolution: share,
  runs: count,
  isCut: z.literal(true).optional(),
  map: map.optional(),
});
