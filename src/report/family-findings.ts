import type { VariantResult } from '../spec/result/result.js';
import {
  counted,
  DEAD_LETTERS,
  isSkewed,
  largestOf,
  meanOf,
  quantile,
  ratioOf,
} from './family-parts.js';
import { formatShare, formatValue } from '../text/figures.js';
import type { FamilyId } from './families.js';
import type { Family, FamilyColumn } from './family.js';
import { upTo } from './format.js';
import { meteredOf } from './unseen.js';
import { behindWords, flat, sagaWords, staleWords } from './unseen-words.js';
import type { View } from './view.js';

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

/** A family without a finding does not compile. */
const FINDINGS: Readonly<Record<FamilyId, Finding>> = {
  sagas: (view) => {
    const words = sagaWords(view);
    return words === null ? 'No saga begins' : flat(words);
  },
  versions: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      ratioOf('', 'rollout.next', 'rollout.served'),
      0,
      (subject, text) => `The new version of ${subject} answers ${text} of the requests`,
    ) ?? 'No request is answered by a new version',
  placement: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      largestOf('', 'pending', 'number'),
      0,
      (subject, text) => `${text} instances of ${subject} wait for a node at once`,
    ) ?? 'Every instance has a node',
  messages: (view, subjects) => messagesFinding(view, subjects),
  brokers: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      meanOf('', 'alarmed', 'share'),
      0,
      (subject, text) => `${subject} takes no messages for ${text} of the time`,
    ) ?? 'No node holds more than its limit',
  projections: (view, subjects) => {
    const words = [behindOfThese(view, subjects), staleWords(view)].flatMap((found) =>
      found === null ? [] : [flat(found)],
    );
    return words.length === 0 ? 'No view is ever a second behind' : words;
  },
  'event-stores': (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      ratioOf('', 'conflicts', 'appends'),
      0.001,
      (subject, text) => `${text} of the appends to ${subject} conflict`,
    ) ?? 'Hardly an append meets another',
  caches: (view, subjects) => cachesFinding(view, subjects),
  pools: (view, subjects) =>
    worstAndBest(view, subjects, largestOf('', 'poolWaiting', 'number'), 0, (subject, text) => {
      const [caller, callee] = subject.split('->');
      return `${upTo(text, 'call', ` of ${caller!}`)} for a connection to ${callee!}`;
    }) ?? 'No call waits for a connection',
  replicas: (view, subjects) => replicasFinding(view, subjects),
  locks: (view, subjects) => locksFinding(view, subjects),
  functions: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      counted('', 'coldStarts'),
      0,
      (subject, text) => `${text} cold ${text === '1' ? 'start' : 'starts'} of ${subject}`,
    ) ?? 'No invocation waits for an environment',
  discovery: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      counted('', 'staleCalls'),
      0,
      (subject, text) =>
        `${text} ${text === '1' ? 'call goes' : 'calls go'} to instances of ${subject} that are gone`,
    ) ?? 'No call goes to an instance that is gone',
  outboxes: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      counted('', 'lostEvents'),
      0,
      (subject, text) => `${text} events of ${subject} are lost`,
    ) ??
    worstAndBest(
      view,
      subjects,
      largestOf('', 'outbox.rows', 'number'),
      0,
      (subject, text) => `${upTo(text, 'row')} in the outbox of ${subject}`,
    ) ??
    'No row waits in an outbox',
  'thread-pools': (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      largestOf('', 'threadPool.queue', 'number'),
      0,
      (subject, text) => `${upTo(text, 'operation')} for a thread for ${subject}`,
    ) ?? 'Every operation has a thread at once',
  refreshes: (view, subjects) =>
    worstAndBest(
      view,
      subjects,
      ratioOf('', 'staleReads', 'reads'),
      0,
      (subject, text) => `${text} of the searches of ${subject} miss a write`,
    ) ?? 'No search misses a write',
  proxies: (view, subjects) => busyFinding(view, subjects, 'proxy', 'proxies of'),
  waypoints: (view, subjects) => busyFinding(view, subjects, 'waypoint', 'waypoint of'),
};

function busyFinding(
  view: View,
  subjects: readonly string[],
  meter: string,
  whose: string,
): string {
  return (
    worstAndBest(
      view,
      subjects,
      meanOf('', `${meter}.utilization`, 'share'),
      0,
      (subject, text) => `${text} of the workers in the ${whose} ${subject} are busy`,
    ) ?? 'No request takes time of a proxy'
  );
}

function messagesFinding(view: View, subjects: readonly string[]): readonly string[] {
  const words = behindOfThese(view, subjects);
  const lost = worstAndBest(
    view,
    subjects,
    counted('', 'lostEffects'),
    0,
    (subject, text) => `${text} ${text === '1' ? 'message' : 'messages'} of ${subject} lost`,
  );
  const dead = worstAndBest(
    view,
    subjects,
    DEAD_LETTERS,
    0,
    (subject, text) => `${text} dead ${text === '1' ? 'letter' : 'letters'} of ${subject}`,
  );
  const hot = hottestFinding(view, subjects);
  const parts = [words === null ? null : flat(words), hot, lost ?? dead].filter(
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
  return worstAndBest(
    view,
    hot,
    largestOf('', 'partitionLag', 'number'),
    0,
    (subject, text) => `${upTo(text, 'message')} in one partition of ${subject}`,
  );
}

/** The subject among these that is furthest behind. */
function behindOfThese(view: View, subjects: readonly string[]): ReturnType<typeof behindWords> {
  return behindWords(view, { among: subjects, detail: 'brief' });
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

function replicasFinding(view: View, subjects: readonly string[]): string {
  const lost = worstAndBest(
    view,
    subjects,
    counted('', 'lostCommits'),
    0,
    (subject, text) =>
      `${text} confirmed ${text === '1' ? 'write' : 'writes'} of ${subject} are lost`,
  );
  const stale = worstAndBest(
    view,
    subjects,
    ratioOf('', 'staleReads', 'reads'),
    0.001,
    (subject, text) => `${text} of the reads of ${subject} are stale`,
  );
  const lag = worstAndBest(
    view,
    subjects,
    largestOf('', 'replicaLag', 'seconds'),
    0,
    (subject, text) => `A replica of ${subject} is up to ${text} behind`,
  );
  return lost ?? stale ?? lag ?? 'No replica is ever behind';
}

function locksFinding(view: View, subjects: readonly string[]): readonly string[] {
  const dead = worstAndBest(
    view,
    subjects,
    counted('', 'deadlocks'),
    0,
    (subject, text) => `${text} ${text === '1' ? 'deadlock' : 'deadlocks'} in ${subject}`,
  );
  const slow = worstAndBest(
    view,
    subjects,
    quantile('', 'lockWait', 'p99'),
    0,
    (subject, text) => `1 % of the ${subject} statements wait longer than ${text} for a lock`,
  );
  const longest = worstAndBest(
    view,
    subjects,
    quantile('', 'lockWait', 'max'),
    0,
    (subject, text) =>
      `Hardly a statement waits for a lock; one of ${subject} waits longest, ${text}`,
  );
  const found = [dead, slow ?? longest].filter((words) => words !== null);
  return found.length > 0 ? found : ['No statement waits for a lock'];
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
  column: FamilyColumn,
  above: number,
  words: (subject: string, text: string) => string,
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
