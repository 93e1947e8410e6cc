import { readFileSync } from 'node:fs';
import type { Queue, QueueEvents, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { sha256 } from '../../text/sha256.js';
import { VERSION } from '../../text/version.js';
import { CommandError, EXIT } from '../exit.js';
import { optional } from '../optional.js';
import { codeOf } from '../system-errors.js';
import type { QueueAddress } from './address.js';

/** The classes of BullMQ and ioredis that are used. */
export interface Bull {
  readonly Queue: typeof Queue;
  readonly QueueEvents: typeof QueueEvents;
  readonly Worker: typeof Worker;
  readonly WaitingError: typeof WaitingError;
  readonly Redis: typeof Redis;
}

/** Time for the first answer of Redis, and for the next one after it has gone away. Unit: ms. */
export const FIRST_MS = 5_000;
export const AGAIN_MS = 300_000;

/** Loads the packages that only a queue needs. Exit code 2 without them. */
export function loadBull(): Promise<Bull> {
  return optional(
    async () => {
      const [bull, { Redis: client }] = await Promise.all([import('bullmq'), import('ioredis')]);
      return { ...bull, Redis: client };
    },
    { feature: 'a queue', packages: ['bullmq@6.7.0', 'ioredis@6.0.0'] },
  );
}

export interface Connection {
  readonly url: string;
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (times: number) => number | undefined;
}

/** Whether a connection is no longer needed. */
export interface Closing {
  isOver: boolean;
}

/** How to connect: it tries until it is closed, because `Patience` decides when to give up. */
export function connectionOf({ url }: QueueAddress, closing: Closing): Connection {
  return {
    url,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (closing.isOver ? undefined : Math.min(1_000, times * 100)),
  };
}

/**
 * The queue of one build of the program: a worker of another version, or of other sources, would give other bytes.
 * `simulator`: the file that simulates.
 */
export function queueName(simulator: URL): string {
  return `faultline-${VERSION}-${sha256(readFileSync(simulator, 'latin1')).slice(0, 8)}`;
}

/** What is said of a queue that does not answer. */
export function noAnswer({ shown }: QueueAddress, why: string): CommandError {
  return new CommandError(EXIT.failed, `${shown} does not answer${why === '' ? '' : ` (${why})`}`);
}

/** What a connection that comes and goes is asked to do. */
export interface Following {
  /** Redis does not answer. */
  lost(error: CommandError): void;
  /** It answers again. */
  back(): void;
  /** It has not answered for too long. */
  over(error: CommandError): void;
}

/** The code of a failed connection, or what Redis says, such as a wrong password. */
function whyOf(error: Error): string {
  const code = codeOf(error);
  return code === '' ? error.message.split('\n')[0]!.slice(0, 100) : code;
}

/** Follows Redis by a connection of its own: those of BullMQ try for ever, and say little. */
export class Patience {
  private readonly client: Redis;
  private timer: NodeJS.Timeout | null;
  private wasThere = false;
  private why = '';

  constructor({ Redis }: Bull, address: QueueAddress, following: Following) {
    const gone = (): CommandError => noAnswer(address, this.why);
    const wait = (ms: number): NodeJS.Timeout => setTimeout(() => following.over(gone()), ms);
    this.client = new Redis(address.url, connectionOf(address, { isOver: false }));
    this.timer = wait(FIRST_MS);
    this.client.on('error', (error) => (this.why = whyOf(error)));
    this.client.on('ready', () => {
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = null;
      if (this.wasThere) following.back();
      this.wasThere = true;
    });
    this.client.on('close', () => {
      if (this.timer !== null) return;
      this.timer = wait(AGAIN_MS);
      following.lost(gone());
    });
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.client.removeAllListeners('close');
    this.client.disconnect();
  }
}
