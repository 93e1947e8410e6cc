import type { PlanFunction } from '../../../contracts/plan/functions.js';
import type { Lane } from '../../measure/lanes.js';
import { formatCount } from '../../../text/figures.js';
import { list } from '../../../text/words.js';
import { sumSteps } from '../links.js';
import type { Scene } from '../scene.js';

/** The limit on the requests in flight of a function, as the subject and the words of a cause. */
interface FunctionLimit {
  readonly subject: string;
  readonly text: string;
}

/** Share of a limit that is in use, on average over a step, from which it counts as reached. */
const REACHED = 0.9;

/**
 * The limit on the requests in flight of which a function runs out, or the calls per second that it allows; null if it
 * is no function, or is refused for another reason, such as the rate of new environments. Functions of one account share
 * a limit: the one that holds most of it is the subject.
 */
export function functionLimitOf(
  scene: Scene,
  { component }: Lane,
  from: number,
  until: number,
): FunctionLimit | null {
  const { functions, components } = scene.data.plan;
  const fn = functions.find((own) => own.component === component);
  if (fn === undefined || fn.spec.autoscaler !== null) return null;
  const sharing = fn.isShared ? functions.filter((own) => own.isShared) : [fn];
  const inFlight = sharing.map((own) => ({ own, columns: heldBy(scene, own) }));
  const calls = sharing.map((own) => ({ own, columns: callsOf(scene, own) }));
  const allowed = fn.limit * fn.spec.callRate;
  const isFull = isReached(inFlight, fn.limit, from, until);
  if (!isFull && !isReached(calls, allowed, from, until)) return null;
  const held = isFull ? inFlight : calls;
  const amountOf = ({ columns }: Held): number => sumSteps(columns, from, until);
  const first = held.reduce((most, one) => (amountOf(one) > amountOf(most) ? one : most)).own;
  const subject = components[first.component].name;
  const rate = isFull ? '' : `, which allows ${formatCount(allowed)} calls per second`;
  const all = `(${formatCount(fn.limit)}${rate})`;
  if (sharing.length > 1) {
    const others = sharing.filter((own) => own !== first);
    const names = list(others.map((own) => components[own.component].name));
    const text = `${subject} uses up the concurrency ${all} that it shares with ${names}`;
    return { subject, text };
  }
  const which = fn.spec.reserved === null ? 'concurrency limit' : 'reserved concurrency';
  return { subject, text: `${subject} refuses requests above its ${which} ${all}` };
}

interface Held {
  readonly own: PlanFunction;
  /** By step: requests in flight, or calls per second that pass. */
  readonly columns: Float64Array;
}

function heldBy({ lanes }: Scene, { component }: PlanFunction): Float64Array {
  return lanes.find((lane) => lane.component === component)!.inSystem;
}

function callsOf({ lanes, steps }: Scene, { component }: PlanFunction): Float64Array {
  const { arrived, overRate } = lanes.find((lane) => lane.component === component)!;
  return arrived.map((all, step) => ((all - overRate[step]) * 1e9) / steps.lengthNs[step]);
}

function isReached(all: readonly Held[], limit: number, from: number, until: number): boolean {
  for (let step = from; step < until; step++) {
    const used = all.reduce((sum, { columns }) => sum + columns[step], 0);
    if (used >= REACHED * limit) return true;
  }
  return false;
}
