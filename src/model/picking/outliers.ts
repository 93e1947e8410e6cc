import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { streamKey } from '../../kernel/rng.js';
import { OUTLIER_STATES } from '../../spec/outlier.js';
import type { OutlierSetup, OutlierState } from '../../spec/outlier.js';
import type { PlanEdge } from '../../spec/plan.js';
import type { Alarms } from '../alarms.js';
import type { View } from '../edge.js';
import type { Instance } from '../instance.js';
import type { Registry } from '../registry.js';
import { comesAndGoes } from '../../spec/versions.js';
import type { World } from '../world.js';

/**
 * The outlier detections of a run: one for each calling instance and callee, shared by all calls whose
 * settings are alike. What one of them ejects is out for every call of the process to the callee.
 */
export class Outliers {
  private readonly world: World;
  private readonly registry: Registry;
  private readonly alarms: Alarms;
  private readonly states = new Map<string, OutlierState>();

  constructor(world: World, registry: Registry, alarms: Alarms) {
    this.world = world;
    this.registry = registry;
    this.alarms = alarms;
  }

  /** Those of an edge, by calling instance; null where it has none. */
  of(
    edge: PlanEdge,
    callers: readonly Instance[],
    views: readonly View[],
  ): readonly OutlierState[] | null {
    const { outlierDetection, loadBalancing } = edge;
    if (outlierDetection === null) return null;
    const { kind, config } = outlierDetection;
    const definition = this.registry.outlierKind(kind);
    invariant(definition !== undefined, 'outlier-unknown-to-the-registry');
    const { plan } = this.world;
    const callee = plan.parts[edge.to].component;
    const { instances } = plan.components[callee];
    const seen = Math.min(loadBalancing.common.subset?.size ?? instances, instances);
    return callers.map((caller, k) => {
      const key = `${caller.id} ${callee} ${seen} ${kind} ${JSON.stringify(config)}`;
      let state = this.states.get(key);
      if (state === undefined) {
        const setup = this.setupOf(kind, callee, seen, caller, views[k]);
        state = definition!.create(config, setup);
        this.states.set(key, state);
        caller.outliers.push(state);
        const own = state;
        this.world.newcomers.get(callee)?.push((index) => own.forget(index));
      }
      return state;
    });
  }

  private setupOf(
    kind: string,
    callee: number,
    seen: number,
    caller: Instance,
    view: View,
  ): OutlierSetup {
    const { plan, replication, journal } = this.world;
    const { name, instances, firstInstance } = plan.components[callee];
    const names = `${plan.components[caller.component].name}[${caller.index}]->${name}`;
    const isScaled = comesAndGoes(plan.components[callee]);
    return {
      size: instances,
      /** Of a fleet that grows: whom the caller knows of at this moment. */
      get seen() {
        return isScaled ? Math.max(1, Math.min(seen, view.fleet.readyCount)) : seen;
      },
      clock: engine,
      setOpen: (instance, isOpen) => view.setShut(instance, !isOpen),
      alarm: (run) => this.alarms.add(run, caller),
      stream: (meaning) =>
        streamKey(plan.seed, replication, `edge/${names}/outlierDetection/${meaning}`),
      machine: (instance) =>
        journal.machine({
          policy: 'outlierDetection',
          kind,
          instance: caller.id,
          callerComponent: caller.component,
          calleeComponent: callee,
          calleePart: -1,
          calleeInstance: firstInstance + instance,
          bundle: '',
          dryRun: false,
          states: OUTLIER_STATES,
        }),
    };
  }
}
