import type { CauseFact } from '../../../contracts/result/cause.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { Lane } from '../../measure/lanes.js';
import { formatRate, formatShare } from '../../../text/figures.js';
import { list } from '../../../text/words.js';
import { demandsOf } from '../demands.js';
import { INFEASIBLE } from '../feasibility.js';
import { badShareIn, meanSteps, rateSteps, sumSteps, linksFrom, linksInto } from '../links.js';
import { isProxyFull, proxyLines, workersWords } from '../proxies.js';
import { saturatedShare } from '../saturation.js';
import { usersOf, type Scene } from '../scene.js';
import { sourcesOf } from '../sources.js';
import { ceilingOf, growthsBy } from './conditions.js';
import { heldByLimit } from './held-by-limit.js';
import { refusalAt } from './refusals/index.js';
import { unevenAt } from './uneven.js';

/** Smallest share of refused requests that is an overload from the start. */
const REFUSED = 0.01;
const FIRST_STEPS = 4;
/** Share of the steps in which it must be full. */
const ALWAYS = 0.9;

/**
 * Overload from the start, before any fault: the deepest component that is full all the time, and the share of failed
 * requests.
 */
export function chronicOf(scene: Scene, record: RunRecord): Chronic | null {
  const { baseline, steps, faultsNs } = scene;
  const until = faultsNs.length === 0 ? steps.count : baseline;
  if (until < FIRST_STEPS) return null;
  const users = usersOf(scene);
  // The workload that sends most is named.
  users.sort((a, b) => sumSteps(b.arrivals, 0, until) - sumSteps(a.arrivals, 0, until));
  for (const user of users) {
    if (grows(scene, user.component, until)) continue;
    const found =
      overloadBelow(scene, record, user, until) ??
      (isHarmed(user, until) ? unevenBelow(scene, record, user, until) : null);
    if (found !== null) return found;
  }
  return fullProxy(scene, record, users, until);
}

/** The deepest component that is full all the time, if the requests of a user are too many for it. */
function overloadBelow(scene: Scene, record: RunRecord, user: Lane, until: number): Chronic | null {
  const full = deepestFull(scene, user, until);
  if (full === null || (!isHarmed(user, until) && !isLaneFilling(full, until))) return null;
  // A rate limit that refuses by design, or a limit that holds the workers, is no lack of capacity.
  const place = { scene, record, lane: full, from: 0, until };
  const shed = sumSteps(full.shed, 0, until);
  const isOverRate = shed > 0 && 2 * sumSteps(full.overRate, 0, until) >= shed;
  if (isOverRate || heldByLimit(place) !== null) return null;
  const rates = ratesOf(scene, record, full, until);
  // A limit that refuses what exceeds the capacity protects the component.
  if (rates === null || (!isClear(rates) && refusalAt(place)?.ref.kind === 'limit')) return null;
  const evidence = `${ceilingOf(scene, full, 0, until)!.text}${callersWords(scene, full, until)}`;
  return factOf(scene, { user, rates, name: full.name, evidence }, until);
}

/** A caller with a smaller part of the calls is not listed. */
const LISTED = 0.25;

/** The callers of a full component, if there are several: `; catalog and rewrite make 50 % and 50 % of its calls`. */
function callersWords({ links }: Scene, full: Lane, until: number): string {
  const own = linksInto({ links }, full);
  const calls = own.map(({ sent }) => sumSteps(sent, 0, until));
  const all = calls.reduce((sum, count) => sum + count, 0);
  const most = own.flatMap(({ caller }, i) =>
    calls[i] >= LISTED * all ? [{ name: caller.name, share: formatShare(calls[i] / all) }] : [],
  );
  if (most.length < 2) return '';
  return `; ${list(most.map(({ name }) => name))} make ${list(most.map(({ share }) => share))} of its calls`;
}

/** An overload from the start as a cause, and the component that is full. */
interface Chronic {
  readonly fact: CauseFact;
  readonly full: string;
}

/** Requests per second that ask for a component, and those that its capacity is enough for. */
interface Rates {
  readonly offered: number;
  readonly served: number;
  /** Whether the need of the requests is known. If not, `served` is what was served. */
  readonly isKnown: boolean;
}

/** Ratio of two rates from which one is larger, and not just measured a little differently. */
const CLEARLY = 1.02;

/** Whether more requests are known to come than the capacity is enough for. */
function isClear({ offered, served, isKnown }: Rates): boolean {
  return isKnown && offered >= CLEARLY * served;
}

/** An overload: the workload, and the words for what is full. */
interface Found {
  readonly user: Lane;
  readonly rates: Rates;
  readonly name: string;
  readonly evidence: string;
}

function factOf({ data }: Scene, { user, rates, name, evidence }: Found, until: number): Chronic {
  const [offered, served] = [rates.offered, rates.served].map(formatRate);
  const isMore = rates.offered >= CLEARLY * rates.served;
  const fact: CauseFact = {
    kind: 'load',
    subject: data.plan.components[user.component].name,
    role: 'cause',
    at: 0,
    until: null,
    text: isMore
      ? `from the start ${offered} meet ${served} that ${name} can serve`
      : `from the start ${name} is full`,
    value: badShareIn(user, 0, until),
    unit: 'share',
    mechanism: 'queueFull',
    evidence,
    share: null,
  };
  return { fact, full: name };
}

/**
 * A proxy of the mesh that is full all the time, and whose queue grows. Of each request it serves the part that its
 * passes have got workers: those that wait at the end have not, and those that waited at the start came before.
 */
function fullProxy(
  scene: Scene,
  record: RunRecord,
  users: readonly Lane[],
  until: number,
): Chronic | null {
  const { data, steps } = scene;
  for (const line of proxyLines(data, record, steps)) {
    let full = 0;
    for (let step = 0; step < until; step++) if (isProxyFull(line, step)) full++;
    if (full < ALWAYS * until || !isFilling(line, until) || until < steps.count) continue;
    const sources = sourcesOf(data, line.component);
    const user = users.find(({ component }) => sources.has(component));
    if (user === undefined || grows(scene, user.component, until)) continue;
    // Requests that wait here have not arrived at the component yet.
    const offered = demandsOf(data, record).firstAt(line.component, data.whole);
    const served = (offered * (line.served + line.queue[0])) / (line.served + line.left);
    const evidence = `${workersWords(line)} are in use`;
    return factOf(
      scene,
      { user, rates: { offered, served, isKnown: true }, name: line.name, evidence },
      until,
    );
  }
  return null;
}

/** Whether requests of users fail. It may take until the middle of the time to fill a queue, but no longer. */
function isHarmed(user: Lane, until: number): boolean {
  return badShareIn(user, 0, until) >= REFUSED && badShareIn(user, 0, (until >> 1) + 1) >= REFUSED;
}

/** Growth of a queue over a time that chance does not explain, and its length in requests per worker. */
const FILLS = 1.5;
const LONG = 5;

/** Whether the queue of a full component grows all the time, so that its callers wait longer and longer. */
function isFilling({ queue, workers }: Pick<Lane, 'queue' | 'workers'>, until: number): boolean {
  const third = Math.floor(until / 3);
  const last = meanSteps(queue, until - third, until);
  return (
    Number.isFinite(workers) && last >= LONG * workers && last >= FILLS * meanSteps(queue, 0, third)
  );
}

/** The same of a component: without a limit on its workers, the requests that share its cores are its queue. */
function isLaneFilling({ queue, workers, inSystem, cores }: Lane, until: number): boolean {
  const isLimited = Number.isFinite(workers) || !Number.isFinite(cores);
  return isFilling(isLimited ? { queue, workers } : { queue: inSystem, workers: cores }, until);
}

/** Whether a load grows within steps [0, until), so that it was feasible at first. */
function grows(scene: Scene, workload: number, until: number): boolean {
  return growthsBy(scene, until - 1).some((growth) => growth.workload === workload);
}

/**
 * Requests per second that ask for a component, and those that its capacity is enough for: what refusals of its callers
 * keep away counts, and requests that wait at the end do not. Null if the capacity is enough for all of them, and
 * something else fails some, such as a short queue or an uneven load.
 */
function ratesOf(scene: Scene, record: RunRecord, full: Lane, until: number): Rates | null {
  const { data, faultsNs } = scene;
  const window = faultsNs.length > 0 && data.before.lengthNs > 0 ? data.before : data.whole;
  const demands = demandsOf(data, record);
  const first = demands.firstAt(full.component, window);
  const offered = Math.max(first, rateSteps(full.arrived, scene.steps, 0, until));
  const needs = (['busy', 'cpu'] as const).flatMap((kind) => {
    const capacity = (kind === 'busy' ? full.workers : full.cores) * meanSteps(full.up, 0, until);
    if (!(capacity > 0) || !Number.isFinite(capacity) || !(first > 0)) return [];
    const needed = demands.neededAt(full.component, kind, window, window) / capacity;
    return [(needed * offered) / first];
  });
  if (needs.length === 0)
    return { offered, served: rateSteps(full.succeeded, scene.steps, 0, until), isKnown: false };
  const need = Math.max(...needs);
  return need >= INFEASIBLE ? { offered, served: offered / need, isKnown: true } : null;
}

/** Instances that are full from the start while others of the same component have room, at the deepest such component. */
function unevenBelow(scene: Scene, record: RunRecord, user: Lane, until: number): Chronic | null {
  const lane = deepest(scene, user, (own) => unevenAt(scene, record, own, until) !== null);
  if (lane === null) return null;
  const place = { scene, record, lane, from: 0, until };
  if (refusalAt(place)?.ref.kind === 'limit') return null;
  const { text, ...uneven } = unevenAt(scene, record, lane, until)!;
  const fact: CauseFact = {
    kind: 'capacity',
    ...uneven,
    role: 'cause',
    at: 0,
    until: null,
    text: `from the start ${text}`,
    value: badShareIn(user, 0, until),
    unit: 'share',
    mechanism: 'queueFull',
    share: null,
  };
  return { fact, full: lane.name };
}

function deepestFull(scene: Scene, lane: Lane, until: number): Lane | null {
  const isFull = (own: Lane): boolean =>
    own.workers > 0 &&
    saturatedShare(own, 0, until) >= ALWAYS &&
    ceilingOf(scene, own, 0, until) !== null;
  return deepest(scene, lane, isFull);
}

/** The deepest component below a lane, or the lane itself, that passes. */
function deepest(
  scene: Scene,
  lane: Lane,
  passes: (lane: Lane) => boolean,
  seen = new Set<Lane>(),
): Lane | null {
  if (seen.has(lane)) return null;
  seen.add(lane);
  for (const link of linksFrom(scene, lane)) {
    const below = deepest(scene, link.callee, passes, seen);
    if (below !== null) return below;
  }
  return passes(lane) ? lane : null;
}
