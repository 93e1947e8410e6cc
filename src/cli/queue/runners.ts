import {
  withWorkerThreads,
  type TaskWorkers,
  type WorkerThreadsSetup,
} from '../../run/worker-threads.js';
import type { Terminal } from '../terminal.js';
import type { QueueAddress } from './address.js';

/** Where runs are made. */
export interface QueueFlags {
  /** The queue of workers on other machines; omitted = threads of this process. */
  readonly queue?: QueueAddress;
}

/** Runs `body` with threads of this process, or with the places of a queue, and ends them when it returns or throws. */
export async function withRunners<T>(
  setup: WorkerThreadsSetup,
  { queue }: QueueFlags,
  terminal: Terminal,
  body: (runners: TaskWorkers) => Promise<T>,
): Promise<T> {
  if (queue === undefined) return withWorkerThreads(setup, body);
  const { Places } = await import('./places.js');
  const places = await Places.at(queue, setup, terminal);
  try {
    return await body(places);
  } finally {
    await places.close();
  }
}
