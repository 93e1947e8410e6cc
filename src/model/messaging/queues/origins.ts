/** Where a dead letter came from: a queue by its number, a log by its component, or nowhere. */
export const NOWHERE = -1;

export const originOfTopic = (component: number): number =>
  component < 0 ? NOWHERE : -2 - component;

/** Component of the log, -1 = it was none. */
export const topicOf = (origin: number): number => (origin < NOWHERE ? -2 - origin : -1);
