import type { RunVerdict } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Tipping, TippingLength, TippingLoad } from '../../contracts/result/tipping.js';
import { formatNumber, formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { shellWord } from '../../text/shell.js';

/** What repeats the calls or the work of a loop, by its mechanism or the reason of its verdict. */
const LOOPS: Readonly<Record<string, (through: string) => string>> = {
  retryLoad: (through) => `The retries of ${through}`,
  hedgeLoad: (through) => `The hedges of ${through}`,
  restarts: (through) => `The restarts of ${through}`,
  cacheMisses: (through) => `The misses of ${through}`,
  redeliveries: (through) => `The redeliveries of ${through}`,
};

/** How close a variant is to the point from which on it does not come back, in sentences; null where no runs show it. */
export function tippingWords({ tipping }: Pick<VariantResult, 'tipping'>): string | null {
  if (tipping === undefined) return null;
  const parts = [
    tipping.length === null ? '' : lengthWords(tipping.length),
    tipping.load === null ? '' : loadWords(tipping.load, tipping.after !== null),
    tipping.replications === 1
      ? 'Each value was run once: with other random numbers the limits may differ (--explain runs three).'
      : `Most of ${tipping.replications} runs decide.`,
  ].filter((one) => one !== '');
  if (parts.length === 0) return null;
  return `${loopTitle(tipping)}. ${parts.join(' ')}`;
}

/** `The retries of api → backend keep it down`. */
function loopTitle({ loop, isBack }: Tipping): string {
  const through = loop.through.join(' → ');
  const named = through === '' ? undefined : LOOPS[loop.mechanism];
  if (named !== undefined)
    return `${named(through)} ${isBack ? 'add load, and it comes back' : 'keep it down'}`;
  const what = through === '' ? 'A loop' : `A loop at ${through}`;
  return `${what} ${isBack ? 'adds load, and it comes back' : 'keeps it down'}`;
}

function lengthWords({ fault, now, back, stays }: TippingLength): string {
  if (stays === null)
    return `It comes back after ${fault} of up to ${formatSeconds(back)}, the longest that was tried; now ${formatSeconds(now)}.`;
  if (back === 0)
    return `Even after ${formatSeconds(stays)} of ${fault} it does not come back; now ${formatSeconds(now)}.`;
  const at = `It comes back after ${formatSeconds(back)} of ${fault}`;
  if (stays === now) return `${at}, and not after ${formatSeconds(now)} as now.`;
  return `${at}, and not after ${formatSeconds(stays)}; now ${formatSeconds(now)}, ${timesWords(now / stays)} that.`;
}

/** `71 % of`, `1.52 times`. */
function timesWords(share: number): string {
  return share < 1 ? `${formatShare(share)} of` : `${formatNumber(share)} times`;
}

function loadWords({ rate, back, stays, verdict }: TippingLoad, hasFault: boolean): string {
  const so = hasFault ? 'With the faults as they are' : 'As it is';
  const at = (factor: number): string =>
    `${formatNumber(factor)} times the load (${formatRate(factor * rate)})`;
  if (stays === null)
    return `${so} it comes back at up to ${at(back)}, the largest that was tried.`;
  const over = verdict === 'overloaded' ? ', where it is overloaded without any loop' : '';
  if (back === 0) return `${so} it does not come back even at ${at(stays)}.`;
  if (stays === 1)
    return `${so} it comes back at ${at(back)}, and not at that of now (${formatRate(rate)}).`;
  return `${so} it comes back at ${at(back)}, and not at ${formatNumber(stays)} times (${formatRate(stays * rate)})${over}.`;
}

/** The commands that show the first length, and the first load, from which it does not come back. */
export function tippingCommands(
  { tipping, name }: Pick<VariantResult, 'tipping' | 'name'>,
  command: string,
): readonly string[] {
  if (tipping === undefined) return [];
  const { length, load } = tipping;
  // With the seed and the changes of the command; it may name the variant itself.
  const run = command.includes(' --variant ') ? command : `${command} --variant ${shellWord(name)}`;
  const ofLength =
    length === null || length.stays === null || length.stays === length.now
      ? []
      : [`${run} --set ${shellWord(`faults[${length.fault}].for=${length.stays}s`)}`];
  const ofLoad =
    load === null || load.stays === null || load.stays === 1
      ? []
      : [
          `${run} ${load.workloads.map((one) => `--set ${shellWord(`workloads.${one}.arrivals=x${load.stays}`)}`).join(' ')}`,
        ];
  return [...ofLength, ...ofLoad];
}

/** How a run of a map ends, in one word. */
export function endWord(verdict: RunVerdict | null): string {
  switch (verdict) {
    case null:
      return '–';
    case 'untouched':
    case 'recovered':
    case 'slowRecovery':
      return 'back';
    case 'overloaded':
      return 'full';
    case 'lost':
      return 'lost';
    case 'metastable':
      return 'down';
    case 'undecided':
      return 'open';
  }
}

/** What the words of a map mean. */
export const END_NOTE =
  'back: users are served as before at the end of the run; down: a loop keeps it down; full: overloaded without any loop; lost: capacity does not come back; open: not back yet at the end of the run';
