import { PLAN_PROBLEMS } from '../../plan/problem.js';
import { CODES } from '../../scenario/codes.js';
import { EXIT } from '../exit.js';
import { columns, indented, paragraph } from './layout.js';

/** The meaning of each exit code, and what to do about it. */
const EXIT_HELP: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'The command did what it was asked for. `run`, `compare`, `story`, `explore` and `sweep` end with it also where a budget is broken; after `check`, every budget and expectation holds or cannot be decided.',
  broken:
    '`check`: a budget is broken (FAIL in its list), an expectation is not met (DIFF), a hypothesis is refuted, or the baseline keeps an unused figure. `lint`: a finding is an error.',
  usage: 'The command line, a path or a scenario is wrong. The message says where.',
  failed: 'The program or the machine failed, such as a full disk. The message says what to do.',
  guard:
    'A guard stopped a variant: too many events, or too much memory. The variants and replications that finished are reported. The message names what grew.',
  interrupted:
    'SIGINT or SIGTERM ended the run. The variants and replications that finished are reported, unless a second signal ended the program at once.',
};

const PROBLEMS: Readonly<Record<string, readonly [name: string, help: string]>> = {
  ...CODES,
  ...PLAN_PROBLEMS,
};

/** The meaning of the first digit of a problem code. */
const AREAS: Readonly<Record<string, string>> = {
  FL1: 'The file itself: characters, YAML, includes.',
  FL2: 'Keys and values.',
  FL3: 'Patches of variants, `extends`.',
  FL4: 'Names, references, placement.',
  FL5: 'Budgets and other expressions.',
  FL6: 'Guards on the size of a run.',
  FL7: 'Contradictions that show when the scenario is compiled.',
};

const EXIT_CODES = 'exit-codes';
const PROBLEM_CODES = 'problem-codes';

/** Names with a page: exit codes and problem codes. */
export function codeNames(): readonly string[] {
  return [EXIT_CODES, PROBLEM_CODES, ...Object.keys(PROBLEMS)];
}

/** Pages of `exit-codes`, `4`, `problem-codes`, `FL204`. */
export function codePages(name: string): readonly string[] {
  if (name === EXIT_CODES || Object.values(EXIT).some((code) => String(code) === name)) {
    return [exitPage()];
  }
  if (name === PROBLEM_CODES) return [problemsPage()];
  const problem = PROBLEMS[name.toUpperCase()];
  return problem === undefined ? [] : [problemPage(name.toUpperCase(), problem)];
}

function exitPage(): string {
  const rows = Object.entries(EXIT).map(
    ([name, code]) => [String(code), EXIT_HELP[name as keyof typeof EXIT]] as const,
  );
  return [EXIT_CODES, paragraph('The exit codes of the program.'), columns(rows)].join('\n\n');
}

function problemPage(code: string, [name, help]: readonly [string, string]): string {
  return [
    `${code}, ${name.replace(/_/g, ' ')}: a problem of a scenario`,
    paragraph(help),
    paragraph(
      `${AREAS[code.slice(0, 3)] ?? ''} Commands that read the file end with exit code ${EXIT.usage}.`,
    ),
  ].join('\n\n');
}

function problemsPage(): string {
  const rows = Object.entries(PROBLEMS).map(([code, [, help]]) => [code, help] as const);
  const areas = Object.entries(AREAS).map(([area, text]) => [`${area}xx`, text] as const);
  return [
    PROBLEM_CODES,
    paragraph('Problems of a scenario. A code keeps its meaning in all versions.'),
    indented('Areas:', columns(areas)),
    indented('Codes:', columns(rows)),
  ].join('\n\n');
}
