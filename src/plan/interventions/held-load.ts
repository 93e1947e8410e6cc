import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import type { Stages } from '../../contracts/scenario/stages.js';
import type { Ns } from '../../kernel/time.js';

/** A planned rise of a load. Times are from the end of the warm-up. */
export interface Rise {
  readonly atNs: Ns;
  /** The level before it, and the highest one that it leads to: requests per second, or users. */
  readonly from: number;
  readonly to: number;
}

/** Rises by less than this share are no change. */
const LEAST = 0.02;

/** The planned rises of a load, in order. A rise from nothing is a start, not a rise. */
export function risesOf(arrivals: Arrivals): readonly Rise[] {
  switch (arrivals.kind) {
    case 'stages':
      return ofStages(arrivals);
    case 'burst':
      return large([{ atNs: 0, from: arrivals.base, to: arrivals.peak }]);
    case 'sinusoid':
      return large([{ atNs: 0, from: arrivals.mean, to: arrivals.mean + arrivals.amplitude }]);
    case 'closed':
      return arrivals.ramp === null ? [] : ofStages(arrivals.ramp);
    case 'poisson':
    case 'constant':
    case 'renewal':
    case 'at':
      return [];
  }
}

/** The load that stays at the level before a rise where it would be higher. */
export function heldAt(arrivals: Arrivals, rise: Rise): Arrivals {
  switch (arrivals.kind) {
    case 'stages':
      return { ...arrivals, ...capped(arrivals, rise) };
    case 'burst':
      return { ...arrivals, peak: rise.from };
    case 'sinusoid':
      return { ...arrivals, amplitude: 0 };
    case 'closed':
      return { ...arrivals, ramp: arrivals.ramp === null ? null : capped(arrivals.ramp, rise) };
    case 'poisson':
    case 'constant':
    case 'renewal':
    case 'at':
      return arrivals;
  }
}

function ofStages({ start, stages }: Stages): readonly Rise[] {
  const rises: Rise[] = [];
  let at = 0;
  let level = start;
  let isRising = false;
  for (const { durationNs, target } of stages) {
    const last = rises.at(-1);
    if (target > level && isRising && last !== undefined)
      rises[rises.length - 1] = { ...last, to: target };
    else if (target > level) rises.push({ atNs: at, from: level, to: target });
    isRising = target > level;
    at += durationNs;
    level = target;
  }
  return large(rises);
}

function large(rises: readonly Rise[]): readonly Rise[] {
  return rises.filter(({ from, to }) => from > 0 && to >= (1 + LEAST) * from);
}

/** Stages that do not exceed a level from a time on. A ramp that crosses the level is split there. */
function capped({ start, stages }: Stages, { atNs, from: cap }: Rise): Stages {
  const held: { readonly durationNs: Ns; readonly target: number }[] = [];
  let at = 0;
  let level = start;
  for (const stage of stages) {
    const { durationNs, target } = stage;
    const isLow = Math.max(level, target) <= cap;
    if (at < atNs || isLow) held.push(stage);
    else if (Math.min(level, target) >= cap) held.push({ durationNs, target: cap });
    else {
      const lowNs = Math.round(
        (durationNs * (cap - Math.min(level, target))) / Math.abs(target - level),
      );
      const low = { durationNs: lowNs, target: Math.min(cap, target) };
      const high = { durationNs: durationNs - lowNs, target: cap };
      held.push(...(target > level ? [low, high] : [high, low]));
    }
    at += durationNs;
    level = target;
  }
  return { start, stages: held };
}
