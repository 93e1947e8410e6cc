import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { holds } from '../../../contracts/compare.js';
import type {
  RolloutAnalysis,
  RolloutExpectation,
  RolloutMetric,
} from '../../../contracts/scenario/rollouts.js';
import type { Tally } from './tally.js';

/** Result of one analysis interval; `empty`: the new version got no request. */
export type Look = 'good' | 'bad' | 'unknown' | 'empty';

/**
 * Compares both versions of a rollout once per interval, by the requests they answered since the last one. It starts
 * when the new version gets requests.
 */
export class Analysis {
  private readonly op: number;
  private generation = 0;
  /** An evaluation was due while the controller was frozen. */
  private isMissed = false;

  /** `looked` gets the result of each evaluation; while `isAway` returns true, none takes place. */
  constructor(
    name: string,
    private readonly spec: RolloutAnalysis,
    private readonly tallies: { readonly canary: Tally; readonly stable: Tally },
    private readonly looked: (look: Look) => void,
    isAway: () => boolean,
  ) {
    this.op = engine.define(`rollout/${name}/analysis`, (generation) => {
      if (generation !== this.generation) return;
      this.plan();
      this.isMissed = isAway();
      if (!this.isMissed) this.take();
    });
  }

  /** Takes the evaluation that was missed. */
  catchUp(): void {
    if (!this.isMissed || !this.isRunning) return;
    this.isMissed = false;
    this.take();
  }

  /** Weight of the new version from which on it is compared. */
  get from(): number {
    return this.spec.from;
  }

  private take(): void {
    invariant(this.isRunning, 'an evaluation belongs to an analysis that runs');
    const look = this.look();
    this.reset();
    this.looked(look);
  }

  private get isRunning(): boolean {
    return this.generation % 2 === 1;
  }

  start(): void {
    if (this.isRunning) return;
    this.generation++;
    this.reset();
    this.plan();
  }

  stop(): void {
    if (this.isRunning) this.generation++;
  }

  private plan(): void {
    const { intervalNs } = this.spec;
    // Before actions of the rollout at the same instant.
    engine.at(engine.now + intervalNs, PHASE.TIMER, this.op, this.generation, 0, 0);
  }

  private reset(): void {
    this.tallies.canary.reset();
    this.tallies.stable.reset();
  }

  /** A failed expectation makes the result bad, even if others are unknown. */
  private look(): Look {
    let isKnown = true;
    for (const expectation of this.spec.expect) {
      const holds = this.holds(expectation);
      if (holds === false) return 'bad';
      if (holds === null) isKnown = false;
    }
    if (isKnown) return 'good';
    return this.tallies.canary.samples === 0 ? 'empty' : 'unknown';
  }

  private holds({ metric, op, limit, of }: RolloutExpectation): boolean | null {
    const value = this.valueOf(metric);
    const against = of === null ? limit : limit * this.valueOf(of);
    if (Number.isNaN(value) || Number.isNaN(against)) return null;
    return holds(op, value, against);
  }

  private valueOf(metric: RolloutMetric): number {
    const tally = this.tallies[metric.side];
    return tally.samples < this.spec.minSamples ? NaN : tally.value(metric);
  }
}
