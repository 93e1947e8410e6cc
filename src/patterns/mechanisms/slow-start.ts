import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import { pow } from '../../kernel/math.js';
import type { Ns } from '../../kernel/time.js';

const MS = 1_000_000;

export const slowStartField = field.of(
  z.strictObject({
    window: field.duration(required, 'How long an instance counts as new after it has come up.', {
      min: MS,
    }),
    aggression: field.factor(
      1,
      'Shape of the ramp: share of the weight = (age / window) ^ (1 / aggression). 1 is linear; larger values ramp ' +
        'up sooner.',
    ),
    minWeight: field.share('10%', 'Minimum share of its weight for a new instance.'),
  }),
  absent(),
  'Raises the weight of an instance gradually after it has come up (after a crash), or has passed the `healthChecks` ' +
    'of a caller again. At the start of a run no instance is new; to a caller that restarts, all instances are new.',
);

export interface SlowStartConfig {
  readonly window: Ns;
  readonly aggression: number;
  readonly minWeight: number;
}

/** Share of its weight that an instance of this age has. Ages are whole ms, at least 1. */
export class SlowStart {
  private readonly windowMs: number;
  private readonly exponent: number;
  private readonly minWeight: number;

  constructor({ window, aggression, minWeight }: SlowStartConfig) {
    this.windowMs = Math.floor(window / MS);
    this.exponent = 1 / aggression;
    this.minWeight = minWeight;
  }

  /** Whether an instance of this age still has a reduced weight, which requires a schedule. */
  isNew(age: Ns): boolean {
    return Math.floor(age / MS) <= this.windowMs;
  }

  shareAt(age: Ns): number {
    const ms = Math.floor(age / MS);
    if (ms >= this.windowMs) return 1;
    const grown = Math.max(1, ms) / this.windowMs;
    const bent = this.exponent === 1 ? grown : pow(grown, this.exponent);
    return Math.max(bent, this.minWeight);
  }
}
