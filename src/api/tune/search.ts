import type { Move } from '../../scenario/tuning/moves.js';
import { closest } from './closest.js';
import {
  areApart,
  byOutcome,
  byWorth,
  costOf,
  helps,
  SIZE,
  type Outcome,
  type Tried,
} from './outcome.js';
import { movesOn, raised } from './raised.js';
import { smallest, type Moves } from './smallest.js';

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

/** Sets with a further change that ran. */
interface Screened {
  /** Those that help further, the best first. */
  readonly helpful: readonly Tried[];
  /** Those with which another limit is full. */
  readonly shifting: readonly Tried[];
  readonly tried: number;
  readonly untried: number;
}

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
/** Single changes that run with all replications, and that others are combined with. */
const BEST = 3;
const COMBINED = 10;
/** Answers that are found as near as possible to the present values. */
const ANSWERS = 3;
/** Sets from which full limits are raised: the best, none, and those with which another limit is full. */
const STARTS = 6;
/** Share of the runs for single changes; the rest combines and confirms them. */
const SINGLES = 0.5;

/**
 * Tries single changes once, and more of those that help; then all replications of the best. If none is enough, it adds
 * one change after the other, all that another variant does counting as one; if that is not enough, it raises one full
 * limit after the other, and tries all single changes again beside the best set. If those that are enough cost more than
 * now, it joins those that cost next to nothing. The other candidate is all that another variant does. From each answer all changes
 * are left out that are not needed, and each number goes back to the present one as far as all goals hold.
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
    const start = { moves: [], outcome: base };
    const until = Math.max(this.left * (1 - SINGLES), BEST * this.by.replications);
    const { helpful, shifting, tried, untried } = await this.screened(start, base, until);
    const singles = await this.confirmed(helpful);
    const holding = singles.filter(({ outcome }) => outcome.holds).sort(byWorth);
    const candidates = joinable([...helpful, ...helping], holding, part);
    const hasNone = holding.length === 0 && part === null;
    const first = await this.joined(candidates, base, !hasNone);
    const whole = hasNone ? await this.further([first ?? start, start, ...shifting], base) : first;
    const isWorthIt = whole !== null && (hasNone || whole.outcome.holds);
    const joined = isWorthIt ? await this.madeSmall(whole, singles) : null;
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

  /** Single changes in one run each beside those of a set, as long as more runs are left: the sets that help further. */
  private async screened(
    { moves, outcome: start }: Tried,
    base: Outcome,
    until: number,
  ): Promise<Screened> {
    const open = this.by.moves.filter((move) => areApart([move], moves));
    /** The steps after those that do not help: a time to live helps only once it is longer than an outage. */
    const further: Move[] = [];
    const isFirst = new Set(open);
    const helpful: Tried[] = [];
    const shifting: Tried[] = [];
    /** What the step before a stronger change shows. */
    const weaker = new Map<Move, Outcome>();
    let tried = 0;
    while (open.length > 0 && this.left > until && !this.by.isOver()) {
      const some = open.splice(0, AT_ONCE);
      const outcomes = await this.runs(
        some.map((move) => [...moves, move]),
        1,
      );
      for (const [k, outcome] of outcomes.entries()) {
        if (outcome === null) continue;
        tried++;
        const move = some[k]!;
        const own = { moves: [...moves, move], outcome };
        if (movesOn(own, start)) shifting.push(own);
        const before = weaker.get(move) ?? start;
        const isEnough = outcome.holds && !before.holds;
        if (!isEnough && !helps(outcome, before, base)) {
          if (move.stronger !== undefined && isFirst.has(move)) further.push(move.stronger);
          continue;
        }
        helpful.push(own);
        // Where one run holds all goals, the next step is tried only if more runs do not.
        if (move.stronger === undefined || outcome.holds) continue;
        weaker.set(move.stronger, outcome);
        open.unshift(move.stronger);
      }
      // Beside a set that helps, the first steps are enough.
      if (open.length === 0 && helpful.length === 0 && moves.length === 0)
        open.push(...further.splice(0));
    }
    shifting.sort(byWorth);
    return { helpful: helpful.sort(byWorth), shifting, tried, untried: open.length };
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
   * Helpful changes one after the other, those of another variant together, until all goals hold in one run or none helps
   * further; null without any. `isRefined`: there is an answer already, so that only one that is likely is worth the runs.
   */
  private async joined(
    helpful: readonly Tried[],
    base: Outcome,
    isRefined: boolean,
  ): Promise<Tried | null> {
    const pool = [...helpful].sort(byWorth).slice(0, COMBINED);
    let best = pool[0] ?? null;
    for (let size = 1; best !== null && !best.outcome.holds && size < SIZE; size++) {
      const { moves, outcome }: Tried = best;
      const sets = pool
        .filter((own) => areApart(own.moves, moves))
        .map((own) => [...moves, ...own.moves]);
      const outcomes = await this.runs(sets, 1);
      const next = outcomes
        .flatMap((made, k) => (made === null ? [] : [{ moves: sets[k]!, outcome: made }]))
        .sort(byWorth)[0];
      if (next === undefined || !helps(next.outcome, outcome, base)) break;
      best = next;
      // At this pace the changes that may still be added are not enough.
      const gained = outcome.penalty - next.outcome.penalty;
      if (isRefined && gained * (SIZE - size - 1) < next.outcome.penalty) break;
    }
    return best;
  }

  /** More changes to the best of some sets, until all goals hold in one run; null if none helps. */
  private async further(starts: readonly Tried[], base: Outcome): Promise<Tried | null> {
    let best = starts[0]!;
    for (const start of starts.slice(0, STARTS)) {
      if (best.outcome.holds) break;
      const own = await raised(start, (sets) => this.spared(sets));
      if (byOutcome(own.outcome, best.outcome) < 0) best = own;
    }
    while (!best.outcome.holds && best.moves.length < SIZE && best.moves.length > 0) {
      const { helpful } = await this.screened(best, base, this.reserve);
      if (helpful[0] === undefined) break;
      best = helpful[0];
    }
    return best.moves.length === 0 ? null : best;
  }

  /** Runs that an answer needs to be made small and confirmed. */
  private get reserve(): number {
    return (SIZE + 1) * this.by.replications;
  }

  private spared(sets: readonly Moves[]): Promise<readonly (Outcome | null)[]> {
    return this.left - sets.length < this.reserve ? Promise.resolve([]) : this.runs(sets, 1);
  }

  /** A set with all replications, and what is not needed left out; null if it is one of the single changes. */
  private async madeSmall({ moves }: Tried, singles: readonly Tried[]): Promise<Tried | null> {
    if (singles.some((own) => own.moves === moves)) return null;
    const outcome = await this.one(moves, this.by.replications);
    if (outcome === null) return null;
    return outcome.holds ? this.smallest({ moves, outcome }) : { moves, outcome };
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

/**
 * The changes to join: all where none is enough yet; else those that cost next to nothing, if several of them may be cheaper
 * than each that is enough.
 */
function joinable(
  helpful: readonly Tried[],
  holding: readonly Tried[],
  part: Tried | null,
): readonly Tried[] {
  const enough = [...holding, ...(part === null ? [] : [part])];
  if (enough.length === 0) return helpful;
  const least = Math.min(...enough.map(costOf));
  return helpful.filter((own) => 2 * costOf(own) < least && costOf(own) <= SMALL);
}

/** Cost of a change that a release needs only while it lasts. */
const SMALL = 1;
