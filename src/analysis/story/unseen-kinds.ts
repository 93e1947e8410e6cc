import type { StoryEvent } from '../../contracts/result/cascade.js';

/** Kinds of events that no user request shows, each with the words between its subject and its time. */
export const UNSEEN: ReadonlyMap<StoryEvent['kind'], string> = new Map([
  ['backlog', 'falls behind at'],
  ['stale', 'answers with old values from'],
  ['unsettled', 'does not end well from'],
  ['cancelled', 'is undone more often from'],
  ['lost', 'loses messages from'],
  ['lostCommits', 'loses commits from'],
  ['repeated', 'repeats effects from'],
  ['deadLettered', 'gives messages up from'],
  ['doneTwice', 'repeats work from'],
]);

/** The same, and events that lead to them or to waits of users. */
export const REPORTED: ReadonlyMap<StoryEvent['kind'], string> = new Map([
  ...UNSEEN,
  ['replay', 'is reset at'],
  ['blocked', 'blocks publishers from'],
]);

/**
 * Those of which a fault that is active then is suspected. Work is done twice wherever calls are retried, so a fault
 * that is active when that begins need not be its cause.
 */
export const SUSPICIOUS: ReadonlySet<StoryEvent['kind']> = new Set(
  [...UNSEEN.keys()].filter((kind) => kind !== 'doneTwice'),
);
