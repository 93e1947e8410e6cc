import { blameOn, isDegradedAt } from '../blame.js';
import type { Lane } from '../../measure/lanes.js';
import {
  failuresIn,
  meanSteps,
  sumSteps,
  type Link,
  linksAt,
  linksFrom,
  linksInto,
} from '../links.js';
import { blockedShare } from '../mechanism.js';
import type { Scene } from '../scene.js';
import { isBounded } from './bounds.js';
import { divided, named, type Candidate, type Part } from './candidate.js';
import { conditionsAt, riseAfter } from './conditions.js';
import {
  hitting,
  latest,
  openersOf,
  RECENT,
  SLACK,
  unseenAt,
  withoutOver,
  type Walk,
} from './hidden.js';
import {
  enoughAt,
  isActive,
  MORE,
  riseOn,
  sizeAt,
  sizesAt,
  sizeOfLoad,
  sizeOnLink,
  SOME_SIZE,
  type Sized,
  type Suspect,
} from './suspects.js';

/** A callee with a smaller part of the trouble is left out. */
const SOME_BLAME = 0.1;
/** Share of failed requests of a component from which its trouble is failures. */
const MOST_FAIL = 0.5;
/** Share of a caller's workers that wait for a callee from which the callee is to blame. */
const BLOCKED = 0.5;
/** Steps by which a degradation may be known after that of the requests that wait for its locks. */
const LOCKED_BEFORE = 10;
/** Weight of a callee without a fault beside a fault on the way to it. */
const DEGRADED_SIZE = 0.3;

/** The causes of the trouble of a lane in the walk's steps, each with its part. The parts add up to 1 at most. */
export function partsOf(walk: Walk, lane: Lane): readonly Part[] {
  const visit: Visit = { above: new Set(), known: new Map() };
  const parts = descend(walk, lane, 1, visit);
  return parts.length > 0 ? parts : leftOver(walk, visit.known);
}

/** State of a walk: calls in a circle are followed once, and a component that several callers share is walked once. */
interface Visit {
  /** The callers on the way to a component. */
  readonly above: Set<Lane>;
  /** The causes of each component, with parts of 1. */
  readonly known: Map<Lane, readonly Part[]>;
}

function descend(walk: Walk, lane: Lane, part: number, visit: Visit): readonly Part[] {
  const { above, known } = visit;
  if (above.has(lane)) return [];
  let parts = known.get(lane);
  if (parts === undefined) {
    above.add(lane);
    known.set(lane, (parts = below(walk, lane, visit)));
    above.delete(lane);
  }
  return parts.map((one) => ({ ...one, part: one.part * part }));
}

/** The causes of a component, with parts that add up to 1 at most. */
function below(walk: Walk, lane: Lane, visit: Visit): readonly Part[] {
  const { scene, from, until } = walk;
  const { above } = visit;
  const down = linksFrom(scene, lane)
    .filter((link) => !above.has(link.callee))
    .filter(
      (link) =>
        isDegradedAt(scene, link, from) ||
        isFullFor(scene, link, from, until) ||
        blockedShare(link, from, until) >= BLOCKED,
    )
    .map((link) => ({ link, blame: blameIn(walk, link) }))
    .filter(({ blame }) => blame >= SOME_BLAME);
  const locked = lockedBy(walk, lane, above);
  if (locked !== null) return descend(walk, locked, 1, visit);
  const all = down.reduce((sum, { blame }) => sum + blame, 0);
  const own = ownAt(walk, lane);
  const strong = own.filter(({ size }) => size >= SOME_SIZE);
  if (down.length === 0) return atEnd(walk, lane, own);
  // A fault on a component whose callees explain most counts by its size.
  const largest = strong.reduce((most, { size }) => Math.max(most, size), 0);
  const ownPart = Math.max(0, 1 - all) * Math.min(1, largest);
  const found = [...divided(ownPart, weighed(walk, lane, strong))];
  for (const { link, blame } of down) {
    found.push(...along(walk, link, ((1 - ownPart) * blame) / all, visit));
  }
  return found.length > 0 ? found : atEnd(walk, lane, own);
}

/**
 * The faults that hit a component, with their sizes. Its calls that fail at healthy callees are its own trouble, such as
 * that of another timeout, if the strength of the fault sets no bound.
 */
function ownAt(walk: Walk, lane: Lane): readonly Sized[] {
  const { scene, from, until } = walk;
  const sized = withoutOver(sizesAt(scene, hitting(walk, lane), lane, from, until), from);
  if (sized.every(({ suspect }) => isBounded(suspect.bounds))) return sized;
  // Earlier ones had done no such harm until then.
  const last = new Set(latest(sized.filter(({ suspect }) => !isBounded(suspect.bounds))));
  const alone = linksFrom(scene, lane)
    .filter((link) => !isDegradedAt(scene, link, from))
    .reduce((sum, link) => sum + blameOn(scene, link, from, until).failed, 0);
  return sized.map((own) =>
    last.has(own) ? { ...own, size: Math.max(own.size, Math.min(1, alone)) } : own,
  );
}

/** The callee whose calls keep rows of a database locked, so that others wait for them. */
function lockedBy(
  { scene, influences, from, until }: Walk,
  lane: Lane,
  above: ReadonlySet<Lane>,
): Lane | null {
  const found = influences.find(
    ({ to, mechanism, step }) =>
      to === lane.name && mechanism === 'heldLocks' && step >= from - LOCKED_BEFORE && step < until,
  );
  const holder = scene.lanes.find(({ name }) => name === found?.from);
  return holder === undefined || above.has(holder) ? null : holder;
}

/** Whether callers wait for connections of a callee that has no capacity left, though its own requests are as fast as ever. */
function isFullFor(scene: Scene, link: Link, from: number, until: number): boolean {
  const full = scene.saturations.get(link.callee);
  if (full === undefined || full.from >= until || link.waiting.length === 0) return false;
  return meanSteps(link.waiting, from, until) >= 1;
}

/**
 * The blame of a callee for what its caller suffers. Where most requests of the caller fail, those that fail because of
 * other calls do not suffer from waiting for this callee too, unless this waiting holds what the others lack.
 */
function blameIn({ scene, from, until }: Walk, link: Link): number {
  const { caller } = link;
  const blame = blameOf(scene, link, from, until);
  const arrivals = sumSteps(caller.arrivals, from, until);
  const bad = arrivals - sumSteps(caller.good, from, until);
  if (!(bad >= MOST_FAIL * arrivals)) return blame;
  const isHeld =
    blameOn(scene, link, from, until).held !== null || blockedShare(link, from, until) >= BLOCKED;
  if (isHeld) return blame;
  const others = linksFrom(scene, caller)
    .filter((other) => other !== link)
    .reduce((sum, other) => sum + blameOn(scene, other, from, until).failed, 0);
  return Math.min(blame, Math.max(0, 1 - others));
}

function blameOf(scene: Scene, link: Link, from: number, until: number): number {
  const { blame: counted } = blameOn(scene, link, from, until);
  const blocked = blockedShare(link, from, until);
  const blame = Math.max(counted, blocked >= BLOCKED ? blocked : 0);
  if (!isFullFor(scene, link, from, until)) return blame;
  const there = meanSteps(link.caller.inSystem, from, until);
  return there > 0
    ? Math.max(blame, Math.min(1, meanSteps(link.waiting, from, until) / there))
    : blame;
}

/** The part of a link and its callee: a fault that hits the link's messages takes its share first. */
function along(walk: Walk, link: Link, part: number, visit: Visit): readonly Part[] {
  const { scene, from, until, suspects } = walk;
  const onLink = suspects
    .filter((suspect) => isActive(suspect, from))
    .map((suspect) => ({ suspect, size: sizeOnLink(scene, suspect, link, from, until) }))
    .filter(({ size }) => size >= SOME_SIZE);
  if (onLink.length === 0) return descend(walk, link.callee, part, visit);
  const openers = openersOf(walk, link.callee, onLink);
  const linked = onLink.reduce((sum, { size }) => sum + size, 0);
  const isDegraded = (scene.health.get(link.callee)?.episodes ?? []).some(
    (episode) => episode.from < until && episode.until > from,
  );
  const inside = Math.max(
    0,
    ...hitting(walk, link.callee).map((suspect) =>
      sizeAt(scene, suspect, link.callee, from, until),
    ),
  );
  const rest = isDegraded ? Math.max(DEGRADED_SIZE, inside) : inside >= SOME_SIZE ? inside : 0;
  const taken = (part * linked) / (linked + rest);
  return [
    ...divided(taken, weighed(walk, link.caller, [...onLink, ...openers])),
    ...(rest > 0 ? descend(walk, link.callee, part - taken, visit) : []),
  ];
}

/**
 * The deepest component. Faults that began before a planned rise of the load, and did no harm until then, need it: both
 * are causes.
 */
function atEnd(walk: Walk, lane: Lane, own: readonly Sized[]): readonly Part[] {
  const found = foundAt(walk, lane, own);
  const starts = found.map(({ candidate: { suspect } }) => suspect?.from ?? Infinity);
  const load = found.length === 0 ? null : riseAfter({ ...walk, lane }, Math.max(...starts));
  if (load === null) return found;
  const half = found.map(({ candidate, part }) => ({ candidate, part: part / 2 }));
  return [...half, { candidate: load, part: 0.5 }];
}

/** The faults that hit a component, or the load that meets it, or its own conditions. */
function foundAt(
  walk: Walk,
  lane: Lane,
  own: readonly { readonly suspect: Suspect; readonly size: number }[],
): readonly Part[] {
  const { scene, record, from, until } = walk;
  const strong = own.filter(({ size }) => size >= SOME_SIZE);
  if (strong.length > 0)
    return divided(1, weighed(walk, lane, enoughAt(lane, [...strong, ...loadsOn(walk, lane)])));
  const linked = walk.suspects
    .filter((suspect) => isActive(suspect, from))
    .map((suspect) => ({
      suspect,
      size: Math.max(
        0,
        ...linksAt(scene, lane).map((link) => sizeOnLink(scene, suspect, link, from, until)),
      ),
    }))
    .filter(({ size }) => size >= SOME_SIZE);
  if (linked.length > 0) return divided(1, weighed(walk, lane, linked));
  const loads = loadsOn(walk, lane);
  if (loads.length > 0) return divided(1, weighed(walk, lane, loads));
  const calling = callersOf(walk, lane);
  if (calling.length > 0) return divided(1, weighed(walk, lane, calling));
  // A fault whose effect does not show at once, such as an empty cache, is known by its time.
  const late = unseenAt(walk, lane);
  const conditions = conditionsAt({ scene, record, lane, from, until });
  if (late.length > 0) {
    const all = [...late, ...openersOf(walk, lane, late)];
    const loads =
      riseOn(scene, lane, from) === null
        ? []
        : conditions.filter(({ growth }) => growth !== undefined);
    return [
      ...divided(1, weighed(walk, lane, all)),
      ...loads.map((candidate) => ({ candidate, part: 0 })),
    ];
  }
  // The first does it; the others are named with it.
  return conditions.map((candidate, i) => ({ candidate, part: i === 0 ? 1 : 0 }));
}

/** Faults that change a load and are active, if more requests reach the component than before them. */
function loadsOn(
  { scene, suspects, from, until }: Walk,
  lane: Lane,
): readonly { suspect: Suspect; size: number }[] {
  return suspects.flatMap((suspect) => {
    if (suspect.touched.workloads.size === 0 || !isActive(suspect, from)) return [];
    const size = sizeOfLoad(scene, suspect, from, until);
    if (size < SOME_SIZE) return [];
    const before = Math.max(0, suspect.from - 10);
    const was = sumSteps(lane.arrivals, before, suspect.from) / Math.max(1, suspect.from - before);
    const is = sumSteps(lane.arrivals, from, until) / (until - from);
    return is > MORE * was || suspect.touched.workloads.has(lane.component)
      ? [{ suspect, size }]
      : [];
  });
}

/** Active faults on callers whose calls have failed, or been tried again, more often since they began: another timeout. */
function callersOf({ scene, suspects, from }: Walk, lane: Lane): readonly Sized[] {
  return suspects.flatMap((suspect) => {
    if (isBounded(suspect.bounds) || !isActive(suspect, from)) return [];
    const sizes = linksInto(scene, lane)
      .filter(({ caller }) => suspect.touched.components.has(caller.component))
      .map((link) => repeatedSince(suspect, link));
    const size = Math.max(0, ...sizes);
    return size >= SOME_SIZE ? [{ suspect, size }] : [];
  });
}

/** Growth of the failed and repeated attempts per call as a fault begins. */
function repeatedSince({ from }: Suspect, { sent, made, attempts }: Link): number {
  const perCall = (first: number, last: number): number => {
    const calls = Math.max(1, sumSteps(made, first, last));
    const repeated = Math.max(0, sumSteps(sent, first, last) - calls);
    return (repeated + failuresIn(attempts, first, last)) / calls;
  };
  const usual = perCall(Math.max(0, from - RECENT), from);
  return Math.min(1, perCall(from, from + RECENT) - usual);
}

/** Where nothing at the components explains it: the fault that is active, or ended last. */
function leftOver(
  { suspects, from, scene }: Walk,
  seen: ReadonlyMap<Lane, unknown>,
): readonly Part[] {
  const begun = suspects.filter((suspect) => suspect.from <= from + SLACK);
  const placed = new Set([...seen.keys()].map(({ component }) => component));
  const isNear = ({ touched }: Suspect): boolean =>
    [...touched.components, ...touched.workloads].some((id) => placed.has(id));
  const near = begun.filter((suspect) => isNear(suspect) || suspect.isUnplaced);
  const active = near.filter((suspect) => isActive(suspect, from));
  const pool =
    active.length > 0
      ? active
      : near.length > 0
        ? near
        : begun.filter((suspect) => isActive(suspect, from));
  const last = latest(pool.map((suspect) => ({ suspect, size: 1 })));
  return divided(
    1,
    last.map(({ suspect }) => ({ candidate: named(scene, suspect, null), weight: 1 })),
  );
}

function weighed(
  { scene }: Walk,
  lane: Lane,
  all: readonly { readonly suspect: Suspect; readonly size: number }[],
): readonly { readonly candidate: Candidate; readonly weight: number }[] {
  return all.map(({ suspect, size }) => ({ candidate: named(scene, suspect, lane), weight: size }));
}
