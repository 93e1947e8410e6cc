import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { list, plural } from '../../text/words.js';
import { risesOf } from './held-load.js';
import type { Intervention, InterventionKind } from './kind.js';
import { withComponent } from './processes.js';
import { EARLY, has, isBlamed, isWorse } from './signs.js';

/**
 * All components with an autoscaler begin with the instances that it gives them in the run, and keep it. They begin so
 * together, because one that stays small holds up the others.
 */
export const start: InterventionKind = {
  kind: 'start',
  of: (plan) =>
    plan.components.flatMap((own) =>
      follows(own) ? [withInstances(plan, own, ({ instances }) => instances)] : [],
    ),
  worth: (variant, own, plan) =>
    isBlamed(variant, own) || own.subject === firstInTrouble(variant, plan) ? 0.97 : 0,
  fitting: (variant, { subject }, plan) => {
    const own = plan.components.find(({ name }) => name === subject)!;
    return withInstances(plan, own, (component) => peakOf(variant, component));
  },
};

/** The same, where messages wait from the start until the consumers of them have grown: no request shows it. */
export const startOfConsumers: InterventionKind = {
  ...start,
  isUnseen: true,
  worth: ({ cascade: { events } }, { subject }, plan) => {
    const grown = events.find((own) => own.kind === 'scaledUp' && own.subject === subject);
    const waiting = events.find(({ kind }) => kind === 'backlog');
    if (grown === undefined || waiting === undefined) return 0;
    return waiting.at < Math.min(grown.at, firstChange(events, plan)) ? 0.97 : 0;
  },
};

/** `pay starts with 1 instance, too few for the load`. */
export function fewAtStart({ name, initial }: PlanComponent): string {
  return `${name} starts with ${plural(initial, 'instance')}, too few for the load`;
}

/** Whether an autoscaler gives a component more instances where it needs them. */
function follows({ autoscaling, versions, initial, instances }: PlanComponent): boolean {
  const isFollowing = autoscaling !== null && autoscaling.kind !== 'scheduled';
  return isFollowing && versions === null && initial < instances;
}

function withInstances(
  plan: Plan,
  subject: PlanComponent,
  count: (component: PlanComponent) => number,
): Intervention {
  const begun = plan.components.flatMap((own, id) => {
    const initial = count(own);
    return follows(own) && initial > own.initial ? [{ name: own.name, id, initial }] : [];
  });
  const each = begun.map(({ name, initial }) => `${plural(initial, 'instance')} of ${name}`);
  return {
    kind: 'start',
    subject: subject.name,
    part: 'condition',
    changesReplicas: true,
    cause: fewAtStart(subject),
    words: `with ${list(each)} from the start`,
    apply: ({ plan: source }) =>
      begun.reduce((own, { id, initial }) => withComponent(own, id, () => ({ initial })), source),
  };
}

/** The most instances of a component in the run. */
function peakOf({ timeline }: VariantResult, { name, instances, initial }: PlanComponent): number {
  const up = timeline.series[name]?.up ?? [];
  return Math.min(instances, Math.ceil(Math.max(initial, ...up)));
}

/** When the first fault begins, or the load rises, in seconds; Infinity without either. */
function firstChange(events: VariantResult['cascade']['events'], { loads }: Plan): number {
  const rises = loads.flatMap(({ arrivals }) => risesOf(arrivals));
  const faults = events.filter(({ kind }) => kind === 'fault').map(({ at }) => at);
  return Math.min(...faults, ...rises.map(({ atNs }) => atNs / 1e9));
}

/** The first component that degrades and grows, if that is before anything has changed; null otherwise. */
function firstInTrouble(variant: VariantResult, plan: Plan): string | null {
  const { events } = variant.cascade;
  const changed = firstChange(events, plan);
  const grown = events.find(({ kind }) => kind === 'scaledUp');
  const first = events.find(isWorse);
  if (first === undefined || first.at >= Math.min(changed, grown?.at ?? 0)) return null;
  // Slight trouble shortly before a change of the load is not that of the start.
  const { step, steps } = variant.timeline;
  if (changed < Infinity && first.at > EARLY * step * steps) return null;
  const grows = ({ subject }: { readonly subject: string }): boolean =>
    has(variant, subject, ['scaledUp']);
  return events.find((event) => isWorse(event) && grows(event))?.subject ?? grown!.subject;
}
