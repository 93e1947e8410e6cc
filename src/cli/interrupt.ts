const controller = new AbortController();

/** Aborted by the first signal: runs end, what finished is reported, and nothing new begins. */
export const interruption: AbortSignal = controller.signal;

/** Aborts `interruption`. */
export function interrupt(): void {
  controller.abort();
}

/**
 * What an interrupt leaves of a command. The thread with the signals has it at any time, because the command itself may
 * be busy and is then ended.
 */
export interface Left {
  /** Sentences: what is kept, where, and how to go on; null = another process has said all. */
  readonly words: readonly string[] | null;
  /**
   * What the command does after an interrupt, such as `writing the report of FILE: 3 of 9 runs finished`; '' if another
   * process says it, null if it ends at once.
   */
  readonly rest: string | null;
}

let announce: (left: Left) => void = () => {};
const kept: string[] = [];

/** `listener` receives each state. */
export function onLeft(listener: (left: Left) => void): void {
  announce = listener;
}

/** From now on an interrupt leaves this. */
export function leave(left: Left): void {
  announce(left);
}

/** A sentence about something that is complete, for the rest of the command. */
export function keep(words: string): void {
  kept.push(words);
  announce({ words: kept, rest: null });
}

/** Nothing is open: an interrupt leaves what was kept. */
export function keepNoMore(): void {
  announce({ words: kept, rest: null });
}

/** A sentence about what is complete so far; the next one replaces it. */
export function keepSoFar(words: string): void {
  announce({ words: [...kept, words], rest: null });
}

/** Why finished work is lost: there was no time, or a second signal ended the command. */
export const UNREPORTED = 'their report was not finished';

/** Something is not reported yet: an interrupt leaves time for `rest`, or else the sentence `otherwise`. */
export function reporting(rest: string, otherwise: string): void {
  announce({ words: [...kept, otherwise], rest });
}
