import { CommandError, usageError } from './exit.js';
import { checkOutputFile, writeOutput } from './output.js';
import { keep } from './interrupt.js';
import { lookOf, type Terminal } from './terminal.js';
import type { Line } from '../text/line.js';
import { canonicalJson } from '../text/canonical.js';

/** The destination of a document for programs; `-` is standard output. */
export type Destination = string | undefined;

/** Rejects destinations that cannot be written, before any work; at most one may be standard output. */
export function checkDestinations(destinations: readonly Destination[]): void {
  const wanted = destinations.filter((path) => path !== undefined);
  if (wanted.filter((path) => path === '-').length > 1) {
    throw usageError('only one document can go to standard output');
  }
  for (const path of wanted) if (path !== '-') checkOutputFile(path);
}

/** True when a document goes to standard output, so that no tables may be printed there. */
export function takesStandardOutput(destinations: readonly Destination[]): boolean {
  return destinations.includes('-');
}

/** Writes a document to its destination; undefined = no document. */
export function writeDocument(
  destination: Destination,
  text: () => string,
  terminal: Terminal,
): void {
  if (destination === undefined) return;
  if (destination === '-') terminal.raw(text());
  else writeOutput(destination, text());
}

/**
 * The writes of one command. A failed write blocks neither the others nor the printed output. settle() then throws
 * the failures.
 */
export class Writes {
  private readonly failures: unknown[] = [];

  async attempt(write: () => void | Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.failures.push(error);
    }
  }

  /** Throws the failures, all of them in one error. */
  settle(): void {
    const [first, ...others] = this.failures;
    if (first === undefined) return;
    const foreign = this.failures.find((error) => !(error instanceof CommandError));
    if (foreign !== undefined || others.length === 0) throw foreign ?? first;
    const all = this.failures as CommandError[];
    const words = all.map(({ message }) => message).join('\n');
    throw new CommandError(Math.max(...all.map(({ exitCode }) => exitCode)), words);
  }
}

/** What a command reports at its end. */
interface Report {
  /** Documents, each with its destination; null = there is nothing to write. */
  readonly documents: readonly (readonly [Destination, (() => string) | null])[];
  /** Messages about the command itself. */
  readonly notes: readonly Line[];
  /** Prints the answer. It is not called where a document takes standard output. */
  readonly print: (look: ReturnType<typeof lookOf>) => void;
  /** The sentence that an interrupt leaves from now on. */
  readonly kept: string;
}

/** Writes the documents of a command, prints its answer, and then throws what could not be written. */
export async function reportTo(terminal: Terminal, report: Report): Promise<void> {
  const { documents, notes, print, kept } = report;
  const writes = new Writes();
  for (const [to, text] of documents)
    if (text !== null) await writes.attempt(() => writeDocument(to, text, terminal));
  for (const note of notes) terminal.note(note);
  if (!takesStandardOutput(documents.map(([to]) => to))) print(lookOf(terminal));
  keep(kept);
  writes.settle();
}

/** A document of a result on one line. */
export function jsonOf(result: object): () => string {
  return () => `${canonicalJson(result)}\n`;
}
