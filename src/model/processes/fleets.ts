import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { holdBack } from '../../spec/plan/probes.js';
import type { Queue } from '../../spec/scenario/resources.js';
import { comesAndGoes, type PlanVersions } from '../../spec/plan/versions.js';
import { Instance, type InstanceSetup } from './instance.js';
import { levels } from '../figures/levels.js';
import { strands } from '../strands.js';
import type { Draft, Run } from '../run.js';

/** The parts of a run that the processes are built from, and those that hold them. */
type Building = Draft<Pick<Run, 'plan' | 'keys' | 'fleets' | 'newcomers' | 'instances'>>;

/** Creates the instances of every component, and the fleets from which callers pick. */
export function setFleets(world: Building): void {
  const { plan } = world;
  world.newcomers = new Map();
  plan.components.forEach((component, id) => {
    if (component.replaced || comesAndGoes(component)) world.newcomers.set(id, []);
  });
  world.fleets = plan.components.map(({ firstInstance, instances, initial, probes, versions }) => ({
    first: firstInstance,
    size: instances,
    wanted: initial,
    ready: Int32Array.from({ length: instances }, (_, index) => index),
    all: Int32Array.from({ length: instances }, (_, index) => index),
    readyCount: initial,
    isBinding: holdBack(probes) || isRolled(versions),
    upSince: new Float64Array(instances).fill(-Infinity),
    changes: 0,
    selected: -1,
    seen: new Uint8Array(instances).fill(1, 0, initial),
    watch: null,
  }));
  const setups = plan.components.map(({ queue }) => queueSetup(world, queue));
  world.instances = plan.instances.map(({ component, index, zone }, id) => {
    const spec = plan.components[component];
    const instance = new Instance(id, component, index, zone, spec, setups[component]);
    instance.take(index < spec.initial ? 'comesUp' : 'removed');
    instance.busyGauge = levels.register();
    instance.queueGauge = levels.register();
    const separate = instance.yields;
    instance.concurrencyGauge = separate ? levels.register() : instance.busyGauge;
    return instance;
  });
}

function isRolled(versions: PlanVersions | null): boolean {
  return versions !== null && versions.rollout !== null;
}

function queueSetup(world: Building, queue: Queue): InstanceSetup {
  const { plan, keys } = world;
  const name = queue.discipline === 'fair' ? queue.key : null;
  const key = plan.keys.findIndex((candidate) => candidate.name === name);
  invariant(name === null || key >= 0, 'queue-key-unknown');
  return {
    clock: engine,
    levels: plan.priorities.length,
    levelOf: (strand) => strands.priority[strand],
    keyOf: (strand) => keys.value(key, strand),
    arrived: (strand) => strands.arrived[strand],
  };
}
