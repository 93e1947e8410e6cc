import type {
  CapacityLimit,
  CapacityNeed,
  CapacityResult,
  RefusedCalls,
} from '../../contracts/result/capacity.js';
import type { ComponentHeadroom } from '../../contracts/result/headroom.js';
import { formatNumber, formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { changesOf, shellWord } from '../../text/shell.js';
import { capitalised, list, plural } from '../../text/words.js';
import { holdWords, unlimitedWords } from '../words/headroom.js';
import { headingLines, tableLines } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';

/** From this multiple of the load on that it holds, a resource is not full. */
const NEARLY_FULL = 1.05;

/** The load that a variant holds, what gives in, and what more needs. */
export function capacityText(read: CapacityResult, options: SummaryOptions): Lines {
  const result = oneLineTexts(read) as CapacityResult;
  const { columns, paint, file } = options;
  const { scenario, seed, replications, variant } = result;
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const facts = `${file}   ${variant}, ${plural(replications, 'replication')}, seed ${seed}`;
  const need = result.need === null ? [] : ['', ...needLines(result.need, result, options)];
  return asLines([
    ...[answerWords(result), rangeWords(result), lengthWords(result)]
      .filter((words) => words !== '')
      .flatMap(text)
      .map(paint.bold),
    ...headingLines(oneLine(scenario.title), [facts], { columns, paint }).map(paint.dim),
    ...(result.limits.length === 0 ? [] : ['', ...limitLines(result, options)]),
    ...(result.lengths.length === 0 ? [] : ['', ...lengthLines(result, options)]),
    ...need,
    '',
    ...notesOf(result).flatMap((note) => text(note).map(paint.dim)),
  ]);
}

/** `The system holds 197/s, 1.03x the load of the file: beyond it ...`. */
function answerWords({ limits, load, busiest }: CapacityResult): string {
  const [calm] = limits;
  if (calm === undefined) return 'An interrupt ended the runs before one load was decided.';
  const { holds, breaks, rate } = calm;
  if (holds === 0)
    return `The system does not hold its load of ${formatRate(load)}, nor ${formatNumber(breaks ?? 1)} times of it: ${givesWords(calm)}.`;
  const peak = busiest === null ? '' : ' at its peak';
  const held = `The system holds ${formatRate(rate)}${peak}, ${formatNumber(holds)} times the load of ${formatRate(load)}`;
  if (breaks === null) {
    return `${held}, and no larger one was tried.`;
  }
  return `${held}: beyond it ${givesWords(calm)}.`;
}

/** `Within the ± of its 9 measured values it holds 350/s to 520/s (the ends of 12 draws).` */
function rangeWords({ ranges }: CapacityResult): string {
  if (ranges === null) return '';
  const { inputs, draws, leftOut, low, high, most } = ranges;
  if (low === null || high === null) return '';
  const values = inputs === 1 ? 'its measured value' : `its ${plural(inputs, 'measured value')}`;
  const [from, to] = [low, high].map(({ rate }) => formatRate(rate));
  const held = from === to ? `still ${from}` : `${from} to ${to}`;
  const out =
    leftOut === 0 ? '' : `; ${formatNumber(leftOut)} more had a value that is not allowed`;
  const first = `Within the ± of ${values} it holds ${held} (the ends of ${plural(draws, 'draw')}${out}).`;
  if (most === null) return `${first} None of them moves the limit alone.`;
  const { path, half, from: less, to: more } = most;
  const ends = [less, more].map((by) => `${by < 0 ? '−' : '+'}${formatShare(Math.abs(by))}`);
  return `${first} ${path} (± ${formatShare(half)}) moves it most, alone by ${ends.join(' to ')}.`;
}

/** `At this load slow-payments may last 9.17 s; in the file it lasts 10 s.`: the fault that is closest; '' without one. */
function lengthWords({ lengths }: CapacityResult): string {
  const [first] = lengths
    .filter(({ breaks }) => breaks !== null)
    .toSorted((a, b) => a.holds / a.now - b.holds / b.now);
  if (first === undefined) return '';
  const { fault, now, holds, breaks } = first;
  return holds === 0
    ? `At this load even ${formatSeconds(breaks!)} of ${fault} are too long; in the file it lasts ${formatSeconds(now)}.`
    : `At this load ${fault} may last ${formatSeconds(holds)}; in the file it lasts ${formatSeconds(now)}.`;
}

function givesWords({
  full,
  gives,
  refused,
  broken,
  behind,
}: Pick<CapacityLimit, 'full' | 'gives' | 'refused' | 'broken' | 'behind'>): string {
  if (full !== null && refused === null)
    return `${full.component} is ${full.by === undefined ? 'full' : 'at a limit'} (${heldWords(full)})`;
  const verb = broken.length > 1 ? 'break' : 'breaks';
  const first = broken.length === 0 ? 'a budget breaks' : `${list(broken.slice(0, 2))} ${verb}`;
  const what = behind === null ? first : `${behind} falls behind`;
  if (refused !== null) return `${refusedWords(refused)}, and ${what}`;
  return gives === null ? what : `${firstWords(gives)}, and ${what}`;
}

/** `shop gives in`; of calls `the calls of stock to pg run out of connections`. */
function firstWords(gives: string): string {
  const [caller, callee] = gives.split('->');
  return callee === undefined
    ? `${gives} gives in`
    : `the calls of ${caller!} to ${callee} run out of connections`;
}

/** `the bulkhead of orders refuses 1.2 % of the calls to psp`. */
function refusedWords({ caller, callee, of, by, share }: RefusedCalls): string {
  if (of === 'callee')
    return `the ${by} of ${callee} refuses ${formatShare(share)} of the calls of ${caller}`;
  return `the ${by} of ${caller} refuses ${formatShare(share)} of the calls to ${callee}`;
}

/** What a resource is taken for, if not for calls. */
const HANDLED: Partial<Record<ComponentHeadroom['resource'], string>> = {
  consumers: 'messages',
  segments: 'events',
  relay: 'rows',
};

function heldWords(full: ComponentHeadroom): string {
  // Its own calls or messages, of which a request of a user may need several.
  const what = HANDLED[full.resource] ?? 'calls';
  return `${holdWords(full)} ${formatNumber(full.saturatesAt)} ${what}/s`;
}

/** A line for each limit. */
function limitLines({ limits }: CapacityResult, { paint }: SummaryOptions): string[] {
  const rows = limits.map((limit) => [
    limit.fault === null
      ? limit.workload === null
        ? 'calm'
        : `calm, only ${limit.workload} grows`
      : `with ${limit.fault}`,
    limit.holds === 0 ? 'none' : `${formatNumber(limit.holds)}x`,
    limit.holds === 0 ? '–' : formatRate(limit.rate),
    limit.breaks === null ? '–' : `${formatNumber(limit.breaks)}x`,
    limit.breaks === null ? '–' : givesWords(limit),
  ]);
  const all = [['load', 'holds', 'requests', 'breaks at', 'first to give in'], ...rows];
  return tableLines(all, paint);
}

/** A line for each fault: how long it may last. */
function lengthLines({ lengths }: CapacityResult, { paint }: SummaryOptions): string[] {
  const rows = lengths.map((length) => [
    length.fault,
    formatSeconds(length.now),
    length.holds === 0 ? 'no time' : formatSeconds(length.holds),
    length.breaks === null ? '–' : formatSeconds(length.breaks),
    length.breaks === null ? '–' : givesWords(length),
  ]);
  const all = [
    ['fault, at this load', 'now', 'may last', 'breaks at', 'first to give in'],
    ...rows,
  ];
  return tableLines(all, paint);
}

function needLines(
  need: CapacityNeed,
  { variant }: CapacityResult,
  { columns, paint, file }: SummaryOptions,
): string[] {
  const { factor, rate, isAsked, holds, settings, cost } = need;
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const load = `${formatNumber(factor)} times the load (${formatRate(rate)})`;
  const what = isAsked ? load : `The next step, ${load},`;
  if (settings.length === 0)
    return text(holds ? `${what} holds as it is.` : `${what} does not hold: ${stuckWords(need)}.`);
  const changes = settings.flatMap(({ path, from, to }) =>
    wrapped(`+ ${path}: ${to} (now ${from ?? '1, by default'})`, '  ', '      ', columns),
  );
  const set = settings.map(({ path, to }) => `${path}=${to}`);
  const command = `faultline capacity ${shellWord(file)} --variant ${variant} ${changesOf({ set, as: null })}`;
  const price =
    cost === null
      ? []
      : text(
          `Cost of the run at this load, in the currency of report.prices: ${formatNumber(cost.to)} instead of ${formatNumber(cost.from)}.`,
        );
  return [
    ...text(
      holds ? `${what} needs:` : `${what} does not hold with these, either: ${stuckWords(need)}.`,
    ).map(paint.bold),
    ...changes,
    ...price,
    ...(holds && need.brought.length > 0
      ? text(`But with these settings ${broughtWords(need)}.`)
      : []),
    ...(holds ? ['Check it:', `  ${command}`] : []),
  ];
}

/** `the pools of db may ask for more connections than it has (3 x 10 + 12 x 8 = 126; at most 97)`. */
function broughtWords({ brought }: CapacityNeed): string {
  return list(brought.map(({ message, measured, limit }) => `${message} (${measured}; ${limit})`));
}

function stuckWords(need: CapacityNeed): string {
  const { stuck, refused, brought } = need;
  if (brought.length > 0) return broughtWords(need);
  if (refused !== null)
    return `${refusedWords(refused)}; no resource is full, so that limit decides`;
  if (stuck === null) return 'no resource is full, so it is no question of capacity';
  if (stuck.factor >= NEARLY_FULL)
    return `no resource is full; the fullest is ${stuck.component} (${heldWords(stuck)})`;
  return `${stuck.component} has no setting for more (${heldWords(stuck)})`;
}

function notesOf(result: CapacityResult): readonly string[] {
  const { budgets, kept, fixed, limits, unlimited, resolution, runs, interrupted, busiest } =
    result;
  const isByConsumers = limits.some(({ behind }) => behind !== null);
  const answers = `99 % of the full answers of ${list(kept)} at the load of the file remain`;
  const hold = `${list(budgets)} ${budgets.length === 1 ? 'does' : 'do'}`;
  const conditions = [
    ...(budgets.length === 0 ? [] : [hold]),
    ...(kept.length === 0 ? [] : [budgets.length === 0 ? answers : `in calm ${answers}`]),
  ];
  const by = `A load holds if ${conditions.join(', and ')}`;
  return [
    `${by}; the two ends of a limit are at most ${formatShare(resolution)} apart. ${plural(runs, 'run')}.`,
    busiest === null
      ? ''
      : `The load is not steady: rates are those of its peak, from ${formatSeconds(busiest.from)} to ${formatSeconds(busiest.until)}.`,
    isByConsumers
      ? 'In calm a load also breaks where consumers handle less than comes to them.'
      : '',
    unlimited.length === 0 ? '' : `${capitalised(unlimitedWords(unlimited))}.`,
    fixed.length === 0
      ? ''
      : `${list(fixed)} ${fixed.length === 1 ? 'has' : 'have'} no rate that grows.`,
    interrupted === true
      ? 'An interrupt ended the search: the last limit may be wider than that.'
      : '',
  ].filter((note) => note !== '');
}
