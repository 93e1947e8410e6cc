import { healthWithout } from './blips.js';
import { touchedBy } from './faulted.js';
import type { Episode, Health } from './health.js';
import type { Scene, StepInfluence } from './influence.js';
import type { Lane } from './lanes.js';
import { isFullIn, type Saturation } from './saturation.js';

/** One run, and what led to what in it. */
export interface RunScene {
  readonly scene: Scene;
  readonly influences: readonly StepInfluence[];
}

/** Steps [from, until). */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** Spells of two runs that lie so near are the same trouble: the draws move its beginning. */
const NEAR_NS = 2_000_000_000;
const NEAR_STEPS = 5;

/**
 * The scenes of all replications without what only chance brings: a lane that nothing a fault hits has led to, and
 * that is ill, or has nothing left, at that time in less than half of them, or has nothing left at times before the first fault too. One run, or one of two, is not told from
 * what always happens. Without a fault nothing could have led to anything, and all of it is told.
 */
export function withoutChance(runs: readonly RunScene[]): readonly Scene[] {
  return runs.map(({ scene, influences }) => {
    if (scene.faultsNs.length === 0) return scene;
    const reached = reachedLanes(scene, influences);
    const isFew = (count: number): boolean => 2 * count < runs.length;
    const isChance = (lane: Lane, episode: Episode): boolean =>
      !reached.has(lane.name) &&
      !callsIll(scene, lane, episode, reached) &&
      isFew(illRuns(runs, lane, episode));
    const isUsual = (lane: Lane, full: Saturation): boolean =>
      !isFew(fullRuns(runs, lane, { ...full, from: 0, until: scene.baseline }));
    const health = new Map<Lane, Health>();
    for (const [lane, own] of scene.health) {
      const chance = own.episodes.filter((episode) => isChance(lane, episode));
      health.set(lane, chance.length === 0 ? own : healthWithout(own, chance));
    }
    const isTold = ([lane, full]: readonly [Lane, Saturation]): boolean =>
      reached.has(lane.name) ||
      !(isFew(fullRuns(runs, lane, near(full, scene))) || isUsual(lane, full));
    const saturations = new Map([...scene.saturations].filter(isTold));
    return { ...scene, health, saturations };
  });
}

/**
 * Whether it calls somebody whom a fault reached and who is ill as well, at once or by way of others who are, so that
 * it need be no chance that it is.
 */
function callsIll(
  scene: Scene,
  lane: Lane,
  episode: Episode,
  reached: ReadonlySet<string>,
): boolean {
  const callers = new Set([lane]);
  for (const one of callers) {
    for (const { caller, callee } of scene.links) {
      if (caller !== one || !isIllIn(scene, callee.name, episode)) continue;
      if (reached.has(callee.name)) return true;
      callers.add(callee);
    }
  }
  return false;
}

/** Whether a lane is ill in those steps of a run. */
function isIllIn(scene: Scene, name: string, { from, until }: Span): boolean {
  const own = [...scene.health].find(([lane]) => lane.name === name)?.[1].episodes ?? [];
  return own.some((other) => other.from < until && other.until > from);
}

/** In how many runs a lane is ill at that time. */
function illRuns(runs: readonly RunScene[], { name }: Lane, episode: Episode): number {
  return runs.filter(({ scene }) => isIllIn(scene, name, near(episode, scene))).length;
}

/** In how many runs a lane has nothing left in those steps. */
function fullRuns(
  runs: readonly RunScene[],
  { name }: Lane,
  { resource, from, until }: Saturation,
): number {
  const found = runs.filter(({ scene }) => {
    const own = scene.lanes.find((lane) => lane.name === name);
    return own !== undefined && isFullIn(own, resource, from, until);
  });
  return found.length;
}

/** The same with the steps around it. */
function near<T extends Span>(span: T, { steps }: Scene): T {
  const room = Math.max(NEAR_STEPS, Math.ceil(NEAR_NS / steps.lengthNs[0]));
  return { ...span, from: span.from - room, until: span.until + room };
}

/** Lanes that faults hit, those whose calls they hit, whatever gets more or less of a load that they turn, and all that these led to. */
function reachedLanes(scene: Scene, influences: readonly StepInfluence[]): ReadonlySet<string> {
  const { hits, lanes, links } = scene;
  const reached = new Set<string>();
  const open: string[] = [];
  const reach = (name: string): void => {
    if (!reached.has(name)) open.push(name);
    reached.add(name);
  };
  for (const lane of lanes) {
    if (hits.some(({ components }) => components.has(lane.component))) reach(lane.name);
  }
  for (const { caller, callee, stats } of links) {
    if (!hits.some((hit) => stats.some((stat) => hit.stats.has(stat)))) continue;
    reach(caller.name);
    reach(callee.name);
  }
  for (const name of loadedLanes(scene)) reach(name);
  for (const name of open) {
    for (const influence of influences) if (influence.from === name) reach(influence.to);
  }
  return reached;
}

/** Workloads of which a fault makes more or less, and all that they call, whoever is in between. */
function loadedLanes({ data, lanes, links }: Scene): ReadonlySet<string> {
  const turned = new Set(
    data.plan.faults.flatMap((fault) => [...touchedBy(fault, data).workloads]),
  );
  const own = lanes.filter(({ component }) => turned.has(component));
  const loaded = new Set(own.map(({ name }) => name));
  for (const name of loaded) {
    for (const { caller, callee } of links) if (caller.name === name) loaded.add(callee.name);
  }
  return loaded;
}
