import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { formatSeconds } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { appliedTo } from './applied.js';
import { cacheFill } from './cache-fill.js';
import type { Source } from './kind.js';
import { probes } from './processes.js';
import { pairsWith, withoutLayers, withoutLayersFrom, type Pair } from './layers.js';
import { isTimeLimit } from './policies.js';

/** A plan, and the start of a sentence about it. */
export interface Rerun {
  readonly words: string;
  readonly plan: Plan;
}

const REPEATS: ReadonlySet<Layer['policy']> = new Set<Layer['policy']>(['retry', 'hedge']);
const isRepeat = ({ policy }: Layer): boolean => REPEATS.has(policy);

/** The loops that may sustain a failure. */
interface Loops {
  /** Edges whose calls are repeated: `front->mid`. */
  readonly edges: readonly string[];
  /** Components whose instances are restarted again and again. */
  readonly restarting: readonly string[];
  /** The component that is kept full. */
  readonly full: string | null;
  /** The cache whose misses may fill it; null = no one in particular. */
  readonly cache: string | null;
}

/**
 * A rerun without the loops. `outlasts`: the loop lasts longer than a pause of the load, because a cache stays empty, or
 * because restarts wait for their back-off.
 */
export interface LoopCut extends Rerun {
  readonly outlasts: boolean;
}

/**
 * The plan in which calls on the edges are not repeated from a time on, or where that is impossible, never; and without
 * the probes of components that restart again and again. Without either, loads of a cache do not end at their timeout,
 * after which nothing is stored; or loads of one value are coalesced. null if there is nothing of all this.
 */
export function loopCut(source: Source, loops: Loops, fromNs: Ns): LoopCut | null {
  const repeated = repeatsCut(source.plan, loops.edges, fromNs);
  const plan = repeated?.plan ?? source.plan;
  const probed = probes.of(plan).filter(({ subject }) => loops.restarting.includes(subject));
  const words = [...(repeated === null ? [] : [repeated.words]), ...probed.map((one) => one.words)];
  if (words.length > 0) {
    const bare = probed.reduce((own, one) => one.apply({ ...source, plan: own }), plan);
    return { words: list(words), plan: bare, outlasts: probed.length > 0 };
  }
  return source.plan.caches.length === 0 ? null : fillsCut(source, loops, fromNs);
}

function fillsCut(source: Source, { full, cache }: Loops, fromNs: Ns): LoopCut | null {
  const { plan } = source;
  const limited = pairsWith(plan, isTimeLimit).filter(
    ({ to }) => plan.components[to]!.name === full,
  );
  if (limited.length > 0) {
    const what = `the timeout of ${list(limited.map(({ words }) => words))}`;
    return { ...cutFrom(plan, limited, isTimeLimit, what, fromNs), outlasts: true };
  }
  const fills = cacheFill
    .of(plan)
    .filter(({ part, subject }) => part === 'loop' && subject === (cache ?? subject));
  // Which of several caches is the loop is not known.
  if (fills.length !== 1) return null;
  const [fill] = fills;
  const filled = appliedTo(source, fill!);
  return filled === null ? null : { words: fill!.words, plan: filled, outlasts: true };
}

function repeatsCut(plan: Plan, edges: readonly string[], fromNs: Ns): Rerun | null {
  const pairs = pairsWith(plan, isRepeat).filter(({ name }) => edges.includes(name));
  if (pairs.length === 0) return null;
  const has = (policy: Layer['policy']): boolean =>
    pairsWith(plan, (layer) => layer.policy === policy).some(({ name }) =>
      pairs.some((pair) => pair.name === name),
    );
  const kinds = [...(has('retry') ? ['retries'] : []), ...(has('hedge') ? ['hedges'] : [])];
  const what = `the ${list(kinds)} of ${list(pairs.map(({ words }) => words))}`;
  return cutFrom(plan, pairs, isRepeat, what, fromNs);
}

/** The plan without some layers of calls from a time on; where that is impossible, without them throughout. */
function cutFrom(
  plan: Plan,
  pairs: readonly Pair[],
  isCut: (layer: Layer) => boolean,
  what: string,
  fromNs: Ns,
): Rerun {
  const late = withoutLayersFrom(plan, pairs, isCut, fromNs);
  if (late !== null) {
    const at = formatSeconds((fromNs - plan.warmupNs) / 1e9);
    return { words: `with ${what} cut at ${at}`, plan: late };
  }
  const never = pairs.reduce((own, pair) => withoutLayers(own, pair, isCut), plan);
  return { words: `without ${what}`, plan: never };
}
