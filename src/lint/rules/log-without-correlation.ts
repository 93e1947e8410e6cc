import { correlates, entriesOf } from '../entries.js';
import type { Rule } from '../rule.js';
import { componentOf } from '../calls.js';
import { sectionOf } from '../demand.js';
import { namesText, yamlAt } from '../words.js';

/** Number of components behind an entry point from which their records have to be joined. */
const FEWEST = 2;

/** An entry point that writes records which cannot be joined with those of the services behind it. */
export const logWithoutCorrelation: Rule = {
  name: 'log-without-correlation',
  severity: 'hint',
  reason:
    'The records that different services write about one request have nothing in common, so no search finds all of them.',
  remedy: 'Give each request an id where it enters the system: `correlate` before `log`.',
  check: (subject) =>
    entriesOf(subject)
      .filter((entry) => entry.behind.length >= FEWEST && !correlates(entry))
      .flatMap(({ part, chain, behind }) => {
        const log = chain.find(({ name }) => name === 'log');
        if (log === undefined) return [];
        const component = componentOf(part);
        return {
          path: log.at,
          entities: [part],
          message: `${part} logs requests without a correlation id`,
          measured: `log without correlate, in front of ${namesText(behind)}`,
          limit: 'correlate before log',
          fix: yamlAt(
            [sectionOf(subject.scenario, component), component],
            'middleware: [ correlate: {}, log: {} ]',
          ),
        };
      }),
};
