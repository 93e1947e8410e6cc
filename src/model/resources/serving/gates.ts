import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { GateState } from '../../../contracts/patterns/policy.js';
import type { PlanGate } from '../../../contracts/plan/plan.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Registry } from '../../data/registry.js';
import { GATED } from '../../data/strands/slot-bits.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';
import { ValueStates } from '../layers/value-states.js';

/**
 * One limit: its states in each instance, and for each request inside its start time and its rank among those in
 * flight.
 */
class Gate {
  readonly component: number;
  readonly key: number;
  /** By instance; a limit without a key uses the value 0. */
  readonly places: readonly ValueStates<GateState>[];
  /** By strand; -1 = outside. */
  beganAt: Float64Array = new Float64Array(64).fill(-1);
  inflight: Int32Array = new Int32Array(64);
  /** Number of the state that admitted it. */
  met: Int32Array = new Int32Array(64);

  constructor({ component, key }: PlanGate, places: readonly ValueStates<GateState>[]) {
    this.component = component;
    this.key = key;
    this.places = places;
  }

  widen(strand: number): void {
    const before = this.beganAt.length;
    this.beganAt = widenFloat64(this.beganAt, strand * 2).fill(-1, before);
    this.inflight = widenInt32(this.inflight, strand * 2);
    this.met = widenInt32(this.met, strand * 2);
  }
}

/**
 * Limits on the requests in flight in an instance: of its admission, its middleware or single endpoints. A request
 * holds its places until it has its answer or is abandoned.
 */
export class Gates {
  private readonly world: Run;
  private readonly gates: readonly Gate[];
  /** By component. */
  private readonly of: readonly (readonly Gate[])[];

  constructor(world: Run, registry: Registry) {
    this.world = world;
    this.gates = world.plan.gates.map((spec) => this.build(spec, registry));
    this.of = world.plan.components.map((_, id) =>
      this.gates.filter(({ component }) => component === id),
    );
  }

  /** Admits a request, or refuses it. */
  enter(strand: number, id: number): boolean {
    const { instances, keys } = this.world;
    const gate = this.gates[id];
    invariant(
      strand >= gate.beganAt.length || gate.beganAt[strand] < 0,
      'a request is inside a gate once',
    );
    const place = gate.places[instances[strands.instance[strand]].index];
    const value = gate.key < 0 ? 0 : keys.value(gate.key, strand);
    const met = place.numberOf(value, engine.now);
    const inflight = place.states[met].enter(engine.now);
    if (inflight === 0) return false;
    if (strand >= gate.beganAt.length) gate.widen(strand);
    gate.beganAt[strand] = engine.now;
    gate.inflight[strand] = inflight;
    gate.met[strand] = met;
    strands.slot[strand] |= GATED;
    return true;
  }

  /** A request inside a gate has its answer or is abandoned; it leaves all gates. */
  leave(strand: number, outcome: Outcome): void {
    const { instances } = this.world;
    const { component, index } = instances[strands.instance[strand]];
    invariant((strands.slot[strand] & GATED) !== 0, 'a request leaves its gates once');
    strands.slot[strand] &= ~GATED;
    const kind = outcome & 31;
    const givenUp = kind === OUTCOME.cancelled || kind === OUTCOME.reset;
    for (const gate of this.of[component]) {
      if (strand >= gate.beganAt.length || gate.beganAt[strand] < 0) continue;
      const beganAt = gate.beganAt[strand];
      gate.beganAt[strand] = -1;
      const state = gate.places[index].states[gate.met[strand]];
      if (givenUp) {
        state.cancel();
        continue;
      }
      const { lineageA, lineageB } = strands;
      const inflight = gate.inflight[strand];
      state.leave(engine.now, beganAt, inflight, outcome, lineageA[strand], lineageB[strand]);
    }
  }

  /** The process has ended, and with it every request inside. */
  reset(instance: Instance): void {
    for (const gate of this.of[instance.component]) {
      const place = gate.places[instance.index];
      invariant(place.held() === 0, 'the gate of a dead process holds nothing');
      place.reset(engine.now);
    }
  }

  /** Number of requests inside all gates; 0 when nothing is in flight. */
  held(): number {
    return this.gates.flatMap(({ places }) => places).reduce((sum, place) => sum + place.held(), 0);
  }

  private build(spec: PlanGate, registry: Registry): Gate {
    const { component, layer, place } = spec;
    const { plan, replication } = this.world;
    const definition = registry.policyKind(layer.policy, layer.kind);
    invariant(definition?.gate !== undefined, 'the registry knows every gate of a plan');
    const places = Array.from({ length: plan.components[component].instances }, (_, index) => {
      const stream = (meaning: string): StreamKey =>
        streamKey(plan.seed, replication, `${place}/${index}/${meaning}`);
      return new ValueStates(() => definition!.gate!(layer.config, stream));
    });
    return new Gate(spec, places);
  }
}
