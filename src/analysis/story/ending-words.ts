import type { Ending, EndReason, RunVerdict } from '../../contracts/result/cascade.js';
import type { MetastabilityProof } from '../../contracts/result/counterfactual.js';
import { rerunWords } from '../../contracts/result/rerun-words.js';
import { sumOf } from '../../stats/sums.js';
import { formatCount, formatNumber, formatShare } from '../../text/figures.js';

/** Verdicts after which users are served as before. */
export const WELL: ReadonlySet<RunVerdict> = new Set<RunVerdict>([
  'untouched',
  'recovered',
  'slowRecovery',
]);

const STUCK: readonly (readonly [RunVerdict, string])[] = [
  ['metastable', 'after the fault it does not recover, although the load is feasible (metastable'],
  ['overloaded', 'it stays overloaded'],
  ['lost', 'it stays down for good'],
  ['undecided', 'the run does not show the end'],
];

/**
 * How the runs that do not end well end, each verdict with the reason in the first of its runs. A verdict that further
 * runs change counts as changed.
 */
export function stuckWords(
  endings: readonly Ending[],
  proof: MetastabilityProof | null,
): readonly string[] {
  return STUCK.flatMap(([verdict, words]) => {
    const own = endings.filter((ending) => ending.verdict === verdict);
    if (own.length === 0) return [];
    const runs = ofRuns(own.length, endings.length);
    if (proof?.proof === 'changed' && proof.usual === verdict) {
      const changed = STUCK.find(([other]) => other === proof.verdict)![1];
      return [`${changed}${runs}: ${rerunWords(proof)}`];
    }
    const end = verdict === 'metastable' ? ')' : '';
    return [`${ofReason(own[0], words)}${runs}${end}: ${endingWords(meanOf(own))}`];
  });
}

/** Reasons whose value differs from run to run by chance. */
const MEASURES: ReadonlySet<EndReason> = new Set<EndReason>(['load', 'nearCapacity']);

/** The first of some endings, with the mean value of those that have the same reason. */
function meanOf(own: readonly Ending[]): Ending {
  const [first] = own;
  if (!MEASURES.has(first.reason)) return first;
  const same = own.filter(
    ({ reason, subject }) => reason === first.reason && subject === first.subject,
  );
  const values = same.flatMap(({ value }) => (value === null ? [] : [value]));
  const isKnown = values.length === same.length && values.every(Number.isFinite);
  return isKnown ? { ...first, value: sumOf(values) / values.length } : first;
}

/** Of messages the backlog stays, although users may lose nothing. A lasting fault may leave users only degraded. */
function ofReason({ reason, subject }: Ending, words: string): string {
  if (reason === 'faultStays' || reason === 'releaseStays') return 'users stay degraded for good';
  const backlog = `the backlog of ${subject ?? 'a queue'}`;
  if (reason === 'poison') return `${backlog} stays for good`;
  return reason === 'redeliveries' ? words.replace(' it ', ` ${backlog} `) : words;
}

/** The same for runs without a fault: ` Once the burst is over ...`; empty if all end well or the end is not shown. */
export function stuckSentence(
  endings: readonly Ending[],
  proof: MetastabilityProof | null,
): string {
  const isChanged = proof?.proof === 'changed' && proof.usual === 'undecided';
  const known = endings.map((ending) =>
    ending.verdict === 'undecided' && !isChanged
      ? { ...ending, verdict: 'untouched' as const }
      : ending,
  );
  return stuckWords(known, proof)
    .map((words) => words.replace(/^after the fault /, ''))
    .map((words) => ` ${words[0].toUpperCase()}${words.slice(1)}.`)
    .join('');
}

/** ` in 2 of 3 runs`; empty for a single run. */
export function ofRuns(k: number, n: number): string {
  return n === 1 ? '' : ` in ${formatCount(k)} of ${formatCount(n)} runs`;
}

/** The reason of a verdict, as the end of a sentence that names the verdict. */
export function endingWords({ reason, subject, value }: Ending): string {
  return WORDS[reason](subject ?? 'a component', value);
}

/** `once`, `2.4 times`. */
function timesWords(value: number): string {
  const number = formatNumber(value);
  return number === '1' ? 'once' : `${number} times`;
}

/** `126 %`. Where all requests are in progress, work beyond the capacity is not measured: up to 100 % is a lower bound. */
function needWords(need: number): string {
  return need > MEASURED ? formatShare(need) : 'at least all';
}

const MEASURED = 1.005;

const WORDS: Readonly<Record<EndReason, (subject: string, value: number | null) => string>> = {
  noLoss: () => '',
  background: () => '',
  back: () => '',
  during: () => '',
  amplified: (subject, value) =>
    value === null
      ? `${subject} gets calls that it did not get before`
      : `${subject} gets ${formatNumber(value)} times the calls per user request`,
  repeated: (subject) => `no user sends a new request, and repeated calls keep ${subject} full`,
  wasted: (subject, value) =>
    `calls to ${subject} are repeated, and ${formatShare(value ?? 0)} of its work ends after its callers have given up`,
  restarts: (subject) => `${subject} dies again when it is back`,
  redeliveries: (subject, value) =>
    value === null
      ? `messages of ${subject} are delivered again and again, and none is ever done`
      : `messages of ${subject} are delivered again ${timesWords(value)} for each that is handled`,
  load: (subject, value) =>
    value === null
      ? `the load is above the capacity of ${subject}`
      : `first attempts need ${needWords(value)} of the capacity of ${subject}`,
  instances: (subject) => `instances of ${subject} are gone for good`,
  connections: (subject, value) => {
    const [caller, callee] = subject.split('->');
    return `${formatNumber(value ?? 0)} connections from ${caller} to ${callee} were never returned`;
  },
  poison: (subject) => `a message that its consumer cannot process holds up ${subject}`,
  faultStays: () => 'the fault has no end',
  releaseStays: (subject) => `${subject} stays in service`,
  noBaseline: () => 'no request before the fault gives a baseline',
  faultLasts: () => 'the fault lasts to its end',
  tooLate: () => 'the fault begins less than 5 s before its end',
  tooShort: () => 'it ends less than 20 s after the last fault or change of the load',
  noRequests: () => 'hardly a request of users ends after the fault',
  rises: () => 'goodput still rises when the run ends',
  drains: (subject, value) =>
    `the backlog of ${subject} still shrinks when the run ends, by ${formatShare(value ?? 0)} over the last half`,
  returning: () => 'instances still come back when the run ends',
  breakerOpen: () => 'a breaker is still open when the run ends',
  scaling: (subject) => `${subject} still gets more instances when the run ends`,
  nearCapacity: (subject, value) =>
    `first attempts need ${formatShare(value ?? 0)} of the capacity of ${subject}, too close to decide`,
  higherLoad: (subject, value) =>
    `users send ${formatNumber(value ?? 0)} times the requests that reached ${subject} before, and no ceiling and no loop is known that keeps it down`,
  unexplained: () => 'no loop is known that keeps it down',
};

const LONGER = 'a longer run.duration';

/** How to find out what a run does not decide; empty for verdicts, and where no change of the run is known to help. */
export const REMEDIES: Readonly<Record<EndReason, string>> = {
  noLoss: '',
  background: '',
  back: '',
  during: '',
  amplified: '',
  repeated: '',
  wasted: '',
  restarts: '',
  redeliveries: '',
  load: '',
  instances: '',
  connections: '',
  poison: '',
  faultStays: '',
  releaseStays: '',
  noBaseline: 'a later first fault',
  tooLate: LONGER,
  faultLasts: `an earlier end of the fault, or ${LONGER}`,
  tooShort: LONGER,
  noRequests: 'arrivals until the end',
  rises: LONGER,
  drains: LONGER,
  returning: LONGER,
  breakerOpen: LONGER,
  scaling: LONGER,
  nearCapacity: 'a little less load, or a little more',
  higherLoad: 'a run with less load, and --explain',
  unexplained: '--explain',
};
