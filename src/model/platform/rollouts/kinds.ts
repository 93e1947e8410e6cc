import { invariant } from '../../../kernel/invariant.js';
import { updateFleet } from '../../resources/picking/ready.js';
import { ROLLOUT_STATE } from '../../../contracts/record/record.js';
import type { Weights } from '../../data/edges/split.js';
import { besideOld, nearest, proportionalStep, rollingStep, shareStep } from './counts.js';
import type { Slack } from './counts.js';
import { Rollout, type Setup } from './rollout.js';

/** A Deployment of Kubernetes with `RollingUpdate`: it waits only for readiness. */
export class RollingUpdate extends Rollout {
  protected changed(): void {
    const { slack } = this;
    this.settle((state) => rollingStep(state, slack));
    const { wanted, available } = this.state;
    if (wanted.old === 0 && available.next >= slack.desired) this.promoted();
  }

  protected resized(before: Slack): void {
    const { old, next } = proportionalStep(this.state, before, this.slack);
    this.versions.next.scaleTo(next);
    this.versions.old.scaleTo(old);
  }
}

/** A Deployment with `Recreate`: all old instances end; once their last process has ended, the new ones start. */
export class Recreate extends Rollout {
  protected changed(): void {
    const { old, next, desired } = this.versions;
    old.scaleTo(0);
    if (!old.isRemoved) return;
    next.scaleTo(desired);
    if (next.available >= desired) this.promoted();
  }

  /** The new instances follow in `changed`; the old ones are ending. */
  protected resized(): void {}
}

/** A second set of instances beside the first; all requests switch to it at one instant (Argo Rollouts bluegreen). */
export class BlueGreen extends Rollout {
  private isSwitched = false;
  private readonly next: number = this.spec.to;

  constructor(setup: Setup) {
    super(setup);
    this.select(0);
  }

  protected changed(): void {
    const { next, desired } = this.versions;
    const { preview, autoPromotion } = this.spec;
    if (this.isSwitched || this.isRolledBack) return;
    const few = preview ?? desired;
    if (next.wanted < few) next.scaleTo(few);
    if (!autoPromotion || next.available < few) return;
    if (next.wanted < desired) next.scaleTo(desired);
    if (next.available >= desired) this.turn();
  }

  protected resized(): void {
    const { old, next, desired } = this.versions;
    if (!this.isSwitched || this.isRolledBack) old.scaleTo(desired);
    // A version without requests that is about to be removed keeps its size.
    if (this.isRolledBack) return;
    if (this.isSwitched) next.scaleTo(desired);
    else if (next.wanted > 0) next.scaleTo(this.spec.preview ?? desired);
  }

  private turn(): void {
    invariant(!this.isSwitched && !this.isRolledBack, 'a blue-green rollout switches once');
    this.isSwitched = true;
    this.note(ROLLOUT_STATE.weight + 1000);
    this.select(this.next);
    this.watch();
    if (this.analysis === null) this.promoted();
    this.after(this.spec.scaleDownDelayNs, () => {
      this.versions.old.scaleTo(0);
      this.promoted();
    });
  }

  protected override rollBack(): void {
    this.note(ROLLOUT_STATE.weight);
    this.select(0);
    this.rolledBack();
    this.after(this.spec.scaleDownDelayNs, () => this.versions.next.scaleTo(0));
  }

  /** Sets the version that callers may call. */
  private select(version: number): void {
    const { fleets, instances, plan } = this.world;
    fleets[this.component].selected = version;
    updateFleet(this.world, instances[plan.components[this.component].firstInstance]);
  }
}

/** Increases the share of requests step by step (Argo Rollouts canary). */
export class Canary extends Rollout {
  private readonly weights: Weights | null;
  private at = 0;
  /** Share of the requests, and the share of the replicas if that is set separately. */
  private weight = 0;
  private scaled: number | null = null;
  private isPaused = false;
  private isLast = false;

  /** `weights` is how its callers divide their requests; null = they call any ready instance. */
  constructor(setup: Setup, weights: Weights | null) {
    super(setup);
    this.weights = weights;
  }

  protected changed(): void {
    while (this.proceeds());
  }

  protected resized(): void {
    const { old, next, desired } = this.versions;
    if (this.weights === null) {
      const share = this.isRolledBack ? 0 : this.weight;
      const { slack } = this;
      // Otherwise `changed` follows, which may be on its way to the next weight.
      if (this.isHeld) this.settle((state) => shareStep(state, share, slack));
      return;
    }
    if (this.isLast) return next.scaleTo(desired);
    old.scaleTo(desired);
    if (!this.isRolledBack) next.scaleTo(besideOld(desired, this.scaled ?? this.weight));
  }

  /** Takes the next step; returns false if it must wait for readiness or time. */
  private proceeds(): boolean {
    if (this.isRolledBack) return this.turnsBack();
    const { steps } = this.spec;
    if (this.isPaused || this.isLast) return this.reaches(this.weight) && false;
    const step = steps[this.at];
    if (step === undefined) {
      this.scaled = null;
      if (!this.reaches(1)) return false;
      this.setWeight(1);
      this.isLast = true;
      this.promoted();
      this.leave();
      return false;
    }
    switch (step.step) {
      case 'weight':
        if (!this.reaches(step.weight)) return false;
        this.setWeight(step.weight);
        break;
      case 'scale':
        this.scaled = step.share;
        if (!this.reaches(this.weight)) return false;
        break;
      case 'pause':
        this.isPaused = true;
        if (step.forNs === null) return false;
        this.after(step.forNs, () =>
          this.inTurn(() => {
            this.isPaused = false;
            this.at++;
            this.changed();
          }),
        );
        return false;
    }
    this.at++;
    return true;
  }

  /** Returns true if both versions have the replicas for a weight, and these are available. */
  private reaches(weight: number): boolean {
    const { old, next, desired } = this.versions;
    if (this.weights !== null) {
      const goal = besideOld(desired, this.scaled ?? weight);
      // Surplus replicas stay until their requests have moved.
      if (goal > next.wanted) next.scaleTo(goal);
      return next.available >= goal;
    }
    const { slack } = this;
    this.settle((state) => shareStep(state, weight, slack));
    const goal = nearest(desired, weight, slack.surge);
    const isThere = old.wanted === goal.old && next.wanted === goal.next;
    if (next.wanted > 0 && next.available > 0) this.watchFrom(weight);
    return isThere && next.available >= goal.next && old.available >= goal.old;
  }

  private setWeight(weight: number): void {
    invariant(weight >= 0 && weight <= 1, 'a version gets between none and all of the requests');
    if (weight === this.weight) return;
    this.weight = weight;
    this.note(ROLLOUT_STATE.weight + Math.round(weight * 1000));
    if (this.weights === null) return;
    this.weights.weight = weight;
    const { next, desired } = this.versions;
    next.scaleTo(besideOld(desired, this.scaled ?? weight));
    if (weight > 0) this.watchFrom(weight);
  }

  private watchFrom(weight: number): void {
    const from = this.analysis?.from ?? 0;
    if (weight >= from) this.watch();
  }

  /** If callers divide their requests, the version without requests is kept for a while. */
  private leave(): void {
    if (this.weights === null) return;
    this.after(this.spec.scaleDownDelayNs, () => this.versions.old.scaleTo(0));
  }

  protected override rollBack(): void {
    this.note(ROLLOUT_STATE.weight);
    if (this.weights !== null) {
      this.weights.weight = 0;
      this.rolledBack();
      this.after(this.spec.scaleDownDelayNs, () => this.versions.next.scaleTo(0));
      return;
    }
    this.versions.touch();
  }

  private turnsBack(): boolean {
    invariant(this.isRolledBack, 'requests turn back only in a rollback');
    if (this.weights !== null) return false;
    const { slack } = this;
    this.settle((state) => shareStep(state, 0, slack));
    const { wanted, available } = this.state;
    if (wanted.next === 0 && available.old >= slack.desired) this.rolledBack();
    return false;
  }
}
