import { invariant } from '../../kernel/invariant.js';
import { samplers, type Distribution } from '../../kernel/distribution.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanChanges, PlanSettings } from '../../contracts/plan/changes.js';
import { JOURNAL } from '../../contracts/record/record.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Instance } from '../data/instances/instance.js';
import { ReplicaSet, type Scale } from './replica-set.js';
import type { Scaled, ScalingChanges } from './scaling-port.js';
import type { PoolSizes } from '../resources/connections/pool-sizes.js';
import type { Run } from '../data/run.js';
import type { Workers } from '../path/workers.js';

/** A change that an active fault makes to an instance. */
export interface Turn {
  /** Index of the fault in the plan. */
  readonly fault: number;
  readonly strength: number;
  /** Times until an instance has the old configuration again after the end, and the new one; null = at once. */
  readonly delays: readonly [back: Distribution | null, there: Distribution | null];
}

/** A change on its way to an instance. */
interface Order {
  readonly instance: Instance;
  readonly change: number;
  readonly strength: number;
  /** In the order in which changes are announced to the instance. */
  readonly number: number;
}

interface ConfigurationsParts extends Run {
  readonly workers: Workers;
}

/**
 * The configuration of every instance. Changes of one instant take effect together, after all faults that start or end
 * then: a change that follows another one directly leaves no gap.
 */
export class Configurations implements ScalingChanges {
  /** By component: the changes that hit it, and the number of a configuration by their strengths. */
  private readonly hitting: readonly (readonly number[])[];
  private readonly numbers: readonly ReadonlyMap<string, number>[];
  /** By instance, by change: the strength that the instance has, and the last one announced to it. */
  private readonly strengths: readonly Float64Array[];
  private readonly announced: readonly Float64Array[];
  /** By change: the samplers of its two delays; -1 = none. */
  private readonly samplers: Int32Array;
  /** By change, by instance: number of its starts, the last order, and the last one that has arrived. */
  private readonly starts: readonly Int32Array[];
  private readonly ordered: readonly Int32Array[];
  private readonly arrived: readonly Int32Array[];
  private readonly settings = new Map<number, PlanSettings>();
  private readonly scalers = new Map<number, Scaled>();
  private readonly replicas = new Map<number, ReplicaSet>();
  /** Instances that have a new strength since the last pass. */
  private readonly open = new Set<Instance>();
  private readonly settleOp: number;
  private readonly reachOp: number;
  private readonly orders: Order[] = [];

  static of(world: ConfigurationsParts, pools: PoolSizes): Configurations | null {
    const { changes } = world.plan;
    return changes === null ? null : new Configurations(world, changes, pools);
  }

  private constructor(
    private readonly world: ConfigurationsParts,
    private readonly changes: PlanChanges,
    private readonly pools: PoolSizes,
  ) {
    const { faults, states } = changes;
    this.hitting = hittingOf(world.plan, faults);
    // Configurations that differ only in changes of other components are the same to a component.
    this.numbers = this.hitting.map((own) => {
      const keys = states.map((state) => own.map((change) => state[change]).join());
      return new Map(keys.map((key, number) => [key, number] as const).reverse());
    });
    const columns = (): Float64Array[] =>
      world.plan.instances.map(() => new Float64Array(faults.length));
    this.strengths = columns();
    this.announced = columns();
    this.samplers = new Int32Array(2 * faults.length).fill(-1);
    const counts = (): Int32Array[] =>
      faults.map(() => new Int32Array(world.plan.instances.length));
    this.starts = counts();
    this.ordered = counts();
    this.arrived = counts();
    for (const settings of changes.settings) this.settings.set(settings.component, settings);
    this.settleOp = engine.define('configure', () => this.settle());
    this.reachOp = engine.define('configuration-arrives', (index) =>
      this.arrive(this.orders[index]),
    );
  }

  /** Takes over the numbers of replicas that changes set. */
  start(scale: Scale): void {
    const { plan, instances, fleets } = this.world;
    for (const { component, replicas } of this.changes.settings) {
      if (replicas === null) continue;
      const { firstInstance, instances: count } = plan.components[component];
      const own = instances.slice(firstInstance, firstInstance + count);
      this.replicas.set(component, new ReplicaSet(own, fleets[component], scale));
    }
  }

  /** Registers the autoscaler of a component, whose bounds and targets can change. */
  scales(component: number, scaler: Scaled): void {
    this.scalers.set(component, scaler);
  }

  /** The changes that active faults make to an instance from now on. */
  turn(instance: Instance, turns: readonly Turn[]): void {
    const announced = this.announced[instance.id];
    this.changes.faults.forEach((fault, change) => {
      if (fault < 0) return;
      const turn = turns.find((one) => one.fault === fault);
      const strength = turn?.strength ?? 0;
      const before = announced[change];
      if (strength === before) return;
      announced[change] = strength;
      turn?.delays.forEach((delay, way) => {
        const at = 2 * change + way;
        if (delay !== null && this.samplers[at] < 0) this.samplers[at] = samplers.add(delay);
      });
      if (before === 0) this.starts[change][instance.id]++;
      const number = ++this.ordered[change][instance.id];
      const order = { instance, change, strength, number };
      const delay = this.delayOf(instance, change, strength === 0 ? 0 : 1);
      if (delay === 0) return this.arrive(order);
      const index = this.orders.push(order) - 1;
      engine.at(engine.now + delay, PHASE.FAULT, this.reachOp, index, 0, 0);
      // Settings of the whole component do not wait for its instances.
      this.note(instance);
    });
  }

  /** Time until an instance has the old (0) or the new configuration (1). It is the same for all steps of a start. */
  private delayOf({ id, component, index }: Instance, change: number, way: 0 | 1): Ns {
    const sampler = this.samplers[2 * change + way];
    if (sampler < 0) return 0;
    const { plan, replication } = this.world;
    const { stream } = plan.faults[this.changes.faults[change]];
    const name = `fault-propagation/${stream}/${plan.components[component].name}/${index}`;
    const { a, b } = streamKey(plan.seed, replication, name);
    return samplers.draw(sampler, a, b, this.starts[change][id], way, 0);
  }

  /** An order reaches an instance. One that a later order has overtaken is ignored. */
  private arrive({ instance, change, strength, number }: Order): void {
    invariant(strength >= 0 && strength <= 1, 'a change of a configuration is between old and new');
    const arrived = this.arrived[change];
    if (number < arrived[instance.id]) return;
    invariant(number <= this.ordered[change][instance.id], 'an order arrives that was given');
    arrived[instance.id] = number;
    this.strengths[instance.id][change] = strength;
    this.note(instance);
  }

  private note(instance: Instance): void {
    if (this.open.size === 0) engine.soon(PHASE.FAULT, this.settleOp, 0, 0, 0);
    this.open.add(instance);
  }

  /** Gives instances their configuration, and components theirs. */
  private settle(): void {
    const components = new Set<number>();
    for (const instance of [...this.open].sort((a, b) => a.id - b.id)) {
      components.add(instance.component);
      const number = this.numberOf(instance.component, this.strengths[instance.id]);
      if (number === instance.configuration) continue;
      instance.configuration = number;
      this.configure(instance, number);
    }
    this.open.clear();
    for (const component of components) this.scale(component);
  }

  private configure(instance: Instance, number: number): void {
    const { workers, journal } = this.world;
    journal.tell(JOURNAL.configured, instance.id, number);
    const settings = this.settings.get(instance.component);
    if (settings === undefined) return;
    instance.capacity = settings.capacity[number];
    instance.limit = settings.concurrency[number];
    workers.startWaiting(instance);
    for (const { to, each } of settings.pools) this.pools.resize(instance.id, to, each[number]);
  }

  private scale(component: number): void {
    const settings = this.settings.get(component);
    if (settings === undefined) return;
    const { firstInstance } = this.world.plan.components[component];
    const number = this.numberOf(component, this.announced[firstInstance]);
    if (settings.autoscaling !== null) {
      this.scalers.get(component)!.configure(settings.autoscaling[number]);
    }
    const set = this.replicas.get(component);
    if (set === undefined) return;
    set.scaleTo(settings.replicas![number]);
  }

  private numberOf(component: number, strengths: Float64Array): number {
    const key = this.hitting[component].map((change) => strengths[change]).join();
    const number = this.numbers[component].get(key);
    invariant(number !== undefined, 'each set of active changes has a configuration');
    return number!;
  }
}

/** By component: the changes that hit some of its instances. */
function hittingOf(
  { components, instances, faults }: Plan,
  changes: readonly number[],
): number[][] {
  const hit = changes.map(
    (fault) =>
      new Set(fault < 0 ? [] : faults[fault].instances.map((id) => instances[id].component)),
  );
  return components.map((_, component) =>
    changes.flatMap((_fault, change) => (hit[change].has(component) ? [change] : [])),
  );
}
