import type { Result } from '../contracts/result/result.js';
import { storyMarkdown, storyText } from '../report/story/render.js';
import { checkNames, requireWhole, type ScenarioInput } from './options.js';
import { prove, type ProveOptions } from './prove.js';

/** How an account is made. */
export interface StoryOptions extends ProveOptions {
  /** Width of the text: 40 to 1,000 columns. Default: 100. */
  readonly columns?: number;
  /** The scenario as the account names it. Default: its path. */
  readonly source?: string;
}

/** The account of a scenario in sentences. */
export interface Account {
  /** Plain text, wrapped. */
  readonly text: string;
  readonly markdown: string;
  readonly result: Result;
}

/**
 * The account of a scenario for an incident channel or a post-mortem, as `faultline story` prints it: harm, timeline,
 * proved causes, recovery, remedies. For a result of `prove` or `simulate`, or a document that JSON.parse has read, no run
 * is made, and only `columns` and `source` may be given. Rejects as `simulate` does.
 */
export async function story(
  scenario: ScenarioInput | Result,
  options: StoryOptions = {},
): Promise<Account> {
  const { columns = 100, source: named, ...runs } = options;
  requireWhole('columns', columns, 40, 1000);
  const isResult = typeof scenario === 'object' && 'digest' in scenario;
  if (isResult) checkNames(options, ['columns', 'source']);
  const result = isResult ? scenario : await prove(scenario, runs);
  const path = typeof scenario === 'object' && 'path' in scenario ? scenario.path : options.path;
  const source = named ?? path ?? 'scenario.yaml';
  const text = storyText(result, { source, columns, paint: PLAIN });
  return { text, markdown: storyMarkdown(result, { source }), result };
}

const asItIs = (text: string): string => text;
const PLAIN = { bold: asItIs, dim: asItIs, red: asItIs };
