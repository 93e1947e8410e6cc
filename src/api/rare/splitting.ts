import type { Turn } from '../../contracts/plan/plan.js';
import { mix, mixed, type StreamKey } from '../../kernel/rng.js';

/** A run: its random numbers, the boundaries from which it is another future of the same state, and its end. */
export interface Way {
  readonly replication: number;
  readonly turns: readonly Turn[];
  /** The first cell of the excursion that it follows; -1 = it is followed from its start. */
  readonly since: number;
  /** It may end with this cell. */
  readonly until: number;
}

/** What a run shows. */
export interface Trial {
  /** By cell, also those after its end: how near it came to the rare event. */
  readonly levels: Float64Array;
  /** Rare events among the requests that arrive in cells [from, until). */
  hits(from: number, until: number): number;
  /** Requests that arrive in the entire run. */
  readonly trials: number;
}

/** Makes runs; null after an interrupt. */
export type MakeWays = (ways: readonly Way[]) => Promise<readonly Trial[] | null>;

/** The levels of a splitting, and how many cells the runs of each stage follow their excursion at first. */
export interface Stages {
  readonly levels: readonly number[];
  readonly cells: readonly number[];
}

/** One estimate: the expected number of rare events in a run, and of requests. */
interface Estimated {
  readonly hits: number;
  readonly trials: number;
}

/** Runs of each stage. */
const EFFORT = 200;
/** Share of the runs of a stage that should reach its level. */
const REACHING = 0.25;
/** Share of the runs with a rare event from which on it is not rare any more. */
const OFTEN = 0.2;
/** Most levels: each makes the event about four times as likely. */
const MOST_LEVELS = 60;
/** Runs of each stage of the pilot. */
const PILOT = 100;
/** Cells that the first pilot runs follow an excursion at first. */
const FIRST_CELLS = 16;
/** Share of the excursions that end within the cells of their stage. */
const ENDED = 0.9;

/** Why no levels were found. */
type Unreached = 'never' | 'interrupted';

/**
 * Chooses the levels of a splitting by pilot runs: each stage starts where about a quarter of the one before is, until
 * the event is no longer rare. `never`: the runs at the highest level have none. Source: Cerou and Guyader 2007.
 */
export async function stagesOf(
  make: MakeWays,
  key: StreamKey,
  cells: number,
): Promise<Stages | Unreached> {
  const stages = { levels: [] as number[], cells: [] as number[] };
  let ways = firstWays(0, cells, PILOT);
  for (;;) {
    const [base = Infinity] = stages.levels;
    const last = stages.levels.at(-1) ?? 0;
    const followed = await follow(make, ways, { base, next: Infinity, cells });
    if (followed === null) return 'interrupted';
    const all = followed.map((one) => ({ ...one, top: topOf(one) }));
    if (stages.levels.length > 0) stages.cells.push(mostly(followed));
    const hit = followed.filter(({ hits }) => hits > 0).length;
    if (hit >= OFTEN * PILOT) return stages;
    const tops = all.map(({ top }) => top).sort((x, y) => y - x);
    const wanted = tops[Math.floor(REACHING * PILOT)]!;
    const level = wanted > last ? wanted : tops.findLast((top) => top > last);
    const starts =
      level === undefined
        ? []
        : startsOf(followed, { base: Math.min(base, level), next: level, cells });
    if (level === undefined || starts.length === 0 || stages.levels.length === MOST_LEVELS)
      return hit > 0 ? stages : 'never';
    stages.levels.push(level);
    ways = clones(
      starts,
      { key, block: -1, stage: stages.levels.length, most: cells, runs: PILOT },
      stages.cells.at(-1) ?? FIRST_CELLS,
    );
  }
}

/**
 * One estimate by multilevel splitting with a fixed effort. An excursion is a row of cells that reach the first level.
 * From the end of its first cell on, other futures of the same state replace it: as many runs as a stage has leave from
 * all excursions together, each with new random numbers, and end with the excursion. Those that reach the next level
 * are replaced in the same way; the others count what happened in their excursion, with the product of the shares that
 * reached the levels before. So the estimate has no bias, whatever the levels are. Null after an interrupt. Sources:
 * Garvels 2000; L'Ecuyer, Demers and Tuffin 2007, Rare events, splitting, and quasi-Monte Carlo.
 */
export async function splitOnce(
  make: MakeWays,
  stages: Stages,
  by: { readonly key: StreamKey; readonly number: number; readonly cells: number },
): Promise<Estimated | null> {
  const { levels } = stages;
  const { key, number, cells } = by;
  const [base = Infinity] = levels;
  let ways = firstWays(1 + number, cells);
  let weight = 1 / EFFORT;
  let hits = 0;
  let trials = 0;
  for (let stage = 0; ; stage++) {
    const next = levels[stage] ?? Infinity;
    const followed = await follow(make, ways, { base, next, cells });
    if (followed === null) return null;
    if (stage === 0) trials = followed.reduce((sum, { trial }) => sum + trial.trials, 0) / EFFORT;
    const starts = startsOf(followed, { base, next, cells });
    const replaced = new Map<Followed, number>();
    for (const { of, hits: own } of starts) replaced.set(of, (replaced.get(of) ?? 0) + own);
    for (const one of followed) hits += weight * (one.hits - (replaced.get(one) ?? 0));
    if (starts.length === 0) return { hits, trials };
    weight *= starts.length / EFFORT;
    const at = { key, block: number, stage: stage + 1, most: cells, runs: EFFORT };
    ways = clones(starts, at, stages.cells[stage] ?? FIRST_CELLS);
  }
}

/** A run with the cells that count: all of a first run, or one excursion. */
interface Followed {
  readonly way: Way;
  readonly trial: Trial;
  /** The cell after the excursion. */
  readonly end: number;
  /** Rare events in those cells. */
  readonly hits: number;
}

interface Bounds {
  /** Least level of an excursion. */
  readonly base: number;
  /** The level that the stage looks for. */
  readonly next: number;
  /** Cells of a whole run. */
  readonly cells: number;
}

/** Makes runs, and makes those again and longer that end before their excursion does. */
async function follow(
  make: MakeWays,
  ways: readonly Way[],
  { base, next, cells }: Bounds,
): Promise<readonly Followed[] | null> {
  const done = new Map<number, Followed>();
  let open = ways.map((way, index) => ({ way, index }));
  while (open.length > 0) {
    const trials = await make(open.map(({ way }) => way));
    if (trials === null) return null;
    const longer: typeof open = [];
    open.forEach(({ way, index }, i) => {
      const trial = trials[i]!;
      const { since, until } = way;
      if (since < 0) {
        done.set(index, { way, trial, end: cells, hits: trial.hits(0, cells) });
        return;
      }
      const start = startOf(way);
      const end = endOf(trial.levels, start, until, base);
      const isDecided = end < until || until === cells || reaches(trial.levels, start, end, next);
      if (isDecided) done.set(index, { way, trial, end, hits: trial.hits(since, end) });
      else longer.push({ way: { ...way, until: Math.min(cells, 2 * until - start) }, index });
    });
    open = longer;
  }
  return ways.map((_, index) => done.get(index)!);
}

/** A state from which other futures leave: where a run reaches a level. `hits`: those that they replace. */
interface Start {
  readonly of: Followed;
  readonly since: number;
  readonly cell: number;
  readonly hits: number;
}

function startsOf(followed: readonly Followed[], bounds: Bounds): readonly Start[] {
  return followed.flatMap((of) =>
    of.way.since < 0 ? excursionsOf(of, bounds) : nextOf(of, bounds),
  );
}

/** Each excursion of a first run, where it starts. One in the last cell has no future. */
function excursionsOf(of: Followed, { base, cells }: Bounds): readonly Start[] {
  const { levels } = of.trial;
  const starts: Start[] = [];
  for (let cell = 0; cell < cells - 1; cell++) {
    if (levels[cell]! < base) continue;
    const end = endOf(levels, cell + 1, cells, base);
    starts.push({ of, since: cell, cell: cell + 1, hits: of.trial.hits(cell, end) });
    cell = end;
  }
  return starts;
}

function nextOf(of: Followed, { next, cells }: Bounds): readonly Start[] {
  const { way, trial, end, hits } = of;
  for (let cell = startOf(way); cell < Math.min(end, cells - 1); cell++) {
    if (trial.levels[cell]! >= next) return [{ of, since: way.since, cell: cell + 1, hits }];
  }
  return [];
}

/** The first cell from `start` on below the level, at most `until`. */
function endOf(levels: Float64Array, start: number, until: number, base: number): number {
  let cell = start;
  while (cell < until && levels[cell]! >= base) cell++;
  return cell;
}

function reaches(levels: Float64Array, start: number, end: number, level: number): boolean {
  for (let cell = start; cell < end; cell++) if (levels[cell]! >= level) return true;
  return false;
}

function topOf({ way, trial: { levels }, end }: Followed): number {
  let top = 0;
  for (let cell = startOf(way); cell < end; cell++) top = Math.max(top, levels[cell]!);
  return top;
}

/** The cells after which most excursions have ended. */
function mostly(followed: readonly Followed[]): number {
  const lengths = followed.map(({ way, end }) => end - startOf(way)).sort((x, y) => x - y);
  return lengths[Math.floor(ENDED * lengths.length)]! + 1;
}

/** The cell from which on a run is its own. */
function startOf({ turns }: Way): number {
  return turns.at(-1)?.cell ?? 0;
}

/** Independent runs from the start: no two repetitions share one. */
function firstWays(block: number, cells: number, runs = EFFORT): readonly Way[] {
  return Array.from({ length: runs }, (_, i) => ({
    replication: block * EFFORT + i,
    turns: [],
    since: -1,
    until: cells,
  }));
}

/** As many runs as a stage has: each start gets the same number, and the rest goes to some of them by lot. */
function clones(
  starts: readonly Start[],
  at: {
    readonly key: StreamKey;
    readonly block: number;
    readonly stage: number;
    readonly most: number;
    readonly runs: number;
  },
  cells: number,
): readonly Way[] {
  const { key, block, stage, most, runs } = at;
  const order = [...starts];
  for (let k = order.length - 1; k > 0; k--) {
    mix(key.a, key.b, block, stage, EFFORT + k);
    const other = (mixed.x >>> 0) % (k + 1);
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return Array.from({ length: runs }, (_, i) => {
    const { of, since, cell } = order[i % order.length]!;
    mix(key.a, key.b, block, stage, i);
    const turns = [...of.way.turns, { cell, a: mixed.x, b: mixed.y | 1 }];
    return { replication: of.way.replication, turns, since, until: Math.min(most, cell + cells) };
  });
}
