import type { PrecisionResult, UntilResult } from '../../contracts/result/until.js';
import type { Result } from '../../contracts/result/result.js';
import {
  formatCount,
  formatSeconds,
  formatShare,
  formatValue,
  isAllOrNone,
} from '../../text/figures.js';
import { list, plural, verb } from '../../text/words.js';

/** How many runs were made, why no more, and how closely the figures are known, as sentences. */
export function untilWords(until: UntilResult): string {
  const { made, reason, looks, undecided } = until;
  const runs = `${plural(made, 'run')} of each variant`;
  const head = {
    reached: `${runs} are enough`,
    most: `${runs} are not enough, and run.replications.atMost allows no more looks`,
    ended: `${runs} were made before the runs ended`,
  }[reason];
  const facts = [
    ...worstOf(until.precisions).map((one) => precisionWords(one, until)),
    ...(undecided === undefined ? [] : [undecidedWords(undecided)]),
  ];
  const seen = facts.length === 0 ? '' : `: ${facts.join('; ')}`;
  return `${head}${seen}. Looks at ${list(looks.map(formatCount))} runs, which err with at most 5 % together.`;
}

/** For each goal, the variant that is farthest from it. */
function worstOf(precisions: readonly PrecisionResult[]): readonly PrecisionResult[] {
  const rank = ({ halfWidth, wanted, unseen = [] }: PrecisionResult): number =>
    halfWidth === null || wanted === null || unseen.length > 0 ? Infinity : halfWidth / wanted;
  const worst = new Map<string, PrecisionResult>();
  for (const one of precisions) {
    const known = worst.get(one.text);
    if (known === undefined || rank(one) > rank(known)) worst.set(one.text, one);
  }
  return [...worst.values()];
}

function precisionWords(one: PrecisionResult, { made, confidence }: UntilResult): string {
  const { text, variant, unit, value, halfWidth, unseen = [], isReached } = one;
  const goal = `"${text}"`;
  if (value === null) return `${goal} has no value in ${variant}`;
  if (halfWidth === null) return `${goal} has no interval in ${variant}`;
  const relative = unit === 'share' || value === 0 ? '' : ` (${formatShare(halfWidth / value)})`;
  const half = unit === 'share' ? formatShare(halfWidth) : formatValue(halfWidth, unit);
  const verdict = isReached ? 'holds' : 'does not hold';
  if (unseen.length > 0)
    return `${goal} ${verdict}: ${list(unseen)}, which ${verb(unseen.length, 'start')} by chance, ${unseen.length === 1 ? 'has' : 'have'} struck in no run of ${variant}`;
  if (isAllOrNone(value, unit))
    return (
      `${goal} ${verdict}: ${formatValue(value, unit)} in all ${formatCount(made)} runs of ${variant}; ` +
      `in further runs up to ${half} may differ, and more where requests fail together`
    );
  return `${goal} ${verdict}: ${formatValue(value, unit)} ± ${half}${relative} in ${variant}, with ${formatShare(confidence)} confidence`;
}

function undecidedWords(undecided: NonNullable<UntilResult['undecided']>): string {
  const [first] = undecided;
  if (first === undefined) return 'every budget is decided';
  const others = undecided.length === 1 ? '' : `, and ${formatCount(undecided.length - 1)} more`;
  return `undecided: "${first.text}" in ${first.variant}${others}`;
}

/** `12 s warm-up`, and how it was found if it is not written. */
export function warmupWords({ warmup, pilots }: Result['run']): string {
  const words = `${formatSeconds(warmup)} warm-up`;
  return pilots === undefined
    ? words
    : `${words} (found by MSER-5 on ${plural(pilots, 'pilot run')})`;
}

/** What the program chose about the runs: their number and the warm-up, as sentences; empty if both are written. */
export function chosenWords({ until, run: { warmup, pilots } }: Result): string {
  const own =
    pilots === undefined
      ? []
      : [`warm-up ${formatSeconds(warmup)}, found by MSER-5 on ${plural(pilots, 'pilot run')}.`];
  return [...own, ...(until === undefined ? [] : [untilWords(until)])].join(' ');
}
