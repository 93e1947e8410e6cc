import { incompleteBeta } from '../../stats/student.js';
import type { CauseFact, CauseKind } from '../../contracts/result/cause.js';
import { usersOf, type Scene } from './scene.js';
import { healthWithout } from './transients.js';
import { touchedBy } from '../measure/faulted.js';
import type { Episode, Health } from './health.js';
import type { StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import { failedIn, sumSteps, linksFrom } from './links.js';
import { fullSteps, type Saturation } from './saturation.js';

/** Steps [from, until). */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** Extract of a run, for judging the other runs. Keeping whole scenes would take too much memory. */
export interface Sketch {
  /** Starts of all faults, in absolute ns. */
  readonly faultsNs: readonly number[];
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
  /** Episodes of users that may be chance, because they harm few requests of the run in all. */
  readonly mild: Mild;
  /** Whether a fault, or a load that rises, is a cause of the harm. Other causes act in each run, or by chance. */
  readonly isByEvent: boolean;
  /**
   * Requests of users in equal parts of the time before the first fault, and after it; null if some episode of users is
   * one of slowness.
   */
  readonly users: { readonly before: readonly Failures[]; readonly after: Failures } | null;
}

/** Requests, and those of them that failed. */
interface Failures {
  readonly arrived: number;
  readonly failed: number;
}

/** Degraded episodes of users by lane, and whether they harm hardly any request. */
interface Mild {
  readonly degraded: ReadonlyMap<string, readonly Span[]>;
  readonly isSlight: boolean;
}

/** Degraded episodes, and saturations, by lane. */
interface Suspects {
  readonly degraded: ReadonlyMap<string, readonly Span[]>;
  readonly full: ReadonlyMap<string, Saturation>;
}

const NEAR_NS = 2_000_000_000;
const NEAR_STEPS = 5;

/** Users come to little harm if fewer than this share of their requests fail, or are slow, in all episodes together. */
const LITTLE = 0.03;
/** Up to this share of their requests the harm is slight. */
const SLIGHT = 0.005;
/** A request is slow above this quantile of the usual latency. */
const SLOW_FROM = 0.99;
/** With a smaller share of failed requests an episode is one of slowness. */
const FAILING = 0.02;
/** Parts of the time before the first fault that show how unevenly failures are spread. */
const PARTS = 12;
/** Causes that begin at a time. */
const EVENTS: ReadonlySet<CauseKind> = new Set(['fault', 'rollout', 'load']);
/** Probability of as many failures after the first fault by chance, from which they may be chance. */
const LIKELY = 0.01;

/** The extract of a run. Without a fault, only little harm to users may be chance. */
export function sketchOf(
  scene: Scene,
  influences: readonly StepInfluence[],
  causes: readonly CauseFact[],
): Sketch {
  const { baseline, faultsNs, health, lanes, saturations, steps } = scene;
  const reached =
    faultsNs.length === 0
      ? new Set(lanes.map(({ name }) => name))
      : reachedLanes(scene, influences);
  const isSuspect = ({ name }: Lane): boolean => !reached.has(name);
  const suspectOf = (lane: Lane, { episodes }: Health): readonly Episode[] =>
    isSuspect(lane) ? episodes.filter((each) => !callsDegraded(scene, lane, each, reached)) : [];
  return {
    faultsNs,
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
    mild: mildHarm(scene),
    isByEvent: causes.some(({ kind }) => EVENTS.has(kind)),
    users: failuresAround(scene),
  };
}

function failuresAround(scene: Scene): Sketch['users'] {
  const { baseline, health, steps } = scene;
  const users = usersOf(scene);
  const isSlow = users.some((lane) =>
    health
      .get(lane)!
      .episodes.some(
        ({ from, until }) =>
          until > baseline &&
          failedIn(lane, from, until) < FAILING * sumSteps(lane.arrivals, from, until),
      ),
  );
  if (isSlow) return null;
  const between = (from: number, until: number): Failures => ({
    arrived: sum(users, ({ arrivals }) => sumSteps(arrivals, from, until)),
    failed: sum(users, (lane) => failedIn(lane, from, until)),
  });
  const parts = Math.min(PARTS, baseline);
  const edge = (part: number): number => Math.floor((part * baseline) / parts);
  const before = Array.from({ length: parts }, (_, part) => between(edge(part), edge(part + 1)));
  return { before, after: between(baseline, steps.count) };
}

/** The episodes of the users after the first fault, if they harm few requests in all. */
function mildHarm(scene: Scene): Mild {
  const { health, baseline } = scene;
  const users = usersOf(scene);
  const episodesOf = (lane: Lane): readonly Episode[] =>
    health.get(lane)!.episodes.filter(({ until }) => until > baseline);
  let arrived = 0;
  let harmed = 0;
  for (const lane of users) {
    arrived += sumSteps(lane.arrivals, 0, lane.arrivals.length);
    for (const episode of episodesOf(lane)) harmed += harmedIn(lane, episode, baseline);
  }
  if (harmed >= LITTLE * arrived) return NOT_MILD;
  return {
    degraded: spansOf({ health }, (lane) => (users.includes(lane) ? episodesOf(lane) : [])),
    isSlight: harmed <= SLIGHT * arrived,
  };
}

const NOT_MILD: Mild = { degraded: new Map(), isSlight: false };

/** Requests that fail in an episode beyond the usual share. Where none does, those that are slow. */
function harmedIn(lane: Lane, { from, until }: Episode, baseline: number): number {
  const all = sumSteps(lane.arrivals, 0, baseline);
  const arrived = sumSteps(lane.arrivals, from, until);
  const usual = all > 0 ? failedIn(lane, 0, baseline) / all : 0;
  const failed = failedIn(lane, from, until) - usual * arrived;
  return failed >= 1 ? failed : slowIn(lane, from, until, baseline);
}

/** Requests slower than usual in steps [from, until); half of all if nothing shows what is usual. */
function slowIn(lane: Lane, from: number, until: number, baseline: number): number {
  const usual = lane.usualUntil(baseline);
  if (usual === null) return sumSteps(lane.arrivals, from, until) / 2;
  const limit = usual.quantile(SLOW_FROM);
  const slowerUntil = (step: number): number => lane.usualUntil(step)?.countAtLeast(limit) ?? 0;
  return slowerUntil(until) - slowerUntil(from);
}

/**
 * The suspects of a run that are random overload. These are degradations and saturations that fewer than half of the
 * runs in which a fault strikes have at that time, and saturations that at least half of them have before the first
 * fault as well. Little harm to users is random too, if fewer than half of these runs have it at that time, or if all
 * runs together have no more failures after the first fault than chance explains. In one or two runs nothing is too rare.
 */
export function chanceIn(sketch: Sketch, all: readonly Sketch[]): Suspects {
  const { suspects, near, baseline } = sketch;
  const isStruck = ({ faultsNs }: Sketch): boolean => faultsNs.length > 0;
  const runs = all.filter((run) => isStruck(run) === isStruck(sketch));
  const isFew = (has: (run: Sketch) => boolean): boolean =>
    2 * runs.filter(has).length < runs.length;
  const isNotAll = (has: (run: Sketch) => boolean): boolean => runs.length > 2 && !runs.every(has);
  const around = ({ from, until }: Span): Span => ({ from: from - near, until: until + near });
  const degraded = new Map<string, readonly Span[]>();
  const mild = mildOf(sketch, runs);
  const isAsBefore = mild.degraded.size > 0 && failsAsBefore(runs);
  // A load that is too high, a collector or a lock acts in each run: only a fault can spare one by chance.
  const isOdd = mild.isSlight && !(isStruck(sketch) && sketch.isByEvent) ? isNotAll : isFew;
  for (const [name, spans] of [...suspects.degraded, ...mild.degraded]) {
    const isMild = mild.degraded.get(name) === spans;
    const chance =
      isAsBefore && isMild
        ? spans
        : spans.filter((span) =>
            (isMild ? isOdd : isFew)((run) => overlaps(run.degraded.get(name) ?? [], around(span))),
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

/** Little harm to users, if the faults begin at the same times in all runs: their effects do so too. */
function mildOf({ mild, faultsNs }: Sketch, runs: readonly Sketch[]): Mild {
  const isSame = runs.every(
    (run) =>
      run.faultsNs.length === faultsNs.length && run.faultsNs.every((at, i) => at === faultsNs[i]),
  );
  return isSame ? mild : NOT_MILD;
}

/**
 * Whether at least three runs together have so few failures after the first fault that chance explains them. If all
 * requests are as likely to fail, the number after the fault is binomial. But failures come in bursts, so that each burst
 * counts once (quasi-binomial).
 */
function failsAsBefore(runs: readonly Sketch[]): boolean {
  const known = runs.flatMap(({ users }) => (users === null ? [] : [users]));
  const arrived = (one: Failures): number => one.arrived;
  const failed = (one: Failures): number => one.failed;
  const before = known.flatMap((users) => users.before);
  const after = known.map((users) => users.after);
  const all = sum(before, arrived);
  const failedAfter = sum(after, failed);
  if (known.length < Math.max(3, runs.length) || all === 0 || failedAfter < 1) return false;
  const failedBefore = sum(before, failed);
  const burst = burstOf(before.map((part) => [part.failed, (failedBefore / all) * part.arrived]));
  const share = sum(after, arrived) / (all + sum(after, arrived));
  const atLeastSoMany = incompleteBeta(share, failedAfter / burst, failedBefore / burst + 1);
  return atLeastSoMany > LIKELY;
}

/** How many requests fail together: Pearson's dispersion of numbers around the expected ones, at least 1. */
function burstOf(counts: readonly (readonly [found: number, expected: number])[]): number {
  const known = counts.filter(([, expected]) => expected > 0);
  const squares = sum(
    known,
    ([found, expected]) => ((found - expected) * (found - expected)) / expected,
  );
  return known.length > 1 ? Math.max(1, squares / (known.length - 1)) : 1;
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);

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
    for (const { callee } of linksFrom(scene, one)) {
      if (!isDegraded(callee)) continue;
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
