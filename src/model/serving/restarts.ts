import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../instance.js';
import type { World } from '../world.js';

/**
 * When the platform starts the process of an instance that has ended: after a wait that grows from one end to
 * the next. The kubelet counts the wait from the end of the container, and whether it begins anew from the last start
 * to that end (kubernetes pkg/kubelet doBackOff; client-go flowcontrol.Backoff). When it looks is
 * not modelled (docs/differences.md).
 */
export class Restarts {
  private readonly world: World;
  private readonly op: number;
  /** By instance: its next wait, its last start, and the event that is out. */
  private readonly waits: Float64Array;
  private readonly starts: Float64Array;
  private readonly waiting: Uint8Array;
  /** Which start that has a time counts. */
  private readonly turns: Int32Array;

  /** `due` is told when an instance is to be started. */
  constructor(world: World, due: (instance: Instance) => void) {
    this.world = world;
    const { instances } = world;
    this.waits = new Float64Array(instances.length);
    this.starts = new Float64Array(instances.length).fill(-1);
    this.waiting = new Uint8Array(instances.length);
    this.turns = new Int32Array(instances.length);
    const op = engine.define('restart', (id, turn) => {
      if (this.turns[id] !== turn) return;
      this.waiting[id] = 0;
      due(instances[id]);
    });
    // Faults that end at this instant have ended before, whenever they were planned.
    this.op = engine.define('restart-due', (id, turn) =>
      engine.soon(Math.max(engine.phase, PHASE.FAULT), op, id, turn, 0),
    );
  }

  /** Whether a platform starts it, and not who has ended it. */
  has({ component }: Instance): boolean {
    return this.world.plan.components[component].restart !== null;
  }

  /** Whether its next start has a time. */
  isWaiting({ id }: Instance): boolean {
    return this.waiting[id] === 1;
  }

  /** Its process has ended now: it is started again at its time. Nothing where that has one already. */
  plan(instance: Instance): void {
    const { id } = instance;
    if (this.waiting[id] === 1) return;
    this.waiting[id] = 1;
    const wait = this.next(instance);
    const turn = this.turns[id];
    if (wait > 0) engine.at(engine.now + wait, PHASE.FAULT, this.op, id, turn, 0);
    else engine.soon(Math.max(engine.phase, PHASE.FAULT), this.op, id, turn, 0);
  }

  /** The instance is gone, and its waits with it: who takes its place has ended never. */
  forget({ id }: Instance): void {
    this.turns[id]++;
    this.waiting[id] = 0;
    this.starts[id] = -1;
  }

  /** The wait of this time; notes the next one. */
  private next({ id, component }: Instance): Ns {
    const { initialNs, factor, maxNs, resetAfterNs, immediateFirst } =
      this.world.plan.components[component].restart!;
    const isFirst = this.starts[id] < 0 || engine.now - this.starts[id] > resetAfterNs;
    const wait = isFirst ? (immediateFirst ? 0 : initialNs) : this.waits[id];
    this.waits[id] = wait === 0 ? initialNs : Math.min(maxNs, Math.round(wait * factor));
    this.starts[id] = engine.now + wait;
    return wait;
  }
}
