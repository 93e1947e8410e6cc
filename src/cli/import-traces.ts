import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { TraceSource } from '../importing/traces/model.js';
import { looksLikeTraces } from '../importing/traces/index.js';
import { usageError } from './exit.js';
import { codeOf, fileError, isMachineCode, systemMessage } from './system-errors.js';

/** Bytes from which the format of a file is known. */
const HEAD_BYTES = 65_536;
const CANDIDATES = /\.(json|jsonl|ndjson)(\.gz)?$/i;

/** Packed data whose end is missing count as far as they go. */
const SYNC = constants.Z_SYNC_FLUSH;

/** Whether the name of a file can be that of a file of traces. */
export function canBeTraces(path: string): boolean {
  return CANDIDATES.test(path);
}

/** The traces of a file; null if it has something else. */
export function tracesAt(path: string): TraceSource | null {
  if (!canBeTraces(path) || looksLikeTraces(headOf(path)) === null) return null;
  return { path, chunks: () => chunksOf(path) };
}

/** Whether a file has to be unpacked. */
export function isPacked(path: string): boolean {
  return /\.gz$/i.test(path);
}

function headOf(path: string): string {
  try {
    const bytes = firstBytes(path);
    if (!isPacked(path)) return bytes.toString('utf8');
    return gunzipSync(bytes, { finishFlush: SYNC }).toString('utf8');
  } catch (error) {
    if (isMachineCode(codeOf(error))) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${systemMessage(error)}`);
  }
}

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

async function* chunksOf(path: string): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8');
  try {
    const file = createReadStream(path);
    const unpacked = isPacked(path) ? file.pipe(createGunzip({ finishFlush: SYNC })) : file;
    // An error of the file does not pass through a pipe.
    file.on('error', (error) => unpacked.destroy(error));
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if (isMachineCode(codeOf(error))) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${systemMessage(error)}`);
  }
}
