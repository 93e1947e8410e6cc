import { groupedBy } from '../../text/order.js';
import type {
  BrokenBudget,
  ExploredVariant,
  ExploreResult,
  FoundSet,
} from '../../contracts/result/explore.js';
import { formatCount, formatShare, formatSpan, formatValue } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { endOfSearch } from '../words/search-ends.js';

/** Inputs of the summary besides the result. */
export interface ExploreTextOptions extends SummaryOptions {
  /** Most sets that are printed for a variant. */
  readonly most: number;
}

/** The summary of an exploration: variant by variant the sets that break a budget, and what was tried. */
export function exploreText(read: ExploreResult, options: ExploreTextOptions): Lines {
  const { paint, file, columns } = options;
  const result = oneLineTexts(read);
  const { scenario, seed, replications } = result;
  const facts = `${file}   ${plural(replications, 'replication')} of each set, seed ${seed}`;
  const lines = [
    ...wrapped(scenario.title, '', '', columns).map(paint.bold),
    ...wrapped(facts, '', '', columns).map(paint.dim),
    ...result.explored.flatMap((one) => ['', ...variantLines(one, options)]),
  ];
  return asLines(lines);
}

function variantLines(variant: ExploredVariant, options: ExploreTextOptions): string[] {
  const { paint, columns, most } = options;
  const text = (words: string, first = '  ', rest = first): string[] =>
    wrapped(words, first, rest, columns);
  const name = oneLine(variant.name);
  const head = (words: string): string[] =>
    wrapped(`${name}: ${words}`, '', '  ', columns).map((line, i) =>
      i === 0 && line.startsWith(name) ? paint.bold(name) + line.slice(name.length) : line,
    );
  if (variant.broken.length > 0) {
    return [
      ...head('no set was tried'),
      ...text('Without any fault these budgets are broken, so no fault is needed to break one:'),
      ...variant.broken.flatMap((own) => text(brokenWords(own, false), '    - ', '      ')),
      ...text(
        'Budgets that describe the fault of the file cannot judge other faults: --budget replaces them.',
      ),
    ];
  }
  const groups = groupsOf(variant.sets);
  const shown = groups.slice(0, most);
  const left = groups.length - shown.length;
  return [
    ...head(headline(variant)),
    ...shown.flatMap((sets, i) => ['', ...groupLines(sets, i + 1, options)]),
    ...(left > 0 ? ['', `  ... ${formatCount(left)} more (--max ${groups.length})`] : []),
    '',
    ...notes(variant).flatMap((note) => text(note).map(paint.dim)),
  ];
}

function headline({ sets, tried }: ExploredVariant): string {
  if (sets.length === 0) return 'no set of faults that was tried breaks a budget';
  const counts = tried.flatMap(({ size }) => {
    const own = sets.filter(({ faults }) => faults.length === size).length;
    return own === 0 ? [] : [setsOf(own, size)];
  });
  return `${listed(counts)} ${sets.length === 1 ? 'breaks' : 'break'} a budget`;
}

/** `1 single fault`, `2 pairs`, `3 sets of 3`. */
function setsOf(count: number, size: number): string {
  if (size > 2) return `${plural(count, 'set')} of ${size}`;
  return plural(count, size === 1 ? 'single fault' : 'pair');
}

/** The sets at the same places, in the order of the first of each. */
function groupsOf(sets: readonly FoundSet[]): readonly (readonly FoundSet[])[] {
  const placesOf = ({ faults }: FoundSet): string =>
    JSON.stringify(faults.map(({ place }) => place).sort());
  return [...groupedBy(sets, placesOf).values()];
}

/** `33 % of the requests do not succeed`. */
function lostWords(lost: number): string {
  return lost === 1 ? 'No request succeeds' : `${formatShare(lost)} of the requests do not succeed`;
}

/** The worst set at some places with what it breaks, and the other sets there. */
function groupLines(
  [worst, ...others]: readonly FoundSet[],
  number: number,
  { paint, columns }: ExploreTextOptions,
): string[] {
  const lead = `  ${number}. `;
  const room = ' '.repeat(lead.length);
  const text = (words: string): string[] => wrapped(words, room, room, columns);
  const { faults, broken, lost, sentence } = worst!;
  return [
    ...wrapped(setWords(faults), lead, room, columns).map(paint.bold),
    ...text(`${lostWords(lost)} while ${faults.length === 1 ? 'it lasts' : 'they last'}.`),
    ...broken.flatMap((own) => wrapped(brokenWords(own, true), `${room}- `, `${room}  `, columns)),
    ...(sentence === '' ? [] : text(sentence).map(paint.dim)),
    ...(others.length === 0
      ? []
      : text(`Also: ${others.map((other) => setWords(other.faults)).join('; ')}.`)),
  ];
}

function setWords(faults: FoundSet['faults']): string {
  return listed(faults.map(({ words }) => words));
}

/** `users.success >= 99%: 87.1 %, without faults 100 %`. */
function brokenWords(
  { name, text, value, unit, note, healthy }: BrokenBudget,
  isCompared: boolean,
): string {
  const own = value === null ? (note ?? 'no samples') : formatValue(value, unit);
  const before =
    isCompared && healthy !== null ? `, without faults ${formatValue(healthy, unit)}` : '';
  return `${name === null ? text : `${name} (${text})`}: ${own}${before}`;
}

/** What was tried, what was not, and why. */
function notes(variant: ExploredVariant): readonly string[] {
  const { span, menu, places, latent, unused, impossible, tried, undecided, untried, runs } =
    variant;
  const sizes = tried.map(({ size, tried: count, superset, redundant }) => {
    const why = [
      superset > 0 ? `${formatCount(superset)} contain a smaller set that breaks one` : '',
      redundant > 0 ? `${formatCount(redundant)} cannot differ from a smaller set` : '',
    ].filter((words) => words !== '');
    const rest = why.length === 0 ? '' : ` (not run: ${why.join(', ')})`;
    return `${setsOf(count, size)}${rest}`;
  });
  const own = variant.withFaults
    ? 'besides the faults of the file'
    : 'without the faults of the file';
  return [
    `Tried ${own}, from ${formatSpan(span.from, span.until)}: ${listed(menu)} at ${plural(places.length, 'place')} that the requests use. ${sizes.join('; ')}; ${plural(runs, 'run')}.`,
    latent.length === 0
      ? ''
      : `Used only where something else fails, and tried only then: ${listed(latent)}.`,
    unused.length === 0
      ? ''
      : `Not tried, because the requests do not use it then: ${listed(unused)}.`,
    impossible.length === 0 ? '' : `Not possible: ${listed(impossible)}.`,
    undecided === 0
      ? ''
      : `Undecided: ${plural(undecided, 'set')}; more --replications may decide.`,
    untried === 0
      ? ''
      : `Left untried by ${endOfSearch(variant)}: at least ${plural(untried, 'set')}, those with the least effect of their parts.`,
    ...variant.leftOut.map(({ text, why }) => `Left out: ${text}, because ${why}.`),
  ].filter((note) => note !== '');
}
