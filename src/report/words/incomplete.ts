import type { Incomplete, Result, UnfinishedVariant } from '../../contracts/result/result.js';
import { formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** A variant whose replications did not all finish, in words. */
export interface UnfinishedLine {
  readonly variant: string;
  readonly text: string;
}

/** `2 of 5 variants did not finish; what did is reported.`; null if no run is missing. */
export function incompleteHeading({ incomplete, variants }: Result): string | null {
  if (incomplete === undefined) return null;
  const absent = incomplete.variants.filter(({ finished }) => finished === 0).length;
  const all = variants.length + absent;
  const many = incomplete.variants.length;
  const which = `${many} of ${plural(all, 'variant')} did not finish`;
  return `Incomplete${incomplete.interrupted ? ' (interrupted)' : ''}: ${which}.`;
}

/** Each unfinished variant: how many of its replications finished, what stopped it, and at which simulated time. */
export function unfinishedLines({ incomplete }: Result): readonly UnfinishedLine[] {
  if (incomplete === undefined) return [];
  return incomplete.variants.map((one) => ({
    variant: one.variant,
    text: `${countWords(one, incomplete)}${stopWords(one)}`,
  }));
}

function countWords({ finished }: UnfinishedVariant, { asked }: Incomplete): string {
  return `${finished} of ${plural(asked, 'replication')} finished`;
}

function stopWords({ stopped }: UnfinishedVariant): string {
  if (stopped === null) return ', then interrupted';
  const { reason, replication, at, detail } = stopped;
  const when = at === null ? '' : ` at ${formatSeconds(at)}`;
  const why = `; replication ${replication} was stopped${when}: ${REASONS[reason]}`;
  return detail === '' ? why : `${why} (${detail})`;
}

const REASONS = {
  events: 'limit of events',
  instant: 'too many events at one instant',
  depth: 'calls too deep',
  memory: 'limit of memory',
} as const;
