import { headOf } from '../../contracts/result/fault-text.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
import { plural } from '../../text/words.js';

/** A fault that no other step of a chain names. */
export interface OtherStart {
  readonly at: number;
  readonly subject: string;
  readonly text: string;
}

/** Most steps for such faults; the last one says how many more there are. */
const MOST = 4;

/**
 * The faults of a variant that a chain does not name, each by its first start: three planned drains are
 * three steps. `named`: the ids of those that it names.
 */
export function otherStarts(
  { cascade }: VariantResult,
  named: ReadonlySet<string>,
): readonly OtherStart[] {
  const starts = cascade.events.filter(({ kind }) => kind === 'fault');
  // Those that do no harm are reported with what clears them.
  const aside = new Set([...named, ...cascade.innocent.map(({ fault }) => fault)]);
  const others = [...groupedBy(starts, ({ subject }) => (aside.has(subject) ? null : subject))];
  const left = others.slice(MOST).length;
  return others.slice(0, MOST).map(([, events], k) => {
    const first = events[0]!;
    const times = events.length;
    const parts = [
      first.detail ?? '',
      times === 1
        ? ''
        : `${formatCount(times)} times, the last at ${formatInstant(events.at(-1)!.at)}`,
      left > 0 && k === MOST - 1 ? `${plural(left, 'more fault')} later` : '',
    ];
    const text = parts.filter((part) => part !== '').join('; ');
    return { at: first.at, subject: headOf(first), text };
  });
}
