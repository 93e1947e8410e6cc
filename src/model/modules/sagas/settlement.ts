import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { SagaExample } from '../../../contracts/record/record.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Saga } from '../../../contracts/scenario/sagas.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import { PHASE_OF } from './phases.js';

/** Outcomes of a saga. */
export const VERDICTS = [
  'completed',
  'compensated',
  'stuck',
  'inconsistent',
  'lost',
  'running',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Everything known of a saga when it is settled. */
export interface Seen {
  readonly lineageA: number;
  readonly lineageB: number;
  readonly phase: number;
  readonly contradicted: boolean;
  readonly cell: number;
  readonly start: Ns;
  readonly end: Ns;
  /** By step. */
  readonly done: Int32Array;
  readonly undone: Int32Array;
}

/** Settles sagas: derives their outcomes from their effects, and counts them in the cell of their start. */
export class Settlement {
  private readonly all: Counter;
  private readonly finished: Counter;
  private readonly counters: Readonly<Record<Verdict, Counter>>;
  private readonly values: Readonly<Record<Verdict, Counter>> | null;
  private readonly durations: Durations;
  private readonly parked: Counter;
  private readonly duplicates: readonly Counter[];
  private readonly compensations: readonly Counter[];
  private readonly stream: StreamKey;
  private readonly examples: (SagaExample | null)[];

  constructor(
    private readonly world: Run,
    private readonly plan: PlanSaga,
  ) {
    const { meters, replication } = world;
    const { component, spec, parts } = plan;
    const own = { component, part: -1 };
    const each = (name: (verdict: Verdict) => string): Readonly<Record<Verdict, Counter>> => {
      const made = VERDICTS.map(
        (verdict) => [verdict, meters.counter(name(verdict), own)] as const,
      );
      return Object.fromEntries(made) as Record<Verdict, Counter>;
    };
    this.all = meters.counter('accepted', own);
    this.finished = meters.counter('finished', own);
    this.counters = each((verdict) => verdict);
    this.values = plan.value < 0 ? null : each((verdict) => `value${capital(verdict)}`);
    this.durations = meters.durations('duration', own);
    this.parked = meters.counter('parked', own);
    const byStep = (name: string): readonly Counter[] =>
      parts.map((part) => meters.counter(name, { component, part }));
    this.duplicates = byStep('duplicates');
    this.compensations = byStep('compensations');
    this.stream = streamKey(world.plan.seed, replication, `saga/${spec.name}/value`);
    // The last entry is for effects that do not balance, in addition to the declared invariants.
    this.examples = [...spec.invariants.map(() => null), null];
    world.sagaExamples.push(() => ({ component, examples: this.examples }));
  }

  /** Counts an accepted saga. */
  accepted(cell: number): void {
    this.world.meters.countIn(this.all, cell);
  }

  duplicated(step: number): void {
    this.world.meters.count(this.duplicates[step]);
  }

  compensated(step: number): void {
    this.world.meters.count(this.compensations[step]);
  }

  /** Gives a saga its outcome, once. */
  settle(seen: Seen): void {
    const { meters } = this.world;
    const verdict = this.verdictOf(seen);
    meters.countIn(this.counters[verdict], seen.cell);
    if (verdict !== 'running') meters.countIn(this.finished, seen.cell);
    if (seen.phase === PHASE_OF.parked) meters.countIn(this.parked, seen.cell);
    if (this.values !== null) meters.countIn(this.values[verdict], seen.cell, this.amount(seen));
    if (verdict === 'completed' || verdict === 'compensated') {
      invariant(seen.end >= seen.start, 'a saga that has ended did so after its start');
      meters.took(this.durations, seen.cell, seen.end - seen.start);
    }
  }

  /** Checks accepted = completed + compensated + stuck + inconsistent + lost + running. */
  isBalanced(): boolean {
    const sum = VERDICTS.reduce((total, verdict) => total + this.counters[verdict].total, 0);
    return sum === this.all.total;
  }

  private verdictOf(seen: Seen): Verdict {
    const { spec } = this.plan;
    switch (seen.phase) {
      case PHASE_OF.running:
        return engine.now - seen.start > spec.stuckAfterNs ? 'stuck' : 'running';
      case PHASE_OF.parked:
        return 'stuck';
      case PHASE_OF.lost:
        return 'lost';
      default: {
        const broken = brokenRule(spec, seen);
        if (broken < 0) return seen.phase === PHASE_OF.completed ? 'completed' : 'compensated';
        this.examples[broken] ??= {
          lineage: [seen.lineageA, seen.lineageB],
          start: seen.start,
          end: seen.end,
          done: [...seen.done],
          undone: [...seen.undone],
        };
        return 'inconsistent';
      }
    }
  }

  /** Value of the saga: an independent random draw. */
  private amount({ lineageA, lineageB }: Seen): number {
    const { a, b } = this.stream;
    return this.world.counts.drawCount(this.plan.value, a, b, lineageA, lineageB, 0);
  }
}

/** Index of the invariant that the effects of a saga break, or one more for lack of balance; -1 = none. */
function brokenRule({ steps, invariants }: Saga, seen: Seen): number {
  const { done, undone } = seen;
  const isEffective = (step: number): boolean => done[step] > undone[step];
  const own = invariants.findIndex((rule) => isEffective(rule.if) && !isEffective(rule.then));
  if (own >= 0) return own;
  const completed = seen.phase === PHASE_OF.completed;
  const balanced = steps.every(({ readOnly }, step) => {
    if (readOnly) return true;
    return completed ? done[step] === 1 && undone[step] === 0 : done[step] === undone[step];
  });
  return balanced && !seen.contradicted ? -1 : invariants.length;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
