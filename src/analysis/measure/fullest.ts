import type { GivesIn } from '../../contracts/result/sweep-figures.js';
import { headroomOf } from './headroom.js';
import type { VariantData } from './variant-data.js';

/** From this multiple of the load down, a resource is full at it. */
const FULL_AT = 1.05;

/** A resource that is full, and the load that it holds. */
export type FullResource = Extract<GivesIn, { readonly full: unknown }>;

/** The fullest resource, if it is full: before the first fault, or while one is active. */
export function fullest(data: VariantData, isOfRequests: boolean): FullResource | undefined {
  const headroom = headroomOf(data);
  const times = [{ ...headroom, fault: null }, ...headroom.faults].flatMap((time) => {
    const full = time.components.find(({ resource }) => !isOfRequests || resource !== 'consumers');
    return full === undefined || full.factor > FULL_AT ? [] : [{ ...time, full }];
  });
  // Where the load is too high without a fault, no fault is needed to fill the resource.
  const rank = ({ fault, full }: (typeof times)[number]): number =>
    fault === null && full.factor <= 1 ? 0 : full.factor;
  const [first] = times.sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return undefined;
  const { full, fault, rate } = first;
  return { subject: full.component, full, holds: (full.when?.rate ?? rate) * full.factor, fault };
}
