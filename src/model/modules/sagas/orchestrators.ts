import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Counter } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './phases.js';
import type { Records } from './records.js';

/** Callbacks for sagas whose driving process changes. */
export interface OrchestratorListener {
  /** The process of an instance has died; `drives`: the saga was on it. */
  died(slot: number, instance: number, drives: boolean): void;
  /** An instance is up again; `isDue`: the saga waits to be taken over, and may be now. */
  started(slot: number, isDue: boolean): void;
}

/** The instances of an orchestrator, and the instance that drives each saga. */
export class Orchestrators {
  private readonly first: number;
  private readonly count: number;
  /** State is kept in memory only, so a saga is lost with its process. */
  private readonly isInMemory: boolean;
  private readonly takeovers: Counter;

  constructor(
    private readonly world: BackgroundRun,
    plan: PlanSaga,
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly listener: OrchestratorListener,
  ) {
    const component = world.plan.components[world.plan.parts[plan.driver].component];
    this.first = component.firstInstance;
    this.count = component.instances;
    this.isInMemory = (plan.spec.orchestration?.persistence ?? null) === null;
    this.takeovers = world.meters.counter('takeovers', { component: plan.component, part: -1 });
    for (let index = 0; index < this.count; index++) {
      const instance = world.instances[this.first + index];
      instance.residents.push({
        died: () => this.died(instance),
        started: () => this.started(),
        isBusy: () => this.isInMemory && this.drives(instance),
      });
    }
  }

  /**
   * Chooses an instance for a saga: its own if it accepts work, otherwise the next one that does, otherwise one that is
   * shutting down.
   *
   * A saga in memory stays on its instance until the process ends.
   */
  place(slot: number): number {
    const { instances } = this.world;
    const own = this.first + this.records.instance[slot];
    if (this.isInMemory && !instances[own].down) return own;
    const next = this.nextOf(slot, ({ shut }) => !shut);
    return next >= 0 ? next : this.nextOf(slot, ({ down }) => !down);
  }

  private nextOf(slot: number, isFit: (instance: Instance) => boolean): number {
    const own = this.records.instance[slot];
    for (let k = 0; k <= this.count; k++) {
      const index = k === 0 ? own : (own + this.ledger.number[slot] + k) % this.count;
      if (!isFit(this.world.instances[this.first + index])) continue;
      this.records.instance[slot] = index;
      return this.first + index;
    }
    return -1;
  }

  /** Passes a saga to the next instance that accepts work, preferably one that is not frozen; false if there is none. */
  pass(slot: number): boolean {
    const { instances } = this.world;
    const own = this.records.instance[slot];
    const isFit = (index: number, frozen: boolean): boolean => {
      const instance = instances[this.first + index];
      return !instance.shut && (frozen || instance.frozen === FROZEN.no);
    };
    for (const frozen of [false, true]) {
      for (let k = 1; k < this.count; k++) {
        const index = (own + k) % this.count;
        if (!isFit(index, frozen)) continue;
        this.records.instance[slot] = index;
        return true;
      }
    }
    return false;
  }

  /** The instance that drives a saga. */
  instanceOf(slot: number): number {
    invariant(
      this.records.instance[slot] < this.count,
      'a saga is driven by an instance of its service',
    );
    return this.first + this.records.instance[slot];
  }

  /** Counts a takeover: one instance continues the work of another. */
  tookOver(): void {
    this.world.meters.count(this.takeovers);
  }

  /** A saga has ended: its process may have waited for that in order to shut down. */
  over(slot: number): void {
    const { instances, outages } = this.world;
    outages.terminations.look(instances[this.instanceOf(slot)]);
  }

  private drives({ index }: Instance): boolean {
    const { ledger, records } = this;
    return ledger
      .inOrder()
      .some((slot) => ledger.phase[slot] === PHASE_OF.running && records.instance[slot] === index);
  }

  private died({ id, index }: Instance): void {
    const { ledger, records } = this;
    for (const slot of ledger.inOrder()) {
      if (ledger.phase[slot] !== PHASE_OF.running) continue;
      this.listener.died(slot, id, records.instance[slot] === index);
    }
  }

  private started(): void {
    const { ledger, records } = this;
    for (const slot of ledger.inOrder()) {
      if (ledger.phase[slot] !== PHASE_OF.running) continue;
      this.listener.started(slot, records.waiting[slot] === 1 && records.due[slot] <= engine.now);
    }
  }
}
