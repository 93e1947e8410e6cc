import type { CauseRef, Resource } from '../../../contracts/result/cause.js';
import type { Lane } from '../../measure/lanes.js';
import type { Ns } from '../../../kernel/time.js';
import { stepAt } from '../../measure/steps.js';
import { badShareIn, fullQueue, meanSteps, sumSteps, linksFrom } from '../links.js';
import { startedOf, startedText } from '../../../plan/interventions/load.js';
import { fewAtStart } from '../../../plan/interventions/start.js';
import { plannedRise } from '../load-changes.js';
import { firstGrowthNs } from '../scaling.js';
import { hasNoWorkerLeft, saturatedShare, SATURATED } from '../saturation.js';
import type { Scene } from '../scene.js';
import { formatCount, formatNumber, formatShare } from '../../../text/figures.js';
import { openedBelow } from './breakers.js';
import { keyOf, named, type Candidate, type Growth } from './candidate.js';
import { fullServerBelow } from './full-servers.js';
import { heldByLimit } from './held-by-limit.js';
import { heldByLocks } from './held-by-locks.js';
import { limiterOf, restsFor } from './limits.js';
import { refusalAt } from './refusals/index.js';
import { memoryDeaths } from '../deaths.js';
import { plural } from '../../../text/words.js';
import { specialCondition, type Place } from './special-conditions.js';
import { ownFailures, usualFaultsOn } from './suspects.js';

/** Growth of a load from which it explains a degradation. */
const GROWN = 1.1;
/** Steps over which a load is averaged. */
const RATE_STEPS = 10;
/** Steps by which an effect may precede the step in which its cause is known. */
const SLACK = 2;
/** Share of the steps in which a component must be full for its capacity to be the cause. */
const FULL = 0.3;
const MOST = 0.5;
/** Fewer errors of a component are chance, unless most of its requests fail. */
const FEWEST = 5;

/** A load in requests per second, over steps [from, until). */
export function rateOf(
  { lanes, steps }: Scene,
  workload: number,
  from: number,
  until: number,
): number {
  const first = Math.max(0, from);
  const last = Math.min(steps.count, until);
  if (last <= first) return 0;
  const own = lanes.filter(({ component, workers }) => workers === 0 && component === workload);
  const arrivals = own.reduce((sum, lane) => sum + sumSteps(lane.arrivals, first, last), 0);
  return (arrivals / sumSteps(steps.lengthNs, first, last)) * 1e9;
}

/** The planned growth of the loads by the start of a degradation, the largest first. */
export function growthsBy(scene: Scene, onset: number): readonly Growth[] {
  const { data, steps, loads } = scene;
  const workloads = [...new Set(data.requests.map((part) => data.plan.parts[part].component))];
  const rises = loads.risesNs.filter((at) => stepAt(steps, at) <= onset + SLACK);
  const last = rises[rises.length - 1];
  return workloads
    .flatMap(
      (workload) =>
        burstsOf(scene, workload, onset) ??
        startedAt(scene, workload, onset) ??
        (last === undefined ? null : grownSince(scene, workload, last, onset)) ??
        grownFromStart(scene, workload, onset) ??
        [],
    )
    .sort((a, b) => b.after - b.before - (a.after - a.before) || a.workload - b.workload);
}

/** A load that rises again and again, if a degradation begins in one of its bursts; null if it does not. */
function burstsOf({ data, steps }: Scene, workload: number, onset: number): Growth | null {
  const { loads, warmupNs, endNs } = data.plan;
  for (const { component, arrivals } of loads) {
    if (component !== workload || arrivals.kind !== 'burst') continue;
    const { base, peak, everyNs, forNs } = arrivals;
    if (!(peak > GROWN * base) || everyNs >= endNs - warmupNs) continue;
    const sinceNs = (steps.startNs[onset] - warmupNs) % everyNs;
    if (sinceNs > forNs + SLACK * steps.lengthNs[0]) continue;
    return { workload, before: base, after: peak, step: 0, isSudden: true, everyNs };
  }
  return null;
}

/** Work of a few written instants, if it starts right before a degradation. */
function startedAt({ data, steps }: Scene, workload: number, onset: number): Growth | null {
  const { loads, components, warmupNs } = data.plan;
  for (const load of loads) {
    const instants = load.component === workload ? startedOf(load, data.plan) : null;
    if (instants === null) continue;
    const at = instants.timesNs.map((ns) => stepAt(steps, warmupNs + ns));
    const step = at.findLast((own) => Math.abs(own - onset) <= SLACK);
    if (step === undefined) return null;
    const started = startedText(components[workload].name, instants);
    return { workload, before: 0, after: 0, step, isSudden: true, started };
  }
  return null;
}

/** A load that has grown since a rise, at the rates of its plan where it has some. */
function grownSince(scene: Scene, workload: number, atNs: Ns, onset: number): Growth | null {
  const { data, steps, loads } = scene;
  const last = stepAt(steps, atNs);
  const before = rateOf(scene, workload, last - RATE_STEPS, last);
  const until = Math.max(last + SLACK, Math.min(onset + SLACK, last + RATE_STEPS));
  const after = Math.max(
    rateOf(scene, workload, last + 1, until),
    rateOf(scene, workload, onset, onset + SLACK),
  );
  if (!(after > GROWN * before)) return null;
  const untilNs = steps.startNs[Math.min(steps.count - 1, onset)];
  const planned = plannedRise(data.plan, steps, workload, { atNs, untilNs });
  // The rate that arrives differs from the planned one by chance.
  if (planned !== null && !(planned.after > GROWN * planned.before)) return null;
  const isSudden = loads.jumpsNs.includes(atNs);
  return { workload, ...(planned ?? { before, after }), step: last, isSudden };
}

/** A load that grows all the time. */
function grownFromStart(scene: Scene, workload: number, onset: number): Growth | null {
  if (!grows(scene, workload) || onset <= 2 * SLACK) return null;
  const { data, steps } = scene;
  const before = rateOf(scene, workload, 0, SLACK);
  const after = rateOf(scene, workload, onset - SLACK, onset + SLACK);
  if (!(after > GROWN * before)) return null;
  const untilNs = steps.startNs[Math.min(steps.count - 1, onset)];
  const planned = plannedRise(data.plan, steps, workload, { atNs: data.plan.warmupNs, untilNs });
  return { workload, ...(planned ?? { before, after }), step: 0, isSudden: false };
}

/** Whether a load is planned to change: others differ by chance, or follow the responses. */
function grows({ data }: Scene, workload: number): boolean {
  return data.plan.loads.some(
    ({ component, arrivals }) => component === workload && PLANNED.has(arrivals.kind),
  );
}

const PLANNED: ReadonlySet<string> = new Set(['stages', 'burst', 'sinusoid', 'at']);

/** The resource of a component that is used up, in words; null if none is for long enough. */
export function ceilingOf(
  scene: Scene,
  lane: Lane,
  from: number,
  until: number,
): { readonly resource: Resource; readonly text: string } | null {
  const found = scene.saturations.get(lane);
  const isFull =
    saturatedShare(lane, from, until) >= FULL ||
    (found !== undefined && found.from < until && found.until > from);
  if (!isFull) return null;
  let workers = 0;
  let cores = 0;
  const places = fullQueue(lane, from, until);
  for (let step = from; step < until; step++) {
    if (hasNoWorkerLeft(lane, step)) workers++;
    if (lane.cpu[step] >= SATURATED * lane.cores * lane.up[step]) cores++;
  }
  const queued = places === null ? '' : `, queue of ${formatCount(places)} full`;
  if (cores > 0 && cores >= workers && Number.isFinite(lane.cores)) {
    const all = formatNumber(lane.cores * lane.up[from]);
    return {
      resource: 'cores',
      text: `${all} of ${all} cores of ${lane.name} are in use${queued}`,
    };
  }
  if (workers > 0) {
    const all = formatCount(Math.round(lane.workersAt[from] * lane.up[from]));
    return {
      resource: 'workers',
      text: `${all} of ${all} workers of ${lane.name} are in use${queued}`,
    };
  }
  const waiting = scene.lanes.some(() => sumSteps(lane.poolWaiting, from, until) > 0);
  if (waiting)
    return { resource: 'connections', text: `calls wait for connections of ${lane.name}` };
  return sumSteps(lane.shed, from, until) > 0
    ? { resource: 'queue', text: `${lane.name} refuses what exceeds its limit` }
    : null;
}

function candidateAt({ lane, from }: Place, ref: CauseRef, evidence: string): Candidate {
  return { ref, suspect: null, lane, from, evidence };
}

function loadAt(place: Place, growth: Growth): Candidate {
  const subject = place.scene.data.plan.components[growth.workload].name;
  const found = candidateAt(place, { kind: 'load', subject }, '');
  return { ...found, from: growth.step, growth };
}

/** The load that has grown most, if it does so after a step and meets a ceiling; null if none does. */
export function riseAfter(place: Place, step: number): Candidate | null {
  const { scene, lane, from, until } = place;
  const [growth] = growthsBy(scene, from);
  if (growth === undefined || growth.step <= step) return null;
  return ceilingOf(scene, lane, from, until) === null ? null : loadAt(place, growth);
}

/**
 * Causes without a fault at the deepest degraded component: pauses of its collector, waits for locks, an empty cache,
 * refusals by a limit, an autoscaler that is late, a ceiling with the load that meets it, or its own errors. The first
 * one does the harm, the others act together with it.
 */
export function conditionsAt(place: Place): readonly Candidate[] {
  const { scene, lane, from } = place;
  const growths = growthsBy(scene, from);
  const loads = growths.slice(0, 1).map((growth) => loadAt(place, growth));
  const opener = openedBelow(place);
  if (opener !== null) {
    const below = conditionsAt(opener);
    if (below.length > 0) return below;
  }
  const full = fullServerBelow(place);
  const filled = full === null ? null : specialCondition(full);
  if (filled !== null) return [candidateAt(full!, filled.ref, filled.evidence)];
  const refused = refusedAt(place);
  const locked = heldByLocks(place);
  if (locked !== null && !(refused !== null && keyOf(refused.ref) === keyOf(locked.ref)))
    return [locked, ...loads];
  const special = specialCondition(place);
  if (special !== null) {
    const found = candidateAt(place, special.ref, special.evidence);
    return special.ref.kind === 'cacheFill' ? [found] : [found, ...loads];
  }
  const limited = refused ?? heldByLimit(place) ?? refusedByLimit(place);
  if (limited !== null) return [limited, ...loads];
  const memory = memoryAt(place);
  if (memory !== null) return [...loads, memory];
  const isSudden = growths.some((growth) => growth.isSudden);
  const used = fullAt(place);
  if (used !== null)
    return isSudden && used.ref.kind === 'capacity' ? [...loads, used] : [used, ...loads];
  const opens = opener === null ? 0 : ownFailures(scene, opener.lane, from, place.until);
  if (opens > 0) return [openerAt(place, opener!.lane)];
  const shed = shedByQueue(place);
  if (shed !== null) return [shed, ...loads];
  const errors = ownFailures(scene, lane, from, place.until);
  const failed = sumSteps(lane.errors, from, place.until);
  const isOwn =
    lane.workers > 0 &&
    failed > 0 &&
    (failed >= FEWEST || errors >= MOST) &&
    errors >= MOST * badShareIn(lane, from, place.until);
  if (!isOwn) return loads;
  const usual = usualFaultsOn(scene, lane).filter(({ bounds }) => bounds.failed >= MOST * errors);
  if (usual.length > 0) return usual.map((suspect) => named(scene, suspect, lane));
  const ref = { kind: 'errors', subject: nameOf(place) } as const;
  return [candidateAt(place, ref, `it fails ${formatShare(errors)} of its requests itself`)];
}

/**
 * A component whose processes die for lack of memory before it is full, or with all that fill it: the requests that it
 * holds take the memory, so that its instances are fewer than its workers suggest.
 */
function memoryAt(place: Place): Candidate | null {
  const { scene, record, lane, from, until } = place;
  const { data, steps } = scene;
  if (lane.workers === 0 || data.plan.components[lane.component].memory === null) return null;
  const full = scene.saturations.get(lane);
  const deaths = memoryDeaths(data, record, scene.spansOf, lane.component).filter(({ fromNs }) => {
    const step = stepAt(steps, fromNs);
    return step >= from - SLACK && step < until && (full === undefined || fromNs <= full.atNs);
  });
  if (deaths.length === 0) return null;
  const subject = nameOf(place);
  const ref = { kind: 'capacity', subject, resource: 'memory' } as const;
  const text = `${subject} runs out of memory`;
  return { ...candidateAt(place, ref, plural(deaths.length, 'death')), text };
}

/** The rule that refuses most requests here, such as a concurrency limit or a full queue of messages. */
function refusedAt(place: Place): Candidate | null {
  const refusal = refusalAt(place);
  if (refusal === null) return null;
  const { ref, text, evidence } = refusal;
  return { ...candidateAt(place, ref, evidence), text };
}

/** The callee whose few failures keep a breaker open: most of its calls are refused, so that it does not degrade. */
function openerAt(place: Place, callee: Lane): Candidate {
  const ref = { kind: 'errors', subject: callee.name } as const;
  const caller = place.lane.name;
  const evidence = `the breaker of ${caller} opens because of its failures and refuses most calls`;
  return candidateAt({ ...place, lane: callee }, ref, evidence);
}

/** A queue that is full for moments, too short to see the workers in use: of a burst, or of retries at the same time. */
function shedByQueue(place: Place): Candidate | null {
  const { lane, from, until } = place;
  const shed = sumSteps(lane.shed, from, until) - sumSteps(lane.overRate, from, until);
  const failed = badShareIn(lane, from, until) * sumSteps(lane.arrivals, from, until);
  if (!(shed > 0 && shed >= MOST * failed)) return null;
  const most = fullQueue(lane, from, until);
  if (most === null) return null;
  const subject = nameOf(place);
  const evidence = `the queue of ${subject} is full (${formatCount(most)})`;
  return candidateAt(place, { kind: 'capacity', subject, resource: 'queue' }, evidence);
}

function nameOf({ scene, lane }: Place): string {
  return scene.data.plan.components[lane.component].name;
}

/** The limit whose refusals are most of the failures here, or for which the requests here wait to be made again. */
function refusedByLimit(place: Place): Candidate | null {
  const { scene, lane, from, until } = place;
  const bad = badShareIn(lane, from, until) * sumSteps(lane.arrivals, from, until);
  const isMost = bad > 0 && sumSteps(lane.overRate, from, until) >= MOST * bad;
  const resting = restsFor(scene, lane, from, until);
  const limiter = resting ?? (isMost ? limiterOf(scene, lane, from, until) : null);
  if (limiter === null) return null;
  const { subject, evidence, text } = limiter;
  return { ...candidateAt(place, { kind: 'limit', subject }, evidence), text };
}

/** Whether a component is full before its autoscaler has followed the first load, which is still the same. */
function startsSmall({ scene, record, lane, from }: Place): boolean {
  const { data, steps } = scene;
  const readyNs = firstGrowthNs(data, record, lane.component);
  return readyNs > steps.startNs[from] - data.plan.warmupNs && growthsBy(scene, from).length === 0;
}

/** A component that is full, that its autoscaler does not enlarge in time, or whose connections are all in use. */
function fullAt(place: Place): Candidate | null {
  const { scene, lane, from, until } = place;
  const subject = nameOf(place);
  const ceiling = ceilingOf(scene, lane, from, until);
  if (ceiling !== null) {
    const { resource, text } = ceiling;
    const component = scene.data.plan.components[lane.component];
    if (component.autoscaling === null)
      return candidateAt(place, { kind: 'capacity', subject, resource }, text);
    if (!startsSmall(place)) return candidateAt(place, { kind: 'scaling', subject }, text);
    return { ...candidateAt(place, { kind: 'start', subject }, text), text: fewAtStart(component) };
  }
  const pooled = linksFrom(scene, lane).find((link) => meanSteps(link.waiting, from, until) >= 1);
  if (pooled === undefined) return null;
  const callee = pooled.callee.name;
  const ref = { kind: 'capacity', subject: callee, resource: 'connections' } as const;
  return candidateAt(place, ref, `${subject} waits for connections to ${callee}`);
}
