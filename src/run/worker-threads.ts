import type { Worker } from 'node:worker_threads';
import { hasAhead, startThread, takeAhead } from './ahead.js';

/** Start data of the worker threads. */
export interface WorkerThreadsSetup {
  /** The module that each thread runs. */
  readonly entry: URL;
  /** Passed to every thread once: as its `workerData`, or to one that was started ahead; structured-cloneable. */
  readonly shared: unknown;
  /** Limit of each thread's heap of JavaScript objects. Unit: MiB. */
  readonly heapMiB: number;
}

/** Does one task at a time: a thread, or a place in the queue of other machines. */
export interface TaskWorker {
  postMessage(assignment: unknown): void;
  /** `message`: an answer; `error`, `exit`: it does no more. */
  on(event: string, listener: (...values: never[]) => void): unknown;
  terminate(): Promise<unknown>;
}

/** What does the tasks of pools. */
export interface TaskWorkers<W extends TaskWorker = TaskWorker> {
  readonly setup: WorkerThreadsSetup;
  /** How many are idle with their code compiled. Others take 0.1 s to start, and are slow at first. */
  readonly warm: number;
  /** One that is idle. The caller must give it back or end it. `heapMiB`: the least that it needs. */
  take(heapMiB?: number): W;
  give(worker: W): void;
  /** Ends the idle ones. */
  end(): Promise<void>;
}

/**
 * Threads that successive pools share, because the compiled code of a thread speeds up all its later work. An idle
 * thread neither keeps the program alive nor uses a core.
 */
export class WorkerThreads implements TaskWorkers<Worker> {
  private readonly idle = new Set<Worker>();
  private readonly heaps = new WeakMap<Worker, number>();

  constructor(readonly setup: WorkerThreadsSetup) {}

  get warm(): number {
    const { entry, heapMiB } = this.setup;
    return this.idle.size + (hasAhead(entry, heapMiB) ? 1 : 0);
  }

  /** An idle thread, or a new one, with at least this heap limit. The caller must give it back or end it. */
  take(heapMiB = this.setup.heapMiB): Worker {
    for (const worker of this.idle) {
      if (this.heaps.get(worker)! < heapMiB) continue;
      this.idle.delete(worker);
      forget(worker);
      worker.ref();
      return worker;
    }
    const { entry, shared } = this.setup;
    const ahead = takeAhead(entry, heapMiB);
    ahead?.postMessage({ setup: shared });
    const worker = ahead ?? startThread(entry, heapMiB, shared);
    this.heaps.set(worker, heapMiB);
    return worker;
  }

  /** Takes back an idle thread. */
  give(worker: Worker): void {
    forget(worker);
    const drop = (): void => void this.idle.delete(worker);
    worker.on('error', drop);
    worker.on('exit', drop);
    worker.unref();
    this.idle.add(worker);
  }

  async end(): Promise<void> {
    const ending = [...this.idle];
    this.idle.clear();
    await Promise.allSettled(ending.map((worker) => worker.terminate()));
  }
}

/** Runs `body` with worker threads, and ends them when it returns or throws. */
export async function withWorkerThreads<T>(
  setup: WorkerThreadsSetup,
  body: (workerThreads: TaskWorkers) => Promise<T>,
): Promise<T> {
  const workerThreads = new WorkerThreads(setup);
  try {
    return await body(workerThreads);
  } finally {
    await workerThreads.end();
  }
}

/** Removes our listeners by event name. Removing all listeners would include those that Worker itself uses. */
function forget(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}
