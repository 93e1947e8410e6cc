import type { Move } from '../../scenario/tuning/moves.js';
import { sizeOf } from '../../scenario/tuning/range.js';
import { closest } from './closest.js';
import { smallest, type Holding, type Moves, type TriedSet } from './smallest.js';

/** What runs with some changes show. */
export interface Outcome extends Holding {
  /** Broken goals, each by its distance to the limit: 1 = as without changes; a goal that only breaks now counts 2. */
  readonly penalty: number;
  /** Requests that fail or are late. */
  readonly harm: number;
  /** Part by which what is paid for grows: 1 = twice as much as now. */
  readonly growth: number;
}

/** A search for settings that hold all goals. */
export interface Tuning {
  /** Changes of single settings, the most promising first. */
  readonly moves: Moves;
  /** The changes that make other variants of this one. */
  readonly known: readonly Moves[];
  /** Runs of a proper answer. */
  readonly replications: number;
  /** Runs that may still be made, all replications together. */
  left(): number;
  isOver(): boolean;
  /** Runs sets of changes with the first replications; null for a set that cannot run. */
  ask(sets: readonly Moves[], replications: number): Promise<readonly (Outcome | null)[]>;
}

/** A set of changes with what its runs show. */
export type Tried = TriedSet<Outcome>;

/** The answer of a search. */
export interface Found {
  /** The smallest change found that holds all goals, or that which comes closest; null if none helps. */
  readonly answer: Tried | null;
  /** Other changes that hold them; without an answer that does, those that help. The best come first. */
  readonly others: readonly Tried[];
  /** Changes that ran, and those that did not. */
  readonly tried: number;
  readonly untried: number;
  /** No runs were left to see whether less than the answer is enough. */
  readonly isCut: boolean;
}

/** Sets that are asked for at once. */
const AT_ONCE = 8;
/** A change helps if it takes this share of the penalty, or of the harm. */
const HELPS = 0.02;
/** Single changes that run with all replications, and that others are combined with. */
const BEST = 3;
const COMBINED = 10;
/** Answers that are found as near as possible to the present values. */
const ANSWERS = 3;
/** Most settings of an answer. */
const SIZE = 4;
/** Growth of what is paid for that counts as much as one more setting. */
const GROWTH = 0.1;
/** Share of the runs for single changes; the rest combines and confirms them. */
const SINGLES = 0.5;

/**
 * Tries single changes once, and more of those that help; then all replications of the best. If none is enough, it adds
 * one change after the other, all that another variant does counting as one; if those that are enough cost more than now, it
 * joins those that cost nothing. The other candidate is all that another variant does. From each answer all changes are left
 * out that are not needed, and each number goes back to the present one as far as all goals hold.
 */
export async function tuned(by: Tuning): Promise<Found> {
  return new Search(by).find();
}

class Search {
  /** An answer was not made as small as it can be. */
  private isCut = false;

  constructor(private readonly by: Tuning) {}

  private get left(): number {
    return this.by.isOver() ? 0 : this.by.left();
  }

  async find(): Promise<Found> {
    const [base] = await this.runs([[]], 1);
    if (base === undefined || base === null) return NOTHING;
    const { part, helping } = await this.known(base);
    const { helpful, tried, untried } = await this.screened(base);
    const singles = await this.confirmed(helpful);
    const holding = singles.filter(({ outcome }) => outcome.holds).sort(byWorth);
    const joined = await this.joined(
      joinable([...helpful, ...helping], holding, part),
      base,
      singles,
    );
    const sets = [...holding, ...[part, joined].flatMap((own) => own ?? [])];
    const near: Tried[] = [];
    for (const own of sets
      .filter(({ outcome }) => outcome.holds)
      .sort(byWorth)
      .slice(0, ANSWERS))
      near.push(await this.closest(own));
    const ranked = near.sort(byWorth);
    const open = [...sets, ...singles].filter(({ outcome }) => !outcome.holds).sort(byWorth);
    const [answer = null, ...others] = [...ranked, ...open];
    const isCut = this.isCut && (answer?.moves.length ?? 0) > 1;
    return { answer, others, tried, untried, isCut };
  }

  /** Single changes in one run each, those that help with their outcomes. */
  private async screened(base: Outcome): Promise<{
    readonly helpful: readonly Tried[];
    readonly tried: number;
    readonly untried: number;
  }> {
    const open = [...this.by.moves];
    const until = Math.max(this.left * (1 - SINGLES), BEST * this.by.replications);
    const helpful: Tried[] = [];
    /** What the step before a stronger change shows. */
    const weaker = new Map<Move, Outcome>();
    let tried = 0;
    while (open.length > 0 && this.left > until && !this.by.isOver()) {
      const some = open.splice(0, AT_ONCE);
      const outcomes = await this.runs(
        some.map((move) => [move]),
        1,
      );
      for (const [k, outcome] of outcomes.entries()) {
        if (outcome === null) continue;
        tried++;
        const move = some[k]!;
        if (!helps(outcome, weaker.get(move) ?? base, base)) continue;
        helpful.push({ moves: [move], outcome });
        if (move.stronger === undefined) continue;
        weaker.set(move.stronger, outcome);
        open.unshift(move.stronger);
      }
    }
    return { helpful: helpful.sort(byWorth), tried, untried: open.length };
  }

  /** The best single changes, one of each setting, with all replications. */
  private async confirmed(helpful: readonly Tried[]): Promise<readonly Tried[]> {
    const some: Moves[] = [];
    for (const { moves } of helpful) {
      if (some.length < BEST && some.every((own) => own[0]!.path !== moves[0]!.path))
        some.push(moves);
    }
    const found = await this.inFull(some);
    // One run may hold what not all of them do: then the next step may be enough.
    const held = new Set(helpful.filter(({ outcome }) => outcome.holds).map(({ moves }) => moves));
    const next = found.flatMap(({ moves, outcome }): Moves[] => {
      const { stronger } = moves[0]!;
      return outcome.holds || !held.has(moves) || stronger === undefined ? [] : [[stronger]];
    });
    return [...found, ...(await this.inFull(next))];
  }

  /** Changes with all replications. */
  private async inFull(some: readonly Moves[]): Promise<readonly Tried[]> {
    const outcomes = await this.runs(some, this.by.replications);
    return some.flatMap((moves, k) => {
      const outcome = outcomes[k] ?? null;
      return outcome === null ? [] : [{ moves, outcome }];
    });
  }

  /**
   * Helpful changes one after the other, those of another variant together, until all goals hold or none helps further;
   * null without any but `singles`.
   */
  private async joined(
    helpful: readonly Tried[],
    base: Outcome,
    singles: readonly Tried[],
  ): Promise<Tried | null> {
    const pool = [...helpful].sort(byWorth).slice(0, COMBINED);
    if (pool.length === 0) return null;
    let best = pool[0]!;
    for (let size = 1; !best.outcome.holds && size < SIZE && !this.by.isOver(); size++) {
      const sets = pool
        .filter(({ moves }) => moves.every((one) => best.moves.every((own) => !isOfSame(own, one))))
        .map(({ moves }) => [...best.moves, ...moves]);
      const outcomes = await this.runs(sets, 1);
      const next = outcomes
        .flatMap((outcome, k) => (outcome === null ? [] : [{ moves: sets[k]!, outcome }]))
        .sort((a, b) => byOutcome(a.outcome, b.outcome))[0];
      if (next === undefined || !helps(next.outcome, best.outcome, base)) break;
      best = next;
    }
    if (singles.some(({ moves }) => moves === best.moves)) return null;
    const outcome = await this.one(best.moves, this.by.replications);
    if (outcome === null) return null;
    const joined = { moves: best.moves, outcome };
    return outcome.holds ? this.smallest(joined) : joined;
  }

  /**
   * The smallest part that holds all goals of what makes another variant, of the one with the fewest changes; and the
   * variants that do not hold them, but help.
   */
  private async known(
    base: Outcome,
  ): Promise<{ readonly part: Tried | null; readonly helping: readonly Tried[] }> {
    const { known, replications } = this.by;
    const first = await this.runs(known, 1);
    const all = known.flatMap((moves, k) => {
      const outcome = first[k] ?? null;
      return outcome === null ? [] : [{ moves, outcome }];
    });
    const whole = all
      .filter(({ outcome }) => outcome.holds)
      .sort((a, b) => a.moves.length - b.moves.length);
    for (const { moves } of whole) {
      const outcome = await this.one(moves, replications);
      if (outcome?.holds === true)
        return { part: await this.smallest({ moves, outcome }), helping: [] };
    }
    return { part: null, helping: all.filter(({ outcome }) => helps(outcome, base)) };
  }

  /** The same change with its numbers as near to the present ones as all goals hold. */
  private closest(whole: Tried): Promise<Tried> {
    const { replications } = this.by;
    return closest(whole, {
      replications,
      left: () => this.left,
      ask: (sets, count) => this.runs(sets, count),
    });
  }

  private async smallest(whole: Tried): Promise<Tried> {
    const { replications } = this.by;
    const { isCut, ...kept } = await smallest(whole, {
      replications,
      left: () => this.left,
      ask: (sets, count) => this.runs(sets, count),
    });
    if (isCut) this.isCut = true;
    return kept;
  }

  private async one(moves: Moves, replications: number): Promise<Outcome | null> {
    return (await this.runs([moves], replications))[0] ?? null;
  }

  private async runs(
    sets: readonly Moves[],
    replications: number,
  ): Promise<readonly (Outcome | null)[]> {
    const found: (Outcome | null)[] = [];
    for (let from = 0; from < sets.length && !this.by.isOver();) {
      const some = sets.slice(from, from + Math.min(AT_ONCE, this.left / replications));
      if (some.length === 0) break;
      from += some.length;
      found.push(...(await this.by.ask(some, replications)));
    }
    return found;
  }
}

const NOTHING: Found = { answer: null, others: [], tried: 0, untried: 0, isCut: false };

/** The changes to join: all where none is enough yet, those that cost nothing where all that are enough do, else none. */
function joinable(
  helpful: readonly Tried[],
  holding: readonly Tried[],
  part: Tried | null,
): readonly Tried[] {
  const enough = [...holding, ...(part === null ? [] : [part])];
  if (enough.length === 0) return helpful;
  return enough.every((own) => costOf(own) > 0) ? helpful.filter((own) => costOf(own) === 0) : [];
}

/** What the growth of a set weighs, in settings. */
function costOf({ outcome: { growth } }: Tried): number {
  return Math.floor(growth / GROWTH + 1e-9);
}

/** Whether an outcome is better than another one, by a share of what is to be gained at all. */
function helps(outcome: Outcome, than: Outcome, base: Outcome = than): boolean {
  const gained = than.penalty - outcome.penalty;
  if (gained > HELPS * base.penalty) return true;
  return gained >= 0 && than.harm - outcome.harm > HELPS * base.harm;
}

/** Whether two changes are of one setting, or one is within the other. */
function isOfSame(a: Move, b: Move): boolean {
  return a.path === b.path || isWithin(a.path, b.path) || isWithin(b.path, a.path);
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

function byOutcome(a: Outcome, b: Outcome): number {
  return Number(b.holds) - Number(a.holds) || a.penalty - b.penalty || a.harm - b.harm;
}

function effortOf({ moves }: Tried): number {
  return moves.reduce((sum, { effort }) => sum + effort, 0);
}

/** Settings that a set changes. */
function sizeIn({ moves }: Tried): number {
  return moves.reduce((sum, { settings = 1 }) => sum + settings, 0);
}

function byWorth(a: Tried, b: Tried): number {
  if (!a.outcome.holds || !b.outcome.holds) return byOutcome(a.outcome, b.outcome);
  const further = (moves: Moves): number => moves.reduce((all, own) => all * sizeOf(own), 1);
  return (
    sizeIn(a) + costOf(a) - sizeIn(b) - costOf(b) ||
    effortOf(a) - effortOf(b) ||
    further(a.moves) - further(b.moves) ||
    a.outcome.harm - b.outcome.harm
  );
}
