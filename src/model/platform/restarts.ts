import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../data/instances/instance.js';
import type { Run } from '../data/run.js';

/**
 * Schedules when the platform restarts the process of an instance that has ended: after a wait that grows with each
 * end. The kubelet counts the wait from the end of the container; the wait is reset if the container ran long enough
 * since its last start (kubernetes pkg/kubelet doBackOff; client-go flowcontrol.Backoff). The kubelet's sync interval
 * is not modelled (docs/differences.md).
 */
export class Restarts {
  private readonly world: Run;
  private readonly op: number;
  /** By instance: its next wait, its last start, and whether a start is scheduled. */
  private readonly waits: Float64Array;
  private readonly starts: Float64Array;
  private readonly waiting: Uint8Array;
  /** Generation of the scheduled start; older events are void. */
  private readonly turns: Int32Array;

  /** `due` runs when an instance is to be started. */
  constructor(world: Run, due: (instance: Instance) => void) {
    this.world = world;
    const { instances } = world;
    this.waits = new Float64Array(instances.length);
    this.starts = new Float64Array(instances.length).fill(-1);
    this.waiting = new Uint8Array(instances.length);
    this.turns = new Int32Array(instances.length);
    const op = engine.define('restart', (id, turn) => {
      if (this.turns[id] !== turn) return;
      invariant(this.waiting[id] === 1, 'a restart comes that was planned');
      this.waiting[id] = 0;
      due(instances[id]);
    });
    // Faults that end at this instant take effect first, regardless of when they were planned.
    this.op = engine.define('restart-due', (id, turn) =>
      engine.soon(Math.max(engine.phase, PHASE.FAULT), op, id, turn, 0),
    );
  }

  /** Returns true if a platform restarts it, rather than the fault that ended it. */
  has({ component }: Instance): boolean {
    return this.world.plan.components[component].restart !== null;
  }

  /** Returns true if its next start is scheduled. */
  isWaiting({ id }: Instance): boolean {
    return this.waiting[id] === 1;
  }

  /** Its process has ended now: schedules its restart, unless one is scheduled already. */
  plan(instance: Instance): void {
    const { id } = instance;
    if (this.waiting[id] === 1) return;
    this.waiting[id] = 1;
    const wait = this.next(instance);
    const turn = this.turns[id];
    if (wait > 0) engine.at(engine.now + wait, PHASE.FAULT, this.op, id, turn, 0);
    else engine.soon(Math.max(engine.phase, PHASE.FAULT), this.op, id, turn, 0);
  }

  /** The instance is removed, and its backoff with it: its successor starts without one. */
  forget({ id }: Instance): void {
    this.turns[id]++;
    this.waiting[id] = 0;
    this.starts[id] = -1;
  }

  /** The wait before this start; also computes the next one. */
  private next({ id, component }: Instance): Ns {
    const { initialNs, factor, maxNs, resetAfterNs, immediateFirst } =
      this.world.plan.components[component].restart!;
    const isFirst = this.starts[id] < 0 || engine.now - this.starts[id] > resetAfterNs;
    const wait = isFirst ? (immediateFirst ? 0 : initialNs) : this.waits[id];
    this.waits[id] = wait === 0 ? initialNs : Math.min(maxNs, Math.round(wait * factor));
    this.starts[id] = engine.now + wait;
    invariant(
      wait >= 0 && wait <= Math.max(initialNs, maxNs),
      'the wait before a restart stays within its limits',
    );
    return wait;
  }
}
