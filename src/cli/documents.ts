import { usageError } from './exit.js';
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
