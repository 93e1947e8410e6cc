/**
 * A checksum of a text, 16 hex digits: FNV-1a over its UTF-16 code units in two halves of 32 bits with different
 * starts. It finds damage and edits, and is no protection against forgery.
 */
export function checksum(text: string): string {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x01000193) ^ (high >>> 15);
  }
  return hex(high) + hex(low);
}

/** 32 bits as 8 hexadecimal digits. */
export function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
