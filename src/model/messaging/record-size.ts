/** What stands in front of the records of a batch (RECORD_BATCH_OVERHEAD of DefaultRecordBatch). */
export const BATCH_OVERHEAD = 61;
/** Length, attributes, time and offset of a record at their widest (MAX_RECORD_OVERHEAD of DefaultRecord). */
const WIDEST = 21;

/** Lengths of the key and the value, and the count of the headers; `size` is what all of them hold together. */
const fieldsBytes = (size: number): number => 1 + varintBytes(size) + size + 1;

/**
 * Bytes of a record in its batch (DefaultRecord.sizeInBytes): `place` records stand before it, the first of
 * which is `age` ms older.
 */
export function recordBytes(size: number, place: number, age: number): number {
  const body = 1 + varintBytes(age) + varintBytes(place) + fieldsBytes(size);
  return varintBytes(body) + body;
}

/** Bytes that a batch is given memory for when it begins with such a record (estimateBatchSizeUpperBound). */
export const batchBound = (size: number): number => BATCH_OVERHEAD + WIDEST + fieldsBytes(size);

/** Seven bits to a byte, the lowest of all for the sign (ByteUtils.sizeOfVarint, sizeOfVarlong). */
function varintBytes(value: number): number {
  let bytes = 1;
  for (
    let left = value < 0 ? -2 * value - 1 : 2 * value;
    left >= 128;
    left = Math.floor(left / 128)
  )
    bytes++;
  return bytes;
}
