import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';

/** A rate or a number of users over time: consecutive linear ramps from the end of the warm-up. */
export interface Stages {
  readonly start: number;
  readonly stages: readonly { readonly durationNs: Ns; readonly target: number }[];
}

/** The highest level at any time. */
export function highestOf({ start, stages }: Stages): number {
  return Math.max(start, ...stages.map(({ target }) => target));
}

/** The level at a time from the end of the warm-up: the start level before it, the last target after the last stage. */
export function levelAt({ start, stages }: Stages, t: Ns): number {
  if (t <= 0) return start;
  let level = start;
  let from = 0;
  for (const { durationNs, target } of stages) {
    if (t < from + durationNs) return level + ((target - level) * (t - from)) / durationNs;
    from += durationNs;
    level = target;
  }
  return level;
}

/**
 * Earliest time from `t` at which user `user`, counted from 0, is present: the level is user + 1 or above.
 * Infinity = never. Times are from the end of the warm-up; before it the start level applies.
 */
export function presentFrom({ start, stages }: Stages, user: number, t: Ns): Ns {
  const needed = user + 1;
  let from = 0;
  let level = start;
  if (t < 0 && level >= needed) return t;
  for (const { durationNs, target } of stages) {
    const until = from + durationNs;
    if (until > t && durationNs > 0) {
      const begin = Math.max(from, t);
      const at = level + ((target - level) * (begin - from)) / durationNs;
      if (at >= needed) return begin;
      if (target >= needed) {
        return Math.max(
          begin,
          Math.ceil(from + ((needed - level) / (target - level)) * durationNs),
        );
      }
    }
    from = until;
    level = target;
  }
  return level >= needed ? Math.max(from, t) : Infinity;
}

/**
 * Integral of the level over the first seconds after the warm-up, as trapezoids. After the last stage the
 * level stays constant.
 */
export function areaOf({ start, stages }: Stages, seconds: number): number {
  let level = start;
  let left = seconds;
  let sum = 0;
  for (const { durationNs, target } of stages) {
    const length = durationNs / NS_PER_SECOND;
    if (length >= left) {
      const reached = length === 0 ? target : level + ((target - level) * left) / length;
      return sum + ((level + reached) / 2) * left;
    }
    sum += ((level + target) / 2) * length;
    level = target;
    left -= length;
  }
  return sum + level * left;
}
