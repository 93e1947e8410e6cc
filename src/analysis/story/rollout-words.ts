import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import type { PlanVersions } from '../../contracts/plan/versions.js';
import { answeredIn, courseOf, rolloutOf, type Course } from '../measure/rollouts.js';
import { BARE } from './unseen.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';

const HOW: Readonly<Record<NonNullable<PlanVersions['rollout']>['kind'], string>> = {
  rolling: 'in a rolling update',
  recreate: 'all at once',
  blueGreen: 'blue-green',
  canary: 'as a canary',
};

/** `pricing goes from v1 to v2 as a canary`. */
export function rolloutWords({ plan }: Pick<VariantData, 'plan'>, component: number): string {
  const { name, versions } = plan.components[component];
  const { names, rollout } = versions!;
  return `${name} goes from ${names[0]} to ${names[rollout!.to]} ${HOW[rollout!.kind]}`;
}

/** Result of a rollout that was rolled back, null for others: `v1 serves all traffic again 60 s after the first requests`, and the share that the new one had. */
export function backAgainWords(
  data: VariantData,
  record: RunRecord,
  component: number,
): readonly [words: string, exposed: string] | null {
  const course = courseOf(record, component)!;
  if (course.result !== 'rolledBack') return null;
  const { names, rollout } = data.plan.components[component].versions!;
  const exposed = exposedIn(data, record, component);
  const checks = course.failedNs.length;
  const found = checks === 0 ? '' : `; ${plural(checks, 'check')} failed`;
  const tookNs = course.endedNs - (course.weights[0]?.atNs ?? course.beganNs);
  const words = `${names[0]} serves all traffic again ${formatSeconds(tookNs / 1e9)} after the first requests`;
  return [
    `${words}${found}`,
    `${names[rollout!.to]} answered ${formatShare(exposed)} of the requests`,
  ];
}

/** Share of the requests of a run that the new version answered. */
function exposedIn(data: VariantData, record: RunRecord, component: number): number {
  const counted = (name: string): number => answeredIn(record, component, name, data.whole.cells);
  return counted('next') / Math.max(1, counted('served'));
}

/** Most weights of one rollout that are reported. */
const WEIGHTS_MAX = 4;

/** Events of rollouts, besides their start and their rollback. */
export function rolloutEvents(data: VariantData, record: RunRecord): readonly StoryEvent[] {
  return data.plan.components.flatMap((_, component) => eventsOf(data, record, component));
}

function eventsOf(data: VariantData, record: RunRecord, component: number): StoryEvent[] {
  const rollout = rolloutOf(data, component);
  const course = rollout === null ? null : courseOf(record, component);
  if (rollout === null || course === null) return [];
  const { name, versions } = data.plan.components[component];
  const next = versions!.names[rollout.to];
  const event = (atNs: number, text: string): StoryEvent => ({
    ...BARE,
    at: atNs / 1e9,
    kind: 'rollout',
    subject: name,
    text,
  });
  const byReplicas = rollout.kind === 'canary' && rollout.routing === 'replicas';
  const what = byReplicas ? 'the replicas for ' : '';
  // The last weight is reported as the promotion.
  const isLast = ({ atNs, weight }: Course['weights'][number]): boolean =>
    weight === 1 && course.result === 'promoted' && atNs === course.endedNs;
  const steps = course.weights.filter((own) => own.weight > 0 && !isLast(own));
  const events = steps
    .slice(0, WEIGHTS_MAX)
    .map(({ atNs, weight }) =>
      event(
        atNs,
        `${next} has ${what}${weight === 1 ? 'all' : formatShare(weight)} of the requests from here on`,
      ),
    );
  if (course.heldNs < Infinity) {
    events.push(event(course.heldNs, `a failed check holds ${next} where it is`));
  } else if (rollout.onFailure === 'continue' && course.failedNs.length > 0) {
    const checks = plural(course.failedNs.length, 'failed check');
    events.push(event(course.failedNs[0], `${next} continues despite ${checks}`));
  }
  if (course.result === 'promoted') {
    const took = formatSeconds((course.endedNs - course.beganNs) / 1e9);
    events.push(
      event(course.endedNs, `the rollout to ${next} is complete, ${took} after it began`),
    );
  }
  return events;
}
