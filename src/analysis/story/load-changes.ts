import type { Ns } from '../../kernel/time.js';
import type { Plan, PlanLoad } from '../../contracts/plan/plan.js';
import type { Stages } from '../../contracts/scenario/stages.js';
import type { Steps } from '../measure/steps.js';

/** Planned changes of the load in a run, absolute, in order. Changes by faults are not among them. */
export interface LoadChanges {
  readonly changesNs: readonly Ns[];
  /** Changes that raise the load. */
  readonly risesNs: readonly Ns[];
  /** Rises that follow a constant load: nothing that they cause begins earlier. */
  readonly startsNs: readonly Ns[];
  /** Those of them that are sudden. */
  readonly jumpsNs: readonly Ns[];
  /**
   * Until then a run without faults is as usual: the first rise, or the first tenth of a climb that the measured time
   * begins with. The start of the run = no time is.
   */
  readonly calmNs: Ns;
  /** The measured time begins with a climb. */
  readonly climbs: boolean;
}

/** From `fromNs` the load is constant, or changes from there with a slope per ns. */
interface Piece {
  readonly fromNs: Ns;
  readonly level: number;
  readonly slope: number;
}

interface Change {
  readonly atNs: Ns;
  readonly rises: boolean;
  readonly starts: boolean;
  readonly jumps: boolean;
}

/** Fewest steps between two changes. A load that changes more often is always like that. */
const ROOM_STEPS = 10;
/** Relative difference below which two levels are equal. */
const SAME = 1e-9;
/** Part of a climb in which the load is still low. */
const LOW = 0.1;

/**
 * Changes of all loads within the measured time: starts and ends of workloads, and boundaries of their stages and
 * bursts. Of changes close together a rise wins over a fall, then the earlier one.
 */
export function loadChangesOf({ loads, warmupNs, endNs }: Plan, steps: Steps): LoadChanges {
  const roomNs = ROOM_STEPS * steps.lengthNs[0];
  const all = loads
    .flatMap((load) => changesOf(load, warmupNs, endNs, roomNs))
    .filter(({ atNs }) => atNs > warmupNs && atNs < endNs);
  all.sort((a, b) => Number(b.rises) - Number(a.rises) || a.atNs - b.atNs);
  const kept: Change[] = [];
  for (const change of all) {
    if (kept.every(({ atNs }) => Math.abs(change.atNs - atNs) >= roomNs)) kept.push(change);
  }
  kept.sort((a, b) => a.atNs - b.atNs);
  const times = (changes: readonly Change[]): readonly Ns[] => changes.map(({ atNs }) => atNs);
  const risesNs = times(kept.filter(({ rises }) => rises));
  const climb = Math.min(...loads.map((load) => climbOf(load, warmupNs, endNs, roomNs)));
  return {
    changesNs: times(kept),
    risesNs,
    climbs: climb < Infinity,
    calmNs: climb < Infinity ? warmupNs + Math.max(roomNs, LOW * climb) : (risesNs[0] ?? 0),
    startsNs: times(kept.filter(({ starts }) => starts)),
    jumpsNs: times(kept.filter(({ jumps }) => jumps)),
  };
}

/** How long a load rises steadily from the start of the measured time; Infinity if it does not. */
function climbOf(load: PlanLoad, warmupNs: Ns, endNs: Ns, roomNs: Ns): Ns {
  const pieces = withinLoad(piecesOf(load, warmupNs, endNs, roomNs), load);
  const at = pieces.findLastIndex(({ fromNs }) => fromNs <= warmupNs);
  if (at < 0 || pieces[at].slope <= 0) return Infinity;
  return Math.min(endNs, pieces[at + 1]?.fromNs ?? endNs) - warmupNs;
}

/** Rates of a load in requests per second: right before a planned rise, and the highest one that it leads to. */
interface PlannedRise {
  readonly before: number;
  readonly after: number;
}

/**
 * How a workload is planned to change at a time, until another one; null if its rate is not planned, because it follows
 * the responses or is random.
 */
export function plannedRise(
  { loads, warmupNs, endNs }: Plan,
  steps: Steps,
  workload: number,
  { atNs, untilNs }: { readonly atNs: Ns; readonly untilNs: Ns },
): PlannedRise | null {
  const own = loads.filter(({ component }) => component === workload);
  if (own.length === 0 || own.some(({ arrivals }) => !RATED.has(arrivals.kind))) return null;
  const roomNs = ROOM_STEPS * steps.lengthNs[0];
  let [before, after] = [0, 0];
  for (const load of own) {
    const pieces = withinLoad(piecesOf(load, warmupNs, endNs, roomNs), load);
    const last = pieces.findLastIndex(({ fromNs }) => fromNs <= atNs);
    const target = pieces[last + 1]?.fromNs ?? endNs;
    before += levelOf(pieces, atNs, false);
    after += Math.max(
      levelOf(pieces, atNs, true),
      levelOf(pieces, Math.min(target, endNs), false),
      levelOf(pieces, untilNs, true),
    );
  }
  return { before, after };
}

const RATED: ReadonlySet<string> = new Set(['poisson', 'constant', 'stages', 'burst']);

/** The level at a time, from then on or right before it. */
function levelOf(pieces: readonly Piece[], atNs: Ns, isAfter: boolean): number {
  const piece = pieces.findLast(({ fromNs }) => (isAfter ? fromNs <= atNs : fromNs < atNs));
  return piece === undefined ? 0 : piece.level + piece.slope * (atNs - piece.fromNs);
}

function changesOf(load: PlanLoad, warmupNs: Ns, endNs: Ns, roomNs: Ns): readonly Change[] {
  const pieces = withinLoad(piecesOf(load, warmupNs, endNs, roomNs), load);
  return pieces.slice(1).flatMap((piece, k): readonly Change[] => {
    const last = pieces[k];
    const before = last.level + last.slope * (piece.fromNs - last.fromNs);
    const grows = piece.level - before;
    const atNs = piece.fromNs;
    const isCalm = last.slope === 0;
    const changed = (rises: boolean, isSudden: boolean): readonly Change[] => {
      const starts = rises && isCalm;
      return [{ atNs, rises, starts, jumps: starts && isSudden }];
    };
    if (Math.abs(grows) > SAME * Math.max(before, piece.level)) return changed(grows > 0, true);
    if (piece.slope > Math.max(0, last.slope)) return changed(true, false);
    return piece.slope < Math.min(0, last.slope) ? changed(false, false) : [];
  });
}

/** Load over time. Pieces without length have no meaning. */
function piecesOf(
  { arrivals, startNs }: PlanLoad,
  warmupNs: Ns,
  endNs: Ns,
  roomNs: Ns,
): readonly Piece[] {
  switch (arrivals.kind) {
    case 'stages':
      return ramps(arrivals, warmupNs);
    case 'burst': {
      const { base, peak, everyNs, forNs } = arrivals;
      if (everyNs < roomNs) return [flat(0, base)];
      const pieces = [flat(0, base)];
      for (let at = warmupNs; at < endNs; at += everyNs) {
        pieces.push(flat(at, peak));
        if (forNs < everyNs) pieces.push(flat(at + forNs, base));
      }
      return pieces;
    }
    case 'closed': {
      const { users, ramp, rampUpNs } = arrivals;
      if (ramp !== null) return ramps(ramp, warmupNs);
      if (!(rampUpNs > 0)) return [flat(0, users)];
      const up = { fromNs: startNs, level: 0, slope: users / rampUpNs };
      return [flat(0, 0), up, flat(startNs + rampUpNs, users)];
    }
    // A list of instants has no level.
    case 'at':
      return [];
    case 'poisson':
    case 'constant':
      return [flat(0, arrivals.rate)];
    case 'sinusoid':
    case 'renewal':
      return [flat(0, 1)];
  }
}

function flat(fromNs: Ns, level: number): Piece {
  return { fromNs, level, slope: 0 };
}

function ramps({ start, stages }: Stages, warmupNs: Ns): readonly Piece[] {
  const pieces = [flat(0, start)];
  let at = warmupNs;
  let level = start;
  for (const { durationNs, target } of stages) {
    const slope = durationNs > 0 ? (target - level) / durationNs : 0;
    pieces.push({ fromNs: at, level, slope });
    at += durationNs;
    level = target;
  }
  return [...pieces, flat(at, level)];
}

/** The pieces in which a load sends requests, with nothing before and after. Pieces without length are left out. */
function withinLoad(pieces: readonly Piece[], { startNs, stopNs }: PlanLoad): readonly Piece[] {
  const inside = pieces.flatMap(({ fromNs, level, slope }, k): readonly Piece[] => {
    const from = Math.max(fromNs, startNs);
    const until = Math.min(pieces[k + 1]?.fromNs ?? Infinity, stopNs);
    return from < until ? [{ fromNs: from, level: level + slope * (from - fromNs), slope }] : [];
  });
  if (inside.length === 0) return [];
  const before = startNs > 0 ? [flat(0, 0)] : [];
  return [...before, ...inside, flat(stopNs, 0)];
}
