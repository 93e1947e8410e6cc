/** The part of opossum that the differential test drives; the package has no types. */
declare module 'opossum' {
  interface Options {
    readonly timeout: number | false;
    readonly resetTimeout: number;
    readonly errorThresholdPercentage: number;
    readonly rollingCountTimeout: number;
    readonly rollingCountBuckets: number;
    readonly volumeThreshold: number;
    readonly allowWarmUp: boolean;
    readonly capacity?: number;
    readonly coalesce?: boolean;
    readonly coalesceTTL?: number;
    readonly errorFilter: (error: unknown) => boolean;
    /** Both only cost time: percentiles and snapshots are for reports. */
    readonly rollingPercentilesEnabled: false;
    readonly enableSnapshots: false;
  }
  class CircuitBreaker {
    constructor(action: (run: () => Promise<void>) => Promise<void>, options: Options);
    fire(run: () => Promise<void>): Promise<void>;
    on(event: 'open' | 'halfOpen' | 'close', listener: () => void): this;
    shutdown(): void;
    readonly opened: boolean;
    readonly halfOpen: boolean;
    readonly closed: boolean;
  }
  export default CircuitBreaker;
}
