import { samplers } from '../../kernel/distribution.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { View } from '../edge.js';
import type { Instance } from '../instance.js';
import type { Fleet, World } from '../world.js';

/** The instances of a component as one of its callers knows of them. */
interface List {
  readonly fleet: Fleet;
  readonly view: View;
  /** Key of the draws of the time that its news take. */
  readonly key: StreamKey;
  /** News so far, and when the last of them is there. */
  news: number;
  lastNs: Ns;
}

/**
 * Whom callers take for ready, where the platform takes its time to tell them: each calling instance has a list of its
 * own, and gets the news of one component in their order. A pod that is gone is called until then, and refuses.
 */
export class EndpointLists {
  private readonly world: World;
  private readonly op: number;
  private readonly lists: List[] = [];
  /** By component: the sampler of the time that its news take, and the numbers of the lists of its callers. */
  private readonly byCallee = new Map<
    number,
    { readonly sampler: number; readonly ids: number[] }
  >();

  constructor(world: World) {
    this.world = world;
    this.op = engine.define('endpoints', (list, index, isReady) =>
      this.told(this.lists[list], index, isReady === 1),
    );
  }

  /** Whom a caller takes for ready, behind its view of the callee: whoever is, or a list of its own. */
  fleetOf(callee: number, caller: Instance, view: View): Fleet {
    const { plan, replication, fleets } = this.world;
    const fleet = fleets[callee];
    const { name, propagation } = plan.components[callee];
    if (propagation === null) return fleet;
    const from = plan.components[caller.component].name;
    const own: Fleet = {
      ...fleet,
      ready: fleet.ready.slice(),
      upSince: fleet.upSince.slice(),
      isBinding: true,
    };
    const key = streamKey(plan.seed, replication, `endpoints/${name}/${from}/${caller.index}`);
    const id = this.lists.push({ fleet: own, view, key, news: 0, lastNs: 0 }) - 1;
    const known = this.byCallee.get(callee);
    if (known !== undefined) known.ids.push(id);
    else this.byCallee.set(callee, { sampler: samplers.add(propagation), ids: [id] });
    return own;
  }

  /** An instance is ready now, or is not any more: the news are on their way to all callers. */
  changed({ component, index }: Instance, isReady: boolean): void {
    const callers = this.byCallee.get(component);
    if (callers === undefined) return;
    for (const id of callers.ids) {
      const list = this.lists[id];
      const { a, b } = list.key;
      const delay = samplers.draw(callers.sampler, a, b, list.news++, 0, 0);
      // One piece of news never passes another.
      list.lastNs = Math.max(list.lastNs, engine.now + delay);
      const phase = list.lastNs > engine.now ? PHASE.FAULT : Math.max(engine.phase, PHASE.FAULT);
      engine.at(list.lastNs, phase, this.op, id, index, isReady ? 1 : 0);
    }
  }

  private told({ fleet, view }: List, index: number, isReady: boolean): void {
    const { ready, readyCount } = fleet;
    // Sorted by index: its place, or that which it would have.
    let at = 0;
    while (at < readyCount && ready[at] < index) at++;
    if (isReady === (at < readyCount && ready[at] === index)) return;
    if (isReady) {
      ready.copyWithin(at + 1, at, readyCount);
      ready[at] = index;
      fleet.readyCount++;
    } else {
      ready.copyWithin(at, at + 1, readyCount);
      fleet.readyCount--;
    }
    if (isReady) fleet.upSince[index] = engine.now;
    fleet.changes++;
    for (const room of view.rooms) room.wake();
  }
}
