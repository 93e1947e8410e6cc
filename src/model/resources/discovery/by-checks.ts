import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Checks } from '../../../contracts/scenario/discovery.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { Entries } from './entries.js';
import type { Membership } from './membership.js';
import { phaseOf } from './phases.js';

/** Interval of the pass that removes critical instances. */
const REAPER_NS: Ns = 30e9;

/**
 * A registry that checks each instance at intervals, as Consul's agents do. The state of the checks is known beside the
 * instances; the servers note it when they can.
 */
export class ByChecks implements Membership {
  /** By instance id: 1 = its check passes; 1 = it is registered at all. */
  private readonly passing: Uint8Array;
  private readonly known: Uint8Array;
  /** By instance id: consecutive results, positive = successes, negative = failures. */
  private readonly streak: Int32Array;
  /** By instance id: since when it is critical. */
  private readonly criticalNs: Float64Array;
  /** By instance id: number of its registration; it voids the timers of earlier ones. */
  private readonly lives: Uint32Array;
  private readonly checkOp: number;
  private readonly resultOp: number;
  private readonly reapOp: number;

  constructor(
    private readonly run: Run,
    private readonly entries: Entries,
    private readonly rules: Checks,
  ) {
    const { instances } = run;
    const bytes = (): Uint8Array => new Uint8Array(instances.length);
    [this.passing, this.known] = [bytes(), bytes()];
    this.streak = new Int32Array(instances.length);
    this.criticalNs = new Float64Array(instances.length);
    this.lives = new Uint32Array(instances.length);
    this.checkOp = engine.define('check', (id, life) => this.check(instances[id], life));
    this.resultOp = engine.define('check-timeout', (id, life) => {
      if (this.lives[id] === life) this.result(instances[id], false);
    });
    this.reapOp = engine.define('reap', () => this.reap());
    for (const instance of entries.members()) {
      if (instance.down) continue;
      entries.begin(instance);
      this.passing[instance.id] = this.known[instance.id] = 1;
      this.checkAfter(instance, this.stagger(instance));
    }
    if (rules.deregisterNs === null) return;
    const first = phaseOf(run, `registry/${entries.name}/reaper`, 0, REAPER_NS);
    engine.at(first, PHASE.TIMER, this.reapOp, 0, 0, 0);
  }

  started(instance: Instance): void {
    const { id } = instance;
    this.lives[id]++;
    this.streak[id] = 0;
    this.known[id] = 1;
    this.criticalNs[id] = engine.now;
    if (this.passing[id] === 1) this.setPassing(instance, false);
    this.checkAfter(instance, this.stagger(instance));
  }

  ended(): void {
    // The agent goes on: its next check is refused.
  }

  closing(instance: Instance): void {
    const { id } = instance;
    if (this.known[id] === 0) return;
    this.forget(instance);
    if (this.entries.isOpen) this.entries.remove(instance, 'cancelled');
  }

  readiness(): void {
    // The next check sees it.
  }

  lost(): void {
    // The servers keep the catalog on disk.
  }

  back(): void {
    for (const instance of this.entries.members()) {
      if (this.passing[instance.id] === 1) this.entries.add(instance, 'passing');
      else this.entries.remove(instance, 'critical');
    }
  }

  private check(instance: Instance, life: number): void {
    const { id, down, silent, frozen, unready, shut } = instance;
    if (this.lives[id] !== life) return;
    if (silent || (!down && frozen !== FROZEN.no)) {
      engine.at(engine.now + this.rules.timeoutNs, PHASE.TIMER, this.resultOp, id, life, 0);
    } else this.result(instance, !down && !unready && !shut);
  }

  private result(instance: Instance, isSuccess: boolean): void {
    invariant(this.known[instance.id] === 1, 'a check belongs to an instance that is registered');
    const { id } = instance;
    const { failures, successes, intervalNs } = this.rules;
    const streak = this.streak[id];
    this.streak[id] = isSuccess ? Math.max(streak, 0) + 1 : Math.min(streak, 0) - 1;
    if (isSuccess && this.passing[id] === 0 && this.streak[id] >= successes) {
      this.setPassing(instance, true);
    } else if (!isSuccess && this.passing[id] === 1 && -this.streak[id] >= failures) {
      this.criticalNs[id] = engine.now;
      this.setPassing(instance, false);
    }
    this.checkAfter(instance, intervalNs);
  }

  private setPassing(instance: Instance, isPassing: boolean): void {
    invariant(this.known[instance.id] === 1, 'only a registered instance passes or fails');
    this.passing[instance.id] = isPassing ? 1 : 0;
    if (!this.entries.isOpen) return;
    if (isPassing) this.entries.add(instance, 'passing');
    else this.entries.remove(instance, 'critical');
  }

  private reap(): void {
    engine.at(engine.now + REAPER_NS, PHASE.TIMER, this.reapOp, 0, 0, 0);
    for (const instance of this.entries.members()) {
      const { id } = instance;
      if (this.known[id] === 0 || this.passing[id] === 1) continue;
      if (engine.now - this.criticalNs[id] <= this.rules.deregisterNs!) continue;
      this.forget(instance);
      this.entries.deregister(instance);
    }
  }

  /** The instance is no longer registered, and no longer checked. */
  private forget({ id }: Instance): void {
    invariant(this.known[id] === 1, 'an instance is deregistered once');
    this.lives[id]++;
    this.known[id] = this.passing[id] = 0;
  }

  private checkAfter({ id }: Instance, afterNs: Ns): void {
    engine.at(engine.now + afterNs, PHASE.TIMER, this.checkOp, id, this.lives[id], 0);
  }

  /** Time until the first check, which spreads the checks of many instances. */
  private stagger({ component, index }: Instance): Ns {
    const { name } = this.run.plan.components[component];
    const key = `registry/${this.entries.name}/check/${name}`;
    return phaseOf(this.run, key, index, this.rules.intervalNs);
  }
}
