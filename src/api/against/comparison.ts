import { storedFiguresOf, type SideFigures } from '../../analysis/against/figures.js';
import { sideFiguresOf } from '../../analysis/against/summary.js';
import { rowsOf, sharedFigures } from '../../analysis/against/rows.js';
import { staysWorse } from '../../analysis/against/verdict.js';
import { looksOf, type Look } from '../../stats/looks.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { AgainstRow } from '../../contracts/result/against.js';
import type { Result } from '../../contracts/result/result.js';
import { wholeRuns, type Execute } from '../execute.js';
import { lookByLook } from '../look-by-look.js';
import type { Prepared } from '../prepare.js';
import { unlessOver, untraced, type SearchRuns } from '../searching.js';
import { pairsOf, type Pair } from './pairs.js';

/** Inputs of a comparison. */
export interface Comparing {
  readonly here: Prepared;
  readonly there: Prepared | Result;
  /** Replications of the first look. */
  readonly first: number;
  /** Most runs, both sides together. */
  readonly maxRuns: number;
  readonly runs: SearchRuns;
}

/** A pair with what its runs show. */
interface ComparedPair extends Pair {
  readonly isIdentical: boolean;
  readonly rows: readonly AgainstRow[];
}

/** The runs of both sides, by variant; `there` is null for a stored result. */
export interface Compared {
  readonly pairs: readonly ComparedPair[];
  readonly here: readonly (readonly RunRecord[])[];
  readonly there: readonly (readonly RunRecord[])[] | null;
  readonly looks: readonly Look[];
  readonly isInterrupted: boolean;
}

/** Runs both sides with the same random numbers, look by look, until all is decided or one figure is worse. */
export function compared(by: Comparing): Promise<Compared> {
  const own = new Comparison(by);
  return by.runs.run(own.plans, (execute) => own.run(execute));
}

/** Whether the other side is a result, which has no runs. */
export function isStored(there: Prepared | Result): there is Result {
  return 'engine' in there;
}

class Comparison {
  /** Every plan that runs. */
  readonly plans: readonly Plan[];
  private readonly pairs: readonly Pair[];
  private readonly here: RunRecord[][];
  private readonly there: RunRecord[][] | null;
  /** By pair: its rows so far. */
  private readonly rows = new Map<Pair, readonly AgainstRow[]>();
  /** Figures over all pairs: they share the error of a look. */
  private figures = 0;

  constructor(private readonly by: Comparing) {
    const { here, there } = by;
    const stored = isStored(there);
    this.pairs = pairsOf(
      here.plans.map((plan) => ({ name: plan.variant, plan })),
      stored
        ? there.variants.map(({ name }) => ({ name, plan: null }))
        : there.plans.map((plan) => ({ name: plan.variant, plan })),
    );
    this.here = here.plans.map(() => []);
    this.there = stored ? null : there.plans.map(() => []);
    const twins = new Set(this.pairs.flatMap((pair) => (pair.isSame ? [pair.there] : [])));
    const others = stored ? [] : there.plans.filter((_, i) => !twins.has(i));
    this.plans = [...here.plans, ...others];
  }

  async run(execute: Execute): Promise<Compared> {
    const { by, plans } = this;
    const { first, there, runs: watcher } = by;
    const looks = isStored(there)
      ? looksOf(there.replications, there.replications)
      : looksOf(first, Math.floor(by.maxRuns / plans.length));
    const most = plans.length * looks.at(-1)!.replications;
    let done = 0;
    let isInterrupted = false;
    await lookByLook(looks, async (look) => {
      const isFirst = look === looks[0];
      const open = isFirst ? null : this.open();
      if (open?.length === 0) return 'enough';
      const runs = this.extended(open, look.replications, execute);
      const made = isFirst ? await runs : await unlessOver(runs, null, watcher);
      if (made === null) {
        isInterrupted = true;
        return 'enough';
      }
      done += made;
      watcher.onDone(done, most);
      this.judge(open ?? this.pairs, look.error);
      isInterrupted = watcher.isOver();
      return isInterrupted || this.isWorse() ? 'enough' : 'more';
    });
    watcher.onEnd();
    return {
      pairs: this.pairs.map((pair) => ({
        ...pair,
        isIdentical: this.isIdentical(pair),
        rows: this.rows.get(pair)!,
      })),
      here: this.here,
      there: this.there,
      looks,
      isInterrupted,
    };
  }

  /** Pairs with an undecided figure. */
  private open(): readonly Pair[] {
    return this.pairs.filter((pair) =>
      this.rows.get(pair)!.some(({ verdict }) => verdict === 'unknown'),
    );
  }

  private isWorse(): boolean {
    return [...this.rows.values()].some(staysWorse);
  }

  /** Runs these pairs up to this number of replications, or of all variants; returns the number of runs. */
  private async extended(
    pairs: readonly Pair[] | null,
    until: number,
    execute: Execute,
  ): Promise<number> {
    const { here, there } = this.by;
    const known = pairs?.[0] === undefined ? 0 : this.here[pairs[0].here]!.length;
    const jobs: { readonly plan: Plan; readonly into: readonly RunRecord[][] }[] = [];
    const others = new Map<number, RunRecord[][]>();
    here.plans.forEach((plan, i) => {
      const pair = this.pairs.find((one) => one.here === i);
      if (pairs !== null && (pair === undefined || !pairs.includes(pair))) return;
      const twin = pair?.isSame === true ? [this.there![pair.there]!] : [];
      jobs.push({ plan, into: [this.here[i]!, ...twin] });
      if (pair !== undefined && !pair.isSame) others.set(pair.there, []);
    });
    if (!isStored(there)) {
      there.plans.forEach((plan, i) => {
        const pair = this.pairs.find((one) => one.there === i);
        const isAsked = pairs === null ? pair?.isSame !== true : others.has(i);
        if (isAsked) jobs.push({ plan, into: [this.there![i]!] });
      });
    }
    const count = until - known;
    const plans = untraced(jobs.map(({ plan }) => plan));
    // A run that a guard stops has no figures to compare.
    const rows = await wholeRuns(plans, count, { execute, path: here.path }, known);
    rows.forEach((records, i) => {
      for (const list of jobs[i]!.into) list.push(...records);
    });
    return jobs.length * count;
  }

  private judge(pairs: readonly Pair[], error: number): void {
    const sides = pairs.map((pair) => this.sides(pair));
    this.figures ||= sides.reduce(
      (sum, [there, here], i) =>
        sum + (this.isIdentical(pairs[i]!) ? 0 : sharedFigures(there, here).length),
      0,
    );
    pairs.forEach((pair, i) => {
      const before = this.rows.get(pair) ?? [];
      const [there, here] = sides[i]!;
      const rows = rowsOf(there, here, error / Math.max(1, this.figures));
      // What an earlier look has decided stays: that look has spent its error.
      const kept = rows.map((row) => {
        const old = before.find(({ figure }) => figure === row.figure);
        const isKept = row.verdict === 'unknown' && old !== undefined && old.verdict !== 'unknown';
        return isKept ? old : row;
      });
      this.rows.set(pair, kept);
    });
  }

  private sides(pair: Pair): readonly [there: SideFigures, here: SideFigures] {
    const { here, there } = this.by;
    const side = ({ file, plans }: Prepared, i: number, records: readonly RunRecord[]) =>
      sideFiguresOf({ variant: file.variants[i]!, plan: plans[i]!, records });
    const own = side(here, pair.here, this.here[pair.here]!);
    if (pair.isSame) return [own, own];
    if (isStored(there)) return [storedFiguresOf(there.variants[pair.there]!.summary), own];
    return [side(there, pair.there, this.there![pair.there]!), own];
  }

  private isIdentical({ here, there, isSame }: Pair): boolean {
    if (isSame) return true;
    const others = this.there?.[there];
    if (others === undefined) return false;
    return this.here[here]!.every(({ digest }, i) => digest === others[i]?.digest);
  }
}
