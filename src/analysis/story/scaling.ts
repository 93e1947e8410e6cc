import type { Ns } from '../../kernel/time.js';
import { holdBack } from '../../spec/probes.js';
import { INSTANCE_STATE, JOURNAL } from '../../spec/record.js';
import type { RunRecord } from '../../spec/record.js';
import type { StoryEvent } from '../../spec/result-cascade.js';
import { BARE } from './unseen.js';
import type { VariantData } from '../measure/variant-data.js';
import { count, moment, plural } from '../../text/words.js';

/** Changes in one direction without one in the other, or a long pause, between them. */
interface Run {
  readonly isUp: boolean;
  readonly firstNs: Ns;
  readonly before: number;
  lastNs: Ns;
  after: number;
  steps: number;
  /** When the last of those that came was ready; Infinity = not in this run. */
  readyNs: Ns;
}

/** Looks without a change behind which the next one is told by itself. */
const PAUSE = 4;
/** How many of a component are told; the last one tells how many there were besides. */
const RUNS_MAX = 4;

/** Components whose autoscaler changes how many instances there are, from the end of the warm-up on. */
export function scalingEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  return plan.components.flatMap((component, id) => {
    if (component.autoscaling === null) return [];
    const runs = runsOf({ plan }, record, id);
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
    steps === 1 ? '' : ` in ${count(steps)} steps, the last one at ${moment(lastNs / 1e9)}`;
  const words = `from ${count(before)} to ${plural(after, 'replica')}${how}`;
  if (!isUp) return words;
  if (readyNs === Infinity) return `${words}; not all of them ready in this run`;
  // A moment, as `later` would be read as behind the last step.
  return readyNs === firstNs ? words : `${words}; all of them ready at ${moment(readyNs / 1e9)}`;
}

/** Times are from the end of the warm-up on. */
function runsOf({ plan }: Pick<VariantData, 'plan'>, record: RunRecord, id: number): Run[] {
  const { initial, probes, autoscaling } = plan.components[id];
  const pauseNs = PAUSE * autoscaling!.syncNs;
  const { timeNs, kind, subject, value } = record.journal;
  const ready = holdBack(probes) ? INSTANCE_STATE.ready : INSTANCE_STATE.up;
  const runs: Run[] = [];
  /** Of those that are to come: the run that wanted them. */
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
    // Places that are empty from the beginning on.
    if (!isUp && at === -plan.warmupNs && plan.instances[subject[k]].index >= initial) continue;
    const before = there;
    there += isUp ? 1 : -1;
    if (at < 0) continue;
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
