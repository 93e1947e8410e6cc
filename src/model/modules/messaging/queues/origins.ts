/** Origin of a dead letter: the number of a queue, a code for the component of a log, or NOWHERE. */
export const NOWHERE = -1;

export const originOfTopic = (component: number): number =>
  component < 0 ? NOWHERE : -2 - component;

/** Component of the source log; -1 = the source is no log. */
export const topicOf = (origin: number): number => (origin < NOWHERE ? -2 - origin : -1);
