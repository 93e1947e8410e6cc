import { engine } from '../../../kernel/engine.js';
import type { Lane } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { FROZEN } from '../../data/instances/process.js';
import { ANSWERED, STATE, lives, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';

interface Clock {
  readonly op: number;
  readonly lanes: Map<number, Lane>;
}

/**
 * The time limits of endpoints and statements. The server stops an execution that has no answer by then, answers for it
 * and abandons its calls. The clock starts when the execution gets its worker.
 */
export class TimeLimits {
  /** By outcome: the op that ends executions with it, and its lanes by limit. */
  private readonly clocks = new Map<Outcome, Clock>();

  constructor(private readonly world: ServedRun) {}

  /** Starts the clock of an execution. */
  start(strand: number, limitNs: number, outcome: Outcome): void {
    const clock = this.clocks.get(outcome) ?? this.clockOf(outcome);
    let lane = clock.lanes.get(limitNs);
    if (lane === undefined) {
      lane = engine.lane(limitNs, PHASE.TIMER, clock.op, lives);
      clock.lanes.set(limitNs, lane);
    }
    engine.arm(lane, strand, strands.life[strand]);
  }

  private clockOf(outcome: Outcome): Clock {
    const op: number = engine.define('time-limit', (strand, life) =>
      this.end(strand, life, outcome, op),
    );
    const clock = { op, lanes: new Map<number, Lane>() };
    this.clocks.set(outcome, clock);
    return clock;
  }

  private end(strand: number, life: number, outcome: Outcome, op: number): void {
    const { instances, server } = this.world;
    if (strands.life[strand] !== life || strands.answered[strand] !== ANSWERED.no) return;
    const state = strands.state[strand];
    if (state === STATE.REPLYING || state === STATE.LOST) return;
    const instance = instances[strands.instance[strand]];
    if (instance.frozen !== FROZEN.no && !instance.down) {
      instance.stalledCalls.push(op, strand, life);
      return;
    }
    this.world.leaseOwners.get(instance.component)?.timedOut?.(strand, outcome);
    server.stopJob(strand, outcome);
  }
}
