import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../spec/plan/plan.js';
import type { Layer } from '../../spec/scenario/policies.js';
import { formatSeconds } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { pairsWith, withoutLayers, withoutLayersFrom } from './layers.js';

/** A plan, and the start of a sentence about it. */
export interface Rerun {
  readonly words: string;
  readonly plan: Plan;
}

const REPEATS: ReadonlySet<Layer['policy']> = new Set<Layer['policy']>(['retry', 'hedge']);
const isRepeat = ({ policy }: Layer): boolean => REPEATS.has(policy);

/**
 * The plan in which calls on some edges (`front->mid`) are not repeated from a time on; where that is impossible, never
 * repeated. null if none of them repeats calls.
 */
export function loopCut(plan: Plan, edges: readonly string[], fromNs: Ns): Rerun | null {
  const pairs = pairsWith(plan, isRepeat).filter(({ name }) => edges.includes(name));
  if (pairs.length === 0) return null;
  const has = (policy: Layer['policy']): boolean =>
    pairsWith(plan, (layer) => layer.policy === policy).some(({ name }) =>
      pairs.some((pair) => pair.name === name),
    );
  const kinds = [...(has('retry') ? ['retries'] : []), ...(has('hedge') ? ['hedges'] : [])];
  const what = `the ${list(kinds)} of ${list(pairs.map(({ words }) => words))}`;
  const late = withoutLayersFrom(plan, pairs, isRepeat, fromNs);
  if (late !== null) {
    const at = formatSeconds((fromNs - plan.warmupNs) / 1e9);
    return { words: `with ${what} cut at ${at}`, plan: late };
  }
  const never = pairs.reduce((own, pair) => withoutLayers(own, pair, isRepeat), plan);
  return { words: `without ${what}`, plan: never };
}
