import { unit } from '../kernel/rng.js';
import type { Outcome } from '../spec/outcome.js';
import type { Injection, World } from './world.js';
import { strands } from './strands.js';

/** Indices of the draws of injected errors, apart from those of the links. */
const INJECTION_INDEX = 200;

/**
 * Errors that faults inject into a request on its arrival. Those before the work are given back, to be
 * answered at once; one after the work is noted in the strand and replaces the outcome of its end.
 * 0 = none before the work.
 */
export function injectedOutcome(world: World, strand: number): Outcome {
  const { partInjections, instanceInjections } = world;
  return (
    inject(strand, partInjections[strands.part[strand]]) ||
    inject(strand, instanceInjections[strands.instance[strand]])
  );
}

function inject(strand: number, injections: readonly Injection[] | null): Outcome {
  if (injections === null) return 0;
  for (const { key, share, afterWork, outcome } of injections) {
    const { lineageA, lineageB } = strands;
    const hit = unit(key.a, key.b, lineageA[strand], lineageB[strand], INJECTION_INDEX) < share;
    if (!hit) continue;
    if (!afterWork) return outcome;
    strands.injected[strand] = outcome;
  }
  return 0;
}
