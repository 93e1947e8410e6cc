import { CommandError, usageError } from './exit.js';
import { checkOutputFile, writeOutput } from './output.js';
import type { Terminal } from './terminal.js';

/** A document for programs: where the user wants it, `-` being standard output. */
export type Destination = string | undefined;

/** Refuses destinations that cannot be written, before any work; at most one may be standard output. */
export function checkDestinations(destinations: readonly Destination[]): void {
  const wanted = destinations.filter((path) => path !== undefined);
  if (wanted.filter((path) => path === '-').length > 1) {
    throw usageError('only one document can go to standard output');
  }
  for (const path of wanted) if (path !== '-') checkOutputFile(path);
}

/** True when standard output belongs to a document: tables for people would spoil it. */
export function takesStandardOutput(destinations: readonly Destination[]): boolean {
  return destinations.includes('-');
}

/** Writes a document where the user wants it; undefined wants none. */
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
 * The writes of one command. One that fails holds up neither the others nor what is printed: what was
 * computed is shown where it can be. settle() then throws what failed.
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

  /** Throws what failed, all that could not be written in one error. */
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
