import { formatCount, formatSeconds } from '../text/figures.js';
import { shellWord } from '../text/shell.js';
import { plural } from '../text/words.js';
import type { Imported, Listed } from './import.js';

/** Reasons, guesses and names that a card shows in full. */
const LINES_MAX = 8;

/** What was read, what has no counterpart, what is guessed, and what to ask. `traced`: the files with traces. */
export function cardLines(
  imported: Imported,
  out: string,
  traced: readonly string[] = [],
): readonly string[] {
  const { account, documents, components, renamed, guesses, questions, traces, metrics } = imported;
  const { values, placed, listed } = account;
  return [
    `${out}: ${plural(components, 'component')} from ${plural(documents, 'document')}`,
    ...(traces === null
      ? []
      : [`${plural(traces.spans, 'span')} of ${plural(traces.traces, 'trace')}`]),
    ...(metrics === null
      ? []
      : [
          `${formatCount(metrics.series)} series of metrics over ${formatSeconds(metrics.seconds)}`,
        ]),
    ...(values === 0
      ? []
      : [
          `${plural(values, 'value')}: ${placed} in the scenario, ${listed.length} without a counterpart`,
        ]),
    ...block('Without a counterpart', reasonLines(listed)),
    ...block(
      'Other names',
      [...renamed].map(([before, after]) => `${before} is ${after}`),
    ),
    ...block(
      'Not known from the traces',
      (traces?.unknown ?? []).map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...block(
      'Left out of the traces',
      (traces?.leftOut ?? []).map(({ reason, count }) => `${count} ${reason}`),
    ),
    ...block('Measured in the metrics', metrics?.lines ?? []),
    ...block(
      'Left out of the metrics',
      (metrics?.leftOut ?? []).map(({ reason, count }) => `${count} ${reason}`),
    ),
    ...block(
      `Guesses (${guesses.length}), marked "# guess" in the file`,
      guesses.map(({ path, value }) => `${path}: ${value}`),
    ),
    ...block('Questions that would help most', questions),
    '',
    `Next: faultline run ${shellWord(out)}`,
    ...(traced.length === 0 || out === '-'
      ? []
      : [
          `Predicted beside measured: faultline drift ${[out, ...traced].map(shellWord).join(' ')}`,
        ]),
  ];
}

function block(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LINES_MAX;
  const rest = more > 0 ? [`  and ${more} more; --json writes all`] : [];
  return ['', title, ...lines.slice(0, LINES_MAX).map((line) => `  ${line}`), ...rest];
}

/** One line for each reason, the most frequent one first. */
function reasonLines(listed: readonly Listed[]): readonly string[] {
  const byReason = new Map<string, Listed[]>();
  for (const each of listed) {
    const known = byReason.get(each.reason);
    if (known === undefined) byReason.set(each.reason, [each]);
    else known.push(each);
  }
  return [...byReason]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, all]) => `${plural(all.length, 'value')}: ${reason}`);
}
