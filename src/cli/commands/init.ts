import { existsSync } from 'node:fs';
import { load } from '../../api/load.js';
import { ScenarioError } from '../../api/errors.js';
import { parseRate, parseShare } from '../../contracts/quantities/quantity-text.js';
import { starterText, type Starter } from '../../importing/starter.js';
import { asLines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import type { Terminal } from '../terminal.js';
import { importFiles } from './import.js';

/** Flags of `init`. */
export interface InitFlags {
  readonly services?: readonly string[];
  readonly rate: string;
  readonly success: string;
  /** Manifests and traces to import instead. */
  readonly from?: readonly string[];
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Without flags: a shop that calls its payments. */
const USUAL = ['shop', 'payments'];

/** Writes a scenario to begin with, or imports one, and says how to go on. */
export async function init(out: string, flags: InitFlags, terminal: Terminal): Promise<number> {
  const { from, force = false, quiet = false } = flags;
  if (from !== undefined) {
    if (flags.services !== undefined)
      throw usageError('--from reads the services: leave --services out');
    const code = await importFiles(from, { out, force, quiet }, terminal);
    if (!quiet && out !== '-') terminal.out(asLines(['', ...nextLines(out)]));
    return code;
  }
  checkDestinations([out]);
  if (out !== '-' && !force && existsSync(out))
    throw usageError(`${out} exists already: add --force to overwrite it, or name another file`);
  const starter = starterOf(flags);
  const text = starterText(starter);
  check(text, out);
  writeDocument(out, () => text, terminal);
  if (quiet || takesStandardOutput([out])) return EXIT.ok;
  terminal.out(asLines([firstLine(out, starter, text), '', ...nextLines(out)]));
  return EXIT.ok;
}

function starterOf({ services = USUAL, rate, success }: InitFlags): Starter {
  requireQuantity('--rate', rate, parseRate, '200/s');
  requireQuantity('--success', success, parseShare, '99%');
  return { services, rate, success };
}

function requireQuantity(
  flag: string,
  text: string,
  parse: (text: string) => number,
  example: string,
): void {
  try {
    parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`${flag} ${text}: ${why}; write it as in ${flag} ${example}`);
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
