/** A rectangle that words or an arrow take in a picture. */
export interface Room {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Whether two of them overlap. */
export function meets(a: Room, b: Room): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

/** Left end of the words of an arrow, beside it and clear of the other words, which they join; null without room. */
export function placeOf(
  room: number,
  at: number,
  middle: number,
  words: Room[],
  [low, high]: readonly [number, number],
  isLeft: boolean,
): number | null {
  const area = (left: number): Room => ({
    left: left - 4,
    right: left + room + 4,
    top: middle - 7,
    bottom: middle + 7,
  });
  const start = Math.min(at + 6, high - room);
  const [right, before] = [start, at - 6 - room];
  const places = [
    ...(isLeft ? [before, right] : [right, before]),
    start + room + 12,
    at - 18 - 2 * room,
  ];
  const free = places.find(
    (left) =>
      left >= low && left + room <= high && !words.some((other) => meets(other, area(left))),
  );
  if (free === undefined) return null;
  words.push(area(free));
  return free;
}
