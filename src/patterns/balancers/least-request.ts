import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { pow } from '../../kernel/math.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import { weightsField } from '../mechanisms/instance-weights.js';
import { problemsOf } from '../mechanisms/problems.js';
import { slowStartField } from '../mechanisms/slow-start.js';
import { WeightedTurns } from '../mechanisms/weighted-turns.js';

const schema = z.strictObject({
  choices: field.whole(2, 'Instances sampled at random per pick when all weights are equal.', {
    min: 1,
    max: 1000,
  }),
  selectionMethod: field.choice(
    ['nChoices', 'fullScan'],
    'nChoices',
    '`fullScan` compares all instances instead of a sample of `choices`; ties for the fewest requests are broken ' +
      'at random.',
  ),
  weights: weightsField(
    'With different weights nothing is drawn: each instance is due again 1 / weight after its ' +
      'turn, where the weight is first divided by its requests in flight + 1.',
  ),
  activeRequestBias: field.factor(
    absent('1'),
    'How strongly requests in flight reduce a weight: it is divided by (in flight + 1) ^ bias. Applies only when ' +
      'weights differ.',
  ),
  slowStart: slowStartField,
});

type Config = z.output<typeof schema>;

/**
 * As in Envoy: the choices are independent and may coincide, and the first wins a tie. Unequal weights use a schedule.
 */
class LeastRequest implements BalancerState {
  private readonly picks: StreamKey;
  private readonly outstanding: Int32Array;
  private readonly choices: number;
  private readonly scan: boolean;
  private readonly turns: WeightedTurns | null;

  constructor(setup: BalancerSetup, config: Config) {
    this.picks = setup.picks;
    this.outstanding = setup.outstanding;
    this.choices = config.choices;
    this.scan = config.selectionMethod === 'fullScan';
    const unequal = config.weights !== undefined || config.slowStart !== undefined;
    const bias = config.activeRequestBias ?? 1;
    this.turns = unequal
      ? new WeightedTurns(setup, config, 0, (k) => 1 / pow(this.outstanding[k] + 1, bias))
      : null;
  }

  pick(candidates: Int32Array, count: number, a: number, b: number): number {
    if (this.turns?.differ(candidates, count) === true) return this.turns.next(candidates, count);
    if (this.scan) return this.least(candidates, count, a, b);
    const { picks, outstanding } = this;
    let chosen = candidates[Math.floor(unit(picks.a, picks.b, a, b, 0) * count)];
    for (let k = 1; k < this.choices; k++) {
      const other = candidates[Math.floor(unit(picks.a, picks.b, a, b, k) * count)];
      if (outstanding[other] < outstanding[chosen]) chosen = other;
    }
    return chosen;
  }

  reset(): void {
    this.turns?.reset();
  }

  /** Reservoir sampling: the nth tied instance replaces the current choice with probability 1 / n. */
  private least(candidates: Int32Array, count: number, a: number, b: number): number {
    const { picks, outstanding } = this;
    let chosen = candidates[0];
    let tied = 1;
    for (let k = 1; k < count; k++) {
      const other = candidates[k];
      if (outstanding[other] > outstanding[chosen]) continue;
      tied = outstanding[other] < outstanding[chosen] ? 1 : tied + 1;
      if (tied === 1 || unit(picks.a, picks.b, a, b, k) * tied < 1) chosen = other;
    }
    return chosen;
  }
}

/** `loadBalancing` of kind `leastRequest`: the power of two choices. */
export const leastRequest: BalancerKind<typeof schema> = {
  balancer: 'leastRequest',
  summary:
    'Samples a few instances at random and picks the one with the fewest requests in flight ' +
    'from this caller.',
  sources: [
    'Envoy least_request_lb.cc, load_balancers.rst, edf_scheduler.h, slow_start.rst',
    'Mitzenmacher 2001',
  ],
  schema,
  create: (config, setup) => new LeastRequest(setup, config),
  check: ({ activeRequestBias, weights, slowStart }) =>
    problemsOf({
      activeRequestBias:
        activeRequestBias !== undefined &&
        (weights ?? slowStart) === undefined &&
        'activeRequestBias has no effect because all instances have the same weight: ' +
          'add weights or slowStart, or remove it',
    }),
};
