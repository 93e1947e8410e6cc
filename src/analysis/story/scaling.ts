import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { holdBack } from '../../contracts/plan/probes.js';
import { INSTANCE_STATE, JOURNAL, type RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { BARE } from './unseen.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** Consecutive changes in one direction, without a change in the other or a long pause between them. */
interface Run {
  readonly isUp: boolean;
  readonly firstNs: Ns;
  readonly before: number;
  lastNs: Ns;
  after: number;
  steps: number;
  /** Time at which the last of the new instances was ready; Infinity = not in this run. */
  readyNs: Ns;
}

/** Autoscaler periods without a change, after which the next change is a new event. */
const PAUSE = 4;
/** Most events of a component; the last one says how many were left out. */
const RUNS_MAX = 4;

/** Events of autoscalers that change the number of instances, from the end of the warm-up. */
export function scalingEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  return plan.components.flatMap((component, id) => {
    if (component.autoscaling === null) return [];
    const isRolled = (component.versions?.rollout ?? null) !== null;
    const runs = isRolled ? decisionsOf(plan, record, id) : runsOf({ plan }, record, id);
    return runs.slice(0, RUNS_MAX).map((run, index) => {
      const left = index === RUNS_MAX - 1 ? runs.length - RUNS_MAX : 0;
      const more = left === 0 ? '' : `; ${plural(left, 'later change')} besides`;
      return {
        ...BARE,
        at: run.firstNs / 1e9,
        kind: run.isUp ? ('scaledUp' as const) : ('scaledDown' as const),
        subject: component.name,
        text: `${textOf(run)}${more}`,
      };
    });
  });
}

function textOf({ isUp, before, after, steps, firstNs, lastNs, readyNs }: Run): string {
  const how =
    steps === 1
      ? ''
      : ` in ${formatCount(steps)} steps, the last one at ${formatInstant(lastNs / 1e9)}`;
  const words = `from ${formatCount(before)} to ${plural(after, 'replica')}${how}`;
  if (!isUp) return words;
  if (readyNs === Infinity) return `${words}; not all of them ready in this run`;
  // A time, because `later` would mean after the last step.
  return readyNs === firstNs
    ? words
    : `${words}; all of them ready at ${formatInstant(readyNs / 1e9)}`;
}

/**
 * Changes of the desired number beside a rollout, which adds and removes instances too. Whether the new instances are
 * ready is part of the rollout.
 */
function decisionsOf(plan: Plan, record: RunRecord, id: number): Run[] {
  const { initial, autoscaling } = plan.components[id];
  const pauseNs = PAUSE * autoscaling!.syncNs;
  const { timeNs, kind, subject, value } = record.journal;
  const runs: Run[] = [];
  let there = initial;
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.desired || subject[k] !== id) continue;
    const at = timeNs[k];
    const before = there;
    there = value[k];
    if (at < 0) continue;
    const isUp = there > before;
    let run = runs[runs.length - 1];
    if (run === undefined || run.isUp !== isUp || at - run.lastNs > pauseNs) {
      run = { isUp, firstNs: at, lastNs: at, before, after: there, steps: 0, readyNs: at };
      runs.push(run);
    }
    run.steps++;
    run.lastNs = at;
    run.after = there;
  }
  return runs;
}

/** When the first instances that an autoscaler adds are ready, from the end of the warm-up; -Infinity without any. */
export function firstGrowthNs(data: VariantData, record: RunRecord, id: number): Ns {
  const [first] = runsOf(data, record, id, -data.plan.warmupNs);
  return first?.isUp === true ? first.readyNs : -Infinity;
}

/** The changes from a time on. Times count from the end of the warm-up. */
function runsOf(
  { plan }: Pick<VariantData, 'plan'>,
  record: RunRecord,
  id: number,
  sinceNs: Ns = 0,
): Run[] {
  const { initial, probes, autoscaling } = plan.components[id];
  const pauseNs = PAUSE * autoscaling!.syncNs;
  const { timeNs, kind, subject, value } = record.journal;
  const ready = holdBack(probes) ? INSTANCE_STATE.ready : INSTANCE_STATE.up;
  const runs: Run[] = [];
  /** Instances that are not ready yet, with the change that ordered them. */
  const coming = new Map<number, Run>();
  let there = initial;
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.instance || plan.instances[subject[k]].component !== id) continue;
    const at = timeNs[k];
    if (value[k] === ready) {
      const run = coming.get(subject[k]);
      if (run === undefined) continue;
      coming.delete(subject[k]);
      if (![...coming.values()].includes(run)) run.readyNs = at;
      continue;
    }
    const isUp = value[k] === INSTANCE_STATE.wanted;
    if (!isUp && value[k] !== INSTANCE_STATE.absent) continue;
    // Slots that are empty from the start.
    if (!isUp && at === -plan.warmupNs && plan.instances[subject[k]].index >= initial) continue;
    const before = there;
    there += isUp ? 1 : -1;
    if (at < sinceNs) continue;
    let run = runs[runs.length - 1];
    if (run === undefined || run.isUp !== isUp || at - run.lastNs > pauseNs) {
      const none = { before, after: there, steps: 0, lastNs: -1, readyNs: Infinity };
      runs.push((run = { isUp, firstNs: at, ...none }));
    }
    if (run.lastNs !== at) run.steps++;
    run.lastNs = at;
    run.after = there;
    if (isUp) {
      run.readyNs = Infinity;
      coming.set(subject[k], run);
    } else coming.delete(subject[k]);
  }
  return runs;
}
