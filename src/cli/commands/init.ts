import { existsSync } from 'node:fs';
import { load } from '../../api/load.js';
import { ScenarioError } from '../../api/errors.js';
import { parseRate, parseShare } from '../../contracts/quantities/quantity-text.js';
import { starterText, type Starter } from '../../importing/starter.js';
import { asLines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { nameList } from '../flags.js';
import { answered } from '../questions.js';
import type { Terminal } from '../terminal.js';
import { importFiles } from './import.js';

export interface InitFlags {
  readonly services?: readonly string[];
  readonly rate?: string;
  readonly success?: string;
  /** Manifests and traces to import instead. */
  readonly from?: readonly string[];
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Without flags: a shop that calls its payments. */
const USUAL = { services: ['shop', 'payments'], rate: '200/s', success: '99%' };

/** Writes a scenario to begin with, or imports one, and says how to go on. */
export async function init(out: string, given: InitFlags, terminal: Terminal): Promise<number> {
  const { force = false, quiet = false } = given;
  if (given.from === undefined) checkTarget(out, force);
  const flags = isAsking(given, terminal) ? { ...given, ...asked() } : given;
  const { from } = flags;
  if (from !== undefined) {
    if (flags.services !== undefined)
      throw usageError('--from reads the services: leave --services out');
    const code = await importFiles(from, { out, force, quiet }, terminal);
    if (!quiet && out !== '-') terminal.out(asLines(['', ...nextLines(out)]));
    return code;
  }
  const starter = starterOf(flags);
  const text = starterText(starter);
  check(text, out);
  writeDocument(out, () => text, terminal);
  if (quiet || takesStandardOutput([out])) return EXIT.ok;
  terminal.out(asLines([firstLine(out, starter, text), '', ...nextLines(out)]));
  return EXIT.ok;
}

function checkTarget(out: string, force: boolean): void {
  checkDestinations([out]);
  if (out !== '-' && !force && existsSync(out))
    throw usageError(`${out} exists already: add --force to overwrite it, or name another file`);
}

function isAsking(
  { services, rate, success, from, quiet }: InitFlags,
  terminal: Terminal,
): boolean {
  const isOpen = [services, rate, success, from].every((flag) => flag === undefined);
  return isOpen && quiet !== true && terminal.canAsk;
}

/** The answers of a person, in place of flags. */
function asked(): Pick<InitFlags, 'services' | 'rate' | 'success' | 'from'> {
  const from = answered(
    'Manifests or traces to import (a folder or file; empty: none)',
    '',
    (path) => (existsSync(path) ? null : `${path} does not exist`),
  );
  if (from !== '') return { from: [from] };
  const names = answered('Services, each calls the next one', USUAL.services.join(','));
  const services = nameList(names);
  const rate = answered('Arrivals of requests', USUAL.rate, (text) =>
    quantityProblem('', text, parseRate, USUAL.rate),
  );
  const success = answered('The success that users need', USUAL.success, (text) =>
    quantityProblem('', text, parseShare, USUAL.success),
  );
  return { services, rate, success };
}

function starterOf({
  services = USUAL.services,
  rate = USUAL.rate,
  success = USUAL.success,
}: InitFlags): Starter {
  for (const problem of [
    quantityProblem('--rate ', rate, parseRate, USUAL.rate),
    quantityProblem('--success ', success, parseShare, USUAL.success),
  ])
    if (problem !== null) throw usageError(problem);
  return { services, rate, success };
}

/** What is wrong with a quantity, with an example; null if nothing is. */
function quantityProblem(
  flag: string,
  text: string,
  parse: (text: string) => number,
  example: string,
): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${flag}${text}: ${why}; write it as in ${flag}${example}`;
  }
}

/** A name of a service may be reserved, or be there twice. */
function check(text: string, path: string): void {
  try {
    load(text, { path });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const [first] = error.diagnostics.filter(({ severity }) => severity === 'error');
    throw usageError(`--services: ${first?.message ?? error.message}`);
  }
}

function firstLine(path: string, { services, rate }: Starter, text: string): string {
  const guesses = text.split('# guess\n').length - 1;
  const chain = services.join(' -> ');
  const marked = `${plural(guesses, 'value')} marked "# guess": replace what you know`;
  return `${path}: ${plural(services.length, 'service')} (${chain}), ${rate}; ${marked}`;
}

function nextLines(path: string): readonly string[] {
  const commands = [
    [`faultline run ${path}`, 'does it survive, and why not?'],
    [`faultline fix ${path}`, 'which setting do I change?'],
    [`faultline sensitivity ${path}`, 'which guess could overturn that?'],
    [`faultline check ${path}`, 'for CI: exit code 1 when a budget is broken'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  return ['Next:', ...commands.map(([own, why]) => `  ${own.padEnd(width)}  ${why}`)];
}
