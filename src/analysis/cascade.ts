import type { KnobName } from '../spec/fault.js';
import type { PlanFault } from '../spec/plan.js';
import type { Ns } from '../kernel/time.js';
import type { RunRecord } from '../spec/record.js';
import type { CascadeResult } from '../spec/result.js';
import { amplificationOf } from './amplification.js';
import { withoutBlips } from './blips.js';
import { collateralOf } from './collateral.js';
import { eventsOf } from './events.js';
import { faultedComponents, firstFaultNs, outagesOf, spansIn, touchedBy } from './faulted.js';
import { usualNs } from './goodput.js';
import { healthOf, type Episode, type Health } from './health.js';
import {
  depthOf,
  influencesOf,
  secondsOf,
  wellSecondsOf,
  type Scene,
  type StepInfluence,
} from './influence.js';
import { gaugesByComponent, judgedLane, lanesOf, type Lane } from './lanes.js';
import { linksOf } from './links.js';
import { loopsOf } from './loops.js';
import { goodputLost, verdictOf } from './metastability.js';
import { onsetsOf, type Onsets } from './onsets.js';
import { ranksOf } from './ranks.js';
import { saturationOf, type Saturation } from './saturation.js';
import type { Story } from './story.js';
import { stepAt, stepsOf, type Steps } from './steps.js';
import { finishedOf, succeededOf, sumOutcomes } from './sums.js';
import { cellsOf } from './window.js';
import { byCodeUnit, isPlaced, type VariantData } from './variant-data.js';
import { list } from './words.js';

/** Steps before the start of a fault in which an illness may begin that is its work. */
const HURT_SLACK = 2;
/** So much more of the users' requests than before must fail to say that something hurt them. Unit: share. */
const FAILED_SOME = 0.001;

/** The cascade of one run: who turned ill when, through what it spread, and how it ended. */
export function storyOf(data: VariantData, record: RunRecord): Story {
  const whole = sceneOf(data, record);
  const found = influencesOf(whole);
  const scene = withoutBlips(whole, found);
  const onsets = onsetsOf(scene, found);
  const influences = timed(scene, found, onsets);
  const users = usersOf(data, record);
  return {
    events: eventsOf(scene, record, influences, onsets),
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
    loops: loopsOf(influences),
    blastRadius: blastRadius(scene),
    depth: depthOf(influences),
    collateral: collateralOf(data, record),
    goodputLost: goodputLost(data, record),
    amplification: amplificationOf(data, record),
    users,
    verdict: verdictOf(data, record),
    innocent: innocentFaults(scene, influences, users),
  };
}

/** What a fault turns on links that keeps messages from arriving. */
const LOSING: ReadonlySet<KnobName> = new Set<KnobName>(['cut', 'loss']);

/** Lanes, links and health of one run. */
export function sceneOf(data: VariantData, record: RunRecord): Scene {
  const { plan } = data;
  const steps = stepsOf(plan);
  const spansOf = (fault: PlanFault): PlanFault['spans'] => spansIn(data, fault, record);
  const spans = plan.faults.flatMap(spansOf);
  const faultsNs = spans.map(({ fromNs }) => fromNs);
  const endsNs = spans.map(({ untilNs }) => untilNs);
  const first = Math.min(firstFaultNs(data), ...faultsNs);
  // Without a fault there is no time before it: all of the run is judged.
  const isFaulted = spans.length > 0;
  const baseline = isFaulted ? stepAt(steps, first) : 0;
  const gauges = gaugesByComponent(data, record);
  const usual = new Map<Lane, Ns>();
  for (const lane of lanesOf(data, record, steps)) {
    const usualLongest = usualNs(data, record, lane.parts);
    const known = stepAt(steps, plan.horizonNs - usualLongest);
    usual.set(judgedLane(lane, known, isFaulted), usualLongest);
  }
  const lanes = [...usual.keys()];
  const health = new Map<Lane, Health>();
  const saturations = new Map<Lane, Saturation>();
  for (const [lane, usualLongest] of usual) {
    const outages = lane.workers === 0 ? [] : outagesOf(lane.component, data, spansOf);
    const reachNs = reachOf(usualLongest, steps);
    health.set(
      lane,
      healthOf(lane, steps, { faultsNs, cutsNs: [...faultsNs, ...endsNs], outages, reachNs }),
    );
    const saturation = saturationOf(lane, gauges[lane.component], steps, plan, baseline);
    if (saturation !== null) saturations.set(lane, saturation);
  }
  const hits = plan.faults.flatMap((fault) => {
    const { stats, components } = touchedBy(fault, data);
    return spansOf(fault).map((span) => ({
      stats,
      components,
      from: stepAt(steps, span.fromNs),
      until: stepAt(steps, span.untilNs),
      losesMessages: fault.links.length > 0 && fault.knobs.some((knob) => LOSING.has(knob)),
    }));
  });
  const links = linksOf(data, record, lanes, steps);
  return {
    data,
    steps,
    lanes,
    links,
    health,
    saturations,
    baseline,
    faultsNs,
    endsNs,
    hits,
    spansOf,
  };
}

/**
 * How long before a fault a request may arrive and still be hurt by it: the p99 of the time before it in
 * whole steps, and one more.
 */
function reachOf(usualLongest: Ns, { lengthNs }: Steps): Ns {
  return (Math.ceil(usualLongest / lengthNs[0]) + 1) * lengthNs[0];
}

/** Influences in order of time, each at the onset of the illness that it brings. */
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
        const until = ends.has(step) ? wellSecondsOf(scene, step) : secondsOf(scene, step);
        spans.push({ from: starts.get(from) ?? secondsOf(scene, from), until, state: row[from] });
      }
      from = step;
    }
    states[lane.name] = spans;
  }
  return states;
}

/** User requests that arrived from the first fault on, those of them that failed, and the usual share of these. */
function usersOf(data: VariantData, record: RunRecord): Story['users'] {
  const { plan } = data;
  const within = (fromNs: Ns, untilNs: Ns): { finished: number; failed: number } => {
    const { cells } = cellsOf([{ fromNs, untilNs }], plan);
    const outcomes = sumOutcomes(
      data.requests.map((part) => record.parts[part]),
      cells,
    );
    const finished = finishedOf(outcomes);
    return { finished, failed: finished - succeededOf(outcomes) };
  };
  const before = within(plan.warmupNs, afterNs(data));
  const usualFailed = before.finished === 0 ? 0 : before.failed / before.finished;
  return { ...within(afterNs(data), plan.endNs), usualFailed };
}

/** From the first fault on; the whole run where there is none. */
function afterNs(data: VariantData): number {
  const first = firstFaultNs(data);
  return first < data.plan.endNs ? first : data.plan.warmupNs;
}

/** Placed components ill at any time from the first fault on, the faulted ones left out. */
function blastRadius(scene: Scene): number {
  const { data, health, baseline } = scene;
  const faulted = faultedComponents(data);
  let ill = 0;
  for (const [lane, { episodes }] of health) {
    const component = data.plan.components[lane.component];
    if (!isPlaced(component) || faulted.has(lane.component)) continue;
    if (episodes.some((episode) => episode.until > baseline)) ill++;
  }
  return ill;
}

/**
 * Faults that hurt no user: no chain of influences leads from their targets to an ill request of a user. That none was
 * found is no proof where users are hurt: then a fault is innocent only when another one explains it, or when the users'
 * trouble began before the fault did.
 */
function innocentFaults(
  scene: Scene,
  influences: readonly { readonly from: string; readonly to: string }[],
  users: Story['users'],
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
  const guilty = new Set(faults.filter((fault) => reaches(namesOf(fault), goals, influences)));
  const hurtSince = (fault: PlanFault): boolean => {
    const starts = scene.spansOf(fault).map(({ fromNs }) => stepAt(scene.steps, fromNs));
    const first = Math.min(...starts) - HURT_SLACK;
    return hurt.some((lane) => ills(lane).some(({ from }) => from >= first));
  };
  if (hurt.length === 0 && failsMore(users)) return [];
  return faults
    .filter((fault) => !guilty.has(fault) && (guilty.size > 0 || !hurtSince(fault)))
    .map((fault) => {
      const names = namesOf(fault);
      const where = list(names.slice(0, 3));
      const reason =
        hurt.length === 0
          ? 'no user request turned ill'
          : guilty.size === 0
            ? 'users were in trouble before it began'
            : targetsOf(fault).some((lane) => ills(lane).length > 0)
              ? `the trouble of ${where} reached no user request`
              : `${where === '' ? 'its target' : where} never turned ill`;
      return { fault: fault.id, reason };
    });
}

/** More of the users' requests fail than before the first fault, though none of them was ever ill. */
function failsMore({ finished, failed, usualFailed }: Story['users']): boolean {
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
