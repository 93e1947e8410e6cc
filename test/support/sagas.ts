import { metered } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';

const VERDICTS = ['completed', 'compensated', 'stuck', 'inconsistent', 'lost', 'running'];

/** How many sagas of the first run of the first variant ended in which way; those of no saga are left out. */
export function verdicts(
  traced: Pick<Traced, 'ran'>,
  saga = 'trip',
): Readonly<Record<string, number>> {
  const counts = VERDICTS.map((name) => [name, metered(traced as Traced, name, saga)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
