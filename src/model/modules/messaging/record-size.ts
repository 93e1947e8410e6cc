/** Bytes of the header of a batch (RECORD_BATCH_OVERHEAD of DefaultRecordBatch). */
export const BATCH_OVERHEAD = 61;
/** Maximum bytes of a record's length, attributes, timestamp and offset (MAX_RECORD_OVERHEAD of DefaultRecord). */
const WIDEST = 21;

/** Lengths of key and value, and the count of headers; `size` is the total of key, value and headers. */
const fieldsBytes = (size: number): number => 1 + varintBytes(size) + size + 1;

/**
 * Bytes of a record in its batch (DefaultRecord.sizeInBytes): it is preceded by `place` records, the first of which is
 * `age` ms older.
 */
export function recordBytes(size: number, place: number, age: number): number {
  const body = 1 + varintBytes(age) + varintBytes(place) + fieldsBytes(size);
  return varintBytes(body) + body;
}

/** Bytes of memory for a batch that starts with such a record (estimateBatchSizeUpperBound). */
export const batchBound = (size: number): number => BATCH_OVERHEAD + WIDEST + fieldsBytes(size);

/**
 * Bytes of a zigzag varint: seven bits per byte, the lowest bit for the sign (ByteUtils.sizeOfVarint, sizeOfVarlong).
 */
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
