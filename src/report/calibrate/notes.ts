import { formatCount } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** Names, files or reasons that a note shows. */
const NAMED = 5;

/** What was left out of the data: files, and spans by the reason. */
export function leftOutNotes(
  files: readonly string[],
  spans: readonly { readonly reason: string; readonly count: number }[],
): readonly string[] {
  const reasons = spans.map(({ reason, count }) => `${formatCount(count)} ${reason}`);
  return [
    ...note('Files left out, nothing of them is compared', files, '; '),
    ...note('Left out of the traces', reasons, '; '),
  ];
}

/** Names in the traces that the scenario does not have. */
export function unknownNotes(names: readonly string[]): readonly string[] {
  return note('Only in the traces', names).map(
    (text) => `${text} --map NAME=NAME joins two names.`,
  );
}

function note(title: string, all: readonly string[], between?: string): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length - NAMED;
  const shown = [...all.slice(0, NAMED), ...(more > 0 ? [`${formatCount(more)} others`] : [])];
  return [`${title}: ${between === undefined ? list(shown) : shown.join(between)}.`];
}
