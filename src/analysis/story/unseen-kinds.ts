import type { StoryEvent } from '../../spec/result/cascade.js';

/** Kinds of events that no user request shows, each with the words between its subject and its time. */
export const UNSEEN: ReadonlyMap<StoryEvent['kind'], string> = new Map([
  ['backlog', 'falls behind at'],
  ['stale', 'answers with old values from'],
  ['unsettled', 'does not end well from'],
  ['cancelled', 'is undone more often from'],
  ['lost', 'loses messages from'],
  ['repeated', 'repeats effects from'],
  ['deadLettered', 'gives messages up from'],
]);
