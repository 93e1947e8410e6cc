import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { JOURNAL, ROLLOUT_STATE } from '../../../contracts/record/record.js';
import type { PlanRollout } from '../../../contracts/plan/versions.js';
import { amountOf } from '../../../contracts/scenario/rollouts.js';
import type { Scalable, Scale } from '../replica-set.js';
import type { ListedRun } from '../../resources/picking/endpoint-lists.js';
import { Analysis, type Look } from './analysis.js';
import type { Pair, Slack, State } from './counts.js';
import type { Tally } from './tally.js';
import { Versions } from './versions.js';

export interface Setup {
  readonly world: ListedRun;
  readonly component: number;
  readonly scale: Scale;
  /** By number of the version. */
  readonly tallies: ReadonlyMap<number, Tally>;
}

/** The common part of all kinds of rollout: their start, their journal entries, their analysis, and their size. */
export abstract class Rollout implements Scalable {
  protected readonly world: ListedRun;
  protected readonly component: number;
  protected readonly spec: PlanRollout;
  protected readonly versions: Versions;
  protected readonly analysis: Analysis | null;
  protected isUnderWay = false;
  /** The old version gets all requests again. */
  protected isRolledBack = false;
  /** An analysis has paused it. */
  protected isHeld = false;
  /** The allowed deviation before a change of the size that came while the controller was frozen. */
  private unscaled: Slack | null = null;
  private isOver = false;
  private failures = 0;
  /** Measurements in error, in a row. */
  private errors = 0;
  private inconclusive = 0;
  /** The last measurement failed, and holds the next step back; the step that is due meanwhile. */
  private isHalted = false;
  private halted: (() => void) | null = null;
  /** Actions that came due while the controller was frozen. */
  private readonly overdue: (() => void)[] = [];
  private readonly laterOp: number;
  /** The actions of its timers. */
  private readonly later: (() => void)[] = [];

  constructor({ world, component, scale, tallies }: Setup) {
    const { name, versions } = world.plan.components[component];
    this.world = world;
    this.component = component;
    this.spec = versions!.rollout!;
    this.versions = new Versions(world, component, this.spec, scale, () => {
      if (this.isFrozen) return;
      if (this.unscaled !== null) this.rescale(this.unscaled);
      if (!this.isUnderWay || this.isHeld) return;
      this.analysis?.catchUp();
      for (const what of this.overdue.splice(0)) what();
      this.changed();
    });
    const { analysis, to, atNs } = this.spec;
    const sides = { canary: tallies.get(to)!, stable: tallies.get(0)! };
    const looked = (look: Look): void => this.looked(look);
    this.analysis =
      analysis === null ? null : new Analysis(name, analysis, sides, looked, () => this.isFrozen);
    this.laterOp = engine.define(`rollout/${name}/later`, (index) => this.later[index]());
    const op = engine.define(`rollout/${name}/begin`, () => {
      this.isUnderWay = true;
      this.note(ROLLOUT_STATE.begun);
      this.versions.touch();
    });
    engine.at(world.plan.warmupNs + atNs, PHASE.TIMER, op, 0, 0, 0);
  }

  /** An instance has come, gone or changed its readiness since the last step. */
  protected abstract changed(): void;

  /** The desired number of instances, as the autoscaler sees it. */
  get wanted(): number {
    return this.versions.desired;
  }

  /** The autoscaler changes the desired number of instances. */
  scaleTo(count: number): void {
    const { versions, world, component } = this;
    if (count === versions.desired) return;
    const before = this.slack;
    versions.desired = count;
    world.journal.note(JOURNAL.desired, component, count);
    if (this.isFrozen) this.unscaled ??= before;
    else this.rescale(before);
  }

  private rescale(before: Slack): void {
    invariant(!this.isFrozen, 'a frozen controller does not scale');
    const { versions } = this;
    this.unscaled = null;
    if (this.isUnderWay) this.resized(before);
    else versions.old.scaleTo(versions.desired);
    versions.touch();
  }

  /** The desired number of instances has changed during the rollout; `changed` follows, unless it is held. */
  protected abstract resized(before: Slack): void;

  /** The analysis has failed: returns all requests to the old version. Kinds without an analysis never roll back. */
  protected rollBack(): void {}

  protected note(state: number): void {
    const { journal, plan } = this.world;
    journal.note(JOURNAL.rollout, this.component, state);
    if (state !== ROLLOUT_STATE.begun && state !== ROLLOUT_STATE.rolledBack) return;
    // The timeline shows a rollout like a fault.
    const index = plan.faults.findIndex(({ rollout }) => rollout === this.component);
    journal.note(JOURNAL.fault, index, state === ROLLOUT_STATE.begun ? 1 : 0);
  }

  /** The new version gets requests; its analysis starts. */
  protected watch(): void {
    if (!this.isOver && !this.isRolledBack) this.analysis?.start();
  }

  /** The new version has all requests. */
  protected promoted(): void {
    this.end(ROLLOUT_STATE.promoted);
  }

  /** The old version has all requests again. */
  protected rolledBack(): void {
    this.end(ROLLOUT_STATE.rolledBack);
  }

  private end(state: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.analysis?.stop();
    this.note(state);
  }

  /** True while a fault freezes the controller. */
  private get isFrozen(): boolean {
    return this.versions.isFrozen;
  }

  private looked(look: Look): void {
    invariant(
      !this.isRolledBack && !this.isHeld,
      'no analysis looks at a rollout that is held or rolled back',
    );
    const { onFailure, analysis } = this.spec;
    const { failureLimit, inconclusiveLimit, errorLimit, noData, halts } = analysis!;
    // The threshold is compared before the next check.
    if (halts && this.failures > failureLimit && this.fails()) return;
    const isInconclusive = look === 'unknown' || (look === 'empty' && noData === 'pause');
    if (isInconclusive && ++this.inconclusive > inconclusiveLimit) this.hold();
    this.errors = look === 'empty' && noData === 'error' ? this.errors + 1 : 0;
    const isBad = look === 'bad' || (look === 'empty' && noData === 'fail');
    if (look === 'good') this.advance();
    if (isBad) {
      this.note(ROLLOUT_STATE.failedLook);
      this.isHalted = halts && onFailure !== 'continue';
      if (++this.failures > failureLimit && !halts) this.fails();
    } else if (this.errors > errorLimit) {
      this.errors = 0;
      this.fails();
    }
  }

  /** Too many measurements have failed. Returns false if that is only counted. */
  private fails(): boolean {
    const { onFailure } = this.spec;
    if (onFailure === 'continue') return false;
    if (onFailure === 'pause') {
      this.hold();
      return true;
    }
    this.analysis!.stop();
    this.isRolledBack = true;
    this.rollBack();
    return true;
  }

  /** A measurement has succeeded: the step that was held back follows. */
  private advance(): void {
    this.isHalted = false;
    const step = this.halted;
    this.halted = null;
    step?.();
  }

  /** Takes a step when its time has come, unless a failed measurement holds it back. */
  protected inTurn(step: () => void): void {
    if (this.isHalted) this.halted = step;
    else step();
  }

  /** Changes nothing any more. */
  private hold(): void {
    this.analysis!.stop();
    this.isHeld = true;
    this.note(ROLLOUT_STATE.held);
  }

  /** Runs an action after a delay, unless the rollout is held or rolled back before. */
  protected after(delay: Ns, what: () => void): void {
    const wasRolledBack = this.isRolledBack;
    const due = (): void => {
      if (this.isHeld || this.isRolledBack !== wasRolledBack) return;
      if (this.isFrozen) this.overdue.push(due);
      else what();
    };
    const index = this.later.push(due);
    engine.at(engine.now + delay, PHASE.TIMER, this.laterOp, index - 1, 0, 0);
  }

  protected get state(): State {
    const { old, next } = this.versions;
    return {
      wanted: { old: old.wanted, next: next.wanted },
      available: { old: old.available, next: next.available },
    };
  }

  protected get slack(): Slack {
    const { maxSurge, maxUnavailable } = this.spec;
    const { desired } = this.versions;
    const surge = amountOf(maxSurge, desired, true);
    const missing = amountOf(maxUnavailable, desired, false);
    // With both at 0 the rollout could never proceed.
    const unavailable = surge === 0 && missing === 0 ? 1 : missing;
    return { desired, surge, unavailable };
  }

  /** Takes steps until the next one must wait for readiness. */
  protected settle(step: (state: State) => Pair): void {
    for (;;) {
      const { wanted, available } = this.state;
      const { old, next } = step({ wanted, available });
      if (old === wanted.old && next === wanted.next) return;
      invariant(old >= 0 && next >= 0, 'a step of a rollout asks for instances, not for debts');
      this.versions.next.scaleTo(next);
      this.versions.old.scaleTo(old);
    }
  }
}
