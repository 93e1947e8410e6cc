import type { Lane, Stamped } from '../kernel/lanes.js';
import { PHASE } from '../kernel/phase.js';
import { OUTCOME, withStatus } from '../spec/outcome.js';
import { FROZEN } from './instance.js';
import { ANSWERED, STATE } from './strands.js';
import type { World } from './world.js';

const OVERDUE = withStatus(OUTCOME.serverError, 503);

/**
 * The time limits of endpoints: an execution that has no answer by then is ended by its server, which
 * answers 503 and gives its own calls up. The clock starts with the worker.
 */
export class TimeLimits {
  private readonly world: World;
  private readonly op: number;
  private readonly lanes = new Map<number, Lane>();
  /** An execution is known by its life: its stamp changes from step to step. */
  private readonly lives: Stamped;

  constructor(world: World) {
    this.world = world;
    const { strands } = world;
    this.lives = {
      get stamp(): Int32Array {
        return strands.life;
      },
    };
    this.op = world.engine.define('time-limit', (strand, life) => this.end(strand, life));
  }

  /** Starts the clock of an execution. */
  start(strand: number, limitNs: number): void {
    const { engine, strands } = this.world;
    let lane = this.lanes.get(limitNs);
    if (lane === undefined) {
      lane = engine.lane(limitNs, PHASE.TIMER, this.op, this.lives);
      this.lanes.set(limitNs, lane);
    }
    engine.arm(lane, strand, strands.life[strand]);
  }

  private end(strand: number, life: number): void {
    const { strands, instances, server } = this.world;
    if (strands.life[strand] !== life || strands.answered[strand] !== ANSWERED.no) return;
    const state = strands.state[strand];
    if (state === STATE.REPLYING || state === STATE.LOST) return;
    const instance = instances[strands.instance[strand]];
    if (instance.frozen !== FROZEN.no && !instance.down) {
      instance.stalledCalls.push(this.op, strand, life);
      return;
    }
    server.stopJob(strand, OVERDUE);
  }
}
