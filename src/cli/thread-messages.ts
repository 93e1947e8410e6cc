import type { MessagePort } from 'node:worker_threads';
import type { Left } from './interrupt.js';
import type { OutputPart, TerminalTraits } from './terminal.js';

/** Start data of the thread that performs a command. */
export interface ThreadSetup {
  readonly traits: TerminalTraits;
}

/** A message of that thread. The only message to it is an interrupt. */
export type ThreadMessage =
  | OutputPart
  | { readonly kind: 'begun' | 'ended'; readonly path: string }
  | { readonly kind: 'left'; readonly left: Left }
  | InputRequest
  | { readonly kind: 'exit'; readonly exitCode: number };

/** Asks for standard input, or for one line of it. The thread sleeps until `flag` is 1; the answer is then at the other end of `port`. */
export interface InputRequest {
  readonly kind: 'input';
  readonly port: MessagePort;
  readonly flag: Int32Array;
  /** Reading ends after more bytes than this. */
  readonly most: number;
  /** What to ask at the terminal; the answer is one line. */
  readonly question?: string;
}

/** All bytes of standard input, or why it cannot be read. */
export type InputAnswer =
  { readonly bytes: Uint8Array } | { readonly message: string; readonly code: string };
