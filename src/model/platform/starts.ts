import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Lifecycle } from '../../contracts/scenario/process.js';
import type { Nodes } from './nodes/nodes.js';
import type { Instance } from '../data/instances/instance.js';
import { WarmUp } from '../data/instances/warm-up.js';
import type { Run } from '../data/run.js';
import { engine } from '../../kernel/engine.js';
import { samplers } from '../../kernel/distribution.js';

/** Start-up and warm-up of instances: the time from the end of an outage until an instance works normally. */
export class Starts {
  private readonly op: number;
  /** By instance: number of starts, and the generation of the scheduled event; older events are void. */
  private readonly counts: Int32Array;
  private readonly generations: Int32Array;
  /** Time at which a new instance has a node and its image; Infinity until known. */
  private readonly placedAt: Float64Array;
  /** By instance: sampler of its start-up, or -1. */
  private readonly samplers: readonly number[];
  /** By component: samplers of the steps that a new instance takes before start-up. */
  private readonly placing: readonly (readonly {
    readonly name: string;
    readonly sampler: number;
  }[])[];

  /** `ready` runs when an instance has started, `begins` when its container gets a time at which it starts. */
  constructor(
    private readonly world: Run,
    private readonly nodes: Nodes | null,
    private readonly ready: (instance: Instance) => void,
    private readonly begins: (instance: Instance, at: Ns) => void,
  ) {
    const { plan, instances } = world;
    this.op = engine.define('started', (id, generation) => {
      if (this.generations[id] === generation) ready(instances[id]);
    });
    this.counts = new Int32Array(instances.length);
    this.generations = new Int32Array(instances.length);
    this.placedAt = new Float64Array(instances.length).fill(Infinity);
    const known = new Map<Lifecycle, number>();
    this.samplers = instances.map(({ lifecycle }) => {
      if (lifecycle === null) return -1;
      if (!known.has(lifecycle)) known.set(lifecycle, samplers.add(lifecycle.startup));
      return known.get(lifecycle)!;
    });
    this.placing = plan.components.map(({ placing }) =>
      placing.map(({ name, time }) => ({ name, sampler: samplers.add(time) })),
    );
  }

  /** Starts an instance; returns true if that takes no time. */
  begin(instance: Instance): boolean {
    const start = this.counts[instance.id]++;
    const isPlaceless = instance.isNew && !this.isPlaced(instance);
    if (isPlaceless && this.nodes?.pending.seek(instance) === false) {
      this.generations[instance.id]++;
      return false;
    }
    return this.go(instance, start);
  }

  /** A node has room for an instance whose start waits for that. */
  placed(instance: Instance): void {
    invariant(this.counts[instance.id] > 0, 'an instance that gets a node has begun to start');
    if (this.go(instance, this.counts[instance.id] - 1)) this.ready(instance);
  }

  private go(instance: Instance, start: number): boolean {
    const { component } = instance;
    const sampler = this.samplers[instance.id];
    const placing = this.placing[component];
    let delay = 0;
    // A container that dies during start-up stays on its node.
    if (instance.isNew && !this.isPlaced(instance)) {
      for (const one of placing) delay += this.draw(one.sampler, instance, one.name, start);
      this.placedAt[instance.id] = engine.now + delay;
    }
    const startup = sampler < 0 ? 0 : this.draw(sampler, instance, 'startup', start);
    if (startup > 0) this.begins(instance, engine.now + delay);
    delay += startup;
    invariant(start === this.counts[instance.id] - 1, 'an instance has one start at a time');
    if (delay === 0) return true;
    const generation = ++this.generations[instance.id];
    engine.at(engine.now + delay, PHASE.FAULT, this.op, instance.id, generation, 0);
    return false;
  }

  /** The next instance in this place has no node yet. */
  isNext({ id }: Instance): void {
    this.placedAt[id] = Infinity;
  }

  private isPlaced({ id }: Instance): boolean {
    return this.placedAt[id] <= engine.now;
  }

  private draw(sampler: number, { component, index }: Instance, what: string, start: number): Ns {
    const { plan, replication } = this.world;
    const { name } = plan.components[component];
    const key = streamKey(plan.seed, replication, `${name}/${what}/${index}`);
    return samplers.draw(sampler, key.a, key.b, start, 0, 0);
  }

  /** Abandons the start in progress, if any. */
  giveUp(instance: Instance): void {
    this.generations[instance.id]++;
    this.nodes?.forget(instance);
  }

  /** Makes an instance that has just started cold. */
  warmUp(instance: Instance): void {
    const warmup = instance.lifecycle?.warmup ?? null;
    if (warmup === null) return;
    instance.cold = new WarmUp(warmup.durationNs, warmup.factor, engine.now);
  }
}
