import { invariant } from '../../../kernel/invariant.js';
import { AgedTable } from '../../../kernel/aged-table.js';
import { isHinted, isSuccess, OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanOnce } from '../../../contracts/plan/plan.js';

/** Answer to a request whose key is being executed. */
const CONFLICT = withStatus(OUTCOME.clientError, 409);

/** Columns of results. */
const ENDED = 0;
const RESULT = 1;
const HINT = 2;

/** An execution in progress. */
interface Execution {
  readonly store: Store;
  readonly value: number;
  readonly rule: PlanOnce;
}

/** The state of one part: executions in progress, and past results by window, oldest first. */
interface Store {
  readonly running: Set<number>;
  readonly results: Map<Ns, AgedTable>;
}

/**
 * Executions by the value of an idempotency key, for each part. The store belongs to the component, not to an instance:
 * it is durable, takes no time, and knows an execution from its start. A stopped execution leaves no result, so the
 * next request executes.
 */
export class Executions {
  private readonly byPart: (Store | undefined)[] = [];
  /** By strand. */
  private readonly running = new Map<number, Execution>();
  /** Retry hint of the last stored answer, if its outcome is HINTED. */
  hint: Ns = 0;

  /** Number of results kept. */
  get kept(): number {
    let sum = 0;
    for (const store of this.byPart) {
      for (const table of store?.results.values() ?? []) sum += table.length;
    }
    return sum;
  }

  /** Returns 0 to execute the request now, or the answer that it gets without an execution. */
  begin(strand: number, part: number, value: number, rule: PlanOnce, now: Ns): Outcome {
    invariant(!this.running.has(strand), 'a request executes once at a time');
    const store = (this.byPart[part] ??= { running: new Set(), results: new Map() });
    this.hint = 0;
    if (store.running.has(value)) return CONFLICT;
    for (const [windowNs, table] of store.results) {
      while (table.length > 0 && now >= table.get(table.first, ENDED) + windowNs) table.drop();
      const row = table.find(high(value), value | 0);
      if (row < 0) continue;
      this.hint = table.get(row, HINT);
      return table.get(row, RESULT);
    }
    store.running.add(value);
    this.running.set(strand, { store, value, rule });
    return 0;
  }

  /** Stores the result if the strand has such an execution. */
  end(strand: number, outcome: Outcome, hint: Ns, now: Ns): void {
    const execution = this.take(strand);
    if (execution === undefined) return;
    const { store, value, rule } = execution;
    if (!rule.storeErrors && !isSuccess(outcome)) return;
    let table = store.results.get(rule.windowNs);
    if (table === undefined) store.results.set(rule.windowNs, (table = new AgedTable(3)));
    table.add(high(value), value | 0, now, outcome, isHinted(outcome) ? hint : 0);
  }

  /** The execution of a strand was stopped without a result. */
  stopped(strand: number): void {
    this.take(strand);
  }

  /** Number of executions in progress; 0 when nothing is in flight. */
  held(): number {
    return this.running.size;
  }

  private take(strand: number): Execution | undefined {
    const execution = this.running.get(strand);
    if (execution === undefined) return undefined;
    this.running.delete(strand);
    invariant(
      execution.store.running.has(execution.value),
      'an execution holds its key until it ends',
    );
    execution.store.running.delete(execution.value);
    return execution;
  }
}

/** The part of an integer above its low 32 bits. */
function high(value: number): number {
  return Math.floor(value / 4294967296);
}
