import type { PlanGate } from '../contracts/plan/plan.js';
import type { Layer } from '../contracts/scenario/policies.js';
import { canonical } from './canonical.js';
import type { KeyTable } from './keys.js';

/** Limits on requests in flight, one for each place in the scenario. */
export class GateTable {
  readonly list: PlanGate[] = [];
  private readonly byPlace = new Map<string, number>();

  constructor(private readonly keys: KeyTable) {}

  /** Returns the id of the gate at a place. Endpoints of a service share the gates of its middleware. */
  at(place: string, component: number, layer: Layer): number {
    // A configuration change can set another limit at the same place.
    const name = `${place} ${canonical(layer)}`;
    const known = this.byPlace.get(name);
    if (known !== undefined) return known;
    const key = this.keys.use(layer.key, place, 'a limit');
    const id = this.list.push({ component, layer, key, place }) - 1;
    this.byPlace.set(name, id);
    return id;
  }
}
