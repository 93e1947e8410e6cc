import { invariant } from '../../kernel/invariant.js';
import { widenFloat64, widenInt32 } from '../../kernel/pool.js';
import { streamKey } from '../../kernel/rng.js';
import { OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanGate } from '../../spec/plan.js';
import type { GateState } from '../../spec/policy.js';
import type { Instance } from '../instance.js';
import type { Registry } from '../registry.js';
import { GATED } from '../slot-bits.js';
import type { World } from '../world.js';

/** One limit: its state in each instance, and who is inside since when, as the how manieth. */
class Gate {
  readonly component: number;
  readonly states: readonly GateState[];
  /** By strand; -1 = outside. */
  beganAt: Float64Array = new Float64Array(64).fill(-1);
  inflight: Int32Array = new Int32Array(64);

  constructor(component: number, states: readonly GateState[]) {
    this.component = component;
    this.states = states;
  }

  widen(strand: number): void {
    const before = this.beganAt.length;
    this.beganAt = widenFloat64(this.beganAt, strand * 2).fill(-1, before);
    this.inflight = widenInt32(this.inflight, strand * 2);
  }
}

/**
 * Limits on the requests under way in an instance: of its admission, of its middleware, of single
 * endpoints. A request keeps its places until it is answered, whichever way out it takes.
 */
export class Gates {
  private readonly world: World;
  private readonly gates: readonly Gate[];
  /** By component. */
  private readonly of: readonly (readonly Gate[])[];

  constructor(world: World, registry: Registry) {
    this.world = world;
    this.gates = world.plan.gates.map((spec) => this.build(spec, registry));
    this.of = world.plan.components.map((_, id) =>
      this.gates.filter(({ component }) => component === id),
    );
  }

  /** Lets a request in, or refuses it. */
  enter(strand: number, id: number): boolean {
    const { strands, instances, engine } = this.world;
    const gate = this.gates[id];
    const { index } = instances[strands.instance[strand]];
    const inflight = gate.states[index].enter(engine.now);
    if (inflight === 0) return false;
    if (strand >= gate.beganAt.length) gate.widen(strand);
    gate.beganAt[strand] = engine.now;
    gate.inflight[strand] = inflight;
    strands.slot[strand] |= GATED;
    return true;
  }

  /** A request that is inside a gate is answered, or given up, and leaves all of them. */
  leave(strand: number, outcome: Outcome): void {
    const { strands, instances, engine } = this.world;
    const { component, index } = instances[strands.instance[strand]];
    strands.slot[strand] &= ~GATED;
    const kind = outcome & 31;
    const givenUp = kind === OUTCOME.cancelled || kind === OUTCOME.reset;
    for (const gate of this.of[component]) {
      if (strand >= gate.beganAt.length || gate.beganAt[strand] < 0) continue;
      const beganAt = gate.beganAt[strand];
      gate.beganAt[strand] = -1;
      const state = gate.states[index];
      if (givenUp) {
        state.cancel();
        continue;
      }
      const { lineageA, lineageB } = strands;
      const inflight = gate.inflight[strand];
      state.leave(engine.now, beganAt, inflight, outcome, lineageA[strand], lineageB[strand]);
    }
  }

  /** The process has gone, and everything that was inside with it. */
  reset(instance: Instance): void {
    for (const gate of this.of[instance.component]) {
      const state = gate.states[instance.index];
      invariant(state.held() === 0, 'gate-of-crashed-instance-holds');
      state.reset(this.world.engine.now);
    }
  }

  /** Requests inside all gates; 0 when nothing is in flight. */
  held(): number {
    return this.gates.flatMap(({ states }) => states).reduce((sum, state) => sum + state.held(), 0);
  }

  private build({ component, layer, place }: PlanGate, registry: Registry): Gate {
    const { plan, replication } = this.world;
    const definition = registry.policyKind(layer.policy, layer.kind);
    invariant(definition?.gate !== undefined, 'gate-unknown-to-the-registry');
    const states = Array.from({ length: plan.components[component].instances }, (_, index) =>
      definition!.gate!(layer.config, (meaning) =>
        streamKey(plan.seed, replication, `${place}/${index}/${meaning}`),
      ),
    );
    return new Gate(component, states);
  }
}
