import type { Result } from '../spec/result.js';

/**
 * Where a component, a request, a part or an edge comes in the lists of a report: first what the file puts in
 * focus, in the order of the focus; everything else has the same place after it.
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
