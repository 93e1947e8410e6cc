import type { Outcome } from '../../../contracts/outcome.js';

/** Part of the model that follows strands to their end, whatever they run. */
export interface StrandWatcher {
  /** The program of a job has ended, or was given an outcome instead. */
  ended?(strand: number, outcome: Outcome): void;
  /** A strand was stopped, with all its work. */
  stopped?(strand: number): void;
  /** A job was stopped while its process is down. */
  died?(strand: number): void;
  /** A call that its caller may leave begins in a strand of its own. */
  lent?(own: number, owner: number): void;
  /** Such a call has ended while its caller waited. */
  returned?(own: number, owner: number): void;
}

// Separate loops: the server calls them only if there are watchers, and its methods stay small for V8.

/** Notifies all watchers that the program of a job has ended. */
export function notifyEnded(
  watchers: readonly StrandWatcher[],
  strand: number,
  outcome: Outcome,
): void {
  for (const watcher of watchers) watcher.ended?.(strand, outcome);
}

/** Notifies all watchers that a strand was stopped. */
export function notifyStopped(watchers: readonly StrandWatcher[], strand: number): void {
  for (const watcher of watchers) watcher.stopped?.(strand);
}
