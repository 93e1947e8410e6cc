import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Largest task or result that is taken from a queue. Unit: bytes. */
const MOST = 2 ** 30;

/** Packs a task or a result, as text: what a structured clone keeps is kept bit by bit, NaN and -0 too. */
export function packed(value: unknown): string {
  return deflateRawSync(serialize(value), { level: 1 }).toString('base64');
}

/** Unpacks it again. Throws where it is damaged or larger than anything that faultline packs. */
export function unpacked(text: string): unknown {
  return deserialize(inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST }));
}

/** The name of a packed task: two commands that need the same run share it. */
export function nameOf(parcel: string): string {
  return createHash('sha256').update(parcel).digest('hex').slice(0, 40);
}
