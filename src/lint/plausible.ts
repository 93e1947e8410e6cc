/** The largest plausible number of a kind of quantity. Some products accept more, but no system has it. */
interface Range {
  /** Units of this kind, as the description of a field names them. */
  readonly units: RegExp;
  readonly max: number;
  /** Where the bound comes from. */
  readonly source: string;
}

/**
 * From vendors' documentation. Retries: resilience4j and AWS SDKs make 3 attempts, DynamoDB's SDK up to 10, gRPC at most 5, and
 * a queue of SQS counts up to 1,000 receives. The bounds of other quantities are those of a process, a cluster and a machine.
 */
const RANGES: readonly Range[] = [
  {
    units: /^attempts/,
    max: 1000,
    source: 'libraries make 3 to 10 attempts, and SQS counts at most 1000',
  },
  {
    units: /^(calls|connections|requests|results|retries|threads|tokens)\b/,
    max: 1_048_576,
    source: 'a Linux process has at most 1048576 open files (fs.nr_open)',
  },
  {
    units: /^instances/,
    max: 150_000,
    source: 'a Kubernetes cluster has at most 150000 pods',
  },
  {
    units: /^cores/,
    max: 1920,
    source: 'the largest machine of EC2 has 1920 vCPUs',
  },
];

/** The range that a number exceeds; null if it is plausible or of another unit. */
export function exceeded({
  unit,
  value,
}: {
  readonly unit: string;
  readonly value: number;
}): Range | null {
  const range = RANGES.find(({ units }) => units.test(unit));
  return range === undefined || value <= range.max ? null : range;
}
