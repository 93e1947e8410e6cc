import type { RunRecord } from '../../contracts/record/record.js';
import { largestOf, meanOf, smallestOf, type Measured } from './estimate.js';
import type { Question } from './question.js';
import { downtimesOf } from './downtimes.js';

/** Number of running processes over the time of a window. */
interface Level {
  readonly mean: number;
  readonly max: number;
  readonly min: number;
  readonly end: number;
}

/** A change of a number that is there: the time, and by how much. */
export interface Change {
  readonly at: number;
  readonly by: number;
}

/** Number of running instances; null if the window has no length. Starting instances do not count. */
export function instancesUp(question: Question): Measured {
  const { data, selection } = question;
  const instances = new Set(selection.instances);
  return levelOver(question, instances.size, (record) =>
    downtimesOf(data, record, instances)
      .flatMap(({ fromNs, untilNs }) => [
        { at: fromNs, by: -1 },
        { at: untilNs, by: 1 },
      ])
      .sort((a, b) => a.at - b.at || b.by - a.by),
  );
}

/** A number that changes at known times, over a window; `initial`: its value at the start of the run. */
export function levelOver(
  question: Question,
  initial: number,
  changesOf: (record: RunRecord) => readonly Change[],
): Measured {
  const { ending } = question;
  const each = question.data.records.map((record) => {
    const level = levelOf(question, initial, changesOf(record));
    return level === null ? null : level[ending as keyof Level];
  });
  switch (ending) {
    case 'max':
      return largestOf(each);
    case 'min':
      return smallestOf(each);
    case 'end':
      return meanOf(each, 'exact');
    default:
      return meanOf(each);
  }
}

function levelOf(
  { data, window }: Question,
  initial: number,
  changes: readonly Change[],
): Level | null {
  const { cells, lengthNs } = window;
  if (cells.length === 0 || lengthNs === 0) return null;
  const { edges } = data.plan.grid;
  let up = initial;
  let next = 0;
  let area = 0;
  let max = 0;
  let min = Infinity;
  for (const cell of cells) {
    let at = edges[cell];
    while (at < edges[cell + 1]) {
      while (next < changes.length && changes[next].at <= at) up += changes[next++].by;
      // States that last for no time, such as a restart without start-up, do not count.
      const until = Math.min(edges[cell + 1], changes[next]?.at ?? Infinity);
      area += up * (until - at);
      max = Math.max(max, up);
      min = Math.min(min, up);
      at = until;
    }
  }
  return { mean: area / lengthNs, max, min, end: up };
}
