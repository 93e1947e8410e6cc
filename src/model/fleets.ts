import { engine } from '../kernel/engine.js';
import { invariant } from '../kernel/invariant.js';
import { holdBack } from '../contracts/plan/probes.js';
import type { Queue } from '../contracts/scenario/resources.js';
import { comesAndGoes, processAt, type PlanVersions } from '../contracts/plan/versions.js';
import { Cluster, NOWHERE } from './data/instances/cluster.js';
import { Instance, type InstanceSetup } from './data/instances/instance.js';
import { levels } from './data/figures/levels.js';
import { strands } from './data/strands/strands.js';
import type { Draft, Run } from './data/run.js';

/** The parts of a run that the processes are built from, and those that hold them. */
type Building = Draft<
  Pick<Run, 'plan' | 'keys' | 'fleets' | 'newcomers' | 'cluster' | 'instances'>
>;

/** Creates the instances of every component, and the fleets from which callers pick. */
export function setFleets(world: Building): void {
  const { plan } = world;
  world.newcomers = new Map();
  plan.components.forEach((component, id) => {
    if (component.replaced || comesAndGoes(component)) world.newcomers.set(id, []);
  });
  world.cluster = plan.nodes === null ? null : new Cluster(plan.nodes, plan);
  const present = placeAll(world);
  world.fleets = plan.components.map((component, id) => {
    const { firstInstance, instances, initial, probes, versions } = component;
    const all = Int32Array.from({ length: instances }, (_, index) => index);
    const there = all.filter((index) => present[firstInstance + index] === 1);
    const ready = new Int32Array(instances);
    ready.set(there);
    const seen = new Uint8Array(instances);
    for (const index of there) seen[index] = 1;
    return {
      first: firstInstance,
      size: instances,
      wanted: initial,
      ready,
      all,
      readyCount: there.length,
      isBinding:
        holdBack(probes) ||
        isRolled(versions) ||
        holdsBackSome(versions) ||
        world.cluster?.places(id) === true,
      upSince: new Float64Array(instances).fill(-Infinity),
      changes: 0,
      selected: -1,
      seen,
      watch: null,
    };
  });
  const setups = new Map<Queue, InstanceSetup>();
  const setupOf = (queue: Queue): InstanceSetup => {
    const known = setups.get(queue) ?? queueSetup(world, queue);
    setups.set(queue, known);
    return known;
  };
  world.instances = plan.instances.map(({ component, index, zone }, id) => {
    const spec = plan.components[component];
    const setup = setupOf(processAt(spec, index).queue);
    const instance = new Instance(id, component, index, zone, spec, setup);
    if (index >= spec.initial) instance.take('removed');
    else if (present[id] === 1) instance.take('comesUp');
    instance.busyGauge = levels.register();
    instance.queueGauge = levels.register();
    const separate = instance.yields;
    instance.concurrencyGauge = separate ? levels.register() : instance.busyGauge;
    return instance;
  });
}

/** By instance: 1 = it is there at the start. On nodes, those without room are pending. */
function placeAll({ plan, cluster }: Building): Uint8Array {
  const present = new Uint8Array(plan.instances.length);
  plan.instances.forEach(({ component, index, zone }, id) => {
    if (index >= plan.components[component].initial) return;
    if (cluster?.places(component) !== true) {
      present[id] = 1;
      return;
    }
    const instance = { id, component, zone };
    const node = cluster.find(instance);
    if (node === NOWHERE) return;
    cluster.put(instance, node);
    present[id] = 1;
  });
  return present;
}

function isRolled(versions: PlanVersions | null): boolean {
  return versions !== null && versions.rollout !== null;
}

function holdsBackSome(versions: PlanVersions | null): boolean {
  return versions?.processes.some(({ probes }) => holdBack(probes)) === true;
}

function queueSetup(world: Building, queue: Queue): InstanceSetup {
  const { plan, keys } = world;
  const name = queue.discipline === 'fair' ? queue.key : null;
  const key = plan.keys.findIndex((candidate) => candidate.name === name);
  invariant(name === null || key >= 0, 'the key of a fair queue is in the plan');
  return {
    clock: engine,
    levels: plan.priorities.length,
    levelOf: (strand) => strands.priority[strand],
    keyOf: (strand) => keys.value(key, strand),
    arrived: (strand) => strands.arrived[strand],
  };
}
