import { partName } from '../../contracts/plan/names.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import type {
  InterventionRole,
  UnseenHarm,
  UnseenIntervention,
  UnseenKind,
} from '../../contracts/result/counterfactual.js';
import { sumCells } from '../measure/sums.js';
import { wholeRun } from '../measure/window.js';
import { CAUSE, estimateOf, faultProof } from './counterfactual.js';
import { allOf, keyOf, mean, nothingOf, type BySet, type FaultSet } from './fault-sets.js';
import type { Trial } from './interventions.js';

/** Meters that count what goes wrong without any failed request, by kind of its event. */
const METERS: Readonly<Record<UnseenKind, readonly string[]>> = {
  unsettled: ['stuck', 'inconsistent', 'lost'],
  lost: ['lostEffects'],
  repeated: ['duplicateEffects'],
  deadLettered: ['deadLettered'],
  stale: ['staleReads'],
  backlog: ['waiting', 'lag', 'outbox.rows'],
};
const KINDS: ReadonlySet<StoryEvent['kind']> = new Set(
  Object.keys(METERS) as readonly UnseenKind[],
);

/** Something that goes wrong and that no request shows. */
export type Unseen = Pick<UnseenHarm, 'kind' | 'subject'>;

/** What goes wrong in a run without a failed request, each kind once for each subject. */
export function unseenOf(events: readonly StoryEvent[]): readonly Unseen[] {
  const found = new Map<string, Unseen>();
  for (const { kind, subject } of events) {
    if (isUnseen(kind)) found.set(`${kind} ${subject}`, { kind, subject });
  }
  return [...found.values()];
}

/**
 * What the faults of a plan, and other changes, have to do with each of these. `runs`: by set of faults, the records of
 * its runs. `blamed`: the faults that the account blames.
 */
export function unseenProofs(
  plan: Plan,
  unseen: readonly Unseen[],
  runs: BySet<readonly RunRecord[]>,
  blamed: FaultSet,
  trials: readonly Trial[],
): readonly UnseenHarm[] {
  return unseen.map((one) => {
    const counts = new Map(
      [...runs].map(([key, records]) => [key, records.map((record) => countOf(plan, record, one))]),
    );
    const proof = faultProof(plan, counts, blamed);
    const usual = counts.get(keyOf(allOf(plan.faults.length)))!;
    const hasFault = proof.harm - proof.background >= CAUSE * proof.harm;
    const interventions = trials.map(({ intervention, records }): UnseenIntervention => {
      const own = records.map((record) => countOf(plan, record, one));
      const averted = estimateOf(own.map((value, run) => usual[run] - value));
      const { kind, subject, resource, cause, setting, remedy, words, part } = intervention;
      const beside = !hasFault ? 'cause' : part === 'loop' ? 'sustainer' : 'remedy';
      const role = changeRole(averted.value ?? 0, proof.harm, beside);
      return {
        kind,
        subject,
        ...(resource !== undefined && { resource }),
        words,
        ...(setting !== undefined && { setting }),
        ...(remedy !== undefined && { remedy }),
        ...(cause !== undefined && { cause }),
        harm: mean(own),
        averted,
        role,
      };
    });
    return { ...one, ...proof, interventions };
  });
}

/** The role of a change by the part of the harm that it averts; `decisive`: of one that averts most of it. */
function changeRole(averted: number, harm: number, decisive: InterventionRole): InterventionRole {
  if (Math.abs(averted) <= nothingOf(harm).mean) return 'none';
  if (averted < 0) return 'protection';
  return averted < CAUSE * harm ? 'part' : decisive;
}

/** How much goes wrong in one run: a number of sagas, messages or reads; of a backlog its mean length. */
export function countOf(plan: Plan, record: RunRecord, { kind, subject }: Unseen): number {
  const { cells, lengthNs } = wholeRun(plan);
  const own = record.meters.filter((meter) => subjectOf(plan, meter) === subject);
  const names = METERS[kind].filter((name) => own.some((meter) => meter.name === name));
  // A message that a handler works on does not wait, where both are measured.
  const counted = kind === 'backlog' ? names.slice(0, 1) : names;
  return own.reduce((sum, meter) => {
    if (!counted.includes(meter.name)) return sum;
    if (meter.form === 'counter') return sum + sumCells(meter.counts, cells);
    return meter.form === 'gauge' ? sum + sumCells(meter.area, cells) / lengthNs : sum;
  }, 0);
}

function isUnseen(kind: StoryEvent['kind']): kind is UnseenKind {
  return KINDS.has(kind);
}

function subjectOf(plan: Plan, { name, component, part }: MeterRecord): string {
  const own = plan.components[component].name;
  if (name === 'outbox.rows') return `${own}.outbox`;
  return part < 0 ? own : partName(plan, part);
}
