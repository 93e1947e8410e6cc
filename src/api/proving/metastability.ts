import { storiesOf } from '../../analysis/story/cascade.js';
import { provenVerdict, stuckOf, type Stuck } from '../../analysis/story/metastable-proof.js';
import type { Ns } from '../../kernel/time.js';
import { spansIn } from '../../analysis/measure/faulted.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { variantData } from '../../analysis/measure/variant-data.js';
import { wholeRun } from '../../analysis/measure/window.js';
import { FAILS, failingTail } from '../../analysis/verdicts/failing-time.js';
import type { Trial } from '../../analysis/verdicts/interventions.js';
import type { Intervention, Source } from '../../plan/interventions/kind.js';
import { loopCut, type LoopCut, type Rerun } from '../../plan/interventions/loop-cut.js';
import { loadPaused } from '../../plan/interventions/pause.js';
import { expiries, passingRises, triggerEnd } from '../../plan/interventions/trigger.js';
import { withFaults } from '../../plan/without.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { CascadeResult } from '../../contracts/result/cascade.js';
import type { MetastabilityProof } from '../../contracts/result/counterfactual.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { formatSeconds } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** A variant, and how its usual runs end. */
export interface Ended {
  readonly variant: Variant;
  readonly cascade: CascadeResult;
}

/** The time at the end of a run in which users fare well or not. */
const TAIL_NS = 20e9;
/** The load pauses for this time, or for this share of the rest of the run if that is longer. */
const PAUSE_NS = 20e9;
const PAUSE_SHARE = 0.1;
/** From this share of the usual failures on users still fail. */
const AS_BEFORE = 0.5;

/** The runs that may prove a verdict. */
interface MetastabilityRuns {
  readonly stuck: Stuck;
  /** `needsOwn`: the trigger is more than faults. */
  readonly withoutTrigger: Rerun;
  readonly needsOwn: boolean;
  /** The rise of the load, or the expiry of entries, that is the whole trigger. */
  readonly held: Intervention | null;
  readonly loopCut: LoopCut | null;
  readonly loadPaused: Rerun | null;
}

/** null where there is nothing to prove, no trigger is known, or no time is left after it in which to prove it. */
export function metastabilityRuns(
  source: Source,
  ended: Ended,
  usual: readonly RunRecord[],
): MetastabilityRuns | null {
  const { plan } = source;
  const { cascade } = ended;
  const stuck = stuckOf(cascade);
  if (stuck === null || (failingTail(plan, usual, TAIL_NS) ?? 0) <= FAILS) return null;
  // Nothing is proven without a trigger.
  const trigger = triggerOf(source, ended, usual);
  if (trigger === null || plan.endNs - trigger.endNs < 2 * TAIL_NS) return null;
  const { changes, endNs } = trigger;
  const restNs = plan.endNs - endNs;
  const pauseNs = Math.max(PAUSE_NS, Math.round(PAUSE_SHARE * restNs));
  const paused = restNs - pauseNs < 2 * TAIL_NS ? null : loadPaused(plan, endNs, pauseNs);
  const words = `after a pause of the load of ${formatSeconds(pauseNs / 1e9)}`;
  const cache = cascade.causes.find(({ kind }) => kind === 'cacheFill')?.subject ?? null;
  return {
    stuck,
    withoutTrigger: withoutTrigger(source, changes),
    needsOwn: changes.length > 0,
    held: plan.faults.length === 0 && changes.length === 1 ? changes[0]! : null,
    loopCut: loopCut(source, { ...stuck, cache }, endNs),
    loadPaused: paused === null ? null : { words, plan: paused },
  };
}

/** What starts the trouble besides faults, and when it is over. */
interface Trigger {
  readonly changes: readonly Intervention[];
  readonly endNs: Ns;
}

/** Faults and rises of the load that pass; without them, entries of a cache that expire. null without any. */
function triggerOf(
  { plan }: Source,
  { variant, cascade }: Ended,
  usual: readonly RunRecord[],
): Trigger | null {
  const rises = passingRises(plan);
  if (plan.faults.length + rises.length > 0) {
    const data = variantData(variant, plan, usual, wholeRun(plan));
    const faultsNs = plan.faults.flatMap((fault) =>
      usual.flatMap((record) => spansIn(data, fault, record).map(({ untilNs }) => untilNs)),
    );
    const endNs = triggerEnd(plan, faultsNs);
    return endNs === null ? null : { changes: rises, endNs };
  }
  const changes = expiries(plan);
  const first = cascade.events.find(({ kind }) => DEGRADATIONS.includes(kind));
  if (changes.length === 0 || first === undefined) return null;
  return { changes, endNs: plan.warmupNs + Math.round(first.at * 1e9) };
}

/** Without any fault, and with these changes. */
function withoutTrigger(source: Source, changes: readonly Intervention[]): Rerun {
  const { faults } = source.plan;
  const start = withFaults(source.plan, () => false);
  const plan = changes.reduce((own, one) => one.apply({ ...source, plan: own }), start);
  const without = faults.length === 1 ? ['without the fault'] : ['without the faults'];
  const words = changes.map((one) => one.words);
  return { words: list([...(faults.length > 0 ? without : []), ...words]), plan };
}

/** The records of these runs; null = they were not made. */
interface MetastabilityRecords {
  readonly usual: readonly RunRecord[];
  readonly withoutTrigger: readonly RunRecord[] | null;
  readonly loopCut: readonly RunRecord[] | null;
  readonly loadPaused: readonly RunRecord[] | null;
}

/** What the runs say about the verdict. */
export function metastabilityProof(
  runs: MetastabilityRuns,
  records: MetastabilityRecords,
  plan: Plan,
  { variant }: Ended,
): MetastabilityProof {
  const usual = failingTail(plan, records.usual, TAIL_NS) ?? 0;
  const fare = (rerun: Rerun | null, own: readonly RunRecord[] | null): boolean | null => {
    const share = rerun === null || own === null ? null : failingTail(rerun.plan, own, TAIL_NS);
    if (share === null) return null;
    if (share <= FAILS) return true;
    return share >= AS_BEFORE * usual ? false : null;
  };
  const after = (
    rerun: Rerun | null,
    own: readonly RunRecord[] | null,
  ): MetastabilityProof['loopCut'] => {
    const isWell = fare(rerun, own);
    return isWell === null ? null : { words: rerun!.words, users: isWell ? 'recovers' : 'stays' };
  };
  const isHealthy = fare(runs.withoutTrigger, records.withoutTrigger);
  // Users may also fail for a reason that is no overload.
  const isKnown =
    isHealthy === true ||
    (isHealthy === false &&
      areOverloaded(variant, runs.withoutTrigger.plan, records.withoutTrigger!));
  const found = {
    withoutTrigger: !isKnown
      ? null
      : {
          words: runs.withoutTrigger.words,
          users: isHealthy === true ? ('healthy' as const) : ('fails' as const),
        },
    loopCut: after(runs.loopCut, records.loopCut),
    loadPaused: after(runs.loadPaused, records.loadPaused),
  };
  const { verdict } = runs.stuck;
  const isCut = found.loopCut?.users === 'recovers';
  const outlasts = runs.loopCut?.outlasts === true && isCut;
  const proven = provenVerdict(verdict, {
    withoutTrigger: found.withoutTrigger?.users ?? null,
    // A cache that has lost its entries keeps users failing without any repeated call.
    loopCut: plan.caches.length > 0 && !isCut ? null : (found.loopCut?.users ?? null),
    loadPaused: outlasts ? null : (found.loadPaused?.users ?? null),
  });
  return { usual: verdict, ...proven, ...found };
}

/** An open proof, settled by a run without one of the loops after which users are served as usual at the end. */
export function settledBy(
  proof: MetastabilityProof,
  trials: readonly Trial[],
  plan: Plan,
): MetastabilityProof {
  const { usual, withoutTrigger } = proof;
  if (proof.proof !== 'open' || withoutTrigger?.users !== 'healthy') return proof;
  const cut = trials.find(
    ({ intervention, records }) =>
      intervention.part === 'loop' && (failingTail(plan, records, TAIL_NS) ?? 1) <= FAILS,
  );
  if (cut === undefined) return proof;
  const loopCut = { words: cut.intervention.words, users: 'recovers' as const };
  // This loop may outlast a pause of the load.
  const reruns = { withoutTrigger: withoutTrigger.users, loopCut: loopCut.users, loadPaused: null };
  return { ...proof, ...provenVerdict(usual, reruns), loopCut };
}

function areOverloaded(variant: Variant, plan: Plan, records: readonly RunRecord[]): boolean {
  const stories = storiesOf(variantData(variant, plan, records, wholeRun(plan)));
  return 2 * stories.filter(({ verdict }) => verdict === 'overloaded').length > stories.length;
}
