import type { Scene } from './scene.js';
import { healthWithout } from './transients.js';
import { touchedBy } from '../measure/faulted.js';
import type { Episode, Health } from './health.js';
import type { StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import { fullSteps, type Saturation } from './saturation.js';

/** Steps [from, until). */
interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * Extract of a run in which a fault strikes, for judging the other runs. Keeping whole scenes would take too much
 * memory.
 */
export interface Sketch {
  /** Steps [0, baseline) lie before the first fault. */
  readonly baseline: number;
  /** Episodes of two runs that are at most this many steps apart are the same: random draws shift their start. */
  readonly near: number;
  /** Degraded episodes by the name of the lane. */
  readonly degraded: ReadonlyMap<string, readonly Span[]>;
  /** Steps in which a lane is saturated, by name and resource. */
  readonly full: ReadonlyMap<string, Readonly<Record<Saturation['resource'], readonly number[]>>>;
  /** Episodes and saturations that may be chance, because no fault has reached them. */
  readonly suspects: Suspects;
}

/** Degraded episodes, and saturations, by lane. */
interface Suspects {
  readonly degraded: ReadonlyMap<string, readonly Span[]>;
  readonly full: ReadonlyMap<string, Saturation>;
}

const NEAR_NS = 2_000_000_000;
const NEAR_STEPS = 5;

/** The extract of a run; null if no fault strikes, because then nothing can be the effect of one. */
export function sketchOf(scene: Scene, influences: readonly StepInfluence[]): Sketch | null {
  const { baseline, faultsNs, health, lanes, saturations, steps } = scene;
  if (faultsNs.length === 0) return null;
  const reached = reachedLanes(scene, influences);
  const isSuspect = ({ name }: Lane): boolean => !reached.has(name);
  const suspectOf = (lane: Lane, { episodes }: Health): readonly Episode[] =>
    isSuspect(lane) ? episodes.filter((each) => !callsDegraded(scene, lane, each, reached)) : [];
  return {
    baseline,
    near: Math.max(NEAR_STEPS, Math.ceil(NEAR_NS / steps.lengthNs[0])),
    degraded: spansOf(scene, (_, { episodes }) => episodes),
    full: new Map(
      lanes.map((lane) => [
        lane.name,
        { workers: fullSteps(lane, 'workers'), cores: fullSteps(lane, 'cores') },
      ]),
    ),
    suspects: {
      degraded: spansOf({ health }, suspectOf),
      full: new Map(
        [...saturations]
          .filter(([lane]) => isSuspect(lane))
          .map(([{ name }, saturation]) => [name, saturation]),
      ),
    },
  };
}

/**
 * The suspects of a run that are random overload. These are degradations and saturations that fewer than half of the
 * runs in which a fault strikes have at that time, and saturations that at least half of them have before the first
 * fault as well. In one or two runs nothing is too rare.
 */
export function chanceIn({ suspects, near, baseline }: Sketch, runs: readonly Sketch[]): Suspects {
  const isFew = (has: (run: Sketch) => boolean): boolean =>
    2 * runs.filter(has).length < runs.length;
  const around = ({ from, until }: Span): Span => ({ from: from - near, until: until + near });
  const degraded = new Map<string, readonly Span[]>();
  for (const [name, spans] of suspects.degraded) {
    const chance = spans.filter((span) =>
      isFew((run) => overlaps(run.degraded.get(name) ?? [], around(span))),
    );
    if (chance.length > 0) degraded.set(name, chance);
  }
  const full = [...suspects.full].filter(([name, saturation]) => {
    const isIn =
      ({ from, until }: Span) =>
      (run: Sketch): boolean => {
        const steps = run.full.get(name)?.[saturation.resource] ?? [];
        return steps.some((step) => step >= from && step < until);
      };
    return isFew(isIn(around(saturation))) || !isFew(isIn({ from: 0, until: baseline }));
  });
  return { degraded, full: new Map(full) };
}

/** Removes random overload from a scene. */
export function withoutChance(scene: Scene, chance: Suspects): Scene {
  const health = new Map<Lane, Health>();
  for (const [lane, own] of scene.health) {
    const spans = chance.degraded.get(lane.name) ?? [];
    const isChance = ({ from, until }: Episode): boolean =>
      spans.some((span) => span.from === from && span.until === until);
    health.set(lane, spans.length === 0 ? own : healthWithout(own, own.episodes.filter(isChance)));
  }
  const saturations = new Map(
    [...scene.saturations].filter(([{ name }]) => !chance.full.has(name)),
  );
  return { ...scene, health, saturations };
}

function spansOf(
  { health }: Pick<Scene, 'health'>,
  of: (lane: Lane, own: Health) => readonly Span[],
): ReadonlyMap<string, readonly Span[]> {
  const found = new Map<string, readonly Span[]>();
  for (const [lane, own] of health) {
    const spans = of(lane, own).map(({ from, until }) => ({ from, until }));
    if (spans.length > 0) found.set(lane.name, spans);
  }
  return found;
}

function overlaps(spans: readonly Span[], { from, until }: Span): boolean {
  return spans.some((other) => other.from < until && other.until > from);
}

/**
 * Whether a lane calls, directly or through other degraded lanes, a degraded lane that a fault has reached. If so, its
 * own degradation need not be chance.
 */
function callsDegraded(
  scene: Scene,
  lane: Lane,
  episode: Episode,
  reached: ReadonlySet<string>,
): boolean {
  const isDegraded = (other: Lane): boolean => overlaps(scene.health.get(other)!.episodes, episode);
  const callers = new Set([lane]);
  for (const one of callers) {
    for (const { caller, callee } of scene.links) {
      if (caller !== one || !isDegraded(callee)) continue;
      if (reached.has(callee.name)) return true;
      callers.add(callee);
    }
  }
  return false;
}

/**
 * Lanes that a fault can have reached: those it hits, both ends of the calls it hits, everything downstream of a
 * workload whose load it changes, and everything that these influenced.
 */
function reachedLanes(scene: Scene, influences: readonly StepInfluence[]): ReadonlySet<string> {
  const { hits, lanes, links } = scene;
  const reached = loadedLanes(scene);
  for (const lane of lanes) {
    if (hits.some(({ components }) => components.has(lane.component))) reached.add(lane.name);
  }
  for (const { caller, callee, stats } of links) {
    if (!hits.some((hit) => stats.some((stat) => hit.stats.has(stat)))) continue;
    reached.add(caller.name).add(callee.name);
  }
  for (const name of reached) {
    for (const influence of influences) if (influence.from === name) reached.add(influence.to);
  }
  return reached;
}

/** Workloads whose load a fault changes, and all components that they call, directly or indirectly. */
function loadedLanes({ data, lanes, links }: Scene): Set<string> {
  const changed = new Set(
    data.plan.faults.flatMap((fault) => [...touchedBy(fault, data).workloads]),
  );
  const own = lanes.filter(({ component }) => changed.has(component));
  const loaded = new Set(own.map(({ name }) => name));
  for (const name of loaded) {
    for (const { caller, callee } of links) if (caller.name === name) loaded.add(callee.name);
  }
  return loaded;
}
