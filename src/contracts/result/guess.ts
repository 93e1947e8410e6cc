import type { z } from 'zod';
import { shape, text } from './shapes.js';

export const guess = shape({
  /** As `--set` takes it. */
  path: text,
  value: text,
  /** `shop.yaml:31`. */
  at: text,
});
/** A value of the scenario that a comment calls a guess, an assumption or an estimate. */
export type Guess = z.output<typeof guess>;
