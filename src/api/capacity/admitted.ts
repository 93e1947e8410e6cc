import type { RefusedCalls } from '../../contracts/result/capacity.js';
import { plain, type MapNode, type Node } from '../../scenario/located.js';
import { scaled } from '../../scenario/scaling.js';
import { settingsOf } from '../../scenario/tuning/settings.js';

/** A number of a limit on calls. */
export interface AdmittedBy {
  readonly path: string;
  readonly now: Node;
}

/** A number, or a rate, that is not 0. Times, and shares such as a threshold, admit no more calls. */
const AMOUNT = /^(?=.*[1-9])\d+(\.\d+)?(\/\w+)?$/;

/** The numbers of the limits that refuse some calls: permits of a bulkhead, and all amounts of a rate limit. */
export function admittedBy(written: MapNode, { fields }: RefusedCalls): readonly AdmittedBy[] {
  const found = new Map<string, AdmittedBy>();
  for (const { of, moves } of settingsOf(written)) {
    const own = 'bundle' in of ? fields.filter(({ bundle }) => bundle === of.bundle) : [];
    for (const { path, before } of moves) {
      const isOne = own.some(({ field }) => `.${path}.`.includes(`.${field}.`));
      if (isOne && before?.type === 'scalar' && AMOUNT.test(String(before.value)))
        found.set(path, { path, now: before });
    }
  }
  return [...found.values()];
}

/** A multiple of such a number; whole numbers stay whole. */
export function moreOf({ now }: AdmittedBy, by: number): string {
  const value = plain(now);
  if (typeof value === 'number') return String(Math.ceil(value * by - 1e-9));
  return String(plain(scaled(now, by)!));
}
