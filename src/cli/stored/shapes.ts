import { z } from 'zod';
import type { Estimate } from '../../contracts/result/estimate.js';
import type { BudgetResult, Verdict } from '../../contracts/result/result.js';
import type { MetricUnit } from '../../contracts/scenario/expression.js';

/** What values of several kinds of files have in common. */

export const text = z.string();
export const number = z.number();
/** Null = nothing was measured. */
export const figure = number.nullable();
export const count = number.min(0);
export const share = number.refine(isShare, 'must be a share between 0 and 1');
export const digest = hex(16);
export const sha256 = hex(64);
export const verdict = oneOf<Verdict>({ pass: 1, fail: 1, inconclusive: 1 });
export const unit = oneOf<MetricUnit>({ seconds: 1, perSecond: 1, share: 1, number: 1 });
/** An interval may reach beyond what is possible, as it is symmetric. */
export const orderedPair = z
  .tuple([number, number])
  .refine(([low, high]) => low <= high, 'must begin with its lower end');
export const interval = orderedPair.nullable();

function hex(length: number): z.ZodString {
  const digits = new RegExp(`^[0-9a-f]{${length}}$`);
  return text.refine((value) => digits.test(value), `must be ${length} digits of 0-9 and a-f`);
}

/** A word of a list, which is the keys of a record so that the compiler misses none. */
export function oneOf<W extends string>(words: Readonly<Record<W, unknown>>): z.ZodType<W> {
  return z.enum(Object.keys(words) as [W, ...W[]]);
}

/** A list of values of one kind. */
export function list<T extends z.ZodType>(item: T): z.ZodArray<T> {
  return z.array(item);
}

/** A mapping from names to values of one kind. */
export function mapping<T extends z.ZodType>(item: T): z.ZodRecord<z.ZodString, T> {
  return z.record(text, item);
}

/** A measured value with its interval; `each` by replication. */
export function estimate(item: z.ZodType<number>): z.ZodType<Estimate> {
  return z
    .object({
      value: item.nullable(),
      ci95: interval,
      from: z.literal('batches').optional(),
      each: list(item.nullable()),
    })
    .check(isWithin);
}

/** Rounding of sums may carry a figure past a bound by its last digits. */
const ROUNDING = 1e-9;

/** Whether a value is a share, but for rounding. */
export function isShare(value: number): boolean {
  return value >= 0 && value <= 1 + ROUNDING;
}

/** Checks that a value lies within its interval. */
export function isWithin(
  context: z.core.ParsePayload<{ value: number | null; ci95: [number, number] | null }>,
): void {
  const { value, ci95 } = context.value;
  if (value === null || ci95 === null) return;
  const [low, high] = ci95;
  const slack = ROUNDING * Math.max(Math.abs(low), Math.abs(high));
  if (value >= low - slack && value <= high + slack) return;
  refuse(context, ['value'], `must lie within its interval [${low}, ${high}]`);
}

/** Checks that the figures of a share are shares, where the unit is a value beside them. */
export function isOfUnit(
  context: z.core.ParsePayload<{ value: number | null; unit: BudgetResult['unit'] }>,
): void {
  const { value, unit: own } = context.value;
  if (own !== 'share' || value === null || isShare(value)) return;
  refuse(context, ['value'], 'must be a share between 0 and 1');
}

/** Checks that a time span does not end before it begins. */
export function isInOrder(context: z.core.ParsePayload<{ from: number; until: number }>): void {
  const { from, until } = context.value;
  if (until < from) refuse(context, ['until'], `must not be before ${from}`);
}

/** Adds a problem at a place of the value. */
export function refuse<T>(
  context: z.core.ParsePayload<T>,
  path: (string | number)[],
  message: string,
): void {
  context.issues.push({ code: 'custom', message, input: context.value, path });
}
