import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { OnEmpty } from '../../../contracts/scenario/discovery.js';
import type { View } from '../../data/edges/edge.js';
import type { Fleet } from '../../data/instances/fleet.js';
import type { Instance } from '../../data/instances/instance.js';

/** Where a list comes from, and the draws of its updates. */
interface Origin {
  /** Its number among the lists of the registry. */
  readonly id: number;
  readonly caller: Instance;
  readonly callee: number;
  readonly onEmpty: OnEmpty;
  readonly key: StreamKey;
}

/** The instances of a component as one calling instance knows them. */
export class List {
  readonly id: number;
  readonly caller: Instance;
  readonly callee: number;
  readonly key: StreamKey;
  /** Its view of the callee shows this fleet. */
  readonly fleet: { -readonly [Field in keyof Fleet]: Fleet[Field] };
  /** When the registry last confirmed it; Infinity = it is sent, or lost with its process. */
  fetchedNs: Ns = Infinity;
  /** By index: what the registry has sent. */
  readonly sent: Uint8Array;
  /** Number of updates sent, the arrival of the last one, and whether a retry is due. */
  updates = 0;
  lastNs: Ns = 0;
  isRetrying = false;
  private readonly view: View;
  private readonly onEmpty: OnEmpty;

  constructor(origin: Origin, fleet: Fleet, listed: Uint8Array, view: View) {
    const { id, caller, callee, key, onEmpty } = origin;
    this.id = id;
    this.caller = caller;
    this.callee = callee;
    this.key = key;
    this.onEmpty = onEmpty;
    this.view = view;
    this.fleet = {
      ...fleet,
      ready: fleet.ready.slice(),
      upSince: fleet.upSince.slice(),
      isBinding: true,
    };
    this.sent = listed.slice(fleet.first, fleet.first + fleet.size);
    this.fill(this.sent, 0);
    this.fleet.upSince.set(fleet.upSince);
  }

  /** Replaces the list by the entries from `first` on. */
  fill(listed: Uint8Array, first: number): void {
    const { fleet } = this;
    const { size, ready, upSince } = fleet;
    let count = 0;
    for (let index = 0; index < size; index++) count += listed[first + index];
    if (count === 0 && fleet.readyCount > 0 && this.onEmpty === 'lastKnown') return;
    const before = new Set(ready.subarray(0, fleet.readyCount));
    let changes = 0;
    let at = 0;
    for (let index = 0; index < size; index++) {
      const isListed = listed[first + index] === 1;
      if (isListed !== before.has(index)) {
        changes++;
        if (isListed) upSince[index] = engine.now;
      }
      if (isListed) ready[at++] = index;
    }
    invariant(at === count, 'a list holds each entry that the registry sent');
    this.settle(count, changes > 0);
  }

  /** Notes one change that the registry has sent. */
  apply(index: number, isListed: number): void {
    const known = new Uint8Array(this.fleet.size);
    for (let k = 0; k < this.fleet.readyCount; k++) known[this.fleet.ready[k]] = 1;
    known[index] = isListed;
    this.fill(known, 0);
  }

  /** The list is unknown: lost with its process, or a name that does not resolve. */
  clear(): void {
    if (this.fleet.readyCount === 0 || this.onEmpty === 'lastKnown') return;
    this.settle(0, true);
  }

  /** The process that held the list is gone. */
  lose(): void {
    this.fetchedNs = Infinity;
    this.settle(0, true);
  }

  /** Replaces all addresses by some where nothing listens. */
  misdirect(): void {
    this.settle(0, true);
    this.fleet.isBinding = true;
  }

  private settle(count: number, isChanged: boolean): void {
    invariant(
      count >= 0 && count <= this.fleet.size,
      'a list has no more entries than the service has instances',
    );
    const { fleet } = this;
    fleet.readyCount = count;
    // In a panic callers also use instances that are not in the list.
    fleet.isBinding = this.onEmpty !== 'panic';
    if (!isChanged) return;
    fleet.changes++;
    for (const room of this.view.rooms) room.wake();
  }
}
