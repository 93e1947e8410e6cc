import { z } from 'zod';

/** A command of the program as a tool of an assistant. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** The arguments of the command line. `out`: a folder for what the command writes. */
  readonly args: (input: ToolInput, out: string) => readonly string[];
}

/** What the tools are given, each as its schema says. */
export interface ToolInput {
  readonly file?: string | undefined;
  readonly scenario?: string | undefined;
  readonly variant?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
  readonly replications?: number | undefined;
  readonly questions?: readonly string[] | undefined;
  readonly name?: string | undefined;
}

/** Longest text and list that a tool takes. */
const LONGEST = 4 * 1024 * 1024;
const MOST = 100;

const text = z.string().min(1).max(10_000);
/** A word that no command line takes for an option. */
const word = text.regex(/^[^-]/, 'must not begin with -');

const SOURCE = {
  file: word.optional().describe('path of a scenario (YAML) below the folder of the server'),
  scenario: z
    .string()
    .max(LONGEST)
    .optional()
    .describe('the text of a scenario (YAML), in place of file'),
} as const;

const CHANGES = {
  set: z
    .array(word)
    .max(MOST)
    .optional()
    .describe('what if: PATH=VALUE; x1.5 multiplies, * is every entry'),
} as const;

const RUNS = {
  ...SOURCE,
  ...CHANGES,
  variant: z.array(word).max(MOST).optional().describe('only these variants'),
  replications: z.int().min(1).max(1000).optional().describe('another number of runs'),
} as const;

function sourceOf({ file }: ToolInput): string {
  return file ?? '-';
}

function runsOf({ set = [], variant, replications }: ToolInput): readonly string[] {
  return [
    ...set.flatMap((one) => ['--set', one]),
    ...(variant === undefined || variant.length === 0 ? [] : ['--variant', variant.join(',')]),
    ...(replications === undefined ? [] : ['--replications', `${replications}`]),
  ];
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'validate',
    title: 'Check a scenario',
    description:
      'Reads a faultline scenario without running it. Returns every problem with its place, what is allowed and the nearest name.',
    input: SOURCE,
    args: (input) => ['validate', sourceOf(input)],
  },
  {
    name: 'lint',
    title: 'Find anti-patterns',
    description:
      'Finds anti-patterns of a scenario without a run: each with place, measured value, reason and remedy.',
    input: { ...SOURCE, ...CHANGES },
    args: (input) => ['lint', sourceOf(input), ...runsOf(input)],
  },
  {
    name: 'run',
    title: 'Simulate a scenario',
    description:
      'Simulates every variant of a scenario under its load and faults. Returns what happens to users, why (causes proved by further runs), what to change, budgets and figures.',
    input: RUNS,
    args: (input, out) => [
      'run',
      sourceOf(input),
      ...runsOf(input),
      '--format',
      'md',
      '--out',
      out,
    ],
  },
  {
    name: 'ask',
    title: 'Ask for figures',
    description:
      'Any figure of a scenario by name, such as "users.success during slow-payments" or "checkout.latency.p99 in retries"; with a limit ("< 300ms"), whether it holds.',
    input: { ...RUNS, questions: z.array(word).min(1).max(MOST).describe('metrics or budgets') },
    args: (input) => ['ask', sourceOf(input), ...input.questions!, ...runsOf(input)],
  },
  {
    name: 'compare',
    title: 'Compare variants',
    description:
      'Compares the variants of a scenario on the same random numbers, metric by metric, with intervals; says where the data do not decide.',
    input: RUNS,
    args: (input) => ['compare', sourceOf(input), ...runsOf(input)],
  },
  {
    name: 'fix',
    title: 'Find the setting to change',
    description:
      'Searches the smallest change of settings with which a scenario holds its budgets: which one, to which number, at which price. Takes longer than run.',
    input: { ...SOURCE, ...CHANGES },
    args: (input) => ['fix', sourceOf(input), ...runsOf(input)],
  },
  {
    name: 'explain',
    title: 'Read the reference',
    description:
      'A page of the reference: a pattern, fault, metric, outcome or field of the language, with an example. Without a name, the list of names.',
    input: {
      name: word
        .regex(/^[^/\\]*$/, 'must be a name, not a path')
        .optional()
        .describe('such as retry, gobreaker, users.success, services.replicas'),
    },
    args: ({ name }) => ['explain', ...(name === undefined ? [] : [name])],
  },
];
