import { chanceOfCount, chanceOfP95 } from '../measure/latency-noise.js';
import { sumOf, worstOf, type StepWindow } from '../measure/health-windows.js';
import type { Lane } from '../measure/lanes.js';
import type { UsualLatency } from '../measure/usual-latency.js';

/** A signal: its value in a window (NaN = unknown), the direction that is bad, and its scale. */
export interface Signal {
  readonly floor: number;
  /** The scale is at least this part of the median. */
  readonly relative: number;
  /** Windows that show its usual values. */
  readonly usual: readonly StepWindow[];
  readonly canFail: boolean;
  readonly sign: 1 | -1;
  /** Normal value where there is no step before the first fault; NaN = the signal is left out. */
  readonly normal: number;
  /** For shares: the count out of the arrivals; null for levels. */
  readonly column: Float64Array | null;
  of(window: StepWindow): number;
  /** The probability of such a value without a cause, given the number of requests; absent where nothing shows it. */
  readonly chance?: (window: StepWindow) => number;
}

/** Part of the usual p95 by which latency may grow before it is slow. */
const RELATIVE = 0.5;
/** The same where nothing but the load changes: a busier system is slower, and one that is full far slower. */
const RELATIVE_OF_LOAD = 2;
/** The same where the load climbs from little: a queue that is busy for 90 % of the time takes ten times the work. */
const RELATIVE_OF_CLIMB = 9;

/** Up to this share of requests that fail throughout a run, those that chance brings together are no degradation. */
const FEW = 0.02;

/** Windows that show how a lane usually is. */
export interface Usual {
  /** Before the first fault; empty without one. */
  readonly windows: readonly StepWindow[];
  /** For latencies, where there is no fault: before the load first rises, or while a load that climbs is low. */
  readonly beforeRise: readonly StepWindow[];
  /** The load climbs from the start of the measured time. */
  readonly climbs: boolean;
  /** Where there is no fault: all of the run. */
  readonly faultless: readonly StepWindow[];
}

/**
 * The signals by which the health of a lane is judged. A fault or a rise may already have hurt the last `reach` steps
 * before it.
 */
export function signalsOf(
  lane: Lane,
  { windows: baseline, beforeRise, climbs, faultless }: Usual,
  reach: number,
): readonly Signal[] {
  const ofLatency = baseline.length > 0 ? baseline : beforeRise;
  const share = (column: Float64Array, floor: number, sign: 1 | -1): Signal => ({
    floor,
    relative: 0,
    usual: baseline,
    canFail: false,
    sign,
    normal: sign > 0 ? 0 : 1,
    column,
    of: (window) => sumOf(column, window) / sumOf(lane.arrivals, window),
  });
  let usual: UsualLatency | null = null;
  const chance = (window: StepWindow): number => {
    // Requests that arrive within the reach of a fault may be slow because of it.
    const { until } = ofLatency[ofLatency.length - 1];
    usual ??= lane.usualUntil(Math.max(until - reach, Math.ceil(until / 2)));
    return usual === null ? NaN : chanceOfP95(lane, window, usual);
  };
  return [
    { ...share(lane.good, 0.02, -1), chance: chanceOfBad(lane, lane.good, -1, faultless) },
    { ...share(lane.errors, 0.02, 1), chance: chanceOfBad(lane, lane.errors, 1, faultless) },
    // What is refused is refused for a reason.
    share(lane.shed, 0.01, 1),
    {
      floor: 0.005,
      relative: baseline.length > 0 ? RELATIVE : relativeOf(climbs),
      usual: ofLatency,
      canFail: true,
      sign: 1,
      normal: NaN,
      column: null,
      of: (window) => worstOf(lane.latency, window),
      chance: ofLatency.length === 0 ? undefined : chance,
    },
    ...levelsOf(lane, baseline),
  ];
}

/** Without a fault. */
function relativeOf(climbs: boolean): number {
  return climbs ? RELATIVE_OF_CLIMB : RELATIVE_OF_LOAD;
}

/** Levels of what requests wait for and use. */
function levelsOf(lane: Lane, usual: readonly StepWindow[]): readonly Signal[] {
  const level = (column: Float64Array, capacity: number, normal: number): readonly Signal[] => {
    if (column.length === 0 || !(capacity > 0)) return [];
    const of = (window: StepWindow): number => worstOf(column, window) / capacity;
    return [{ floor: 0.2, relative: 0, usual, canFail: false, sign: 1, normal, column: null, of }];
  };
  const { workersAt, placesAt } = lane;
  const workers = Number.isFinite(workersAt[0]) ? workersAt[0] : 1;
  // Without a time before a fault, a queue is too long at half its capacity, and workers are too busy at 95 %.
  return [
    ...(Number.isFinite(placesAt[0])
      ? level(ofRoom(lane, lane.queue, placesAt), placesAt[0], 0.3)
      : level(ofRoom(lane, lane.queue, workersAt), 5 * workers, 0.3)),
    ...(Number.isFinite(workersAt[0])
      ? level(ofRoom(lane, lane.busy, workersAt), workers, 0.75)
      : []),
    ...level(ofRoom(lane, lane.poolWaiting, workersAt), 5 * workers, 0.3),
  ];
}

/**
 * The probability of as many bad requests as a window has, if all requests of the run are as likely to be bad; undefined
 * if too many of the run are, or none.
 */
function chanceOfBad(
  lane: Lane,
  column: Float64Array,
  sign: 1 | -1,
  all: readonly StepWindow[],
): Signal['chance'] {
  const badIn = (window: StepWindow): number => {
    const counted = sumOf(column, window);
    return sign > 0 ? counted : sumOf(lane.arrivals, window) - counted;
  };
  const total = (of: (window: StepWindow) => number): number =>
    all.reduce((sum, window) => sum + of(window), 0);
  const share = total(badIn) / total((window) => sumOf(lane.arrivals, window));
  if (!(share > 0 && share <= FEW)) return undefined;
  return (window) => {
    const bad = badIn(window);
    return bad < 1 ? 1 : chanceOfCount(sumOf(lane.arrivals, window), bad, share);
  };
}

/**
 * A level as if all possible instances existed and each had the same level, and as if the room for it were always that of
 * the start.
 */
function ofRoom({ there }: Lane, column: Float64Array, room: Float64Array): Float64Array {
  const part = (step: number): number =>
    Number.isFinite(room[0]) && room[step] !== room[0] ? room[step] / room[0] : 1;
  const isWhole = there.every((share, step) => share === 1 && part(step) === 1);
  return isWhole ? column : column.map((value, step) => value / there[step] / part(step));
}
