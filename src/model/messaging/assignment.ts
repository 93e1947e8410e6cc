/** Who reads which partition: -1 = nobody. */
export type Owners = Int32Array;

/** The range assignor: each of the members, in order, gets a run of partitions; the first have one more. */
export function ranges(partitions: number, members: readonly number[]): Owners {
  const owners = new Int32Array(partitions).fill(-1);
  const base = Math.floor(partitions / members.length);
  const longer = partitions % members.length;
  let next = 0;
  members.forEach((member, k) => {
    const size = base + (k < longer ? 1 : 0);
    owners.fill(member, next, next + size);
    next += size;
  });
  return owners;
}

/**
 * The sticky assignor: as even as the ranges, and as many partitions as possible stay where they are.
 * `kept` says of a member that is none any more, but cannot be replaced yet, that it keeps its own.
 */
export function sticky(
  before: Owners,
  members: readonly number[],
  kept: (owner: number) => boolean,
): Owners {
  const owners = new Int32Array(before.length).fill(-1);
  let free = 0;
  before.forEach((owner, partition) => {
    if (owner !== -1 && kept(owner)) owners[partition] = owner;
    else free++;
  });
  if (members.length === 0) return owners;
  const base = Math.floor(free / members.length);
  let longer = free % members.length;
  const counts = new Map(members.map((member) => [member, 0]));
  before.forEach((owner, partition) => {
    const count = counts.get(owner);
    if (owners[partition] !== -1 || count === undefined || count > base) return;
    if (count === base && longer-- <= 0) return;
    counts.set(owner, count + 1);
    owners[partition] = owner;
  });
  owners.forEach((owner, partition) => {
    if (owner !== -1) return;
    let least = members[0];
    for (const member of members) {
      if (counts.get(member)! < counts.get(least)!) least = member;
    }
    counts.set(least, counts.get(least)! + 1);
    owners[partition] = least;
  });
  return owners;
}
