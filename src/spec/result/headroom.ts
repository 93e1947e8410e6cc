/** Resources that a load can use up. */
export type LoadedResource =
  'workers' | 'cores' | 'connections' | 'consumers' | 'bandwidth' | 'memory';

/** How much more load each component can take. Loads are those of the healthy time. */
export interface Headroom {
  /** Time in which use was measured, seconds after the warm-up: before the first fault, else the entire run. */
  readonly from: number;
  readonly until: number;
  /** A fault was active in this time, because one begins with the run. */
  readonly underFault: boolean;
  /** Each component with a limit by its tightest resource, the tightest component first. */
  readonly components: readonly ComponentHeadroom[];
  /** Components that were used and have no limit. */
  readonly unlimited: readonly string[];
}

export interface ComponentHeadroom {
  readonly component: string;
  readonly resource: LoadedResource;
  /** Connections, bandwidth: the called component. Consumers: the topic or queue. null for others. */
  readonly of: string | null;
  /** Bandwidth: of the messages to the called component, or of those from it. */
  readonly direction?: 'to' | 'from';
  /**
   * Mean amount in use, and the amount that there is (with an autoscaler: at its largest number of replicas). Bandwidth
   * in bytes per second, memory in bytes.
   */
  readonly used: number;
  readonly limit: number;
  /** Requests, calls or messages per second in this time. */
  readonly rate: number;
  /** The same per second at which the resource is used up, if time per request stays the same. */
  readonly saturatesAt: number;
  /** `saturatesAt` as a multiple of `rate`: up to 1 = it is used up already. */
  readonly factor: number;
  /** Replicas of the limit, if an autoscaler can still add some. */
  readonly replicas?: number;
}
