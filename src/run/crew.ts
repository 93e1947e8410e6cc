import { Worker } from 'node:worker_threads';

/** What the threads of a crew are started with. */
export interface CrewSetup {
  /** The module that each thread runs. */
  readonly entry: URL;
  /** Handed to every thread once, as its `workerData`; structured-cloneable. */
  readonly shared: unknown;
  /** Limit of each thread's heap of JavaScript objects. Unit: MiB. */
  readonly heapMiB: number;
}

/**
 * Threads that one pool after the other may use: what a thread has compiled serves all that it is given. One that
 * idles keeps neither the program alive nor a core busy.
 */
export class Crew {
  private readonly setup: CrewSetup;
  private readonly idle = new Set<Worker>();

  constructor(setup: CrewSetup) {
    this.setup = setup;
  }

  /** An idle thread, or a new one with this heap limit. The caller owns it and gives it back or ends it. */
  take(heapMiB = this.setup.heapMiB): Worker {
    for (const worker of this.idle) {
      this.idle.delete(worker);
      forget(worker);
      worker.ref();
      return worker;
    }
    const { entry, shared } = this.setup;
    return new Worker(entry, {
      workerData: shared,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
  }

  /** Takes back a thread that has nothing to do. */
  give(worker: Worker): void {
    forget(worker);
    const drop = (): void => void this.idle.delete(worker);
    worker.on('error', drop);
    worker.on('exit', drop);
    worker.unref();
    this.idle.add(worker);
  }

  /** Ends the threads that idle. */
  async end(): Promise<void> {
    const ending = [...this.idle];
    this.idle.clear();
    await Promise.allSettled(ending.map((worker) => worker.terminate()));
  }
}

/** Runs `body` with a crew that ends with it, well or not. */
export async function withCrew<T>(setup: CrewSetup, body: (crew: Crew) => Promise<T>): Promise<T> {
  const crew = new Crew(setup);
  try {
    return await body(crew);
  } finally {
    await crew.end();
  }
}

/** Removes listeners by event name. Removing all of them would remove those that the Worker itself uses. */
function forget(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}
