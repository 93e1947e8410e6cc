import { invariant } from '../../../kernel/invariant.js';
import { samplers, type Distribution } from '../../../kernel/distribution.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { Ns } from '../../../kernel/time.js';
import type { Registries } from '../discovery/registries.js';
import type { View } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Fleet } from '../../data/instances/fleet.js';
import type { Run } from '../../data/run.js';

/** A run, and the lists of instances that its callers know. */
export interface ListedRun extends Run {
  readonly endpoints: EndpointLists;
}

/** The instances of a component as one of its callers knows them. */
interface List {
  readonly fleet: Fleet;
  readonly view: View;
  /** Key of the draws of its propagation delays. */
  readonly key: StreamKey;
  readonly propagation: Distribution;
  readonly sampler: number;
  readonly isOfMesh: boolean;
  /** Number of updates so far, and the arrival time of the last one. */
  updates: number;
  lastNs: Ns;
}

/** Delay of a changed list of a component's instances to a caller; null = the caller knows at once. */
export function propagationOf(plan: Plan, caller: number, callee: number): Distribution | null {
  const { mesh, components, faults } = plan;
  const { propagation } = components[callee];
  if (mesh === null || !isOfMesh(plan, caller, callee)) return propagation;
  const own = mesh.propagation ?? propagation;
  // A control plane that fails needs lists of its own to keep.
  const fails = faults.some(({ knobs }) => knobs.includes(FREEZING));
  return own ?? (fails ? AT_ONCE : null);
}

/** Name of the knob that stops the control plane of the mesh. */
const FREEZING = 'meshFrozen';
const AT_ONCE: Distribution = Object.freeze({ kind: 'constant', valueNs: 0 });

/** Whether the control plane of the mesh pushes a list of a component's instances to a caller. */
function isOfMesh({ mesh }: Plan, caller: number, callee: number): boolean {
  return mesh !== null && mesh.members[caller] === 1 && mesh.members[callee] === 1;
}

/**
 * The instances that callers consider ready, if the platform propagates changes with a delay. Each calling instance has
 * its own list and receives the updates of a component in order. Until then it still calls a terminated pod, which
 * refuses.
 */
export class EndpointLists {
  private readonly lists: List[] = [];
  /** By component: the lists of its callers. */
  private readonly byCallee = new Map<number, number[]>();
  /** Components whose changes the control plane of the mesh does not push. */
  private readonly frozen = new Set<number>();
  private readonly op: number = engine.define('endpoints', (list, index, isReady) =>
    this.update(this.lists[list], index, isReady === 1),
  );

  constructor(
    private readonly world: Run,
    private readonly registries: Registries | null,
  ) {}

  /** The fleet that a caller sees, for its view of the callee: the true one, or its own delayed list. */
  fleetOf(callee: number, caller: Instance, view: View): Fleet {
    const { world, registries } = this;
    if (registries?.has(callee) === true) return registries.fleetOf(callee, caller, view);
    const { plan, replication, fleets } = world;
    const fleet = fleets[callee];
    const { name } = plan.components[callee];
    const propagation = propagationOf(plan, caller.component, callee);
    if (propagation === null) return fleet;
    const from = plan.components[caller.component].name;
    const own: Fleet = {
      ...fleet,
      ready: fleet.ready.slice(),
      upSince: fleet.upSince.slice(),
      isBinding: true,
    };
    const key = streamKey(plan.seed, replication, `endpoints/${name}/${from}/${caller.index}`);
    const ids = this.byCallee.get(callee) ?? [];
    const first = this.lists[ids.find((one) => this.lists[one].propagation === propagation) ?? -1];
    const sampler = first?.sampler ?? samplers.add(propagation);
    const list = {
      ...{ fleet: own, view, key, propagation, sampler, updates: 0, lastNs: 0 },
      isOfMesh: isOfMesh(plan, caller.component, callee),
    };
    ids.push(this.lists.push(list) - 1);
    this.byCallee.set(callee, ids);
    return own;
  }

  /** An instance has become ready or unready: sends the update to all callers. */
  changed(instance: Instance, isReady: boolean): void {
    const { component, index } = instance;
    this.registries?.changed(instance, isReady);
    const callers = this.byCallee.get(component);
    if (callers === undefined) return;
    const isFrozen = this.frozen.has(component);
    for (const id of callers) {
      if (!isFrozen || !this.lists[id].isOfMesh) this.push(id, index, isReady);
    }
  }

  /** The control plane of the mesh stops to push changes of a component, or pushes all that it has missed. */
  freeze(component: number, isFrozen: boolean): void {
    if (this.frozen.has(component) === isFrozen) return;
    if (isFrozen) {
      this.frozen.add(component);
      return;
    }
    this.frozen.delete(component);
    const { ready, readyCount, size } = this.world.fleets[component];
    const isReady = new Uint8Array(size);
    for (let k = 0; k < readyCount; k++) isReady[ready[k]] = 1;
    for (const id of this.byCallee.get(component) ?? []) {
      if (!this.lists[id].isOfMesh) continue;
      for (let index = 0; index < size; index++) this.push(id, index, isReady[index] === 1);
    }
  }

  private push(id: number, index: number, isReady: boolean): void {
    const list = this.lists[id];
    const { a, b } = list.key;
    const delay = samplers.draw(list.sampler, a, b, list.updates++, 0, 0);
    // Updates never overtake each other.
    list.lastNs = Math.max(list.lastNs, engine.now + delay);
    const phase = list.lastNs > engine.now ? PHASE.FAULT : Math.max(engine.phase, PHASE.FAULT);
    engine.at(list.lastNs, phase, this.op, id, index, isReady ? 1 : 0);
  }

  private update({ fleet, view }: List, index: number, isReady: boolean): void {
    const { ready, readyCount } = fleet;
    // Sorted by index: its position, or the one where it belongs.
    let at = 0;
    while (at < readyCount && ready[at] < index) at++;
    if (isReady === (at < readyCount && ready[at] === index)) return;
    invariant(at === readyCount || ready[at] >= index, 'a list of instances is in order');
    if (isReady) {
      ready.copyWithin(at + 1, at, readyCount);
      ready[at] = index;
      fleet.readyCount++;
    } else {
      ready.copyWithin(at, at + 1, readyCount);
      fleet.readyCount--;
    }
    if (isReady) fleet.upSince[index] = engine.now;
    invariant(
      fleet.readyCount >= 0 && fleet.readyCount <= fleet.size,
      'a list holds each instance at most once',
    );
    fleet.changes++;
    for (const room of view.rooms) room.wake();
  }
}
