import { endAhead } from './ahead.js';
import { isLong, tuneCompiler } from './compiling.js';
import { describeError, type TaskError } from './task-error.js';
import type { TaskWorker, TaskWorkers } from './worker-threads.js';

/** The message to a worker: a task and its place in the order of the results. */
export interface Assignment {
  readonly index: number;
  readonly task: unknown;
}

/** The response of a worker to an assignment. */
export type Answer =
  | { readonly index: number; readonly value: unknown }
  | { readonly index: number; readonly error: TaskError };

export interface PoolOptions {
  /** The threads come from here, and return here if no task fails. */
  readonly workerThreads: TaskWorkers;
  /** Maximum number of threads, at least 1; there are never more threads than tasks. */
  readonly workers: number;
  /** An estimate of the simulated calls of all tasks; omitted = many (see `tuneCompiler`). */
  readonly calls?: number;
  /** Number of times that a task is given to a fresh worker after its worker died. */
  readonly retries: number;
  /** Reduces a result to the part that is kept; by default all of it is. */
  readonly take?: (index: number, value: unknown) => unknown;
  /** Called for each result as it arrives, in no particular order; `done` counts them. */
  readonly onDone?: (done: number, index: number) => void;
  /** The order in which tasks start; by default the order of their indices. */
  readonly order?: readonly number[];
  /** This many last tasks start heaviest first, so that no thread is left alone with a long one. */
  readonly last?: number;
  /** Estimated weight of a task from the results so far; called once only the last tasks are left. */
  readonly weight?: (index: number, results: readonly unknown[]) => number;
  /** True = the tasks after this one are no longer needed, and the pool does not start them. */
  readonly isLast?: (value: unknown) => boolean;
  /** False = the pool neither starts the task nor waits for it; checked again after each result. */
  readonly isNeeded?: (index: number) => boolean;
  /** True = the failure of this task does not end the other tasks. */
  readonly spares?: (index: number, error: TaskError) => boolean;
  /**
   * True = the task ran out of memory. The pool runs it again alone after all others, together with its siblings that
   * had not started. The second result counts.
   */
  readonly isShort?: (value: unknown) => boolean;
  readonly isSibling?: (index: number, other: number) => boolean;
  /** Heap limit of a thread that runs alone. Unit: MiB. */
  readonly aloneHeapMiB?: number;
  readonly signal?: AbortSignal;
}

/** Error code of a worker that reached its heap limit, or that reports that memory is insufficient for a task. */
export const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/** A task threw in its worker, or its workers died. `index`: the place of the task. */
export class TaskFailure extends Error {
  constructor(
    readonly index: number,
    readonly error: TaskError,
  ) {
    super(error.message);
    this.name = 'TaskFailure';
  }
}

/**
 * Runs tasks on worker threads. Results are stored by index, so they do not depend on the number or speed of the
 * workers, nor on the order in which tasks start. Of several failures, the one with the lowest index is thrown. The
 * array is empty at tasks that were not started, and ends after a result that `isLast`.
 */
export function runPool(
  tasks: readonly unknown[],
  options: PoolOptions,
): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    new Pool(tasks, options, { resolve, reject }).start();
  });
}

interface Settle {
  resolve(results: readonly unknown[]): void;
  reject(reason: unknown): void;
}

class Pool {
  private readonly results: unknown[] = [];
  /** Busy workers, with the index of the task of each. */
  private readonly busy = new Map<TaskWorker, number>();
  /** Indices of the tasks that start when a replaced thread has ended. */
  private readonly replacing = new Set<number>();
  private readonly stop = (): void => this.finish(this.options.signal?.reason);
  /** Indices of the tasks that must run alone. */
  private readonly postponed: number[] = [];
  /** True while tasks run one by one, each on a thread with all the memory. */
  private isAlone = false;
  private isTurning = false;
  private done = 0;
  private failure: TaskFailure | null = null;
  private isOver = false;
  private readonly deaths = new Int32Array(this.tasks.length);
  /** Tasks from here on are not needed. */
  private end: number = this.tasks.length;
  /** Indices of the tasks not yet started, the next one first. */
  private readonly waiting: number[] = [...(this.options.order ?? this.tasks.keys())];

  constructor(
    private readonly tasks: readonly unknown[],
    private readonly options: PoolOptions,
    private readonly settle: Settle,
  ) {}

  start(): void {
    const { signal, workers, calls, workerThreads, aloneHeapMiB = 0 } = this.options;
    if (signal?.aborted) return this.stop();
    signal?.addEventListener('abort', this.stop, { once: true });
    if (isLong(1, calls)) endAhead();
    const { warm, setup } = workerThreads;
    const threads = Math.min(workers, this.tasks.length, threadsWorth(calls, warm));
    tuneCompiler(threads, calls);
    // A warm thread is used even if it has less memory than one alone: a task that needs more is run again.
    this.isAlone = threads === 1 && (warm === 0 || aloneHeapMiB <= setup.heapMiB);
    for (let i = 0; i < threads; i++) this.assign(this.spawn(), this.next()!);
    this.finishWhenDone();
  }

  /** Takes the next needed task; undefined if none is left. */
  private next(): number | undefined {
    const { waiting } = this;
    const { last, weight } = this.options;
    if (waiting.length === last && weight !== undefined) {
      const weights = waiting.map((index) => ({ index, weight: weight(index, this.results) }));
      weights.sort((a, b) => b.weight - a.weight || a.index - b.index);
      weights.forEach(({ index }, place) => (waiting[place] = index));
    }
    while (waiting.length > 0) {
      const index = waiting.shift()!;
      if (this.needs(index)) return index;
    }
    return undefined;
  }

  private needs(index: number): boolean {
    return index < this.end && this.options.isNeeded?.(index) !== false;
  }

  private spawn(): TaskWorker {
    const { workerThreads, aloneHeapMiB } = this.options;
    const worker = workerThreads.take(this.isAlone ? aloneHeapMiB : undefined);
    worker.on('message', (answer: Answer) => this.receive(worker, answer));
    worker.on('error', (error: unknown) => this.lose(worker, describeError(error)));
    worker.on('exit', (code) => this.lose(worker, exited(code)));
    return worker;
  }

  private assign(worker: TaskWorker, index: number): void {
    this.busy.set(worker, index);
    const assignment: Assignment = { index, task: this.tasks[index] };
    worker.postMessage(assignment);
  }

  private receive(worker: TaskWorker, answer: Answer): void {
    if (this.isOver) return;
    this.busy.delete(worker);
    const isShort =
      'error' in answer
        ? answer.error.code === OUT_OF_MEMORY
        : this.options.isShort?.(answer.value) === true;
    try {
      if (!isShort || !this.postpone(answer.index)) {
        if ('error' in answer) this.fail(answer.index, answer.error);
        else this.keep(answer.index, answer.value);
      }
    } catch (error) {
      void worker.terminate();
      return this.finish(error);
    }
    const next = this.next();
    if (isShort) this.replace(worker, next);
    else if (next !== undefined) this.assign(worker, next);
    else this.options.workerThreads.give(worker);
    this.finishWhenDone();
  }

  /**
   * Replaces a thread that ran out of memory, because its columns never shrink. The next task starts when their memory
   * is free: before that, a small run would find none either.
   */
  private replace(worker: TaskWorker, next: number | undefined): void {
    if (next !== undefined) this.replacing.add(next);
    void worker.terminate().then(() => {
      if (next === undefined || !this.replacing.delete(next) || this.isOver) return;
      if (this.needs(next)) this.assign(this.spawn(), next);
      this.finishWhenDone();
    });
  }

  /** Postpones a task that ran out of memory beside others, and its waiting siblings; false if it ran alone. */
  private postpone(index: number): boolean {
    const { isShort, isSibling } = this.options;
    if (this.isAlone || isShort === undefined || !this.needs(index)) return false;
    const siblings = this.waiting.filter((other) => isSibling?.(index, other) === true);
    this.postponed.push(index, ...siblings);
    for (const other of siblings) this.waiting.splice(this.waiting.indexOf(other), 1);
    return true;
  }

  /** Runs the postponed tasks one by one, without any other thread. */
  private turn(): void {
    this.isAlone = this.isTurning = true;
    const ending = [...this.busy.keys()].map((worker) => worker.terminate());
    this.busy.clear();
    this.replacing.clear();
    void Promise.allSettled([...ending, this.options.workerThreads.end()]).then(() => {
      if (this.isOver) return;
      this.isTurning = false;
      this.waiting.push(...this.postponed.splice(0).sort((a, b) => a - b));
      const next = this.next();
      if (next !== undefined) this.assign(this.spawn(), next);
      this.finishWhenDone();
    });
  }

  private keep(index: number, value: unknown): void {
    const { take } = this.options;
    this.results[index] = take === undefined ? value : take(index, value);
    this.done++;
    this.options.onDone?.(this.done, index);
    if (this.options.isLast?.(value) === true) this.end = Math.min(this.end, index + 1);
  }

  private fail(index: number, error: TaskError): void {
    if (!this.needs(index) || this.options.spares?.(index, error) === true) return;
    this.end = index;
    this.failure = new TaskFailure(index, error);
  }

  /** A worker died. Its task, if it had one, goes to a fresh worker or fails. */
  private lose(worker: TaskWorker, error: TaskError): void {
    const index = this.busy.get(worker);
    if (this.isOver || index === undefined) return;
    this.busy.delete(worker);
    this.deaths[index]!++;
    const mayRetry = error.code !== OUT_OF_MEMORY && this.deaths[index]! <= this.options.retries;
    if (mayRetry) this.assign(this.spawn(), index);
    else {
      if (error.code !== OUT_OF_MEMORY || !this.postpone(index)) this.fail(index, error);
      const next = this.next();
      if (next !== undefined) this.assign(this.spawn(), next);
      this.finishWhenDone();
    }
  }

  private finishWhenDone(): void {
    for (const index of this.busy.values()) if (this.needs(index)) return;
    for (const index of this.replacing) if (this.needs(index)) return;
    if (this.isTurning || this.waiting.some((index) => this.needs(index))) return;
    if (this.postponed.some((index) => this.needs(index))) this.turn();
    else this.finish(this.failure);
  }

  /** Ends the busy threads first, because the next step needs their memory. */
  private finish(reason: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.signal?.removeEventListener('abort', this.stop);
    const ending = [...this.busy.keys()].map((worker) => worker.terminate());
    void Promise.allSettled(ending).then(() => {
      if (reason !== null && reason !== undefined) this.settle.reject(reason);
      else this.settle.resolve(this.results.slice(0, this.end));
    });
  }
}

/** Calls that a thread with compiled code simulates while another one starts and compiles: half a second. */
const CALLS_OF_START = 150_000;

/** How many threads are worth their start, of which `warm` need none. */
function threadsWorth(calls = Infinity, warm: number): number {
  return warm === 0 ? Infinity : Math.max(warm, 1 + Math.floor(calls / CALLS_OF_START));
}

function exited(code: number): TaskError {
  const message = `a worker thread ended by itself with exit code ${code}`;
  return { name: 'Error', message, code: 'ERR_WORKER_EXITED', stack: '' };
}
