import type { VariantResult } from '../../contracts/result/result.js';
import {
  counted,
  DEAD_LETTERS,
  isSkewed,
  largestOf,
  meanOf,
  quantile,
  ratioOf,
} from '../families/family-parts.js';
import { formatShare, formatValue } from '../../text/figures.js';
import { plainWords } from '../base/emphasis.js';
import type { FamilyId } from '../families/families.js';
import type { Family, FamilyColumn } from '../families/family.js';
import { upTo } from '../base/format.js';
import { meteredOf } from '../families/unseen.js';
import { behindWords, sagaWords, staleWords } from './unseen-words.js';
import type { View } from '../view/view.js';

/** The findings of a family: the worst one, which is the title of its section, and the others. */
export interface FamilyFinding {
  readonly title: string;
  readonly more: string;
}

/** The worst finding of a family in words, and the others. */
export function familyFinding(
  view: View,
  family: Family<FamilyId>,
  subjects: readonly string[],
): FamilyFinding {
  const found = FINDINGS[family.id](view, subjects);
  const [title, ...others] = typeof found === 'string' ? [found] : found;
  return { title: title ?? family.name, more: others.map((text) => `${text}. `).join('') };
}

type Finding = (view: View, subjects: readonly string[]) => string | readonly string[];

/** The subject with the largest figure in words, if the figure exceeds a limit. */
interface Largest {
  readonly column: FamilyColumn;
  /** 0 if absent. */
  readonly above?: number;
  readonly words: (subject: string, text: string) => string;
}

/** A family without a finding does not compile. */
const FINDINGS: Readonly<Record<FamilyId, Finding>> = {
  sagas: (view) => {
    const words = sagaWords(view);
    return words === null ? 'No saga begins' : plainWords(words);
  },
  versions: firstOf('No request is answered by a new version', {
    column: ratioOf('', 'rollout.next', 'rollout.served'),
    words: (subject, text) => `The new version of ${subject} answers ${text} of the requests`,
  }),
  placement: firstOf('Every instance has a node', {
    column: largestOf('', 'pending', 'number'),
    words: (subject, text) =>
      `${many(text, 'instance')} of ${subject} ${text === '1' ? 'waits' : 'wait'} for a node at once`,
  }),
  messages: messagesFinding,
  brokers: firstOf('No node holds more than its limit', {
    column: meanOf('', 'alarmed', 'share'),
    words: (subject, text) => `${subject} takes no messages for ${text} of the time`,
  }),
  projections: (view, subjects) => {
    const words = [behindOfThese(view, subjects), staleWords(view)].flatMap((found) =>
      found === null ? [] : [plainWords(found)],
    );
    return words.length === 0 ? 'No view is ever a second behind' : words;
  },
  'event-stores': firstOf('Hardly an append meets another', {
    column: ratioOf('', 'conflicts', 'appends'),
    above: 0.001,
    words: (subject, text) => `${text} of the appends to ${subject} conflict`,
  }),
  caches: cachesFinding,
  pools: firstOf('No call waits for a connection', {
    column: largestOf('', 'poolWaiting', 'number'),
    words: (subject, text) => {
      const [caller, callee] = subject.split('->');
      return `${upTo(text, 'call', ` of ${caller!}`)} for a connection to ${callee!}`;
    },
  }),
  replicas: firstOf(
    'No replica is ever behind',
    {
      column: counted('', 'lostCommits'),
      words: (subject, text) =>
        `${many(text, 'confirmed write')} of ${subject} ${text === '1' ? 'is' : 'are'} lost`,
    },
    {
      column: ratioOf('', 'staleReads', 'reads'),
      above: 0.001,
      words: (subject, text) => `${text} of the reads of ${subject} are stale`,
    },
    {
      column: largestOf('', 'replicaLag', 'seconds'),
      words: (subject, text) => `A replica of ${subject} is up to ${text} behind`,
    },
  ),
  locks: locksFinding,
  functions: firstOf('No invocation waits for an environment', {
    column: counted('', 'coldStarts'),
    words: (subject, text) => `${many(text, 'cold start')} of ${subject}`,
  }),
  discovery: firstOf('No call goes to an instance that is gone', {
    column: counted('', 'staleCalls'),
    words: (subject, text) =>
      `${text} ${text === '1' ? 'call goes' : 'calls go'} to instances of ${subject} that are gone`,
  }),
  outboxes: firstOf(
    'No row waits in an outbox',
    {
      column: counted('', 'lostEvents'),
      words: (subject, text) =>
        `${many(text, 'event')} of ${subject} ${text === '1' ? 'is' : 'are'} lost`,
    },
    {
      column: largestOf('', 'outbox.rows', 'number'),
      words: (subject, text) => `${upTo(text, 'row')} in the outbox of ${subject}`,
    },
  ),
  'thread-pools': firstOf('Every operation has a thread at once', {
    column: largestOf('', 'threadPool.queue', 'number'),
    words: (subject, text) => `${upTo(text, 'operation')} for a thread for ${subject}`,
  }),
  refreshes: firstOf('No search misses a write', {
    column: ratioOf('', 'staleReads', 'reads'),
    words: (subject, text) => `${text} of the searches of ${subject} miss a write`,
  }),
  proxies: busyOf('proxy', 'proxies of'),
  waypoints: busyOf('waypoint', 'waypoint of'),
};

/** The first of these that is found, else `none`. */
function firstOf(none: string, ...rows: readonly Largest[]): Finding {
  return (view, subjects) => {
    for (const row of rows) {
      const words = worstAndBest(view, subjects, row);
      if (words !== null) return words;
    }
    return none;
  };
}

function busyOf(meter: string, whose: string): Finding {
  return firstOf('No request takes time of a proxy', {
    column: meanOf('', `${meter}.utilization`, 'share'),
    words: (subject, text) => `${text} of the workers in the ${whose} ${subject} are busy`,
  });
}

function messagesFinding(view: View, subjects: readonly string[]): readonly string[] {
  const words = behindOfThese(view, subjects);
  const lost = worstAndBest(view, subjects, {
    column: counted('', 'lostEffects'),
    words: (subject, text) => `${many(text, 'message')} of ${subject} lost`,
  });
  const dead = worstAndBest(view, subjects, {
    column: DEAD_LETTERS,
    words: (subject, text) => `${many(text, 'dead letter')} of ${subject}`,
  });
  const hot = hottestFinding(view, subjects);
  const parts = [words === null ? null : plainWords(words), hot, lost ?? dead].filter(
    (part) => part !== null,
  );
  return parts.length > 0 ? parts : ['No message is ever a second old when it is handled'];
}

/** The subject whose backlog is mostly in one partition; null if there is none. */
function hottestFinding(view: View, subjects: readonly string[]): string | null {
  const hot = subjects.filter((subject) =>
    view.result.variants.some((variant) => {
      const own = meteredOf(variant, subject);
      return own !== null && isSkewed(own);
    }),
  );
  return worstAndBest(view, hot, {
    column: largestOf('', 'partitionLag', 'number'),
    words: (subject, text) => `${upTo(text, 'message')} in one partition of ${subject}`,
  });
}

/** The subject among these that is furthest behind. */
function behindOfThese(view: View, subjects: readonly string[]): ReturnType<typeof behindWords> {
  return behindWords(view, { among: (own) => subjects.includes(own), detail: 'brief' });
}

function cachesFinding(view: View, subjects: readonly string[]): string {
  const ratio = ratioOf('', 'hits', 'reads');
  const found = figures(view, subjects, ratio);
  if (found.length === 0) return 'No cache is read';
  const low = found.reduce((a, b) => (b.value < a.value ? b : a));
  const same = found.filter(({ subject }) => subject === low.subject);
  const high = same.reduce((a, b) => (b.value > a.value ? b : a));
  const start = `${low.subject} finds ${formatShare(low.value)} of what it is asked for${inWords(view, low.variant)}`;
  if (high.value - low.value < 0.005) return start;
  return `${start}, ${formatShare(high.value)} in ${high.variant.name}`;
}

function locksFinding(view: View, subjects: readonly string[]): readonly string[] {
  const dead = worstAndBest(view, subjects, {
    column: counted('', 'deadlocks'),
    words: (subject, text) => `${many(text, 'deadlock')} in ${subject}`,
  });
  const slow = worstAndBest(view, subjects, {
    column: quantile('', 'lockWait', 'p99'),
    words: (subject, text) =>
      `1 % of the ${subject} statements wait longer than ${text} for a lock`,
  });
  const longest = worstAndBest(view, subjects, {
    column: quantile('', 'lockWait', 'max'),
    words: (subject, text) =>
      `Hardly a statement waits for a lock; one of ${subject} waits longest, ${text}`,
  });
  const found = [dead, slow ?? longest].filter((words) => words !== null);
  return found.length > 0 ? found : ['No statement waits for a lock'];
}

/** `1 deadlock`, `2,000 deadlocks`, of a count that is a text. */
function many(count: string, noun: string): string {
  return `${count} ${noun}${count === '1' ? '' : 's'}`;
}

interface Figure {
  readonly subject: string;
  readonly variant: VariantResult;
  readonly value: number;
}

function figures(view: View, subjects: readonly string[], column: FamilyColumn): Figure[] {
  return subjects.flatMap((subject) =>
    view.result.variants.flatMap((variant) => {
      const own = meteredOf(variant, subject);
      const value = own === null ? null : column.value(own);
      return value === null ? [] : [{ subject, variant, value }];
    }),
  );
}

/** The variant with the largest figure in words, and the one with the smallest; null if none exceeds a limit. */
function worstAndBest(
  view: View,
  subjects: readonly string[],
  { column, above = 0, words }: Largest,
): string | null {
  const found = figures(view, subjects, column);
  const worst = found.reduce<Figure | null>(
    (a, b) => (a === null || b.value > a.value ? b : a),
    null,
  );
  if (worst === null || worst.value <= above) return null;
  const same = found.filter(({ subject }) => subject === worst.subject);
  const best = same.reduce((a, b) => (b.value < a.value ? b : a));
  const start = `${words(worst.subject, formatValue(worst.value, column.unit))}${inWords(view, worst.variant)}`;
  if (best.value * 1.05 >= worst.value) return start;
  const text = best.value === 0 ? 'none' : formatValue(best.value, column.unit);
  return `${start}, ${text} in ${best.variant.name}`;
}

function inWords(view: View, variant: VariantResult): string {
  return view.result.variants.length > 1 ? ` in ${variant.name}` : '';
}
