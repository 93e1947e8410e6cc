import type {
  SensitivityInput,
  SensitivityPoint,
  SensitivityResult,
  SensitivityTurn,
} from '../../contracts/result/sensitivity.js';
import { formatCount, formatNumber, formatShare, formatValue } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/** Most turns that the answer names, and inputs that a note names. */
const NAMED = 3;

/** What the runs say, the sentence that matters most first. */
export function answerSentences(result: SensitivityResult): readonly string[] {
  const { inputs, guess, together } = result;
  const share = formatShare(guess);
  const deciding = inputs.filter(isDeciding);
  const all =
    together === null
      ? []
      : [
          `With all of them wrong at once, ${formatCount(together.same)} of ${plural(together.points, 'random point')} ${together.same === 1 ? 'has' : 'have'} the same verdicts.`,
        ];
  if (inputs.length === 0) return ['There is nothing to vary, or no run was finished.'];
  if (deciding.length > 0) {
    const turns = deciding.flatMap((input) => {
      const [first] = within(input, guess);
      return first === undefined ? [] : [turnWords(result, input, first)];
    });
    const more = turns.length - NAMED;
    const rest =
      more > 0 ? ` ${plural(more, 'other input')} ${more === 1 ? 'does' : 'do'} too.` : '';
    return [
      `${formatCount(deciding.length)} of ${plural(inputs.length, 'input')} can change the answer alone by being wrong by up to ${share}.`,
      ...turns.slice(0, NAMED),
      ...(rest === '' ? [] : [rest.trim()]),
      ...all,
    ];
  }
  return [
    `The answer holds: none of ${plural(inputs.length, 'input')} changes it alone by being wrong by up to ${share}.`,
    ...beyondWords(result),
    ...all,
  ];
}

/** The nearest turn beyond the range. */
function beyondWords(result: SensitivityResult): readonly string[] {
  const turns = result.inputs.flatMap((input) => input.turns.map((turn) => ({ input, turn })));
  const distance = ({ turn: { other } }: (typeof turns)[number]): number =>
    other > 1 ? other : 1 / other;
  const [nearest] = turns.sort((a, b) => distance(a) - distance(b));
  return nearest === undefined
    ? []
    : [`The nearest: ${turnWords(result, nearest.input, nearest.turn)}`];
}

function isDeciding({ low, high }: SensitivityInput): boolean {
  return [low, high].some((end) => end !== null && (end.isTurned || end.isReordered));
}

/** The turns of an input within its range, the nearest to the present value first. */
function within({ turns }: SensitivityInput, guess: number): readonly SensitivityTurn[] {
  const distance = ({ other }: SensitivityTurn): number => Math.abs(other - 1);
  return turns
    .filter((turn) => distance(turn) <= guess + 1e-9)
    .toSorted((a, b) => distance(a) - distance(b));
}

/** `With services.psp.latency at 112ms instead of 82ms, full breaks “users.success >= 99%”.`. */
function turnWords(
  { variants }: SensitivityResult,
  { path, now }: SensitivityInput,
  { value, variant, holds, budgets }: SensitivityTurn,
): string {
  const where = `With ${path} at ${value} instead of ${now}`;
  const who = variants.length > 1 ? variant : 'the system';
  if (holds === null) return `${where}, ${who} is the best variant.`;
  const [first, ...others] = budgets;
  const what = first === undefined ? 'a budget' : `“${first}”`;
  const too = others.length === 0 ? '' : ` and ${plural(others.length, 'other budget')}`;
  return `${where}, ${who} ${holds ? `holds ${what}${too} after all` : `breaks ${what}${too}`}.`;
}

/** The parts of the spread; null where they were not measured. */
export function shareWords({ shares, guess }: SensitivityResult): string | null {
  if (shares === null) return null;
  const parts = shares.inputs.map(
    ({ path, total: { value, ci95 } }) =>
      `${path} ${formatShare(round(value))} [${formatShare(round(ci95[0]))}, ${formatShare(round(ci95[1]))}]`,
  );
  return `If these are wrong by up to ${formatShare(guess)} at random, their parts of the spread are: ${parts.join('; ')}.`;
}

/** Whole percents: the interval is much wider. */
function round(share: number): number {
  return Math.round(100 * share) / 100;
}

/** How near the two sides of each turn are. */
function nearWords(inputs: readonly SensitivityInput[]): string {
  const isNear = ({ same, other }: SensitivityTurn): boolean =>
    Math.abs(other - same) <= NEAR * Math.min(same, other);
  return inputs.every(({ turns }) => turns.every(isNear))
    ? 'a turn is found to 2 %'
    : 'a turn is found to 2 % where the runs sufficed, and may come before the value elsewhere';
}

/** Slightly more than the share to which a turn is searched. */
const NEAR = 0.021;

/** What the figures are, and what was not varied. */
export function notesOf(result: SensitivityResult): readonly string[] {
  const {
    figure,
    budgets,
    leftOut,
    unvaried,
    runs,
    interrupted,
    together,
    shares,
    inputs,
    variants,
  } = result;
  const of = variants.length > 1 ? ` in ${figure.variant}` : '';
  const limit =
    figure.limit === null
      ? ''
      : `, whose limit of ${formatValue(figure.limit, figure.unit)} is the closest`;
  const left = leftOut.slice(0, NAMED).map(({ path, why }) => `${path} (${why})`);
  const more = leftOut.length - left.length;
  const isShort =
    interrupted !== true && inputs.length > 1 && (together === null || shares === null);
  return [
    `The figures are ${figure.text}${of}${limit}. An input is wrong alone, with the same random numbers; ${nearWords(inputs)}. ${plural(runs, 'run')}.`,
    budgets.length === 0
      ? 'The file has no budget that can be judged: the answer is which variant is the best.'
      : '',
    unvaried > 0
      ? `Only what the file marks as a guess is varied; --all varies ${plural(unvaried, 'other input')}, too.`
      : '',
    leftOut.length === 0
      ? ''
      : `Left out: ${list(more > 0 ? [...left, `${formatCount(more)} more`] : left)}.`,
    isShort
      ? `${together === null ? 'Inputs that are wrong together, and their' : 'The'} parts of the spread were not measured: --max-runs ends the search before.`
      : '',
    interrupted === true ? 'An interrupt ended the search: not all is known.' : '',
  ].filter((note) => note !== '');
}

/** An input in cells: its value, the figure at both ends of its range, and where the answer turns. */
export function cellsOf(
  input: SensitivityInput,
  { figure }: SensitivityResult,
): readonly [string, string, string, string] {
  const cell = (point: SensitivityPoint | null): string =>
    point === null ? 'not allowed' : formatValue(point.figure, figure.unit);
  const turns = input.turns.length === 0 ? '–' : turnText(input);
  return [input.now, cell(input.low), cell(input.high), turns];
}

/** The values that turn the answer; a long one as its factor: the sentences have it in full. */
export function turnText({ turns }: SensitivityInput): string {
  return list(
    turns.map(({ value, other }) => (value.length > SHORT ? `x${formatNumber(other)}` : value)),
  );
}

/** Most letters of a value in a cell. */
const SHORT = 16;
