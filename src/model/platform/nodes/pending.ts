import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { INSTANCE_STATE, JOURNAL } from '../../../contracts/record/record.js';
import { levels } from '../../data/figures/levels.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { NOWHERE, type Cluster } from '../../data/instances/cluster.js';

/** Instances that wait for room on a node, the longest waiting first. */
export class Pending {
  private isDue = false;
  private readonly waiting: Instance[] = [];
  private readonly op: number = engine.define('schedule', () => this.retry());
  /** By component: the gauge of its pending instances; -1 = the platform does not place them. */
  private readonly gauges: readonly number[] = this.run.plan.components.map((_, component) =>
    this.cluster.places(component) ? this.run.meters.gauge('pending', { component, part: -1 }) : -1,
  );

  /** `placed` runs when a waiting instance has a node. */
  constructor(
    private readonly run: Run,
    private readonly cluster: Cluster,
    private readonly placed: (instance: Instance) => void,
  ) {}

  get all(): readonly Instance[] {
    return this.waiting;
  }

  /** Finds a node for a new instance; otherwise it waits. Returns true if it has a node. */
  seek(instance: Instance): boolean {
    const { cluster } = this;
    if (!cluster.places(instance.component)) return true;
    const isNext = instance.leaving;
    if ((isNext ? cluster.nextOf : cluster.nodeOf)[instance.id] !== NOWHERE) return true;
    const node = cluster.find(instance);
    if (node !== NOWHERE) {
      cluster.put(instance, node, isNext);
      return true;
    }
    if (this.waiting.includes(instance)) return false;
    this.waiting.push(instance);
    this.turn(instance, 1);
    return false;
  }

  /** The instance is not wanted any more, or its start is abandoned. */
  forget(instance: Instance): void {
    const at = this.waiting.indexOf(instance);
    if (at >= 0) this.leave(at);
  }

  /** Room may have come: tries again in a step of its own. */
  wake(): void {
    if (this.isDue || this.waiting.length === 0) return;
    this.isDue = true;
    engine.soon(Math.max(engine.phase, PHASE.FAULT), this.op, 0, 0, 0);
  }

  private retry(): void {
    invariant(this.isDue, 'waiting instances look for a node only when room may have come');
    this.isDue = false;
    for (let at = 0; at < this.waiting.length;) {
      const instance = this.waiting[at];
      const node = this.cluster.find(instance);
      if (node === NOWHERE) {
        at++;
        continue;
      }
      invariant(this.cluster.takes(node), 'an instance is put on a node that takes instances');
      this.cluster.put(instance, node, instance.leaving);
      this.leave(at);
      this.placed(instance);
    }
  }

  private leave(at: number): void {
    const [instance] = this.waiting.splice(at, 1);
    this.turn(instance, -1);
  }

  private turn({ id, component }: Instance, by: 1 | -1): void {
    invariant(
      this.gauges[component] >= 0,
      'only an instance that the platform places waits for a node',
    );
    levels.add(this.gauges[component], by);
    const state = by > 0 ? INSTANCE_STATE.pending : INSTANCE_STATE.scheduled;
    this.run.journal.note(JOURNAL.instance, id, state);
  }
}
