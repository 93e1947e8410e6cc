import { editsOf } from '../../patterns/registry.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { CascadeResult } from '../../contracts/result/cascade.js';
import { amplificationOf } from '../measure/amplification.js';
import { withBacklogLoads } from './causes/backlog-loads.js';
import { conditionMakers, jointFaults } from './causes/enabling.js';
import { causesOf, withUnseen } from './causes/facts.js';
import { usersOf as usersLanes, type Scene } from './scene.js';
import { withoutTransients } from './transients.js';
import { chanceIn, sketchOf, withoutChance } from './by-chance.js';
import { calmUntil } from './calm-until.js';
import { withMisses } from './cache-misses.js';
import { collateralOf } from './collateral.js';
import { eventsOf } from './events.js';
import { failureKindsOf } from '../measure/failure-kinds.js';
import { faultedComponents, firstFaultNs, spansIn, touchedBy } from '../measure/faulted.js';
import { triggersIn } from '../measure/background.js';
import { gaugesByComponent } from '../measure/gauges.js';
import { usualNs } from '../measure/goodput.js';
import { heldPoolsOf } from './held-connections.js';
import { healthOf, type Health } from './health.js';
import {
  depthOf,
  influencesOf,
  secondsOf,
  recoverySecondsOf,
  type StepInfluence,
} from './influence.js';
import { innocentFaults, innocentInMost, suspectsOf } from './innocent.js';
import { judgedLane, lanesOf, type Lane } from '../measure/lanes.js';
import { linksOf } from './links.js';
import { loadChangesOf } from './load-changes.js';
import { withOverload } from './overload.js';
import { withoutCutOffs } from './cut-offs.js';
import { restartLoops } from './deaths.js';
import { loopsOf } from './loops.js';
import { endingOf, goodputLost } from './metastability.js';
import { withoutMixShifts } from './mix-shifts.js';
import { onsetsOf, type Onsets } from './onsets.js';
import { outagesOf, returnsOf, type Returns } from './outages.js';
import { withoutPrimary } from './primaries.js';
import { ranksOf } from './ranks.js';
import { saturationOf, type Saturation } from './saturation.js';
import type { Story } from '../measure/story.js';
import { stepAt, stepsOf, type Steps } from '../measure/steps.js';
import { finishedOf, outcomeOf, succeededOf, sumParts } from '../measure/sums.js';
import { cellsOf } from '../measure/window.js';
import { byCodeUnit } from '../../text/order.js';
import { isPlaced, type VariantData } from '../measure/variant-data.js';

/** The cascades of all runs of a variant, without degradations that are random overload. */
export function storiesOf(data: VariantData): readonly Story[] {
  const runs = data.records.map((record) => {
    const { scene, influences } = withoutTransientsOf(data, record);
    const story = storyOf(scene, influences, record);
    return { sketch: sketchOf(scene, influences, story.causes), story };
  });
  const sketches = runs.map(({ sketch }) => sketch);
  const stories = runs.map(({ sketch, story }, i) => {
    const chance = chanceIn(sketch, sketches);
    if (chance.degraded.size === 0 && chance.full.size === 0) return story;
    const record = data.records[i];
    const scene = withoutChance(withoutTransientsOf(data, record).scene, chance);
    const own = storyOf(scene, withMisses(scene, record, influencesOf(scene)), record);
    // Of an episode of slowness, chance explains the waiting and not the failures.
    const isFailing = sketch.users !== null;
    const isByChance = isFailing && usersLanes(scene).some(({ name }) => chance.degraded.has(name));
    return { ...own, users: { ...own.users, isByChance } };
  });
  // In a single run a fault may hurt users, or spare them, by chance.
  const innocent = innocentInMost(stories);
  return stories.map((story) => ({ ...story, innocent }));
}

/** One run without transients, and the influences in it. */
function withoutTransientsOf(
  data: VariantData,
  record: RunRecord,
): { readonly scene: Scene; readonly influences: readonly StepInfluence[] } {
  const whole = sceneOf(data, record);
  const influences = withMisses(whole, record, influencesOf(whole));
  return { scene: withoutTransients(whole, influences), influences };
}

/** The cascade of one run: which components degraded and when, how it spread, and how it ended. */
function storyOf(scene: Scene, found: readonly StepInfluence[], record: RunRecord): Story {
  const { data } = scene;
  const onsets = onsetsOf(scene, found);
  const influences = timed(scene, found, onsets);
  const users = usersOf(scene, record);
  const seen = causesOf(scene, record, influences);
  const events = eventsOf(scene, record, influences, onsets, seen);
  // A backlog that grows before any fault has another cause.
  const begun = events.filter(({ isChronic }) => isChronic !== true);
  const unseen = [
    ...conditionMakers(scene, seen),
    ...jointFaults(scene, seen),
    ...suspectsOf(scene, begun),
  ];
  const faults = withUnseen(scene, seen, new Set(unseen));
  const causes = withBacklogLoads(scene, events, faults);
  const dying = restartLoops(data, record, scene.spansOf);
  const ending = endingOf(data, record, dying);
  // A restart loop sustains a failure only if a degradation lasts to the end.
  const isLasting = events.some(({ kind }) => kind === 'notRecovered');
  return {
    events,
    states: statesOf(scene, onsets),
    lanes: new Map([...scene.health].map(([lane, health]) => [lane.name, health.states])),
    influences: influences.map(({ from, to, at, mechanism, share, text }) => ({
      from,
      to,
      at,
      mechanism,
      share,
      text,
    })),
    loops: [
      ...loopsOf(influences),
      ...(isLasting ? dying : []).map((name) => ({ through: [name], mechanism: 'restarts' })),
    ],
    blastRadius: blastRadius(scene),
    depth: depthOf(influences),
    collateral: collateralOf(data, record),
    goodputLost: goodputLost(data, record),
    amplification: amplificationOf(data, record),
    users,
    failures: events.some(({ kind }) => kind === 'fault') ? null : failureKindsOf(data, record),
    verdict: ending.verdict,
    ending,
    causes,
    innocent: innocentFaults(scene, influences, users, events, causes),
  };
}

/** Lanes, links and health of one run. */
export function sceneOf(data: VariantData, record: RunRecord): Scene {
  const { plan } = data;
  const steps = stepsOf(plan);
  const spansOf = (fault: PlanFault): PlanFault['spans'] => spansIn(data, fault, record);
  const spans = triggersIn(plan).flatMap(spansOf);
  const faultsNs = spans.map(({ fromNs }) => fromNs);
  const endsNs = spans.map(({ untilNs }) => untilNs);
  const first = Math.min(firstFaultNs(data), ...faultsNs);
  // Without a fault there is no time before it: the entire run is judged.
  const isFaulted = spans.length > 0;
  const struck = isFaulted ? stepAt(steps, first) : 0;
  const usual = new Map<Lane, Ns>();
  for (const lane of lanesOf(data, record, steps, struck)) {
    const usualLongest = usualNs(data, record, lane.parts);
    const known = stepAt(steps, plan.horizonNs - usualLongest);
    usual.set(judgedLane(lane, known, isFaulted), usualLongest);
  }
  const lanes = [...usual.keys()];
  const lanesOfUsers = usersLanes({ data, lanes });
  const planned = loadChangesOf(plan, steps);
  const loads = isFaulted ? planned : withOverload(data, lanesOfUsers, steps, planned);
  const users = lanesOfUsers.map((lane) => ({
    lane,
    reachNs: reachOf(usual.get(lane)!, steps),
  }));
  const baseline = calmUntil(users, steps, { faultsNs, loads, struck });
  const calmNs = baseline < struck ? steps.startNs[baseline] : first;
  const around = { steps, faultsNs, endsNs, baseline, calmNs, loads, usual };
  const { health, saturations } = judgedLanes(data, record, around);
  const links = linksOf(data, record, lanes, steps);
  return {
    data,
    steps,
    lanes,
    links,
    health,
    saturations,
    pools: heldPoolsOf(data, record, steps),
    baseline,
    sinceNs: calmNs < plan.endNs ? calmNs : plan.warmupNs,
    calm: isFaulted ? baseline : stepAt(steps, loads.calmNs),
    faultsNs,
    endsNs,
    loads,
    hits: hitsOf(data, record, steps),
    spansOf,
    returnsOf: (fault) => returnsOf(data, fault, record),
    outagesOf: (component) => outagesOf(component, data, record),
  };
}

/** The times by which all lanes of a run are judged. */
interface Around extends Pick<Scene, 'steps' | 'faultsNs' | 'endsNs' | 'baseline' | 'loads'> {
  /** Until when the run is as usual, absolute; infinite without a fault. */
  readonly calmNs: Ns;
  /** Usual longest latency of each lane. */
  readonly usual: ReadonlyMap<Lane, Ns>;
}

/** When each lane of a run is degraded, and when it saturates. */
function judgedLanes(
  data: VariantData,
  record: RunRecord,
  { steps, faultsNs, endsNs, baseline, loads, calmNs, usual }: Around,
): Pick<Scene, 'health' | 'saturations'> {
  const { plan } = data;
  const gauges = gaugesByComponent(data, record);
  const isFaulted = faultsNs.length > 0;
  const isHurtBefore = isFaulted && calmNs < Math.min(...faultsNs);
  const health = new Map<Lane, Health>();
  const saturations = new Map<Lane, Saturation>();
  for (const [lane, usualLongest] of usual) {
    const outages = lane.workers === 0 ? [] : outagesOf(lane.component, data, record);
    const reachNs = reachOf(usualLongest, steps);
    const knownStep = stepAt(steps, plan.horizonNs - usualLongest);
    const silences = lane.workers === 0 ? [] : withoutPrimary(lane.component, data, record);
    const ends = silences.flatMap(({ fromNs, untilNs }) => [fromNs, untilNs]);
    const cutsNs = [...faultsNs, ...endsNs, ...ends];
    const changes = { faultsNs, isHurtBefore, cutsNs, loads };
    const times = { ...changes, outages, silences, reachNs, knownStep };
    const own = withoutMixShifts(record, lane, healthOf(lane, steps, times), baseline);
    health.set(lane, withoutCutOffs(lane, own, baseline, knownStep));
    const fromNs = isFaulted ? calmNs : 0;
    const since = { step: baseline, fromNs, risesNs: loads.risesNs };
    const saturation = saturationOf(lane, gauges[lane.component], steps, plan, since);
    if (saturation !== null) saturations.set(lane, saturation);
  }
  return { health, saturations };
}

/** Components and edges that the faults hit, and the steps in which they do. */
function hitsOf(data: VariantData, record: RunRecord, steps: Steps): Scene['hits'] {
  const { plan } = data;
  return plan.faults.flatMap((fault) => {
    const { stats, components } = touchedBy(fault, data);
    const returns = returnsOf(data, fault, record);
    return spansIn(data, fault, record).map((span) => ({
      stats,
      components,
      from: stepAt(steps, span.fromNs),
      until: stepAt(steps, Math.min(plan.horizonNs, hurtUntil(span, returns))),
      losesMessages: turnsMessages(fault, 'lost'),
      delaysMessages: turnsMessages(fault, 'late'),
    }));
  });
}

/** Whether a fault loses or delays messages on links. */
function turnsMessages(fault: PlanFault, how: 'lost' | 'late'): boolean {
  return fault.links.length > 0 && editsOf(fault).some(({ knob }) => knob.messages === how);
}

/** A fault affects its targets until all of them are back. */
function hurtUntil({ untilNs }: PlanFault['spans'][number], returns: readonly Returns[]): Ns {
  const end = returns.find((candidate) => candidate.untilNs === untilNs);
  return Math.max(untilNs, ...(end?.backNs.values() ?? []));
}

/**
 * Longest time before a fault at which a request may arrive and still be affected by it: the usual p99, rounded up to
 * whole steps, plus one step.
 */
function reachOf(usualLongest: Ns, { lengthNs }: Steps): Ns {
  return (Math.ceil(usualLongest / lengthNs[0]) + 1) * lengthNs[0];
}

/** Influences in order of time, each at the onset of the degradation that it causes. */
function timed(
  scene: Scene,
  influences: readonly StepInfluence[],
  onsets: Onsets,
): readonly StepInfluence[] {
  const onsetIn = (name: string, step: number): number | null => {
    const lane = scene.lanes.find((candidate) => candidate.name === name)!;
    const episode = scene.health.get(lane)?.episodes.find(({ from }) => from === step);
    return episode === undefined ? null : onsets(lane, episode);
  };
  const ranks = ranksOf(scene, influences);
  return influences
    .map((influence) => ({
      ...influence,
      at: onsetIn(influence.to, influence.step) ?? influence.at,
    }))
    .sort(
      (a, b) =>
        a.at - b.at ||
        ranks(a.to) - ranks(b.to) ||
        byCodeUnit(a.from, b.from) ||
        byCodeUnit(a.to, b.to),
    );
}

function statesOf(scene: Scene, onsets: Onsets): CascadeResult['states'] {
  const { health } = scene;
  const states: Record<string, CascadeResult['states'][string]> = {};
  for (const [lane, { states: row, episodes }] of health) {
    const starts = new Map(episodes.map((episode) => [episode.from, onsets(lane, episode)]));
    const ends = new Set(episodes.map(({ until }) => until));
    const spans: { from: number; until: number; state: (typeof row)[number] }[] = [];
    let from = 0;
    for (let step = 1; step <= row.length; step++) {
      if (step < row.length && row[step] === row[from]) continue;
      if (row[from] !== 'ok') {
        // If one episode directly follows another, the lane does not recover in between.
        const isOver = ends.has(step) && !starts.has(step);
        const until = isOver ? recoverySecondsOf(scene, step) : secondsOf(scene, step);
        spans.push({ from: starts.get(from) ?? secondsOf(scene, from), until, state: row[from] });
      }
      from = step;
    }
    states[lane.name] = spans;
  }
  return states;
}

/**
 * User requests that arrived since the first fault, or since a rise of the load that hurts users before it; those of them
 * that failed or had a degraded response; and the shares of both before that time. Where none failed before it, those that
 * it found in flight and that failed count too.
 */
function usersOf({ data, sinceNs: startNs }: Scene, record: RunRecord): Story['users'] {
  const { plan } = data;
  const within = (fromNs: Ns, untilNs: Ns): Pick<Story['users'], UserCount> => {
    const { cells } = cellsOf([{ fromNs, untilNs }], plan);
    const outcomes = sumParts(record, data.requests, cells);
    const finished = finishedOf(outcomes);
    const degraded = outcomeOf(outcomes, 'degraded');
    return { finished, failed: finished - succeededOf(outcomes), degraded };
  };
  const reachNs = reachOf(usualNs(data, record, data.requests), stepsOf(plan));
  const calmNs = Math.max(plan.warmupNs, startNs - reachNs);
  const inFlight = within(calmNs, startNs).failed;
  const before = within(plan.warmupNs, startNs);
  const isFound = before.failed === inFlight && calmNs > plan.warmupNs;
  const found = isFound ? inFlight : 0;
  const all = Math.max(1, before.finished);
  const since = within(startNs, plan.endNs);
  return {
    ...since,
    finished: since.finished + found,
    failed: since.failed + found,
    usualFailed: (before.failed - found) / all,
    usualDegraded: before.degraded / all,
    isByChance: false,
  };
}

type UserCount = 'finished' | 'failed' | 'degraded';

/** Number of placed components that degrade at any time after the first fault, without the faulted ones. */
function blastRadius(scene: Scene): number {
  const { data, health, baseline } = scene;
  const faulted = faultedComponents(data);
  let degraded = 0;
  for (const [lane, { episodes }] of health) {
    const component = data.plan.components[lane.component];
    if (!isPlaced(component) || faulted.has(lane.component)) continue;
    if (episodes.some((episode) => episode.until > baseline)) degraded++;
  }
  return degraded;
}
