const controller = new AbortController();

/** Aborted by the first SIGINT or SIGTERM: runs end, what finished is reported, and nothing new begins. */
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
  /** True = runs finished that are not reported yet, so the command gets a moment to do it. */
  readonly isReporting: boolean;
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
  announce({ words: kept, isReporting: false });
}

/** Nothing is open: an interrupt leaves what was kept. */
export function keepNoMore(): void {
  announce({ words: kept, isReporting: false });
}

/** A sentence about what is complete so far; the next one replaces it. */
export function keepSoFar(words: string): void {
  announce({ words: [...kept, words], isReporting: false });
}

/** Runs finished that are not reported yet. `otherwise`: the sentence where there is no time for it. */
export function reporting(otherwise: string): void {
  announce({ words: [...kept, otherwise], isReporting: true });
}
