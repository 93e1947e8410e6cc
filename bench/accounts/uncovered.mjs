import { isPrinted, NUMBER, SHARE } from './figures.mjs';
import { requestsNamed } from './refused.mjs';

/** Reads `no budget covers the 33.1 % of order requests that fail, and 605 dead letters of orders.payments per run`. */
export const UNCOVERED = String.raw`[Nn]o budget covers (?<harms>.+)`;

const counter = ({ metered }, subject, meter) =>
  Object.entries(metered)
    .filter(([name]) => name === subject || name.startsWith(`${subject}.`))
    .reduce((sum, [, { meters }]) => sum + (meters[meter]?.total ?? 0), 0);

const degraded = ({ outcomes }) =>
  (outcomes.degraded ?? 0) /
  (Object.values(outcomes).reduce((sum, n) => sum + n, 0) - (outcomes.unfinished ?? 0));

const METERS = {
  'lost message': 'lostEffects',
  'lost commit': 'lostCommits',
  'dead letter': 'deadLettered',
  'repeated effect': 'duplicateEffects',
};
const ENDS = { 'get stuck': 'stuck', 'end inconsistent': 'inconsistent', 'are lost': 'lost' };

/** Each kind of harm, and whether a variant has it. */
const HARMS = [
  [
    new RegExp(
      `^the (?<share>${SHARE}) of (?<of>\\S+) requests (?<does>that fail|that are refused|with degraded responses)$`,
      'u',
    ),
    ({ share, of, does }, variant) =>
      requestsNamed(of, variant)
        .map(does === 'with degraded responses' ? degraded : ({ success }) => 1 - success)
        .some((value) => isPrinted(share, value)),
  ],
  [
    new RegExp(
      `^the (?<share>${SHARE}) of (?<of>\\S+) sagas that (?<end>${Object.keys(ENDS).join('|')})$`,
      'u',
    ),
    ({ share, of, end }, variant) =>
      isPrinted(share, counter(variant, of, ENDS[end]) / counter(variant, of, 'accepted')),
  ],
  [
    new RegExp(`^the (?<share>${SHARE}) of reads of (?<of>\\S+) that are stale$`, 'u'),
    ({ share, of }, variant) =>
      isPrinted(share, counter(variant, of, 'staleReads') / counter(variant, of, 'reads')),
  ],
  [
    new RegExp(
      `^(?<count>${NUMBER}) (?<what>${Object.keys(METERS).join('|')})s?(?: of (?<of>\\S+))?(?: per run)?$`,
      'u',
    ),
    ({ count, what, of }, variant) =>
      // Dead letters that were sent back are no longer dead.
      (of === undefined || counter(variant, of, METERS[what]) > 0) &&
      (what === 'dead letter' || isPrinted(count, counter(variant, of, METERS[what]))),
  ],
  [
    /^the backlog of (?<of>\S+)$/u,
    ({ of }, { cascade }) =>
      cascade.events.some(({ kind, subject }) => kind === 'backlog' && subject === of),
  ],
  [/^\d+ other harms?$/u, () => true],
];

/** What is wrong with a list of harms that no budget covers; null if a variant has each of them. */
export function uncoveredError({ harms }, variant) {
  for (const harm of harms.split(', and ')) {
    const found = HARMS.map(([pattern, isSo]) => [pattern.exec(harm), isSo]).find(
      ([m]) => m !== null,
    );
    if (found === undefined) return `an unknown harm: ${harm}`;
    const [{ groups }, isSo] = found;
    if (!isSo(groups ?? {}, variant)) return `the variant has no such harm: ${harm}`;
  }
  return null;
}
