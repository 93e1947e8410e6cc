import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { streamKey } from '../../../kernel/rng.js';
import { OUTLIER_STATES } from '../../../contracts/patterns/outlier.js';
import type { OutlierSetup, OutlierState } from '../../../contracts/patterns/outlier.js';
import type { PlanComponent, PlanEdge } from '../../../contracts/plan/plan.js';
import type { Alarms } from '../../data/instances/alarms.js';
import type { View } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Registry } from '../../data/registry.js';
import { comesAndGoes } from '../../../contracts/plan/versions.js';
import type { Run } from '../../data/run.js';

/**
 * The outlier detections of a run: one for each calling instance and callee, shared by all calls with equal settings.
 * An ejected instance is ejected for every call of the process to the callee.
 */
export class Outliers {
  private readonly states = new Map<string, OutlierState>();
  /** Numbers of the first state machines, by caller, callee and settings. */
  private readonly firsts = new Map<string, number>();

  constructor(
    private readonly world: Run,
    private readonly registry: Registry,
    private readonly alarms: Alarms,
  ) {}

  /**
   * Returns a function that makes the outlier detection of a calling instance on first use; null without outlier
   * detection.
   */
  of(
    edge: PlanEdge,
    caller: PlanComponent,
  ): ((caller: Instance, view: View) => OutlierState) | null {
    const { outlierDetection, loadBalancing } = edge;
    if (outlierDetection === null) return null;
    const { kind, config } = outlierDetection;
    const definition = this.registry.outlierKind(kind);
    invariant(definition !== undefined, 'the registry knows every outlier detection of a plan');
    const { plan, newcomers } = this.world;
    const callee = plan.parts[edge.to].component;
    const { instances, versions } = plan.components[callee];
    const { version } = edge;
    const most =
      version < 0 ? instances : versions!.ofPlace.filter((own) => own === version).length;
    const seen = Math.min(loadBalancing.common.subset?.size ?? instances, most);
    const settings = `${callee} ${version} ${seen} ${kind} ${JSON.stringify(config)}`;
    const first = this.firstOf(`${caller.name} ${settings}`, kind, callee, caller);
    return (instance, view) => {
      const key = `${instance.id} ${settings}`;
      let state = this.states.get(key);
      if (state === undefined) {
        const own = first + instance.index * instances;
        const setup = this.setupOf(callee, { seen, version }, instance, view, own);
        const made = definition!.create(config, setup);
        state = made;
        this.states.set(key, made);
        instance.outliers.push(made);
        newcomers.get(callee)?.push((index) => made.forget(index));
      }
      return state;
    };
  }

  /** Number of the first state machine of the first caller; each caller has one for each instance of the callee. */
  private firstOf(key: string, kind: string, callee: number, caller: PlanComponent): number {
    const { plan, journal } = this.world;
    const known = this.firsts.get(key);
    if (known !== undefined) return known;
    const { firstInstance, instances } = plan.components[callee];
    const block = journal.open({
      policy: 'outlierDetection',
      kind,
      instance: caller.firstInstance,
      callerComponent: plan.components.indexOf(caller),
      calleeComponent: callee,
      calleePart: -1,
      calleeInstance: firstInstance,
      bundle: '',
      dryRun: false,
      states: OUTLIER_STATES,
    });
    block.callers = caller.instances;
    block.stride = block.targets = instances;
    block.step = 1;
    journal.reserve(caller.instances * instances - 1);
    this.firsts.set(key, block.first);
    return block.first;
  }

  /** `first`: number of the state machine of the first callee instance. */
  private setupOf(
    callee: number,
    { seen, version }: { readonly seen: number; readonly version: number },
    caller: Instance,
    view: View,
    first: number,
  ): OutlierSetup {
    const { plan, replication, journal } = this.world;
    const { name, instances, versions } = plan.components[callee];
    const names = `${plan.components[caller.component].name}[${caller.index}]->${name}`;
    const isScaled = comesAndGoes(plan.components[callee]);
    const known = (): number => {
      const { ready, readyCount } = view.fleet;
      if (version < 0) return readyCount;
      let count = 0;
      for (let k = 0; k < readyCount; k++) {
        if (versions!.ofPlace[ready[k]] === version) count++;
      }
      return count;
    };
    return {
      size: instances,
      /** The number of instances that the caller knows now, in a fleet that scales. */
      get seen() {
        return isScaled ? Math.max(1, Math.min(seen, known())) : seen;
      },
      clock: engine,
      setOpen: (instance, isOpen) => view.setShut(instance, !isOpen),
      alarm: (run) => this.alarms.add(run, caller),
      stream: (meaning) =>
        streamKey(plan.seed, replication, `edge/${names}/outlierDetection/${meaning}`),
      machine: (instance) => journal.setter(first + instance),
    };
  }
}
