import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { holds } from '../../spec/compare.js';
import type { RolloutAnalysis, RolloutExpectation, RolloutMetric } from '../../spec/versions.js';
import type { Tally } from './tally.js';

/** What a look came to. */
export type Look = 'good' | 'bad' | 'unknown';

/**
 * Looks at both versions once an interval, from the moment on in which the new one gets requests, at what they have
 * answered since the look before.
 */
export class Analysis {
  private readonly spec: RolloutAnalysis;
  private readonly tallies: { readonly canary: Tally; readonly stable: Tally };
  private readonly looked: (look: Look) => void;
  private readonly op: number;
  private generation = 0;
  /** A look was due while nobody could take it. */
  private isMissed = false;

  /** `looked` is told what each look came to; none is taken while `isAway` says so. */
  constructor(
    name: string,
    spec: RolloutAnalysis,
    tallies: { readonly canary: Tally; readonly stable: Tally },
    looked: (look: Look) => void,
    isAway: () => boolean,
  ) {
    this.spec = spec;
    this.tallies = tallies;
    this.looked = looked;
    this.op = engine.define(`rollout/${name}/analysis`, (generation) => {
      if (generation !== this.generation) return;
      this.plan();
      this.isMissed = isAway();
      if (!this.isMissed) this.take();
    });
  }

  /** Takes the look that was missed. */
  catchUp(): void {
    if (!this.isMissed || !this.isRunning) return;
    this.isMissed = false;
    this.take();
  }

  private take(): void {
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
    // In front of what a rollout does at the same moment.
    engine.at(engine.now + intervalNs, PHASE.TIMER, this.op, this.generation, 0, 0);
  }

  private reset(): void {
    this.tallies.canary.reset();
    this.tallies.stable.reset();
  }

  /** One that fails makes it bad, whatever is not known of the others. */
  private look(): Look {
    let isKnown = true;
    for (const expectation of this.spec.expect) {
      const holds = this.holds(expectation);
      if (holds === false) return 'bad';
      if (holds === null) isKnown = false;
    }
    return isKnown ? 'good' : 'unknown';
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
