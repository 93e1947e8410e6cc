/** By partition: the member that reads it; -1 = none. */
export type Owners = Int32Array;

/** The range assignor: each member, in order, gets a contiguous range of partitions; the first members get one more. */
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
 * The sticky assignor: as balanced as the range assignor, with as few moves of partitions as possible.
 *
 * `kept`: true for a former member that keeps its partitions because it cannot be replaced yet. `load`: partitions of
 * other topics that a member reads too, which count in the balance.
 */
export function sticky(
  before: Owners,
  members: readonly number[],
  kept: (owner: number) => boolean,
  load: (member: number) => number = () => 0,
): Owners {
  const owners = new Int32Array(before.length).fill(-1);
  let free = 0;
  before.forEach((owner, partition) => {
    if (owner !== -1 && kept(owner)) owners[partition] = owner;
    else free++;
  });
  if (members.length === 0) return owners;
  const counts = new Map(members.map((member) => [member, load(member)]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, free);
  const base = Math.floor(total / members.length);
  let longer = total % members.length;
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

/** Partitions that a member is to read in some topics. */
export function loadOf(member: number, topics: readonly { readonly assignment: Owners }[]): number {
  let count = 0;
  for (const { assignment } of topics)
    for (const owner of assignment) if (owner === member) count++;
  return count;
}
