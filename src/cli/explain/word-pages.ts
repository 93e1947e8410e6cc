import { paragraph } from './layout.js';

/** A word of reports and messages, with its meaning and related pages. */
interface Word {
  readonly word: string;
  readonly text: string;
  readonly see: readonly string[];
}

/** Words of the report, of the terminal and of these pages. */
export const WORDS: readonly Word[] = [
  {
    word: 'call',
    text: 'One request of a caller to a callee. Its retries and hedges are attempts of the same call.',
    see: ['calls', 'attempt'],
  },
  {
    word: 'attempt',
    text: 'One try of a call on the wire.',
    see: ['attempts', 'amplification'],
  },
  {
    word: 'amplification',
    text: 'Attempts per call on an edge. Retries of several layers multiply: three tries by three tries are nine.',
    see: ['retry', 'retry-product'],
  },
  {
    word: 'goodput',
    text: 'Successful requests per second that were answered within the patience of their client.',
    see: ['throughput', 'patience'],
  },
  {
    word: 'wasted work',
    text: 'The share of busy time spent on executions whose result no caller used: the caller had timed out, left or taken another answer.',
    see: ['wastedWork', 'cancellation'],
  },
  {
    word: 'metastable',
    text: 'The fault is over, the load is feasible, and the system stays down: something that the fault started keeps it down, mostly retries.',
    see: ['recovery', 'retry.budget'],
  },
  {
    word: 'blast radius',
    text: 'The components that degrade because of a fault, without its targets.',
    see: ['blastRadius', 'collateral'],
  },
  {
    word: 'bystander',
    text: 'A component that the fault cannot have reached. Its random degradations are not part of the cascade.',
    see: ['blastRadius'],
  },
  {
    word: 'cascade',
    text: 'The degradation of one component after another, along calls and messages.',
    see: ['blastRadius', 'metastable'],
  },
  {
    word: 'degraded',
    text: 'Of a component: it answers worse than before the first fault. Of a request: a fallback answered.',
    see: ['fallback'],
  },
  {
    word: 'failing',
    text: 'Less than half of the requests are answered well.',
    see: ['success'],
  },
  { word: 'down', text: 'Less than 5 % of the requests are answered well.', see: ['success'] },
  {
    word: 'saturated',
    text: 'All workers, connections or cores of a component are in use, and requests wait.',
    see: ['utilization', 'concurrency'],
  },
  {
    word: 'backlog',
    text: 'Messages that are published and not handled yet.',
    see: ['lag', 'depth', 'drain'],
  },
  {
    word: 'baseline',
    text: 'The variant that the others are compared with: the first one of the file.',
    see: ['variants'],
  },
  {
    word: 'replication',
    text: 'One run of a variant with other random numbers. All variants meet the same numbers in the same replication.',
    see: ['run.replications', 'run.seed'],
  },
  {
    word: 'interval',
    text: 'Range that holds the true mean in 95 of 100 experiments. A difference whose interval holds 0 is not decided.',
    see: ['run.replications'],
  },
  {
    word: 'no difference',
    text: 'The interval of the difference lies within the margin below which a difference does not matter.',
    see: ['compare', 'interval'],
  },
  {
    word: 'warmup',
    text: 'The beginning of a run that no figure counts.',
    see: ['run.warmup'],
  },
  {
    word: 'bundle',
    text: 'Policies that hold together for the calls of a callee: an entry of `policies`.',
    see: ['policies', 'outbound'],
  },
  {
    word: 'layer',
    text: 'One policy of a bundle. The outermost one sees the call first.',
    see: ['order'],
  },
  {
    word: 'finding',
    text: 'A result of `lint`: a rule, a place in the file, the reason and the remedy.',
    see: ['lint'],
  },
  {
    word: 'digest',
    text: 'A hash of everything that happened in a run. The same file, seed and version give the same digest.',
    see: ['run.seed'],
  },
];

/** A name in lower case, without spaces, dashes and underscores. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}

/** The page of a word of the report. */
export function wordPages(name: string): readonly string[] {
  return WORDS.filter(({ word }) => plainName(word) === plainName(name)).map(wordPage);
}

function wordPage({ word, text, see }: Word): string {
  return [`${word}, a word of reports`, paragraph(text), `See: ${see.join(', ')}.`].join('\n\n');
}
