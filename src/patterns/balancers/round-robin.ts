import { z } from 'zod';
import { unit } from '../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import { weightsField } from '../mechanisms/instance-weights.js';
import { slowStartField } from '../mechanisms/slow-start.js';
import { WeightedTurns } from '../mechanisms/weighted-turns.js';

const schema = z.strictObject({
  weights: weightsField(
    'Each instance is due again 1 / weight after its turn, as Envoy schedules them.',
  ),
  randomStart: z
    .boolean()
    .optional()
    .describe(
      'Whether each calling instance starts its round at a random instance, as Envoy does. ' +
        'With false all of them start at the first. Unit: boolean. Defaults to false.',
    ),
  slowStart: slowStartField,
});

/** Index of the draw of the start position, above the indices of attempts, which count up from 0. */
const START = 65;

const alike = (): number => 1;

class RoundRobin implements BalancerState {
  private starts = 0;
  private next: number = this.start();
  private turns: WeightedTurns | null = this.schedule();

  constructor(
    private readonly config: z.output<typeof schema>,
    private readonly setup: BalancerSetup,
  ) {}

  pick(candidates: Int32Array, count: number): number {
    if (this.turns?.differ(candidates, count) === true) return this.turns.next(candidates, count);
    return candidates[this.next++ % count];
  }

  reset(): void {
    this.next = this.start();
    this.turns = this.schedule();
    this.turns?.reset();
  }

  /** A weighted schedule; null if all instances are equal. */
  private schedule(): WeightedTurns | null {
    if (this.config.weights === undefined && this.config.slowStart === undefined) return null;
    return new WeightedTurns(this.setup, this.config, this.next, alike);
  }

  private start(): number {
    const { picks, caller, size } = this.setup;
    if (this.config.randomStart !== true) return 0;
    return Math.floor(unit(picks.a, picks.b, caller, this.starts++, START) * size);
  }
}

/** `loadBalancing` of kind `roundRobin`: each instance in turn; every caller keeps its own position. */
export const roundRobin: BalancerKind<typeof schema> = {
  balancer: 'roundRobin',
  summary: 'Each instance in turn; every calling instance keeps its own position in the round.',
  sources: [
    'Envoy load_balancers.rst, edf_scheduler.h, load_balancer_impl.cc (EdfLoadBalancerBase), slow_start.rst',
    'Nginx ngx_http_upstream_round_robin.c',
  ],
  schema,
  blind: true,
  create: (config, setup) => new RoundRobin(config, setup),
};
