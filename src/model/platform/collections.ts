import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey, unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import type { Instance } from '../data/instances/instance.js';
import type { Run } from '../data/run.js';
import { engine } from '../../kernel/engine.js';
import { samplers } from '../../kernel/distribution.js';

/** Stops a process for a collection. */
interface Pauses {
  setCollecting(instance: Instance, collecting: boolean): void;
}

/** The garbage collector of one instance. */
interface Collector {
  /** Sampler of the gaps between pauses, or -1 if allocation triggers them. */
  readonly every: number;
  readonly pause: number;
  readonly gaps: StreamKey;
  readonly pauses: StreamKey;
  /** Number of pauses so far: the index of the draws. */
  count: number;
  /** Generation of the scheduled event; older events are void. */
  generation: number;
}

/**
 * Stop-the-world pauses of garbage collectors. A pause stops the entire process, like the fault `pause`. The next one
 * starts a gap after its end, or after a number of bytes allocated since its start. The first comes after a random part
 * of that, so replicas do not pause in step. A restarted process starts with an empty heap.
 */
export class Collections {
  private readonly collectors = new Map<number, Collector>();
  private readonly op: number = engine.define('collection', (id, generation) =>
    this.turn(id, generation),
  );

  constructor(
    private readonly world: Run,
    private readonly freezes: Pauses,
  ) {
    for (const instance of world.instances) {
      const { gc } = instance.process;
      if (gc !== null) this.collectors.set(instance.id, this.build(gc, instance));
    }
  }

  /** Schedules the first pause of every instance. */
  start(): void {
    for (const [id, collector] of this.collectors) {
      if (this.world.instances[id].down) continue;
      const { gaps, every } = collector;
      const part = unit(gaps.a, gaps.b, 0, 0, 1);
      if (every < 0) this.world.instances[id].memory!.collected(part);
      else this.schedule(id, collector, Math.round(part * this.gap(collector)));
    }
  }

  /** The process has ended; this also ends its pause. */
  stopped(instance: Instance): void {
    const collector = this.collectors.get(instance.id);
    if (collector === undefined) return;
    collector.generation++;
    instance.memory?.collected(0);
    this.freezes.setCollecting(instance, false);
  }

  /** The process has allocated as much as one collection cycle allows. */
  full(instance: Pick<Instance, 'id' | 'memory'>): void {
    instance.memory!.collected(0);
    const collector = this.collectors.get(instance.id)!;
    invariant(collector.every < 0, 'memory in use starts only collectors that count allocations');
    engine.soon(engine.phase, this.op, instance.id, ++collector.generation, 0);
  }

  /** The process is running again. */
  started(instance: Instance): void {
    const collector = this.collectors.get(instance.id);
    if (collector === undefined || collector.every < 0) return;
    this.schedule(instance.id, collector, this.gap(collector));
  }

  private build(gc: NonNullable<PlanProcess['gc']>, { component, index }: Instance): Collector {
    const { plan, replication } = this.world;
    const { name } = plan.components[component];
    const key = (meaning: string): StreamKey =>
      streamKey(plan.seed, replication, `${name}/gc/${index}/${meaning}`);
    return {
      every: gc.every === null ? -1 : samplers.add(gc.every),
      pause: samplers.add(gc.pause),
      gaps: key('every'),
      pauses: key('pause'),
      count: 0,
      generation: 0,
    };
  }

  /** A pause begins or ends. */
  private turn(id: number, generation: number): void {
    const collector = this.collectors.get(id)!;
    if (generation !== collector.generation) return;
    const instance = this.world.instances[id];
    const begins = !instance.collecting;
    invariant(!instance.down, 'only a process that runs collects its garbage');
    this.freezes.setCollecting(instance, begins);
    if (begins) this.schedule(id, collector, this.pause(collector));
    else if (collector.every >= 0) this.schedule(id, collector, this.gap(collector));
  }

  private schedule(id: number, collector: Collector, delay: Ns): void {
    const { plan } = this.world;
    const at = engine.now + delay;
    if (at >= plan.horizonNs) return;
    engine.at(at, PHASE.FAULT, this.op, id, ++collector.generation, 0);
  }

  private gap({ every, gaps, count }: Collector): Ns {
    return samplers.draw(every, gaps.a, gaps.b, count, 0, 0);
  }

  private pause(collector: Collector): Ns {
    const { pause, pauses } = collector;
    return samplers.draw(pause, pauses.a, pauses.b, collector.count++, 0, 0);
  }
}
