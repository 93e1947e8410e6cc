/** Number of steps of a ramp. */
export const RAMP_STEPS = 20;

/** Strength of a ramp at a share of its length. */
export function shaped(share: number, shape: 'linear' | 'step' | 'exponential'): number {
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
