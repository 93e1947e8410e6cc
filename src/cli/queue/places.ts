import type { EventEmitter } from 'node:events';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { asLines } from '../../text/line.js';
import type { Answer, Assignment } from '../../run/pool.js';
import type { TaskWorker, TaskWorkers, WorkerThreadsSetup } from '../../run/worker-threads.js';
import type { CommandError } from '../exit.js';
import type { SimulatorSetup } from '../../run/replicate.js';
import type { Terminal } from '../terminal.js';
import type { QueueAddress } from './address.js';
import { Patience, connectionOf, loadBull, queueName, type Closing } from './connection.js';
import { nameOf, packed, unpacked } from './parcel.js';

/** Longest time between a result and its reading where its event was lost, as after a restart of Redis. Unit: ms. */
const LOOK_MS = 2_000;
/** Redis keeps a result that no command reads for this long. Unit: s. */
const KEPT_S = 600;
/** Longest wait for connections to close. Unit: ms. */
const CLOSING_MS = 500;
/** Says that no worker is there after this time. Unit: ms. */
const ALONE_MS = 3_000;

/** What a job brings back: the answer of a thread without its index. */
type Outcome =
  { readonly value: unknown } | { readonly error: Extract<Answer, { error: unknown }>['error'] };

/** A job that is at the queue, and the places that wait for it. */
interface Open {
  readonly parcel: string;
  readonly places: Set<Place>;
  isRead: boolean;
}

/** One run at a time, made by a worker of the queue. It is used like a thread. */
class Place implements TaskWorker {
  private onMessage: ((answer: Answer) => void) | null = null;
  private onError: ((error: Error) => void) | null = null;
  private index = 0;

  constructor(private readonly places: Places) {}

  postMessage({ index, task }: Assignment): void {
    this.index = index;
    this.places.ask(this, task);
  }

  on(event: string, listener: (...values: never[]) => void): void {
    if (event === 'message') this.onMessage = listener as (answer: Answer) => void;
    if (event === 'error') this.onError = listener as (error: Error) => void;
  }

  answer(outcome: Outcome): void {
    this.onMessage?.({ index: this.index, ...outcome });
  }

  fail(error: Error): void {
    this.onError?.(error);
  }

  async terminate(): Promise<void> {
    await this.places.leave(this);
  }
}

/**
 * The places of a queue. A job may run twice, when a worker dies or Redis forgets what it knew: it gives the same bytes
 * each time, so that the first result counts.
 */
export class Places implements TaskWorkers {
  /** The workers of a queue need no start. */
  readonly warm = Infinity;
  private readonly open = new Map<string, Open>();
  private readonly timer = setInterval(() => void this.look(), LOOK_MS);
  private readonly alone: NodeJS.Timeout;
  private patience: Patience | null = null;
  private failure: Error | null = null;
  private isLooking = false;

  private constructor(
    readonly setup: WorkerThreadsSetup,
    private readonly queue: Queue<string, string>,
    private readonly events: QueueEvents,
    private readonly closing: Closing,
    onAlone: () => void,
  ) {
    events.on('completed', ({ jobId }) => void this.read(jobId));
    events.on('failed', ({ jobId }) => void this.read(jobId));
    this.alone = setTimeout(() => {
      void this.queue.getWorkersCount().then(
        (count) => (count === 0 ? onAlone() : undefined),
        () => {},
      );
    }, ALONE_MS);
  }

  /** Connects to a queue. Exit code 3 if it does not answer, 2 without the packages. */
  static async at(
    address: QueueAddress,
    setup: WorkerThreadsSetup,
    terminal: Terminal,
  ): Promise<Places> {
    const bull = await loadBull();
    const closing = { isOver: false };
    const connection = connectionOf(address, closing);
    const name = queueName(setup.entry);
    const queue = new bull.Queue<string, string>(name, { connection });
    const events = new bull.QueueEvents(name, { connection });
    for (const one of [queue, events] as EventEmitter[]) one.on('error', () => {});
    const note = (words: string): void => terminal.note(asLines([`faultline: ${words}`]));
    const isAlone = (): void =>
      note(
        `no worker has come to ${address.shown} yet: start "faultline worker ${address.shown}" there, of this build (${name})`,
      );
    // Each task has its plan with it.
    const shared: SimulatorSetup = { ...(setup.shared as SimulatorSetup), plans: [] };
    const own = new Places({ ...setup, shared }, queue, events, closing, isAlone);
    const refused = new Promise<never>((_, reject) => {
      own.patience = new Patience(bull, address, {
        lost: ({ message }) => note(`${message}: the runs wait for it`),
        back: () => note(`${address.shown} answers again`),
        over: (error) => {
          own.giveUp(error);
          reject(error);
        },
      });
    });
    try {
      await Promise.race([Promise.all([queue.waitUntilReady(), events.waitUntilReady()]), refused]);
    } catch (error) {
      await own.close();
      throw error;
    }
    return own;
  }

  take(): Place {
    return new Place(this);
  }

  give(): void {
    // A place holds nothing while it is idle.
  }

  async end(): Promise<void> {
    // Places have no memory of their own that would be freed.
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    clearTimeout(this.alone);
    this.patience?.end();
    this.closing.isOver = true;
    await Promise.race([
      Promise.allSettled([this.queue.close(), this.events.close()]),
      pause(CLOSING_MS),
    ]);
    for (const one of [this.queue, this.events]) void one.disconnect().catch(() => {});
  }

  ask(place: Place, task: unknown): void {
    if (this.failure !== null) return place.fail(this.failure);
    const parcel = packed(task);
    const name = nameOf(parcel);
    const known = this.open.get(name);
    if (known !== undefined) return void known.places.add(place);
    this.open.set(name, { parcel, places: new Set([place]), isRead: false });
    void this.add(name, parcel);
  }

  /** A place that no longer waits. Its job is taken back unless a worker has begun it. */
  async leave(place: Place): Promise<void> {
    for (const [name, { places }] of this.open) {
      if (!places.delete(place) || places.size > 0) continue;
      this.open.delete(name);
      if (this.failure === null)
        await Promise.race([this.queue.remove(name), pause(500)]).catch(() => {});
    }
  }

  private async add(name: string, parcel: string): Promise<void> {
    try {
      await this.queue.add('run', parcel, {
        jobId: name,
        removeOnComplete: { age: KEPT_S },
        removeOnFail: { age: KEPT_S },
      });
      // Where another command has asked for the same, the result may be there already.
      await this.lookAt(name, false);
    } catch {
      // The next look adds it again.
    }
  }

  /** Reads what is done without an event that said so, and adds again what Redis has forgotten. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    for (const name of this.open.keys()) await this.lookAt(name, true);
    this.isLooking = false;
  }

  /** `mayAdd`: adds it where Redis does not know it. */
  private async lookAt(name: string, mayAdd: boolean): Promise<void> {
    const state = await this.queue.getJobState(name).catch(() => null);
    const open = this.open.get(name);
    if (open === undefined) return;
    if (state === 'completed' || state === 'failed') await this.read(name);
    else if (state === 'unknown' && mayAdd) await this.add(name, open.parcel);
  }

  private async read(name: string): Promise<void> {
    const open = this.open.get(name);
    if (open === undefined || open.isRead) return;
    open.isRead = true;
    try {
      const job = (await this.queue.getJob(name)) as Job<string, string> | undefined;
      const outcome = outcomeOf(job);
      if (outcome === null) return;
      this.open.delete(name);
      for (const place of open.places) place.answer(outcome);
      await job!.remove().catch(() => {});
    } catch {
      // Redis went away: the next look reads it.
    } finally {
      open.isRead = false;
    }
  }

  private giveUp(error: CommandError): void {
    const kept =
      'A sweep has kept the settings that are done: the same command goes on from there.';
    this.failure = Object.assign(new Error(`${error.message}\n  ${kept}`), {
      code: 'ECONNREFUSED',
    });
    const open = [...this.open.values()];
    this.open.clear();
    for (const { places } of open) for (const place of places) place.fail(this.failure);
  }
}

/** The outcome of a job; null where it is not done. */
function outcomeOf(job: Job<string, string> | undefined): Outcome | null {
  if (job === undefined) return null;
  if (typeof job.returnvalue === 'string') {
    try {
      return unpacked(job.returnvalue) as Outcome;
    } catch {
      return failed('a worker of the queue gave a damaged result');
    }
  }
  return job.failedReason === undefined
    ? null
    : failed(`no worker of the queue could make a run: ${job.failedReason}`);
}

function failed(message: string): Outcome {
  return { error: { name: 'Error', message, code: 'ERR_WORKER_EXITED', stack: '' } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
