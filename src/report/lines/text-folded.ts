import type { Paint } from './text-table.js';
import { labelled, wrapped } from './wrap.js';

/** Inputs of the terminal summary besides the result. */
export interface TextOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Sentences are printed in full, however long the line: the output is a log. */
  readonly whole?: boolean;
  readonly paint: Paint;
  /** The scenario's file as the user gave it. */
  readonly file: string;
  /** Wall time in words; null leaves it out, so that the text is reproducible. */
  readonly wall: string | null;
  /** Path of the report, in words; null if none was written. */
  readonly report: string | null;
}

/** Inputs of a summary of one question. */
export type SummaryOptions = Pick<TextOptions, 'file' | 'columns' | 'paint'>;

/** A sentence, folded to the width of the terminal; in a log it is one line. */
export function folded(text: string, indent: string, { columns, whole }: TextOptions): string[] {
  return whole === true ? [`${indent}${text}`] : wrapped(text, indent, indent, columns);
}

/** A sentence beside a label. */
export function noted(
  label: string,
  text: string,
  { columns, paint, whole }: TextOptions,
): string[] {
  return labelled(label, text, whole === true ? Infinity : columns, paint);
}
