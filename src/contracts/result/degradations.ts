import type { StoryEvent } from './cascade.js';

/** Kinds of events in which a component's health gets worse, the worst last. */
export const DEGRADATIONS: readonly StoryEvent['kind'][] = ['degraded', 'failing', 'down'];
