import { FAILED_SOME } from '../measure/goodput.js';
import type { PlanFault } from '../../spec/plan.js';
import type { StoryEvent, CascadeResult } from '../../spec/result-cascade.js';
import { touchedBy } from '../measure/faulted.js';
import type { Episode } from './health.js';
import type { Scene } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import type { Story } from '../measure/story.js';
import { stepAt } from '../measure/steps.js';
import { UNSEEN } from './unseen-kinds.js';
import type { VariantData } from '../measure/variant-data.js';
import { list } from '../../text/words.js';

/** Steps between the start of a fault and that of an illness that begins with it, known to the step. */
const HURT_SLACK = 2;

/**
 * Faults that hurt no user: no chain of influences leads from their targets to an ill request of a user. That none was
 * found is no proof where users are hurt: then a fault is innocent only when another one explains it, when the users'
 * trouble began before the fault did, or when all of it began as another fault did. Nor is it innocent of what no
 * request shows: messages that pile up, reads that turn stale, sagas that break while it lasts.
 */
export function innocentFaults(
  scene: Scene,
  influences: readonly { readonly from: string; readonly to: string }[],
  users: Story['users'],
  events: readonly StoryEvent[],
): CascadeResult['innocent'] {
  const { data, lanes, health, baseline } = scene;
  const ills = (lane: Lane): readonly Episode[] =>
    (health.get(lane)?.episodes ?? []).filter((episode) => episode.until > baseline);
  const requests = lanes.filter(
    (lane) => lane.workers === 0 && data.requests.includes(lane.parts[0]),
  );
  const hurt = requests.filter((lane) => ills(lane).length > 0);
  const goals = new Set(hurt.map(({ name }) => name));
  const targetsOf = (fault: PlanFault): readonly Lane[] => {
    const touched = touchedBy(fault, data);
    return lanes.filter(
      (lane) =>
        touched.components.has(lane.component) ||
        touched.workloads.has(lane.component) ||
        lane.parts.some((part) => isEnd(data, touched.stats, part)),
    );
  };
  const namesOf = (fault: PlanFault): string[] => targetsOf(fault).map(({ name }) => name);
  const { faults } = data.plan;
  const times = timesOf(
    scene,
    hurt.flatMap((lane) => ills(lane).map(({ from }) => from)),
  );
  // A version that has everything and hurts nobody is no cause of what comes later.
  const isPast = (fault: PlanFault): boolean => fault.rollout !== null && !times.hurtWithin(fault);
  const guilty = new Set(
    faults.filter((fault) => !isPast(fault) && reaches(namesOf(fault), goals, influences)),
  );
  if (hurt.length === 0 && failsMore(users)) return [];
  const suspects = suspectsOf(scene, events);
  const isInnocent = (fault: PlanFault): boolean =>
    !guilty.has(fault) &&
    !suspects.has(fault) &&
    (guilty.size > 0 || isPast(fault) || !times.hurtSince(fault) || times.beganWithOthers(fault));
  const reasonOf = (fault: PlanFault): string => {
    if (hurt.length === 0) return 'no user request degraded';
    if (isPast(fault)) return 'no user request degraded while it lasted';
    if (guilty.size === 0) {
      return times.hurtSince(fault)
        ? 'the trouble of the users began as another fault did'
        : 'users were in trouble before it began';
    }
    const where = list(namesOf(fault).slice(0, 3));
    if (targetsOf(fault).some((lane) => ills(lane).length > 0))
      return `the trouble of ${where} reached no user request`;
    return `${where === '' ? 'its target' : where} never degraded`;
  };
  return faults.filter(isInnocent).map((fault) => ({ fault: fault.id, reason: reasonOf(fault) }));
}

/**
 * Faults that hurt no user in more than half of the runs in which they strike, or of all where they never do, each with
 * the reason of the first of these.
 */
export function innocentInMost(stories: readonly Story[]): Story['innocent'] {
  const ids = new Set(stories.flatMap(({ innocent }) => innocent.map(({ fault }) => fault)));
  return [...ids].flatMap((id) => {
    const struck = stories.filter(({ events }) =>
      events.some(({ kind, subject }) => kind === 'fault' && subject === id),
    );
    const asked = struck.length > 0 ? struck : stories;
    const entries = asked.flatMap(({ innocent }) => innocent.filter(({ fault }) => fault === id));
    return 2 * entries.length > asked.length ? [entries[0]] : [];
  });
}

/** Faults that last as something begins that no request shows; where none does, the one that was over last. */
function suspectsOf(
  { data, steps, spansOf }: Scene,
  events: readonly StoryEvent[],
): ReadonlySet<PlanFault> {
  const { faults, warmupNs } = data.plan;
  const spans = faults.flatMap((fault) => spansOf(fault).map((span) => ({ fault, ...span })));
  // An onset is known to the step: a step later a fault may just be over.
  const [slackNs] = steps.lengthNs;
  const found = events
    .filter(({ kind }) => UNSEEN.has(kind))
    .flatMap(({ at }) => {
      const atNs = warmupNs + Math.round(at * 1e9);
      const begun = spans.filter(({ fromNs }) => fromNs <= atNs);
      const last = begun.reduce((latest, { untilNs }) => Math.max(latest, untilNs), 0);
      return begun.filter(({ untilNs }) => untilNs + slackNs >= Math.min(atNs, last));
    });
  return new Set(found.map(({ fault }) => fault));
}

interface Times {
  /** Some trouble of the users began with the fault, or later. */
  hurtSince(fault: PlanFault): boolean;
  /** Some of it began while the fault lasted. */
  hurtWithin(fault: PlanFault): boolean;
  /** All of it began with faults, and none with this one. */
  beganWithOthers(fault: PlanFault): boolean;
}

/** What the times tell; `onsets`: the steps in which the troubles of the users began. */
function timesOf({ data, steps, spansOf }: Scene, onsets: readonly number[]): Times {
  const startsOf = (fault: PlanFault): readonly number[] =>
    spansOf(fault).map(({ fromNs }) => stepAt(steps, fromNs));
  const beginsAt = (fault: PlanFault, onset: number): boolean =>
    startsOf(fault).some((start) => Math.abs(onset - start) <= HURT_SLACK);
  return {
    hurtSince: (fault) =>
      onsets.some((onset) => onset >= Math.min(...startsOf(fault)) - HURT_SLACK),
    hurtWithin: (fault) =>
      spansOf(fault).some(({ fromNs, untilNs }) =>
        onsets.some(
          (onset) =>
            onset >= stepAt(steps, fromNs) - HURT_SLACK &&
            onset <= stepAt(steps, untilNs) + HURT_SLACK,
        ),
      ),
    beganWithOthers: (fault) =>
      onsets.every((onset) => {
        const begun = data.plan.faults.filter((each) => beginsAt(each, onset));
        return begun.length > 0 && !begun.includes(fault);
      }),
  };
}

/** More of the users' requests fail than before the first fault. */
export function failsMore({ finished, failed, usualFailed }: Story['users']): boolean {
  return failed > (usualFailed + FAILED_SOME) * finished;
}

/** Either end of a measured edge that a fault hits. */
function isEnd(data: VariantData, stats: ReadonlySet<number>, part: number): boolean {
  for (const stat of stats) {
    const { from, to } = data.plan.statEdges[stat];
    if (from === part || to === part) return true;
  }
  return false;
}

function reaches(
  from: readonly string[],
  goals: ReadonlySet<string>,
  influences: readonly { readonly from: string; readonly to: string }[],
): boolean {
  const seen = new Set(from);
  const open = [...from];
  for (;;) {
    const name = open.pop();
    if (name === undefined) return false;
    if (goals.has(name)) return true;
    for (const influence of influences) {
      if (influence.from !== name || seen.has(influence.to)) continue;
      seen.add(influence.to);
      open.push(influence.to);
    }
  }
}
