import type { Ns } from '../../kernel/time.js';
import type { Ramp } from '../../contracts/scenario/faults.js';

/** Number of steps of a ramp without a number of its own. */
export const RAMP_STEPS = 20;

/** A time at which the strength changes. */
export interface Rung {
  readonly at: Ns;
  readonly strength: number;
}

/** Strength of a ramp at a share of its length. */
export function shaped(share: number, shape: Ramp['shape']): number {
  // No effect until its end, like the RAMP_TIME before and after a LitmusChaos experiment.
  if (shape === 'step') return 0;
  // (2^(10 s) - 1) / 1023: from 0 to 1, most of it in the last tenth.
  if (shape !== 'exponential') return share;
  let power = 1;
  const tenths = Math.floor(share * 10);
  for (let k = 0; k < tenths; k++) power *= 2;
  const rest = share * 10 - tenths;
  return (power * (1 + rest) - 1) / 1023;
}

/** The strengths of a fault from its start to its end, which is not included. */
export function rungsOf(ramp: Ramp | null, fromNs: Ns, untilNs: Ns): readonly Rung[] {
  if (ramp === null) return [{ at: fromNs, strength: 1 }];
  if (ramp.steps !== undefined) return evenRungs(ramp, ramp.steps, fromNs, untilNs);
  const rungs: Rung[] = [];
  // Each step has the strength of the ramp at its middle, so the sum over a ramp equals that of its slope.
  const upUntilNs = fromNs + ramp.upNs;
  for (let k = 0; ramp.upNs > 0 && k < RAMP_STEPS; k++) {
    const at = Math.round(fromNs + ramp.upNs * (k / RAMP_STEPS));
    if (at < untilNs) rungs.push({ at, strength: shaped((k + 0.5) / RAMP_STEPS, ramp.shape) });
  }
  if (upUntilNs < untilNs) rungs.push({ at: upUntilNs, strength: 1 });
  for (let k = RAMP_STEPS; ramp.downNs > 0 && k > 0; k--) {
    const at = Math.round(untilNs - ramp.downNs * (k / RAMP_STEPS));
    if (at >= upUntilNs) rungs.push({ at, strength: shaped((k - 0.5) / RAMP_STEPS, ramp.shape) });
  }
  return rungs;
}

/**
 * The first step is at the start and the last one, full strength, at the end of `up`. `down` mirrors it: its last step
 * is the end of the fault.
 */
function evenRungs(
  { upNs, downNs, shape }: Ramp,
  steps: number,
  fromNs: Ns,
  untilNs: Ns,
): readonly Rung[] {
  const rungs: Rung[] = [];
  const gaps = steps - 1;
  if (upNs === 0) rungs.push({ at: fromNs, strength: 1 });
  for (let k = 0; upNs > 0 && k < steps; k++) {
    const at = Math.round(fromNs + upNs * (k / gaps));
    if (at < untilNs) rungs.push({ at, strength: shaped((k + 1) / steps, shape) });
  }
  for (let k = 0; downNs > 0 && k < gaps; k++) {
    const at = Math.round(untilNs - downNs * (1 - k / gaps));
    if (at > fromNs + upNs) rungs.push({ at, strength: shaped((gaps - k) / steps, shape) });
  }
  return rungs;
}
