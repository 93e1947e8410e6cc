import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { exceeded } from '../plausible.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** A number that no system has: mostly a wrong unit, a digit too many, or a number that means `unlimited`. */
export const implausibleValue: Rule = {
  name: 'implausible-value',
  severity: 'warning',
  reason:
    'A limit that is never reached protects nothing, and the reader takes it for one that was chosen.',
  remedy: 'Write the number of the real system, or `unlimited` where the field takes it.',
  check: (subject) => [...amounts(subject), ...warmup(subject)],
};

function amounts({ amounts }: Subject): readonly Finding[] {
  return amounts().flatMap(({ path, value, unit }) => {
    const range = exceeded({ unit, value });
    if (range === null) return [];
    const owner = path.slice(0, -1);
    const name = String(owner[1] ?? owner[0]);
    const field = String(path.at(-1));
    return {
      path,
      entities: [name],
      message: `${field} of ${name} is beyond reason`,
      measured: `${value} ${unit.replace(/,? .*$/, '')}`,
      limit: `${range.max}: ${range.source}`,
      fix: yamlAt(owner, `${field}: ${Math.min(range.max, 1000)}`),
    };
  });
}

/** The warm-up is simulated before the run and not measured. */
function warmup({ scenario: { run } }: Subject): readonly Finding[] {
  const { durationNs, warmupNs } = run;
  if (warmupNs <= durationNs) return [];
  const [before, own] = [formatDuration(warmupNs), formatDuration(durationNs)];
  return [
    {
      path: ['run', 'warmup'],
      entities: ['run'],
      message: `the warm-up is longer than the run: most of the simulated time is not measured`,
      measured: `${before} before a run of ${own}`,
      limit: `at most ${own}, the duration of the run`,
      fix: `run: { duration: ${own}, warmup: ${formatDuration(Math.floor(durationNs / 10))} }`,
    },
  ];
}
