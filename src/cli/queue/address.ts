import { InvalidArgumentError } from 'commander';

/** A queue of runs in Redis. */
export interface QueueAddress {
  readonly url: string;
  /** The address without its password, for messages. */
  readonly shown: string;
}

/** `redis://host:6379`, as an option parser. Messages never show the password. */
export function queueAddress(text: string): QueueAddress {
  let url: URL | null = null;
  try {
    url = new URL(text);
  } catch {
    // Reported below.
  }
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new InvalidArgumentError('an address such as redis://localhost:6379 is expected.');
  }
  const shown = `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return { url: text, shown };
}
