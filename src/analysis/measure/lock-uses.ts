import type { Plan } from '../../contracts/plan/plan.js';
import { sumOf } from '../../stats/sums.js';
import { busiestShare } from './key-shares.js';
import { meanTime } from './meter-of.js';
import type { Asked } from './question.js';
import type { Use } from './use.js';
import type { Visits } from './visits.js';
import { FULL } from './waits-below.js';

/** A program or an operation that locks a value of a key. */
interface Locker {
  readonly part: number;
  readonly key: number;
  /** Each instance has locks of its own. */
  readonly isOwn: boolean;
}

/**
 * Locks of the most frequent value of each key that a component locks, whose limit is one holder: need is the rate at which
 * requests ask for this value times the mean time from grant to release.
 */
export function locksOf(
  asked: Asked & { readonly visits: Visits },
  component: string,
): readonly Use[] {
  const { data, selection, window, visits } = asked;
  const { plan } = data;
  const lockers = lockersOf(plan).filter(({ part }) => selection.parts.includes(part));
  return [...new Set(lockers.map(({ key }) => key))].map((key): Use => {
    const own = lockers.filter((one) => one.key === key);
    const share = busiestShare(plan.keys[key]);
    const needed = (rate: (part: number) => number): number =>
      sumOf(
        own.map(({ part, isOwn }) => {
          const among = isOwn ? selection.instances.length : 1;
          return (rate(part) * share * meanTime(data, 'lockHeld', part, window.segments)) / among;
        }),
      );
    // Retries of what waited too long take no more than the requests that are due.
    const rate = needed(visits.arrived) >= FULL ? visits.due : visits.arrived;
    const used = Math.min(needed(visits.arrived), 1);
    return {
      component,
      resource: 'lock',
      of: plan.keys[key].name,
      used,
      limit: 1,
      fixed: 0,
      share: used,
      need: needed(rate),
      rate: sumOf(own.map(({ part }) => rate(part))),
    };
  });
}

/** All that lock, but programs that lock values of several keys, whose times nothing tells apart. */
function lockersOf({ acts }: Plan): readonly Locker[] {
  const all = acts.flatMap((one): readonly Locker[] => {
    if (one.act === 'lock')
      return [{ part: one.from, key: one.key, isOwn: one.scope === 'instance' }];
    const isRow = one.act === 'rowLock' || (one.act === 'statement' && one.key >= 0);
    return isRow ? [{ part: one.part, key: one.key, isOwn: false }] : [];
  });
  return all.filter(
    (one, i) =>
      all.every(({ part, key }) => part !== one.part || key === one.key) &&
      all.findIndex(({ part }) => part === one.part) === i,
  );
}
