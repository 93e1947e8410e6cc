import { meanOf } from '../../../kernel/distribution.js';
import { OP } from '../../../contracts/plan/program.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { Lane } from '../../measure/lanes.js';
import { partsOf } from '../../measure/variant-data.js';
import { formatShare } from '../../../text/figures.js';
import { countIn, failuresIn, meanSteps, sumSteps, type Link, linksFrom } from '../links.js';
import type { Scene } from '../scene.js';
import { functionLimitOf } from './function-limits.js';
import { instructionsOf } from '../../measure/instructions.js';

/** A limit that refuses requests in steps [from, until): of a component, or of a caller for its calls. */
export interface Limiter {
  /** The component, or `caller->callee`. */
  readonly subject: string;
  /** The component, or the caller. */
  readonly lane: Lane;
  /** Share of the requests, or calls, that it refuses. */
  readonly share: number;
  readonly evidence: string;
  /** Its words, where its subject alone says too little. */
  readonly text?: string;
}

/** Part of the failed attempts, or of the refusals, that is most of them. */
const MOST = 0.5;
/** Part of the requests of a component that must rest between attempts. */
const RESTING = 0.5;
/** Growth of the refused share from which a limit explains a later degradation. */
const GROWN = 2;

/**
 * The limit that refuses most requests which a lane passes on as refused: its own, or that of the callee from which it
 * has the refusals, however deep. Null if there is none, or if it refused as many before the first fault.
 */
export function limiterOf(scene: Scene, lane: Lane, from: number, until: number): Limiter | null {
  const found = deepest(scene, lane, from, until, new Set());
  if (found === null) return null;
  const { baseline } = scene;
  const share = found.share(from, until);
  if (baseline > 0 && share < GROWN * found.share(0, baseline)) return null;
  const limit = found.link === null ? functionLimitOf(scene, found.lane, from, until) : null;
  const subject = limit?.subject ?? found.subject;
  const its = subject === found.subject ? 'its requests' : `the requests of ${found.subject}`;
  const what = found.link === null ? its : 'the calls';
  const evidence = `${formatShare(share)} of ${what} are throttled`;
  return { subject, lane: found.lane, share, evidence, text: limit?.text };
}

/**
 * The limiter for which the requests of a component rest: most of them do nothing, and most attempts of its calls that
 * fail and are made again were refused by a rate limit. Their pauses use up its workers; its work does not.
 */
export function restsFor(scene: Scene, lane: Lane, from: number, until: number): Limiter | null {
  const links = linksFrom(scene, lane).filter(
    (link) =>
      sumSteps(link.retried, from, until) > 0 &&
      refusedOn(link, from, until) >= MOST * failuresIn(link.attempts, from, until),
  );
  const inside = hasWorkers(lane)
    ? meanSteps(lane.busy, from, until)
    : meanSteps(lane.inSystem, from, until) - meanSteps(lane.queue, from, until);
  const done = meanSteps(lane.finished, from, until) / (scene.steps.lengthNs[from] / 1e9);
  const own = ownWait(scene.data.plan, lane) * done;
  const calls = linksFrom(scene, lane).map((link) => link.inFlight);
  const doing = [lane.cpu, lane.poolWaiting, ...calls].reduce(
    (sum, column) => sum + meanSteps(column, from, until),
    own,
  );
  if (!(inside > 0) || inside - doing < RESTING * inside) return null;
  let most: Limiter | null = null;
  for (const { callee } of links) {
    const found = limiterOf(scene, callee, from, until);
    if (found !== null && (most === null || found.share > most.share)) most = found;
  }
  return most;
}

const hasWorkers = ({ workers }: Lane): boolean => workers > 0 && Number.isFinite(workers);

interface Place {
  readonly subject: string;
  readonly lane: Lane;
  /** The calls of which a policy refuses some; null = the component refuses them. */
  readonly link: Link | null;
  share(from: number, until: number): number;
}

function deepest(
  scene: Scene,
  lane: Lane,
  from: number,
  until: number,
  above: Set<Lane>,
): Place | null {
  above.add(lane);
  const links = linksFrom(scene, lane).filter(({ callee }) => !above.has(callee));
  const own = ownRefusals(scene, lane, from, until);
  let most = own;
  let found: (() => Place | null) | null = own > 0 ? () => atComponent(scene, lane) : null;
  for (const link of links) {
    const [below, here] = [refusedOn(link, from, until), refusedBy(link, from, until)];
    if (Math.max(below, here) <= most) continue;
    most = Math.max(below, here);
    found =
      here > below ? () => atCalls(link) : () => deepest(scene, link.callee, from, until, above);
  }
  return found === null ? null : found();
}

function atComponent(scene: Scene, lane: Lane): Place {
  const share = (from: number, until: number): number =>
    shareOf(ownRefusals(scene, lane, from, until), sumSteps(lane.arrived, from, until));
  return { subject: lane.name, lane, link: null, share };
}

function atCalls(link: Link): Place {
  const share = (from: number, until: number): number =>
    shareOf(refusedBy(link, from, until), sumSteps(link.made, from, until));
  return { subject: `${link.caller.name}->${link.callee.name}`, lane: link.caller, link, share };
}

const shareOf = (part: number, all: number): number => (all > 0 ? part / all : 0);

/** Attempts of a link that a limit refused, its callee's or one further down. */
function refusedOn({ attempts }: Link, from: number, until: number): number {
  return countIn(attempts, ['throttled', 'rejectedRateLimit'], from, until);
}

/** Calls of a link that a policy of its caller refused. */
function refusedBy({ calls, attempts }: Link, from: number, until: number): number {
  const [all, sent] = [calls, attempts].map((table) =>
    countIn(table, ['rejectedRateLimit'], from, until),
  );
  return Math.max(0, all - sent);
}

/** Requests that a component refuses itself, and does not only pass on. Users refuse nothing. */
function ownRefusals({ links }: Scene, lane: Lane, from: number, until: number): number {
  if (lane.workers === 0) return 0;
  const passed = linksFrom({ links }, lane).reduce(
    (sum, { calls }) => sum + countIn(calls, ['throttled', 'rejectedRateLimit'], from, until),
    0,
  );
  return Math.max(0, sumSteps(lane.overRate, from, until) - passed);
}

/** Seconds that an execution waits by its own program, at most: the sum of all its waits, on whichever branch. */
function ownWait(plan: Plan, { component }: Lane): number {
  const waits = partsOf(plan, component)
    .map((id) => plan.parts[id])
    .map((part) =>
      instructionsOf(plan, part)
        .filter(({ op }) => op === OP.WAIT)
        .reduce((sum, { a }) => sum + meanOf(plan.distributions[a]) / 1e9, 0),
    );
  return Math.max(0, ...waits);
}
