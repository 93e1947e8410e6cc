import type { Result } from '../../contracts/result/result.js';

/**
 * Position of a component, a request, a part or an edge in the lists of a report: first those in the file's focus, in
 * the order of the focus. All others share one position after them.
 */
export function focusRank({ report }: Result): (name: string) => number {
  const { focus } = report;
  return (name) => {
    const ends = name.split('->');
    const at = focus.findIndex((each) =>
      ends.some((end) => end === each || end.startsWith(`${each}.`)),
    );
    return at < 0 ? focus.length : at;
  };
}
