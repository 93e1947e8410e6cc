import type { Counterfactuals, MetastabilityProof } from '../../contracts/result/counterfactual.js';
import { stuckOf } from '../../analysis/story/metastable-proof.js';
import { budgetProofs, holdsBudgets, type Judge } from '../../analysis/verdicts/budget-proofs.js';
import { CAUSE, type FaultProof } from '../../analysis/verdicts/counterfactual.js';
import {
  blamedOf,
  everySet,
  faultSearch,
  suspectsOf,
  type Suspects,
} from '../../analysis/verdicts/fault-search.js';
import {
  allOf,
  keyOf,
  likenessOf,
  mean,
  presumed,
  type BySet,
  type FaultSet,
  type Likeness,
} from '../../analysis/verdicts/fault-sets.js';
import { failingSteps, failingTime } from '../../analysis/verdicts/failing-time.js';
import {
  failedOf,
  harmOf,
  isUnharmed,
  leastLimits,
  limitsByName,
  slowLimits,
  type SlowLimits,
} from '../../analysis/verdicts/harm.js';
import {
  avertedShare,
  interventionResults,
  meanPrice,
  withoutWeaker,
  type Trial,
  type Usual,
} from '../../analysis/verdicts/interventions.js';
import { countOf, unseenOf, unseenProofs } from '../../analysis/verdicts/unseen-harm.js';
import { calmAlerts } from '../../analysis/measure/alert-results.js';
import { twinOf } from '../../analysis/measure/twin.js';
import type { Twin } from '../../contracts/result/twin.js';
import type { Intervention, Source } from '../../plan/interventions/kind.js';
import { withFaults } from '../../plan/without.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { changesOf, trialsOf, type Change } from './changes.js';
import { eventsOf, ProofEvents, ROOM } from './events.js';
import { metastabilityProof, metastabilityRuns, settledBy, type Ended } from './metastability.js';
import { proofOf } from './of-faults.js';
import { delaysOf } from './responders.js';
import { firstOf, isByFaults, isEnough, isFreeing, isSame, isTelling } from './signs.js';

/** Runs plans with the first replications; null for a plan whose runs a guard ended. */
export type RunPlans = (
  plans: readonly Plan[],
  replications: number,
) => Promise<readonly (readonly RunRecord[] | null)[]>;

/** A variant that is run again. */
export interface Subject {
  readonly source: Source;
  /** Its usual runs. */
  readonly records: readonly RunRecord[];
  /** Ids of the faults that the account blames, the one with the largest part of the harm first. */
  readonly blamed: readonly string[];
  /** What may be worth a run, most promising first. */
  readonly candidates: readonly Intervention[];
  /** How its usual runs end. */
  readonly ended: Ended;
  /** Judges its budgets, if it breaks any. */
  readonly judge: Judge;
  /**
   * Its runs are limited to about this share of the events of the usual runs, beyond which only runs begin without which
   * no cause is known; null = no limit.
   */
  readonly share: number | null;
}

/** Most causes, and most settings, that a proof tries if its runs are limited; and if not, but faults are the cause. */
const FEW = 8;
const REMEDIES = 12;
/** With this many replications or more, interventions run once before all of them; only telling ones run again. */
const MANY = 3;
/** Plans that prove why a variant stays down. */
const STUCK_PLANS = 3;
/** Sets of faults that usually settle which of them matter. */
const FAULT_PLANS = 3;

/**
 * Runs a variant again, with possible causes taken away. All decisions depend on the records only, so that the number
 * of threads changes nothing. null if the runs without faults did not end.
 */
export async function prove(subject: Subject, run: RunPlans): Promise<Counterfactuals | null> {
  return new Proof(subject, run).make();
}

class Proof {
  /** Replications of each plan, and their usual runs. */
  private readonly replications: number;
  private readonly usual: readonly RunRecord[];
  private readonly suspects: Suspects;
  private readonly events: ProofEvents;
  private runs = 0;
  private readonly plan: Plan = this.subject.source.plan;

  constructor(
    private readonly subject: Subject,
    private readonly runPlans: RunPlans,
  ) {
    const { records, candidates, share } = subject;
    const all = records.length;
    const faults = this.plan.faults.length;
    const events = eventsOf(records);
    this.suspects = suspectsOf(this.plan, subject.blamed);
    this.events = new ProofEvents(events, share);
    const stuck = stuckOf(subject.ended.cascade) === null ? 0 : STUCK_PLANS;
    const sets = Math.min(FAULT_PLANS, (1 << Math.min(faults, FAULT_PLANS)) - 1);
    // Other values of settings use what is left; the causes have all replications before them.
    const causes = candidates.filter(({ part }) => part !== 'setting').length;
    const planned = Math.max(1, sets + stuck + Math.min(FEW, causes));
    const affordable = Math.floor(
      (all * this.events.decisive) / (ROOM * planned * Math.max(1, events)),
    );
    this.replications = share === null ? all : Math.max(1, Math.min(all, affordable));
    this.usual = records.slice(0, this.replications);
    this.events.expect(eventsOf(this.usual));
  }

  async make(): Promise<Counterfactuals | null> {
    const { plan, usual } = this;
    const withoutFaults = await this.faults();
    if (withoutFaults === null) return null;
    const { proof: seen, limits: known, twin, none, found } = withoutFaults;
    const hasFault = seen !== null && isByFaults(seen);
    const calm = none === null ? null : calmAlerts(none);
    const { metastability, trial } = await this.metastability(none);
    const goes = unseenOf(this.subject.ended.cascade.events);
    const unseenIn = (record: RunRecord): number =>
      goes.reduce((sum, one) => sum + countOf(plan, record, one), 0);
    const first = { plan, records: usual, limits: known, hasFault, unseen: unseenIn };
    const made = [...(trial === null ? [] : [trial]), ...withoutFaults.beside];
    const trials = await this.trials(first, made);
    const [ofMessages, ofRequests] = [true, false].map((wanted) =>
      trials.filter(({ intervention }) => (intervention.isUnseen ?? false) === wanted),
    );
    // Where the runs without faults are as slow, they do not show what is slow.
    const isShown = none !== null && !isUnharmed(plan, usual, known);
    const limits = isShown
      ? known
      : leastLimits(plan, [usual, none ?? [], ...ofRequests!.map(({ records }) => records)]);
    const blamed = blamedOf(this.suspects);
    const proof = none === null || isShown ? seen : proofOf(plan, found, limits, blamed);
    const harms = usual.map((record) => harmOf(plan, record, limits));
    const harm = mean(harms);
    const failed = mean(usual.map((record) => failedOf(plan, record)));
    const unseen = unseenProofs(plan, goes, found, blamed, ofMessages!);
    const budgets = budgetProofs(plan, this.subject.judge, usual, found, trials);
    return {
      ...(proof ?? { harm, failed, background: harm, backgroundFailed: failed, faults: [] }),
      price: meanPrice(plan, usual),
      slow: limitsByName(plan, limits),
      runs: this.runs,
      replications: this.replications,
      failing: failingTime(usual.map((record) => failingSteps(plan, record))),
      interventions: interventionResults(ofRequests!, { ...first, limits }),
      ...(unseen.length > 0 && { unseen }),
      ...(budgets.length > 0 && { budgets }),
      ...(twin !== null && { twin }),
      ...(calm !== null && { calmAlerts: calm }),
      ...(await delaysOf(plan, usual[0]!, this.runPlans)),
      ...(metastability !== null && { metastability: settledBy(metastability, trials, plan) }),
    };
  }

  /** The runs without faults; `proof` is null in a variant that has none. */
  private async faults(): Promise<{
    readonly proof: FaultProof | null;
    readonly limits: SlowLimits;
    readonly twin: Twin | null;
    readonly none: readonly RunRecord[] | null;
    readonly found: BySet<readonly RunRecord[]>;
    /** The trial that ran beside them. */
    readonly beside: readonly Trial[];
  } | null> {
    const { plan, usual } = this;
    const found = new Map<string, readonly RunRecord[]>([
      [keyOf(allOf(plan.faults.length)), usual],
    ]);
    if (plan.faults.length === 0)
      return { proof: null, limits: new Map(), twin: null, none: null, found, beside: [] };
    const remedy = this.remedyBeside();
    const plans = [withFaults(plan, () => false), ...remedy.map((own) => own.plan)];
    const [none, ...others] = await this.run(plans, this.replications, remedy.length);
    if (none === null || none === undefined) return null;
    found.set(keyOf([]), none);
    const beside = trialsOf(remedy, others);
    const limits = slowLimits(plan, none);
    await this.search(none, limits, found);
    if (this.subject.share === null) await this.runSets(everySet(plan.faults.length), found);
    const proof = proofOf(plan, found, limits, blamedOf(this.suspects));
    return { proof, limits, twin: twinOf(plan, none), none, found, beside };
  }

  /** Runs the sets of faults that show which of them matter, to requests and to what no request shows. */
  private async search(
    none: readonly RunRecord[],
    limits: SlowLimits,
    found: Map<string, readonly RunRecord[]>,
  ): Promise<void> {
    const { plan, usual, subject } = this;
    const unseen = unseenOf(subject.ended.cascade.events);
    const measures = [
      (record: RunRecord): number => harmOf(plan, record, limits),
      ...unseen.map(
        (one) =>
          (record: RunRecord): number =>
            countOf(plan, record, one),
      ),
    ];
    const compared = (records: readonly RunRecord[]): Likeness => {
      const each = measures.map((measure) =>
        likenessOf(records.map(measure), usual.map(measure), none.map(measure)),
      );
      return { all: each.every(({ all }) => all), none: each.every((own) => own.none) };
    };
    if (compared(none).all) return;
    const known = new Map<string, Likeness>();
    const questions = faultSearch(plan.faults.length, this.suspects);
    for (let next = questions.next(); next.done !== true && this.isWorth(next.value, known);) {
      await this.runSets(next.value, found);
      const answers: Likeness[] = [];
      for (const key of next.value.map(keyOf)) {
        const records = found.get(key);
        if (records === undefined) return;
        const likeness = compared(records);
        known.set(key, likeness);
        answers.push(likeness);
      }
      next = questions.next(answers);
    }
  }

  /**
   * The most promising remedy, where the run without faults takes all events of a single long run. It runs beside that
   * one: with a thread for each, both take the time of one.
   */
  private remedyBeside(): readonly Change[] {
    if (this.subject.records.length > 1 || !this.events.isForOne()) return [];
    const remedies = this.subject.candidates.filter(({ part }) => part !== 'trigger');
    return changesOf(this.subject.source, remedies.slice(0, 1));
  }

  /** Runs the sets of faults that have not run yet, as far as that is affordable. */
  private async runSets(
    sets: readonly FaultSet[],
    found: Map<string, readonly RunRecord[]>,
  ): Promise<void> {
    const open = sets.filter((set) => !found.has(keyOf(set)));
    for (let from = 0; from < open.length && this.events.isSettleable();) {
      const some = open.slice(from, (from += this.events.atOnce()));
      const kept = some.map((set) => new Set(set));
      const runs = await this.run(
        kept.map((set) => withFaults(this.plan, (index) => set.has(index))),
      );
      some.forEach((set, k) => {
        if (runs[k] !== null) found.set(keyOf(set), runs[k]!);
      });
    }
  }

  /**
   * The runs that say whether a variant that stays down is metastable. That with the rise of the load held is the trial
   * of an intervention too.
   */
  private async metastability(none: readonly RunRecord[] | null): Promise<{
    readonly metastability: MetastabilityProof | null;
    readonly trial: Trial | null;
  }> {
    const { source, ended } = this.subject;
    const runs = metastabilityRuns(source, ended, this.usual);
    if (runs === null) return { metastability: null, trial: null };
    const plans = [runs.needsOwn ? runs.withoutTrigger : null, runs.loopCut, runs.loadPaused];
    const records: (readonly RunRecord[] | null)[] = [];
    for (const rerun of plans) {
      const canRun = this.events.isAffordable(this.events.decisive);
      const own = rerun === null || !canRun ? [null] : await this.run([rerun.plan]);
      records.push(own[0]!);
    }
    const [held, loopCut, loadPaused] = records;
    const withoutTrigger = runs.needsOwn ? held! : none;
    const made = { usual: this.usual, withoutTrigger, loopCut: loopCut!, loadPaused: loadPaused! };
    const trial =
      runs.held === null || held === null ? null : { intervention: runs.held, records: held! };
    return { metastability: metastabilityProof(runs, made, source.plan, ended), trial };
  }

  /**
   * Tries interventions in turn, and stronger ones after those that avert too little. Where faults are the cause the
   * others are only remedies, so a few are enough.
   */
  private async trials(usual: Usual, made: readonly Trial[]): Promise<readonly Trial[]> {
    const isLimited = this.subject.share !== null;
    const most = isLimited ? FEW : usual.hasFault ? REMEDIES : Infinity;
    const trials = [...made, ...(await this.freed())];
    const candidates = this.subject.candidates.filter((own) =>
      trials.every(({ intervention }) => !isSame(intervention, own)),
    );
    const open = [...firstOf(candidates, most)];
    let isKnown = usual.hasFault;
    const { events } = this;
    const holds = ({ records }: Trial) => holdsBudgets(this.subject.judge, records);
    while (open.length > 0 && events.isAffordable(events.limit(isKnown))) {
      for (const trial of await this.batch(
        open.splice(0, events.atOnce(events.limit(isKnown))),
        usual,
      )) {
        trials.push(trial);
        const { stronger, part, isUnseen } = trial.intervention;
        const share = avertedShare(trial, usual);
        // What averts a backlog is no cause of what requests show.
        const isCause = isUnseen !== true && part !== 'setting' && part !== 'policy';
        isKnown ||= share >= CAUSE && isCause;
        if (stronger === undefined || isEnough(trial, share, holds(trial))) continue;
        // A change that helps a little is more likely to help more.
        open.splice(share > 0.1 ? 0 : open.length, 0, stronger);
      }
    }
    return withoutWeaker(trials, usual, (trial) => holds(trial) === true);
  }

  /**
   * A trial of what frees a backlog, with room beyond the events that are left. A run that leaves a backlog has fewer
   * events than one that handles it, so that the run without faults may take what there is, and this change is the answer.
   */
  private async freed(): Promise<readonly Trial[]> {
    const { candidates, ended } = this.subject;
    const freeing = candidates.filter((own) => isFreeing(own, ended.cascade));
    const able = changesOf(this.subject.source, freeing.slice(0, 1));
    if (able.length > 0) this.events.allowOne();
    return this.tried(able, this.replications);
  }

  /** Whether sets of faults are worth their runs: what is presumed otherwise only within the usual events. */
  private isWorth(sets: readonly FaultSet[], known: BySet<Likeness>): boolean {
    const presumptions = presumed(this.plan.faults.length, blamedOf(this.suspects), known);
    const { events } = this;
    return sets.every((set) => presumptions.has(keyOf(set)))
      ? events.isAffordable(events.usual)
      : events.isSettleable();
  }

  private async batch(
    interventions: readonly Intervention[],
    usual: Usual,
  ): Promise<readonly Trial[]> {
    const able = changesOf(this.subject.source, interventions);
    if (this.replications < MANY) return this.tried(able, this.replications);
    const first = await this.tried(able, 1);
    const telling = first.filter((trial) => isTelling(trial, usual));
    const again = able.filter((own) =>
      telling.some(({ intervention }) => intervention === own.intervention),
    );
    const all = this.events.isRepeatable() ? await this.tried(again, this.replications) : [];
    return first.map(
      (trial) => all.find(({ intervention }) => intervention === trial.intervention) ?? trial,
    );
  }

  private async tried(changes: readonly Change[], replications: number): Promise<readonly Trial[]> {
    const runs = await this.run(
      changes.map(({ plan }) => plan),
      replications,
    );
    return trialsOf(changes, runs);
  }

  /** Runs plans within the events that are left; the last ones, `beside`, have room of their own. */
  private async run(
    plans: readonly Plan[],
    replications = this.replications,
    beside = 0,
  ): Promise<readonly (readonly RunRecord[] | null)[]> {
    if (plans.length === 0) return [];
    const share = this.events.share(plans.length * replications, beside);
    const own = plans.map((plan) => ({
      ...plan,
      traceShare: 0,
      maxEvents: Math.min(plan.maxEvents, share),
    }));
    const runs = await this.runPlans(own, replications);
    for (const records of runs.slice(0, runs.length - beside)) {
      this.events.spend(records === null ? share * replications : eventsOf(records));
    }
    this.runs += plans.length * replications;
    return runs;
  }
}
