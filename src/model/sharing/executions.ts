import { isHinted, isSuccess, OUTCOME, withStatus } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanOnce } from '../../spec/plan.js';

/** What a request with a known key is told while the first one is being executed. */
const CONFLICT = withStatus(OUTCOME.clientError, 409);
/** Executions kept before the first look for results whose time is over. */
const SWEEP_MIN = 1024;

/** One execution: under way (outcome 0), or ended with a result that is kept until `until`. */
interface Execution {
  readonly results: Map<number, Execution>;
  readonly value: number;
  readonly rule: PlanOnce;
  outcome: Outcome;
  hint: Ns;
  until: Ns;
}

/**
 * Executions by the value of an idempotency key, for each part. The store is the component's own, not
 * one instance's: it is durable, asked without delay, and knows an execution from its start. One that
 * is stopped before its end leaves nothing, and the next request executes.
 */
export class Executions {
  private readonly byPart: (Map<number, Execution> | undefined)[] = [];
  /** By strand. */
  private readonly running = new Map<number, Execution>();
  private readonly sweepAt: number[] = [];
  /** What the last stored answer said about asking again, where its outcome is HINTED. */
  hint: Ns = 0;

  /** 0 = execute it now; else the answer it gets without being executed. */
  begin(strand: number, part: number, value: number, rule: PlanOnce, now: Ns): Outcome {
    const results = (this.byPart[part] ??= new Map());
    const known = results.get(value);
    if (known !== undefined && (known.outcome === 0 || now < known.until)) {
      this.hint = known.hint;
      return known.outcome === 0 ? CONFLICT : known.outcome;
    }
    if (results.size >= (this.sweepAt[part] ?? SWEEP_MIN)) this.sweep(part, results, now);
    const execution: Execution = { results, value, rule, outcome: 0, hint: 0, until: Infinity };
    results.set(value, execution);
    this.running.set(strand, execution);
    return 0;
  }

  /** The execution of a strand has a result, if it is one. */
  end(strand: number, outcome: Outcome, hint: Ns, now: Ns): void {
    const execution = this.running.get(strand);
    if (execution === undefined) return;
    this.running.delete(strand);
    const { results, value, rule } = execution;
    if (!rule.storeErrors && !isSuccess(outcome)) {
      results.delete(value);
      return;
    }
    execution.outcome = outcome;
    execution.hint = isHinted(outcome) ? hint : 0;
    execution.until = now + rule.windowNs;
  }

  /** The execution of a strand was stopped: nothing came of it. */
  stopped(strand: number): void {
    const execution = this.running.get(strand);
    if (execution === undefined) return;
    this.running.delete(strand);
    execution.results.delete(execution.value);
  }

  /** Executions under way; 0 when nothing is in flight. */
  held(): number {
    return this.running.size;
  }

  private sweep(part: number, results: Map<number, Execution>, now: Ns): void {
    for (const [value, { outcome, until }] of results) {
      if (outcome !== 0 && until <= now) results.delete(value);
    }
    this.sweepAt[part] = Math.max(SWEEP_MIN, 2 * results.size);
  }
}
