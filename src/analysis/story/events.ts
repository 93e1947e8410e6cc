import { causeOf } from './causes/of-episode.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import type { CauseFact } from '../../contracts/result/cause.js';
import type { MachineRecord, RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent, HealthState } from '../../contracts/result/cascade.js';
import { backlogEvents } from './backlogs.js';
import { blockedEvents } from './blocked.js';
import { discoveryEvents } from './discovery.js';
import { deathEvents } from './deaths.js';
import { faultEvents } from './fault-events.js';
import { cancelledEvents } from './cancelled.js';
import { effectEvents } from './effects.js';
import type { Episode } from './health.js';
import { degradationOf, isOfFailures } from './degradation-words.js';
import { secondsOf, recoverySecondsOf, type StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import { idleSince, silence } from './idle.js';
import { sumSteps } from './links.js';
import { ejectionEvents } from '../measure/ejections.js';
import { isBreaker, isOpen, movedOf, sizeOf } from '../../telemetry/machines.js';
import { nodeEvents } from './nodes.js';
import type { Onsets } from './onsets.js';
import { promotionEvents } from './promotions.js';
import { readinessEvents } from './readiness.js';
import { rolloutEvents } from './rollout-words.js';
import { scalingEvents } from './scaling.js';
import { replayEvents } from './replays.js';
import { ranksOf } from './ranks.js';
import { saturationText, SOON } from './saturation-words.js';
import type { Scene } from './scene.js';
import { proxyEvents } from './proxies.js';
import { BARE, unseenEvents } from './unseen.js';
import { byCodeUnit } from '../../text/order.js';
import { formatCount, formatInstant, formatSeconds } from '../../text/figures.js';

const EPISODES_MAX = 3;
/** Order of events at the same time. Events with equal numbers are ordered by their rank in the cascade. */
const PHASE: Readonly<Record<StoryEvent['kind'], number>> = {
  fault: 0,
  saturated: 1,
  degraded: 1,
  failing: 1,
  down: 1,
  breakerOpen: 1,
  ejected: 1,
  unready: 1,
  unlisted: 1,
  registry: 1,
  rollout: 1,
  scaledUp: 1,
  scaledDown: 1,
  pending: 1.5,
  nodeLost: 1,
  kept: 1,
  node: 1,
  replay: 0.7,
  backlog: 1,
  poolFull: 1,
  blocked: 1,
  killed: 1,
  stale: 1,
  unsettled: 1,
  cancelled: 1,
  lost: 1,
  lostCommits: 1,
  repeated: 1,
  deadLettered: 1,
  doneTwice: 1,
  faultEnd: 2,
  breakerClosed: 3,
  registryBack: 3,
  returned: 3,
  promoted: 3,
  recovered: 4,
  notRecovered: 5,
};
/** After the faults that begin at that time, before the effects of both. */
const ENDED = 0.5;
const WITHIN: readonly StoryEvent['kind'][] = ['saturated', 'degraded', 'failing', 'down'];

/** The timeline of one run, in order of time and cause, described with numbers. */
export function eventsOf(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
  onsets: Onsets,
  causes: readonly CauseFact[],
): readonly StoryEvent[] {
  const backlogs = backlogEvents(scene, record);
  const events: StoryEvent[] = [
    ...faultEvents(scene, record),
    ...breakerEvents(scene, record),
    ...ejectionEvents(scene.data, record),
    ...readinessEvents(scene.data, record),
    ...scalingEvents(scene.data, record),
    ...nodeEvents(scene.data, record),
    ...promotionEvents(scene, record),
    ...discoveryEvents(scene.data, record),
    ...rolloutEvents(scene.data, record),
    ...replayEvents(scene.data.plan),
    ...backlogs,
    ...blockedEvents(scene, record),
    ...cancelledEvents(scene, record),
    ...effectEvents(scene, record),
    ...deathEvents(scene, record),
    ...proxyEvents(scene, record),
    ...unseenEvents(scene, record),
    ...scene.lanes.flatMap((lane) => [
      ...saturation(scene, lane),
      ...degradation(scene, lane, influences, onsets, causes).map((event) =>
        besideBacklog(event, backlogs),
      ),
    ]),
  ];
  const ranks = ranksOf(scene, influences);
  // An event at the end of a fault, such as a rush on a returned component, is an effect of that end.
  const isEnd = ({ kind, subject, at }: StoryEvent): boolean =>
    kind === 'faultEnd' &&
    !events.some((other) => other.kind === 'fault' && other.subject === subject && other.at === at);
  const phaseOf = (event: StoryEvent): number => (isEnd(event) ? ENDED : PHASE[event.kind]);
  // A breaker has the rank of the caller that it protects.
  const rankOf = ({ subject }: StoryEvent): number => ranks(subject.split('->')[0]);
  // Events less than a microsecond apart count as simultaneous: a process that dies 1 ns after the start of a step
  // dies before the users of that step notice.
  const timeOf = ({ at }: StoryEvent): number => Math.round(at * 1e6);
  return events.sort(
    (a, b) =>
      timeOf(a) - timeOf(b) ||
      phaseOf(a) - phaseOf(b) ||
      rankOf(a) - rankOf(b) ||
      byCodeUnit(nameOf(a), nameOf(b)) ||
      WITHIN.indexOf(a.kind) - WITHIN.indexOf(b.kind) ||
      byCodeUnit(a.kind, b.kind),
  );
}

/** A consumer that works as before is not well while more waits for it than before. */
function besideBacklog(event: StoryEvent, backlogs: readonly StoryEvent[]): StoryEvent {
  const { kind, subject, at, text, head } = event;
  const isLeft = backlogs.some((begins, k) => {
    const isOf = begins.kind === 'backlog' && begins.places?.includes(subject) === true;
    return isOf && begins.at <= at && at < (backlogs[k + 1]?.at ?? Infinity);
  });
  if (kind !== 'recovered' || head !== HEALTHY || !isLeft) return event;
  return { ...event, head: BESIDE, text: text.replace(HEALTHY, BESIDE) };
}

const HEALTHY = 'is healthy again';
const BESIDE = 'works as before, and its backlog is left';

/** Simultaneous faults are ordered by their words: their ids mean nothing. */
function nameOf({ kind, subject, text }: StoryEvent): string {
  return kind === 'fault' || kind === 'faultEnd' ? text : subject;
}

/** First opening of the breakers of an edge, and the last closing if all of them close. */
function breakerEvents(scene: Scene, record: RunRecord): StoryEvent[] {
  const { plan } = scene.data;
  const edges = new Map<
    string,
    { opened: number[]; closed: number[]; machines: number; open: number }
  >();
  const nameOf = ({ callerComponent, calleeComponent }: MachineRecord): string => {
    const caller = callerComponent < 0 ? 'all' : plan.components[callerComponent].name;
    return `${caller}->${plan.components[calleeComponent].name}`;
  };
  // A dry run rejects nothing, so it is left out.
  const counts = (machine: MachineRecord): boolean => isBreaker(machine) && !machine.dryRun;
  for (const block of record.machines) {
    if (!counts(block.machine)) continue;
    const name = nameOf(block.machine);
    const edge = edges.get(name) ?? { opened: [], closed: [], machines: 0, open: 0 };
    edges.set(name, edge);
    edge.machines += sizeOf(block);
  }
  for (const { machine, transitions } of movedOf(record, plan.warmupNs)) {
    if (!counts(machine)) continue;
    const edge = edges.get(nameOf(machine))!;
    let state = 0;
    for (const { atNs, state: next } of transitions) {
      if (isOpen(machine, next) && atNs >= plan.warmupNs) edge.opened.push(atNs);
      if (next === 0) edge.closed.push(atNs);
      state = next;
    }
    if (state !== 0) edge.open++;
  }
  const events: StoryEvent[] = [];
  for (const name of [...edges.keys()].sort(byCodeUnit)) {
    const { opened, closed, machines, open } = edges.get(name)!;
    if (opened.length === 0) continue;
    const event = (
      kind: 'breakerOpen' | 'breakerClosed',
      atNs: number,
      text: string,
    ): StoryEvent => ({
      at: (atNs - plan.warmupNs) / 1e9,
      kind,
      subject: name,
      ...BARE,
      text,
    });
    const first = Math.min(...opened);
    const which = machines === 1 ? 'the breaker' : `first of ${formatCount(machines)} breakers`;
    events.push(event('breakerOpen', first, `${which} opens`));
    if (open === 0 && closed.length > 0) {
      const times = opened.length === 1 ? 'once' : `${formatCount(opened.length)} times`;
      events.push(event('breakerClosed', Math.max(...closed), `all closed, opened ${times}`));
    }
  }
  return events;
}

/** The event at which a component saturates. */
function saturation(scene: Scene, lane: Lane): StoryEvent[] {
  const found = scene.saturations.get(lane);
  if (found === undefined) return [];
  return [
    {
      at: (found.atNs - scene.data.plan.warmupNs) / 1e9,
      kind: 'saturated',
      subject: lane.name,
      ...BARE,
      ...saturationText(scene, lane, found),
    },
  ];
}

function degradation(
  scene: Scene,
  lane: Lane,
  influences: readonly StepInfluence[],
  onsets: Onsets,
  causes: readonly CauseFact[],
): StoryEvent[] {
  const { steps, health, data, baseline } = scene;
  const episodes = (health.get(lane)?.episodes ?? []).filter((episode) => episode.until > baseline);
  const end = (data.plan.endNs - data.plan.warmupNs) / 1e9;
  const continues = ({ until }: Episode): boolean => episodes.some(({ from }) => from === until);
  const ends = episodes.filter((episode) => !continues(episode));
  // Of many episodes the first ones and the last: trouble that comes back is not over after the third time.
  const isMany = ends.length > EPISODES_MAX;
  const last = ends[ends.length - 1];
  const skipped = isMany ? ends.slice(EPISODES_MAX - 1, -1) : [];
  const isSkipped = ({ from }: Episode): boolean =>
    isMany && from > ends[EPISODES_MAX - 2].from && from <= skipped[skipped.length - 1].from;
  return episodes.flatMap((episode) => {
    if (isSkipped(episode)) return [];
    const parts = partsOf(scene, lane, episode);
    const starts = parts.map((part, k): StoryEvent => ({
      at: k === 0 ? onsets(lane, episode) : secondsOf(scene, part.from),
      kind: part.worst as Exclude<HealthState, 'ok'>,
      subject: lane.name,
      ...causeOf(scene, lane, part, influences, causes),
      ...counted(scene, lane, part, k < parts.length - 1 ? part : untilBetter(scene, lane, part)),
    }));
    if (continues(episode)) return starts;
    const begun = onsets(lane, firstPart(episode, episodes));
    const idleFrom = idleSince(scene, lane, episode);
    const isOver = episode.until < steps.count || idleFrom !== null;
    const until = idleFrom ?? recoverySecondsOf(scene, episode.until);
    const healthy = idleFrom === null ? HEALTHY : 'has no requests any more';
    const words = isOver
      ? twoParts(healthy, `was unhealthy for ${formatSeconds(until - begun)}`, ': ')
      : {
          text: `${stillWords(scene, lane, episode, formatInstant(end))}${silence(scene, lane, episode)}`,
        };
    const over: StoryEvent = {
      at: until,
      kind: isOver ? 'recovered' : 'notRecovered',
      subject: lane.name,
      ...BARE,
      ...words,
      ...(isMany && episode === last && { episodes: ends.length }),
    };
    return [...starts, over];
  });
}

/** Steps of slowness before failures begin from which these have an event of their own. */
const SLOW_FIRST = 5;
/** Share of the requests that must fail then, and the part of it that may fail before. */
const FAIL_SOME = 0.1;
const FAIL_BEFORE = 0.1;

/** An episode, or the slowness and then the failures in it: its success is not that of the time before they begin. */
function partsOf({ health, baseline }: Scene, lane: Lane, episode: Episode): readonly Episode[] {
  const { from, until } = episode;
  const isFailing = (step: number): boolean =>
    isOfFailures(lane, { ...episode, from: step, until: step + 1 }, baseline);
  let first = from;
  while (first < until - 1 && !(isFailing(first) && isFailing(first + 1))) first++;
  const failed = (since: number, end: number): number =>
    1 - sumSteps(lane.succeeded, since, end) / Math.max(1, sumSteps(lane.finished, since, end));
  const isLate = first - from >= SLOW_FIRST && first < until - 1;
  const failing = isLate ? failed(first, until) : 0;
  if (failing < FAIL_SOME || failed(from, first) > FAIL_BEFORE * failing) return [episode];
  const { states } = health.get(lane)!;
  const worstIn = (steps: readonly HealthState[]): HealthState =>
    steps.reduce((worst, one) => (RANKS.indexOf(one) > RANKS.indexOf(worst) ? one : worst));
  const worst = worstIn(states.slice(from, first));
  if (worst === 'ok') return [episode];
  const later = { ...episode, from: first, worst: worstIn(states.slice(first, until)) };
  return [{ ...episode, until: first, worst }, later];
}

const RANKS: readonly HealthState[] = ['ok', 'degraded', 'failing', 'down'];

/** The words of a degradation, with the time until which they count: all of it, or the part before it becomes mild. */
function counted(
  scene: Scene,
  lane: Lane,
  whole: Episode,
  episode: Episode,
): ReturnType<typeof degradationOf> {
  const { peak, ...found } = degradationOf(lane, episode, scene.baseline, scene.calm);
  // A value of one step is not that of the start of the event.
  if (peak !== undefined && peak >= episode.from + SOON)
    return { ...found, text: `${found.text} at ${formatInstant(secondsOf(scene, peak))}` };
  const until = secondsOf(scene, episode.until);
  const figure = { ...found.figure, until };
  if (found.head === undefined || found.detail === undefined) {
    const isPart = found.figure.metric === 'latency' && episode.until < whole.until;
    return isPart
      ? { figure, ...twoParts(found.text, `until ${formatInstant(until)}`, ' ') }
      : found;
  }
  const detail = `${found.detail} until ${formatInstant(until)}`;
  return { figure, ...twoParts(found.head, detail, ': ') };
}

/** The first of the adjacent episodes that lead to this one: a degradation that gets worse has several. */
function firstPart(episode: Episode, episodes: readonly Episode[]): Episode {
  const before = episodes.find(({ until }) => until === episode.from);
  return before === undefined ? episode : firstPart(before, episodes);
}

/**
 * The part of an episode before it becomes mild. A component that fails for 10 s and is slightly slow for the next
 * minute does not fail for 70 s.
 */
function untilBetter({ health }: Scene, lane: Lane, episode: Episode): Episode {
  if (episode.worst === 'degraded') return episode;
  const { states } = health.get(lane)!;
  let { until } = episode;
  while (states[until - 1] === 'degraded') until--;
  return { ...episode, until };
}

/**
 * The state at the end of the run. If it is better than the worst one, the text describes the signs of that state.
 */
function stillWords(
  { health, baseline, calm }: Scene,
  lane: Lane,
  episode: Episode,
  end: string,
): string {
  const { states } = health.get(lane)!;
  const last = states[episode.until - 1];
  if (last === episode.worst) return `still ${last} at ${end}`;
  let from = episode.until;
  while (states[from - 1] === last) from--;
  return `still ${last} at ${end}, ${degradationOf(lane, { ...episode, from }, baseline, calm).text}`;
}
