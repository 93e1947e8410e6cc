import type { RunRecord } from '../spec/record.js';
import type { CascadeResult } from '../spec/result.js';
import { collateralOf } from './collateral.js';
import { eventsOf } from './events.js';
import { faultedComponents, firstFaultNs, touchedBy } from './faulted.js';
import { healthOf, type Health } from './health.js';
import { depthOf, influencesOf, loopsOf, secondsOf, type Scene } from './influence.js';
import { lanesOf, type Lane } from './lanes.js';
import { linksOf } from './links.js';
import { goodputLost, verdictOf } from './metastability.js';
import type { Story } from './story.js';
import { stepsOf } from './steps.js';
import { cellsOf } from './window.js';
import { isPlaced, type VariantData } from './variant-data.js';
import { list } from './words.js';

/** The cascade of one run: who turned ill when, through what it spread, and how it ended. */
export function storyOf(data: VariantData, record: RunRecord): Story {
  const scene = sceneOf(data, record);
  const influences = influencesOf(scene);
  const verdict = verdictOf(data, record);
  return {
    events: eventsOf(scene, record, influences),
    states: statesOf(scene),
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
    verdict,
    innocent: innocentFaults(scene, influences),
  };
}

/** Lanes, links and health of one run. */
export function sceneOf(data: VariantData, record: RunRecord): Scene {
  const { plan } = data;
  const steps = stepsOf(plan);
  const lanes = lanesOf(data, record, steps);
  const first = firstFaultNs(data);
  let baseline = 0;
  while (baseline < steps.count && steps.startNs[baseline] + steps.lengthNs[baseline] <= first)
    baseline++;
  const starts = plan.faults.flatMap((fault) => fault.spans.map((span) => span.fromNs));
  const health = new Map<Lane, Health>();
  for (const lane of lanes)
    health.set(lane, healthOf(lane, steps, starts, reachNs(data, record, lane, first)));
  const stepAt = (timeNs: number): number => {
    let step = 0;
    while (step < steps.count && steps.startNs[step] + steps.lengthNs[step] <= timeNs) step++;
    return step;
  };
  const hits = plan.faults.flatMap((fault) => {
    const { stats, components } = touchedBy(fault, data);
    return fault.spans.map((span) => ({
      stats,
      components,
      from: stepAt(span.fromNs),
      until: stepAt(span.untilNs),
    }));
  });
  const links = linksOf(data, record, lanes, steps);
  return { data, steps, lanes, links, health, baseline, faultsNs: starts, hits };
}

/** The longest a request of a lane takes before the first fault, up to 10 s. */
function reachNs(data: VariantData, record: RunRecord, lane: Lane, firstFaultNs: number): number {
  const before = cellsOf([{ fromNs: data.plan.warmupNs, untilNs: firstFaultNs }], data.plan);
  let longest = 0;
  for (const part of lane.parts) {
    for (let i = 0; i < before.segments.length; i++) {
      const histogram = record.parts[part].latency[before.segments[i]];
      if (histogram !== undefined && histogram.count > 0)
        longest = Math.max(longest, histogram.max);
    }
  }
  return Math.min(longest, REACH_MAX_NS);
}

const REACH_MAX_NS = 10_000_000_000;

function statesOf(scene: Scene): CascadeResult['states'] {
  const { health } = scene;
  const seconds = (step: number): number => secondsOf(scene, step);
  const states: Record<string, CascadeResult['states'][string]> = {};
  for (const [lane, { states: row }] of health) {
    const spans: { from: number; until: number; state: (typeof row)[number] }[] = [];
    let from = 0;
    for (let step = 1; step <= row.length; step++) {
      if (step < row.length && row[step] === row[from]) continue;
      if (row[from] !== 'ok')
        spans.push({ from: seconds(from), until: seconds(step), state: row[from] });
      from = step;
    }
    states[lane.name] = spans;
  }
  return states;
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

/** Faults from whose targets no chain of influences leads to an ill request of a user. */
function innocentFaults(
  scene: Scene,
  influences: readonly { readonly from: string; readonly to: string }[],
): CascadeResult['innocent'] {
  const { data, lanes, health, baseline } = scene;
  const isIll = (lane: Lane): boolean =>
    (health.get(lane)?.episodes ?? []).some((episode) => episode.until > baseline);
  const users = lanes.filter((lane) => lane.workers === 0 && data.requests.includes(lane.parts[0]));
  const hurt = new Set(users.filter(isIll).map((lane) => lane.name));
  const innocent: { fault: string; reason: string }[] = [];
  for (const fault of data.plan.faults) {
    const touched = touchedBy(fault, data);
    const targets = lanes.filter(
      (lane) =>
        touched.components.has(lane.component) ||
        touched.workloads.has(lane.component) ||
        lane.parts.some((part) => isEnd(data, touched.stats, part)),
    );
    const names = targets.map((lane) => lane.name);
    if (reaches(names, hurt, influences)) continue;
    const where = list(names.slice(0, 3));
    const reason =
      hurt.size === 0
        ? 'no user request turned ill'
        : targets.some(isIll)
          ? `the trouble of ${where} reached no user request`
          : `${where === '' ? 'its target' : where} never turned ill`;
    innocent.push({ fault: fault.id, reason });
  }
  return innocent;
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
