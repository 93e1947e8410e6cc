import {
  brokenBudget,
  exploredBudgets,
  judgeExplored,
  sentenceOfExplored,
  type ExploredRuns,
  type Judged,
  type Splitted,
} from '../../analysis/explore.js';
import type { Span } from '../../analysis/measure/window.js';
import { withFaults } from '../../plan/without.js';
import { isFailure } from '../../report/view/budget-words.js';
import { isStopped } from '../../run/run.js';
import type { ExploredFault, ExploredVariant, FoundSet } from '../../contracts/result/explore.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import type { ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { Execute } from '../execute.js';
import { unlessOver, type Watcher } from '../searching.js';
import type { Candidates } from './candidates.js';
import type { Dish } from './menu.js';
import { hunt, type Trial } from './search.js';

/** Inputs of the exploration of a variant. */
interface Exploring {
  readonly file: ScenarioFile;
  readonly variant: Variant;
  readonly menu: readonly Dish[];
  /** From the end of the warm-up. */
  readonly span: Span;
  /** The faults of the file are active, too. */
  readonly withFaults: boolean;
  /** Largest size of a set. */
  readonly size: number;
  /** Most runs, all replications together. */
  readonly maxRuns: number;
  readonly watcher: Watcher;
}

/** Explores one variant with the faults of its menu, whose runs `execute` makes. */
export function explored(
  by: Exploring,
  candidates: Candidates,
  execute: Execute,
): Promise<ExploredVariant> {
  const budgets = exploredBudgets(by.file.budgets, by.variant.name, by.withFaults);
  return new Explorer(by, candidates, budgets, execute).explore();
}

/** The result of the runs of a set. */
interface Verdicts extends Pick<Judged, 'budgets' | 'lost'> {
  readonly trial: Trial;
}

class Explorer {
  private readonly by: Exploring;
  private readonly candidates: Candidates;
  private readonly budgets: Splitted;
  private readonly execute: Execute;
  private readonly replications: number;
  private readonly workloads: ReadonlySet<string>;
  private runs = 0;

  constructor(by: Exploring, candidates: Candidates, budgets: Splitted, execute: Execute) {
    this.by = by;
    this.candidates = candidates;
    this.budgets = budgets;
    this.execute = execute;
    this.replications = by.variant.scenario.run.replications;
    this.workloads = workloadsOf(budgets.judged, by.variant);
  }

  async explore(): Promise<ExploredVariant> {
    const { by, candidates, budgets } = this;
    const found = new Map<string, Verdicts>();
    const [healthy] = await this.judged([[]]);
    const broken = healthy!.budgets.filter(isFailure);
    const places = [...new Set(candidates.all.map(({ place }) => place))];
    const isUsed = (place: string): boolean => healthy!.trial.used.has(place);
    const head = {
      name: by.variant.name,
      span: { from: by.span.fromNs / 1e9, until: by.span.untilNs / 1e9 },
      menu: by.menu.map(({ name, strength }) => (strength === '' ? name : `${name}=${strength}`)),
      withFaults: by.withFaults,
      budgets: budgets.judged.map(({ text }) => text),
      leftOut: budgets.leftOut,
      broken: broken.map((budget) => brokenBudget(budget, budget)),
      places: places.filter(isUsed),
      impossible: candidates.impossible,
    };
    if (broken.length > 0) {
      const nothing = { latent: [], unused: [], sets: [], tried: [], undecided: 0, untried: 0 };
      return { ...head, ...nothing, runs: this.runs };
    }
    const most = Math.max(0, Math.floor(by.maxRuns / this.replications) - 1);
    const reached = new Set<string>();
    let done = 0;
    const caught = await hunt({
      places: candidates.all.map(({ place }) => place),
      healthy: healthy!.trial,
      size: by.size,
      most,
      isOver: () => by.watcher.isOver(),
      ask: async (sets) => {
        const ends = await unlessOver(this.judged(sets, healthy!.budgets), [], by.watcher);
        ends.forEach((end, i) => {
          found.set(sets[i]!.join(), end);
          for (const place of end.trial.used) reached.add(place);
        });
        by.watcher.onDone((done += ends.length), most);
        return ends.map(({ trial }) => trial);
      },
    });
    by.watcher.onEnd();
    const sets = await this.told(caught.sets, found, healthy!.budgets);
    const others = places.filter((place) => !isUsed(place) && !place.includes('->'));
    const { tallies: tried, open: undecided, untried } = caught;
    return {
      ...head,
      latent: others.filter((place) => reached.has(place)),
      unused: others.filter((place) => !reached.has(place)),
      sets,
      tried,
      undecided,
      untried,
      ...(by.watcher.isOver() && { interrupted: true }),
      runs: this.runs,
    };
  }

  /** The found sets with what they break, by size, then by the share of the requests that fail. */
  private async told(
    sets: readonly (readonly number[])[],
    found: ReadonlyMap<string, Verdicts>,
    healthy: readonly BudgetResult[],
  ): Promise<readonly FoundSet[]> {
    const ranked = sets
      .map((set) => ({ set, ...found.get(set.join())! }))
      .sort((a, b) => a.set.length - b.set.length || b.lost - a.lost);
    const told: FoundSet[] = [];
    for (const { set, budgets, lost } of ranked) {
      const isTold = told.length < TOLD && !this.by.watcher.isOver();
      const runs = isTold ? await unlessOver(this.records([set], 1), null, this.by.watcher) : null;
      told.push({
        faults: set.map((index) => faultOf(this.candidates.all[index]!)),
        lost,
        broken: budgets.filter(isFailure).map((own) =>
          brokenBudget(
            own,
            healthy.find(({ text }) => text === own.text),
          ),
        ),
        sentence: runs === null ? '' : sentenceOfExplored(runs[0]!),
      });
    }
    return told;
  }

  private async judged(
    sets: readonly (readonly number[])[],
    healthy: readonly BudgetResult[] = [],
  ): Promise<readonly Verdicts[]> {
    const all = await this.records(sets, this.replications);
    return all.map((runs) => {
      const isWhole = runs.records.length > 0 && !runs.records.some(isStopped);
      if (!isWhole) return { trial: UNFINISHED, budgets: [], lost: 0 };
      const own = judgeExplored(runs, this.budgets.judged, this.workloads);
      return { trial: trialOf(own, healthy), budgets: own.budgets, lost: own.lost };
    });
  }

  private async records(
    sets: readonly (readonly number[])[],
    count: number,
  ): Promise<readonly ExploredRuns[]> {
    const { by } = this;
    const plans = sets.map((set) => this.planOf(set));
    const rows = await this.execute(plans, count);
    this.runs += sets.length * count;
    const { warmupNs } = this.candidates.plan;
    const span = { fromNs: warmupNs + by.span.fromNs, untilNs: warmupNs + by.span.untilNs };
    return plans.map((plan, i) => {
      const { variant } = this.candidates;
      return { variant, plan, records: rows[i]!, span };
    });
  }

  /** The plan with the faults of a set, and with those of the file if they are asked for. */
  private planOf(set: readonly number[]) {
    const { plan, all } = this.candidates;
    const ids = new Set(set.map((index) => all[index]!.fault.id));
    const tried = new Set(all.map(({ fault }) => fault.id));
    return withFaults(plan, (index) => {
      const { id } = plan.faults[index]!;
      return tried.has(id) ? ids.has(id) : this.by.withFaults;
    });
  }
}

/** Most sets whose spread is described. */
const TOLD = 20;

/** Runs that a guard stopped prove nothing, and larger sets are not tried from them. */
const UNFINISHED: Trial = { end: 'open', used: new Set(), strain: 0 };

function trialOf({ budgets, used }: Judged, healthy: readonly BudgetResult[]): Trial {
  const isOpen = budgets.some(({ verdict }) => verdict === 'inconclusive');
  const end = budgets.some(isFailure) ? 'breaks' : isOpen ? 'open' : 'holds';
  const strain = Math.max(
    0,
    ...budgets.map((own) => {
      const before = healthy.find(({ text }) => text === own.text)?.value ?? null;
      const { value, limit } = own;
      if (value === null || limit === null || before === null || limit === before) return 0;
      return Math.min(1, (value - before) / (limit - before));
    }),
  );
  return { end, used, strain };
}

function faultOf({ place, words, yaml }: ExploredFault): ExploredFault {
  return { place, words, yaml };
}

/** The workloads that the budgets are about; all of them if a budget is about something else. */
function workloadsOf(budgets: readonly BudgetSource[], { scenario }: Variant): ReadonlySet<string> {
  const all = [...scenario.workloads.keys()];
  const named = new Set<string>();
  for (const { expression } of budgets) {
    const { subject } = expression.metric;
    if (subject.kind !== 'component' || !scenario.workloads.has(subject.at.component)) {
      return new Set(all);
    }
    named.add(subject.at.component);
  }
  return named;
}
