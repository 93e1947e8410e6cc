import type { Job } from 'bullmq';
import { asLines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { TaskFailure, runPool } from '../../run/pool.js';
import { simulators } from '../../run/replicate.js';
import { withWorkerThreads, type TaskWorkers } from '../../run/worker-threads.js';
import { EXIT } from '../exit.js';
import { interruption, reporting } from '../interrupt.js';
import { memoryOf, type MemoryFlags } from '../memory.js';
import type { QueueAddress } from '../queue/address.js';
import { Patience, connectionOf, loadBull, queueName, type Bull } from '../queue/connection.js';
import { packed, unpacked } from '../queue/parcel.js';
import type { Terminal } from '../terminal.js';

/** A worker that was killed: its runs go to another one after this time. Unit: ms. */
const LOCK_MS = 10_000;
const STALLED_MS = 5_000;
/** A run that ended this many workers is given to no other. */
const DEATHS = 5;

export interface WorkerFlags extends MemoryFlags {
  readonly quiet?: boolean;
}

/** Makes runs for other machines until a signal ends it. The runs that it has begun go back to the queue then. */
export async function work(
  address: QueueAddress,
  flags: WorkerFlags,
  terminal: Terminal,
): Promise<number> {
  const { heapMiB, memory, workers } = memoryOf(flags, [], '');
  const setup = simulators(heapMiB, [], memory);
  const bull = await loadBull();
  const name = queueName(setup.entry);
  const note = (words: string): void => {
    if (flags.quiet !== true) terminal.note(asLines([words]));
  };
  reporting(
    'giving back the runs that it has begun',
    'The runs that it has begun go to another worker within 15 s.',
  );
  return withWorkerThreads(setup, async (threads) => {
    const closing = { isOver: false };
    const begun = new Set<Promise<unknown>>();
    const follow = (job: Job<string, string>, token?: string): Promise<string> => {
      const own = made(job, token, bull, { threads, heapMiB }).finally(() => begun.delete(own));
      begun.add(own);
      return own;
    };
    const worker = new bull.Worker<string, string>(name, follow, {
      connection: connectionOf(address, closing),
      concurrency: workers,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: DEATHS,
    });
    worker.on('error', () => {});
    let patience: Patience | null = null;
    try {
      return await new Promise<number>((resolve, reject) => {
        patience = new Patience(bull, address, {
          lost: ({ message }) => note(`${message}: waiting for it`),
          back: () => note(`${address.shown} answers again`),
          over: reject,
        });
        void worker.waitUntilReady().then(
          () => note(`${plural(workers, 'thread')} for runs at ${address.shown} (${name})`),
          () => {},
        );
        interruption.addEventListener('abort', () => {
          void Promise.allSettled([...begun]).then(() => resolve(EXIT.interrupted));
        });
      });
    } finally {
      closing.isOver = true;
      patience!.end();
      void worker.close(true).catch(() => {});
    }
  });
}

/** The packed outcome of a job. After an interrupt it goes back to the queue. */
async function made(
  job: Job<string, string>,
  token: string | undefined,
  bull: Bull,
  { threads, heapMiB }: { readonly threads: TaskWorkers; readonly heapMiB: number },
): Promise<string> {
  const outcome = await outcomeOf(job.data, threads, heapMiB);
  if (outcome !== null) return packed(outcome);
  await job.moveToWait(token);
  throw new bull.WaitingError();
}

/** The outcome of a run; null after an interrupt. */
async function outcomeOf(
  parcel: string,
  workerThreads: TaskWorkers,
  aloneHeapMiB: number,
): Promise<object | null> {
  const how = { workerThreads, workers: 1, retries: 1, aloneHeapMiB, signal: interruption };
  try {
    const [value] = await runPool([unpacked(parcel)], how);
    return { value };
  } catch (error) {
    if (interruption.aborted) return null;
    if (error instanceof TaskFailure) return { error: error.error };
    throw error;
  }
}
