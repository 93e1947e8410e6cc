import type { FixCheck, FixedVariant } from '../../contracts/result/fix.js';
import { formatNumber, formatValue } from '../../text/figures.js';
import type { OneLine } from '../../text/line.js';
import { capitalised, list, plural } from '../../text/words.js';
import { endOfSearch } from '../words/search-ends.js';

/** Most single values that are listed where the change no longer holds. */
const LISTED = 6;

/** Where the change still holds, where it does not, and where the runs do not decide; a sentence each. */
export function checkWords(fixed: OneLine<FixedVariant>): readonly string[] {
  const { checks, unchecked } = fixed;
  const of = (holds: boolean | null): readonly OneLine<FixCheck>[] =>
    checks.filter((own) => own.holds === holds);
  const broken = of(false);
  const more = broken.length - LISTED;
  return [
    ...broken.slice(0, LISTED).map((own) => `Breaks ${whereOf(own)}: ${brokenWords(own)}.`),
    ...(more > 0 ? [`Breaks in ${more} more of the checks.`] : []),
    ...sentence('Not decided', of(null)),
    ...sentence('Still holds', of(true)),
    ...(unchecked === 0
      ? []
      : [`${capitalised(endOfSearch(fixed))} left out ${plural(unchecked, 'check')}.`]),
  ];
}

/** `Still holds with fresh seeds, without the faults and with 12 values 30 % larger or smaller, each alone.` */
function sentence(lead: string, checks: readonly OneLine<FixCheck>[]): readonly string[] {
  if (checks.length === 0) return [];
  const isSingle = ({ kind, subject }: FixCheck): boolean => isEstimate(kind) && subject !== null;
  const singles = checks.filter(isSingle);
  const words = checks.filter((own) => !isSingle(own)).map(whereOf);
  const [first] = singles;
  if (first !== undefined) {
    const one = singles.length === 1 ? whereOf(first) : null;
    words.push(one ?? `in ${singles.length} runs with one ${nounOf(first)} 30 % larger or smaller`);
  }
  return [`${lead} ${list(words)}.`];
}

function isEstimate(kind: FixCheck['kind']): boolean {
  return kind === 'guess' || kind === 'times';
}

function nounOf({ kind }: FixCheck): string {
  return kind === 'guess' ? 'guess' : 'time';
}

/** The condition of a check. */
function whereOf({ kind, subject, by, runs }: FixCheck): string {
  if (kind === 'seeds') return `with other random numbers (${plural(runs, 'run')})`;
  if (kind === 'fault') return subject === null ? 'without the faults' : `with only ${subject}`;
  if (kind === 'moreLoad') return `at ${formatNumber(by ?? 1)} times the load`;
  if (kind === 'warmup') return `with a warm-up of ${subject}`;
  const what = (by ?? 1) > 1 ? '30 % larger' : '30 % smaller';
  const all = kind === 'guess' ? 'all guesses' : 'all times of steps';
  return `with ${subject ?? all} ${what}`;
}

function brokenWords({ broken }: FixCheck): string {
  const words = broken.map(({ name, text, value, unit }) =>
    value === null ? (name ?? text) : `${name ?? text} (${formatValue(value, unit)})`,
  );
  return list(words);
}
