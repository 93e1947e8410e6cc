import { formatCount, formatShare } from '../../text/figures.js';
import type { Fold } from '../view/fold.js';
import { markup, type Markup } from '../base/html-escape.js';
import { isTelling, statusRows, statusWords, type StatusRow } from '../words/statuses.js';
import { caption, plainTable, section } from './parts.js';

/** Longest table; the result document has the rest. */
const ROWS = 40;

/** Responses by status, where the failures of a subject have several statuses of one class. */
export function statusSection({ all }: Fold): Markup | null {
  const rows = statusRows(all.result);
  const worst = worstOf(rows);
  if (worst === null) return null;
  const several = all.result.variants.length > 1;
  const nameOf = ({ variant, subject }: StatusRow): string =>
    several ? `${subject} in ${variant}` : subject;
  const statuses = [...new Set(rows.flatMap(({ counts }) => [...counts.keys()]))].sort();
  const table = plainTable({
    caption: 'Responses by HTTP status: count, and share of the finished requests',
    head: ['', ...statuses, 'none'],
    rows: [worst, ...rows.filter((row) => row !== worst)]
      .slice(0, ROWS)
      .map((row) => [nameOf(row), ...statuses.map((status) => cell(row, status)), without(row)]),
  });
  const left = rows.length - ROWS;
  const note =
    'Counts are sums over the replications. None: requests that ended without a response, such as timeouts.' +
    (left > 0 ? ` ${left} more rows are in the result document.` : '');
  return section(
    'statuses',
    'Statuses',
    `${nameOf(worst)} gets ${statusWords(worst, 3)}`,
    markup`<div class="scroll" tabindex="0" role="region" aria-label="Responses by HTTP status">${table}</div>
    ${caption(note)}`,
  );
}

/** The row with the largest share of failures, of those with several statuses of one class if there are any. */
function worstOf(all: readonly StatusRow[]): StatusRow | null {
  const telling = all.filter(isTelling);
  const rows = telling.length > 0 ? telling : all;
  const failed = ({ counts, finished }: StatusRow): number =>
    [...counts].reduce((sum, [status, n]) => (status >= '4' ? sum + n : sum), 0) / finished;
  const users = rows.filter(({ isWorkload }) => isWorkload);
  const ranked = [...(users.length > 0 ? users : rows)].sort((a, b) => failed(b) - failed(a));
  return ranked[0] ?? null;
}

function cell({ counts, finished }: StatusRow, status: string): string {
  const n = counts.get(status) ?? 0;
  return n === 0 ? '–' : `${formatCount(n)} (${formatShare(n / finished)})`;
}

function without({ counts, finished }: StatusRow): string {
  const n = finished - [...counts.values()].reduce((sum, count) => sum + count, 0);
  return n === 0 ? '–' : `${formatCount(n)} (${formatShare(n / finished)})`;
}
