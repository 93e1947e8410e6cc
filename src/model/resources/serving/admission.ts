import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import { OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { PlanAdmission } from '../../../contracts/plan/process.js';
import { Dagor } from '../../data/instances/dagor.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import { keyOf, refusedBy, timeOf, type Limiter } from './limiters.js';
import type { Door } from '../../data/instances/door.js';
import { overloadOf } from '../../data/instances/shedding.js';
import { STATE, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';
import type { Gates } from './gates.js';
import { levels } from '../../data/figures/levels.js';

interface AdmissionParts extends ServedRun {
  readonly limiters: readonly Limiter[];
  readonly gates: Gates;
}

const OVERLOADED = withStatus(OUTCOME.rejectedOverload, 503);

/** Admits requests to the queue or refuses them: by overload, by rate, by concurrency. */
export class Admission {
  private readonly waitedOp: number = engine.define('admission', (strand, stamp) =>
    this.waited(strand, stamp),
  );

  constructor(private readonly world: AdmissionParts) {}

  /** The door of an instance with admission control. */
  doorOf(instance: Instance, spec: PlanAdmission): Door {
    const { plan, replication } = this.world;
    const { shed, shedKey, limiter, gate, refusal } = spec;
    const rest = { dagor: null, userKey: -1, limiter, gate, refusal };
    if (shed === null) return { ...rest, overload: null, spared: 0 };
    if (shed.kind === 'dagor') {
      // All components share the levels, so upstream services refuse the same users as this one.
      const users = streamKey(plan.seed, replication, 'admission/users');
      const dagor = new Dagor(shed, plan.priorities.length, users);
      return { ...rest, overload: dagor, spared: 0, dagor, userKey: shedKey };
    }
    const { cpu } = instance.process;
    const overload = overloadOf(shed, {
      capacity: instance.capacity,
      queued: () => instance.queue.length,
      cores: Math.min(cpu.cores, cpu.quota?.limit ?? Infinity),
      coreTime: () => levels.integral(instance.cores.gauge),
    });
    const { below } = shed;
    const spared =
      below === null ? Infinity : plan.priorities.filter((priority) => priority < below).length;
    return { ...rest, overload, spared };
  }

  /** A request asks for admission. */
  ask(strand: number, instance: Instance, door: Door): void {
    const { limiters, server } = this.world;
    const { overload, spared } = door;
    // Every request evaluates the signal, including requests that it never refuses.
    if (overload !== null && overload.at(engine.now) && strands.priority[strand] < spared) {
      server.refuse(strand, instance, OVERLOADED);
      return;
    }
    if (door.dagor !== null && !this.isInLevel(strand, door.dagor, door.userKey)) {
      server.refuse(strand, instance, OVERLOADED);
      return;
    }
    if (door.limiter >= 0) {
      const limiter = limiters[door.limiter];
      const key = keyOf(this.world, limiter, strand);
      const wait = limiter.states[instance.index].take(timeOf(limiter, instance), key);
      if (wait < 0) {
        server.refuse(strand, instance, refusedBy(this.world, strand, limiter, key, door.refusal));
        return;
      }
      if (wait > 0) {
        strands.state[strand] = STATE.SLEEP;
        strands.wakes[strand] = -1;
        const stamp = strands.stamp[strand];
        engine.at(engine.now + wait, PHASE.COMPLETION, this.waitedOp, strand, stamp, 0);
        return;
      }
    }
    this.letIn(strand, instance, door);
  }

  private isInLevel(strand: number, dagor: Dagor, key: number): boolean {
    const { keys, plan } = this.world;
    const rank = plan.priorities.length - 1 - strands.priority[strand];
    return dagor.admits(engine.now, rank, keys.value(key, strand));
  }

  private waited(strand: number, stamp: number): void {
    const { instances, server } = this.world;
    if (strands.stamp[strand] !== stamp) return;
    const instance = instances[strands.instance[strand]];
    if (instance.frozen === FROZEN.pause) {
      instance.stalledCalls.push(this.waitedOp, strand, stamp);
    } else if (server.wanted(strand, instance)) {
      this.letIn(strand, instance, instance.door!);
    }
  }

  private letIn(strand: number, instance: Instance, door: Door): void {
    const { gates, server } = this.world;
    if (door.gate >= 0 && !gates.enter(strand, door.gate)) {
      server.refuse(strand, instance, OVERLOADED);
    } else {
      server.admit(strand, instance);
    }
  }
}
