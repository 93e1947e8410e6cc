import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import { distribution, durationOrNone, type Quantity } from './quantities.js';

/** Schema of a switch with its default. */
export function flag(byDefault: boolean): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(byDefault);
}

/** Schema of one of several words with its default. */
export function choice<const Words extends readonly string[]>(
  words: Words,
  byDefault: z.output<z.ZodEnum<{ [Word in Words[number]]: Word }>>,
) {
  return z.enum(words).default(byDefault);
}

/** Schema of the time that something takes, 0ms by default. */
export function cost(): z.ZodPrefault<Quantity<Distribution>> {
  return distribution().prefault('0ms');
}

/** Schema of a limit on a time, none by default. */
export function timeLimit(): z.ZodPrefault<Quantity<Ns | null>> {
  return durationOrNone({ allowZero: false }).prefault('none');
}
