import type { Contributor, Contributors } from '../../contracts/result/path.js';
import { formatSeconds, formatShare } from '../../text/figures.js';
import { largestWords, partWords, sampleWords } from '../words/contributors.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { View } from '../view/view.js';
import { caption, insideSection, scrolled, type Table } from './parts.js';

/** Where the time of all requests and of those next to the p99 goes, by the critical paths of the traced ones. */
export function contributorsSection(view: View): Markup | null {
  const known = view.result.variants.some(({ contributors }) => (contributors?.sampled ?? 0) > 0);
  if (!known) return null;
  return insideSection(view, 'contributors', 'Latency by contributor', ({ contributors }) => {
    // No traced request succeeded.
    if (contributors === undefined || contributors.parts.length === 0) return null;
    return { title: largestWords(contributors) ?? '', body: bodyOf(contributors) };
  });
}

function bodyOf(contributors: Contributors): Markup {
  return markup`${scrolled(tableOf(contributors), 'Latency by contributor')}
    ${caption(
      `${sampleWords(contributors)} The parts of a request add up to its latency. Saved: the part 10 % shorter and all else the same. A shorter part also shortens queues, which comes on top; a parallel call that then ends last takes some of it back.`,
    )}`;
}

function tableOf(contributors: Contributors): Table {
  const { mean, slow, parts } = contributors;
  const hasTail = contributors.near > 0;
  const shareOf = (own: number, all: number | null): string =>
    all === null || all === 0 ? '–' : `${formatSeconds(own)} (${formatShare(own / all)})`;
  return {
    caption: 'Parts of the critical path, the largest first',
    head: ['Part', ...(hasTail ? ['In the p99'] : []), 'In the mean', ...saved(hasTail)],
    rows: parts.map((part) => [
      partWords(part),
      ...(hasTail ? [shareOf(part.slow, slow)] : []),
      shareOf(part.mean, mean),
      ...(hasTail ? [savedText(part, 'p99')] : []),
      savedText(part, 'mean'),
    ]),
  };
}

function saved(hasTail: boolean): readonly string[] {
  return [...(hasTail ? ['Saved of the p99'] : []), 'Saved of the mean'];
}

function savedText({ saves }: Contributor, of: 'mean' | 'p99'): string {
  return saves === null ? '–' : formatSeconds(saves[of]);
}
