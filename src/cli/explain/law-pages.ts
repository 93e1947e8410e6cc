import { DISTRIBUTION_EXAMPLES } from '../../contracts/quantities/distribution-text.js';
import { columns, paragraph } from './layout.js';

/** The names of the page of all distributions of times. */
const ALL: readonly string[] = ['distribution', 'distributions'];

/** What each distribution of times is like, and where it fits. Laws: NIST Handbook 1.3.6.6, Johnson, Kotz: Distributions. */
const LAWS: ReadonlyMap<string, string> = new Map([
  ['constant', 'Always the same time. A time alone, such as 15ms, means it.'],
  [
    'exponential',
    'Most times are short, and a few are long: p50 is 0.7 times the mean, p99 is 4.6 times. The usual law where only a mean is known.',
  ],
  ['uniform', 'Each time between two limits is equally likely.'],
  [
    'normal',
    'Times lie around their mean on both sides alike. They are cut off at 0, which raises the mean of a wide one.',
  ],
  [
    'lognormal',
    'Most times are near the median, and the tail is long: what services and databases mostly show. Two figures of a dashboard give it: p50 or mean, and p90, p95, p99 or cv. Also lognormal(mean=12ms p95=40ms).',
  ],
  [
    'gamma',
    'By its mean and its spread: cv = 1 is exponential, a smaller cv is steadier, a larger one has a longer tail.',
  ],
  ['erlang', 'The sum of k exponential phases: cv is 1 over the root of k.'],
  [
    'hyperexponential',
    'One of several exponential times: most requests are quick, and some are of a slow kind.',
  ],
  ['weibull', 'A shape below 1 has a longer tail than exponential, above 1 a shorter one.'],
  [
    'pareto',
    'A very long tail: the share of times above x falls as a power of x. max cuts it off, and a shape of 1 or less needs it.',
  ],
  ['empirical', 'Measured times, each as likely as the others.'],
  ['mixture', 'One of several distributions by their shares, such as hits and misses.'],
]);

/** The page of a distribution of times, or of all of them. */
export function lawPages(name: string): readonly string[] {
  if (ALL.includes(name)) {
    const rows = [...DISTRIBUTION_EXAMPLES].map(
      ([kind, example]) => [example, LAWS.get(kind)!] as const,
    );
    const about =
      'Wherever a time is written, such as work, wait and latency, a distribution may be.';
    return [`distributions of times\n\n${paragraph(about)}\n\n${columns(rows)}`];
  }
  const example = DISTRIBUTION_EXAMPLES.get(name);
  if (example === undefined) return [];
  const rows = [
    ['example', `work: ${example}`],
    ['all', 'faultline explain distributions'],
  ] as const;
  return [`${name}, a distribution of times\n\n${paragraph(LAWS.get(name)!)}\n\n${columns(rows)}`];
}

/** The names that have such a page. */
export const LAW_NAMES: readonly string[] = [...ALL, ...LAWS.keys()];
