import { FAILED_SOME } from '../measure/goodput.js';
import { hitsNothing, isBackground, triggersIn } from '../measure/background.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { StoryEvent, CascadeResult } from '../../contracts/result/cascade.js';
import { touchedBy } from '../measure/faulted.js';
import { boundsOf, isBounded, lowersLoad } from './causes/bounds.js';
import { enablingFaults } from './causes/enabling.js';
import type { Episode } from './health.js';
import type { Lane } from '../measure/lanes.js';
import type { Story } from '../measure/story.js';
import { stepAt } from '../measure/steps.js';
import { usersOf, type Scene } from './scene.js';
import { SUSPICIOUS } from './unseen-kinds.js';
import type { VariantData } from '../measure/variant-data.js';
import { list } from '../../text/words.js';

/** Steps that the start of a degradation may differ from that of the fault that causes it. */
const ONSET_SLACK = 2;

/**
 * Faults that hurt no user: no chain of influences leads from their targets to a degraded user request. Where users
 * are hurt, a missing chain is no proof. Then a fault is innocent only if another one explains the damage, if users
 * degraded before it began, or if all of their degradations began with other faults. A fault is not innocent if it is
 * active when something goes wrong that no request shows: a backlog, stale reads, broken sagas.
 */
export function innocentFaults(
  scene: Scene,
  influences: readonly { readonly from: string; readonly to: string }[],
  users: Story['users'],
  events: readonly StoryEvent[],
  causes: Story['causes'],
): CascadeResult['innocent'] {
  const { data, health, baseline } = scene;
  const degradations = (lane: Lane): readonly Episode[] =>
    (health.get(lane)?.episodes ?? []).filter((episode) => episode.until > baseline);
  const requests = usersOf(scene);
  const degraded = requests.filter((lane) => degradations(lane).length > 0);
  const goals = new Set(degraded.map(({ name }) => name));
  const targetsOf = (fault: PlanFault): readonly Lane[] => lanesHitBy(scene, fault);
  const namesOf = (fault: PlanFault): string[] => targetsOf(fault).map(({ name }) => name);
  const { faults } = data.plan;
  const episodes = degraded.flatMap((lane) => degradations(lane));
  const times = timesOf(scene, episodes);
  // A completed rollout that hurt no user is not the cause of later degradations.
  const isPast = (fault: PlanFault): boolean =>
    fault.rollout !== null && !times.degradedWithin(fault);
  const named = new Set(causes.flatMap(({ fault }) => (fault === undefined ? [] : [fault])));
  const responsible = new Set(faults.filter(({ id }) => named.has(id)));
  if (degraded.length === 0 && isHarmed(users)) return [];
  const suspects = suspectsOf(scene, events);
  const enabling = enablingFaults(scene, causes);
  const isInnocent = (fault: PlanFault): boolean =>
    !responsible.has(fault) &&
    !keepsDown(scene, fault, episodes, causes) &&
    !enabling.has(fault.id) &&
    !suspects.has(fault) &&
    (causes.length > 0 ||
      isPast(fault) ||
      !times.degradedSince(fault) ||
      times.beganWithOtherFaults(fault));
  const reasonOf = (fault: PlanFault): string => {
    if (degraded.length === 0) return 'no user request degraded';
    if (isBackground(fault, data.plan)) return 'it lasts for the entire run';
    if (isPast(fault)) return 'no user request degraded while it lasted';
    const before = times.degradedAt(fault)
      ? 'users were in trouble before it began'
      : 'no user request degraded after it began';
    if (causes.length === 0)
      return times.degradedSince(fault)
        ? 'the trouble of the users began as another fault did'
        : before;
    if (reaches(namesOf(fault), goals, influences))
      return times.degradedSince(fault) ? 'its effect is too small' : before;
    const where = list(namesOf(fault).slice(0, 3));
    if (targetsOf(fault).some((lane) => degradations(lane).length > 0))
      return `the trouble of ${where} reached no user request`;
    return `${where === '' ? 'its target' : where} never degraded`;
  };
  const acting = faults.filter((fault) => !hitsNothing(fault, data.plan));
  return acting.filter(isInnocent).map((fault) => ({ fault: fault.id, reason: reasonOf(fault) }));
}

/**
 * Whether a fault acts while users stay down although all causes are over: behind an open breaker hardly any request
 * shows its effect. One whose strength sets a bound shows.
 */
function keepsDown(
  { data, steps, spansOf, lanes }: Scene,
  fault: PlanFault,
  episodes: readonly Episode[],
  causes: Story['causes'],
): boolean {
  if (causes.length === 0 || isBackground(fault, data.plan) || isBounded(boundsOf(fault)))
    return false;
  const touched = touchedBy(fault, data);
  const isHit = lanes.some((lane) => touched.components.has(lane.component) && lane.workers > 0);
  const ends = causes.map(({ until }) => until ?? Infinity);
  const overNs = data.plan.warmupNs + Math.max(...ends) * 1e9;
  return (
    isHit &&
    spansOf(fault).some(({ fromNs, untilNs }) =>
      episodes.some(
        ({ from, until }) =>
          stepAt(steps, Math.max(fromNs, overNs)) >= from &&
          stepAt(steps, Math.max(fromNs, overNs)) + ONSET_SLACK <
            Math.min(until, stepAt(steps, untilNs)),
      ),
    )
  );
}

/** Components and requests that a fault hits, or the calls of which it hits. */
function lanesHitBy({ data, lanes }: Scene, fault: PlanFault): readonly Lane[] {
  const touched = touchedBy(fault, data);
  return lanes.filter(
    (lane) =>
      touched.components.has(lane.component) ||
      touched.workloads.has(lane.component) ||
      lane.parts.some((part) => isEnd(data, touched.stats, part)),
  );
}

/**
 * Faults that hurt no user in more than half of the runs in which they strike (of all runs, if they never strike),
 * each with the reason from the first of these runs. A fault that the first run clears counts as innocent in a run where
 * it is suspected only of something that the account of the first run does not have.
 */
export function innocentInMost(stories: readonly Story[]): Story['innocent'] {
  const ids = new Set(stories.flatMap(({ innocent }) => innocent.map(({ fault }) => fault)));
  return [...ids].flatMap((id) => {
    const affected = stories.filter(({ events }) =>
      events.some(({ kind, subject }) => kind === 'fault' && subject === id),
    );
    const asked = affected.length > 0 ? affected : stories;
    const entries = asked.flatMap(({ innocent }) => innocent.filter(({ fault }) => fault === id));
    const isCleared = stories[0].innocent.includes(entries[0]);
    const others = asked.filter((story) => isCleared && isElsewhere(story, id, stories[0]));
    return 2 * (entries.length + others.length) > asked.length ? [entries[0]] : [];
  });
}

/** Whether a fault is suspected in one run only of something that goes wrong unseen, and not in the first run. */
function isElsewhere({ events, causes }: Story, id: string, first: Story): boolean {
  const unseen = events.filter(({ kind }) => SUSPICIOUS.has(kind));
  return (
    unseen.length > 0 &&
    unseen.every(
      ({ kind, subject }) =>
        !first.events.some((event) => event.kind === kind && event.subject === subject),
    ) &&
    causes.some(({ fault, share }) => fault === id && share === null)
  );
}

/**
 * Faults that are active when an effect begins that no request shows; if none is, the one that ended last. Those that
 * hit the same components before the effect is over prolong it.
 */
export function suspectsOf(
  { data, steps, spansOf }: Pick<Scene, 'data' | 'steps' | 'spansOf'>,
  events: readonly StoryEvent[],
): ReadonlySet<PlanFault> {
  const { warmupNs } = data.plan;
  const spans = triggersIn(data.plan).flatMap((fault) =>
    spansOf(fault).map((span) => ({ fault, ...span })),
  );
  // An onset is known to the step, so that the fault may be just over.
  const [slackNs] = steps.lengthNs;
  const nsOf = ({ at }: StoryEvent): number => warmupNs + Math.round(at * 1e9);
  const endOf = ({ subject, at }: StoryEvent): number => {
    const end = events.find(
      (one) => one.ends === 'backlog' && one.subject === subject && one.at >= at,
    );
    return end === undefined ? 0 : nsOf(end);
  };
  const hits = (fault: PlanFault): ReadonlySet<number> => touchedBy(fault, data).components;
  const found = events
    .filter(({ kind }) => SUSPICIOUS.has(kind))
    .flatMap((event) => {
      const atNs = nsOf(event);
      const begun = spans.filter(({ fromNs }) => fromNs <= atNs);
      const last = begun.reduce((latest, { untilNs }) => Math.max(latest, untilNs), 0);
      const active = begun.filter(({ untilNs }) => untilNs + slackNs >= Math.min(atNs, last));
      // Less load leaves nothing behind. Its end may, if no other fault is there.
      const others = active.filter(({ fault }) => !lowersLoad(fault));
      const first = others.length > 0 ? others : active;
      const endNs = endOf(event);
      const hit = new Set(first.flatMap(({ fault }) => [...hits(fault)]));
      const further = spans.filter(
        ({ fault, fromNs }) =>
          fromNs > atNs && fromNs < endNs && [...hits(fault)].some((one) => hit.has(one)),
      );
      return [...first, ...further];
    });
  return new Set(found.map(({ fault }) => fault));
}

interface Times {
  /** Some degradation of user requests began with the fault, or later. */
  degradedSince(fault: PlanFault): boolean;
  /** Some of them had begun before the fault, and lasted. */
  degradedAt(fault: PlanFault): boolean;
  /** Some of them began while the fault was active. */
  degradedWithin(fault: PlanFault): boolean;
  /** All of them began with faults, and none with this one. */
  beganWithOtherFaults(fault: PlanFault): boolean;
}

/** Compares faults with the degradations of user requests. */
function timesOf({ data, steps, spansOf }: Scene, episodes: readonly Episode[]): Times {
  const onsets = episodes.map(({ from }) => from);
  const startsOf = (fault: PlanFault): readonly number[] =>
    spansOf(fault).map(({ fromNs }) => stepAt(steps, fromNs));
  const beginsAt = (fault: PlanFault, onset: number): boolean =>
    startsOf(fault).some((start) => Math.abs(onset - start) <= ONSET_SLACK);
  return {
    degradedSince: (fault) =>
      onsets.some((onset) => onset >= Math.min(...startsOf(fault)) - ONSET_SLACK),
    degradedAt: (fault) =>
      startsOf(fault).some((start) =>
        episodes.some(({ from, until }) => from <= start && until > start),
      ),
    degradedWithin: (fault) =>
      spansOf(fault).some(({ fromNs, untilNs }) =>
        onsets.some(
          (onset) =>
            onset >= stepAt(steps, fromNs) - ONSET_SLACK &&
            onset <= stepAt(steps, untilNs) + ONSET_SLACK,
        ),
      ),
    beganWithOtherFaults: (fault) =>
      onsets.every((onset) => {
        const begun = data.plan.faults.filter((each) => beginsAt(each, onset));
        return begun.length > 0 && !begun.includes(fault);
      }),
  };
}

/** Whether more user requests fail than before the first fault. */
export function failsMore({ finished, failed, usualFailed }: Story['users']): boolean {
  return failed > (usualFailed + FAILED_SOME) * finished;
}

/** Whether more responses to users are degraded than before the first fault. */
export function isMakeshift({ finished, degraded, usualDegraded }: Story['users']): boolean {
  return degraded > (usualDegraded + FAILED_SOME) * finished;
}

/** Standard deviations by which the failures of users must exceed their usual number to be more than chance. */
const BEYOND_CHANCE = 3;

/** Whether a fault does users any harm, however little: then the account clears none. */
function isHarmed(users: Story['users']): boolean {
  const usual = users.usualFailed * users.finished;
  return isMakeshift(users) || users.failed > usual + BEYOND_CHANCE * Math.sqrt(usual);
}

/** Whether a part is either end of a measured edge that a fault hits. */
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
