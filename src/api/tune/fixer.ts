import {
  judgeTuned,
  missedIn,
  sentenceOf,
  troubleOf,
  failuresOf,
  type TuningRuns,
} from '../../analysis/tune.js';
import { exploredBudgets, type Splitted } from '../../analysis/explore.js';
import { slowLimits } from '../../analysis/verdicts/harm.js';
import { compile } from '../../plan/compile.js';
import { withFaults } from '../../plan/without.js';
import {
  beforeText,
  valueText,
  wholeOf,
  type SettingChange,
} from '../../scenario/tuning/change.js';
import { differences } from '../../scenario/tuning/differences.js';
import type { Move } from '../../scenario/tuning/moves.js';
import { settingsOf } from '../../scenario/tuning/settings.js';
import { plannedOver, type Planned } from '../../scenario/tuning/over.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type {
  FixedVariant,
  TunedRuns,
  TunedSet,
  TunedSetting,
  UnheldBudget,
} from '../../contracts/result/fix.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { OptionError } from '../errors.js';
import type { Execute } from '../execute.js';
import type { Prepared } from '../prepare.js';
import type { SearchRuns } from '../searching.js';
import { checked } from './checks.js';
import { raisable } from './limits.js';
import { nearFirst } from './near.js';
import type { Tried } from './outcome.js';
import { tuned, type Found } from './search.js';
import type { Moves } from './smallest.js';
import { Runner, Trials, type Nearest, type Shown } from './trials.js';
import { withNeeds } from './with-needs.js';
import { variantWith } from './variant-with.js';

/** Inputs of the search for settings. */
export interface FixInputs {
  readonly prepared: Prepared;
  /** The variants of which the first that breaks a budget is changed. */
  readonly variants: readonly Variant[];
  /** Paths of the settings that may change; null = all. */
  readonly over: readonly string[] | null;
  /** Most runs, all replications together. */
  readonly maxRuns: number;
  readonly runs: SearchRuns;
}

/** The result of a search, and the changes of its answer. */
export interface Fixed {
  readonly fixed: FixedVariant;
  readonly plan: Plan;
  readonly changes: readonly SettingChange[];
}

/** Searches the smallest change with which a variant holds its budgets. */
export async function fixVariant(by: FixInputs): Promise<Fixed> {
  const { prepared, variants, runs } = by;
  checkOver(by);
  const plans = variants.map((variant) => compile(variant, prepared.file));
  return runs.run(plans, (execute) => new Fixer(by, execute).fix(plans));
}

/** Refuses a path of `over` before the first run, if no variant has a number there. */
function checkOver({ prepared, variants, over }: FixInputs): void {
  if (over === null) return;
  const problems = variants.map(({ name }) => plannedIn(prepared, name, over).problem);
  if (problems.every((problem) => problem !== null)) refuseOver(prepared, over, problems[0]!);
}

function plannedIn({ texts }: Prepared, variant: string, over: readonly string[]): Planned {
  const { written } = texts.get(variant)!;
  return plannedOver(settingsOf(written), written, over);
}

function refuseOver({ path }: Prepared, over: readonly string[], problem: string): never {
  throw new OptionError(`${path}: ${problem}`, { option: 'over', found: over.join(', ') });
}

/** The runs of a variant as it is. */
interface Usual extends TuningRuns {
  readonly trials: Trials;
  /** The same without the faults; null if it has none. */
  readonly calm: TunedRuns | null;
  readonly budgets: Splitted['judged'];
  readonly leftOut: Splitted['leftOut'];
}

class Fixer {
  private readonly by: FixInputs;
  private readonly runner: Runner;

  constructor(by: FixInputs, execute: Execute) {
    this.by = by;
    this.runner = new Runner({ execute, isOver: () => by.runs.isOver() });
  }

  async fix(plans: readonly Plan[]): Promise<Fixed> {
    const usual = await this.broken(plans);
    const { variant, trials, leftOut, plan } = usual;
    const { base } = trials;
    const head = { name: variant.name, base, leftOut };
    if (base.holds)
      return { fixed: { ...head, ...NOTHING, runs: this.runner.done }, plan, changes: [] };
    this.runner.isReportable = true;
    const { moves, settings } = this.moves(usual);
    const others = this.others(variant);
    const found = await this.search(usual, moves, others);
    this.by.runs.onEnd();
    const answer = found.answer === null ? null : setOf(found.answer);
    const fixed: FixedVariant = {
      ...head,
      answer,
      others: found.others
        .map(setOf)
        .filter((own) => isTelling(own, base))
        .slice(0, OTHERS),
      partOf: partOf(found, others),
      ...(found.isCut && { cut: true }),
      ...(await this.remains(usual, found)),
      ...(await this.checks(usual, found)),
      settings,
      tried: found.tried,
      untried: found.untried,
      runs: this.runner.done,
      ...(this.by.runs.isOver() && { interrupted: true }),
    };
    return { fixed, plan, changes: wholeOf(found.answer?.moves ?? []) };
  }

  /** The first variant that breaks a budget; the first of all if none does. */
  private async broken(plans: readonly Plan[]): Promise<Usual> {
    let first: Usual | null = null;
    for (const [k, plan] of plans.entries()) {
      const usual = await this.usual(this.by.variants[k]!, plan);
      if (!usual.trials.base.holds) return usual;
      first ??= usual;
    }
    return first!;
  }

  private async usual(variant: Variant, plan: Plan): Promise<Usual> {
    const { prepared } = this.by;
    const count = variant.scenario.run.replications;
    const { judged: budgets, leftOut } = exploredBudgets(prepared.file.budgets, variant.name, true);
    const [own, calm] = await this.runner.records(
      [plan, ...(plan.faults.length === 0 ? [] : [withFaults(plan, () => false)])],
      count,
    );
    const runs: TuningRuns = { variant, plan, records: own! };
    const limits = slowLimits(plan, calm ?? own!);
    const trials = new Trials(prepared, runs, { budgets, limits }, this.runner);
    const judging = { budgets, limits, usual: failuresOf(runs) };
    return {
      ...runs,
      trials,
      budgets,
      leftOut,
      calm: calm === undefined ? null : judgeTuned({ variant, plan, records: calm }, judging),
    };
  }

  /** The changes to try, those near the trouble first. */
  private moves(usual: Usual): Pick<ReturnType<typeof nearFirst>, 'moves' | 'settings'> {
    const { prepared, over } = this.by;
    const { name } = usual.variant;
    if (over === null) {
      const { written } = prepared.texts.get(name)!;
      const near = nearFirst(settingsOf(written), usual.plan, troubleOf(usual));
      return { ...near, moves: near.moves.map((one) => withNeeds(one, prepared, usual.plan)) };
    }
    const { moves, problem } = plannedIn(prepared, name, over);
    if (problem !== null) refuseOver(prepared, over, problem);
    return { moves, settings: new Set(moves.map(({ path }) => path)).size };
  }

  private search(usual: Usual, moves: Moves, others: readonly Other[]): Promise<Found> {
    const { maxRuns, over } = this.by;
    const most = maxRuns - Math.min(CHECKS, Math.floor(CHECKED * maxRuns));
    return tuned({
      moves,
      known: over === null ? others.map(({ moves: own }) => own) : [],
      replications: usual.variant.scenario.run.replications,
      left: () => Math.max(0, most - this.runner.done),
      isOver: () => this.by.runs.isOver(),
      ask: async (sets, count) => {
        const outcomes = await usual.trials.of(sets, count);
        this.show();
        return outcomes.map((own) =>
          own === null ? null : { ...own, full: raisable(own.limits, moves, usual.plan) },
        );
      },
    });
  }

  /** The answer under other conditions. */
  private async checks(
    { trials, variant, budgets }: Usual,
    { answer }: Found,
  ): Promise<Pick<FixedVariant, 'checks' | 'unchecked'>> {
    if (answer?.outcome.holds !== true) return { checks: [], unchecked: 0 };
    const { prepared } = this.by;
    const found = await checked({
      prepared,
      variant: variant.name,
      moves: answer.moves,
      budgets,
      replications: variant.scenario.run.replications,
      judge: trials.judge,
      left: () => this.by.maxRuns - this.runner.done,
      isOver: () => this.by.runs.isOver(),
      onCheck: () => this.show(),
    });
    this.by.runs.onEnd();
    return found;
  }

  private show(): void {
    this.by.runs.onDone(this.runner.done, this.by.maxRuns);
  }

  /** The budgets that no change holds, and how the failure goes with the change that comes closest. */
  private async remains(
    { trials, calm, variant, plan, records }: Usual,
    { answer }: Found,
  ): Promise<Pick<FixedVariant, 'unheld' | 'remains'>> {
    if (answer?.outcome.holds === true) return { unheld: [], remains: null };
    const runs = answer === null ? trials.base : (answer.outcome as Shown).runs;
    const unheld = missedIn(runs).map((k): UnheldBudget => {
      const own = trials.base.budgets[k]!;
      const isAnew = !missedIn(trials.base).includes(k);
      const isOpen = answer !== null && (runs.budgets[k]!.margin ?? 0) > 0;
      const known = isAnew || isOpen ? brokenBy(runs, answer!, k) : trials.nearest.get(k);
      // The first run alone, without a change, is no better than all of them.
      const near = known?.moves.length === 0 && !known.isHeld ? undefined : known;
      return {
        text: own.text,
        name: own.name,
        unit: own.unit,
        now: own.value,
        best: near?.value ?? null,
        with: near === undefined ? null : wholeOf(near.moves).map(settingOf),
        isHeld: near?.isHeld !== true ? null : near.areAll ? 'once' : 'alone',
        holdsCalm: calm === null ? null : !missedIn(calm).includes(k),
      };
    });
    const made = answer === null ? null : variantWith(this.by.prepared, variant.name, answer.moves);
    const [again = []] = made === null ? [] : await this.runner.records([made.plan], 1);
    const shown = made === null || again.length === 0 ? { variant, plan, records } : made;
    const sentence = sentenceOf('records' in shown ? shown : { ...shown, records: again });
    return { unheld, remains: sentence };
  }

  /** The changes that make the other variants with the same load and the same faults. */
  private others({ name: own }: Variant): readonly Other[] {
    const { texts, file } = this.by.prepared;
    const from = texts.get(own)!.patched;
    return file.variants.flatMap(({ name }) => {
      const { settings, others } = differences(from, texts.get(name)!.patched);
      if (others.length > 0 || settings.length === 0) return [];
      return [{ variant: name, moves: settings.map((one): Move => ({ ...one, effort: 1 })) }];
    });
  }
}

/** A budget that holds as the file is, or with a change: beyond its limit on the right side with it, or only without it. */
function brokenBy({ budgets }: TunedRuns, { moves: own }: Tried, k: number): Nearest {
  const { value, margin } = budgets[k]!;
  const isUndecided = (margin ?? 0) > 0;
  const moves = isUndecided ? own : [];
  return { value, margin, isHeld: true, areAll: isUndecided, moves };
}

/** Share of the runs that the search leaves for the checks of its answer, and the most of them. */
const CHECKED = 0.3;
const CHECKS = 60;
/** Most changes that are printed beside the answer. */
const OTHERS = 2;
/** Share of the failures above which a change that does not hold the budgets is worth a line. */
const TELLING = 0.05;

/** Whether a change is worth a line: it holds the budgets, or averts a part of the failures beyond chance. */
function isTelling({ holds, averted: { value, ci95 } }: TunedSet, base: TunedRuns): boolean {
  return holds || (value > TELLING * base.failed && (ci95 === null || ci95[0] > 0));
}

const NOTHING = {
  answer: null,
  others: [],
  partOf: null,
  unheld: [],
  remains: null,
  checks: [],
  unchecked: 0,
  settings: 0,
  tried: 0,
  untried: 0,
} as const;

function settingOf(move: SettingChange): TunedSetting {
  return { path: move.path, from: beforeText(move), to: valueText(move) };
}

function setOf({ moves, outcome }: Tried): TunedSet {
  return { settings: wholeOf(moves).map(settingOf), ...(outcome as Shown).runs };
}

/** Another variant as changes of the one that is changed. */
interface Other {
  readonly variant: string;
  readonly moves: Moves;
}

/** The variant of whose changes the answer consists, if it does. */
function partOf({ answer }: Found, others: readonly Other[]): FixedVariant['partOf'] {
  if (answer === null) return null;
  const paths = answer.moves.map(({ path, value }) => [path, value === null] as const);
  const whole = others.find(({ moves }) =>
    paths.every(([path, isGone]) =>
      moves.some((own) => own.path === path && (own.value === null) === isGone),
    ),
  );
  return whole === undefined ? null : { variant: whole.variant, of: whole.moves.length };
}
